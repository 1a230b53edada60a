"""A table: columns by name, in order.

>>> table = table_of([{"age": 3, "pet": "cat"}, {"age": 5}])
>>> table
<the rows: 2 rows of age, pet>
>>> table.numbers("age"), table.texts("pet")
([3.0, 5.0], ['cat', None])
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from typing import Any

from nn.basics.column_names import names_of_columns, names_of_row
from nn.basics.rows import is_frame, row_by_row
from nn.data.column import Column, Origin, column_of
from nn.data.frames import columns_of_frame
from nn.data.messages import DataError, some
from nn.data.points import Points
from nn.data.python_cells import cells_as_written


@dataclass(frozen=True)
class Table:
    """Rows and named columns.

    Attributes:
        columns: by their names, in the order of the file.
        origin: where the rows are from.
        notes: what was handled on the way, one sentence each.
        delimiter: what stands between the cells of a file.
        points: what they mean where a column does not tell.
        marks: texts that stand for a missing cell, besides the usual ones.
    """

    columns: Mapping[str, Column]
    origin: Origin
    notes: tuple[str, ...] = ()
    delimiter: str = ","
    points: Points = "usual"
    marks: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        cells: Mapping[str, Sequence[Any]],
        origin: Origin,
        notes: Iterable[str] = (),
        points: Points = "usual",
        marks: tuple[str, ...] = (),
    ) -> Table:
        """The table with these cells, column by column. Each column is read now, and never again."""
        columns = {name: column_of(name, column, origin, points, marks) for name, column in cells.items()}
        return cls(columns, origin, tuple(notes), points=points, marks=marks)

    def __repr__(self) -> str:
        return f"<{self.source}: {len(self):,} rows of {', '.join(self.columns)}>"

    def __len__(self) -> int:
        return len(self.origin.lines)

    @property
    def source(self) -> str:
        """Where the table is from, for messages."""
        return self.origin.source

    @property
    def lines(self) -> Sequence[int]:
        """The line of the file on which each row begins, counted from 1."""
        return self.origin.lines

    @property
    def names(self) -> list[str]:
        """The names of the columns, in the order of the file."""
        return list(self.columns)

    def column(self, name: str) -> Column:
        """A column.

        Raises:
            DataError: if there is no such column; the message names the nearest, or all.
        """
        if name not in self.columns:
            by_lower = {known.lower(): known for known in self.names}
            near = get_close_matches(name.lower(), by_lower, n=1)
            hint = f"did you mean {by_lower[near[0]]!r}?" if near else f"the columns are {some(self.names)}"
            raise DataError(f"{self.source} has no column {name!r}; {hint}")
        return self.columns[name]

    def numbers(self, name: str) -> Sequence[float]:
        """A column as floats, NaN for a missing cell.

        Raises:
            DataError: if there is no such column, or at its first cell that is no number.
        """
        return self.column(name).numbers()

    def texts(self, name: str) -> Sequence[str | None]:
        """A column as strings, None for a missing cell.

        Raises:
            DataError: if there is no such column.
        """
        return self.column(name).texts()

    def with_marks(self, marks: Iterable[str]) -> Table:
        """The table in which these texts stand for a missing cell, too: its columns are read again if they do not."""
        new = tuple(mark for mark in marks if mark not in self.marks)
        if not new:
            return self
        cells = {name: column.cells for name, column in self.columns.items()}
        again = Table.of(cells, self.origin, self.notes, self.points, (*self.marks, *new))
        return replace(again, delimiter=self.delimiter)

    def take(self, rows: Sequence[int]) -> Table:
        """The rows at these positions."""
        origin = self.origin.take(rows)
        columns = {name: column.take(rows, origin) for name, column in self.columns.items()}
        return replace(self, columns=columns, origin=origin)


def table_of(rows: Any, source: str = "the rows", names: Sequence[str] = ()) -> Table:
    """A table from whatever has rows or columns with names; a missing key is a missing cell.

    Args:
        rows: a table already, a DataFrame, one or many dicts by column name, such as JSON gives them, or lists; also
            what else has names, such as a structured array or namedtuples.
        source: what messages call it.
        names: of the columns, if the rows are lists.

    Raises:
        DataError: if it is none of these, or a list is not as long as there are names.
    """
    if isinstance(rows, Table):
        return rows
    if is_frame(rows):
        columns = columns_of_frame(rows, source)
        return table_of_objects(columns, source, len(next(iter(columns.values()), ())))
    given = [rows] if isinstance(rows, Mapping) else row_by_row(rows, source)
    if not all(isinstance(row, Mapping) for row in given):
        names = names_of_columns(rows) or names
        given = [named_cells(row, place, source, names) for place, row in enumerate(given, start=1)]
    cells = {name: [row.get(name) for row in given] for name in dict.fromkeys(name for row in given for name in row)}
    return table_of_objects(cells, source, len(given))


def table_of_objects(columns: Mapping[str, Sequence[Any]], source: str, count: int) -> Table:
    """The table with these cells, whatever objects of Python they are."""
    origin = Origin(source, range(1, count + 1))
    cells = {name: cells_as_written(column, partial(origin.place, name)) for name, column in columns.items()}
    return Table.of(cells, origin)


def named_cells(row: Any, place: int, source: str, names: Sequence[str]) -> dict[str, Any]:
    """The cells of a row that is a list, by name."""
    if isinstance(row, Mapping):
        return dict(row)
    if own := names_of_row(row):
        return dict(zip(own, row, strict=True))
    if isinstance(row, str) or not hasattr(row, "__len__"):
        raise DataError(f"{source}, line {place}: a row is a dict by column name or a list of cells, not {row!r}")
    if len(row) != len(names):
        named = f"the columns are {some(names)}" if names else "without names there can be dicts only"
        raise DataError(f"{source}, line {place}: {len(row)} cells, but {named}")
    return dict(zip(names, row, strict=True))
