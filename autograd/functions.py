"""The operations as functions: of Values they give a Value, of plain numbers a plain float.

>>> round(tanh(0.5), 12), round(dot([1.0, 2.0], [3.0, 4.0]), 6)
(0.46211715726, 11.0)
>>> softmax([0.0, 0.0])
[0.5, 0.5]

Operands are real numbers or Values; anything else is a TypeError. A number outside an operation's domain is a
`DomainError`, for floats as for Values. A line makes the public name of an entry of the table, `help(tanh)` shows the
entry's description, and every name in this file is one of `autograd`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from autograd import ops
from autograd.calling import apply_to_many, nonempty, of_many, of_one, of_one_and_alpha, of_two
from autograd.taking import take as take  # noqa: PLC0414  # which makes it public
from autograd.value import Value
from autograd.value import detach as detach  # noqa: PLC0414  # which makes it public

# ── Of one number ───────────────────────────────────────────────────────────────────────────────────────────────

exp = of_one(ops.EXP)
expm1 = of_one(ops.EXPM1)
log = of_one(ops.LOG)
log1p = of_one(ops.LOG1P)
sqrt = of_one(ops.SQRT)
sin = of_one(ops.SIN)
cos = of_one(ops.COS)
tan = of_one(ops.TAN)
asin = of_one(ops.ASIN)
acos = of_one(ops.ACOS)
atan = of_one(ops.ATAN)
sinh = of_one(ops.SINH)
cosh = of_one(ops.COSH)
tanh = of_one(ops.TANH)
erf = of_one(ops.ERF)
abs = of_one(ops.ABS)
step = of_one(ops.STEP)
sigmoid = of_one(ops.SIGMOID)
softplus = of_one(ops.SOFTPLUS)
relu = of_one(ops.RELU)
leaky_relu = of_one_and_alpha(ops.LEAKY_RELU)
elu = of_one_and_alpha(ops.ELU)
gelu = of_one(ops.GELU)
silu = of_one(ops.SILU)

# ── Of two ──────────────────────────────────────────────────────────────────────────────────────────────────────

maximum = of_two(ops.MAXIMUM)
minimum = of_two(ops.MINIMUM)
atan2 = of_two(ops.ATAN2)
hypot = of_two(ops.HYPOT)


def where(condition: Any, a: Any, b: Any) -> Any:
    """a where the condition holds (is not 0), b elsewhere. Both are computed; the chosen one gets the gradient.

    >>> x = Value(-2.0)
    >>> where(x > 0, x, -x)
    Value(2.0, grad=0.0)

    The other one's gradient is 0, but 0·inf is NaN: keep its derivative finite, too.
    """
    if not isinstance(condition, Value):
        condition = 1.0 if condition else 0.0
    return apply_to_many(ops.WHERE, [condition, a, b])


# ── Of any number ───────────────────────────────────────────────────────────────────────────────────────────────

sum = of_many(ops.SUM, of_nothing=0.0)
mean = of_many(ops.MEAN)
logsumexp = of_many(ops.LOGSUMEXP)


def dot(xs: Iterable[Any], ys: Iterable[Any]) -> Any:
    """x₁·y₁ + … + xₙ·yₙ as one node: the rounded products, summed without further rounding. Of nothing: 0.

    Raises:
        ValueError: if the two are not equally long.
    """
    left, right = list(xs), list(ys)
    if len(left) != len(right):
        raise ValueError(f"dot takes two lists of the same length, but was given {len(left)} and {len(right)} numbers")
    return apply_to_many(ops.DOT, left + right) if left else 0.0


def softmax(xs: Iterable[Any]) -> list[Any]:
    """exp(xᵢ − logsumexp(x)) for each xᵢ: positive, and 1 in sum.

    The largest operand is subtracted first; it changes nothing but the rounding, so it takes no gradient.

    Raises:
        ValueError: if there are no operands.
    """
    scores = nonempty("softmax", xs)
    largest = scores[0]
    for score in scores[1:]:
        largest = maximum(largest, score)
    largest = detach(largest) if isinstance(largest, Value) else largest
    shifted = [score - largest for score in scores]
    total = logsumexp(shifted)
    return [exp(score - total) for score in shifted]


if not TYPE_CHECKING:  # type checkers find them by themselves
    __all__ = ["detach", "take"]
    __all__ += [name for name, thing in globals().items() if getattr(thing, "__module__", None) == __name__]
