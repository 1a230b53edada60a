"""What NumPy's operators and functions give with a Value: the same as its own, or a TypeError that says what to do."""

import operator

import numpy as np
import pytest

import autograd
from autograd import Value, jit, where
from nn.microgpt import Value as OtherValue

FUNCTIONS = {
    **{name: name for name in ("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh")},
    **{"arcsin": "asin", "arccos": "acos", "arctan": "atan", "absolute": "abs", "fabs": "abs", "negative": "negative"},
}


@pytest.mark.parametrize("kind", [Value, OtherValue])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_the_method(name, kind):
    x, same = kind(0.75), kind(0.75)
    y, expected = getattr(np, name)(x), getattr(same, FUNCTIONS[name])()
    y.backward()
    expected.backward()
    assert (type(y), y.data, x.grad) == (kind, expected.data, same.grad)


@pytest.mark.parametrize(
    "name", ["maximum", "minimum", "hypot", "arctan2", "add", "subtract", "multiply", "divide", "power"]
)
def test_a_function_of_two_takes_numbers_on_either_side(name):
    numbers = getattr(np, name)(2.0, 3.0)
    for a, b in [(Value(2.0), Value(3.0)), (2.0, Value(3.0)), (Value(2.0), 3.0), (np.float64(2.0), Value(3.0))]:
        y = getattr(np, name)(a, b)
        assert isinstance(y, Value)
        assert y.data == pytest.approx(numbers, rel=1e-15)


@pytest.mark.parametrize("op", [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow])
@pytest.mark.parametrize("number", [np.float64(2.0), np.float32(2.0), np.int64(2)])
def test_a_scalar_of_numpy_on_the_left_is_a_number(op, number):
    x, same = Value(3.0), Value(3.0)
    y, expected = op(number, x), op(2.0, same)
    y.backward()
    expected.backward()
    assert (y.data, x.grad) == (expected.data, same.grad)


@pytest.mark.parametrize("op", [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne])
def test_comparisons_are_those_of_numbers(op):
    for number in (1.0, 2.0, 3.0):
        assert op(np.float64(number), Value(2.0)) is op(number, 2.0)
        assert op(Value(2.0), np.float64(number)) is op(2.0, number)


def test_an_array_is_compared_element_by_element_for_equality():
    assert (np.array([1.0, 2.0]) == Value(2.0)).tolist() == [False, True]
    assert (Value(2.0) != np.array([1.0, 2.0])).tolist() == [True, False]


@pytest.mark.parametrize(
    "mixed",
    [
        lambda v, xs: xs * v,
        lambda v, xs: v * xs,
        lambda v, xs: xs - v,
        lambda v, xs: xs < v,
        lambda v, xs: np.add(v, xs),
        lambda v, xs: xs @ v,
        lambda v, xs: operator.imul(xs, v),
        lambda v, xs: np.maximum(xs, v),
    ],
)
def test_an_array_is_refused_and_the_way_is_named(mixed):
    with pytest.raises(
        TypeError, match=r"an array \(ndarray of shape \(2,\)\) is not a number.*\[x \* v for x in array\]"
    ):
        mixed(Value(2.0), np.array([1.0, 2.0]))


@pytest.mark.parametrize("name", ["isnan", "floor", "sign", "conjugate"])
def test_other_functions_say_which_there_are(name):
    with pytest.raises(
        TypeError, match=f"NumPy's {name} takes no Value; of its functions those that do are absolute, .*tanh"
    ):
        getattr(np, name)(Value(2.0))


@pytest.mark.parametrize("truth", [True, np.True_, np.array(True)])
def test_an_answer_is_no_number_and_the_way_is_named(truth):
    for use in (Value, lambda t: Value(1.0) * t, lambda t: t * Value(1.0), lambda t: Value(1.0) > t):
        with pytest.raises(
            TypeError, match=r"True of type \w+ is an answer, not a number: choose by it, where\(True, a, b\)|'>' not"
        ):
            use(truth)
    assert where(truth, Value(1.0), 2.0).data == 1.0


def test_arrays_of_values_are_numpys():
    x = Value(2.0)
    y = np.exp(np.array([x, x])).sum() * np.float64(3.0)
    y.backward()
    assert x.grad == pytest.approx(6.0 * np.exp(2.0), rel=1e-15)


def test_inside_jit_it_is_recorded():
    f = jit(lambda x: np.exp(x) * np.float64(2.0) + np.float64(1.0) * np.tanh(x))
    for x in (0.5, 1.5):
        assert f(x) == pytest.approx(2.0 * np.exp(x) + np.tanh(x), rel=1e-12)
    assert autograd.grad(f)(0.5) == pytest.approx(2.0 * np.exp(0.5) + 1.0 - np.tanh(0.5) ** 2, rel=1e-12)
