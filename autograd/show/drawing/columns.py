"""Where the nodes of a large graph go: columns from the leaves to the root, found in linear time.

A layout program weighs every arrow against every other, which is worth its time up to some hundred nodes. Beyond that
nobody sees the whole drawing at once, and what counts is that a node is near to what it is computed from.

The column of a node is the length of the longest way to the root (Sugiyama, Tagawa & Toda 1981). In a column each node
is drawn towards the mean height of its neighbours, and those that come too near to each other share the difference:
the least squares under that constraint, by pooling adjacent violators (Barlow et al. 1972).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, pairwise

from autograd.show.drawing.dress import in_one_line
from autograd.show.drawing.picture import Picture
from autograd.show.writing.numbers import number

SWEEPS = 4  # back and forth through the columns
TALL, FLAT, LETTER = 76, 28, 7.5  # points: the height of a card and of a line with what is left free, a letter's width
LEAST_GAP, MOST_GAP = 70.0, 400.0  # points between two columns; the taller they are, the more, or arrows would be steep


def positions(picture: Picture, digits: int) -> list[tuple[float, float]]:
    """Where the middle of each card stands, in points; y upwards."""
    place = {node.key: index for index, node in enumerate(picture.nodes)}
    operands: list[list[int]] = [[] for _ in picture.nodes]
    for edge in picture.edges:
        operands[place[edge.head]].append(place[edge.tail])
    flat = in_one_line(picture, Counter(edge.head for edge in picture.edges))
    found = placed(operands, [FLAT if node.constant or node.key in flat else TALL for node in picture.nodes])

    count = 1 + max(column for column, _ in found)
    widths, heights = [0.0] * count, [0] * count
    for node, (column, _) in zip(picture.nodes, found, strict=True):
        letters = len(node.name) + len(node.operation) + 2
        if node.key in flat:
            letters += len(number(node.value, digits).text) + digits + 4 if isinstance(node.value, float) else 0
        widths[column] = max(widths[column], LETTER * letters)
        heights[column] += FLAT if node.key in flat else TALL
    x = [0.0]
    for (right, left), height in zip(pairwise(widths), heights[1:], strict=True):
        x.append(x[-1] - (right + left) / 2.0 - min(LEAST_GAP + height / 20.0, MOST_GAP))
    return [(x[column], -height) for column, height in found]


def placed(operands: Sequence[Sequence[int]], sizes: Sequence[float]) -> list[tuple[int, float]]:
    """The column of each node, counted from the root's, and the height of its middle.

    Args:
        operands: of each node, the numbers of those that it is computed from, which come before it; the last one is
            the root, and all are below it.
        sizes: how much height each node takes, with the distance to the next.

    >>> placed([[], [], [0, 1]], [1.0, 1.0, 1.0])
    [(1, -0.5), (1, 0.5), (0, 0.0)]
    """
    column = [0] * len(operands)
    users: list[list[int]] = [[] for _ in operands]
    for node in reversed(range(len(operands))):
        for operand in operands[node]:
            column[operand] = max(column[operand], column[node] + 1)
            users[operand].append(node)
    columns: list[list[int]] = [[] for _ in range(max(column) + 1)]
    for node in first_met(operands, [len(operands) - 1]):
        columns[column[node]].append(node)

    height: dict[int, float] = {}
    for nodes in columns:
        height |= zip(nodes, apart([0.0] * len(nodes), [sizes[node] for node in nodes]), strict=True)
    for sweep in range(SWEEPS):
        towards_leaves = sweep % 2 == 1
        neighbours = users if towards_leaves else operands
        for nodes in columns if towards_leaves else reversed(columns):
            wanted = {node: mean_height([height[other] for other in neighbours[node]], height[node]) for node in nodes}
            nodes.sort(key=wanted.__getitem__)
            free = apart([wanted[node] for node in nodes], [sizes[node] for node in nodes])
            height |= zip(nodes, free, strict=True)
    return [(column[node], height[node]) for node in range(len(operands))]


def first_met(operands: Sequence[Sequence[int]], roots: Sequence[int]) -> list[int]:
    """The nodes in the order in which a walk from the roots, first operands first, comes back from them."""
    order: list[int] = []
    seen = set()
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack += [(operand, False) for operand in reversed(operands[node])]
    return order


def mean_height(heights: Sequence[float], otherwise: float) -> float:
    return sum(heights) / len(heights) if heights else otherwise


def apart(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """The heights closest to those wanted at which things of these sizes, one after the other, do not overlap.

    >>> apart([0.0, 5.0, 5.0, 5.0], [1.0, 1.0, 1.0, 1.0])
    [0.0, 4.0, 5.0, 6.0]
    """
    ends = list(accumulate(sizes))
    least = [end - size / 2.0 for end, size in zip(ends, sizes, strict=True)]  # stacked without gaps
    pools: list[tuple[float, int]] = []  # how far its members are from there, the mean of what they want; how many
    for height, stacked in zip(wanted, least, strict=True):
        shift, count = height - stacked, 1
        while pools and pools[-1][0] >= shift:
            before, many = pools.pop()
            shift, count = (before * many + shift * count) / (many + count), many + count
        pools.append((shift, count))
    shifts = (shift for shift, count in pools for _ in range(count))
    return [stacked + shift for stacked, shift in zip(least, shifts, strict=True)]
