"""What a drawing shows, as data: nodes and edges that any view can be made from, and how a graph of Values gives them.

What a Value is, only the last part of this file knows. Anything else can be drawn, too, that answers `nodes` and
`edges` with these attributes, as the protocol `Drawable` says.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from autograd.graph import topological_order
from autograd.show.drawing.folding import Block, Graph, fold, layer, without_index
from autograd.show.writing.names import label_name, names
from autograd.show.writing.notation import SUPERSCRIPTS


class Spread(NamedTuple):
    """Many numbers in short: how many, their mean and their range. A NaN among them makes all three NaN."""

    total: int
    mean: float
    low: float
    high: float


Shown = float | Spread | None


class DrawableNode(Protocol):
    """A node of anything that can be drawn."""

    @property
    def key(self) -> str: ...  # its name in DOT and its id in SVG: n and a number that no other node has
    @property
    def name(self) -> str: ...  # as it is shown; any text
    @property
    def operation(self) -> str: ...  # the mark of what made it; "" for what is given
    @property
    def value(self) -> Shown: ...
    @property
    def gradient(self) -> Shown: ...  # None where there is none to show
    @property
    def note(self) -> str: ...  # a further line of text; "" for none
    @property
    def constant(self) -> bool: ...  # a bare number


class DrawableEdge(Protocol):
    """From an operand to what was computed from it."""

    @property
    def tail(self) -> str: ...  # the operand's key
    @property
    def head(self) -> str: ...  # the key of what uses it
    @property
    def position(self) -> int: ...  # which operand it is, counted from 0; `a - a` has two edges
    @property
    def local(self) -> float | None: ...  # ∂head/∂tail
    @property
    def flow(self) -> Shown: ...  # ∂root/∂head · ∂head/∂tail, what the backward pass carries along this edge
    @property
    def count(self) -> int: ...  # how many values go this way: 1, unless several nodes are folded into one


class Drawable(Protocol):
    """What `draw` can draw: nodes, each after its operands, and edges between their keys."""

    @property
    def nodes(self) -> Sequence[DrawableNode]: ...
    @property
    def edges(self) -> Sequence[DrawableEdge]: ...


@dataclass(frozen=True, slots=True)
class Node:
    """One box of the picture; the attributes are those of `DrawableNode`. A constant is drawn as a bare number."""

    key: str
    name: str
    operation: str = ""
    value: Shown = None
    gradient: Shown = None
    note: str = ""
    constant: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """One arrow of the picture; the attributes are those of `DrawableEdge`."""

    tail: str
    head: str
    position: int
    local: float | None = None
    flow: Shown = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Picture:
    """All that a drawing shows, before any thought of where."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


# ── Graphs of Values ────────────────────────────────────────────────────────────────────────────────────────────


def ops_picture(*roots: Any) -> Picture:
    """Every Value at or below the roots as a node of its own, by the keys of `names.keys`.

    Gradients are shown if a backward pass has been through. It leaves a gradient at the root, where before it is 0.

    >>> from autograd import Value
    >>> a = Value(2.0, label="a")
    >>> for part in (*ops_picture(a * a).nodes, *ops_picture(a * a).edges): print(part)
    Node(key='n0', name='a', operation='', value=2.0, gradient=None, note='', constant=False)
    Node(key='n1', name='v₁', operation='×', value=4.0, gradient=None, note='', constant=False)
    Edge(tail='n0', head='n1', position=0, local=2.0, flow=None, count=1)
    Edge(tail='n0', head='n1', position=1, local=2.0, flow=None, count=1)
    """
    order = topological_order(*roots)
    index = {node: i for i, node in enumerate(order)}
    called = names(*roots)
    swept = has_gradients(roots)
    labelled = any(node.label for node in order if node.op is None)  # else no leaf can be told from a constant
    nodes: list[Node] = []
    edges: list[Edge] = []
    for i, node in enumerate(order):
        constant = node.op is None and not node.label and labelled
        gradient = float(node.grad) if swept and not constant else None
        nodes.append(Node(f"n{i}", called[node].text, mark(node.op), node.data, gradient, constant=constant))
        for position, (parent, local) in enumerate(zip(node.parents, node.local_grads, strict=True)):
            j = index[parent]
            if nodes[j].constant:
                edges.append(Edge(f"n{j}", f"n{i}", position))
            else:
                edges.append(Edge(f"n{j}", f"n{i}", position, local, float(node.grad) * local if swept else None))
    return Picture(tuple(nodes), tuple(edges))


