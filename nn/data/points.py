"""What the point in 1.000 means: in a file separated by ; it may be a thousand, for there a comma often is the decimal
sign.

A column whose points all stand before three digits is told by its other cells, and otherwise by the other columns.

>>> [what_points_mean(cells) for cells in (["1.000", "2.5"], ["1.000", "1,5"], ["1.000", "12500"], ["1.000", "7"])]
['decimal', 'thousands', 'decimal', 'unknown']
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal

Points = Literal["decimal", "thousands", "unknown", "usual"]
"""Of a file whose points are decimal points a comma is none; "usual" points are, as long as nothing tells otherwise."""

WITH_POINT = re.compile(r"[+−-]?\d*\.\d*([eE][+−-]?\d+)?")
BEFORE_THREE = re.compile(r"[+−-]?[1-9]\d{0,2}\.\d{3}")
THOUSANDS = re.compile(
    r"[+−-]?[1-9]\d{0,2}(\.\d{3}){2,}(,\d*)?"
    r"|(?![+−-]?[1-9]\d{0,2},\d{3}$)[+−-]?([1-9]\d{0,2}(\.\d{3})*|\d+),\d+"  # 1,234 may be anything
)
FOUR_DIGITS = re.compile(r"[+−-]?\d{4,}")


def what_points_mean(cells: Sequence[Any]) -> Points:
    """By the cells of a column of numbers; where no cell has a point, they mean nothing, which is as good as any."""
    written = {cell for cell in cells if isinstance(cell, str)}
    points = {cell for cell in written if WITH_POINT.fullmatch(cell) and cell != "."}
    grouped = {cell for cell in points if BEFORE_THREE.fullmatch(cell)}
    thousands = any(map(THOUSANDS.fullmatch, written))
    decimal = grouped != points or (grouped and any(map(FOUR_DIGITS.fullmatch, written)))
    return "unknown" if thousands == bool(decimal) else "thousands" if thousands else "decimal"


def of_the_file(columns: Iterable[Sequence[Any]]) -> Points:
    """By all columns: what those that tell agree upon."""
    told = {what_points_mean(cells) for cells in columns} - {"unknown"}
    return told.pop() if len(told) == 1 else "unknown"
