"""The chain rule in plain numbers: what `grad` needs where nobody derives again.

It goes the way of `Value.backward`, in the same order and with the numbers in `.grad`, but only to Values that were
computed from the inputs. The inputs were made for one call of a function, and with them all of these: nobody else sees
them. Parameters and everything else that the function reads stay as they are, in this thread and in others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograd.value import Value

FIRST, SECOND, BOTH = 1, 2, 3


def plain_adjoints(root: Value, inputs: list[Value]) -> list[float]:
    """∂root/∂input for each input: leaves that nobody else has."""
    zero = float("0.0")  # the grad of a Value that was computed from the inputs: this pass's own, which no other shares
    for x in inputs:
        x.grad = zero
    order = arranged(root, zero)
    if root.grad is zero:
        root.grad = 1.0
    for node, dependent in reversed(order):
        adjoint = node.grad
        if dependent is BOTH:
            node._a.grad += adjoint * node._da
            node._b.grad += adjoint * node._db
        elif dependent is FIRST:
            node._a.grad += adjoint * node._da
        elif dependent is SECOND:
            node._b.grad += adjoint * node._db
        else:
            for x, partial in dependent:
                x.grad += adjoint * partial
        node.grad = 0.0
    found = [x.grad for x in inputs]
    for x in inputs:
        x.grad = 0.0
    return found


def arranged(root: Any, zero: float) -> list[tuple[Any, Any]]:
    """The Values below root that were computed from those whose grad is `zero`, operands first; then theirs is so, too.

    Each with the operands of which that is true: the first, the second, both, or a list of them and their derivatives.
    """
    order: list[tuple[Any, Any]] = []
    if root._operation is None:
        return order
    others: set[int] = set()  # what was computed, but not from the inputs
    stack: list[Any] = []
    unfinished: list[Iterator[Any]] = []  # the operands still to visit, of each operation of many on the stack
    push, pop, place = stack.append, stack.pop, order.append
    node = root
    dependent: Any
    while True:
        push(node)
        first = node._a
        if first is None:
            unfinished.append(x for x in node._many[0] if x._operation is not None)
        elif first.grad is not zero and first._operation is not None and id(first) not in others:
            node = first
            continue
        while stack:
            node = stack[-1]
            second = node._b
            if second is not None:
                if second.grad is zero:
                    dependent = BOTH if node._a.grad is zero else SECOND
                elif second._operation is not None and id(second) not in others:
                    node = second
                    break
                else:
                    dependent = FIRST if node._a.grad is zero else None
            elif node._a is not None:
                dependent = FIRST if node._a.grad is zero else None
            else:
                fresh = next((x for x in unfinished[-1] if x.grad is not zero and id(x) not in others), None)
                if fresh is not None:
                    node = fresh
                    break
                unfinished.pop()
                dependent = [pair for pair in zip(*node._many, strict=True) if pair[0].grad is zero]
            pop()
            if dependent:
                node.grad = zero
                place((node, dependent))
            else:
                others.add(id(node))
        else:
            return order
