"""The numbers that an expression asks for are those without which it cannot be read, and no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import DomainError
from autograd.show.typed.inputs import inputs_of
from autograd.show.typed.parser import parse
from autograd.show.typed.tokens import ExpressionError

NAMES = st.sampled_from(["x", "w", "b", "ŷ", "x1", "tau"])
TERMS = st.recursive(
    NAMES | st.sampled_from(["pi", "e", "2", "0.5"]),
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from("+-*"), part).map(lambda its: f"({' '.join(its)})"),
        st.tuples(st.sampled_from(["tanh", "sin"]), part).map(lambda its: f"{its[0]}({its[1]})"),
    ),
    max_leaves=6,
)


@st.composite
def texts(draw):
    """Statements of which each but the first uses the one before."""
    statements = [f"s0 = {draw(TERMS)}"]
    statements += [f"s{place} = s{place - 1} * {draw(TERMS)}" for place in range(1, draw(st.integers(1, 4)))]
    return "; ".join(statements)


@given(texts())
def test_they_are_enough_and_none_is_too_many(text):
    names = inputs_of(text)
    try:
        _, named = parse(text, dict.fromkeys(names, 0.25))
    except DomainError:
        return
    assert list(named)[: len(names)] == names
    for name in names:
        with pytest.raises(ExpressionError, match=f"{name}=number is missing"):
            parse(text, {other: 0.25 for other in names if other != name})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x = 3; x*w", ["w"]),
        ("tanhh(w*x", ["w", "x"]),  # no function, and no number either
        ("e = 2*a; e*pi", ["a"]),
        ("L = (y - t", ["y", "t"]),  # while it is typed
        ("y\u0302*2", ["ŷ"]),  # one character or two
        ("", []),
    ],
)
def test_some(text, names):
    assert inputs_of(text) == names
