"""A compiled function with its arguments in place, for loops that copy nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from autograd.lift.arrays.reverse import reverse
from autograd.lift.capture.arguments import Floats, Reading
from autograd.lift.choose_backend import machine_for, uses_machine_code
from autograd.lift.specialised import Recorded

if TYPE_CHECKING:
    from autograd.lift.llvm_backend.optimiser_step import Rule
    from autograd.lift.llvm_backend.training_loop import Epochs


class Step:
    """A program with its arguments in place and a machine of its own.

    Attributes:
        parameters: the numbers that are differentiated by, flat; change them in place between runs.
        gradient: after `run`, the derivatives, in the same order.
        arguments: all numbers of the arguments, flat, to put another batch in place.
        captured: the captured Values, in the order of `parameters` if these are theirs.
    """

    def __init__(self, recorded: Recorded, reading: Reading, wanted: slice, repeated: bool = True) -> None:
        program = recorded.program
        places = recorded.places[wanted]
        self.program, self.places = program, places
        self.machine = machine_for(program, reverse(program, places, program.roots[:1]), repeated=repeated)
        recorded.load(self.machine, reading)
        self.start = int(recorded.places[0])
        self.arguments = self.machine.values[self.start : self.start + recorded.arguments]
        self.parameters = self.machine.values[places[0] : places[-1] + 1]
        self.gradient = self.machine.adjoints[places[0] : places[-1] + 1]
        self.captured = recorded.captured
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

    def repeated(self, rule: Rule, slots: int, tables: Sequence[tuple[int, int, int]]) -> Epochs | None:
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
        if not uses_machine_code(self.program):
            return None
        from autograd.lift.llvm_backend.optimiser_step import Piece, Update, readable
        from autograd.lift.llvm_backend.training_loop import Epochs

        if not readable(rule, slots):
            return None
        pieces = tuple(Piece(self.start + first, width, rows) for first, width, rows in tables)
        update = Update(rule, slots, int(self.places[0]), len(self.places), pieces)
        steps = Epochs(self.program, reverse(self.program, self.places, self.program.roots[:1]), update)
        first, last = self.start, self.start + len(self.arguments)
        steps.values[first:last] = self.arguments
        steps.parameters[:] = self.parameters
        return steps

    @property
    def results(self) -> Floats:
        """All results of the last run, flat, in the order in which the function gives them."""
        found: Floats = self.machine.values[self.roots]
        return found
