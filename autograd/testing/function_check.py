"""gradcheck: the derivatives of a function of Values, beside finite differences of it.

Kinks and the edges of domains are known from the operations that the function records, not from a disagreement.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from autograd.graph import topological_order
from autograd.nesting import flat, nested_like
from autograd.testing.comparison import Comparison, GradientError, comparison_table
from autograd.testing.finite_differences import NO_SLOPE, Slope, first_step, is_vertical, ridders
from autograd.value import DomainError, Value, adjoints, operand_or_error, plain_gradient


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
    rows: list[Comparison] = []
    for index, suffix in enumerate(output_names(f, inputs)):

        def output(xs: Sequence[Any], index: int = index) -> Value:
            return operand_or_error(list(flat(f(*nested_like(list(inputs), iter(xs)))))[index])

        rows += check_slopes(output, point, [name + suffix for name in names], rtol, atol)
        if order == 2:
            for i, name in enumerate(names):

                def slope(xs: Sequence[Any], i: int = i, output: Any = output) -> Value:
                    return operand_or_error(adjoints(output(xs), Value(1.0)).get(id(xs[i]), 0.0))

                rows += check_slopes(slope, point, [f"∂{name} ∂{other}{suffix}" for other in names], rtol, atol)
    if any(row.verdict == "WRONG" for row in rows):
        raise GradientError("the derivatives of f do not match finite differences:\n" + comparison_table(rows))


def check_slopes(
    f: Callable[[Sequence[Any]], Value], point: Sequence[float], names: Sequence[str], rtol: float, atol: float
) -> list[Comparison]:
    """The derivative of f with respect to each input, analytic and numeric."""
    leaves = [Value(x) for x in point]
    rows = []
    for i, (name, analytic) in enumerate(zip(names, gradient_by_backward(f(leaves), leaves), strict=True)):

        def along(x: float, i: int = i) -> Value:
            return f([Value(number) for number in (*point[:i], x, *point[i + 1 :])])

        rows.append(compare_slope(name, analytic, along, point[i], rtol, atol))
    return rows


def gradient_by_backward(root: Value, leaves: Sequence[Value]) -> list[float]:
    """∂root/∂leaf by `backward`, leaving every other `.grad` as it was: f may have captured Values."""
    held = [(node, node.grad) for node in topological_order(root)]
    try:
        root.backward()
        return [float(plain_gradient(leaf.grad)) for leaf in leaves]
    finally:
        for node, before in held:
            node.grad = before


def compare_slope(
    name: str, analytic: float, along: Callable[[float], Value], x: float, rtol: float, atol: float
) -> Comparison:
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
    return Comparison(
        name, analytic, (low + high) / 2.0, ("at a kink" if at_kink else "ok") if right_answer else "WRONG"
    )


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
