"""A timeline as the player takes it: what each step says and writes, and the timelines of two mistakes beside it."""

from __future__ import annotations

from typing import Any

from autograd.show.stepping.differences import Check, checks
from autograd.show.stepping.timeline import Step, Timeline
from autograd.show.writing.blackboard import Blackboard
from autograd.show.writing.notation import Html
from autograd.show.writing.numbers import number

MOST_CHECKS = 200  # leaves that are compared with finite differences
LONGEST_TITLE = 2_000  # characters of HTML
MOST_MISTAKEN = 1_000  # nodes of a graph whose page has the mistakes, too

MISTAKES: list[tuple[str, str, dict[str, Any]]] = [
    (
        "Order ignored",
        "A mistake: a node passes its gradient on as soon as the first part of it arrives, and the rest is lost.",
        {"order": "depth-first"},
    ),
    (
        "zero_grad forgotten",
        "A mistake: the second backward pass adds to what the first one left in the leaves.",
        {"passes": 2},
    ),
]


def player_data(shown: Timeline, right: Timeline, found: dict[Any, Check]) -> dict[str, Any]:
    """What `stepper` of `player.js` takes beside the drawing."""
    return {
        "titleHtml": title_html(right),
        "namesHtml": [right.names[node].html for node in right.nodes],
        "operands": operand_places(right),
        "derivationsHtml": {},
        "hintHtml": '<p class="cg-hint">Point at a box to see its paths; click it, or choose it here, for the chain'
        " rule behind its gradient.</p>",
        "tracks": tracks(shown, right, found),
    }


def tracks(shown: Timeline, right: Timeline, found: dict[Any, Check]) -> list[dict[str, Any]]:
    """The right timeline and those of the mistakes; the one to show first has `start`.

    A step that the right timeline has, too, is the number of that step there. A mistake that changes no number here is
    left out, as all are for a large graph, unless it was asked for.
    """
    first = [step_data(step, right, right, found) for step in right]
    known = {what_it_does(step): step.index for step in right}
    made = [{"name": "Backpropagation", "about": "", "steps": first, "start": shown is right}]
    for name, about, mistake in MISTAKES:
        asked = any(getattr(shown, key) != getattr(right, key) for key in mistake)
        if asked or 1 < len(right.nodes) <= MOST_MISTAKEN:
            timeline = shown if asked else Timeline(right.root, digits=right.digits, **mistake)
            listed: list[Any] = [known.get(what_it_does(step)) for step in timeline]
            for place, index in enumerate(listed):
                if index is None:
                    listed[place] = step_data(timeline[place], timeline, right, found)
            if asked or any(isinstance(step, dict) and "wrong" in step for step in listed):
                made.append({"name": name, "about": about, "steps": listed, "start": asked})
    return made


def what_it_does(step: Step) -> tuple[Any, ...]:
    """What two steps have in common that look the same, wherever they stand."""
    return (
        step.key, step.reads, step.write, step.source, step.position, step.part, step.several, step.complete
    )  # fmt: skip


def step_data(step: Step, timeline: Timeline, right: Timeline, found: dict[Any, Check]) -> dict[str, Any]:
    """One step. What the drawing shows already, the values and the local derivatives, need not be said again."""
    node = timeline.nodes[int(step.key[1:])]
    symbols, numbers = symbols_and_numbers(step)
    data = {"node": int(step.key[1:]), "say": step.sentence, "formulaHtml": symbols, "numbersHtml": numbers}
    if step.phase == "forward":
        return data | {"phase": "loss" if node is timeline.root else "forward"}
    data |= {"phase": "backward", "text": number(step.write.number, timeline.digits).text}
    if step.source is not None:
        data |= {"source": int(step.source[1:]), "position": step.position}
    if step.several and step.write.number != step.part:
        data["sumHtml"] = number(step.write.number, timeline.digits).html
    expected = right.gradients[node]
    if step.complete and not equal_but_for_rounding(step.write.number, expected):
        data |= {"wrong": 1, "remarkHtml": f"Wrong: it should be {number(expected, timeline.digits).html}."}
    if step.complete and node in found:
        data["checkHtml"] = check_html(found[node], step.write.number, expected)
    return data


def symbols_and_numbers(step: Step) -> tuple[str, str]:
    """The formula of a step in HTML: what is said in symbols, and what is said in numbers."""
    equation = step.formula
    symbols, numbers = [equation.left.html(equation.digits)], list[str]()
    for sign, side in zip(equation.signs, equation.sides, strict=True):
        written = f"{sign} {side.html(equation.digits)}"
        (numbers if side == side.in_numbers() else symbols).append(written)
    if equation.computed is not None:
        numbers.append(equation.ending(Html(equation.digits)).removeprefix(", ").removeprefix("; "))
    if len(symbols) == 1 and numbers:
        symbols.append(numbers.pop(0))
    return " ".join(symbols), " ".join(numbers)


def equal_but_for_rounding(x: float, y: float) -> bool:
    """Equal but for rounding; NaN is NaN."""
    return x == y or (x != x and y != y) or abs(x - y) <= 1e-9 * max(abs(x), abs(y))


def title_html(timeline: Timeline) -> str:
    """L = 0.5·(y − ŷ)², or only L if the formula is long."""
    board = Blackboard(timeline.root, digits=timeline.digits)
    name = timeline.names[timeline.root].html
    formula = board.value(timeline.root).html(timeline.digits)
    return f"{name} = {formula}" if len(formula) <= LONGEST_TITLE else name


def is_right(timeline: Timeline) -> bool:
    """Whether the timeline is the one of correct backpropagation."""
    return timeline.order == "topological" and timeline.passes == 1


def operand_places(timeline: Timeline) -> list[list[int]]:
    """For each node the places of its operands."""
    place = {node: index for index, node in enumerate(timeline.nodes)}
    return [[place[parent] for parent in node.parents] for node in timeline.nodes]


# ── Finite differences ──────────────────────────────────────────────────────────────────────────────────────────


def leaf_checks(timeline: Timeline) -> dict[Any, Check]:
    """The finite differences of the first leaves that are not constants."""
    leaves = [node for node in timeline.nodes if not node.parents and not timeline.board.is_constant(node)]
    return checks(timeline.root, {leaf: timeline.gradients[leaf] for leaf in leaves[:MOST_CHECKS]})


def check_html(found: Check, gradient: float, expected: float) -> str:
    """What finite differences say of a gradient, which may not be the expected one."""
    if found.verdict == "unknown":
        return "Finite differences have no answer here."
    numeric = number(found.numeric, 6).html
    if not equal_but_for_rounding(gradient, expected):
        return f"✗ finite differences: {numeric}"
    if found.verdict == "at a kink":
        return f"✓ finite differences: {numeric} in the middle, and it is at a kink"
    return f"{'✓' if found.verdict == 'agrees' else '✗'} finite differences: {numeric}"
