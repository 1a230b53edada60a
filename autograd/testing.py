"""Checking derivatives against finite differences, for our own tests and for anybody's.

>>> gradcheck(lambda x, y: (x * y).sin() + x.exp(), [0.3, 1.2], order=2)

The numeric derivative is Ridders' (Advances in Engineering Software 4, 1982): central differences at a step that
shrinks, extrapolated to step 0, keeping the extrapolation that changes least.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from autograd.arithmetic import Floats
from autograd.graph import topological_order
from autograd.operation import Operation
from autograd.transforms import flat, nested_like
from autograd.value import DomainError, Value, Values, adjoints, number_of, operand_or_error, record

Function = Callable[[float], float]


class GradientError(AssertionError):
    """An analytic derivative and the finite differences disagree."""


class Row(NamedTuple):
    """One derivative of a check."""

    name: str
    analytic: float
    numeric: float
    verdict: str


def gradcheck(
    f: Callable[..., Any], inputs: Sequence[Any], *, order: int = 1, rtol: float = 1e-6, atol: float = 1e-8
) -> None:
    """Compare the derivatives of f with finite differences of its values.

    Args:
        f: takes `inputs` with Values in place of the numbers; returns a Value, or a nest of them.
        inputs: one number, or nest of numbers, for each argument of f.
        order: 2 checks the second derivatives as well, against differences of the first.
        rtol, atol: |analytic − numeric| may be atol + rtol·max(|analytic|, |numeric|), plus the numeric one's error.

    Raises:
        GradientError: with a table of every derivative, if one is wrong.
        ValueError: if order is neither 1 nor 2.

    Where a recorded operation crosses one of its kinks within the step, the step shrinks until it no longer does.
    Exactly at a kink the analytic derivative must lie between the two one-sided slopes; the table says "at a kink".
    Values that f captures keep their `.grad`.
    """
    if order not in (1, 2):
        raise ValueError(f"order={order}, but gradcheck knows orders 1 and 2")
    point = [float(x) for x in flat(inputs)]
    names = input_names(inputs)
    rows: list[Row] = []
    for index, suffix in enumerate(output_names(f, inputs)):

        def output(xs: Sequence[Any], index: int = index) -> Value:
            return operand_or_error(list(flat(f(*nested_like(list(inputs), iter(xs)))))[index])

        rows += check_slopes(output, point, [name + suffix for name in names], rtol, atol)
        if order == 2:
            for i, name in enumerate(names):

                def slope(xs: Sequence[Any], i: int = i, output: Any = output) -> Value:
                    return operand_or_error(adjoints(output(xs), Value(1.0)).get(xs[i], 0.0))

                rows += check_slopes(slope, point, [f"∂{name} ∂{other}{suffix}" for other in names], rtol, atol)
    if any(row.verdict == "WRONG" for row in rows):
        raise GradientError("the derivatives of f do not match finite differences:\n" + table(rows))


def check_slopes(
    f: Callable[[Sequence[Any]], Value], point: Sequence[float], names: Sequence[str], rtol: float, atol: float
) -> list[Row]:
    """The derivative of f with respect to each input, analytic and numeric."""
    leaves = [Value(x) for x in point]
    adjoint = adjoints(f(leaves), 1.0, attrgetter("local_grads"))
    rows = []
    for i, (name, leaf) in enumerate(zip(names, leaves, strict=True)):
        analytic = number_of(adjoint.get(leaf, 0.0))

        def along(x: float, i: int = i) -> Value:
            return f([Value(number) for number in (*point[:i], x, *point[i + 1 :])])

        rows.append(verdict(name, analytic, along, point[i], rtol, atol))
    return rows


def verdict(name: str, analytic: float, along: Callable[[float], Value], x: float, rtol: float, atol: float) -> Row:
    """Judge the slope of `along` at x."""

    def matches(low: float, high: float, error: float) -> bool:
        slack = atol + rtol * max(abs(analytic), abs(low), abs(high)) + error
        return low - slack <= analytic <= high + slack

    def number(at: float) -> float:
        return along(at)._data

    here = kink_signs(along(x))
    step = smooth_step(along, x, here)
    if step:
        numeric, error = ridders(number, x, step)
        return Row(name, analytic, numeric, "ok" if matches(numeric, numeric, error) else "WRONG")
    # At a kink, or at the edge of the domain: the slopes on either side, as far as there are any.
    slopes = [ridders(number, x, side * first_step(x), one_sided=True) for side in (-1.0, 1.0)]
    slopes = [(slope, error) for slope, error in slopes if math.isfinite(slope)]
    if math.isinf(analytic) or not slopes:
        return Row(name, analytic, math.nan, "ok" if math.isinf(analytic) else "WRONG")
    low, high = min(slope for slope, _ in slopes), max(slope for slope, _ in slopes)
    right = matches(low, high, max(error for _, error in slopes))
    return Row(name, analytic, (low + high) / 2, ("at a kink" if 0.0 in here else "ok") if right else "WRONG")


def first_step(x: float) -> float:
    """A step that is large enough for the differences to have digits; Ridders' method shrinks it."""
    return 0.01 * max(abs(x), 0.1)


