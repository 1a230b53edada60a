"""The program of an objective at work: with a memory, the numbers of one model, and one batch after the other.

A batch smaller than the program's room repeats its first sample with the weight 0; a larger one is taken in parts,
whose gradients are added.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nn.training.objective import LossAndPredictions, Objective
from nn.training.objective_program import ObjectiveProgram
from nn.training.parameter_array import ParameterArray
from nn.training.samples import Batch, Samples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]


class CompiledObjective(ParameterArray):
    """A program, and the memory in which it works.

    Args:
        program: of a model of this structure.
        objective: whose numbers it works with.
        machine: runs it.

    Attributes:
        at_once: how many samples there are at most in a step of machine code.
    """

    def __init__(self, program: ObjectiveProgram, objective: Objective, machine: Any) -> None:
        pattern = program.pattern
        first, last = pattern.places[0], pattern.places[-1] + 1
        super().__init__(objective, program.positions, machine.values[first:last])
        self.program = program
        self.machine = machine
        self.room = program.room
        self.at_once = program.room * program.blocks
        arguments = machine.values[pattern.start : pattern.start + pattern.arguments]
        self.X, self.Y, self.weights, self.share = (
            arguments[first : first + rows * width].reshape(rows, width) for first, width, rows in program.places
        )
        self.slopes: FloatArray = machine.adjoints[first:last]
        self.share[:] = 1.0

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
            self.machine.forward_and_backward()
            loss += float(self.machine.values[self.root])
            predictions.append(self.predictions(count))
            gradient = self.slopes if gradient is None else gradient + self.slopes
            if count < len(batch):
                gradient = gradient.copy()
        assert gradient is not None, "a batch has samples"
        if not (math.isfinite(loss) and np.isfinite(gradient).all()):
            self.to_values(numbers)
            loss, found = self.objective.backward(samples.take(batch))
            return loss, found, np.array([parameter.grad for parameter in self.captured])
        return loss, predictions[0] if len(predictions) == 1 else np.concatenate(predictions), gradient

    def loss(self, numbers: FloatArray, samples: Samples, batch: Batch | None = None) -> LossAndPredictions:
        """The objective and the predictions of a batch, or of all samples, without gradients."""
        import numpy as np

        loss, predictions = 0.0, []
        with np.errstate(all="ignore"):
            for count in self.parts(numbers, samples, batch):
                self.machine.forward()
                loss += float(self.machine.values[self.root])
                predictions.append(self.predictions(count))
        if not math.isfinite(loss):
            self.to_values(numbers)
            return self.objective(samples if batch is None else samples.take(batch))
        return loss, np.concatenate(predictions)

    def not_finite(self, samples: Samples) -> Iterator[Samples]:
        """Parts of the samples for which some number on the way is not finite."""
        import numpy as np

        start = 0
        for count in self.parts(self.numbers, samples, None):
            with np.errstate(all="ignore"):
                self.machine.forward()
            if not np.isfinite(self.machine.values).all():
                yield samples.take(range(start, start + count))
            start += count

    def parts(self, numbers: FloatArray, samples: Samples, batch: Batch | None) -> Iterator[int]:
        """Put the samples (None: all) in place, as many at a time as there is room for; the number of them."""
        if numbers is not self.numbers:
            self.numbers[:] = numbers
        total = len(samples) if batch is None else len(batch)
        weighted = 0
        for start in range(0, total, self.room):
            count = min(self.room, total - start)
            for table, place in zip(samples.arrays, (self.X, self.Y), strict=True):
                if batch is None:
                    place[:count] = table[start : start + count]
                else:
                    table.take(batch[start : start + count], 0, place[:count], "clip")
                place[count:] = place[0]
            if samples.weights is not None:
                part = slice(start, start + count)
                of_part = samples.weight_row[part if batch is None else batch[part]]
                self.weights[0, :count], self.weights[0, count:] = of_part / total, 0.0
            elif weighted != count:
                self.weights[0, :count], self.weights[0, count:] = 1.0 / total, 0.0
                weighted = count
            self.share[:] = 0.0 if start else 1.0  # the penalty counts once
            yield count
        self.share[:] = 1.0

    @cached_property
    def root(self) -> int:
        """Where the objective lies."""
        return int(self.program.pattern.roots[0])

    def predictions(self, count: int) -> FloatArray:
        """The predictions for the samples that were last run."""
        return self.predictions_in(self.machine.values[self.program.pattern.roots], count)

    def predictions_in(self, results: FloatArray, count: int) -> FloatArray:
        """The predictions for the first samples, among all results of a run of the program."""
        outputs = (len(self.program.pattern.roots) - 1) // self.room
        of_blocks = results[1:].reshape(-1, outputs, self.room)
        found: FloatArray = of_blocks.swapaxes(1, 2).reshape(-1, outputs)[:count]
        return found

    # ── Many batches ────────────────────────────────────────────────────────────────────────────────────────

    def rows(self, samples: Samples, batches: Sequence[Batch]) -> list[tuple[FloatArray, Any]]:
        """For each place that changes from batch to batch a table, and for each batch which rows of it go there."""
        import numpy as np

        lengths = np.array(list(map(len, batches)))[:, None]
        used = np.arange(self.at_once) < lengths
        order = np.empty(used.shape, dtype=np.int64)
        order[:] = [[batch[0]] for batch in batches]
        order[used] = np.concatenate(batches)
        weights = used / lengths
        if samples.weights is not None:
            weights *= samples.weight_row[order]
        blocks = self.program.blocks
        each = np.arange(blocks * len(batches))
        found = [*((table, order) for table in samples.arrays), (weights.reshape(-1, self.room), each)]
        if blocks > 1:
            found.append((np.eye(blocks, 1), each % blocks))  # the penalty counts in the first one
        return found
