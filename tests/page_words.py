"""What a page has to write, by Python: the words of each step, and the chain rules behind each gradient."""

from autograd.show.derive import derive
from autograd.show.stepping.page import leaf_checks
from autograd.show.stepping.player_data import MISTAKES, RIGHT
from autograd.show.stepping.timeline import Timeline
from autograd.show.writing.notation import Html
from autograd.show.writing.numbers import number


def symbols_and_numbers(step):
    """The formula of a step in HTML: what is said in symbols, and what is said in numbers."""
    equation = step.formula
    symbols, numbers = [equation.left.html(equation.digits)], []
    for sign, side in zip(equation.signs, equation.sides, strict=True):
        written = f"{sign} {side.html(equation.digits)}"
        (numbers if side == side.in_numbers() else symbols).append(written)
    if equation.computed is not None:
        numbers.append(equation.ending(Html(equation.digits)).removeprefix(", ").removeprefix("; "))
    if len(symbols) == 1 and numbers:
        symbols.append(numbers.pop(0))
    return " ".join(symbols), " ".join(numbers)


def equal_but_for_rounding(x, y):
    return x == y or (x != x and y != y) or abs(x - y) <= 1e-9 * max(abs(x), abs(y))


def words_of(step, timeline, right, checks):
    """Everything that a step says, and whether it is wrong."""
    node = timeline.nodes[int(step.key[1:])]
    digits = timeline.digits
    if step.phase == "given":
        return {"say": step.sentence, "formulaHtml": step.formula.html(), "numbersHtml": ""}
    symbols, numbers = symbols_and_numbers(step)
    words = {"say": step.sentence, "formulaHtml": symbols, "numbersHtml": numbers}
    if step.phase == "forward":
        return words
    words["text"] = number(step.write.number, digits).text
    if step.several and step.write.number != step.part:
        words["sumHtml"] = number(step.write.number, digits).html
    expected = right.gradients[node]
    if step.complete and not equal_but_for_rounding(step.write.number, expected):
        words["remarkHtml"] = f"Wrong: it should be {number(expected, digits).html}."
    if step.complete and node in checks:
        words["checkHtml"] = check_html(checks[node], step.write.number, expected)
    return words


def check_html(found, gradient, expected):
    """What finite differences say of a gradient, which may not be the expected one."""
    if found.verdict == "unknown":
        return "Finite differences have no answer here."
    numeric = number(found.numeric, 6).html
    if not equal_but_for_rounding(gradient, expected):
        return f"✗ finite differences: {numeric}"
    if found.verdict == "at a kink":
        return f"✓ finite differences: {numeric} in the middle, and it is at a kink"
    return f"{'✓' if found.verdict == 'agrees' else '✗'} finite differences: {numeric}"


def page_words(root, digits=3):
    """The words of every step of the right timeline and of those of the mistakes, and every derivation."""
    right = Timeline(root, digits=digits)
    checks = leaf_checks(right)
    tracks = []
    for options in (RIGHT, *(RIGHT | mistake for _, _, mistake in MISTAKES)):
        timeline = Timeline(root, digits=digits, **options)
        tracks.append([words_of(step, timeline, right, checks) for step in timeline])
    asked = [node for node in right.nodes if not right.board.is_constant(node)]
    return {"tracks": tracks, "derivations": [derive(root, node, digits=digits).html for node in asked]}
