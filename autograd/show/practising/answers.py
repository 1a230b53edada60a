"""An answer as people type it, read and judged: 0.25, 1/4, 0,25, 0.5*2 − 0.75.

Nothing is evaluated as Python. `practice.js` reads and judges on the page as this does.

>>> [typed_number(text) for text in ("1/3", "−2,5", "0.5*(2 - 1)^2", "2·10^3")]
[0.3333333333333333, -2.5, 0.5, 2000.0]
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from autograd.show.practising.mistakes import Mistake
from autograd.show.practising.questions import Question
from autograd.show.typed.parser import parse
from autograd.show.typed.tokens import ExpressionError

LONGEST_ANSWER = 200  # characters
BLANKS = " \t\r\n\u00a0\u2009\u202f"  # with the narrow ones that word processors set
TYPED_SIGNS = str.maketrans(
    {"−": "-", "–": "-", "·": "*", "×": "*", "∙": "*", ":": "/", "÷": "/", ",": "."} | dict.fromkeys(BLANKS, " ")
)
PERMITTED = re.compile(r"[-+*/()0-9.eE^ ]+")
CLOSE = 0.05  # of the right answer: what is no nearer than that was not only rounded too soon


def typed_number(text: str) -> float:
    """The number that an answer stands for; a comma is a decimal point.

    Raises:
        ValueError: if it is no number, or no arithmetic with numbers.

    >>> typed_number("sqrt(2)")
    Traceback (most recent call last):
        ...
    ValueError: 'sqrt(2)' is no number: type digits, a fraction as 1/3, or arithmetic as 0.5*2 − 1
    """
    plain = text.strip(BLANKS).translate(TYPED_SIGNS)
    trouble = ValueError(
        f"{text.strip()[:40]!r} is no number: type digits, a fraction as 1/3, or arithmetic as 0.5*2 − 1"
    )
    if (
        len(plain) > LONGEST_ANSWER
        or not PERMITTED.fullmatch(plain)
        or re.search(r"(?<![0-9.])e|e(?![-+0-9])", plain, re.I)  # Euler's number
    ):
        raise trouble
    try:
        number = float(parse(plain.replace("^", "**"), {})[0].data)
    except (ExpressionError, ArithmeticError, ValueError):
        raise trouble from None
    if not math.isfinite(number):
        raise trouble
    return number


class Verdict(NamedTuple):
    """What is said of an answer: right, close, a mistake (or one of two), or none of these."""

    kind: str  # right, mistake, close, wrong
    mistakes: tuple[Mistake, ...] = ()


def judged(question: Question, answer: float) -> Verdict:
    """Whether an answer is right, and if not, which mistake gives it. Of more than two that do, none is named."""
    off = abs(answer - question.right)
    if off <= question.tolerance:
        return Verdict("right")
    given = [slip.mistake for slip in question.slips if abs(answer - slip.number) <= slip.tolerance]
    mistakes = tuple(dict.fromkeys(given))
    if 0 < len(mistakes) <= 2:
        return Verdict("mistake", mistakes)
    return Verdict("close" if off <= CLOSE * abs(question.right) else "wrong")


def verdict_words(verdict: Verdict, digits: int) -> str:
    """The verdict in words."""
    if verdict.kind == "mistake":
        return " Or: ".join(mistake.hint for mistake in verdict.mistakes)
    if verdict.kind == "close":
        return f"Close. Was it rounded too soon? It is asked for to {digits} digits."
    return "Right." if verdict.kind == "right" else "Not yet."
