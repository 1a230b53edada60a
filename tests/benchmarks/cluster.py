"""Where the time of a step on a Dask cluster goes, for 1 and 2 workers; from this what 64 would take, and what pays.

    python tests/benchmarks/cluster.py [--rows 400000] [--columns 20] [--hidden 64,32] [--chunks 16]

A step of all samples, in full batches, of w workers with c chunks of r rows takes about

    rounds · L + c · T + ⌈c/w⌉ · r · G,     rounds = 2 + ⌈log₈ c⌉

L: a task there and back; T: what the scheduler spends on a chunk; G: the gradient of a row in one thread. L and T are
measured by tasks that do nothing, G in one process, and the step itself beside what the formula says. A step pays if
it is shorter than G times all rows.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time

import dask.array as da
import numpy as np
from distributed import Client, LocalCluster

from nn import MLP, Callback, GradientDescent, Trainer

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--rows", type=int, default=400_000)
parser.add_argument("--columns", type=int, default=20)
parser.add_argument("--hidden", default="64,32")
parser.add_argument("--chunks", type=int, default=16)


def best(function, times=3):
    """The shortest of several runs, in seconds."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        function()
        found.append(time.perf_counter() - began)
    return min(found)


def trainer(columns, hidden):
    model = MLP(columns, [*map(int, hidden.split(",")), 2], rng=1)
    return Trainer(model, "categorical_cross_entropy_with_logits", GradientDescent(0.1), threads=1)


def step(made, X, y):
    """Seconds of a step with all samples, the engine being ready: between two steps of a training."""
    ends = []

    class Watch(Callback):
        def on_epoch_begin(self, trainer, epoch):
            ends.append([time.perf_counter()])

        def on_batch_end(self, trainer, batch, loss):
            ends[-1].append(time.perf_counter())

    made.fit(X, y, epochs=4, batch_size=None, shuffle=False, verbose=0, callbacks=[Watch()])
    return min(last - first for first, last in ends[1:])


def nothing(*_):
    return None


def idle(client, chunks):
    """L and T: seconds of one task, and of each of many."""
    one = best(lambda: client.submit(nothing, pure=False).result(), 20)
    many = best(lambda: client.gather([client.submit(nothing, pure=False) for _ in range(chunks)]), 10)
    return one, max(0.0, many - one) / chunks


def model(one, each, row, chunks, workers, rows):
    """Seconds of a step by the formula."""
    rounds = 2 + math.ceil(math.log(chunks, 8)) if chunks > 1 else 2
    return rounds * one + chunks * each + math.ceil(chunks / workers) * rows / chunks * row


def main():
    given = parser.parse_args()
    rng = np.random.default_rng(0)
    X = rng.normal(size=(given.rows, given.columns))
    y = (X[:, 0] * X[:, 1] + X[:, 2] > 0.0).astype(int)
    alone = step(trainer(given.columns, given.hidden), X, y)
    row = alone / given.rows
    print(f"one process: {1e3 * alone:.1f} ms a step, {1e6 * row:.3f} µs a row")
    print(f"{'workers':>8}{'a task':>10}{'a chunk':>10}{'gradients':>11}{'formula':>10}{'measured':>10}  (ms)")
    seen = []
    for workers in (1, 2):
        with (
            LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster,
            Client(cluster) as client,
        ):
            size = math.ceil(given.rows / given.chunks)
            shared = da.from_array(X, chunks=(size, given.columns)), da.from_array(y, chunks=size)
            one, each = idle(client, given.chunks)
            measured = step(trainer(given.columns, given.hidden), *shared)
        seen.append((one, each))
        said = model(one, each, row, given.chunks, workers, given.rows)
        computing = math.ceil(given.chunks / workers) / given.chunks * alone
        line = (one, each, computing, said, measured)
        print(f"{workers:8}" + "".join(f"{1e3 * part:{width}.2f}" for part, width in zip(line, (10, 10, 11, 10, 10))))
    one, each = (statistics.fmean(parts) for parts in zip(*seen))
    print("by the formula, one chunk a worker:")
    for workers in (2, 8, 64):
        fixed = model(one, each, 0.0, workers, workers, 1)
        pays = fixed / (row * (1.0 - 1.0 / workers))
        at = 100.0 * pays
        faster = at * row / model(one, each, row, workers, workers, at)
        print(f"{workers:8} workers: pays from {pays:,.0f} rows a step on; with {at:,.0f}, {faster:.1f} times as fast")


if __name__ == "__main__":
    main()
