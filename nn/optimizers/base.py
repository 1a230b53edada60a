"""What every optimiser is: something that moves parameters, and can be saved and gone on with.

    optimizer.step(parameters, loss)

`parameters` are Values by name. Gradient descent and its relatives read each one's `.grad`; random hill climbing has
no use for it and calls `loss()`, the loss at the present parameters, to see whether a step was a good one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from autograd import Value
from autograd.arithmetic import Floats
from nn.basics.checks import check_positive
from nn.basics.forms import check_form, fields, whole
from nn.basics.nonfinite import check_gradients
from nn.schedules import Schedule, as_schedule

LossNow = Callable[[], float]
Slots = tuple[Any, ...]
MOST_STEPS = 2**53  # which floats count exactly
LARGEST_REMEMBERED = 1e300  # of which a step's quotients and sums are still finite


class Optimizer:
    """What moves parameters. `uses_gradient` says whether it reads their `.grad` or calls the loss.

    Attributes:
        steps: how many were taken.
    """

    uses_gradient = True

    def __init__(self) -> None:
        self.steps = 0

    def start_over(self) -> None:
        """Forget all steps: what is remembered belongs to one training."""
        self.steps = 0

    def settings(self) -> dict[str, Any]:
        """What it was made with."""
        return {}

    def step(self, parameters: Mapping[str, Value], loss: LossNow | None = None) -> None:
        """Move the parameters once.

        Args:
            parameters: by name; what is remembered about each is kept under its name.
            loss: the loss at the parameters' present numbers; only for methods without a gradient.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how it steps")

    def state_dict(self) -> dict[str, Any]:
        """All that is remembered between steps, fit for JSON and exact."""
        return {"optimizer": type(self).__name__, "steps": self.steps}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a `state_dict`. If anything is wrong with it, nothing is changed.

        Raises:
            ValueError: saying what is wrong.
        """
        self.steps = self.checked_steps(state)

    def checked_steps(self, state: Mapping[str, Any]) -> int:
        """The number of steps in a state of this kind of optimiser.

        Raises:
            ValueError: if it is that of another kind, or has no such number.
        """
        expected, found = set(self.state_dict()), set(state)
        if state.get("optimizer") != type(self).__name__:
            raise ValueError(f"the state is that of {state.get('optimizer')!r}, not of {type(self).__name__}")
        if expected != found:
            raise ValueError(f"the state of {type(self).__name__} has {sorted(expected)}, but this has {sorted(found)}")
        steps = state["steps"]
        check_form({"steps": steps}, fields(steps=whole(0, MOST_STEPS)))
        return int(steps)


class GradientOptimizer(Optimizer):
    """A method that moves each parameter by a rule of its gradient.

    Args:
        learning_rate: η, a number above 0 or a schedule (`nn.schedules`), a function of the number of steps taken.

    Attributes:
        slot_names: what is remembered about each parameter besides its number.
        squares: those of them that are never negative.
        slots: those numbers, by the parameter's name; 0.0 each before the first step.
    """

    slot_names: tuple[str, ...] = ()
    squares: tuple[str, ...] = ()

    def __init__(self, learning_rate: Any) -> None:
        super().__init__()
        self.learning_rate = learning_rate
        self.slots: dict[str, Slots] = {}
        self._moved: dict[str, Value] = {}

    @property
    def learning_rate(self) -> Any:
        """η, a number or a schedule. It may be set, and counts from the next step on."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: Any) -> None:
        if not callable(rate):
            check_positive("learning_rate", rate)
        self._learning_rate = rate
        self._schedule = as_schedule(rate)

    @property
    def schedule(self) -> Schedule:
        """The learning rate as a function of the number of steps taken."""
        return self._schedule

    def start_over(self) -> None:
        """Forget all steps, and what was remembered about the parameters."""
        self.steps = 0
        self.slots = {}
        self._moved = {}

    def rule(self, m: Any, p: Any, g: Any, slots: Slots, rate: Any, step: Any) -> tuple[Any, Slots]:
        """One parameter's next number and slots.

        Args:
            m: the arithmetic; numbers, arrays or anything else that it is of.
            p, g: parameter and gradient.
            slots: what was remembered, in the order of `slot_names`.
            rate: η of this step.
            step: 1.0 for the first step.
        """
        raise NotImplementedError(f"{type(self).__name__} has no rule")

    def rate(self) -> float:
        """The learning rate of the next step.

        Raises:
            ValueError: if the schedule gives one that is negative or not finite.
        """
        rate = self.schedule(self.steps)
        if not 0.0 <= rate < math.inf:
            raise ValueError(f"the learning rate at step {self.steps} is {rate!r}; a schedule gives finite numbers ≥ 0")
        return rate

    def step(self, parameters: Mapping[str, Value], loss: LossNow | None = None) -> None:
        """Move each parameter by the rule; the loss is not called. For another model it starts over.

        Raises:
            NonFinite: if a gradient is NaN or infinite. Nothing has moved then.
        """
        check_gradients(parameters)
        if self._moved and not any(self._moved.get(name) is p for name, p in parameters.items()):
            self.start_over()  # another model, whose parameters have perhaps the same names
        self._moved = dict(parameters)
        rate, count = self.rate(), float(self.steps + 1)
        unmoved: Slots = (0.0,) * len(self.slot_names)
        for name, parameter in parameters.items():
            remembered = self.slots.get(name, unmoved)
            parameter.data, self.slots[name] = self.rule(
                Floats, parameter.data, parameter.grad, remembered, rate, count
            )
        self.steps += 1

    def may_remember(self, slot: str, number: Any) -> bool:
        """Whether a number can be what is remembered in a slot: one with which the next step can be computed."""
        least = 0.0 if slot in self.squares else -LARGEST_REMEMBERED
        return isinstance(number, float) and least <= number <= LARGEST_REMEMBERED

    def state_dict(self) -> dict[str, Any]:
        """All that is remembered between steps, fit for JSON and exact."""
        return {**super().state_dict(), "slots": {name: list(slots) for name, slots in self.slots.items()}}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a `state_dict`. If anything is wrong with it, nothing is changed.

        Raises:
            ValueError: saying what is wrong.
        """
        steps = self.checked_steps(state)
        if not isinstance(state["slots"], Mapping):
            raise ValueError(f"slots are numbers by the parameter's name, not {state['slots']!r}")
        for name, slots in state["slots"].items():
            right = isinstance(slots, list | tuple) and len(slots) == len(self.slot_names)
            if not right or not all(map(self.may_remember, self.slot_names, slots)):
                wanted = ", ".join(self.slot_names) or "nothing"
                raise ValueError(f"parameter {name}: {type(self).__name__} remembers {wanted}, but this is {slots!r}")
        self.steps = steps
        self.slots = {name: tuple(slots) for name, slots in state["slots"].items()}
        self._moved = {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.settings().items())})"

    def settings(self) -> dict[str, Any]:
        """What it was made with."""
        return {"learning_rate": self.learning_rate}
