"""Steps with a compiled objective: of any optimiser on the Values; of one whose rule takes arrays, on arrays.

Who takes them is known before the first:

    OnValues        the optimiser wants Values, or looks at its numbers
    OnArrays        its rule takes arrays
    InMachineCode   and becomes machine code, as there will be many steps

The last is in `machine_code_steps.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeGuard

from nn.optimizers import GradientOptimizer, Optimizer
from nn.training.eager import step_on_values
from nn.training.objective import LossAndPredictions
from nn.training.parameter_array import ParameterArray
from nn.training.samples import Batch, Samples

if TYPE_CHECKING:
    from nn.training.parameter_array import FloatArray


class Stepper(Protocol):
    """Takes steps. The numbers of the parameters, in its order, are those of `compiled`."""

    @property
    def compiled(self) -> ParameterArray:
        """Who computes losses and gradients."""

    def load(self) -> Stepper:
        """Take the numbers, and what the optimiser remembers, from the Values and the optimiser; who goes on."""

    def unload(self) -> None:
        """Bring them back."""

    def finite(self) -> bool:
        """Whether the numbers, and what the optimiser remembers, are finite; if in doubt, not."""

    def steps(self, samples: Samples, batches: Sequence[Batch]) -> Iterator[LossAndPredictions]:
        """One step for each batch; the loss before it and the predictions."""


class OnValues:
    """The optimiser moves the Values, after each of which the numbers are loaded anew."""

    def __init__(self, compiled: ParameterArray, optimizer: Optimizer) -> None:
        self.compiled = compiled
        self.optimizer = optimizer

    def load(self) -> OnValues:
        """Take the numbers from the Values."""
        self.compiled.from_values(self.compiled.numbers)
        return self

    def unload(self) -> None:
        """Nothing: they never left."""

    def finite(self) -> bool:
        """Not known: the optimiser has its own numbers."""
        return False

    def steps(self, samples: Samples, batches: Sequence[Batch]) -> Iterator[LossAndPredictions]:
        """One step for each batch."""
        for batch in batches:
            loss, backward = partial(self.loss, samples, batch), partial(self.backward, samples, batch)
            found = step_on_values(self.optimizer, self.compiled.parameters, loss, backward)
            self.load()
            yield found

    def loss(self, samples: Samples, batch: Batch) -> LossAndPredictions:
        """The loss with the numbers that the Values have now."""
        self.load()
        return self.compiled.loss(self.compiled.numbers, samples, batch)

    def backward(self, samples: Samples, batch: Batch) -> LossAndPredictions:
        """The loss, and the gradients in the `.grad` of the parameters."""
        loss, predictions, gradient = self.compiled.gradient(self.compiled.numbers, samples, batch)
        self.compiled.objective.model.zero_grad()
        for parameter, slope in zip(self.compiled.captured, gradient.tolist(), strict=True):
            parameter.grad = slope
        return loss, predictions


class OnArrays:
    """Parameters, and what the optimiser remembers about them, live in arrays, which its rule takes as it does floats.

    Attributes:
        slots: what is remembered, a row for each of the optimiser's slots.
    """

    def __init__(self, compiled: ParameterArray, optimizer: GradientOptimizer, slots: FloatArray) -> None:
        self.compiled = compiled
        self.optimizer = optimizer
        self.numbers = compiled.numbers
        self.slots = slots

    def load(self) -> OnArrays:
        """Take the numbers from the Values and the optimiser."""
        import numpy as np

        self.compiled.from_values(self.numbers)
        if not self.optimizer.slots:
            self.slots[:] = 0.0
        elif len(self.slots):
            nothing = (0.0,) * len(self.slots)
            self.slots[:] = np.array([self.optimizer.slots.get(name, nothing) for name in self.compiled.names]).T
        return self

    def unload(self) -> None:
        """Bring them back."""
        self.compiled.to_values(self.numbers)
        if self.optimizer.steps:
            remembered = zip(*self.slots.tolist(), strict=True) if len(self.slots) else [()] * len(self.numbers)
            self.optimizer.slots.update(zip(self.compiled.names, remembered, strict=True))

    def finite(self) -> bool:
        """Whether both arrays are."""
        import numpy as np

        return bool(np.isfinite(self.numbers).all() and np.isfinite(self.slots).all())

    def steps(self, samples: Samples, batches: Sequence[Batch]) -> Iterator[LossAndPredictions]:
        """One step for each batch."""
        for batch in batches:
            yield self.step(samples, batch)

    def step(self, samples: Samples, batch: Batch) -> LossAndPredictions:
        """One step; the loss before it and the predictions."""
        import numpy as np

        from autograd.numpy_arithmetic import Arrays

        loss, predictions, gradient = self.compiled.gradient(self.numbers, samples, batch)
        rule, rate, count = self.optimizer.rule, self.optimizer.rate(), float(self.optimizer.steps + 1)
        with np.errstate(all="ignore"):
            self.numbers[:], remembered = rule(Arrays, self.numbers, gradient, tuple(self.slots), rate, count)
        for slot, numbers in zip(self.slots, remembered, strict=True):
            slot[:] = numbers
        self.optimizer.steps += 1
        return loss, predictions


def takes_arrays(optimizer: Optimizer) -> TypeGuard[GradientOptimizer]:
    """Whether the optimiser moves parameters by its rule alone, and the rule takes arrays."""
    if not isinstance(optimizer, GradientOptimizer) or type(optimizer).step is not GradientOptimizer.step:
        return False
    import numpy as np

    from autograd.numpy_arithmetic import Arrays

    numbers = np.array([0.5, 0.25])
    try:
        optimizer.rule(Arrays, numbers, numbers, (numbers,) * len(optimizer.slot_names), 0.1, 1.0)
    except (TypeError, ValueError):  # math.sqrt(array), if array > 0
        return False
    return True
