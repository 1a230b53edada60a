"""The text of an expression cut into numbers, names and operators, and the errors that point at a place in it.

>>> [token.text for token in tokens("2*w_1 **.5")]
['2', '*', 'w_1', '**', '.5', '']
"""

from __future__ import annotations

import re
from typing import NamedTuple

from autograd.show.writing.names import display_width, shortened

WINDOW = 72  # characters of the text that an error shows


class ExpressionError(ValueError):
    """A text that is no expression; the message shows the place with a caret under it.

    Attributes:
        place: the character, from 0; None if there is no such place.
    """

    def __init__(self, message: str, text: str = "", place: int | None = None) -> None:
        super().__init__(message if place is None else f"{message}\n{pointed(text, place)}")
        self.place = place


def pointed(text: str, place: int) -> str:
    """The surroundings of a character, and a caret below it."""
    start = max(0, place - WINDOW // 2)
    window = "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in text[start : start + WINDOW])
    left, right = "… " if start else "", " …" if start + WINDOW < len(text) else ""
    before = display_width(left + window[: place - start])
    return f"  {left}{window}{right}\n  {' ' * before}^"


class Token(NamedTuple):
    """A piece of the text: kind is "number", "name", "operator" or "end"."""

    kind: str
    text: str
    place: int


TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[\w.]*)|(?P<name>(?!\d)(?:(?![⁰¹²³⁴-⁹])\w)+)"
    r"|(?P<operator>\*\*|[-+*/(),;=])|(?P<space>\s+)|(?P<other>.)",
    re.DOTALL,
)
INSTEAD = {
    "^": "**",
    "²": "**2",
    "³": "**3",
    "·": "*",
    "×": "*",
    "÷": "/",
    "−": "-",
    "–": "-",
    "[": "(",
    "]": ")",
    "{": "(",
    "}": ")",
}


def tokens(text: str) -> list[Token]:
    """The pieces of a text, an "end" last.

    Raises:
        ExpressionError: at a character that belongs to no expression.
    """
    found = []
    for match in TOKEN.finditer(text):
        kind, written, place = str(match.lastgroup), match.group(), match.start()
        if kind == "other":
            hint = f"; write {INSTEAD[written]}" if written in INSTEAD else ""
            raise ExpressionError(f"{shortened(written)} is not part of an expression{hint}", text, place)
        if kind != "space":
            found.append(Token(kind, written, place))
    return [*found, Token("end", "", len(text))]
