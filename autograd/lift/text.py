"""The array program as text, one line for each array operation: `h2[16×100] = relu(p[16×2] · x1[2×100] + p[16])`.

What is added to a result in place stands on its line, and an elementwise operation that is the only one to read a whole
result is written around it: this is what a compiler would fuse.
"""

from __future__ import annotations

import numpy as np

from autograd import ops
from autograd.lift.layout import common_shape, steps
from autograd.lift.numpy_backend import broadcast
from autograd.lift.program import Array, Instruction, Map, Places, Product, Program
from autograd.lift.reverse import operands_of
from autograd.lift.simplify import LARGEST


def program_text(program: Program, recordings: int = 1) -> str:
    """The lines, after a line that says how much of the scalar program became arrays."""
    lines = statements(program)
    share = 100.0 * program.grouped / max(program.scalars, 1)
    head = (
        f"# {program.recorded} recorded scalars → {len(lines)} array operation{'s' * (len(lines) != 1)};"
        f" {share:.1f} % of what is computed, in groups; recorded {recordings} time{'s' * (recordings != 1)}"
    )
    return "\n".join([head, *lines])


def statements(program: Program) -> list[str]:
    """One line for each array operation, chains of elementwise ones written as one."""
    return Printer(program).lines()


class Printer:
    """Writes each result's formula, and puts those that are read once and whole into their readers'."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.starts = np.array([array.start for array in program.arrays])
        self.readers: dict[int, int] = {}  # how many instructions read each array
        for instruction in program.instructions:
            for array in {self.array(x) for x in operands_of(instruction)}:
                self.readers[array] = self.readers.get(array, 0) + 1
        for root in program.roots:
            self.readers[self.array(np.array([root]))] = 2
        self.formulas: dict[int, tuple[str, str]] = {}  # array → its shape and its formula
        self.is_sum: set[int] = set()

    def lines(self) -> list[str]:
        for instruction in self.program.instructions:
            self.visit(instruction)
        return [f"{self.program.arrays[k].name}{shape} = {text}" for k, (shape, text) in self.formulas.items()]

    def array(self, places: Places) -> int:
        """The number of the array in which the first of these places lies."""
        return int(np.searchsorted(self.starts, places.flat[0], side="right")) - 1

    def visit(self, instruction: Instruction) -> None:
        out = self.array(instruction.out)
        shape = instruction.out.shape
        if isinstance(instruction, Map):
            shape, _ = common_shape(instruction.out, list(instruction.operands))
            shown = [self.operand(x.reshape(shape), fuse=True) for x in instruction.operands]
            formula = written(instruction, shown)
        elif isinstance(instruction, Product):
            formula = f"{self.operand(instruction.left)} · {self.operand(instruction.right.swapaxes(-1, -2))}"
        else:
            name = "largest" if instruction.op is LARGEST else "sum"
            formula = f"{name}({self.operand(instruction.operand)})"
        if instruction.mode != "=" and out in self.formulas:
            kept, before = self.formulas[out]
            self.formulas[out] = kept, f"{before} {instruction.mode} {formula}"
            self.is_sum.add(out)
        else:
            self.formulas[out] = self.size(shape), formula

    def operand(self, places: Places, fuse: bool = False) -> str:
        """An operand: a number, an array with the shape that is read of it, or the formula of one to be fused."""
        if (places == places.flat[0]).all() and int(places.flat[0]) in self.program.constants:
            return f"{self.program.constants[int(places.flat[0])]:g}"
        number = self.array(places)
        array: Array = self.program.arrays[number]
        whole = places.size == array.stop - array.start and len(np.unique(places)) == places.size
        if fuse and number in self.formulas and self.readers.get(number) == 1 and whole:
            return "(" + self.formulas.pop(number)[1] + ")"
        step = steps(places)
        if step is None:
            return f"{array.name}[gathered {'×'.join(map(str, places.shape))}]"
        axes = [n for axis, n in enumerate(places.shape) if axis not in broadcast(places, step)]
        return array.name + self.size(tuple(axes))

    @staticmethod
    def size(shape: tuple[int, ...]) -> str:
        """A shape as it is written, without axes of length 1."""
        axes = [str(n) for n in shape if n > 1]
        return f"[{'×'.join(axes)}]" if axes else ""


def written(instruction: Map, operands: list[str]) -> str:
    """The formula of an elementwise operation, in the notation of the table."""
    op = instruction.op
    if op is ops.IDENTITY or op is ops.DETACH:
        text = operands[0]
        bare = text.startswith("(") and instruction.mode == "="
        return text[1:-1] if bare else text
    if op.precedence == 5:
        operands = [x[1:-1] if x.startswith("(") and x.endswith(")") and balanced(x[1:-1]) else x for x in operands]
    return op.text.format(*operands) if isinstance(op.text, str) else op.text(*operands)


def balanced(text: str) -> bool:
    """Whether every parenthesis that is closed was opened before."""
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return False
    return depth == 0
