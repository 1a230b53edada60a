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

from collections.abc import Callable
from typing import Any

from autograd.operation import Operation
from autograd.ops import FAMILIES, OPERATIONS
from autograd.show.writing.formula import Call, Formula, Power, Quotient, Sum, flat_operands, formula

ARITHMETIC: dict[str, Callable[..., Formula]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: Quotient(formula(a), formula(b)),
    "negative": lambda x: -x,
    "power": lambda x, c: Power(formula(x), formula(c)),
    "pow": lambda x, c: Power(formula(x), formula(c)),
    "sum": lambda *xs: Sum(flat_operands(Sum, *map(formula, xs))) if len(xs) > 1 else formula(xs[0]),
}
SPELLED_OUT = ("dot", "mean")  # as the sums that they are


def operation_formula(operation: Operation, *operands: Any) -> Formula:
    """The operation at these formulas, as it stands."""
    xs = [formula(x) for x in operands]
    if operation.name in ARITHMETIC:
        return ARITHMETIC[operation.name](*xs, *operation.parameters.values())
    if operation.name in SPELLED_OUT:
        return formula(operation.value(Formulas, *xs))
    return Call(operation, tuple(xs))


class _Formulas:
    """The arithmetic of formulas: `m.exp(x)` is the formula exp(x)."""

    def __getattr__(self, name: str) -> Callable[..., Formula]:
        if name in FAMILIES and name != "power":
            return lambda x, *parameters: operation_formula(FAMILIES[name][0](*parameters), x)
        if name in ARITHMETIC:
            return ARITHMETIC[name]
        if name not in OPERATIONS:
            raise AttributeError(f"no operation is called {name!r}")
        return lambda *operands: operation_formula(OPERATIONS[name], *operands)


Formulas = _Formulas()
