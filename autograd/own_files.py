"""Files under names that nobody has typed: steps-01.svg for steps.svg, a page for each of a class, a default's name.

Such a file takes the place of one that chalkgrad wrote and nobody has changed since, and of nothing else. A comment at
its end tells, with the SHA-256 of all before it.

>>> import tempfile
>>> with tempfile.TemporaryDirectory() as folder:
...     page = Path(folder, "a.html")
...     write_own({page: "<p>1</p>"})
...     write_own({page: "<p>2</p>"})
...     ours = is_own(page)
...     _ = page.write_text(page.read_text().replace("2", "3"))
...     ours, is_own(page)
(True, False)
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

from autograd.files import write_whole

SEAL = "from chalkgrad, which may replace it unless it was changed: {}"
IN_MARKUP, IN_DOT = "\n<!-- {} -->\n", "\n// {}\n"  # comments
AT_THE_END = re.compile(
    "(?:{})\\Z".format(
        "|".join(
            re.escape(comment.format(SEAL.format("@"))).replace("@", "([0-9a-f]{64})")
            for comment in (IN_MARKUP, IN_DOT)
        )
    ).encode()
)


def write_own(
    files: Mapping[Path, str], *, comment: str = IN_MARKUP, instead_of: re.Pattern[str] | None = None
) -> None:
    """Write files under names that follow from another.

    Args:
        files: their contents, by path.
        comment: how one is written in them, which in HTML and SVG is alike.
        instead_of: the names of a series; what an earlier one has left of it beside the first file is removed.

    Raises:
        ValueError: if one of them is there and not ours. Nothing is written then.
        OSError: if one cannot be written.
    """
    for path in files:
        check_replaceable(path)
    for path, text in files.items():
        write_whole(path, text + comment.format(SEAL.format(digest_of_text(text))), parents=True)
    if instead_of is not None and files:
        folder = next(iter(files)).parent
        remove_own([path for path in series(folder, instead_of) if path not in files])


def check_replaceable(path: Path) -> None:
    """Make sure that there is nothing, or a file of ours.

    Raises:
        ValueError: naming the file.
    """
    if os.path.lexists(path) and not is_own(path):
        raise ValueError(
            f"{path} is there, and is not from chalkgrad or was changed since, so it is not replaced;"
            " choose another name, or move it away"
        )


def is_own(path: Path) -> bool:
    """Whether a file is as `write_own` has written it."""
    try:
        written = path.read_bytes() if path.is_file() else b""
    except OSError:
        return False
    mark = AT_THE_END.search(written)
    return mark is not None and (mark[1] or mark[2]).decode() == hashlib.sha256(written[: mark.start()]).hexdigest()


def series(folder: Path, names: re.Pattern[str]) -> list[Path]:
    """The paths in a folder of those names, in order."""
    with contextlib.suppress(OSError):
        return sorted(path for path in folder.iterdir() if names.fullmatch(path.name))
    return []


def remove_own(paths: list[Path]) -> None:
    """Remove those of some files that are ours."""
    for path in paths:
        if not path.is_symlink() and is_own(path):
            path.unlink(missing_ok=True)


def digest_of_text(text: str) -> str:
    """The SHA-256 of a text as it stands in a file."""
    return hashlib.sha256(text.encode()).hexdigest()
