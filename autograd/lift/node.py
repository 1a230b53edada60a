"""A call of a compiled function on Values is one node: its operation, and how it is differentiated again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from autograd.arithmetic import Floats
from autograd.lift.arrays.machine import Machine
from autograd.lift.capture.arguments import Reading
from autograd.lift.specialised import Specialised
from autograd.nesting import flat, nested_like
from autograd.operation import Operation
from autograd.value import Value, adjoints, as_number


class Later(Sequence[float]):
    """Local derivatives that are computed when they are asked for: of many results, most never are."""

    def __init__(self, op: Operation, y: float, parents: tuple[Value, ...]) -> None:
        self.op = op
        self.y = y
        self.xs = [parent._data for parent in parents]

    @cached_property
    def numbers(self) -> list[float]:
        return list(self.op.partials(Floats, self.y, *self.xs))

    def __getitem__(self, index: Any) -> Any:
        return self.numbers[index]

    def __len__(self) -> int:
        return len(self.xs)


def compiled_node(y: float, op: Operation, parents: tuple[Value, ...], slopes: Sequence[float]) -> Value:
    """The Value of a compiled function: one node, whatever was computed inside."""
    node = Value(y)
    node._operation = op
    node._many = parents, slopes
    return node


def node_operation(call: CompiledCall, machine: Machine, number: int, wanted: tuple[int, ...]) -> Operation:
    """The operation of a compiled node.

    In floats, value and partials are those of the program. To be differentiated again, they are recorded by the
    function itself, on the scalar engine.
    """
    specialised = call.specialised
    root = specialised.program.roots[number]

    def run(xs: tuple[float, ...]) -> None:
        specialised.put(machine, call.reading)
        machine.values[specialised.places[list(wanted)]] = xs
        machine.forward()

    def value(m: Any, *xs: Any) -> Any:
        if m is not Floats:
            return call.on_values(xs)[number]
        with specialised.lock, np.errstate(all="ignore"):
            run(xs)
            return float(machine.values[root])

    def partials(m: Any, y: Any, *xs: Any) -> Any:
        if m is not Floats:
            adjoint = adjoints(call.on_values(xs)[number], Value(1.0))
            return [adjoint.pop(id(x), 0.0) for x in xs]  # the whole derivative for the first of two equal operands
        with specialised.lock, np.errstate(all="ignore"):
            run(xs)
            return specialised.gradient(machine, root, wanted)

    return Operation("compiled", value, partials, arity=None, family=node_operation)


@dataclass(frozen=True)
class CompiledCall:
    """One call of a compiled function on Values, kept by its node."""

    f: Callable[..., Any]
    specialised: Specialised
    reading: Reading
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def on_values(self, xs: tuple[Any, ...]) -> list[Any]:
        """The results of f itself, recorded as Values, with the Values xs for those among the arguments.

        Raises:
            RuntimeError: if xs are not the Values that f captures, for it cannot be given others.
        """
        given = len(self.reading.values)
        if any(x is not leaf for x, leaf in zip(xs[given:], self.specialised.captured, strict=True)):
            raise RuntimeError(
                "a copy of a compiled node can be differentiated once, but not again: its function captures the"
                " original Values.\nCompute it again, or pass the Values as arguments."
            )
        leaves = iter(xs[:given])
        args = [replaced(argument, leaves) for argument in self.args]
        kwargs = {key: replaced(argument, leaves) for key, argument in self.kwargs.items()}
        return [x for x in flat(self.f(*args, **kwargs)) if isinstance(x, Value)]


def replaced(nest: Any, leaves: Iterator[Any]) -> Any:
    """The nest with the next leaf in place of each Value, and numbers as Values of their own."""
    return nested_like(nest, iter([next(leaves) if isinstance(x, Value) else as_leaf(x) for x in flat(nest)]))


def as_leaf(x: Any) -> Any:
    """A number as a Value; anything else as it is."""
    number = None if isinstance(x, Value) else as_number(x)
    return x if number is None else Value(number)
