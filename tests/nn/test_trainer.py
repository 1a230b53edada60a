"""The trainer: what it learns, what it says about bad input, and that it stops, saves and resumes as promised."""

import math
import os
import random
import signal
import subprocess
import sys
import threading
import time
from itertools import pairwise

import numpy as np
import pytest

from autograd import Value
from nn import (
    MLP,
    Adam,
    Callback,
    Checkpoint,
    DrawGraph,
    EarlyStopping,
    GradientDescent,
    Module,
    RandomHillClimbing,
    Trainer,
    TrainingWarning,
    losses,
)
from nn.basics.storage import StorageError
from nn.data.bundled import load
from nn.linear import least_squares


def line(n=20, seed=0):
    """y = 3a − 2b + 1, with some noise."""
    rng = random.Random(seed)
    X = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(n)]
    return X, [3 * a - 2 * b + 1 + rng.gauss(0, 0.1) for a, b in X]


def trainer(optimizer=None, sizes=(1,), loss="mean_squared_error", **options):
    return Trainer(MLP(2, list(sizes), rng=1), loss, optimizer or GradientDescent(0.1), **options)


# ── Learning ──


def test_a_linear_neuron_finds_the_weights_of_least_squares():
    X, y = line()
    t = trainer()
    t.fit(X, y, epochs=500, batch_size=None, verbose=0)
    neuron = t.model.layers[0].neurons[0]
    weights, bias = least_squares(X, y)
    assert [w.data for w in neuron.w] == pytest.approx(weights, rel=1e-6)
    assert neuron.b.data == pytest.approx(bias, rel=1e-6)


def test_micrograds_demo_of_two_moons_is_learned_in_100_steps():
    moons = load("moons", samples=100, seed=1)
    X = list(zip(*(moons.table.numbers(name) for name in moons.kinds), strict=True))
    y = [2 * target - 1 for target in moons.targets]
    t = Trainer(
        MLP(2, [16, 16, 1], rng=random.Random(1)),
        losses.hinge,
        GradientDescent(lambda step: 1.0 - 0.9 * step / 100),
        l2=1e-4,
    )
    t.fit(X, y, epochs=100, batch_size=None, verbose=0)
    assert all(math.copysign(1, s) == target for (s,), target in zip(t.model.predict(X), y, strict=True))


def test_the_gradient_is_that_of_the_mean_over_the_batch_and_the_penalty():
    X, y = line(150)  # more than are held at a time
    t = trainer(l2=0.01, l1=0.02)
    before = t.model.state_dict()

    def objective():
        errors = [(p - target) ** 2 for (p,), target in zip(t.model.predict(X), y, strict=True)]
        weights = [p.data for p in t.model.parameters()]
        return sum(errors) / len(errors) + 0.01 * sum(w * w for w in weights) + 0.02 * sum(map(abs, weights))

    slopes = {}
    for name, p in t.model.named_parameters().items():
        p.data = before[name] + 1e-6
        above = objective()
        p.data = before[name] - 1e-6
        slopes[name] = (above - objective()) / 2e-6
        p.data = before[name]
    t.fit(X, y, epochs=1, batch_size=None, verbose=0, shuffle=False)
    for name, now in t.model.state_dict().items():
        assert (before[name] - now) / 0.1 == pytest.approx(slopes[name], rel=1e-5, abs=1e-6)


def test_hill_climbing_uses_the_same_trainer():
    X, y = line()
    t = trainer(RandomHillClimbing(0.3, rng=2))
    history = t.fit(X, y, epochs=300, batch_size=None, verbose=0)
    for before, after in pairwise(history["loss"]):
        assert after <= before * (1 + 1e-12)  # the order of the samples changes the last digits
    assert history["loss"][-1] < 0.1 * history["loss"][0]


def test_metrics_are_noted_for_both_sets_and_evaluate_gives_them():
    X, y = line(60)
    t = trainer(metrics=["mean_absolute_error", "r2"])
    history = t.fit(X, y, epochs=30, validation_split=0.25, verbose=0, rng=1)
    assert list(history) == ["loss", "mean_absolute_error", "r2"] + [
        "validation_loss", "validation_mean_absolute_error", "validation_r2"]  # fmt: skip
    assert history["validation_r2"][-1] > 0.95
    found = t.evaluate(*line(40, seed=9))
    assert found["r2"] > 0.95 and found["loss"] < 0.1


