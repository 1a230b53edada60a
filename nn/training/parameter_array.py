"""The numbers of a model's parameters in one array, which rules of optimisers take at once, and back in the Values."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from operator import is_
from typing import TYPE_CHECKING, Any

from autograd import Value
from nn.training.objective import LossAndPredictions, Objective

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]


class ParameterArray:
    """Parameters of a model, and a memory for their numbers.

    Args:
        objective: whose model they are of.
        positions: which of all its parameters, in the order of the memory.
        numbers: the memory.

    Attributes:
        captured: those parameters, in this order.
        reaches_all: whether they are all.
    """

    def __init__(self, objective: Objective, positions: Sequence[int], numbers: FloatArray) -> None:
        parameters = objective.model.parameters()
        self.objective = objective
        self.positions = positions
        self.captured = [parameters[position] for position in positions]
        self.reaches_all = len(self.captured) == len(parameters)
        self.numbers = numbers

    @cached_property
    def parameters(self) -> dict[str, Value]:
        """All parameters of the model by name."""
        return self.objective.model.named_parameters()

    @cached_property
    def names(self) -> list[str]:
        """Of those captured."""
        names = list(self.parameters)
        return [names[position] for position in self.positions]

    def works_with(self, parameters: Sequence[Value]) -> bool:
        """Whether its numbers are those of these Values, all parameters of the model."""
        own = [parameters[position] for position in self.positions]
        return all(map(is_, own, self.captured))

    def from_values(self, numbers: FloatArray) -> None:
        """Take them from the Values."""
        numbers[:] = [parameter.data for parameter in self.captured]

    def to_values(self, numbers: FloatArray) -> None:
        """Bring them back to the Values."""
        for parameter, number in zip(self.captured, numbers.tolist(), strict=True):
            parameter.data = number

    # ── What is computed with them, in whatever way ─────────────────────────────────────────────────────────────

    def gradient(self, numbers: FloatArray, samples: Any, batch: Any) -> tuple[float, Any, FloatArray]:
        """The objective of a batch, the predictions, and the gradient in the order of `names`.

        Raises:
            NonFinite, DomainError: if the objective or its gradient is not finite.
        """
        raise NotImplementedError

    def loss(self, numbers: FloatArray, samples: Any, batch: Any = None) -> LossAndPredictions:
        """The objective and the predictions of a batch, or of all samples, without gradients."""
        raise NotImplementedError
