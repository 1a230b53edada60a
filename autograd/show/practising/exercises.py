"""Exercises made to order: a level says which graphs, a seed which of them and with which numbers.

The numbers have few digits, and where no function of the table rounds them, so have all that come out; none makes an
exercise degenerate or ambiguous (`good_numbers`).

>>> exercise(1, seed=7).expression, exercise(1, seed=8).expression
('L = x*w*v', 'L = x*w*v')
>>> exercise(1, seed=7).values == exercise(1, seed=7).values != exercise(1, seed=8).values
True
"""

from __future__ import annotations

import random
import re
from functools import cache
from typing import Any, NamedTuple

from autograd.show.practising.good_numbers import TENTHS, WHOLE, Pair, coincidences, is_good
from autograd.show.practising.questions import Mode
from autograd.show.typed.parser import parse
from autograd.value import Value

MOST_DRAWS = 1_000

#: By level: what it is about, and the expressions that it draws from.
EXERCISE_LEVELS: dict[int, tuple[str, tuple[str, ...]]] = {
    1: ("one product", ("L = w*x", "L = a*b", "L = x*w*v")),
    2: ("products and sums", ("L = w*x + b", "z = w*x; L = z - y", "u = a + b; L = u*c", "L = a*b - c*d")),
    3: ("a squared error", ("p = w*x + b; L = (p - y)**2", "p = w*x; L = 0.5*(p - y)**2", "e = w*x - y; L = e*e")),
    4: (
        "a number that is used twice",
        (
            "u = a*b; v = a + c; L = u*v",
            "u = a + b; L = u*a",
            "p = w*x + b; L = (p - y)**2 + 0.5*w**2",
            "u = a*b; v = u + b; L = u*v",
        ),
    ),
    5: (
        "one neuron",
        (
            "z = w*x + b; p = sigmoid(z); L = 0.5*(y - p)**2",
            "z = w*x + b; p = tanh(z); L = (p - y)**2",
            "z = w1*x1 + w2*x2 + b; p = sigmoid(z); L = (p - y)**2",
            "z = w*x + b; p = exp(z); L = p/y",
        ),
    ),
    6: (
        "two neurons in a chain",
        (
            "z1 = w1*x + b1; a1 = tanh(z1); z2 = w2*a1 + b2; a2 = sigmoid(z2); L = 0.5*(y - a2)**2",
            "z1 = w1*x + b1; a1 = sigmoid(z1); p = w2*a1 + b2; L = (p - y)**2",
            "z1 = w1*x + b1; a1 = relu(z1); p = w2*a1 + b2; L = (p - y)**2",
        ),
    ),
    7: (
        "two layers with shared inputs",
        (
            "h1 = tanh(u1*x1 + u2*x2); h2 = sigmoid(v1*x1 + v2*x2); p = w1*h1 + w2*h2 + b; L = (p - y)**2",
            "h1 = sigmoid(u1*x + b1); h2 = sigmoid(u2*x + b2); p = w1*h1 + w2*h2; L = 0.5*(p - y)**2",
        ),
    ),
    8: (
        "two layers with softmax and cross-entropy",
        (
            "h1 = tanh(u1*x1 + u2*x2); h2 = tanh(v1*x1 + v2*x2); s1 = a1*h1 + a2*h2; s2 = c1*h1 + c2*h2;"
            " e1 = exp(s1); e2 = exp(s2); p = e1/(e1 + e2); L = -log(p)",
            "h = sigmoid(u1*x1 + u2*x2 + b); s1 = a1*h; s2 = a2*h + c2; e1 = exp(s1); e2 = exp(s2);"
            " p = e2/(e1 + e2); L = -log(p)",
        ),
    ),
}  # fmt: skip


class Exercise(NamedTuple):
    """A graph to practise on."""

    level: int
    expression: str
    values: dict[str, float]
    root: Any


def exercise(level: int, *, seed: int = 0, student: str = "", mode: Mode = "steps") -> Exercise:
    """An exercise of a level: the same seed and student get the same one.

    Args:
        level: 1 to 8, as in EXERCISE_LEVELS.
        seed: chooses the expression and its numbers.
        student: a name, or anything else; each gets numbers of their own, for the same expression.
        mode: what will be asked, which must not be ambiguous.
    Raises:
        ValueError: if there is no such level.
    """
    if level not in EXERCISE_LEVELS:
        raise ValueError(f"level is 1 to {len(EXERCISE_LEVELS)}, not {level!r}")
    expression = random.Random(f"{level}/{seed}").choice(EXERCISE_LEVELS[level][1])
    rng = random.Random(f"{level}/{seed}/{student}")
    for _ in range(MOST_DRAWS):
        made = drawn(level, expression, rng)
        if made is not None and is_good(made.root, mode, coincidences_of(level, expression, mode), level < 5):
            return made
    raise ValueError(f"no numbers were found for {expression!r} that make a good exercise; take another seed")


def class_list(text: str) -> list[str]:
    """The students of a class: a name a line, each once.

    Raises:
        ValueError: if there is none.
    """
    names = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if not names:
        raise ValueError("the class list has no name: write one a line")
    return names


def drawn(level: int, expression: str, rng: random.Random) -> Exercise | None:
    """The expression with random numbers; None where it has no value."""
    pool = WHOLE if level < 3 else TENTHS
    values = dict(zip(leaves_of(expression), rng.sample(pool, len(leaves_of(expression))), strict=True))
    try:
        root, _ = parse(expression, values)
    except ValueError:
        return None
    return Exercise(level, expression, values, root)


@cache
def leaves_of(expression: str) -> tuple[str, ...]:
    """The names that are not assigned, in the order in which they come."""
    assigned = set(re.findall(r"(\w+) =", expression))
    names = re.findall(r"\b[a-z]\w*\b(?!\()", expression, re.I)
    return tuple(dict.fromkeys(name for name in names if name not in assigned))


@cache
def coincidences_of(level: int, expression: str, mode: Mode) -> list[set[Pair]]:
    """What coincides for each question of an expression whatever its numbers are."""
    rng = random.Random(expression)

    def other() -> Value | None:
        made = drawn(level, expression, rng)
        return None if made is None else made.root

    return coincidences(other, mode)
