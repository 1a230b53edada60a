"""The array program: what the regrouping finds, the reverse mode extends and a back end runs.

Every scalar of the program has a place in one long buffer of numbers. An operand is an array of places: an ndarray of
integers in the shape over which the instruction runs. Whether it is a slice, a broadcast row or a true gather is for
the back end to see (`strides.py`); the meaning is always "the numbers at these places".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.operation import Operation

Places = np.ndarray[Any, np.dtype[np.intp]]
FloatArray = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Map:
    """out = op(operands), element by element; with mode "+" or "-" added to or subtracted from what is there."""

    op: Operation
    operands: tuple[Places, ...]
    out: Places
    mode: str = "="


@dataclass(frozen=True)
class MatrixProduct:
    """out[…, i, j] = Σₖ left[…, i, k] · right[…, j, k]: matrix products, one for each of the leading indices."""

    left: Places
    right: Places
    out: Places
    mode: str = "="

    @property
    def operands(self) -> tuple[Places, ...]:
        return self.left, self.right


@dataclass(frozen=True)
class Reduce:
    """out[…] = the sum (or the largest) of operand[…, :]."""

    op: Operation
    operand: Places
    out: Places
    mode: str = "="

    @property
    def operands(self) -> tuple[Places, ...]:
        return (self.operand,)


Instruction = Map | MatrixProduct | Reduce


@dataclass(frozen=True)
class Region:
    """Neighbouring places that belong together: constants, an argument, captured Values, the results of a group."""

    start: int
    stop: int
    name: str


@dataclass
class Program:
    """Instructions in order, over a buffer of `size` places.

    Attributes:
        constants: place → number.
        inputs: the places of the inputs, in the order in which they are given.
        roots: the places of the results.
        recorded: how many scalar nodes were recorded.
        scalars, grouped: how many scalars are computed, and how many of them together with others.
        regions: what lies in the buffer, in order.
        labels: place → the label of the captured Value there.
    """

    size: int = 0
    instructions: list[Instruction] = field(default_factory=list)
    constants: dict[int, float] = field(default_factory=dict)
    inputs: list[int] = field(default_factory=list)
    roots: list[int] = field(default_factory=list)
    recorded: int = 0
    grouped: int = 0
    scalars: int = 0
    regions: list[Region] = field(default_factory=list)
    labels: dict[int, str] = field(default_factory=dict)
