"""Step 6, the NumPy back end: straight Python source that calls NumPy, with all memory allocated beforehand.

The source is registered with `linecache`, so that a debugger steps through it and a traceback shows it. Views of the
two buffers (values and adjoints) are made once and have names; a line computes one of them from others.
"""

from __future__ import annotations

import itertools
import linecache
from collections.abc import Callable
from copy import copy
from typing import Any

import numpy as np

from autograd.lift.arrays.program import FloatArray, Program
from autograd.lift.arrays.reverse import Reverse
from autograd.lift.numpy_backend.backward import ForwardAndBackward
from autograd.lift.numpy_backend.buffers import with_other_memory

serial = itertools.count(1)


class NumpyMachine:
    """A program made ready to run: its memory, and the functions `forward` and `backward`, without arguments.

    Attributes:
        values: the numbers; set those of the inputs before `forward`.
        adjoints: after `backward`, the gradients at the places that were wanted.
    """

    def __init__(self, program: Program, reverse: Reverse | None = None) -> None:
        self.program = program
        writer = ForwardAndBackward(program, new_values(program), np.zeros(program.size if reverse else 0))
        writer.forward()
        writer.backward(reverse or Reverse([], np.empty(0, dtype=np.intp)))
        self.source = writer.text()
        filename = f"<autograd.lift program {next(serial)}>"
        linecache.cache[filename] = (len(self.source), None, self.source.splitlines(keepends=True), filename)
        self.code = compile(self.source, filename, "exec")
        self.begin(writer.namespace)

    def begin(self, namespace: dict[str, Any]) -> None:
        """Make the functions, about the memory that is named."""
        exec(self.code, namespace)
        self.namespace = namespace
        self.values: FloatArray = namespace["values"]
        self.adjoints: FloatArray = namespace["adjoints"]
        self.forward: Callable[[], None] = namespace["forward"]
        self.backward: Callable[[], None] = namespace["backward"]
        self.clear: Callable[[], None] = namespace["clear"]

    def twin(self) -> NumpyMachine:
        """The same code with memory of its own, in a tenth of the time."""
        other = copy(self)
        other.begin(with_other_memory(self.namespace, new_values(self.program)))
        return other

    def forward_and_backward(self) -> None:
        """Forward, and backward from the first root."""
        with np.errstate(all="ignore"):
            self.forward()
            self.clear()
            self.adjoints[self.program.roots[0]] += 1.0
            self.backward()


def new_values(program: Program) -> FloatArray:
    """Memory for the numbers of a program, with its constants."""
    values = np.zeros(program.size)
    for place, number in program.constants.items():
        values[place] = number
    return values
