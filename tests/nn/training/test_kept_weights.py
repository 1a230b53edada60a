"""What was measured and what is kept is the same state: for every optimiser, engine, monitor and way to end."""

import math
import os
import random
import signal
import threading
import warnings

import pytest

from autograd import Value
from nn import (
    MLP,
    Adam,
    Callback,
    Checkpoint,
    EarlyStopping,
    GradientDescent,
    Module,
    RandomHillClimbing,
    Trainer,
    TrainingWarning,
    losses,
)
from nn.metrics import Metric
from nn.optimizers import OPTIMIZERS
from nn.training import checkpoint, compiled
from nn.training.improvement import Improvement
from nn.training.machine_code_steps import InMachineCode

ENGINES = ["eager", "arrays", "machine code"]


def samples(n=21, seed=0):
    rng = random.Random(seed)
    X = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(n)]
    return X, [math.sin(3.0 * a) - b + rng.gauss(0, 0.5) for a, b in X]


def made(monkeypatch, engine, optimizer, model=None, loss="mean_squared_error", **options):
    if engine == "machine code":
        pytest.importorskip("llvmlite")
        monkeypatch.setattr(compiled, "MANY_STEPS", 1)
    model = model or MLP(2, [4, 1], activation="tanh", rng=1)
    return Trainer(model, loss, optimizer, engine="eager" if engine == "eager" else "auto", **options)


def runs_wild(optimizer):
    """A rate with which the loss goes up and down."""
    return optimizer(1.0 if optimizer is not OPTIMIZERS["random_hill_climbing"] else 0.5)


# ── The table ──


@pytest.mark.parametrize("l2", [0.0, 0.01])
@pytest.mark.parametrize("batch_size", [None, 4])
@pytest.mark.parametrize("monitor", ["loss", "mean_absolute_error", "r2", "validation_loss", "validation_r2"])
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_kept_weights_give_the_number_that_was_monitored(monkeypatch, name, engine, monitor, batch_size, l2):
    X, y = samples()
    optimizer = OPTIMIZERS[name](0.4)
    if name == "random_hill_climbing":
        optimizer.rng = random.Random(1)
    trainer = made(monkeypatch, engine, optimizer, metrics=["mean_absolute_error", "r2"], l2=l2)
    validation = samples(9, seed=1)
    history = trainer.fit(
        X, y, epochs=9, batch_size=batch_size, validation_data=validation if "validation" in monitor else None,
        callbacks=[EarlyStopping(monitor, patience=4)], verbose=0, rng=1)  # fmt: skip
    best = max(history.monitored) if monitor.endswith("r2") else min(history.monitored)
    assert history.best == best and history.best_epoch == history.kept_epoch == 1 + history.monitored.index(best)
    judged = trainer.evaluate(*(validation if "validation" in monitor else (X, y)))
    assert judged[monitor.removeprefix("validation_")] == best
    assert trainer.model.state_dict() == trainer.best_weights
    if "validation" in monitor:
        assert history.monitored == history[monitor]
    if engine == "machine code" and name != "random_hill_climbing":
        assert type(trainer.engine.stepper) is InMachineCode


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if name != "random_hill_climbing"])
def test_a_rate_that_diverges_keeps_what_was_measured(monkeypatch, name, engine):
    X, y = samples()
    rate = lambda step: 0.05 if step < 12 else 1e4
    trainer = made(monkeypatch, engine, OPTIMIZERS[name](rate))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TrainingWarning)
        history = trainer.fit(X, y, epochs=40, batch_size=4, callbacks=[EarlyStopping(patience=8)], verbose=0, rng=1)
    assert trainer.evaluate(X, y)["loss"] == history.best == min(history.monitored) < 10.0


# ── Gradients that are not finite ──


class Root(Module):
    """√(w² x²), whose slope is NaN where w is 0, after some steps of −1 from 3."""

    def __init__(self, start=3.0):
        self.w = Value(start)
        self.b = Value(0.0)

    def __call__(self, x):
        return [(self.w * self.w * x[0]).sqrt() + self.b * x[0]]


