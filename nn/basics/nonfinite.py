"""Numbers that are NaN or infinite, and where they come from: in a loss, or, the loss being finite, in a gradient."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import autograd
from autograd import Value
from autograd.graph import topological_order


class NonFinite(ArithmeticError):
    """A loss, a gradient or a parameter that is NaN or infinite; the message names the number that turned first."""


def check_loss(total: Value) -> None:
    """Make sure that a loss is a finite number.

    Raises:
        NonFinite: naming the first number below it that is not.
    """
    if not math.isfinite(total.data):
        first = autograd.nonfinite(total)
        assert first is not None, "the total itself is not finite"
        label = f" {first.label!r}" if first.label else ""
        turned = f"the first number to turn is {first.data!r}{label}, {made_by(first)}"
        raise NonFinite(f"the loss is {total.data!r}; {turned}")


def check_gradients(parameters: Mapping[str, Value], totals: Iterable[Value] = ()) -> None:
    """Make sure that no step is taken by a gradient that is not finite, in which the parameters would be lost.

    Args:
        parameters: by name, with what is in their `.grad`.
        totals: losses whose gradients were added there, to find out where.

    Raises:
        NonFinite: naming the parameter and, if it is found, the node whose local derivative turned.
    """
    turned = [name for name, parameter in parameters.items() if not math.isfinite(parameter.grad)]
    if turned:
        parameter = parameters[turned[0]]
        more = f" and of {len(turned) - 1} more" if len(turned) > 1 else ""
        where = next((found for found in map(turning_point, totals) if found), "")
        raise NonFinite(f"the gradient of {turned[0]} is {parameter.grad!r}{more}, though the loss is finite{where}")


def check_moved(numbers: Mapping[str, float], slots: Mapping[str, Iterable[float]]) -> None:
    """Make sure that steps have led to finite numbers, also of what an optimiser remembers.

    Args:
        numbers: the parameters by name.
        slots: what is remembered about each.

    Raises:
        NonFinite: naming the first parameter that is not.
    """
    for name, number in numbers.items():
        if not math.isfinite(number):
            raise NonFinite(f"the parameter {name} became {number!r} by a step")
        if not all(map(math.isfinite, slots.get(name, ()))):
            raise NonFinite(
                f"what the optimiser remembers about the parameter {name} became {[*slots[name]]}: its gradients are"
                " too large to be squared"
            )


def turning_point(total: Value) -> str:
    """The first node, from the loss down, that makes a gradient NaN or infinite, in words; "" if there is none."""
    slopes: dict[int, float] = {id(total): 1.0}
    for node in reversed(topological_order(total)):
        slope = slopes.get(id(node), 0.0)
        for place, (parent, partial) in enumerate(zip(node.parents, node.local_grads, strict=True), 1):
            term = slope * partial
            if not math.isfinite(slopes.get(id(parent), 0.0) + term):
                operand = f" of operand {place}" if len(node.parents) > 1 else ""
                return (
                    f"; it turns at the node {made_by(node)}, whose local derivative{operand} is {partial!r} where the"
                    f" slope above it is {slope!r}"
                )
            slopes[id(parent)] = slopes.get(id(parent), 0.0) + term
    return ""


def made_by(node: Value) -> str:
    """How a number came about, in words."""
    if node.op is None:
        return "a leaf"
    operands = ", ".join(f"{p.label} = {p.data!r}" if p.label else repr(p.data) for p in node.parents[:4])
    return f"computed by {node.op.name} of {operands}{' …' if len(node.parents) > 4 else ''}"
