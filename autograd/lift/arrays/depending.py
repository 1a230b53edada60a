"""Which numbers of one sample's program are another sample's numbers, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from autograd.lift.arrays.program import Places, Program

if TYPE_CHECKING:
    from numpy.typing import NDArray


def depending(program: Program, given: Places) -> NDArray[np.bool_]:
    """At which places the numbers depend on those at the given ones."""
    depends = np.zeros(program.size, dtype=bool)
    depends[given] = True
    known = -1
    while known < (known := int(depends.sum())):  # again, as what is set first may be added to later
        for instruction in program.instructions:
            read = instruction.operands if instruction.mode == "=" else (*instruction.operands, instruction.out)
            if depends[instruction.out].any() or any(depends[places].any() for places in read):
                depends[instruction.out] = True
    return depends
