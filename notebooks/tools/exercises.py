"""Exercises: a cell to fill in, a cell that checks it, and a solution that is folded away.

exercise    code with the placeholder ..., which runs as it stands
check       code that prints one line: ✓ if the exercise is solved, ✗ and a hint if not
solution    <details> with the code to put in place of the exercise, and why
"""

from __future__ import annotations

import re

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tools.files import tagged

SOLUTION = re.compile(r"<details>\s*<summary>Solution</summary>\n\n```python\n(.*?)\n```\n\n.+?\n\n</details>", re.S)


def solved(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells to run for the solutions: for each exercise its solution and then its check.

    Where they do not match, `faults_of_form` says so.
    """
    cells = []
    for solution, check in zip(tagged(notebook, "solution"), tagged(notebook, "check"), strict=False):
        code = SOLUTION.search(solution.source)
        cells += [new_code_cell(code[1] if code else "..."), new_code_cell(check.source)]
    return cells


def faults_of_form(notebook: NotebookNode) -> list[str]:
    """What is wrong with the way the exercises are written."""
    tags = [
        tag
        for cell in notebook.cells
        for tag in cell.metadata.get("tags", ())
        if tag in ("exercise", "check", "solution")
    ]
    count = len(tags) // 3
    faults = []
    if count not in (2, 3) or tags != ["exercise", "check", "solution"] * count:
        faults.append(f"2 or 3 exercises, each exercise, check, solution, are expected, not {' '.join(tags) or 'none'}")
    if not any(cell.cell_type == "markdown" and cell.source.startswith("## Exercises") for cell in notebook.cells):
        faults.append("no cell begins with ## Exercises")
    for cell in tagged(notebook, "exercise"):
        if "..." not in cell.source:
            faults.append(f"{cell.id}: there is no placeholder ... to fill in")
    for cell in tagged(notebook, "solution"):
        if not SOLUTION.fullmatch(cell.source.strip()):
            faults.append(f"{cell.id}: not <details>, summary, a block of Python, a sentence and </details>")
    return faults


def faults_of_answers(unsolved: NotebookNode, answers: list[str]) -> list[str]:
    """What is wrong with the checks' answers: before the exercises are solved, and after."""
    faults = []
    for cell, solution in zip(tagged(unsolved, "check"), answers, strict=False):
        before = "".join(output.get("text", "") for output in cell.outputs)
        for sign, said, when in (("✗", before, "unsolved"), ("✓", solution, "solved")):
            if not said.startswith(sign) or len(said.splitlines()) != 1:
                faults.append(f"{cell.id}: {when}, it says {said.strip()!r} and not one line that begins with {sign}")
    return faults
