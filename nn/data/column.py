"""A column: the cells under one name, read once, with all that is known of them.

>>> column = column_of("size", ["1,5", "NA", "2"], Origin("houses.csv", [2, 3, 4]))
>>> column
<column 'size' of houses.csv: 3 cells, number>
>>> column.numbers(), column.missing, column.notes
([1.5, nan, 2.0], (1,), ("column 'size': 1,5 was read as 1.5",))
>>> column.as_kind("category").texts(), column.where(2)
(['1,5', None, '2'], "houses.csv, line 4, column 'size'")
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from nn.basics.not_numbers import in_short
from nn.basics.optional import require
from nn.data.cells import (
    LIKE_A_NAME,
    CellNumbers,
    is_infinite,
    number_in,
    read_numbers,
    says_the_same,
    text_in,
    text_of,
)
from nn.data.messages import DataError
from nn.data.points import Points
from nn.data.shared_cells import SharedCells, narrow

Kind = Literal["number", "category"]


@dataclass(frozen=True)
class Origin:
    """Where rows are from.

    Attributes:
        source: the file, or some other name, for messages.
        lines: the line of the file on which each row begins, counted from 1.
    """

    source: str
    lines: Sequence[int]

    def place(self, column: str, row: int) -> str:
        """The place of a cell in words: file, line, column."""
        return f"{self.source}, line {self.lines[row]}, column {column!r}"

    def take(self, rows: Sequence[int]) -> Origin:
        """The origin of these rows."""
        return Origin(self.source, narrow(map(self.lines.__getitem__, rows), max(self.lines, default=0) + 1))


@dataclass(frozen=True, repr=False)
class Column:
    """The cells under one name.

    Attributes:
        name: of the column.
        kind: what its cells are.
        cells: as they were written, or numbers; iterating over the column gives them.
        reading: the different cells as numbers.
        origin: where the rows are from.
        notes: what was noticed, one sentence each.
    """

    name: str
    kind: Kind
    cells: SharedCells
    reading: CellNumbers
    origin: Origin
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<column {self.name!r} of {self.origin.source}: {len(self):,} cells, {self.kind}>"

    def __len__(self) -> int:
        return len(self.cells)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.cells)

    def __getitem__(self, row: int) -> Any:
        return self.cells[row]

    def numbers(self) -> list[float]:
        """The cells as floats, NaN for a missing one.

        Raises:
            DataError: at the first cell that is no number, or may be two.
        """
        self.check_numbers()
        return list(map(self.reading.numbers.tolist().__getitem__, self.cells.places))

    def number_array(self) -> Any:
        """The same as a NumPy array."""
        self.check_numbers()
        return require("numpy").take(self.reading.numbers, self.cells.places)

    def different_numbers(self) -> set[float]:
        """The numbers that come in some row."""
        self.check_numbers()
        return set(map(self.reading.numbers.__getitem__, set(self.cells.places)))

    def check_numbers(self) -> None:
        """Raise a DataError at the first cell that is no number, or may be two."""
        for row in self.rows_among(self.reading.odd)[:1]:
            what = (
                f"may be {a_sign(self.cells[row])} or a thousands separator, and no cell of the column decides it;"
                " write the numbers with a decimal point and no other sign"
                if self.reading.ambiguous
                else "is not a finite number; correct it, or leave the cell empty"
                if is_infinite(self.cells[row])
                else "is not a number, but the column holds numbers; correct it, leave the cell empty, or name the"
                " column among the categories"
            )
            raise DataError(f"{self.where(row)}: {in_short(self.cells[row])} {what}")

    def texts(self) -> list[str | None]:
        """The cells as strings, None for a missing one."""
        return list(map(self.different_texts().__getitem__, self.cells.places))

    def different_texts(self) -> list[str | None]:
        """The same for each of the different cells."""
        return list(map(text_in, self.cells.different))

    def labels(self) -> list[str | None]:
        """The cells as names of classes: texts as they are, numbers without a needless ".0"; None for a missing one.

        A number that does not say what its cell does, as of 007, is that text.
        """
        if self.kind == "category":
            return self.texts()
        self.check_numbers()
        labels = [
            None if math.isnan(number) else text_of(number + 0.0 if says_the_same(cell, number) else cell)  # −0 is 0
            for cell, number in zip(self.cells.different, self.reading.numbers, strict=True)
        ]
        return list(map(labels.__getitem__, self.cells.places))

    @property
    def name_like(self) -> str | None:
        """The first of the numbers that would not be printed as its cell is, such as 007; None if there is none."""
        self.check_numbers()
        pairs = ((self.cells.different[place], self.reading.numbers[place]) for place in self.cells.there())
        odd = (cell for cell, number in pairs if not (math.isnan(number) or says_the_same(cell, number)))
        return next(map(text_of, odd), None)

    @property
    def missing(self) -> tuple[int, ...]:
        """The rows whose cell is missing."""
        if self.kind == "number":
            return self.rows_among(self.reading.missing)
        return self.rows_among([place for place, text in enumerate(self.different_texts()) if text is None])

    def rows_among(self, places: Sequence[int]) -> tuple[int, ...]:
        """The rows whose cells are in these places among the different ones."""
        if not places:
            return ()
        wanted = frozenset(places)
        return tuple(row for row, place in enumerate(self.cells.places) if place in wanted)

    def as_kind(self, kind: Kind) -> Column:
        """The same column, whose cells are numbers, or names.

        Raises:
            DataError: if they are to be numbers, as `numbers`.
        """
        if kind == "number":
            self.check_numbers()
        if kind == self.kind:
            return self
        return replace(self, kind=kind, notes=())

    def where(self, row: int) -> str:
        """The place of a cell in words: file, line, column."""
        return self.origin.place(self.name, row)

    def take(self, rows: Sequence[int], origin: Origin) -> Column:
        """The cells of these rows, which are from there."""
        return replace(self, cells=self.cells.take(rows), origin=origin)


def a_sign(cell: Any) -> str:
    """The sign in a number that may be one or the other."""
    return "a decimal comma" if "," in str(cell) else "a decimal point"


def column_of(
    name: str, cells: Sequence[Any], origin: Origin, points: Points = "usual", marks: Sequence[str] = ()
) -> Column:
    """The column with these cells, read.

    Args:
        points: what they mean, if these cells do not tell.
        marks: texts that stand for nothing, besides the usual ones; a number is meant however it is written.
    """
    shared = SharedCells.of(cells)
    if marks:
        shared = shared.each(lambda cell: "" if text_of(cell) in marks else cell)
    different = list(shared.different)
    reading = read_numbers(different, points)
    says_numbers = reading.says_numbers(shared.places)
    marked = {number for mark in marks if (number := number_in(mark)) is not None}
    if says_numbers and not marked.isdisjoint(reading.numbers):
        cells_and_numbers = enumerate(zip(different, reading.numbers, strict=True))
        nothing = {place for place, (cell, one) in cells_and_numbers if one in marked and says_the_same(cell, one)}
        different = ["" if place in nothing else cell for place, cell in enumerate(different)]
        shared, reading = replace(shared, different=different), reading.without(nothing)
        says_numbers = reading.says_numbers(shared.places)
    if not says_numbers:
        return Column(name, "category", shared, reading, origin)
    notes = [
        f"column {name!r}: {different[place]} was read as {reading.numbers[place]!r}"
        for place in read_anew(different, reading)
    ]
    return Column(name, "number", shared, reading, origin, tuple(notes))


def read_anew(cells: Sequence[Any], reading: CellNumbers) -> list[int]:
    """The first place whose number is written with a comma, and the first whose number may be a name, as 01234."""
    told = [] if reading.first_told is None else [reading.first_told]
    for place, cell in enumerate(cells):
        if isinstance(cell, str) and LIKE_A_NAME.match(cell) and not says_the_same(cell, reading.numbers[place]):
            return told if place in told or math.isnan(reading.numbers[place]) else [*told, place]
    return told