def test_the_same_seed_gives_the_same_training():
    X, y = line(50)
    runs = [trainer().fit(X, y, epochs=5, batch_size=8, verbose=0, rng=3, validation_split=0.2) for _ in range(2)]
    assert runs[0].columns == runs[1].columns
    assert trainer().fit(X, y, epochs=5, batch_size=8, verbose=0, rng=4)["loss"] != runs[0]["loss"]


def test_arrays_are_samples_too():
    X, y = line()
    lists = trainer().fit(X, y, epochs=3, verbose=0, rng=1)
    arrays = trainer().fit(np.array(X), np.array(y), epochs=3, verbose=0, rng=1)
    assert lists.columns == arrays.columns


# ── Stopping ──


def test_until_convergence():
    X, y = line()
    history = trainer().fit(X, y, epochs=10_000, batch_size=None, tolerance=1e-9, verbose=0)
    assert history.epochs < 1000 and "converged" in history.stop
    assert abs(history["loss"][-1] - history["loss"][-2]) <= 1e-9 < abs(history["loss"][-2] - history["loss"][-3])


@pytest.mark.parametrize("epochs, stopped", [(200, True), (12, False)])
def test_early_stopping_restores_the_best_weights_whether_or_not_it_triggered(epochs, stopped):
    rng = random.Random(5)
    X = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(30)]
    y = [rng.choice([0, 1]) for _ in X]  # noise, which can only be learned by heart
    t = trainer(Adam(0.05), sizes=(12, 2), loss="categorical_cross_entropy_with_logits")
    history = t.fit(X[:15], y[:15], epochs=epochs, validation_data=(X[15:], y[15:]), rng=1, verbose=0,
                    callbacks=[EarlyStopping(patience=10)])  # fmt: skip
    column = history["validation_loss"]
    assert history.best_epoch == 1 + column.index(min(column)) < history.epochs
    assert (history.stopped_epoch == history.best_epoch + 10) is stopped
    assert t.evaluate(X[15:], y[15:])["loss"] == pytest.approx(min(column), rel=1e-12)


def test_a_metric_can_be_monitored_and_larger_may_be_better():
    X, y = line(60)
    t = trainer(metrics=["r2"])
    history = t.fit(X, y, epochs=20, validation_split=0.3, rng=1, verbose=0,
                    callbacks=[EarlyStopping("validation_r2", patience=3)])  # fmt: skip
    assert history.best_epoch == 1 + history["validation_r2"].index(max(history["validation_r2"]))
    with pytest.raises(ValueError, match="no 'validation_accuracy' to monitor, only loss, r2, validation_loss"):
        t.fit(X, y, validation_split=0.3, callbacks=[EarlyStopping("validation_accuracy")])


def test_a_loss_that_is_not_finite_ends_the_training_and_keeps_the_best_weights():
    X, y = line()
    t = trainer(GradientDescent(40.0))
    best = {}

    class Note(Callback):
        def on_epoch_end(self, trainer, epoch, logs):
            best[epoch] = trainer.model.state_dict()

    with pytest.warns(
        TrainingWarning,
        match=r"stopped in epoch \d+, dot: .* has no finite real value.*The learning rate 40 is too large",
    ):
        history = t.fit(X, y, epochs=1000, batch_size=None, verbose=0, callbacks=[Note()])
    assert "stopped in epoch" in history.stop and history.epochs < 999
    assert t.model.state_dict() == best[history.best_epoch]
    assert all(math.isfinite(p.data) for p in t.model.parameters())


def test_leaving_a_domain_while_training_is_said_too():
    t = Trainer(MLP(1, [1], init="zeros"), "binary_cross_entropy", GradientDescent(0.1))
    with pytest.warns(TrainingWarning, match="log"):
        t.fit([[1.0]], [1], epochs=3, verbose=0)


