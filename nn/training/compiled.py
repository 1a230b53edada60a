"""The engine that trains with a compiled objective.

The parameters' numbers live in one array while it works, and go back into the Values when somebody looks (a callback,
the end). Whether NumPy takes the steps or machine code depends on their planned number alone, so results repeat bit for
bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from nn.basics.nonfinite import check_moved
from nn.optimizers import Optimizer
from nn.training.array_steps import Stepper
from nn.training.compiled_objective import CompiledObjective
from nn.training.engine import Engine
from nn.training.machine_code_steps import stepper_for
from nn.training.objective import LossAndPredictions, Objective
from nn.training.objective_program import ObjectiveProgram
from nn.training.samples import Batch, Samples

MOST_SCALARS_AT_ONCE = 20_000_000  # computed before anything is reported, which takes a blink
MANY_STEPS = 500  # from which on machine code pays, which takes as long to make as some hundreds of them


class ArrayEngine:
    """What engines have in common whose numbers live in an array while they work.

    Attributes:
        stepper: who takes the steps, with the array.
    """

    optimizer: Optimizer
    stepper: Stepper

    def load(self) -> None:
        """Take the numbers, and what the optimiser remembers, from the Values and the optimiser."""
        self.stepper = self.stepper.load()

    def unload(self) -> None:
        """Bring them back."""
        self.stepper.unload()

    def loss(self, samples: Samples) -> LossAndPredictions:
        """The objective and the predictions."""
        return self.stepper.compiled.loss(self.stepper.compiled.numbers, samples)

    def check_moved(self) -> None:
        """Make sure that all numbers are finite."""
        if not self.stepper.finite():
            self.unload()
            numbers = {name: p.data for name, p in self.stepper.compiled.parameters.items()}
            check_moved(numbers, getattr(self.optimizer, "slots", {}))

    def remember(self) -> Callable[[], dict[str, float]]:
        """The present weights, to be asked for later; what the loss does not depend on does not move."""
        compiled, numbers = self.stepper.compiled, self.stepper.compiled.numbers.copy()
        idle = {} if compiled.reaches_all else {name: p.data for name, p in compiled.parameters.items()}
        return lambda: {**idle, **dict(zip(compiled.names, numbers.tolist(), strict=True))}


class CompiledEngine(ArrayEngine):
    """Losses and gradients from a compiled program; steps by whom they are fastest.

    Args:
        program: of the objective's model.
        planned: how many steps there will be in the whole training.
        threads: that share the work of a large step.
        again: makes an engine for what the model is then.

    Attributes:
        answered: samples that have answers.
    """

    def __init__(
        self,
        program: ObjectiveProgram,
        objective: Objective,
        optimizer: Optimizer,
        planned: int,
        threads: int,
        again: Callable[[], Engine],
    ) -> None:
        self.program = program
        self.objective = objective
        self.optimizer = optimizer
        self.again = again
        self.answered: list[Samples] = []
        self.stepper: Stepper = stepper_for(program, objective, optimizer, planned >= MANY_STEPS, threads)
        self.load()

    @property
    def description(self) -> str:
        """What became of the scalars."""
        return "compiled: " + self.program.summary

    @property
    def compiled(self) -> CompiledObjective:
        """The program at work."""
        compiled = self.stepper.compiled
        assert isinstance(compiled, CompiledObjective), "as its steppers have"
        return compiled

    @property
    def reaches_all(self) -> bool:
        """Whether the loss depends on every parameter."""
        return self.compiled.reaches_all

    def current(self) -> Engine:
        """Itself, or an engine for the model as it is now, which may have other Values in the same places."""
        alike = self.program.stands_for(self.objective) and self.compiled.works_with(self.objective.model.parameters())
        return self if alike else self.again()

    def steps(
        self, samples: Samples, batches: Iterable[Batch], *, together: bool = True
    ) -> Iterator[LossAndPredictions]:
        """One step for each batch, as many together as take a blink."""
        supply = iter(batches)
        while block := list(islice(supply, self.steps_at_once() if together else 1)):
            yield from self.stepper.steps(samples, block)

    def steps_at_once(self) -> int:
        """How many steps to take before anything is reported."""
        return max(1, MOST_SCALARS_AT_ONCE // (self.program.scalars * self.compiled.at_once))

    def loss(self, samples: Samples) -> LossAndPredictions:
        """The objective and the predictions."""
        if not self.has_answers(samples):
            self.unload()
            return self.objective(samples)
        return super().loss(samples)

    def has_answers(self, samples: Samples) -> bool:
        """Whether the objective itself has one for each sample, as far as that is a matter of the data.

        Where a mask or a comparison hides what has none (`log(0)`, a row that is not there), neither the loss nor its
        gradient tells.
        """
        if not self.program.pattern.asks_the_data or any(samples is known for known in self.answered):
            return True
        checking = CompiledObjective(self.program, self.objective, self.program.pattern.machine(repeated=False))
        checking.from_values(checking.numbers)
        try:
            for part in checking.not_finite(samples):
                self.objective(part)  # which says what has no answer
        except Exception:  # whatever it is, it is raised where it is used
            return False
        self.answered = [*self.answered[-1:], samples]
        return True
