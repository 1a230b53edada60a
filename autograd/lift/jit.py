"""jit: a function of scalars that runs as an array program, and is one node of the graph.

    record → simplify → schedule → regroup → reverse → NumPy

is done once for each structure of the arguments; from then on a call copies the numbers in, runs the program, and
takes the results out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
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
from autograd.lift.simplify import LARGEST, LINEAR, Scalars, simplified
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

    def __init__(self, f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], reading: Reading) -> None:
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

    def machine(self, wanted: tuple[int, ...] | None) -> Machine:
        """The machine for gradients with respect to these inputs (None: for values alone)."""
        if wanted not in self.machines:
            back = None if wanted is None else reverse(self.program, self.places[list(wanted)])
            self.machines[wanted] = Machine(self.program, back)
        return self.machines[wanted]

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
            self.kept[key] = Recorded(self.inner, args, kwargs, reading)
            self.recordings += 1
        self.latest = self.kept[key]
        return self.latest

    def call(self, key: Hashable, reading: Reading, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The value: a number, or a node of the graph with its gradient."""
        recorded = self.recorded(key, reading, args, kwargs)
        wanted = (*reading.values, *range(recorded.arguments, len(recorded.places)))
        parents = (*reading.values.values(), *recorded.captured)
        machine = recorded.machine(wanted or None)
        numbers = np.concatenate(reading.pieces) if reading.pieces else np.empty(0)
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
                op = node_operation(recorded, machine, number, wanted, numbers)
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
    slopes: list[float] = machine.adjoints[recorded.places[list(wanted)]].tolist()
    return slopes


def compiled_node(y: float, op: Operation, parents: tuple[Value, ...], slopes: tuple[float, ...]) -> Value:
    """The Value of a compiled function: one node, whatever was computed inside."""
    node = Value(y)
    node.op = op
    node._many = parents, slopes
    return node


def node_operation(
    recorded: Recorded, machine: Machine, number: int, wanted: tuple[int, ...], numbers: Array
) -> Operation:
    """The operation of a compiled node: its value and partials in floats by the program, otherwise node by node."""
    root = recorded.program.roots[number]

    def run(xs: tuple[float, ...]) -> None:
        start = int(recorded.places[0]) if recorded.arguments else 0
        machine.values[start : start + len(numbers)] = numbers
        machine.values[recorded.places[list(wanted)]] = xs
        with np.errstate(all="ignore"):
            machine.forward()

    def value(m: Any, *xs: Any) -> Any:
        if m is Floats:
            run(xs)
            return float(machine.values[root])
        return evaluated(recorded, m, inputs(xs))[number]

    def partials(m: Any, y: Any, *xs: Any) -> Any:
        if m is Floats:
            run(xs)
            with np.errstate(all="ignore"):
                return gradient(machine, recorded, root, wanted)
        adjoint = adjoints(evaluated(recorded, m, inputs(xs))[number], Value(1.0))
        return [adjoint.get(x, 0.0) for x in xs]

    def inputs(xs: tuple[Any, ...]) -> list[Any]:
        given = [*numbers.tolist(), *[0.0] * len(recorded.captured)]
        for position, x in zip(wanted, xs, strict=True):
            given[position] = x
        return given

    return Operation("compiled", value, partials, arity=None)


def evaluated(recorded: Recorded, m: Any, inputs: list[Any]) -> list[Any]:
    """The scalar program in another arithmetic: as Values, to be differentiated again, or as symbols."""
    scalars: Scalars = recorded.scalars
    known: dict[int, Any] = dict(zip(recorded.input_nodes, inputs, strict=True))
    known.update(scalars.number)
    for node, op in enumerate(scalars.op):
        if op is None:
            continue
        if op is LINEAR:
            terms = [sign * (known[a] if b < 0 else known[a] * known[b]) for sign, a, b in scalars.terms[node]]
            known[node] = m.sum(*terms)
        elif op is LARGEST:
            known[node] = m.detach(max(known[x] for x in scalars.operands[node]))
        else:
            known[node] = op.value(m, *(known[x] for x in scalars.operands[node]))
    return [known[root] for root in scalars.roots]
