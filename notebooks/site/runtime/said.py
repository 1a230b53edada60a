"""What a program prints and how it ends, in words for who wrote it and not of the insides of this Python."""

from __future__ import annotations

import importlib.util
import io
import traceback
from collections.abc import Container
from typing import Any

MOST_PRINTED = 20_000  # characters
#: What Pyodide says, and what is meant.
MEANT = {
    "Cannot stack switch": "nothing can be waited for here, so asyncio.run and run_until_complete do not work; "
    "call plain functions",
    "can't start new thread": "there are no threads here; do one thing after the other",
    "emscripten does not support processes": "no other programs can be started here",
    "Function not implemented": "a browser's Python cannot do that: it is no operating system",
    "Host is unreachable": "there is no network here",
}


class TooMuch(BaseException):
    """A program that is stopped; no `except Exception` of its own keeps it from that."""


class Bounded(io.StringIO):
    """What is printed, up to an end."""

    def write(self, text: str) -> int:
        if self.tell() + len(text) > MOST_PRINTED:
            raise TooMuch(f"the program printed more than {MOST_PRINTED:,} characters")
        return super().write(text)


class NoKeyboard(io.TextIOBase):
    """What `input()` reads from."""

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
        raise OSError("nobody can be asked here: write the answer into the program in place of input()")

    def read(self, size: int | None = -1, /) -> str:
        return self.readline()


def said_of(error: BaseException, files: Container[str]) -> dict[str, Any]:
    """An error in the reader's words, with the place in one of the files that the reader wrote."""
    if isinstance(error, SyntaxError) and error.filename in files:
        said = {"message": f"{type(error).__name__}: {error.msg}", "file": error.filename}
        return said | {"line": error.lineno or 1, "column": error.offset or 1}
    name = "Stopped" if isinstance(error, TooMuch) else type(error).__name__
    text = next((meant for said, meant in MEANT.items() if said in str(error)), str(error))
    message = f"{name}: {text}" if text else name
    if isinstance(error, SystemExit):
        message = "The program ended itself."
    if isinstance(error, ModuleNotFoundError):
        ours = "autograd and nn" if importlib.util.find_spec("nn") else "autograd"
        message += f". Here are Python's standard library, and {ours}; nothing else can be imported."
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in files]
    where = frames[-1] if frames else None
    return {
        "message": message,
        "file": where.filename if where else None,
        "line": where.lineno if where else None,
        "column": (where.colno or 0) + 1 if where else None,
    }
