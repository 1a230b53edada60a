"""What the next fit of an equal model takes over from the one before, and when it must not."""

import random

import pytest

from autograd import Value
from nn import MLP, Adam, Module, Trainer
from nn.training import compiled, kept_programs
from nn.training.kept_programs import recorded_programs
from nn.training.structure import structure_of

X = [[random.Random(k).gauss(0, 1), random.Random(-k - 1).gauss(0, 1)] for k in range(24)]
Y = [a - b * b for a, b in X]


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    recorded_programs.clear()
    yield
    recorded_programs.clear()


def fitted(model, engine="auto", y=None, optimizer=None, epochs=4, loss="mean_squared_error", **options):
    trainer = Trainer(model, loss, optimizer or Adam(0.05), engine=engine, **options)
    trainer.fit(X, y or Y, epochs=epochs, batch_size=5, verbose=0, rng=3)
    return trainer


def assert_as_eager(make, trainer, **options):
    expected = fitted(make(), "eager", **options)
    assert trainer.engine_used.startswith("compiled")
    assert trainer.model.state_dict() == pytest.approx(expected.model.state_dict(), rel=1e-9, abs=1e-12)
    assert trainer.history["loss"] == pytest.approx(expected.history["loss"], rel=1e-9)


@pytest.mark.parametrize("many_steps", [1, 10**9])
def test_other_weights_and_other_targets_take_the_same_program(monkeypatch, many_steps):
    monkeypatch.setattr(compiled, "MANY_STEPS", many_steps)
    programs = set()
    for seed in range(3):
        make = lambda seed=seed: MLP(2, [4, 1], activation="tanh", rng=seed)
        y = [number + seed for number in Y]
        trainer = fitted(make(), y=y)
        assert_as_eager(make, trainer, y=y)
        programs.add(trainer.engine.program)
    assert len(programs) == len(recorded_programs) == 1


def test_the_same_seed_gives_the_same_bits_whether_recorded_or_taken_over():
    first, second = (fitted(MLP(2, [4, 1], rng=1)).model.state_dict() for _ in range(2))
    recorded_programs.clear()
    assert fitted(MLP(2, [4, 1], rng=1)).model.state_dict() == first == second


def test_two_fits_at_work_at_the_same_time_have_memories_of_their_own():
    one, other = (fitted(MLP(2, [4, 1], activation="tanh", rng=seed)) for seed in (1, 2))
    before = one.evaluate(X, Y)
    assert other.evaluate(X, Y) != before == one.evaluate(X, Y)


class Bent(Module):
    """Of a form that its attributes say."""

    def __init__(self, form, factor=1.0, shared=False):
        self.form = form
        self.factor = factor
        self.w = [Value(0.5), Value(0.25)]
        self.v = self.w if shared else [Value(0.5), Value(0.25)]

    def __call__(self, x):
        y = sum(w * v * a for w, v, a in zip(self.w, self.v, x, strict=True))
        return [self.factor * getattr(y, self.form)()]


def test_what_differs_in_more_than_its_numbers_is_recorded_again():
    for count, settings in enumerate(
        [("sin",), ("cos",), ("sin", 2.0), ("sin", -0.0), ("sin", 0.0), ("sin", 1.0, True), ("sin", 1)], start=1
    ):
        assert_as_eager(lambda: Bent(*settings), fitted(Bent(*settings)))  # noqa: B023
        assert len(recorded_programs) == count
    assert_as_eager(lambda: Bent("sin"), fitted(Bent("sin", 1.0), l2=0.5), l2=0.5)
    assert len(recorded_programs) == count + 1


FACTOR = 2.0


class Scaled(Module):
    """Reads a global number."""

    def __init__(self):
        self.w = Value(0.5)

    def __call__(self, x):
        return [FACTOR * self.w * x[0]]


def test_a_global_that_has_changed_is_noticed(monkeypatch):
    first = fitted(Scaled()).engine.program
    assert fitted(Scaled()).engine.program is first
    monkeypatch.setattr(f"{__name__}.FACTOR", 3.0)
    trainer = fitted(Scaled())
    assert trainer.engine.program is not first
    assert_as_eager(Scaled, trainer)


def test_other_settings_of_the_optimiser_take_other_machine_code(monkeypatch):
    pytest.importorskip("llvmlite")
    monkeypatch.setattr(compiled, "MANY_STEPS", 1)
    make = lambda: MLP(2, [3, 1], rng=1)
    for beta in (0.9, 0.5, 0.9):
        assert_as_eager(make, fitted(make(), optimizer=Adam(0.05, beta1=beta)), optimizer=Adam(0.05, beta1=beta))


def test_a_bounded_number_is_kept(monkeypatch):
    monkeypatch.setattr(kept_programs, "MOST_KEPT", 2)
    for width in (1, 2, 3):
        fitted(MLP(2, [width, 1]))
    assert len(recorded_programs) == 2


def test_a_structure_is_that_of_equal_models_alone():
    class Slotted(MLP):
        __slots__ = ("factor",)

    slotted = Slotted(2, [1])
    slotted.factor = 2.0
    assert structure_of(slotted) is None
    computed = MLP(2, [1])
    computed.more = Value(1.0) * 2.0
    assert structure_of(computed) is None
    alike, other = MLP(2, [3, 1]), MLP(2, [3, 1])
    assert structure_of(alike) == structure_of(other)
    other.layers[0].neurons[1].w[0] = other.layers[0].neurons[0].w[0]
    assert structure_of(alike) != structure_of(other)
    other.layers[0].neurons[1].w = alike.layers[0].neurons[1].w  # other parameters, but none twice
    assert structure_of(alike) == structure_of(other)
