"""A graph becomes questions, each with its answer and with what every mistake would have given.

local      ∂z/∂w = ?                  how an operation's result depends on one of its operands
steps      ∂L/∂w, by way of z = ?     one step of the backward pass, with the gradient from above given
gradients  ∂L/∂w = ?                  the sum over all uses
update     w′ = w − η·∂L/∂w = ?       a step of gradient descent
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from autograd.arithmetic import Floats
from autograd.graph import topological_order
from autograd.ops import DIVIDE, DOT, MULTIPLY, POWER
from autograd.show.practising.mistakes import TYPICAL_MISTAKES, Descent, Mistake, Use, Wrong
from autograd.show.writing.blackboard import labelled
from autograd.show.writing.numbers import as_shown, last_digit

Mode = Literal["local", "steps", "gradients", "update"]
MODES: tuple[Mode, ...] = ("local", "steps", "gradients", "update")


class Slip(NamedTuple):
    """What a mistake gives here, and how far from it an answer may be."""

    mistake: Mistake
    number: float
    tolerance: float


@dataclass(frozen=True)
class Question:
    """One number that is asked for.

    Attributes:
        mode: what kind of number it is.
        node: the node whose gradient, or new number, or use is asked for.
        source: the node that uses it, where one use is asked for; None otherwise.
        position: which operand of it.
        right: the answer.
        tolerance: how far from it an answer may be.
        slips: what mistakes give, but for those that come to the right answer here.
        hidden: the mistakes that come to the right answer here.
        total: in the backward pass what the gradient is with this answer.
    """

    mode: Mode
    node: Any
    source: Any
    position: int
    right: float
    tolerance: float
    slips: tuple[Slip, ...]
    hidden: frozenset[Mistake] = frozenset()
    total: float = math.nan


Outcomes = list[tuple[Mistake | None, float]]  # the right answer, with None, is the first


def questions(root: Any, mode: Mode, *, digits: int, learn: Collection[Any] = (), rate: float = 0.1) -> list[Question]:
    """What can be asked of the graph below root, in the order of the backward pass.

    Args:
        root: what was computed.
        mode: what is asked for.
        digits: significant digits of the numbers shown, to which an answer is expected.
        learn: the leaves that a step of gradient descent moves.
        rate: its η.

    A number without a name is not asked about, nor is one that is not finite.
    """
    return [made for made in Questioner(root, digits, learn, rate).asked(mode) if math.isfinite(made.right)]


class Questioner:
    """The numbers of a graph, and what is asked about them."""

    def __init__(self, root: Any, digits: int, learn: Collection[Any] = (), rate: float = 0.1) -> None:
        self.root = root
        self.digits = digits
        self.learn = learn
        self.rate = rate
        self.order = topological_order(root)
        leaves = [node for node in self.order if not node.parents]
        self.constants = {leaf for leaf in leaves if not labelled(leaf)} if any(map(labelled, leaves)) else set()
        self.parts: dict[Any, list[float]] = {node: [] for node in self.order}
        self.parts[root].append(1.0)
        self.gradients: dict[Any, float] = {}
        self.uses: dict[Any, dict[tuple[Any, int], Use]] = {node: {} for node in self.order}
        for node in reversed(self.order):
            above = self.gradients[node] = sum(self.parts[node])
            early = sum(self.parts[node][:-1]) if len(self.parts[node]) > 1 else None
            for position, parent in enumerate(node.parents):
                use = Use(node.local_grads[position], above, early, **seen_at(node, position))
                self.uses[parent][node, position] = use
                self.parts[parent].append(above * use.local)

    def asked(self, mode: Mode) -> Iterator[Question]:
        """The questions of a mode."""
        if mode == "update":
            for node in (node for node in self.order if node in self.learn):
                yield self.made(mode, node, None, 0, Descent(node.data, self.rate, self.gradients[node]))
        elif mode == "gradients":
            for node in reversed(self.order):
                if node is not self.root and node not in self.constants:
                    yield self.made(mode, node, None, 0, list(self.uses[node].values()))
        else:
            sums = dict.fromkeys(self.order, 0.0)
            for node in reversed(self.order):
                for position, parent in enumerate(node.parents):
                    if parent in self.constants:
                        continue
                    use = self.uses[parent][node, position]
                    sums[parent] += use.above * use.local
                    yield self.made(mode, parent, node, position, use, sums[parent])

    def made(self, mode: Mode, node: Any, source: Any, position: int, seen: Any, total: float = math.nan) -> Question:
        """The question, with the tolerances that come from numbers that are shown to a few digits only."""
        exact = OUTCOMES[mode](seen)
        rounded = OUTCOMES[mode](self.rounded(seen))
        right, tolerance = exact[0][1], self.tolerance(exact[0][1], rounded[0][1]) + last_bits(seen)
        slips: dict[Slip, None] = {}
        hidden = set()
        for (mistake, number), (_, about) in zip(exact[1:], rounded[1:], strict=True):
            room = self.tolerance(number, about)
            assert mistake is not None
            if abs(number - right) <= tolerance + room:
                hidden.add(mistake)
            elif math.isfinite(number):
                slips[Slip(mistake, number, room)] = None
        return Question(mode, node, source, position, right, tolerance, tuple(slips), frozenset(hidden), total)

    def tolerance(self, number: float, about: float) -> float:
        """One in the last of the digits that are asked for, and what comes of computing with numbers as they are shown.

        A 0 has no digits that could be rounded.
        """
        room = last_digit(number, self.digits) if number and math.isfinite(number) else 0.0
        return room + (abs(about - number) if math.isfinite(about) else 0.0)

    def rounded(self, seen: Any) -> Any:
        """The same numbers as they are shown."""
        if isinstance(seen, list):
            return [self.rounded(use) for use in seen]
        return type(seen)(*[x if x is None else as_shown(x, self.digits) for x in seen])


def last_bits(seen: Any) -> float:
    """What floats leave of a sum whose terms cancel: w − w need not be 0."""
    if isinstance(seen, Use):
        return 0.0
    terms = [use.above * use.local for use in seen] if isinstance(seen, list) else [seen.old]
    return 1e-12 * max((abs(term) for term in terms if math.isfinite(term)), default=0.0)


def seen_at(node: Any, position: int) -> dict[str, float | None]:
    """What there is at an operation that may be taken for its local derivative."""
    operand = node.parents[position]
    seen: dict[str, float | None] = {"value": node.data}
    if len(node.parents) == 1:
        seen["at_output"] = attempted(lambda: node.op.partials(Floats, node.op.value(Floats, node.data), node.data)[0])
        seen["at_input"] = attempted(lambda: node.op.blackboard(Floats, operand.data, operand.data)[0])
    if node.op.family is POWER:
        seen["exponent"] = float(next(iter(node.op.parameters.values())))
    if node.op in (MULTIPLY, DOT):
        seen["other"] = operand.data
    if node.op is DIVIDE:
        seen["other"] = node.local_grads[1 - position]
    return seen


def attempted(compute: Any) -> float | None:
    """A number, or None where an operation's rule has none: that of a user's own may raise."""
    try:
        number = float(compute())
    except (ArithmeticError, ValueError, TypeError, AttributeError):
        return None
    return number if math.isfinite(number) else None


# ── What comes out: the right answer, and after it what each mistake gives ──────────────────────────────────────────


def of_kind(wrong: Wrong) -> list[Mistake]:
    return [mistake for mistake in TYPICAL_MISTAKES if mistake.wrong == wrong]


BY_WRONG: dict[Wrong, list[Mistake]] = {kind: of_kind(kind) for kind in ("local", "product", "sum", "update")}


def local_answers(use: Use) -> Outcomes:
    """Of a local derivative."""
    seen = use._asdict()
    return [(None, use.local), *((each, x) for each in BY_WRONG["local"] for x in each.number(seen))]


def product_answers(use: Use) -> Outcomes:
    """Of a step: what goes wrong in the local derivative, and what goes wrong with the product."""
    seen = use._asdict()
    wrong = [(each, x) for each in BY_WRONG["product"] for x in each.number(seen)]
    return [*((each, use.above * x) for each, x in local_answers(use)), *wrong]


def sum_answers(uses: Sequence[Use]) -> Outcomes:
    """Of a whole gradient: a mistake is made at one use, or at each of them."""
    parts = tuple(use.above * use.local for use in uses)
    total = sum(parts)
    answers: Outcomes = [(None, total)]
    answers += [(each, x) for each in BY_WRONG["sum"] for x in each.number({"parts": parts})]
    everywhere: dict[Mistake, list[float]] = {}
    for part, use in zip(parts, uses, strict=True):
        for mistake, wrong in product_answers(use)[1:]:
            assert mistake is not None
            answers.append((mistake, total - part + wrong))
            everywhere.setdefault(mistake, []).append(wrong)
    return answers + [(each, sum(wrong)) for each, wrong in everywhere.items() if len(wrong) == len(parts) > 1]


def update_answers(update: Descent) -> Outcomes:
    """Of a step of gradient descent."""
    seen = update._asdict()
    right = update.old - update.rate * update.gradient
    return [(None, right), *((each, x) for each in BY_WRONG["update"] for x in each.number(seen))]


OUTCOMES: dict[Mode, Any] = {
    "local": local_answers,
    "steps": product_answers,
    "gradients": sum_answers,
    "update": update_answers,
}
