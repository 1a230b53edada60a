"""Plain calls of compiled functions: machine code takes over, programs are kept by state, Values come in lists."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import DomainError, Value, exp, jit, value_and_grad
from autograd.lift import choose_backend
from autograd.lift.choose_backend import can_compile
from autograd.lift.llvm_backend.machine import LlvmMachine
from random_programs import programs

needs_machine_code = pytest.mark.skipif(not can_compile(), reason="llvmlite is not there")
SCALE = 2.0


@pytest.fixture
def soon(monkeypatch):
    """Machine code takes over at the fourth call."""
    monkeypatch.setattr(choose_backend, "calls_of", lambda program: 3)


def machines(compiled):
    return [machine.machine for machine in compiled.latest.machines.values()]


@needs_machine_code
@pytest.mark.parametrize("kind", [np.array, list, tuple])
def test_machine_code_takes_over_at_its_call(soon, kind):
    def f(xs):
        return sum((a * b - 1.0) ** 2 + (a * 0.1).exp() for a, b in zip(xs, xs[1:], strict=False))

    compiled = jit(value_and_grad(f))
    compiled.checks = False  # which call it, too
    for call in range(6):
        xs = kind((np.linspace(-1.0, 1.0, 12) + 0.1 * call).tolist())
        y, slopes = compiled(xs)
        right, expected = value_and_grad(f)(xs)
        assert y == pytest.approx(right, rel=1e-12)
        assert type(slopes) is type(expected)
        assert list(slopes) == pytest.approx(list(expected), rel=1e-12)
        assert [isinstance(machine, LlvmMachine) for machine in machines(compiled)] == [call >= 3]


@needs_machine_code
@settings(max_examples=15, deadline=None)
@given(f=programs, seed=st.integers(0, 100))
def test_random_programs_are_the_same_before_and_after(f, seed):
    compiled, draw = jit(value_and_grad(f)), np.random.default_rng(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(choose_backend, "calls_of", lambda program: 1)
        for _ in range(3):
            xs = draw.uniform(-2.0, 2.0, 4).tolist()
            y, slopes = compiled(xs)
            right, expected = value_and_grad(f)(xs)
            assert [y, *slopes] == pytest.approx([right, *expected], rel=1e-9, abs=1e-12)


@needs_machine_code
def test_what_is_not_finite_on_the_way_is_seen_by_machine_code_too(soon):
    @jit
    def f(xs):
        return sum(1.0 / (x.exp() + 1.0) for x in xs)

    for _ in range(6):
        assert f([1.0, 2.0, 3.0]) == pytest.approx(sum(1.0 / (np.exp(k) + 1.0) for k in (1, 2, 3)))
    with pytest.raises(DomainError, match="exp"):
        f([1.0, 1000.0, 3.0])


@needs_machine_code
def test_nodes_go_on_working_when_their_machine_is_another_one(soon):
    w = [Value(0.5), Value(-1.5), Value(2.0)]

    def loss(scale):
        return sum((x * scale).tanh() for x in w) * w[0]

    compiled = jit(loss)
    early = compiled(1.5)
    for _ in range(5):
        late = compiled(1.5)
    for y in (early, late):
        for x in w:
            x.grad = 0.0
        y.backward()
        found = [x.grad for x in w]
        for x in w:
            x.grad = 0.0
        loss(1.5).backward()
        assert found == pytest.approx([x.grad for x in w], rel=1e-12)


@needs_machine_code
def test_threads_share_a_function_while_it_is_handed_over(monkeypatch):
    monkeypatch.setattr(choose_backend, "calls_of", lambda program: 100)
    compiled = jit(value_and_grad(lambda xs: sum(exp(x) * x for x in xs)))
    rows = np.random.default_rng(0).normal(size=(300, 5))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(compiled, rows))
    for row, (y, slopes) in zip(rows, found, strict=True):
        assert y == pytest.approx((np.exp(row) * row).sum(), rel=1e-12)
        assert slopes == pytest.approx(np.exp(row) * (1.0 + row), rel=1e-12)


def test_a_function_that_goes_back_and_forth_between_states_is_recorded_once_for_each(monkeypatch):
    compiled = jit(lambda x: x * SCALE)
    for _ in range(5):
        for scale in (2.0, 3.0, -0.0, 0.0):
            monkeypatch.setitem(globals(), "SCALE", scale)
            assert repr(compiled(-1.5)) == repr(-1.5 * scale)
    assert compiled.recordings == 4
    for scale in range(20):  # only so many are kept
        monkeypatch.setitem(globals(), "SCALE", float(scale))
        assert compiled(1.5) == 1.5 * scale
    assert sum(map(len, compiled.former.values())) == 3


def test_a_list_of_values_is_read_at_once_and_a_mixed_one_one_by_one():
    def f(xs):
        return sum(a * b for a, b in zip(xs, xs[1:], strict=False))

    compiled = jit(f)
    for xs in ([Value(2.0), Value(3.0), Value(5.0)], (Value(2.0), Value(3.0)), [Value(2.0), 3.0, Value(4.0)]):
        compiled(xs).backward()
        found = [x.grad for x in xs if isinstance(x, Value)]
        for x in xs:
            if isinstance(x, Value):
                x.grad = 0.0
        f(xs).backward()
        assert found == [x.grad for x in xs if isinstance(x, Value)]
    assert compiled.recordings == 3


def test_nested_lists_of_values():
    compiled = jit(lambda rows: sum(x * x for row in rows for x in row))
    rows = [[Value(1.0), Value(2.0)], [Value(3.0)]]
    compiled(rows).backward()
    assert [[x.grad for x in row] for row in rows] == [[2.0, 4.0], [6.0]]
