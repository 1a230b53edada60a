"""The slope of a function of one number, from its values alone, and how far it is to be believed.

The method is Ridders' (Advances in Engineering Software 4, 1982): central differences at a step that shrinks,
extrapolated to step 0, keeping the extrapolation that changes least.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from autograd.value import DomainError

RealFunction = Callable[[float], float]


class Slope(NamedTuple):
    """A numeric derivative."""

    number: float
    spread: float  # by how much the extrapolations around it differ, rounding included
    rounding: float

    def doubt(self) -> float:
        """The relative error to expect."""
        return self.spread / (abs(self.number) + 1e-8) if math.isfinite(self.number) else math.inf

    def excuse(self) -> float:
        """The error to grant. Differences that do not settle confirm nothing, so beyond rounding it is at most 1e-4."""
        return min(self.spread, 1e-4 * abs(self.number)) + 4.0 * self.rounding


NO_SLOPE = Slope(math.nan, math.inf, 0.0)


def first_step(x: float) -> float:
    """A step that is large enough for the differences to have digits; Ridders' method shrinks it."""
    return 0.01 * max(abs(x), 0.1)


def ridders(f: RealFunction, x: float, step: float, size: float, side: int = 0) -> Slope:
    """f′(x) by differences at shrinking steps, extrapolated. NaN where there is none.

    Args:
        f: the function.
        x: where.
        step: the first step; it is halved until rounding costs more than the extrapolation gains.
        size: the largest number met in computing f(x), whose rounding limits what differences can tell.
        side: 0 for central differences. −1 or 1: (f(x ± 2h) − f(x ± h))/h, which ignores a jump at x itself, and
            has errors of every power of the step, where central ones have those of the even powers only.
    """
    power = 2.0 if side else 4.0
    best, least, noise = math.nan, math.inf, 0.0
    previous: list[float] = []
    for _ in range(26):
        rounding = 2.0**-52 * size / step
        if rounding > least:
            break
        low, high = (x + side * step, x + 2.0 * side * step) if side else (x - step, x + step)
        try:
            column = [(f(high) - f(low)) / (high - low)] if high != low else [math.nan]
        except DomainError:
            column = [math.nan]
        factor = power
        for earlier in previous[:8]:
            column.append((column[-1] * factor - earlier) / (factor - 1.0))
            factor *= power
            error = max(abs(column[-1] - column[-2]), abs(column[-1] - earlier)) + rounding
            if error <= least:
                best, least, noise = column[-1], error, rounding
        # A difference outside the domain is NaN: start again from the smaller steps.
        previous = column if math.isfinite(column[0]) else []
        step /= 2.0
    return Slope(best, least, noise)


def is_vertical(f: RealFunction, x: float, step: float, slope: float) -> bool:
    """Whether the differences grow without bound, towards the infinity `slope`, as the step shrinks."""
    large, small = ((f(x + h) - f(x)) / h for h in (step, step / 1024.0))
    return small * slope > 0.0 and abs(small) > 2.0 * abs(large)
