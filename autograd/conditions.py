"""What a comparison is while a function is recorded: a number, 1 or 0, for `where`.

`a > b` is in the table; these are made of it, so that they are 0 wherever a or b is NaN.
"""

from __future__ import annotations

from typing import Any

from autograd.operation import Operation


def not_less(m: Any, a: Any, b: Any) -> Any:
    """1 where a ≥ b, 0 where a < b or either is NaN, which 0·a (of an a made finite) carries into the comparison."""
    finite = [m.maximum(m.minimum(x, 1.0), -1.0) for x in (a, b)]
    return m.greater(1.0, m.greater(b, a) + 0.0 * finite[0] + 0.0 * finite[1])


def equal(m: Any, a: Any, b: Any) -> Any:
    """1 where neither is less."""
    return not_less(m, a, b) * not_less(m, b, a)


def comparing(name: str, value: Any, symbol: str) -> Operation:
    """The operation of a comparison, which is constant almost everywhere."""
    return Operation(name, value, lambda m, y, a, b: (0.0, 0.0), arity=2, symbol=symbol)


AT_LEAST = comparing("at_least", not_less, "≥")
EQUAL = comparing("equal", equal, "=")
UNEQUAL = comparing("unequal", lambda m, a, b: 1.0 - equal(m, a, b), "≠")
