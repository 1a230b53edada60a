"""Gradients beside finite differences, by computing a recorded graph again with one leaf changed.

>>> from autograd import Value
>>> x, y = Value(0.5, label="x"), Value(2.0, label="y")
>>> checks((x * y).tanh(), {x: 0.8399486832280523, y: 0.3})
{Value(0.5, grad=0.0, label='x'): Check(numeric=0.83994868322..., verdict='agrees'), Value(2.0, ...verdict='differs')}

What counts as equal, and what is said at a kink, is `autograd.testing`'s; here the function is not called again (nobody
has it) but replayed, and only as far as it depends on the leaf.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from autograd.arithmetic import Floats
from autograd.graph import topological_order
from autograd.testing.finite_differences import first_step, ridders
from autograd.value import Value


class Check(NamedTuple):
    """A derivative by finite differences, and what it says of the analytic one."""

    numeric: float
    verdict: str  # agrees, at a kink, differs; unknown where finite differences have no answer


def checks(root: Value, gradients: Mapping[Value, float]) -> dict[Value, Check]:
    """Compare ∂root/∂leaf with finite differences, for each leaf and its gradient.

    Args:
        root: what was computed.
        gradients: the derivative to judge, for each leaf below root.
    """
    order = topological_order(root)
    size = max((abs(node.data) for node in order if math.isfinite(node.data)), default=0.0)
    place = {node: index for index, node in enumerate(order)}
    users: list[list[int]] = [[] for _ in order]
    for index, node in enumerate(order):
        for parent in node.parents:
            users[place[parent]].append(index)

    def replay(leaf: int) -> Callable[[float], float]:
        """The root as a function of the leaf at that place, by the rules of IEEE 754."""
        changing: set[int] = set()
        found = [leaf]
        while found:
            fresh = [user for user in users[found.pop()] if user not in changing]
            changing.update(fresh)
            found += fresh
        program = []
        for index in sorted(changing):
            op = order[index].op
            assert op is not None  # it has a parent
            program.append((index, op.value, [place[parent] for parent in order[index].parents]))
        numbers = [node.data for node in order]

        def last(x: float) -> float:
            numbers[leaf] = x
            for index, value, operands in program:
                numbers[index] = value(Floats, *[numbers[operand] for operand in operands])
            return numbers[-1]

        return last

    return {
        leaf: checked_slope(replay(place[leaf]), leaf.data, root.data, gradient, size)
        for leaf, gradient in gradients.items()
    }


def checked_slope(f: Callable[[float], float], x: float, y: float, gradient: float, size: float) -> Check:
    """The verdict on f′(x); unknown, too, if f(x) is no longer y because a leaf's data was set since."""
    if not (math.isfinite(gradient) and f(x) == y):
        return Check(math.nan, "unknown")
    central = ridders(f, x, first_step(x), size)
    slack = 1e-8 + 1e-6 * max(abs(gradient), abs(central.number)) + central.excuse()
    if abs(gradient - central.number) <= slack:
        return Check(central.number, "agrees")
    sides = [ridders(f, x, first_step(x) / 2.0, size, side).number for side in (-1, 1)]
    low, high = min(sides), max(sides)
    if low - slack <= gradient <= high + slack and high - low > slack:
        return Check((low + high) / 2.0, "at a kink")
    return Check(central.number, "differs" if math.isfinite(central.number) else "unknown")
