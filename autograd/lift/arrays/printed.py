"""The array program as text, one line for each array operation: `h2[16×100] = relu(p[16×2] · x1[2×100] + p[16])`.

What is added to a result in place stands on its line, and an elementwise operation that is the only one to read a whole
result is written around it: this is what a compiler would fuse.
"""

from __future__ import annotations

from itertools import groupby

import numpy as np

from autograd import ops
from autograd.lift.arrays.listing import Listing, Statement, in_one, without_indices
from autograd.lift.arrays.program import Instruction, Map, MatrixProduct, Places, Program, Region
from autograd.lift.arrays.strides import broadcast, common_shape, strides_of
from autograd.operation import Operation
from autograd.symbols import Expression, symbol


def listing(program: Program, recordings: int = 1) -> Listing:
    """The statements of a program, and how much of the scalar program they are."""
    return Listing(named_statements(program), program.recorded, program.grouped / max(program.scalars, 1), recordings)


def named_statements(program: Program) -> list[Statement]:
    """One statement for each array operation, chains of elementwise ones as one."""
    kept = Printer(program, {}).statements()
    taken = {region.name[0] for region in program.regions if region.start <= max(program.inputs, default=0)}
    letter = next(letter for letter in "hzrstuv" if letter not in taken or letter == "v")
    return list(Printer(program, {number: f"{letter}{k}" for k, number in enumerate(kept, 1)}).statements().values())


#: Of so many matrices side by side the names are written, `query|key|value`; more of them are just "p".
MOST_BLOCKS = 4

#: For its notation: a dot between arrays, where a product of numbers has a star.
MATRIX_PRODUCT = Operation(
    "matrix_product", lambda m, a, b: a @ b, lambda m, y, a, b: (b, a), text="{} · {}", precedence=2
)


class Printer:
    """Writes each result's formula, and puts those that are read once and whole into their readers'."""

    def __init__(self, program: Program, names: dict[int, str]) -> None:
        self.program = program
        self.names = names  # of the regions that are not written into others
        self.starts = np.array([region.start for region in program.regions])
        self.readers: dict[int, int] = {}  # how often instructions read each region: x·x does so twice
        for instruction in program.instructions:
            for region in map(self.region, instruction.operands):
                self.readers[region] = self.readers.get(region, 0) + 1
        for root in program.roots:
            self.readers[self.region(np.array([root]))] = 2
        self.written: dict[int, Statement] = {}  # region → what computes it
        self.formulas: dict[int, Expression] = {}
        self.read: list[str] = []  # by the instruction at hand: regions, and the labels of parameters
        self.labels: list[str] = []
        self.scalars = 0  # of the statements that it is written around
        self.shape = ""  # of the last of them

    def statements(self) -> dict[int, Statement]:
        for instruction in self.program.instructions:
            self.visit(instruction)
        for number, statement in self.written.items():
            formula = self.formulas[number]
            statement.formula = str(formula)
            statement.operation = formula.operation.symbol if formula.operation else "="
        return self.written

    def region(self, places: Places) -> int:
        """The number of the region in which the first of these places lies."""
        return int(np.searchsorted(self.starts, places.flat[0], side="right")) - 1

    def visit(self, instruction: Instruction) -> None:
        out = self.region(instruction.out)
        shape = instruction.out.shape
        self.read, self.labels, self.scalars, self.shape = [], [], 0, ""
        if isinstance(instruction, Map):
            if any(strides_of(x) is None for x in instruction.operands):
                shape, _ = common_shape(instruction.out, list(instruction.operands))
            shown = [self.operand(x.reshape(shape), fuse=True) for x in instruction.operands]
            copies = instruction.op is ops.IDENTITY or instruction.op is ops.DETACH
            formula = shown[0] if copies else Expression(instruction.op, tuple(shown))
        elif isinstance(instruction, MatrixProduct):
            factors = (self.operand(instruction.left), self.operand(instruction.right.swapaxes(-1, -2)))
            formula = Expression(MATRIX_PRODUCT, factors)
        else:
            formula = Expression(instruction.op, (self.operand(instruction.operand),))
        if instruction.mode != "=" and out in self.written:
            plus = ops.ADD if instruction.mode == "+" else ops.SUBTRACT
            self.formulas[out] = Expression(plus, (self.formulas[out], formula))
        else:
            name = self.names.get(out, self.program.regions[out].name)
            self.written[out] = Statement(name, self.shape or self.size(shape), "", [], instruction.out.size)
            self.formulas[out] = formula
        statement = self.written[out]
        statement.operands = list(dict.fromkeys([*statement.operands, *self.read]))
        statement.parameters = list(dict.fromkeys([*statement.parameters, *self.labels]))
        statement.scalars += self.scalars

    def operand(self, places: Places, fuse: bool = False) -> Expression:
        """An operand: a number, an array with the shape that is read of it, or the formula of one to be fused."""
        if (places == places.flat[0]).all() and int(places.flat[0]) in self.program.constants:
            return symbol(f"{self.program.constants[int(places.flat[0])]:g}")
        number = self.region(places)
        region = self.program.regions[number]
        distinct = np.unique(places)
        whole = places.size == region.stop - region.start == len(distinct)
        if fuse and number in self.written and self.readers.get(number) == 1 and whole:
            statement = self.written.pop(number)
            self.read += statement.operands
            self.labels += statement.parameters
            self.scalars += statement.scalars
            self.shape = statement.shape
            return self.formulas[number]
        name = self.names.get(number) or self.name(region, distinct)
        self.read.append(name)
        step = strides_of(places)
        if step is None:
            return symbol(f"{name}[gathered {'×'.join(map(str, places.shape))}]")
        axes = [n for axis, n in enumerate(places.shape) if axis not in broadcast(places, step)]
        return symbol(name + self.size(tuple(axes)))

    def name(self, region: Region, places: Places) -> str:
        """The name of a region; of parameters, what their labels have in common."""
        labels = [self.program.labels.get(int(place), "") for place in places] if self.program.labels else [""]
        if not all(labels):
            return region.name
        blocks = [list(block) for _, block in groupby(labels, key=without_indices)]
        if len(blocks) > MOST_BLOCKS:
            self.labels.append(f"{len(labels):,} parameters")
            return region.name
        self.labels += [in_one(block, spans=True) for block in blocks]
        return "|".join(map(in_one, blocks))

    @staticmethod
    def size(shape: tuple[int, ...]) -> str:
        """A shape as it is written, without axes of length 1."""
        axes = [str(n) for n in shape if n > 1]
        return f"[{'×'.join(axes)}]" if axes else ""
