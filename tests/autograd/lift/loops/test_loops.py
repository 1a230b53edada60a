"""Unrolled loops are found, and run as if they had never been unrolled: values, gradients and second derivatives."""

import math
import random

import pytest
from sequential_programs import KNOWN, horner, lotka_volterra, random_program

from autograd import DomainError, Value, exp, grad, jit, log, sin, tanh, value_and_grad
from autograd.lift.arrays.program import Program
from autograd.lift.choose_backend import back_end, can_compile
from autograd.lift.loops.hand_over import calls_that_pay
from autograd.lift.loops.tape import Tape

BACK_ENDS = ["numpy", *(["llvm"] if can_compile() else [])]


@pytest.fixture(params=BACK_ENDS)
def each_back_end(request):
    token = back_end.set(request.param)
    yield
    back_end.reset(token)


def program_of(compiled):
    """The program that was found."""
    return compiled.latest.program


def same_gradients(f, p):
    """f compiled and by the scalar engine: value and gradient; the compiled function."""
    compiled = jit(value_and_grad(f))
    y, found = compiled(p)
    expected, slopes = value_and_grad(f)(p)
    size = max(map(abs, [expected, *slopes, 1e-6]))
    assert y == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert found == pytest.approx(slopes, rel=1e-11, abs=1e-12 * size)
    return compiled


@pytest.mark.usefixtures("each_back_end")
@pytest.mark.parametrize("f", KNOWN, ids=lambda f: f.__name__)
def test_known_programs_become_loops(f):
    tape = program_of(same_gradients(f, KNOWN[f]))
    assert isinstance(tape, Tape)
    assert tape.grouped >= 0.75 * tape.scalars


@pytest.mark.usefixtures("each_back_end")
@pytest.mark.parametrize("seed", range(60))
def test_random_programs_are_what_the_scalar_engine_computes(seed):
    same_gradients(*random_program(seed))


@pytest.mark.usefixtures("each_back_end")
@pytest.mark.parametrize("seed", range(12))
def test_second_derivatives(seed):
    f, p = random_program(seed)

    def slope_along(q):
        _, slopes = value_and_grad(f)(q)
        return sum((0.3 + 0.1 * k) * s for k, s in enumerate(slopes[:6]))

    compiled = jit(value_and_grad(slope_along))
    y, found = compiled(p)
    expected, slopes = value_and_grad(slope_along)(p)
    size = max(map(abs, [expected, *slopes, 1e-6]))
    assert y == pytest.approx(expected, rel=1e-11, abs=1e-11)
    assert found == pytest.approx(slopes, rel=1e-10, abs=1e-11 * size)


def test_the_program_is_printed_as_a_loop():
    compiled = jit(value_and_grad(horner))
    compiled(KNOWN[horner])
    assert str(compiled.program).splitlines()[1:] == [
        "h1[-1] = p[1]",
        "for t in 50:",
        "    h1[t] = p[t + 2] + p[0] * h1[t - 1]",
    ]


def test_machine_code_takes_over_after_a_number_of_calls_with_the_same_numbers():
    f, p = lotka_volterra, KNOWN[lotka_volterra]
    compiled = jit(value_and_grad(f))
    expected, slopes = compiled(p)
    for _ in range(calls_that_pay(program_of(compiled)) + 3):
        y, found = compiled(p)
        assert y == pytest.approx(expected, rel=1e-14)
        assert found == pytest.approx(slopes, rel=1e-13)


@pytest.mark.usefixtures("each_back_end")
def test_a_compiled_loop_is_one_node():
    w, x = Value(0.7), Value(0.2)

    @jit
    def f(c):
        y = x
        for _ in range(30):
            y = tanh(w * y + c)
        return [y, y * w]

    a, b = f(0.1)
    (a + 2.0 * b).backward()
    found = w.grad, x.grad
    w.grad = x.grad = 0.0
    a, b = f.f(0.1)
    (a + 2.0 * b).backward()
    assert isinstance(program_of(f), Tape)
    assert found == pytest.approx((w.grad, x.grad), rel=1e-13)


