"""take: a differentiable look-up, `rows[index]`, where the index may be a number that is known at each call only.

In the scalar engine it is Python's own indexing. While a function is recorded, the number of an argument is one
sample's: there the row is the sum of all rows, each times 1 if it is the one and 0 if not, which the lift finds to be
a matrix product.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import ops
from autograd.calling import apply_to_many
from autograd.nesting import is_array
from autograd.recording import recording_of, watchers
from autograd.value import Value, as_number, operand_or_error


def take(rows: Sequence[Any], index: Any) -> Any:
    """rows[index] = Σᵢ [i = index]·rowᵢ, for an index that may be an argument of a compiled function: a token's number.

    Args:
        rows: rows of numbers or Values, equally long, or numbers or Values.
        index: a whole number (an int, a float or a Value), below 0 from the end; or a list of them, nested or not.

    Returns:
        The row, as a list of what is in it (one number or Value, if these are the rows); a list of rows for a list.

    Raises:
        IndexError: if there is no such row.
        ValueError: if the index is not whole, or the rows are not equally long.
        TypeError: if it is no number, or `rows` is no list.

    The row that is taken gets the gradient; the others get none, and neither does the index, which only chooses.

    >>> table = [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]]
    >>> a, b = take(table, 1)
    >>> (a * b).backward()
    >>> [[entry.grad for entry in row] for row in table]
    [[0.0, 0.0], [4.0, 3.0]]
    >>> take([10.0, 20.0, 30.0], [0, -1])
    [10.0, 30.0]

    A compiled function takes time for every row, not only for the one, and is recorded once for all indices.
    """
    return taken_from(checked_rows(rows), index)


def taken_from(rows: list[Any], index: Any) -> Any:
    """The same, of rows that are checked."""
    if isinstance(index, list | tuple) or is_array(index):
        return [taken_from(rows, each) for each in index]
    chosen = row_number(len(rows), index)
    recording = recording_of(index) if watchers and isinstance(index, Value) else None
    if recording is not None and not recording.is_constant(index):
        return sum_of_rows(rows, index)
    row = rows[chosen]
    return list(map(as_entry, row)) if isinstance(row, list) else as_entry(row)


def as_entry(thing: Any) -> Any:
    """A Value as it is, a number as a float."""
    return thing if isinstance(thing, Value) else operand_or_error(thing)._data


def is_entry(thing: Any) -> bool:
    """Whether it is a Value or a number, and so no row."""
    return isinstance(thing, Value) or as_number(thing) is not None


def checked_rows(rows: Any) -> list[Any]:
    """The rows as lists, or the numbers.

    Raises:
        TypeError: if there are none to index.
        ValueError: if they are not equally long.
    """
    if not (isinstance(rows, list | tuple) or is_array(rows)):
        raise TypeError(f"take takes a list of rows or of numbers, but was given a {type(rows).__name__}")
    listed = [row if isinstance(row, list) or is_entry(row) else list(row) for row in rows]
    lengths = {len(row) if isinstance(row, list) else None: at for at, row in reversed(list(enumerate(listed)))}
    if len(lengths) > 1:
        (length, first), (other, second) = sorted(lengths.items(), key=lambda item: item[1])[:2]
        has = ["is a number" if n is None else f"has {n} entries" for n in (length, other)]
        raise ValueError(f"take needs rows of the same length, but row {first} {has[0]} and row {second} {has[1]}")
    return listed


def row_number(count: int, index: Any) -> int:
    """The index as an int.

    Raises:
        TypeError, ValueError, IndexError: if it is no number, not whole, or not of one of so many rows.
    """
    number = operand_or_error(index)._data
    if not number.is_integer():
        raise ValueError(f"take needs a whole number as its index, but was given {number!r}")
    if not -count <= number < count:
        there_are = f"there are {count} rows (0 to {count - 1})" if count else "there are no rows"
        raise IndexError(f"take was given the index {number:.0f}, but {there_are}")
    return int(number)


def sum_of_rows(rows: list[Any], index: Value) -> Any:
    """Σᵢ [i = index]·rowᵢ, not finite where the index is of no row: so the program leaves that call to the engine."""
    count = len(rows)
    position = index + apply_to_many(ops.WHERE, [index < 0.0, float(count), 0.0])
    hits = [1.0 - (position > float(i)) - (float(i) > position) for i in range(count)]
    # The sum was rounded, and an index that is not whole may have become so: the number of the row says which it was.
    number = apply_to_many(ops.DOT, [*hits, *map(float, range(count))])
    differs = (number - index) * (number - index - float(count))
    once = 1.0 / apply_to_many(ops.WHERE, [differs, 0.0, 1.0])  # of the index alone, so that a training sees it before

    def of_column(column: Sequence[Any]) -> Any:
        return apply_to_many(ops.DOT, [*hits, *column]) * once

    return list(map(of_column, zip(*rows, strict=True))) if isinstance(rows[0], list) else of_column(rows)
