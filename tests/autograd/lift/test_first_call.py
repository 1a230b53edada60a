"""What a function finds out about its arguments besides their numbers: a program answers alike, or is refused."""

import functools
import math

import pytest

from autograd import TraceError, Value, exp, jit, relu, value_and_grad, vmap

TABLE = {"2.0": 5.0}


def by_match(x):
    match x:
        case float():
            return x * 3.0
        case _:
            return x * 2.0


def by_error(x):
    try:
        return x.exp() * 0.0
    except AttributeError:
        return x * 3.0


@functools.singledispatch
def by_dispatch(x):
    return x * 2.0


@by_dispatch.register
def _(x: float):
    return x * 3.0


def by_whole_number(x):
    return x * 3.0 if isinstance(x, int) else x * 2.0


#: They answer otherwise for a number than for a Value.
OTHERWISE = {
    "isinstance float": lambda x: x * 3.0 if isinstance(x, float) else x * 2.0,
    "isinstance Value": lambda x: x * 3.0 if isinstance(x, Value) else x * 2.0,
    "isinstance of what was computed": lambda x: x * 3.0 if isinstance(x * 2.0, float) else x * 2.0,
    "isinstance of several": lambda x: x * 3.0 if isinstance(x, (int, float)) else x * 2.0,
    "isinstance int": by_whole_number,
    "type is": lambda x: x * 3.0 if type(x) is float else x * 2.0,
    "type ==": lambda x: x * 3.0 if type(x) == float else x * 2.0,  # noqa: E721
    "type in": lambda x: x * 3.0 if type(x) in (int, float) else x * 2.0,
    "types in a table": lambda x: x * {float: 3.0}.get(type(x), 2.0),
    "type, mapped": lambda x: x * 3.0 if float in set(map(type, [x])) else x * 2.0,
    "__class__": lambda x: x * 3.0 if x.__class__ is float else x * 2.0,
    "the name of the type": lambda x: x * (3.0 if type(x).__name__ == "float" else 2.0),
    "hasattr": lambda x: x * 3.0 if hasattr(x, "tanh") else x * 2.0,
    "match": by_match,
    "an error": by_error,
    "singledispatch": by_dispatch,
    "str": lambda x: x * TABLE.get(str(x), 1.0),
    "repr": lambda x: x * len(repr(x)),
    "a text": lambda x: x * TABLE.get(f"{x}", 1.0),
    "a kind that only shows where it is negative": lambda x: abs(x) if isinstance(x, float) else x * 1.0,
}


@pytest.mark.parametrize("way", OTHERWISE)
def test_what_answers_otherwise_for_values_is_refused(way):
    compiled = jit(OTHERWISE[way])
    for _ in range(2):
        with pytest.raises(TraceError, match=r"(?s)test_first_call.py:\d+.*asks what it is given.*Use instead"):
            compiled(2.0)


#: They ask, and answer alike.
ALIKE = {
    "a function for both": lambda x: math.exp(x) if isinstance(x, (int, float)) else x.exp(),
    "made a Value": lambda x: (x if isinstance(x, Value) else Value(x)) * 2.0,
    "a check": lambda x: x * x if isinstance(x, (int, float, Value)) else None,
    "an error's text": lambda x: exp(x) if x is not None else f"no {x}",
    "an activation": lambda x: max(x, 0.0) if isinstance(x, float) else relu(x),
}


@pytest.mark.parametrize("way", ALIKE)
@pytest.mark.parametrize("x", [0.0, -1.5, 2, 3.0])
def test_what_answers_alike_is_compiled(way, x):
    f, compiled = ALIKE[way], jit(ALIKE[way])
    right = f(x)
    assert compiled(x) == pytest.approx(right.data if isinstance(right, Value) else right) and compiled.recordings == 1
    assert compiled(Value(x)).data == pytest.approx(f(Value(x)).data)


def test_inside_a_derivative_an_argument_is_a_value_in_any_case():
    def f(x, k):
        return x * (3.0 if isinstance(x, Value) else 2.0) * (1.0 if k is None else k)

    assert jit(value_and_grad(f))(2.0, None) == value_and_grad(f)(2.0, None) == (6.0, 3.0)
    with pytest.raises(TraceError, match="asks what it is given"):
        jit(value_and_grad(lambda x, k: x * (3.0 if isinstance(k, float) else 2.0)))(2.0, 1.0)


def test_a_bound_function_is_compared_as_well():
    with pytest.raises(TraceError, match="asks what it is given"):
        jit(value_and_grad(lambda x, k: x * k * (3.0 if isinstance(k, float) else 2.0))).bind(2.0, 1.0)


def test_what_is_printed_is_printed_once(capsys):
    compiled = jit(lambda x: print("called", isinstance(x, str)) or x * 2.0)
    assert compiled(3.0) == 6.0 and capsys.readouterr().out == "called False\n"


# ── Of the caller's own Value ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("attribute", ["label", "grad", "op", "parents", "_prev", "_op"])
@pytest.mark.parametrize("given", [2.0, Value(2.0, label="a")], ids=["number", "Value"])
@pytest.mark.parametrize("wrap", [jit, lambda f: jit(value_and_grad(f)), lambda f: jit(vmap(f))])
def test_what_an_argument_has_besides_its_number_is_refused(attribute, given, wrap):
    def f(x):
        return x * 2.0 if not getattr(x, attribute) else x * 3.0

    x = given
    if wrap is not jit:
        x = 2.0
    x = [x, x] if "vmap" in wrap.__code__.co_names else x
    with pytest.raises(TraceError, match=rf"(?s)test_first_call.py:\d+: return.*\.{attribute} of an argument was read"):
        wrap(f)(x)


def test_what_is_computed_or_captured_says_what_it_is():
    w = Value(2.0, label="w")
    f = jit(lambda x: (w * x) * (3.0 if w.label == "w" and (w * x).op.name == "multiply" else 2.0))
    assert f(1.0).data == 6.0
    assert jit(lambda x: setattr(x, "label", "x") or x * 2.0)(3.0) == 6.0
