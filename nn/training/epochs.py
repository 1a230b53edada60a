"""The epochs of one training: batches and steps, validation, and what is noted, kept and told after each.

for each epoch:  for each batch:  gradients of the mean loss, one step of the optimiser
                 validate, note the numbers, keep the best weights, tell the callbacks
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograd import DomainError
from nn.basics.nonfinite import NonFinite
from nn.data.splits import batches, take
from nn.training.callback import Callback, listening, tell
from nn.training.interrupt import Interruption
from nn.training.objective import LossAndPredictions
from nn.training.progress import Progress
from nn.training.samples import Samples, as_list
from nn.training.state import TrainingState


@dataclass(frozen=True)
class EpochLoop:
    """What a training goes through, epoch after epoch."""

    state: TrainingState
    training: Samples
    validation: Samples | None
    batch_size: int | None
    shuffle: bool
    tolerance: float | None
    callbacks: Sequence[Callback]
    interruption: Interruption
    progress: Progress

    def run(self, epochs: int) -> str:
        """One after the other; the failure that ended them, or ""."""
        state, history = self.state, self.state.history
        while not history.stop and history.epochs < epochs:
            epoch = history.epochs + 1
            tell(state, self.callbacks, "on_epoch_begin", epoch)
            try:
                logs = self.one()
                if self.validation is not None:
                    judged = judge(state, self.validation)
                    logs |= {f"validation_{name}": number for name, number in judged.items()}
            except (NonFinite, DomainError) as error:
                return f"stopped in epoch {epoch}, {' '.join(str(error).split())}"
            history.add(logs)
            self.keep_the_best()
            state.interrupted = self.interruption.requested
            if state.interrupted:
                state.stop(f"interrupted in epoch {epoch}")
            column = history["loss"]
            if self.tolerance is not None and len(column) > 1 and abs(column[-1] - column[-2]) <= self.tolerance:
                state.stop(f"the loss has converged: it changed by no more than {self.tolerance:g}")
            tell(state, self.callbacks, "on_epoch_end", epoch, logs)
            self.progress.epoch(epoch, logs)
        return ""

    def one(self) -> dict[str, float]:
        """A step for each batch; the means of the epoch's numbers."""
        state = self.state
        taken: list[list[int]] = []
        sums: list[float] = []
        predictions: list[Any] = []
        try:
            for loss, predicted in self.steps(taken):
                sums.append(loss * len(taken[len(sums)]))
                predictions.append(predicted)
                tell(state, self.callbacks, "on_batch_end", len(sums), loss)
                self.progress.batch(len(sums), loss)
        except (NonFinite, DomainError) as error:
            raise NonFinite(f"step {len(sums) + 1}: {error}") from error
        seen = [index for indices in taken for index in indices]
        logs = {"loss": math.fsum(sums) / len(seen)}
        if state.metrics:
            rows, targets = [row for part in predictions for row in as_list(part)], take(self.training.y, seen)
            logs |= {metric.name: metric(rows, targets) for metric in state.metrics}
        return logs

    def steps(self, taken: list[list[int]]) -> Iterator[LossAndPredictions]:
        """The steps of an epoch. If somebody listens to each, the engine may be another one after it."""
        if listening(self.callbacks, "on_batch_end"):
            for indices in self.deal(taken):
                yield from self.state.engine.steps(self.training, [indices], together=False)
        else:
            yield from self.state.engine.steps(self.training, self.deal(taken))

    def deal(self, taken: list[list[int]]) -> Iterator[list[int]]:
        """The batches, as positions of samples, until Ctrl-C; those that were taken are noted."""
        order = list(range(len(self.training)))
        for indices, _ in batches(order, order, self.batch_size, self.state.rng if self.shuffle else None):
            taken.append(indices)
            yield indices
            if self.interruption.requested:
                break

    def keep_the_best(self) -> None:
        """Remember the weights if the last epoch's monitored number is the best so far."""
        state, history = self.state, self.state.history
        column, before = history[history.monitor], history.best_epoch
        sign = -1.0 if state.higher_is_better(history.monitor) else 1.0
        if before is None or sign * column[-1] < sign * column[before - 1]:
            history.best_epoch = len(column)
            state.best = state.engine.remember()


def judge(state: TrainingState, samples: Samples) -> dict[str, float]:
    """The loss and each metric, without training."""
    loss, predictions = state.engine.loss(samples)
    return {"loss": loss} | {metric.name: metric(as_list(predictions), samples.y) for metric in state.metrics}
