"""Things that Python or NumPy turn into numbers, and are none: bytes, moments, spans of time, complex numbers.

>>> import datetime
>>> refuse_cells([1.0, datetime.timedelta(seconds=3)], "X[0]")
Traceback (most recent call last):
    ...
ValueError: X[0][1] is datetime.timedelta(seconds=3), a span of time, of which no one knows in which unit; ...
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any

RAW_BYTES = "bytes, which may be numbers or their text; give list(…) of it, or float(….decode())"
MOMENT = "a moment; give numbers, such as the days since another: (moment - other) / timedelta(days=1)"
SPAN = "a span of time, of which no one knows in which unit; divide it by one, as by timedelta(seconds=1)"
MASKED = "a cell without a number; fill it in, or leave the sample out"
COMPLEX = "a complex number; give its real and its imaginary part as two numbers"

OF_DTYPES = {"S": RAW_BYTES, "V": RAW_BYTES, "M": MOMENT, "m": SPAN, "c": COMPLEX}
"""By the kind of a NumPy dtype."""
OF_TYPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    ((bytes, bytearray, memoryview), RAW_BYTES),
    ((date, time), MOMENT),
    (timedelta, SPAN),
    (complex, COMPLEX),
)
MOST_LETTERS = 60


def what_is(kind: type) -> str:
    """What things of a type are, and the repair; "" if they may be numbers."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and issubclass(kind, numpy.generic):
        kinds = {numpy.datetime64: "M", numpy.timedelta64: "m", numpy.complexfloating: "c"}
        kinds |= {numpy.bytes_: "S", numpy.void: "V"}
        return next((OF_DTYPES[letter] for one, letter in kinds.items() if issubclass(kind, one)), "")
    if numpy is not None and issubclass(kind, type(numpy.ma.masked)):
        return MASKED
    return next((what for types, what in OF_TYPES if issubclass(kind, types)), "")


def refuse(thing: Any, where: str) -> None:
    """Make sure that a thing may be a number.

    Raises:
        ValueError: saying where and what it is, and the repair.
    """
    if what := what_is(type(thing)):
        raise ValueError(f"{where} is {in_short(thing)}, {what}")


def refuse_cells(cells: Sequence[Any], where: str) -> None:
    """The same for each in a sequence."""
    if any(map(what_is, set(map(type, cells)))):
        for place, cell in enumerate(cells):
            refuse(cell, f"{where}[{place}]")


def refuse_rows(rows: Sequence[Any], name: str) -> None:
    """The same for each in a sequence, and for each in the lists in it."""
    refuse_cells(rows, name)
    for place, row in enumerate(rows):
        if hasattr(row, "__len__") and not isinstance(row, str):
            refuse_cells(row, f"{name}[{place}]")


def refuse_array(table: Any, name: str) -> None:
    """The same for an array, which may be masked or have named columns; whatever else it is, nothing is said."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(table, numpy.ma.MaskedArray) and numpy.ma.is_masked(table):
        raise ValueError(f"a masked cell of {name} is {MASKED}")
    for called, kind in kinds_of(getattr(table, "dtype", None)):
        if what := OF_DTYPES.get(kind):
            raise ValueError(f"each cell of {name}{called} is {what}")


def kinds_of(dtype: Any) -> Iterator[tuple[str, str]]:
    """The kinds of the numbers in an array of NumPy's, with the names of the columns if it has some."""
    fields = getattr(dtype, "fields", None)
    if isinstance(fields, Mapping):  # of polars' structs they are a list
        for name, (inner, *_) in fields.items():
            yield from ((f"[{name!r}]{called}", kind) for called, kind in kinds_of(inner))
    elif isinstance(kind := getattr(dtype, "kind", ""), str):
        yield "", kind


def in_short(thing: Any) -> str:
    """A thing for a message, not too long."""
    try:
        written = " ".join(repr(thing).split())
    except Exception:  # such as of a whole number of more digits than Python prints
        return f"of type {type(thing).__name__}"
    return written if len(written) <= MOST_LETTERS else f"{written[: MOST_LETTERS - 1]}…"
