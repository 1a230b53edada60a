"""Where cards and arrows go when no program lays them out: ranks from the leaves to the root, of boxes and ways.

A box stands in the rank that is the longest way from it to a root; a way longer than one rank gets a place in each
rank on its path, in which it runs straight. `crossings` orders the ranks. Then the boxes of a rank are drawn towards
their neighbours, and those that come too near to each other share the difference, as in `columns`; at last the ranks
get as far from each other as labels and steep arrows need. All lengths are in points; the first coordinate goes along
the ranks, from the leaves to the root, the second across.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from autograd.show.drawing.columns import apart, first_met
from autograd.show.drawing.crossings import ordered

BETWEEN = 18.0  # from one card to the next in a rank
WAY = 14.0  # that a way takes of a rank
ROUNDS = 16
LEAST_GAP, STEEPNESS, MOST_GAP = 36.0, 0.12, 220.0  # between two ranks, and more of it where arrows are steep
LABEL_GAP = 22.0  # left free before and behind a label
LABEL = 13.0  # that a label takes across, with what is left free

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Way:
    """An arrow between two boxes.

    Attributes:
        tail, head: the positions of the boxes.
        port: how far from the middle of the head it enters.
        label: how long what stands beside it is; 0 for nothing.
    """

    tail: int
    head: int
    port: float = 0.0
    label: float = 0.0


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where all of it goes.

    Attributes:
        boxes: the middle of each.
        ways: of each arrow the points from its tail's edge to its head's: straight from the 1st to the 2nd, inside a
            rank, curved from there to the 3rd, in the next one, and so on.
        labels: the middle of each label; None where there is none.
    """

    boxes: list[Point]
    ways: list[list[Point]]
    labels: list[Point | None]


def layered(boxes: Sequence[tuple[float, float]], arrows: Sequence[Way]) -> Arrangement:
    """The places of boxes of these sizes along and across the ranks, and of the arrows between them.

    >>> layered([(20.0, 10.0), (20.0, 10.0)], [Way(0, 1)]).boxes
    [(10.0, 0.0), (66.0, 0.0)]
    """
    ranks, rank_of = ranks_of(len(boxes), arrows)
    paths = divided(arrows, ranks, rank_of)
    steps = steps_of(arrows, paths)
    across = [height for _, height in boxes]
    across += [WAY - BETWEEN] * (sum(map(len, ranks)) - len(boxes))
    furthest = 2.5 * max((abs(port) for _, _, port in steps), default=0.0) or 1.0
    ranks = ordered(ranks, [(tail, head, port / furthest) for tail, head, port in steps])
    heights = balanced(ranks, steps, across, len(boxes))
    starts, ends = along(ranks, boxes, arrows, paths, heights)

    rank_at = {node: rank for rank, nodes in enumerate(ranks) for node in nodes}
    has_operands = {arrow.head for arrow in arrows}
    middles = []
    for node, (width, _) in enumerate(boxes):
        start, end = starts[rank_at[node]], ends[rank_at[node]]
        middles.append(((start + end) / 2.0 if node in has_operands else end - width / 2.0, heights[node]))
    ways = []
    for arrow, path in zip(arrows, paths, strict=True):
        leaves, enters = heights[arrow.tail], heights[arrow.head] + arrow.port
        way = [(middles[arrow.tail][0] + boxes[arrow.tail][0] / 2.0, leaves), (ends[rank_at[arrow.tail]], leaves)]
        for node in path[1:-1]:
            way += [(starts[rank_at[node]], heights[node]), (ends[rank_at[node]], heights[node])]
        way += [(starts[rank_at[arrow.head]], enters), (middles[arrow.head][0] - boxes[arrow.head][0] / 2.0, enters)]
        ways.append(way)
    labels = labels_of(arrows, ways, [rank_at[arrow.tail] for arrow in arrows], starts, ends)
    return Arrangement(middles, ways, labels)


def divided(arrows: Sequence[Way], ranks: list[list[int]], rank_of: Sequence[int]) -> list[list[int]]:
    """Of each arrow the nodes on its path, one in each rank; those between boxes are new, and join the ranks."""
    count = itertools.count(len(rank_of))
    paths = []
    for arrow in arrows:
        between = list(zip(range(rank_of[arrow.tail] + 1, rank_of[arrow.head]), count, strict=False))
        for rank, node in between:
            ranks[rank].append(node)
        paths.append([arrow.tail, *(node for _, node in between), arrow.head])
    return paths


def steps_of(arrows: Sequence[Way], paths: Sequence[Sequence[int]]) -> list[tuple[int, int, float]]:
    """The arrows in steps of one rank each, with the port where they enter a box.

    >>> steps_of([Way(0, 1, 5.0)], [[0, 7, 8, 1]])
    [(0, 7, 0.0), (7, 8, 0.0), (8, 1, 5.0)]
    """
    return [
        (tail, head, arrow.port if head == arrow.head else 0.0)
        for arrow, path in zip(arrows, paths, strict=True)
        for tail, head in itertools.pairwise(path)
    ]


