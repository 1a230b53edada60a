"""The graph as one writes it on a blackboard: named nodes, the formula of each, and its local derivatives.

A node without a label that is used once is not worth a name: it is part of the formula of the labelled node above
it. So z₁ = x·w₁ + b₁ is one step of the chain rule, whatever the graph has inside.

>>> from autograd import Value
>>> x, w, b = Value(0.05, label="x"), Value(0.1, label="w1"), Value(-0.1, label="b1")
>>> z = x * w + b; z.label = "z1"
>>> board = Blackboard(z)
>>> print(board.value_equation(z).text())
z₁ = x·w₁ + b₁ = 0.05·0.1 − 0.1 = −0.095
>>> print(board.local_equation(z, w).text())
∂z₁/∂w₁ = x = 0.05
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import Any

from autograd.arithmetic import Floats
from autograd.graph import topological_order
from autograd.show.writing.equation import Equation, equation
from autograd.show.writing.formula import Constant, Derivative, Formula, Sum, Symbol, formula
from autograd.show.writing.formula_arithmetic import Formulas, operation_formula
from autograd.show.writing.names import names
from autograd.show.writing.tidy import tidied

LARGEST_FOLD = 40  # operations in one formula; a larger one keeps the names of its parts


class Blackboard:
    """The nodes below some roots, with names and formulas.

    Args:
        roots: what was computed.
        keep: nodes that keep a name of their own though they have no label.
        fold: False to give every operation a line of its own.
        digits: significant digits of the numbers shown.

    A leaf without a label is a constant, as the 0.5 of ½(y − ŷ)², unless no leaf has one.

    Raises:
        ValueError: if the data of a leaf was set after the forward pass: the numbers would not fit the formulas.
    """

    def __init__(self, *roots: Any, keep: Iterable[Any] = (), fold: bool = True, digits: int = 3) -> None:
        self.roots = roots
        self.digits = digits
        self.order = topological_order(*roots)
        check_numbers(self.order)
        kept = {id(node) for node in (*keep, *roots)}
        leaves = [node for node in self.order if not node.parents]
        some_labelled = any(labelled(leaf) for leaf in leaves)
        variables = [leaf for leaf in leaves if not some_labelled or id(leaf) in kept]
        self.names = names(*roots, variables=variables, order=self.order)
        named = {id(leaf) for leaf in variables}
        self._constants = {id(leaf) for leaf in leaves if not labelled(leaf) and id(leaf) not in named}
        self._folded = folded(self.order, kept) if fold else set()
        self._locals: dict[int, dict[Any, Formula]] = {}
        self._partials: dict[int, tuple[Any, ...]] = {}

    def is_constant(self, node: Any) -> bool:
        """Whether a node is a number without a name."""
        return id(node) in self._constants

    def is_folded(self, node: Any) -> bool:
        """Whether a node is only a part of the formula of another."""
        return id(node) in self._folded

    def unfolding(self, node: Any) -> Blackboard:
        """The board on which that folded node, too, has a name: what is inside its own formula keeps its names."""
        board = copy(self)
        board._folded = self._folded - {id(part) for part in self._parts(node)[0]}
        board._locals = {}
        return board

    def symbol(self, node: Any) -> Formula:
        """The name of a node; the number of a constant."""
        return Constant(node.data) if self.is_constant(node) else Symbol(self.names[node], node.data)

    def derivative(self, top: Any, bottom: Any, value: float, fixed: Iterable[Any] = ()) -> Derivative:
        """∂top/∂bottom, which is that number, while the nodes `fixed` are held."""
        return Derivative(self.names[top], self.names[bottom], value, tuple(self.names[node] for node in fixed))

    def operands(self, node: Any) -> list[Any]:
        """The named nodes in the formula of a node, each once, from left to right."""
        return list(dict.fromkeys(part for part in self._parts(node)[1] if not self.is_constant(part)))

    def operations(self, node: Any) -> list[Any]:
        """The nodes whose operations make up the formula of a node, the node first; none for a leaf."""
        return self._parts(node)[0] if node.parents else []

    def _parts(self, node: Any) -> tuple[list[Any], list[Any]]:
        """The operations that make up the formula of a node, each before its operands, and what they start from."""
        inside, outside = [], []
        stack = [node]
        while stack:
            part = stack.pop()
            if part is node or self.is_folded(part):
                inside.append(part)
                stack.extend(reversed(part.parents))
            else:
                outside.append(part)
        return inside, outside

    def _formulas(self, inside: list[Any]) -> dict[int, Formula]:
        """The formula of each of these operations, by id."""
        known: dict[int, Formula] = {}
        for part in reversed(inside):
            operands = [known[id(x)] if id(x) in known else self.symbol(x) for x in part.parents]
            known[id(part)] = operation_formula(part.op, *operands) if part.parents else Constant(part.data)
        return known

    def value(self, node: Any) -> Formula:
        """How a node was computed; the number of a leaf."""
        return self._formulas(self._parts(node)[0])[id(node)]

    def value_equation(self, node: Any) -> Equation:
        """z₁ = x·w₁ + b₁ = 0.05·0.1 − 0.1 = −0.095."""
        return equation(self.symbol(node), self.value(node), node.data, self.digits)

    def local(self, node: Any, operand: Any) -> Formula:
        """∂node/∂operand, where operand is one of `operands(node)`."""
        if id(node) not in self._locals:
            self._locals[id(node)] = self._local_formulas(node)
        return self._locals[id(node)][operand]

    def _local_formulas(self, node: Any) -> dict[Any, Formula]:
        """The chain rule inside one formula. A part inside it has one user, so its factor is known when it is met."""
        inside, _ = self._parts(node)
        known = self._formulas(inside) | {id(node): self.symbol(node)}
        factor: dict[int, Formula] = {id(node): Constant(1.0)}
        terms: dict[Any, list[Formula]] = {}
        for part in inside:
            xs = [known[id(x)] if id(x) in known else self.symbol(x) for x in part.parents]
            partials = part.op.blackboard(Formulas, known[id(part)], *xs) if part.parents else ()
            for operand, partial in zip(part.parents, partials, strict=True):
                term = factor[id(part)] * formula(partial)
                if self.is_folded(operand):
                    factor[id(operand)] = term
                else:
                    terms.setdefault(operand, []).append(term)
        return {operand: tidied(Sum(tuple(sum_of))) for operand, sum_of in terms.items()}

    def local_number(self, node: Any, operand: Any) -> float:
        """The same as a number: that of the forward pass."""
        return self.local_numbers(node).get(operand, 0.0)

    def local_numbers(self, node: Any) -> dict[Any, float]:
        """∂node/∂operand for each of its `operands`."""
        inside, _ = self._parts(node)
        factor = {id(node): 1.0}
        numbers: dict[Any, float] = {}
        for part in inside:
            for operand, partial in zip(part.parents, part.local_grads, strict=True):
                term = factor[id(part)] * partial
                if self.is_folded(operand):
                    factor[id(operand)] = term
                else:
                    numbers[operand] = numbers[operand] + term if operand in numbers else term
        return numbers

    def local_equation(self, node: Any, operand: Any, fixed: Iterable[Any] = ()) -> Equation:
        """∂a₂/∂z₂ = a₂(1 − a₂) ≈ 0.609·(1 − 0.609) ≈ 0.238."""
        value = self.local_number(node, operand)
        return equation(self.derivative(node, operand, value, fixed), self.local(node, operand), value, self.digits)

    def edge(self, node: Any, position: int) -> Formula:
        """The local derivative of one operand alone: 1 for either of the two of a + a. For a board without folding."""
        if id(node) not in self._partials:
            symbols = map(self.symbol, (node, *node.parents))
            self._partials[id(node)] = tuple(node.op.blackboard(Formulas, *symbols))
        return tidied(formula(self._partials[id(node)][position]))


def labelled(node: Any) -> bool:
    """Whether a person gave the node a name."""
    return bool(node.label) and not node.label.isspace()


def folded(order: list[Any], kept: set[int]) -> set[int]:
    """The nodes (by id) that go into the formula of the labelled node above them."""
    uses: dict[int, int] = {}
    for node in order:
        for parent in node.parents:
            uses[id(parent)] = uses.get(id(parent), 0) + 1
    size: dict[int, int] = {}  # of the nodes that may be folded: how many operations they bring
    for node in order:
        if node.parents and uses.get(id(node)) == 1 and not labelled(node):
            size[id(node)] = 1 + sum(size.get(id(parent), 0) for parent in node.parents)
    inside: set[int] = set()
    for node in reversed(order):
        if labelled(node) or id(node) in inside:
            small = {id(parent) for parent in node.parents if size.get(id(parent), LARGEST_FOLD) < LARGEST_FOLD}
            inside |= small - kept
    return inside


def check_numbers(order: list[Any]) -> None:
    """Raise if a computed node is not what its operands give now."""
    for node in order:
        if node.parents:
            now = node.op.value(Floats, *[parent.data for parent in node.parents])
            if now != node.data and now == now:
                raise ValueError(
                    f"{node.label or node.op.name} was computed as {node.data!r}, but its operands"
                    f" {', '.join(parent.label or repr(parent.data) for parent in node.parents[:4])} give {now!r} now:"
                    " the data of a leaf was set after the forward pass.\nCompute the result again, and show that."
                )
