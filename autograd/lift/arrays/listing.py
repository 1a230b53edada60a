"""What a compiled function tells about itself: its array operations, as lines to read and as a graph to draw."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby


@dataclass
class Statement:
    """One array operation, as a line of the listing.

    Attributes:
        name, shape: of the result: `h1`, `[16×100]`.
        formula: what computes it.
        operands: the names of what it reads, in the order in which they are met.
        scalars: how many scalar nodes it stands for.
        parameters: the labels of the parameters that it reads, those of neighbours in one: `layers.0.neurons.0–15.b`.
        operation: the mark of the last thing that is done.
        loop, turns: the number of the loop that it is in, 0 if in none; and how many turns that has.
    """

    name: str
    shape: str
    formula: str
    operands: list[str]
    scalars: int
    parameters: list[str] = field(default_factory=list)
    operation: str = "="
    loop: int = 0
    turns: int = 1

    def __str__(self) -> str:
        return f"{self.name}{self.shape} = {self.formula}"


@dataclass(frozen=True)
class Box:
    """A node of the drawing: what `autograd.show.draw` asks for."""

    key: str
    name: str
    operation: str
    note: str
    value: None = None
    gradient: None = None
    constant: bool = False


@dataclass(frozen=True)
class Arrow:
    """An edge of the drawing."""

    tail: str
    head: str
    position: int
    local: None = None
    flow: None = None
    count: int = 1


@dataclass(frozen=True)
class Listing:
    """The array operations of a program.

    Attributes:
        statements: in order.
        recorded: how many scalar nodes were recorded.
        share: which part of the scalars is computed together with others, from 0 to 1.
        recordings: how often the function was recorded: once for each structure of its arguments.
    """

    statements: list[Statement]
    recorded: int
    share: float
    recordings: int

    @property
    def summary(self) -> str:
        """How much of the scalar program became arrays."""
        count = sum(statement.scalars > 0 for statement in self.statements)
        return (
            f"{self.recorded:,} recorded scalars → {count} array operation{'s' * (count != 1)};"
            f" {100.0 * self.share:.1f} % of what is computed, in groups"
        )

    def __str__(self) -> str:
        times = f"recorded {self.recordings} time{'s' * (self.recordings != 1)}"
        lines = [f"# {self.summary}; {times}"]
        for (loop, turns), statements in groupby(self.statements, lambda statement: (statement.loop, statement.turns)):
            if loop:
                lines.append(f"for t in {turns:,}:")
            lines += [f"{'    ' if loop else ''}{statement}" for statement in statements]
        return "\n".join(lines)

    __repr__ = __str__

    @property
    def nodes(self) -> list[Box]:
        """What is given, and the result of each operation with its formula."""
        computed = {statement.name for statement in self.statements}
        given = dict.fromkeys(x for s in self.statements for x in s.operands if x not in computed)
        boxes = [Box(key, name, "", "") for key, name in zip(self.keys(), given, strict=False)]
        for key, statement in zip(self.keys(len(boxes)), self.statements, strict=False):
            count = f"{statement.scalars:,} scalar{'s' * (statement.scalars != 1)}"
            count = f"{statement.turns:,} turns" if statement.loop else count
            name = f"{statement.name}{statement.shape}"
            boxes.append(Box(key, name, statement.operation, f"{statement.formula}   ({count})"))
        return boxes

    @property
    def edges(self) -> list[Arrow]:
        """From each operand to what reads it."""
        boxes = self.nodes
        key = {box.name: box.key for box in boxes if not box.operation}
        arrows = []
        for box, statement in zip(boxes[len(key) :], self.statements, strict=True):
            arrows += [Arrow(key[x], box.key, position) for position, x in enumerate(statement.operands)]
            key[statement.name] = box.key
        return arrows

    @staticmethod
    def keys(start: int = 0) -> Iterable[str]:
        """n0, n1, …"""
        return (f"n{number}" for number in range(start, 1 << 30))


# ── The labels of many parameters in one ────────────────────────────────────────────────────────────────────────

INDEX = re.compile(r"(\d+)")


def without_indices(label: str) -> str:
    """A label without its indices.

    >>> without_indices("layers.0.neurons.2.w[1]")
    'layers..neurons..w[]'
    """
    return INDEX.sub("", label)


def in_one(labels: Iterable[str], spans: bool = False) -> str:
    """Labels that differ in their indices alone, without those that differ, or with their ranges.

    >>> labels = [f"layers.0.neurons.{j}.w[{i}]" for j in range(16) for i in range(2)]
    >>> in_one(labels), in_one(labels, spans=True)
    ('layers.0.neurons.w', 'layers.0.neurons.0–15.w[0–1]')
    """
    pieces = [INDEX.split(label) for label in dict.fromkeys(labels)]
    text = pieces[0][0]
    for position in range(1, len(pieces[0]), 2):
        numbers = {int(piece[position]) for piece in pieces}
        after = pieces[0][position + 1]
        if len(numbers) == 1 or spans:
            low, high = min(numbers), max(numbers)
            text += (f"{low}" if low == high else f"{low}–{high}") + after
        else:  # the index goes, with its brackets or its dot
            text = text[:-1] + (after[1:] if after.startswith("]") else after)
    return text
