"""The scalar program: what the simplifier writes, and the rooms behind it read.

A program is a list of nodes, operands before results. A node is a leaf (an input), a constant, an operation of the
table, or one of two forms that gather what Python spells in many ways:

    linear    ± a₁·b₁ ± a₂·b₂ … ± p₁ ± p₂ …     from +, -, sum, dot, mean and running sums, in any order and nesting
    largest   max(x₁, …, xₙ), without gradient  from a detached chain of maxima (the shift of a softmax)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain

from autograd import ops
from autograd.operation import Operation
from autograd.value import Value

SumTerm = tuple[int, int, int]  # sign, node, and the node it is multiplied with (−1: none)

LINEAR = Operation("linear", lambda m, *xs: m.sum(*xs), lambda m, y, *xs: (1.0,) * len(xs), arity=None)
LARGEST = Operation("largest", lambda m, *xs: m.maximum(*xs), lambda m, y, *xs: (0.0,) * len(xs), arity=None)

COMMUTATIVE = frozenset({ops.MULTIPLY, ops.MAXIMUM, ops.MINIMUM, ops.HYPOT})


class TooLarge(ValueError):
    """A function that records more than a program may hold."""


@dataclass
class Scalars:
    """A scalar program. `op[i]` is None for leaves and constants; `terms[i]` belongs to linear nodes.

    `made[i]` tells when an operation was recorded: before those with a higher number. What is `unused` leads to no
    root, but may have no answer, which has to be seen.
    """

    op: list[Operation | None] = field(default_factory=list)
    operands: list[tuple[int, ...]] = field(default_factory=list)
    terms: dict[int, list[SumTerm]] = field(default_factory=dict)
    number: dict[int, float] = field(default_factory=dict)
    leaves: dict[int, Value] = field(default_factory=dict)
    roots: list[int] = field(default_factory=list)
    unused: list[int] = field(default_factory=list)
    recorded: int = 0
    made: dict[int, int] = field(default_factory=dict)

    def new(self, op: Operation | None, operands: tuple[int, ...] = ()) -> int:
        """Append a node."""
        self.op.append(op)
        self.operands.append(operands)
        return len(self.op) - 1

    def operands_of(self, node: int) -> tuple[int, ...]:
        """The nodes that a node is computed from, those of its terms included."""
        if self.op[node] is not LINEAR:
            return self.operands[node]
        found = [*chain.from_iterable(self.terms[node])]
        del found[::3]  # the signs
        return tuple(found) if -1 not in found else tuple(x for x in found if x >= 0)
