"""The three notations of formulas: plain text, HTML and LaTeX differ in a few signs, and in what needs parentheses.

A formula knows what it is made of (`formula.py`); a notation knows how each of these things is written.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import NamedTuple, Protocol

from autograd.operation import Operation
from autograd.ops import ABS, GREATER, SQRT

SUM, PRODUCT, SIGN, POWER, CALL, ATOM = range(1, 7)  # how tightly a form binds, as in the table

SUPERSCRIPTS = str.maketrans("0123456789-−()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁽⁾")

#: Coefficients that everyone writes as a fraction, with numerator and denominator.
FRACTIONS = {0.25: ("¼", "1", "4"), 0.5: ("½", "1", "2"), 0.75: ("¾", "3", "4")}


class Name(NamedTuple):
    """The same thing written three ways; `html` serves Graphviz's HTML labels as well."""

    text: str
    latex: str
    html: str


class Writable(Protocol):
    """A formula inside another."""

    def binds(self, notation: Notation) -> int: ...
    def write(self, notation: Notation) -> str: ...


class Notation:
    """How formulas are written in plain text; the others differ in a few signs."""

    minus = "−"
    about = "≈"
    times = "·"
    wide_times = " · "
    dots = "…"
    frames_quotients = False  # a/b, which must be kept apart from its neighbours, unlike a fraction

    def __init__(self, digits: int) -> None:
        self.digits = digits

    def choose(self, name: Name) -> str:
        return name.text

    def words(self, written: str) -> str:
        """A remark in plain English."""
        return written

    def parenthesised(self, written: str) -> str:
        return f"({written})"

    def operand(self, part: Writable, needed: int) -> str:
        """The part, in parentheses if it binds less tightly than is needed."""
        written = part.write(self)
        return self.parenthesised(written) if part.binds(self) < needed else written

    def fraction(self, x: float) -> str:
        """A coefficient such as ½ or −¼; "" for one that is no such fraction."""
        if abs(x) not in FRACTIONS:
            return ""
        return self.minus * (x < 0.0) + self.stacked(*FRACTIONS[abs(x)])

    def stacked(self, sign: str, numerator: str, denominator: str) -> str:
        return sign

    def derivative(self, top: str, bottom: str) -> str:
        return f"∂{top}/∂{bottom}"

    def at_fixed(self, derivative: str, fixed: str) -> str:
        """The derivative while those are held fixed."""
        return f"{derivative}|{fixed}"

    def quotient(self, numerator: Writable, denominator: Writable, nested: bool) -> str:
        """a/b, where a may be a quotient itself (nested)."""
        left = self.operand(numerator, ATOM if nested else PRODUCT)
        return f"{left}/{self.operand(denominator, POWER)}"

    def power(self, base: Writable, exponent: Writable, whole: bool) -> str:
        """The base to an exponent, which may be a whole number."""
        if whole and exponent.binds(self) in {SIGN, ATOM}:
            return self.operand(base, CALL) + self.raised(exponent.write(self))
        return f"{self.operand(base, CALL)}^{self.operand(exponent, ATOM)}"

    def raised(self, written: str) -> str:
        return written.translate(SUPERSCRIPTS)

    def call(self, operation: Operation, arguments: tuple[Writable, ...]) -> str:
        if operation is SQRT:
            return f"√{self.operand(arguments[0], ATOM)}"
        if operation is ABS:
            return f"|{arguments[0].write(self)}|"
        if operation is GREATER:
            return f"[{arguments[0].write(self)} {self.escaped('>')} {arguments[1].write(self)}]"
        if operation.symbol != operation.name and operation.precedence >= CALL and operation.symbol.isalpha():
            return f"{operation.symbol}({', '.join(argument.write(self) for argument in arguments)})"
        return self.from_template(operation.text, operation, arguments)

    def escaped(self, written: str) -> str:
        return written

    def from_template(
        self, template: str | Callable[..., str], operation: Operation, arguments: tuple[Writable, ...]
    ) -> str:
        """The table's own notation, whose signs are escaped while the operands, which are written already, are not."""
        needed = 0 if operation.precedence >= CALL else operation.precedence + 1
        marks = [f"\ue000{place}\ue001" for place in range(len(arguments))]
        framed = self.escaped(template.format(*marks) if isinstance(template, str) else template(*marks))
        for mark, argument in zip(marks, arguments, strict=True):
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
    about = r"\approx"
    times = wide_times = r" \cdot "
    dots = r"\dots "
    frames_quotients = True

    def choose(self, name: Name) -> str:
        return name.latex

    def words(self, written: str) -> str:
        return rf"\text{{{written}}}\;"

    def parenthesised(self, written: str) -> str:
        return rf"\left({written}\right)"

    def stacked(self, sign: str, numerator: str, denominator: str) -> str:
        return rf"\tfrac{{{numerator}}}{{{denominator}}}"

    def derivative(self, top: str, bottom: str) -> str:
        return rf"\frac{{\partial {top}}}{{\partial {bottom}}}"

    def at_fixed(self, derivative: str, fixed: str) -> str:
        return rf"\left.{derivative}\right|_{{{fixed}}}"

    def quotient(self, numerator: Writable, denominator: Writable, nested: bool) -> str:
        return rf"\frac{{{numerator.write(self)}}}{{{denominator.write(self)}}}"

    def power(self, base: Writable, exponent: Writable, whole: bool) -> str:
        return f"{self.operand(base, ATOM)}^{{{exponent.write(self)}}}"

    def call(self, operation: Operation, arguments: tuple[Writable, ...]) -> str:
        if operation is GREATER:
            return rf"\left[{arguments[0].write(self)} \gt {arguments[1].write(self)}\right]"
        return self.from_template(operation.latex, operation, arguments)
