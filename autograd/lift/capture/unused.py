"""Operations that no result needs, but that may have no answer: the engine would say so, and so must a program.

`log(x)` of a negative number is an error where it stands, whatever becomes of it. A program computes what its results
need, and of the rest those operations that can fail.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from autograd import ops
from autograd.value import Value

#: Operations whose result is finite, or as Python's own, for any finite operands.
ALWAYS_FINITE = frozenset({
    ops.ADD, ops.SUBTRACT, ops.MULTIPLY, ops.NEGATIVE, ops.ABS, ops.MAXIMUM, ops.MINIMUM, ops.STEP, ops.GREATER,
    ops.WHERE, ops.SUM, ops.DETACH, ops.IDENTITY, ops.TANH, ops.SIGMOID, ops.RELU, ops.SIN, ops.COS, ops.ATAN,
})  # fmt: skip


def unused_that_may_fail(made: Sequence[Value], used: Container[int]) -> list[Value]:
    """Those of the recorded Values that are not used (their ids), and are made by an operation that can fail."""
    return [
        value
        for value in made
        if value._operation is not None and value._operation not in ALWAYS_FINITE and id(value) not in used
    ]
