"""Samples and targets as lists with an entry for each sample, whatever they come in: never by columns in silence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from autograd.nesting import is_array
from nn.basics.not_numbers import in_short, refuse, refuse_array, refuse_cells

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def row_by_row(table: Any, name: str = "X") -> list[Any]:
    """The rows of an array, of a DataFrame (pandas, polars, pyarrow), or of anything to go through in order.

    Raises:
        ValueError: for what has columns but no rows to ask for, no order, or moments and the like for numbers (see
            `nn.basics.not_numbers`); with the repair.
    """
    if on_dask(table):
        raise ValueError(
            f"{name} is Dask's, where what belongs to it, or who asks, is of this process: {name}.compute()"
        )
    if is_frame(table):
        return rows_of_frame(table, name)
    refuse(table, name)
    refuse_array(table, name)
    if isinstance(table, Mapping):
        raise ValueError(f"{name} is a mapping, as of columns by name; rows are wanted: list(zip(*columns.values()))")
    if isinstance(table, AbstractSet):
        raise ValueError(f"{name} is a set, whose order is not that of anything else; a list is wanted")
    if callable(getattr(table, "toarray", None)):
        raise ValueError(f"{name} is sparse, and rows of numbers are wanted: give {name}.toarray()")
    if not hasattr(table, "__iter__"):
        raise ValueError(f"{name} is {in_short(table)}, and rows are wanted, such as a list of them")
    for method in ("tolist", "to_list", "to_pylist"):  # of arrays and tensors, of polars' and pyarrow's columns
        if callable(convert := getattr(table, method, None)):
            found = convert()
            break
    else:
        found = list(table)
    rows = found if isinstance(found, list) else [found]
    refuse_cells(rows, name)
    return rows


def on_dask(table: Any) -> bool:
    """Whether it is a collection of Dask's, whose rows are elsewhere."""
    return type(table).__module__.partition(".")[0] in ("dask", "dask_expr")


def is_frame(table: Any) -> bool:
    """Whether it is a table that knows its columns, through which it may be gone by columns or by their names."""
    return not isinstance(table, type) and any(
        hasattr(table, mark) for mark in ("columns", "column_names", "__dataframe__")
    )


def rows_of_frame(frame: Any, name: str) -> list[Any]:
    """The rows of a table of columns, by whichever method it has for them."""
    if callable(rows := getattr(frame, "rows", None)):  # polars
        return [list(row) for row in rows()]
    if callable(to_numpy := getattr(frame, "to_numpy", None)):  # pandas and its relatives
        array = to_numpy()
        refuse_array(array, name)
        found: list[Any] = array.tolist()
        return found
    if callable(to_pylist := getattr(frame, "to_pylist", None)):  # pyarrow, which gives rows as dicts
        columns = getattr(frame, "columns", None)
        if isinstance(columns, list) and all(
            hasattr(column, "to_pylist") for column in columns
        ):  # of which two may have one name
            return [list(row) for row in zip(*(column.to_pylist() for column in columns), strict=True)]
        return [list(row.values()) if isinstance(row, Mapping) else list(row) for row in to_pylist()]
    raise ValueError(
        f"{name} is a {type(frame).__name__}, a table of columns, and rows are wanted: give {name}.to_numpy(), or"
        f" (of a lazy table) {name}.collect()"
    )


def table_of_numbers(table: Any) -> NDArray[np.float64] | None:
    """An array of floats with a row for each sample; None if the rows are not all numbers, and as many in each.

    >>> table_of_numbers([[1, 2.5], [3, 4]]).tolist(), table_of_numbers([[1.0], [2.0, 3.0]])
    ([[1.0, 2.5], [3.0, 4.0]], None)
    """
    if find_spec("numpy") is None:
        return None
    import numpy as np

    if isinstance(table, list):
        kinds = {float, int, np.float64}
        if not all(isinstance(row, list | tuple | np.ndarray) and kinds.issuperset(map(type, row)) for row in table):
            return None
        try:
            table = np.array(table, dtype=np.float64)
        except (ValueError, OverflowError):  # not as many in each row, or too large
            return None
    plain = type(table) is np.ndarray and table.ndim == 2 and table.dtype.kind in "fiu"
    return np.asarray(table, dtype=np.float64) if plain else None


def column_of_numbers(column: Any) -> NDArray[Any] | None:
    """An array of the numbers in a list or an array of them; None if they are not all numbers.

    >>> column_of_numbers([1, 0, 1]).tolist(), column_of_numbers([1, "a"]), column_of_numbers([[1.0], [2.0]])
    ([1, 0, 1], None, None)
    """
    if find_spec("numpy") is None:
        return None
    import numpy as np

    if isinstance(column, list | tuple):
        if not {float, int, bool, np.float64, np.int64}.issuperset(map(type, column)):
            return None
        column = np.array(column)
    return column if type(column) is np.ndarray and column.ndim == 1 and column.dtype.kind in "fiub" else None


def joined(tables: Sequence[Any]) -> Any:
    """The rows of several arrays in one array, of several lists in one list."""
    if not all(map(is_array, tables)):
        return [row for table in tables for row in row_by_row(table)]
    import numpy as np

    return np.concatenate(tables)


def check_row(row: Any, where: str, wanted: str) -> None:
    """Make sure that a row has an order, and numbers in it, as far as that can be seen of their types.

    Raises:
        ValueError: if it is a mapping or a set, or has bytes, moments or the like.
    """
    refuse(row, where)
    if isinstance(row, Mapping | AbstractSet):
        raise ValueError(f"{where} is {row!r}, but {wanted}; of a mapping give list(row.values()), in the same order")
    if isinstance(row, Sequence) or is_array(row):
        refuse_cells(row, where)
