"""Predictions for many samples: the same numbers one by one and at once, and one by one where at once will not do."""

import contextlib
import copy
import gc
import pickle
import random
import weakref

import numpy as np
import pytest
from other_threads import beside_a_thread

import autograd
from autograd import TraceError, Value, jit
from autograd.lift.for_each import ForEach
from autograd.lift.numpy_backend import over_samples
from nn import MLP, Module
from nn.basics import forward, prediction


def rows(count, width=3):
    rng = random.Random(0)
    return [[rng.uniform(-2.0, 2.0) for _ in range(width)] for _ in range(count)]


@pytest.fixture(autouse=True)
def recorded(monkeypatch):
    """Every model is worth recording; the models that were."""
    models = []
    original = prediction.forward_program

    def counted(model, outputs, samples):
        models.append(model)
        return original(model, outputs, samples)

    monkeypatch.setattr(prediction, "WORTH_RECORDING", 1)
    monkeypatch.setattr(prediction, "FEWEST_ROWS", 2)
    monkeypatch.setattr(prediction, "forward_program", counted)
    return models


def one_by_one(model, X):
    return [[float(a) for a in model(x)] for x in X]


def near(found, expected):
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        assert a == pytest.approx(b, rel=1e-12, abs=1e-14, nan_ok=True)
        assert all(type(number) is float for number in a)


@pytest.mark.parametrize("count", [3, 256, 5000])
@pytest.mark.parametrize("output", ["linear", "softmax"])
def test_many_samples_at_once_give_what_each_gives(count, output, recorded):
    model = MLP(3, [5, 2], activation="gelu", output_activation=output, rng=1)
    X = rows(count)
    near(model.predict(X), one_by_one(model, X))
    assert recorded == [model]


def test_rows_come_as_lists_and_as_arrays_of_any_kind():
    model, X = MLP(3, [4, 2], rng=1), [[1, -2, 3], [0, 1, 1], [2, 2, -1]]
    expected = one_by_one(model, X)
    for given in (X, tuple(map(tuple, X)), np.array(X), np.array(X, dtype=np.float32), list(np.array(X)), iter(X)):
        near(model.predict(given), expected)
    near(model.predict(np.array(X, dtype=object)), expected)
    near(model.predict(np.asfortranarray(X)[::-1]), expected[::-1])


def test_a_program_is_recorded_once_and_reads_the_weights_at_each_call(recorded):
    model, X = MLP(3, [4, 2], rng=1), rows(10)
    for _ in range(3):
        near(model.predict(X), one_by_one(model, X))
        for parameter in model.parameters():
            parameter.data += 0.25
    near(model.predict(X[:1]), one_by_one(model, X[:1]))
    assert recorded == [model]


def test_what_the_model_reads_is_noticed(recorded):
    class Scaled(Module):
        def __init__(self):
            self.w = Value(2.0)
            self.factor = 3.0

        def __call__(self, x):
            return [self.factor * self.w * x[0]]

    model, X = Scaled(), rows(10, 1)
    near(model.predict(X), one_by_one(model, X))
    model.factor = 5.0
    near(model.predict(X), one_by_one(model, X))
    model.w = Value(-1.0)
    near(model.predict(X), one_by_one(model, X))
    assert len(recorded) == 3
    layered = MLP(3, [4, 2], rng=1)
    layered.predict(rows(10))
    layered.layers[0].neurons[1].w[2] = Value(7.0)
    near(layered.predict(rows(10)), one_by_one(layered, rows(10)))


def test_a_model_that_draws_random_numbers_is_asked_for_each_sample():
    class Noisy(MLP):
        calls = 0

        def __call__(self, x):
            self.calls += 1
            return [a * random.uniform(0.5, 1.5) for a in super().__call__(x)]

    model, X = Noisy(3, [2], rng=1), rows(1) * 20
    for threads in (contextlib.nullcontext(), beside_a_thread()):
        random.seed(3)
        with threads:
            found = model.predict(X)
        random.seed(3)
        assert found == one_by_one(model, X) and found[0] != found[1]
    assert model.calls >= 80


