"""Folding a model's graph into neurons and layers, by nothing but the labels of its parameters.

A parameter is a leaf labelled with its place, as `layers.0.neurons.2.w[1]`; what stands before the last dot is its
neuron, and what stands before `.neurons.2` its layer. The nodes inside are found by following the parameters: a
neuron is what its parameters reach before those of another neuron join. What comes after the last neurons, a loss
say, is told from them by its place behind a neuron's own sum and one function of it, the activation.

The graph is given as lists, node i's operands being `parents[i]`, in topological order. So anything can be folded.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from autograd.ops import LOGSUMEXP, MEAN, NEGATIVE, SUM

LEVELS = ("ops", "neurons", "layers")
PARAMETER = re.compile(r"(\w+(?:\.\w+)*)\.[^\W\d]\w*(?:\[\d+\])*")
NEURON = re.compile(r"(.+)\.neurons\.\d+")
NOWHERE, SEVERAL = "", "*"  # the home of a node that no neuron's parameters reach, and of one that those of several do
NO_ACTIVATIONS = (NEGATIVE, SUM, MEAN, LOGSUMEXP)  # though they may have one operand


@dataclass(slots=True)
class Block:
    """Nodes that are drawn as one.

    Attributes:
        members: the nodes, in topological order.
        outputs: those whose values flow out of it.
        neurons: the neurons whose parameters are among them.
        parameters: how many those are.
    """

    members: list[int] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)
    neurons: set[str] = field(default_factory=set)
    parameters: int = 0


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph as lists: of each node its operands, its label, and its operation or that one's family (None: a leaf)."""

    parents: Sequence[Sequence[int]]
    labels: Sequence[str]
    operations: Sequence[Hashable]
    roots: Sequence[int]


def place(label: str) -> str:
    """The neuron that a parameter's label names; NOWHERE for the label of anything else.

    >>> place("layers.0.neurons.2.w[1]"), place("norm.gain[3]"), place("x1")
    ('layers.0.neurons.2', 'norm', '')
    """
    match = PARAMETER.fullmatch(label)
    return match[1] if match else NOWHERE


def layer(neuron: str) -> str:
    """The layer that a neuron is in; what is in no list of neurons is a layer itself.

    >>> layer("layers.0.neurons.2"), layer("norm")
    ('layers.0', 'norm')
    """
    match = NEURON.fullmatch(neuron)
    return match[1] if match else neuron


# ── Where each node belongs ─────────────────────────────────────────────────────────────────────────────────────


def homes(graph: Graph) -> tuple[list[str], list[bool]]:
    """The neuron of each node, or NOWHERE or SEVERAL; and whether all of the neuron's parameters reach it."""
    home = [NOWHERE if parents else place(label) for parents, label in zip(graph.parents, graph.labels, strict=True)]
    uses = Counter(j for parents in graph.parents for j in parents)
    reach = [0] * len(home)  # which of its neuron's parameters reach a node, as the bits of a number
    whole: dict[str, int] = {}  # the bits of all of them
    for i, neuron in enumerate(home):
        if neuron:
            reach[i] = whole.get(neuron, 0) + 1
            whole[neuron] = 2 * reach[i] - 1
    finished = [bits == whole.get(neuron) for bits, neuron in zip(reach, home, strict=True)]
    for i, parents in enumerate(graph.parents):
        if parents:
            parameters = [j for j in parents if home[j] and not graph.parents[j]]
            home[i] = claimed(parameters, home, uses) if parameters else inherited(parents, home, finished)
            if home[i] in whole:
                for j in parents:
                    if home[j] == home[i]:
                        reach[i] |= reach[j]
                finished[i] = reach[i] == whole[home[i]]
    return without_what_follows(graph, home, finished), finished


def claimed(parameters: Sequence[int], home: Sequence[str], uses: Mapping[int, int]) -> str:
    """The neuron of a node that has parameters among its operands.

    If they are those of several neurons, the least used claim it: a row of an embedding is read by many neurons, a
    weight by its own alone.
    """
    least = min(uses[j] for j in parameters)
    claimants = {home[j] for j in parameters if uses[j] == least}
    return claimants.pop() if len(claimants) == 1 else SEVERAL


