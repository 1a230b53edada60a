r"""What Sphinx learns for these pages: formulas as MathML, and code whose result the engine shows at build time.

    ```{shown}
    :hide: code
    from autograd.show import steps
    steps(loss)
    ```

The code of a page runs top to bottom in one namespace; what the last expression of a block shows in a notebook stands
below it. What raises is a fault of the page, and ends the build.
"""

from __future__ import annotations

import ast
import contextlib
import html
import io
import re
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from tools.mathml import mathml
from tools.site.in_place import RUNS, head_and_end

#: How Sphinx writes parameters, if they are a line each.
PARAMETERS = re.compile(r"<dl>\n((?:<dd>.*</dd>\n)+)</dl>")


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx calls."""
    app.add_directive("shown", Shown)
    app.connect("html-page-context", with_lines_of_parameters)
    app.connect("html-page-context", with_cells_that_run)
    app.add_html_math_renderer("mathml", (inline_formula, None), (displayed_formula, None))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def with_lines_of_parameters(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Parameters on lines of their own are lines, where Sphinx makes a list of descriptions of nothing."""

    def lines(found: re.Match[str]) -> str:
        return re.sub(r"<(/?)dd>", lambda tag: "</span>" if tag[1] else '<span class="parameter">', found[1])

    context["body"] = PARAMETERS.sub(lines, context.get("body", ""))


def with_cells_that_run(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """The script of a page that has such cells, and what it may reach."""
    if f"tag_{RUNS} " in context.get("body", ""):
        head, end = head_and_end()
        context["metatags"] = context.get("metatags", "") + head
        context["body"] += end


def inline_formula(translator: HTML5Translator, node: nodes.math) -> None:
    translator.body.append(mathml(node.astext()))
    raise nodes.SkipNode


def displayed_formula(translator: HTML5Translator, node: nodes.math_block) -> None:
    translator.body.append(f'<div class="formula">{mathml(node.astext(), "block")}</div>')
    raise nodes.SkipNode


class Shown(SphinxDirective):
    """Code, and what it shows."""

    has_content = True
    option_spec: ClassVar = {
        "hide": lambda argument: directives.choice(argument, ("code", "result")),
        "class": directives.class_option,
    }

    def run(self) -> list[nodes.Node]:
        names = self.env.current_document.setdefault("chalkgrad_names", {"__name__": "__page__"})
        source = "\n".join(self.content)
        try:
            shown = html_of(*ran(source, names))
        except Exception as error:
            raise self.error(f"the code of this page raises {type(error).__name__}: {error}") from error
        container = nodes.container(classes=["shown", *self.options.get("class", ())])
        if self.options.get("hide") != "code":
            container += nodes.literal_block(source, source, language="python")
        if self.options.get("hide") != "result" and shown:
            container += nodes.raw("", shown, format="html")
        return [container]


def ran(source: str, names: dict[str, Any]) -> tuple[str, Any]:
    """What a piece of code prints, and what its last expression is; None if it ends in a statement."""
    body = ast.parse(source).body
    last = ast.Expression(body.pop().value) if body and isinstance(body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(ast.Module(body, []), "<page>", "exec"), names)
        result = None if last is None else eval(compile(last, "<page>", "eval"), names)
    return printed.getvalue(), result


def html_of(printed: str, result: Any) -> str:
    """What a notebook would show."""
    parts = [f'<pre class="printed">{html.escape(printed)}</pre>'] if printed else []
    if result is not None:
        asked = getattr(result, "_repr_mimebundle_", None)
        bundle = asked() if asked else {"text/plain": repr(result)}
        if hasattr(result, "_repr_latex_"):
            bundle["text/latex"] = result._repr_latex_()
        if "text/html" in bundle:
            parts.append(bundle["text/html"])
        elif "text/latex" in bundle:
            formula = mathml(bundle["text/latex"].strip().strip("$"), "block")
            parts.append(f'<div class="formula">{formula}</div>')
        elif "image/svg+xml" in bundle:
            parts.append(f'<div class="picture">{bundle["image/svg+xml"]}</div>')
        else:
            parts.append(f'<pre class="printed">{html.escape(bundle["text/plain"])}</pre>')
    return "\n".join(parts)
