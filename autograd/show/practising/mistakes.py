"""The typical mistakes, each one entry of one table: its name, what it gives, and the sentence that helps.

What a mistake gives is computed from what the learner has in sight, so it is known for every graph. An entry names what
it takes, and is made only where all of that is there: the fields of `Use`, or those of `Descent`; `parts` is what each
use of a number contributes to its gradient.

>>> added, forgotten = (next(m for m in TYPICAL_MISTAKES if m.name == n) for n in ("added", "a use forgotten"))
>>> added.number({"local": 3.0, "above": 2.0}), added.number({"local": 3.0})
([5.0], [])
>>> forgotten.number({"parts": (2.0, 5.0)}), forgotten.number({"parts": (2.0,)})
([5.0, 2.0], [])
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

Wrong = Literal["local", "product", "sum", "update"]  # what comes out wrong


class Mistake:
    """One entry: the name, what comes out wrong, the number or the numbers that it gives, and the hint."""

    def __init__(self, name: str, wrong: Wrong, gives: Callable[..., Any], hint: str) -> None:
        self.name = name
        self.wrong = wrong
        self.gives = gives
        self.hint = hint
        self.takes = tuple(inspect.signature(gives).parameters)

    def number(self, seen: Mapping[str, Any]) -> list[float]:
        """What it gives here; nothing where something that it takes is not there."""
        taken = [seen.get(name) for name in self.takes]
        if None in taken:
            return []
        given = self.gives(*taken)
        return given if isinstance(given, list) else [given]

    def __repr__(self) -> str:
        return f"Mistake({self.name!r})"


class Use(NamedTuple):
    """One use of a number by an operation, and all that may be taken for its local derivative or for its product.

    Attributes:
        local: the local derivative.
        above: the gradient of the operation's result.
        early: the same before the last part had arrived; None if it has only one.
        value: the operation's result.
        other: the local derivative of the other operand of a product or a quotient.
        exponent: of a power.
        at_output: the derivative where the result is put in for the operand.
        at_input: the textbook's formula of the derivative, where the operand is put in for the result.
    """

    local: float
    above: float
    early: float | None = None
    value: float | None = None
    other: float | None = None
    exponent: float | None = None
    at_output: float | None = None
    at_input: float | None = None


class Descent(NamedTuple):
    """A step of gradient descent of one number."""

    old: float
    rate: float
    gradient: float


def without_one(parts: tuple[float, ...]) -> list[float]:
    """The sum without each of its parts."""
    if len(parts) < 2:
        return []
    return [sum(parts[:place] + parts[place + 1 :]) for place in range(len(parts))]


TYPICAL_MISTAKES = (
    # ── The local derivative ──
    Mistake(
        "the value",
        "local",
        lambda value: value,
        "That uses the value of the result. What is asked is how fast it changes: its derivative.",
    ),
    Mistake(
        "operands mixed up",
        "local",
        lambda other: other,
        "The operands are mixed up: ∂(a·b)/∂a is b, the other one, and not a.",
    ),
    Mistake(
        "sign lost",
        "local",
        lambda local: -local,
        "The size is right, the sign is not: a minus was lost on the way, or is one too many.",
    ),
    Mistake(
        "exponent lost",
        "local",
        lambda local, exponent: local / exponent if exponent else [],
        "The exponent comes down as a factor: the derivative of x^c is c·x^(c − 1).",
    ),
    Mistake(
        "at the output",
        "local",
        lambda at_output: at_output,
        "The derivative is taken at the result. Take it at what went into the function.",
    ),
    Mistake(
        "at the input",
        "local",
        lambda at_input: at_input,
        "This formula of the derivative takes the function's result, and the number that went in was put into it.",
    ),
    # ── The product of the chain rule ──
    Mistake(
        "nothing from above",
        "product",
        lambda local, above: local,
        "That is the local derivative alone. Multiply it by the gradient that comes from above.",
    ),
    Mistake(
        "no local derivative",
        "product",
        lambda above: above,
        "That is what comes from above, passed on as it is. Multiply it by the local derivative.",
    ),
    Mistake(
        "added",
        "product",
        lambda local, above: local + above,
        "Along a path derivatives are multiplied. They are added only where paths meet.",
    ),
    Mistake(
        "an old value",
        "product",
        lambda local, early: local * early,
        "The gradient from above was used before all of its parts had arrived. Take its last, complete value.",
    ),
    # ── The sum over all uses ──
    Mistake(
        "a use forgotten",
        "sum",
        without_one,
        "The number is used more than once. Each use contributes, and one of them is missing in the sum.",
    ),
    # ── A step of gradient descent ──
    Mistake(
        "uphill",
        "update",
        lambda old, rate, gradient: old + rate * gradient,
        "That goes uphill. The gradient says where the result grows, so its share is subtracted.",
    ),
    Mistake(
        "no rate",
        "update",
        lambda old, gradient: old - gradient,
        "That takes the whole gradient off. Multiply it by the learning rate η first.",
    ),
    Mistake(
        "only the change",
        "update",
        lambda rate, gradient: [-rate * gradient, rate * gradient],
        "That is the change alone. Begin at the old number, and subtract the change from it.",
    ),
    Mistake(
        "not moved",
        "update",
        lambda old: old,
        "That is the old number. Subtract η times the gradient from it.",
    ),
)
