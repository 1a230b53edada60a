"""The outputs of a model for many samples at once, as plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.nesting import is_array
from nn.basics.forward import OfOneSample, Rows, forward_program, kept_program, one_by_one
from nn.basics.parameters import HasParameters
from nn.basics.rows import check_row, row_by_row, table_of_numbers
from nn.basics.stand_in import SAMPLES_COMPARED, changes_when_called

FEWEST_ROWS = 128  # as many samples take as long as recording one
WORTH_RECORDING = 20_000  # parameters times samples


def predictions(model: HasParameters, outputs: OfOneSample, X: Any) -> Rows:
    """The outputs for each sample: from the model's forward program, if there is one or recording it pays.

    Args:
        model: whose parameters `outputs` computes with.
        outputs: those for one sample.
        X: the samples, each a row.
    """
    rows = X if is_array(X) else row_by_row(X)
    table = table_of_numbers(rows)
    first: Rows = []
    if table is not None and len(table):
        program = kept_program(model, table.shape[1])
        if program is None and worth_recording(model, len(table)):
            some = table[:SAMPLES_COMPARED].tolist()

            def call() -> None:
                found = one_by_one(outputs, some)
                first.extend(found[len(first) :])

            if not changes_when_called(model, call):
                program = forward_program(model, outputs, table[[0, len(table) // 2, -1]].tolist())
        if program is not None:
            results, finite = program(table)
            found: Rows = results.tolist()
            for place in (~finite).nonzero()[0].tolist():  # the model itself raises, or gives what comes of it
                found[place] = one_by_one(outputs, [table[place].tolist()])[0]
            return found
    return first + one_by_one(outputs, in_order(row_by_row(rows))[len(first) :])


def worth_recording(model: HasParameters, count: int) -> bool:
    """Whether a program for so many samples takes less time than each by itself."""
    return count >= FEWEST_ROWS and count * len(model.parameters()) >= WORTH_RECORDING


def in_order(rows: Sequence[Any]) -> Sequence[Any]:
    """The rows, none of which is without order."""
    for place, row in enumerate(rows):
        check_row(row, f"X[{place}]", "a sample is a list of numbers")
    return rows
