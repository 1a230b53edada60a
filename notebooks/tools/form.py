"""What all notebooks have in common: a question first, its answer last, imports together, a small file."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from nbformat import NotebookNode

from tools.exercises import faults_of_form
from tools.files import notebooks, written

MOST_BYTES = 600_000
QUESTION = re.compile(r"# (\d+)\. .+\n\n(?s:.*)\*\*[^*]+\?\*\*")
LINK = re.compile(r"\]\(([\w.-]+\.ipynb)\)")
IDENTIFIER = re.compile(r"(?=.*[a-z].*)[a-z0-9]+(-[a-z0-9]+)*")
RANDOM = re.compile(r"[0-9a-f]{8}|[0-9a-f-]{32,36}")  # the identifiers that Jupyter gives
MACHINE = re.compile(r"(?<![\w/.])/(?:tmp|home|root|Users|work|usr|opt)/\w")


def faults(path: Path, notebook: NotebookNode) -> list[str]:
    """What is wrong with the form of a notebook, as it is stored."""
    return [
        *faults_of_file(path, notebook),
        *faults_of_story(path, notebook),
        *faults_of_form(notebook),
        *(f"{cell.id}: {fault}" for cell in notebook.cells if cell.cell_type == "code" for fault in code_faults(cell)),
    ]


def faults_of_file(path: Path, notebook: NotebookNode) -> list[str]:
    found = []
    if path.stat().st_size > MOST_BYTES:
        found.append(f"it has {path.stat().st_size:,} bytes, and may have {MOST_BYTES:,}")
    if machine := MACHINE.search(path.read_text(encoding="utf-8")):
        found.append(f"it holds a path of a machine: {machine[0]}…")
    if path.read_text(encoding="utf-8") != written(notebook):
        found.append("it was not stored by `course.py run`, which leaves no metadata and counts the cells from 1")
    identifiers = [cell.id for cell in notebook.cells]
    for identifier in identifiers:
        if not IDENTIFIER.fullmatch(identifier) or RANDOM.fullmatch(identifier) or identifiers.count(identifier) > 1:
            found.append(f"{identifier}: a cell is named by words of its own, such as first-value")
    return found


def faults_of_story(path: Path, notebook: NotebookNode) -> list[str]:
    """The question, the answer, and the links from a notebook to its neighbours."""
    found = []
    first, last = notebook.cells[0], notebook.cells[-1]
    question = QUESTION.match(first.source)
    if not question or int(question[1]) != int(path.name[:2]) or first.cell_type != "markdown":
        found.append(f"{first.id}: the first cell is # {int(path.name[:2])}. Title, and a **question?**")
    if last.cell_type != "markdown" or "exercise" in last.id or "solution" in last.id:
        found.append(f"{last.id}: the last cell is the answer")
    here = int(path.name[:2])
    course = {int(file.name[:2]): file.name for file in notebooks()}
    for link in LINK.findall(first.source):
        if not leads_to(link, here - 1, course):
            found.append(f"{first.id}: links to {link}, and may link the previous notebook only")
    links = LINK.findall(last.source)
    if (not links and here < max(course)) or not all(leads_to(link, here + 1, course) for link in links):
        found.append(f"{last.id}: links to {links}, and should to the next notebook")
    return found


def leads_to(link: str, number: int, course: dict[int, str]) -> bool:
    """Whether a link is to the notebook of that number, which may be still to come."""
    return link == course[number] if number in course else link.startswith(f"{number:02}-")


def code_faults(cell: NotebookNode) -> list[str]:
    found = []
    tags = cell.metadata.get("tags", ())
    if "check" in tags and "hide-input" not in tags:
        found.append("the check of an exercise is folded, by the tag hide-input: it tells the answer")
    if cell.execution_count is None:
        found.append("was not run")
    for output in cell.outputs:
        if output.output_type == "error" or output.get("name") == "stderr":
            found.append("leaves an error or something on stderr")
    if "pyplot" in cell.source:
        found.append("draws by pyplot, and all figures have one look, that of nn.plots.look")
    if cell.execution_count == 1:
        statements = ast.parse(cell.source).body
        if not statements or not all(isinstance(statement, ast.Import | ast.ImportFrom) for statement in statements):
            found.append("the first code cell holds the imports, and nothing else")
    return found
