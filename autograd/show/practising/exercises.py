"""Exercises made to order: a level says which graphs, a seed which of them and with which numbers.

The numbers have few digits, and where no function of the table rounds them, so have all that come out. Drawn again are
those that make an exercise degenerate, with an answer of 0, or ambiguous: where a mistake would come by accident to the
right answer, or two mistakes to the same number. What comes to the same whatever the numbers are cannot be drawn away;
which mistakes do is found with other numbers.

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

from autograd.graph import leaves
from autograd.show.practising.mistakes import Mistake
from autograd.show.practising.questions import Mode, Question, Questioner
from autograd.show.typed.parser import parse
from autograd.show.writing.numbers import is_rounded

DIGITS = 3
MOST_DRAWS = 1_000
OTHER_NUMBERS = 6  # assignments that show what coincides whatever the numbers are

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

TENTHS = [x / 10 for x in range(-20, 21) if x and x not in (-10, 10, -20, 20)]
WHOLE = [float(x) for x in range(-9, 10) if abs(x) > 1]


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
        if made is not None and is_good(made, mode):
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


def is_good(made: Exercise, mode: Mode) -> bool:
    """Whether all numbers are of a size to work with, none is 0, and nothing is taken for another thing by accident."""
    found = Questioner(made.root, DIGITS, leaves(made.root))
    if any(not 0.01 <= abs(part) < 1_000 for parts in found.parts.values() for part in parts):
        return False
    structural = coincidences(made.level, made.expression, mode)
    return all(
        0.01 <= abs(question.right) < 1_000
        and not (made.level < 5 and is_rounded(question.right, DIGITS + 1))
        and confused(question) <= structural[place]
        for place, question in enumerate(found.asked(mode))
    )


Pair = frozenset[Mistake | None]  # None is the right answer


def confused(question: Question) -> set[Pair]:
    """What comes to the same number here: pairs of mistakes, or a mistake and the right answer."""
    found = {frozenset((None, mistake)) for mistake in question.hidden}
    for place, slip in enumerate(question.slips):
        for other in question.slips[place + 1 :]:
            near = abs(other.number - slip.number) <= slip.tolerance + other.tolerance
            if near and other.mistake is not slip.mistake:
                found.add(frozenset((slip.mistake, other.mistake)))
    return found


@cache
def coincidences(level: int, expression: str, mode: Mode) -> list[set[Pair]]:
    """What coincides for each question of an expression whatever its numbers are."""
    rng = random.Random(expression)
    always: list[set[Pair]] = []
    for _ in range(OTHER_NUMBERS):
        found = None
        while found is None or not all(map(all, found.parts.values())):  # where relu rests, everything is 0
            made = drawn(level, expression, rng)
            found = None if made is None else Questioner(made.root, 12, leaves(made.root))
        now = [confused(question) for question in found.asked(mode)]
        always = [before & pairs for before, pairs in zip(always, now, strict=True)] if always else now
    return always