def ranks_of(count: int, arrows: Sequence[Way]) -> tuple[list[list[int]], list[int]]:
    """The boxes of each rank, from the leaves', and the rank of each box. Tails come before their heads."""
    away = [0] * count  # from the root
    operands: list[list[int]] = [[] for _ in range(count)]
    uses = [0] * count
    for arrow in arrows:
        operands[arrow.head].append(arrow.tail)
        uses[arrow.tail] += 1
    for node in reversed(range(count)):
        for operand in operands[node]:
            away[operand] = max(away[operand], away[node] + 1)
    for node, given in enumerate(operands):
        if len(given) > uses[node] > 0:  # it is nearer to more of its neighbours if it stands beside its operands
            away[node] = min(away[operand] for operand in given) - 1
    last = max(away, default=0)
    rank_of = [last - distance for distance in away]
    ranks: list[list[int]] = [[] for _ in range(last + 1)]
    for node in first_met(operands, [node for node in range(count) if not uses[node]]):
        ranks[rank_of[node]].append(node)
    return ranks, rank_of


def balanced(
    ranks: Sequence[Sequence[int]], steps: Sequence[tuple[int, int, float]], across: Sequence[float], boxes: int
) -> list[float]:
    """How high each box and each part of a way stands: near to its neighbours, ways as straight as can be."""
    before: list[list[tuple[int, float, float]]] = [[] for _ in across]  # neighbour, shift, how much it draws
    after: list[list[tuple[int, float, float]]] = [[] for _ in across]
    for tail, head, port in steps:
        draws = 1.0 + 3.0 * (tail >= boxes) + 3.0 * (head >= boxes)
        after[tail].append((head, port, draws))
        before[head].append((tail, -port, draws))
    sizes = [max(height + BETWEEN, WAY) for height in across]
    heights = [0.0] * len(across)
    for nodes in ranks:
        for node, height in zip(nodes, apart([0.0] * len(nodes), [sizes[node] for node in nodes]), strict=True):
            heights[node] = height
    for sweep in range(ROUNDS):
        one = [before] if sweep % 2 == 0 else [after]
        sides = one if sweep < ROUNDS - 4 else [before, after]
        for nodes in ranks if sweep % 2 == 0 else reversed(ranks):
            wanted = []
            for node in nodes:
                drawn = [(heights[other] + shift, draws) for side in sides for other, shift, draws in side[node]]
                total = sum(draws for _, draws in drawn)
                wanted.append(sum(height * draws for height, draws in drawn) / total if drawn else heights[node])
            for node, height in zip(nodes, apart(wanted, [sizes[node] for node in nodes]), strict=True):
                heights[node] = height
    return heights


def along(
    ranks: Sequence[Sequence[int]],
    boxes: Sequence[tuple[float, float]],
    arrows: Sequence[Way],
    paths: Sequence[Sequence[int]],
    heights: Sequence[float],
) -> tuple[list[float], list[float]]:
    """Where each rank begins and ends."""
    widths = [max((boxes[node][0] for node in nodes if node < len(boxes)), default=0.0) for nodes in ranks]
    rank_of = {node: rank for rank, nodes in enumerate(ranks) for node in nodes}
    gaps = [LEAST_GAP] * len(ranks)
    for arrow, path in zip(arrows, paths, strict=True):
        first = rank_of[arrow.tail]
        if arrow.label:
            gaps[first] = max(gaps[first], arrow.label + 2.0 * LABEL_GAP)
        for rank, (tail, head) in enumerate(itertools.pairwise(path), start=first):
            steep = STEEPNESS * abs(heights[tail] - heights[head])
            gaps[rank] = max(gaps[rank], min(LEAST_GAP + steep, MOST_GAP))
    starts, ends = [], []
    edge = 0.0
    for width, gap in zip(widths, gaps, strict=True):
        starts.append(edge)
        ends.append(edge + width)
        edge += width + gap
    return starts, ends


def labels_of(
    arrows: Sequence[Way],
    ways: Sequence[Sequence[Point]],
    ranks: Sequence[int],
    starts: Sequence[float],
    ends: Sequence[float],
) -> list[Point | None]:
    """Labels in the middle of the gap behind the tail, above their arrows, moved apart where they would touch."""
    found: list[Point | None] = [None] * len(arrows)
    in_gap: dict[int, list[tuple[float, int]]] = {}
    for index, (arrow, way, rank) in enumerate(zip(arrows, ways, ranks, strict=True)):
        if arrow.label:
            middle = (ends[rank] + starts[rank + 1]) / 2.0
            in_gap.setdefault(rank, []).append((height_at(way[1], way[2], middle) - LABEL / 2.0, index))
    for rank, wanted in in_gap.items():
        wanted.sort()
        middle = (ends[rank] + starts[rank + 1]) / 2.0
        heights = apart([height for height, _ in wanted], [LABEL] * len(wanted))
        for (_, index), height in zip(wanted, heights, strict=True):
            found[index] = (middle, height)
    return found


def height_at(start: Point, end: Point, x: float) -> float:
    """Where a curve is that leaves one point and reaches the other along the ranks: both control points in the middle.

    Its first coordinate is start + Δ(3t(1−t)²/2 + 3t²(1−t)/2 + t³), its second start + Δ(3t² − 2t³).
    """
    (x0, y0), (x1, y1) = start, end
    low, high = 0.0, 1.0
    for _ in range(20):
        t = (low + high) / 2.0
        at = x0 + (x1 - x0) * (1.5 * t * (1.0 - t) ** 2 + 1.5 * t * t * (1.0 - t) + t**3)
        low, high = (t, high) if at < x else (low, t)
    return y0 + (y1 - y0) * (3.0 * t * t - 2.0 * t**3)