@pytest.mark.usefixtures("each_back_end")
def test_what_leaves_its_domain_on_the_way_is_explained():
    def f(x):
        for _ in range(30):
            x = 1.0 / exp(x * 3.0) + 0.0 * log(x)
        return x

    compiled = jit(f)
    with pytest.raises(DomainError):
        f(Value(300.0))
    with pytest.raises(DomainError):
        compiled(300.0)
    assert math.isfinite(compiled(0.5))
    assert isinstance(program_of(compiled), Tape)


@pytest.mark.usefixtures("each_back_end")
def test_a_bound_loop_takes_other_numbers():
    f, p = lotka_volterra, KNOWN[lotka_volterra]
    bound = jit(value_and_grad(f)).bind(p)
    for x in (0.5, 1.0, 2.0):
        bound.parameters[2] = x
        expected, slopes = value_and_grad(f)([*p[:2], x, p[3]])
        assert bound.run() == pytest.approx(expected, rel=1e-12)
        assert bound.gradient.tolist() == pytest.approx(slopes, rel=1e-11)
        assert bound.forward() == pytest.approx(expected, rel=1e-12)


def test_turns_that_need_no_order_are_no_loop():
    def f(p):
        w, *xs = p
        return sum(tanh(w * x + sin(x)) ** 2 for x in xs)

    assert isinstance(program_of(same_gradients(f, [0.3, *(0.1 * k for k in range(100))])), Program)


def aimless(p, steps=400):
    """Steps that never repeat."""
    x, y = p
    draw = random.Random(1)
    for t in range(steps):
        x, y = draw.choice([
            (sin(x) + y * 0.1, y), (x, y * x - 0.1 * t / steps), (y, x), (x, tanh(y) + x * x * 0.1),
            (x * 0.9 + y * 0.01, y), (x, y / (1.0 + x * x)), (exp(-x * x), y - 0.1),
        ])  # fmt: skip
    return x * x + y


@pytest.mark.usefixtures("each_back_end")
def test_a_narrow_program_without_loops_is_straight_code():
    tape = program_of(same_gradients(aimless, [0.1, 0.2]))
    assert isinstance(tape, Tape)
    assert all(section.turns == 1 for section in tape.sections)
    assert len(tape.sections) > 1


def wide_and_aimless(p, steps, seed=2):
    """Steps that read from anywhere: neither turns nor arrays."""
    draw, pool = random.Random(seed), list(p)
    for _ in range(steps):
        a, b = draw.choice(pool), draw.choice(pool)
        pool.append(draw.choice([lambda: a * b, lambda: a + b, lambda: tanh(a), lambda: a - b * 0.5, lambda: sin(a)])())
    return sum(tanh(x) for x in pool)


@pytest.mark.usefixtures("each_back_end")
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("steps", [3, 12, 40, 300])
def test_what_is_neither_loop_nor_array_is_what_the_scalar_engine_computes(steps, seed):
    compiled = same_gradients(lambda p: wide_and_aimless(p, steps, seed), [1.1, 0.4, 1.0, 0.5])
    assert isinstance(program_of(compiled), Tape) or steps < 40


def solved(p, order=5):
    """yᵀA⁻¹y, by the Cholesky factor of A."""
    rows, y = [p[i * order : (i + 1) * order] for i in range(order)], p[order * order :]
    factor, z = [], []
    for i in range(order):
        row = []
        for j in range(i):
            row.append((rows[i][j] - sum(row[k] * factor[j][k] for k in range(j))) / factor[j][j])
        row.append((rows[i][i] - sum(x * x for x in row)) ** 0.5)
        factor.append(row)
        z.append((y[i] - sum(row[k] * z[k] for k in range(i))) / row[i])
    return sum(x * x for x in z)


@pytest.mark.usefixtures("each_back_end")
@pytest.mark.parametrize("order", [3, 5, 12])
def test_a_triangular_solve_is_straight_code(order):
    matrix = [2.0 + order if i == j else 0.1 * ((i * j) % 7) for i in range(order) for j in range(order)]
    p = [*matrix, *(0.3 * k - 0.5 for k in range(order))]
    assert isinstance(program_of(same_gradients(lambda p: solved(p, order), p)), Tape)


def test_gradients_of_gradients_are_loops_too():
    compiled = jit(grad(lambda q: sum(grad(horner)(q)[:1])))
    compiled(KNOWN[horner])
    assert isinstance(program_of(compiled), Tape)
