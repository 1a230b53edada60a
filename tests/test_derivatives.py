"""Transforms, gradcheck, and what holds for all graphs."""

import math
import operator
from typing import NamedTuple

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import (
    Operation,
    Value,
    apply,
    grad,
    hessian,
    hvp,
    jacobian,
    logsumexp,
    maximum,
    value_and_grad,
    vjp,
)
from autograd.testing import GradientError, check_operation, gradcheck
from autograd.value import adjoints

# ── Transforms ──


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


def test_argnums():
    f = lambda a, b, c: a * b + c  # noqa: E731
    assert grad(f, 1)(2.0, 3.0, 4.0) == 2.0
    assert grad(f, (0, 2))(2.0, 3.0, 4.0) == (3.0, 1.0)
    assert grad(f, -1)(2.0, 3.0, 4.0) == 1.0
    assert grad(lambda a, scale: a * scale)(2.0, scale=5.0) == 5.0
    with pytest.raises(ValueError, match="argnums=3, but f was called with 3 positional arguments"):
        grad(f, 3)(2.0, 3.0, 4.0)


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


def test_of_values_they_give_values():
    x = Value(2.0)
    slope = grad(lambda v: v**3)(x)
    slope.backward()
    assert (slope.data, x.grad) == (12.0, 12.0)


# ── gradcheck ──


def bent(m, y, x):
    """relu with a slope of 0.2 where it should be 0."""
    return (m.step(x) + 0.2 * (1.0 - m.step(x)),)


BENT = Operation("bent", lambda m, x: m.maximum(x, 0.0), bent, kinks=(0.0,))
STEEP = Operation("steep", lambda m, x: m.maximum(x, 0.0), lambda m, y, x: (1.5 + 0.0 * x,), kinks=(0.0,))


@pytest.mark.parametrize("x", [0.0, 1e-9, -1e-9, 1e-3, 1.0])
def test_gradcheck_knows_kinks(x):
    for f in (Value.relu, Value.abs, lambda v: maximum(v, -v), lambda v: v.relu() * v.exp() + v):
        gradcheck(f, [x])


def test_a_wrong_slope_beside_a_kink_fails():
    for x in (-1e-9, -1e-3, -1.0):
        with pytest.raises(GradientError, match="WRONG"):
            gradcheck(lambda v: apply(BENT, v), [x])
    gradcheck(lambda v: apply(BENT, v), [0.0])  # between the two slopes
    with pytest.raises(GradientError, match="WRONG"):
        gradcheck(lambda v: apply(STEEP, v), [0.0])  # beyond them


def test_the_table_of_a_failed_check():
    def half(v, w):
        return autograd.detach(v) * v + w

    with pytest.raises(GradientError) as caught:
        gradcheck(half, [2.0, 1.0])
    assert str(caught.value).splitlines() == [
        "the derivatives of f do not match finite differences:",
        "input  analytic  numeric  difference  verdict",
        "x[0]   2         4        -2.00e+00   WRONG",
        "x[1]   1         1        " + str(caught.value).splitlines()[-1].split()[3].ljust(12) + "ok",
    ]


@pytest.mark.parametrize("x", [1e-8, 1e-3, 1.0, 1e8])
def test_gradcheck_near_the_edge_of_a_domain(x):
    gradcheck(Value.log, [x])
    gradcheck(Value.sqrt, [x], order=2)


def test_gradcheck_of_several_results_and_captured_values():
    w = Value(3.0)
    w.grad = 7.0
    gradcheck(lambda p, q: [p[0] * w, p[1] * q * w], [[1.0, 2.0], 0.5], order=2)
    assert w.grad == 7.0
    with pytest.raises(ValueError, match="order=3"):
        gradcheck(Value.exp, [1.0], order=3)


def test_second_derivatives_are_checked():
    wrong = Operation(
        "wrong2",
        lambda m, x: m.exp(x),
        lambda m, y, x: (m.detach(y),),  # right, but its own derivative is not
    )
    gradcheck(lambda v: apply(wrong, v), [0.5])
    with pytest.raises(GradientError):
        gradcheck(lambda v: apply(wrong, v), [0.5], order=2)
    with pytest.raises(GradientError):
        check_operation(wrong)


def test_a_wrong_number_of_partials_is_caught():
    with pytest.raises(GradientError, match="has 2 partials for 1 operands"):
        check_operation(Operation("two", lambda m, x: x, lambda m, y, x: (1.0, 1.0)))


# ── What holds for all graphs ──

UNARY = ["tanh", "sin", "cos", "sigmoid", "softplus", "atan", "erf", "silu"]
INFIX = {"+": operator.add, "-": operator.sub, "*": operator.mul}
MPMATH = {
    "tanh": mpmath.tanh,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "atan": mpmath.atan,
    "erf": mpmath.erf,
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
}
MANY = ["sum", "mean", "logsumexp", "dot"]

