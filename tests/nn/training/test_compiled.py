"""The compiled engine of the trainer: the same training as with backward(), and a stated reason where there is none."""

import math
import random
from contextlib import nullcontext

import pytest

import autograd
from autograd import Value, relu
from nn import (
    MLP,
    Adam,
    AdamW,
    Callback,
    Checkpoint,
    Layer,
    Module,
    Momentum,
    RandomHillClimbing,
    Trainer,
    TrainingWarning,
    losses,
)
from nn.optimizers import OPTIMIZERS, GradientDescent, GradientOptimizer
from nn.training import compiled, compiled_objective, kept_programs
from nn.training.array_steps import OnArrays, OnValues
from nn.training.machine_code_steps import InMachineCode


def samples(n=25, width=3, seed=0):
    rng = random.Random(seed)
    X = [[rng.uniform(-2.0, 2.0) for _ in range(width)] for _ in range(n)]
    return X, [[math.sin(x[0]) + x[1], x[2] * x[1]] for x in X]


def trained(engine, optimizer, loss="mean_squared_error", y=None, model=None, epochs=3, batch_size=8, **settings):
    X, numbers = samples()
    model = model or MLP(3, [5, 2], activation="tanh", rng=1)
    trainer = Trainer(model, loss, optimizer, engine=engine, **settings)
    trainer.fit(X, numbers if y is None else y, epochs=epochs, batch_size=batch_size, verbose=0, rng=2)
    return trainer


