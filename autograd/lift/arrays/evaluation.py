"""Formulas of the table as a tree of operations: which variables are in it, and what it is in any arithmetic."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from autograd import ops
from autograd.operation import Operation
from autograd.symbols import ExpandedSymbols, Expression, expression, symbol


@lru_cache(maxsize=4096)
def partials_in_symbols(op: Operation, arity: int) -> tuple[Expression, ...]:
    """∂y/∂xᵢ of an operation, in the symbols y, x0, x1, …"""
    xs = [symbol(f"x{k}") for k in range(arity)]
    return tuple(expression(partial) for partial in op.partials(ExpandedSymbols, symbol("y"), *xs))


def all_parts(whole: Expression) -> list[Expression]:
    """An expression, its operands, theirs, …"""
    found = [whole]
    for part in found:
        found.extend(parts_of(part))
    return found


def names_in(whole: Expression) -> set[str]:
    """The names of an expression's variables."""
    return {part.leaf for part in all_parts(whole) if part.operation is None and isinstance(part.leaf, str)}


def parts_of(whole: Expression) -> list[Expression]:
    """The operands, and the fixed numbers of an operation of a family: the c of xᶜ, which may be an expression, too."""
    fixed = [] if whole.operation is None else whole.operation.parameters.values()
    return [*whole.operands, *map(expression, fixed)]


def evaluated(whole: Expression, m: Any, names: dict[str, Any]) -> Any:
    """An expression in an arithmetic; what it shares with itself is computed once."""
    known: dict[int, Any] = {}

    def value(part: Expression) -> Any:
        if part.operation is None:
            return names[part.leaf] if isinstance(part.leaf, str) else part.leaf
        if id(part) not in known:
            op, xs = part.operation, map(value, parts_of(part))
            known[id(part)] = m.power(*xs) if op.family is ops.POWER else op.value(m, *xs)
        return known[id(part)]

    return value(whole)
