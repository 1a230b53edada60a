"""What a reader with a pocket calculator makes of numbers that are shown with few digits: it must be what stands there.

0.05·0.249·0.3·0.238·0.599 is 0.000532, and not the 0.000534 that the unrounded factors have. So a product, a sum or any
other formula is shown with as many digits as it takes for the result beside it to come out.

>>> from autograd.show.writing.formula import Number, Product
>>> factors = Product((Number(2 / 3), Number(2 / 3)))
>>> round(worked_out(factors, 2), 4), shown_well(factors, 4 / 9, 2).text(2), shown_well(factors, 0.5, 2)
(0.4489, '0.667·0.667', None)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, mul

from autograd.arithmetic import Floats
from autograd.show.writing.formula import (
    LONGEST_SUM,
    Call,
    Ellipsis,
    Formula,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
)
from autograd.show.writing.notation import Notation
from autograd.show.writing.numbers import as_shown, last_place

MOST_DIGITS = 17  # which tell any two floats apart
SAME = 1e-12  # relative: below it are the last bits of a float


@dataclass(frozen=True)
class Precisely(Formula):
    """A formula whose numbers are shown with that many digits, whatever those around it are."""

    formula: Formula
    digits: int

    def of(self, *operands: Formula) -> Formula:
        return Precisely(operands[0], self.digits)

    def binds(self, notation: Notation) -> int:
        return self.formula.binds(type(notation)(self.digits))

    def write(self, notation: Notation) -> str:
        return self.formula.write(type(notation)(self.digits))

    def is_rounded(self, digits: int) -> bool:
        return self.formula.is_rounded(self.digits)


def worked_out(whole: Formula, digits: int) -> float:
    """The number that a formula comes to, worked out as it is written: from rounded numbers, from left to right."""
    if isinstance(whole, Number):
        return as_shown(whole.value, digits)
    if isinstance(whole, Symbol):
        return whole.value
    xs = [worked_out(x, whole.digits if isinstance(whole, Precisely) else digits) for x in whole.operands]
    if isinstance(whole, Sum):
        return reduce(add, xs)
    if isinstance(whole, Product):
        return product_of(xs)
    if isinstance(whole, Negative):
        return -xs[0]
    if isinstance(whole, Quotient):
        return float(Floats.divide(*xs))
    if isinstance(whole, Power):
        return float(Floats.power(*xs))
    if isinstance(whole, Call):
        return float(whole.operation.value(Floats, *xs))
    return xs[0]


def product_of(xs: Sequence[float]) -> float:
    """The product, which overflows or underflows only as a whole: on paper 10²⁰⁰·10²⁰⁰·10⁻³⁰⁰ is 10¹⁰⁰."""
    if not all(map(math.isfinite, xs)):
        return reduce(mul, xs)
    mantissas, exponents = zip(*map(math.frexp, xs), strict=True)
    mantissa, more = 1.0, 0
    for x in mantissas:
        mantissa, shift = math.frexp(mantissa * x)
        more += shift
    try:
        return math.ldexp(mantissa, sum(exponents) + more)
    except OverflowError:
        return math.copysign(math.inf, mantissa)


def is_cut_short(whole: Formula) -> bool:
    """Whether something of it is left out, so that nobody can work it out."""
    if isinstance(whole, Ellipsis) or (isinstance(whole, Sum | Product) and len(whole.operands) > LONGEST_SUM):
        return True
    if isinstance(whole, Call) and whole.operation.arity is None and len(whole.operands) > LONGEST_SUM:
        return True
    return any(map(is_cut_short, whole.operands))


def shows(worked: float, value: float, digits: int, scale: float = 0.0) -> bool:
    """Whether a reader who gets the one takes the other, which is shown with that many digits, for right."""
    if not (math.isfinite(worked) and math.isfinite(value)):
        return worked == value or (worked != worked and value != value)
    if value == 0.0:
        return abs(worked) <= SAME * scale
    return abs(worked - as_shown(value, digits)) <= 0.5 * last_place(value, digits) * (1.0 + 1e-6) + SAME * abs(value)


def is_same(worked: float, value: float, scale: float = 0.0) -> bool:
    """Equal, but for the last bits of a float; NaN is NaN."""
    if not (math.isfinite(worked) and math.isfinite(value)):
        return worked == value or (worked != worked and value != value)
    return abs(worked - value) <= SAME * max(abs(value), scale if value == 0.0 else 0.0)


def largest_number(whole: Formula) -> float:
    """What the rounding of its sums is measured by."""
    return max((abs(x) for x in whole.numbers() if math.isfinite(x)), default=0.0)


def shown_well(whole: Formula, value: float, digits: int) -> Formula | None:
    """The formula with as many digits as it takes, or None if no number of them gives the value that is shown."""
    if is_cut_short(whole):
        return whole
    scale = largest_number(whole)
    for more in range(digits, max(digits, MOST_DIGITS) + 1):
        if shows(worked_out(whole, more), value, digits, scale):
            return whole if more == digits else Precisely(whole, more)
    return None
