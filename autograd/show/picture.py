"""What a drawing shows, as data: nodes and edges that any view can be made from, and how a graph of Values gives them.

What a Value is, only the last part of this file knows. Anything else can be drawn, too, that answers `nodes` and
`edges` with these attributes, as the protocol `Drawable` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from autograd.graph import topological_order
from autograd.show.names import SUPERSCRIPTS, names


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


def has_gradients(roots: Iterable[Any]) -> bool:
    """Whether a backward pass has started at one of the roots."""
    return any(float(root.grad) != 0.0 for root in roots)


def mark(op: Any) -> str:
    """The mark of an operation as a book prints it; "" for none.

    >>> from autograd.ops import MULTIPLY, TANH, power
    >>> mark(MULTIPLY), mark(TANH), mark(power(2.0)), mark(power(0.5))
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
