"""One sample's program for many samples at once, and the gradient of their mean, as JavaScript.

What depends on the sample has a row of numbers, one for each sample of a block, and the innermost loops run along these
rows; what does not (the parameters, and what is computed of them alone) has one number. A block is small enough for its
rows to stay in the cache, and the gradients of the blocks are added up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any, NamedTuple, TypeVar

import numpy as np

from autograd.javascript.rules import elementary_functions_in
from autograd.lift.arrays.depending import depending
from autograd.lift.arrays.program import Instruction, Map, MatrixProduct, Places, Program, Reduce
from autograd.lift.arrays.reverse import reverse
from autograd.lift.javascript_backend.passes import ADJOINTS, VALUES, Addresses, Passes, js_function
from autograd.ops import IDENTITY

T = TypeVar("T")

#: How many samples are in a block.
BLOCK = 64


@dataclass(frozen=True)
class ForMany:
    """A program of one sample, and what its places are to those who call it.

    Attributes:
        program: its first root is the sample's loss.
        parameters: the place of each parameter; −1 for one that the program does not read.
        fixed: numbers that stay as they are, by place, besides the program's constants.
        given: the places of the sample's numbers, in the order of their tables.
        tables: for each table that is given its name and how many of the numbers are its.
        results: for each of the others its name and how many of the roots, after the first, are its, and
            whether it has a row for each of them, or for each sample.
    """

    program: Program
    parameters: Places
    fixed: dict[int, float]
    given: Places
    tables: dict[str, int]
    results: dict[str, tuple[int, bool]]


def batch_script_of(batch: ForMany) -> str:
    """The source of `(count) => network`: see `autograd.lift.batch_script`."""
    program, by_sample = by_parts(batch.program, batch.given)
    read = batch.parameters >= 0
    back = reverse(program, batch.parameters[read], program.roots[:1])
    address, shared, size = addresses(program.size, by_sample, batch.parameters)
    passes = Passes(Addresses(address, by_sample, {**program.constants, **batch.fixed}))
    each, once = parted(program.instructions, lambda x: bool(by_sample[x.out.flat[0]]))
    flows_of_each, flows_of_once = parted(back.flows, lambda flow: bool(by_sample[flow.instruction.out.flat[0]]))
    forward_each, forward_once = passes.forward(each), passes.forward(once)
    backward_each, backward_once = passes.backward(flows_of_each), passes.backward(flows_of_once)

    loss = address[program.roots[0]]
    rows = iter(address[batch.given].tolist())
    roots = iter(address[program.roots[1:]].tolist())
    given = [BatchArray(name, list(islice(rows, width)), False) for name, width in batch.tables.items()]
    found = [BatchArray(name, list(islice(roots, width)), by) for name, (width, by) in batch.results.items()]
    count = len(batch.parameters)
    lines = [
        "if (!(Number.isInteger(count) && count > 0))",
        "throw new RangeError(`a batch has 1 sample or more, but count is ${count}`);",
        *passes.declarations(),
        f"const {VALUES} = new Float64Array({size}), {ADJOINTS} = new Float64Array({size});",
        *(line for table in (*given, *found) for line in table.declarations()),
        *passes.constants(),
        *js_function("forwardOnce", "", forward_once),
        *js_function("forwardEach", "m", forward_each),
        *js_function("backwardEach", "m", backward_each),
        *js_function("backwardOnce", "", backward_once),
        "function run(slopes) {",
        "forwardOnce();",
        f"if (slopes) {ADJOINTS}.fill(0, 0, {shared});",
        "let total = 0;",
        f"for (let first = 0; first < count; first += {BLOCK}) {{",
        f"const m = Math.min({BLOCK}, count - first);",
        *(line for table in given for line in table.copied("{1} = {0};")),
        "forwardEach(m);",
        f"for (let s = 0; s < m; s++) total += {VALUES}[{loss} + s];",
        *(line for table in found for line in table.copied("{0} = {1};")),
        "if (slopes) {",
        f"{ADJOINTS}.fill(0, {shared});",
        f"{ADJOINTS}.fill(1 / count, {loss}, {loss} + m);",
        "backwardEach(m);",
        "}",
        "}",
        "if (slopes) backwardOnce();",
        "return total / count;",
        "}",
        f"const parameters = {VALUES}.subarray(0, {count}), gradient = {ADJOINTS}.subarray(0, {count});",
        f"return {{parameters, gradient, {', '.join([*batch.tables, *batch.results])},"
        " forward: () => run(false), step: () => run(true)};",
    ]
    parts = [*forward_once, *forward_each, *backward_each, *backward_once]
    return "\n".join(["(count) => {", *elementary_functions_in("\n".join(chain(*parts))), *lines, "}"])


class BatchArray(NamedTuple):
    """An array of the network: numbers of all samples, copied from or to the rows of the block at hand."""

    name: str
    rows: list[int]
    by_row: bool  # whether the samples are along a row, or each has a row

    def declarations(self) -> list[str]:
        return [
            f"const {self.name} = new Float64Array({len(self.rows)} * count);",
            f"const rowsOf_{self.name} = [{', '.join(map(str, self.rows))}];",
        ]

    def copied(self, assignment: str) -> list[str]:
        """The loops of an assignment between the table's numbers {0} and the rows' {1}."""
        place = "k * count + first + s" if self.by_row else f"{len(self.rows)} * (first + s) + k"
        return [
            f"rowsOf_{self.name}.forEach((row, k) => {{",
            "for (let s = 0; s < m; s++) " + assignment.format(f"{self.name}[{place}]", f"{VALUES}[row + s]"),
            "});",
        ]


def parted(several: Iterable[T], chosen: Callable[[T], bool]) -> tuple[list[T], list[T]]:
    """Those that are chosen, and the others."""
    listed = [(one, chosen(one)) for one in several]
    return [one for one, is_chosen in listed if is_chosen], [one for one, is_chosen in listed if not is_chosen]


def addresses(size: int, by_sample: Any, parameters: Places) -> tuple[Places, int, int]:
    """The address of each place: first the parameters in their order, then what else is shared, then the rows.

    Returns:
        The addresses, where the rows begin, and how many numbers there are.
    """
    address = np.full(size, -1)
    read = parameters >= 0
    address[parameters[read]] = np.flatnonzero(read)
    others = np.flatnonzero((address < 0) & ~by_sample)
    address[others] = len(parameters) + np.arange(len(others))
    rows = np.flatnonzero(by_sample)
    shared = len(parameters) + len(others)
    address[rows] = shared + BLOCK * np.arange(len(rows))
    return address, shared, shared + BLOCK * len(rows)


def by_parts(program: Program, given: Places) -> tuple[Program, Any]:
    """The program with every operand either shared by the samples throughout, or each sample's own throughout.

    Where an operand is both, what is shared is copied to places of the samples' own; and so is a root that is shared.

    Returns:
        The program, and which of its places differ from sample to sample.
    """
    by_sample = depending(program, given)
    instructions: list[Instruction] = []
    size, own = program.size, np.arange(program.size)

    def owned(places: Places) -> Places:
        """The samples' own places for all of these."""
        nonlocal size
        shared = np.unique(places[~by_sample[places] & (own[places] == places)])
        if shared.size:
            own[shared] = size + np.arange(shared.size)
            size += shared.size
            instructions.append(Map(IDENTITY, (shared,), own[shared]))
        return own[places]

    for instruction in program.instructions:
        places = [owned(x) if by_sample[x].any() and not by_sample[x].all() else x for x in instruction.operands]
        instructions.append(with_operands(instruction, places))
    roots = owned(np.array(program.roots)).tolist()
    extended = np.ones(size, dtype=bool)
    extended[: program.size] = by_sample
    return replace(program, instructions=instructions, size=size, roots=roots), extended


def with_operands(instruction: Instruction, operands: Sequence[Places]) -> Instruction:
    """The instruction on other operands."""
    if isinstance(instruction, Map):
        return replace(instruction, operands=tuple(operands))
    if isinstance(instruction, Reduce):
        return replace(instruction, operand=operands[0])
    assert isinstance(instruction, MatrixProduct)
    return replace(instruction, left=operands[0], right=operands[1])
