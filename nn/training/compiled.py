"""The engine that trains with a compiled objective.

The parameters' numbers live in one array while it works, and go back into the Values when somebody looks (a callback,
the end). NumPy takes the first thousands of steps, machine code those after them. When that happens depends on the
number of steps alone, so results repeat bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from nn.basics.nonfinite import check_moved
from nn.optimizers import Optimizer
from nn.training.compiled_objective import CompiledObjective
from nn.training.engine import Batch, Engine
from nn.training.machine_code_steps import first_stepper
from nn.training.objective import LossAndPredictions
from nn.training.samples import Samples

MOST_SCALARS_AT_ONCE = 20_000_000  # computed before anything is reported, which takes a blink
MANY_STEPS = 4_000  # after which machine code is made, which takes as long as some thousands of them


class CompiledEngine:
    """Losses and gradients from a compiled program; steps by whom they are fastest.

    Args:
        compiled: the program.
        again: makes an engine for what the model is then.

    Attributes:
        stepper: who takes the next steps.
    """

    def __init__(self, compiled: CompiledObjective, optimizer: Optimizer, again: Callable[[], Engine]) -> None:
        self.compiled = compiled
        self.optimizer = optimizer
        self.again = again
        self.description = "compiled: " + compiled.summary
        self.stepper = first_stepper(compiled, optimizer)
        self.load()

    def load(self) -> None:
        """Take the numbers, and what the optimiser remembers, from the Values and the optimiser."""
        self.stepper = self.stepper.load()

    def unload(self) -> None:
        """Bring them back."""
        self.stepper.unload()

    def current(self) -> Engine:
        """Itself, or an engine for the model as it is now."""
        return self if self.compiled.is_current() else self.again()

    def fits(self, optimizer: Optimizer, samples: Samples, batch_size: int | None) -> bool:
        """Whether it can go on with other samples."""
        return self.optimizer is optimizer and self.compiled.fits(samples, batch_size)

    def steps(
        self, samples: Samples, batches: Iterable[Batch], *, together: bool = True
    ) -> Iterator[LossAndPredictions]:
        """One step for each batch, as many together as take a blink."""
        supply = iter(batches)
        while block := list(islice(supply, self.steps_at_once() if together else 1)):
            yield from self.stepper.steps(samples, block)

    def steps_at_once(self) -> int:
        """How many steps to take before anything is reported; after many, by who is faster then."""
        at_once = max(1, MOST_SCALARS_AT_ONCE // (self.compiled.scalars * self.compiled.room))
        if self.optimizer.steps < MANY_STEPS:
            return min(at_once, MANY_STEPS - self.optimizer.steps)
        self.stepper = self.stepper.after_many()
        return at_once

    def loss(self, samples: Samples) -> LossAndPredictions:
        """The objective and the predictions."""
        return self.compiled.loss(self.stepper.numbers, samples)

    def check_moved(self) -> None:
        """Make sure that all numbers are finite."""
        if not self.stepper.finite():
            self.unload()
            numbers = {name: p.data for name, p in self.compiled.parameters.items()}
            check_moved(numbers, getattr(self.optimizer, "slots", {}))

    def remember(self) -> Callable[[], dict[str, float]]:
        """The present weights, to be asked for later; what the loss does not depend on does not move."""
        names, parameters = self.compiled.names, self.compiled.parameters
        numbers = self.stepper.numbers.copy()
        others = {name: p.data for name, p in parameters.items()} if len(names) < len(parameters) else {}
        return lambda: {**others, **dict(zip(names, numbers.tolist(), strict=True))}
