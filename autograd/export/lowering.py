"""From a program over memory to arrays that are each computed once, forwards and in reverse.

An array program writes its numbers to places, some of them several times. `Memory` knows of each place which array
holds its number now, and where in it; to write is to know another one. The meaning is that of the reference machine
(`autograd.lift.arrays.reference`), read in one more arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd.export.dataflow import (
    DataflowArithmetic,
    Tensor,
    along_last,
    as_tensor,
    known_numbers,
    matrix_product,
    pick,
    reshaped,
)
from autograd.lift.arrays.program import Instruction, Map, MatrixProduct, Places, Program, Reduce
from autograd.lift.arrays.reverse import Reverse
from autograd.lift.arrays.strides import strides_of
from autograd.lift.capture.scalars import LARGEST
from autograd.lift.loops.passes import multiplied
from autograd.operation import Operation


class CannotExport(ValueError):
    """What a format, or any of them, cannot express."""


class Memory:
    """Of each place the array that holds its number, and where in it. At first all are 0, but for the constants."""

    def __init__(self, size: int, constants: Mapping[int, float]) -> None:
        numbers = np.zeros(size)
        numbers[list(constants)] = list(constants.values())
        self.arrays = [known_numbers(numbers)]
        self.array = np.zeros(size, dtype=np.intp)
        self.index = np.arange(size)
        self.known: dict[Any, Tensor] = {}

    def write(self, places: Places, x: Any) -> None:
        """The numbers at these places are those of x, whose shape broadcasts to that of the places."""
        array = as_tensor(x)
        self.array[places] = len(self.arrays)
        self.index[places] = np.arange(array.size).reshape(array.shape)
        self.arrays.append(array)

    def read(self, places: Places) -> Tensor:
        """The numbers at these places, in their shape."""
        which, index = self.array[places], self.index[places]
        key = (which.tobytes(), index.tobytes(), places.shape)
        if key not in self.known:
            used = np.unique(which)
            sources = [self.arrays[k] for k in used]
            starts = np.cumsum([0, *(source.size for source in sources)])
            self.known[key] = pick(sources, starts[np.searchsorted(used, which)] + index)
        return self.known[key]

    def read_once(self, places: Places, axes: int) -> Tensor:
        """The same, with a length of 1 for those of the first axes along which the same places are met again."""
        steps = strides_of(places) or (1,) * places.ndim
        return self.read(
            places[tuple(slice(1) if k < axes and not step else slice(None) for k, step in enumerate(steps))]
        )


def forwards(program: Program, memory: Memory) -> None:
    """All results of the program, from what the memory has for its inputs."""
    for instruction in program.instructions:
        result = result_in(instruction, memory)
        if instruction.mode != "=":
            before = memory.read(instruction.out)
            result = before + result if instruction.mode == "+" else before - result
        memory.write(instruction.out, result)


def result_in(instruction: Instruction, memory: Memory) -> Any:
    """What an instruction computes."""
    if isinstance(instruction, Map):
        xs = [memory.read_once(places, places.ndim) for places in instruction.operands]
        return computed_by(instruction.op, xs)
    if isinstance(instruction, Reduce):
        return along_last("largest" if instruction.op is LARGEST else "total", memory.read(instruction.operand))
    return product_in(memory, instruction.left, instruction.right, instruction.out.shape)


def computed_by(op: Operation, xs: list[Tensor]) -> Any:
    """The value of an operation.

    Raises:
        CannotExport: if its rule asks for numbers, as a user's own may.
    """
    try:
        return op.value(DataflowArithmetic, *xs)
    except (TypeError, ValueError, AttributeError) as error:
        raise CannotExport(f"the rule of {op.name} asks for numbers, and cannot be written down: {error}") from error


def product_in(memory: Memory, left: Places, right: Places, shape: tuple[int, ...]) -> Tensor:
    """Matrix products of left and the transposed right. What has rows stands on the left: so rows are rows.

    Where both are the same along a leading axis, so is the product, whose shape broadcasts to that which is asked for.
    """
    blocks = left.ndim - 2
    if int(np.prod(left.shape[:-2])) == int(np.prod(right.shape[:-2])) == 1:
        left, right = (x.reshape(x.shape[-2:]) for x in (left, right))
        blocks = 0
    a, b = (memory.read_once(x, blocks) for x in (left, right))
    if a.each or not b.each:
        result = matrix_product(a, memory.read_once(right.swapaxes(-1, -2), blocks))
    else:
        turned = matrix_product(b, memory.read_once(left.swapaxes(-1, -2), blocks))
        result = pick([turned], np.arange(turned.size).reshape(turned.shape).swapaxes(-1, -2))
    return result if blocks else reshaped(result, shape)


def backwards(program: Program, reverse: Reverse, memory: Memory) -> Memory:
    """The derivatives of the first root by the numbers at all places, as far as they flow."""
    adjoints = Memory(program.size, {program.roots[0]: 1.0})
    for flow in reverse.flows:
        instruction = flow.instruction
        g = adjoints.read(instruction.out)
        g = -g if instruction.mode == "-" else g
        if isinstance(instruction, Map):
            xs = [memory.read_once(places, places.ndim) for places in instruction.operands]
            y = memory.read(instruction.out)
            change = multiplied(g, instruction.op.partials(DataflowArithmetic, y, *xs)[flow.operand])
        elif isinstance(instruction, Reduce):
            change = reshaped(g, (*g.shape, 1))
        else:
            change = factor_adjoint(g, instruction, flow.operand, memory)
        arrive(adjoints, flow.target, change)
    return adjoints


def factor_adjoint(g: Tensor, instruction: MatrixProduct, operand: int, memory: Memory) -> Tensor:
    """Y = A·Bᵀ:  Ā = Ȳ·B,  B̄ = Ȳᵀ·A."""
    if operand == 0:
        return matrix_product(g, memory.read(instruction.right))
    order = np.arange(g.size).reshape(g.shape).swapaxes(-1, -2)
    return matrix_product(pick([g], order), memory.read(instruction.left))


def arrive(adjoints: Memory, target: Places, change: Tensor) -> None:
    """Add derivatives where they arrive; those that arrive at the same place are summed first.

    Places at which equally many arrive are summed together, as rows of one array.
    """
    at = np.broadcast_to(np.arange(change.size).reshape(change.shape), target.shape).ravel()
    order = np.argsort(target.ravel(), kind="stable")
    places, first, counts = np.unique(target.ravel()[order], return_index=True, return_counts=True)
    for count in np.unique(counts).tolist():
        chosen = counts == count
        rows = at[order][first[chosen][:, None] + np.arange(count)]
        arrived = pick([change], rows if count > 1 else rows[:, 0])
        total = along_last("total", arrived) if count > 1 else arrived
        adjoints.write(
            places[chosen], total if fresh(adjoints, places[chosen]) else adjoints.read(places[chosen]) + total
        )


def fresh(adjoints: Memory, places: Places) -> bool:
    """Whether nothing has arrived at these places."""
    return not adjoints.array[places].any() and not adjoints.arrays[0].detail[places].any()
