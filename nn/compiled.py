"""The engine that trains with arrays: the objective, written for one sample with Values, compiled for a batch at once.

Parameters live in one array while it works, and go back into the Values when somebody looks (a callback, the end).

    program(X, Y, weights, share) = Σₖ weightₖ · lossₖ + share · penalty,  each lossₖ,  each prediction

has room for a fixed number of samples. A smaller batch repeats its first sample with the weight 0; a larger one is
taken in parts, whose gradients are added.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import autograd
from autograd import Value
from autograd.graph import topological_order
from nn.engine import EagerEngine, LossAndPredictions, Objective
from nn.optimizer import GradientOptimizer, Optimizer
from nn.samples import Samples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

MOST_SAMPLES = 256  # that a program has room for
MOST_SCALARS = 2_000_000  # of all its samples together
COMPARED = 2  # samples for which a compiled model is held against the eager one
TOLERANCE = 1e-9


def best_engine(objective: Objective, optimizer: Optimizer, samples: Samples, batch_size: int | None) -> EagerEngine:
    """The compiled engine if the model can be compiled, otherwise the eager one, which says why."""
    if find_spec("numpy") is None:
        return EagerEngine(objective, optimizer, "NumPy is not installed: pip install 'chalkgrad[jit]'")
    try:
        engine = CompiledEngine(objective, optimizer, samples, batch_size)
        difference = engine.difference(samples)
    except Exception as error:  # whatever it is: if it is wrong for Values, too, the eager engine will raise it
        first = str(error).partition("\n")[0]
        return EagerEngine(objective, optimizer, f"the model cannot be compiled: {type(error).__name__}: {first}")
    if not difference <= TOLERANCE:
        return EagerEngine(
            objective,
            optimizer,
            f"compiled, its gradients differ from backward()'s by {difference:.1g}; a model does that if it draws"
            " random numbers or counts its calls",
        )
    return engine


class CompiledEngine(EagerEngine):
    """Losses and gradients from a compiled program; steps of the optimiser on arrays if its rule allows it.

    Raises:
        TraceError: if the model does what a compiled function may not do.
    """

    def __init__(self, objective: Objective, optimizer: Optimizer, samples: Samples, batch_size: int | None) -> None:
        import numpy as np

        super().__init__(objective, optimizer)
        scalars = len(topological_order(objective.of_sample(samples.X[0], samples.encoded[0])[0]))
        self.room = max(1, min(MOST_SAMPLES, batch_size or len(samples), len(samples), MOST_SCALARS // scalars))
        compiled = autograd.jit(self.program)
        X, Y = (np.resize(numbers, (self.room, numbers.shape[1])) for numbers in samples.arrays)
        self.bound = compiled.bind(X, Y, np.full(self.room, 1.0 / self.room), 1.0)
        self.X, self.Y, self.sample_weights, self.share = np.split(
            self.bound.arguments, np.cumsum([X.size, Y.size, self.room])
        )
        self.X, self.Y = self.X.reshape(X.shape), self.Y.reshape(Y.shape)
        name_of = {id(parameter): name for name, parameter in self.parameters.items()}
        self.names = [name_of[id(parameter)] for parameter in self.bound.captured]
        self.slots: tuple[Array, ...] = ()
        self.on_arrays = len(self.names) == len(self.parameters) and has_array_rule(optimizer)
        self.description = "compiled: " + compiled.program.summary
        self.load()

    def program(self, X: Any, Y: Any, weights: Any, share: Any) -> Any:
        """The objective, and the losses and predictions of all samples."""
        losses, outputs = autograd.vmap(self.objective.of_sample)(X, Y)
        total, penalty = autograd.dot(weights, losses), self.objective.penalty()
        return total + share * penalty if isinstance(penalty, Value) else total, losses, outputs

    # ── One batch ───────────────────────────────────────────────────────────────────────────────────────────

    def step(self, samples: Samples, indices: Sequence[int]) -> LossAndPredictions:
        """One step; the loss before it and the predictions."""
        optimizer = self.optimizer
        if not (self.on_arrays and isinstance(optimizer, GradientOptimizer)):
            return super().step(samples, indices)
        import numpy as np

        from autograd.arithmetic import Arrays

        loss, predictions, gradient = self.gradient(samples, indices)
        rate, count = optimizer.rate(), float(optimizer.steps + 1)
        with np.errstate(all="ignore"):
            self.bound.parameters[:], self.slots = optimizer.rule(
                Arrays, self.bound.parameters, gradient, self.slots, rate, count
            )
        optimizer.steps += 1
        return loss, predictions

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

    def difference(self, samples: Samples) -> float:
        """By how much the compiled gradients of a few samples differ from those of the eager engine."""
        indices = range(min(COMPARED, len(samples)))
        loss, _, gradient = self.gradient(samples, indices)
        expected, _ = self.objective.backward(samples.take(indices))
        slopes = [parameter.grad for parameter in self.bound.captured]
        others = [p.grad for name, p in self.parameters.items() if name not in set(self.names)]
        pairs = [(loss, expected), *zip(gradient.tolist(), slopes, strict=True), *((0.0, slope) for slope in others)]
        return max(abs(a - b) / (1.0 + abs(b)) if a != b else 0.0 for a, b in pairs)

    # ── Where the numbers are ───────────────────────────────────────────────────────────────────────────────

    def load(self) -> None:
        """Take the parameters' numbers, and what the optimiser remembers, from the Values and the optimiser."""
        import numpy as np

        self.bound.parameters[:] = [parameter.data for parameter in self.bound.captured]
        if self.on_arrays and isinstance(self.optimizer, GradientOptimizer):
            nothing = (0.0,) * len(self.optimizer.slot_names)
            rows = [self.optimizer.slots.get(name, nothing) for name in self.names]
            self.slots = tuple(np.array(column) for column in zip(*rows, strict=True))

    def unload(self) -> None:
        """Bring them back."""
        import numpy as np

        for parameter, number in zip(self.bound.captured, self.bound.parameters.tolist(), strict=True):
            parameter.data = number
        if self.on_arrays and isinstance(self.optimizer, GradientOptimizer) and self.optimizer.steps:
            rows = np.reshape(self.slots, (-1, len(self.names))).T.tolist()
            self.optimizer.slots.update(zip(self.names, map(tuple, rows), strict=True))

    def remember(self) -> Callable[[], dict[str, float]]:
        """The present weights, to be asked for later; what the loss does not depend on does not move."""
        numbers = self.bound.parameters.copy()
        others = {name: p.data for name, p in self.parameters.items()} if len(self.names) < len(self.parameters) else {}
        return lambda: {**others, **dict(zip(self.names, numbers.tolist(), strict=True))}


def has_array_rule(optimizer: Optimizer) -> bool:
    """Whether the optimiser moves parameters by its rule alone, and the rule takes arrays."""
    if not isinstance(optimizer, GradientOptimizer) or type(optimizer).step is not GradientOptimizer.step:
        return False
    import numpy as np

    from autograd.arithmetic import Arrays

    numbers = np.array([0.5, 0.25])
    try:
        optimizer.rule(Arrays, numbers, numbers, (numbers,) * len(optimizer.slot_names), 0.1, 1.0)
    except (TypeError, ValueError):  # math.sqrt(array), if array > 0
        return False
    return True
