"""Formulas: the textbook's partials are those of the table, and what is written reads back as what it is."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import ops
from autograd.arithmetic import Floats
from autograd.operation import Operation
from autograd.show.writing.equation import Equation, equation
from autograd.show.writing.formula import LONGEST_SUM, Derivative, Number, Power, Product, Quotient, Sum, Symbol
from autograd.show.writing.formula_arithmetic import Formulas, operation_formula
from autograd.show.writing.names import label_name
from shown_text import evaluate

MEMBERS = [member for family in ops.FAMILIES.values() for member in family.tried]
ALL = [*ops.OPERATIONS.values(), *MEMBERS]


def symbol(label, value=0.0):
    return Symbol(label_name(label), value)


a, b, c1 = symbol("a", 2.0), symbol("b", -3.0), symbol("c1", 0.5)


# ── The textbook's form of the partials ─────────────────────────────────────────────────────────────────────────


def points(op, count=40):
    """Random operands of moderate size, where the textbook's form has not yet lost digits."""
    rng = random.Random(1)
    for arity in [op.arity] if op.arity is not None else [2, 6]:
        intervals = [op.domain[place] if place < len(op.domain) else op.domain[0] for place in range(arity)]
        for _ in range(count):
            yield [rng.uniform(max(low + 0.01, -3.0), min(high - 0.01, 3.0)) for low, high in intervals]


def textbook_agrees(op, xs):
    y = op.value(Floats, *xs)
    stable, textbook = (list(map(float, rule(Floats, y, *xs))) for rule in (op.partials, op.blackboard))
    return textbook == pytest.approx(stable, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("op", ALL, ids=repr)
def test_the_textbook_form_is_the_partial_of_the_table(op):
    for xs in points(op):
        assert textbook_agrees(op, xs), xs


def test_a_textbook_form_wrong_by_a_millionth_is_caught():
    wrong = Operation(
        "wrong", ops.TANH.value, ops.TANH.partials, blackboard=lambda m, y, x: (1.000001 - m.power(y, 2.0),)
    )
    assert not all(textbook_agrees(wrong, xs) for xs in points(wrong))


@pytest.mark.parametrize("op", ALL, ids=repr)
def test_every_operation_and_its_slopes_can_be_written_in_three_notations(op):
    xs = [symbol(label, 0.5) for label in "abcd"[: op.arity]]
    for form in (operation_formula(op, *xs), *op.blackboard(Formulas, symbol("y", 0.25), *xs)):
        form = form if not isinstance(form, float) else Number(form)
        for text in (form.text(), form.latex(), form.html()):
            assert text and "\ue000" not in text and "<operation" not in text
        assert form.latex().count("{") == form.latex().count("}")
        assert form.latex().count(r"\left") == form.latex().count(r"\right")


@pytest.mark.parametrize(
    "op, slope",
    [
        (ops.SIGMOID, "y(1 − y)"),
        (ops.TANH, "1 − y²"),
        (ops.EXP, "y"),
        (ops.LOG, "1/x"),
        (ops.ATAN, "1/(1 + x²)"),
        (ops.ASIN, "1/√(1 − x²)"),
        (ops.SIN, "cos(x)"),
        (ops.POWER(3.0), "3·x²"),
    ],
    ids=repr,
)
def test_slopes_as_a_book_has_them(op, slope):
    (form,) = op.blackboard(Formulas, symbol("y"), symbol("x"))
    assert form.text() == slope


# ── Notations ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "form, text, latex, html",
    [
        (a + b, "a + b", "a + b", "a + b"),
        (a - (b + c1), "a − (b + c₁)", r"a - \left(b + c_{1}\right)", "a − (b + c<sub>1</sub>)"),
        (a * (b + c1), "a(b + c₁)", r"a\left(b + c_{1}\right)", "a(b + c<sub>1</sub>)"),
        (2.0 * a, "2·a", r"2 \cdot a", "2·a"),
        (a * -b, "a·(−b)", r"a \cdot \left(-b\right)", "a·(−b)"),
        (-(-a), "−(−a)", r"-\left(-a\right)", "−(−a)"),
        (Quotient(a, b * c1), "a/(b·c₁)", r"\frac{a}{b \cdot c_{1}}", "a/(b·c<sub>1</sub>)"),
        (Quotient(a, Quotient(b, c1)), "a/(b/c₁)", r"\frac{a}{\frac{b}{c_{1}}}", "a/(b/c<sub>1</sub>)"),
        (Quotient(a, b) * c1, "(a/b)·c₁", r"\frac{a}{b} \cdot c_{1}", "(a/b)·c<sub>1</sub>"),
        (Power(a + b, Number(2.0)), "(a + b)²", r"\left(a + b\right)^{2}", "(a + b)<sup>2</sup>"),
        (Power(a, Number(-1.0)), "a⁻¹", "a^{-1}", "a<sup>−1</sup>"),
        (Power(a, Number(0.5)), "a^0.5", "a^{0.5}", "a^0.5"),
        (Formulas.sqrt(a + b), "√(a + b)", r"\sqrt{a + b}", "√(a + b)"),
        (Formulas.abs(a - b), "|a − b|", r"\left|a - b\right|", "|a − b|"),
        (Formulas.greater(a, b), "[a > b]", r"\left[a \gt b\right]", "[a &gt; b]"),
        (Formulas.exp(a), "exp(a)", "e^{a}", "exp(a)"),
        (operation_formula(ops.MEAN, a, b), "(a + b)/2", r"\frac{a + b}{2}", "(a + b)/2"),
        (operation_formula(ops.DOT, a, b, c1, a), "a·c₁ + b·a", r"a \cdot c_{1} + b \cdot a", "a·c<sub>1</sub> + b·a"),
        (Product((a, b + c1), wide=True), "a · (b + c₁)", r"a \cdot \left(b + c_{1}\right)", "a · (b + c<sub>1</sub>)"),
        (
            Derivative(label_name("L"), label_name("w2"), 0.1),
            "∂L/∂w₂",
            r"\frac{\partial L}{\partial w_{2}}",
            "∂L/∂w<sub>2</sub>",
        ),
    ],
    ids=lambda form: form if isinstance(form, str) else "",
)
def test_notations(form, text, latex, html):
    assert (form.text(), form.latex(), form.html()) == (text, latex, html)


