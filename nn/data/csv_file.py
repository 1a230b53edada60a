"""CSV files as people have them, with any usual delimiter and encoding: a path goes in, a table comes out.

>>> import tempfile
>>> with tempfile.TemporaryDirectory() as folder:
...     path = Path(folder) / "pets.csv"
...     _ = path.write_text("age;pet\\n3,5;cat\\n5;budgie\\n")
...     read_csv(path).numbers("age")
[3.5, 5.0]
"""

from __future__ import annotations

import csv
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from nn.data.cells import number_in
from nn.data.column import Origin
from nn.data.file_text import text_of_file
from nn.data.messages import DataError, count, some
from nn.data.points import Points, of_the_file
from nn.data.shared_cells import CellsInPieces, SharedCells
from nn.data.table import Table

DELIMITERS = ",;\t|"
NAMES_DELIMITER = re.compile(r"""(?i:(?P<quote>"?)sep=(?P<delimiter>[^"\r\n])(?P=quote))(?=\r|\n|\Z)""")
LINE_WITH_END = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class CsvForm:
    """How a table is written, as far as that is known.

    Attributes:
        delimiter: what stands between cells; None: found out.
        header: whether the first line names the columns; otherwise they are "column 1", "column 2" …
        missing: texts that stand for nothing, besides the usual ones; of numbers however they are written: -999.0, too.
    """

    delimiter: str | None = None
    header: bool = True
    missing: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '"\r\n'):
            raise DataError(f"a separator is one character, or tab or space, but not {self.delimiter!r}")


def read_csv(path: str | Path, form: CsvForm | None = None) -> Table:
    """A table from a CSV file whose first line names the columns.

    Commas, semicolons, tabs, bars or white space between cells, or what a first line such as Excel's sep=; says; quotes
    as in Excel; UTF-8 with or without BOM, UTF-16 and UTF-32 with one, or else Windows-1252, which is noted; packed by
    gzip or not. Blank lines are skipped, columns without name and cells dropped. A name that comes again gets a number,
    which is noted.

    Args:
        path: of the file; "-" is the standard input.
        form: what is known of the file.

    Raises:
        DataError: if there is no such file, or it is not such a table; the message names the line and column.
    """
    form = form or CsvForm()
    text, source, notes = text_of_file(path)
    told, text = told_delimiter(text)
    delimiter = form.delimiter or told or sniffed(text)
    header, columns, lines = columns_in(text, source, delimiter, form.header)
    del text
    names = header
    if form.header:
        # A delimiter at the end of each line makes a last column without a name and without cells.
        named = [
            (name or f"column {position}", column)
            for position, (name, column) in enumerate(zip(header, columns, strict=True), start=1)
            if name or any(column.different)
        ]
        check_header(source, [name for name, _ in named], lines[0])
        names = different([name for name, _ in named], notes)
        columns, lines = [column for _, column in named], lines[1:]
    cells = dict(zip(names, columns, strict=True))
    points = meaning_of_points((column.different for column in columns), delimiter)
    return replace(Table.of(cells, Origin(source, lines), notes, points, tuple(form.missing)), delimiter=delimiter)


def meaning_of_points(columns: Iterable[Sequence[str]], delimiter: str) -> Points:
    """What points and commas mean in a file. In one with commas between cells they are no decimal signs.

    Where neither tells, they are usual ones, but not between semicolons, for which there is a reason.
    """
    if delimiter == ",":
        return "decimal"
    told = of_the_file(columns)
    return told if delimiter == ";" or told != "unknown" else "usual"


def different(header: list[str], notes: list[str]) -> list[str]:
    """The names of the columns, of which one that comes again has a number."""
    names: list[str] = []
    for name in header:
        number, new = 1, name
        while new in names or (new != name and new in header):
            number += 1
            new = f"{name} ({number})"
        if new != name:
            notes.append(f"{header.count(name)} columns are called {name!r}; one of them is {new!r} here")
        names.append(new)
    return names


