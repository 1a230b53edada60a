"""The order of a backward pass, edge by edge: the right one, and the one of a well-known mistake.

>>> from autograd import Value
>>> a = Value(3.0, label="a")
>>> b = a + a; b.label = "b"
>>> c = b + b; c.label = "c"
>>> [node.label for node, _ in edges_backward([a, b, c])], [node.label for node, _ in edges_depth_first(c)]
(['c', 'c', 'b', 'b'], ['c', 'b', 'b', 'c'])
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def edges_backward(nodes: list[Any]) -> Iterator[tuple[Any, int]]:
    """Every edge as (node, position of the operand), each node after all that use it."""
    for node in reversed(nodes):
        for position in range(len(node.parents)):
            yield node, position


def edges_depth_first(root: Any) -> Iterator[tuple[Any, int]]:
    """The same in the order of a sweep that runs on as soon as it reaches a node: what it adds later is not passed on.

    This is the mistake of a backward pass without topological order.
    """
    seen = {id(root)}
    stack = [(root, iter(range(len(root.parents))))]
    while stack:
        node, positions = stack[-1]
        position = next(positions, None)
        if position is None:
            stack.pop()
            continue
        yield node, position
        parent = node.parents[position]
        if id(parent) not in seen:
            seen.add(id(parent))
            stack.append((parent, iter(range(len(parent.parents)))))
