"""Predictions for many samples: the same numbers one by one and at once, and one by one where at once will not do."""

import random

import pytest

from nn import MLP
from nn.basics import prediction


def rows(count, width=3):
    rng = random.Random(0)
    return [[rng.uniform(-2.0, 2.0) for _ in range(width)] for _ in range(count)]


@pytest.fixture
def compiled_parts(monkeypatch):
    """Every model is worth compiling; how many parts were computed at once."""
    parts = []
    original = prediction.from_program
    monkeypatch.setattr(prediction, "WORTH_COMPILING", 1)
    monkeypatch.setattr(prediction, "from_program", lambda outputs, X: parts.append(len(X)) or original(outputs, X))
    return parts


@pytest.mark.parametrize("count", [3, 256, 300])
@pytest.mark.parametrize("output", ["linear", "softmax"])
def test_many_samples_at_once_give_what_each_gives(count, output, compiled_parts):
    model = MLP(3, [5, 2], activation="gelu", output_activation=output, rng=1)
    X = rows(count)
    found = model.predict(X)
    assert compiled_parts == [count] and len(found) == count
    for outputs, x in zip(found, X, strict=True):
        assert outputs == pytest.approx([a.data for a in model(x)], rel=1e-12, abs=1e-14)
        assert all(type(number) is float for number in outputs)


def test_a_model_that_draws_random_numbers_is_asked_for_each_sample(compiled_parts):
    class Noisy(MLP):
        calls = 0

        def __call__(self, x):
            self.calls += 1
            return [a * random.uniform(0.5, 1.5) for a in super().__call__(x)]

    model = Noisy(3, [2], rng=1)
    model.predict(rows(20))
    assert compiled_parts == [] and model.calls == 20


def test_a_model_that_branches_is_asked_for_each_sample(compiled_parts):
    class Branching(MLP):
        def __call__(self, x):
            return super().__call__(x if x[0] > 0 else [0.0, 0.0, 0.0])

    model = Branching(3, [4, 1], rng=1)
    X = rows(20)
    assert model.predict(X) == [[a.data for a in model(x)] for x in X]
    assert compiled_parts == [20]


def test_no_samples_and_a_wrong_one(compiled_parts):
    model = MLP(3, [2], rng=1)
    assert model.predict([]) == []
    with pytest.raises(ValueError, match="takes 3 inputs but was given 2"):
        model.predict([*rows(10), [1.0, 2.0]])


def test_gradients_are_not_touched(compiled_parts):
    model = MLP(3, [2], rng=1)
    model.predict(rows(10))
    assert all(p.grad == 0.0 for p in model.parameters())
