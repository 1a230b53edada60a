"""What a derivation writes of its paths: which edges, what several share, and which numbers have to be explained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from autograd.show.writing.blackboard import Blackboard, labelled
from autograd.show.writing.formula import LONGEST_SUM, Formula, Number, Symbol, abridged
from autograd.show.writing.notation import Name
from autograd.show.writing.paths import Path

MOST_EXPLAINED = 12  # numbers without a label of which it is said what they are


def dependents(order: list[Any], node: Any) -> set[Any]:
    """The nodes of a graph in topological order that are computed from this one."""
    found: set[Any] = set()
    for other in order:
        if any(parent is node or parent in found for parent in other.parents):
            found.add(other)
    return found


def symbols_in(whole: Formula) -> Iterator[Name]:
    """The names of the numbers in a formula."""
    waiting = [whole]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Symbol):
            yield part.name
        waiting.extend(part.operands)


def written_edges(path: Path) -> list[tuple[Any, Any] | None]:
    """The edges (operand, node) of a path that are written out; None for the … of a long one."""
    count = len(path.nodes) - 1
    places = abridged(tuple(Number(float(place)) for place in range(count)))
    return [
        (path.nodes[int(place.value)], path.nodes[int(place.value) + 1]) if isinstance(place, Number) else None
        for place in places
    ]


def branches(paths: list[Path]) -> set[tuple[Any, ...]]:
    """The ends of paths, from a node to the root, that several paths reach by different ways: what backprop stores."""
    reached_from: dict[tuple[Any, ...], set[int]] = {}
    for number, path in enumerate(paths):
        if len(path.nodes) > LONGEST_SUM:
            continue
        for place in range(len(path.nodes) - 1):
            before = id(path.nodes[place - 1]) if place else -number
            reached_from.setdefault(path.nodes[place:], set()).add(before)
    return {end for end, before in reached_from.items() if len(before) > 1}


def spoken_of(board: Blackboard, edges: Mapping[tuple[Any, Any], Iterable[Any]]) -> list[Any]:
    """The computed nodes without a label that a derivation speaks of, and those that they are made of, in order.

    Args:
        board: where they are written.
        edges: (operand, node) of what is written, each with the nodes that are held fixed there.
    """
    place = {node: index for index, node in enumerate(board.order)}
    named = {board.names[node]: node for node in board.order if node.parents and not labelled(node)}

    def in_order(formulas: Iterable[Formula], nodes: Iterable[Any] = ()) -> list[Any]:
        found = {named[name] for whole in formulas for name in symbols_in(whole) if name in named}
        return sorted(found | {node for node in nodes if board.names[node] in named}, key=place.__getitem__)

    ends = [node for edge, held in edges.items() for node in (*edge, *held)]
    waiting = in_order([board.local(top, operand) for operand, top in edges], ends)
    told: dict[Any, None] = {}
    while waiting and len(told) < MOST_EXPLAINED:
        told[waiting[0]] = None
        waiting += in_order([board.value(waiting.pop(0))])
        waiting = [node for node in dict.fromkeys(waiting) if node not in told]
    return sorted(told, key=place.__getitem__)
