"""The instructions of a program and the flows of its reverse mode as JavaScript: loops, one after the other.

All derivatives are added where they land, so what lands twice, or at a number that was broadcast, needs no care. The
formulas are those of the table, in the words of `autograd.javascript`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import ops
from autograd.javascript.rules import SharedParts, literal
from autograd.lift.arrays.evaluation import names_in, partials_in_symbols
from autograd.lift.arrays.program import Instruction, Map, MatrixProduct, Places, Reduce
from autograd.lift.arrays.reverse import Flow
from autograd.lift.arrays.strides import common_shape, nested_shape, strides_of
from autograd.lift.capture.scalars import LARGEST
from autograd.lift.javascript_backend.loop_nest import LocalNames, LoopFormula, LoopNest, Passed
from autograd.symbols import ExpandedSymbols, Expression, expression, symbol

#: The names of the two arrays: numbers, and the adjoints of those at the same addresses.
VALUES, ADJOINTS = "v", "d"

#: How many rows and columns of a matrix product are computed at once, from numbers that are read once.
TILE = 4

#: How many characters of source a function has at most, unless a single instruction has more.
LONGEST_FUNCTION = 4000


@dataclass(frozen=True)
class Addresses:
    """Where the numbers of a program's places are.

    Attributes:
        address: of each place.
        by_sample: which places have a number for each sample, next to each other.
        constants: the numbers that never change, by their places.
    """

    address: Places
    by_sample: Any
    constants: dict[int, float]


class Passes:
    """Writes the loops of instructions and of flows, and the lists of addresses that they need.

    Attributes:
        tables: the lists of addresses, as JavaScript, each with its name.
    """

    def __init__(self, layout: Addresses) -> None:
        self.layout = layout
        self.tables: dict[tuple[int, ...], str] = {}

    def forward(self, instructions: Iterable[Instruction]) -> list[list[str]]:
        """The lines that compute each of them."""
        return [self.instruction(instruction) for instruction in instructions]

    def backward(self, flows: Iterable[Flow]) -> list[list[str]]:
        """The lines that let the derivatives flow back from each instruction, in their order."""
        together = itertools.groupby(flows, key=lambda flow: id(flow.instruction))
        return [self.instruction_back(list(several)) for _, several in together]

    def declarations(self) -> list[str]:
        """The lists of addresses."""
        return [f"const {name} = Int32Array.of({','.join(map(str, of))});" for of, name in self.tables.items()]

    def constants(self) -> list[str]:
        """What puts the constants into memory."""
        return [
            f"{VALUES}[{self.layout.address[place]}] = {literal(number)};"
            for place, number in self.layout.constants.items()
        ]

    # ── One instruction ─────────────────────────────────────────────────────────────────────────────────────

    def instruction(self, instruction: Instruction) -> list[str]:
        if isinstance(instruction, Map):
            return self.map(instruction)
        if isinstance(instruction, Reduce):
            return self.reduce(instruction)
        out, left, right = on_common_axes(instruction)
        return self.cleared(instruction) + self.product((VALUES, out), (VALUES, left), right, instruction)

    def instruction_back(self, flows: list[Flow]) -> list[str]:
        instruction = flows[0].instruction
        if isinstance(instruction, Map):
            return self.map_back(instruction, flows)
        if isinstance(instruction, Reduce):
            return [line for flow in flows for line in self.reduce_back(instruction, flow)]
        return [line for flow in flows for line in self.product_back(instruction, flow)]

    def map(self, instruction: Map) -> list[str]:
        xs = [symbol(f"x{k}") for k in range(len(instruction.operands))]
        value = expression(instruction.op.value(ExpandedSymbols, *xs))
        return self.formulas(instruction, [(VALUES, instruction.out, instruction.mode)], [value])

    def map_back(self, instruction: Map, flows: list[Flow]) -> list[str]:
        """ḡ·∂out/∂operand to each operand."""
        results, wholes = [], []
        for flow in flows:
            partial, mode = (
                partials_in_symbols(instruction.op, len(instruction.operands))[flow.operand],
                sign(instruction),
            )
            if partial.operation is ops.NEGATIVE:
                partial, mode = partial.operands[0], "+-"[mode == "+"]
            one = partial.operation is None and partial.leaf == 1.0
            wholes.append(symbol("g") if one else Expression(ops.MULTIPLY, (symbol("g"), partial)))
            results.append((ADJOINTS, flow.target, mode))
        return self.formulas(instruction, results, wholes)

    def formulas(self, instruction: Map, results: list[tuple[str, Places, str]], wholes: list[Expression]) -> list[str]:
        """Loops that compute formulas of the operands x0, x1, …, the result y and its adjoint g."""
        shape = self.shape(instruction)
        needed = set().union(*map(names_in, wholes))
        reads: dict[str, tuple[str, Places]] = {}
        known: LocalNames = {}
        for name, buffer, places in (
            *((f"x{k}", VALUES, places) for k, places in enumerate(instruction.operands)),
            ("y", VALUES, instruction.out),
            ("g", ADJOINTS, instruction.out),
        ):
            if name not in needed:
                continue
            if (number := self.constant(places)) is None:  # results never are
                reads[name] = buffer, places.reshape(shape)
            else:
                known[name] = number
        parts = SharedParts()
        lines, texts = parts.written([parts.place(whole) for whole in wholes])
        lines = [*(f"const {name} = {number};" for name, number in known.items()), *lines]
        return self.nest(
            shape,
            reads,
            [(buffer, places.reshape(shape), mode) for buffer, places, mode in results],
            fixed(texts, lines),
        )

    def reduce(self, instruction: Reduce) -> list[str]:
        """The sum along the last axis, or the largest: step by step, in a variable."""
        if instruction.op is LARGEST:
            return self.largest(instruction)
        out = VALUES, np.broadcast_to(instruction.out[..., None], instruction.operand.shape), sign(instruction)
        x = {"x": (VALUES, instruction.operand)}
        return self.cleared(instruction) + self.nest(instruction.operand.shape, x, [out], fixed(["x"]))

    def cleared(self, instruction: Reduce | MatrixProduct) -> list[str]:
        """Zeros where terms will be added, unless there is something to which they are added."""
        out = instruction.out
        return self.nest(out.shape, {}, [(VALUES, out, "=")], fixed(["0"])) if instruction.mode == "=" else []

    def reduce_back(self, instruction: Reduce, flow: Flow) -> list[str]:
        """ḡ to each term."""
        g = {"g": (ADJOINTS, instruction.out[..., None])}
        return self.nest(flow.target.shape, g, [(ADJOINTS, flow.target, sign(instruction))], fixed(["g"]))

    def largest(self, instruction: Reduce) -> list[str]:
        columns = [instruction.operand[..., k] for k in range(instruction.operand.shape[-1])]
        reads = {f"x{k}": (VALUES, places) for k, places in enumerate(columns)}
        lines = ["let largest = -Infinity;", *(f"largest = maximum(largest, {name});" for name in reads)]
        result = VALUES, instruction.out, instruction.mode
        return self.nest(instruction.out.shape, reads, [result], fixed(["largest"], lines))

    def product_back(self, instruction: MatrixProduct, flow: Flow) -> list[str]:
        """Y = A·Bᵀ:  Ā = Ȳ·B,  B̄ = Ȳᵀ·A."""
        out, left, right = on_common_axes(instruction)
        target, other = (left, right) if flow.operand == 0 else (right, left)
        return self.product((ADJOINTS, target), (ADJOINTS, out), other, instruction)

    def product(
        self, out: tuple[str, Places], left: tuple[str, Places], right: Places, instruction: MatrixProduct
    ) -> list[str]:
        """out ± = left · right, over the common axes of a matrix product; right is of the values."""
        factors = {"l": left, "r": (VALUES, right)}
        shape = np.broadcast_shapes(out[1].shape, left[1].shape, right.shape)
        *outer, longest = sorted(range(len(shape)), key=lambda axis: shape[axis])
        samples = self.samples(out[1], left[1], right)
        if samples:
            outer.append(longest)
        nest = LoopNest(
            shape,
            {name: self.access(buffer, np.broadcast_to(places, shape)) for name, (buffer, places) in factors.items()},
            [(self.access(out[0], np.broadcast_to(out[1], shape)), sign(instruction))],
            lambda names: ([], [f"{names['l']} * {names['r']}"]),
            tuple(TILE if axis in outer[-2:] else 1 for axis in range(len(shape))),
            samples,
        )
        return nest.lines() if samples else nest.last(longest).lines()

    # ── Where the numbers are ───────────────────────────────────────────────────────────────────────────────

    def nest(
        self,
        shape: tuple[int, ...],
        reads: dict[str, tuple[str, Places]],
        results: list[tuple[str, Places, str]],
        formula: LoopFormula,
    ) -> list[str]:
        """Loops over a shape."""
        everywhere = [places for _, places in reads.values()] + [places for _, places, _ in results]
        return LoopNest(
            shape,
            {name: self.access(buffer, np.broadcast_to(places, shape)) for name, (buffer, places) in reads.items()},
            [(self.access(buffer, np.broadcast_to(places, shape)), mode) for buffer, places, mode in results],
            formula,
            samples=self.samples(*everywhere),
        ).lines()

    def access(self, buffer: str, places: Places) -> Passed:
        """By steps, or by a list of addresses."""
        addresses, by_sample = self.layout.address[places], self.samples(places)
        if (steps := strides_of(addresses)) is not None:
            return Passed(buffer, int(addresses.flat[0]), steps, "", by_sample)
        listed = tuple(addresses.ravel().tolist())
        table = self.tables.setdefault(listed, f"at{len(self.tables)}")
        widths = np.cumprod([1, *places.shape[:0:-1]])[::-1]
        return Passed(buffer, 0, tuple(widths.tolist()), table, by_sample)

    def samples(self, *arrays: Places) -> bool:
        """Whether some of them have a number for each sample; each array has throughout, or nowhere."""
        return any(bool(self.layout.by_sample[places.flat[0]]) for places in arrays)

    def shape(self, instruction: Map) -> tuple[int, ...]:
        """The shape in which most of what it reads advances by fixed steps."""
        out, *operands = (self.layout.address[places] for places in (instruction.out, *instruction.operands))
        if nested_shape([out.ravel()]) is None:
            return (out.size,)
        return common_shape(out, operands)[0]

    def constant(self, places: Places) -> str | None:
        """The number that is at all these places and never changes, if there is one."""
        first = int(places.flat[0])
        if first in self.layout.constants and (places == first).all():
            return literal(self.layout.constants[first])
        return None


def sign(instruction: Instruction) -> str:
    """Whether its result, and all that flows back from it, is added or subtracted."""
    return "-" if instruction.mode == "-" else "+"


def on_common_axes(product: MatrixProduct) -> tuple[Places, Places, Places]:
    """Out, left and right over the axes …, row, column, term, each of length 1 along those that it does not have."""
    return product.out[..., :, :, None], product.left[..., :, None, :], product.right[..., None, :, :]


def js_function(name: str, parameters: str, parts: list[list[str]]) -> list[str]:
    """A function of these parts, by several functions where they are long: engines do not compile huge ones."""
    several: list[list[str]] = [[]]
    for part in parts:
        if several[-1] and sum(map(len, several[-1])) + sum(map(len, part)) > LONGEST_FUNCTION:
            several.append([])
        several[-1] += part
    if len(several) == 1:
        return [f"function {name}({parameters}) {{", *several[0], "}"]
    lines: list[str] = []
    for number, part in enumerate(several):
        lines += js_function(f"{name}{number}", parameters, [part])
    calls = [f"{name}{number}({parameters});" for number in range(len(several))]
    return [*lines, *js_function(name, parameters, [calls])]


def fixed(texts: list[str], lines: list[str] | None = None) -> LoopFormula:
    """Results that are the same in any names: those of one turn at a time."""
    return lambda names: (lines or [], texts)
