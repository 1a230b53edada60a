"""Training by a real cluster: the bits do not depend on its workers, and the numbers are those of one process."""

import os
import signal
import time

import numpy as np
import pytest

from nn import (
    MLP,
    Adam,
    Callback,
    Checkpoint,
    Dropout,
    GradientDescent,
    Layer,
    Module,
    RandomHillClimbing,
    Sequential,
    Trainer,
)
from nn.cluster.chunk import bounds
from nn.training.objective import Objective
from nn.training.samples import Samples

distributed = pytest.importorskip("distributed")
da = pytest.importorskip("dask.array")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

CHUNKS = (30, 50, 40, 7, 53)
rng = np.random.default_rng(0)
X = rng.normal(size=(sum(CHUNKS), 3))
Y = (X[:, 0] * X[:, 1] + X[:, 2] > 0.0).astype(int)
HOLES = np.where(np.arange(len(X))[:, None] == [0, 0, 35], np.nan, X)
HOLES[0] = X[0]
CROSS_ENTROPY = "categorical_cross_entropy_with_logits"


def cluster(workers):
    return distributed.LocalCluster(
        n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs="CRITICAL"
    )


@pytest.fixture(scope="module")
def client():
    with cluster(2) as two, distributed.Client(two) as client:
        yield client


def on_cluster(table, chunks=CHUNKS):
    return da.from_array(table, chunks=(chunks, *((size,) for size in table.shape[1:])))


def trained(X, y, loss=CROSS_ENTROPY, optimizer=lambda: Adam(0.02), engine="auto", metrics=(), l2=0.0, **settings):
    model = MLP(3, [5, 2], rng=1)
    trainer = Trainer(model, loss, optimizer(), engine=engine, metrics=metrics, l2=l2)
    trainer.fit(X, y, verbose=0, rng=7, **{"epochs": 3, "batch_size": 40, **settings})
    return trainer


def numbers(trainer):
    return np.array(list(trainer.model.state_dict().values()))


class Kill(Callback):
    """Kills a worker in the middle of an epoch."""

    def __init__(self, pids):
        self.pids = pids

    def on_batch_end(self, trainer, batch, loss):
        if trainer.history.epochs == 1 and batch == 2 and self.pids:
            os.kill(self.pids.pop(), signal.SIGKILL)


def test_the_bits_do_not_depend_on_the_workers_nor_on_one_that_is_killed():
    found = {}
    for workers in (1, 2, 3):
        with cluster(workers) as some, distributed.Client(some):
            found[workers] = trained(on_cluster(X), on_cluster(Y), metrics=["accuracy"])
    with cluster(2) as some, distributed.Client(some) as client:
        pids = list(client.run(os.getpid).values())
        found["killed"] = trained(on_cluster(X), on_cluster(Y), metrics=["accuracy"], callbacks=[Kill(pids[:1])])
        assert pids[0] not in client.run(os.getpid).values()
    for other in found.values():
        assert (numbers(other) == numbers(found[1])).all() and other.history.columns == found[1].history.columns


# ── The numbers are those of one process ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("engine", ["auto", "eager"])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"l2": 0.1, "sample_weight": np.linspace(0.0, 2.0, len(X))},
        {"class_weight": "balanced"},
        {"class_weight": {0: 1.0, 1: 5.0}, "sample_weight": np.linspace(0.0, 2.0, len(X))},
        {"validation_data": (X[:20], Y[:20])},
        {"optimizer": lambda: RandomHillClimbing(0.1, rng=1)},
    ],
    ids=lambda settings: ", ".join(settings),
)
def test_steps_of_all_samples_are_those_of_one_process(client, settings, engine):
    settings = {"batch_size": None, "shuffle": False, "engine": engine, **settings}
    alone = trained(X, Y, **settings)
    shared = trained(on_cluster(X), on_cluster(Y), **settings)
    assert abs(numbers(shared) - numbers(alone)).max() < 1e-12
    for name, column in alone.history.columns.items():
        assert shared.history[name] == pytest.approx(column, rel=1e-12)
    assert shared.engine_used.startswith(f"a cluster; on its workers {'eager' if engine == 'eager' else 'compiled'}")
    weights = settings.get("sample_weight")
    judged = alone.evaluate(X, Y, sample_weight=weights)
    assert shared.evaluate(X, Y, sample_weight=weights) == pytest.approx(judged, rel=1e-12)
    assert shared.evaluate(on_cluster(X), on_cluster(Y), sample_weight=weights) == pytest.approx(judged, rel=1e-12)


