"""Docstrings, as they are written here, as Markdown: prose, sections, examples, blocks that are set as they stand."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable

SECTION = re.compile(r"(Args|Returns|Raises|Attributes|Yields):$")
ENTRY = re.compile(r"([\w*, ./()|\[\]]+?):(?: |$)(.*)")
SPECIAL = re.compile(r"([\\*_<$\[\]{}|#~^])")
STARTS_A_BLOCK = re.compile(r"^(\d*)([-+>:=.)])(?=\s|$)")

#: A name in backticks, as Markdown that may link it.
Linked = Callable[[str], str]


def plain_code(name: str) -> str:
    return f"`{name}`"


def markdown(docstring: str, linked: Linked = plain_code) -> str:
    r"""A docstring as Markdown.

    >>> print(markdown("x*y, see `f`.\n\nArgs:\n    x: a number,\n        any.\n\n2. is\n- 1."))
    x\*y, see `f`.
    <BLANKLINE>
    **Args**
    <BLANKLINE>
    `x`
    : a number, any.
    <BLANKLINE>
    2\. is - 1.
    """
    return "\n\n".join(part for block in blocks(inspect.cleandoc(docstring)) if (part := written(block, linked)))


def blocks(text: str) -> list[list[str]]:
    """Paragraphs, indented blocks, examples, and sections with all that belongs to them."""
    found: list[list[str]] = []
    for line in text.splitlines():
        here = found[-1] if found else []
        if SECTION.match(line):
            found.append([line])
        elif here and SECTION.match(here[0]) and (not line or line.startswith(" ")):
            here.append(line)
        elif not line:
            found.append([])
        elif here and not SECTION.match(here[0]) and (in_an_example(here) or indented(line) == indented(here[-1])):
            here.append(line)
        else:
            found.append([line])
    return [block for block in found if block]


def indented(line: str) -> bool:
    return line.startswith(" ")


def in_an_example(block: list[str]) -> bool:
    return bool(block) and block[0].startswith(">>> ")


def written(block: list[str], linked: Linked) -> str:
    first = block[0]
    if SECTION.match(first):
        return section(first.removesuffix(":"), inspect.cleandoc("\n".join(["", *block[1:]])), linked)
    if in_an_example(block):
        return "\n".join(["```pycon", *block, "```"])
    if first.startswith(" "):
        return "\n".join(["```{code-block} text", ":class: as-it-stands", "", *dedented(block), "```"])
    if first.startswith("- "):
        items = re.split(r"\n(?=- )", "\n".join(block))
        return "\n".join(f"- {prose(item.removeprefix('- '), linked)}" for item in items)
    return prose("\n".join(block), linked)


def dedented(lines: list[str]) -> list[str]:
    return inspect.cleandoc("\n".join(["", *lines])).splitlines()


def section(name: str, body: str, linked: Linked) -> str:
    """A section: entries with what they mean, or prose."""
    entries: list[tuple[str, list[str]]] = []
    for line in body.splitlines():
        entry = None if line.startswith(" ") or name in ("Returns", "Yields") else ENTRY.fullmatch(line)
        if entry:
            entries.append((entry[1], [entry[2]]))
        elif entries:
            entries[-1][1].append(line.strip())
    if not entries:
        return f"**{name}**\n\n{prose(body, linked)}"
    described = (f"{linked(term)}\n: {prose(chr(10).join(text), linked) or '…'}" for term, text in entries)
    return "\n\n".join([f"**{name}**", *described])


def prose(text: str, linked: Linked) -> str:
    """A paragraph on one line: what is in backticks is code, and nothing else is markup."""
    parts = re.split(r"(`[^`]+`)", " ".join(text.split()))
    made = "".join(linked(part[1:-1]) if part.startswith("`") else SPECIAL.sub(r"\\\1", part) for part in parts)
    return STARTS_A_BLOCK.sub(r"\1\\\2", made)
