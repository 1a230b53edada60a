"""check_operation: the partial derivatives of an operation and theirs, beside finite differences, at random points."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence

from autograd.arithmetic import Floats
from autograd.operation import Operation
from autograd.ops import DETACH, DOT
from autograd.testing.comparison import Comparison, GradientError, comparison_table
from autograd.testing.finite_differences import first_step, ridders
from autograd.testing.function_check import gradient_by_backward
from autograd.value import Value, Values, apply_by_ieee, operand_or_error, plain_gradient


def check_operation(op: Operation, points: Sequence[Sequence[float]] | None = None, *, seed: int = 0) -> None:
    """Check an entry of the table, or one of your own: ∂y/∂xᵢ, ∂²y/∂xᵢ∂xⱼ, and that Floats and Values agree.

    Its partial derivatives are compared with finite differences of its value, their derivatives, through recorded
    Values, with finite differences of the partials. `detach`, whose derivative is 0 by decree, is exempt from the
    former.

    Args:
        op: the operation.
        points: operands to check it at; by default random ones of several magnitudes, inside its domain and away
            from its kinks, and if it takes any number of operands, 1, 2 and 5 of them (`dot`, of pairs: 2 and 6).
        seed: of the random points.

    Raises:
        GradientError: naming the point of the largest difference, with a table.
        ValueError: if no point of the domain is away from the kinks.

    >>> from autograd.ops import TANH
    >>> check_operation(TANH)
    """
    worst, worst_rows = 0.0, list[Comparison]()
    worst_at: Sequence[float] = ()
    for xs in random_points(op, random.Random(seed)) if points is None else points:
        rows = operation_rows(op, [float(x) for x in xs])
        badness = max((row.badness() for row in rows if row.verdict == "WRONG"), default=0.0)
        if badness > worst:
            worst, worst_rows, worst_at = badness, rows, xs
    if worst_rows:
        at = ", ".join(f"x{i} = {x!r}" for i, x in enumerate(worst_at))
        raise GradientError(f"{op!r} at {at}:\n{comparison_table(worst_rows)}")


def operation_rows(op: Operation, xs: Sequence[float]) -> list[Comparison]:
    """Every derivative of the operation at one point."""
    y = float(op.value(Floats, *xs))
    partials = [float(partial) for partial in op.partials(Floats, y, *xs)]
    if len(partials) != len(xs):
        raise GradientError(f"{op.name} has {len(partials)} partials for {len(xs)} operands")
    rows = [compare_recorded(f"{op.name} recorded", plain_gradient(op.value(Values, *map(Value, xs))), y)]
    for j, partial in enumerate(partials):

        def first(*at: float, j: int = j) -> float:
            return float(op.partials(Floats, op.value(Floats, *at), *at)[j])

        if op is not DETACH:
            rows.append(compare_partial(f"∂{op.name}/∂x{j}", partial, lambda *at: op.value(Floats, *at), xs, j))
        leaves = [Value(x) for x in xs]
        recorded = operand_or_error(tuple(op.partials(Values, apply_by_ieee(op, *leaves), *leaves))[j])
        rows.append(compare_recorded(f"∂{op.name}/∂x{j} recorded", recorded._data, partial))
        for i, second in enumerate(gradient_by_backward(recorded, leaves)):
            rows.append(compare_partial(f"∂²{op.name}/∂x{i}∂x{j}", second, first, xs, i))
    return rows


def compare_recorded(name: str, recorded: float, plain: float) -> Comparison:
    """The number that Values give, which must be that of Floats."""
    agree = recorded == plain or (recorded != recorded and plain != plain)
    return Comparison(name, recorded, plain, "ok" if agree else "WRONG")


def compare_partial(name: str, analytic: float, f: Callable[..., float], xs: Sequence[float], i: int) -> Comparison:
    """One partial derivative of a function of floats against finite differences."""
    slope = ridders(lambda x: f(*xs[:i], x, *xs[i + 1 :]), xs[i], first_step(xs[i]), abs(f(*xs)))
    slack = 1e-8 + 1e-6 * (abs(analytic) + abs(slope.number)) + slope.excuse()
    near = abs(analytic - slope.number) <= slack
    return Comparison(name, analytic, slope.number, "ok" if near and math.isfinite(analytic) else "WRONG")


def random_points(op: Operation, rng: random.Random, count: int = 12) -> Iterator[list[float]]:
    """Points inside the domain, and further from every kink than a finite difference steps."""
    for arity in [op.arity] if op.arity is not None else [2, 6] if op is DOT else [1, 2, 5]:
        found = 0
        for _ in range(100 * count):
            xs = [inside(*(op.domain[i] if i < len(op.domain) else op.domain[0]), rng) for i in range(arity)]
            room = 10.0 * max(map(first_step, xs))
            if all(abs(op.kink_of(*xs) - kink) > room for kink in op.kinks):
                found += 1
                yield xs
            if found == count:
                break
        else:
            raise ValueError(f"found no {count} points of the domain of {op!r} that are away from its kinks")


def inside(low: float, high: float, rng: random.Random) -> float:
    """A number between low and high, of any magnitude from 0.01 to 30 that there is, and not next to an end."""
    for _ in range(20):
        x = rng.choice((-1.0, 1.0)) * math.pow(10.0, rng.uniform(-2.0, 1.5))
        if low + 2.0 * first_step(x) < x < high - 2.0 * first_step(x):
            return x
    low, high = max(low, min(-4.0, high - 8.0)), min(high, max(4.0, low + 8.0))
    return low + (high - low) * rng.uniform(0.05, 0.95)