@pytest.mark.parametrize("l2", [0.0, 0.01])
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if name != "random_hill_climbing"])
def test_no_step_is_taken_by_a_gradient_that_is_not_finite(monkeypatch, tmp_path, name, engine, l2):
    X, y = [[float(k)] for k in range(1, 9)], [0.0] * 8  # no sample is 0 until the one that is
    trainer = made(monkeypatch, engine, OPTIMIZERS[name](1e-3), Root(), l2=l2)

    class Poison(Callback):
        def on_epoch_end(self, trainer, epoch, logs):
            if epoch == 5:
                trainer.model.w.data = 0.0
                trainer.model.b.data = 1e-3

    path = tmp_path / "checkpoint.json"
    with pytest.warns(TrainingWarning, match=r"stopped in epoch 6, step 1: the gradient of w is nan, though the loss is"
                      r" finite; it turns at the node computed by .*whose local derivative.* is inf.*the weights of"
                      r" epoch \d are kept"):  # fmt: skip
        history = trainer.fit(X, y, epochs=20, batch_size=4, verbose=0, rng=1, callbacks=[Checkpoint(path), Poison()])
    assert history.epochs == 5 and all(math.isfinite(p.data) for p in trainer.model.parameters())
    assert all(map(math.isfinite, trainer.best_weights.values()))
    assert all(map(math.isfinite, checkpoint.read(path)["parameters"].values()))
    assert trainer.evaluate(X, y)["loss"] == history.best
    assert all(math.isfinite(number) for slots in trainer.optimizer.slots.values() for number in slots)


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if name != "random_hill_climbing"])
def test_an_optimiser_by_itself_takes_no_such_step_either(name):
    optimizer, a, b = OPTIMIZERS[name](), Value(1.0), Value(2.0)
    a.grad, b.grad = 1.0, math.nan
    with pytest.raises(ArithmeticError, match="the gradient of b is nan"):
        optimizer.step({"a": a, "b": b})
    assert (a.data, b.data, optimizer.steps, optimizer.slots) == (1.0, 2.0, 0, {})


@pytest.mark.parametrize("engine", ENGINES)
def test_the_last_step_leaves_no_weights_that_are_not_finite(monkeypatch, engine):
    X, y = samples()
    trainer = made(monkeypatch, engine, GradientDescent(lambda step: 0.01 if step < 10 else 1.7e308))
    with pytest.warns(TrainingWarning, match="the weights of epoch 1 are kept"):
        trainer.fit(X, [1e3 * t for t in y], epochs=2, batch_size=4, verbose=0, rng=1)
    assert all(math.isfinite(p.data) for p in trainer.model.parameters())


@pytest.mark.parametrize("engine", ENGINES)
def test_divergence_in_the_first_epoch_speaks_of_the_learning_rate_and_leaves_finite_weights(monkeypatch, engine):
    X, y = samples()
    trainer = made(monkeypatch, engine, GradientDescent(1e60))
    before = trainer.model.state_dict()
    with pytest.warns(TrainingWarning, match=r"epoch 1, .*learning rate 1e\+60 is too large.*try 1e\+59.*the weights"
                      " from before the training are kept"):  # fmt: skip
        history = trainer.fit(X, y, epochs=5, batch_size=2, verbose=0, rng=1)
    assert trainer.failed and history.epochs == 0 and history.best_epoch is None
    assert trainer.model.state_dict() == before


# ── What is best ──


def numbers_in_turn(*numbers, higher=False):
    """A metric that gives these numbers, one after the other."""
    left = list(numbers)
    return Metric("given", "given", "regression", higher, lambda found, true: left.pop(0))


