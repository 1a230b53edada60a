"""What an expression can contain: functions of the table, operators with how tightly they bind, and two numbers.

>>> FUNCTIONS["maximum"].least, FUNCTIONS["leaky_relu"].most, BINARY["*"].binds > BINARY["+"].binds
(2, 2, True)
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, NamedTuple

from autograd import functions
from autograd.ops import DETACH, FAMILIES, OPERATIONS

CONSTANTS = {"pi": math.pi, "e": math.e}


class KnownFunction(NamedTuple):
    """A function of the table, and how many arguments it takes."""

    call: Callable[..., Any]
    least: int
    most: int


#: Those that take a fixed number of operands; those of a family take its number after the operand.
FUNCTIONS = {
    name: KnownFunction(getattr(functions, name), op.arity, op.arity)
    for name, op in OPERATIONS.items()
    if hasattr(functions, name) and op.arity is not None and op is not DETACH
} | {name: KnownFunction(getattr(functions, name), 1, 2) for name in FAMILIES if hasattr(functions, name)}


class Operator(NamedTuple):
    """An operator that waits for its operands."""

    call: Callable[..., Any]
    arity: int
    binds: int


BINARY = {
    "+": Operator(operator.add, 2, 1),
    "-": Operator(operator.sub, 2, 1),
    "*": Operator(operator.mul, 2, 2),
    "/": Operator(operator.truediv, 2, 2),
    "**": Operator(operator.pow, 2, 4),
}
SIGNS = {"+": Operator(operator.pos, 1, 3), "-": Operator(operator.neg, 1, 3)}
