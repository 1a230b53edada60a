"""Which class a network's outputs stand for, which depends on the loss that it was trained with.

>>> decide([[0.1, 0.9], [0.7, 0.3]])
[1, 0]
>>> decide([[0.3], [-2.0]], "sign")
[1, -1]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from autograd.nesting import is_array
from nn.basics.rows import table_of_numbers

Outputs = Sequence[Sequence[float]]


def by_argmax(output: Sequence[float]) -> int:
    """The index of the largest of several outputs: scores or probabilities, one for each class."""
    if len(output) < 2:
        raise ValueError('argmax needs several outputs, and this is one; decide by "sign", "probability" or "logit"')
    numbers = list(output)
    return numbers.index(max(numbers))


@dataclass(frozen=True)
class Threshold:
    """One class for an output above a threshold, and another for the rest."""

    threshold: float
    above: int
    below: int

    def __call__(self, output: Sequence[float]) -> int:
        return self.above if single(output) > self.threshold else self.below


by_sign = Threshold(0.0, 1, -1)
"""1 for an output above 0, otherwise −1: the classes of the hinge loss."""

by_probability = Threshold(0.5, 1, 0)
"""1 for an output above ½, otherwise 0: the output is the probability of class 1."""

by_logit = Threshold(0.0, 1, 0)
"""1 for an output above 0, otherwise 0: the output is the logarithm of the odds of class 1."""


def single(output: Sequence[float]) -> float:
    """The only output."""
    if len(output) != 1:
        raise ValueError(f'this decision takes one output, not {len(output)}; decide by "argmax"')
    return output[0]


DECISIONS: dict[str, Callable[[Sequence[float]], int]] = {
    "argmax": by_argmax,
    "sign": by_sign,
    "probability": by_probability,
    "logit": by_logit,
}
"""From the outputs for one sample to a class."""


def decide(predictions: Outputs, decision: str = "argmax") -> list[int]:
    """The class of each prediction, by one of `DECISIONS`.

    Raises:
        ValueError: if there is no such decision, it does not fit the number of outputs, or an output is NaN.
    """
    found = decided(predictions, decision)
    classes: list[int] = found.tolist() if is_array(found) else found
    return classes


def decided(predictions: Outputs, decision: str) -> Any:
    """The same, as an array if the predictions are one."""
    if decision not in DECISIONS:
        raise ValueError(f"no decision is called {decision!r}; there are {', '.join(DECISIONS)}")
    table = table_of_numbers(predictions)
    decides = DECISIONS[decision]
    if table is None or not len(table):
        for position, output in enumerate(predictions):
            check_no_nan(position, output)
        return [decides(output) for output in predictions]
    if math.isnan(table.sum()):  # of one, or of ∞ − ∞
        for position, output in enumerate(table.tolist()):
            check_no_nan(position, output)
    decides(table[0].tolist())  # which says so if the number of outputs does not suit it
    if isinstance(decides, Threshold):
        return (table[:, 0] > decides.threshold) * (decides.above - decides.below) + decides.below
    return table.argmax(1)  # the first of equal ones


def check_no_nan(position: int, output: Sequence[float]) -> None:
    """Raise a ValueError if an output is NaN."""
    if any(map(math.isnan, output)):
        raise ValueError(f"prediction {position} is {list(output)}: NaN decides for no class")
