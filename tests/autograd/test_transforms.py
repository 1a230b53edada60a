"""grad, value_and_grad, jacobian, hessian, hvp and vjp: nestings, orders, and what is refused."""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import (
    Value,
    grad,
    hessian,
    hvp,
    jacobian,
    jit,
    logsumexp,
    value_and_grad,
    vjp,
)
from autograd.testing import gradcheck
from random_programs import programs


class Point(NamedTuple):
    x: float
    y: float


@pytest.mark.parametrize(
    "argument, expected",
    [
        ([2.0, 3.0], [3.0, 2.0]),
        ((2, 3), (3.0, 2.0)),
        (Point(2.0, 3.0), Point(3.0, 2.0)),
        ([[2.0], {"w": (3.0,)}], [[3.0], {"w": (2.0,)}]),
        ({"b": 2.0, "a": 3.0}, {"b": 3.0, "a": 2.0}),
    ],
)
def test_gradients_come_in_the_nesting_of_the_argument(argument, expected):
    def product(nest):
        found = []
        stack = [nest]
        while stack:
            item = stack.pop()
            if isinstance(item, Value):
                found.append(item)
            else:
                stack.extend(item.values() if isinstance(item, dict) else item)
        return found[0] * found[1]

    result = grad(product)(argument)
    assert result == expected
    assert type(result) is type(expected)


def test_arrays_in_arrays_out():
    p = np.array([[1.0, 2.0], [3.0, 4.0]])
    gradient = grad(lambda q: (q * q).sum())(p)
    assert gradient.dtype == float
    np.testing.assert_array_equal(gradient, 2 * p)
    np.testing.assert_array_equal(grad(lambda q: q[0, 1] * q[1, 0])(p), [[0, 3], [2, 0]])
    np.testing.assert_allclose(hessian(lambda q: q[0] ** 2 * q[1])(np.array([3.0, 2.0])), [[4, 6], [6, 0]])
    np.testing.assert_allclose(jacobian(lambda q: q * 2.0 if False else q + q)(np.array([3.0, 2.0])), 2 * np.eye(2))


@pytest.mark.parametrize("transform", [grad, lambda *given: lambda *xs: value_and_grad(*given)(*xs)[1]])
def test_the_first_argument_unless_another_is_named_from_either_end(transform):
    f = lambda x, y: x * x * y
    assert transform(f)(3.0, 5.0) == transform(f, 0)(3.0, 5.0) == transform(f, -2)(3.0, 5.0) == 30.0
    assert transform(f, 1)(3.0, 5.0) == transform(f, -1)(3.0, 5.0) == 9.0
    with pytest.raises(ValueError, match="argnums=-3, but f was called with 2 positional arguments"):
        transform(f, -3)(3.0, 5.0)
    with pytest.raises(ValueError, match="argnums=2, but f was called with 2 positional arguments"):
        transform(f, 2)(3.0, 5.0)


@pytest.mark.parametrize("result", ["text", None, object()])
def test_what_is_no_number_has_no_gradient(result):
    with pytest.raises(TypeError, match="grad takes a function that returns a Value or a number"):
        grad(lambda x: result)(1.0)


def test_the_outer_argument_is_followed_into_the_inner_function_and_nothing_else_is():
    # d/dx [x · d/dy (x·y²) at y = 3] = d/dx [x · 6x] = 12x
    outer = grad(lambda x: x * grad(lambda y: x * y * y)(3.0))
    assert outer(2.0) == 24.0
    # A captured Value that no transform was given is a number to the inner one: plain floats come back.
    w = Value(2.0)
    slope = grad(lambda y: w * y * y)(3.0)
    assert type(slope) is float and slope == 12.0 and w.grad == 0.0
    kept = []
    grad(lambda x: kept.append(grad(lambda y: y * y)(3.0)) or x)(2.0)
    assert type(kept[0]) is float and kept == [6.0]


SLOPE = lambda x: grad(lambda y: x * y * y)(3.0)


@pytest.mark.parametrize(
    "f",
    [
        SLOPE,
        lambda x: x * SLOPE(x),
        lambda x: grad(lambda y: (x * y).sin())(x),
        lambda x: hessian(lambda p: (p[0] * p[1] * x).exp())([0.5, 0.25])[0][1],
        lambda x: jacobian(lambda p: [p[0] * x, p[1] * p[1]])([2.0, 3.0])[0][0],
        lambda x: hvp(lambda p: p[0] ** 2 * x, [2.0], [1.0])[0],
        lambda x: vjp(lambda y: y * x, 2.0)[1](3.0)[0] + vjp(lambda y: y * x, 2.0)[0],
        lambda x: x * grad(lambda y: y * y)(3.0),  # which does not depend on it: a plain number
        lambda x: grad(lambda y: grad(lambda z: x * y * z)(1.0) * y)(2.0),
    ],
)
def test_a_compiled_function_goes_on_with_derivatives_of_what_it_was_given(f):
    compiled, sloped = jit(f), jit(grad(f))
    for x in (0.5, -1.25):
        assert compiled(x) == pytest.approx(f(x))
        assert sloped(x) == pytest.approx((f(x + 1e-5) - f(x - 1e-5)) / 2e-5)


