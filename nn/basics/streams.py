"""Standard streams that end no run: what cannot be written to them is noted, to be told when all else is done.

A pipe whose reader has gone, a full disk behind `>`, a stream that is closed (`>&-`): none of them is a reason to lose
a trained network.

>>> with unfailing() as (out, err):
...     print("2 + 2 = 4")
...     out.failure is None and err.failure is None
2 + 2 = 4
True
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from collections.abc import Iterator
from typing import Any


class Unfailing(io.TextIOBase):
    """A stream to which writing never fails. After a first failure nothing more is written.

    Args:
        stream: where it goes, of text or of bytes; None if it is closed, as Python has it.
        failures: where the first failure is noted.
    """

    def __init__(self, stream: Any, failures: list[OSError | ValueError] | None = None) -> None:
        self.stream = stream
        self.failures = [] if failures is None else failures

    @property
    def failure(self) -> OSError | ValueError | None:
        """Why something was not written; None as long as all was."""
        return self.failures[0] if self.failures else None

    @property
    def buffer(self) -> Unfailing:
        """The same for bytes."""
        return Unfailing(getattr(self.stream, "buffer", None), self.failures)

    def write(self, text: Any) -> int:
        """Write, if that is possible."""
        if not self.failures:
            try:
                if self.stream is None:
                    raise OSError(errno.EBADF, os.strerror(errno.EBADF))
                self.stream.write(text)
            except (OSError, ValueError) as error:
                self.failures.append(error)
        return len(text)

    def flush(self) -> None:
        """Hand on what was written."""
        if not self.failures and self.stream is not None:
            try:
                self.stream.flush()
            except (OSError, ValueError) as error:
                self.failures.append(error)

    def give_up(self) -> None:
        """Lead a stream that has failed nowhere: what it still holds would fail again when the process ends."""
        if isinstance(self.failure, OSError) and self.stream is not None:
            with contextlib.suppress(OSError, ValueError):  # a stream in memory has no descriptor
                descriptor = self.stream.fileno()
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, descriptor)
                os.close(nowhere)

    def writable(self) -> bool:
        """As streams that are written to."""
        return True

    def isatty(self) -> bool:
        """Whether somebody looks on."""
        return self.stream is not None and bool(self.stream.isatty())

    def fileno(self) -> int:
        """The descriptor."""
        if self.stream is None:
            raise io.UnsupportedOperation("fileno")
        number: int = self.stream.fileno()
        return number

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """How text becomes bytes."""
        return getattr(self.stream, "encoding", None) or "utf-8"


@contextlib.contextmanager
def unfailing() -> Iterator[tuple[Unfailing, Unfailing]]:
    """While it is entered, `sys.stdout` and `sys.stderr` never fail."""
    occupy_closed()
    before = sys.stdout, sys.stderr
    out, err = Unfailing(sys.stdout), Unfailing(sys.stderr)
    sys.stdout, sys.stderr = out, err
    try:
        yield out, err
    finally:
        sys.stdout, sys.stderr = before
        for stream in (out, err):
            stream.flush()
            stream.give_up()


def occupy_closed() -> None:
    """Put something into the places of closed standard streams, or the next file that is opened would get the place,
    and whatever a library says on "stderr" would stand in the model. It can neither be read nor written."""
    for descriptor, way in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_RDONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, way)
