"""Checking derivatives against finite differences, for our own tests and for anybody's.

>>> gradcheck(lambda x, y: (x * y).sin() + x.exp(), [0.3, 1.2], order=2)

The numeric derivative is Ridders' (Advances in Engineering Software 4, 1982): central differences at a step that
shrinks, extrapolated to step 0, keeping the extrapolation that changes least.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from autograd.arithmetic import Floats
from autograd.graph import topological_order
from autograd.operation import Operation
from autograd.ops import DETACH, DOT
from autograd.transforms import flat, nested_like
from autograd.value import DomainError, Value, Values, adjoints, apply_by_ieee, operand_or_error, plain_gradient

Function = Callable[[float], float]


class GradientError(AssertionError):
    """An analytic derivative and the finite differences disagree."""


class Row(NamedTuple):
    """One derivative of a check."""

    name: str
    analytic: float
    numeric: float
    verdict: str

    def badness(self) -> float:
        """The difference relative to the larger number; infinite if there is none to take."""
        difference = abs(self.analytic - self.numeric) / (max(abs(self.analytic), abs(self.numeric)) or 1.0)
        return difference if math.isfinite(difference) else math.inf


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

    >>> gradcheck(lambda x: x.relu() * x, [2.0])

    A kink within the step is found by the recorded operations' distances from their `kinks`, not by a disagreement.
    Beside one, as beside the edge of a domain, the step shrinks or the differences stay on the other side. Exactly at
    a kink the analytic derivative must lie between the two one-sided slopes; the table says "at a kink".
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
    rows = []
    for i, (name, analytic) in enumerate(zip(names, gradient(f(leaves), leaves), strict=True)):

        def along(x: float, i: int = i) -> Value:
            return f([Value(number) for number in (*point[:i], x, *point[i + 1 :])])

        rows.append(judged(name, analytic, along, point[i], rtol, atol))
    return rows


def gradient(root: Value, leaves: Sequence[Value]) -> list[float]:
    """∂root/∂leaf by `backward`, leaving every other `.grad` as it was: f may have captured Values."""
    held = [(node, node.grad) for node in topological_order(root)]
    try:
        root.backward()
        return [float(plain_gradient(leaf.grad)) for leaf in leaves]
    finally:
        for node, before in held:
            node.grad = before


def judged(name: str, analytic: float, along: Callable[[float], Value], x: float, rtol: float, atol: float) -> Row:
    """The verdict on the slope of `along` at x."""

    def number(at: float) -> float:
        return along(at)._data

    root = along(x)
    size = max((abs(node._data) for node in topological_order(root) if node.op is not None), default=0.0)
    here = kink_signs(root)
    (left, left_kink), (right, right_kink) = (smooth_step(along, x, side, here) for side in (-1, 1))
    at_kink = left_kink or right_kink
    sided = [ridders(number, x, step / 2.0, size, side) for side, step in ((-1, left), (1, right)) if step]
    slopes = [slope for slope in sided if math.isfinite(slope.number)]
    if not at_kink:  # Central differences, or if a kink or an edge leaves them no room those of the better side.
        central = ridders(number, x, min(left, right), size) if left and right else NO_SLOPE
        slopes = [central] if left == right else sorted([central, *slopes], key=Slope.doubt)[:1]
    low, high = (end((slope.number for slope in slopes), default=math.nan) for end in (min, max))
    if math.isinf(analytic):
        step, side = max((left, -1), (right, 1))
        right_answer = not at_kink and step > 0.0 and is_vertical(number, x, step * side, analytic)
    else:
        excuse = max((slope.excuse() for slope in slopes), default=0.0)
        slack = atol + rtol * max(abs(analytic), abs(low), abs(high)) + excuse
        right_answer = low - slack <= analytic <= high + slack  # never true of NaN
    return Row(name, analytic, (low + high) / 2.0, ("at a kink" if at_kink else "ok") if right_answer else "WRONG")


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


def smooth_step(along: Callable[[float], Value], x: float, side: int, here: list[float]) -> tuple[float, bool]:
    """The largest step to one side that stays in the domain and meets no kink, and whether one is left at x itself.

    A kink at x itself, where some distance in `here` is 0, may be left to either side. The step is 0 if there is none.
    """
    step = first_step(x)
    while step > 1e-12 * (abs(x) or 1.0):
        near, *further = (signs_at(along, x + side * part * step) for part in (0.01, 0.5, 1.0))
        if near is not None and all(signs == near for signs in further) and len(near) == len(here):
            changed = [before for before, now in zip(here, near, strict=True) if before != now]
            if not any(changed):
                return step, bool(changed)
        step /= 4.0
    return 0.0, False


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


def is_vertical(f: Function, x: float, step: float, slope: float) -> bool:
    """Whether the differences grow without bound, towards the infinity `slope`, as the step shrinks."""
    large, small = ((f(x + h) - f(x)) / h for h in (step, step / 1024.0))
    return small * slope > 0.0 and abs(small) > 2.0 * abs(large)


def ridders(f: Function, x: float, step: float, size: float, side: int = 0) -> Slope:
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
    worst, worst_rows = 0.0, list[Row]()
    worst_at: Sequence[float] = ()
    for xs in sample(op, random.Random(seed)) if points is None else points:
        rows = operation_rows(op, [float(x) for x in xs])
        badness = max((row.badness() for row in rows if row.verdict == "WRONG"), default=0.0)
        if badness > worst:
            worst, worst_rows, worst_at = badness, rows, xs
    if worst_rows:
        at = ", ".join(f"x{i} = {x!r}" for i, x in enumerate(worst_at))
        raise GradientError(f"{op!r} at {at}:\n{table(worst_rows)}")


def operation_rows(op: Operation, xs: Sequence[float]) -> list[Row]:
    """Every derivative of the operation at one point."""
    y = float(op.value(Floats, *xs))
    partials = [float(partial) for partial in op.partials(Floats, y, *xs)]
    if len(partials) != len(xs):
        raise GradientError(f"{op.name} has {len(partials)} partials for {len(xs)} operands")
    rows = [same(f"{op.name} recorded", plain_gradient(op.value(Values, *map(Value, xs))), y)]
    for j, partial in enumerate(partials):

        def first(*at: float, j: int = j) -> float:
            return float(op.partials(Floats, op.value(Floats, *at), *at)[j])

        if op is not DETACH:
            rows.append(compared(f"∂{op.name}/∂x{j}", partial, lambda *at: op.value(Floats, *at), xs, j))
        leaves = [Value(x) for x in xs]
        recorded = operand_or_error(tuple(op.partials(Values, apply_by_ieee(op, *leaves), *leaves))[j])
        rows.append(same(f"∂{op.name}/∂x{j} recorded", recorded._data, partial))
        for i, second in enumerate(gradient(recorded, leaves)):
            rows.append(compared(f"∂²{op.name}/∂x{i}∂x{j}", second, first, xs, i))
    return rows


def same(name: str, recorded: float, plain: float) -> Row:
    """The number that Values give, which must be that of Floats."""
    agree = recorded == plain or (recorded != recorded and plain != plain)
    return Row(name, recorded, plain, "ok" if agree else "WRONG")


def compared(name: str, analytic: float, f: Callable[..., float], xs: Sequence[float], i: int) -> Row:
    """One partial derivative of a function of floats against finite differences."""
    slope = ridders(lambda x: f(*xs[:i], x, *xs[i + 1 :]), xs[i], first_step(xs[i]), abs(f(*xs)))
    slack = 1e-8 + 1e-6 * (abs(analytic) + abs(slope.number)) + slope.excuse()
    near = abs(analytic - slope.number) <= slack
    return Row(name, analytic, slope.number, "ok" if near and math.isfinite(analytic) else "WRONG")


def sample(op: Operation, rng: random.Random, count: int = 12) -> Iterator[list[float]]:
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
