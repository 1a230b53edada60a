"""The operations that lead into a batch and out of it: the samples' numbers as a row, and one of a row.

What leads in are the numbers themselves, one a sample, or a column of a table that is known by its place alone.
"""

from __future__ import annotations

from autograd.operation import Family, Operation

#: One operand a sample. Recorded with the first sample's number; no number can stand for all.
BATCH = Operation("batch", lambda m, *xs: xs[0], lambda m, y, *xs: (1.0,) + (0.0,) * (len(xs) - 1), arity=None)


def sample(number: int) -> Operation:
    """The number of one sample."""
    return Operation("sample", lambda m, x: x, lambda m, y, x: (1.0,), parameters={"number": number}, family=SAMPLE)


SAMPLE = Family("sample", sample, {"number": None}, kept=65536)


def sample_number(op: Operation | None) -> int:
    """Which sample an operation of that kind takes."""
    return int(op.parameters["number"]) if op is not None else 0


def column(table: int, number: int, count: int) -> Operation:
    """A column of a table: as many numbers as there are samples."""
    parameters = {"table": table, "number": number, "count": count}
    return Operation("column", lambda m: 0.0, lambda m, y: (), arity=0, parameters=parameters, family=COLUMN)


COLUMN = Family("column", column, {"table": None, "number": None, "count": None}, kept=65536)