@pytest.mark.parametrize(
    "x, text, latex, html",
    [
        (-0.0679, "−0.0679", "-0.0679", "−0.0679"),
        (2 / 3, "0.667", "0.667", "0.667"),
        (0.49999, "0.500", "0.500", "0.500"),
        (123456.0, "123456", "123456", "123456"),
        (2e-7, "2·10⁻⁷", r"2 \cdot 10^{-7}", "2·10<sup>−7</sup>"),
        (-1e12, "−10¹²", "-10^{12}", "−10<sup>12</sup>"),
        (math.nan, "NaN", r"\mathrm{NaN}", "NaN"),
        (-math.inf, "−∞", r"-\infty", "−∞"),
    ],
)
def test_numbers(x, text, latex, html):
    number = Number(x)
    assert (number.text(), number.latex(), number.html()) == (text, latex, html)


def test_a_label_that_is_an_expression_is_read_as_one_name():
    assert (symbol("a + b") * c1).text() == "(a + b)·c₁"


def test_hostile_labels_are_text():
    form = symbol("<b>&") + symbol("}$")
    assert form.html() == "(&lt;b&gt;&amp;) + }$"
    assert form.latex() == r"\left({\lt \text{b}\gt \&}\right) + {\}\$}"


def test_of_very_many_terms_the_first_few_and_the_last_are_written():
    assert Sum((a,) * LONGEST_SUM).text().count("a") == LONGEST_SUM
    assert Sum((a,) * 99_999 + (b,)).text() == "a + a + a + a + a + a + … + b"


# ── Reading back ────────────────────────────────────────────────────────────────────────────────────────────────

LEAVES = st.floats(-100.0, 100.0).map(lambda x: round(x, 4)).map(lambda x: (symbol("x", x), x))


def combined(parts):
    pairs = st.tuples(parts, parts)
    return st.one_of(
        pairs.map(lambda p: (p[0][0] + p[1][0], p[0][1] + p[1][1])),
        pairs.map(lambda p: (p[0][0] - p[1][0], p[0][1] - p[1][1])),
        pairs.map(lambda p: (p[0][0] * p[1][0], p[0][1] * p[1][1])),
        pairs.filter(lambda p: p[1][1] != 0.0).map(lambda p: (Quotient(p[0][0], p[1][0]), p[0][1] / p[1][1])),
        parts.map(lambda p: (-p[0], -p[1])),
        parts.filter(lambda p: abs(p[1]) < 1e50).map(lambda p: (Power(p[0], Number(2.0)), p[1] ** 2.0)),
    )


@given(st.recursive(LEAVES, combined, max_leaves=8))
def test_a_formula_in_numbers_reads_back_as_its_value(form_and_value):
    form, value = form_and_value
    read = evaluate(form.in_numbers().text(17))
    # Terms of any size may cancel, but each is read back to its last digits.
    size = max(1.0, *(abs(x) for x in form.numbers()), *(abs(x) for x in form.in_numbers().numbers()))
    assert read == pytest.approx(value, rel=1e-6, abs=1e-9 * size**2)


# ── Equations ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_equation_says_where_it_is_rounded():
    third = symbol("w", 1 / 3)
    assert equation(symbol("z", 1 / 6), c1 * third, 1 / 6).text() == "z = c₁·w ≈ 0.5·0.333 ≈ 0.167"
    assert equation(symbol("z", 1.0), c1 * a, 1.0).text() == "z = c₁·a = 0.5·2 = 1"
    assert equation(symbol("z", 1 / 6), c1 * third, 1 / 6).latex() == (
        r"z = c_{1} \cdot w \approx 0.5 \cdot 0.333 \approx 0.167"
    )


def test_what_follows_a_rounded_number_is_not_called_equal():
    exact_again = Equation(symbol("z"), (Number(1 / 3) * Number(3.0), Number(1.0)))
    assert exact_again.text() == "z ≈ 0.333·3 ≈ 1"


def test_a_side_that_repeats_the_one_before_is_left_out():
    assert equation(symbol("z", 2.0), a, 2.0).text() == "z = a = 2"


def test_digits_can_be_chosen():
    assert equation(symbol("z", 1 / 3), symbol("w", 1 / 3), 1 / 3, 6).text() == "z = w ≈ 0.333333"
