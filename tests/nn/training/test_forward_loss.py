"""The loss of many samples by a forward program is the eager engine's, and what is evaluated is the model as it is."""

import random

import numpy as np
import pytest

import autograd
from autograd import DomainError, Value
from nn import MLP, Adam, Module, Trainer, losses
from nn.basics import prediction
from nn.training import forward_loss


@pytest.fixture(autouse=True)
def worth_it(monkeypatch):
    monkeypatch.setattr(prediction, "WORTH_RECORDING", 1)
    monkeypatch.setattr(prediction, "FEWEST_ROWS", 2)


@pytest.fixture
def eager_calls(monkeypatch):
    """How many samples the objective was asked for by itself."""
    counts = []
    original = forward_loss.Objective.__call__
    call = lambda objective, samples: counts.append(len(samples)) or original(objective, samples)
    monkeypatch.setattr(forward_loss.Objective, "__call__", call)
    return counts


def samples(count, targets):
    rng = random.Random(0)
    return [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(count)], [rng.choice(targets) for _ in range(count)]


@pytest.mark.parametrize(
    "loss, targets, outputs, output, metrics",
    [
        ("mean_squared_error", [0.5, -1.0, 2.0], 1, "linear", ["r2"]),
        ("mean_absolute_error", [[0.5, 1.0], [2.0, -1.0]], 2, "linear", ["mean_squared_error"]),
        ("categorical_cross_entropy_with_logits", [0, 1, 2], 3, "linear", ["accuracy"]),
        ("categorical_cross_entropy", [0, 1, 2], 3, "softmax", ["accuracy"]),
        ("binary_cross_entropy", [0, 1], 1, "sigmoid", ["accuracy"]),
        ("hinge", [-1, 1], 1, "linear", ["accuracy"]),
    ],
)
def test_before_any_training_it_is_what_the_eager_engine_finds(loss, targets, outputs, output, metrics, eager_calls):
    X, y = samples(300, targets)
    model = MLP(2, [5, outputs], activation="tanh", output_activation=output, rng=1)
    make = lambda engine: Trainer(model, loss, Adam(0.01), metrics=metrics, l1=0.01, l2=0.02, engine=engine)
    expected = make("eager").evaluate(X, y)
    eager_calls.clear()
    assert make("auto").evaluate(X, y) == pytest.approx(expected, rel=1e-12)
    assert eager_calls == [2]


class Scaled(Module):
    def __init__(self):
        self.w = Value(2.0)
        self.factor = 3.0

    def __call__(self, x):
        return [self.factor * self.w * x[0]]


def test_a_model_that_was_changed_after_its_training_is_evaluated_as_it_is():
    X = np.linspace(-1.0, 1.0, 20)[:, None]
    model = Scaled()
    trainer = Trainer(model, "mean_squared_error", Adam(0.01))
    trainer.fit(X, X[:, 0], epochs=1, verbose=0, rng=1)
    assert trainer.engine_used.startswith("compiled")
    for change in (lambda: setattr(model, "factor", 100.0), lambda: setattr(model, "w", Value(-7.0))):
        change()
        expected = np.mean([(model([x])[0].data - x) ** 2 for x in X[:, 0].tolist()])
        assert trainer.evaluate(X, X[:, 0])["loss"] == pytest.approx(expected)


def test_a_model_that_cannot_be_compiled_is_asked_for_each_sample(eager_calls):
    class Branching(MLP):
        def __call__(self, x):
            return super().__call__(x if x[0] > 0 else [0.0, 0.0])

    X, y = samples(20, [0.0, 1.0])
    model = Branching(2, [2, 1], rng=1)
    trainers = [Trainer(model, losses.mean_squared_error, Adam(0.01), engine=engine) for engine in ("auto", "eager")]
    assert trainers[0].evaluate(X, y) == trainers[1].evaluate(X, y)
    assert eager_calls == [20, 20]


def test_a_number_that_is_not_finite_is_what_the_objective_says_of_it():
    class Logarithm(Module):
        def __init__(self):
            self.w = Value(1.0)

        def __call__(self, x):
            return [autograd.log(self.w * x[0])]

    trainer = Trainer(Logarithm(), "mean_squared_error", Adam(0.01))
    with pytest.raises(DomainError, match="log"):
        trainer.evaluate([[1.0], [2.0], [-1.0]], [0.0, 0.0, 0.0])
