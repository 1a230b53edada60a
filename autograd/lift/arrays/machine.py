"""What a back end makes of a program: memory, and functions without arguments that work on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from autograd.lift.arrays.program import FloatArray


class Machine(Protocol):
    """A program made ready to run.

    Attributes:
        values: the numbers; set those of the inputs before `forward`.
        adjoints: after `clear`, a 1 at a root, and `backward`: the gradients at the places that were wanted.
    """

    values: FloatArray
    adjoints: FloatArray

    @property
    def forward(self) -> Callable[[], None]: ...
    @property
    def backward(self) -> Callable[[], None]: ...
    @property
    def clear(self) -> Callable[[], None]: ...
    @property
    def forward_and_backward(self) -> Callable[[], None]: ...  # from the first root
