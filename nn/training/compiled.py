"""The engine that trains with arrays: the objective, written for one sample with Values, compiled for a batch at once.

    program(X, Y, weights, share) = Σₖ weightₖ · lossₖ + share · penalty,  each lossₖ,  each prediction

has room for a fixed number of samples. A smaller batch repeats its first sample with the weight 0; a larger one is
taken in parts, whose gradients are added.

Parameters live in one array while it works, and go back into the Values when somebody looks (a callback, the end).
NumPy runs the first thousands of steps. Then the step is made into machine code, together with the optimiser's rule,
and many are taken in one call. When that happens depends on the number of steps alone, so results repeat bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeGuard

import autograd
from autograd import Value
from autograd.graph import topological_order
from nn.basics.fingerprint import fingerprint
from nn.optimizers.base import GradientOptimizer, Optimizer
from nn.training.eager import EagerEngine, LossAndPredictions, Objective
from nn.training.samples import Samples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

MOST_SAMPLES = 256  # that a program has room for
MOST_SCALARS = 2_000_000  # of all its samples together
MOST_SCALARS_AT_ONCE = 20_000_000  # computed before anything is reported, which takes a blink
MANY_STEPS = 4_000  # after which machine code is made, which takes as long as some thousands of them


class CompiledEngine(EagerEngine):
    """Losses and gradients from a compiled program; steps of the optimiser on arrays if its rule allows it.

    Attributes:
        names: of the parameters, in the order of the program.
        numbers: the parameters' numbers, in that order.
        slots: what the optimiser's rule remembers about them, a row for each of its slots.
        rule: the optimiser, if it has a rule that takes arrays.
        repeated: the step and the rule in machine code, once they are.

    Raises:
        TraceError: if the model does what a compiled function may not do.
    """

    def __init__(self, objective: Objective, optimizer: Optimizer, samples: Samples, batch_size: int | None) -> None:
        import numpy as np

        super().__init__(objective, optimizer)
        self.scalars = len(topological_order(objective.of_sample(samples.X[0], samples.encoded[0])[0]))
        self.room = self.room_for(samples, batch_size)
        compiled = autograd.jit(self.program)
        X, Y = (np.resize(numbers, (self.room, numbers.shape[1])) for numbers in samples.arrays)
        self.bound = compiled.bind(X, Y, np.full(self.room, 1.0 / self.room), 1.0, repeated=False)
        self.X, self.Y, self.sample_weights, self.share = np.split(
            self.bound.arguments, np.cumsum([X.size, Y.size, self.room])
        )
        self.X, self.Y = self.X.reshape(X.shape), self.Y.reshape(Y.shape)
        name_of = {id(parameter): name for name, parameter in self.parameters.items()}
        self.names = [name_of[id(parameter)] for parameter in self.bound.captured]
        self.rule = optimizer if len(self.names) == len(self.parameters) and has_array_rule(optimizer) else None
        self.description = "compiled: " + compiled.program.summary
        self.compiled = [objective.l1, objective.l2, *fingerprint(objective.model)]
        self.samples, self.batch_size = samples, batch_size
        self.use_arrays()
        self.load()

    def program(self, X: Any, Y: Any, weights: Any, share: Any) -> Any:
        """The objective, and the losses and predictions of all samples."""
        losses, outputs = autograd.vmap(self.objective.of_sample)(X, Y)
        total, penalty = autograd.dot(weights, losses), self.objective.penalty()
        return total + share * penalty if isinstance(penalty, Value) else total, losses, outputs

    def room_for(self, samples: Samples, batch_size: int | None) -> int:
        """For how many of these samples at once a program has room."""
        return max(1, min(MOST_SAMPLES, batch_size or len(samples), len(samples), MOST_SCALARS // self.scalars))

    def fits(self, samples: Samples, batch_size: int | None) -> bool:
        """Whether it can go on with other samples, and the model still has the same parameters."""
        X, Y = samples.arrays
        return (
            list(map(id, self.objective.model.parameters())) == list(map(id, self.parameters.values()))
            and self.is_current()
            and (X.shape[1], Y.shape[1]) == (self.X.shape[1], self.Y.shape[1])
            and self.room == self.room_for(samples, batch_size)
        )

    def is_current(self) -> bool:
        """Whether the model and the penalties are still those that were compiled."""
        return self.compiled == [self.objective.l1, self.objective.l2, *fingerprint(self.objective.model)]

    # ── Steps ───────────────────────────────────────────────────────────────────────────────────────────────

    def steps(
        self, samples: Samples, batches: Iterable[Sequence[int]], *, together: bool = True
    ) -> Iterator[LossAndPredictions]:
        """One step for each batch; after the first thousands in machine code, which takes many in one call."""
        supply = iter(batches)
        while block := list(islice(supply, self.steps_at_once() if together else 1)):
            done = 0
            if self.repeated is not None and max(map(len, block)) <= self.room:
                for result in self.many_steps(samples, block):
                    yield result
                    done += 1
            for indices in block[done:]:  # from a loss on that is not finite, if there was one
                yield self.step(samples, indices)

    def steps_at_once(self) -> int:
        """How many steps to take before anything is reported; and now is the time to make machine code, if ever."""
        together = max(1, MOST_SCALARS_AT_ONCE // (self.scalars * self.room))
        if self.optimizer.steps < MANY_STEPS:
            return min(together, MANY_STEPS - self.optimizer.steps)
        if self.repeated is None and not self.stays_with_arrays:
            self.use_machine_code()
        return together

    def step(self, samples: Samples, indices: Sequence[int]) -> LossAndPredictions:
        """One step; the loss before it and the predictions."""
        if self.rule is None:
            return super().step(samples, indices)
        import numpy as np

        from autograd.numpy_arithmetic import Arrays

        loss, predictions, gradient = self.gradient(samples, indices)
        rate, count = self.rule.rate(), float(self.rule.steps + 1)
        with np.errstate(all="ignore"):
            self.numbers[:], remembered = self.rule.rule(Arrays, self.numbers, gradient, tuple(self.slots), rate, count)
        for slot, numbers in zip(self.slots, remembered, strict=True):
            slot[:] = numbers
        self.rule.steps += 1
        return loss, predictions

    def many_steps(self, samples: Samples, batches: list[Sequence[int]]) -> Iterator[LossAndPredictions]:
        """Steps in one call of machine code; none from the first on whose loss is not finite."""
        import numpy as np

        assert self.rule is not None, "only a rule is made into machine code"
        before, rates = self.rule.steps, []
        order = np.empty((len(batches), self.room), dtype=np.int64)
        weights = np.zeros((len(batches), self.room))
        for row, weight, batch in zip(order, weights, batches, strict=True):
            row[: len(batch)], row[len(batch) :] = batch, batch[0]
            weight[: len(batch)] = 1.0 / len(batch)
            rates.append(self.rule.rate())
            self.rule.steps += 1
        tables = [*((numbers, order) for numbers in samples.arrays), (weights, np.arange(len(batches)))]
        results = self.repeated.run(np.array(rates), before, tables)
        finite = len(results) if math.isfinite(results[-1, 0]) else len(results) - 1
        self.rule.steps = before + finite
        for batch, result in zip(batches, results[:finite], strict=False):
            yield float(result[0]), result[1 + self.room :].reshape(self.room, -1)[: len(batch)]

    # ── One batch ───────────────────────────────────────────────────────────────────────────────────────────

    def gradient(self, samples: Samples, indices: Sequence[int]) -> tuple[float, Any, Array]:
        """The objective, the predictions, and the gradient in the order of `names`.

        Raises:
            NonFinite, DomainError: if the objective is not finite; from the eager engine, which finds out why.
        """
        import numpy as np

        loss, predictions, gradient = 0.0, [], None
        for count in self.parts(samples, indices):
            loss += self.bound.run()
            predictions.append(self.predictions(count))
            gradient = self.bound.gradient if gradient is None else gradient + self.bound.gradient
            if count < len(indices):
                gradient = gradient.copy()
        assert gradient is not None, "a batch has samples"
        if not math.isfinite(loss):
            self.unload()
            loss, found = self.objective.backward(samples.take(indices))
            return loss, found, np.array([self.parameters[name].grad for name in self.names])
        return loss, np.concatenate(predictions), gradient

    def backward(self, samples: Samples, indices: Sequence[int]) -> LossAndPredictions:
        """The objective and the predictions, and the gradients in the `.grad` of the parameters."""
        loss, predictions, gradient = self.gradient(samples, indices)
        self.objective.model.zero_grad()
        for parameter, slope in zip(self.bound.captured, gradient.tolist(), strict=True):
            parameter.grad = slope
        return loss, predictions

    def loss(self, samples: Samples, indices: Sequence[int] | None = None) -> LossAndPredictions:
        """The objective and the predictions, without gradients."""
        import numpy as np

        places = range(len(samples)) if indices is None else indices
        loss, predictions = 0.0, []
        for count in self.parts(samples, places):
            loss += self.bound.forward()
            predictions.append(self.predictions(count))
        if not math.isfinite(loss):
            self.unload()
            return super().loss(samples, indices)
        return loss, np.concatenate(predictions)

    def parts(self, samples: Samples, indices: Sequence[int]) -> Iterator[int]:
        """Put the samples in place, as many at a time as there is room for; the number of them."""
        self.bound.parameters[:] = self.numbers
        for start in range(0, len(indices), self.room):
            part = list(indices[start : start + self.room])
            count = len(part)
            part += part[:1] * (self.room - count)
            for numbers, place in zip(samples.arrays, (self.X, self.Y), strict=True):
                numbers.take(part, 0, place, "clip")
            self.sample_weights[:count] = 1.0 / len(indices)
            self.sample_weights[count:] = 0.0
            self.share[0] = 0.0 if start else 1.0  # the penalty counts once
            yield count

    def predictions(self, count: int) -> Array:
        """The predictions for the samples that were last run."""
        outputs: Array = self.bound.results[1 + self.room :].reshape(self.room, -1)[:count]
        return outputs

    # ── Where the numbers are ───────────────────────────────────────────────────────────────────────────────

    def use_arrays(self) -> None:
        """Let parameters, and what the optimiser remembers about them, live in arrays for NumPy."""
        import numpy as np

        self.repeated: Any = None
        self.stays_with_arrays = self.rule is None
        self.numbers = self.bound.parameters
        self.slots = np.zeros((len(self.rule.slot_names) if self.rule else 0, len(self.names)))

    def use_machine_code(self) -> None:
        """Compile the step together with the optimiser's rule, and let the numbers live in its memory."""
        assert self.rule is not None, "there is a rule to compile"
        self.settings = settings(self.rule)
        pieces = [
            (0, self.X.shape[1], self.room),
            (self.X.size, self.Y.shape[1], self.room),
            (self.X.size + self.Y.size, self.room, 1),
        ]
        self.share[0] = 1.0
        try:
            self.repeated = self.bound.repeated(self.rule.rule, len(self.slots), pieces)
        except (TypeError, ValueError, AttributeError):  # the rule asks for what this arithmetic does not have
            self.repeated = None
        if self.repeated is None:
            self.stays_with_arrays = True
        else:
            self.repeated.parameters[:], self.repeated.slots[:] = self.numbers, self.slots
            self.numbers, self.slots = self.repeated.parameters, self.repeated.slots

    def load(self) -> None:
        """Take the parameters' numbers, and what the optimiser remembers, from the Values and the optimiser."""
        import numpy as np

        if self.repeated is not None and settings(self.optimizer) != self.settings:  # part of the machine code
            self.use_arrays()
        self.numbers[:] = [parameter.data for parameter in self.bound.captured]
        if self.rule is not None and len(self.slots):
            nothing = (0.0,) * len(self.slots)
            self.slots[:] = np.array([self.rule.slots.get(name, nothing) for name in self.names]).T

    def unload(self) -> None:
        """Bring them back."""
        for parameter, number in zip(self.bound.captured, self.numbers.tolist(), strict=True):
            parameter.data = number
        if self.rule is not None and self.rule.steps:
            self.rule.slots.update(zip(self.names, map(tuple, self.slots.T.tolist()), strict=True))

    def remember(self) -> Callable[[], dict[str, float]]:
        """The present weights, to be asked for later; what the loss does not depend on does not move."""
        numbers = self.numbers.copy()
        others = {name: p.data for name, p in self.parameters.items()} if len(self.names) < len(self.parameters) else {}
        return lambda: {**others, **dict(zip(self.names, numbers.tolist(), strict=True))}


def settings(optimizer: Optimizer) -> dict[str, Any]:
    """What an optimiser's rule may depend on."""
    passing = {"steps", "slots", "learning_rate", "schedule"}
    return {name: setting for name, setting in vars(optimizer).items() if name not in passing}


def has_array_rule(optimizer: Optimizer) -> TypeGuard[GradientOptimizer]:
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
