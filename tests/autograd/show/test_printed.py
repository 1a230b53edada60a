"""What is printed is true: who works out an equation, from the numbers as they stand there, finds what stands there."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_words import symbols_and_numbers
from shown_markup import check_same, check_same_numbers, from_html, from_latex

from autograd import Value, ops
from autograd.show import derive, explain, steps
from autograd.show.writing.blackboard import Blackboard
from autograd.value import apply_by_ieee
from graphs import labelled_lecture, random_graph
from shown_text import check_derivation, check_equation, evaluate

EDGES = [0.0, 5e-324, 1e-300, 1e-17, 1e300, math.inf, math.nan, 40.0, -40.0, 0.1, 1 / 3, -2.0, 12345.678, 1e16, 710.0]
BINARY = [ops.ADD, ops.SUBTRACT, ops.MULTIPLY, ops.DIVIDE, ops.MAXIMUM, ops.HYPOT, ops.ATAN2, ops.POW]
UNARY = [
    *(ops.TANH, ops.SIGMOID, ops.SQRT, ops.EXP, ops.LOG, ops.ABS, ops.RELU, ops.SIN, ops.NEGATIVE, ops.SOFTPLUS),
    *(ops.POWER(2.0), ops.POWER(0.5), ops.POWER(-1.0), ops.POWER(3.0)),
]


@st.composite
def graphs(draw, numbers):
    """A root, with a label on some of the nodes."""
    nodes = [Value(draw(numbers), label=f"p{place}") for place in range(3)]
    for place in range(draw(st.integers(1, 7))):
        op = draw(st.sampled_from([*BINARY, *UNARY]))
        node = apply_by_ieee(op, *(draw(st.sampled_from(nodes[-4:])) for _ in range(op.arity)))
        node.label = draw(st.sampled_from(["", f"s{place}"]))
        nodes.append(node)
    return nodes[-1]


def check_all(root, digits):
    """Every equation of the forward pass, the backward pass and the derivations, in all three notations."""
    below = Blackboard(root).order
    for fold in (True, False):
        board = Blackboard(root, digits=digits, fold=fold)
        for node in board.order:
            if node.parents and not board.is_folded(node):
                slopes = (board.local_equation(node, operand) for operand in board.operands(node))
                for equation in (board.value_equation(node), *slopes):
                    check_equation(equation.text(), digits)
                    check_same(equation.text(), from_html(equation.html()))
                    check_same(equation.text(), from_latex(equation.latex()))
    given, *others = steps(root, digits=digits)
    for part in given.formula.parts:
        check_equation(part.text(), digits)
    for step in others:
        check_equation(str(step).split(maxsplit=1)[1], digits)
    leaves = [node for node in below if not node.parents and node.label]
    for asked in [*([leaf] for leaf in leaves), *([leaves] if leaves else [])]:
        derivation = derive(root, *asked, digits=digits)
        check_derivation(str(derivation), digits)
        check_same_numbers(str(derivation), from_html(derivation.html))
        check_same_numbers(str(derivation), from_latex(derivation.latex))


@settings(deadline=None, max_examples=80)
@given(graphs(st.floats(-3.0, 3.0).map(lambda x: round(x, 3)) | st.floats(-100.0, 100.0)), st.integers(2, 6))
def test_every_equation_of_a_random_graph(root, digits):
    check_all(root, digits)


@settings(deadline=None, max_examples=200)
@given(graphs(st.sampled_from(EDGES)), st.integers(2, 5))
def test_every_equation_at_the_edges(root, digits):
    check_all(root, digits)


def test_an_exponent_with_a_power_of_ten_is_not_set_in_superscripts():
    """Of −10³⁰⁰ in superscripts nobody could tell that 300 is raised once more."""
    x = Value(-1e300)
    check_all(x ** Value(-1e300), 2)
    assert "⁻¹⁰" not in str(derive(x ** Value(-1e300), x))


@pytest.mark.parametrize("seed", range(5))
def test_every_equation_of_a_larger_graph(seed):
    check_all(random_graph(24, seed), 3)


def test_every_equation_of_the_lecture():
    for digits in range(1, 8):
        check_all(labelled_lecture()["L"], digits)


# ── What is said where the sides come to something else ──


@pytest.mark.parametrize(
    "expression, values, line",
    [
        ("y = x**0.5*x", {"x": 0.0},
         "∂y/∂x = 1.5·x^0.5 = 1.5·0^0.5 = 0; but the chain rule meets 0·∞ or ∞ − ∞ there, and gives NaN"),
        ("y = sigmoid(x)", {"x": 40.0},
         "∂y/∂x = y(1 − y) = 1·(1 − 1) = 0; the floats of 16 digits round otherwise on the way that was computed, to"
         " ≈ 4.25·10⁻¹⁸"),
        ("y = hypot(a, 0)", {"a": 0.0}, "∂y/∂a = a/y = 0/0, which has no value; what is taken for it is 0"),
        ("y = sigmoid(x)", {"x": 20.0}, "∂y/∂x = y(1 − y) ≈ 0.99999999794·(1 − 0.99999999794) ≈ 2.06·10⁻⁹"),
    ],
)  # fmt: skip
def test_what_is_said_at_the_edges(expression, values, line):
    assert line in explain(expression, values)


def test_the_simplified_form_of_the_square_of_a_root():
    x = Value(0.0, label="x")
    y = x.sqrt() ** 2.0
    y.label = "y"
    assert str(derive(y, x)) == "∂y/∂x = 1; but the chain rule meets 0·∞ or ∞ − ∞ there, and gives NaN"
    assert r"1\text{; but the chain rule meets 0·∞ or ∞ − ∞ there, and gives}\; \mathrm{NaN}" in derive(y, x).latex
    assert "1; but the chain rule meets 0·∞ or ∞ − ∞ there, and gives NaN</p>" in derive(y, x).html


def test_an_order_that_underflows_is_told():
    x = node = Value(1e-200, label="x")
    for place, factor in enumerate((1e-200, 1e-200, 1e300)):
        node = node * Value(factor, label=f"c{place}")
        node.label = f"s{place}"
    text = str(derive(node, x))
    assert "≈ 10⁻¹⁰⁰" in text or "= 10⁻¹⁰⁰" in text
    check_derivation(text, 3)


def test_the_page_says_what_the_text_says():
    root = labelled_lecture()["L"]
    for step in steps(root)[1:]:
        for sign, side in zip(step.formula.signs, step.formula.sides, strict=True):
            assert f"{sign} {side.html(3)}" in " ".join(symbols_and_numbers(step))


@pytest.mark.parametrize("text", ["0.476·0.238 ≈ 0.112", "1·(1 − 1) ≈ 4.25·10⁻¹⁸", "2 + 2 = 5", "1.5·0^0.5 = NaN"])
def test_a_false_equation_is_caught(text):
    with pytest.raises(AssertionError):
        check_equation(f"y = {text}", 3)


@pytest.mark.parametrize(
    "text, written",
    [
        ("y = 2·3 = 6", r"y = 2 \cdot 3 = 7"),
        ("y = 2·(−3)² = 18", r"y = 2 \cdot -3^{2} = 18"),
        ("y = 2·(3 + 1) = 8", r"y = 2 \cdot 3 + 1 = 8"),
        ("y = 2·10⁻³ ≈ 0.002", r"y = 2 \cdot 10^{3} \approx 0.002"),
        ("y = 1 ≈ 1", "y = 1 = 1"),
    ],
)
def test_other_numbers_in_latex_are_caught(text, written):
    with pytest.raises(AssertionError):
        check_same(text, from_latex(written))


def test_numbers_are_read_back_by_ieee():
    assert evaluate("1/(−0)") == -math.inf and math.isnan(evaluate("∞ − ∞"))