@pytest.mark.parametrize(
    "numbers, settings, best, stop",
    [
        ([math.nan, 2.0, 1.0, 3.0, 3.0, 3.0], {"patience": 2}, 3, 5),
        ([math.nan] * 6, {"patience": 3}, None, 3),
        ([2.0, math.nan, math.nan, 1.0, 1.0, 1.0], {"patience": 3}, 4, 6),
        ([2.0, 1.95, 1.9, 1.0, 1.0, 1.0], {"patience": 3, "min_delta": 0.2}, 4, 6),
        ([2.0, 1.95, 1.9, 1.85, 1.0, 1.0], {"patience": 3, "min_delta": 0.5}, 1, 4),
        ([math.inf, 2.0, 3.0, 1.0, 1.0, 1.0], {"patience": 2}, 4, 6),
    ],
)
@pytest.mark.parametrize("higher", [False, True])
def test_what_is_kept_and_what_is_waited_for_follow_one_rule(numbers, settings, best, stop, higher):
    given = numbers_in_turn(*(-n if higher else n for n in numbers), higher=higher)
    X, y = samples()
    trainer = Trainer(MLP(2, [1], rng=1), "mean_squared_error", GradientDescent(0.01), metrics=[given])
    unseen = Metric(
        "given", "given", "regression", higher, lambda found, true: given(found, true) if len(true) == 3 else 0
    )
    trainer.asked_metrics = [unseen]
    history = trainer.fit(X, y, epochs=6, validation_data=(X[:3], y[:3]), verbose=0, rng=1,
                          callbacks=[EarlyStopping("validation_given", **settings)])  # fmt: skip
    assert (history.best_epoch, history.epochs) == (best, stop)
    assert history.kept_epoch == (best or stop)


def test_callbacks_that_ask_for_different_rules_are_refused():
    with pytest.raises(ValueError, match="there is one best epoch, but callbacks ask for 2 rules"):
        Trainer(MLP(2, [1]), "mean_squared_error", Adam()).fit(
            *samples(), validation_split=0.2, callbacks=[EarlyStopping("loss"), EarlyStopping()], verbose=0
        )


@pytest.mark.skipif(threading.current_thread() is not threading.main_thread(), reason="signals need the main thread")
@pytest.mark.parametrize("engine", ENGINES)
def test_ctrl_c_keeps_what_was_measured(monkeypatch, engine):
    class PressCtrlC(Callback):
        def on_batch_end(self, trainer, batch, loss):
            if trainer.history.epochs == 6 and batch == 2:
                os.kill(os.getpid(), signal.SIGINT)

    X, y = samples()
    trainer = made(monkeypatch, engine, Adam(0.8))
    history = trainer.fit(X, y, epochs=50, batch_size=4, verbose=0, rng=1, callbacks=[PressCtrlC()])
    assert history.stop == "interrupted in epoch 7" and trainer.evaluate(X, y)["loss"] == history.best


# ── Probabilities ──


@pytest.mark.parametrize("loss, targets, outputs", [
    ("binary_cross_entropy", [0, 1], 1),
    ("binary_cross_entropy", [[0, 1], [1, 0]], 2),
    ("categorical_cross_entropy", [0, 2], 3),
])  # fmt: skip
@pytest.mark.parametrize("activation", ["linear", "tanh", "relu"])
def test_predictions_that_are_no_probabilities_are_refused_before_the_first_step(loss, targets, outputs, activation):
    model = MLP(2, [outputs], output_activation=activation, rng=3)
    for p in model.parameters():
        p.data *= 5.0
    before = model.state_dict()
    trainer = Trainer(model, loss, Adam())
    with pytest.raises(ValueError, match=rf"output_activation='(sigmoid|softmax)'; or .*take.*{loss}_with_logits"):
        trainer.fit([[3.0, -1.0], [-2.0, 4.0]], targets, epochs=2, verbose=0)
    assert model.state_dict() == before and trainer.optimizer.steps == 0
    with pytest.raises(ValueError, match="probabilities"):
        trainer.evaluate([[3.0, -1.0], [-2.0, 4.0]], targets)


