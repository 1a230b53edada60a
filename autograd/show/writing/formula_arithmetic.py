"""The arithmetic of formulas: the table read in it gives what one would write, so no derivative is written here.

>>> from autograd import ops
>>> from autograd.show.writing.formula import Symbol
>>> from autograd.show.writing.names import label_name
>>> a2 = Symbol(label_name("a2"), 0.609)
>>> slope = ops.SIN.partials(Formulas, a2, a2)[0] * (1.0 - a2)
>>> slope.text(), slope.in_numbers().text()
('cos(a₂)·(1 − a₂)', 'cos(0.609)·(1 − 0.609)')
>>> print(slope.latex())
\\cos\\left(a_{2}\\right) \\cdot \\left(1 - a_{2}\\right)
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import Any

from autograd import ops
from autograd.operation import Family, Operation
from autograd.show.writing.formula import Call, Formula, Power, Quotient, Sum, flat_operands, formula

ARITHMETIC: dict[Hashable, Callable[..., Formula]] = {
    ops.ADD: lambda a, b: a + b,
    ops.SUBTRACT: lambda a, b: a - b,
    ops.MULTIPLY: lambda a, b: a * b,
    ops.DIVIDE: lambda a, b: Quotient(formula(a), formula(b)),
    ops.NEGATIVE: lambda x: -x,
    ops.POWER: lambda x, c: Power(formula(x), formula(c)),
    ops.POW: lambda x, c: Power(formula(x), formula(c)),
    ops.SUM: lambda *xs: Sum(flat_operands(Sum, *map(formula, xs))) if len(xs) > 1 else formula(xs[0]),
}
COMPOSITE = object()  # the family of operations that are made of others, as `condensed` makes them
SPELLED_OUT = (ops.DOT, ops.MEAN, COMPOSITE)  # as the sums, or whatever they are


def operation_formula(operation: Operation, *operands: Any) -> Formula:
    """The operation at these formulas, as it stands."""
    xs = [formula(x) for x in operands]
    entry = operation.family or operation
    if entry in ARITHMETIC:
        return ARITHMETIC[entry](*xs, *operation.parameters.values())
    if entry in SPELLED_OUT:
        return formula(operation.value(Formulas, *xs))
    return Call(operation, tuple(xs))


class _Formulas:
    """The arithmetic of formulas: `m.exp(x)` is the formula exp(x)."""

    def __getattr__(self, name: str) -> Callable[..., Formula]:
        entry = ops.FAMILIES.get(name) or ops.OPERATIONS.get(name)
        if entry is None:
            raise AttributeError(f"no operation is called {name!r}")
        if entry in ARITHMETIC:
            return ARITHMETIC[entry]
        if isinstance(entry, Family):
            return lambda *xs: operation_formula(entry(*xs), *entry.operands(xs))
        return partial(operation_formula, entry)


Formulas = _Formulas()
