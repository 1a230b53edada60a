"""A compiled function with its arguments in place, for loops that copy nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from autograd.lift.arrays.machine import Machine
from autograd.lift.arrays.program import FloatArray
from autograd.lift.arrays.update import Piece, Rule, Update
from autograd.lift.choose_backend import machine_for, training_loop_for, way_back
from autograd.lift.loops.tape_listing import listed
from autograd.lift.specialised import Specialised

if TYPE_CHECKING:
    from autograd.lift.llvm_backend.training_loop import TrainingLoop


class Pattern:
    """A compiled function without its arguments: a program, and where its numbers lie in any machine's memory.

    Attributes:
        places: of what it is differentiated by.
        start, arguments: where the numbers of the arguments begin, and how many they are.
        captured: the captured Values, in the order of `places` if these are theirs.
    """

    def __init__(self, specialised: Specialised, wanted: slice) -> None:
        self.program = specialised.program
        self.places = specialised.places[wanted]
        self.reverse = way_back(self.program, self.places, self.program.roots[:1])
        self.start = int(specialised.places[0])
        self.arguments = specialised.arguments
        self.captured = specialised.captured
        self.roots = np.array(self.program.roots)

    def machine(self, repeated: bool) -> Machine:
        """A machine with memory of its own."""
        return machine_for(self.program, self.reverse, repeated=repeated)

    def training_loop(self, rule: Rule, slots: int, tables: Sequence[tuple[int, int, int]]) -> TrainingLoop | None:
        """What `Bound.training_loop` gives, without numbers in place."""
        pieces = tuple(Piece(self.start + first, width, rows) for first, width, rows in tables)
        update = Update(rule, slots, int(self.places[0]), len(self.places), pieces)
        return training_loop_for(self.program, self.reverse, update)

    @property
    def summary(self) -> str:
        """What became of the scalars, in words."""
        return listed(self.program).summary


class Bound:
    """A program with its arguments in place and a machine of its own. What the function reads is not compared again.

    Attributes:
        parameters: the numbers that are differentiated by, flat; change them in place between runs.
        gradient: after `run`, the derivatives, in the same order.
        arguments: all numbers of the arguments, flat, to put another batch in place.
        captured: the captured Values, in the order of `parameters` if these are theirs.
    """

    def __init__(self, pattern: Pattern, machine: Machine) -> None:
        self.pattern = pattern
        self.machine = machine
        self.arguments = machine.values[pattern.start : pattern.start + pattern.arguments]
        first, last = pattern.places[0], pattern.places[-1] + 1
        self.parameters = machine.values[first:last]
        self.gradient = machine.adjoints[first:last]
        self.captured = pattern.captured
        self.roots = pattern.roots
        self.root = pattern.program.roots[0]

    def forward(self) -> float:
        """The value, which is the first result. Numbers follow IEEE 754: look for NaN where that may be."""
        with np.errstate(all="ignore"):
            self.machine.forward()
        return float(self.machine.values[self.root])

    def run(self) -> float:
        """The value; its gradient is in `gradient`."""
        self.machine.forward_and_backward()
        return float(self.machine.values[self.root])

    def training_loop(self, rule: Rule, slots: int, tables: Sequence[tuple[int, int, int]]) -> TrainingLoop | None:
        """Many steps in one call: each takes rows of tables, computes the gradient, and moves the parameters by a rule.

        Args:
            rule: `(m, parameter, gradient, remembered, rate, count) → parameter, remembered`, elementwise in an
                arithmetic m, as the rules of `nn.optimizers` are.
            slots: how many numbers it remembers about each parameter.
            tables: (first, width, rows): so many rows of a table, each so wide, go to `arguments[first:]`.

        Returns:
            What takes the steps, with memory of its own; None if the program does not run as machine code, or the
            rule does what has no meaning there (`if p > 0`).
        """
        loop = self.pattern.training_loop(rule, slots, tables)
        if loop is not None:
            start = self.pattern.start
            loop.values[start : start + len(self.arguments)] = self.arguments
            loop.parameters[:] = self.parameters
        return loop

    @property
    def results(self) -> FloatArray:
        """All results of the last run, flat, in the order in which the function gives them."""
        found: FloatArray = self.machine.values[self.roots]
        return found
