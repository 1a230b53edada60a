"""A program of single numbers that goes on step by step: sections that run once, and loops over turns.

Every number has a place in one long buffer, as in an array program. What a step of a loop computes lies side by side,
one number a turn: `out + turn`. An operand is found by where it is in each turn; there are five ways.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from autograd.lift.arrays.program import Places, Region
from autograd.operation import Operation


@dataclass(frozen=True)
class Own:
    """What a step of the same turn has computed."""

    step: int


@dataclass(frozen=True)
class Carried:
    """What a step of the turn before has left; in the first turn the number at a place."""

    step: int
    first: int


@dataclass(frozen=True)
class Fixed:
    """The same number in all turns."""

    place: int


@dataclass(frozen=True)
class Moving:
    """Another number in each turn, at places that advance by a fixed stride."""

    start: int
    stride: int


@dataclass(frozen=True, eq=False)
class Gathered:
    """Another number in each turn, from here and there."""

    places: Places


Operand = Own | Carried | Fixed | Moving | Gathered


@dataclass(frozen=True, eq=False)
class TapeStep:
    """One operation: out[turn] = op(operands).

    Attributes:
        terms: of a linear one, each term's sign, and how many operands are multiplied in it, one or two.
    """

    op: Operation
    operands: tuple[Operand, ...]
    out: int
    terms: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, eq=False)
class Section:
    """Steps in order, `turns` times."""

    turns: int
    steps: list[TapeStep]

    def places(self, operand: Operand) -> tuple[int, ...]:
        """Where an operand is read in memory that this section does not write in the same or the last turn."""
        if isinstance(operand, Fixed):
            return (operand.place,)
        if isinstance(operand, Carried):
            return (operand.first,)
        if isinstance(operand, Moving):
            return tuple(range(operand.start, operand.start + operand.stride * self.turns, operand.stride))
        return tuple(operand.places.tolist()) if isinstance(operand, Gathered) else ()


@dataclass
class Tape:
    """Pieces in order, over a buffer of `size` places.

    Attributes:
        check: a place that holds 0, or NaN if an operation has left its domain on the way.
        constants, inputs, roots, recorded, scalars, grouped, regions, labels: as an array program has them.
    """

    size: int = 0
    check: int = 0
    sections: list[Section] = field(default_factory=list)
    constants: dict[int, float] = field(default_factory=dict)
    inputs: list[int] = field(default_factory=list)
    roots: list[int] = field(default_factory=list)
    recorded: int = 0
    grouped: int = 0
    scalars: int = 0
    regions: list[Region] = field(default_factory=list)
    labels: dict[int, str] = field(default_factory=dict)

    @property
    def straight(self) -> int:
        """How many operations its code has, each once."""
        return sum(len(section.steps) for section in self.sections)
