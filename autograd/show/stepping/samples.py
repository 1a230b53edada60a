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

from collections.abc import Collection, Iterator
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
    waiting = [root]
    while waiting:
        node = waiting.pop(0)
        for terms in sums(node):
            if are_samples(terms, learning):
                return terms
        if node.op in (ADD, MULTIPLY, DIVIDE):
            waiting += [parent for parent in node.parents if parent.op in (ADD, MEAN, SUM, MULTIPLY, DIVIDE)]
    return []


def sums(node: Any) -> Iterator[list[Any]]:
    """What a node may be the sum of; of a + b + c both [a + b, c] and [a, b, c]."""
    if node.op in (MEAN, SUM):
        yield [parent for parent in node.parents if parent.parents]
    added: list[Any] = []
    while node.op is ADD:
        node, last = node.parents
        added.insert(0, last)
        yield [term for term in (node, *added) if term.parents]


def are_samples(terms: list[Any], learning: Collection[Any]) -> bool:
    """Whether all are computed alike, from the same leaves that learn, and each from something of its own."""
    if len(set(terms)) < 2:
        return False
    orders = [topological_order(term) for term in terms]
    shared = set(orders[0]).intersection(*orders[1:])
    learn = [{leaf for leaf in order if leaf in learning} for order in orders]
    return (
        bool(learn[0])
        and all(found == learn[0] for found in learn)
        and all(any(not node.parents and node not in shared for node in order) for order in orders)
        and sum(bool(node.parents) for node in orders[0]) >= LEAST_OPERATIONS
        and all(shape(order) == shape(orders[0]) for order in orders[1:])
    )


def shape(order: list[Any]) -> list[Any]:
    """The operations of a graph, each with the places of its operands."""
    place = {node: index for index, node in enumerate(order)}
    return [(node.op, *(place[parent] for parent in node.parents)) for node in order]