@pytest.mark.parametrize("engine", ["auto", "eager"])
@pytest.mark.parametrize("settings", [{}, {"validation_data": (X[:20], Y[:20])}], ids=["", "validated"])
def test_dropout_leaves_out_the_same_units_as_in_one_process(client, settings, engine):
    def trained(*samples):
        model = Sequential(Layer(3, 6, rng=1), Dropout(0.5), Layer(6, 4, rng=2), Dropout(0.2), Layer(4, 2, rng=3))
        trainer = Trainer(model, CROSS_ENTROPY, Adam(0.02), engine=engine, metrics=["accuracy"])
        trainer.fit(*samples, epochs=4, batch_size=None, shuffle=False, verbose=0, rng=7, **settings)
        return trainer

    alone, shared = trained(X, Y), trained(on_cluster(X), on_cluster(Y))
    assert abs(numbers(shared) - numbers(alone)).max() < 1e-12
    for name, column in alone.history.columns.items():
        assert shared.history[name] == pytest.approx(column, rel=1e-12)


def test_gradients_of_batches_are_those_of_backward(client):
    """Plain gradient descent, whose steps tell the gradients, over batches whose rows are known."""
    trainer = trained(on_cluster(X), on_cluster(Y), optimizer=lambda: GradientDescent(0.5), epochs=1, shuffle=False)
    model = MLP(3, (5, 2), rng=1)
    objective, whole = Objective(model, trainer.loss), Samples(X, Y, np.array(trainer.loss.encode_all(Y, 2)))
    starts, steps = np.concatenate([[0], np.cumsum(CHUNKS)]), -(-len(X) // 40)
    seen = []
    for step in range(steps):
        shares = [bounds(length, place, len(CHUNKS), step, steps) for place, length in enumerate(CHUNKS)]
        rows = [start + row for start, share in zip(starts, shares, strict=False) for row in range(*share)]
        assert abs(len(rows) - len(X) / steps) <= len(CHUNKS)
        objective.backward(whole.take(rows))
        for parameter in model.parameters():
            parameter.data -= 0.5 * parameter.grad
        seen += rows
    assert sorted(seen) == list(range(len(X)))
    assert abs(numbers(trainer) - list(model.state_dict().values())).max() < 1e-12


def test_metrics_and_shares_to_validate_with(client):
    trainer = trained(on_cluster(X), on_cluster(Y), metrics=["accuracy"], validation_split=0.25, batch_size=60)
    history = trainer.history
    assert set(history.columns) == {"loss", "accuracy", "validation_loss", "validation_accuracy"}
    assert trainer.evaluate(on_cluster(X), on_cluster(Y)) == pytest.approx(trainer.evaluate(X, Y), rel=1e-12)
    assert (
        trained(on_cluster(X), on_cluster(Y), validation_split=0.25, batch_size=60).history["loss"] == history["loss"]
    )


def test_a_callback_may_look_and_change_the_model(client):
    class Replace(Callback):
        def on_epoch_end(self, trainer, epoch, logs):
            seen.append(sum(abs(p.grad) for p in trainer.model.parameters()))
            trainer.model.layers[0] = Layer(3, 5, activation="relu", rng=epoch)

    settings = {"batch_size": None, "shuffle": False}
    found = []
    for samples in ((X, Y), (on_cluster(X), on_cluster(Y))):
        seen = []
        found.append((numbers(trained(*samples, callbacks=[Replace()], **settings)), seen))
    assert abs(found[0][0] - found[1][0]).max() < 1e-12
    assert found[1][1] == pytest.approx(found[0][1], rel=1e-9) and all(found[0][1])


def test_an_interrupted_training_goes_on_with_the_same_bits(client, tmp_path):
    path = tmp_path / "checkpoint.json"
    whole = trained(on_cluster(X), on_cluster(Y), epochs=4)
    trained(on_cluster(X), on_cluster(Y), epochs=2, callbacks=[Checkpoint(path)])
    rest = trained(on_cluster(X), on_cluster(Y), epochs=4, resume=path)
    assert (numbers(rest) == numbers(whole)).all() and rest.history.columns == whole.history.columns
    with pytest.raises(ValueError, match="other samples"):
        trained(on_cluster(X + 1.0), on_cluster(Y), epochs=4, resume=path)


# ── What is where ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_chunks_stay_and_the_model_is_sent_once(client):
    def incoming(dask_worker):
        return sum(entry["total"] for entry in dask_worker.transfer_incoming_log)

    def programs():
        from nn.training.kept_programs import recorded_programs

        return len(recorded_programs)

    client.restart()
    large = np.random.default_rng(1).normal(size=(40_000, 30))
    model = MLP(30, [4, 2], rng=1)
    trainer = Trainer(model, CROSS_ENTROPY, Adam(0.01))
    rows, targets = da.from_array(large, chunks=(5_000, 30)).persist(), da.from_array(large[:, 0] > 0, chunks=5_000)
    distributed.wait(rows)
    before = sum(client.run(incoming).values())
    trainer.fit(rows, targets.astype(int), epochs=3, batch_size=8_000, verbose=0, rng=1)
    moved = sum(client.run(incoming).values()) - before
    assert moved < large.nbytes  # a worker that waits may take a chunk over; three epochs would be six times as much
    assert set(client.run(programs).values()) == {1}


def test_nothing_stays_with_the_workers_when_nobody_wants_it(client):
    trainer = trained(on_cluster(X), on_cluster(Y))
    del trainer
    for _ in range(100):
        if not client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)):
            return
        time.sleep(0.1)
    raise AssertionError("tasks are left")


