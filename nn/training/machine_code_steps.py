"""Steps in machine code: the program and the optimiser's rule are one, and many steps are taken in one call.

Machine code takes as long to make as some thousands of steps with NumPy, so those come first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from nn.optimizers import GradientOptimizer, Optimizer
from nn.training.array_steps import OnArrays, OnValues, Stepper, takes_arrays
from nn.training.compiled_objective import CompiledObjective
from nn.training.engine import Batch
from nn.training.objective import LossAndPredictions
from nn.training.samples import Samples


def first_stepper(compiled: CompiledObjective, optimizer: Optimizer) -> Stepper:
    """Who takes the first steps, with what is to be loaded."""
    if len(compiled.names) == len(compiled.parameters) and takes_arrays(optimizer):
        return OnArraysAtFirst(compiled, optimizer)
    return OnValues(compiled, optimizer)


class OnArraysAtFirst(OnArrays):
    """Steps on arrays, until there are so many that machine code pays."""

    def __init__(self, compiled: CompiledObjective, optimizer: GradientOptimizer) -> None:
        import numpy as np

        slots = np.zeros((len(optimizer.slot_names), len(compiled.names)))
        super().__init__(compiled, optimizer, compiled.numbers, slots)

    def after_many(self) -> OnArrays:
        """Machine code, or arrays for good."""
        machine = self.compiled.repeated(self.optimizer)
        if machine is None:
            return OnArrays(self.compiled, self.optimizer, self.numbers, self.slots)
        machine.parameters[:], machine.slots[:] = self.numbers, self.slots
        return InMachineCode(self.compiled, self.optimizer, machine)


class InMachineCode(OnArrays):
    """Steps by machine code, in whose memory the numbers live.

    Attributes:
        machine: what `CompiledObjective.repeated` made.
        settings: the optimiser's, which are part of the machine code.
    """

    def __init__(self, compiled: CompiledObjective, optimizer: GradientOptimizer, machine: Any) -> None:
        super().__init__(compiled, optimizer, machine.parameters, machine.slots)
        self.machine = machine
        self.settings = settings(optimizer)

    def load(self) -> OnArrays:
        """Take the numbers from the Values and the optimiser. With other settings it takes other machine code."""
        if settings(self.optimizer) != self.settings:
            return OnArraysAtFirst(self.compiled, self.optimizer).load()
        return super().load()

    def steps(self, samples: Samples, batches: Sequence[Batch]) -> Iterator[LossAndPredictions]:
        """One step for each batch, all in one call; by NumPy those that are too large for it or not finite."""
        done = 0
        if max(map(len, batches)) <= self.compiled.room:
            for found in self.many(samples, batches):
                yield found
                done += 1
        yield from super().steps(samples, batches[done:])

    def many(self, samples: Samples, batches: Sequence[Batch]) -> Iterator[LossAndPredictions]:
        """Steps in one call; none from the first on whose loss or gradient is not finite."""
        import numpy as np

        before, rates = self.optimizer.steps, []
        for _ in batches:
            rates.append(self.optimizer.rate())
            self.optimizer.steps += 1
        results = self.machine.run(np.array(rates), before, self.compiled.rows(samples, batches))
        self.optimizer.steps = before + len(results)
        for batch, result in zip(batches, results, strict=False):
            yield float(result[0]), self.compiled.predictions_in(result, len(batch))


def settings(optimizer: Optimizer) -> dict[str, Any]:
    """What an optimiser's rule may depend on."""
    passing = {"steps", "slots"}
    return {
        name: setting for name, setting in vars(optimizer).items() if name not in passing and not name.startswith("_")
    }
