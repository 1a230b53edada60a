"""Python objects as cells: they become what they would be in a file, a text, a number or nothing, or are refused.

>>> from datetime import date
>>> from decimal import Decimal
>>> cells_as_written([date(2024, 5, 5), "red", Decimal("0.5"), Decimal("nan")], lambda row: f"line {row + 1}")
['2024-05-05', 'red', Decimal('0.5'), None]
>>> cells_as_written(["red", b"blue"], lambda row: f"line {row + 1}")
Traceback (most recent call last):
    ...
nn.data.messages.DataError: line 2: b'blue' is bytes, which may be numbers or their text; ...
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

from nn.basics.not_numbers import MOMENT, in_short, what_is
from nn.data.messages import DataError

AS_THEY_ARE = frozenset({str, float, bool, type(None)})
"""The usual cells."""


def cells_as_written(cells: Sequence[Any], where: Callable[[int], str]) -> Sequence[Any]:
    """The cells of a column. Those that are plain already are given back.

    Args:
        where: the place of the cell in a row, for messages.

    Raises:
        DataError: at the first cell that is neither a text nor a number.
    """
    if set(map(type, cells)) <= {*AS_THEY_ARE, int} and all(fits(cell) for cell in cells if type(cell) is int):
        return cells
    found = []
    for row, cell in enumerate(cells):
        try:
            found.append(cell if type(cell) in AS_THEY_ARE else as_written(cell))
        except ValueError as error:
            raise DataError(f"{where(row)}: {in_short(cell)} is {error}") from None
    return found


def as_written(cell: Any) -> Any:
    """A cell as a text, a number, or None for nothing.

    Raises:
        ValueError: if it is none of these; the message says what it is, and the repair.
    """
    cell = out_of_its_box(cell)
    if is_nothing(cell):
        return None
    if isinstance(cell, date | time):
        return cell.isoformat()
    if what := what_is(type(cell)):
        raise ValueError(what)
    if isinstance(cell, int) and not isinstance(cell, bool):
        return cell if fits(cell) else math.inf if cell > 0 else -math.inf
    if isinstance(cell, str | float | bool | Decimal | Fraction):
        return cell
    if hasattr(cell, "__len__") or hasattr(cell, "__iter__"):
        raise ValueError(f"a {type(cell).__name__}, which is no cell; give each thing in it a column of its own")
    kind: Any = type(cell)
    says_nothing = kind.__str__ is object.__str__ and kind.__repr__ is object.__repr__
    if hasattr(cell, "__float__") and not callable(cell):
        return float(cell)
    if callable(cell) or says_nothing:
        raise ValueError(f"a {type(cell).__name__}, neither a text nor a number")
    return str(cell).strip()


def fits(number: int) -> bool:
    """Whether a float has room for a whole number."""
    return number.bit_length() < sys.float_info.max_exp


def out_of_its_box(cell: Any) -> Any:
    """Python's own of a scalar of NumPy or pyarrow. Moments become those of Python, which are told to the millionth."""
    if hasattr(cell, "as_py"):
        return cell.as_py()
    kind = getattr(getattr(cell, "dtype", None), "kind", "")
    if getattr(cell, "shape", None) != () or not hasattr(cell, "item") or what_is(type(cell)) not in ("", MOMENT):
        return cell
    found = cell.astype("datetime64[us]").item() if kind == "M" else cell.item()
    if kind == "M" and isinstance(found, int):
        raise ValueError("a moment outside the years 1 to 9999")
    return float(found) if hasattr(found, "dtype") else found  # a long double has none of Python's


def is_nothing(cell: Any) -> bool:
    """Whether a cell is None, NaN of any kind, NaT, pandas' NA, or masked."""
    pandas, numpy = sys.modules.get("pandas"), sys.modules.get("numpy")
    if cell is None or (pandas and cell is pandas.NA) or (numpy and cell is numpy.ma.masked):
        return True
    if isinstance(cell, Decimal):
        return cell.is_nan()
    if hasattr(cell, "__len__"):
        return False
    different = cell != cell
    return different is True or (numpy is not None and isinstance(different, numpy.bool_) and bool(different))