instruction = st.one_of(
    st.tuples(st.sampled_from(UNARY), st.integers(0, 99)),
    st.tuples(st.sampled_from(list(INFIX)), st.integers(0, 99), st.integers(0, 99)),
    st.tuples(st.sampled_from(MANY), *[st.integers(0, 99)] * 4),
)
programs = st.lists(instruction, min_size=1, max_size=14)
inputs = st.lists(st.floats(-1.5, 1.5).map(lambda x: round(x, 3)), min_size=1, max_size=3)


def run(program, xs, exact=False):
    """A random program of shared nodes: each instruction reads earlier results, by their place. The last is squashed,
    so that numbers stay of a size."""
    values = list(xs)
    for name, *places in program:
        args = [values[place % len(values)] for place in places]
        if name in INFIX:
            values.append(INFIX[name](*args))
        elif not exact:
            function = getattr(autograd, name)
            result = function(args[:2], args[2:]) if name == "dot" else function(args if name in MANY else args[0])
            values.append(result)
        elif name in UNARY:
            values.append(MPMATH[name](args[0]))
        else:
            total = {
                "sum": lambda a: mpmath.fsum(a),
                "mean": lambda a: mpmath.fsum(a) / len(a),
                "logsumexp": lambda a: mpmath.log(mpmath.fsum(map(mpmath.exp, a))),
                "dot": lambda a: a[0] * a[2] + a[1] * a[3],
            }[name]
            values.append(total(args))
    return (mpmath.atan if exact else autograd.atan)(values[-1])


def exact_gradient(program, xs):
    """Central differences at a step of 1e-20, with 60 digits."""
    with mpmath.workdps(60):
        h = mpmath.mpf("1e-20")
        point = list(map(mpmath.mpf, xs))
        return [
            float(
                (
                    run(program, [*point[:i], x + h, *point[i + 1 :]], exact=True)
                    - run(program, [*point[:i], x - h, *point[i + 1 :]], exact=True)
                )
                / (2 * h)
            )
            for i, x in enumerate(point)
        ]


def backward_gradient(program, xs):
    leaves = list(map(Value, xs))
    run(program, leaves).backward()
    return [leaf.grad for leaf in leaves]


def agree(found, expected):
    return all(abs(a - b) <= 1e-8 * max(1.0, abs(a) + abs(b)) for a, b in zip(found, expected, strict=True))


@settings(max_examples=150, deadline=None)
@given(programs, inputs)
def test_gradients_of_random_graphs(program, xs):
    assert agree(backward_gradient(program, xs), exact_gradient(program, xs))


@settings(max_examples=40, deadline=None)
@given(programs, inputs)
def test_second_derivatives_of_random_graphs(program, xs):
    rows = hessian(lambda p: run(program, p))(xs)
    for i in range(len(xs)):

        def slope(x, i=i):
            return grad(lambda p: run(program, p))([*xs[:i], x, *xs[i + 1 :]])

        h = 1e-4
        steps = [np.array(slope(xs[i] + k * h)) for k in (-2, -1, 1, 2)]
        numeric = (steps[0] - 8 * steps[1] + 8 * steps[2] - steps[3]) / (12 * h)
        scale = np.abs(rows[i]).max() + np.abs(steps).max() + 1.0
        np.testing.assert_allclose(rows[i], numeric, atol=1e-5 * scale**3, rtol=1e-5)


@settings(max_examples=100, deadline=None)
@given(programs, inputs, st.floats(-3, 3))
def test_the_fast_sweep_is_the_chain_rule_as_it_stands_and_twice_is_twice(program, xs, seed):
    leaves = list(map(Value, xs))
    root = run(program, leaves)
    plain = adjoints(root, seed, lambda node: node.local_grads)
    recorded = adjoints(root, Value(seed))
    root.backward(seed)
    for node, adjoint in plain.items():
        assert node.grad == pytest.approx(adjoint, rel=1e-9, abs=1e-9)
        assert float(recorded[node]) == pytest.approx(adjoint, rel=1e-9, abs=1e-9)
    once = [leaf.grad for leaf in leaves]
    root.backward(seed)
    assert [leaf.grad for leaf in leaves] == [2 * g for g in once]


@pytest.mark.parametrize("fault", ["a dropped path", "a doubled path", "a partial wrong by a thousandth"])
def test_the_comparison_catches(fault):
    """A test of the tests above, on a graph whose node h is used twice."""
    program, xs = [("sin", 0), ("*", 1, 1), ("+", 2, 1)], [0.8]
    assert agree(backward_gradient(program, xs), exact_gradient(program, xs))
    x = Value(0.8)
    h = x.sin()
    y = (h * h + h).atan()
    product = y.parents[0].parents[0]
    if fault == "a dropped path":
        product._db = 0.0
    elif fault == "a doubled path":
        product._db *= 2
    else:
        h._da *= 1.001
    y.backward()
    assert not agree([x.grad], exact_gradient(program, xs))


def test_infinite_slopes_are_infinite():
    x = Value(0.0)
    x.sqrt().backward()
    assert x.grad == math.inf