@pytest.mark.skipif(threading.current_thread() is not threading.main_thread(), reason="signals need the main thread")
def test_ctrl_c_lets_the_step_finish_and_keeps_the_best_model():
    X, y = line(64)

    class PressCtrlC(Callback):
        steps = 0

        def on_batch_end(self, trainer, batch, loss):
            self.steps += 1
            if trainer.history.epochs == 3 and batch == 2:
                os.kill(os.getpid(), signal.SIGINT)

    press = PressCtrlC()
    t = trainer()
    before = signal.getsignal(signal.SIGINT)
    history = t.fit(X, y, epochs=100, batch_size=8, verbose=0, callbacks=[press])
    assert (history.epochs, history.stop, press.steps) == (4, "interrupted in epoch 4", 3 * 8 + 2)
    assert t.interrupted and signal.getsignal(signal.SIGINT) is before


def test_callbacks_are_called_in_order_and_can_stop():
    calls = []

    class Tell(Callback):
        def on_train_begin(self, trainer):
            calls.append("begin")

        def on_epoch_begin(self, trainer, epoch):
            calls.append(epoch)

        def on_batch_end(self, trainer, batch, loss):
            calls.append(f"batch {batch}")

        def on_epoch_end(self, trainer, epoch, logs):
            calls.append(sorted(logs))
            if epoch == 2:
                trainer.stop("enough")

        def on_train_end(self, trainer):
            calls.append(trainer.history.stop)

    X, y = line(4)
    trainer().fit(X, y, epochs=9, batch_size=2, verbose=0, callbacks=[Tell()])
    epoch = ["batch 1", "batch 2", ["loss"]]
    assert calls == ["begin", 1, *epoch, 2, *epoch, "enough"]


def test_the_graph_of_a_sample_is_drawn_while_training(tmp_path, monkeypatch):
    X, y = line(8)
    undisturbed = trainer().fit(X, y, epochs=5, verbose=0, rng=1)
    drawing = DrawGraph(every=2, path=tmp_path / "pictures", sample=(X[0], y[0]))
    history = trainer().fit(X, y, epochs=5, verbose=0, rng=1, callbacks=[drawing])
    assert history.columns == undisturbed.columns
    names = sorted(p.name for p in (tmp_path / "pictures").iterdir())
    assert names == ["epoch_0001.svg", "epoch_0002.svg", "epoch_0004.svg"]
    assert "layers.0" in (tmp_path / "pictures" / names[0]).read_text()

    monkeypatch.setattr(
        "autograd.show.drawing.graphviz_program.find_program", lambda: (_ for _ in ()).throw(RuntimeError("no dot"))
    )
    drawing = DrawGraph(every=1, path=tmp_path / "none", sample=(X[0], y[0]))
    with pytest.warns(UserWarning, match="without pictures of the graph: no dot") as caught:
        trainer().fit(X, y, epochs=3, verbose=0, callbacks=[drawing])
    assert len(caught) == 1 and not (tmp_path / "none").exists()


@pytest.mark.parametrize("picture", ["full", "nothing"])
def test_a_training_is_not_lost_for_a_picture_of_its_graph(tmp_path, monkeypatch, picture):
    X, y = line(8)
    drawing = DrawGraph(every=1, path=tmp_path / "pictures", sample=(X[0], y[0]))

    def failing(*_, **__):
        raise OSError(28, "No space left on device") if picture == "full" else ValueError("too many nodes")

    monkeypatch.setattr("nn.callbacks.write_own" if picture == "full" else "nn.callbacks.draw", failing)
    with pytest.warns(UserWarning, match="training goes on without pictures of the graph") as caught:
        history = trainer().fit(X, y, epochs=3, verbose=0, rng=1, callbacks=[drawing])
    assert history.columns == trainer().fit(X, y, epochs=3, verbose=0, rng=1).columns and len(caught) == 1


