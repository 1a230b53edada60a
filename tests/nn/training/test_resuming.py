"""A training is resumed as the one it was: what it depends on is compared, and one that was over stays over."""

import copy
import json
import math
import operator
import random
import signal

import pytest

from autograd import TraceError, Value, jit
from nn import (
    MLP,
    Adam,
    Callback,
    Checkpoint,
    EarlyStopping,
    GradientDescent,
    Module,
    Momentum,
    RandomHillClimbing,
    Trainer,
)
from nn.basics.storage import StorageError, write_document
from nn.losses import Huber
from nn.schedules import cosine
from nn.training import checkpoint

X, Y = [[float(k % 5), float(k % 3)] for k in range(12)], [float(k % 4) for k in range(12)]


def fit(epochs=4, *, model=None, optimizer=None, loss="huber", l2=0.0, callbacks=(), **options):
    trainer = Trainer(model or MLP(2, [3, 1], rng=1), loss, optimizer or Adam(0.05), l2=l2)
    settings = {"batch_size": 4, "rng": 1, "validation_data": (X[:4], Y[:4]), **options}
    return trainer, trainer.fit(X, Y, epochs=epochs, verbose=0, callbacks=callbacks, **settings)


@pytest.mark.parametrize(
    "change, named",
    [
        (
            {"model": MLP(2, [3, 1], activation="tanh", rng=1)},
            "model.activation='relu', and not 'tanh'",
        ),
        ({"model": MLP(2, [3, 1], output_activation="tanh", rng=1)}, "activation"),
        ({"model": MLP(2, [3, 1], activation=Value.sin, rng=1)}, "activation"),
        ({"model": MLP(2, [4, 1], rng=1)}, "model.sizes"),
        ({"model": MLP(2, [3, 3, 1], rng=1)}, "model.sizes"),
        ({"optimizer": Adam(0.1)}, "optimizer.learning_rate=0.05, and not 0.1"),
        ({"optimizer": Adam(cosine(0.05, steps=9))}, "optimizer.learning_rate"),
        ({"optimizer": Adam(lambda step: 0.05)}, "optimizer.learning_rate"),
        ({"optimizer": Adam(0.05, beta1=0.8)}, "optimizer.beta1=0.9, and not 0.8"),
        ({"optimizer": Adam(0.05, epsilon=1e-7)}, "optimizer.epsilon"),
        ({"optimizer": Momentum(0.05)}, "optimizer='Adam', and not 'Momentum'"),
        ({"loss": Huber(2.0)}, "loss.delta=1.0, and not 2.0"),
        ({"l2": 0.1}, "l2=0.0, and not 0.1"),
        ({"shuffle": False}, "shuffle=True, and not False"),
        ({"validation_data": (X[:5], Y[:5])}, "other validation samples or targets"),
        ({"callbacks": [EarlyStopping(min_delta=0.1)]}, "min_delta=0.0, and not 0.1"),
        ({"callbacks": [EarlyStopping("loss")]}, "monitor='validation_loss', and not 'loss'"),
    ],
)
def test_whatever_it_depends_on_is_compared(tmp_path, change, named):
    path = tmp_path / "checkpoint.json"
    fit(2, callbacks=[Checkpoint(path)])
    fit(3, resume=path)
    with pytest.raises(StorageError, match="is of another training") as error:
        fit(3, resume=path, **change)
    assert named in str(error.value)


def test_the_settings_of_other_optimisers_are_compared_and_functions_known_again(tmp_path):
    path = tmp_path / "checkpoint.json"
    fit(2, optimizer=RandomHillClimbing(0.1, rng=1), callbacks=[Checkpoint(path)])
    with pytest.raises(StorageError, match=r"optimizer.step_size=0.1, and not 0.2"):
        fit(3, optimizer=RandomHillClimbing(0.2, rng=1), resume=path)
    falling = lambda start: GradientDescent(lambda step: start / (1 + step))
    fit(2, optimizer=falling(0.1), callbacks=[Checkpoint(path)])
    fit(3, optimizer=falling(0.1), resume=path)
    with pytest.raises(StorageError, match="optimizer.learning_rate"):
        fit(3, optimizer=falling(0.2), resume=path)