def test_a_compiled_function_goes_on_with_derivatives_of_what_it_captures():
    w = Value(3.0)
    loss = jit(lambda x: x * grad(lambda y: w * y)(2.0))
    for w.data in (3.0, 5.0):  # which is read at each call
        assert float(loss(4.0)) == 4.0 * w.data
    loss(4.0).backward()
    assert w.grad == 4.0


def test_argnums():
    f = lambda a, b, c: a * b + c  # noqa: E731
    assert grad(f, 1)(2.0, 3.0, 4.0) == 2.0
    assert grad(f, (0, 2))(2.0, 3.0, 4.0) == (3.0, 1.0)
    assert grad(f, -1)(2.0, 3.0, 4.0) == 1.0
    assert grad(lambda a, scale: a * scale)(2.0, scale=5.0) == 5.0
    with pytest.raises(ValueError, match="argnums=3, but f was called with 3 positional arguments"):
        grad(f, 3)(2.0, 3.0, 4.0)


@pytest.mark.parametrize("compiled", [lambda f: f, jit])
@pytest.mark.parametrize("argnums", [(0, 0), (0, -2), (1, 0, 1), (-1, 1)])
def test_an_argument_that_is_named_twice_has_its_gradient_twice(argnums, compiled):
    slopes = (12.0, 4.0)  # of a²b at (2, 3)
    f = lambda a, b: a * a * b  # noqa: E731
    assert compiled(grad(f, argnums))(2.0, 3.0) == tuple(slopes[position] for position in argnums)
    assert compiled(jacobian(f, argnums))(2.0, 3.0) == tuple(slopes[position] for position in argnums)


@pytest.mark.parametrize("argnums", [None, 1.0, "0", [0], (), (0, 1.0)])
def test_what_is_no_position_is_refused(argnums):
    with pytest.raises(TypeError, match="argnums is the position of an argument"):
        jit(grad(lambda a, b: a * b, argnums))


def test_weights_belong_to_the_keys_of_dicts_whatever_their_order():
    pull = vjp(lambda p: {"b": p[0], "a": [p[1]]}, [2.0, 3.0])[1]
    assert pull({"a": [1.0], "b": 10.0}) == pull({"b": 10.0, "a": [1.0]}) == ([10.0, 1.0],)
    f = lambda d: d["a"] ** 2 * d["b"]  # noqa: E731
    assert hvp(f, {"a": 1.0, "b": 2.0}, {"b": 1.0, "a": 0.0}) == {"a": 2.0, "b": 0.0}
    for weights in ({"a": 1.0, "b": 10.0}, {"a": [1.0], "c": 10.0}, [10.0, 1.0]):
        with pytest.raises(ValueError, match="not nested like"):
            pull(weights)
    for weights in ({"a": [1.0], "b": 0.0}, [1.0, 0.0], {"a": 1.0, "c": 0.0}):
        with pytest.raises(ValueError, match="not nested like"):
            hvp(f, {"a": 1.0, "b": 2.0}, weights)
    matrix = np.array([[1.0, 2.0], [3.0, 4.0]])
    g = lambda q: q[0][1] * q[1][0]  # noqa: E731
    assert hvp(g, matrix, [[0.0, 1.0], [0.0, 0.0]]).tolist() == hvp(g, matrix.tolist(), matrix * [[0, 0.5], [0, 0]])
    with pytest.raises(ValueError, match="not nested like"):
        hvp(g, matrix, matrix.ravel())


def test_value_and_grad():
    assert value_and_grad(lambda x, y: x * y, (0, 1))(2.0, 3.0) == (6.0, (3.0, 2.0))


def test_any_order_by_composition():
    f = lambda x: x.tanh()  # noqa: E731
    for order in range(1, 6):
        f = grad(f)
        with mpmath.workdps(60):
            for at in (0.0, 0.6):
                expected = float(mpmath.diff(mpmath.tanh, mpmath.mpf(at), order))
                assert f(at) == pytest.approx(expected, rel=1e-10, abs=1e-10)


def test_inner_and_outer_derivatives_are_not_confused():
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(2.0) == 1.0
    assert grad(lambda x: x * grad(lambda y: x * y)(1.0))(2.0) == 4.0
    assert grad(lambda x: grad(lambda y: x * x * y * y)(x))(3.0) == pytest.approx(6 * 9.0)


