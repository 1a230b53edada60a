"""The outputs of a model for many samples at once, as plain numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

import autograd
from nn.basics.parameters import HasParameters
from nn.basics.rows import check_row, row_by_row
from nn.basics.stand_in import DIFFERENCE_ALLOWED, SAMPLES_COMPARED, changes_when_called

Rows = list[list[float]]
OfOneSample = Callable[[Sequence[Any]], Sequence[Any]]

WORTH_COMPILING = 200_000  # parameters times samples
ROWS_IN_PROGRAM = 256


def predictions(model: HasParameters, outputs: OfOneSample, X: Any) -> Rows:
    """The outputs for each sample: from a compiled program if there is much to compute, and it gives the same.

    Args:
        model: whose parameters `outputs` computes with.
        outputs: those for one sample.
        X: the samples, each a row.
    """
    rows, first = row_by_row(X), Rows()
    for place, row in enumerate(rows):
        check_row(row, f"X[{place}]", "a sample is a list of numbers")
    worth_it = len(rows) * len(model.parameters()) >= WORTH_COMPILING and find_spec("numpy") is not None
    some = rows[:SAMPLES_COMPARED]
    if worth_it and not changes_when_called(model, lambda: first.extend(one_by_one(outputs, some))):
        try:
            found = from_program(outputs, rows)
        except Exception:  # whatever it is: if it is wrong one by one, too, it will be raised below
            found = []
        if found and all(close(a, b) for a, b in zip(first, found, strict=False)):
            return found
    return first + one_by_one(outputs, rows[len(first) :])


def one_by_one(outputs: OfOneSample, rows: Sequence[Sequence[Any]]) -> Rows:
    """The outputs, from the graph of each sample."""
    return [[float(output) for output in outputs(row)] for row in rows]


def from_program(outputs: OfOneSample, rows: Sequence[Sequence[Any]]) -> Rows:
    """The outputs, from the program of one sample run for a few hundred at a time."""
    program = autograd.jit(autograd.vmap(outputs))
    found: Rows = []
    for start in range(0, len(rows), ROWS_IN_PROGRAM):
        part = [list(map(float, row)) for row in rows[start : start + ROWS_IN_PROGRAM]]
        count = len(part)
        part += part[:1] * (ROWS_IN_PROGRAM - count)  # so that all parts have the same shape
        found += [[float(output) for output in sample] for sample in program(part)[:count]]
    return found


def close(a: Sequence[float], b: Sequence[float]) -> bool:
    """Whether two rows are equal to rounding."""
    return len(a) == len(b) and all(
        abs(x - y) <= DIFFERENCE_ALLOWED * (1.0 + abs(y)) for x, y in zip(a, b, strict=True)
    )
