"""The program that lays a graph out, found wherever it is, and a `graphviz.Digraph` that uses it.

The `graphviz` package writes DOT; turning that into a picture takes a program: Graphviz's own `dot`, or the
self-contained `graphviz-pure`, which comes with chalkgrad where it has a wheel. A program that is broken, hangs, or
writes something else than the picture is passed over for the next, and where none is left, `own_svg` draws. This module
alone imports graphviz, and only when there is something to draw: so whoever draws can import this one at any time.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import warnings
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd.endings import check_ending
from autograd.files import write_whole
from autograd.own_files import IN_DOT, check_replaceable, write_own
from autograd.show.drawing.outside_program import ProgramError, answer
from autograd.show.drawing.picture_formats import nodes_in, wrong_with

if TYPE_CHECKING:
    import graphviz  # type: ignore[import-untyped]  # the package has no types

SETTING = "CHALKGRAD_DOT"
ON_THE_PATH = Path("dot")  # what the graphviz package runs if nobody tells it otherwise
PURE = "graphviz-pure"
MOST_AS_PIXELS = 200_000  # characters of SVG, above which pixels take long, and too much room
SECONDS, BYTES_A_SECOND = 20.0, 50_000  # that a program is waited for, and more for more to lay out
SOURCES, SOURCE_ENDINGS = "sources (render draws)", ("gv", "dot", "txt")
UNKNOWN_FORMAT = "not recognized"  # says a program of a format that it cannot write
FAILED: set[tuple[str, int]] = set()  # the programs that could not do what another could, and are asked last


class NoLayout(RuntimeError):
    """No program lays the graph out. The message says why, and what would.

    Args:
        failures: what each program that was asked had to say.
    """

    def __init__(self, message: str, failures: Mapping[Path, str] | None = None) -> None:
        super().__init__(message)
        self.failures = failures or {}


def find_program() -> Path:
    """The program to lay graphs out with, made known to the graphviz package: the first of `programs`.

    Raises:
        NoLayout: if there is none, saying what to install.
    """
    from graphviz.backend import dot_command  # type: ignore[import-untyped]

    found = next(iter(programs()), None)
    if found is None:
        raise NoLayout(
            "this picture needs a program that lays graphs out, and none was found.\n"
            f"Install one: `python -m pip install {PURE}` (Linux, macOS, Windows on x86-64 and 64-bit Arm),"
            " or Graphviz from https://graphviz.org/download/.\n"
            f"If you have one, set the environment variable {SETTING} to its full path. Without one, `.source` is"
            " still the graph in DOT."
        )
    dot_command.DOT_BINARY = found
    return found


def programs() -> list[Path]:
    """The programs that may lay graphs out; a later one is asked when those before it failed.

    In this order: the environment variable CHALKGRAD_DOT; what `graphviz.backend.dot_command.DOT_BINARY` was set to;
    `dot` on the PATH; the program of the distribution graphviz-pure, which need not be on the PATH. One that failed
    where another did not comes last from then on.

    Raises:
        RuntimeError: if CHALKGRAD_DOT leads nowhere.
    """
    from graphviz.backend import dot_command

    found: list[Path] = []
    setting = os.environ.get(SETTING)
    if setting:
        program = shutil.which(setting)
        if program is None:
            raise RuntimeError(
                f"the environment variable {SETTING} is {setting!r}, but there is no such program.\n"
                "Set it to the full path of Graphviz's dot or of graphviz-pure, or remove it."
            )
        found.append(Path(program))
    installed = installed_program()
    if Path(dot_command.DOT_BINARY) not in (ON_THE_PATH, installed, *found):  # set by the user, and not by us before
        found.append(Path(dot_command.DOT_BINARY))
    if shutil.which(ON_THE_PATH):
        found.append(ON_THE_PATH)
    if installed is not None:
        found.append(installed)
    return sorted(dict.fromkeys(found), key=lambda program: state_of_file(program) in FAILED)


def state_of_file(program: Path) -> tuple[str, int]:
    """Which file a program is, and since when: one that was repaired is another."""
    path = shutil.which(program) or str(program)
    try:
        return os.path.realpath(path), os.stat(path).st_mtime_ns
    except OSError:
        return path, 0


def installed_program() -> Path | None:
    """The program of the distribution graphviz-pure in this Python's environment, activated or not."""
    from importlib import metadata  # which takes longer to import than all of this

    try:
        files = metadata.files(PURE) or []
    except metadata.PackageNotFoundError:
        return None
    programs = (Path(str(file.locate())).resolve() for file in files if Path(file.name).stem == PURE)
    return next((program for program in programs if os.access(program, os.X_OK)), None)


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


def laid_out(
    source: str, asked: list[str], format: str, folder: str | Path | None = None, only_good: bool = False
) -> bytes:
    """The picture of a graph by the first program that makes one, of which there is a warning if it is not the first.

    Args:
        source: the graph in DOT.
        asked: the arguments of the program.
        format: of the picture.
        folder: in which the program runs.
        only_good: do not ask a program again that failed before.

    Raises:
        NoLayout: if there is no program, or each failed: how.
        ValueError: if a program cannot write this format.
    """
    find_program()
    given = source.encode("utf-8", errors="replace")
    patience = SECONDS + len(given) / BYTES_A_SECOND
    failures: dict[Path, str] = {}
    for program in programs():
        if only_good and state_of_file(program) in FAILED:
            continue
        try:
            path = os.path.abspath(shutil.which(program) or program)
            picture = answer([path, *asked], given, seconds=patience, folder=folder or None)
            failures[program] = wrong_with(picture, format, nodes_in(source))
        except ProgramError as error:
            failures[program] = str(error)
        if not failures[program]:
            del failures[program]
            note_failures(failures, program)
            return picture
    complaints = "\n".join(f"{program}: {failure}" for program, failure in failures.items())
    if UNKNOWN_FORMAT in complaints:
        raise ValueError(
            f"{program.name} cannot write this: {failures[program]}\n"
            "Ask for 'svg' or 'png'. PDF needs Graphviz's own program, dot (https://graphviz.org/download/); once it is"
            " on the PATH, it is used. Or open the SVG in a browser and print it to PDF."
        )
    raise NoLayout(
        f"the graph could not be laid out by any program that was found.\n{complaints}\n"
        f"Repair that, or install {PURE} (`python -m pip install {PURE}`). `.source` is still the graph in DOT.",
        failures,
    )


def note_failures(failures: Mapping[Path, str], instead: Path | str) -> None:
    """Warn of programs that failed where another did not, once each, and ask them last from now on."""
    for program, failure in failures.items():
        state = state_of_file(program)
        if state not in FAILED and UNKNOWN_FORMAT not in failure:
            FAILED.add(state)
            message = f"{program} cannot lay a graph out: {failure[:300]}. {instead} does it from now on."
            warnings.warn(message, stacklevel=2)
