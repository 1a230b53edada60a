"""The engine that takes each step with plain `backward()`. The numbers stay in the Values all the time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from autograd import Value
from nn.basics.nonfinite import check_moved
from nn.optimizers import Optimizer
from nn.training.engine import Engine
from nn.training.objective import LossAndPredictions, Objective
from nn.training.samples import Batch, Samples


class EagerEngine:
    """Plain `backward()` on the graph of each sample.

    Args:
        reason: why it is this one, in words.
        number_read: where the model reads a number, if it cannot be compiled for that.
    """

    reaches_all = False  # as far as is known

    def __init__(
        self, objective: Objective, optimizer: Optimizer, reason: str = "asked for", *, number_read: str = ""
    ) -> None:
        self.number_read = number_read
        self.objective = objective
        self.optimizer = optimizer
        self.description = f"eager: {reason}"

    @property
    def parameters(self) -> dict[str, Value]:
        """By name, as they are now: a callback may have replaced a layer, or the model one of its own."""
        return self.objective.model.named_parameters()

    def steps(
        self, samples: Samples, batches: Iterable[Batch], *, together: bool = True
    ) -> Iterator[LossAndPredictions]:
        """One step for each batch, reported before the next is taken."""
        for indices in batches:
            batch = samples.take(indices)
            loss, backward = partial(self.objective, batch), partial(self.objective.backward, batch)
            yield step_on_values(self.optimizer, self.parameters, loss, backward)

    def loss(self, samples: Samples) -> LossAndPredictions:
        """The objective and the predictions."""
        return self.objective(samples)

    def load(self) -> None:
        """Nothing: the numbers are used where people look for them."""

    def unload(self) -> None:
        """Nothing: they never left."""

    def current(self) -> Engine:
        """Itself: each graph is of the model as it is."""
        return self

    def check_moved(self) -> None:
        """Make sure that all numbers are finite."""
        check_moved({name: p.data for name, p in self.parameters.items()}, getattr(self.optimizer, "slots", {}))

    def remember(self) -> Callable[[], dict[str, float]]:
        """The present weights, to be asked for later as a `state_dict`."""
        state = self.objective.model.state_dict()
        return lambda: state


def step_on_values(
    optimizer: Optimizer,
    parameters: Mapping[str, Value],
    loss: Callable[[], LossAndPredictions],
    backward: Callable[[], LossAndPredictions],
) -> LossAndPredictions:
    """One step of an optimiser on Values; the loss before it (or the lowest tried) and the predictions.

    Args:
        loss: of the batch, with the numbers that the parameters have now.
        backward: the same, and leaves the gradients in the `.grad` of the parameters.
    """
    tried: list[LossAndPredictions] = []

    def closure() -> float:
        tried.append(loss())
        return tried[-1][0]

    if optimizer.uses_gradient:
        tried.append(backward())
    optimizer.step(parameters, closure)
    return tried[0] if optimizer.uses_gradient else min(tried, key=lambda one: one[0])
