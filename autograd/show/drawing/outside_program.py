"""Asking a program that is not ours: it may be missing, broken, deaf, talkative, or never end; it gets a bounded time.

>>> answer([sys.executable, "-c", "print(input()[::-1])"], b"stressed", seconds=60.0).decode().strip()
'desserts'
>>> answer([sys.executable, "-c", "import time; time.sleep(60)"], b"", seconds=0.1)
Traceback (most recent call last):
    ...
autograd.show.drawing.outside_program.ProgramError: it had no answer after 0.1 s
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Thread
from typing import IO

MOST_SAID = 200_000_000  # bytes of an answer
MOST_COMPLAINED = 10_000  # bytes of complaints that are kept
AT_ONCE = 65_536  # bytes that are read
LAST_WORDS = 2.0  # seconds in which a pipe has to be empty once its program was ended


class ProgramError(RuntimeError):
    """A program that did not answer. The message says how it went, in a line."""


def answer(command: Sequence[str | Path], given: bytes, *, seconds: float, folder: str | Path | None = None) -> bytes:
    """What a program writes to its standard output.

    Args:
        command: the program and its arguments; no shell reads them.
        given: what it finds on its standard input. A program that does not read it is none the worse.
        seconds: after which it is ended, and whatever it has started with it.
        folder: in which it runs; None for this process's.

    Raises:
        ProgramError: if it cannot be started, ends with a status other than 0 or by a signal, says too much, or has
            not ended in time.
    """
    deadline = time.monotonic() + seconds
    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen(
            list(map(str, command)), stdin=pipe, stdout=pipe, stderr=pipe, cwd=folder, start_new_session=True
        )
    except (OSError, ValueError) as error:
        raise ProgramError(f"it cannot be started: {getattr(error, 'strerror', None) or error}") from error
    said, complained = bytearray(), bytearray()
    work = [
        Thread(target=feed, args=(process.stdin, given), daemon=True),
        Thread(target=listen, args=(process.stdout, said, MOST_SAID + 1), daemon=True),
        Thread(target=listen, args=(process.stderr, complained, MOST_COMPLAINED), daemon=True),
    ]
    try:
        for thread in work:
            thread.start()
        while any(thread.is_alive() for thread in work[1:]) and len(said) <= MOST_SAID:
            left = deadline - time.monotonic()
            if left <= 0.0:
                raise ProgramError(f"it had no answer after {seconds:.3g} s")
            next(thread for thread in work[1:] if thread.is_alive()).join(min(left, 0.1))
        if len(said) > MOST_SAID:
            raise ProgramError(f"its answer is longer than {MOST_SAID:,} bytes")
        try:
            status = process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise ProgramError(f"it had not ended after {seconds:.3g} s") from None
    finally:
        end(process)
        for thread in work:
            thread.join(LAST_WORDS)
    if status != 0:
        how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
        complaint = " ".join(bytes(complained).decode(errors="replace").split())
        raise ProgramError(f"it {how}" + (f": {complaint}" if complaint else ""))
    return bytes(said)


def feed(stream: IO[bytes] | None, given: bytes) -> None:
    """Write everything, if it is wanted."""
    with contextlib.suppress(OSError, ValueError):
        if stream is not None:
            stream.write(given)
    with contextlib.suppress(OSError, ValueError):
        if stream is not None:
            stream.close()


def listen(stream: IO[bytes] | None, heard: bytearray, most: int) -> None:
    """Read to the end, and keep the first bytes."""
    with contextlib.suppress(OSError, ValueError):
        while stream is not None and (chunk := os.read(stream.fileno(), AT_ONCE)):
            heard += chunk[: most - len(heard)]
    with contextlib.suppress(OSError, ValueError):
        if stream is not None:
            stream.close()


def end(process: subprocess.Popen[bytes]) -> None:
    """End a program that still runs, and what it has started."""
    with contextlib.suppress(OSError):
        if sys.platform != "win32":
            os.killpg(process.pid, signal.SIGKILL)  # it leads a group of its own
        else:
            process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(LAST_WORDS)
