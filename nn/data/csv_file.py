"""CSV files as people have them, with any usual delimiter and encoding: a path goes in, a table comes out.

>>> import tempfile
>>> with tempfile.TemporaryDirectory() as folder:
...     path = Path(folder) / "pets.csv"
...     _ = path.write_text("age;pet\\n3,5;cat\\n5;budgie\\n")
...     read_csv(path).numbers("age")
[3.5, 5.0]
"""

from __future__ import annotations

import codecs
import csv
import io
from itertools import islice
from pathlib import Path

from nn.data.cells import number_in
from nn.data.column import Origin
from nn.data.messages import DataError, count, some
from nn.data.points import of_the_file
from nn.data.table import Table

DELIMITERS = ",;\t|"
MARKS_OF_ENCODINGS = {
    codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip
"""What a file begins with in encodings of two or four bytes, the longer ones first, for one begins with the other."""


def read_csv(path: str | Path) -> Table:
    """A table from a CSV file whose first line names the columns.

    Commas, semicolons, tabs, bars or spaces between cells, quotes as in Excel; UTF-8 with or without BOM, UTF-16
    with one, or else Windows-1252, which is noted. Blank lines are skipped, columns without name and cells dropped.

    Raises:
        DataError: if there is no such file, or it is not such a table; the message names the line and column.
    """
    path = Path(path)
    text, notes = decoded(path)
    delimiter = sniffed(text)
    records, lines = records_in(text, path, delimiter)
    cells = [[cell.strip() for cell in column] for column in zip(*records, strict=True)]
    # A delimiter at the end of each line makes a last column without a name and without cells.
    named = {position: column for position, column in enumerate(cells, start=1) if any(column)}
    header = [name or f"column {position}" for position, (name, *_) in named.items()]
    check_header(path, header, lines[0])
    columns = {name: column[1:] for name, column in zip(header, named.values(), strict=True)}
    points = of_the_file(columns.values()) if delimiter == ";" else "decimal"
    return Table.of(columns, Origin(str(path), lines[1:]), notes, points)


def records_in(text: str, path: Path, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """The cells of each line that has any, all as many, and the number of the line.

    Raises:
        DataError: if they are not as many everywhere, or there are fewer than two lines.
    """
    width = 0
    records: list[list[str]] = []
    lines: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)
    end = 0  # the line on which the record before ended; a quoted cell may span several
    try:
        for record in reader:
            if record:
                width = width or len(record)
                if len(record) != width:
                    raise DataError(
                        f"{path}, line {end + 1}: {count(len(record), 'cell')}, but the header (line {lines[0]}) names"
                        f" {count(width, 'column')}; cells that contain {delimiter!r} need quotes"
                    )
                records.append(record)
                lines.append(end + 1)
            end = reader.line_num
    except csv.Error as error:
        raise DataError(f"{path}, line {end + 1}: {error}; is a quote not closed?") from error
    if not records:
        raise DataError(f"{path} is empty; the first line names the columns, each further one is a row")
    if len(records) == 1:
        raise DataError(f"{path} has a header, but no rows below it")
    return records, lines


def decoded(path: Path) -> tuple[str, list[str]]:
    """The text of a file, and what is to be said about its encoding."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"there is no file {path}") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    for mark, name in MARKS_OF_ENCODINGS.items():
        if content.startswith(mark):
            try:
                return content.decode(name), []
            except UnicodeDecodeError as error:
                before = content[: error.start].decode(name, errors="ignore")
                line = before.count("\n") + 1
                raise DataError(
                    f"{path}, line {line}: not {name.upper()}, as which it begins ({error.reason}); is the file whole?"
                ) from error
    if b"\0" in content:
        raise DataError(f"{path} is not a text file; a spreadsheet is to be saved as CSV first")
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        try:
            return content.decode("cp1252"), [f"{path} is not UTF-8 (line {line}); it was read as Windows-1252"]
        except UnicodeDecodeError:
            raise DataError(f"{path}, line {line}: neither UTF-8 nor Windows-1252; save it as UTF-8") from error


def sniffed(text: str) -> str:
    """The delimiter with which most of the first records have the header's width, and then the widest.

    Spaces are one only if nothing else is and the first row agrees, for names and texts contain them, too.
    """

    def fit(delimiter: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
        try:
            widths = [len(record) for record in islice(reader, 50) if record]
        except csv.Error:
            return 0, 0
        return (widths.count(widths[0]), widths[0]) if widths and widths[0] > 1 else (0, 0)

    best = max(DELIMITERS, key=fit)
    return " " if fit(best)[1] == 0 and fit(" ")[0] > 1 else best


def check_header(path: Path, header: list[str], line: int) -> None:
    """Raise a DataError if these are not names, or not all different ones."""
    numbers = [name for name in header if number_in(name) is not None]
    if len(numbers) == len(header) or any(not name.lstrip("+-").isdigit() for name in numbers):
        raise DataError(f"{path}, line {line}: {some(header, 4)} look like data; the first line is to name the columns")
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise DataError(f"{path}, line {line}: {header.count(twice)} columns are called {twice!r}; names are to differ")