class Enough(Callback):
    def on_epoch_end(self, trainer, epoch, logs):
        if epoch == 3:
            trainer.stop("enough")


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    "stopping, options",
    [
        (lambda: [EarlyStopping(patience=2, min_delta=50.0)], {}),
        (lambda: [Enough()], {}),
        (lambda: [], {"tolerance": 1e9}),
    ],
)
def test_one_that_stopped_does_not_go_on(tmp_path, stopping, options, first):
    path = tmp_path / "checkpoint.json"
    callbacks = lambda: [Checkpoint(path), *stopping()] if first else [*stopping(), Checkpoint(path)]
    before, history = fit(20, callbacks=callbacks(), **options)
    assert history.epochs < 20
    again, found = fit(20, callbacks=callbacks(), resume=path, **options)
    assert (found.epochs, found.stop, found.stopped_epoch) == (history.epochs, history.stop, history.stopped_epoch)
    assert found.columns == history.columns and again.model.state_dict() == before.model.state_dict()


def test_with_more_patience_it_goes_on(tmp_path):
    path = tmp_path / "checkpoint.json"
    rule = lambda patience: [EarlyStopping(patience=patience, min_delta=50.0), Checkpoint(path)]
    assert fit(20, callbacks=rule(2))[1].epochs == 3
    assert fit(20, callbacks=rule(5), resume=path)[1].epochs == 6


@pytest.mark.parametrize("tolerance, epochs", [(None, 6), (1e-12, 6), (1e9, 2)])
def test_one_that_has_converged_goes_on_with_a_smaller_tolerance(tmp_path, tolerance, epochs):
    path = tmp_path / "state.json"
    _, history = fit(6, callbacks=[Checkpoint(path)], tolerance=1e9)
    assert history.epochs == 2 and "converged" in history.stop
    _, resumed = fit(6, callbacks=[Checkpoint(path)], tolerance=tolerance, resume=path)
    assert resumed.epochs == epochs
    assert resumed.columns["loss"] == fit(6)[1].columns["loss"][:epochs]


def test_one_that_was_interrupted_goes_on(tmp_path):
    path = tmp_path / "checkpoint.json"
    whole = fit(6)[1]

    class PressCtrlC(Callback):
        def on_batch_end(self, trainer, batch, loss):
            if trainer.history.epochs == 1:
                signal.raise_signal(signal.SIGINT)

    stopped, history = fit(6, callbacks=[PressCtrlC(), Checkpoint(path)])
    assert (history.epochs, stopped.interrupted, stopped.over) == (2, True, "")
    assert fit(6, callbacks=[Checkpoint(path)], resume=path)[1].columns == whole.columns


# ── What a checkpoint has to say ──