def smooth_step(along: Callable[[float], Value], x: float, here: list[float]) -> float:
    """The largest step within the domain and within which no recorded operation meets a kink; 0 if there is none."""
    step = first_step(x)
    while step > 1e-9 * (abs(x) or 1.0):
        if all(signs_at(along, x + part * step) == here for part in (-1.0, -0.5, 0.5, 1.0)):
            return step
        step /= 4.0
    return 0.0


def signs_at(along: Callable[[float], Value], x: float) -> list[float] | None:
    """On which side of its kinks each recorded operation is; None outside the domain."""
    try:
        return kink_signs(along(x))
    except DomainError:
        return None


def kink_signs(root: Value) -> list[float]:
    """For each kink of each recorded operation, the sign of the distance from it."""
    return [
        math.copysign(1.0, distance) if distance else 0.0
        for node in topological_order(root)
        if node.op is not None
        for kink in node.op.kinks
        for distance in [node.op.kink_of(*(parent._data for parent in node.parents)) - kink]
    ]


def ridders(f: Function, x: float, step: float, *, one_sided: bool = False) -> tuple[float, float]:
    """f′(x) and an estimate of its error, by differences at shrinking steps, extrapolated. NaN where there is none.

    One-sided differences have errors of every power of the step, central ones of the even powers only.
    """
    shrink = 1.6
    power = shrink if one_sided else shrink * shrink
    best, best_error = math.nan, math.inf
    previous: list[float] = []
    for _ in range(12):
        try:
            rise = f(x + step) - (f(x) if one_sided else f(x - step))
        except DomainError:
            rise = math.nan
        run = ((x + step) - x) if one_sided else ((x + step) - (x - step))
        column = [rise / run if run else math.nan]
        factor = power
        for earlier in previous:
            column.append((column[-1] * factor - earlier) / (factor - 1.0))
            factor *= power
            error = max(abs(column[-1] - column[-2]), abs(column[-1] - earlier))
            if error <= best_error:
                best, best_error = column[-1], error
        # A difference outside the domain is NaN: start again from the smaller steps.
        previous = column if math.isfinite(column[0]) else []
        step /= shrink
    return best, best_error


def input_names(inputs: Any) -> list[str]:
    """x[0], x[1] … for the numbers of a nest, or the labels of the Values in it."""
    return [
        x.label if isinstance(x, Value) and x.label else f"x[{position}]" for position, x in enumerate(flat(inputs))
    ]


def output_names(f: Callable[..., Any], inputs: Sequence[Any]) -> list[str]:
    """Nothing for a single result, → y[0], → y[1] … for several."""
    result = f(*nested_like(list(inputs), iter([Value(float(x)) for x in flat(inputs)])))
    count = len(list(flat(result)))
    return [""] if count == 1 else [f" → y[{index}]" for index in range(count)]


