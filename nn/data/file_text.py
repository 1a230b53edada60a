"""The text of a file, whatever it is encoded or packed in: a path goes in, or - for the standard input."""

from __future__ import annotations

import codecs
import gzip
import sys
import zlib
from pathlib import Path

from nn.data.messages import DataError

MARKS_OF_ENCODINGS = {
    codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip
"""What a file begins with in encodings of two or four bytes, the longer ones first, for one begins with the other."""
STANDARD_INPUT = "-"


def text_of_file(path: str | Path) -> tuple[str, str, list[str]]:
    """The text of a file, what messages call it, and what is to be said about its encoding.

    Raises:
        DataError: if there is no such file, or it is no text.
    """
    source = "the standard input" if str(path) == STANDARD_INPUT else str(path)
    content = content_of(path, source)
    if content.startswith(b"\x1f\x8b"):
        try:
            content = gzip.decompress(content)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise DataError(f"{source} cannot be unpacked: {str(error) or 'it ends early'}; is it whole?") from error
    text, notes = decoded(content, source)
    return text, source, notes


def content_of(path: str | Path, source: str) -> bytes:
    """The bytes of a file."""
    try:
        if str(path) == STANDARD_INPUT:
            return sys.stdin.buffer.read()
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise DataError(f"there is no file {path}") from None
    except OSError as error:
        raise DataError(f"{source} cannot be read: {error.strerror}") from error


def decoded(content: bytes, source: str) -> tuple[str, list[str]]:
    """The text in bytes, and what is to be said about its encoding."""
    for mark, name in MARKS_OF_ENCODINGS.items():
        if content.startswith(mark):
            try:
                return content.decode(name), []
            except UnicodeDecodeError as error:
                before = content[: error.start].decode(name, errors="ignore")
                line = before.count("\n") + 1
                why = f"not {name.upper()}, as which it begins ({error.reason})"
                raise DataError(f"{source}, line {line}: {why}; is the file whole?") from error
    if b"\0" in content:
        raise DataError(f"{source} is not a text file; a spreadsheet is to be saved as CSV first")
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        try:
            return content.decode("cp1252"), [f"{source} is not UTF-8 (line {line}); it was read as Windows-1252"]
        except UnicodeDecodeError:
            raise DataError(f"{source}, line {line}: neither UTF-8 nor Windows-1252; save it as UTF-8") from error
