"""Step 6, the NumPy back end: straight Python source that calls NumPy, with all memory allocated beforehand.

The source is registered with `linecache`, so that a debugger steps through it and a traceback shows it. Views of the
two buffers (values and adjoints) are made once and have names; a line computes one of them from others.
"""

from __future__ import annotations

import itertools
import linecache
from collections.abc import Callable

import numpy as np

from autograd.lift.arrays.program import Program
from autograd.lift.arrays.reverse import Reverse
from autograd.lift.numpy_backend.backward import ForwardAndBackward

serial = itertools.count(1)


class NumpyMachine:
    """A program made ready to run: its memory, and the functions `forward` and `backward`, without arguments.

    Attributes:
        values: the numbers; set those of the inputs before `forward`.
        adjoints: after `backward`, the gradients at the places that were wanted.
    """

    def __init__(self, program: Program, reverse: Reverse | None = None) -> None:
        self.program = program
        self.values = np.zeros(program.size)
        for place, number in program.constants.items():
            self.values[place] = number
        self.adjoints = np.zeros(program.size if reverse else 0)
        writer = ForwardAndBackward(program, self.values, self.adjoints)
        writer.forward()
        writer.backward(reverse or Reverse([], np.empty(0, dtype=np.intp)))
        self.source = writer.text()
        filename = f"<autograd.lift program {next(serial)}>"
        linecache.cache[filename] = (len(self.source), None, self.source.splitlines(keepends=True), filename)
        exec(compile(self.source, filename, "exec"), writer.namespace)
        self.forward: Callable[[], None] = writer.namespace["forward"]
        self.backward: Callable[[], None] = writer.namespace["backward"]
        self.clear: Callable[[], None] = writer.namespace["clear"]

    def forward_and_backward(self) -> None:
        """Forward, and backward from the first root."""
        with np.errstate(all="ignore"):
            self.forward()
            self.clear()
            self.adjoints[self.program.roots[0]] += 1.0
            self.backward()
