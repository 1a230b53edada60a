"""Random array programs, operands in any layout: machine code gives the values and gradients of the NumPy machine."""

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from autograd import ops
from autograd.lift.arrays.program import Map, MatrixProduct, Program, Reduce
from autograd.lift.arrays.reverse import reverse
from autograd.lift.capture.simplify import LARGEST
from autograd.lift.llvm_backend.machine import LlvmMachine
from autograd.lift.numpy_backend.machine import NumpyMachine

UNARY = [ops.EXP, ops.TANH, ops.RELU, ops.SIGMOID, ops.SIN, ops.NEGATIVE, ops.SOFTPLUS, ops.ERF, ops.ABS]
BINARY = [ops.ADD, ops.MULTIPLY, ops.SUBTRACT, ops.MAXIMUM, ops.MINIMUM]
LENGTHS = [1, 1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 17, 20]


class RandomProgram:
    """Instructions that read what was computed shortly before, and a sum of what was computed last."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.inputs = self.used = int(self.rng.integers(5, 60))
        self.instructions = []
        for _ in range(self.rng.integers(2, 7)):
            shape = tuple(int(n) for n in self.rng.choice(LENGTHS, 3))
            if np.prod(shape) < 1500:
                self.rng.choice([self.map, self.product, self.reduce])(shape)
        last = np.arange(max(0, self.used - 200), self.used)
        squashed = self.new(last.shape)
        self.instructions.append(Map(ops.TANH, (last,), squashed))
        self.root = int(self.new((1,))[0])
        self.instructions.append(Reduce(ops.SUM, squashed[None], np.array([self.root])))
        self.program = Program(
            size=self.used, instructions=self.instructions, inputs=list(range(self.inputs)), roots=[self.root]
        )

    def new(self, shape):
        start, self.used = self.used, self.used + int(np.prod(shape))
        return np.arange(start, self.used).reshape(shape)

    def operand(self, shape):
        """Places of what there is: by rows, by columns, broadcast, or from anywhere."""
        blocks, rows, columns = shape
        layouts = [
            (blocks * rows * columns, lambda n: n.reshape(shape)),
            (blocks * rows * columns, lambda n: n.reshape(blocks, columns, rows).swapaxes(1, 2)),
            (rows * columns, lambda n: np.broadcast_to(n.reshape(1, rows, columns), shape)),
            (rows, lambda n: np.broadcast_to(n.reshape(1, rows, 1), shape)),
            (columns, lambda n: np.broadcast_to(n, shape)),
        ]
        choice = self.rng.integers(0, 6)
        if choice < 5 and layouts[choice][0] <= self.used:
            size, shaped = layouts[choice]
            return shaped(self.rng.integers(0, self.used - size + 1) + np.arange(size))
        return self.rng.integers(0, self.used, shape)

    def mode(self):
        return str(self.rng.choice(["+", "-"]))

    def map(self, shape):
        op = self.rng.choice([*UNARY, *BINARY])
        operands = tuple(self.operand(shape) for _ in range(op.arity))
        more = self.operand(shape)
        out = self.new(shape)
        self.instructions.append(Map(op, operands, out))
        if op is ops.MULTIPLY:  # whose partials do not ask for its value
            self.instructions.append(Map(ops.IDENTITY, (more,), out, self.mode()))

    def product(self, shape):
        blocks, rows, columns = shape
        length = int(self.rng.choice(LENGTHS))
        pairs = [(self.operand((blocks, rows, length)), self.operand((blocks, columns, length))) for _ in range(2)]
        out = self.new(shape)
        if self.rng.random() < 0.3:
            out = out.reshape(blocks, columns, rows).swapaxes(1, 2)
        self.instructions.append(MatrixProduct(*pairs[0], out))
        if self.rng.random() < 0.4:
            self.instructions.append(MatrixProduct(*pairs[1], out, self.mode()))
        after = self.new(shape)  # what reads it, in its order or another
        self.instructions.append(
            Map(self.rng.choice([ops.TANH, ops.RELU]), (out,), after if length % 2 else out - out.min() + after.min())
        )

    def reduce(self, shape):
        operand = self.operand(shape)
        op = LARGEST if self.rng.random() < 0.3 else ops.SUM
        self.instructions.append(Reduce(op, operand, self.new(shape[:2])))


@pytest.mark.parametrize("seed", range(30))
def test_random_array_programs(seed):
    made = RandomProgram(seed)
    back = reverse(made.program, np.arange(made.inputs))
    numbers = made.rng.uniform(-1.0, 1.0, made.program.size)
    found = []
    for machine in (NumpyMachine(made.program, back), LlvmMachine(made.program, back)):
        machine.values[:] = numbers
        with np.errstate(all="ignore"):
            machine.forward()
            machine.clear()
            machine.adjoints[made.root] += 1.0
            machine.backward()
        found.append((machine.values[made.root], machine.adjoints[: made.inputs].copy()))
    (value, slopes), (expected, expected_slopes) = found
    assert value == pytest.approx(expected, rel=1e-11, abs=1e-11)
    assert slopes == pytest.approx(expected_slopes, rel=1e-9, abs=1e-10 * (1.0 + abs(expected_slopes).max()))
