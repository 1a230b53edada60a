"""What a step of training does besides computing the gradient: copy a batch in, and move the parameters by a rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: (m, parameter, gradient, what is remembered, learning rate, 1.0 in the first step) → parameter, what is remembered
Rule = Callable[[Any, Any, Any, tuple[Any, ...], Any, Any], tuple[Any, tuple[Any, ...]]]


@dataclass(frozen=True)
class Piece:
    """Rows of the arguments that each step takes from a table: where they lie, how wide and how many they are."""

    start: int
    width: int
    rows: int


@dataclass(frozen=True)
class Update:
    """What each step does after its gradient, and before the next one.

    Attributes:
        rule: moves each parameter.
        slots: how many numbers the rule remembers about each.
        start, count: where the parameters lie.
        pieces: what is copied in, for each block.
        blocks: how many memories the program works in, for a part each of the batch; gradients are added in this order.
    """

    rule: Rule
    slots: int
    start: int
    count: int
    pieces: tuple[Piece, ...] = ()
    blocks: int = 1
