"""The names of the columns that a model was trained on: what has names is put into their order, or refused.

They are kept with the model, so that it does not matter who is asked: the model, a trainer, or the model of a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from nn.basics.parameters import HasParameters
from nn.basics.rows import is_frame

KEPT_AS = "_column_names"  # among the attributes of a model


class ColumnNames(NamedTuple):
    """What the columns of samples and of targets are called; of what has no names, nothing.

    >>> from collections import namedtuple
    >>> Size = namedtuple("Size", "width height")
    >>> names = ColumnNames(names_of_columns([Size(1.0, 2.0)]))
    >>> names.inputs, in_named_order([Size(height=5.0, width=3.0)], ("height", "width"))
    (('width', 'height'), [[5.0, 3.0]])
    """

    inputs: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


def known_columns(model: HasParameters) -> ColumnNames:
    """What the columns were called that a model was trained on."""
    found: ColumnNames = vars(model).get(KEPT_AS, ColumnNames())
    return found


def remember_columns(model: HasParameters, names: ColumnNames) -> None:
    """Keep the names with a model, and with its copies."""
    if any(names):
        vars(model)[KEPT_AS] = names


def names_of_columns(table: Any) -> tuple[str, ...]:
    """The names of the columns of a DataFrame, a structured array or named rows; none of anything else.

    None either if one is no text, as of a DataFrame that was given none.
    """
    if is_frame(table):
        names = getattr(table, "column_names", None)
        found = table.columns if names is None else names
        found = () if callable(found) else found
    elif isinstance(table, list | tuple):
        found = names_of_row(table[0]) if table else ()
    else:
        found = getattr(getattr(table, "dtype", None), "names", None) or ()
    return tuple(map(str, found)) if all(isinstance(name, str) for name in found) else ()


def names_of_row(row: Any) -> Sequence[str]:
    """The names of the cells of a namedtuple, or of a row of a pandas DataFrame; none if one is no text."""
    if isinstance(row, tuple):
        return getattr(row, "_fields", ())
    found = list(row.index) if hasattr(row, "to_frame") and hasattr(row, "index") else []
    return found if all(isinstance(name, str) for name in found) else ()


def in_named_order(table: Any, names: Sequence[str], called: str = "X") -> Any:
    """The columns of these names, in this order, if the table has names; otherwise the table as it is.

    Raises:
        ValueError: if one is missing, or is there twice.
    """
    if not names:
        return table
    if isinstance(table, list | tuple) and not is_frame(table):
        if not any(map(len, map(names_of_row, table))):
            return table
        return [row_in_named_order(row, names, f"{called}[{place}]") for place, row in enumerate(table)]
    here = names_of_columns(table)
    if not here or here == tuple(names):
        return table
    check_names(here, names, called)
    select = getattr(table, "select", None)  # polars and pyarrow
    return select(list(names)) if callable(select) else table[list(names)]


def row_in_named_order(row: Any, names: Sequence[str], called: str) -> Any:
    """The cells of these names, in this order, if the row has names."""
    here = names_of_row(row)
    if not here:
        return row
    check_names(here, names, called)
    cells = dict(zip(here, row, strict=True))
    return [cells[name] for name in names]


def check_names(here: Sequence[str], names: Sequence[str], called: str) -> None:
    """Make sure that what has names has each of these once.

    Raises:
        ValueError: naming the first that is missing, or is there twice.
    """
    for name in names:
        if list(names).count(name) > 1:
            raise ValueError(
                f"the model was trained on several columns called {name!r}, so names do not tell which is which: give"
                f" {called} without names, in the order of {', '.join(map(repr, names))}"
            )
        count = list(here).count(name)
        if count != 1:
            what = f"has {count} columns called {name!r}" if count else f"lacks the column {name!r}"
            raise ValueError(
                f"{called} {what}; the model was trained on {', '.join(map(repr, names))}. Rename the columns, or give"
                " them without names, in this order"
            )