def test_columns_of_frames_go_by_their_names(client):
    pandas, frames = pytest.importorskip("pandas"), pytest.importorskip("dask.dataframe", exc_type=ImportError)
    table = pandas.DataFrame(X, columns=["a", "b", "c"])
    turned, renamed = table[["c", "a", "b"]], table.rename(columns={"a": "x"})
    y = frames.from_pandas(pandas.Series(Y), npartitions=3)

    def there(frame):
        return frames.from_pandas(frame, npartitions=3)

    trainer = trained(there(table), y, epochs=1, validation_data=(there(turned), y))
    straight = trained(there(table), y, epochs=1, validation_data=(there(table), y))
    assert dict(trainer.history) == dict(straight.history)
    assert trainer.model.predict(turned) == trainer.model.predict(X.tolist())
    assert trainer.evaluate(there(turned), y) == trainer.evaluate(there(table), y)
    again = [
        one.fit(there(frame), y, epochs=1, verbose=0, rng=1) for one, frame in ((trainer, turned), (straight, table))
    ]
    assert dict(again[0]) == dict(again[1])
    for ask in (lambda: trainer.evaluate(there(renamed), y), lambda: trainer.fit(there(renamed), y, verbose=0)):
        with pytest.raises(ValueError, match="X lacks the column 'a'"):
            ask()


@pytest.mark.parametrize("kind", ["m8[ns]", "M8[s]", "complex"])
def test_what_is_no_number_is_refused_in_each_block(client, kind):
    odd = (10.0 * X).astype(kind)
    for samples, targets in ((on_cluster(odd), on_cluster(Y)), (on_cluster(X), on_cluster(odd[:, 0]))):
        with pytest.raises(ValueError, match="each cell of .* is a (span|moment|complex)"):
            trained(samples, targets, epochs=1, loss="mse")


