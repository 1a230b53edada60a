"""Which numbers an expression asks for."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from autograd.show.typed.tokens import tokens
from autograd.show.typed.vocabulary import CONSTANTS, FUNCTIONS


def inputs_of(text: str) -> list[str]:
    """The names in an expression that need a number, in the order in which they come.

    >>> inputs_of("z = x*w + b; L = tanh(z)**2 + pi")
    ['x', 'w', 'b']

    Raises:
        ExpressionError: if the text has a character that no expression has.
    """
    names: dict[str, None] = {}
    assigned: set[str] = set()
    waiting = None  # the name whose statement is not over
    for piece, after in pairwise(tokens(unicodedata.normalize("NFC", text))):
        if piece.text == ";" and waiting is not None:
            assigned.add(waiting)
            waiting = None
        if piece.kind != "name":
            continue
        if after.text == "=":
            waiting = piece.text
        elif after.text != "(" and piece.text not in assigned | CONSTANTS.keys() | FUNCTIONS.keys():
            names[piece.text] = None
    return list(names)
