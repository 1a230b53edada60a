"""A derivative beside its check, a table of them, and the error that shows it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple


class GradientError(AssertionError):
    """An analytic derivative and the finite differences disagree."""


class Comparison(NamedTuple):
    """One derivative of a check."""

    name: str
    analytic: float
    numeric: float
    verdict: str

    def badness(self) -> float:
        """The difference relative to the larger number; infinite if there is none to take."""
        difference = abs(self.analytic - self.numeric) / (max(abs(self.analytic), abs(self.numeric)) or 1.0)
        return difference if math.isfinite(difference) else math.inf


def comparison_table(rows: Sequence[Comparison]) -> str:
    """The rows in aligned columns."""
    lines = [("input", "analytic", "numeric", "difference", "verdict")]
    for name, analytic, numeric, verdict in rows:
        lines.append((name, f"{analytic:.9g}", f"{numeric:.9g}", f"{analytic - numeric:.2e}", verdict))
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