@pytest.mark.parametrize("engine", ENGINES)
def test_predictions_that_leave_the_probabilities_end_the_training_aloud(monkeypatch, engine):
    class Rising(Module):
        def __init__(self):
            self.w = Value(0.5)

        def __call__(self, x):
            return [self.w * x[0]]

    trainer = made(monkeypatch, engine, GradientDescent(0.05), Rising(), "binary_cross_entropy")
    with pytest.warns(TrainingWarning, match=r"(?s)takes probabilities, but an output.*output_activation='sigmoid'"):
        history = trainer.fit([[1.0], [1.0]], [1, 1], epochs=50, batch_size=1, verbose=0, rng=1)
    assert min(history["loss"]) >= 0.0 and 0.0 <= trainer.model.w.data <= 1.0


@pytest.mark.parametrize("loss, prediction, target", [
    (losses.binary_cross_entropy, [3.0], 1), (losses.binary_cross_entropy, [-0.5], 0),
    (losses.binary_cross_entropy, [0.5, 1.5], [1, 1]), (losses.categorical_cross_entropy, [3.0, -2.0], 0),
    (losses.categorical_cross_entropy, [0.9, 0.9], 0), (losses.categorical_cross_entropy, [0.2, 1.1, -0.3], 0),
    (losses.binary_cross_entropy, [math.nan], 1),
])  # fmt: skip
@pytest.mark.parametrize("form", [lambda p: p, lambda p: [Value(x) for x in p]], ids=["numbers", "Values"])
def test_a_call_with_what_is_no_probability_is_refused(loss, prediction, target, form):
    with pytest.raises(ValueError, match=f"{loss.name} takes .*probabilities"):
        loss(form(prediction), target)


@pytest.mark.parametrize("prediction", [[3.0, -2.0], [0.9, 0.9], [1.2, -0.2]])
def test_compiled_a_loss_of_what_is_no_probability_is_no_number(prediction):
    from autograd import jit, vmap

    pytest.importorskip("numpy")
    compiled_loss = jit(lambda p: losses.categorical_cross_entropy(p, 0))
    assert compiled_loss([0.25, 0.75]) == pytest.approx(-math.log(0.25))
    for call in (compiled_loss, jit(lambda p: losses.categorical_cross_entropy(p, 0) * 2.0)):
        with pytest.raises((ValueError, ArithmeticError)):
            call(prediction)
    mapped = jit(lambda rows: vmap(lambda p: losses.categorical_cross_entropy(p, 0))(rows))
    assert mapped([[0.25, 0.75], [0.5, 0.5]])[1] == pytest.approx(math.log(2.0))
    try:
        assert not math.isfinite(mapped([[0.25, 0.75], prediction])[1])
    except (ValueError, ArithmeticError):
        pass


# ── An optimiser and its training ──


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimiser_starts_over_with_another_training(monkeypatch, name, engine):
    X, y = samples()

    def fit(optimizer):
        if name == "random_hill_climbing":
            optimizer.rng = random.Random(1)
        trainer = made(monkeypatch, engine, optimizer)
        trainer.fit(X, y, epochs=3, batch_size=4, verbose=0, rng=1)
        return trainer.model.state_dict()

    used = OPTIMIZERS[name]()
    assert fit(used) == fit(used) == fit(OPTIMIZERS[name]())


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if name != "random_hill_climbing"])
def test_an_optimiser_by_itself_starts_over_with_another_model(name):
    def steps(optimizer):
        w = Value(1.0)
        for _ in range(5):
            w.grad = 0.0
            (w * w).backward()
            optimizer.step({"w": w})
        return w.data

    used = OPTIMIZERS[name]()
    assert steps(used) == steps(used) == steps(OPTIMIZERS[name]())


