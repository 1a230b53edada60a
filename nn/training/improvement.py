"""What counts as an improvement: one rule, by which weights are kept and by which early stopping waits."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Improvement:
    """When a number is the best so far.

    Attributes:
        monitor: the column of the history that it is about.
        higher_is_better: whether larger is better.
        min_delta: by how much more than this it has to be better than the best before.

    >>> Improvement("loss").over(None, 2.0), Improvement("loss").over(2.0, 2.0), Improvement("loss").over(2.0, 1.9)
    (True, False, True)
    >>> Improvement("loss").over(None, math.nan), Improvement("accuracy", True, 0.1).over(0.8, 0.85)
    (False, False)
    """

    monitor: str
    higher_is_better: bool = False
    min_delta: float = 0.0

    def over(self, best: float | None, number: float) -> bool:
        """Whether the number improves on the best before, None if there was none. NaN never does."""
        if math.isnan(number) or best is None:
            return best is None and not math.isnan(number)
        sign = -1.0 if self.higher_is_better else 1.0
        return sign * number < sign * best - self.min_delta
