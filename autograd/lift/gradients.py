"""The value and the gradients of a program as plain numbers, nested like the arguments.

All that can be known of a call before its numbers are there is found out once.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np

from autograd.lift.arrays.machine import Machine
from autograd.lift.arrays.program import FloatArray
from autograd.lift.capture.arguments import like

#: A finite number times 0 is 0: a product with these, if there are as many, sees what is not finite in the least time.
ZEROS = np.zeros(1 << 14)


def all_are_finite(numbers: FloatArray) -> bool:
    """Whether none is NaN or infinite (nor so large that their sum is). To be asked where NumPy does not warn."""
    count = len(numbers)
    return isfinite(numbers.dot(ZEROS[:count]) if count <= len(ZEROS) else np.add.reduce(numbers))


class Gradients:
    """The derivatives of a program's first result by some of its arguments.

    Args:
        machine: whose adjoints are those.
        root: the place of the result.
        chosen: of each argument: which it is, its structure, and the places of its numbers.
    """

    def __init__(self, machine: Machine, root: int, chosen: Sequence[tuple[int, Any, slice]]) -> None:
        self.machine = machine
        self.root = root
        self.chosen = chosen

    def __call__(self, args: tuple[Any, ...]) -> tuple[float, tuple[Any, ...]] | None:
        """Run the machine, whose inputs are in place; None if a number on the way is not finite."""
        machine = self.machine
        gradients = []
        with np.errstate(all="ignore"):
            machine.forward_and_backward()
            if not all_are_finite(machine.values):
                return None
            for position, structure, places in self.chosen:
                slopes = machine.adjoints[places]
                if not all_are_finite(slopes):
                    return None
                gradients.append(like(args[position], structure, slopes))
        return machine.values.item(self.root), tuple(gradients)
