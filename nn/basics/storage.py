"""Files that are whole or not there: JSON with a format, a version and a checksum; reading one executes nothing.

    {"format": "chalkgrad model", "version": 1, "sha256": "…", "content": {…}}

It is written whole or not at all, so a process that is killed leaves the file that was there before. Floats are
written as `repr` does, and come back as they were, bit by bit.

>>> import tempfile
>>> with tempfile.TemporaryDirectory() as folder:
...     write_document(Path(folder) / "a.json", "chalkgrad model", 1, {"w": 0.1})
...     read_document(Path(folder) / "a.json", "chalkgrad model", 1)
{'w': 0.1}
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from autograd.files import write_whole


class StorageError(ValueError):
    """A file that cannot be read as what it should be. The message is one line that names what is wrong with it."""


def write_document(path: str | Path, format: str, version: int, content: dict[str, Any]) -> None:
    """Write `content` so that `read_document` finds it.

    Raises:
        OSError: if it cannot be written. What was there before stays.
    """
    written = canonical(content)
    envelope = {"format": format, "version": version, "sha256": checksum(written)}
    write_whole(path, json.dumps(envelope)[:-1] + f', "content": {written}}}\n', parents=True)


def read_document(path: str | Path, format: str, version: int) -> dict[str, Any]:
    """The content of a file that `write_document` wrote.

    Raises:
        StorageError: if there is no such file, or it is damaged, of another format, or of a newer version.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise StorageError(f"{path} is not a {format}: byte {error.start} is no text") from error
    try:
        envelope = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        what = f"line {error.lineno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else "too deep"
        raise StorageError(f"{path} is damaged or not a {format}: it is not whole JSON ({what})") from error
    found = envelope.get("format") if isinstance(envelope, dict) else None
    if found != format:
        raise StorageError(f"{path} is not a {format}" + (f", but a {found}" if isinstance(found, str) else ""))
    if not isinstance(envelope.get("version"), int) or envelope["version"] > version:
        raise StorageError(
            f"{path} is a {format} of version {envelope.get('version')!r}, and this chalkgrad reads up to {version}:"
            " install a newer one"
        )
    content = envelope.get("content")
    if not isinstance(content, dict) or checksum(canonical(content)) != envelope.get("sha256"):
        raise StorageError(f"{path} is damaged: its checksum does not fit its content")
    return content


def canonical(content: dict[str, Any]) -> str:
    """The content as JSON, always the same text for the same content."""
    return json.dumps(content, separators=(",", ":"))


def checksum(text: str) -> str:
    """SHA-256, to tell a damaged file."""
    return hashlib.sha256(text.encode()).hexdigest()
