"""Formulas: the one form behind everything that is written out, shown as text, LaTeX or HTML.

A formula is a small immutable tree: numbers, symbols, partial derivatives, and what is done with them. It is an
arithmetic for the table, too: the table read in `Written` gives trees, so no derivative is written here.

>>> from autograd import ops
>>> from autograd.show.names import label_name
>>> a2 = Symbol(label_name("a2"), 0.609)
>>> slope = ops.SIN.partials(Written, a2, a2)[0] * (1.0 - a2)
>>> slope.text(), slope.in_numbers().text()
('cos(a₂)·(1 − a₂)', 'cos(0.609)·(1 − 0.609)')
>>> print(slope.latex())
\\cos\\left(a_{2}\\right) \\cdot \\left(1 - a_{2}\\right)
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from autograd.operation import Operation
from autograd.ops import FAMILIES, OPERATIONS
from autograd.show.names import SUPERSCRIPTS, Name, is_rounded, number

SUM, PRODUCT, SIGN, POWER, CALL, ATOM = range(1, 7)  # how tightly a form binds, as in the table
MOST_FIXED = 3  # names of what is held fixed
LONGEST_SUM = 12  # terms and factors written out; of more, the first few and the last


@dataclass(frozen=True)
class Formula:
    """A number, a symbol, or something done with other formulas."""

    @property
    def operands(self) -> tuple[Formula, ...]:
        return ()

    def of(self, *operands: Formula) -> Formula:
        """The same thing done with other operands."""
        return self

    def binds(self, notation: Notation) -> int:
        """How tightly it binds when written, of SUM to ATOM."""
        return ATOM

    def write(self, notation: Notation) -> str:
        raise NotImplementedError

    def text(self, digits: int = 3) -> str:
        """In plain text, as on a blackboard: x·w₁ + b₁."""
        return self.write(Text(digits))

    def latex(self, digits: int = 3) -> str:
        return self.write(Latex(digits))

    def html(self, digits: int = 3) -> str:
        return self.write(Html(digits))

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
        return Sum(flat(Sum, formula(self), formula(other)))

    def __radd__(self, other: Any) -> Formula:
        return formula(other) + self

    def __sub__(self, other: Any) -> Formula:
        return Sum((*flat(Sum, self), Negative(formula(other))))

    def __rsub__(self, other: Any) -> Formula:
        return formula(other) - self

    def __mul__(self, other: Any) -> Formula:
        return Product(flat(Product, self, formula(other)))

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
        if written.startswith(notation.minus):
            return SIGN
        return PRODUCT if "10" in written and re.search(r"10([⁻¹²³⁴-⁹⁰]|\^|<sup>)", written) else ATOM

    def write(self, notation: Notation) -> str:
        return notation.choose(number(self.value, notation.digits))

    def numbers(self) -> Iterator[float]:
        yield self.value


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
        few = [notation.choose(name) for name in self.fixed[:MOST_FIXED]] + [notation.dots] * (
            len(self.fixed) > MOST_FIXED
        )
        return notation.at_fixed(written, ", ".join(few))

    def in_numbers(self) -> Formula:
        return Number(self.value)


@dataclass(frozen=True)
class Negative(Formula):
    """−x."""

    x: Formula

    @property
    def operands(self) -> tuple[Formula, ...]:
        return (self.x,)

    def of(self, *operands: Formula) -> Formula:
        return Negative(*operands)

    def binds(self, notation: Notation) -> int:
        return SIGN

    def write(self, notation: Notation) -> str:
        written = notation.operand(self.x, PRODUCT)
        return notation.minus + (notation.parenthesised(written) if written.startswith(notation.minus) else written)


@dataclass(frozen=True)
class Sum(Formula):
    """a + b − c."""

    terms: tuple[Formula, ...]

    @property
    def operands(self) -> tuple[Formula, ...]:
        return self.terms

    def of(self, *operands: Formula) -> Formula:
        return Sum(operands)

    def binds(self, notation: Notation) -> int:
        return SUM

    def write(self, notation: Notation) -> str:
        written = [notation.operand(term, SUM) for term in shown(self.terms)]
        parts = [written[0]]
        for term in written[1:]:
            negative = term.startswith(notation.minus)
            parts.append(f" {notation.minus} {term[len(notation.minus) :]}" if negative else f" + {term}")
        return "".join(parts)


@dataclass(frozen=True)
class Product(Formula):
    """a·b(c + d); wide with spaces around the dots, as the factors of a chain are written."""

    factors: tuple[Formula, ...]
    wide: bool = False

    @property
    def operands(self) -> tuple[Formula, ...]:
        return self.factors

    def of(self, *operands: Formula) -> Formula:
        return Product(operands, self.wide)

    def binds(self, notation: Notation) -> int:
        return PRODUCT

    def write(self, notation: Notation) -> str:
        factors = shown(self.factors)
        parts: list[str] = []
        for place, factor in enumerate(factors):
            # a·(−b); and a/b·c would be read as a/(b·c)
            quotient = isinstance(factor, Quotient) and not notation.frames_quotients and place < len(factors) - 1
            signed = place > 0 and isinstance(factor, Number | Negative) and factor.binds(notation) == SIGN
            signed = signed or (place > 0 and factor.write(notation).startswith(notation.minus))
            needed = ATOM if signed or quotient else PRODUCT
            written = notation.operand(factor, needed)
            if place > 0:
                before = factors[place - 1]
                opens = isinstance(factor, Sum) or (isinstance(factor, Power) and isinstance(factor.base, Sum))
                beside = opens and isinstance(before, Symbol) and before.binds(notation) == ATOM
                parts.append("" if beside and not self.wide else notation.wide_times if self.wide else notation.times)
            parts.append(written)
        return "".join(parts)


@dataclass(frozen=True)
class Quotient(Formula):
    """a/b."""

    numerator: Formula
    denominator: Formula

    @property
    def operands(self) -> tuple[Formula, ...]:
        return self.numerator, self.denominator

    def of(self, *operands: Formula) -> Formula:
        return Quotient(*operands)

    def binds(self, notation: Notation) -> int:
        return PRODUCT

    def write(self, notation: Notation) -> str:
        return notation.quotient(self.numerator, self.denominator)


@dataclass(frozen=True)
class Power(Formula):
    """base to the power of exponent."""

    base: Formula
    exponent: Formula

    @property
    def operands(self) -> tuple[Formula, ...]:
        return self.base, self.exponent

    def of(self, *operands: Formula) -> Formula:
        return Power(*operands)

    def binds(self, notation: Notation) -> int:
        return POWER

    def write(self, notation: Notation) -> str:
        return notation.power(self.base, self.exponent)


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
        return notation.call(self.operation, self.arguments)


@dataclass(frozen=True)
class Ellipsis(Formula):
    """… in the place of what is left out."""

    def write(self, notation: Notation) -> str:
        return notation.dots


def shown(operands: tuple[Formula, ...]) -> tuple[Formula, ...]:
    """The operands that are written out: of very many the first few, … and the last."""
    if len(operands) <= LONGEST_SUM:
        return operands
    return (*operands[: LONGEST_SUM // 2], Ellipsis(), operands[-1])


def flat(kind: type[Sum | Product], *parts: Formula) -> tuple[Formula, ...]:
    """The terms of sums, the factors of products; (a + b) + c → a + b + c."""
    return tuple(inner for part in parts for inner in (part.operands if isinstance(part, kind) else (part,)))


def formula(x: Any) -> Formula:
    """A number as a formula; a formula as it is."""
    return x if isinstance(x, Formula) else Number(float(x))


# ── The arithmetic ──────────────────────────────────────────────────────────────────────────────────────────────

ARITHMETIC: dict[str, Callable[..., Formula]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: Quotient(formula(a), formula(b)),
    "negative": lambda x: -x,
    "power": lambda x, c: Power(formula(x), formula(c)),
    "pow": lambda x, c: Power(formula(x), formula(c)),
    "sum": lambda *xs: Sum(flat(Sum, *map(formula, xs))) if len(xs) > 1 else formula(xs[0]),
}
SPELLED_OUT = ("dot", "mean")  # as the sums that they are


def written(operation: Operation, *operands: Any) -> Formula:
    """The operation at these formulas, as it stands."""
    xs = [formula(x) for x in operands]
    if operation.name in ARITHMETIC:
        return ARITHMETIC[operation.name](*xs, *operation.parameters.values())
    if operation.name in SPELLED_OUT:
        return formula(operation.value(Written, *xs))
    return Call(operation, tuple(xs))


class _Written:
    """The arithmetic of formulas: `m.exp(x)` is the formula exp(x)."""

    def __getattr__(self, name: str) -> Callable[..., Formula]:
        if name in FAMILIES and name != "power":
            return lambda x, *parameters: written(FAMILIES[name][0](*parameters), x)
        if name in ARITHMETIC:
            return ARITHMETIC[name]
        if name not in OPERATIONS:
            raise AttributeError(f"no operation is called {name!r}")
        return lambda *operands: written(OPERATIONS[name], *operands)


Written = _Written()


# ── The three notations ─────────────────────────────────────────────────────────────────────────────────────────


class Notation:
    """How formulas are written in plain text; the others differ in a few signs."""

    minus = "−"
    times = "·"
    wide_times = " · "
    dots = "…"
    frames_quotients = False  # a/b, which must be kept apart from its neighbours, unlike a fraction

    def __init__(self, digits: int) -> None:
        self.digits = digits

    def choose(self, name: Name) -> str:
        return name.text

    def parenthesised(self, written: str) -> str:
        return f"({written})"

    def operand(self, part: Formula, needed: int) -> str:
        """The part, in parentheses if it binds less tightly than is needed."""
        written = part.write(self)
        return self.parenthesised(written) if part.binds(self) < needed else written

    def derivative(self, top: str, bottom: str) -> str:
        return f"∂{top}/∂{bottom}"

    def at_fixed(self, derivative: str, fixed: str) -> str:
        """The derivative while those are held fixed."""
        return f"{derivative}|{fixed}"

    def quotient(self, numerator: Formula, denominator: Formula) -> str:
        left = self.operand(numerator, ATOM if isinstance(numerator, Quotient) else PRODUCT)
        return f"{left}/{self.operand(denominator, POWER)}"

    def power(self, base: Formula, exponent: Formula) -> str:
        written = exponent.write(self)
        if isinstance(exponent, Number) and exponent.value.is_integer() and exponent.binds(self) in {SIGN, ATOM}:
            return self.operand(base, CALL) + self.raised(written)
        return f"{self.operand(base, CALL)}^{self.operand(exponent, ATOM)}"

    def raised(self, written: str) -> str:
        return written.translate(SUPERSCRIPTS)

    def call(self, operation: Operation, arguments: tuple[Formula, ...]) -> str:
        if operation.name == "sqrt":
            return f"√{self.operand(arguments[0], ATOM)}"
        if operation.name == "abs":
            return f"|{arguments[0].write(self)}|"
        if operation.name == "greater":
            return f"[{arguments[0].write(self)} {self.escaped('>')} {arguments[1].write(self)}]"
        if operation.symbol != operation.name and operation.precedence >= CALL and operation.symbol.isalpha():
            return f"{operation.symbol}({', '.join(argument.write(self) for argument in shown(arguments))})"
        return self.from_template(operation.text, operation, arguments)

    def escaped(self, written: str) -> str:
        return written

    def from_template(
        self, template: str | Callable[..., str], operation: Operation, arguments: tuple[Formula, ...]
    ) -> str:
        """The table's own notation, whose signs are escaped while the operands, which are written already, are not."""
        needed = 0 if operation.precedence >= CALL else operation.precedence + 1
        some = shown(arguments) if operation.arity is None else arguments
        marks = [f"\ue000{place}\ue001" for place in range(len(some))]
        framed = self.escaped(template.format(*marks) if isinstance(template, str) else template(*marks))
        for mark, argument in zip(marks, some, strict=True):
            framed = framed.replace(mark, self.operand(argument, needed))
        return framed


