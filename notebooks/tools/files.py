"""Where the notebooks are, and what of one is stored."""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograd.files import write_whole

FOLDER = Path(__file__).parents[1]
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
#: Tags of what is folded until a reader opens it, as the site knows them, and the words for it that Jupyter knows.
FOLDED = {"hide-input": "source_hidden", "hide-output": "outputs_hidden"}
ADDRESS = re.compile(r" at 0x[0-9a-f]+")  # of an object in memory, another one at each run


def notebooks(numbers: Iterable[str] = ()) -> list[Path]:
    """The notebooks in their order: those with these numbers, or all.

    Raises:
        ValueError: if there is none with such a number.
    """
    paths = sorted(FOLDER.glob("[0-9][0-9]-*.ipynb"))
    wanted = [number.zfill(2) for number in numbers]
    missing = set(wanted) - {path.name[:2] for path in paths}
    if missing:
        raise ValueError(
            f"there is no notebook {min(missing)}, only {', '.join(path.name[:2] for path in paths) or 'none at all'}"
        )
    return [path for path in paths if not wanted or path.name[:2] in wanted]


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def write(notebook: NotebookNode, path: Path) -> None:
    write_whole(path, written(notebook))


def written(notebook: NotebookNode) -> str:
    """The text of the file that a notebook is stored in."""
    text: str = nbformat.writes(cleaned(notebook))
    return text + "\n"


def cleaned(notebook: NotebookNode) -> NotebookNode:
    """The notebook with nothing in it that its readers do not need, or that another run would make different."""
    clean = deepcopy(notebook)
    clean.update(nbformat=4, nbformat_minor=5, metadata=NotebookNode(deepcopy(METADATA)))
    count = 0
    for cell in clean.cells:
        tags = cell.metadata.get("tags")
        cell.metadata = NotebookNode({"tags": tags} if tags else {})
        if folded := {key: True for tag, key in FOLDED.items() if tag in (tags or ())}:
            cell.metadata["jupyter"] = NotebookNode(folded)
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count if cell.source else None
            for output in cell.outputs:
                clean_output(output, count)
    return clean


def clean_output(output: NotebookNode, count: int) -> None:
    if "execution_count" in output:
        output.execution_count = count
    if "data" in output:
        output.metadata = NotebookNode()
        if "text/plain" in output.data:
            output.data["text/plain"] = ADDRESS.sub("", output.data["text/plain"])


def tagged(notebook: NotebookNode, tag: str) -> list[NotebookNode]:
    """The cells with that tag."""
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", ())]
