"""The program that lays a graph out, found wherever it is, and a `graphviz.Digraph` that uses it.

The `graphviz` package writes DOT; turning that into a picture takes a program: Graphviz's own `dot`, or the
self-contained `graphviz-pure`, which comes with chalkgrad where it has a wheel. This module alone imports graphviz, and
only when there is something to draw: so whoever draws can import this one at any time.
"""

from __future__ import annotations

import os
import shutil
from base64 import b64encode
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import graphviz  # type: ignore[import-untyped]  # the package has no types

SETTING = "CHALKGRAD_DOT"
ON_THE_PATH = Path("dot")  # what the graphviz package runs if nobody tells it otherwise
PURE = "graphviz-pure"
MOST_AS_PIXELS = 200_000  # characters of SVG, above which pixels take long, and too much room


def find_program() -> Path:
    """The program to lay graphs out with, made known to the graphviz package.

    In this order: the environment variable CHALKGRAD_DOT; what `graphviz.backend.dot_command.DOT_BINARY` was set to;
    `dot` on the PATH; the program of the distribution graphviz-pure, which need not be on the PATH.

    Raises:
        RuntimeError: if there is none, saying what to install.
    """
    from graphviz.backend import dot_command  # type: ignore[import-untyped]

    setting = os.environ.get(SETTING)
    if setting:
        program = shutil.which(setting)
        if program is None:
            raise RuntimeError(
                f"the environment variable {SETTING} is {setting!r}, but there is no such program.\n"
                "Set it to the full path of Graphviz's dot or of graphviz-pure, or remove it."
            )
        found: Path | None = Path(program)
    else:
        installed = installed_program()
        if Path(dot_command.DOT_BINARY) not in (ON_THE_PATH, installed):  # set by the user, and not by us before
            found = Path(dot_command.DOT_BINARY)
        else:
            found = ON_THE_PATH if shutil.which(ON_THE_PATH) else installed
    if found is None:
        raise RuntimeError(
            "a picture needs a program that lays graphs out, and none was found.\n"
            f"Install one: `python -m pip install {PURE}` (Linux, macOS, Windows on x86-64 and 64-bit Arm),"
            " or Graphviz from https://graphviz.org/download/.\n"
            f"If you have one, set the environment variable {SETTING} to its full path. Without one, `.source` is"
            " still the graph in DOT."
        )
    dot_command.DOT_BINARY = found
    return found


def installed_program() -> Path | None:
    """The program of the distribution graphviz-pure in this Python's environment, activated or not."""
    from importlib import metadata  # which takes longer to import than all of this

    try:
        files = metadata.files(PURE) or []
    except metadata.PackageNotFoundError:
        return None
    programs = (Path(str(file.locate())).resolve() for file in files if Path(file.name).stem == PURE)
    return next((program for program in programs if os.access(program, os.X_OK)), None)


def new_drawing(lines: Iterable[str]) -> graphviz.Digraph:
    """The drawing of these lines of DOT, those between the braces."""
    return drawing_class()(format="svg", body=lines)


@cache
def drawing_class() -> Any:
    """The class `Drawing`, made when the graphviz package is there to be imported."""
    import graphviz

    class Drawing(graphviz.Digraph):  # type: ignore[misc]  # the package has no types
        """A `graphviz.Digraph` that finds its program, writes SVG unless told otherwise, and is quiet about fonts."""

        __qualname__ = "Drawing"  # where `pickle` looks for it: see `__getattr__`

        def pipe(self, *args: Any, quiet: bool = True, **options: Any) -> Any:
            """The picture as bytes, or as text with `encoding="utf-8"`; arguments as for `graphviz.Digraph.pipe`.

            Raises:
                RuntimeError: if there is no program to lay it out.
                ValueError: if the program that was found cannot write this format.
            """
            return laid_out(super().pipe, *args, quiet=quiet, **options)

        def render(self, *args: Any, quiet: bool = True, **options: Any) -> Any:
            """Write the picture to a file; arguments as for `graphviz.Digraph.render`. Raises what `pipe` raises."""
            return laid_out(super().render, *args, quiet=quiet, **options)

        def __repr__(self) -> str:
            return f"<{type(self).__name__} of {len(self.source.splitlines())} lines of DOT>"

        def _repr_mimebundle_(self, *args: Any, **options: Any) -> dict[str, Any]:
            """The picture in a notebook, as SVG, and as pixels for one that is not trusted yet and so shows no SVG.

            Without a program, what to install.
            """
            try:
                find_program()
            except RuntimeError as missing:
                return {"text/plain": str(missing)}
            bundle = {"text/plain": repr(self), "image/svg+xml": self.pipe("svg", encoding="utf-8")}
            if len(bundle["image/svg+xml"]) <= MOST_AS_PIXELS:
                bundle["image/png"] = b64encode(self.pipe("png")).decode()
            return bundle

    return Drawing


def __getattr__(name: str) -> Any:
    if name == "Drawing":
        return drawing_class()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def laid_out(write: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Write the picture with the program that is found, and explain what it refuses."""
    import graphviz

    program = find_program()
    try:
        return write(*args, **options)
    except graphviz.CalledProcessError as error:
        complaint = error.stderr.decode(errors="replace") if isinstance(error.stderr, bytes) else str(error.stderr)
        if "not recognized" not in complaint:
            raise
        raise ValueError(
            f"{program.name} cannot write this: {complaint.strip()}\n"
            "Ask for 'svg' or 'png'. PDF needs Graphviz's own program, dot (https://graphviz.org/download/); once it is"
            " on the PATH, it is used. Or open the SVG in a browser and print it to PDF."
        ) from error
