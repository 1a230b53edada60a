"""What machine code is written for: an array program and its reverse mode as statements over one memory.

The memory holds the values, then the adjoints, then room for what is copied; a place in it is an offset. There are two
kinds of statements,

    Each      memory[write] = formula(memory[reads]), for each element; where elements share a place they are summed
    Multiply  memory[out][…, i, j] = Σₖ memory[left][…, i, k] · memory[right][…, j, k]

and every instruction, forwards and backwards, becomes one or a few of them. The order of statements is the program's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import ops
from autograd.lift.arrays.evaluation import all_parts, evaluated, names_in
from autograd.lift.arrays.program import Instruction, Map, MatrixProduct, Places, Program, Reduce
from autograd.lift.arrays.reverse import Flow, Reverse
from autograd.lift.arrays.strides import nested_shape, strides_of
from autograd.lift.capture.scalars import LARGEST
from autograd.lift.llvm_backend.matmul_axis import cheapest_way
from autograd.symbols import ExpandedSymbols, Expression, expression, symbol

ElementFormula = Callable[..., Any]

#: Operations that are an instruction or two.
INSTRUCTIONS = frozenset({
    ops.ADD, ops.SUBTRACT, ops.MULTIPLY, ops.DIVIDE, ops.NEGATIVE, ops.SQRT, ops.ABS, ops.MAXIMUM, ops.MINIMUM,
    ops.GREATER, ops.STEP, ops.WHERE, ops.SUM, ops.DETACH, ops.IDENTITY,
})  # fmt: skip


@dataclass(frozen=True, eq=False)
class Each:
    """One number for each element, from numbers of the same element.

    Attributes:
        reads, write: offsets, flat, one an element.
        mode: "=", "+" or "-": stored, added, subtracted.
        formula: of an arithmetic and the numbers read.
        combine: what is done with elements that share an offset in `write`: "sum" or "max".
        calls: whether the formula calls functions, for which registers must be cleared.
    """

    reads: tuple[Places, ...]
    write: Places
    mode: str
    formula: ElementFormula
    combine: str = "sum"
    calls: bool = False


@dataclass(frozen=True, eq=False)
class Multiply:
    """Matrix products, one for each of the leading indices. All offsets advance by fixed steps.

    `way` is the axis along which a register's lanes are: "columns", "rows" or "inner".
    """

    left: Places
    right: Places
    out: Places
    mode: str
    way: str


LoweredStatement = Each | Multiply


class Lowering:
    """The statements of a program and of its reverse mode, and the memory that they need.

    Args:
        program, reverse: to be written as statements.
        width: how many numbers a register holds.

    Attributes:
        forward, backward: the statements.
        adjoints: the offset of the first adjoint.
        size: how many numbers the memory holds.
    """

    def __init__(self, program: Program, reverse: Reverse | None, width: int) -> None:
        self.width = width
        self.constants = np.array(list(program.constants), dtype=np.intp)
        self.adjoints = program.size
        self.size = program.size * (1 if reverse is None else 2)
        self.kept: dict[Any, Places] = {}  # what has been gathered by the function at hand
        self.statements: list[LoweredStatement] = []
        for instruction in program.instructions:
            self.instruction(instruction)
        self.forward, self.statements, self.kept = self.statements, [], {}
        for flow in [] if reverse is None else reverse.flows:
            self.flow(flow)
        self.backward = self.statements

    def each(
        self,
        reads: list[Places],
        write: Places,
        mode: str,
        formula: ElementFormula,
        combine: str = "sum",
        calls: bool = False,
    ) -> None:
        """Add a statement over elements; operands may be broadcast. With mode "=-" the negative is stored."""
        if mode == "=-":
            mode, formula = "=", negated(formula)
        flat = tuple(np.broadcast_to(x, write.shape).ravel() for x in reads)
        if strides_of(write) is None:
            flat, write = self.without_gaps(flat, write.ravel())
            if not write.size:
                return
        if mode == "=" and repeats(write) and nested_shape([write.ravel()]) is None:
            self.each([], np.unique(write), "=", lambda m: 0.0)  # more axes than a loop has: one by one
            mode = "+"
        self.statements.append(Each(flat, write.ravel(), mode, formula, combine, calls))

    def without_gaps(self, reads: tuple[Places, ...], write: Places) -> tuple[tuple[Places, ...], Places]:
        """The elements but for those that go to the adjoints of constants, and in order of place if each has its own.

        Short rows are filled up with constants; and neighbours in memory are better written than gathered.
        """
        kept = np.flatnonzero(~np.isin(write - self.adjoints, self.constants))
        if not repeats(write[kept]):
            kept = kept[np.argsort(write[kept])]
        return tuple(x[kept] for x in reads), write[kept]

    def room(self, shape: tuple[int, ...]) -> Places:
        """Offsets for numbers that are needed for a while."""
        start, self.size = self.size, self.size + int(np.prod(shape))
        return np.arange(start, self.size).reshape(shape)

    # ── Forward ─────────────────────────────────────────────────────────────────────────────────────────────

    def instruction(self, instruction: Instruction) -> None:
        if isinstance(instruction, Map):
            op, operands = instruction.op, list(instruction.operands)
            formula = unchanged if op in (ops.IDENTITY, ops.DETACH) else op.value
            calls = calls_functions(
                expression(op.value(ExpandedSymbols, *(symbol(f"x{k}") for k in range(len(operands)))))
            )
            self.each(operands, instruction.out, instruction.mode, formula, calls=calls)
        elif isinstance(instruction, Reduce):
            out = np.broadcast_to(instruction.out[..., None], instruction.operand.shape)
            combine = "max" if instruction.op is LARGEST else "sum"
            self.each([instruction.operand], out, instruction.mode, unchanged, combine)
        else:
            self.product(instruction.left, instruction.right, instruction.out, instruction.mode)

    def product(self, left: Places, right: Places, out: Places, mode: str) -> None:
        """A matrix product: gathered, multiplied, scattered, as far as each is needed."""
        if out.shape[-2:] == (1, 1):  # dot products
            write = np.broadcast_to(out[..., 0], left.shape[:-2] + left.shape[-1:])
            self.each([left[..., 0, :], right[..., 0, :]], write, mode, ops.MULTIPLY.value)
            return
        if left.shape[-1] == 1:  # outer products
            self.each([left, right.swapaxes(-1, -2)], out, mode, ops.MULTIPLY.value)
            return
        if mode == "=-":
            self.each([], np.unique(out), "=", lambda m: 0.0)
            mode = "-"
        left, right = self.gathered(left), self.gathered(right)
        step = strides_of(out)
        if step is not None and all(s or n == 1 for s, n in zip(step, out.shape, strict=True)):
            self.multiply(left, right, out, mode)
        else:
            products = self.room(out.shape)
            self.multiply(left, right, products, "=")
            self.each([products], out, mode, unchanged)

    def multiply(self, left: Places, right: Places, out: Places, mode: str) -> None:
        """A product, with an operand turned around if that pays."""
        way, copied = cheapest_way(left, right, out, self.width)
        if copied == "left":
            left = self.turned(left)
        elif copied == "right":
            right = self.turned(right)
        self.statements.append(Multiply(left, right, out, mode, way))

    def turned(self, matrix: Places) -> Places:
        """The matrices, copied so that neighbours in a column are neighbours in memory."""
        key = ("turned", matrix.shape, matrix.tobytes())
        if key not in self.kept:
            copy = self.room((*matrix.shape[:-2], matrix.shape[-1], matrix.shape[-2]))
            self.each([matrix.swapaxes(-1, -2)], copy, "=", unchanged)
            self.kept[key] = copy.swapaxes(-1, -2)
        return self.kept[key]

    def gathered(self, places: Places) -> Places:
        """The places themselves if they advance by fixed steps, otherwise those of a copy that does."""
        if strides_of(places) is not None:
            return places
        key = (places.shape, places.tobytes())
        if key not in self.kept:
            self.kept[key] = copy = self.room(places.shape)
            self.each([places], copy, "=", unchanged)
        return self.kept[key]

    # ── Backward ────────────────────────────────────────────────────────────────────────────────────────────

    def flow(self, flow: Flow) -> None:
        """The derivative that flows to one operand."""
        instruction = flow.instruction
        mode = "-" if instruction.mode == "-" else "+"
        if flow.first:
            mode = "=-" if mode == "-" else "="
        target = flow.target + self.adjoints
        adjoint = instruction.out + self.adjoints
        if isinstance(instruction, MatrixProduct):  # Y = A·Bᵀ:  Ā = Ȳ·B,  B̄ = Ȳᵀ·A
            other = instruction.right if flow.operand == 0 else instruction.left
            turned = adjoint if flow.operand == 0 else adjoint.swapaxes(-1, -2)
            self.product(turned, other.swapaxes(-1, -2), target, mode)
        elif isinstance(instruction, Reduce):
            self.each([adjoint[..., None]], target, mode, unchanged)
        else:
            assert flow.partial is not None
            self.map_back(instruction, flow.partial, adjoint, target, mode)

    def map_back(self, instruction: Map, partial: Expression, adjoint: Places, target: Places, mode: str) -> None:
        places = {f"x{k}": x for k, x in enumerate(instruction.operands)} | {"y": instruction.out}
        if instruction.op is ops.RELU:  # step(x) = step(max(x, 0)), which is there in any case
            places["x0"] = instruction.out
        if partial.leaf in (1.0, -1.0) and partial.operation is None:
            if partial.leaf < 0:
                self.each([adjoint], target, mode, lambda m, g: -g)
            else:
                self.each([adjoint], target, mode, unchanged)
            return
        names = sorted(names_in(partial))

        def formula(m: Any, g: Any, *xs: Any) -> Any:
            return g * evaluated(partial, m, dict(zip(names, xs, strict=True)))

        reads = [adjoint, *(places[name] for name in names)]
        self.each(reads, target, mode, formula, calls=calls_functions(partial))


def repeats(offsets: Places) -> bool:
    """Whether two elements share an offset."""
    if not offsets.size:
        return False
    low, high = int(offsets.min()), int(offsets.max())
    return bool(np.bincount(offsets.ravel() - low, minlength=high - low + 1).max() > 1)


def unchanged(m: Any, x: Any) -> Any:
    """The number itself."""
    return x


def negated(formula: ElementFormula) -> ElementFormula:
    """−formula."""
    return lambda m, *xs: -formula(m, *xs)


def calls_functions(whole: Expression) -> bool:
    """Whether there is an operation in an expression that has no instruction of its own."""
    return any(part.operation is not None and part.operation not in INSTRUCTIONS for part in all_parts(whole))
