"""How every command ends: with what it has to write written, and with a status that tells what could not be printed.

Printing goes through streams that never fail (`nn.basics.streams`). When a command is over, a reader that has gone is
the status 141, as of a process that SIGPIPE ends, and silence; any other failure of a stream is a line and the
status 2. Who closes stderr wants to hear nothing, and that is all right.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from nn.basics.streams import Unfailing, unfailing

REPAIRABLE, READER_GONE = 2, 128 + 13  # statuses


class Commands(click.Group):
    """A group of commands none of which ends because something cannot be printed."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run the command that the words of the command line name, and exit."""
        with unfailing() as (out, err):
            try:
                return super().main(*args, **options)
            except SystemExit as end:
                status = end.code or lost(out, err)
            except OSError as error:  # of what click itself prints
                click.echo(f"chalkgrad: {error}", err=True)
                status = REPAIRABLE
        sys.exit(status)


def lost(out: Unfailing, err: Unfailing) -> int:
    """The status of a command that has done everything, by what of its words was lost; 0 if nothing was."""
    for stream, name in ((out, "standard output"), (err, "standard error")):
        stream.flush()
        failure = stream.failure
        if isinstance(failure, BrokenPipeError):
            return READER_GONE
        if failure is not None and not (stream is err and err.stream is None):
            what = failure.strerror if isinstance(failure, OSError) else failure
            closed = isinstance(failure, OSError) and failure.errno == errno.EBADF
            click.echo(f"chalkgrad: {name} {'is closed' if closed else f'cannot be written to: {what}'}", err=True)
            return REPAIRABLE
    return 0


def repairable(command: Callable[..., None]) -> Callable[..., None]:
    """Report what the user can repair in a line on stderr, with exit status 2."""

    @wraps(command)
    def careful(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except (ValueError, ModuleNotFoundError, OSError) as error:
            click.echo(f"chalkgrad: {' '.join(str(error).split())}", err=True)
            sys.exit(REPAIRABLE)

    return careful


def typed_line(prompt: str) -> str:
    """What is typed after a prompt.

    Raises:
        EOFError: if nothing more can come, or nobody can see what is asked.
    """
    if sys.stdin is None or getattr(sys.stdout, "failure", None) is not None:
        raise EOFError
    return input(prompt)
