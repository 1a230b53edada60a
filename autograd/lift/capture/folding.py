"""Which constants operations can do without: a factor of 1, a divisor of 2.

Structure comes before numbers: a factor or divisor is folded (1·x → x) in all operations of a kind or in none. Where a
one-hot vector or an image has a 1 its neighbours have not, and all stay alike.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Set

from autograd import ops
from autograd.operation import Operation
from autograd.value import Value

#: Which constants an operation can do without.
FOLDS: dict[Operation | None, Callable[[float], bool]] = {
    ops.MULTIPLY: lambda x: abs(x) == 1.0,
    ops.DOT: lambda x: abs(x) == 1.0,
    ops.DIVIDE: lambda x: abs(math.frexp(x)[0]) == 0.5,
}

OperationKind = tuple[Operation | str | None, ...]


def folded_kinds(order: list[Value], constants: Set[int]) -> set[OperationKind]:
    """The kinds of operations whose constants (known by their ids) are all such that they can be folded."""
    folds: dict[OperationKind, bool] = {}
    for value in order:
        if value._operation in FOLDS:
            kind = kind_of(value, constants)
            parents = value.parents
            if folds.setdefault(kind, True) and not constants.isdisjoint(map(id, parents)):
                folds[kind] = all(FOLDS[value._operation](x._data) for x in parents if id(x) in constants)
    return {kind for kind, all_fold in folds.items() if all_fold}


def kind_of(value: Value, constants: Set[int]) -> OperationKind:
    """The operation, and which operations have made its operands ("number": none, it is a constant)."""
    if value.op is ops.DOT:
        return (ops.DOT,)
    return (value.op, *["number" if id(x) in constants else x.op for x in value.parents])