def test_hessians_of_a_list_are_lists_of_lists_and_symmetric():
    f = lambda p: logsumexp([p[0] * p[1], p[1].sin(), p[2] ** 3])  # noqa: E731
    h = hessian(f)([0.3, -0.8, 1.1])
    assert all(type(x) is float for row in h for x in row)
    np.testing.assert_allclose(h, np.transpose(h), rtol=1e-12)
    v = [1.0, -2.0, 0.5]
    np.testing.assert_allclose(hvp(f, [0.3, -0.8, 1.1], v), np.array(h) @ v, rtol=1e-12)
    gradcheck(f, [[0.3, -0.8, 1.1]], order=2)


def test_jacobian_keeps_both_nestings():
    assert jacobian(lambda p: {"a": p[0] * p[1], "b": 3.0})([2.0, 3.0]) == {"a": [3.0, 2.0], "b": [0.0, 0.0]}
    assert jacobian(lambda x: x * x)(3.0) == 6.0


def test_vjp():
    y, pull = vjp(lambda p, q: [p[0] * q, p[1]], [2.0, 3.0], 5.0)
    assert y == [10.0, 3.0]
    assert pull([1.0, 10.0]) == ([5.0, 10.0], 2.0)
    with pytest.raises(ValueError, match="2 numbers, but 1 weights"):
        pull([1.0])
    with pytest.raises(ValueError, match="v has 1"):
        hvp(lambda p: p[0] * p[1], [1.0, 2.0], [1.0])


@pytest.mark.parametrize("result, message", [(None, "NoneType"), ("3", "str"), ([1.0], "use jacobian")])
def test_a_function_that_returns_no_number(result, message):
    with pytest.raises(TypeError, match=message):
        grad(lambda x: result)(1.0)


def test_a_plain_number_or_an_ignored_argument_has_gradient_zero():
    assert grad(lambda p: 3.0)([1.0, 2.0]) == [0.0, 0.0]
    assert grad(lambda p: p[0])([1.0, 2.0]) == [1.0, 0.0]
    assert grad(grad(lambda x: 3.0 * x))(1.0) == 0.0


def test_transforms_touch_no_gradient():
    w = Value(3.0)
    h = w * 2
    h.backward()
    before = w.grad, h.grad
    assert grad(lambda x: x * h * w)(1.0) == 18.0
    assert (w.grad, h.grad) == before


@given(f=programs, xs=st.lists(st.floats(-2.0, 2.0), min_size=2, max_size=5))
def test_plain_gradients_are_those_of_backward_bit_for_bit(f, xs):
    values = [Value(x) for x in xs]
    y = f(values)
    y.backward()
    found, slopes = value_and_grad(f)(xs)
    assert repr([found, *slopes]) == repr([y.data, *(x.grad for x in values)])


def test_what_a_function_reads_keeps_its_gradients_and_what_it_leaves_behind_has_none():
    w, left = Value(3.0), []
    w_squared = w * w
    w_squared.grad, w.grad = 5.0, 7.0

    def f(x):
        left.append(x * w_squared + w)
        return logsumexp([left[-1] * x, w_squared, w, x]) + w_squared * w

    assert grad(f)(2.0) == pytest.approx((f(2.0 + 1e-6).data - f(2.0 - 1e-6).data) / 2e-6, rel=1e-6)
    assert (w_squared.grad, w.grad, left[0].grad) == (5.0, 7.0, 0.0)
    assert grad(lambda x: w)(2.0) == 0.0
    assert grad(lambda x: w_squared)(2.0) == 0.0
    assert (w_squared.grad, w.grad) == (5.0, 7.0)


def test_threads_differentiate_by_the_same_values():
    shared = [Value(x / 7.0) for x in range(50)]
    sums = [a * b for a, b in zip(shared, shared[1:], strict=False)]

    def f(x):
        return sum((s * x * x for s in sums), x * 0.0)

    _, pull = vjp(f, 2.0)
    expected = grad(f)(3.0), pull(1.0)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: (grad(f)(3.0), pull(1.0)), range(200)))
    assert set(found) == {expected}


def test_of_values_they_give_values():
    x = Value(2.0)
    slope = grad(lambda v: v**3)(x)
    slope.backward()
    assert (slope.data, x.grad) == (12.0, 12.0)


def test_a_derivative_says_what_it_is_the_derivative_of():
    def f(x, y):
        return x * y

    assert grad(f, 1).derivative_of == (f, 1, False)
    assert value_and_grad(f, (0, 1)).derivative_of == (f, (0, 1), True)
