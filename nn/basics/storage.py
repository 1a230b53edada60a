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

from autograd.endings import check_ending
from autograd.files import write_whole
from nn.basics.forms import Form, FormError, anything, check_form, fields, map_of, plain_text, whole

ENVELOPE = fields(format=plain_text, version=whole(1, 10**9), sha256=plain_text, content=map_of(anything))


class StorageError(ValueError):
    """A file that cannot be read as what it should be. The message is one line that names what is wrong with it."""


def write_document(path: str | Path, format: str, version: int, content: dict[str, Any]) -> None:
    """Write `content` so that `read_document` finds it.

    Raises:
        ValueError: if the name says that it is something else, such as .png.
        OSError: if it cannot be written. What was there before stays.
    """
    check_ending(path, "documents", "json")
    write_whole(path, document_text(format, version, content), parents=True)


def document_text(format: str, version: int, content: dict[str, Any]) -> str:
    """What stands in the file of a document."""
    written = canonical(content)
    envelope = {"format": format, "version": version, "sha256": checksum(written)}
    return json.dumps(envelope)[:-1] + f', "content": {written}}}\n'


def read_document(path: str | Path, format: str, version: int, form: Form = anything) -> dict[str, Any]:
    """The content of a file that `write_document` wrote.

    Args:
        form: what the content has to look like; a right checksum says only that nothing was damaged by chance.

    Raises:
        StorageError: if there is no such file, or it is damaged, of another format, of a newer version, or not of
            that form.
    """
    try:
        written = Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise StorageError(f"{path} is not a {format}: byte {error.start} is no text") from error
    except (OSError, ValueError) as error:
        raise StorageError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    try:
        envelope = json.loads(written)
    except (ValueError, RecursionError) as error:  # a ValueError also for numbers of thousands of digits
        if isinstance(error, json.JSONDecodeError):
            what = f"line {error.lineno}: {error.msg}"
        else:
            what = "too deep" if isinstance(error, RecursionError) else str(error).partition(";")[0]
        raise StorageError(f"{path} is damaged or not a {format}: it is not whole JSON ({what})") from error
    found = envelope.get("format") if isinstance(envelope, dict) else None
    if found != format:
        raise StorageError(f"{path} is not a {format}" + (f", but a {found[:60]}" if isinstance(found, str) else ""))
    try:
        check_form(envelope, ENVELOPE)
        if envelope["version"] > version:
            raise StorageError(
                f"{path} is a {format} of version {envelope['version']}, and this chalkgrad reads up to {version}:"
                " install a newer one"
            )
        content: dict[str, Any] = envelope["content"]
        if checksum(canonical(content)) != envelope["sha256"]:
            raise StorageError(f"{path} is damaged: its checksum does not fit its content")
        check_form(content, form)
    except FormError as error:
        raise StorageError(f"{path} is damaged: {error}") from error
    except RecursionError as error:
        raise StorageError(f"{path} is damaged: its content is too deep") from error
    return content


def canonical(content: dict[str, Any]) -> str:
    """The content as JSON, always the same text for the same content."""
    return json.dumps(content, separators=(",", ":"))


def checksum(text: str) -> str:
    """SHA-256, to tell a damaged file."""
    return hashlib.sha256(text.encode()).hexdigest()
