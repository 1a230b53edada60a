"""Which numbers of a graph are the losses of single samples: those of which its root is the mean or the sum.

Losses of samples are computed alike, from the same parameters and each from numbers of its own. What is added to them,
a penalty say, belongs to none of them.

>>> from autograd import Value
>>> w = Value(0.5, label="w")
>>> losses = [(w * x - y) ** 2 for x, y in ((1.0, 2.0), (2.0, 3.0))]
>>> sample_losses(sum(losses) / 2.0 + 0.1 * w * w, [w]) == losses
True
>>> sample_losses(losses[0] + 0.1 * w * w, [w])
[]
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from itertools import groupby, permutations
from operator import itemgetter
from typing import Any

from autograd.calling import apply_to_many
from autograd.graph import topological_order
from autograd.ops import ADD, DIVIDE, MEAN, MULTIPLY, SUM
from autograd.value import Value

LEAST_OPERATIONS = 2  # of a loss: a·b + a·c is a sum of products, and no loss of two samples


def mean_of_samples(losses: Collection[Any]) -> Value:
    """The mean of losses, labelled if none of their numbers is called so.

    Raises:
        TypeError: if one is no computed Value.
    """
    for loss in losses:
        if not isinstance(loss, Value) or not loss.parents:
            raise TypeError(f"a sample's loss is a computed Value, not {loss!r:.60}")
    if not losses:
        raise ValueError("steps takes a computed Value, or the losses of some samples, and was given none")
    root: Value = apply_to_many(MEAN, list(losses))
    taken = {node.label for node in topological_order(root)}
    root.label = next((name for name in ("L", "loss", "mean") if name not in taken), "")
    return root


def sample_losses(root: Any, learning: Collection[Any]) -> list[Any]:
    """The losses of the samples, in the order in which they are added; none if the root is no sum over samples.

    Args:
        root: what is computed.
        learning: the leaves that learn.
    """
    looks = Looks(learning)
    waiting, seen = deque([root]), {root}
    while waiting:
        node = waiting.popleft()
        added = terms_of(node)
        for terms in [*looks.runs(added)][::-1]:  # a first sample that is a sum itself ends as terms, too
            if looks.are_samples(terms):
                return terms
        following: list[Any] = [term for term, _ in added] or times_a_number(node, looks.learning)
        waiting += (term for term in following if term not in seen)
        seen.update(following)
    return []


def terms_of(node: Any) -> list[tuple[Any, Any]]:
    """What a node adds, each with the sum of those before it: of (a + b) + c the terms a, b, and c, before it a + b.

    None if it does something else.
    """
    if node.op in (MEAN, SUM):
        return [(term, None) for term in node.parents]
    added: deque[tuple[Any, Any]] = deque()
    while node.op is ADD:
        node, last = node.parents
        added.appendleft((last, node))
    return [(node, None), *added] if added else []


def times_a_number(node: Any, learning: Collection[Any]) -> list[Any]:
    """What a node is a multiple of, by a factor that is no result and does not learn."""
    if node.op not in (MULTIPLY, DIVIDE):
        return []
    return [x for x, by in permutations(node.parents) if not by.parents and by not in learning]


class Looks:
    """What graphs look like, each looked at once.

    Args:
        learning: the leaves that learn.
    """

    def __init__(self, learning: Collection[Any]) -> None:
        self.learning = frozenset(learning)
        self.orders: dict[Any, list[Any]] = {}
        self.known: dict[Any, Any] = {}

    def order(self, root: Any) -> list[Any]:
        """The nodes of a graph, operands first."""
        if root not in self.orders:
            self.orders[root] = topological_order(root)
        return self.orders[root]

    def of(self, root: Any) -> Any:
        """The operations of a graph, each with the places of its operands, and its leaves that learn."""
        if root not in self.known:
            order = self.order(root)
            place = {node: index for index, node in enumerate(order)}
            shape = tuple((node.op, *(place[parent] for parent in node.parents)) for node in order)
            self.known[root] = shape, self.learning.intersection(order)
        return self.known[root]

    def runs(self, added: list[tuple[Any, Any]]) -> Iterator[list[Any]]:
        """Neighbours among some terms that look alike, as many as there are, each time.

        Where each is a sum itself, the first may be the sum of those before the second.
        """
        for look, run in groupby(((*each, self.of(each[0])) for each in added if each[0].parents), itemgetter(2)):
            (first, before, _), *others = run
            alike = before is not None and before.op is first.op and self.of(before) == look
            yield [*[before] * alike, first, *(term for term, _, _ in others)]

    def are_samples(self, terms: list[Any]) -> bool:
        """Whether such terms learn, and each is computed from something of its own."""
        if len(set(terms)) < 2 or not self.of(terms[0])[1]:
            return False
        orders = list(map(self.order, terms))
        shared = set(orders[0]).intersection(*orders[1:])
        return sum(bool(node.parents) for node in orders[0]) >= LEAST_OPERATIONS and all(
            any(not node.parents and node not in shared for node in order) for order in orders
        )