def test_pictures_and_checkpoints_that_cannot_be_are_refused_before_anything_is_trained(tmp_path):
    X, y = line(8)
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ValueError, match="every is a whole number"):
        DrawGraph(every=0, path=tmp_path, sample=(X[0], y[0]))
    with pytest.raises(ValueError, match="detail is one of"):
        DrawGraph(every=1, path=tmp_path, sample=(X[0], y[0]), detail="atoms")
    for callback, message in [
        (DrawGraph(every=1, path=tmp_path / "file", sample=(X[0], y[0])), "no picture can be put into"),
        (DrawGraph(every=1, path=tmp_path / "new", sample=([1.0] * 9, y[0])), "takes 2 inputs but was given 9"),
        (Checkpoint(tmp_path / "file" / "a.json"), "no checkpoint can be written to"),
        (Checkpoint(tmp_path), "no checkpoint can be written to"),
    ]:
        t = trainer()
        before = t.model.state_dict()
        with pytest.raises(ValueError, match=message):
            t.fit(X, y, epochs=1, verbose=0, callbacks=[callback])
        assert t.model.state_dict() == before
    assert [p.name for p in tmp_path.iterdir()] == ["file"] and (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("verbose, seen", [(0, ""), (2, "epoch 2/2  loss"), (1, "2/2")])
def test_what_is_seen_goes_to_stderr(capsys, verbose, seen):
    trainer().fit(*line(), epochs=2, verbose=verbose)
    out, err = capsys.readouterr()
    assert out == "" and (seen in err if seen else err == "")


# ── Checkpoints ──


def resumable(path, epochs, resume=None, seed=7, optimizer=None, **options):
    X, y = line(60)
    t = Trainer(MLP(2, [5, 1], activation="tanh", rng=1), "mean_squared_error", optimizer or Adam(0.05))
    settings = {"batch_size": 8, "validation_split": 0.2, "rng": random.Random(seed), **options}
    callbacks = [EarlyStopping(patience=200), Checkpoint(path)]
    history = t.fit(X, y, epochs=epochs, verbose=0, callbacks=callbacks, resume=resume, **settings)
    return t, history


@pytest.mark.parametrize("optimizer", [lambda: Adam(0.05), lambda: RandomHillClimbing(0.2, rng=random.Random(1))])
def test_resuming_gives_bit_identical_results(tmp_path, optimizer):
    whole, expected = resumable(tmp_path / "a.json", 12, optimizer=optimizer())
    resumable(tmp_path / "b.json", 5, optimizer=optimizer())
    resumed, found = resumable(tmp_path / "b.json", 12, tmp_path / "b.json", seed=99, optimizer=optimizer())
    assert found.columns == expected.columns
    assert found.best_epoch == expected.best_epoch
    assert resumed.model.state_dict() == whole.model.state_dict()
    assert (tmp_path / "a.json").read_text() == (tmp_path / "b.json").read_text()


@pytest.mark.parametrize(
    "change, message",
    [
        ({"batch_size": 4}, "of another training: it had batch_size=8, and not 4"),
        ({"validation_split": 0.25}, "other samples, targets or weights"),
        ({"optimizer": GradientDescent(0.1)}, "optimizer='Adam', and not 'GradientDescent'"),
    ],
)
def test_a_checkpoint_of_another_training_is_refused(tmp_path, change, message):
    resumable(tmp_path / "a.json", 2)
    with pytest.raises(StorageError, match=message):
        resumable(tmp_path / "b.json", 4, tmp_path / "a.json", **change)


def test_a_damaged_checkpoint_leaves_the_model_untouched(tmp_path):
    path = tmp_path / "a.json"
    resumable(path, 2)
    path.write_text(path.read_text()[:-200])
    model = MLP(2, [5, 1], activation="tanh", rng=3)
    before = model.state_dict()
    with pytest.raises(StorageError, match="damaged"):
        Trainer(model, "mean_squared_error", Adam(0.05)).fit(*line(60), verbose=0, resume=path)
    assert model.state_dict() == before
    resumable(path, 2)
    other = MLP(2, [6, 1], activation="tanh", rng=3)
    before = other.state_dict()
    t = Trainer(other, "mean_squared_error", Adam(0.05))
    with pytest.raises(StorageError, match=r"another training: it had model.sizes=\[5, 1\], and not \[6, 1\]"):
        t.fit(*line(60), batch_size=8, validation_split=0.2, verbose=0, resume=path)
    assert other.state_dict() == before and t.optimizer.steps == 0


KILLED = """
import sys
sys.path.insert(0, sys.argv[2])
from test_trainer import resumable
from pathlib import Path
path = Path(sys.argv[1])
print("ready", flush=True)
resumable(path, 120, path if path.exists() else None, seed=7)
print("done", flush=True)
"""


@pytest.mark.slow
def test_a_training_killed_again_and_again_ends_as_an_undisturbed_one(tmp_path):
    resumable(tmp_path / "whole.json", 120)
    path, rng, kills = tmp_path / "killed.json", random.Random(1), 0
    for _ in range(60):
        command = [sys.executable, "-c", KILLED, str(path), os.path.dirname(__file__)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "ready\n"
        time.sleep(rng.uniform(0.0, 0.15))
        process.kill()
        rest = process.stdout.read()
        process.communicate()
        if "done" in rest:
            break
        kills += 1
    else:
        resumable(path, 120, path if path.exists() else None)
    assert kills >= 3
    assert path.read_text() == (tmp_path / "whole.json").read_text()


# ── Bad input, before anything is trained ──


@pytest.mark.parametrize(
    "X, y, options, message",
    [
        ([[1.0, 2.0, 3.0]], [1.0], {}, "takes 2 inputs but was given 3"),
        ([[1.0, 2.0], [1.0]], [1.0, 2.0], {}, r"X\[1\] has 1 numbers, but others have 2"),
        ([[1.0, 2.0]], [1.0, 2.0], {}, "1 samples in X, but 2 targets in y"),
        ([[1.0, math.nan]], [1.0], {}, r"X\[0\]\[1\] is nan; fill missing numbers in"),
        ([[1.0, "a"]], [1.0], {}, r"X\[0\] is \[1.0, 'a'\], which is not a list of numbers"),
        ([1.0, 2.0], [1.0, 2.0], {}, r"a single input is \[x\]"),
        ([], [], {}, "X is empty"),
        ([[1.0, 2.0]], ["cat"], {}, "cannot take the target of sample 0"),
        ([[1.0, 2.0]], [math.nan], {}, "a finite number"),
        ([[1.0, 2.0]], [1.0], {"batch_size": 0}, "batch_size is a whole number, 1 or more, but is 0"),
        ([[1.0, 2.0]], [1.0], {"epochs": -1}, "epochs is a whole number, 0 or more"),
        ([[1.0, 2.0]], [1.0], {"epochs": 1.5}, "epochs is a whole number"),
        ([[1.0, 2.0]], [1.0], {"validation_split": 1.0}, "from 0 up to 1"),
        ([[1.0, 2.0]], [1.0], {"tolerance": math.nan}, "tolerance"),
        ([[1.0, 2.0]], [1.0], {"validation_data": ([[1.0]], [1.0])}, r"validation X\[0\] has 1 numbers"),
        ([[1.0, 2.0]], [1.0], {"validation_data": ([[1.0, 2.0]], [])}, "1 samples in validation X, but 0"),
    ],
)
def test_bad_input_is_an_error_before_training_starts(X, y, options, message):
    t = trainer()
    before = t.model.state_dict()
    with pytest.raises(ValueError, match=message):
        t.fit(X, y, verbose=0, **options)
    assert t.model.state_dict() == before


def test_labels_the_loss_cannot_take_are_refused_with_their_place():
    with pytest.raises(ValueError, match="hinge cannot take the target of sample 1: a target is -1 or 1"):
        trainer(loss="hinge").fit([[1.0, 2.0]] * 2, [1, 0], verbose=0)
    with pytest.raises(ValueError, match="no loss is called 'hinges'; did you mean 'hinge'"):
        trainer(loss="hinges")
    with pytest.raises(ValueError, match="the engine is 'auto' or 'eager'"):
        trainer(engine="warp")
    for patience in (0, 1.5, True):
        with pytest.raises(ValueError, match="patience"):
            EarlyStopping(patience=patience)


@pytest.mark.parametrize(
    "loss, output, targets",
    [
        ("hinge", "linear", (-1, 1)),
        ("binary_cross_entropy", "sigmoid", (0, 1)),
        ("binary_cross_entropy_with_logits", "linear", (0, 1)),
    ],
)
def test_the_accuracy_of_a_single_output_is_decided_as_suits_the_loss(loss, output, targets):
    X, y = [[-2.0], [-1.0], [1.0], [2.0]], [targets[0], targets[0], targets[1], targets[1]]
    model = MLP(1, [1], output_activation=output, rng=1)
    t = Trainer(model, loss, GradientDescent(1.0), metrics=["accuracy"])
    history = t.fit(X, y, epochs=50, batch_size=None, verbose=0, rng=1)
    assert history["accuracy"][-1] == 1.0 and t.evaluate([[3.0], [-3.0]], targets[::-1])["accuracy"] == 1.0


def test_an_accuracy_of_numbers_is_refused_before_anything_is_trained():
    t = Trainer(MLP(1, [1], rng=1), "mean_squared_error", GradientDescent(), metrics=["accuracy"])
    with pytest.raises(ValueError, match="accuracy needs classes, but the loss is one of numbers"):
        t.fit([[0.0], [1.0]], [0.0, 1.0], verbose=0)
    assert t.optimizer.steps == 0


def test_what_is_no_loss_no_optimizer_or_no_model_is_refused_with_a_repair():
    model = MLP(1, [1], rng=1)
    with pytest.raises(TypeError, match="a loss is a name.*\n.*Loss\\('mine'"):
        Trainer(model, lambda prediction, target: 0.0, GradientDescent())
    for optimizer in (GradientDescent, 0.01):
        with pytest.raises(TypeError, match=r"made: Adam\(0.01\)"):
            Trainer(model, "hinge", optimizer)

    class Fixed(Module):
        def __call__(self, x):
            return [x[0]]

    with pytest.raises(ValueError, match="no parameters, so there is nothing to train"):
        Trainer(Fixed(), "mean_squared_error", GradientDescent()).fit([[1.0]], [1.0], verbose=0)


class Numbers(Module):
    """Takes the number out of its first parameter, or of both."""

    def __init__(self, both):
        self.w, self.b = Value(1.0), Value(0.5)
        self.both = both

    def __call__(self, x):
        return [Value(math.sin(self.w) * x[0]) + (float(self.b) if self.both else self.b)]


@pytest.mark.parametrize("engine", ["auto", "eager"])
def test_a_loss_that_reaches_no_parameter_is_refused_and_one_that_misses_some_names_them(engine):
    t = Trainer(Numbers(both=True), "mean_squared_error", GradientDescent(0.1), engine=engine, l2=0.1)
    with pytest.raises(ValueError, match=r"depends on no parameter of the model.*\n.*float\(v\), v.data, a math"):
        t.fit([[1.0]], [1.0], verbose=0)
    t = Trainer(Numbers(both=False), "mean_squared_error", GradientDescent(0.1), engine=engine)
    with pytest.warns(TrainingWarning) as caught:
        t.fit([[1.0]], [1.0], epochs=1, verbose=0)
        t.fit([[1.0]], [1.0], epochs=1, verbose=0)
    texts = [str(one.message) for one in caught]
    assert sum("does not depend on w:" in text for text in texts) == 2
    assert sum("a number was read: " in text and "math.sin(self.w)" in text for text in texts) == (engine == "auto")
    assert all(one.filename == __file__ for one in caught)


@pytest.mark.parametrize("engine", ["eager", "auto"])
def test_a_loss_that_stays_as_it_is_has_converged_at_the_second_epoch(engine):
    made = Trainer(MLP(1, [1], init="zeros"), "mean_squared_error", GradientDescent(0.1), engine=engine)
    history = made.fit([[1.0], [2.0]], [0.0, 0.0], epochs=10, tolerance=0.0, verbose=0)
    assert history.epochs == 2 and history.stop.startswith("the loss has converged")


@pytest.mark.parametrize("engine", ["eager", "auto"])
def test_a_step_to_what_is_not_finite_is_noticed_in_its_own_epoch(engine):
    made = Trainer(MLP(1, [1], rng=1), "mean_squared_error", GradientDescent(1e308), engine=engine)
    before = made.model.state_dict()
    with pytest.warns(TrainingWarning, match="stopped in epoch 1"):
        history = made.fit([[1e3]], [1e3], epochs=1, batch_size=None, verbose=0)
    assert history.epochs == 0 and made.model.state_dict() == before
