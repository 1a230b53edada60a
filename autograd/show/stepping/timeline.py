"""The forward and the backward pass as a timeline: each step reads a few numbers and writes one.

    given       x = 2, w₁ = −3, b₁ = 1    one step for all leaves, in the order in which they are needed
    forward     z₁ = x·w₁ + b₁            one step a computed node
    backward    ∂L/∂b += ∂L/∂c · ∂c/∂b    one step an edge, with the sum so far

A number without a name, the 2 of 2·x, is read where it stands: it is not computed, nothing flows back to it, and it has
no step. If no leaf has a name, all of them are inputs, and are given.

This is what is known of the passes; what can be done with them, a page say, is built on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple, overload

from autograd.ops import ADD, DIVIDE, DOT, MULTIPLY, SUBTRACT
from autograd.show.stepping.backward_order import edges_backward, edges_depth_first
from autograd.show.writing.blackboard import Blackboard
from autograd.show.writing.equation import Equation, Equations, and_more
from autograd.show.writing.formula import Formula, Number, Product
from autograd.show.writing.notation import Name
from autograd.show.writing.numbers import number
from autograd.show.writing.reader import shown_well

Phase = Literal["given", "forward", "backward"]
Order = Literal["topological", "depth-first"]


MOST_GIVEN = 12  # leaves that are named in the step that gives them


class Cell(NamedTuple):
    """A place that a step reads or writes: the data or the grad of the node with that key."""

    key: str
    kind: Literal["data", "grad"]
    number: float


@dataclass(frozen=True)
class Step:
    """One step of a pass.

    Attributes:
        index: its place in the timeline, from 0.
        phase: "given" (the first one, which writes all leaves), "forward" or "backward".
        reads: what the number is computed from; what has been written by a step before, or is a constant.
        writes: what is written, one cell but for the first step. In the backward pass the number is the sum so far.
        source: in the backward pass the key of the node that the gradient comes from; None for the root's own 1.
        position: which operand of `source` the written node is.
        part: in the backward pass what this step adds to the sum.
        several: whether the sum has several parts.
        complete: whether the number is final; in the backward pass, whether no more parts follow in this pass.
        sweep: which backward pass it is, from 1; 0 in the forward pass.
    """

    index: int
    phase: Phase
    reads: tuple[Cell, ...]
    writes: tuple[Cell, ...]
    source: str | None
    position: int | None
    part: float
    several: bool
    complete: bool
    sweep: int
    timeline: Timeline = field(repr=False, compare=False)

    @property
    def write(self) -> Cell:
        """What is written; of the leaves that are given, the last."""
        return self.writes[-1]

    @property
    def key(self) -> str:
        """The node that is written to, `n0`, `n1` … (`names.keys`)."""
        return self.write.key

    @cached_property
    def formula(self) -> Equation | Equations:
        """The step in symbols and in numbers, written when it is first looked at."""
        return self.timeline.formula_of(self)

    @cached_property
    def sentence(self) -> str:
        """The step in plain English, for those who hear it."""
        return self.timeline.sentence_of(self)

    def __str__(self) -> str:
        line = self.formula.text()
        if self.several and self.write.number != self.part:
            line += f", in sum {number(self.write.number, self.timeline.digits).text}"
        return f"{self.phase:<9} {line}"


class Contribution(NamedTuple):
    """What the backward pass adds to the gradient of a node; source None for the root's own 1."""

    node: Any
    source: Any
    position: int
    part: float
    total: float
    adjoint: float
    complete: bool
    sweep: int


