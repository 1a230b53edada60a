"""The drawing that people get: a `graphviz.Digraph` that finds its program, and does without one where it can.

This module and the one before it alone import graphviz, and only when there is something to draw: so whoever draws can
import them at any time.
"""

from __future__ import annotations

import contextlib
import os
from base64 import b64encode
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd.endings import check_ending
from autograd.files import write_whole
from autograd.own_files import IN_DOT, check_replaceable, write_own
from autograd.show.drawing.graphviz_program import NoLayout, laid_out, note_failures

if TYPE_CHECKING:
    import graphviz  # type: ignore[import-untyped]  # the package has no types

SOURCES, SOURCE_ENDINGS = "sources (render draws)", ("gv", "dot", "txt")
MOST_AS_PIXELS = 200_000  # characters of SVG, above which pixels take long, and too much room


def new_drawing(
    lines: Iterable[str], as_svg: Callable[[], str] | None = None, as_tikz: Callable[[str], str] | None = None
) -> graphviz.Digraph:
    """The drawing of these lines of DOT, those between the braces.

    Args:
        as_svg: the same drawn without a program.
        as_tikz: from the layout, in the format "plain", to the same as TikZ.
    """
    drawing = drawing_class()(format="svg", body=lines)
    drawing.as_tikz = as_tikz
    drawing.own = as_svg, drawing.source
    return drawing


