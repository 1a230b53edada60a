"""A machine that is there at once, until as many calls are made that one which takes long to make has paid."""

from __future__ import annotations

from collections.abc import Callable

from autograd.lift.arrays.machine import Machine
from autograd.lift.loops.tape import Tape

#: What compiling costs, in operations of plain floats: for each operand in the code, and in any case.
COST_OF_OPERAND = 10_000
COST_IN_ANY_CASE = 700_000


#: Operands in the code beyond which compiling takes longer than anybody wants to wait for the first result, and ever.
MOST_AT_ONCE = 25_000
MOST_COMPILED = 200_000


def operands_in(tape: Tape) -> int:
    """How many operands the code of a tape has, each loop's once."""
    return sum(len(step.operands) for section in tape.sections for step in section.steps)


def calls_that_pay(tape: Tape) -> int:
    """After so many calls plain floats have computed as long as compiling takes. By counts: no clock decides."""
    code = operands_in(tape)
    run = sum(len(step.operands) * section.turns for section in tape.sections for step in section.steps)
    return (COST_IN_ANY_CASE + COST_OF_OPERAND * code) // max(run, 1)


class HandedOver:
    """Two machines, one after the other. If the second has memory of its own, the numbers move there.

    Args:
        first: runs the first calls.
        make: makes the second.
        calls: how many calls the first runs.
    """

    def __init__(self, first: Machine, make: Callable[[], Machine], calls: int) -> None:
        self.machine, self.make, self.left = first, make, calls
        self.values, self.adjoints = first.values, first.adjoints

    def next(self) -> Machine:
        """The machine for another call. What is forward must be so on the machine that then goes backward."""
        self.left -= 1
        if self.left == -1:
            first, self.machine = self.machine, self.make()
            self.values, self.adjoints = self.machine.values, self.machine.adjoints
            if self.values is not first.values:
                self.values[:] = first.values
        return self.machine

    def forward(self) -> None:
        self.next().forward()

    def forward_and_backward(self) -> None:
        self.next().forward_and_backward()

    def clear(self) -> None:
        self.machine.clear()

    def backward(self) -> None:
        self.machine.backward()
