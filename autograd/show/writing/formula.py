"""Formulas: the one form behind everything that is written out, shown as text, LaTeX or HTML.

A formula is a small immutable tree: numbers, symbols, partial derivatives, and what is done with them.

>>> from autograd.show.writing.names import label_name
>>> x, w = Symbol(label_name("x"), 0.05), Symbol(label_name("w1"), 0.1)
>>> whole = x * w - 1.0
>>> whole.text(), whole.in_numbers().text(), whole.latex()
('x·w₁ − 1', '0.05·0.1 − 1', 'x \\\\cdot w_{1} - 1')
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from autograd.operation import Operation
from autograd.show.writing.notation import ATOM, POWER, PRODUCT, SIGN, SUM, Html, Latex, Name, Notation, Text
from autograd.show.writing.numbers import is_rounded, number

MOST_FIXED = 3  # names of what is held fixed
LONGEST_SUM = 12  # terms and factors written out; of more, the first few and the last


@dataclass(frozen=True)
class Formula:
    """A number, a symbol, or something done with other formulas."""

    tightness: ClassVar[int] = ATOM  # how it binds when written, of SUM to ATOM

    @property
    def operands(self) -> tuple[Formula, ...]:
        """The formulas in it."""
        return tuple(part for part in vars(self).values() if isinstance(part, Formula))

    def of(self, *operands: Formula) -> Formula:
        """The same thing done with other operands."""
        return type(self)(*operands) if operands else self

    def binds(self, notation: Notation) -> int:
        """How tightly it binds in that notation."""
        return self.tightness

    def write(self, notation: Notation) -> str:
        raise NotImplementedError

    def text(self, digits: int = 3) -> str:
        """In plain text, as on a blackboard: x·w₁ + b₁."""
        return self.write(Text(digits))

    def latex(self, digits: int = 3) -> str:
        return self.write(Latex(digits))

    def html(self, digits: int = 3) -> str:
        return self.write(Html(digits))

    def __bool__(self) -> bool:
        raise TypeError(
            f"the rule of an operation asked whether {self.text()} is true, which a formula cannot tell.\nChoose with"
            " m.where(condition, a, b), m.maximum, m.minimum or m.step, which every arithmetic knows."
        )

    def in_numbers(self) -> Formula:
        """The same with a number in the place of each symbol."""
        return self.of(*(operand.in_numbers() for operand in self.operands)) if self.operands else self

    def numbers(self) -> Iterator[float]:
        """The numbers that it shows."""
        for operand in self.operands:
            yield from operand.numbers()

    def is_rounded(self, digits: int) -> bool:
        """Whether it shows a number with fewer digits than it has."""
        return any(is_rounded(x, digits) for x in self.numbers())

    def __add__(self, other: Any) -> Formula:
        return Sum(flat_operands(Sum, formula(self), formula(other)))

    def __radd__(self, other: Any) -> Formula:
        return formula(other) + self

    def __sub__(self, other: Any) -> Formula:
        return Sum((*flat_operands(Sum, self), Negative(formula(other))))

    def __rsub__(self, other: Any) -> Formula:
        return formula(other) - self

    def __mul__(self, other: Any) -> Formula:
        return Product(flat_operands(Product, self, formula(other)))

    def __rmul__(self, other: Any) -> Formula:
        return formula(other) * self

    def __neg__(self) -> Formula:
        return Negative(self)


@dataclass(frozen=True)
class Number(Formula):
    """A number."""

    value: float

    def binds(self, notation: Notation) -> int:
        written = self.write(notation)
        if "10" in written and re.search(r"10([⁻¹²³⁴-⁹⁰]|\^|<sup>)", written):
            return PRODUCT
        return SIGN if written.startswith(notation.minus) else ATOM

    def write(self, notation: Notation) -> str:
        return notation.choose(number(self.value, notation.digits))

    def numbers(self) -> Iterator[float]:
        yield self.value


@dataclass(frozen=True)
class Constant(Number):
    """A number that belongs to the formula, and not to a symbol: the ½ of ½(y − a)², which is 0.5 elsewhere."""


@dataclass(frozen=True)
class Symbol(Formula):
    """A named node of the graph and its number. Two are equal if their names are."""

    name: Name
    value: float = field(compare=False)

    def binds(self, notation: Notation) -> int:
        """A label such as `a + b` is a name, but needs parentheses to be read as one."""
        return 0 if re.search(r"[\s+*/^=<>|−·(),-]", self.name.text) else ATOM

    def write(self, notation: Notation) -> str:
        return notation.choose(self.name)

    def __bool__(self) -> bool:
        raise TypeError(
            f"the rule of an operation asked whether {self.text()} is true, which a formula cannot tell.\nChoose with"
            " m.where(condition, a, b), m.maximum, m.minimum or m.step, which every arithmetic knows."
        )

    def in_numbers(self) -> Formula:
        return Number(self.value)


@dataclass(frozen=True)
class Derivative(Formula):
    """∂top/∂bottom and its number; ∂top/∂bottom|u if others that depend on bottom, too, are held fixed."""

    top: Name
    bottom: Name
    value: float = field(compare=False)
    fixed: tuple[Name, ...] = ()

    def write(self, notation: Notation) -> str:
        written = notation.derivative(notation.choose(self.top), notation.choose(self.bottom))
        if not self.fixed:
            return written
        few = [notation.choose(name) for name in self.fixed[:MOST_FIXED]]
        more = [notation.dots] * (len(self.fixed) > MOST_FIXED)
        return notation.at_fixed(written, ", ".join(few + more))

    def __bool__(self) -> bool:
        raise TypeError(
            f"the rule of an operation asked whether {self.text()} is true, which a formula cannot tell.\nChoose with"
            " m.where(condition, a, b), m.maximum, m.minimum or m.step, which every arithmetic knows."
        )

    def in_numbers(self) -> Formula:
        return Number(self.value)


@dataclass(frozen=True)
class Negative(Formula):
    """−x."""

    tightness = SIGN
    x: Formula

    def write(self, notation: Notation) -> str:
        written = notation.operand(self.x, PRODUCT)
        return notation.minus + (notation.parenthesised(written) if written.startswith(notation.minus) else written)


@dataclass(frozen=True)
class Sum(Formula):
    """a + b − c."""

    tightness = SUM
    terms: tuple[Formula, ...]

    @property
    def operands(self) -> tuple[Formula, ...]:
        return self.terms

    def of(self, *operands: Formula) -> Formula:
        return Sum(operands)

    def write(self, notation: Notation) -> str:
        written = [notation.operand(term, SUM) for term in abridged(self.terms)]
        parts = [written[0]]
        for term in written[1:]:
            negative = term.startswith(notation.minus)
            parts.append(f" {notation.minus} {term[len(notation.minus) :]}" if negative else f" + {term}")
        return "".join(parts)


@dataclass(frozen=True)
class Product(Formula):
    """a·b(c + d); wide with spaces around the dots, as the factors of a chain are written."""

    tightness = PRODUCT
    factors: tuple[Formula, ...]
    wide: bool = False

    @property
    def operands(self) -> tuple[Formula, ...]:
        return self.factors

    def of(self, *operands: Formula) -> Formula:
        return Product(operands, self.wide)

    def write(self, notation: Notation) -> str:
        factors = abridged(self.factors)
        dot = notation.wide_times if self.wide else notation.times
        parts: list[str] = []
        for place, factor in enumerate(factors):
            # a·(−b); and a/b·c would be read as a/(b·c)
            quotient = isinstance(factor, Quotient) and not notation.frames_quotients and place < len(factors) - 1
            signed = place > 0 and factor.write(notation).startswith(notation.minus)
            fraction = notation.fraction(factor.value) if isinstance(factor, Constant) and len(factors) > 1 else ""
            written = notation.operand(factor, ATOM if signed or quotient else PRODUCT)
            if fraction:
                written = notation.parenthesised(fraction) if signed else fraction
            if place > 0:
                opens = isinstance(factor, Sum) or (isinstance(factor, Power) and isinstance(factor.base, Sum))
                close = opens and closes(factors[place - 1], notation) and not self.wide
                parts.append("" if close else dot)
            parts.append(written)
        return "".join(parts)


def closes(factor: Formula, notation: Notation) -> bool:
    """Whether no dot is needed between this factor and a parenthesis: a(b + c), ½(b + c), but 2·(b + c)."""
    if isinstance(factor, Constant):
        return bool(notation.fraction(factor.value))
    return isinstance(factor, Symbol) and factor.binds(notation) == ATOM


@dataclass(frozen=True)
class Quotient(Formula):
    """a/b."""

    tightness = PRODUCT
    numerator: Formula
    denominator: Formula

    def write(self, notation: Notation) -> str:
        return notation.quotient(self.numerator, self.denominator, isinstance(self.numerator, Quotient))


@dataclass(frozen=True)
class Power(Formula):
    """base to the power of exponent."""

    tightness = POWER
    base: Formula
    exponent: Formula

    def write(self, notation: Notation) -> str:
        whole = isinstance(self.exponent, Number) and self.exponent.value.is_integer()
        return notation.power(self.base, self.exponent, whole)


@dataclass(frozen=True)
class Call(Formula):
    """An operation of the table, as a function of its operands."""

    operation: Operation
    arguments: tuple[Formula, ...]

    @property
    def operands(self) -> tuple[Formula, ...]:
        return self.arguments

    def of(self, *operands: Formula) -> Formula:
        return Call(self.operation, operands)

    def binds(self, notation: Notation) -> int:
        return self.operation.precedence

    def write(self, notation: Notation) -> str:
        some = abridged(self.arguments) if self.operation.arity is None else self.arguments
        return notation.call(self.operation, some)


@dataclass(frozen=True)
class Ellipsis(Formula):
    """… in the place of what is left out."""

    def write(self, notation: Notation) -> str:
        return notation.dots


def abridged(operands: tuple[Formula, ...]) -> tuple[Formula, ...]:
    """The operands that are written out: of very many the first few, … and the last."""
    if len(operands) <= LONGEST_SUM:
        return operands
    return (*operands[: LONGEST_SUM // 2], Ellipsis(), operands[-1])


def flat_operands(kind: type[Sum | Product], *parts: Formula) -> tuple[Formula, ...]:
    """The terms of sums, the factors of products; (a + b) + c → a + b + c."""
    return tuple(inner for part in parts for inner in (part.operands if isinstance(part, kind) else (part,)))


def formula(x: Any) -> Formula:
    """A number as a formula; a formula as it is."""
    return x if isinstance(x, Formula) else Constant(float(x))
