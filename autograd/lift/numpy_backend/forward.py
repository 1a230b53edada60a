"""The forward pass as NumPy calls: one or a few lines for each instruction of the program."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeGuard

import numpy as np

from autograd import ops
from autograd.lift.arrays.program import Instruction, Map, MatrixProduct, Places, Reduce
from autograd.lift.arrays.strides import common_shape
from autograd.lift.capture.scalars import LARGEST
from autograd.lift.numpy_backend.buffers import Lines
from autograd.lift.numpy_backend.formula import FormulaWriter
from autograd.symbols import ExpandedSymbols, expression, symbol


class Forward(Lines):
    """Writes the function `forward`."""

    def forward(self) -> None:
        self.lines.append("def forward():")
        self.write('"""values of all that is computed, from those of the inputs"""')
        first: Map | None = None  # a copy that the next instruction adds to: both in one, from the other end
        following = [*self.program.instructions, None][1:]
        for instruction, after in zip(self.program.instructions, following, strict=True):
            self.taken.clear()
            if first is not None:
                self.instruction(replace(instruction, mode="="))
                self.add_to(first, instruction.mode)
                first = None
            elif is_copy(instruction) and after is not None and same_result(instruction, after):
                first = instruction
            else:
                self.instruction(instruction)

    def instruction(self, instruction: Instruction) -> None:
        """The lines of one instruction."""
        if isinstance(instruction, Map):
            self.map(instruction)
        elif isinstance(instruction, MatrixProduct):
            self.product(instruction)
        else:
            self.reduce(instruction)

    def add_to(self, copy: Map, mode: str) -> None:
        """out = copied ± out."""
        shape, _ = common_shape(copy.out, list(copy.operands))
        out = self.view("values", copy.out.reshape(shape))
        copied = self.read(copy.operands[0].reshape(shape))
        self.write(f"{'add' if mode == '+' else 'subtract'}({copied}, {out}, {out})")

    def output(self, places: Places, mode: str) -> tuple[str, str]:
        """Where a result is computed: in place, or in a temporary that is then added. And the place itself."""
        out = self.view("values", places)
        assert out is not None, "results are neighbours"
        return (out if mode == "=" else self.temporary(places.shape)), out

    def add_up(self, mode: str, target: str, out: str) -> None:
        if mode != "=":
            self.write(f"{'add' if mode == '+' else 'subtract'}({out}, {target}, {out})")

    def map(self, instruction: Map) -> None:
        shape, _ = common_shape(instruction.out, list(instruction.operands))
        xs = {f"x{k}": self.read(places.reshape(shape)) for k, places in enumerate(instruction.operands)}
        if instruction.op is ops.IDENTITY or instruction.op is ops.DETACH:
            out = self.view("values", instruction.out.reshape(shape))
            if instruction.mode == "=":
                self.write(f"copyto({out}, {xs['x0']})")
            else:
                self.add_up(instruction.mode, xs["x0"], str(out))
            return
        target, out = self.output(instruction.out.reshape(shape), instruction.mode)
        formula = expression(instruction.op.value(ExpandedSymbols, *map(symbol, xs)))
        FormulaWriter(self, xs, shape).compute(formula, target)
        self.add_up(instruction.mode, target, out)

    def product(self, instruction: MatrixProduct) -> None:
        if are_dots(instruction):
            left, right = self.read(instruction.left[..., 0, :]), self.read(instruction.right[..., 0, :])
            both = self.temporary(instruction.left[..., 0, :].shape)
            self.write(f"multiply({left}, {right}, {both})")
            target, out = self.output(instruction.out[..., 0, 0], instruction.mode)
            self.write(f"sum_along({both}, -1, None, {target})")
        else:
            first = only_block(instruction)
            left = self.matrix(instruction.left[first])
            right = self.matrix(instruction.right[first])
            target, out = self.output(instruction.out[first], instruction.mode)
            self.multiply_matrices(left, self.transposed(right), target)
        self.add_up(instruction.mode, target, out)

    def multiply_matrices(self, left: str, right: str, out: str) -> None:
        """A matrix product; `dot` has less to decide than `matmul`, but takes only plain matrices."""
        array = self.namespace[out]
        self.write(f"{'dot' if array.ndim == 2 and array.flags.c_contiguous else 'matmul'}({left}, {right}, {out})")

    def transposed(self, name: str) -> str:
        key = ("transposed", name)
        if key not in self.views:
            self.views[key] = self.named("r", self.namespace[name].swapaxes(-1, -2))
        return self.views[key]

    def reduce(self, instruction: Reduce) -> None:
        operand = self.read(instruction.operand)
        target, out = self.output(instruction.out, instruction.mode)
        along = "largest_along" if instruction.op is LARGEST else "sum_along"
        self.write(f"{along}({operand}, -1, None, {target})")
        self.add_up(instruction.mode, target, out)


def is_copy(instruction: Instruction) -> TypeGuard[Map]:
    """Whether it copies numbers as they are."""
    return isinstance(instruction, Map) and instruction.op is ops.IDENTITY and instruction.mode == "="


def same_result(instruction: Instruction, after: Instruction) -> bool:
    """Whether the second adds to what the first has stored."""
    return after.mode != "=" and np.array_equal(instruction.out.ravel(), after.out.ravel())


def are_dots(product: MatrixProduct) -> bool:
    """Whether the matrices are single rows and columns, and there are many."""
    return product.out.shape[-2:] == (1, 1) and product.out.size > 1


def only_block(product: MatrixProduct) -> Any:
    """The index of the only matrix product, or of all."""
    blocks = product.out.ndim - 2
    return (0,) * blocks if np.prod(product.out.shape[:-2]) == 1 else slice(None)
