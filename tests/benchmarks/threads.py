"""Steps of training with one thread and with two, taken in turns: `python tests/benchmarks/threads.py`.

Microseconds a step, the best of many short runs; undivided is what one thread takes for the batch as a whole.
"""

from __future__ import annotations

import argparse
import os
import time
from typing import Any

import numpy as np

from nn import MLP, Adam, Trainer
from nn.training import kept_programs, objective_program
from nn.training.choose_engine import best_engine

CROSS_ENTROPY = "categorical_cross_entropy_with_logits"
#: name → inputs, layers, batch, samples, loss
WORKS = {
    "digits 64-32-10, batch 256": (64, [32, 10], 256, 1_797, CROSS_ENTROPY),
    "50,000 rows 20-32-2, batch 256": (20, [32, 2], 256, 50_000, CROSS_ENTROPY),
    "50,000 rows 20-64-64-2, batch 256": (20, [64, 64, 2], 256, 50_000, CROSS_ENTROPY),
    "784-128-10, batch 200": (784, [128, 10], 200, 6_000, CROSS_ENTROPY),
    "regression 26-64-32-1, batch 256": (26, [64, 32, 1], 256, 30_000, "mean_squared_error"),
}


def engine(work: tuple[int, list[int], int, int, str], threads: int) -> tuple[Any, Any]:
    """An engine for a training of many steps, with its samples."""
    width, layers, batch, count, loss = work
    numbers = np.random.default_rng(0)
    X = numbers.normal(size=(count, width))
    y = numbers.integers(0, layers[-1], count) if layers[-1] > 1 else numbers.normal(size=count)
    trainer = Trainer(MLP(width, layers, rng=1), loss, Adam(0.001))
    samples, _ = trainer._samples(X, y, 0.0, None, None, None)
    return best_engine(trainer.objective, trainer.optimizer, samples, batch, 10_000, threads), samples


def undivided(work: tuple[int, list[int], int, int, str]) -> tuple[Any, Any]:
    """The same without blocks."""
    kept_programs.recorded_programs.clear()
    before, objective_program.BLOCKS_AT_MOST = objective_program.BLOCKS_AT_MOST, 1
    try:
        return engine(work, 1)
    finally:
        objective_program.BLOCKS_AT_MOST = before
        kept_programs.recorded_programs.clear()


def measured(work: tuple[int, list[int], int, int, str], repeats: int) -> tuple[int, list[float]]:
    """How many blocks there are; microseconds a step undivided, with one thread, with two."""
    batch, count = work[2], work[3]
    batches = [np.arange(start, start + batch) for start in range(0, count - batch + 1, batch)]
    ways = [undivided(work), engine(work, 1), engine(work, 2)]
    best, steps = [float("inf")] * len(ways), 3
    for repeat in range(repeats):
        for k, (trained, samples) in enumerate(ways):
            taken = (batches * (1 + steps // len(batches)))[:steps]
            began = time.perf_counter()
            for _ in trained.steps(samples, taken):
                pass
            seconds = (time.perf_counter() - began) / steps
            best[k] = min(best[k], seconds) if repeat else best[k]
        if not repeat:
            steps = max(1, min(30, int(0.002 / seconds)))
    return ways[1][0].program.blocks, [1e6 * seconds for seconds in best]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=300, help="runs of each way, of some 2 ms")
    parser.add_argument("--only", default="", help="works whose name contains this")
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores; µs a step   undivided  1 thread  2 threads  faster")
    for name, work in WORKS.items():
        if given.only in name:
            blocks, (whole, one, two) = measured(work, given.repeats)
            print(f"{name:34}{whole:10.0f}{one:10.0f}{two:10.0f}{one / two:8.2f} ×  in {blocks} blocks")


if __name__ == "__main__":
    main()