class Text(Notation):
    """Plain text."""


class Html(Notation):
    """HTML with nothing but <sub> and <sup>, so that Graphviz's labels can show it, too."""

    def choose(self, name: Name) -> str:
        return name.html

    def raised(self, written: str) -> str:
        return f"<sup>{written}</sup>"

    def at_fixed(self, derivative: str, fixed: str) -> str:
        return f"{derivative}|<sub>{fixed}</sub>"

    def escaped(self, written: str) -> str:
        return html.escape(written)


class Latex(Notation):
    """LaTeX for mathematics mode."""

    minus = "-"
    times = wide_times = r" \cdot "
    dots = r"\dots "
    frames_quotients = True

    def choose(self, name: Name) -> str:
        return name.latex

    def parenthesised(self, written: str) -> str:
        return rf"\left({written}\right)"

    def derivative(self, top: str, bottom: str) -> str:
        return rf"\frac{{\partial {top}}}{{\partial {bottom}}}"

    def at_fixed(self, derivative: str, fixed: str) -> str:
        return rf"\left.{derivative}\right|_{{{fixed}}}"

    def quotient(self, numerator: Formula, denominator: Formula) -> str:
        return rf"\frac{{{numerator.write(self)}}}{{{denominator.write(self)}}}"

    def power(self, base: Formula, exponent: Formula) -> str:
        return f"{self.operand(base, ATOM)}^{{{exponent.write(self)}}}"

    def call(self, operation: Operation, arguments: tuple[Formula, ...]) -> str:
        if operation.name == "greater":
            return rf"\left[{arguments[0].write(self)} \gt {arguments[1].write(self)}\right]"
        return self.from_template(operation.latex, operation, arguments)


