"""The sources of the site in one folder: the pages of `notebooks/site/`, the course, and the repository's documents."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.files import FOLDER, notebooks, read
from tools.mathml import mathml
from tools.site.in_place import offer
from tools.site.reference import write_reference

ROOT = FOLDER.parent
PAGES = FOLDER / "site"
#: Documents of the repository that are pages, and their names on the site.
DOCUMENTS = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
#: Where the start page has their cards, which a site without them leaves out.
CARDS = "% the playgrounds\n"
NO_PAGES = ("conf.py", "__pycache__", "static", "templates", "runtime", "playground", "training")
LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]*\])+)\]\((?![a-z]+:|#)([^()\s]+)\)")


@dataclass(frozen=True)
class Playground:
    """A page of its own: the module whose `build(out)` writes it, its folder, and what the start page says of it."""

    module: str
    folder: str
    card: str


PLAYGROUNDS = (
    Playground(
        "tools.playground",
        "playground",
        "Playground</a>**\n\n  Type an expression or a short program: its derivation, its drawing, a live stepper.",
    ),
    Playground(
        "tools.training_playground",
        "training",
        "Training</a>**\n\n  Watch a network learn; click a connection, and read its gradient as a sum over paths.",
    ),
)


def gather(into: Path, playgrounds: Sequence[Playground] = ()) -> None:
    """Fill a folder with all that Sphinx reads, for a site with these playgrounds."""
    shutil.copytree(PAGES, into, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*NO_PAGES))
    start = into / "index.md"
    cards = "".join(f'- **<a href="{its.folder}/index.html">{its.card}\n' for its in playgrounds)
    start.write_text(start.read_text(encoding="utf-8").replace(CARDS, cards), encoding="utf-8")
    shutil.copytree(FOLDER / "figures", into / "figures", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for guide in [start, *(into / "guides").glob("*.md")]:
        guide.write_text(
            guide.read_text(encoding="utf-8").replace("](../../figures/", "](../figures/"), encoding="utf-8"
        )
    course = into / "course"
    (course / "stored").mkdir()
    for source in notebooks():
        shutil.copyfile(source, course / "stored" / source.name)
        page = as_a_page(read(source), source.name)
        if any(its.folder == "playground" for its in playgrounds):
            offer(page)
        (course / source.name).write_text(nbformat.writes(page), encoding="utf-8")
    for source in FOLDER.glob("glossary.md"):
        shutil.copyfile(source, course / source.name)
    (into / "reference").mkdir()
    write_reference(into / "reference")
    for document, name in DOCUMENTS.items():
        text = (ROOT / document).read_text(encoding="utf-8")
        (into / name).write_text(LINK.sub(on_the_site, text), encoding="utf-8")


def as_a_page(notebook: NotebookNode, name: str) -> NotebookNode:
    """A notebook with MathML in the place of outputs in LaTeX, and a way to have it as a file."""
    notebook.cells[0].source += f"\n\n{{download}}`This page as a notebook <stored/{name}>`"
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if "data" in output and "text/latex" in output.data:
                formula = output.data["text/latex"].strip().strip("$")
                shown = f'<div class="formula">{mathml(formula, "block")}</div>'
                output.data = NotebookNode({"text/html": shown})
    return notebook


def on_the_site(link: re.Match[str]) -> str:
    """A link of a document to another of the repository, as one to a page; words alone if that is none.

    >>> LINK.sub(on_the_site, "see [what moved](CHANGELOG.md), [the notebooks](notebooks)")
    'see [what moved](changelog.md), the notebooks'
    """
    words, target = link[1], link[2]
    path, _, anchor = target.partition("#")
    page = DOCUMENTS.get(path)
    if path == "README.md":
        page = "index.md"
    elif path.startswith("notebooks/site/"):
        page = path.removeprefix("notebooks/site/")
    elif re.match(r"notebooks/\d\d-.*\.ipynb", path):
        page = path.replace("notebooks/", "course/")
    return words if page is None else f"[{words}]({page}{'#' + anchor if anchor else ''})"
