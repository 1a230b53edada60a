"""Operations that no result needs, but that may have no answer: the engine would say so, and so must a program.

`log(x)` of a negative number is an error where it stands, whatever becomes of it. A program computes what its results
need, and of the rest those operations that can fail.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from autograd import ops
from autograd.lift.capture.batch_operations import BATCH, SAMPLE
from autograd.recording import Recording
from autograd.value import Value

#: Operations whose result is finite, or as Python's own, for any finite operands.
ALWAYS_FINITE = frozenset({
    ops.ADD, ops.SUBTRACT, ops.MULTIPLY, ops.NEGATIVE, ops.ABS, ops.MAXIMUM, ops.MINIMUM, ops.STEP, ops.GREATER,
    ops.WHERE, ops.SUM, ops.DETACH, ops.IDENTITY, ops.TANH, ops.SIGMOID, ops.RELU, ops.SIN, ops.COS, ops.ATAN,
    ops.DOT, ops.MEAN, ops.LOGSUMEXP, BATCH,
})  # fmt: skip


def unused_that_may_fail(made: Sequence[Value], used: Container[int]) -> list[Value]:
    """Those of the recorded Values that are not used (their ids), and are made by an operation that can fail."""
    return [value for value in made if may_fail(value) and id(value) not in used]


def may_fail(value: Value) -> bool:
    """Whether a Value is made by an operation that can fail."""
    op = value._operation
    return op is not None and op not in ALWAYS_FINITE and op.family is not SAMPLE


def some_ask_the_data(made: Sequence[Value], recording: Recording) -> bool:
    """Whether an operation that can fail is computed from numbers of the arguments and constants alone.

    Whether those of a training do is known before it, whatever becomes of the parameters, which are captured.
    """
    captured: set[int] = set()  # what depends on a captured Value, so far as it was found

    def is_captured(value: Value) -> bool:
        is_leaf = value._operation is None and id(value) not in recording.constants
        return id(value) in captured or (is_leaf and id(value) not in recording.arguments)

    for value in made:
        if not may_fail(value):
            continue
        path, seen = [(value, iter(value.parents))], {id(value)}
        while path and not is_captured(path[-1][0]):
            below = next((x for x in path[-1][1] if id(x) not in seen), None)
            if below is None:
                path.pop()
            else:
                seen.add(id(below))
                path.append((below, iter(below.parents)))
        if not path:
            return True
        captured.update(id(node) for node, _ in path)
    return False
