"""A compiled function with its arguments in place, for loops that copy nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from autograd.lift.arrays.program import FloatArray
from autograd.lift.arrays.reverse import reverse
from autograd.lift.arrays.update import Piece, Rule, Update
from autograd.lift.capture.arguments import Reading
from autograd.lift.choose_backend import machine_for, training_loop_for
from autograd.lift.specialised import Specialised

if TYPE_CHECKING:
    from autograd.lift.llvm_backend.training_loop import TrainingLoop


class Bound:
    """A program with its arguments in place and a machine of its own.

    Attributes:
        parameters: the numbers that are differentiated by, flat; change them in place between runs.
        gradient: after `run`, the derivatives, in the same order.
        arguments: all numbers of the arguments, flat, to put another batch in place.
        captured: the captured Values, in the order of `parameters` if these are theirs.
    """

    def __init__(self, specialised: Specialised, reading: Reading, wanted: slice, repeated: bool = True) -> None:
        program = specialised.program
        places = specialised.places[wanted]
        self.program, self.places = program, places
        self.reverse = reverse(program, places, program.roots[:1])
        self.machine = machine_for(program, self.reverse, repeated=repeated)
        specialised.load(self.machine, reading)
        self.start = int(specialised.places[0])
        self.arguments = self.machine.values[self.start : self.start + specialised.arguments]
        self.parameters = self.machine.values[places[0] : places[-1] + 1]
        self.gradient = self.machine.adjoints[places[0] : places[-1] + 1]
        self.captured = specialised.captured
        self.roots = np.array(program.roots)
        self.root = program.roots[0]

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
        pieces = tuple(Piece(self.start + first, width, rows) for first, width, rows in tables)
        update = Update(rule, slots, int(self.places[0]), len(self.places), pieces)
        loop = training_loop_for(self.program, self.reverse, update)
        if loop is not None:
            loop.values[self.start : self.start + len(self.arguments)] = self.arguments
            loop.parameters[:] = self.parameters
        return loop

    @property
    def results(self) -> FloatArray:
        """All results of the last run, flat, in the order in which the function gives them."""
        found: FloatArray = self.machine.values[self.roots]
        return found
