"""Pages and notebook outputs: a still picture and a table that survive everywhere, and the player that replaces them.

A notebook that is opened again untrusted loses scripts, styles and inline SVG; an export loses widgets. What remains
is `<details>` with an `<img>` and a table. So that is what stands in the output; a script beside it, if it may run,
reads the picture from the `<img>` and makes it the stepper (`player.js`). A saved page is the same in a document.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import math
import os
import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from autograd.show import derive
from autograd.show.blackboard import Blackboard
from autograd.show.check import Check, checks
from autograd.show.figure import figure
from autograd.show.names import number
from autograd.show.steps import Step, Steps

MOST_NODES = 10_000  # of which a browser still shows a step at once
MOST_CHECKS = 200  # leaves that are compared with finite differences
MOST_ROWS = 400  # of the table of values
MOST_DERIVED = 4_000  # nodes to go through for written-out chain rules, a whole graph for each of them
FRAME_SIZE = 400  # bytes of a document around the player
FIXED_SIZE, NODE_SIZE = 25_000, 4_000  # bytes that a page may have, and may have more for each node
MOST_MISTAKEN = 1_000  # nodes of a graph whose page has the mistakes, too
LONGEST_TITLE = 2_000  # characters of HTML

MISTAKES: list[tuple[str, str, dict[str, Any]]] = [
    (
        "Order ignored",
        "A mistake: a node passes its gradient on as soon as the first part of it arrives, and the rest is lost.",
        {"order": "depth-first"},
    ),
    (
        "zero_grad forgotten",
        "A mistake: the second backward pass adds to what the first one left in the leaves.",
        {"passes": 2},
    ),
]


def page(steps: Steps) -> str:
    """A self-contained HTML document to step through the passes.

    Raises:
        ValueError: if the graph is too large to be stepped through.
        RuntimeError: if there is no program to lay it out.
    """
    return document(f"Backpropagation of {name_of(steps)}", stepper(steps))


def save(steps: Steps, path: str | os.PathLike[str]) -> None:
    """Write that document to a file, whole or not at all. Raises what `page` raises."""
    write_whole(path, page(steps))


def notebook_html(steps: Steps) -> str:
    """The same for the output of a cell. What cannot be laid out is a table of values and the reason."""
    try:
        return stepper(steps)
    except (ValueError, RuntimeError) as reason:
        return f"<p>{html.escape(str(reason))}</p>\n{table(steps, {})}"


# ── A timeline as the player takes it ───────────────────────────────────────────────────────────────────────────


def stepper(steps: Steps) -> str:
    """The fragment: the still picture and the table, and the data for the player."""
    if len(steps.nodes) > MOST_NODES:
        raise ValueError(
            f"the graph of {name_of(steps)} has {len(steps.nodes):,} nodes, and a page can step through"
            f" {MOST_NODES:,}.\nPrint the steps, draw it at detail='layers', or step through one sample of a batch."
        )
    right = steps if is_right(steps) else Steps(steps.root, digits=steps.digits)
    with ThreadPoolExecutor(1) as pool:  # the layout is another program's work, and takes as long as all the rest
        drawing = pool.submit(figure, right)
        found = leaf_checks(right)
        data = player_data(steps, right, found)
        svg = drawing.result()
    described = f"The graph of {name_of(right)}: {len(right.nodes)} nodes with their values and gradients"
    summary = f"<summary>{data['titleHtml']}</summary>"
    still = f"<details open>\n{summary}\n{picture(svg, described)}\n{table(right, found)}</details>"
    size = FRAME_SIZE + len(player("stepper", still, data).encode())
    data["derivationsHtml"] = derivations(right, FIXED_SIZE + NODE_SIZE * len(right.nodes) - size)
    return player("stepper", still, data)


def player_data(steps: Steps, right: Steps, found: dict[Any, Check]) -> dict[str, Any]:
    """What `stepper` of `player.js` takes beside the drawing."""
    return {
        "titleHtml": title_html(right),
        "namesHtml": [right.names[node].html for node in right.nodes],
        "operands": operand_places(right),
        "derivationsHtml": {},
        "hintHtml": '<p class="cg-hint">Point at a box to see its paths; click it, or choose it here, for the chain'
        " rule behind its gradient.</p>",
        "tracks": tracks(steps, right, found),
    }


def derivations(steps: Steps, room: int) -> dict[str, str]:
    """The chain rule along every path, leaves first, for as many nodes as there is room and time for."""
    wanted = [node for node in steps.nodes if node is not steps.root and not steps.board.is_constant(node)]
    wanted.sort(key=lambda node: bool(node.parents))
    written: dict[str, str] = {}
    for node in wanted[: MOST_DERIVED // len(steps.nodes)]:
        chain = derive(steps.root, node, digits=steps.digits).html
        room -= len(script_literal(chain).encode()) + 10
        if room < 0:
            break
        written[steps.keys[node][1:]] = chain
    return written


def is_right(steps: Steps) -> bool:
    """Whether the timeline is the one of correct backpropagation."""
    return steps.order == "topological" and steps.passes == 1


def tracks(shown: Steps, right: Steps, found: dict[Any, Check]) -> list[dict[str, Any]]:
    """The right timeline and those of the mistakes; the one to show first has `start`.

    A step that the right timeline has, too, is the number of that step there. A mistake that changes no number here is
    left out, as all are for a large graph, unless it was asked for.
    """
    first = [step_data(step, right, right, found) for step in right]
    known = {what_it_does(step): step.index for step in right}
    made = [{"name": "Backpropagation", "about": "", "steps": first, "start": shown is right}]
    for name, about, mistake in MISTAKES:
        asked = any(getattr(shown, key) != getattr(right, key) for key in mistake)
        if asked or len(right.nodes) <= MOST_MISTAKEN:
            steps = shown if asked else Steps(right.root, digits=right.digits, **mistake)
            listed = [known.get(what_it_does(step)) or step_data(step, steps, right, found) for step in steps]
            if asked or any(isinstance(step, dict) and "wrong" in step for step in listed):
                made.append({"name": name, "about": about, "steps": listed, "start": asked})
    return made


def what_it_does(step: Step) -> tuple[Any, ...]:
    """What two steps have in common that look the same, wherever they stand."""
    return (
        step.key, step.reads, step.write, step.source, step.position, step.part, step.several, step.complete
    )  # fmt: skip


def step_data(step: Step, steps: Steps, right: Steps, found: dict[Any, Check]) -> dict[str, Any]:
    """One step. What the drawing shows already, the values and the local derivatives, need not be said again."""
    node = steps.nodes[int(step.key[1:])]
    symbols, numbers = split(step)
    data = {"node": int(step.key[1:]), "say": step.sentence, "formulaHtml": symbols, "numbersHtml": numbers}
    if step.phase == "forward":
        return data | {"phase": "loss" if node is steps.root else "forward"}
    data |= {"phase": "backward", "text": number(step.write.number, steps.digits).text}
    if step.source is not None:
        data |= {"source": int(step.source[1:]), "position": step.position}
    if step.several and step.write.number != step.part:
        data["sumHtml"] = number(step.write.number, steps.digits).html
    expected = right.gradients[node]
    if step.complete and not same(step.write.number, expected):
        data |= {"wrong": 1, "remarkHtml": f"Wrong: it should be {number(expected, steps.digits).html}."}
    if step.complete and node in found:
        data["checkHtml"] = check_html(found[node], step.write.number, expected)
    return data


def split(step: Step) -> tuple[str, str]:
    """The formula of a step in HTML: what is said in symbols, and what is said in numbers."""
    equation = step.formula
    symbols, numbers = [equation.left.html(equation.digits)], list[str]()
    for sign, side in zip(equation.signs, equation.sides, strict=True):
        written = f"{sign} {side.html(equation.digits)}"
        (numbers if side == side.in_numbers() else symbols).append(written)
    if len(symbols) == 1 and numbers:
        symbols.append(numbers.pop(0))
    return " ".join(symbols), " ".join(numbers)


def same(x: float, y: float) -> bool:
    """Equal but for rounding; NaN is NaN."""
    return x == y or (x != x and y != y) or abs(x - y) <= 1e-9 * max(abs(x), abs(y))


# ── Finite differences ──────────────────────────────────────────────────────────────────────────────────────────


def leaf_checks(steps: Steps) -> dict[Any, Check]:
    """The finite differences of the first leaves that are not constants."""
    leaves = [node for node in steps.nodes if not node.parents and not steps.board.is_constant(node)]
    return checks(steps.root, {leaf: steps.gradients[leaf] for leaf in leaves[:MOST_CHECKS]})


def check_html(found: Check, gradient: float, expected: float) -> str:
    """What finite differences say of a gradient, which may not be the expected one."""
    if found.verdict == "unknown":
        return "Finite differences have no answer here."
    numeric = number(found.numeric, 6).html
    if not same(gradient, expected):
        return f"✗ finite differences: {numeric}"
    if found.verdict == "at a kink":
        return f"✓ finite differences: {numeric} in the middle, and it is at a kink"
    return f"{'✓' if found.verdict == 'agrees' else '✗'} finite differences: {numeric}"


# ── What stands in the output without a script ──────────────────────────────────────────────────────────────────


def name_of(steps: Steps) -> str:
    """What the root is called, as plain text."""
    return steps.names[steps.root].text


def title_html(steps: Steps) -> str:
    """L = 0.5·(y − ŷ)², or only L if the formula is long."""
    board = Blackboard(steps.root, digits=steps.digits)
    name = steps.names[steps.root].html
    formula = board.value(steps.root).html(steps.digits)
    return f"{name} = {formula}" if len(formula) <= LONGEST_TITLE else name


def table(steps: Steps, found: dict[Any, Check]) -> str:
    """Every number with its formula, value and gradient."""
    heads = ["", "computed as", "value", f"∂{steps.names[steps.root].html}/∂…", "finite differences"]
    heads = heads if found else heads[:-1]
    nodes = [node for node in steps.nodes if not steps.board.is_constant(node)]
    rows = [f"<tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr>"]
    for node in nodes[:MOST_ROWS]:
        cells = [
            steps.names[node].html,
            steps.board.value(node).html(steps.digits) if node.parents else "",
            number(node.data, 6).html,
            number(steps.gradients[node], 6).html,
        ]
        if found:
            check = found.get(node)
            cells.append(number(check.numeric, 6).html if check and not math.isnan(check.numeric) else "")
        rows.append(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    left_out = len(nodes) - MOST_ROWS
    more = f"<p>… and {left_out:,} more.</p>\n" if left_out > 0 else ""
    return f"<table>\n{chr(10).join(rows)}\n</table>\n{more}"


def operand_places(steps: Steps) -> list[list[int]]:
    """For each node the places of its operands."""
    place = {node: index for index, node in enumerate(steps.nodes)}
    return [[place[parent] for parent in node.parents] for node in steps.nodes]


# ── The player, for steps and for other frames ──────────────────────────────────────────────────────────────────


def player(kind: str, still: str, data: dict[str, Any]) -> str:
    """An HTML fragment that shows `still` where scripts may not run, and the player where they may.

    Args:
        kind: a function of `player.js`: "stepper" or "frames".
        still: HTML that needs neither script nor style.
        data: what that function takes, as JSON can hold it.

    The fragment has no ids: its root is found by a mark made of its content, so that any number of fragments, the same
    one twice among them, live on one page.
    """
    written = script_literal(data)
    mark = hashlib.sha256((still + written).encode()).hexdigest()[:16]
    return (
        f'<div class="chalkgrad" data-chalkgrad="{mark}" data-lm-suppress-shortcuts="true">\n'
        f"<style>{asset('player.css')}</style>\n"
        f'<div class="cg-still">{still}</div>\n'
        f'<script>(() => {{\n{asset("player.js")}\nchalkgrad.start(chalkgrad.{kind}, "{mark}", {written});\n}})();'
        "</script>\n</div>"
    )


def document(title: str, fragment: str) -> str:
    """One self-contained HTML file."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n</head>\n"
        f'<body class="cg-page">\n{fragment}\n</body>\n</html>\n'
    )


