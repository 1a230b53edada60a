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
from nn.data.cells import (
    LIKE_A_NAME,
    CellNumbers,
    each,
    is_infinite,
    number_in,
    picked,
    read_numbers,
    says_the_same,
    text_in,
    text_of,
)
from nn.data.messages import DataError
from nn.data.points import Points

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
        return Origin(self.source, picked(self.lines, rows))


@dataclass(frozen=True, repr=False)
class Column:
    """The cells under one name.

    Attributes:
        name: of the column.
        kind: what its cells are.
        cells: as they were written, or numbers; iterating over the column gives them.
        reading: the cells as numbers.
        words: the cells as texts, None where they are missing; None if they are numbers.
        origin: where the rows are from.
        notes: what was noticed, one sentence each.
    """

    name: str
    kind: Kind
    cells: Sequence[Any]
    reading: CellNumbers
    words: Sequence[str | None] | None
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

    def numbers(self) -> Sequence[float]:
        """The cells as floats, NaN for a missing one.

        Raises:
            DataError: at the first cell that is no number, or may be two.
        """
        if self.reading.odd:
            row = self.reading.odd[0]
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
        return self.reading.numbers

    def texts(self) -> Sequence[str | None]:
        """The cells as strings, None for a missing one."""
        return each(text_in, self.cells) if self.words is None else self.words

    def labels(self) -> Sequence[str | None]:
        """The cells as names of classes: texts as they are, numbers without a needless ".0"; None for a missing one.

        A number that does not say what its cell does, as of 007, is that text.
        """
        if self.kind == "category":
            return self.texts()
        labels = {
            (cell, number): text_of(number + 0.0 if says_the_same(cell, number) else cell)  # −0 is 0
            for cell, number in set(zip(self.cells, self.numbers(), strict=True))
            if not math.isnan(number)
        }
        return [labels.get(pair) for pair in zip(self.cells, self.numbers(), strict=True)]

    @property
    def name_like(self) -> str | None:
        """The first of the numbers that would not be printed as its cell is, such as 007; None if there is none."""
        pairs = dict.fromkeys(zip(self.cells, self.numbers(), strict=True))
        odd = (cell for cell, number in pairs if not (math.isnan(number) or says_the_same(cell, number)))
        return next(map(text_of, odd), None)

    @property
    def missing(self) -> Sequence[int]:
        """The rows whose cell is missing."""
        if self.kind == "number":
            return self.reading.missing
        return tuple(row for row, text in enumerate(self.texts()) if text is None)

    def as_kind(self, kind: Kind) -> Column:
        """The same column, whose cells are numbers, or names.

        Raises:
            DataError: if they are to be numbers, as `numbers`.
        """
        if kind == "number":
            self.numbers()
        if kind == self.kind:
            return self
        return replace(self, kind=kind, words=None if kind == "number" else self.texts(), notes=())

    def where(self, row: int) -> str:
        """The place of a cell in words: file, line, column."""
        return self.origin.place(self.name, row)

    def take(self, rows: Sequence[int], origin: Origin) -> Column:
        """The cells of these rows, which are from there."""
        words = None if self.words is None else picked(self.words, rows)
        cells, reading = picked(self.cells, rows), self.reading.take(rows)
        return replace(self, cells=cells, reading=reading, words=words, origin=origin)


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
    if marks:
        cells = each(lambda cell: "" if text_of(cell) in marks else cell, cells)
    reading = read_numbers(cells, points)
    marked = {number for mark in marks if (number := number_in(mark)) is not None}
    if reading.says_numbers and not marked.isdisjoint(reading.numbers):
        number_of = reading.numbers
        stands_for_nothing = [
            number_of[row] in marked and says_the_same(cell, number_of[row]) for row, cell in enumerate(cells)
        ]
        cells = ["" if nothing else cell for nothing, cell in zip(stands_for_nothing, cells, strict=True)]
        reading = reading.without([row for row, nothing in enumerate(stands_for_nothing) if nothing])
    if not reading.says_numbers:
        return Column(name, "category", cells, reading, each(text_in, cells), origin)
    notes = [f"column {name!r}: {cells[row]} was read as {reading.numbers[row]!r}" for row in read_anew(cells, reading)]
    return Column(name, "number", cells, reading, None, origin, tuple(notes))


def read_anew(cells: Sequence[Any], reading: CellNumbers) -> list[int]:
    """The first row whose number is written with a comma, and the first whose number may be a name, such as 01234."""
    rows = [] if reading.first_told is None else [reading.first_told]
    for row, cell in enumerate(cells):
        if isinstance(cell, str) and LIKE_A_NAME.match(cell) and not says_the_same(cell, reading.numbers[row]):
            return rows if row in rows or math.isnan(reading.numbers[row]) else [*rows, row]
    return rows
