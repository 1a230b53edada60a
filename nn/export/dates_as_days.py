"""A column of dates as one number, the days since 1970, from which the numbers that the network learnt from come back.

Other tools parse no dates, or parse them otherwise; a day count each of them has. It is taken to the nearest
microsecond, which a float64 tells apart from 1791 to 2148. The year is that of the Gregorian calendar, 400 of which
years have 146,097 days; they begin in March here, so that the day which some of them lack is their last.

>>> from nn.export.dates_as_days import input_name
>>> input_name("when")
'when (days)'
"""

from __future__ import annotations

import math

from autograd.export.dataflow import DataflowArithmetic, Tensor
from nn.data.dates import PARTS, part_name

MICROSECONDS = 86_400e6  # of a day
MARCH_OF_YEAR_0 = -719_468  # as a day since 1970
SINCE = "days since 1970-01-01T00:00, with the time of the day as their fraction"


def input_name(column: str) -> str:
    """What the number of a column of dates is called."""
    return part_name(column, PARTS[0])


def parts_of_days(days: Tensor) -> dict[str, Tensor]:
    """What `nn.data.dates.numbers_of_moment` makes of a moment, by name; NaN of NaN."""
    m = DataflowArithmetic
    whole = m.floor(days)
    moment = m.floor((days - whole) * MICROSECONDS + 0.5)  # of the day, or the first of the next one
    midnight = whole + quotient(moment, MICROSECONDS)
    time = m.divide(remainder(moment, MICROSECONDS), MICROSECONDS)
    turns = {
        "year": m.divide(day_of_year(midnight) + time, 365.25),
        "week": m.divide(remainder(midnight + 3.0, 7.0) + time, 7.0),  # day 0 was a Thursday
        "day": time,
    }
    angles = {name: 2.0 * math.pi * turn for name, turn in turns.items()}
    circles = {f"{name}, {f}": getattr(m, f)(angle) for name, angle in angles.items() for f in ("sin", "cos")}
    return {PARTS[0]: days, **circles}


def day_of_year(day: Tensor) -> Tensor:
    """How many days have passed since the first of January, by the day since 1970."""
    m = DataflowArithmetic
    of_era = remainder(day - MARCH_OF_YEAR_0, 146_097.0)
    leap_days = quotient(of_era, 36_524.0) - quotient(of_era, 1_460.0) - quotient(of_era, 146_096.0)
    year = quotient(of_era + leap_days, 365.0)
    since_march = of_era - (365.0 * year + quotient(year, 4.0) - quotient(year, 100.0))
    is_leap = is_multiple(year, 4.0) - is_multiple(year, 100.0) + is_multiple(year, 400.0)
    found: Tensor = m.where(m.greater(since_march, 305.5), since_march - 306.0, since_march + 59.0 + is_leap)
    return found


def quotient(x: Tensor, by: float) -> Tensor:
    """How often a number goes into a whole number, also where division is a product with the reciprocal (XLA)."""
    found: Tensor = DataflowArithmetic.floor(DataflowArithmetic.divide(x + 0.5, by))
    return found


def remainder(x: Tensor, by: float) -> Tensor:
    """What is left over, 0 or more."""
    found: Tensor = x - quotient(x, by) * by
    return found


def is_multiple(x: Tensor, of: float) -> Tensor:
    """1 if it is one, otherwise 0."""
    found: Tensor = DataflowArithmetic.where(remainder(x, of), 0.0, 1.0)
    return found
