"""What the table is read in: here plain floats. They are total and follow IEEE 754.

An arithmetic answers `m.<name>` for every operation of the table. The elementary ones it supplies itself; the
composite ones (sigmoid, gelu, logsumexp …) it has from the table, by evaluating their value in itself. So machine
code, intervals or anything else becomes a further arithmetic by supplying the elementary functions alone:
`ELEMENTARY` names them. Symbols are in `symbols.py`, NumPy arrays in `numpy_arithmetic.py`, and Values beside `Value`.

>>> from autograd.ops import LOG
>>> Floats.log(0.0), LOG.partials(Floats, 0.0, 1.0)
(-inf, (1.0,))
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from autograd.ops import FAMILIES, OPERATIONS

ELEMENTARY = (
    "divide power exp expm1 log log1p sqrt sin cos tan asin acos atan atan2 hypot sinh cosh tanh erf erfc "
    "abs maximum minimum greater step where sum detach"
).split()


class Arithmetic:
    """Elementary functions under their names; composite ones are derived from the table on first use."""

    def __init__(self, name: str, elementary: dict[str, Callable[..., Any]]) -> None:
        self._name = name
        self.__dict__.update(elementary)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name in OPERATIONS and name not in ELEMENTARY:
            function: Callable[..., Any] = partial(OPERATIONS[name].value, self)
        elif name in FAMILIES and name not in ELEMENTARY:
            family = FAMILIES[name]
            function = lambda *xs: family(*xs).value(self, *family.operands(xs))  # noqa: E731
        else:
            raise AttributeError(f"the arithmetic {self._name} has no function {name!r}")
        self.__dict__[name] = function
        return function

    def __repr__(self) -> str:
        return f"<arithmetic {self._name}>"


# ── Floats: Python's own functions, with IEEE 754's answers where Python raises ────────────────────────────────


def outside_is_nan(function: Callable[[float], float]) -> Callable[[float], float]:
    """sin(inf), sqrt(−1), asin(2): NaN."""

    def total(x: float) -> float:
        try:
            return function(x)
        except ValueError:
            return math.nan

    return total


def overflow_is_infinite(function: Callable[[float], float], odd: bool = False) -> Callable[[float], float]:
    """exp(1000): inf; for an odd function, with the sign of its operand."""

    def total(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return math.copysign(math.inf, x) if odd else math.inf

    return total


def logarithm(function: Callable[[float], float], pole: float) -> Callable[[float], float]:
    """−inf at the pole, NaN beyond it."""

    def total(x: float) -> float:
        try:
            return function(x)
        except ValueError:
            return -math.inf if x == pole else math.nan

    return total


def ieee_divide(a: float, b: float) -> float:
    """a / b, with 1/0 = inf, 1/−0 = −inf and 0/0 = NaN."""
    try:
        return a / b
    except ZeroDivisionError:
        return a * math.copysign(math.inf, b)  # 0·inf is NaN


def ieee_power(x: float, c: float) -> float:
    """xᶜ as C's pow: 0 to a negative power is infinite, a negative x to a fractional one NaN."""
    try:
        return math.pow(x, c)
    except (ValueError, OverflowError):
        if x < 0.0 and not c.is_integer():
            return math.nan
        odd = c.is_integer() and c % 2.0 == 1.0
        return math.copysign(math.inf, x) if odd else math.inf


def ieee_maximum(a: float, b: float) -> float:
    """The larger; NaN if either is, which Python's own `max` does not promise."""
    return a if a >= b or a != a else b


def ieee_minimum(a: float, b: float) -> float:
    """The smaller; NaN if either is."""
    return a if a <= b or a != a else b


def ieee_step(x: float) -> float:
    """1 for x > 0, 0 for x ≤ 0, NaN for NaN."""
    if x > 0.0:
        return 1.0
    return 0.0 if x <= 0.0 else x


def ieee_sum(*xs: float) -> float:
    """The correctly rounded sum (`math.fsum`); for infinities and NaN what repeated addition gives."""
    try:
        return math.fsum(xs)
    except ValueError:  # inf − inf
        return math.nan
    except OverflowError:  # a partial sum overflowed: add at 2⁻⁶⁴ of the size, where 2⁶³ of the largest floats fit
        scaled = ieee_sum(*(math.ldexp(x, -64) for x in xs))
        try:
            return math.ldexp(scaled, 64)
        except OverflowError:
            return math.copysign(math.inf, scaled)


Floats = Arithmetic(
    "Floats",
    {
        "divide": ieee_divide,
        "power": ieee_power,
        "exp": overflow_is_infinite(math.exp),
        "expm1": overflow_is_infinite(math.expm1),
        "log": logarithm(math.log, pole=0.0),
        "log1p": logarithm(math.log1p, pole=-1.0),
        **{name: outside_is_nan(getattr(math, name)) for name in "sqrt sin cos tan asin acos".split()},
        **{name: getattr(math, name) for name in "atan atan2 hypot tanh erf erfc".split()},
        "sinh": overflow_is_infinite(math.sinh, odd=True),
        "cosh": overflow_is_infinite(math.cosh),
        "abs": abs,
        "maximum": ieee_maximum,
        "minimum": ieee_minimum,
        "greater": lambda a, b: 1.0 if a > b else 0.0,
        "step": ieee_step,
        "where": lambda condition, a, b: a if condition else b,
        "sum": ieee_sum,
        "detach": lambda x: x,
    },
)
