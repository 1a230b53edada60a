"""What a worker computes of a batch: its share of the loss and of the gradient, and what such shares are together.

loss = Σ_c (n_c/n) loss_c,   ∇loss = Σ_c (n_c/n) ∇loss_c,   of the n_c samples that chunk c contributes to n
"""

from __future__ import annotations

import pickle
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nn.basics.rows import joined
from nn.cluster.chunk import Chunk, Drawn, SharedBatch
from nn.dropout import Dropout
from nn.optimizers import GradientDescent
from nn.training.choose_engine import best_engine
from nn.training.compiled import CompiledEngine
from nn.training.eager import EagerEngine
from nn.training.engine import Engine
from nn.training.objective import Objective
from nn.training.samples import Samples

if TYPE_CHECKING:
    from nn.training.parameter_array import FloatArray


@dataclass(frozen=True)
class ChunkShare:
    """Of a batch: a share of the loss and, if asked for, of its gradient and the predictions."""

    loss: float
    gradient: Any
    predictions: Any


class ModelAtWork:
    """An objective on a worker, which is sent there once, and made ready once for each of its threads.

    Args:
        objective: pickled.
        few: samples to record it with, as many as a program is to have room for.
        engine: "auto" or "eager".
    """

    def __init__(self, objective: bytes, few: Samples, engine: str) -> None:
        self.given = objective, few, engine
        self.threads = threading.local()

    def __reduce__(self) -> tuple[Any, ...]:
        return ModelAtWork, self.given

    @property
    def engine(self) -> Engine:
        """What computes in this thread."""
        if not hasattr(self.threads, "engine"):
            pickled, few, asked = self.given
            objective, optimizer = pickle.loads(pickled), GradientDescent(1.0)
            self.threads.engine = (
                EagerEngine(objective, optimizer)
                if asked == "eager"
                else best_engine(objective, optimizer, few, len(few), planned=1)
            )
        found: Engine = self.threads.engine
        return found

    def description(self) -> str:
        """Which engine it is, and why."""
        return self.engine.description

    @property
    def masked(self) -> list[Dropout]:
        """The layers of dropout, one for each mask."""
        engine: Any = self.engine
        layers: list[Dropout] = engine.objective.masked
        return layers

    def gradient(self, numbers: FloatArray, samples: Samples, rows: Any) -> tuple[float, Any, FloatArray]:
        """The objective, the predictions and the gradient by all parameters."""
        import numpy as np

        engine, gradient = self.engine, np.zeros(len(numbers))
        if isinstance(engine, CompiledEngine):
            positions = engine.program.positions
            loss, predictions, gradient[positions] = engine.compiled.gradient(numbers[positions], samples, rows)
            return loss, predictions, gradient
        objective = self.with_numbers(engine, numbers)
        loss, predictions = objective.backward(samples.take(rows))
        gradient[:] = [parameter.grad for parameter in objective.model.parameters()]
        return loss, predictions, gradient

    def loss(self, numbers: FloatArray, samples: Samples, rows: Any) -> tuple[float, Any]:
        """The objective and the predictions, of some samples or of all."""
        engine = self.engine
        if isinstance(engine, CompiledEngine):
            return engine.compiled.loss(numbers[engine.program.positions], samples, rows)
        return self.with_numbers(engine, numbers)(samples if rows is None else samples.take(rows))

    def check_predictions(self, predictions: Any) -> None:
        """Make sure that they are what the loss takes."""
        engine: Any = self.engine
        engine.objective.loss.check_predictions(predictions)

    def with_numbers(self, engine: Any, numbers: FloatArray) -> Objective:
        """The eager engine's objective, its parameters at these numbers."""
        objective: Objective = engine.objective
        for parameter, number in zip(objective.model.parameters(), numbers.tolist(), strict=True):
            parameter.data = number
        return objective


# ── Tasks ───────────────────────────────────────────────────────────────────────────────────────────────────────


def share_of_chunk(
    work: ModelAtWork,
    chunk: Chunk,
    numbers: FloatArray,
    batch: SharedBatch | None,
    drawn: Drawn | None,
    share: float,
    gradient: bool,
    predictions: bool,
) -> ChunkShare:
    """What a chunk contributes to a batch (None: to all samples).

    Args:
        drawn: the masks of dropout.
        share: its samples, of those of the batch.
        gradient, predictions: whether they are asked for.

    Raises:
        NonFinite, DomainError: if the loss or a gradient is not finite.
        NoProbability: if the loss is one of probabilities, and a prediction is none.
    """
    import numpy as np

    rows = None if batch is None else np.asarray(chunk.of_batch(batch))
    slopes = None
    samples = chunk.with_masks(drawn, work.masked)
    if gradient and rows is not None:
        loss, found, slopes = work.gradient(numbers, samples, rows)
        slopes *= share
    else:
        loss, found = work.loss(numbers, samples, rows)
    if not predictions:
        work.check_predictions(found)
    return ChunkShare(share * loss, slopes, found if predictions else [])


def sum_of_shares(parts: Sequence[ChunkShare]) -> ChunkShare:
    """Parts of a batch as one, added in the order in which they come."""
    gradient = parts[0].gradient
    for part in parts[1:]:
        gradient = None if gradient is None else gradient + part.gradient
    return ChunkShare(sum(part.loss for part in parts), gradient, joined([part.predictions for part in parts]))
