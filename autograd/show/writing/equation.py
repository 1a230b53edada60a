"""Equations: left = in symbols ≈ in numbers ≈ value, with an ≈ wherever a number was rounded on the way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from autograd.show.writing.formula import Formula, Number
from autograd.show.writing.notation import Html, Latex, Notation, Text


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

    def latex(self) -> str:
        """In mathematics mode."""
        return self._joined(Latex(self.digits), {"=": " = ", "≈": r" \approx ", "+=": " += "})

    def html(self) -> str:
        return self._joined(Html(self.digits), {"=": " = ", "≈": " ≈ ", "+=": " += "})

    def _joined(self, notation: Notation, signs: dict[str, str]) -> str:
        return self.left.write(notation) + "".join(
            signs[sign] + side.write(notation) for sign, side in zip(self.signs, self.sides, strict=True)
        )


def equation(left: Formula, in_symbols: Formula, value: float, digits: int = 3) -> Equation:
    """left = in symbols = in numbers = value, without the sides that only repeat the one before.

    >>> from autograd.show.writing.formula import Symbol
    >>> from autograd.show.writing.names import label_name
    >>> x, w = Symbol(label_name("x"), 0.05), Symbol(label_name("w1"), 1 / 3)
    >>> equation(Symbol(label_name("z1"), 0.05 / 3), x * w, 0.05 / 3).text()
    'z₁ = x·w₁ ≈ 0.05·0.333 ≈ 0.0167'
    """
    sides: list[Formula] = []
    for side in (in_symbols, in_symbols.in_numbers(), Number(value)):
        if side != left and not (sides and side.text(digits) == sides[-1].text(digits)):
            sides.append(side)
    return Equation(left, tuple(sides), digits)
