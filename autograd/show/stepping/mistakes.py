"""A timeline as the player takes it: what each step says and writes, and the timelines of two mistakes beside it."""

from __future__ import annotations

from typing import Any

from autograd.show.stepping.differences import Check, checks
from autograd.show.steps import Step, Steps
from autograd.show.writing.blackboard import Blackboard
from autograd.show.writing.names import number

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


def player_data(steps: Steps, right: Steps, found: dict[Any, Check]) -> dict[str, Any]:
    """What `stepper` of `player.js` takes beside the drawing."""
    return {
        "titleHtml": title_html(right),
        "namesHtml": [right.names[node].html for node in right.nodes],
        "operands": operand_places(right),
        "derivationsHtml": {},
        "hintHtml": '<p class="cg-hint">Point at a box to see its paths; click it, or choose it here, for the chain'
        " rule behind its gradient.</p>",
        "tracks": tracks(steps, right, found),
    }


def tracks(shown: Steps, right: Steps, found: dict[Any, Check]) -> list[dict[str, Any]]:
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
            steps = shown if asked else Steps(right.root, digits=right.digits, **mistake)
            listed: list[Any] = [known.get(what_it_does(step)) for step in steps]
            for place, index in enumerate(listed):
                if index is None:
                    listed[place] = step_data(steps[place], steps, right, found)
            if asked or any(isinstance(step, dict) and "wrong" in step for step in listed):
                made.append({"name": name, "about": about, "steps": listed, "start": asked})
    return made


def what_it_does(step: Step) -> tuple[Any, ...]:
    """What two steps have in common that look the same, wherever they stand."""
    return (
        step.key, step.reads, step.write, step.source, step.position, step.part, step.several, step.complete
    )  # fmt: skip


def step_data(step: Step, steps: Steps, right: Steps, found: dict[Any, Check]) -> dict[str, Any]:
    """One step. What the drawing shows already, the values and the local derivatives, need not be said again."""
    node = steps.nodes[int(step.key[1:])]
    symbols, numbers = split(step)
    data = {"node": int(step.key[1:]), "say": step.sentence, "formulaHtml": symbols, "numbersHtml": numbers}
    if step.phase == "forward":
        return data | {"phase": "loss" if node is steps.root else "forward"}
    data |= {"phase": "backward", "text": number(step.write.number, steps.digits).text}
    if step.source is not None:
        data |= {"source": int(step.source[1:]), "position": step.position}
    if step.several and step.write.number != step.part:
        data["sumHtml"] = number(step.write.number, steps.digits).html
    expected = right.gradients[node]
    if step.complete and not same(step.write.number, expected):
        data |= {"wrong": 1, "remarkHtml": f"Wrong: it should be {number(expected, steps.digits).html}."}
    if step.complete and node in found:
        data["checkHtml"] = check_html(found[node], step.write.number, expected)
    return data


def split(step: Step) -> tuple[str, str]:
    """The formula of a step in HTML: what is said in symbols, and what is said in numbers."""
    equation = step.formula
    symbols, numbers = [equation.left.html(equation.digits)], list[str]()
    for sign, side in zip(equation.signs, equation.sides, strict=True):
        written = f"{sign} {side.html(equation.digits)}"
        (numbers if side == side.in_numbers() else symbols).append(written)
    if len(symbols) == 1 and numbers:
        symbols.append(numbers.pop(0))
    return " ".join(symbols), " ".join(numbers)


def same(x: float, y: float) -> bool:
    """Equal but for rounding; NaN is NaN."""
    return x == y or (x != x and y != y) or abs(x - y) <= 1e-9 * max(abs(x), abs(y))


def title_html(steps: Steps) -> str:
    """L = 0.5·(y − ŷ)², or only L if the formula is long."""
    board = Blackboard(steps.root, digits=steps.digits)
    name = steps.names[steps.root].html
    formula = board.value(steps.root).html(steps.digits)
    return f"{name} = {formula}" if len(formula) <= LONGEST_TITLE else name


def is_right(steps: Steps) -> bool:
    """Whether the timeline is the one of correct backpropagation."""
    return steps.order == "topological" and steps.passes == 1


def operand_places(steps: Steps) -> list[list[int]]:
    """For each node the places of its operands."""
    place = {node: index for index, node in enumerate(steps.nodes)}
    return [[place[parent] for parent in node.parents] for node in steps.nodes]


# ── Finite differences ──────────────────────────────────────────────────────────────────────────────────────────


def leaf_checks(steps: Steps) -> dict[Any, Check]:
    """The finite differences of the first leaves that are not constants."""
    leaves = [node for node in steps.nodes if not node.parents and not steps.board.is_constant(node)]
    return checks(steps.root, {leaf: steps.gradients[leaf] for leaf in leaves[:MOST_CHECKS]})


def check_html(found: Check, gradient: float, expected: float) -> str:
    """What finite differences say of a gradient, which may not be the expected one."""
    if found.verdict == "unknown":
        return "Finite differences have no answer here."
    numeric = number(found.numeric, 6).html
    if not same(gradient, expected):
        return f"✗ finite differences: {numeric}"
    if found.verdict == "at a kink":
        return f"✓ finite differences: {numeric} in the middle, and it is at a kink"
    return f"{'✓' if found.verdict == 'agrees' else '✗'} finite differences: {numeric}"
