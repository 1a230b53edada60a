"""A compiled function with its arguments in place, for loops that copy nothing."""

from __future__ import annotations

import numpy as np

from autograd.lift.machines import machine_for
from autograd.lift.nests import Floats, Reading
from autograd.lift.recorded import Recorded, back
from autograd.lift.reverse import reverse


class Step:
    """A program with its arguments in place and a machine of its own.

    Attributes:
        parameters: the numbers that are differentiated by, flat; change them in place between runs.
        gradient: after `run`, the derivatives, in the same order.
        arguments: all numbers of the arguments, flat, to put another batch in place.
        captured: the captured Values, in the order of `parameters` if these are theirs.
    """

    def __init__(self, recorded: Recorded, reading: Reading, wanted: slice) -> None:
        program = recorded.program
        places = recorded.places[wanted]
        self.machine = machine_for(program, reverse(program, places, program.roots[:1]), repeated=True)
        recorded.load(self.machine, reading)
        start = int(recorded.places[0])
        self.arguments = self.machine.values[start : start + recorded.arguments]
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
        with np.errstate(all="ignore"):
            self.machine.forward()
            back(self.machine, self.root)
        return float(self.machine.values[self.root])

    @property
    def results(self) -> Floats:
        """All results of the last run, flat, in the order in which the function gives them."""
        found: Floats = self.machine.values[self.roots]
        return found