@cache
def drawing_class() -> Any:
    """The class `Drawing`, made when the graphviz package is there to be imported."""
    import graphviz

    class Drawing(graphviz.Digraph):  # type: ignore[misc]  # the package has no types
        """A `graphviz.Digraph` that finds its program, writes SVG unless told otherwise, and is quiet about fonts."""

        __qualname__ = "Drawing"  # where `pickle` looks for it: see `__getattr__`

        def pipe(
            self,
            format: str | None = None,
            renderer: str | None = None,
            formatter: str | None = None,
            neato_no_op: bool | int | None = None,
            quiet: bool = True,
            *,
            engine: str | None = None,
            encoding: str | None = None,
            folder: str | Path | None = None,
        ) -> Any:
            """The picture as bytes, or as text with `encoding="utf-8"`; arguments as for `graphviz.Digraph.pipe`.

            Args:
                folder: the one from which the names of images are read.

            Raises:
                RuntimeError: if there is no program to lay it out, or none of them did, and it is not an SVG of what
                    `draw` has drawn, for which no program is needed.
                ValueError: if the program that was found cannot write this format.
            """
            from graphviz.backend.dot_command import command  # type: ignore[import-untyped]

            form = format or self.format
            _, *asked = command(
                engine or self.engine, form, renderer=renderer, formatter=formatter, neato_no_op=neato_no_op
            )
            own = self.drawn_by_us(form)
            try:
                picture = laid_out(self.source, asked, form, folder, only_good=own is not None)
            except NoLayout as reason:
                if own is None:
                    raise
                note_failures(reason.failures, "chalkgrad")
                picture = own().encode()
            return picture if encoding is None else picture.decode(encoding)

        def drawn_by_us(self, form: str) -> Callable[[], str] | None:
            """What draws the same without a program, if it is SVG, and nothing was added to the drawing."""
            as_svg, source = getattr(self, "own", (None, ""))
            found: Callable[[], str] | None = as_svg if form == "svg" and source == self.source else None
            return found

        @property
        def tikz(self) -> str:
            """The picture as a `tikzpicture` for LaTeX, without what was added to the drawing since.

            Raises:
                RuntimeError: if there is no program to lay it out.
                AttributeError: if it is none that `draw` has made.
            """
            if getattr(self, "as_tikz", None) is None:
                raise AttributeError("only a drawing that draw() has made is known as TikZ; call draw again")
            written: str = self.as_tikz(self.pipe("plain", encoding="utf-8"))
            return written

        def save(
            self,
            filename: str | os.PathLike[str] | None = None,
            directory: str | os.PathLike[str] | None = None,
            *,
            skip_existing: bool | None = False,
        ) -> str:
            """Write the DOT source to a file, whole or not at all; arguments as for `graphviz.Digraph.save`."""
            if filename is not None:
                self.filename = os.fspath(filename)
            if directory is not None:
                self.directory = os.fspath(directory)
            path: str = self.filepath
            check_ending(path, SOURCES, *SOURCE_ENDINGS)
            if not (skip_existing and os.path.exists(path)):
                write_whole(path, self.source, parents=True)
            return path

        def render(
            self,
            filename: str | os.PathLike[str] | None = None,
            directory: str | os.PathLike[str] | None = None,
            view: bool = False,
            cleanup: bool = False,
            format: str | None = None,
            renderer: str | None = None,
            formatter: str | None = None,
            neato_no_op: bool | int | None = None,
            quiet: bool = True,
            quiet_view: bool = False,
            *,
            outfile: str | os.PathLike[str] | None = None,
            engine: str | None = None,
            raise_if_result_exists: bool = False,
            overwrite_source: bool = False,
        ) -> str:
            """Write the picture to a file, whole or not at all, and the DOT source beside it unless `cleanup` is set.

            Arguments as for `graphviz.Digraph.render`. The source takes the place of a file that was written here and
            not changed since, and of others only with `overwrite_source`.

            Raises:
                ValueError: if another file is where the source is to be. Nothing is written then, nor if `pipe` raises.
            """
            if outfile is not None:
                outfile = Path(outfile) if directory is not None else Path(self.directory, outfile)
                format = format or outfile.suffix[1:].lower() or None
                check_ending(outfile, f"pictures of the format {format!r}", format or self.format)
                filename = filename or outfile.with_suffix(".gv")
            form = format or self.format
            source = Path(
                self.directory if directory is None else directory, self.filename if filename is None else filename
            )
            suffix = ".".join(part for part in (formatter, renderer, form) if part)
            target = f"{source}.{suffix}" if outfile is None else str(outfile)
            if Path(target) == source and not overwrite_source:
                raise ValueError(f"the picture and its source cannot both be {target}; give one of them another name")
            if raise_if_result_exists and os.path.exists(target):
                raise graphviz.FileExistsError(f"output file exists: {target!r}")
            own = not (cleanup or overwrite_source or has_text(source, self.source))
            if own:
                check_replaceable(source)
            folder = source.parent if source.parent.is_dir() else None
            picture = self.pipe(form, renderer, formatter, neato_no_op, quiet, engine=engine, folder=folder)
            if own:
                check_ending(source, SOURCES, *SOURCE_ENDINGS)
                write_own({source: self.source}, comment=IN_DOT)
            elif overwrite_source and not cleanup:
                self.save(filename, directory)
            write_whole(target, picture, parents=True)
            if view or quiet_view:
                self._view(target, format=form, quiet=quiet_view)
            return target

        def __repr__(self) -> str:
            return f"<{type(self).__name__} of {len(self.source.splitlines())} lines of DOT>"

        def _repr_mimebundle_(self, *args: Any, **options: Any) -> dict[str, Any]:
            """The picture in a notebook, as SVG, and as pixels for one that is not trusted yet and so shows no SVG.

            Without a program that draws it, why, and what to install.
            """
            try:
                bundle = {"text/plain": repr(self), "image/svg+xml": self.pipe("svg", encoding="utf-8")}
            except (RuntimeError, ValueError) as reason:
                return {"text/plain": str(reason)}
            if len(bundle["image/svg+xml"]) <= MOST_AS_PIXELS:
                with contextlib.suppress(RuntimeError, ValueError):  # the SVG is worth having without them
                    bundle["image/png"] = b64encode(self.pipe("png")).decode()
            return bundle

    return Drawing


def has_text(path: Path, text: str) -> bool:
    """Whether a file holds just this text."""
    try:
        return path.is_file() and path.read_bytes() == text.encode()
    except OSError:
        return False


def __getattr__(name: str) -> Any:
    if name == "Drawing":
        return drawing_class()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