def table(rows: Sequence[Row]) -> str:
    """The rows in aligned columns."""
    lines = [("input", "analytic", "numeric", "difference", "verdict")]
    for name, analytic, numeric, verdict in rows:
        lines.append((name, f"{analytic:.9g}", f"{numeric:.9g}", f"{analytic - numeric:.2e}", verdict))
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


# ── Operations of the table ─────────────────────────────────────────────────────────────────────────────────────


def check_operation(op: Operation, *, seed: int = 0, count: int = 12, rtol: float = 1e-6) -> None:
    """Check an entry of the table, or one of your own, at random points of its domain away from its kinks.

    Its partial derivatives against finite differences of its value; their derivatives, through recorded Values,
    against finite differences of the partials; and that Floats and Values give the same numbers.

    Raises:
        GradientError: naming the point, with a table.
    """
    for xs in sample(op, random.Random(seed), count):
        y = op.value(Floats, *xs)
        partials = [float(partial) for partial in op.partials(Floats, y, *xs)]
        if len(partials) != len(xs):
            raise GradientError(f"{op.name} has {len(partials)} partials for {len(xs)} operands")
        rows = []
        for i, partial in enumerate(partials):
            if op.name != "detach":  # its derivative is 0 by decree
                rows.append(compared(f"∂{op.name}/∂x{i}", partial, lambda *at: op.value(Floats, *at), xs, i, rtol))
        for j, _ in enumerate(partials):
            leaves = [Value(x) for x in xs]
            recorded = record(op, *leaves)
            partial_node = operand_or_error(tuple(op.partials(Values, recorded, *leaves))[j])
            rows.append(
                Row(
                    f"∂{op.name}/∂x{j} recorded",
                    partial_node._data,
                    partials[j],
                    "ok" if partial_node._data == partials[j] else "WRONG",
                )
            )
            adjoint = adjoints(partial_node, 1.0, attrgetter("local_grads"))
            for i, leaf in enumerate(leaves):

                def first(*at: float, j: int = j) -> float:
                    return float(op.partials(Floats, op.value(Floats, *at), *at)[j])

                second = float(adjoint.get(leaf, 0.0))
                rows.append(compared(f"∂²{op.name}/∂x{i}∂x{j}", second, first, xs, i, rtol))
        if any(row.verdict == "WRONG" for row in rows):
            raise GradientError(f"{op!r} at {', '.join(f'x{i} = {x!r}' for i, x in enumerate(xs))}:\n{table(rows)}")


def compared(name: str, analytic: float, f: Callable[..., float], xs: Sequence[float], i: int, rtol: float) -> Row:
    """One partial derivative of a function of floats against finite differences."""
    numeric, error = ridders(lambda x: f(*xs[:i], x, *xs[i + 1 :]), xs[i], first_step(xs[i]))
    scale = max(1.0, abs(analytic) + abs(numeric))
    near = abs(analytic - numeric) <= rtol * scale + min(error, 1e-4 * scale)
    return Row(name, analytic, numeric, "ok" if near else "WRONG")


def sample(op: Operation, rng: random.Random, count: int) -> Iterator[list[float]]:
    """Points inside the domain, and further from every kink than a finite difference steps."""
    arities = [op.arity] if op.arity is not None else [2, 6] if op.name == "dot" else [1, 2, 5]
    for arity in arities:
        found = 0
        while found < count:
            xs = [inside(*(op.domain[i] if i < len(op.domain) else op.domain[0]), rng) for i in range(arity)]
            if all(abs(op.kink_of(*xs) - kink) > 0.1 for kink in op.kinks):
                found += 1
                yield xs


def inside(low: float, high: float, rng: random.Random) -> float:
    """A number between low and high, not next to an end."""
    if math.isfinite(low) and math.isfinite(high) and high - low <= 10.0:
        return low + (high - low) * rng.uniform(0.05, 0.95)
    low, high = max(low, min(-4.0, high - 8.0)), min(high, max(4.0, low + 8.0))
    return low + (high - low) * rng.uniform(0.05, 0.95)
