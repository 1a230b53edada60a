"""Machine code: the numbers of the reference machine and of the scalar engine, for every shape of every instruction."""

import gc
import subprocess
import sys
import weakref
from functools import partial

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from autograd import dot, exp, jit, logsumexp, mean, softmax, tanh, value_and_grad
from autograd.lift.arrays.program import Map, MatrixProduct, Program
from autograd.lift.arrays.reference import ReferenceMachine
from autograd.lift.arrays.reverse import reverse
from autograd.lift.choose_backend import back_end, uses_machine_code
from autograd.lift.llvm_backend.machine import LlvmMachine
from autograd.ops import EXP, IDENTITY


@pytest.fixture(autouse=True)
def machine_code():
    token = back_end.set("llvm")
    yield
    back_end.reset(token)


def run(machine, values, root=None):
    """All numbers after a forward and a backward pass."""
    machine.values[:] = values
    machine.forward()
    if root is not None:
        machine.clear()
        machine.adjoints[root] += 1.0
        machine.backward()
    return machine.values.copy(), machine.adjoints.copy()


def matrices(start, blocks, rows, columns, turned):
    """The places of matrices, by rows or by columns, and where the next thing begins."""
    places = start + np.arange(blocks * rows * columns)
    shaped = places.reshape(blocks, columns, rows).swapaxes(1, 2) if turned else places.reshape(blocks, rows, columns)
    return shaped, start + places.size


@pytest.mark.parametrize("mode", ["=", "+", "-"])
@pytest.mark.parametrize("sizes", [(1, 4, 4, 8), (1, 3, 5, 11), (2, 16, 10, 35), (1, 1, 6, 9), (3, 6, 1, 9),
                                   (1, 17, 33, 4), (2, 7, 9, 1), (5, 1, 1, 7), (1, 2, 2, 2)])  # fmt: skip
def test_matrix_products_of_any_shape_and_order(sizes, mode):
    blocks, rows, columns, length = sizes
    for turned in np.ndindex(2, 2, 2):
        left, end = matrices(1, blocks, rows, length, turned[0])
        right, end = matrices(end, blocks, columns, length, turned[1])
        out, end = matrices(end, blocks, rows, columns, turned[2])
        program = Program(size=end, instructions=[MatrixProduct(left, right, out, mode)], roots=out.ravel().tolist())
        values = np.random.default_rng(0).normal(size=end)
        expected, _ = run(ReferenceMachine(program), values)
        found, _ = run(LlvmMachine(program), values)
        assert found == pytest.approx(expected, rel=1e-13, abs=1e-13), turned


@pytest.mark.parametrize("shape", [(1,), (2,), (7,), (8,), (9,), (3, 5), (5, 16), (2, 3, 9)])
def test_elements_are_read_from_anywhere(shape):
    count = int(np.prod(shape))
    out = 200 + np.arange(count).reshape(shape)
    scattered = np.random.default_rng(1).permutation(150)[:count].reshape(shape)
    for operand in (
        out - 200,
        scattered,
        np.broadcast_to(scattered[..., :1], shape),
        out[..., ::-1] - 200,
        2 * (out - 200),
    ):
        program = Program(size=400, instructions=[Map(EXP, (operand,), out)], roots=out.ravel().tolist())
        values = np.random.default_rng(0).normal(size=400)
        found, _ = run(LlvmMachine(program), values)
        assert np.allclose(found[out], np.exp(values[operand]), rtol=1e-15, atol=0.0)


def test_numbers_that_share_a_place_are_added():
    target = np.array([3, 1, 3, 3, 2, 1])
    program = Program(
        size=11,
        instructions=[
            Map(IDENTITY, (target,), np.arange(4, 10)),
            MatrixProduct(np.arange(4, 10)[None, None], np.array([[[0, 1, 2, 3, 3, 3]]]), np.array([[[10]]])),
        ],
        inputs=[0, 1, 2, 3],
        roots=[10],
    )
    values = np.arange(11.0)
    back = reverse(program, np.array([1, 2, 3]))
    (_, expected), (_, found) = (run(m(program, back), values, 10) for m in (ReferenceMachine, LlvmMachine))
    assert found[1:4] == pytest.approx(expected[1:4])


