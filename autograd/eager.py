"""The methods of `Value`, written from the table.

Calling through the table at every operation would cost two or three times as much as code written by hand. So for
each operation of one or two operands a Python function is written out from the entry's value and partials, read in
symbols, and compiled. Its source is registered with `linecache`: a debugger that steps into `a * b` shows it, and
so does a traceback (until somebody calls `linecache.clearcache()`), and `print(source(MULTIPLY))`. It happens at the
first use of each, so that importing costs little.

The functions use Python's own arithmetic, which raises where a float has no answer. They then leave the operation
to `apply_strictly`, which answers by IEEE 754's rules or explains the DomainError.

>>> from autograd.ops import MULTIPLY
>>> print(source(MULTIPLY))
def multiply(self, other):
    "y = a * b, ∂y/∂a = b, ∂y/∂b = a"
    if type(other) is not Value:
        other = operand(other)  # a number becomes a leaf
        if other is NotImplemented:
            return other
    a = self._data
    b = other._data
    node = new(Value)
    node._data = a * b
    node.grad = 0.0
    node._operation = multiply_operation
    node._a = self
    node._b = other
    node._da = b
    node._db = a
    node.label = ""
    return node
<BLANKLINE>
"""

from __future__ import annotations

import linecache
import math
from collections.abc import Callable
from functools import cache
from typing import Any

from autograd.arithmetic import ELEMENTARY, Floats
from autograd.operation import Family, Operation
from autograd.ops import FAMILIES, OPERATIONS
from autograd.python_code import MethodBody
from autograd.symbols import ExpandedSymbols, Expression, Symbols, expression, symbol

#: Python's own functions, which raise where the total ones answer inf or NaN.
STRICT: dict[str, Callable[..., Any]] = {
    name: getattr(math, name, None) or getattr(Floats, name) for name in ELEMENTARY
} | {"power": math.pow}

#: What the written functions refer to by name; `value.py` adds Value, operand, real and apply_strictly.
NAMESPACE: dict[str, Any] = {"new": object.__new__, **STRICT}

#: The namespaces of all functions that were written.
written_in: list[dict[str, Any]] = [NAMESPACE]


def make_by(new: Callable[..., Any]) -> None:
    """From now on, `new(Value)` makes the Values: `object.__new__`, or what notes them besides."""
    for namespace in written_in:
        namespace["new"] = new


class Method:
    """A method of `Value` for an entry of the table: written out and compiled when it is first asked for.

    Args:
        entry: an operation of one or two operands, or a family. Without one, each name in the class that this is
            assigned to becomes the method of the entry of that name.
    """

    def __init__(self, entry: Operation | Family | None = None) -> None:
        self.entry = entry
        self.names: list[str] = []

    def __set_name__(self, owner: type, name: str) -> None:
        if self.entry is None:
            method = type(self)(FAMILIES.get(name) or OPERATIONS[name])
            setattr(owner, name, method)
            method.__set_name__(owner, name)
        self.owner = owner
        self.names.append(name)

    def __get__(self, instance: Any, owner: type) -> Callable[..., Any]:
        assert self.entry is not None
        function = compiled(self.entry)
        for name in self.names:
            setattr(self.owner, name, function)  # from now on in place of this
        bound: Callable[..., Any] = getattr(owner if instance is None else instance, self.names[0])
        return bound


@cache
def compiled(entry: Operation | Family) -> Callable[..., Any]:
    """The function that applies an entry of the table to Values and records it.

    That of a family takes the fixed numbers after the operand.
    """
    name = entry.name
    text = source(entry)
    filename = f"<autograd {name}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    written: dict[str, Any] = {}
    made_by = entry.member if isinstance(entry, Family) else entry
    namespace = {**NAMESPACE, f"{name}_operation": made_by}
    written_in.append(namespace)
    exec(compile(text, filename, "exec"), namespace, written)
    function: Callable[..., Any] = written[name]
    function.__module__ = "autograd.value"
    function.__qualname__ = f"Value.{name}"
    return function


def source(entry: Operation | Family) -> str:
    """The Python source of an operation of one or two operands, or of a family."""
    fixed = entry.parameters if isinstance(entry, Family) else {}
    operation = entry(*map(symbol, fixed)) if isinstance(entry, Family) else entry
    names = ("x",) if operation.arity == 1 else ("a", "b")
    a_b = [symbol(name) for name in names]
    y = symbol("y")
    name = operation.name
    recorded = f"{name}_operation({', '.join(fixed)})" if fixed else f"{name}_operation"

    formulas = [expression(partial) for partial in operation.partials(Symbols, y, *a_b)]
    formula = f"y = {Expression(operation, tuple(a_b))}"
    formula += "".join(f", ∂y/∂{x} = {d}" for x, d in zip(names, formulas, strict=True))

    body = MethodBody(
        expression(operation.value(ExpandedSymbols, *a_b)),
        [expression(partial) for partial in operation.partials(ExpandedSymbols, y, *a_b)],
    )
    given = [key if default is None else f"{key}={default!r}" for key, default in fixed.items()]
    lines = [
        f"def {name}({', '.join(['self', *['other'] * (len(names) - 1), *given])}):",
        f'    "{f"{entry.doc} " if entry.doc else ""}{formula}"',
        *(f"    {key} = {key} if type({key}) is float else real({key})" for key in fixed),
    ]
    if len(names) == 2:
        lines += [
            "    if type(other) is not Value:",
            "        other = operand(other)  # a number becomes a leaf",
            "        if other is NotImplemented:",
            "            return other",
        ]
    lines += [f"    {x} = {operand}._data" for x, operand in zip(names, ("self", "other"), strict=False)]
    if body.may_raise:
        lines += [
            "    try:",
            *(f"        {line}" for line in body.lines),
            "    except (ArithmeticError, ValueError):  # beyond Python's floats",
            f"        return apply_strictly({recorded}, self{', other' * (len(names) - 1)})",
        ]
    lines += [
        "    node = new(Value)",
        f"    node._data = {body.value}",
        "    node.grad = 0.0",
        f"    node._operation = {recorded}",
        "    node._a = self",
        f"    node._b = {'other' if len(names) == 2 else None}",
        f"    node._da = {body.partials[0]}",
        f"    node._db = {body.partials[1] if len(names) == 2 else None}",
        '    node.label = ""',
        "    return node",
    ]
    return "\n".join(lines) + "\n"
