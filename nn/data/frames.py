"""A DataFrame of pandas, polars or pyarrow becomes a table, column by column: the names are kept, and no row is.

True and False become texts, missing cells None; see `nn.data.python_cells` for the rest.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

from nn.basics.optional import require
from nn.data.messages import DataError


def columns_of_frame(frame: Any, source: str) -> dict[str, Sequence[Any]]:
    """The cells of each column, by its name.

    Raises:
        DataError: if it is no such frame, it is still to be computed, or columns have the same name.
    """
    narwhals = require("narwhals")
    try:
        wrapped = narwhals.from_native(frame, eager_only=True)
        names = [str(name) for name in wrapped.columns]
        columns = [cells_of(series, narwhals) for series in wrapped.iter_columns()]
    except (TypeError, ValueError, ArithmeticError, narwhals.exceptions.NarwhalsError) as error:
        lazy = "; of a lazy frame give .collect()" if hasattr(frame, "collect") else ""
        raise DataError(f"{source} cannot be read as a DataFrame: {' '.join(str(error).split())}{lazy}") from error
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DataError(f"{source}: {names.count(twice)} columns are called {twice!r}; names are to differ")
    return dict(zip(names, columns, strict=True))


def cells_of(series: Any, narwhals: Any) -> Sequence[Any]:
    """The cells of a column."""
    if series.dtype.is_float():
        return array("d", series.to_numpy())
    cells: list[Any] = series.to_list()
    missing = series.is_null().to_list()
    if series.dtype.is_numeric():
        return [None if none else cell for cell, none in zip(cells, missing, strict=True)]
    return [None if none else cell_of_frame(cell) for cell, none in zip(cells, missing, strict=True)]


def cell_of_frame(cell: Any) -> Any:
    """True and False as they are printed, texts without blanks around them; others as they are."""
    return str(cell) if isinstance(cell, bool) else cell.strip() if isinstance(cell, str) else cell
