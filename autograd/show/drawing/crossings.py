"""Which node stands where in its rank, so that few arrows cross.

Nodes are arranged in ranks, and an arrow goes from a rank to the next: longer ones have been divided. Each node moves
to the mean place of its neighbours, rank after rank, back and forth (Sugiyama, Tagawa & Toda 1981); then neighbours in
a rank change places as long as that removes crossings (Gansner, Koutsofios, North & Vo 1993). The best order found
stays.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence

PASSES = 12
MOST_EXCHANGED = 400  # nodes, with the parts of divided arrows, beyond which exchanging neighbours takes too long

Ranks = list[list[int]]
#: Each tail, head, and how far from the middle of the head it enters, as a part of the distance to the next, below ½.
Arrows = Sequence[tuple[int, int, float]]


def ordered(ranks: Ranks, arrows: Arrows) -> Ranks:
    """The ranks, each in an order that lets few arrows cross.

    >>> ordered([[0, 1], [2, 3]], [(0, 3, 0.0), (1, 2, 0.0)]) in ([[0, 1], [3, 2]], [[1, 0], [2, 3]])
    True
    """
    forward: dict[int, list[tuple[int, float]]] = {}
    backward: dict[int, list[tuple[int, float]]] = {}
    for tail, head, port in arrows:
        forward.setdefault(tail, []).append((head, port))
        backward.setdefault(head, []).append((tail, -port))
    rank_of = {node: rank for rank, nodes in enumerate(ranks) for node in nodes}
    gaps: list[list[tuple[int, int, float]]] = [[] for _ in ranks]
    for tail, head, port in arrows:
        gaps[rank_of[tail]].append((tail, head, port))

    small = len(rank_of) <= MOST_EXCHANGED
    best, fewest = ranks, count_all(ranks, gaps)
    for start in (ranks, [nodes[::-1] for nodes in ranks]):
        current = [list(nodes) for nodes in start]
        for sweep in range(PASSES):
            if fewest == 0:
                return best
            neighbours, step = (backward, 1) if sweep % 2 == 0 else (forward, -1)
            for rank in range(1, len(current)) if step == 1 else range(len(current) - 2, -1, -1):
                place = {node: index for index, node in enumerate(current[rank - step])}
                current[rank] = by_mean(current[rank], neighbours, place)
            if small:
                exchange(current, gaps)
            crossings = count_all(current, gaps)
            if crossings < fewest:
                best, fewest = [list(nodes) for nodes in current], crossings
    return best


def by_mean(nodes: list[int], neighbours: dict[int, list[tuple[int, float]]], place: dict[int, int]) -> list[int]:
    """The nodes by the mean place of their neighbours; those without any stay where they are."""
    mean = {}
    for node in nodes:
        places = [place[other] + port for other, port in neighbours.get(node, ()) if other in place]
        if places:
            mean[node] = sum(places) / len(places)
    moved = iter(sorted(mean, key=mean.__getitem__))
    return [next(moved) if node in mean else node for node in nodes]


def exchange(ranks: Ranks, gaps: Sequence[Arrows]) -> None:
    """Let neighbours change places as long as crossings become fewer."""
    improved = True
    while improved:
        improved = False
        for rank, nodes in enumerate(ranks):
            sides = []
            if rank:
                place = {node: index for index, node in enumerate(ranks[rank - 1])}
                sides.append(sorted_places((head, place[tail] + 0.0) for tail, head, _ in gaps[rank - 1]))
            if rank + 1 < len(ranks):
                place = {node: index for index, node in enumerate(ranks[rank + 1])}
                sides.append(sorted_places((tail, place[head] + port) for tail, head, port in gaps[rank]))
            for index in range(len(nodes) - 1):
                left, right = nodes[index], nodes[index + 1]
                gain = sum(crossed(side.get(left, ()), side.get(right, ())) for side in sides)
                gain -= sum(crossed(side.get(right, ()), side.get(left, ())) for side in sides)
                if gain > 0:
                    nodes[index], nodes[index + 1] = right, left
                    improved = True


def sorted_places(pairs: Iterable[tuple[int, float]]) -> dict[int, list[float]]:
    """For each node the sorted places of its neighbours."""
    places: dict[int, list[float]] = {}
    for node, place in pairs:
        insort(places.setdefault(node, []), place)
    return places


def crossed(first: Sequence[float], second: Sequence[float]) -> int:
    """How many arrows of the first node cross one of the second, which stands after it; sorted places both."""
    return sum(bisect_left(second, place) for place in first)


def count_all(ranks: Ranks, gaps: Sequence[Arrows]) -> int:
    """How many pairs of arrows cross."""
    total = 0
    for before, after, arrows in zip(ranks, ranks[1:], gaps, strict=False):
        tails = {node: index for index, node in enumerate(before)}
        heads = {node: index for index, node in enumerate(after)}
        seen: list[float] = []
        for _, end in sorted((tails[tail], heads[head] + port) for tail, head, port in arrows):
            total += len(seen) - bisect_left(seen, end + 1e-9)
            insort(seen, end)
    return total
