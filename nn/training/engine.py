"""What an engine is: it computes losses and takes the optimiser's steps, in whatever way.

    numbers of the parameters  →  load  →  steps, loss  →  unload  →  numbers of the parameters

The Values of the model are where people look for the numbers. An engine may keep them elsewhere while it works: they
go in by `load`, at the beginning and after somebody had a look, and come out by `unload`, before that and at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from nn.training.objective import LossAndPredictions
from nn.training.samples import Batch, Samples


class Engine(Protocol):
    """What trains: eager, or compiled."""

    @property
    def description(self) -> str:
        """Which engine it is, and why, in words."""

    @property
    def reaches_all(self) -> bool:
        """Whether the loss is known to depend on every parameter."""

    def load(self) -> None:
        """Take the parameters' numbers, and what the optimiser remembers, from where people look for them."""

    def unload(self) -> None:
        """Bring them back."""

    def current(self) -> Engine:
        """Who goes on after others had a look at the model: another engine, if it was made for what the model was."""

    def steps(
        self, samples: Samples, batches: Iterable[Batch], *, together: bool = True
    ) -> Iterator[LossAndPredictions]:
        """One step for each batch; the loss before it (or the lowest tried) and the predictions.

        Args:
            together: whether several steps may be taken before the first is reported.

        Raises:
            NonFinite, DomainError: if the loss or a gradient is not finite; the step is not taken.
        """

    def loss(self, samples: Samples) -> LossAndPredictions:
        """The objective and the predictions, without a step. The penalties count."""

    def check_moved(self) -> None:
        """Make sure that the parameters, and what the optimiser remembers, are finite.

        Raises:
            NonFinite: naming the first parameter that is not.
        """

    def remember(self) -> Callable[[], dict[str, float]]:
        """The present weights, to be asked for later as a `state_dict`."""
