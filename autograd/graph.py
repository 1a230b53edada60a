"""Walking anything that has `parents`: order, edges, paths. No recursion, so depth is no limit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, TypeVar


class HasParents(Protocol):
    """A node of a graph: it knows, in order, what it was computed from."""

    @property
    def parents(self) -> tuple[Any, ...]: ...


AnyNode = TypeVar("AnyNode", bound=HasParents)


def topological_order(*roots: AnyNode) -> list[AnyNode]:
    """Every node at or below the roots once, each after all its parents: leaves first, roots last.

    Depth first, in the order of the operands, so the same graph always gives the same order.
    """
    order: list[AnyNode] = []
    seen: set[int] = set()
    stack: list[tuple[AnyNode, Iterator[AnyNode]]] = []
    for root in roots:
        if id(root) not in seen:
            seen.add(id(root))
            stack.append((root, iter(root.parents)))
        while stack:
            node, parents = stack[-1]
            for parent in parents:
                if id(parent) not in seen:
                    seen.add(id(parent))
                    if above := parent.parents:
                        stack.append((parent, iter(above)))
                        break
                    order.append(parent)
            else:
                order.append(node)
                stack.pop()
    return order


def edges(*roots: AnyNode) -> Iterator[tuple[AnyNode, AnyNode, int]]:
    """Every edge as (parent, node, position of the operand); `a + a` has two."""
    for node in topological_order(*roots):
        for position, parent in enumerate(node.parents):
            yield parent, node, position


def leaves(*roots: AnyNode) -> list[AnyNode]:
    """The nodes below the roots that were computed from nothing, in the order in which they are met."""
    return [node for node in topological_order(*roots) if not node.parents]


def count_paths(root: AnyNode, leaf: AnyNode) -> int:
    """In how many ways the leaf reaches the root: the number of terms in the chain rule's sum."""
    paths = {id(leaf): 1}
    for node in topological_order(root):
        if node is not leaf:
            paths[id(node)] = sum(paths[id(parent)] for parent in node.parents)
    return paths.get(id(root), 0)
