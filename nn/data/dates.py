"""Dates become numbers that learn: how many days have passed, and where in the year, the week and the day it is.

How they are written is told by the whole column: 03/04 alone may be in March or in April.

>>> way_of_writing(["31/01/2024", "03/04/2024"]), way_of_writing(["03/04/2024"]), way_of_writing(["2024-01-31"])
('%d/%m/%Y', None, 'iso')
>>> way_of_writing(["31/01/24", "28/02/24"]), way_of_writing(["24/01/31", "24/02/28"])
('%d/%m/%y', '%y/%m/%d')
>>> parts = parts_of_dates(["1970-01-01", "1970-01-02"], "iso")
>>> list(parts["days"]), list(parts["year, sin"])
([0.0, 1.0], [0.0, 0.0172...])
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product

from nn.data.cells import CellNumbers
from nn.data.column import Column
from nn.data.messages import DataError
from nn.data.table import Table

EPOCH = datetime(1970, 1, 1)
LOOKS_LIKE_ONE = re.compile(r"(\d{1,4}|[A-Za-z]{3,9})([-/. ]|, )(\d{1,2}|[A-Za-z]{3,9})(\D|$).*")
DAYS = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y-%m",
        "%d %b %Y", "%d-%b-%Y", "%b %d, %Y", "%b %d %Y", "%d %B %Y", "%B %d, %Y")  # fmt: skip
SHORT_DAYS = ("%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%m-%d-%y", "%y.%m.%d", "%y/%m/%d", "%y-%m-%d",
              "%d %b %y", "%d-%b-%y", "%b %d, %y", "%b %d %y", "%d %B %y", "%B %d, %y")  # fmt: skip
TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p")
ISO, ISO_WITH_ZONE = "iso", "iso with zone"
WAYS = (ISO, ISO_WITH_ZONE, *(f"{day}{time}" for day, time in product((*DAYS, *SHORT_DAYS), TIMES)))
"""How a date may be written: as in ISO 8601, all without a zone or all with one, or for `strptime`, for which a year of
two digits is one from 1969 to 2068."""
SHOWN = {ISO: "%Y-%m-%d", ISO_WITH_ZONE: "%Y-%m-%dT%H:%M+00:00"}  # in examples
CLEARLY = 4  # times the span of time of another reading
MOST_ODD = 20  # one cell in so many may be a mistake, which is refused


def moment(text: str, way: str) -> datetime | None:
    """The moment that a text names, in the time of Greenwich if it says its zone; None if it is written otherwise."""
    try:
        if way not in (ISO, ISO_WITH_ZONE):
            return datetime.strptime(text, way)
        found = datetime.fromisoformat(text)
        if text[4:5] != "-" or (found.tzinfo is not None) != (way == ISO_WITH_ZONE):
            return None
        return found if way == ISO else found.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):  # the latter in the first hours of the year 1, seen from elsewhere
        return None


def way_of_writing(texts: Iterable[str]) -> str | None:
    """The only way in which all of some texts are dates; None if there is none, or more than one.

    Of years of two digits, which may stand first or last, that one counts by which all happened in far less time.
    """
    different = list(dict.fromkeys(texts))
    ways = [way for way in WAYS if different and all(moment(text, way) is not None for text in different)]
    readings: dict[tuple[datetime, ...], str] = {}
    for way in ways:
        readings.setdefault(tuple(filter(None, (moment(text, way) for text in different))), way)
    if len(readings) > 1 and all("%y" in way for way in ways):
        by_span = sorted((max(dates) - min(dates), way) for dates, way in readings.items())
        return by_span[0][1] if CLEARLY * (by_span[0][0] + timedelta(days=1)) <= by_span[1][0] else None
    return ways[0] if len(readings) == 1 else None


def doubtful_century(texts: Sequence[str], way: str) -> str | None:
    """A date whose year has two digits and may be of two centuries; None if there is none.

    The years are all within less time if some of them are of the century before: in 48, 75 and 99 nobody sees 2048.
    """
    if "%y" not in way:
        return None
    by_year = {date.year: text for text in texts if (date := moment(text, way)) is not None}
    years = sorted(by_year)
    widest = max((later - before for before, later in pairwise(years)), default=0)
    return by_year[years[-1]] if widest > 100 - (years[-1] - years[0]) else None


def as_dates(column: Column) -> tuple[str | None, str]:
    """The way in which a column's texts are dates, if they are; and what is to be said of it, if anything.

    Raises:
        DataError: if they are written in two ways, or a few of them are no dates.
    """
    texts = [text for text in dict.fromkeys(column.texts()) if text is not None]
    if not texts or sum(bool(LOOKS_LIKE_ONE.match(text)) for text in texts) * 2 < len(texts):
        return None, ""
    if way := way_of_writing(texts):
        if (text := doubtful_century(texts, way)) is not None:
            row = list(column.texts()).index(text)
            raise DataError(
                f"{column.where(row)}: the year of {text!r} has two digits, and may be of this century or the last;"
                " write all four, or name the column among the categories"
            )
        return way, ""
    known = {way: [text for text in texts if moment(text, way) is not None] for way in WAYS}
    if any(len(found) == len(texts) for found in known.values()):
        return None, (
            f"column {column.name!r}: no cell tells whether {texts[0]} begins with the day; it is text here, and would"
            " be a date as 2024-01-31 is"
        )
    way = max(known, key=lambda way: len(known[way]))
    odd = [text for text in texts if text not in known[way]]
    if all(any(text in found for found in known.values()) for text in odd) or len(odd) * MOST_ODD <= len(texts):
        row = list(column.texts()).index(odd[0])
        raise DataError(
            f"{column.where(row)}: {odd[0]!r} is not a date as {known[way][0]!r} is; write all of them in one way,"
            " or name the column among the categories"
        )
    return None, ""


def with_parts(table: Table, ways: Mapping[str, str]) -> Table:
    """The table with columns of numbers in the places of its columns of dates, which are written in these ways.

    Raises:
        DataError: at a cell that is written otherwise.
    """
    columns: dict[str, Column] = {}
    for name, column in table.columns.items():
        if name in ways:
            columns |= {part.name: part for part in parts_of_column(column, ways[name])}
        else:
            columns[name] = column
    return replace(table, columns=columns)


def parts_of_column(column: Column, way: str) -> list[Column]:
    """A column of dates as columns of numbers, "when (days)" and so on."""
    known = column.different_texts()
    texts: list[str | None] = [None] * len(known)
    for place in column.cells.there():
        text = known[place]
        if text is not None and moment(text, way) is None:
            example = datetime(2024, 1, 31).strftime(SHOWN.get(way, way))
            row = list(column.cells.places).index(place)
            raise DataError(f"{column.where(row)}: {text!r} is not a date, such as {example}")
        texts[place] = text
    missing = tuple(place for place, text in enumerate(texts) if text is None)
    return [
        Column(
            name=part_name(column.name, part),
            kind="number",
            cells=replace(column.cells, different=numbers),
            reading=CellNumbers(numbers, missing),
            origin=column.origin,
        )
        for part, numbers in parts_of_dates(texts, way).items()
    ]


def is_part(column: str, name: str) -> bool:
    """Whether a column is one of the parts of a column of dates."""
    return column in (part_name(name, part) for part in PARTS)


def part_name(name: str, part: str) -> str:
    """What the numbers of a column of dates are called."""
    return f"{name} ({part})"


PARTS = ("days", "year, sin", "year, cos", "week, sin", "week, cos", "day, sin", "day, cos")


def parts_of_dates(texts: Sequence[str | None], way: str) -> dict[str, array[float]]:
    """For each text the days since 1970, and where in the year, the week and the day it is, on a circle."""
    nothing = (math.nan,) * len(PARTS)
    rows = (nothing if text is None else numbers_of_moment(moment(text, way)) for text in texts)
    columns = zip(*rows, strict=True)
    return {name: array("d", column) for name, column in zip(PARTS, columns, strict=True)}


def numbers_of_moment(date: datetime | None) -> tuple[float, ...]:
    """The parts of a moment."""
    assert date is not None
    midnight = datetime(date.year, date.month, date.day)
    day = (date - midnight) / timedelta(days=1)
    days = (date - EPOCH) / timedelta(days=1)
    year = ((midnight - datetime(date.year, 1, 1)) / timedelta(days=1) + day) / 365.25
    turns = [2.0 * math.pi * turn for turn in (year, (date.weekday() + day) / 7.0, day)]
    return days, *(f(turn) for turn in turns for f in (math.sin, math.cos))
