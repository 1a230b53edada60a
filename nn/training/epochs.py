"""The epochs of one training: batches and steps, validation, and what is noted, kept and told after each.

for each epoch:  for each batch:  gradients of the mean loss, one step of the optimiser
                 validate, note the numbers, keep the best weights, tell the callbacks
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograd import DomainError
from nn.basics.nonfinite import NonFinite
from nn.basics.probabilities import NoProbability
from nn.basics.rows import joined
from nn.metrics import Metric
from nn.training.callback import Callback, listening, tell
from nn.training.divergence import Divergence
from nn.training.forward_loss import forward_loss
from nn.training.interrupt import Interruption
from nn.training.masks import dropped, undropped
from nn.training.objective import LossAndPredictions
from nn.training.progress import Progress
from nn.training.samples import Batch, Samples
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
        divergence = Divergence(state)
        self.stop_if_converged()
        while not history.stop and history.epochs < epochs:
            epoch = history.epochs + 1
            tell(state, self.callbacks, "on_epoch_begin", epoch)
            try:
                logs = self.one(divergence)
                if self.validation is not None:
                    judged = judge(state, self.validation)
                    logs |= {f"validation_{name}": number for name, number in judged.items()}
                monitored = self.monitored(logs)
            except (NonFinite, DomainError, NoProbability) as error:
                return f"stopped in epoch {epoch}, {divergence.explained(error)}"
            history.add(logs)
            self.keep_the_best(monitored)
            state.interrupted = self.interruption.requested
            if state.interrupted:
                state.stop(f"interrupted in epoch {epoch}", for_good=False)
            self.stop_if_converged()
            tell(state, self.callbacks, "on_epoch_end", epoch, logs)
            self.progress.epoch(epoch, logs)
        return ""

    def stop_if_converged(self) -> None:
        """Stop if the loss did not change by more than the tolerance."""
        column = self.state.history.columns.get("loss", [])
        if self.tolerance is not None and len(column) > 1 and abs(column[-1] - column[-2]) <= self.tolerance:
            text = f"the loss has converged: it changed by no more than {self.tolerance:g}"
            self.state.stop(text, for_good=False)

    def monitored(self, logs: Mapping[str, float]) -> float:
        """The monitored number of the model as it is now.

        One of the training set is measured anew: in the logs it is a mean over the batches of an epoch in which the
        weights moved, and so of weights that nobody has.

        Raises:
            NonFinite: if the loss that the epoch has led to is not finite.
        """
        name = self.state.history.monitor
        if name not in self.of_training():
            return logs[name]
        metrics = [metric for metric in self.state.metrics if metric.name == name]
        judged = judge(self.state, undropped(self.training), metrics)
        if not math.isfinite(judged["loss"]):
            raise NonFinite(f"the loss after it is {judged['loss']!r}")
        return judged[name]

    def of_training(self) -> list[str]:
        """The columns of the training set."""
        return ["loss", *(metric.name for metric in self.state.metrics)]

    def one(self, divergence: Divergence) -> dict[str, float]:
        """A step for each batch; the means of the epoch's numbers."""
        state = self.state
        taken: list[Batch] = []
        sums: list[float] = []
        predictions: list[Any] = []
        training = dropped(self.training, state.objective.masked, state.rng)
        try:
            for loss, predicted in self.steps(training, taken):
                sums.append(loss * len(taken[len(sums)]))
                predictions.append(predicted)
                divergence.note(loss)
                tell(state, self.callbacks, "on_batch_end", len(sums), loss)
                self.progress.batch(len(sums), loss)
        except (NonFinite, DomainError) as error:
            raise NonFinite(f"step {len(sums) + 1}: {error}") from error
        state.engine.check_moved()
        for predicted in predictions:
            state.loss.check_predictions(predicted)
        logs = {"loss": math.fsum(sums) / sum(map(len, taken))}
        if state.metrics:
            rows, (targets, weights) = joined(predictions), self.training.answers(taken)
            logs |= {metric.name: metric(rows, targets, weights) for metric in state.metrics}
        return logs

    def steps(self, training: Samples, taken: list[Batch]) -> Iterator[LossAndPredictions]:
        """The steps of an epoch. If somebody listens to each, the engine may be another one after it."""
        if listening(self.callbacks, "on_batch_end"):
            for indices in self.deal(taken):
                yield from self.state.engine.steps(training, [indices], together=False)
        else:
            yield from self.state.engine.steps(training, self.deal(taken))

    def deal(self, taken: list[Batch]) -> Iterator[Batch]:
        """The batches, as positions of samples, until Ctrl-C; those that were taken are noted."""
        for batch in self.training.batches(self.batch_size, self.state.rng if self.shuffle else None):
            taken.append(batch)
            yield batch
            if self.interruption.requested:
                break

    def keep_the_best(self, monitored: float) -> None:
        """Remember the weights, of which this is the monitored number, if they are the best so far."""
        state, history = self.state, self.state.history
        improved = state.improvement.over(history.best, monitored)
        history.monitored.append(monitored)
        if improved:
            history.best_epoch = history.epochs
            state.best = state.engine.remember()


def judge(state: TrainingState, samples: Samples, metrics: Iterable[Metric] | None = None) -> dict[str, float]:
    """The loss and each of the metrics (None: of those that are noted), without training.

    Masks of dropout are 1 then, in the engine's program. A model that asks if it is trained has another program.
    """
    if not state.objective.has_modes:
        return scores(state, state.engine.loss(samples), samples, metrics)
    state.engine.unload()
    with state.objective.asked():
        return scores(state, forward_loss(state.objective, samples), samples, metrics)


def scores(
    state: TrainingState, found: LossAndPredictions, samples: Samples, metrics: Iterable[Metric] | None = None
) -> dict[str, float]:
    """The loss that was found, and each of the metrics of the predictions.

    Raises:
        NoProbability: if the loss is one of probabilities, and a prediction is none.
    """
    loss, predictions = found
    state.loss.check_predictions(predictions)
    asked = state.metrics if metrics is None else metrics
    return {"loss": loss} | {metric.name: metric(predictions, samples.y, samples.weights) for metric in asked}
