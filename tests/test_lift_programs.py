"""Random scalar programs: compiled, they agree with the unlifted graph, in value, gradient and second derivatives."""

import random
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import (
    Value,
    atan2,
    detach,
    dot,
    elu,
    gelu,
    grad,
    hypot,
    jit,
    leaky_relu,
    logsumexp,
    maximum,
    mean,
    minimum,
    relu,
    sigmoid,
    silu,
    softmax,
    softplus,
    sqrt,
    tanh,
    value_and_grad,
    where,
)  # fmt: skip
from autograd import sum as total

UNARY = [
    tanh, sigmoid, relu, softplus, silu, gelu, elu, leaky_relu,
    lambda x: -x, lambda x: x * 1.0, lambda x: 0.0 + x, lambda x: x - 1.0, lambda x: 2.0 * x, lambda x: x / 3.0,
    lambda x: x / 2.0, lambda x: x**2, lambda x: x**3, lambda x: (1.0 + x * x) ** -0.5, lambda x: sqrt(x * x + 1.0),
    lambda x: tanh(x).exp(), lambda x: (x * x + 0.5).log(), lambda x: x.sin(), lambda x: abs(x),
    lambda x: detach(x) * x, lambda x: x.erf(), lambda x: x + x, lambda x: x * x, lambda x: -(-x),
    lambda x: (x * x + 1.0) ** -1,
]  # fmt: skip
BINARY = [
    lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / (1.0 + b * b), maximum, minimum,
    lambda a, b: where(a > b, a * b, b), lambda a, b: atan2(a, 1.0 + b * b), lambda a, b: hypot(a, b + 3.0),
    lambda a, b: -a * b, lambda a, b: 1 - a * b, lambda a, b: (1.0 + a * a) ** tanh(b),
]  # fmt: skip
MANY = [
    lambda xs: total(xs), lambda xs: sum(xs), lambda xs: mean(xs), lambda xs: logsumexp(xs),
    lambda xs: dot(xs, xs[::-1]), lambda xs: dot(softmax(xs), xs), lambda xs: sum(x * x for x in xs) - xs[0],
    lambda xs: xs[0] - (xs[-1] - sum(xs)), lambda xs: max_of(xs),
]  # fmt: skip


def max_of(xs):
    largest = xs[0]
    for x in xs[1:]:
        largest = maximum(x, largest)
    return largest


def program(steps, width):
    """A function of a list: layers of `width` operations, each chosen and wired by the numbers in `steps`."""

    def f(xs):
        pool = list(xs)
        for kind, choice, first, second in steps:
            if kind == 0:  # the same operation on many
                apply = UNARY[choice % len(UNARY)]
                pool += [tanh(apply(pool[(first + k) % len(pool)])) for k in range(width)]
            elif kind == 1:
                apply = BINARY[choice % len(BINARY)]
                pool += [
                    tanh(apply(pool[(first + k) % len(pool)], pool[(second + 2 * k) % len(pool)])) for k in range(width)
                ]
            else:
                apply = MANY[choice % len(MANY)]
                start = first % len(pool)
                pool += [tanh(apply(pool[start : start + 1 + (second + k) % 5] or pool[:2])) for k in range(width)]
        return sum(x * (0.5 + 0.1 * k) for k, x in enumerate(pool[-2 * width :]))

    return f


numbers = st.integers(0, 60)
programs = st.builds(
    program,
    st.lists(st.tuples(st.integers(0, 2), numbers, numbers, numbers), min_size=1, max_size=7),
    st.integers(1, 4),
)


@settings(max_examples=150, deadline=None)
@given(programs, st.integers(1, 6), st.integers(0, 10**6))
def test_value_and_gradient_agree(f, count, seed):
    rng = random.Random(seed)
    compiled = jit(value_and_grad(f))
    compiled([rng.uniform(-2, 2) for _ in range(count)])  # recorded with other numbers
    xs = [rng.uniform(-2, 2) for _ in range(count)]
    value, slopes = value_and_grad(f)(xs)
    found, found_slopes = compiled(xs)
    assert found == pytest.approx(value, rel=1e-11, abs=1e-11)
    assert found_slopes == pytest.approx(slopes, rel=1e-9, abs=1e-10)
    leaves = list(map(Value, xs))
    jit(f)(leaves).backward()
    assert [x.grad for x in leaves] == pytest.approx(slopes, rel=1e-9, abs=1e-10)


@settings(max_examples=30, deadline=None)
@given(programs, st.integers(0, 10**6))
def test_second_derivatives_agree(f, seed):
    rng = random.Random(seed)
    xs = [rng.uniform(-2, 2) for _ in range(3)]

    def slope_sum(g):
        return lambda p: sum(s * (1.0 + k) for k, s in enumerate(grad(g)(p)))

    expected = grad(slope_sum(f))(xs)
    assert grad(slope_sum(jit(f)))(xs) == pytest.approx(expected, rel=1e-8, abs=1e-8)
    assert jit(grad(slope_sum(f)))(xs) == pytest.approx(expected, rel=1e-8, abs=1e-8)


def test_all_operations_of_the_table_compile():
    for apply in [
        *UNARY,
        *(lambda x, b=b: b(x, x * 0.5) for b in BINARY),
        *(lambda x, m=m: m([x, x * x]) for m in MANY),
    ]:
        for x in (-1.3, 0.0, 0.7):
            expected = value_and_grad(apply)(x)
            assert jit(value_and_grad(apply))(x) == pytest.approx(expected, rel=1e-13, abs=1e-15)


def test_error_functions_compile_without_scipy():
    code = (
        "import sys; sys.modules['scipy'] = sys.modules['scipy.special'] = None\n"
        "from autograd import erf, gelu, jit, value_and_grad\n"
        "f = lambda xs: sum(gelu(x) + erf(x) for x in xs)\n"
        "print(*jit(value_and_grad(f))([0.5, 1.0])[1])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    expected = value_and_grad(lambda xs: sum(gelu(x) + x.erf() for x in xs))([0.5, 1.0])[1]
    assert list(map(float, ran.stdout.split())) == pytest.approx(expected, rel=1e-14)
