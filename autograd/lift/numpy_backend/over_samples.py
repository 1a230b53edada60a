"""The forward pass of one sample's program for many samples at once.

What depends on the sample is a row of a table, with a column for each sample; what does not (the parameters, and what
is computed of them alone) is computed once for all. So a layer of one sample, weights times a column of inputs, is one
matrix product for a block of samples, whatever their number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from autograd import ops
from autograd.lift.arrays.depending import depending
from autograd.lift.arrays.program import FloatArray, Instruction, Map, MatrixProduct, Places, Program, Reduce
from autograd.lift.arrays.reference import result_of
from autograd.lift.arrays.strides import strides_of
from autograd.lift.capture.scalars import LARGEST
from autograd.numpy_arithmetic import Arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

IN_CACHE = 1 << 16  # numbers of a table, so that it stays there
IN_MEMORY = 1 << 24  # numbers of a table that has left the cache
FEWEST_SAMPLES, MOST_SAMPLES = 128, 4096  # in a block, so that a step takes longer than to say so


class OverSamples:
    """A program's forward pass, for a block of samples at a time.

    Args:
        program: of one sample.
        given: the places of the sample's numbers.

    Attributes:
        values: the numbers that no sample has a part in; set those of the parameters before `share`.
        at_once: the number of samples in a block.
    """

    def __init__(self, program: Program, given: Places) -> None:
        self.program = program
        self.values = np.zeros(program.size)
        self.values[list(program.constants)] = list(program.constants.values())
        depends = self.depends = depending(program, given)
        self.each = [instruction for instruction in program.instructions if depends[instruction.out].any()]
        self.once = [instruction for instruction in program.instructions if not depends[instruction.out].any()]
        self.roots = np.array(program.roots, dtype=np.intp)
        self.rows = self.rows_of(depends, given)
        self.copied = np.flatnonzero((self.rows >= 0) & ~depends)  # places that are read beside those that depend
        self.given = self.rows[given]
        self.height = int(self.rows.max()) + 1
        self.shared_are_finite = True
        self.at_once = max(1, min(max(FEWEST_SAMPLES, IN_CACHE // self.height), MOST_SAMPLES, IN_MEMORY // self.height))

    def rows_of(self, depends: NDArray[np.bool_], given: Places) -> Places:
        """For each place its row in the table, or −1 if it needs none; in the order of the places."""
        needed = np.zeros(self.program.size, dtype=bool)
        needed[given] = True
        needed[self.roots] = True
        for instruction in self.each:
            needed[instruction.out] = True
            for places in instruction.operands:
                if depends[places].any():
                    needed[places] = True
        rows: Places = np.where(needed, np.cumsum(needed) - 1, -1)
        return rows

    def share(self) -> None:
        """Compute what all samples have in common, once the parameters are set."""
        with np.errstate(all="ignore"):
            for instruction in self.once:
                put(instruction, self.values[instruction.out], result_of(instruction, self.values), self.values)
            self.shared_are_finite = bool(np.isfinite(np.add.reduce(self.values)))

    def table(self, count: int) -> SamplesTable:
        """Memory for a block of so many samples."""
        return SamplesTable(self, count)


class SamplesTable:
    """The numbers of a block of samples: a row for each place, a column for each sample."""

    def __init__(self, over: OverSamples, count: int) -> None:
        self.over = over
        self.numbers = np.empty((over.height, count))
        self.steps: list[Callable[[], None]] = [self.step(instruction) for instruction in over.each]

    def run(self, block: FloatArray) -> tuple[FloatArray, Any]:
        """The results for a block of samples, and for which of them all numbers on the way are finite; a row each."""
        over = self.over
        self.numbers[over.given] = block.T
        if over.copied.size:
            self.numbers[over.rows[over.copied]] = over.values[over.copied, None]
        with np.errstate(all="ignore"):
            for step in self.steps:
                step()
            finite = np.isfinite(np.add.reduce(self.numbers, 0)) & over.shared_are_finite
        return self.numbers[over.rows[over.roots]].T, finite

    # ── One instruction ─────────────────────────────────────────────────────────────────────────────────────

    def step(self, instruction: Instruction) -> Callable[[], None]:
        """What computes it, from views of the table that are made once."""
        target, whole = self.read(instruction.out), self.numbers
        rows = None if np.shares_memory(target(), whole) else self.over.rows[instruction.out]
        compute = self.computed(instruction)

        def run() -> None:
            result = compute()
            if rows is None:
                out = target()
                if instruction.mode == "=":
                    out[...] = result
                elif instruction.mode == "+":
                    np.add(out, result, out)
                else:
                    np.subtract(out, result, out)
            elif instruction.mode == "=":
                whole[rows] = result
            else:
                whole[rows] += result if instruction.mode == "+" else -result

        return run

    def computed(self, instruction: Instruction) -> Callable[[], Any]:
        """What gives its result, with the samples along the last axis."""
        xs = [self.read(places) for places in instruction.operands]
        if isinstance(instruction, Map):
            value = instruction.op.value
            if instruction.op is ops.IDENTITY or instruction.op is ops.DETACH:
                return xs[0]
            return lambda: value(Arrays, *[x() for x in xs])
        if isinstance(instruction, Reduce):
            along = np.maximum.reduce if instruction.op is LARGEST else np.add.reduce
            return lambda: along(xs[0](), -2)
        return self.product(instruction, xs)

    def product(self, instruction: MatrixProduct, xs: list[Callable[[], FloatArray]]) -> Callable[[], Any]:
        """out[…, i, j, s] = Σₖ left[…, i, k, s] · right[…, j, k, s], where s is the sample or, of what is shared, 0."""
        left, right = xs
        shared = [not self.over.depends[places].any() for places in instruction.operands]
        if shared[0]:  # for each j: (i, k) · (k, s)
            return lambda: np.matmul(left()[..., None, :, :, 0], right()).swapaxes(-3, -2)
        if shared[1]:  # for each i: (j, k) · (k, s)
            return lambda: np.matmul(right()[..., None, :, :, 0], left())
        return lambda: np.einsum("...iks,...jks->...ijs", left(), right())

    def read(self, places: Places) -> Callable[[], FloatArray]:
        """What gives the numbers at these places, with one more axis: for all samples, or of length 1."""
        rows, whole = places, self.over.values[:, None]
        if self.over.depends[places].any():
            rows, whole = self.over.rows[places], self.numbers
        if (steps := strides_of(rows)) is None:
            return lambda: whole[rows]
        row, number = whole.strides
        view = as_strided(whole[rows.flat[0] :], (*rows.shape, whole.shape[1]), (*(s * row for s in steps), number))
        return lambda: view


def put(instruction: Instruction, before: FloatArray, result: FloatArray, values: FloatArray) -> None:
    """Store a result, add it to what was there or subtract it."""
    values[instruction.out] = {"=": result, "+": before + result, "-": before - result}[instruction.mode]