def inherited(operands: Sequence[int], home: Sequence[str], finished: Sequence[bool]) -> str:
    """The neuron of a node that has none: one that still collects its parameters, before those that flow in."""
    found = {home[j] for j in operands} - {NOWHERE}
    if len(found) > 1:
        found = {home[j] for j in operands if not finished[j]} - {NOWHERE, SEVERAL}
        return found.pop() if len(found) == 1 else SEVERAL
    return found.pop() if found else NOWHERE


def without_what_follows(graph: Graph, home: list[str], finished: Sequence[bool]) -> list[str]:
    """The homes, but what follows the activation of a neuron that feeds no other is no part of it."""
    feeding = {
        home[j]
        for i, parents in enumerate(graph.parents)
        for j in parents
        if home[i] not in (home[j], NOWHERE, SEVERAL)
    }
    kept = list(home)
    activations: set[int] = set()
    for i, parents in enumerate(graph.parents):
        complete = [j for j in parents if home[j] == home[i] and finished[j] and graph.parents[j]]
        if not complete or home[i] in (NOWHERE, SEVERAL) or home[i] in feeding:
            continue
        before = complete[0]
        if (
            len(parents) > 1
            or graph.operations[i] in NO_ACTIVATIONS
            or before in activations
            or kept[before] == SEVERAL
        ):
            kept[i] = SEVERAL
        else:
            activations.add(i)
    return kept


# ── Blocks ──────────────────────────────────────────────────────────────────────────────────────────────────────


def fold(graph: Graph, level: str) -> tuple[list[Block], list[int]]:
    """The blocks to draw, in the order of their last members, and the number of each node's block.

    At the level "neurons" only neurons are folded, and unlabelled numbers with the same destination. At "layers", so
    are layers, other nodes of one operation on the same blocks, and labelled leaves of the same destination whose names
    differ in the index only (x[0], x[1] …).
    """
    home, finished = homes(graph)
    coarse = level == "layers"
    numbers: dict[Hashable, int] = {}  # what the members of a block have in common → its number
    operation_of: dict[int, Hashable] = {}
    block = [-1] * len(home)

    def put(i: int, common: Hashable) -> None:
        block[i] = numbers.setdefault(common, len(numbers))

    for i, parents in enumerate(graph.parents):
        if home[i] not in (NOWHERE, SEVERAL):
            put(i, (layer(home[i]) if coarse else home[i],))
        elif parents and coarse and i not in graph.roots:
            operation = graph.operations[i]
            # A chain of one operation, as of a sum written with +, is one block: it is no source of itself.
            sources = {block[j] for j in parents if operation_of.get(block[j]) != operation} - {-1}
            put(i, (operation, frozenset(sources)))
            operation_of[block[i]] = operation
        elif parents:
            put(i, i)
    destinations: dict[int, set[int]] = {}
    for i, parents in enumerate(graph.parents):
        for j in parents:
            if block[j] < 0 or j in destinations:
                destinations.setdefault(j, set()).add(block[i])
    for i in range(len(home)):
        if block[i] < 0:
            label = graph.labels[i]
            shared = coarse or not label
            put(i, (without_index(label), frozenset(destinations.get(i, ())), not label) if shared else i)
    return gathered(graph, block, home, finished)


def gathered(
    graph: Graph, block: Sequence[int], home: Sequence[str], finished: Sequence[bool]
) -> tuple[list[Block], list[int]]:
    """The blocks, renumbered in the order of their last members."""
    last = {number: i for i, number in enumerate(block)}
    order = {number: rank for rank, number in enumerate(sorted(last, key=last.__getitem__))}
    blocks = [Block() for _ in order]
    ranks = [order[number] for number in block]
    leaves_it = set(graph.roots) | {
        j for i, parents in enumerate(graph.parents) for j in parents if block[i] != block[j]
    }
    for i, rank in enumerate(ranks):
        blocks[rank].members.append(i)
        if home[i] not in (NOWHERE, SEVERAL):
            blocks[rank].neurons.add(home[i])
            blocks[rank].parameters += not graph.parents[i]
    for folded in blocks:
        out = [i for i in folded.members if i in leaves_it]
        folded.outputs = [i for i in out if graph.parents[i] and finished[i]] or out
    return blocks, ranks


def without_index(label: str) -> str:
    """What the labels x[0], x[1] … or x1, x2 … have in common.

    >>> without_index("x[12]"), without_index("x1"), without_index("y")
    ('x', 'x', 'y')
    """
    return re.sub(r"[\d₀-₉\[\], ]+$", "", label)
