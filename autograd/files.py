"""Files that are whole or not there: the one way in which everything here writes a file.

The new content goes into a temporary file beside the old one and takes its place when it is on the disk. So readers
see the old file or the new one, and a process that is killed leaves the old one and, perhaps, a temporary file, which
a later write of the same file removes.

>>> import tempfile
>>> with tempfile.TemporaryDirectory() as folder:
...     write_whole(f"{folder}/a.txt", "½(y − ŷ)²")
...     Path(folder, "a.txt").read_text(encoding="utf-8"), os.listdir(folder)
('½(y − ŷ)²', ['a.txt'])
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

MOST_LINKS = 40  # that are followed one after the other, as in the kernels
LETTERS = 40  # of a file's name in that of its temporary file: all of it may be longer than a name can be
ABANDONED = 3600.0  # seconds since a temporary file was written to, after which nobody can be writing it


def write_whole(path: str | os.PathLike[str], content: str | bytes, *, parents: bool = False) -> None:
    """Write a file completely or not at all.

    Args:
        path: of the file. Of a symbolic link the target is written, and the link stays. What is no regular file (a
            pipe, a device, /dev/stdout) is not replaced, but written to.
        content: all of it; text is written as UTF-8, with line ends as they are.
        parents: make the folders that are missing.

    A file that was there keeps its mode; a new one gets what the umask leaves.

    Raises:
        OSError: with `path`, if it cannot be written. What was there before stays.
    """
    data = content.encode() if isinstance(content, str) else content
    path = os.fspath(path)
    try:
        if parents:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        descriptor = own_descriptor(path)
        mode = None if descriptor is not None else mode_of(path)
        if descriptor is not None:
            with open(os.dup(descriptor), "wb") as file:
                file.write(data)
        elif mode is not None and not stat.S_ISREG(mode):
            with open(path, "wb") as file:
                file.write(data)
        else:
            replace(os.path.realpath(path), data, mode)
    except OSError as error:  # which may name the temporary file
        raise OSError(error.errno, error.strerror, path) from error


def mode_of(path: str) -> int | None:
    """Kind and permissions of a file, whatever links lead to it; None if there is none yet."""
    try:
        return os.stat(path).st_mode
    except FileNotFoundError:
        return None


def own_descriptor(path: str) -> int | None:
    """The number of the open file that a name such as /dev/stdout stands for in this process; None for other names.

    It may be a regular file, `> out.txt`, which others hold open, too: replaced, it would be lost to them.
    """
    for _ in range(MOST_LINKS):
        folder, name = os.path.split(path)
        folder = os.path.realpath(folder)
        if name.isdecimal() and folder in {"/dev/fd", f"/proc/{os.getpid()}/fd"}:
            return int(name)
        if not os.path.islink(path):
            return None
        path = os.path.join(folder, os.readlink(path))
    return None


def replace(target: str, data: bytes, mode: int | None) -> None:
    """Put a new file with these bytes in the place of a regular one, or where there is none."""
    folder, name = os.path.split(target)
    sweep(folder, name)
    temporary = os.path.join(folder, f".{name[:LETTERS]}.{secrets.token_hex(8)}.tmp")
    permissions = 0o666 if mode is None else stat.S_IMODE(mode)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), permissions)
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            os.chmod(temporary, permissions)  # all of them, also what the umask would not give
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    with contextlib.suppress(OSError):  # the move itself reaches the disk with the folder; not every system can do that
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def temporary_names(name: str) -> re.Pattern[str]:
    """What the temporary files of a file are called."""
    return re.compile(rf"\.{re.escape(name[:LETTERS])}\.[0-9a-f]{{16}}\.tmp")


def sweep(folder: str, name: str) -> None:
    """Remove the temporary files of this name that killed processes have left."""
    leftover = temporary_names(name)
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if leftover.fullmatch(entry.name):
                with contextlib.suppress(OSError):
                    found = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(found.st_mode) and time.time() - found.st_mtime > ABANDONED:
                        os.unlink(entry.path)


# ── Before there is anything to write ───────────────────────────────────────────────────────────────────────────


def check_folder(path: str | os.PathLike[str]) -> None:
    """Make sure that files can be written into a folder, which need not be there yet. Nothing is left by trying.

    Raises:
        OSError: if they cannot.
    """
    with made_for_now(Path(path)), tempfile.TemporaryFile(dir=path):
        pass


def check_file(path: str | os.PathLike[str]) -> None:
    """The same for a file. One that is there stays as it is.

    Raises:
        OSError: if it cannot be written.
    """
    mode = mode_of(os.fspath(path))
    if mode is not None and stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
    if mode is None or stat.S_ISREG(mode):  # what is neither is opened when there is something to write
        check_folder(os.path.dirname(os.path.realpath(path)))


@contextlib.contextmanager
def made_for_now(path: Path) -> Iterator[None]:
    """A folder that is there for a moment, with the folders above it; those that were not there are gone after it."""
    missing = []
    while not path.exists():
        missing.append(path)
        path = path.parent
    made = []
    try:
        for folder in reversed(missing):
            with contextlib.suppress(FileExistsError):  # somebody else has made it meanwhile
                folder.mkdir(parents=True)
                made.append(folder)
        yield
    finally:
        for folder in reversed(made):
            with contextlib.suppress(OSError):
                folder.rmdir()