class Timeline(Sequence[Step]):
    """A forward and a backward pass: a sequence of `Step`, each made when it is looked at.

    Attributes:
        root: the node whose gradients are computed.
        nodes: the nodes below it, in topological order.
        names: what each node is called.
        keys: its key in pages and drawings.
        gradients: ∂root/∂node at the end of the timeline, for each node.
        board: formulas, and the derivations of single numbers.
        unnamed: the first computed node without a label, which is called v₁; None if all have one.
    """

    def __init__(self, root: Any, *, order: Order = "topological", passes: int = 1, digits: int = 3) -> None:
        if order not in {"topological", "depth-first"}:
            raise ValueError(f'order is "topological" or "depth-first", not {order!r}')
        if passes < 1:
            raise ValueError(f"passes is the number of backward passes, at least 1, not {passes!r}")
        self.root = root
        self.order = order
        self.passes = passes
        self.digits = digits
        self.board = Blackboard(root, fold=False, digits=digits)
        self.nodes = self.board.order
        self.names: dict[Any, Name] = self.board.names
        self.keys = {node: f"n{index}" for index, node in enumerate(self.nodes)}  # as `names.keys` says
        self.gradients: dict[Any, float] = {}
        self._given = self._leaves_as_needed()
        self._forward = [node for node in self.nodes if node.parents]
        self.unnamed = next((node for node in self._forward if not node.label or node.label.isspace()), None)
        self._uses = Counter(parent for node in self.nodes for parent in node.parents)
        self._backward: list[Contribution] = []
        for sweep in range(1, passes + 1):
            self._backward += self._swept(sweep)

    def _leaves_as_needed(self) -> list[Any]:
        """The leaves that are not constants, in the order in which computing needs them."""
        needed = [parent for node in self.nodes for parent in node.parents] or [self.root]
        leaves = (node for node in needed if not node.parents and not self.board.is_constant(node))
        return list(dict.fromkeys(leaves))

    def _swept(self, sweep: int) -> Iterator[Contribution]:
        """One backward pass. Computed nodes start at 0, leaves at what the pass before has left in them."""
        grad = {node: 0.0 if node.parents else self.gradients.get(node, 0.0) for node in self.nodes}
        missing = dict(self._uses)
        grad[self.root] += 1.0
        yield Contribution(self.root, None, 0, 1.0, grad[self.root], grad[self.root], True, sweep)
        visits = edges_backward(self.nodes) if self.order == "topological" else edges_depth_first(self.root)
        for node, position in visits:
            parent = node.parents[position]
            part = grad[node] * node.local_grads[position]
            grad[parent] += part
            missing[parent] -= 1
            if not self.board.is_constant(parent):
                yield Contribution(parent, node, position, part, grad[parent], grad[node], not missing[parent], sweep)
        self.gradients = grad

    def __len__(self) -> int:
        return self._before_backward + len(self._backward)

    @property
    def _before_backward(self) -> int:
        """The number of steps before the backward pass."""
        return bool(self._given) + len(self._forward)

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> list[Step]: ...
    def __getitem__(self, index: int | slice) -> Step | list[Step]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        if place >= self._before_backward:
            return self._backward_step(place, self._backward[place - self._before_backward])
        if place == 0 and self._given:
            return self._given_step()
        return self._forward_step(place, self._forward[place - bool(self._given)])

    def _given_step(self) -> Step:
        writes = tuple(Cell(self.keys[leaf], "data", leaf.data) for leaf in self._given)
        return Step(0, "given", (), writes, None, None, writes[-1].number, False, True, 0, self)

    def _forward_step(self, index: int, node: Any) -> Step:
        reads = tuple(Cell(self.keys[parent], "data", parent.data) for parent in dict.fromkeys(node.parents))
        write = Cell(self.keys[node], "data", node.data)
        return Step(index, "forward", reads, (write,), None, None, node.data, False, True, 0, self)

    def _backward_step(self, index: int, made: Contribution) -> Step:
        key = self.keys[made.node]
        source = None if made.source is None else self.keys[made.source]
        reads = () if source is None else (Cell(source, "grad", made.adjoint),)
        several = self._uses[made.node] > 1 or (self.passes > 1 and not made.node.parents)
        position = None if source is None else made.position
        write = Cell(key, "grad", made.total)
        return Step(
            index, "backward", reads, (write,), source, position, made.part, several, made.complete, made.sweep, self
        )

    def _made(self, step: Step) -> Contribution:
        return self._backward[step.index - self._before_backward]

    def formula_of(self, step: Step) -> Equation | Equations:
        """The formula of a step."""
        board = self.board
        if step.phase == "given":
            named = tuple(map(board.value_equation, self._given[:MOST_GIVEN]))
            return Equations(named, len(self._given) - len(named))
        if step.phase == "forward":
            return board.value_equation(self._node(step))
        made = self._made(step)
        left = board.derivative(self.root, made.node, made.total)
        if made.source is None:
            return Equation(left, (Number(1.0),), self.digits)
        adjoint = board.derivative(self.root, made.source, made.adjoint)
        local = made.source.local_grads[made.position]
        symbolic = board.edge(made.source, made.position)
        sides: list[Formula] = [Product((adjoint, symbolic), wide=True)]
        if made.source.parents.count(made.node) == 1 and made.source is not self.root:
            sides.insert(0, Product((adjoint, board.derivative(made.source, made.node, local)), wide=True))
        factors = Product((Number(made.adjoint), Number(local)), wide=True)
        shown = shown_well(factors, made.part, self.digits)
        sides += [factors if shown is None else shown, Number(made.part)]
        return Equation(left, tuple(sides), self.digits, "+=" if step.several else "=")

    def sentence_of(self, step: Step) -> str:
        """What a step does, as one reads it aloud."""
        if step.phase == "given":
            shown = [f"{self._name(leaf)} is {self._number(leaf.data)}" for leaf in self._given[:MOST_GIVEN]]
            return f"Given: {', '.join([*shown, *and_more(len(self._given) - len(shown))])}."
        node = self._node(step)
        name, written = self._name(node), self._number(step.write.number)
        if step.phase == "forward":
            operands = " and ".join(map(self._read, node.parents[:6]))
            more = " and more" * (len(node.parents) > 6)
            called = f" It has no label, and is called {name} here and in derive." * (node is self.unnamed)
            return f"Forward: {name} is the {SPOKEN.get(node.op, node.op.name)} of {operands}{more}: {written}.{called}"
        made = self._made(step)
        root = self._name(self.root)
        if made.source is None:
            return f"Backward: the gradient of {root} with respect to itself is {self._number(made.part)}."
        local = made.source.local_grads[made.position]
        product = (
            f"the gradient of {self._name(made.source)}, {self._number(made.adjoint)}, times the local derivative"
            f" {self._number(local)}"
        )
        if not step.several:
            return f"Backward: the gradient of {name} is {product}: {written}."
        state = ", and complete" if step.complete else ""
        return f"Backward: add {self._number(made.part)} to the gradient of {name}, {product}; it is {written}{state}."

    def _node(self, step: Step) -> Any:
        return self.nodes[int(step.key.removeprefix("n"))]

    def _name(self, node: Any) -> str:
        return self.names[node].text

    def _read(self, operand: Any) -> str:
        value = self._number(operand.data)
        return value if self.board.is_constant(operand) else f"{self._name(operand)}, {value}"

    def _number(self, x: float) -> str:
        return number(x, self.digits).text

    def __str__(self) -> str:
        width = len(str(len(self)))
        return "\n".join(f"{step.index + 1:>{width}}  {step}" for step in self)

    def __repr__(self) -> str:
        return f"<{len(self)} steps of {self._name(self.root)}>"


SPOKEN = {ADD: "sum", SUBTRACT: "difference", MULTIPLY: "product", DIVIDE: "quotient", DOT: "dot product"}
