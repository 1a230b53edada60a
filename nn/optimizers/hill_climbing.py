"""Random hill climbing: what can be done without a derivative."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from autograd import DomainError, Value
from nn.basics.checks import check_positive
from nn.basics.randomness import generator, set_state, state_of
from nn.optimizers.base import LossNow, Optimizer


class RandomHillClimbing(Optimizer):
    """Step somewhere random; keep the step if the loss fell, and go back if it did not. Needs no derivative.

    Args:
        step_size: σ of the step, normally distributed, of each parameter; above 0.
        rng: a `random.Random`, a seed, or None for the module `random`. Its state is saved with the optimiser's.

    A place where the loss has no value (a `DomainError`, NaN) is one where it did not fall.

    >>> w = Value(1.0)
    >>> climbing = RandomHillClimbing(0.5, rng=1)
    >>> for _ in range(50):
    ...     climbing.step({"w": w}, lambda: w.data**2)
    >>> abs(w.data) < 0.05
    True
    """

    uses_gradient = False

    def __init__(self, step_size: float = 0.1, rng: random.Random | int | None = None) -> None:
        super().__init__()
        check_positive("step_size", step_size)
        self.step_size = step_size
        self.rng = generator(rng)

    def step(self, parameters: Mapping[str, Value], loss: LossNow | None = None) -> None:
        """Try one step.

        Raises:
            TypeError: if there is no loss to call.
        """
        if loss is None:
            raise TypeError("random hill climbing needs the loss: step(parameters, lambda: loss_of_the_model().data)")
        before = loss()
        old = {name: parameter.data for name, parameter in parameters.items()}
        better = False
        try:
            for parameter in parameters.values():
                parameter.data += self.rng.gauss(0.0, self.step_size)
            better = loss() < before
        except DomainError:
            pass  # no loss there: not a better place
        finally:  # however the loss ended, an interrupt included, no half-tried step stays
            if not better:
                for name, number in old.items():
                    parameters[name].data = number
        self.steps += 1

    def state_dict(self) -> dict[str, Any]:
        """The number of steps, and the state of the random numbers."""
        return {**super().state_dict(), "rng": state_of(self.rng)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a `state_dict`. If anything is wrong with it, nothing is changed.

        Raises:
            ValueError: saying what is wrong.
        """
        steps = self.checked_steps(state)
        set_state(self.rng, state["rng"])
        self.steps = steps

    def settings(self) -> dict[str, Any]:
        """What it was made with, but for the generator."""
        return {"step_size": self.step_size}

    def __repr__(self) -> str:
        return f"RandomHillClimbing(step_size={self.step_size!r})"