def folded_picture(level: str, *roots: Any) -> tuple[Picture, dict[Any, str]]:
    """The same with neurons, or layers, as one node each (see `folding.fold`), and what flows out of them.

    The key of a folded node is that of the last Value in it. The keys are returned for all Values, too.
    """
    order = topological_order(*roots)
    index = {node: i for i, node in enumerate(order)}
    parents = [[index[parent] for parent in node.parents] for node in order]
    graph = Graph(
        parents,
        labels=[node.label for node in order],
        operations=[None if node.op is None else node.op.family or node.op for node in order],
        roots=[index[root] for root in roots],
    )
    blocks, block = fold(graph, level)
    gradients = [float(node.grad) for node in order] if has_gradients(roots) else None
    nodes = tuple(folded_node(each, level, order, gradients) for each in blocks)

    tails: dict[tuple[int, int], list[int]] = {}  # from block, to block: the operands
    flows: dict[tuple[int, int], list[float]] = {}
    locals_: dict[tuple[int, int], float] = {}
    for i, node in enumerate(order):
        for j, local in zip(parents[i], node.local_grads, strict=True):
            way = block[j], block[i]
            if way[0] != way[1]:
                tails.setdefault(way, []).append(j)
                locals_[way] = local
                if gradients:
                    flows.setdefault(way, []).append(gradients[i] * local)
    positions: Counter[int] = Counter()
    edges = []
    for (tail, head), operands in tails.items():
        constant = nodes[tail].gradient is None
        edges.append(
            Edge(
                nodes[tail].key,
                nodes[head].key,
                positions[head],
                local=locals_[tail, head] if len(operands) == 1 and not constant else None,
                flow=None if constant else spread(flows[tail, head]),
                count=len(set(operands)),
            )
        )
        positions[head] += 1
    return Picture(nodes, tuple(edges)), {node: nodes[b].key for node, b in zip(order, block, strict=True)}


def folded_node(block: Block, level: str, order: Sequence[Any], gradients: Sequence[float] | None) -> Node:
    """One node for a block."""
    last = order[block.members[-1]]
    outputs = [order[i] for i in block.outputs]
    given = all(node.op is None for node in outputs)  # and not computed
    numbers = given and not last.label
    called = label_name(last.label if len(block.members) == 1 else without_index(last.label)).text
    note = "" if len(block.members) == 1 else f"{len(block.members):,} {'numbers' if given else 'nodes'}"
    operation = mark(last.op)
    if block.neurons:
        neuron = min(block.neurons)
        called = label_name(layer(neuron) if level == "layers" else neuron).text
        note = f"{block.parameters:,} parameter{'s' * (block.parameters != 1)}"
        if len(block.neurons) > 1:
            note = f"{len(block.neurons):,} neurons, {note}"
        if len(last.parents) > 1:  # no function of one operand comes after the neuron's sum
            operation = "linear"
    return Node(
        f"n{block.members[-1]}",
        called,
        operation,
        spread([node.data for node in outputs]),
        None if gradients is None or numbers else spread([gradients[i] for i in block.outputs]),
        note,
        constant=numbers and len(block.members) == 1,
    )


def spread(numbers: Sequence[float]) -> Shown:
    """One number as it is, many in short.

    >>> spread([1.0]), spread([1.0, 2.0, 6.0])
    (1.0, Spread(total=3, mean=3.0, low=1.0, high=6.0))
    """
    if len(numbers) < 2:
        return numbers[0] if numbers else None
    mean = sum(numbers) / len(numbers)
    if math.isnan(mean):  # of a NaN, or of infinities of both signs
        known = [x for x in numbers if not math.isnan(x)]
        low, high = (math.nan, math.nan) if len(known) < len(numbers) else (min(known), max(known))
        return Spread(len(numbers), mean, low, high)
    return Spread(len(numbers), mean, min(numbers), max(numbers))


def has_gradients(roots: Iterable[Any]) -> bool:
    """Whether a backward pass has started at one of the roots."""
    return any(float(root.grad) != 0.0 for root in roots)


def mark(op: Any) -> str:
    """The mark of an operation as a book prints it; "" for none.

    >>> from autograd.ops import MULTIPLY, POWER, TANH
    >>> mark(MULTIPLY), mark(TANH), mark(POWER(2.0)), mark(POWER(0.5))
    ('×', 'tanh', '(·)²', '(·)^0.5')
    """
    if op is None:
        return ""
    symbol: str = op.symbol
    if symbol.startswith("**") and len(symbol) > 2:
        exponent = symbol[2:]
        small = exponent.lstrip("-").isdigit()
        return f"(·){exponent.translate(SUPERSCRIPTS)}" if small else f"(·)^{exponent}"
    return {"*": "×", "-": "−", "/": "÷", "**": "xʸ"}.get(symbol, symbol)
