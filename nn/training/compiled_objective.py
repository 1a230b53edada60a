"""The objective, written for one sample with Values, compiled for a batch at once.

    program(X, Y, weights, share) = Σₖ weightₖ · lossₖ + share · penalty,  each lossₖ,  each prediction

It has room for a fixed number of samples. A smaller batch repeats its first sample with the weight 0; a larger one is
taken in parts, whose gradients are added.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import autograd
from autograd import Value
from autograd.graph import topological_order
from autograd.surroundings import Surroundings
from nn.optimizers import GradientOptimizer
from nn.training.engine import Batch
from nn.training.objective import LossAndPredictions, Objective
from nn.training.samples import Samples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

MOST_SAMPLES = 256  # that a program has room for
MOST_SCALARS_OF_SAMPLES = 2_000_000  # of all of these together


class CompiledObjective:
    """A program for the objective and its gradient, and where in its memory the numbers go.

    Attributes:
        captured: the parameters that the loss depends on, in the order of the program.
        names: of these.
        parameters: all of the model, by name.
        numbers: the memory for the numbers of those captured.
        room: for how many samples.
        scalars: how many are computed for each.

    Raises:
        TraceError: if the model does what a compiled function may not do.
    """

    def __init__(self, objective: Objective, samples: Samples, batch_size: int | None) -> None:
        import numpy as np

        self.objective = objective
        self.parameters = objective.model.named_parameters()
        self.scalars = len(topological_order(objective.of_sample(samples.X[0], samples.encoded[0])[0]))
        self.room = self.room_for(samples, batch_size)
        compiled = autograd.jit(self.program)
        compiled.checks = False  # whoever chooses the engine compares it with `backward()`
        X, Y = (np.resize(numbers, (self.room, numbers.shape[1])) for numbers in samples.arrays)
        self.bound = compiled.bind(X, Y, np.full(self.room, 1.0 / self.room), 1.0, repeated=False)
        rows_and_widths = (X.shape, Y.shape, (1, self.room), (1, 1))
        firsts = accumulate((rows * width for rows, width in rows_and_widths), initial=0)
        self.places = [(first, width, rows) for first, (rows, width) in zip(firsts, rows_and_widths, strict=False)]
        self.X, self.Y, self.weights, self.share = (
            self.bound.arguments[first : first + rows * width].reshape(rows, width)
            for first, width, rows in self.places
        )
        self.numbers = self.bound.parameters
        self.captured = self.bound.captured
        name_of = {id(parameter): name for name, parameter in self.parameters.items()}
        self.names = [name_of[id(parameter)] for parameter in self.captured]
        self.summary = compiled.program.summary
        self.surroundings = Surroundings(objective.model, objective.loss)
        self.penalties = objective.l1, objective.l2

    def program(self, X: Any, Y: Any, weights: Any, share: Any) -> Any:
        """The objective, and the losses and predictions of all samples."""
        losses, outputs = autograd.vmap(self.objective.of_sample)(X, Y)
        total, penalty = autograd.dot(weights, losses), self.objective.penalty()
        return total + share * penalty if isinstance(penalty, Value) else total, losses, outputs

    def room_for(self, samples: Samples, batch_size: int | None) -> int:
        """For how many of these samples at once a program has room."""
        most = MOST_SCALARS_OF_SAMPLES // self.scalars
        return max(1, min(MOST_SAMPLES, batch_size or len(samples), len(samples), most))

    # ── Whether it still stands for the objective ───────────────────────────────────────────────────────────

    def is_current(self) -> bool:
        """Whether the model, the loss and the penalties are still those that were compiled."""
        return not self.surroundings.changed() and self.penalties == (self.objective.l1, self.objective.l2)

    def fits(self, samples: Samples, batch_size: int | None) -> bool:
        """Whether it can go on with other samples, and the model still has the same parameters."""
        X, Y = samples.arrays
        return (
            list(map(id, self.objective.model.parameters())) == list(map(id, self.parameters.values()))
            and self.is_current()
            and (X.shape[1], Y.shape[1]) == (self.X.shape[1], self.Y.shape[1])
            and self.room == self.room_for(samples, batch_size)
        )

    # ── The numbers of the parameters ───────────────────────────────────────────────────────────────────────

    def from_values(self, numbers: FloatArray) -> None:
        """Take them from the Values."""
        numbers[:] = [parameter.data for parameter in self.captured]

    def to_values(self, numbers: FloatArray) -> None:
        """Bring them back to the Values."""
        for parameter, number in zip(self.captured, numbers.tolist(), strict=True):
            parameter.data = number

    # ── One batch ───────────────────────────────────────────────────────────────────────────────────────────

    def gradient(self, numbers: FloatArray, samples: Samples, batch: Batch) -> tuple[float, Any, FloatArray]:
        """The objective, the predictions, and the gradient in the order of `names`.

        Raises:
            NonFinite, DomainError: if the objective or its gradient is not finite; from the eager one, which finds
                out why.
        """
        import numpy as np

        loss, predictions, gradient = 0.0, [], None
        for count in self.parts(numbers, samples, batch):
            loss += self.bound.run()
            predictions.append(self.predictions(count))
            gradient = self.bound.gradient if gradient is None else gradient + self.bound.gradient
            if count < len(batch):
                gradient = gradient.copy()
        assert gradient is not None, "a batch has samples"
        if not (math.isfinite(loss) and np.isfinite(gradient).all()):
            self.to_values(numbers)
            loss, found = self.objective.backward(samples.take(batch))
            return loss, found, np.array([self.parameters[name].grad for name in self.names])
        return loss, np.concatenate(predictions), gradient

    def loss(self, numbers: FloatArray, samples: Samples, batch: Batch | None = None) -> LossAndPredictions:
        """The objective and the predictions of a batch, or of all samples, without gradients."""
        import numpy as np

        loss, predictions = 0.0, []
        for count in self.parts(numbers, samples, range(len(samples)) if batch is None else batch):
            loss += self.bound.forward()
            predictions.append(self.predictions(count))
        if not math.isfinite(loss):
            self.to_values(numbers)
            return self.objective(samples if batch is None else samples.take(batch))
        return loss, np.concatenate(predictions)

    def parts(self, numbers: FloatArray, samples: Samples, batch: Batch) -> Iterator[int]:
        """Put the samples in place, as many at a time as there is room for; the number of them."""
        self.numbers[:] = numbers
        for start in range(0, len(batch), self.room):
            part = list(batch[start : start + self.room])
            count = len(part)
            part += part[:1] * (self.room - count)
            for table, place in zip(samples.arrays, (self.X, self.Y), strict=True):
                table.take(part, 0, place, "clip")
            self.weights[0, :count] = 1.0 / len(batch)
            self.weights[0, count:] = 0.0
            self.share[:] = 0.0 if start else 1.0  # the penalty counts once
            yield count

    def predictions(self, count: int) -> FloatArray:
        """The predictions for the samples that were last run."""
        return self.predictions_in(self.bound.results, count)

    def predictions_in(self, results: FloatArray, count: int) -> FloatArray:
        """The predictions for the first samples, among all results of a run of the program."""
        outputs: FloatArray = results[1 + self.room :].reshape(self.room, -1)[:count]
        return outputs

    # ── Many batches ────────────────────────────────────────────────────────────────────────────────────────

    def repeated(self, rule: GradientOptimizer) -> Any:
        """The program and an optimiser's rule as one piece of machine code; None where there is no such thing."""
        self.share[:] = 1.0
        try:
            return self.bound.training_loop(rule.rule, len(rule.slot_names), self.places[:3])
        except (TypeError, ValueError, AttributeError):  # the rule asks for what this arithmetic does not have
            return None

    def rows(self, samples: Samples, batches: Sequence[Batch]) -> list[tuple[FloatArray, Any]]:
        """For each place that changes from batch to batch a table, and for each batch which rows of it go there."""
        import numpy as np

        order = np.empty((len(batches), self.room), dtype=np.int64)
        weights = np.zeros((len(batches), self.room))
        for row, weight, batch in zip(order, weights, batches, strict=True):
            row[: len(batch)], row[len(batch) :] = batch, batch[0]
            weight[: len(batch)] = 1.0 / len(batch)
        return [*((table, order) for table in samples.arrays), (weights, np.arange(len(batches)))]
