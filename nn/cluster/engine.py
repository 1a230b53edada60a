"""The engine that takes steps by gradients which workers compute, each of the chunks of samples that it has.

A step sends the parameters' numbers to the workers, and has their parts of the gradient added. The order of additions
depends on the chunks alone, so that bits do not depend on how many workers there are, or on one that is lost: what it
had to do is done again by another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from autograd.surroundings import Surroundings
from nn.basics.nonfinite import NonFinite
from nn.basics.optional import require
from nn.cluster.chunk import SharedBatch
from nn.cluster.chunk_share import ChunkShare, ModelAtWork, share_of_chunk, sum_of_shares
from nn.cluster.chunks import Chunks
from nn.optimizers import Optimizer
from nn.training.array_steps import OnArrays, OnValues, Stepper, takes_arrays
from nn.training.compiled import ArrayEngine
from nn.training.engine import Engine
from nn.training.forward_loss import forward_loss
from nn.training.objective import LossAndPredictions, Objective
from nn.training.parameter_array import ParameterArray
from nn.training.samples import Samples
from nn.training.structure import structure_of

if TYPE_CHECKING:
    from nn.training.parameter_array import FloatArray

ADDED_AT_ONCE = 8  # parts, by one worker
SENT_WITH_TASKS = 100_000  # bytes of numbers that go to the scheduler with each task, rather than once by a task


def as_is(numbers: FloatArray) -> FloatArray:
    """The task that has the numbers of a step, for workers to ask each other for."""
    return numbers


class SharedObjective(ParameterArray):
    """The objective of samples in chunks, by the workers that have them.

    Args:
        objective: what it is of one sample.
        client: whose workers they are.
        few: some of the samples, to make it ready with.
        asked: "auto" or "eager", for each worker.
        predicting: whether predictions are asked for, which come to this process.
    """

    def __init__(self, objective: Objective, client: Any, few: Samples, asked: str, predicting: bool) -> None:
        import numpy as np

        count = len(objective.model.parameters())
        super().__init__(objective, range(count), np.zeros(count))
        self.predicting = predicting
        self.client = client
        pickled = require("distributed.protocol.pickle", "dask").dumps(objective)
        self.work = self.client.submit(ModelAtWork, pickled, few, asked, pure=False)
        self.description: str = self.client.submit(ModelAtWork.description, self.work, pure=False).result()

    def gradient(self, numbers: FloatArray, samples: Chunks, batch: SharedBatch) -> tuple[float, Any, FloatArray]:
        """The objective, the predictions and the gradient.

        Raises:
            NonFinite, DomainError: if the objective or its gradient is not finite.
        """
        import numpy as np

        found = self.over_chunks(numbers, samples, batch, gradient=True)
        if not np.isfinite(found.gradient).all():
            raise NonFinite("the gradients of the chunks are finite, but not their sum")
        return found.loss, found.predictions, found.gradient

    def loss(self, numbers: FloatArray, samples: Chunks, batch: SharedBatch | None = None) -> LossAndPredictions:
        """The objective and the predictions of a batch, or of all samples, without gradients."""
        found = self.over_chunks(numbers, samples, batch, gradient=False)
        return found.loss, found.predictions

    def over_chunks(
        self, numbers: FloatArray, samples: Chunks, batch: SharedBatch | None, gradient: bool
    ) -> ChunkShare:
        """What all chunks contribute, added by the workers, some at a time."""
        submit = self.client.submit
        sizes = samples.lengths if batch is None else batch.sizes
        sent = numbers.copy()
        if sent.nbytes * len(sizes) > SENT_WITH_TASKS:
            sent = submit(as_is, sent, pure=False)
        parts = [
            submit(
                share_of_chunk,
                self.work,
                chunk,
                sent,
                batch,
                drawn,
                size / sum(sizes),
                gradient,
                self.predicting,
                pure=False,
            )
            for chunk, size, drawn in zip(samples.futures, sizes, samples.drawn, strict=True)
            if size
        ]
        while len(parts) > 1:
            some = [parts[first : first + ADDED_AT_ONCE] for first in range(0, len(parts), ADDED_AT_ONCE)]
            parts = [submit(sum_of_shares, few, pure=False) for few in some]
        found: ChunkShare = parts[0].result()
        return found


class ClusterEngine(ArrayEngine):
    """Losses and gradients by the workers of a cluster; steps by the optimiser here.

    Args:
        objective, optimizer: what is minimised, and how.
        client: whose workers they are.
        few: some of the samples, as many as a worker computes with at once.
        asked: "auto" or "eager", for each worker.
        predicting: whether predictions are asked for.
        told: whether gradients are, in the `.grad` of the parameters.
    """

    def __init__(
        self,
        objective: Objective,
        optimizer: Optimizer,
        client: Any,
        few: Samples,
        asked: str,
        predicting: bool,
        told: bool = False,
    ) -> None:
        self.objective = objective
        self.optimizer = optimizer
        self.given = objective, optimizer, client, few, asked, predicting, told
        self.structure = structure_of(objective.model)
        self.penalties = objective.l1, objective.l2
        self.surroundings = Surroundings(objective.model, objective.loss)
        self.shared = SharedObjective(objective, client, few, asked, predicting)
        self.stepper: Stepper = OnValues(self.shared, optimizer)
        if not told and takes_arrays(optimizer):
            import numpy as np

            slots = np.zeros((len(optimizer.slot_names), len(self.shared.numbers)))
            self.stepper = OnArrays(self.shared, optimizer, slots)
        self.load()

    @property
    def description(self) -> str:
        """What the workers do."""
        return f"a cluster; on its workers {self.shared.description}"

    @property
    def reaches_all(self) -> bool:
        """Not known here."""
        return False

    def current(self) -> Engine:
        """Itself, or an engine for the model as it is now, which is sent to the workers anew."""
        objective = self.objective
        alike = (
            self.structure is not None
            and structure_of(objective.model) == self.structure
            and self.shared.works_with(objective.model.parameters())
            and self.penalties == (objective.l1, objective.l2)
            and not self.surroundings.changed()
        )
        return self if alike else ClusterEngine(*self.given)

    def steps(self, samples: Any, batches: Iterable[Any], *, together: bool = True) -> Iterator[LossAndPredictions]:
        """One step for each batch, reported before the next is taken."""
        for batch in batches:
            yield from self.stepper.steps(samples, [batch])

    def loss(self, samples: Any) -> LossAndPredictions:
        """The objective and the predictions; of samples in this process by itself."""
        if isinstance(samples, Samples):
            self.unload()
            return forward_loss(self.objective, samples)
        return self.shared.loss(self.shared.numbers, samples)
