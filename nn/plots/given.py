"""What figures are given, checked: a figure that leaves out what it was given says nothing of it.

>>> column_of_figure([[1.0], [2.0]], "predictions")
[1.0, 2.0]
>>> column_of_figure([1.0, float("nan")], "predictions")
Traceback (most recent call last):
    ...
ValueError: predictions[1] is nan, which has no place in a figure
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from nn.basics.not_numbers import in_short
from nn.basics.rows import check_row, row_by_row


def column_of_figure(column: Any, name: str) -> list[float]:
    """Finite numbers, each of which may be in a list of one, as outputs are.

    Raises:
        ValueError: if there are none, or one is not such.
    """
    found = [number_of_figure(cell, f"{name}[{place}]") for place, cell in enumerate(row_by_row(column, name))]
    if not found:
        raise ValueError(f"{name} is empty: there is nothing to draw")
    return found


def number_of_figure(cell: Any, where: str) -> float:
    """A finite number, perhaps in a list of one."""
    if hasattr(cell, "__len__") and not isinstance(cell, str):
        check_row(cell, where, "a number is wanted")
        if len(cell) != 1:
            raise ValueError(f"{where} has {len(cell)} numbers, and one is drawn")
        (cell,) = cell
    try:
        number = float(cell)
    except (TypeError, ValueError):
        raise ValueError(f"{where} is {in_short(cell)}, which is not a number") from None
    if not math.isfinite(number):
        raise ValueError(f"{where} is {number}, which has no place in a figure")
    return number


def points_of_plane(X: Any) -> list[list[float]]:
    """Samples of two finite numbers each.

    Raises:
        ValueError: if they are not, or there are none.
    """
    rows = row_by_row(X)
    if not rows or any(isinstance(row, str) or not hasattr(row, "__len__") or len(row) != 2 for row in rows):
        raise ValueError(
            "a decision boundary is drawn in the plane: the samples need two inputs each, and one at least"
        )
    for place, row in enumerate(rows):
        check_row(row, f"X[{place}]", "a sample is a list of numbers")
    return [[number_of_figure(x, f"X[{place}][{i}]") for i, x in enumerate(row)] for place, row in enumerate(rows)]


def check_as_many(name: str, count: int, wanted: int, of: str) -> None:
    """Make sure that there is one for each.

    Raises:
        ValueError: if there is not.
    """
    if count != wanted:
        raise ValueError(f"there are {count} {name} for {wanted} {of}")


def check_counts(matrix: Sequence[Sequence[Any]], classes: Sequence[str]) -> None:
    """Make sure that a matrix counts the samples of each class that were taken for each.

    Raises:
        ValueError: if it has another shape, or something in it is no count.
    """
    check_as_many("rows", len(matrix), len(classes), "classes")
    for place, row in enumerate(matrix):
        check_as_many(f"numbers in row {place}", len(row), len(classes), "classes")
        for number in row:
            if not number_of_figure(number, f"row {place}") >= 0.0:
                raise ValueError(f"row {place} has {number}, which is no count")
    if not classes:
        raise ValueError("there are no classes to draw")
