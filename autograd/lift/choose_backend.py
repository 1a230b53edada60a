"""Which back end runs a program: NumPy, or machine code where that pays and can be had.

The choice is made from counts, never from a clock, so that a program gives the same numbers bit for bit on every run.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import cache
from typing import Any, Protocol

import numpy as np

from autograd.lift.arrays.program import Product, Program
from autograd.lift.arrays.reverse import Reverse
from autograd.lift.numpy_backend import machine as numpy_backend


class Machine(Protocol):
    """A program made ready to run: its memory, and functions without arguments.

    Attributes:
        values: the numbers; set those of the inputs before `forward`.
        adjoints: after `clear`, a 1 at a root, and `backward`: the gradients at the places that were wanted.
    """

    values: np.ndarray[Any, np.dtype[np.float64]]
    adjoints: np.ndarray[Any, np.dtype[np.float64]]

    @property
    def forward(self) -> Callable[[], None]: ...
    @property
    def backward(self) -> Callable[[], None]: ...
    @property
    def clear(self) -> Callable[[], None]: ...
    @property
    def forward_and_backward(self) -> Callable[[], None]: ...  # from the first root


#: Numbers in a matrix product (operands and result) beyond which it leaves the cache, and BLAS is faster.
MOST_IN_CACHE = 1 << 19

#: Array instructions beyond which compiling takes longer than anybody wants to wait.
MOST_INSTRUCTIONS = 1000

#: Places beyond which the program does not stay in the cache.
MOST_PLACES = 1 << 21

#: "auto", or the back end that is to be used whatever the counts say: "numpy" or "llvm".
back_end: ContextVar[str] = ContextVar("back_end", default="auto")


def machine_for(program: Program, reverse: Reverse | None = None, *, repeated: bool = False) -> Machine:
    """The program, made ready to run by the back end that fits it.

    Args:
        program, reverse: what is to be run.
        repeated: whether it will run thousands of times, as in training, so that compiling it pays.
    """
    if uses_machine_code(program, repeated):
        from autograd.lift.llvm_backend import machine as llvm_backend

        return llvm_backend.Machine(program, reverse)
    return numpy_backend.Machine(program, reverse)


def uses_machine_code(program: Program, repeated: bool = True) -> bool:
    """Whether the program is for machine code: small enough to compile, its products small enough for the cache."""
    asked = back_end.get()
    if asked != "auto" or not can_compile():
        return asked == "llvm"
    products = (x for x in program.instructions if isinstance(x, Product))
    return (
        repeated
        and len(program.instructions) <= MOST_INSTRUCTIONS
        and program.size <= MOST_PLACES
        and all(x.left.size + x.right.size + x.out.size <= MOST_IN_CACHE for x in products)
    )


@cache
def can_compile() -> bool:
    """Whether llvmlite is there, and loads."""
    try:
        import llvmlite.binding  # type: ignore[import-untyped]  # noqa: F401
    except (ImportError, OSError):  # not installed, or not for this system
        return False
    return True