def test_dataframes_and_columns_in_several_blocks(client):
    pandas, frames = pytest.importorskip("pandas"), pytest.importorskip("dask.dataframe", exc_type=ImportError)
    table = pandas.DataFrame(X, columns=["a", "b", "c"]).assign(y=Y)
    frame = frames.from_pandas(table, npartitions=3)
    settings = {"batch_size": None, "shuffle": False}
    alone = numbers(trained(X, Y, **settings))
    for given in (
        (frame[["a", "b", "c"]], frame["y"]),
        (frame[["a", "b", "c"]].values, frame["y"].values),  # of unknown lengths
        (da.from_array(X, chunks=(50, 2)), da.from_array(Y, chunks=35)),
        (da.from_array(X, chunks=(50, 2)), Y),
        (frame[frame.a > -9.0][["a", "b", "c"]], frame[frame.a > -9.0]["y"]),
    ):
        assert abs(numbers(trained(*given, **settings)) - alone).max() < 1e-12


# ── What does not fit ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("samples", "targets", "settings", "said"),
    [
        (lambda: on_cluster(X), lambda: on_cluster(Y)[:-3], {}, r"there are 180 samples in X, but 177 rows in y"),
        (lambda: on_cluster(X), lambda: on_cluster(Y + 5), {}, r"there are 2 classes, 0 to 1|cannot take the target"),
        (lambda: on_cluster(HOLES), lambda: on_cluster(Y), {}, r"chunk 1 of X\[5\]\[2\] is nan"),
        (lambda: on_cluster(X)[on_cluster(X)[:, 0] > 0.0], lambda: Y, {}, r"the chunk sizes of X are unknown"),
        (
            lambda: on_cluster(X)[on_cluster(X)[:, 0] > 0.0],
            lambda: da.from_array(Y, chunks=30),
            {},
            r"the chunk sizes of X are unknown and there are 5 of X and 6 of y chunks",
        ),
        (lambda: on_cluster(X)[:0], lambda: on_cluster(Y)[:0], {}, "X is empty"),
        (lambda: X, lambda: on_cluster(Y), {}, r"y is Dask's"),
        (lambda: on_cluster(X), lambda: on_cluster(Y), {"sample_weight": -1.0 - Y}, r"chunk \d of sample_weight\[0\]"),
        (lambda: on_cluster(X), lambda: on_cluster(Y), {"sample_weight": np.zeros(180)}, "no sample would count"),
        (lambda: on_cluster(X), lambda: on_cluster(Y), {"class_weight": {0: 1.0}}, "no number for the class 1"),
        (lambda: on_cluster(X[:, :2]), lambda: on_cluster(Y), {}, "inputs"),
    ],
)
def test_what_does_not_fit(client, samples, targets, settings, said):
    with pytest.raises(ValueError, match=said):
        trained(samples(), targets(), **settings)


def test_a_loss_that_is_not_finite_ends_the_training_with_its_best_weights(client):
    huge = X.copy()
    huge[100] = 1e200
    trainer = trained(on_cluster(huge), on_cluster(np.stack([Y, Y], axis=1)), "mean_squared_error")
    assert trainer.failed and "has no finite real value" in trainer.history.stop
    assert np.isfinite(numbers(trainer)).all()


class Switching(Module):
    def __init__(self):
        self.inner = MLP(3, [2], rng=1)

    def __call__(self, x):
        return self.inner(x) if self.training else self.inner([2.0 * one for one in x])


def test_a_model_that_does_something_else_in_training_is_refused(client):
    with pytest.raises(ValueError, match="the model asks whether it is trained, and workers of a cluster do not"):
        Trainer(Switching(), CROSS_ENTROPY, Adam(0.01)).fit(on_cluster(X), on_cluster(Y), verbose=0)


def test_workers_of_another_version_are_named(client, monkeypatch):
    monkeypatch.setattr("nn.cluster.workers.version", lambda package: "0.0.0")
    with pytest.raises(ValueError, match=r"the Dask worker tcp://\S+ has chalkgrad \S+, but this process 0.0.0"):
        trained(on_cluster(X), on_cluster(Y))