def attention(w, x):
    """One head over a few positions, each looking at those before it."""
    q = [[dot(row, token) for row in w] for token in x]
    out = []
    for t in range(len(x)):
        a = softmax([dot(q[t], x[s]) for s in range(t + 1)])
        out += [tanh(sum(a[s] * x[s][i] for s in range(t + 1))) for i in range(len(w))]
    return logsumexp(out) + mean([exp(-y * y) for y in out])


def test_attention_with_its_ragged_sums():
    rng = np.random.default_rng(0)
    w, x = rng.normal(size=(4, 4)), rng.normal(size=(5, 4))
    compiled = jit(value_and_grad(attention, (0, 1)))
    found, slopes = compiled(w, x)
    assert isinstance(next(iter(compiled.latest.machines.values())), LlvmMachine)
    value, expected = value_and_grad(attention, (0, 1))(w, x)
    assert found == pytest.approx(value, rel=1e-13)
    for a, b in zip(slopes, expected, strict=True):
        assert a == pytest.approx(b, rel=1e-11, abs=1e-14)


def test_results_are_the_same_from_run_to_run():
    rng = np.random.default_rng(0)
    w, x = rng.normal(size=(4, 4)), rng.normal(size=(5, 4))
    runs = [jit(value_and_grad(attention))(w, x) for _ in range(2)]
    assert runs[0][0] == runs[1][0] and (runs[0][1] == runs[1][1]).all()


def test_not_a_number_comes_through():
    f = jit(lambda xs: [tanh(x) for x in xs] + [sum(xs)])
    program_of = partial(f, [0.5, 1.0, 2.0])
    program_of()
    machine = LlvmMachine(f.latest.program)
    machine.values[f.latest.places] = [np.nan, 1.0, np.inf]
    machine.forward()
    found = machine.values[f.latest.program.roots]
    assert np.isnan(found[[0, 3]]).all() and found[2] == 1.0


def test_the_choice_is_made_from_counts():
    back_end.set("auto")
    matrix = np.arange(6).reshape(1, 2, 3)
    small = MatrixProduct(matrix, matrix, np.arange(6, 10).reshape(1, 2, 2))
    assert uses_machine_code(Program(size=10, instructions=[small]))
    wide = np.arange(1 << 18).reshape(1, 512, 512)
    assert not uses_machine_code(Program(size=1 << 20, instructions=[MatrixProduct(wide, wide, wide)]))
    assert not uses_machine_code(Program(size=10, instructions=[small] * 2000))
    assert not uses_machine_code(Program(size=10, instructions=[small]), repeated=False)
    back_end.set("llvm")
    assert uses_machine_code(Program(size=10, instructions=[small] * 2000))
    back_end.set("numpy")
    assert not uses_machine_code(Program(size=10, instructions=[small]))


def test_without_llvmlite_it_is_numpy():
    code = (
        "import sys; sys.modules['llvmlite'] = None\n"
        "from autograd import jit, value_and_grad\n"
        "step = jit(value_and_grad(lambda w: w * w)).bind(3.0)\n"
        "print(step.run(), step.gradient, type(step.machine).__module__)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["9.0", "[6.]", "autograd.lift.numpy_backend.machine"]


def test_programs_that_nobody_needs_any_more_are_freed():
    def compile_one():
        out = np.arange(4, 8)
        machine = LlvmMachine(Program(size=8, instructions=[Map(EXP, (out - 4,), out)], roots=out.tolist()))
        machine.forward()
        return weakref.ref(machine.code.module)

    codes = [compile_one() for _ in range(3)]
    gc.collect()
    assert all(code() is None for code in codes)


def test_a_run_is_forward_and_backward():
    f = jit(value_and_grad(lambda xs: tanh(xs[0] * xs[1]) + exp(xs[2])))
    f([0.5, 1.0, 2.0])
    program, places = f.latest.program, f.latest.places
    one, other = (LlvmMachine(program, reverse(program, places)) for _ in range(2))
    numbers = one.values.copy()
    numbers[places] = [0.3, -0.7, 1.1]
    values, adjoints = run(one, numbers, program.roots[0])
    other.values[:] = numbers
    for _ in range(2):
        other.forward_and_backward()
        assert other.values[program.roots[0]] == values[program.roots[0]]
        assert (other.adjoints[places] == adjoints[places]).all()
