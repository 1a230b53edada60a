"""The program that lays a graph out, found wherever it is, and what it answers.

Turning DOT into a picture takes a program: Graphviz's own `dot`, or the self-contained `graphviz-pure`, which comes
with chalkgrad where it has a wheel. A program that is broken, hangs, or writes something else than the picture is
passed over for the next, and where none is left, `own_svg` draws.
"""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path

from autograd.show.drawing.outside_program import ProgramError, answer
from autograd.show.drawing.picture_formats import nodes_in, wrong_with

SETTING = "CHALKGRAD_DOT"
ON_THE_PATH = Path("dot")  # what the graphviz package runs if nobody tells it otherwise
PURE = "graphviz-pure"
SECONDS, BYTES_A_SECOND = 20.0, 50_000  # that a program is waited for, and more for more to lay out
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
