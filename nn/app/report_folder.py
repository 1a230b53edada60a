"""The folder of a report, in which only what chalkgrad wrote is ever replaced or removed.

`summary.json` lists the files of the report with the SHA-256 of each, and its own. A file in the folder is ours if it
has one of our names and is still what was written; everything else is somebody's and stays. Each file is written whole
or not at all, and the list before the files, so that what a killed process leaves is still known as ours.

One process at a time has a folder, from before it trains until its report is whole. The lock is the kernel's, on the
folder itself: it leaves no file, and ends with the process, however that ends.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from autograd.files import check_folder, made_for_now, sweep, temporary_names, write_whole
from nn.basics.forms import FormError, check_form, fields, list_of, map_of, plain_text
from nn.data.messages import DataError

try:
    import fcntl
except ModuleNotFoundError:  # pragma: no cover (Windows, where folders cannot be locked)
    fcntl = None  # type: ignore[assignment]

SUMMARY = "summary.json"
PICTURES = "learning_curves decision_boundary confusion predicted_versus_true weights network".split()
NAMES = ["model.json", "history.csv", "report.html", *(f"{name}.svg" for name in PICTURES)]
"""What a report may consist of, besides the summary."""
LIST = fields(files=map_of(list_of(plain_text)), sha256=plain_text)
REPAIR = "choose another --output, or move it away"
MOST_FOLDERS = 1000  # that are tried


class ReportFolder:
    """A folder for a report.

    Args:
        path: of the folder; it is made when something is put there. A link to a folder is followed.
        keep: files that are read, which so are never replaced, also if they were of an earlier report.
    """

    def __init__(self, path: str | Path, keep: Iterable[str | Path] = ()) -> None:
        self.path = Path(path)
        self.keep = tuple(keep)
        self.ours = False  # whether it is reserved
        self.last = ""  # SHA-256 of the summary that was put there

    @contextlib.contextmanager
    def reserved(self) -> Iterator[None]:
        """Nobody else puts a report there meanwhile. The folder is there; it goes again if nothing is put into it.

        Raises:
            DataError: if somebody else is at it, or nothing can be put there.
        """
        self.check()
        if self.ours:
            yield
            return
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(made_for_now(self.path))
                stack.enter_context(locked(self.path))
            except OSError as error:
                raise self.unwritable(error) from error
            self.check()  # again, for what somebody has put there before he let it go
            self.ours = True
            try:
                yield
            finally:
                self.ours = False

    def check(self) -> None:
        """Make sure that a report can be put there with nothing lost. Nothing is left behind by trying.

        Raises:
            DataError: if it cannot, and what to do.
        """
        try:
            if self.path.is_symlink() and not self.path.exists():
                raise DataError(f"{self.path} is a link that leads nowhere; {REPAIR}")
            if self.path.exists() and not self.path.is_dir():
                raise DataError(f"{self.path} is there and is not a folder; {REPAIR}")
            if self.path.exists():
                self.check_contents()
            check_folder(self.path)
        except OSError as error:
            raise self.unwritable(error) from error

    def unwritable(self, error: OSError) -> DataError:
        """The error that says why nothing can be put there."""
        return DataError(
            f"nothing can be written to the folder {self.path} ({error.strerror or error});"
            " choose another --output, or change its permissions"
        )

    def check_contents(self) -> None:
        """Make sure that nothing that is there would be lost.

        Raises:
            DataError: naming a file that is not ours.
        """
        left = temporary_names(SUMMARY)  # by a process that was killed at its first file
        others = (path for path in self.path.iterdir() if not left.fullmatch(path.name))
        if any(others) and not (self.path / SUMMARY).exists():
            raise DataError(f"{self.path} is there and is not a report, so it is not replaced; {REPAIR}")
        ours = self.listed()
        for name in [SUMMARY, *NAMES]:
            path = self.path / name
            if (path.exists() or path.is_symlink()) and digest_of(path) not in ours.get(name, []):
                raise DataError(
                    f"{path} is not as chalkgrad left it, or is not from chalkgrad, so it is not replaced; {REPAIR}"
                )
            for read in self.keep:
                if path.exists() and os.path.exists(read) and os.path.samefile(path, read):
                    raise DataError(f"{read} is read, and a report in {self.path} would replace it; {REPAIR}")

    def listed(self) -> dict[str, list[str]]:
        """The SHA-256 that each of our files may have, by name; none if there is no report."""
        path = self.path / SUMMARY
        if not path.is_file():
            return {}
        try:
            written = path.read_bytes()
            found = json.loads(written)
            check_form(found, LIST)
        except (FormError, ValueError, RecursionError, OSError):
            return {}
        if summary_text(found).encode() != written:
            return {}
        files: dict[str, list[str]] = found["files"]
        return {**files, SUMMARY: [digest(written)]}

    def put(self, files: Mapping[str, str | bytes], summary: Mapping[str, Any], *, anew: bool) -> None:
        """Write files of a report.

        Args:
            files: their contents, by name.
            summary: what came out, for programs.
            anew: whether this is the first of a report; then what is left of the one before is removed.

        Raises:
            DataError: if something would be lost. Then nothing is changed.
            OSError: if it cannot be written.
        """
        if self.path.exists():
            self.check_contents()
        if not anew and digest_of(self.path / SUMMARY) != self.last:
            raise DataError(f"somebody else has put a report into {self.path} meanwhile")
        before = {name: ours for name, ours in self.listed().items() if name in NAMES}
        now = {name: [digest(content)] for name, content in files.items()}
        while_writing = {name: [*before.get(name, []), *now.get(name, [])] for name in {**before, **now}}
        after = now if anew else {**before, **now}
        told = {"unfinished": True} if anew else summary  # until the model is there of which the summary tells
        write_whole(self.path / SUMMARY, summary_text({**told, "files": while_writing}), parents=True)
        for name, content in files.items():
            write_whole(self.path / name, content)
        for name in [name for name in before if name not in after]:
            self.remove(name, before[name])
        text = summary_text({**summary, "files": after})
        write_whole(self.path / SUMMARY, text)
        self.last = digest(text)
        for name in [SUMMARY, *NAMES]:  # of which a process that was killed may have left something
            sweep(str(self.path), name)

    def remove(self, name: str, ours: list[str]) -> None:
        """Remove a file of an earlier report, if it still is one."""
        path = self.path / name
        if not path.is_symlink() and digest_of(path) in ours:
            path.unlink()

    @contextlib.contextmanager
    def free_one(self) -> Iterator[ReportFolder]:
        """This folder; or, if something came into the way since it was checked, one beside it: iris-2. Reserved."""
        with contextlib.ExitStack() as stack:
            for number in range(1, MOST_FOLDERS):
                beside = self.path.parent / f"{self.path.resolve().name}-{number}"
                place = self if number == 1 else ReportFolder(beside, self.keep)
                with contextlib.suppress(DataError):
                    stack.enter_context(place.reserved())
                    break
            else:
                raise DataError(f"{self.path} cannot be written to, and no folder beside it; {REPAIR}")
            yield place


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """A folder that this process alone has. Where the file system knows no such locks, it is not locked.

    Raises:
        DataError: if another process has it.
    """
    handle = None
    try:
        while fcntl is not None:
            handle = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                    raise DataError(f"another process is at work on a report in {folder}; wait, or {REPAIR}") from error
                break
            if folder.exists() and os.path.samestat(os.fstat(handle), os.stat(folder)):
                break
            os.close(handle)  # of a folder that its process has removed before this one had it
            folder.mkdir(parents=True, exist_ok=True)
        yield
    finally:
        if handle is not None:
            os.close(handle)


def summary_text(summary: Mapping[str, Any]) -> str:
    """A summary as it stands in its file, with its own SHA-256, which tells whether somebody edited it."""
    content = {name: part for name, part in summary.items() if name != "sha256"}
    return json.dumps({**content, "sha256": digest(json.dumps(content))}, indent=2) + "\n"


def digest(content: str | bytes) -> str:
    """The SHA-256 of a file's content."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def digest_of(path: Path) -> str:
    """The SHA-256 of a file; "" if it is none, or cannot be read."""
    try:
        return digest(path.read_bytes()) if path.is_file() else ""
    except OSError:
        return ""
