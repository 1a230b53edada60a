"""Whether outputs are probabilities, as a cross-entropy takes them: log 3 is a number, but no log-likelihood."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from autograd import Value, where
from autograd import sum as total
from autograd.recording import recording_here

ROUNDING = 1e-9  # beyond 0 and 1
SUM_ROUNDING = 1e-2  # of their sum, which leaves room for finite differences


class NoProbability(ValueError):
    """An output that is no probability, where the loss needs one."""


def check_probabilities(loss: str, rows: Any, sum_to_one: bool) -> None:
    """Make sure that predictions, a list or row of an array for each sample, are probabilities.

    Args:
        loss: its name.
        rows: the predictions, plain numbers.
        sum_to_one: whether those of a sample are of classes, one of which is true.

    Raises:
        NoProbability: naming the first that is none, and the repair.
    """
    if hasattr(rows, "min") and rows.size:
        off = abs(rows.sum(axis=1) - 1.0).max() if sum_to_one else 0.0
        if rows.min() >= -ROUNDING and rows.max() <= 1.0 + ROUNDING and off <= SUM_ROUNDING:
            return
    for place, row in enumerate(rows):
        of_sample = f" of sample {place}" if len(rows) > 1 else ""
        numbers = [float(number) for number in row]
        for number in numbers:
            if not -ROUNDING <= number <= 1.0 + ROUNDING:
                raise NoProbability(
                    f"{loss} takes probabilities, but an output{of_sample} is {number!r}.\n{repair(loss)}"
                )
        if sum_to_one and not abs(math.fsum(numbers) - 1.0) <= SUM_ROUNDING:
            raise NoProbability(
                f"{loss} takes the probabilities of classes, whose sum is 1, but the outputs{of_sample} sum to"
                f" {math.fsum(numbers):.6g}.\n{repair(loss)}"
            )


def repair(loss: str) -> str:
    """What to do about it."""
    activation = "softmax" if loss.startswith("categorical") else "sigmoid"
    return (
        f"Give the last layer the activation that makes them: output_activation={activation!r}; or leave the outputs as"
        f" they are and take the loss that contains it: {loss}_with_logits."
    )


def checked_probabilities(loss: str, prediction: Sequence[Any], sum_to_one: bool) -> Sequence[Any]:
    """One prediction, checked; while a function is recorded, when its numbers are not known, with the check inside.

    Raises:
        NoProbability: if its numbers are known, and are no probabilities.
    """
    recording = recording_here.get()
    if recording is None or not any(isinstance(p, Value) and not recording.is_constant(p) for p in prediction):
        check_probabilities(loss, [[p.data if isinstance(p, Value) else float(p) for p in prediction]], sum_to_one)
        return prediction
    # What is no probability becomes NaN there: it is not taken for a loss, however the program is run.
    inside = [where(p > 1.0 + ROUNDING, math.nan, where(p < -ROUNDING, math.nan, p)) for p in prediction]
    if sum_to_one:
        off = abs(total(inside) - 1.0) > SUM_ROUNDING
        inside = [where(off, math.nan, p) for p in inside]
    return inside