# ── Equations ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Equation:
    """left = first ≈ second …: each side with an ≈ before it if numbers were rounded on the way to it.

    With `first` "+=" the first side is added to what left was before, as the backward pass adds up gradients.
    """

    left: Formula
    sides: tuple[Formula, ...]
    digits: int = 3
    first: str = "="

    @cached_property
    def signs(self) -> tuple[str, ...]:
        """= or ≈ before each side."""
        signs: list[str] = []
        rounded = False
        for side in self.sides:
            # A symbolic side is exact again, but what follows numbers that were rounded is not.
            rounded = side.is_rounded(self.digits) or (rounded and isinstance(side, Number))
            signs.append("≈" if rounded else "=")
        if self.first != "=":
            signs[:1] = [self.first]
        return tuple(signs)

    def text(self) -> str:
        return self._joined(Text(self.digits), {"=": " = ", "≈": " ≈ ", "+=": " += "})

    def latex(self, align: str = "") -> str:
        """In mathematics mode; `align` ("&") is put before the first sign."""
        written = self._joined(Latex(self.digits), {"=": " = ", "≈": r" \approx ", "+=": " += "})
        left = self.left.latex(self.digits)
        return left + f" {align}" * bool(align) + written[len(left) :]

    def html(self) -> str:
        return self._joined(Html(self.digits), {"=": " = ", "≈": " ≈ ", "+=": " += "})

    def _joined(self, notation: Notation, signs: dict[str, str]) -> str:
        return self.left.write(notation) + "".join(
            signs[sign] + side.write(notation) for sign, side in zip(self.signs, self.sides, strict=True)
        )


def equation(left: Formula, in_symbols: Formula, value: float, digits: int = 3) -> Equation:
    """left = in symbols = in numbers = value, without the sides that only repeat the one before.

    >>> from autograd.show.names import label_name
    >>> x, w = Symbol(label_name("x"), 0.05), Symbol(label_name("w1"), 1 / 3)
    >>> equation(Symbol(label_name("z1"), 0.05 / 3), x * w, 0.05 / 3).text()
    'z₁ = x·w₁ ≈ 0.05·0.333 ≈ 0.0167'
    """
    sides: list[Formula] = []
    for side in (in_symbols, in_symbols.in_numbers(), Number(value)):
        if side != left and not (sides and side.text(digits) == sides[-1].text(digits)):
            sides.append(side)
    return Equation(left, tuple(sides), digits)
