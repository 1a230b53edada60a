"""What a question says: what is asked, what is given, and three hints: the formula, its numbers, the answer.

>>> from autograd import Value
>>> x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(1.0, label="b")
>>> L = (x * w + b) ** 2; L.label = "L"
>>> asked = Sheet(L, mode="steps").asked[-1]
>>> print(asked.prompt.text, "with", asked.given.text)
∂L/∂w = ? with ∂L/∂v₁ = −10; v₁ = x·w = 2·(−3) = −6
>>> [hint.text for hint in asked.hints]
['∂L/∂w = ∂L/∂v₁ · ∂v₁/∂w = ∂L/∂v₁ · x', '= −10 · 2', '= −20']
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from autograd.show.practising.questions import MODES, Mode, Question, questions
from autograd.show.stepping.player_data import learning_places
from autograd.show.stepping.timeline import Timeline
from autograd.show.writing.equation import Equation, equation
from autograd.show.writing.formula import Constant, Formula, Negative, Product, Sum, Symbol
from autograd.show.writing.notation import Html, Name, Notation, Text
from autograd.show.writing.numbers import number

MOST_NODES = 400  # of a graph that one practises on: nobody answers more

ABOUT: dict[Mode, str] = {
    "local": "Local derivatives",
    "steps": "Backward steps",
    "gradients": "Whole gradients",
    "update": "An update",
}


class Words(NamedTuple):
    """The same for a terminal and for a page."""

    text: str
    html: str


@dataclass(frozen=True)
class Asked:
    """A question in words.

    Attributes:
        question: what is asked for, as numbers.
        prompt: "∂L/∂w = ?".
        given: what one needs to know for it.
        hints: the formula, its numbers, and the answer.
        at, before: the keys of the parts of the drawing that it is about, and that the gradient comes from.
        reveals: what its answer writes into the drawing: a place and a text.
        equation: all of it.
    """

    question: Question
    prompt: Words
    given: Words
    hints: tuple[Words, Words, Words]
    at: tuple[str, ...]
    before: tuple[str, ...]
    reveals: tuple[tuple[str, str], ...]
    equation: Equation

    @property
    def solution(self) -> Words:
        """How it is worked out, in a line."""
        return Words(self.equation.text(), self.equation.html())


class Sheet:
    """All that is asked of one graph in a mode.

    Raises:
        ValueError: if the graph is too large, there is nothing to ask, or an argument is not what it should be.
    """

    def __init__(
        self, root: Any, *, mode: Mode, digits: int = 3, learn: Collection[str] | None = None, rate: float = 0.1
    ) -> None:
        if mode not in MODES:
            raise ValueError(f"mode is one of {', '.join(map(repr, MODES))}, not {mode!r}")
        self.mode = mode
        self.digits = digits
        self.rate = rate
        self.labels = learn
        self.timeline = timeline = Timeline(root, digits=digits)
        if len(timeline.nodes) > MOST_NODES:
            raise ValueError(
                f"the graph has {len(timeline.nodes):,} nodes, and nobody practises on more than {MOST_NODES}: take a"
                " smaller one, or steps(…) to look at this one"
            )
        self.learn = [timeline.nodes[place] for place in learning_places(timeline, learn)]
        self._steps = {(step.source, step.position): step for step in timeline if step.phase == "backward"}
        found = questions(root, mode, digits=digits, learn=self.learn, rate=rate)
        self.asked = [self._asked(question) for question in found]
        if not self.asked:
            raise ValueError(f"there is nothing to ask of {timeline.names[root].text}: {NOTHING_TO_ASK[mode]}")

    def in_mode(self, mode: Mode) -> Sheet:
        """The same graph, asked otherwise."""
        return Sheet(self.timeline.root, mode=mode, digits=self.digits, learn=self.labels, rate=self.rate)

    def over(self, root: Any) -> Sheet:
        """The same asked of the same graph with other numbers."""
        return Sheet(root, mode=self.mode, digits=self.digits, learn=self.labels, rate=self.rate)

    @property
    def title(self) -> Words:
        """What is computed, line by line: of the named numbers, in symbols and in numbers."""
        lines = [self._value(node) for node in self.timeline.nodes if node.parents]
        return Words("\n".join(line.text() for line in lines), "<br>".join(line.html() for line in lines))

    # ── Each mode's equation, and what is given for it ──

    def _asked(self, question: Question) -> Asked:
        node, source = question.node, question.source
        keys = self.timeline.keys
        shown = number(question.total if self.mode == "steps" else question.right, self.digits).text
        edge = f"e{keys[source][1:]}_{question.position}" if source is not None else ""
        at = (keys[node],) if source is None else (keys[node], edge)
        before: tuple[str, ...] = () if source is None else (keys[source],)
        reveals: tuple[tuple[str, str], ...] = ()
        if self.mode == "local":
            reveals, at, before = ((f"{edge} local", shown),), (keys[source], edge), (keys[node],)
        elif self.mode != "update":
            reveals = ((f"{keys[node]} gradient", shown),)
        if self.mode == "steps":
            local = number(source.local_grads[question.position], self.digits).text
            reveals = (*reveals, (f"{edge} local", local))
        made = EQUATIONS[self.mode](self, question)
        hints = staged(made)
        if self.mode == "local" and not made.sides[0].text(self.digits).strip("−0123456789."):
            hints = (self._standing_still(question), *hints[1:])
        return Asked(question, self._prompt(question, made), self._given(question), hints, at, before, reveals, made)

    def _standing_still(self, question: Question) -> Words:
        """The first hint where the derivative is a plain number, and no formula leads to it."""
        board = self.timeline.board
        name, whole = board.symbol(question.node), board.value(question.source)
        say = "Only {} moves in {}; the rest stands still."
        return Words(
            say.format(name.text(self.digits), whole.text(self.digits)),
            say.format(name.html(self.digits), whole.html(self.digits)),
        )

    def _prompt(self, question: Question, made: Equation) -> Words:
        sign = "+=" if made.first == "+=" else "="
        way = ""
        if question.source is not None:
            times = question.source.parents.count(question.node)
            place = f", as operand {question.position + 1} of it" if times > 1 else ""
            if self.mode == "steps" and sign == "+=":
                way = f", what comes by way of {{}}{place}"
            elif place:
                way = place
        name = self.timeline.names.get(question.source)
        return Words(
            f"{made.left.text(self.digits)} {sign} ?{way.format(name.text if name else '')}",
            f"{made.left.html(self.digits)} {sign} ?{way.format(name.html if name else '')}",
        )

    def _given(self, question: Question) -> Words:
        root, names, gradients = self.timeline.root, self.timeline.board, self.timeline.gradients

        def gradient(node: Any) -> Equation:
            x = gradients[node]
            return Equation(names.derivative(root, node, x), (Constant(x),), self.digits)

        if self.mode == "update":
            eta = f"η = {number(self.rate, self.digits).text}"
            old = [Equation(names.symbol(question.node), (Constant(question.node.data),), self.digits)]
            return in_a_line([*old, gradient(question.node)], eta)
        if self.mode == "local":
            return in_a_line([self._value(question.source)])
        sources = [question.source] if question.source is not None else self._users(question.node)
        return in_a_line([line for source in sources for line in (gradient(source), self._value(source))])

    def _users(self, node: Any) -> list[Any]:
        return [other for other in reversed(self.timeline.nodes) if any(parent is node for parent in other.parents)]

    def _value(self, node: Any) -> Equation:
        return self.timeline.board.value_equation(node)

    def _local_equation(self, question: Question) -> Equation:
        board = self.timeline.board
        left = board.derivative(question.source, question.node, question.right)
        return equation(left, board.edge(question.source, question.position), question.right, self.digits)

    def _step_equation(self, question: Question) -> Equation:
        keys = self.timeline.keys
        formula = self._steps[keys[question.source], question.position].formula
        assert isinstance(formula, Equation), "a step backwards is one equation"
        return formula

    def _gradient_equation(self, question: Question) -> Equation:
        board, root = self.timeline.board, self.timeline.root
        terms = []
        for source in self._users(question.node):
            above = board.derivative(root, source, self.timeline.gradients[source])
            places = [place for place, parent in enumerate(source.parents) if parent is question.node]
            terms += [Product((above, board.edge(source, place)), wide=True) for place in places]
        whole = terms[0] if len(terms) == 1 else Sum(tuple(terms))
        return equation(board.derivative(root, question.node, question.right), whole, question.right, self.digits)

    def _update_equation(self, question: Question) -> Equation:
        board, node = self.timeline.board, question.node
        slope = board.derivative(self.timeline.root, node, self.timeline.gradients[node])
        name = self.timeline.names[node]
        left = Symbol(Name(f"{name.text}′", f"{name.latex}'", f"{name.html}′"), question.right)
        moved = Sum((board.symbol(node), Negative(Product((Constant(self.rate), slope)))))
        return equation(left, moved, question.right, self.digits)


EQUATIONS: dict[Mode, Callable[[Sheet, Question], Equation]] = {
    "local": Sheet._local_equation,
    "steps": Sheet._step_equation,
    "gradients": Sheet._gradient_equation,
    "update": Sheet._update_equation,
}
NOTHING_TO_ASK: dict[Mode, str] = dict.fromkeys(
    MODES, "it is computed from nothing that has a name and a finite derivative"
) | {"update": "no leaf of it learns; name those that do in learn=[…]"}


def in_a_line(lines: Iterable[Equation], more: str = "") -> Words:
    """Equations in a line."""
    written = list(lines)
    end = [more] if more else []
    return Words(
        "; ".join([*(line.text() for line in written), *end]), "; ".join([*(line.html() for line in written), *end])
    )


def staged(made: Equation) -> tuple[Words, Words, Words]:
    """An equation in three: what is said in symbols, with the left side; what is said in numbers; the answer."""
    text, html = stages(made, Text(made.digits)), stages(made, Html(made.digits))
    return Words(text[0], html[0]), Words(text[1], html[1]), Words(text[2], html[2])


def stages(made: Equation, notation: Notation) -> tuple[str, str, str]:
    def written(sides: list[tuple[str, Formula]]) -> str:
        return " ".join(f"{sign} {side.write(notation)}" for sign, side in sides)

    sides = list(zip(made.signs, made.sides, strict=True))
    symbols = [(sign, side) for sign, side in sides if side != side.in_numbers()]
    numbers = [(sign, side) for sign, side in sides if side == side.in_numbers()]
    answer = written(numbers[-1:]) + made.ending(notation)
    return f"{made.left.write(notation)} {written(symbols)}".strip(), written(numbers[:-1]), answer
