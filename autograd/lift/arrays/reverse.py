"""Step 5, reverse mode on the array program: which derivative flows where.

Every instruction is passed once, backwards. To each operand that the wanted gradients depend on flows

    Map            adjoint of out · ∂op/∂operand, the partial from the table
    MatrixProduct  adjoint of out · the other matrix
    Reduce         adjoint of out, to every term

and lands at the operand's places in a second buffer: stored if it is the first to arrive there, added otherwise. The
transpose of a gather is a scatter-add, that of a broadcast a sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.lift.arrays.program import Instruction, Map, MatrixProduct, Places, Program
from autograd.lift.arrays.strides import strides_of
from autograd.lift.capture.scalars import LARGEST
from autograd.operation import Operation
from autograd.ops import DETACH
from autograd.symbols import ExpandedSymbols, Expression, expression, symbol


@dataclass(frozen=True)
class Flow:
    """The derivative that flows from an instruction's result to one of its operands."""

    instruction: Instruction
    operand: int
    target: Places
    first: bool
    partial: Expression | None = None


@dataclass
class Reverse:
    """The flows in order, and the places whose adjoint must be 0 before they start."""

    flows: list[Flow]
    zeros: Any


def reverse(program: Program, wanted: Places, roots: list[int] | None = None) -> Reverse:
    """The reverse mode of a program, for the gradients of the roots (None: of any) at the places `wanted`."""
    roots = program.roots if roots is None else roots
    needed = np.zeros(program.size, dtype=bool)
    needed[wanted] = True
    for instruction in program.instructions:
        if instruction_op(instruction) in (LARGEST, DETACH):
            continue
        if any(needed[places].any() for places in instruction.operands):
            needed[instruction.out] = True

    arrived = np.zeros(program.size, dtype=bool)
    arrived[roots] = True
    zeros = np.zeros(program.size, dtype=bool)
    zeros[roots] = True
    flows: list[Flow] = []
    for instruction in reversed(program.instructions):
        if not (needed[instruction.out] & arrived[instruction.out]).any():
            continue
        zeros[instruction.out] |= ~arrived[instruction.out]
        for number, target in enumerate(instruction.operands):
            if not needed[target].any():
                continue
            partial = partial_of(instruction, number)
            if partial is not None and partial.leaf == 0.0:
                continue
            before = arrived[target]
            first = not before.any() and strides_of(target) is not None and covers_once(target)
            if not first:
                zeros[target] |= ~before
            arrived[target] = True
            flows.append(Flow(instruction, number, target, first, partial))
    zeros[wanted] |= ~arrived[wanted]
    return Reverse(flows, np.flatnonzero(zeros))


def instruction_op(instruction: Instruction) -> Operation | None:
    """The operation of the table that an instruction applies."""
    return None if isinstance(instruction, MatrixProduct) else instruction.op


def partial_of(instruction: Instruction, operand: int) -> Expression | None:
    """∂out/∂operand of an elementwise instruction, in symbols: y, x0, x1, …"""
    if not isinstance(instruction, Map):
        return None
    xs = [symbol(f"x{k}") for k in range(len(instruction.operands))]
    return expression(instruction.op.partials(ExpandedSymbols, symbol("y"), *xs)[operand])


def covers_once(target: Places) -> bool:
    """Whether no place is met twice, but for steps of 0 (a broadcast, whose sum is stored once)."""
    step = strides_of(target) or ()
    cell = target[tuple(slice(None) if s else slice(1) for s in step)]
    return len(np.unique(cell)) == cell.size
