"""Random array programs, with operands in any layout, for tests that hold back ends against each other."""

import numpy as np

from autograd import ops
from autograd.lift.arrays.program import Map, MatrixProduct, Program, Reduce
from autograd.lift.capture.scalars import LARGEST

OPERATIONS = [
    ops.EXP, ops.TANH, ops.RELU, ops.SIGMOID, ops.SIN, ops.NEGATIVE, ops.SOFTPLUS, ops.ERF, ops.ABS, ops.STEP,
    ops.IDENTITY, ops.DETACH, ops.POWER(2.0), ops.ADD, ops.MULTIPLY, ops.SUBTRACT, ops.MAXIMUM, ops.MINIMUM, ops.HYPOT,
    ops.WHERE,
]  # fmt: skip
#: Those without kinks and detached operands.
SMOOTH = [ops.EXP, ops.TANH, ops.SIGMOID, ops.SIN, ops.SOFTPLUS, ops.ADD, ops.MULTIPLY, ops.SUBTRACT]
#: Those whose partials do not ask for their value, so that something else may be added to it.
ADDABLE = [ops.IDENTITY, ops.NEGATIVE, ops.MULTIPLY, ops.ADD, ops.SUBTRACT]
LENGTHS = [1, 1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 17, 20]


class RandomArrayProgram:
    """Instructions that read what was computed before, results set, added or subtracted; and a sum of the last ones.

    If it is to be smooth, its gradient is also that of central differences: nothing is detached, and nothing jumps.
    """

    def __init__(self, seed, smooth=False):
        self.smooth = smooth
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
        op = self.rng.choice(SMOOTH if self.smooth else OPERATIONS)
        several = [op]
        while several[-1] in ADDABLE and self.rng.random() < 0.5:
            several.append(self.rng.choice(ADDABLE))
        operands = [tuple(self.operand(shape) for _ in range(op.arity)) for op in several]
        out = self.new(shape)
        for number, (op, xs) in enumerate(zip(several, operands, strict=True)):
            self.instructions.append(Map(op, xs, out, self.mode() if number else "="))

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
        op = ops.TANH if self.smooth or self.rng.random() < 0.5 else ops.RELU
        self.instructions.append(Map(op, (out,), after if length % 2 else out - out.min() + after.min()))

    def reduce(self, shape):
        op = ops.SUM if self.smooth or self.rng.random() < 0.7 else LARGEST
        operands = [self.operand(shape) for _ in range(2)]
        out = self.new(shape[:2])
        self.instructions.append(Reduce(op, operands[0], out))
        if self.rng.random() < 0.4:
            self.instructions.append(Reduce(ops.SUM, operands[1], out, self.mode()))
