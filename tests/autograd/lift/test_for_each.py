"""A program of one sample, run for many at once, gives the numbers that the reference machine gives for each."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import DomainError, TraceError, Value, log, vmap
from autograd.lift.arrays.reference import ReferenceMachine
from autograd.lift.for_each import ForEach
from autograd.lift.numpy_backend.over_samples import OverSamples
from random_array_programs import RandomArrayProgram
from random_programs import programs


@pytest.mark.parametrize("seed", range(60))
def test_random_array_programs(seed):
    made = RandomArrayProgram(seed)
    count, rng = int(made.rng.integers(1, 7)), made.rng
    given_places = np.sort(rng.choice(made.inputs, rng.integers(1, made.inputs + 1), replace=False))
    shared = rng.uniform(-1.0, 1.0, made.program.size)
    samples = rng.uniform(-1.0, 1.0, (count, len(given_places)))
    over, machine = OverSamples(made.program, given_places), ReferenceMachine(made.program)
    over.values[:] = shared
    over.share()
    found, finite = over.table(count).run(samples)
    for k, sample in enumerate(samples):
        machine.values[:] = shared
        machine.values[given_places] = sample
        machine.forward()
        largest = np.abs(machine.values[np.isfinite(machine.values)]).max()
        assert np.allclose(found[k], machine.values[made.program.roots], rtol=0.0, atol=1e-12 * largest)
        assert finite[k] == np.isfinite(machine.values).all()


@settings(max_examples=40, deadline=None)
@given(f=programs, count=st.integers(1, 4), samples=st.integers(1, 700), seed=st.integers(0, 10**6))
def test_random_scalar_programs(f, count, samples, seed):
    rng = np.random.default_rng(seed)
    shared, rows = [Value(x) for x in rng.uniform(-2, 2, 2)], rng.uniform(-2, 2, (samples, count))
    found, finite = ForEach(lambda x: f([*shared, *x]), rows[0].tolist())(rows)
    assert finite.all()
    for k in (0, samples // 2, samples - 1):
        expected = f([*shared, *map(Value, rows[k].tolist())]).data
        assert found[k] == pytest.approx([expected], rel=1e-10, abs=1e-10)


def test_several_tables_and_other_numbers_for_what_is_captured():
    w, b = Value(2.0), Value(-1.0)
    each = ForEach(lambda x, y: [(w * x[0] + b - y[0]) ** 2, w * x[1]], [1.0, 2.0], [3.0])
    X, Y = np.arange(10.0).reshape(5, 2), np.arange(5.0)[:, None]
    assert each(X, Y)[0].tolist() == [[(2 * x - 1 - y) ** 2, 2 * z] for (x, z), (y,) in zip(X, Y, strict=True)]
    numbers = [{id(w): 3.0, id(b): 0.5}[id(leaf)] for leaf in each.captured]
    assert each(X, Y, numbers=numbers)[0].tolist() == [
        [(3 * x + 0.5 - y) ** 2, 3 * z] for (x, z), (y,) in zip(X, Y, strict=True)
    ]
    assert w.data == 2.0 and each.widths == (2, 1)


def test_it_says_where_a_number_is_not_finite_and_what_has_changed():
    factor = [2.0]
    each = ForEach(lambda x: log(factor[0] * x[0]), [1.0])
    _, finite = each(np.array([[1.0], [-1.0], [0.0], [2.0]]))
    assert finite.tolist() == [True, False, False, True] and not each.changed()
    factor[0] = 3.0
    assert "factor" in each.changed()


def test_what_cannot_be_recorded():
    with pytest.raises(TraceError):
        ForEach(lambda x: x[0] if x[0] > 0.0 else -x[0], [1.0])
    with pytest.raises(TypeError, match="does not depend"):
        ForEach(lambda x: [x[0], 1.0], [1.0])
    with pytest.raises(DomainError):
        ForEach(lambda x: log(x[0]), [-1.0])


def test_a_batch_inside_is_as_it_would_be_alone():
    w = Value(0.5)
    each = ForEach(lambda x: vmap(lambda a: (w * a).tanh())(x), [1.0, 2.0, 3.0])
    X = np.linspace(-1.0, 1.0, 12).reshape(4, 3)
    assert np.allclose(each(X)[0], np.tanh(0.5 * X), rtol=1e-14)
