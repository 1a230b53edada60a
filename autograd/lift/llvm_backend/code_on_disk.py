"""Machine code kept on disk, so that the next process need not compile what this one has.

One file holds one compiled program, under the name of its fingerprint and beside a digest of both: what is damaged,
cut short or put there by something else is not executed, but compiled anew and replaced. The folder belongs to the user
alone, and holds a bounded number of bytes: what was not used for longest goes first. Nothing depends on it: where it
cannot be had, code is compiled, and that is said once.

The environment variable CHALKGRAD_CACHE names another folder, or switches this off: "0" or "off".
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import sys
import warnings
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from autograd.files import replace

VARIABLE = "CHALKGRAD_CACHE"
MOST_BYTES = 1 << 27  # in the folder
MARK = b"chalkgrad machine code 1\n"
DIGEST = 32  # bytes
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
ENTRY = re.compile(r"[0-9a-f]{64}|\.[0-9a-f]{40}\.[0-9a-f]{16}\.tmp")  # ours, and what a killed process left of one

told = False  # whether trouble with the folder was told


class Unusable(OSError):
    """A folder, or a file in it, that others could have written."""


def fetched(key: bytes) -> bytes | None:
    """The code of that fingerprint; None if it is not there, or not whole."""
    with trouble_told():
        folder = own_folder(make=False)
        if folder is None:
            return None
        path = folder / key.hex()
        try:
            content = own_content(path)
        except (FileNotFoundError, Unusable):
            return None
        start = len(MARK) + DIGEST
        code = content[start:]
        if content[:start] != MARK + entry_digest(key, code):
            return None
        with contextlib.suppress(OSError):  # on a read-only disk
            os.utime(path)  # used now
        return code
    return None


def keep(key: bytes, code: bytes) -> None:
    """Put code into the folder, if it can be written."""
    with trouble_told():
        folder = own_folder(make=True)
        if folder is not None and len(code) <= MOST_BYTES // 8:
            replace(str(folder / key.hex()), MARK + entry_digest(key, code) + code, 0o600)
            make_room(folder)


def entry_digest(key: bytes, code: bytes) -> bytes:
    return blake2b(MARK + key + code, digest_size=DIGEST).digest()


@contextlib.contextmanager
def trouble_told() -> Iterator[None]:
    """Do without the folder if anything is wrong with it, and say so the first time."""
    global told  # noqa: PLW0603
    try:
        yield
    except OSError as error:
        if not told:
            told = True
            text = f"compiled code is not kept on disk: {error}. {VARIABLE}=off says that it need not be."
            warnings.warn(text, RuntimeWarning, stacklevel=2)


# ── The folder ──────────────────────────────────────────────────────────────────────────────────────────────────


def wanted_folder() -> Path | None:
    """Where the folder is to be; None if nothing is to be kept, or nobody knows a home."""
    asked = os.environ.get(VARIABLE, "")
    if asked.lower() in ("0", "off"):
        return None
    if asked:
        return Path(asked).absolute()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME", "")
        base = base if os.path.isabs(base) else os.path.expanduser("~/.cache")  # as its specification says
    return Path(base, "chalkgrad", "machine-code") if os.path.isabs(base) else None


def own_folder(make: bool) -> Path | None:
    """The folder, if there is one and it is the user's own.

    Raises:
        OSError: if it is not, or cannot be made.
    """
    folder = wanted_folder()
    if folder is None:
        return None
    if make:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISDIR(found.st_mode):
        raise Unusable(f"{folder} is no folder")
    check_own(found, folder)
    return folder


def check_own(found: os.stat_result, path: Path) -> None:
    """Refuse what belongs to another user, or what others may write."""
    if hasattr(os, "geteuid") and (found.st_uid != os.geteuid() or found.st_mode & OTHERS_WRITE):
        raise Unusable(f"{path} belongs to another user, or others may write it")


def own_content(path: Path) -> bytes:
    """The content of a regular file that is the user's own; no link is followed, and no pipe waited for."""
    flags = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC"))
    try:
        handle = os.open(path, flags)
    except FileNotFoundError:
        raise
    except OSError as error:  # a link, or a folder
        raise Unusable(str(error)) from error
    with open(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_size > MOST_BYTES:
            raise Unusable(f"{path} is no file of code")
        check_own(found, path)
        return file.read()


def make_room(folder: Path) -> None:
    """Remove what was not used for longest, until the rest is within bounds."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if ENTRY.fullmatch(entry.name):
                with contextlib.suppress(OSError):  # removed by another process
                    what = entry.stat(follow_symlinks=False)
                    found.append((what.st_mtime_ns, what.st_size, entry.path))
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if total <= MOST_BYTES:
            break
        with contextlib.suppress(OSError):
            os.unlink(path)
        total -= size
