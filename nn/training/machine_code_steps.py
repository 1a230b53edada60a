"""Steps in machine code: the program and the optimiser's rule are one, and many steps are taken in one call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from nn.optimizers import GradientOptimizer, Optimizer
from nn.training.array_steps import OnArrays, OnValues, Stepper, takes_arrays
from nn.training.compiled_objective import CompiledObjective
from nn.training.objective import LossAndPredictions, Objective
from nn.training.objective_program import ObjectiveProgram
from nn.training.samples import Batch, Samples


def stepper_for(
    program: ObjectiveProgram, objective: Objective, optimizer: Optimizer, many: bool, threads: int = 1
) -> Stepper:
    """Who takes the steps of a training, with what is to be loaded.

    Args:
        threads: that share the blocks of a large batch, if it is machine code.
        many: whether there will be so many that machine code pays, which takes as long to make as thousands of them.
    """
    reaches_all = len(program.positions) == len(objective.model.parameters())
    if not (reaches_all and takes_arrays(optimizer)):
        return OnValues(CompiledObjective(program, objective, program.pattern.machine(repeated=False)), optimizer)
    loop = program.training_loop(optimizer, settings(optimizer)) if many else None
    if loop is not None:
        return InMachineCode(CompiledObjective(program, objective, loop), optimizer, threads)
    import numpy as np

    compiled = CompiledObjective(program, objective, program.pattern.machine(repeated=False))
    return OnArrays(compiled, optimizer, np.zeros((len(optimizer.slot_names), len(program.positions))))


class InMachineCode(OnArrays):
    """Steps by machine code, in whose memory the numbers live.

    Args:
        compiled: with a machine that `ObjectiveProgram.training_loop` made.
        threads: that share the blocks of a batch.

    Attributes:
        settings: the optimiser's, which are part of the machine code.
    """

    compiled: CompiledObjective

    def __init__(self, compiled: CompiledObjective, optimizer: GradientOptimizer, threads: int) -> None:
        super().__init__(compiled, optimizer, compiled.machine.slots)
        self.settings = settings(optimizer)
        self.threads = threads

    def load(self) -> OnArrays:
        """Take the numbers from the Values and the optimiser. With other settings it takes other machine code."""
        if settings(self.optimizer) != self.settings:
            other = stepper_for(self.compiled.program, self.compiled.objective, self.optimizer, True, self.threads)
            assert isinstance(other, OnArrays), "the rule is the same"
            return other.load()
        return super().load()

    def steps(self, samples: Samples, batches: Sequence[Batch]) -> Iterator[LossAndPredictions]:
        """One step for each batch, all in one call; one by one those that are too large for it or not finite."""
        done = 0
        if max(map(len, batches)) <= self.compiled.at_once:
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
        rows = self.compiled.rows(samples, batches)
        results = self.compiled.machine.run(np.array(rates), before, rows, self.threads)
        self.optimizer.steps = before + len(results)
        losses = results[:, 0].tolist()
        for batch, loss, result in zip(batches, losses, results, strict=False):
            yield loss, self.compiled.predictions_in(result, len(batch))


def settings(optimizer: Optimizer) -> dict[str, Any]:
    """What an optimiser's rule may depend on."""
    passing = {"steps", "slots"}
    return {
        name: setting for name, setting in vars(optimizer).items() if name not in passing and not name.startswith("_")
    }
