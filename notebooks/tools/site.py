"""Pages of the README, the notebooks and the documents, as they are stored, which need no server and no network."""

from __future__ import annotations

import logging
import re
import shutil
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook
from pygments.formatters import HtmlFormatter
from traitlets import Any as Anything

from tools.files import FOLDER, notebooks, read
from tools.mathml import mathml

HERE, ROOT = Path(__file__).parent, FOLDER.parent
HEADING = re.compile(r"^# (?:\d+\. )?(.+)$", re.M)
IMAGES = (".svg", ".png", ".jpg")


def build(out: Path) -> Path:
    """Write the site into a folder, which is made if need be, and return its first page."""
    out.mkdir(parents=True, exist_ok=True)
    course_sources = notebooks()
    sources = [
        ROOT / "README.md",
        *course_sources,
        *sorted(FOLDER.glob("*.md")),
        ROOT / "CONTRIBUTING.md",
        ROOT / "CHANGELOG.md",
    ]
    addresses = {source: source.with_suffix(".html").name for source in sources} | {sources[0]: "index.html"}
    contents = {source: content(source) for source in sources}
    titles = {source: title(notebook) for source, notebook in contents.items()}
    course = [(int(source.name[:2]), titles[source], addresses[source]) for source in course_sources]
    template = Environment(loader=FileSystemLoader(HERE), autoescape=True).get_template("page.html.jinja")
    for source, notebook in contents.items():
        exporter = Exporter(links=Links(source.parent, addresses, out))
        body, _ = exporter.from_notebook_node(notebook)
        text = template.render(title=titles[source], body=body, course=course, here=addresses[source])
        (out / addresses[source]).write_text(text, encoding="utf-8")
    look = (HERE / "page.css").read_text(encoding="utf-8")
    (out / "page.css").write_text(f"{look}\n{code_colours()}", encoding="utf-8")
    return out / "index.html"


def content(source: Path) -> NotebookNode:
    """A notebook; Markdown is one of a single cell."""
    if source.suffix == ".ipynb":
        return with_mathml(read(source))
    return new_notebook(cells=[new_markdown_cell(source.read_text(encoding="utf-8"))])


def title(notebook: NotebookNode) -> str:
    found = HEADING.search(notebook.cells[0].source)
    return found[1] if found else "chalkgrad"


def with_mathml(notebook: NotebookNode) -> NotebookNode:
    """The notebook with MathML in the place of outputs in LaTeX."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if "data" in output and "text/latex" in output.data:
                formula = output.data["text/latex"].strip().strip("$")
                output.data = NotebookNode({"text/html": mathml(formula, "block")})
    return notebook


class Links:
    """Where links lead on the site. A file that is linked and is no page is copied, if it is a picture.

    Args:
        base: the folder that links of a source are relative to.
        addresses: the page of each source.
        out: the folder of the site.
    """

    def __init__(self, base: Path, addresses: dict[Path, str], out: Path) -> None:
        self.base, self.addresses, self.out = base, addresses, out

    def address(self, url: str) -> str | None:
        """The address on the site; None for a file that is not on it."""
        if re.match(r"[a-z]+:|#", url):
            return url
        target = (self.base / url).resolve()
        if target.suffix in IMAGES and target.is_file():
            (self.out / "pictures").mkdir(exist_ok=True)
            shutil.copyfile(target, self.out / "pictures" / target.name)
            return f"pictures/{target.name}"
        return self.addresses.get(target)


class Renderer(IPythonRenderer):
    """Markdown as HTML, with formulas in MathML, and links to other pages of the site."""

    def __init__(self, links: Links) -> None:
        super().__init__(escape=False, exclude_anchor_links=True)
        self.links = links

    def heading(self, text: str, level: int, **attributes: Any) -> str:
        """A heading that links lead to by its words."""
        name = re.sub(r"<[^>]*>|[^\w\s-]", "", text).strip().lower().replace(" ", "-")
        return f'<h{level} id="{name}">{text}</h{level}>\n'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        address = self.links.address(url)
        return text if address is None else super().link(text, address, title)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return super().image(text, self.links.address(url) or url, title)

    def block_math(self, body: str) -> str:
        return mathml(body, "block")

    def inline_math(self, body: str) -> str:
        return mathml(body)

    def latex_environment(self, name: str, body: str) -> str:
        return mathml(rf"\begin{{{name}}}{body}\end{{{name}}}", "block")


class Exporter(HTMLExporter):
    """A notebook as HTML: its cells, without prompts, and without the page around them."""

    links = Anything()

    def __init__(self, **options: Any) -> None:
        super().__init__(template_name="basic", exclude_input_prompt=True, exclude_output_prompt=True, **options)
        self.log = logging.getLogger("chalkgrad.site")
        self.log.setLevel(logging.ERROR)

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """What the template calls for the text of a cell."""
        html: str = MarkdownWithMath(renderer=Renderer(self.links)).render(source)
        return html


def code_colours() -> str:
    """The colours of code, for light and for dark."""
    light, dark = (
        re.sub(
            r".*\.err .*\n", "", HtmlFormatter(style=style).get_style_defs(".highlight")
        )  # ∂ is no error in an output
        for style in ("friendly", "github-dark")
    )
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"
