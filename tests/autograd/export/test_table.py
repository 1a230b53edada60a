"""Every entry of the table, in every format, at the points at which its own accuracy is tested."""

import numpy as np
import pytest
from accuracy import ALL, points, reference_of

from autograd import ops
from autograd.arithmetic import Floats
from autograd.export.c_words import word_of
from autograd.export.dataflow import ELEMENTWISE, Dataflow, DataflowArithmetic, argument, as_tensor
from autograd.export.dialects import JAX, PYTORCH
from autograd.export.onnx_arithmetic import IN_ONNX
from exported import RUNNERS

#: Relative to the result. XLA's own functions have lost two digits there, and it takes subnormal numbers for 0.
ALLOWED = {"by_c": 1e-12, "by_onnx": 1e-12, "by_torch": 1e-12, "by_jax": 1e-11}
SMALLEST, LARGEST = 2.3e-308, 1.79e308
UNDERFLOW = 1e-307  # where exp is 0, some kernels give a number next to it


def normal(x):
    """Whether a number has all its digits, or is 0."""
    return abs(x) < LARGEST and (x == 0.0 or abs(x) > SMALLEST)


@pytest.fixture(scope="module")
def table():
    """The whole table as one function, its arguments, and what each result is for."""
    inputs, arguments, outputs, expected = [], [], {}, []
    for number, op in enumerate(ALL):
        width = op.arity or len(points(op, reference_of(op))[0])
        rows = [xs for xs in points(op, reference_of(op)) if len(xs) == width]
        values = [op.value(Floats, *xs) for xs in rows]
        partials = [op.partials(Floats, y, *xs) for y, xs in zip(values, rows, strict=True)]
        columns = [*map(list, zip(*rows, strict=True)), values]
        arrays = [argument(f"x{number}_{k}", (len(rows),)) for k in range(width + 1)]
        inputs += arrays
        arguments += map(np.array, columns)
        partials_there = op.partials(DataflowArithmetic, arrays[-1], *arrays[:-1])
        results = map(as_tensor, [op.value(DataflowArithmetic, *arrays[:-1]), *partials_there])
        for place, (result, wanted) in enumerate(zip(results, [values, *zip(*partials, strict=True)], strict=True)):
            outputs[f"y{number}_{place}"] = result if result.shape else result + 0.0 * arrays[-1]
            expected.append((op, rows, place, wanted))
    return Dataflow("table", tuple(inputs), outputs), arguments, expected


def comparable(op, xs, wanted):
    """Whether a result at this point is held to its last digits: it and what it is computed from are normal numbers."""
    if not all(map(normal, (*xs, wanted))):
        return False
    tiny = op.family is ops.POWER or op in (ops.GAUSSIAN, ops.SILU, ops.GELU)  # by way of what is subnormal
    return not tiny or abs(wanted) > 1e-290


@pytest.mark.parametrize("run", RUNNERS)
def test_every_entry_of_the_table_is_what_it_is_here(run, table):
    flow, arguments, expected = table
    found = run(flow)(*arguments)
    wrong = []
    for result, (op, rows, place, wanted) in zip(found, expected, strict=True):
        for y, xs, exact in zip(result.tolist(), rows, wanted, strict=True):
            size = abs(exact)
            if op in (ops.SIN, ops.COS, ops.TAN):
                size = max(size, 1.0)  # next to a zero, a kernel may have the digits of 1 and no more
            if op is ops.TAN and size > 1e6:
                continue  # the same, of the cosine
            if comparable(op, xs, exact) and not abs(y - exact) <= ALLOWED[run.__name__] * size + UNDERFLOW:
                wrong.append((op, place, xs, y, exact))
    assert not wrong, f"{len(wrong)} are wrong, such as {wrong[:5]}"


@pytest.mark.parametrize("words", [IN_ONNX, JAX.words, PYTORCH.words], ids=["onnx", "jax", "torch"])
def test_every_elementary_operation_has_a_word_in_every_format(words):
    assert set(words) == set(ELEMENTWISE)


def test_c_has_a_word_for_every_elementary_operation():
    asked = {kind: word_of(kind).format("a", "b", "c") for kind in ELEMENTWISE}
    assert asked["hypot"] == "hypot(a, b)" and asked["where"] == "(a != 0.0 ? b : c)"