def script_literal(data: Any) -> str:
    r"""A JavaScript literal that can stand in a script: whatever the strings hold, no character of theirs can end it.

    >>> script_literal("</script> & <!-- \u2028")
    '"\\x3c/script> & \\x3c!-- \\u2028"'
    """
    written = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    for character, escape in ESCAPES.items():  # within strings only, for JSON has none of them elsewhere
        written = written.replace(character, escape)
    return written


#: Without < a script cannot end early, nor begin a comment; the others once ended a line, and with it a string.
ESCAPES = {"<": r"\x3c", "\u2028": r"\u2028", "\u2029": r"\u2029"}


@lru_cache(maxsize=2)
def asset(name: str) -> str:
    """The text of `player.js` or `player.css`, without the comments and the indentation that its readers have."""
    text = files("autograd.show").joinpath(name).read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/|(?:^|\s)\s*// .*?$|^\s+", "", text, flags=re.S | re.M).strip()
    return re.sub(r"\s*([{};])\s*|(?<=[,:]) (?=[^{}]*[;}])", r"\1", text) if name.endswith(".css") else text


def picture(svg: str, description: str) -> str:
    """An SVG as an `<img>` that carries it, which every notebook keeps."""
    encoded = base64.b64encode(svg.encode()).decode()
    return f'<img src="data:image/svg+xml;base64,{encoded}" alt="{html.escape(description)}">'


def write_whole(path: str | os.PathLike[str], text: str) -> Path:
    """Write a file completely or not at all: readers see the old one until the new one is on the disk."""
    target = Path(path)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)  # which can only be read by setting it
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise
    return target