@pytest.mark.parametrize("engine", ENGINES)
def test_the_learning_rate_may_be_set_at_any_time(monkeypatch, engine):
    class Slower(Callback):
        def on_epoch_end(self, trainer, epoch, logs):
            if epoch == 2:
                trainer.optimizer.learning_rate = 0.01

    def fit(optimizer, *callbacks):
        trainer = made(monkeypatch, engine, optimizer)
        X, y = samples()
        trainer.fit(X, y, epochs=4, batch_size=7, verbose=0, rng=1, callbacks=callbacks)
        return trainer.model.state_dict()

    expected = fit(Adam(lambda step: 0.1 if step < 6 else 0.01))
    assert fit(Adam(0.1), Slower()) == expected
    optimizer = Adam(5.0)
    optimizer.learning_rate = 0.1
    assert repr(optimizer).startswith("Adam(learning_rate=0.1,") and optimizer.rate() == 0.1
    assert fit(optimizer, Slower()) == expected
    for wrong in (0.0, -1.0, math.nan):
        with pytest.raises(ValueError, match="learning_rate"):
            optimizer.learning_rate = wrong


def test_hill_climbing_has_its_step_set():
    climbing = RandomHillClimbing(0.1, rng=1)
    climbing.step_size = 1e-12
    w = Value(1.0)
    climbing.step({"w": w}, lambda: w.data**2)
    assert abs(w.data - 1.0) < 1e-10


@pytest.mark.parametrize("higher", [False, True])
@pytest.mark.parametrize("least", [0.0, 0.25])
@pytest.mark.parametrize("by", [-1.0, -0.25, 0.0, 0.25, 0.5, math.nan])
def test_an_improvement_is_more_than_the_least_in_the_direction_that_is_better(higher, least, by):
    rule = Improvement("x", higher_is_better=higher, min_delta=least)
    assert rule.over(2.0, 2.0 + by if higher else 2.0 - by) == (by > least)
    assert rule.over(None, 2.0 + by) == (not math.isnan(by))


def test_a_loss_is_the_better_the_smaller_by_however_little():
    assert Improvement("loss").over(2.0, 2.0 - 1e-12) and not Improvement("loss").over(2.0, 2.5)


@pytest.mark.parametrize("engine", ["eager", "auto"])
@pytest.mark.parametrize("batch_size", [1, 5, 8, 21, None])  # of 21: the last batch may be a smaller one
def test_the_loss_of_an_epoch_is_the_mean_over_its_samples(engine, batch_size):
    X, y = samples()
    trainer = Trainer(MLP(2, [3, 1], rng=1), "mse", GradientDescent(1e-300), metrics=["mae"], engine=engine)
    logs = trainer.fit(X, y, epochs=2, batch_size=batch_size, validation_data=(X, y), verbose=0, rng=1).columns
    errors = [predicted[0] - target for predicted, target in zip(trainer.predict(X), y, strict=True)]
    assert logs["loss"] == pytest.approx([sum(e * e for e in errors) / 21] * 2, rel=1e-12)
    assert logs["mean_absolute_error"] == pytest.approx([sum(map(abs, errors)) / 21] * 2, rel=1e-12)
    assert logs["validation_loss"] == pytest.approx(logs["loss"], rel=1e-12)


def test_callbacks_that_look_at_the_history_alone_do_not_stop_the_engine_and_change_nothing():
    from nn import MLP, Adam, Callback, EarlyStopping, Trainer

    class Look(EarlyStopping):
        def on_epoch_end(self, trainer, epoch, logs):
            seen.append(trainer.model.state_dict())
            super().on_epoch_end(trainer, epoch, logs)

    class Record(Callback):
        def on_train_end(self, trainer):
            seen.append(trainer.model.state_dict())

    X, y = [[i / 10.0, (i * i % 7) / 7.0] for i in range(20)], [(i % 5) / 5.0 for i in range(20)]
    found = []
    for callbacks in ([EarlyStopping(patience=50)], [Look(patience=50)], [EarlyStopping(patience=50), Record()]):
        seen = []
        trainer = Trainer(MLP(2, [3, 1], rng=1), "mse", Adam(0.05))
        history = trainer.fit(X, y, epochs=6, batch_size=5, callbacks=callbacks, verbose=0, rng=3)
        assert "compiled" in trainer.engine_used
        found.append((dict(history), trainer.model.state_dict()))
        assert all(a != b for a, b in zip(seen, seen[1:]))
    assert found[0] == found[1] == found[2] and len(seen) == 1
