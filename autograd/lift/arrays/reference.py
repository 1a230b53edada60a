"""The meaning of an array program and of its reverse mode, in the plainest words: gather, compute, put.

Every operand is gathered, every derivative is added where its operand lies, and nothing is planned. This is what the
other back ends do, faster, and what they are tested against.
"""

from __future__ import annotations

import numpy as np

from autograd.lift.arrays.program import FloatArray, Instruction, Map, Program, Reduce
from autograd.lift.arrays.reverse import Flow, Reverse
from autograd.lift.capture.scalars import LARGEST
from autograd.numpy_arithmetic import Arrays


class ReferenceMachine:
    """A program that is read anew each time it runs.

    Attributes:
        values: the numbers; set those of the inputs before `forward`.
        adjoints: after `clear`, a 1 at a root, and `backward`: the gradients at the places that were wanted.
    """

    def __init__(self, program: Program, reverse: Reverse | None = None) -> None:
        self.program = program
        self.flows = [] if reverse is None else reverse.flows
        self.values = np.zeros(program.size)
        self.values[list(program.constants)] = list(program.constants.values())
        self.adjoints = np.zeros(0 if reverse is None else program.size)

    def forward(self) -> None:
        """The results of all instructions, in order."""
        with np.errstate(all="ignore"):
            for instruction in self.program.instructions:
                result = result_of(instruction, self.values)
                if instruction.mode == "=":
                    self.values[instruction.out] = result
                elif instruction.mode == "+":
                    self.values[instruction.out] += result
                else:
                    self.values[instruction.out] -= result

    def clear(self) -> None:
        """No derivative has arrived anywhere."""
        self.adjoints[:] = 0.0

    def backward(self) -> None:
        """All derivatives, in the order in which they flow; what arrives at the same place is added."""
        with np.errstate(all="ignore"):
            for flow in self.flows:
                sign = -1.0 if flow.instruction.mode == "-" else 1.0
                np.add.at(self.adjoints, flow.target, sign * flowing(flow, self.values, self.adjoints))

    def forward_and_backward(self) -> None:
        """Forward, and backward from the first root."""
        self.forward()
        self.clear()
        self.adjoints[self.program.roots[0]] += 1.0
        self.backward()


def result_of(instruction: Instruction, values: FloatArray) -> FloatArray:
    """What an instruction computes from the numbers at the places of its operands."""
    xs = [values[places] for places in instruction.operands]
    if isinstance(instruction, Map):
        result: FloatArray = instruction.op.value(Arrays, *xs)
    elif isinstance(instruction, Reduce):
        result = xs[0].max(-1) if instruction.op is LARGEST else xs[0].sum(-1)
    else:
        a, b = xs
        result = a @ b.swapaxes(-1, -2)
    return result


def flowing(flow: Flow, values: FloatArray, adjoints: FloatArray) -> FloatArray:
    """What flows to an operand: ḡ·∂out/∂operand, where ḡ has arrived at the result."""
    instruction = flow.instruction
    g = adjoints[instruction.out]
    xs = [values[places] for places in instruction.operands]
    if isinstance(instruction, Map):
        result: FloatArray = g * instruction.op.partials(Arrays, values[instruction.out], *xs)[flow.operand]
    elif isinstance(instruction, Reduce):  # only sums have a derivative
        result = np.broadcast_to(g[..., None], xs[0].shape)
    else:  # Y = A·Bᵀ:  Ā = Ȳ·B,  B̄ = Ȳᵀ·A
        a, b = xs
        result = g @ b if flow.operand == 0 else g.swapaxes(-1, -2) @ a
    return result
