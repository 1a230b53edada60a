"""A graph of only some of another's nodes: what lies between them becomes an operation, its other leaves fixed numbers.

So a network's neurons can be stepped through one by one, with their weights in the formulas.

>>> from autograd import Value
>>> x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(6.5, label="b")
>>> h = (x * w + b).tanh()
>>> L = (h - 1.0) ** 2
>>> small, _ = condensed(L, {x: Kept("x"), h: Kept("h"), L: Kept("L")})
>>> from autograd.show.steps import steps
>>> print(steps(small))
1  given     x = 2
2  forward   h = tanh(x·(−3) + 6.5) = tanh(2·(−3) + 6.5) ≈ 0.462
3  forward   L = (h − 1)² ≈ (0.462 − 1)² ≈ 0.289
4  backward  ∂L/∂L = 1
5  backward  ∂L/∂h = ∂L/∂L · 2·(h − 1) ≈ 1 · (−1.08) ≈ −1.08
6  backward  ∂L/∂x = ∂L/∂h · ∂h/∂x = ∂L/∂h · 3·(h² − 1) ≈ −1.076 · (−2.359) ≈ 2.54
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from autograd.graph import topological_order
from autograd.operation import Operation
from autograd.show.writing.formula_arithmetic import COMPOSITE, Formulas, operation_formula
from autograd.value import Value, apply


class Kept(NamedTuple):
    """What a node that is kept is called, and what it is said to be of its operands, if not what its operation is."""

    label: str
    spoken: str = ""


def condensed(root: Value, kept: Mapping[Any, Kept]) -> tuple[Value, dict[Any, Value]]:
    """The same result from these nodes alone, of which the root is one, and what stands for each of them.

    Leaves that are not kept are fixed numbers.
    """
    made: dict[Any, Value] = {}
    for node in topological_order(root):
        if node not in kept:
            continue
        if node.parents:
            between = Between(node, kept)
            made[node] = apply(between.operation(kept[node].spoken), *(made[operand] for operand in between.operands))
        else:
            made[node] = Value(node.data)
        made[node].label = kept[node].label
    return made[root], made


class Between:
    """What lies between a node and the nearest that are kept: a graph over fixed numbers, read in any arithmetic.

    Attributes:
        node: the result.
        operands: the nodes that are kept, each once.
        inside: the others, in topological order, the result last.
    """

    def __init__(self, node: Any, kept: Mapping[Any, Any]) -> None:
        self.node = node
        found: dict[Any, None] = {}
        waiting = [node]
        while waiting:
            part = waiting.pop()
            if part not in found:
                found[part] = None
                waiting += reversed(part.parents) if part is node or part not in kept else ()
        self.operands = [part for part in found if part in kept and part is not node]
        inside = found.keys() - set(self.operands)
        self.inside = [part for part in topological_order(node) if part in inside]

    def operation(self, spoken: str) -> Operation:
        """All of it as one operation."""
        return Operation(
            spoken or self.node.op.name,
            self.value,
            lambda m, y, *xs: self.partials(m, y, xs, lambda op: op.partials),
            arity=len(self.operands),
            symbol=self.node.op.symbol,
            family=COMPOSITE,
            blackboard=lambda m, y, *xs: self.partials(m, y, xs, lambda op: op.blackboard),
        )

    def value(self, m: Any, *xs: Any) -> Any:
        return self.values(m, xs)[self.node]

    def values(self, m: Any, xs: Sequence[Any]) -> dict[Any, Any]:
        """Of the operands and of each node inside."""
        known: dict[Any, Any] = dict(zip(self.operands, xs, strict=True))
        for part in self.inside:
            operands = [known[parent] for parent in part.parents]
            if not part.parents:
                known[part] = part.data
            elif m is Formulas:
                known[part] = operation_formula(part.op, *operands)  # as it stands, and not what it is made of
            else:
                known[part] = part.op.value(m, *operands)
        return known

    def partials(self, m: Any, y: Any, xs: Sequence[Any], of: Any) -> tuple[Any, ...]:
        """∂node/∂operand for each operand, by a backward pass inside."""
        known = self.values(m, xs) | {self.node: y}
        flow: dict[Any, Any] = {}
        for part in reversed(self.inside):
            if part is not self.node and part not in flow:
                continue
            slopes = of(part.op)(m, known[part], *(known[parent] for parent in part.parents)) if part.parents else ()
            for parent, slope in zip(part.parents, slopes, strict=True):
                term = slope if part is self.node else flow[part] * slope
                flow[parent] = flow[parent] + term if parent in flow else term
        return tuple(flow.get(operand, 0.0) for operand in self.operands)
