"""Formulas as data for a page, which writes them itself, with the numbers that it has then (`formula.js`).

>>> from autograd import Value
>>> from autograd.show.writing.blackboard import Blackboard
>>> x, w = Value(0.5, label="x"), Value(2.0, label="w")
>>> board = Blackboard((x * w).tanh(), fold=False)
>>> trees = Trees(board)
>>> [trees.tree(board.value(node)) for node in board.order if node.parents]
[['*', ['s', 0], ['s', 1]], ['f', 0, ['s', 2]]]
>>> trees.calls
[{'precedence': 5, 'needed': 0, 'many': False, 'templates': {1: 'tanh(\\ue0000\\ue001)'}, 'rules': {1: 0}}]
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatchmethod
from typing import Any

from autograd.javascript.computation import Rules
from autograd.operation import Operation
from autograd.ops import SQRT
from autograd.show.writing.blackboard import Blackboard
from autograd.show.writing.formula import (
    Call,
    Constant,
    Derivative,
    Ellipsis,
    Formula,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    abridged,
)
from autograd.show.writing.notation import ATOM, CALL, Html, Notation

Tree = Any  # a number, or a list that begins with what is done


@dataclass(frozen=True)
class Mark(Formula):
    """The place of an operand in the text of a call."""

    place: int

    def write(self, notation: Notation) -> str:
        return f"\ue000{self.place}\ue001"


class Trees:
    """The trees of formulas on one board.

    Attributes:
        calls: of each operation that is written as a function: its text for so many operands, in which they are marks,
            and the rule that works it out.
        rules: of the operations that were asked for.
    """

    def __init__(self, board: Blackboard) -> None:
        self.board = board
        self.places = {board.names[node]: place for place, node in enumerate(board.order) if node in board.names}
        self.calls: list[dict[str, Any]] = []
        self.rules = Rules()
        self._calls: dict[Operation, int] = {}

    def loose(self) -> list[int]:
        """The places of names that need parentheses to be read as one thing."""
        html = Html(3)
        return [place for name, place in self.places.items() if Symbol(name, 0.0).binds(html) < ATOM]

    def can_compute(self, operation: Operation, arity: int) -> bool:
        """Whether its rules can be read in symbols, as the table's can; those of a user's own may ask for numbers."""
        return self.rules.place(operation, arity) is not None

    @singledispatchmethod
    def tree(self, whole: Formula) -> Tree:
        """The formula as a tree."""
        raise TypeError(f"a page has no {type(whole).__name__}")

    @tree.register
    def _(self, whole: Number) -> Tree:
        return whole.value if isinstance(whole, Constant) else ["#", whole.value]

    @tree.register
    def _(self, whole: Symbol) -> Tree:
        return ["s", self.places[whole.name]]

    @tree.register
    def _(self, whole: Derivative) -> Tree:
        fixed = [[self.places[name] for name in whole.fixed]] if whole.fixed else []
        return ["d", self.places[whole.top], self.places[whole.bottom], whole.value, *fixed]

    @tree.register(Sum | Product | Negative | Quotient | Power)
    def _(self, whole: Formula) -> Tree:
        kind = "w" if isinstance(whole, Product) and whole.wide else KINDS[type(whole)]
        return [kind, *map(self.tree, whole.operands)]

    @tree.register
    def _(self, whole: Ellipsis) -> Tree:
        return ["…"]

    @tree.register
    def _(self, whole: Call) -> Tree:
        return ["f", self._call(whole.operation, len(whole.arguments)), *map(self.tree, whole.arguments)]

    def _call(self, operation: Operation, arity: int) -> int:
        """The place of an operation among the calls, which knows this number of operands then."""
        if operation not in self._calls:
            self._calls[operation] = len(self.calls)
            needed = ATOM if operation is SQRT else 0 if operation.precedence >= CALL else operation.precedence + 1
            self.calls.append({"precedence": operation.precedence, "needed": needed, "many": operation.arity is None,
                               "templates": {}, "rules": {}})  # fmt: skip
        place = self._calls[operation]
        marks = tuple(map(Mark, range(arity)))
        some = tuple(map(Mark, range(len(abridged(marks))))) if operation.arity is None else marks
        self.calls[place]["templates"].setdefault(len(some), Html(3).call(operation, some))
        self.calls[place]["rules"].setdefault(arity, self.rules.place(operation, arity))
        return place


KINDS: dict[type[Formula], str] = {Sum: "+", Product: "*", Negative: "-", Quotient: "/", Power: "^"}
