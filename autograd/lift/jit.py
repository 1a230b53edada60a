"""jit: a function of scalars that runs as an array program, and is one node of the graph.

    record → simplify → schedule → regroup → reverse → NumPy

is done once for each structure of the arguments; from then on a call copies the numbers in, runs the program, and
takes the results out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import update_wrapper
from itertools import pairwise
from math import isfinite
from typing import Any

import numpy as np

from autograd.arithmetic import Floats
from autograd.lift.nests import Reading, like, with_leaves
from autograd.lift.numpy_backend import Machine
from autograd.lift.program import Program
from autograd.lift.regroup import regrouped
from autograd.lift.reverse import reverse
from autograd.lift.simplify import simplified
from autograd.lift.trace import Recording, current
from autograd.operation import Operation
from autograd.transforms import flat, nested_like, open_inputs
from autograd.value import Value, adjoints, as_number

Array = np.ndarray[Any, np.dtype[np.float64]]


def jit(f: Callable[..., Any]) -> Compiled:
    """f, compiled: the same results, from array operations instead of one scalar at a time.

    Args:
        f: takes numbers, Values, or nested lists, tuples, dicts and arrays of them, and returns Values or numbers,
            nested or not. Leaf Values that it captures (a model's parameters) are read at each call.

    Returns:
        A function with f's signature. On plain numbers it gives what f would; if Values are among its arguments or
        captured, it gives a Value whose parents they are, and whose local derivatives the program has computed: so
        `backward()` and everything else goes on working around it. The derivative transforms can be compiled, too:
        `jit(value_and_grad(f))`.

    Raises:
        TraceError: at the first call, if f does what depends on the numbers themselves (`if a < b`, `.data`).

    >>> @jit
    ... def distance(p, q):
    ...     return sum((a - b) ** 2 for a, b in zip(p, q)) ** 0.5
    >>> distance([0.0, 0.0], [3.0, 4.0])
    5.0
    >>> x = Value(3.0)
    >>> y = distance([x, 0.0], [0.0, 4.0])
    >>> y.backward()
    >>> round(x.grad, 12)
    0.6
    """
    return Compiled(f)


class Recorded:
    """The program of one structure of the arguments, and the machines that run it."""

    def __init__(
        self,
        f: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        reading: Reading,
        lock: threading.RLock,
    ) -> None:
        leaves = [Value(x) for piece in reading.pieces for x in piece.tolist()]
        supply = iter(leaves)
        given = [with_leaves(argument, supply) for argument in args]
        named = {key: with_leaves(argument, supply) for key, argument in kwargs.items()}
        with Recording() as recording:
            self.result = f(*given, **named)
            self.outputs = [x for x in flat(self.result) if isinstance(x, Value)]
            self.scalars = simplified(self.outputs, recording)
        place_of = {id(leaf): node for node, leaf in self.scalars.leaves.items()}
        kinds: dict[int, str] = {}
        position = 0
        for number, piece in enumerate(reading.pieces, 1):
            for leaf in leaves[position : position + piece.size]:
                node = place_of.get(id(leaf))
                kinds[self.scalars.new(None) if node is None else node] = f"x{number}"
            position += piece.size
        captured = [node for node in self.scalars.leaves if node not in kinds]
        self.input_nodes = [*kinds, *captured]
        self.program: Program = regrouped(self.scalars, kinds, captured)
        by_place = {self.program.inputs[k]: node for k, node in enumerate(self.input_nodes)}
        self.captured = [self.scalars.leaves[by_place[p]] for p in sorted(self.program.inputs[len(kinds) :])]
        self.input_nodes[len(kinds) :] = [by_place[p] for p in sorted(self.program.inputs[len(kinds) :])]
        self.places = np.array([*self.program.inputs[: len(kinds)], *sorted(self.program.inputs[len(kinds) :])])
        self.arguments = len(kinds)
        self.machines: dict[Hashable, Machine] = {}
        self.nodes: dict[tuple[int, ...], tuple[Machine, tuple[int, ...]]] = {}
        self.lock = lock

    def machine(self, wanted: tuple[int, ...] | None) -> Machine:
        """The machine for gradients with respect to these inputs (None: for values alone)."""
        if wanted not in self.machines:
            back = None if wanted is None else reverse(self.program, self.places[list(wanted)])
            self.machines[wanted] = Machine(self.program, back)
        return self.machines[wanted]

    def for_node(self, arguments: tuple[int, ...]) -> tuple[Machine, tuple[int, ...]]:
        """The machine for a node whose parents are these arguments and all captured Values; and what it derives by."""
        if arguments not in self.nodes:
            wanted = (*arguments, *range(self.arguments, len(self.places)))
            self.nodes[arguments] = self.machine(wanted or None), wanted
        return self.nodes[arguments]

    def load(self, machine: Machine, reading: Reading) -> None:
        """Copy the arguments and the captured Values in."""
        if self.arguments:
            start = int(self.places[0])
            for piece in reading.pieces:
                machine.values[start : start + piece.size] = piece
                start += piece.size
        if self.captured:
            first = int(self.places[self.arguments])
            machine.values[first : first + len(self.captured)] = [leaf._data for leaf in self.captured]


class Compiled:
    """A compiled function. `program` shows the array operations that were found."""

    def __init__(self, f: Callable[..., Any]) -> None:
        if not callable(f):
            raise TypeError(f"jit takes a function, but was given {f!r} of type {type(f).__name__}")
        self.f = f
        self.kept: dict[Hashable, Recorded] = {}
        self.lock = threading.RLock()
        self.recordings = 0
        self.latest: Recorded | None = None
        derivative: tuple[Callable[..., Any], Any, bool] = getattr(f, "derivative_of", (f, None, True))
        self.inner, self.argnums, self.with_value = derivative
        update_wrapper(self, f, updated=())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if current.get() is not None:
            return self.f(*args, **kwargs)  # a part of what is recorded around it
        reading = Reading()
        parts, ends = [], [0]
        for argument in args:
            parts.append(reading.read(argument))
            ends.append(reading.count)
        key = (*parts, *[(name, reading.read(argument)) for name, argument in kwargs.items()])
        with self.lock:
            if self.argnums is None:
                return self.call(key, reading, args, kwargs)
            if reading.values or open_inputs.get():
                return self.f(*args, **kwargs)  # derivatives of Values are Values again
            return self.differentiate(key, reading, ends, args, kwargs)

    def bind(self, *args: Any) -> Step:
        """The compiled `value_and_grad(f)` with its arguments in place, for a loop that copies nothing.

        Raises:
            TypeError: if what was compiled is not `value_and_grad` (or `grad`) with one argnum.

        >>> from autograd import value_and_grad
        >>> step = jit(value_and_grad(lambda w, x: (w * x - 1.0) ** 2)).bind(0.5, 3.0)
        >>> for _ in range(20):
        ...     _ = step.run()
        ...     step.parameters -= 0.05 * step.gradient
        >>> round(float(step.parameters[0]), 4)
        0.3333
        """
        if not isinstance(self.argnums, int):
            raise TypeError("bind takes a compiled value_and_grad(f) of one argument: jit(value_and_grad(f)).bind(…)")
        reading = Reading()
        parts, ends = [], [0]
        for argument in args:
            parts.append(reading.read(argument))
            ends.append(reading.count)
        with self.lock:
            recorded = self.recorded(tuple(parts), reading, args, {})
        first, last = ends[self.argnums % len(args)], ends[self.argnums % len(args) + 1]
        return Step(recorded, reading, first, last)

    @property
    def program(self) -> str:
        """The array operations of the latest program, as text."""
        if self.latest is None:
            return "not recorded yet: call the function once"
        from autograd.lift.text import program_text

        return program_text(self.latest.program, self.recordings)

    def recorded(self, key: Hashable, reading: Reading, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Recorded:
        """The program for arguments of this structure."""
        if key not in self.kept:
            self.kept[key] = Recorded(self.inner, args, kwargs, reading, self.lock)
            self.recordings += 1
        self.latest = self.kept[key]
        return self.latest

    def call(self, key: Hashable, reading: Reading, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The value: a number, or a node of the graph with its gradient."""
        recorded = self.recorded(key, reading, args, kwargs)
        parents = (*reading.values.values(), *recorded.captured)
        machine, wanted = recorded.for_node(tuple(reading.values))
        call = Call(self.inner, recorded, reading, args, kwargs)
        results: list[Any] = []
        with np.errstate(all="ignore"):
            recorded.load(machine, reading)
            machine.forward()
            data = [float(machine.values[place]) for place in recorded.program.roots]
            gradients = [
                gradient(machine, recorded, place, wanted) if wanted else [] for place in recorded.program.roots
            ]
        if not all(map(isfinite, data)) or not all(isfinite(sum(slopes)) for slopes in gradients):
            return self.eagerly(args, kwargs, as_numbers=not wanted)
        for number, (y, slopes) in enumerate(zip(data, gradients, strict=True)):
            if wanted:
                op = node_operation(call, machine, number, wanted)
                results.append(compiled_node(y, op, parents, tuple(slopes)))
            else:
                results.append(y)
        supply = iter(results)
        return nested_like(
            recorded.result, iter([next(supply) if isinstance(x, Value) else x for x in flat(recorded.result)])
        )

    def eagerly(self, args: tuple[Any, ...], kwargs: dict[str, Any], as_numbers: bool) -> Any:
        """The function on the scalar engine, which says what is wrong with a number, or gives what comes of it."""
        given = [nested_like(argument, map(as_leaf, flat(argument))) for argument in args]
        named = {key: nested_like(argument, map(as_leaf, flat(argument))) for key, argument in kwargs.items()}
        result = self.inner(*given, **named)
        if not as_numbers:
            return result
        return nested_like(result, iter([x._data if isinstance(x, Value) else x for x in flat(result)]))

    def differentiate(
        self, key: Hashable, reading: Reading, ends: list[int], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """The value and the gradient of the function that f is the derivative of, as plain numbers."""
        spans = [range(*span) for span in pairwise(ends)]
        several = isinstance(self.argnums, tuple)
        chosen = self.argnums if several else (self.argnums,)
        if not all(-len(args) <= k < len(args) for k in chosen):
            return self.f(*args, **kwargs)  # which says so
        recorded = self.recorded(key, reading, args, kwargs)
        if not (isinstance(recorded.result, Value)):
            return self.f(*args, **kwargs)
        machine = recorded.machine(tuple(i for k in chosen for i in spans[k]))
        with np.errstate(all="ignore"):
            recorded.load(machine, reading)
            machine.forward()
            y = float(machine.values[recorded.program.roots[0]])
            back(machine, recorded.program.roots[0])
        first = int(recorded.places[0]) if len(recorded.places) else 0
        found = [machine.adjoints[first + spans[k].start : first + spans[k].stop] for k in chosen]
        if not isfinite(y) or not all(isfinite(slopes.sum()) for slopes in found):
            return self.f(*args, **kwargs)
        gradients = tuple(like(args[k], slopes) for k, slopes in zip(chosen, found, strict=True))
        result = gradients if several else gradients[0]
        return (y, result) if self.with_value else result


class Step:
    """A program with its arguments in place and a machine of its own.

    Attributes:
        parameters: the numbers of the argument that is differentiated, flat; change them in place between runs.
        gradient: after `run`, the derivatives, in the same order.
        arguments: all numbers of the arguments, flat, to put another batch in place.
    """

    def __init__(self, recorded: Recorded, reading: Reading, first: int, last: int) -> None:
        self.machine = Machine(recorded.program, reverse(recorded.program, recorded.places[first:last]))
        recorded.load(self.machine, reading)
        start = int(recorded.places[0])
        self.arguments = self.machine.values[start : start + recorded.arguments]
        self.parameters = self.arguments[first:last]
        self.gradient = self.machine.adjoints[start + first : start + last]
        self.root = recorded.program.roots[0]

    def run(self) -> float:
        """The value; the gradient is in `gradient`. Numbers follow IEEE 754: look for NaN where that may be."""
        self.machine.forward()
        back(self.machine, self.root)
        return float(self.machine.values[self.root])


def as_leaf(x: Any) -> Any:
    """A number as a Value; anything else as it is."""
    number = None if isinstance(x, Value) else as_number(x)
    return x if number is None else Value(number)


def back(machine: Machine, root: int) -> None:
    """The gradient of the result at that place, into the machine's adjoints."""
    machine.clear()
    machine.adjoints[root] += 1.0
    machine.backward()


def gradient(machine: Machine, recorded: Recorded, root: int, wanted: tuple[int, ...]) -> list[float]:
    """∂root/∂ each wanted input."""
    back(machine, root)
    first, last = wanted[0], wanted[-1]
    if last - first == len(wanted) - 1 and recorded.places[last] - recorded.places[first] == last - first:
        start = recorded.places[first]  # neighbours: the gradients of captured Values always are
        slopes: list[float] = machine.adjoints[start : start + len(wanted)].tolist()
    else:
        slopes = machine.adjoints[recorded.places[list(wanted)]].tolist()
    return slopes


def compiled_node(y: float, op: Operation, parents: tuple[Value, ...], slopes: tuple[float, ...]) -> Value:
    """The Value of a compiled function: one node, whatever was computed inside."""
    node = Value(y)
    node._operation = op
    node._many = parents, slopes
    return node


def node_operation(call: Call, machine: Machine, number: int, wanted: tuple[int, ...]) -> Operation:
    """The operation of a compiled node.

    In floats, value and partials are those of the program. To be differentiated again, they are recorded by the
    function itself, on the scalar engine.
    """
    recorded = call.recorded
    root = recorded.program.roots[number]
    numbers = np.concatenate(call.reading.pieces) if call.reading.pieces else np.empty(0)

    def run(xs: tuple[float, ...]) -> None:
        start = int(recorded.places[0]) if recorded.arguments else 0
        machine.values[start : start + len(numbers)] = numbers
        machine.values[recorded.places[list(wanted)]] = xs
        machine.forward()

    def value(m: Any, *xs: Any) -> Any:
        if m is not Floats:
            return call.on_values(xs)[number]
        with recorded.lock, np.errstate(all="ignore"):
            run(xs)
            return float(machine.values[root])

    def partials(m: Any, y: Any, *xs: Any) -> Any:
        if m is not Floats:
            adjoint = adjoints(call.on_values(xs)[number], Value(1.0))
            return [adjoint.pop(x, 0.0) for x in xs]  # the whole derivative for the first of two equal operands
        with recorded.lock, np.errstate(all="ignore"):
            run(xs)
            return gradient(machine, recorded, root, wanted)

    return Operation("compiled", value, partials, arity=None)


@dataclass(frozen=True)
class Call:
    """One call of a compiled function on Values, kept by its node."""

    f: Callable[..., Any]
    recorded: Recorded
    reading: Reading
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def on_values(self, xs: tuple[Any, ...]) -> list[Any]:
        """The results of f itself, recorded as Values, with the Values xs for those among the arguments.

        Raises:
            RuntimeError: if xs are not the Values that f captures, for it cannot be given others.
        """
        given = len(self.reading.values)
        if any(x is not leaf for x, leaf in zip(xs[given:], self.recorded.captured, strict=True)):
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
