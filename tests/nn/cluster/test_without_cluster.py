"""Training on Dask without machines: by threads of this process; and what is said where there is nothing at all."""

import sys

import numpy as np
import pytest

from nn import MLP, Adam, GradientDescent, Trainer
from nn.cluster.chunk import bounds


class Array:
    """Looks like one of Dask's, which need not be installed for this."""

    __module__ = "dask.array.core"
    chunks = ((3,), (1,))
    ndim = 2


def test_without_dask_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'chalkgrad\[dask\]'"):
        Trainer(MLP(1, [1]), "mean_squared_error", GradientDescent(0.1)).fit(Array(), Array())


def test_without_a_client_it_says_how_to_have_one():
    pytest.importorskip("distributed")
    with pytest.raises(ValueError, match="there is no client: client = distributed.Client"):
        Trainer(MLP(1, [1]), "mean_squared_error", GradientDescent(0.1)).fit(Array(), Array())


def test_what_is_on_dask_is_not_read_row_by_row():
    with pytest.raises(ValueError, match=r"X is Dask's.*X.compute\(\)"):
        MLP(1, [1]).predict(Array())


@pytest.mark.parametrize("lengths", [[7, 7, 7], [1, 20, 3], [5], [0, 2, 1]])
@pytest.mark.parametrize("steps", [1, 2, 3, 7, 21])
def test_batches_have_each_sample_once_and_are_of_nearly_equal_size(lengths, steps):
    count = len(lengths)
    shares = [[bounds(n, place, count, step, steps) for step in range(steps)] for place, n in enumerate(lengths)]
    for length, of_chunk in zip(lengths, shares, strict=True):
        assert [row for share in of_chunk for row in range(*share)] == list(range(length))
    sizes = [sum(last - first for first, last in of_step) for of_step in zip(*shares, strict=True)]
    if len(set(lengths)) == 1:
        assert max(sizes) - min(sizes) <= 1


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("engine", ["auto", "eager"])
def test_threads_of_this_process_are_workers_too(engine):
    distributed, arrays = pytest.importorskip("distributed"), pytest.importorskip("dask.array")
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = (X[:, 0] > X[:, 1]).astype(int)
    found = []
    with distributed.Client(processes=False, n_workers=1, threads_per_worker=2, dashboard_address=None):
        for rows, targets in ((X, y), (arrays.from_array(X, chunks=(25, 2)), arrays.from_array(y, chunks=25))):
            loss, metrics = "categorical_cross_entropy_with_logits", ["accuracy"]
            trainer = Trainer(MLP(2, [3, 2], rng=1), loss, Adam(0.1), engine=engine, metrics=metrics)
            settings = {"batch_size": None, "shuffle": False, "class_weight": "balanced", "verbose": 0}
            trainer.fit(rows, targets, epochs=4, validation_data=(X[:9], y[:9]), **settings)
            found.append((*trainer.model.state_dict().values(), *trainer.evaluate(rows, targets).values()))
        shared = trainer.fit(rows, targets, epochs=2, batch_size=20, validation_split=0.2, rng=1, verbose=0)
    assert found[1] == pytest.approx(found[0], rel=1e-12) and len(shared["validation_accuracy"]) == 2