PARTS = {
    "settings": 1,
    "parameters": {"layers.0.neurons.0.b": "x"},
    "optimizer": [],
    "history": {"loss": ["x"]},
    "monitored": {},
    "best_epoch": 0,
    "best_weights": {"layers.0.neurons.0.b": "x"},
    "over": 1,
    "rng_at_start": "x",
    "rng": "x",
}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The content of a checkpoint whose first epoch is the best."""
    path = tmp_path_factory.mktemp("checkpoints") / "checkpoint.json"
    fit(1, callbacks=[EarlyStopping(patience=5), Checkpoint(path)])
    document = json.loads(path.read_text(encoding="utf-8"))
    assert (document["format"], document["version"]) == ("chalkgrad checkpoint", 2)  # a newer one cannot be read
    assert document["content"].keys() == PARTS.keys()
    return document["content"]


def reread(path, content):
    write_document(path, "chalkgrad checkpoint", 2, content)
    return checkpoint.read(path)


def test_a_checkpoint_is_read_as_it_was_written(tmp_path, written):
    assert written["best_epoch"] == 1 and reread(tmp_path / "a.json", written) == written


@pytest.mark.parametrize("part", PARTS)
def test_a_checkpoint_without_a_part_of_it_is_refused(tmp_path, written, part):
    less = {name: thing for name, thing in written.items() if name != part}
    message = "older chalkgrad" if part == "monitored" else f"is damaged: '{part}' is missing"
    with pytest.raises(StorageError, match=message):
        reread(tmp_path / "a.json", less)


@pytest.mark.parametrize("part, other", PARTS.items())
def test_a_checkpoint_with_something_else_in_a_part_is_refused(tmp_path, written, part, other):
    with pytest.raises(StorageError, match=f"is damaged: .*{part}"):
        reread(tmp_path / "a.json", {**written, part: other})


@pytest.mark.parametrize(
    "change",
    [
        {"history": {}, "best_epoch": 1},  # of no epoch
        {"best_epoch": 2},  # of one
        {"history": {"loss": [1.0], "validation_loss": [1.0, 2.0]}},
        {"best_weights": {"another": 1.0}},
    ],
)
def test_a_checkpoint_whose_parts_do_not_agree_is_refused(tmp_path, written, change):
    with pytest.raises(StorageError, match="is damaged: "):
        reread(tmp_path / "a.json", {**written, **change})


RATE, CONFIG = 1.0, {"power": 2.0}


class Scaled(Module):
    def __init__(self):
        self.network = MLP(2, [3, 1], rng=1)

    def __call__(self, x):
        return [y * RATE * CONFIG["power"] for y in self.network(x)]


@pytest.mark.parametrize("engine", ["auto", "eager"])
@pytest.mark.parametrize("change", [{"RATE": 3.0}, {"CONFIG": {"power": 3.0}}])
def test_a_number_that_the_model_reads_is_compared_and_counts_from_the_next_fit_on(
    tmp_path, monkeypatch, change, engine
):
    def trained(trainer, epochs=3, **options):
        trainer.fit(X, Y, epochs=epochs, batch_size=4, rng=1, verbose=0, **options)
        return trainer.model.state_dict()

    def trainer():
        return Trainer(Scaled(), "mean_squared_error", GradientDescent(0.01), engine=engine)

    path, once = tmp_path / "checkpoint.json", trainer()
    trained(once, callbacks=[Checkpoint(path)])
    for name, thing in change.items():
        monkeypatch.setitem(globals(), name, thing)
    with pytest.raises(StorageError, match=r"what is read, (RATE|CONFIG\['power'\])='[12].0', and not '3.0'"):
        trained(trainer(), epochs=4, resume=path)
    fresh = trainer()
    start = once.model.state_dict()
    fresh.model.load_state_dict(start)
    assert trained(once) == pytest.approx(trained(fresh), rel=1e-12)


@pytest.mark.parametrize("broken", ["another l2", "other targets", "no column", "a wrong split"])
def test_a_fit_that_is_refused_leaves_everything_as_it_was(tmp_path, broken):
    path, source = tmp_path / "checkpoint.json", random.Random(5)
    trainer, _ = fit(2, rng=source, callbacks=[Checkpoint(path)])
    optimizer = trainer.optimizer

    def everything():
        state = {name: thing for name, thing in vars(trainer).items() if name != "engine"}
        weights, remembered = trainer.model.state_dict(), optimizer.state_dict()
        return source.getstate(), random.getstate(), state, weights, remembered, trainer.evaluate(X, Y)

    before = everything()
    wrong = {
        "another l2": {"resume": path, "batch_size": 3},
        "other targets": {"resume": path},
        "no column": {"callbacks": [EarlyStopping("nothing")], "validation_split": 0.2},
        "a wrong split": {"validation_split": 0.2, "callbacks": [EarlyStopping("lss")]},
    }[broken]
    y = Y[::-1] if broken == "other targets" else Y
    settings = {"batch_size": 4, **wrong}
    if "validation_split" not in settings:
        settings["validation_data"] = (X[:4], Y[:4])
    with pytest.raises(ValueError):
        trainer.fit(X, y, epochs=3, verbose=0, rng=source, **settings)
    assert everything() == before


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_are_no_rows(kind):
    rows = [kind(b"\x01\x02") if kind is not memoryview else memoryview(b"\x01\x02") for _ in X]
    for train in (lambda: fit_with(rows, Y), lambda: fit_with(X, bytes(len(X))), lambda: MLP(2, [1]).predict(rows)):
        with pytest.raises(ValueError, match=r"give list\(…\)"):
            train()


def fit_with(samples, targets):
    Trainer(MLP(2, [1], rng=1), "mean_squared_error", Adam(0.1)).fit(samples, targets, epochs=1, verbose=0)


@pytest.mark.parametrize("read", [["state_dict"], ["predict", [[1.0, 2.0]]]])
def test_a_number_that_a_model_gives_away_while_it_is_compiled_names_the_users_line(read):
    model = MLP(2, [1], rng=1)
    call = operator.methodcaller(*read)

    def f(x):
        call(model)  # the line
        return model([x, x])[0]

    with pytest.raises(TraceError, match=r"test_resuming.py:\d+: .*# the line"):
        jit(f)(1.0)


# ── Crafted checkpoints ─────────────────────────────────────────────────────────────────────────────────────────

CRAFTED = [math.nan, math.inf, 1e308, -1.0, 0, 3, 10**400, "x", None, [], {}, True, [1], {"a": 1}, "REMOVED"]


def places(thing, at=()):
    """Where there is something in a document; of the states of generators and of what is compared only the outside."""
    if at:
        yield at
    if at != ("settings",) and not (at[:1] in {("rng",), ("rng_at_start",)} and len(at) > 1):
        for key in thing if isinstance(thing, dict) else range(len(thing)) if isinstance(thing, list) else ():
            yield from places(thing[key], (*at, key))


@pytest.mark.parametrize(
    "optimizer", [Adam, *(pytest.param(o, marks=pytest.mark.slow) for o in (Momentum, GradientDescent))]
)
def test_no_number_in_a_checkpoint_does_harm_whatever_it_is(tmp_path, optimizer):
    """Refused in a line with nothing changed, or one that a training may have written, from which it goes on."""

    def fit(resume=None, epochs=3):
        trainer = Trainer(MLP(1, [2, 1], rng=1), "mean_squared_error", optimizer(0.01), metrics=["mean_absolute_error"])
        callbacks = [EarlyStopping(patience=5), *([] if resume else [Checkpoint(path)])]

        def run():
            trainer.fit(
                [[0.0], [1.0]], [0.0, 1.0], epochs=epochs, validation_data=([[3.0]], [3.0]), verbose=0, rng=1,
                callbacks=callbacks, resume=resume,
            )  # fmt: skip

        return trainer, run

    path = tmp_path / "c.json"
    fit()[1]()
    content = checkpoint.read(path)
    went_on = 0
    for at in places(content):
        for crafted in CRAFTED:
            changed = copy.deepcopy(content)
            inner = changed
            for key in at[:-1]:
                inner = inner[key]
            if crafted == "REMOVED":
                del inner[at[-1]]
            else:
                inner[at[-1]] = crafted
            write_document(path, checkpoint.FORMAT, checkpoint.VERSION, changed)
            trainer, run = fit(resume=path)
            before = trainer.model.state_dict(), trainer.optimizer.state_dict(), trainer.history.columns
            try:
                run()
            except StorageError as error:
                assert "\n" not in str(error), at
                after = trainer.model.state_dict(), trainer.optimizer.state_dict(), trainer.history.columns
                assert before == after, (at, crafted)
            else:
                went_on += 1
                large = isinstance(crafted, int | float) and not abs(crafted) < 1e300
                assert not (large and at[0] in {"optimizer", "settings", "best_epoch"}), (at, crafted)
                assert at != ("optimizer", "steps") or crafted == content["optimizer"]["steps"], crafted
    assert went_on > 50
