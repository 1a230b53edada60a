import math
import pickle

import numpy as np
import pytest

from autograd.lift import threads
from nn import MLP, Adam, GradientDescent, Trainer
from nn.training import kept_programs, objective_program

pytest.importorskip("llvmlite")


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Blocks as in large steps, and four cores."""
    monkeypatch.setattr(objective_program, "SCALARS_OF_BLOCK", 200)
    monkeypatch.setattr(threads, "cores", lambda: 4)
    kept_programs.recorded_programs.clear()
    yield
    kept_programs.recorded_programs.clear()


def trained(count, *, scale=1.0, engine="auto", weights=False, epochs=170, optimizer=None, batch=32):
    numbers = np.random.default_rng(0)
    X = scale * numbers.normal(size=(75, 3))
    y = X[:, 0] * X[:, 1]
    model = MLP(3, [5, 1], activation="tanh", rng=1)
    optimizer = optimizer or Adam(0.01)
    trainer = Trainer(model, "mean_squared_error", optimizer, l2=0.01, engine=engine, threads=count)
    given = numbers.uniform(size=75) if weights else None
    trainer.fit(X, y, epochs=epochs, batch_size=batch, sample_weight=given, verbose=0, rng=1)
    return trainer


def bits(trainer):
    weights = trainer.model.state_dict().values()
    return [float(number).hex() for number in (*weights, *trainer.history.columns.get("loss", []))]


@pytest.mark.parametrize("weights", [False, True])
def test_the_same_bits_for_any_number_of_threads(weights):
    first, *others = (trained(count, weights=weights) for count in (1, 2, 3, 4))
    assert first.engine.program.blocks == 4
    assert first.engine.compiled.machine.blocks.shape[0] == 4
    for other in others:
        assert bits(other) == bits(first)


@pytest.mark.parametrize("batch", [32, 17])
def test_the_same_training_as_by_backward(batch):
    ours = trained(2, optimizer=GradientDescent(0.02), batch=batch)
    assert ours.engine.program.blocks > 1
    theirs = trained(1, optimizer=GradientDescent(0.02), batch=batch, engine="eager")
    for a, b in zip(ours.model.state_dict().values(), theirs.model.state_dict().values(), strict=True):
        assert math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-11)
    assert np.allclose(ours.history.columns["loss"], theirs.history.columns["loss"], rtol=1e-9)


def test_a_step_that_is_not_finite_moves_nothing():
    found = []
    for count in (1, 3):
        with pytest.warns(UserWarning, match="stopped in epoch"):
            trainer = trained(count, scale=1e150, optimizer=GradientDescent(1e-3))
        assert trainer.failed
        found.append(bits(trainer))
    assert found[0] == found[1]


def test_no_threads_are_as_one(monkeypatch):
    expected = bits(trained(1))
    monkeypatch.setattr(threads, "hired", lambda count: [])
    assert bits(trained(3)) == expected


def test_a_trainer_with_threads_can_be_pickled():
    trainer = trained(2)
    other = pickle.loads(pickle.dumps(trainer))
    assert other.asked_threads == 2
    assert other.model.state_dict() == trainer.model.state_dict()


def test_a_number_of_threads_is_checked():
    with pytest.raises(ValueError, match="threads is a whole number, 1 or more"):
        Trainer(MLP(1, [1]), "mean_squared_error", Adam(0.1), threads=0)
