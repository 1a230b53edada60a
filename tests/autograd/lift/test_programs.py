"""Random scalar programs: compiled, they agree with the unlifted graph, in value, gradient and second derivatives."""

import random
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import (
    Value,
    gelu,
    grad,
    jit,
    value_and_grad,
)  # fmt: skip
from random_programs import BINARY, MANY, UNARY, programs


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
