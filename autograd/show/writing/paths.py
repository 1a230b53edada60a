"""The terms of the chain rule's sum: the paths from a leaf to the root, counted, and the largest of them found.

Their number can be astronomical, so they are never listed: a node's largest contributions come from the largest of
its operands', and one walk in topological order finds them.

>>> from autograd import Value
>>> from autograd.show.writing.blackboard import Blackboard
>>> x = Value(1.0, label="x")
>>> y = x
>>> for stage in range(60):
...     doubled = y * 2.0; doubled.label = f"d{stage}"
...     y = y + doubled; y.label = f"y{stage}"
>>> found = paths_to(Blackboard(y), x, limit=3)
>>> found.count == 2**60, len(found.paths), found.paths[0].product == 2.0**60
(True, 3, True)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from autograd.show.writing.blackboard import Blackboard


class Path(NamedTuple):
    """Nodes from the leaf to the root, and the product of the local derivatives between them."""

    nodes: tuple[Any, ...]
    product: float


@dataclass(frozen=True)
class Paths:
    """How many paths there are, and the largest: in their order if these are all, or else by size."""

    count: int
    paths: list[Path]


class _Piece(NamedTuple):
    """A path as far as one node: the product, and which piece of which node it continues."""

    product: float
    before: Any
    place: int


def paths_to(board: Blackboard, leaf: Any, *, limit: int, root: Any = None) -> Paths:
    """The paths from the leaf to the root of the board (or another node of it), at most `limit` of them."""
    root = board.roots[0] if root is None else root
    count = {leaf: 1}
    pieces: dict[Any, list[_Piece]] = {leaf: [_Piece(1.0, None, 0)]}
    for node in board.order:
        if node is leaf or not node.parents or board.is_folded(node):
            continue
        operands = [operand for operand in board.operands(node) if operand in count]
        if operands:
            local = board.local_numbers(node)
            count[node] = sum(count[operand] for operand in operands)
            continued = [
                _Piece(piece.product * local[operand], operand, place)
                for operand in operands
                for place, piece in enumerate(pieces[operand])
            ]
            if count[node] > limit:
                continued.sort(key=lambda piece: -contribution_size(piece.product))
            pieces[node] = continued[:limit]
    return Paths(count.get(root, 0), [traced(pieces, root, place) for place in range(len(pieces.get(root, ())))])


def contribution_size(product: float) -> float:
    """By which contributions are ordered; one that is no number is worth seeing first."""
    return math.inf if product != product else abs(product)


def traced(pieces: dict[Any, list[_Piece]], root: Any, place: int) -> Path:
    """The path whose last piece that is."""
    product = pieces[root][place].product
    nodes = []
    node = root
    while node is not None:
        nodes.append(node)
        _, node, place = pieces[node][place]
    return Path(tuple(reversed(nodes)), product)