def assert_same(one, other, tolerance=1e-10):
    assert one.engine_used.startswith("compiled") and other.engine_used.startswith("eager")
    for name, number in one.model.state_dict().items():
        assert number == pytest.approx(other.model.state_dict()[name], rel=tolerance, abs=tolerance), name
    for column in one.history.columns:
        assert one.history[column] == pytest.approx(other.history[column], rel=tolerance, abs=tolerance), column


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if name != "random_hill_climbing"])
def test_every_optimiser_takes_the_same_steps(name):
    one, other = trained("auto", OPTIMIZERS[name]()), trained("eager", OPTIMIZERS[name]())
    assert_same(one, other)
    for key, numbers in one.optimizer.slots.items():
        assert numbers == pytest.approx(other.optimizer.slots[key], rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("name", sorted(losses.LOSSES))
def test_every_loss_gives_the_same_training(name):
    loss = losses.get(name)
    classes = [number % 2 for number in range(25)]
    y = None
    for candidate in (classes, [[c, 1 - c] for c in classes], [[2 * c - 1, 1 - 2 * c] for c in classes]):
        try:
            loss.encode_all(candidate, 2)
        except ValueError:
            continue
        y = candidate
        break
    output = "softmax" if loss.expects == "probabilities" else "linear"
    model = [MLP(3, [4, 2], activation="tanh", output_activation=output, rng=1) for _ in range(2)]
    one = trained("auto", GradientDescent(0.05), loss, y, model[0])
    other = trained("eager", GradientDescent(0.05), loss, y, model[1])
    assert_same(one, other)


def test_penalties_validation_and_metrics_are_the_same():
    def fit(engine):
        X, y = samples(40)
        trainer = Trainer(
            MLP(3, [4, 2], rng=3), "mean_squared_error", Momentum(0.02), metrics=["r2"], l1=1e-3, l2=1e-2, engine=engine
        )
        trainer.fit(X, y, epochs=4, batch_size=7, validation_split=0.3, verbose=0, rng=1)
        return trainer

    assert_same(fit("auto"), fit("eager"))


def test_a_batch_larger_than_the_program_has_room_for(monkeypatch):
    monkeypatch.setattr(kept_programs, "MOST_SAMPLES", 4)
    one = trained("auto", Momentum(0.05), l2=0.1, batch_size=None)
    assert one.engine.compiled.room == 4
    assert_same(one, trained("eager", Momentum(0.05), l2=0.1, batch_size=None))


class Unused(Module):
    """One parameter does not reach the output, and is moved by weight decay alone."""

    def __init__(self):
        self.w = [Value(0.5), Value(-0.5), Value(0.1)]
        self.idle = Value(1.0)

    def __call__(self, x):
        return [sum(w * xi for w, xi in zip(self.w, x, strict=True)), relu(self.w[0])]


def test_parameters_that_the_loss_does_not_depend_on_decay_all_the_same():
    make = lambda: AdamW(0.01, weight_decay=0.5)
    with pytest.warns(TrainingWarning, match="the loss does not depend on idle: in the first batch"):
        one, other = trained("auto", make(), model=Unused()), trained("eager", make(), model=Unused())
    assert_same(one, other)
    assert 0.5 < one.model.idle.data < 1.0


class Signs(GradientOptimizer):
    """A rule that looks at its numbers, which arrays cannot take."""

    def __init__(self):
        super().__init__(0.01)

    def rule(self, m, p, g, slots, rate, step):
        return (p - rate if g > 0 else p + rate), slots


def test_a_rule_that_takes_no_arrays_is_applied_to_numbers():
    one = trained("auto", Signs())
    assert type(one.engine.stepper) is OnValues
    assert_same(one, trained("eager", Signs()))


def test_hill_climbing_evaluates_the_compiled_program():
    one = trained("auto", RandomHillClimbing(0.1, rng=1), epochs=20, batch_size=None)
    assert_same(one, trained("eager", RandomHillClimbing(0.1, rng=1), epochs=20, batch_size=None), 1e-9)


def test_an_interrupted_try_of_hill_climbing_leaves_nothing_behind(monkeypatch):
    original, calls, kept = compiled_objective.CompiledObjective.loss, [], {}
    model = MLP(3, [5, 2], activation="tanh", rng=1)

    def loss(self, *args):
        calls.append(1)
        if len(calls) % 2 == 1:
            kept.update(model.state_dict())  # before a step is tried
        elif len(calls) == 6:
            raise KeyboardInterrupt
        return original(self, *args)

    monkeypatch.setattr(compiled_objective.CompiledObjective, "loss", loss)
    with pytest.raises(KeyboardInterrupt):
        trained("auto", RandomHillClimbing(0.1, rng=1), model=model, epochs=20, batch_size=None)
    assert len(calls) == 6 and model.state_dict() == kept


class Branching(MLP):
    def __call__(self, x):
        return super().__call__([x[0], x[1], 1.0 if x[2] > 0 else 0.0])


class Dropout(MLP):
    noise = random.Random(5)

    def __call__(self, x):
        return super().__call__([number * self.noise.choice([0.0, 2.0]) for number in x])


@pytest.mark.parametrize("model, reason", [(Branching, "TraceError"), (Dropout, "draws random numbers")])
def test_what_cannot_be_compiled_is_trained_eagerly_and_the_reason_stated(model, reason):
    aloud = pytest.warns(TrainingWarning, match=r"a number was read: .*test_compiled.py:\d+: .*if x\[2\] > 0")
    with aloud if model is Branching else nullcontext():
        trainer = trained("auto", GradientDescent(0.01), model=model(3, [4, 2], rng=1))
    assert trainer.engine_used.startswith("eager") and reason in trainer.engine_used


def test_the_engine_says_what_became_of_the_scalars():
    assert "array operations" in trained("auto", GradientDescent()).engine_used
    assert trained("eager", GradientDescent()).engine_used == "eager: asked for"


def test_callbacks_find_the_numbers_in_the_values_and_may_change_them():
    class Freeze(Callback):
        seen = []

        def on_batch_end(self, trainer, batch, loss):
            self.seen.append(trainer.model.layers[0].neurons[0].w[0].data)
            trainer.model.layers[0].neurons[0].b.data = 0.25

    freeze = Freeze()
    X, y = samples()
    model = MLP(3, [4, 2], rng=1)
    trainer = Trainer(model, "mean_squared_error", Momentum(0.05))
    trainer.fit(X, y, epochs=2, batch_size=5, callbacks=[freeze], verbose=0, rng=1)
    assert trainer.engine_used.startswith("compiled")
    assert len(set(freeze.seen)) == 10 and model.layers[0].neurons[0].b.data == 0.25


def test_a_loss_that_is_not_finite_is_explained_by_the_eager_engine():
    X, y = samples()
    trainer = Trainer(MLP(3, [4, 2], rng=1), "mean_squared_error", GradientDescent(1e200))
    with pytest.warns(TrainingWarning, match=r"layers.1.neurons.0.w\[0\]"):
        trainer.fit(X, y, epochs=20, batch_size=5, verbose=0, rng=1)
    assert trainer.failed and all(math.isfinite(p.data) for p in trainer.model.parameters())


def test_two_trainings_are_the_same_bit_for_bit_also_when_one_is_resumed(tmp_path):
    def fit(epochs, **settings):
        X, y = samples()
        trainer = Trainer(MLP(3, [4, 2], rng=1), "mean_squared_error", Momentum(0.05), metrics=["r2"])
        trainer.fit(X, y, epochs=epochs, batch_size=5, verbose=0, rng=1, validation_split=0.2, **settings)
        assert trainer.engine_used.startswith("compiled")
        return trainer.model.state_dict(), trainer.history.columns, trainer.best_weights

    path = tmp_path / "checkpoint.json"
    whole = fit(6)
    assert fit(6) == whole
    fit(3, callbacks=[Checkpoint(path)])
    assert fit(6, resume=path) == whole


def test_other_samples_are_judged_with_the_weights_that_the_model_has_now():
    trainer = trained("auto", GradientDescent(0.05))
    X, y = samples(11, seed=9)
    before = trainer.evaluate(X, y)["loss"]
    for p in trainer.model.parameters():
        p.data = 0.0
    after = trainer.evaluate(X, y)["loss"]
    assert before != after == pytest.approx(losses.mean_squared_error.mean([[0.0, 0.0]] * 11, y).data)


def test_machine_code_takes_the_same_steps(monkeypatch):
    pytest.importorskip("llvmlite")
    monkeypatch.setattr(compiled, "MANY_STEPS", 7)
    for name in ("momentum", "adamw"):
        make = OPTIMIZERS[name]
        one, other = trained("auto", make(), l2=0.01), trained("eager", make(), l2=0.01)
        assert type(one.engine.stepper) is InMachineCode
        assert_same(one, other)
        for key, numbers in one.optimizer.slots.items():
            assert numbers == pytest.approx(other.optimizer.slots[key], rel=1e-8, abs=1e-12)


def test_machine_code_that_is_resumed_gives_the_same_bits(monkeypatch, tmp_path):
    pytest.importorskip("llvmlite")
    monkeypatch.setattr(compiled, "MANY_STEPS", 13)

    def fit(epochs, **settings):
        X, y = samples()
        trainer = Trainer(MLP(3, [4, 2], rng=1), "mean_squared_error", Momentum(0.05), metrics=["r2"])
        trainer.fit(X, y, epochs=epochs, batch_size=7, verbose=0, rng=1, validation_split=0.2, **settings)
        return type(trainer.engine.stepper), trainer.model.state_dict(), trainer.history.columns

    class Killed(Callback):
        def on_epoch_end(self, trainer, epoch, logs):
            if epoch == 3:
                trainer.stop("killed", for_good=False)

    path = tmp_path / "checkpoint.json"
    way, *whole = fit(8)
    assert way is InMachineCode
    fit(8, callbacks=[Killed(), Checkpoint(path)])
    assert list(fit(8, resume=path)[1:]) == whole
    fit(3, callbacks=[Checkpoint(path)])  # planned to be over by then, and so too short for machine code
    _, weights, columns = fit(8, resume=path)
    assert weights == pytest.approx(whole[0], rel=1e-10) and columns["loss"] == pytest.approx(whole[1]["loss"])


def test_a_loss_that_is_not_finite_is_explained_after_machine_code_has_met_it(monkeypatch):
    pytest.importorskip("llvmlite")
    monkeypatch.setattr(compiled, "MANY_STEPS", 3)
    X, y = samples()
    trainer = Trainer(
        MLP(3, [4, 2], rng=1), "mean_squared_error", GradientDescent(lambda step: 1e200 if step > 6 else 0.01)
    )
    with pytest.warns(TrainingWarning, match=r"epoch 2, step 4: .*layers.1.neurons.0.w\[0\]"):
        trainer.fit(X, y, epochs=20, batch_size=5, verbose=0, rng=1)
    assert type(trainer.engine.stepper) is InMachineCode and trainer.history.epochs == 1


def test_a_rule_that_machine_code_cannot_take_stays_with_arrays(monkeypatch):
    class Careful(GradientDescent):
        def rule(self, m, p, g, slots, rate, step):
            return p - rate * g * (1.0 if float(step) else 0.0), slots

    monkeypatch.setattr(compiled, "MANY_STEPS", 7)
    one = trained("auto", Careful(0.05))
    assert type(one.engine.stepper) is OnArrays
    assert_same(one, trained("eager", Careful(0.05)))


def test_settings_that_a_callback_changes_count_from_then_on(monkeypatch):
    monkeypatch.setattr(compiled, "MANY_STEPS", 2)

    class LessMomentum(Callback):
        def on_epoch_end(self, trainer, epoch, logs):
            trainer.optimizer.momentum = 0.5 if epoch == 1 else 0.1

    def fit(engine):
        X, y = samples()
        trainer = Trainer(MLP(3, [4, 2], rng=1), "mean_squared_error", Momentum(0.05), engine=engine)
        trainer.fit(X, y, epochs=4, batch_size=5, verbose=0, rng=1, callbacks=[LessMomentum()])
        return trainer

    assert_same(fit("auto"), fit("eager"))


def test_a_second_fit_goes_on_with_the_same_program_unless_the_model_is_another():
    X, y = samples()
    trainer = Trainer(MLP(3, [4, 2], rng=1), "mean_squared_error", GradientDescent(0.01))
    fit = lambda: trainer.fit(X, y, epochs=1, batch_size=5, verbose=0, rng=1)
    fit()
    first = trainer.engine
    fit()
    assert trainer.engine.program is first.program
    trainer.model.layers[0].neurons[0].activation = math.sin  # no longer what was compiled, nor what can be
    with pytest.warns(TrainingWarning):
        fit()
    assert trainer.engine_used.startswith("eager") and "TraceError" in trainer.engine_used
    trainer.model.layers[0].neurons[0].activation = Value.sin
    fit()
    assert trainer.engine is not first and trainer.engine_used.startswith("compiled")


def test_another_optimiser_moves_the_model_from_the_next_fit_on():
    def fit(engine):
        trainer = trained(engine, GradientDescent(0.05))
        trainer.optimizer = Momentum(0.02)
        X, y = samples()
        trainer.fit(X, y, epochs=2, batch_size=8, verbose=0, rng=3)
        assert trainer.optimizer.steps == 8
        return trainer

    assert_same(fit("auto"), fit("eager"))


class Changing(MLP):
    """A model with a switch, and one that drops what it finds."""

    training = True

    def __call__(self, x):
        outputs = super().__call__(x)
        return [a * 2.0 for a in outputs] if self.training else outputs


@pytest.mark.parametrize("event", ["on_epoch_begin", "on_batch_end"])
def test_a_switch_that_a_callback_turns_counts_from_then_on(event):
    def fit(engine):
        class Switch(Callback):
            count = 0

        def turn(self, trainer, *news):
            self.count += 1
            trainer.model.training = self.count < 3
            trainer.objective.l2 = 0.01 * self.count if self.count < 5 else 0.0

        setattr(Switch, event, turn)
        X, y = samples(18)
        trainer = Trainer(Changing(3, [4, 2], rng=1), "mean_squared_error", Momentum(0.02), engine=engine)
        trainer.fit(X, y, epochs=6, batch_size=5, verbose=0, rng=1, callbacks=[Switch()])
        return trainer

    assert_same(fit("auto"), fit("eager"))


@pytest.mark.parametrize("rate", [0.5, 0.05, 0.0])
@pytest.mark.parametrize("source", ["module", "own", "numpy"])
def test_random_numbers_are_noticed_however_rarely_they_matter(rate, source):
    import numpy as np

    class Dropping(MLP):
        def __call__(self, x):
            draw = {"module": random.random, "own": self.source.random, "numpy": np.random.random}[source]
            return [a if draw() >= rate else a * 0.0 for a in super().__call__(x)]

    model = Dropping(3, [4, 2], rng=1)
    model.source = random.Random(3)
    assert "draws random numbers" in trained("auto", GradientDescent(0.01), model=model).engine_used


def test_a_model_that_counts_its_calls_is_trained_eagerly():
    class Counting(MLP):
        calls = 0

        def __call__(self, x):
            self.calls += 1
            return super().__call__(x)

    trainer = trained("auto", GradientDescent(0.01), model=Counting(3, [4, 2], rng=1))
    assert "changes its attributes" in trainer.engine_used and trainer.model.calls > 50


def replaced_layer(trainer):
    trainer.model.layers[0] = Layer(2, 3, activation="sigmoid", rng=9)


def replaced_weight(trainer):
    trainer.model.layers[1].neurons[0].b = Value(0.25)


def shared_weight(trainer):
    trainer.model.layers[1].neurons[0].b = trainer.model.layers[0].neurons[0].b


def other_activation(trainer):
    for neuron in trainer.model.layers[0].neurons:
        neuron.activation = autograd.sin


def halved(trainer):
    trainer.model.load_state_dict({name: 0.5 * weight for name, weight in trainer.model.state_dict().items()})


CHANGES = {
    "a layer": replaced_layer,
    "a weight": replaced_weight,
    "a weight that is shared": shared_weight,
    "an activation": other_activation,
    "all weights": halved,
    "a penalty": lambda trainer: setattr(trainer.objective, "l2", 0.1),
    "the learning rate": lambda trainer: setattr(trainer.optimizer, "learning_rate", 0.2),
    "a setting of the optimiser": lambda trainer: setattr(trainer.optimizer, "beta1", 0.5),
    "what the optimiser remembers": lambda trainer: trainer.optimizer.slots.clear(),
    "the optimiser": lambda trainer: setattr(trainer, "optimizer", GradientDescent(0.05)),
}


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("what", CHANGES)
def test_what_a_callback_changes_counts_in_every_engine_from_then_on(what, many):
    class Change(Callback):
        def on_epoch_end(self, trainer, epoch, logs):
            if epoch == 2:
                CHANGES[what](trainer)

    rng = random.Random(4)
    X = [[rng.gauss(0.0, 1.0), rng.gauss(0.0, 1.0)] for _ in range(20)]
    y = [a * b for a, b in X]
    found = []
    for engine in ("eager", "auto"):
        trainer = Trainer(MLP(2, [3, 1], activation="tanh", rng=1), "mean_squared_error", Adam(0.05), engine=engine)
        epochs = 60 if many and engine == "auto" else 6  # many steps are taken in machine code
        history = trainer.fit(X, y, epochs=epochs, batch_size=2, callbacks=[Change()], verbose=0, rng=0)
        found.append((history["loss"][:6], history.monitored[:6]))
        moved = trainer.model.state_dict()
        trainer.fit(X, y, epochs=1, verbose=0, rng=0)
        assert all(moved[name] != number for name, number in trainer.model.state_dict().items())
    assert found[1][0] == pytest.approx(found[0][0], rel=1e-9)
    assert found[1][1] == pytest.approx(found[0][1], rel=1e-9)


@pytest.mark.parametrize("event", ["on_batch_end", "on_epoch_end"])
def test_a_callback_that_reads_gradients_finds_those_of_the_last_step(event):
    found = {}
    for engine in ("eager", "auto"):
        noted = found[engine] = []
        Norm = type(
            "Norm", (Callback,), {event: lambda self, t, *news: noted.append([p.grad for p in t.model.parameters()])}
        )
        trainer = Trainer(MLP(1, [1], rng=1), "mean_squared_error", GradientDescent(0.05), engine=engine)
        trainer.fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0], epochs=4, verbose=0, callbacks=[Norm()], rng=0)
        assert len({tuple(slopes) for slopes in noted}) == 4
    assert found["auto"] == found["eager"]
    assert "reads gradients" in trainer.engine_used
