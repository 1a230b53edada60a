"""Expressions as people type them: read as Python reads them, without being evaluated as Python."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autograd
from autograd import DomainError
from autograd.show.typed.parser import LONGEST_TEXT, parse
from autograd.show.typed.tokens import ExpressionError
from autograd.show.typed.vocabulary import FUNCTIONS

VALUES = {"x": 0.7, "w1": -1.3, "θ": 2.1}
SMOOTH = ["sin", "tanh", "sigmoid", "atan", "softplus"]


def joined(parts):
    return st.one_of(
        st.tuples(parts, st.sampled_from([" + ", "-", "*", " / "]), parts).map("".join),
        parts.map(lambda text: f"({text})"),
        parts.map(lambda text: f"-{text}"),
        parts.map(lambda text: f"+ {text}"),
        st.tuples(parts, st.sampled_from(["2", "-2", "3", "-1**2", "2**1"])).map("**".join),
        st.tuples(st.sampled_from(SMOOTH), parts).map(lambda call: f"{call[0]}({call[1]})"),
        st.tuples(parts, parts).map(lambda pair: f"hypot({pair[0]}, {pair[1]})"),
    )


EXPRESSIONS = st.recursive(st.sampled_from([*VALUES, "2", "0.5", "1e-1", ".25", "3."]), joined, max_leaves=12)


def python(text, values):
    """What Python itself makes of the same text."""
    functions = {name: getattr(autograd, name) for name in [*SMOOTH, "hypot"]}
    return float(eval(text, {"__builtins__": {}}, {**functions, **values}))


@settings(max_examples=150, deadline=None)
@given(EXPRESSIONS)
def test_values_and_gradients_are_those_of_python(text):
    text = f"({text}) + 0*(x + w1 + θ)"  # so that every name is used
    try:
        expected = python(text, VALUES)
        root, named = parse(text, VALUES)
    except (ArithmeticError, ValueError, TypeError):
        assume(False)
    assume(abs(expected) < 1e6)
    assert root.data == pytest.approx(expected, rel=1e-12, abs=1e-12)
    root.backward()
    for name, x in VALUES.items():
        h = 1e-5
        up, down = (python(text, {**VALUES, name: x + side}) for side in (h, -h))
        slope = (up - down) / (2 * h)
        halved = (python(text, {**VALUES, name: x + 2 * h}) - python(text, {**VALUES, name: x - 2 * h})) / (4 * h)
        assume(abs(slope - halved) < 1e-6 * max(1, abs(slope)) and abs(slope) < 1e6)
        assert named[name].grad == pytest.approx(slope, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize(
    "text", ["-x**2", "2**-x**2", "2**3**x", "-x*w", "x-w-2", "x/w/2", "--x**-2*w", "2**-x*w", "-(-x)"]
)
def test_precedence_is_pythons(text):
    values = {name: number for name, number in {"x": 1.5, "w": 0.4}.items() if name in text}
    assert parse(text, values)[0].data == pytest.approx(eval(text, {}, values), rel=1e-14)


def test_statements_label_what_they_assign():
    root, named = parse("z = x*w + 1; L = 0.5*(y - tanh(z))**2;", {"x": 2, "w": 0.3, "y": 1})
    assert list(named) == ["x", "w", "y", "z", "L"]
    assert all(value.label == name for name, value in named.items())
    assert named["L"] is root and root.data == pytest.approx(0.5 * (1 - math.tanh(1.6)) ** 2)


def test_constants_and_names_in_any_script():
    assert parse("pi*e", {})[0].data == pytest.approx(math.pi * math.e)
    assert parse("e*2", {"e": 5.0})[0].data == 10.0
    root, named = parse("ŷ*w₁ + größe_2", {"y\u0302": 2.0, "w₁": 3.0, "größe_2": 1.0})
    assert root.data == 7.0 and "ŷ" in named
    assert parse("leaky_relu(x, 0.1) + elu(x) + leaky_relu(x)", {"x": 2.0})[0].data == 6.0


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_can_be_called(name):
    arguments = ["x", "0.25", "0.5"][: FUNCTIONS[name].least]
    root, _ = parse(f"{name}({','.join(arguments)})", {"x": 0.3})
    assert root.data == pytest.approx(getattr(autograd, name)(0.3, *map(float, arguments[1:])))


@pytest.mark.parametrize(
    "text, place, words",
    [
        ("x*w1 + q", 7, "q=number is missing"),
        ("x*w1 + w2", 7, "did you mean w1?"),
        ("snh(x)*w1", 0, "sinh"),
        ("x(2)*w1", 0, "x is a number and no function"),
        ("exp*x", 0, "write exp(…)"),
        ("x*", 2, "is missing here"),
        ("x + *w1", 4, "is missing here"),
        ("()", 1, "is missing here"),
        ("maximum(x, )", 11, "is missing here"),
        ("2*(x*w1", 2, "is not closed"),
        ("2*(x*w1; x", 2, "is not closed"),
        ("x*w1)", 4, "was not opened"),
        ("(x, w1)", 2, "arguments of a function"),
        ("x w1", 2, "an operator is missing"),
        ("exp(x, w1)", 0, "takes 1 argument, but was given 2"),
        ("maximum(x)*w1", 0, "takes 2 arguments, but was given 1"),
        ("w1*exp()", 3, "but was given 0"),
        ("elu(x, 1, 2)", 0, "takes 1 or 2 arguments"),
        ("elu(x, w1)", 0, "a fixed number"),
        ("x = 3; x*w1", 0, "given as a number and assigned"),
        ("z = x; z = w1; z", 7, "assigned twice"),
        ("z = x; q = w1; z", 7, "not used after that"),
        ("z = x; z*w1; z", 7, "no name to be used by"),
        ("x + (y = w1)", 5, "y=number is missing"),
        ("x*w1 = 2", 5, "begins a statement"),
        ("2x*w1", 0, "write 2*x"),
        ("x*1.2.3", 2, "1.2.3 is not a number"),
        ("x*1e999", 2, "larger than any"),
        ("x^2", 1, "write **"),
        ("x²", 1, "write **2"),
        ("__import__('os')", 11, "' is not part"),
        ("x.a", 1, ". is not part"),
        ("lambda x: x", 8, ": is not part"),
        ("[x for x in w1]", 0, "is not part"),
        ("x if w1 else 2", 2, "an operator is missing"),
        ("__class__", 0, "__class__=number is missing"),
        ("x\n*\x1b", 3, r"\x1b is not part"),
    ],
)
def test_errors_point_at_the_place(text, place, words):
    with pytest.raises(ExpressionError) as caught:
        parse(text, {"x": 1.0, "w1": 2.0})
    assert caught.value.place == place
    message, shown, caret = str(caught.value).splitlines()
    assert words in message
    assert caret.strip() == "^" and "\x1b" not in shown
    under = shown[caret.index("^")] if caret.index("^") < len(shown) else ""
    assert under == (text[place : place + 1] if text[place : place + 1].isprintable() else "\ufffd")


def test_errors_without_a_place():
    for text, values, words in [
        ("", {}, "empty"),
        (" \n", {}, "empty"),
        ("x", {"x": 1.0, "w": 2.0}, "w is given as a number, but is not in the expression"),
        ("x", {"x": "three"}, "the value of x is not a number"),
        ("x" * (LONGEST_TEXT + 1), {}, "100,001 characters"),
    ]:
        with pytest.raises(ExpressionError, match=words) as caught:
            parse(text, values)
        assert caught.value.place is None and "^" not in str(caught.value)


def test_a_long_text_is_shown_around_the_place_and_wide_characters_count_twice():
    _, shown, caret = str(pytest.raises(ExpressionError, parse, "x + " * 1000 + "x + !", {"x": 1.0}).value).splitlines()
    assert len(shown) < 90 and shown[caret.index("^")] == "!" and shown.startswith("  … ")
    _, shown, caret = str(pytest.raises(ExpressionError, parse, "重*!", {"重": 1.0}).value).splitlines()
    assert caret.index("^") == 2 + 2 + 1


def test_what_has_no_finite_value_says_so():
    with pytest.raises(DomainError, match=r"log: log\(-1.0 \(x\)\)"):
        parse("log(x)", {"x": -1.0})
    with pytest.raises(DomainError, match="divide"):
        parse("x + 1/0", {"x": 1.0})


DEEP = [("(", ")"), ("-(", ")"), ("-", ""), ("tanh(", ")"), ("1**", "")]


@pytest.mark.parametrize(
    "text", [10_000 * before + "x" + 10_000 * after for before, after in DEEP], ids=[before for before, _ in DEEP]
)
def test_depth_is_no_limit(text):
    root, named = parse(text, {"x": 1.0})
    assert math.isfinite(root.data)
    root.backward()
    assert math.isfinite(named["x"].grad)
