"""The glossary: its terms, where each first stands in the course, and what is wrong with that.

A term is a heading of small letters, since only such have the same address in Jupyter, on GitHub and on the site.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from nbformat import NotebookNode

from tools.files import FOLDER, tagged

GLOSSARY = FOLDER / "glossary.md"
ENTRY = re.compile(r"^## (.+)\n\n(.+)$", re.M)
TERM = re.compile(r"[a-z]+([ -][a-z]+)*")
FIRST = re.compile(r" First in \[notebook (\d+)\]\(([\w.-]+)\)\.$")
OWN_LINK = re.compile(r"\]\(#([^)]*)\)")
LINK = re.compile(r"\]\(glossary\.md(?:#([^)]*))?\)")


def entries(text: str | None = None) -> list[tuple[str, str]]:
    """The terms with what is said of them, of the glossary or of a text like it."""
    return ENTRY.findall(GLOSSARY.read_text(encoding="utf-8") if text is None else text)


def address(term: str) -> str:
    """Where a term stands in the glossary: the part of a link after #."""
    return term.replace(" ", "-")


def links(notebook: NotebookNode) -> Iterable[tuple[str, str]]:
    """For each link from a notebook to the glossary the cell's name and the address."""
    return [(cell.id, link) for cell in notebook.cells for link in LINK.findall(cell.source)]


def faults_of_glossary(course: Mapping[Path, NotebookNode], text: str | None = None) -> list[str]:
    """What is wrong with the glossary, and with the links to it."""
    said = entries(text)
    terms = [term for term, _ in said]
    addresses = set(map(address, terms))
    faults = [] if terms == sorted(terms) else ["terms are in the order of the alphabet"]
    for term, meaning in said:
        if not TERM.fullmatch(term):
            faults.append(f"{term}: a heading of small letters has the same address everywhere")
        faults += [f"{term}: there is no #{link}" for link in OWN_LINK.findall(meaning) if link not in addresses]
        faults += faults_of_place(term, meaning, course)
    for path, notebook in course.items():
        faults += [
            f"{path.name}, {cell}: there is no #{link}" for cell, link in links(notebook) if link not in addresses
        ]
    return faults


def faults_of_place(term: str, meaning: str, course: Mapping[Path, NotebookNode]) -> list[str]:
    """Whether a term first stands in the notebook that the glossary names, and is introduced there."""
    named = FIRST.search(meaning)
    if not named:
        return [f"{term}: the entry ends with First in [notebook n](file)."]
    for path, notebook in course.items():
        if cell := first_cell(term, notebook):
            if (int(named[1]), named[2]) != (int(path.name[:2]), path.name):
                return [f"{term}: first stands in {path.name}, {cell.id}, and not in {named[2]}"]
            if not introduces(cell, term):
                return [f"{term}: {path.name}, {cell.id} neither links to the glossary nor sets it in bold or italics"]
            return []
    return [f"{term}: stands in no notebook"]


def first_cell(term: str, notebook: NotebookNode) -> NotebookNode | None:
    """The first cell of text in which a term stands; a folded solution does not count, nor a block of code."""
    solutions = [cell.id for cell in tagged(notebook, "solution")]
    word = written(term)
    texts = (cell for cell in notebook.cells if cell.cell_type == "markdown" and cell.id not in solutions)
    return next((cell for cell in texts if word.search(without_code(cell.source))), None)


def introduces(cell: NotebookNode, term: str) -> bool:
    """Whether a cell links a term to the glossary, or sets it in bold or italics."""
    marked = re.findall(r"\*+([^*\n]+)\*+|^#+ (.+)$", cell.source, re.M)
    return address(term) in LINK.findall(cell.source) or any(written(term).search(" ".join(part)) for part in marked)


def written(term: str) -> re.Pattern[str]:
    """A term as it stands in a sentence, in singular or plural."""
    ending = "(?:ies|y)" if term.endswith("y") else "(?:e?s)?"
    stem = re.escape(term.removesuffix("y")).replace(r"\ ", r"[\s-]")
    return re.compile(rf"(?<![\w-]){stem}{ending}(?!\w)", re.I)


def without_code(source: str) -> str:
    """A text without its blocks of code, its formulas, its links' addresses, and the titles of other notebooks."""
    return re.sub(r"```.*?```|\[[^]]*\]\(\d\d-[^)]*\)|\$\$.*?\$\$|\$[^$\n]*\$|\]\([^)]*\)", " ", source, flags=re.S)
