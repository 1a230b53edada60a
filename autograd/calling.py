"""How a function of an operation is called: with Values it gives a Value, with plain numbers a plain float.

Each maker takes an entry of the table and gives the function, described by the entry. What type checkers are to know of
it is in the protocols.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

from autograd.eager import compiled
from autograd.operation import Family, Operation
from autograd.value import Value, apply_strictly, operand_or_error


class OfOne(Protocol):
    """A function of one number."""

    def __call__(self, x: Any) -> Any: ...


class OfTwo(Protocol):
    """A function of two numbers."""

    def __call__(self, a: Any, b: Any) -> Any: ...


class OfOneAndAlpha(Protocol):
    """A function of one number, and of a fixed one that has a default."""

    def __call__(self, x: Any, alpha: float = ...) -> Any: ...


class OfMany(Protocol):
    """A function of any number of numbers."""

    def __call__(self, xs: Iterable[Any]) -> Any: ...


AnyFunction = TypeVar("AnyFunction", bound=OfOne | OfTwo | OfOneAndAlpha | OfMany)


def described(function: AnyFunction, entry: Operation | Family) -> AnyFunction:
    """The function, with the name and the description of the entry."""
    function.__name__ = function.__qualname__ = entry.name  # type: ignore[union-attr]  # a def, whatever it is called by
    function.__module__ = "autograd.functions"
    function.__doc__ = entry.doc
    return function


def of_one(op: Operation) -> OfOne:
    """The function of an operation of one operand."""

    def function(x: Any) -> Any:
        method = compiled(op)
        return method(x) if Value in type(x).__mro__ else method(Value(x))._data

    return described(function, op)


def of_two(op: Operation) -> OfTwo:
    """The function of an operation of two operands."""

    def function(a: Any, b: Any) -> Any:
        node = compiled(op)(operand_or_error(a), operand_or_error(b))
        return node if isinstance(a, Value) or isinstance(b, Value) else node._data

    return described(function, op)


def of_one_and_alpha(family: Family) -> OfOneAndAlpha:
    """The function of a family of one operand whose fixed number is called alpha."""
    default = family.parameters["alpha"]
    assert default is not None

    def function(x: Any, alpha: float = default) -> Any:
        method = compiled(family)
        return method(x, alpha) if isinstance(x, Value) else method(Value(x), alpha)._data

    return described(function, family)


def of_many(op: Operation, of_nothing: float | None = None) -> OfMany:
    """The function of an operation of any number of operands, and what it is of none; None: a ValueError."""

    def function(xs: Iterable[Any]) -> Any:
        operands = list(xs)
        if not operands and of_nothing is not None:
            return of_nothing
        return apply_to_many(op, nonempty(op.name, operands))

    return described(function, op)


def apply_to_many(op: Operation, operands: list[Any]) -> Any:
    """An operation of any number of operands: one node, whatever their number."""
    try:
        return apply_strictly(op, *operands)  # all of them Values
    except AttributeError:
        node = apply_strictly(op, *map(operand_or_error, operands))
    return node if any(isinstance(x, Value) for x in operands) else node._data


def nonempty(name: str, xs: Iterable[Any]) -> list[Any]:
    """The operands as a list of at least one.

    Raises:
        ValueError: if there is none.
    """
    operands = list(xs)
    if not operands:
        raise ValueError(f"{name} takes at least one number, but was given none")
    return operands
