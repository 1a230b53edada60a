"""Learning-rate schedules: how far to step, as a function of the number of steps taken.

    schedule(step) → η, with step = 0 for the first

>>> [cosine(0.1, steps=4)(step) for step in (0, 2, 4)]
[0.1, 0.05, 0.0]
>>> warm_up(constant(0.4), steps=4)(0)
0.1
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nn.basics.checks import check_count, check_fraction, check_positive

Schedule = Callable[[int], float]


@dataclass(frozen=True)
class constant:
    """η = η₀."""

    rate: float

    def __post_init__(self) -> None:
        check_positive("rate", self.rate)

    def __call__(self, step: int) -> float:
        return self.rate


@dataclass(frozen=True)
class step_decay:
    """η = η₀·factorᵏ, k = ⌊step / every⌋: a fall at every so many steps.

    >>> [step_decay(0.1, factor=0.5, every=10)(step) for step in (9, 10, 20)]
    [0.1, 0.05, 0.025]
    """

    rate: float
    factor: float = 0.5
    every: int = 100

    def __post_init__(self) -> None:
        check_positive("rate", self.rate)
        check_fraction("factor", self.factor)
        check_count("every", self.every)

    def __call__(self, step: int) -> float:
        return self.rate * math.pow(self.factor, step // self.every)


@dataclass(frozen=True)
class exponential:
    """η = η₀·factorˢᵗᵉᵖ: smaller by the same factor at each step.

    >>> [exponential(0.1, factor=0.5)(step) for step in (0, 1, 2)]
    [0.1, 0.05, 0.025]
    """

    rate: float
    factor: float = 0.999

    def __post_init__(self) -> None:
        check_positive("rate", self.rate)
        check_fraction("factor", self.factor)

    def __call__(self, step: int) -> float:
        return self.rate * math.pow(self.factor, step)


@dataclass(frozen=True)
class cosine:
    """η = η₁ + ½(η₀ − η₁)(1 + cos(π·step/steps)), from η₀ down to η₁ = final within `steps`, and η₁ from then on.

    Loshchilov & Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts (2017), eq. 5, without restarts.
    """

    rate: float
    steps: int
    final: float = 0.0

    def __post_init__(self) -> None:
        check_positive("rate", self.rate)
        check_count("steps", self.steps)
        if not 0.0 <= self.final <= self.rate:
            raise ValueError(f"final is between 0 and the rate {self.rate!r}, but is {self.final!r}")

    def __call__(self, step: int) -> float:
        fallen = min(step / self.steps, 1.0)
        return self.final + 0.5 * (self.rate - self.final) * (1.0 + math.cos(math.pi * fallen))


@dataclass(frozen=True)
class warm_up:
    """η rises evenly to the schedule's over the first `steps`, and then is the schedule's, counted from there.

    Goyal et al., Accurate, Large Minibatch SGD (2017), section 2.2.
    """

    schedule: Schedule | float
    steps: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "schedule", as_schedule(self.schedule))
        check_count("steps", self.steps)

    def __call__(self, step: int) -> float:
        after: Schedule = self.schedule  # type: ignore[assignment]  # made one above
        return after(0) * (step + 1) / self.steps if step < self.steps else after(step - self.steps)


def as_schedule(rate: Any) -> Schedule:
    """A number as a constant schedule, a function of the step as it is.

    Raises:
        ValueError: for a number that is not above 0.
        TypeError: for what is neither.
    """
    if callable(rate):
        schedule: Schedule = rate
        return schedule
    return constant(rate)
