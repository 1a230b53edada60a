"""A table: named columns of cells, read from a CSV file as people have them, numbers and categories told apart.

Cells stay as they were written until somebody asks for numbers or for texts, because what "2" means depends on
the whole column, and for a new file on the column that the model was trained with.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any

from nn.data.splits import DataError

DELIMITERS = ",;\t|"
MISSING = frozenset({"", "?", "na", "n/a", "#n/a", "nan", "null"})
MISSING_NUMBER = MISSING | {"-", "--", ".", "none"}  # these may be the name of a category

# 1,234.5 and 1.234,5: a column of numbers is written one way or the other throughout.
ENGLISH = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?([eE][+-]?\d+)?")
CONTINENTAL = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)?(,\d*)?([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Table:
    """Rows and named columns.

    Attributes:
        columns: the cells of each column by its name: strings as written, or numbers.
        lines: the line of the file on which each row begins, counted from 1.
        source: where the table is from, for messages.
        notes: what was handled on the way, one sentence each.
    """

    columns: Mapping[str, Sequence[Any]]
    lines: Sequence[int]
    source: str = "the table"
    notes: tuple[str, ...] = ()
    _parsed: dict[str, tuple[list[float], set[int]]] = field(default_factory=dict, repr=False, compare=False)

    def __repr__(self) -> str:
        return f"<{self.source}: {len(self.lines):,} rows of {', '.join(self.columns)}>"

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def names(self) -> list[str]:
        """The names of the columns, in the order of the file."""
        return list(self.columns)

    def column(self, name: str) -> Sequence[Any]:
        """The cells of a column.

        Raises:
            DataError: if there is no such column; the message names the nearest, or all.
        """
        if name not in self.columns:
            by_lower = {known.lower(): known for known in self.names}
            near = get_close_matches(name.lower(), by_lower, n=1)
            hint = f"did you mean {by_lower[near[0]]!r}?" if near else f"the columns are {some(self.names)}"
            raise DataError(f"{self.source} has no column {name!r}; {hint}")
        return self.columns[name]

    def numbers(self, name: str) -> list[float]:
        """A column as floats, NaN for a missing cell.

        Raises:
            DataError: at the first cell that is no number.
        """
        numbers, bad = self._parse(name)
        if bad:
            first = min(bad)
            raise DataError(
                f"{self.where(first, name)}: {self.column(name)[first]!r} is not a number, but the column holds"
                " numbers; correct it, leave the cell empty, or name the column among the categories"
            )
        return numbers

    def texts(self, name: str) -> list[str | None]:
        """A column as strings, None for a missing cell."""
        return [None if is_missing(cell) else text_of(cell) for cell in self.column(name)]

    def is_number(self, name: str) -> bool:
        """Whether a column holds numbers: whether there are some, and at most one cell in twenty (or one) is none.

        The odd cells are then mistakes, which `numbers` reports; with more of them the column is one of categories.
        """
        numbers, bad = self._parse(name)
        good = sum(not math.isnan(x) for x in numbers)
        return good > len(bad) <= max(1, good // 20)

    def is_missing(self, name: str) -> bool:
        """Whether every cell of a column is missing."""
        return all(map(is_missing, self.column(name)))

    def where(self, row: int, name: str) -> str:
        """The place of a cell in words: file, line, column."""
        return f"{self.source}, line {self.lines[row]}, column {name!r}"

    def take(self, indices: Sequence[int]) -> Table:
        """The rows at these positions."""
        columns = {name: [cells[i] for i in indices] for name, cells in self.columns.items()}
        # What a comma means was read from the whole column.
        known = {
            name: ([numbers[i] for i in indices], {row for row, i in enumerate(indices) if i in bad})
            for name, (numbers, bad) in self._parsed.items()
        }
        return Table(columns, [self.lines[i] for i in indices], self.source, self.notes, known)

    def _parse(self, name: str) -> tuple[list[float], set[int]]:
        """The numbers of a column, and the positions of the cells that are none. Done once."""
        if name not in self._parsed:
            try:
                self._parsed[name] = parsed(self.column(name))
            except Ambiguous as ambiguous:
                row = ambiguous.args[0]
                raise DataError(
                    f"{self.where(row, name)}: {self.column(name)[row]!r} may be a decimal comma or a thousands"
                    " separator, and no cell of the column decides it; write the numbers with a point or without commas"
                ) from None
        return self._parsed[name]


class Ambiguous(Exception):
    """A column of numbers such as 1,234 and nothing that tells which kind of comma it is. Its argument: a row."""


def parsed(cells: Sequence[Any]) -> tuple[list[float], set[int]]:
    """Cells as floats, NaN for missing ones, and the positions of those that are no numbers (NaN, too)."""
    try:  # the usual column, fast
        numbers = list(map(float, cells))
        if all(map(math.isfinite, numbers)) and not any(isinstance(cell, str) and "_" in cell for cell in cells):
            return numbers, set()
    except (TypeError, ValueError):
        pass
    numbers = [number_of(cell) for cell in cells]
    written = [row for row, cell in enumerate(cells) if not is_missing(cell, MISSING_NUMBER)]
    bad = {row for row in written if math.isnan(numbers[row])}
    if any("," in str(cells[row]) for row in bad):
        english, continental = (
            all(form.fullmatch(str(cells[row])) for row in written) for form in (ENGLISH, CONTINENTAL)
        )
        if english and continental:
            raise Ambiguous(min(bad))
        if english or continental:
            drop, point = (",", ".") if english else (".", ",")
            for row in written:
                numbers[row] = number_of(str(cells[row]).replace(drop, "").replace(point, "."))
            bad = {row for row in written if math.isnan(numbers[row])}
    return numbers, bad


def number_of(cell: Any) -> float:
    """The number in a cell, NaN if there is none. Infinities and Python's 1_000 are none."""
    try:
        number = float(cell)
    except (TypeError, ValueError):
        return math.nan
    return number if math.isfinite(number) and "_" not in str(cell) else math.nan


