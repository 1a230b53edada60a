"""The table read in symbols: the formula of a value or of a partial derivative, as text, LaTeX or Python code.

>>> from autograd.ops import TANH, MULTIPLY, DIVIDE
>>> x, y = symbol("x"), symbol("y")
>>> str(TANH.partials(Symbols, y, x)[0])
'sech_squared(x)'
>>> [str(p) for p in DIVIDE.partials(Symbols, symbol("q"), x, y)]
['1 / y', '-q / y']
"""

from __future__ import annotations

from functools import partial
from typing import Any

from autograd.arithmetic import ELEMENTARY
from autograd.operation import Operation
from autograd.ops import ADD, FAMILIES, MULTIPLY, NEGATIVE, OPERATIONS, SUBTRACT

ATOM = 6  # binds tighter than any operation


class Expression:
    """An operation applied to expressions, or (operation None) a name or a number."""

    __slots__ = ("code", "leaf", "operands", "operation")

    def __init__(
        self, operation: Operation | None, operands: tuple[Expression, ...] = (), leaf: str | float = ""
    ) -> None:
        self.operation = operation
        self.operands = operands
        self.leaf = leaf
        self.code = ""  # as Python writes it, once that is known

    @property
    def precedence(self) -> int:
        """How tightly it binds; a negative number binds like a sign."""
        if self.operation is not None:
            return self.operation.precedence
        return 3 if isinstance(self.leaf, float) and self.leaf < 0.0 else ATOM

    def __str__(self) -> str:
        """Plain text in Python's notation; parsing it again gives the same expression."""
        return self._written("text")

    @property
    def latex(self) -> str:
        """The same for LaTeX."""
        return self._written("latex")

    def _written(self, notation: str) -> str:
        if self.operation is None:
            return repr(self.leaf).removesuffix(".0") if isinstance(self.leaf, float) else self.leaf
        template = getattr(self.operation, notation)
        operands = [
            f"({operand._written(notation)})" if needed > operand.precedence else operand._written(notation)
            for operand, needed in zip(self.operands, self.operand_precedences(), strict=True)
        ]
        written: str = template.format(*operands) if isinstance(template, str) else template(*operands)
        return written

    def operand_precedences(self) -> list[int]:
        """How tightly each operand must bind to need no parentheses: a − (b − c), but a − b − c."""
        own = self.precedence
        if own >= 5:
            return [0] * len(self.operands)
        looser_first = own + (own == 4)  # (a ** b) ** c: a power's base needs them, a sum's first term does not
        return [looser_first] + [own + 1] * (len(self.operands) - 1)

    def __bool__(self) -> bool:
        raise TypeError(
            f"the rule of an operation asked for an answer about {self}, which is no number yet (if, and, not, ==)."
            "\nChoose with m.where(condition, a, b), m.maximum, m.minimum or m.step, which every arithmetic knows."
        )

    def __eq__(self, other: object) -> bool:
        return bool(self)  # which explains

    __hash__ = object.__hash__

    def __add__(self, other: Any) -> Expression:
        return apply_symbolically(ADD, self, other)

    def __radd__(self, other: Any) -> Expression:
        return apply_symbolically(ADD, other, self)

    def __sub__(self, other: Any) -> Expression:
        return apply_symbolically(SUBTRACT, self, other)

    def __rsub__(self, other: Any) -> Expression:
        return apply_symbolically(SUBTRACT, other, self)

    def __mul__(self, other: Any) -> Expression:
        return apply_symbolically(MULTIPLY, self, other)

    def __rmul__(self, other: Any) -> Expression:
        return apply_symbolically(MULTIPLY, other, self)

    def __neg__(self) -> Expression:
        return apply_symbolically(NEGATIVE, self)


def symbol(name: str) -> Expression:
    """A variable of that name."""
    return Expression(None, (), name)


def expression(x: Any) -> Expression:
    """A number as an expression; an expression as it is."""
    return x if isinstance(x, Expression) else Expression(None, (), float(x))


def apply_symbolically(operation: Operation, *operands: Any) -> Expression:
    """The operation, written down."""
    return Expression(operation, tuple(map(expression, operands)))


class Symbolic:
    """The arithmetic of expressions: `m.exp(x)` is the expression exp(x)."""

    def __getattr__(self, name: str) -> Any:
        if name in FAMILIES:
            return lambda *xs: apply_symbolically(FAMILIES[name](*xs), *FAMILIES[name].operands(xs))
        if name not in OPERATIONS:
            raise AttributeError(f"no operation is called {name!r}")
        return partial(apply_symbolically, OPERATIONS[name])


class Expanded(Symbolic):
    """The same, with composite operations written out, down to the elementary functions of every arithmetic."""

    def __getattr__(self, name: str) -> Any:
        if name in FAMILIES and name not in ELEMENTARY:
            return lambda *xs: FAMILIES[name](*xs).value(self, *FAMILIES[name].operands(xs))
        if name in OPERATIONS and name not in ELEMENTARY:
            return partial(OPERATIONS[name].value, self)
        return super().__getattr__(name)


Symbols = Symbolic()
ExpandedSymbols = Expanded()
