"""Why a training came to numbers that are not finite: whether its steps were too long, which is the usual reason."""

from __future__ import annotations

from collections.abc import Mapping

from nn.optimizers import GradientOptimizer
from nn.training.state import TrainingState

GROWN = 1e3  # times, from which on losses or weights are taken to have run away


class Divergence:
    """Watches how the losses and the weights of a training grow.

    Args:
        state: as it is at the beginning.
    """

    def __init__(self, state: TrainingState) -> None:
        self.state = state
        self.steps = state.optimizer.steps
        self.began = state.engine.remember()
        self.first: float | None = None
        self.last = 0.0

    def note(self, loss: float) -> None:
        """After each step: the loss before it."""
        self.first = loss if self.first is None else self.first
        self.last = loss

    def explained(self, error: Exception) -> str:
        """The failure in one line: of a training that ran away with the learning rate, otherwise with the repair."""
        optimizer, before = self.state.optimizer, largest(self.began())
        weight = largest(self.state.engine.remember()())
        lines = [line for line in map(str.strip, str(error).splitlines()) if line]
        grown = weight > GROWN * (1.0 + before) or abs(self.last) > GROWN * (1.0 + abs(self.first or 0.0))
        if not (grown and optimizer.steps > self.steps and isinstance(optimizer, GradientOptimizer)):
            return " ".join(lines)
        losses = f"the loss went from {self.first:.4g} to {self.last:.4g}, " if self.first is not None else ""
        rate = optimizer.schedule(max(0, optimizer.steps - 1))
        return (
            f"{lines[0]} It diverged: {losses}the largest weight from {before:.3g} to {weight:.3g}. The learning"
            f" rate {rate:g} is too large for this model and data: try {rate / 10.0:g}, or scale the inputs"
        )


def largest(weights: Mapping[str, float]) -> float:
    """The size of the largest, NaN being larger than all."""
    return max((abs(w) if w == w else float("inf") for w in weights.values()), default=0.0)
