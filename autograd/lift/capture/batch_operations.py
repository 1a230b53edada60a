"""The two operations that lead into and out of a batch: the samples' numbers as a row, and one of a row."""

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
