"""Equations: left = in symbols ≈ in numbers ≈ value, with an ≈ wherever a number was rounded on the way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from autograd.show.writing.formula import Formula, Number
from autograd.show.writing.notation import Html, Latex, Notation, Text
from autograd.show.writing.reader import MOST_DIGITS, is_same, largest_number, shown_well, worked_out


@dataclass(frozen=True)
class Equation:
    """left = first ≈ second …: each side with an ≈ before it if numbers were rounded on the way to it.

    With `first` "+=" the first side is added to what left was before, as the backward pass adds up gradients. Where the
    sides come to something else than what was computed, `remark` says so in words, and `computed` follows it.
    """

    left: Formula
    sides: tuple[Formula, ...]
    digits: int = 3
    first: str = "="
    remark: str = ""
    computed: Number | None = None

    @cached_property
    def signs(self) -> tuple[str, ...]:
        """= or ≈ before each side."""
        signs: list[str] = []
        rounded = False
        before: Formula | None = None
        for side in self.sides:
            # A symbolic side is exact again, but what follows numbers that were rounded is not.
            rounded = side.is_rounded(self.digits) or (rounded and isinstance(side, Number))
            if before is not None and isinstance(side, Number) and before == before.in_numbers():
                worked = worked_out(before, self.digits)
                rounded = rounded or not is_same(worked, side.value, largest_number(before))
            signs.append("≈" if rounded else "=")
            before = side
        if self.first != "=":
            signs[:1] = [self.first]
        return tuple(signs)

    def text(self) -> str:
        return self._joined(Text(self.digits), {"=": " = ", "≈": " ≈ ", "+=": " += "})

    def latex(self, at: str = "") -> str:
        """In mathematics mode, with `at` before the first sign, the & of aligned lines, say."""
        left = self.left.write(Latex(self.digits))
        written = self._joined(Latex(self.digits), {"=": " = ", "≈": r" \approx ", "+=": " += "})
        return f"{left} {at}{written.removeprefix(left).lstrip()}" if at else written

    def html(self) -> str:
        return self._joined(Html(self.digits), {"=": " = ", "≈": " ≈ ", "+=": " += "})

    def _joined(self, notation: Notation, signs: dict[str, str]) -> str:
        written = self.left.write(notation) + "".join(
            signs[sign] + side.write(notation) for sign, side in zip(self.signs, self.sides, strict=True)
        )
        return written + self.ending(notation)

    def ending(self, notation: Notation) -> str:
        """The remark and what was computed, if they are needed."""
        if self.computed is None:
            return ""
        sign = f"{notation.about} " if self.computed.is_rounded(self.digits) else ""
        return f"{notation.words(self.remark)} {sign}{self.computed.write(notation)}"


@dataclass(frozen=True)
class Equations:
    """x = 2, w = −3: equations beside each other, and how many more there are."""

    parts: tuple[Equation, ...]
    more: int = 0

    def text(self) -> str:
        return ", ".join([*(part.text() for part in self.parts), *and_more(self.more)])

    def latex(self) -> str:
        """In mathematics mode."""
        more = (f"\\text{{{words}}}" for words in and_more(self.more))
        return r",\; ".join([*(part.latex() for part in self.parts), *more])

    def html(self) -> str:
        return ", ".join([*(part.html() for part in self.parts), *and_more(self.more)])


def and_more(count: int) -> list[str]:
    """What ends a list of which so many are not shown."""
    return [f"and {count:,} more"] if count else []


def equation(left: Formula, in_symbols: Formula, value: float, digits: int = 3) -> Equation:
    """left = in symbols = in numbers = value, without the sides that only repeat the one before.

    The numbers have as many digits as it takes for a reader to find the value, too. Where no digits do, because the
    formula has lost them or is not the one that was computed, what it comes to is one thing and the value another.

    >>> from autograd.show.writing.formula import Symbol
    >>> from autograd.show.writing.names import label_name
    >>> x, w = Symbol(label_name("x"), 0.05), Symbol(label_name("w1"), 1 / 3)
    >>> equation(Symbol(label_name("z1"), 0.05 / 3), x * w, 0.05 / 3).text()
    'z₁ = x·w₁ ≈ 0.05·0.333 ≈ 0.0167'
    """
    numbers = in_symbols.in_numbers()
    shown = shown_well(numbers, value, digits)
    if shown is not None:
        return Equation(left, without_repetition(left, (in_symbols, shown, Number(value)), digits), digits)
    worked = worked_out(numbers, MOST_DIGITS)
    shown = shown_well(numbers, worked, digits)
    in_numbers = numbers if shown is None else shown
    ends = () if worked != worked else (Number(worked),)
    sides = without_repetition(left, (in_symbols, in_numbers, *ends), digits)
    return Equation(left, sides, digits, remark=what_happens(worked, value), computed=Number(value))


def without_repetition(left: Formula, sides: tuple[Formula, ...], digits: int) -> tuple[Formula, ...]:
    """The sides that are written otherwise than the one before."""
    kept: list[Formula] = []
    for side in sides:
        if kept and kept[-1] == side.in_numbers() != side:
            kept.pop()
        if side != left and not (kept and side.text(digits) == kept[-1].text(digits)):
            kept.append(side)
    return tuple(kept)


def what_happens(worked: float, value: float) -> str:
    """Why a formula comes to one thing, and what was computed is another."""
    if worked != worked:
        return ", which has no value; what is taken for it is"
    if value != value:
        return "; but the chain rule meets 0·∞ or ∞ − ∞ there, and gives"
    return "; the floats of 16 digits round otherwise on the way that was computed, to"
