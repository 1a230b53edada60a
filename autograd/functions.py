"""The operations as functions: of Values they give a Value, of plain numbers a plain float.

>>> round(tanh(0.5), 12), round(dot([1.0, 2.0], [3.0, 4.0]), 6)
(0.46211715726, 11.0)
>>> softmax([0.0, 0.0])
[0.5, 0.5]

Operands are real numbers or Values; anything else is a TypeError. A number outside an operation's domain is a
`DomainError`, for floats as for Values.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autograd import ops
from autograd.operation import Operation
from autograd.value import Value, detach, operand_or_error, resolve

__all__ = [
    "abs", "acos", "asin", "atan", "atan2", "cos", "cosh", "detach", "dot", "elu", "erf", "exp", "expm1", "gelu",
    "hypot", "leaky_relu", "log", "log1p", "logsumexp", "maximum", "mean", "minimum", "relu", "sigmoid", "silu",
    "sin", "sinh", "softmax", "softplus", "sqrt", "step", "sum", "tan", "tanh", "where",
]  # fmt: skip


def applied(method: Any, *operands: Any) -> Any:
    """The method on Values if an operand is one, and otherwise its number."""
    first, *others = operands
    if any(isinstance(x, Value) for x in operands):
        return method(operand_or_error(first), *others)
    return method(Value(first), *others).data


def many(op: Operation, operands: list[Any]) -> Any:
    """An operation of any number of operands: one node, whatever their number."""
    try:
        return resolve(op, *operands)  # all of them Values
    except AttributeError:
        node = resolve(op, *map(operand_or_error, operands))
    return node if any(isinstance(x, Value) for x in operands) else node.data


def exp(x: Any) -> Any:
    """eˣ."""
    return applied(Value.exp, x)


def expm1(x: Any) -> Any:
    """eˣ − 1, with full digits near 0."""
    return applied(Value.expm1, x)


def log(x: Any) -> Any:
    """The natural logarithm; x > 0."""
    return applied(Value.log, x)


def log1p(x: Any) -> Any:
    """log(1 + x), with full digits near 0; x > −1."""
    return applied(Value.log1p, x)


def sqrt(x: Any) -> Any:
    """√x; x ≥ 0. The derivative at 0 is inf."""
    return applied(Value.sqrt, x)


def sin(x: Any) -> Any:
    """The sine of an angle in radians."""
    return applied(Value.sin, x)


def cos(x: Any) -> Any:
    """The cosine of an angle in radians."""
    return applied(Value.cos, x)


def tan(x: Any) -> Any:
    """The tangent of an angle in radians."""
    return applied(Value.tan, x)


def asin(x: Any) -> Any:
    """The angle in [−π/2, π/2] whose sine is x; −1 ≤ x ≤ 1."""
    return applied(Value.asin, x)


def acos(x: Any) -> Any:
    """The angle in [0, π] whose cosine is x; −1 ≤ x ≤ 1."""
    return applied(Value.acos, x)


def atan(x: Any) -> Any:
    """The angle in (−π/2, π/2) whose tangent is x."""
    return applied(Value.atan, x)


def atan2(y: Any, x: Any) -> Any:
    """The angle of the point (x, y), in [−π, π]. Its derivative at the origin is NaN: there is no angle."""
    return applied(Value.atan2, y, x)


def hypot(x: Any, y: Any) -> Any:
    """√(x² + y²) without overflow. Its derivative at the origin is 0."""
    return applied(Value.hypot, x, y)


def sinh(x: Any) -> Any:
    """(eˣ − e⁻ˣ)/2."""
    return applied(Value.sinh, x)


def cosh(x: Any) -> Any:
    """(eˣ + e⁻ˣ)/2."""
    return applied(Value.cosh, x)


def tanh(x: Any) -> Any:
    """(eˣ − e⁻ˣ)/(eˣ + e⁻ˣ)."""
    return applied(Value.tanh, x)


def sigmoid(x: Any) -> Any:
    """1/(1 + e⁻ˣ), stable for any x."""
    return applied(Value.sigmoid, x)


def softplus(x: Any) -> Any:
    """log(1 + eˣ), stable for any x; −softplus(−x) is log sigmoid(x)."""
    return applied(Value.softplus, x)


def relu(x: Any) -> Any:
    """max(x, 0). Its derivative at 0 is 0."""
    return applied(Value.relu, x)


def leaky_relu(x: Any, alpha: float = 0.01) -> Any:
    """x for x > 0, αx otherwise. Its derivative at 0 is α."""
    return applied(Value.leaky_relu, x, alpha)


def elu(x: Any, alpha: float = 1.0) -> Any:
    """x for x > 0, α(eˣ − 1) otherwise. Its derivative at 0 is α."""
    return applied(Value.elu, x, alpha)


def gelu(x: Any) -> Any:
    """x·Φ(x), with Φ the normal distribution function; exact, not the tanh approximation."""
    return applied(Value.gelu, x)


def silu(x: Any) -> Any:
    """x·sigmoid(x), also called swish."""
    return applied(Value.silu, x)


def erf(x: Any) -> Any:
    """The error function, 2/√π ∫₀ˣ exp(−t²) dt."""
    return applied(Value.erf, x)


def step(x: Any) -> Any:
    """1 for x > 0, 0 otherwise. Its derivative is 0 everywhere."""
    return applied(Value.step, x)


def abs(x: Any) -> Any:
    """|x|. Its derivative at 0 is 0."""
    return applied(Value.abs, x)


def maximum(a: Any, b: Any) -> Any:
    """The larger of two. At a tie each has half the derivative."""
    return applied(Value.maximum, a, b)


def minimum(a: Any, b: Any) -> Any:
    """The smaller of two. At a tie each has half the derivative."""
    return applied(Value.minimum, a, b)


def where(condition: Any, a: Any, b: Any) -> Any:
    """a where the condition holds (is not 0), b elsewhere. Both are computed; the chosen one gets the gradient.

    >>> x = Value(-2.0)
    >>> where(x > 0, x, -x)
    Value(2.0, grad=0.0)

    The other one's gradient is 0, but 0·inf is NaN: keep its derivative finite, too.
    """
    if not isinstance(condition, Value):
        condition = 1.0 if condition else 0.0
    return many(ops.WHERE, [condition, a, b])


def sum(xs: Iterable[Any]) -> Any:
    """x₁ + … + xₙ, correctly rounded (`math.fsum`), as one node. Of nothing: 0."""
    terms = list(xs)
    return many(ops.SUM, terms) if terms else 0.0


def dot(xs: Iterable[Any], ys: Iterable[Any]) -> Any:
    """x₁·y₁ + … + xₙ·yₙ as one node: the rounded products, summed without further rounding. Of nothing: 0.

    Raises:
        ValueError: if the two are not equally long.
    """
    left, right = list(xs), list(ys)
    if len(left) != len(right):
        raise ValueError(f"dot takes two lists of the same length, but was given {len(left)} and {len(right)} numbers")
    return many(ops.DOT, left + right) if left else 0.0


def mean(xs: Iterable[Any]) -> Any:
    """(x₁ + … + xₙ)/n as one node.

    Raises:
        ValueError: if there is nothing to average.
    """
    return many(ops.MEAN, nonempty("mean", xs))


def logsumexp(xs: Iterable[Any]) -> Any:
    """log(exp x₁ + … + exp xₙ) as one node, stable for any finite operands.

    Raises:
        ValueError: if there are no operands.
    """
    return many(ops.LOGSUMEXP, nonempty("logsumexp", xs))


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


def nonempty(name: str, xs: Iterable[Any]) -> list[Any]:
    """The operands as a list of at least one."""
    operands = list(xs)
    if not operands:
        raise ValueError(f"{name} takes at least one number, but was given none")
    return operands