def text_of(cell: Any) -> str:
    """A cell as text; the number 2.0 is "2", as it is written in a file."""
    return repr(cell).removesuffix(".0") if isinstance(cell, float) else str(cell)


def is_missing(cell: Any, marks: frozenset[str] = MISSING) -> bool:
    """Whether a cell is empty or holds one of the usual marks for nothing."""
    return cell.lower() in marks if isinstance(cell, str) else cell is None or cell != cell


def some(names: Iterable[str], limit: int = 8) -> str:
    """The first few names, for a message."""
    shown = list(names)
    return ", ".join(map(repr, shown[:limit])) + (f" and {len(shown) - limit} more" if len(shown) > limit else "")


def table_of(rows: Iterable[Mapping[str, Any]], source: str = "the rows") -> Table:
    """A table from rows by column name, such as `csv.DictReader` or JSON gives them; a missing key is a missing cell.

    >>> table_of([{"age": 3, "pet": "cat"}, {"age": 5}]).texts("pet")
    ['cat', None]
    """
    given = list(rows)
    names = dict.fromkeys(name for row in given for name in row)
    return Table({name: [row.get(name) for row in given] for name in names}, range(1, len(given) + 1), source)


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
    cells = [[cell.strip() for cell in column] for column in zip(*records, strict=True)]
    # A delimiter at the end of each line makes a last column without a name and without cells.
    named = {position: column for position, column in enumerate(cells, start=1) if any(column)}
    header = [name or f"column {position}" for position, (name, *_) in named.items()]
    check_header(path, header, lines[0])
    columns = {name: column[1:] for name, column in zip(header, named.values(), strict=True)}
    return Table(columns, lines[1:], str(path), tuple(notes))


def decoded(path: Path) -> tuple[str, list[str]]:
    """The text of a file, and what is to be said about its encoding."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"there is no file {path}") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in content and not utf16:
        raise DataError(f"{path} is not a text file; a spreadsheet is to be saved as CSV first")
    try:
        return content.decode("utf-16" if utf16 else "utf-8-sig"), []
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
    numbers = [name for name in header if not math.isnan(number_of(name))]
    if len(numbers) == len(header) or any(not name.lstrip("+-").isdigit() for name in numbers):
        raise DataError(f"{path}, line {line}: {some(header, 4)} look like data; the first line is to name the columns")
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise DataError(f"{path}, line {line}: {header.count(twice)} columns are called {twice!r}; names are to differ")


def count(n: int, noun: str) -> str:
    """1 cell, 2 cells."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
