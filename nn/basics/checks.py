"""Numbers that people choose, checked where they come in; the message names the setting and what it has to be."""

from __future__ import annotations

import math
from typing import Any


def check_count(name: str, number: Any, least: int = 1) -> None:
    """Make sure that a number of things is one.

    Raises:
        ValueError: if it is not a whole number, or below the least.

    >>> check_count("epochs", 0.5)
    Traceback (most recent call last):
        ...
    ValueError: epochs is a whole number, 1 or more, but is 0.5
    """
    if isinstance(number, bool) or not isinstance(number, int) or number < least:
        repair = "; give int(…) of it" if hasattr(number, "__index__") and not isinstance(number, int) else ""
        raise ValueError(f"{name} is a whole number, {least} or more, but is {number!r}{repair}")


def check_positive(name: str, number: Any) -> None:
    """Make sure that a setting is a finite number above 0.

    Raises:
        TypeError: if it is not a number.
        ValueError: if it is not above 0.
    """
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise TypeError(f"{name} is a number above 0, but is {number!r}")
    if not 0.0 < number < math.inf:
        raise ValueError(f"{name} is a finite number above 0, but is {number!r}")


def check_fraction(name: str, number: Any) -> None:
    """Make sure that a setting is above 0 and at most 1.

    Raises:
        TypeError: if it is not a number.
        ValueError: if it is not between them.
    """
    check_positive(name, number)
    if number > 1.0:
        raise ValueError(f"{name} is at most 1, but is {number!r}")