def columns_in(
    text: str, source: str, delimiter: str, header: bool, escape: str | None = None
) -> tuple[list[str], list[SharedCells], Sequence[int]]:
    """The names of the columns, their cells, and the numbers of the lines, of which the first is the header's.

    Args:
        escape: what stands before a quote in a quoted cell; None: a quote, or, where that cannot be, a backslash.

    Raises:
        DataError: if there are not as many cells on every line that has any, or there are no rows.
    """
    names: list[str] = []
    columns: list[CellsInPieces] = []
    block: list[list[str]] = []
    lines = array("I")
    reader = csv.reader(lines_of(text), delimiter=delimiter, skipinitialspace=True, strict=True, escapechar=escape)
    end = 0  # the line on which the record before ended; a quoted cell may span several
    try:
        for record in reader:
            if record:
                if not lines:
                    columns = [CellsInPieces() for _ in record]
                if len(record) != len(columns):
                    last = next(reader, None) is None and len(record) < len(columns)
                    what = f"the header (line {lines[0]}) names" if header else f"line {lines[0]} has"
                    repair = "does the file end early?" if last else f"cells that contain {delimiter!r} need quotes"
                    raise DataError(
                        f"{source}, line {end + 1}: {count(len(record), 'cell')}, but {what}"
                        f" {count(len(columns), 'column')}; {repair}"
                    )
                if header and not lines:
                    names = [name.strip() for name in record]
                else:
                    block.append(record)
                lines.append(end + 1)
                if len(block) == ROWS_AT_ONCE:
                    gather(columns, block)
            end = reader.line_num
    except csv.Error as error:
        if escape is None and '\\"' in text:
            return columns_in(text, source, delimiter, header, escape="\\")
        raise DataError(f"{source}, line {end + 1}: {error}; is a quote not closed?") from error
    if not lines:
        raise DataError(f"{source} is empty; the first line names the columns, each further one is a row")
    if header and len(lines) == 1:
        raise DataError(f"{source} has a header, but no rows below it")
    gather(columns, block)
    names = names or [f"column {position}" for position in range(1, len(columns) + 1)]
    return names, [column.cells() for column in columns], lines


def gather(columns: Sequence[CellsInPieces], block: list[list[str]]) -> None:
    """Put records into the columns, and forget them."""
    for column, cells in zip(columns, zip(*block, strict=True), strict=False):
        column.extend(cells)
    block.clear()


def lines_of(text: str) -> Iterator[str]:
    """The lines of a text with their ends, one after the other."""
    return (line[0] for line in LINE_WITH_END.finditer(text))


def told_delimiter(text: str) -> tuple[str | None, str]:
    """The delimiter that a first line names, and the text with that line empty; None, and the text, if none does.

    >>> told_delimiter("sep=;\\na;b\\n"), told_delimiter("sep,b\\n")
    ((';', '\\na;b\\n'), (None, 'sep,b\\n'))
    """
    line = NAMES_DELIMITER.match(text)
    return (None, text) if line is None else (line["delimiter"], text[line.end() :])


def sniffed(text: str) -> str:
    """The delimiter with which most of the first records have the header's width, and then the widest.

    Spaces are one only if nothing else is and the first row agrees, for names and texts contain them, too.
    """

    def fit(delimiter: str) -> tuple[int, int]:
        reader = csv.reader(lines_of(text), delimiter=delimiter, skipinitialspace=True)
        try:
            widths = [len(record) for record in islice(reader, 50) if record]
        except csv.Error:
            return 0, 0
        return (widths.count(widths[0]), widths[0]) if widths and widths[0] > 1 else (0, 0)

    best = max(DELIMITERS, key=fit)
    return " " if fit(best)[1] == 0 and fit(" ")[0] > 1 else best


def check_header(source: str, header: list[str], line: int) -> None:
    """Raise a DataError if these are not names."""
    numbers = [name for name in header if number_in(name) is not None]
    if len(numbers) == len(header) or any(not name.lstrip("+-").isdigit() for name in numbers):
        raise DataError(
            f"{source}, line {line}: {some(header, 4)} look like data; the first line is to name the columns,"
            " unless you give --no-header"
        )
