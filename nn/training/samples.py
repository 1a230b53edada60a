"""Samples and targets as the trainer takes them: lists of floats, checked before anything is trained."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nn.basics.rows import check_row, row_by_row
from nn.data.splits import take
from nn.losses import Loss


@dataclass(frozen=True)
class Samples:
    """Samples with their targets.

    Attributes:
        X: a list of floats for each sample.
        y: the targets as they were given.
        encoded: the targets as the loss's formula reads them.
    """

    X: list[list[float]]
    y: list[Any]
    encoded: list[list[float]]

    def __len__(self) -> int:
        return len(self.X)

    @cached_property
    def arrays(self) -> tuple[Any, Any]:
        """The samples and the encoded targets, each an array with a row for each sample. Needs NumPy."""
        import numpy as np

        X, Y = np.array(self.X, dtype=float), np.array(self.encoded, dtype=float)
        return X, Y

    def take(self, indices: Sequence[int]) -> Samples:
        """The samples at these positions."""
        return Samples(take(self.X, indices), take(self.y, indices), take(self.encoded, indices))


def check_samples(X: Any, name: str = "X", width: int | None = None) -> list[list[float]]:
    """Samples as lists of floats.

    Raises:
        ValueError: if there are none, one is not a list of numbers of the same length, or a number is not finite.
    """
    rows = row_by_row(X, name)
    if not rows:
        raise ValueError(f"{name} is empty: at least one sample is needed")
    samples = []
    for place, row in enumerate(rows):
        if isinstance(row, str) or not hasattr(row, "__len__"):
            raise ValueError(f"{name}[{place}] is {row!r}, but a sample is a list of numbers; a single input is [x]")
        check_row(row, f"{name}[{place}]", "a sample is a list of numbers")
        try:
            sample = [float(number) for number in row]
        except (TypeError, ValueError):
            raise ValueError(f"{name}[{place}] is {row!r}, which is not a list of numbers") from None
        width = len(sample) if width is None else width
        if len(sample) != width:
            raise ValueError(f"{name}[{place}] has {len(sample)} numbers, but others have {width}")
        for column, number in enumerate(sample):
            if not math.isfinite(number):
                raise ValueError(
                    f"{name}[{place}][{column}] is {number!r}; fill missing numbers in, or leave the sample out"
                )
        samples.append(sample)
    return samples


def check_targets(X: list[list[float]], y: Any, loss: Loss, n_outputs: int, name: str = "") -> Samples:
    """Samples with their targets, which the loss can take.

    Raises:
        ValueError: if there is not a target for each sample, or the loss cannot take one.
    """
    targets = row_by_row(y, f"{name}y")
    if len(targets) != len(X):
        raise ValueError(f"there are {len(X)} samples in {name}X, but {len(targets)} targets in {name}y")
    return Samples(X, targets, loss.encode_all(targets, n_outputs))