def test_a_model_that_branches_is_asked_for_each_sample():
    class Branching(MLP):
        def __call__(self, x):
            return super().__call__(x if x[0] > 0 else [0.0, 0.0, 0.0])

    model, X = Branching(3, [4, 1], rng=1), rows(20)
    assert model.predict(X) == one_by_one(model, X)


def test_a_model_that_asks_what_it_is_given_is_asked_for_each_sample():
    class Asking(Module):
        def __init__(self):
            self.w = Value(2.0)

        def __call__(self, x):
            return [self.w * x[0] if isinstance(x[0], float) else self.w]

    model, X = Asking(), rows(20, 1)
    assert model.predict(X) == one_by_one(model, X)


def test_a_program_that_cannot_be_made_for_whatever_reason_is_done_without(monkeypatch):
    def too_deep(*_):
        raise RecursionError

    monkeypatch.setattr("autograd.lift.for_each.Specialised", too_deep)
    model, X = MLP(3, [2], rng=1), rows(20)
    assert model.predict(X) == one_by_one(model, X)


def test_the_memory_of_a_program_with_many_numbers_is_bounded(monkeypatch):
    model, X = MLP(3, [4, 2], rng=1), rows(20)
    for most in (1, 40, 200):
        monkeypatch.setattr(over_samples, "IN_MEMORY", most)
        program = ForEach(model, X[0])
        assert program.over.at_once == max(1, most // program.over.height)
        near(program(np.array(X))[0].tolist(), one_by_one(model, X))


def test_a_number_that_is_not_finite_is_what_the_model_says_of_it():
    class Logarithm(Module):
        def __init__(self):
            self.w = Value(1.0)

        def __call__(self, x):
            return [autograd.log(self.w * x[0]), x[0] * self.w]

    model, X = Logarithm(), [[1.0], [2.0], [3.0], [4.0]]
    near(model.predict(X), one_by_one(model, X))
    near(model.predict([*X, [float("inf")], [float("nan")]])[4:], one_by_one(model, [[float("inf")], [float("nan")]]))
    with pytest.raises(autograd.DomainError, match=r"log"):
        model.predict([*X, [-1.0]])


def test_no_samples_and_a_wrong_one():
    model = MLP(3, [2], rng=1)
    assert model.predict([]) == [] and model.predict(np.empty((0, 3))) == []
    for X in ([*rows(10), [1.0, 2.0]], rows(10, 2), np.ones((10, 2))):
        with pytest.raises(ValueError, match="takes 3 inputs but was given 2"):
            model.predict(X)
    model.predict(rows(10))
    with pytest.raises(ValueError, match="takes 3 inputs but was given 2"):
        model.predict(rows(10, 2))
    with pytest.raises(ValueError, match=r"X\[1\] is"):
        model.predict([[1.0, 2.0, 3.0], {1.0, 2.0, 3.0}])


def test_gradients_are_not_touched():
    model = MLP(3, [2], rng=1)
    model.predict(rows(10))
    assert all(p.grad == 0.0 for p in model.parameters())


def test_a_model_is_freed_copied_and_pickled_as_if_it_had_no_program(recorded):
    model, X = MLP(3, [2], rng=1), rows(10)
    model.predict(X)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        for parameter in other.parameters():
            parameter.data += 1.0
        near(other.predict(X), one_by_one(other, X))
    alive, place = weakref.ref(model), id(model)
    recorded.clear()
    del model, other, parameter
    gc.collect()
    assert alive() is None and place not in forward.kept


def test_while_something_is_recorded_predictions_are_numbers_that_are_read():
    model, X = MLP(2, [2, 1], rng=1), rows(10, 2)
    model.predict(X)
    with pytest.raises(TraceError, match="float"):
        jit(lambda x: x * model.predict(X)[0][0])(1.0)
