"""Cells of the course that a reader can run on the page: marked where they are, and a word where they are not."""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from tools.needs import parts

RUNS = "runs"  # the tag; what `notebooks/site/runtime/in_place.js` looks for
SAID = "**Run** below {which} runs it in this page, after what it needs; nothing is installed or sent."
AWAY = "It needs what the Python of a page has not, NumPy or data sets: solve it in the notebook."
#: What scripts of such a page, and the programs typed into it, may reach: nothing outside.
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; worker-src blob:; style-src 'self' "
    "'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; base-uri 'none'"
)


def offer(notebook: NotebookNode) -> None:
    """Tag the cells that run on a page, and say so; an exercise runs if its check does."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    runs = {id(cell) for cell, part in zip(code, parts(cell.source for cell in code), strict=True) if part.whole}
    exercises = away = 0
    for cell, after in zip(code, [*code[1:], None], strict=True):
        tags = cell.metadata.get("tags", [])
        if "exercise" in tags:
            exercises += 1
            if id(after) not in runs:
                away += 1
                runs.discard(id(cell))
                notebook.cells.insert(notebook.cells.index(cell), new_markdown_cell(f"*{AWAY}*"))
        if id(cell) in runs and not only_imports(cell.source):
            cell.metadata["tags"] = [*tags, RUNS]
    which = (
        "some cells" if away == exercises else "most exercises and other cells" if away else "exercises and other cells"
    )
    notebook.cells[0].source += "\n\n" + SAID.format(which=which)


def only_imports(source: str) -> bool:
    return all(line.startswith(("import ", "from ")) for line in source.splitlines() if line)


def head_and_end() -> tuple[str, str]:
    """What a page with such cells has in its head, and at its end."""
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    sheet = '<link rel="stylesheet" href="../runtime/in_place.css">'
    return f"{policy}{sheet}", '<script src="../runtime/in_place.js"></script>'
