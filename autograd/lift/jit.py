"""jit: a function of scalars that runs as an array program, and is one node of the graph.

    trace → simplify → schedule → regroup → reverse → a back end

is done once for each structure of the arguments; from then on a call copies the numbers in, runs the program, and
takes the results out.
"""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Sequence
from copy import deepcopy
from functools import update_wrapper
from math import isfinite
from types import MethodType
from typing import Any

import numpy as np

from autograd.lift.arrays.listing import Listing
from autograd.lift.bound import Bound, Pattern
from autograd.lift.capture.arguments import Reading
from autograd.lift.first_call import asks_for_kinds, compare_with_plain
from autograd.lift.gradients import all_are_finite
from autograd.lift.loops.tape_listing import listed
from autograd.lift.node import CompiledCall, Later, as_leaf, compiled_node, node_operation
from autograd.lift.specialised import Specialised
from autograd.nesting import flat, nested_like
from autograd.recording import open_inputs, recording_here
from autograd.transforms import grad, value_and_grad
from autograd.value import Value

#: How many programs a function keeps, those that were used last.
MOST_PROGRAMS = 128

#: How many more it keeps for the same arguments, for when what it reads besides is again what it was.
MOST_FORMER = 3


def jit(f: Callable[..., Any]) -> Compiled:
    """f, compiled: the same results, from array operations instead of one scalar at a time.

    Args:
        f: takes numbers, Values, or nested lists, tuples, dicts and arrays of them, and returns Values or numbers,
            nested or not. Leaf Values that it captures (a model's parameters) are read at each call. What else it reads
            (globals, variables of functions around it, attributes, what is in containers and arrays) is compared at
            each call; if it has changed, f is recorded again. Not followed: the code of installed packages, and those
            of their objects that cannot be pickled.

    Returns:
        A function with f's signature. On plain numbers it gives what f would; if Values are among its arguments or
        captured, it gives a Value whose parents they are, and whose local derivatives the program has computed: so
        `backward()` and everything else goes on working around it. The derivative transforms can be compiled, too:
        `jit(value_and_grad(f))`.

    Raises:
        TraceError: at the first call, if f does what depends on the numbers themselves (`if a < b`, `.data`), draws
            random numbers, asks the clock, a file or the system, or changes what it reads: it would do so once, and not
            at each call; or if it looks up variables by `eval` or `globals`, reads `.label`, `.grad`, `.op` or
            `.parents` of an argument, or asks what it is given (`isinstance(x, float)`) and answers otherwise for that
            than for Values, at the numbers of the first call and at a few others.
        ValueError: at the first call, if the program would be too large for memory; with its size.

    If a number on the way is not finite, the scalar engine computes the result again, and names the operation or gives
    what comes of it. What no result depends on is computed only if it can fail.

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


def compiled_derivative(f: Callable[..., Any], argnums: Any, with_value: bool) -> Compiled:
    """jit(value_and_grad(f)) or jit(grad(f))."""
    return Compiled(value_and_grad(f, argnums) if with_value else grad(f, argnums))


class Compiled:
    """A compiled function. `program` shows the array operations that were found."""

    def __init__(self, f: Callable[..., Any]) -> None:
        if not callable(f):
            raise TypeError(f"jit takes a function, but was given {f!r} of type {type(f).__name__}")
        self.f = f
        self.kept: OrderedDict[Hashable, Specialised] = OrderedDict()  # the most recently used last
        self.former: dict[Hashable, deque[Specialised]] = {}  # those before them, whose surroundings have changed
        self.lock = threading.RLock()
        self.recordings = 0
        self.latest: Specialised | None = None
        self.unchecked: list[Hashable] = []  # the programs that are new
        self.checks = True  # whether they are compared with the function; False if whoever compiles it does so
        derivative: tuple[Callable[..., Any], Any, bool] = getattr(f, "derivative_of", (f, None, True))
        self.inner, self.argnums, self.with_value = derivative
        update_wrapper(self, f, updated=())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if recording_here.get() is not None:
            return self.f(*args, **kwargs)  # a part of what is recorded around it
        reading = Reading()
        parts, ends = [], [0]
        for argument in args:
            parts.append(reading.read(argument))
            ends.append(reading.count)
        structure = (*parts, *map(reading.read, kwargs.values()))
        with self.lock:
            if self.argnums is None:
                result = self.call(structure, reading, args, kwargs)
            elif reading.values or open_inputs.get():
                return self.f(*args, **kwargs)  # derivatives of Values are Values again
            else:
                result = self.differentiate(structure, reading, ends, args, kwargs)
            if self.unchecked:
                self.check(args, kwargs)
            return result

    def check(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Compare the programs that were just recorded with the function, if it may answer otherwise for Values."""
        while self.unchecked:
            key = self.unchecked.pop()
            fresh = self.kept[key]
            if self.checks and asks_for_kinds(fresh.surroundings.words | fresh.surroundings.words_of_wrappers):
                try:
                    compare_with_plain(self.f, self, args, kwargs, max(fresh.program.recorded, fresh.program.size))
                except BaseException:
                    del self.kept[key]
                    raise

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """As a method: the instance is one of the arguments."""
        return self if instance is None else MethodType(self, instance)

    def __deepcopy__(self, memo: dict[int, Any]) -> Compiled:
        return Compiled(deepcopy(self.f, memo))  # which compiles anew

    def __reduce__(self) -> Any:
        """For pickle: by its name, where that is its own; otherwise the function, which is compiled anew."""
        module = sys.modules.get(getattr(self, "__module__", ""))
        name = getattr(self, "__qualname__", "")
        if getattr(module, name, None) is self:
            return name
        if self.argnums is not None:
            return compiled_derivative, (self.inner, self.argnums, self.with_value)
        return Compiled, (self.f,)

    def bind(self, *args: Any, repeated: bool = True) -> Bound:
        """The function with its arguments in place, for a loop that copies nothing.

        A compiled `value_and_grad(f)` is differentiated by its argument, any other function by the Values that it
        captures, whose numbers are its `parameters` in the order of its `captured` (which need not be that in which f
        names them). If there are several results, the first is differentiated. For the sake of its speed it asks
        nothing at a run: what f reads besides (a global number, a list, the numbers of the captured Values) stays what
        it was when it was bound, and numbers follow IEEE 754, without a `DomainError`. Bind again after a change.

        Args:
            args: what f is to be called with.
            repeated: whether it will run thousands of times, so that machine code pays, which takes long to make.

        Raises:
            TypeError: if there is nothing to differentiate by: no captured Values, or not one argnum.

        >>> from autograd import value_and_grad
        >>> step = jit(value_and_grad(lambda w, x: (w * x - 1.0) ** 2)).bind(0.5, 3.0)
        >>> for _ in range(20):
        ...     _ = step.run()
        ...     step.parameters -= 0.05 * step.gradient
        >>> round(float(step.parameters[0]), 4)
        0.3333
        """
        specialised, reading, wanted = self.bindable(args)
        pattern = Pattern(specialised, wanted)
        bound = Bound(pattern, pattern.machine(repeated))
        specialised.load(bound.machine, reading)
        return bound

    def pattern(self, *args: Any) -> Pattern:
        """What `bind` binds, for arguments of the structure of these: to be run with memories of its own."""
        specialised, _, wanted = self.bindable(args)
        return Pattern(specialised, wanted)

    def bindable(self, args: tuple[Any, ...]) -> tuple[Specialised, Reading, slice]:
        """The program for these arguments, what was read of them, and which of its inputs it is differentiated by."""
        reading = Reading()
        parts, ends = [], [0]
        for argument in args:
            parts.append(reading.read(argument))
            ends.append(reading.count)
        with self.lock:
            specialised = self.specialised(tuple(parts), reading, args, {})
            self.check(args, {})
        if isinstance(self.argnums, int):
            k = self.argnums % len(args)
            return specialised, reading, slice(ends[k], ends[k + 1])
        if self.argnums is not None or not specialised.captured:
            raise TypeError(
                "bind takes a compiled function that captures Values, or a compiled value_and_grad(f) of one argument:"
                " jit(value_and_grad(f)).bind(…)"
            )
        return specialised, reading, slice(specialised.arguments, None)

    @property
    def program(self) -> Listing:
        """The array operations of the latest program: print them, or give them to `autograd.show.draw`.

        Raises:
            RuntimeError: if the function was never called, so that nothing is recorded.
        """
        if self.latest is None:
            raise RuntimeError("nothing is recorded yet: call the compiled function once")
        return listed(self.latest.program, self.recordings)

    def specialised(
        self, structure: tuple[Any, ...], reading: Reading, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Specialised:
        """The program for arguments of this structure."""
        key = (structure, *reading.attributes, *kwargs)
        kept = self.kept.get(key)
        if kept is None or kept.surroundings.changed():
            former = self.former_program(key)
            if former is None:
                former = Specialised(self.inner, args, kwargs, structure, reading, self.lock)
                self.recordings += 1
                self.unchecked.append(key)
            if kept is not None:
                self.former.setdefault(key, deque(maxlen=MOST_FORMER)).append(kept)
            kept = self.kept[key] = former
            if len(self.kept) > MOST_PROGRAMS:
                oldest, _ = self.kept.popitem(last=False)
                self.former.pop(oldest, None)
        self.kept.move_to_end(key)
        self.latest = kept
        return kept

    def former_program(self, key: Hashable) -> Specialised | None:
        """A program that was replaced, and whose surroundings are again what they were."""
        former = self.former.get(key, ())
        found = next((one for one in former if not one.surroundings.changed()), None)
        if found is not None:
            self.former[key].remove(found)
        return found

    def call(self, structure: tuple[Any, ...], reading: Reading, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The value: a number, or a node of the graph with its gradient."""
        specialised = self.specialised(structure, reading, args, kwargs)
        machine, wanted = specialised.for_node(tuple(reading.values))
        roots = specialised.program.roots
        slopes: Sequence[float] = ()
        with np.errstate(all="ignore"):
            specialised.load(machine, reading)
            machine.forward()
            all_finite = all_are_finite(machine.values)
            if wanted and len(roots) == 1:
                slopes = specialised.gradient(machine, roots[0], wanted)
        if not all_finite or not isfinite(sum(slopes)):
            return self.eagerly(args, kwargs, as_numbers=not wanted)
        if not wanted and isinstance(specialised.result, Value):
            return machine.values.item(roots[0])
        results: list[Any] = machine.values[roots].tolist()
        if wanted:
            call = CompiledCall(self.inner, specialised, reading, args, kwargs)
            parents = (*reading.values.values(), *specialised.captured)
            data, results = results, []
            for number, y in enumerate(data):
                op = node_operation(call, machine, number, wanted)
                results.append(compiled_node(y, op, parents, slopes or Later(op, y, parents)))
        supply = iter(results)
        return nested_like(
            specialised.result, iter([next(supply) if isinstance(x, Value) else x for x in flat(specialised.result)])
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
        self,
        structure: tuple[Any, ...],
        reading: Reading,
        ends: list[int],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        """The value and the gradient of the function that f is the derivative of, as plain numbers."""
        several = isinstance(self.argnums, tuple)
        chosen = self.argnums if several else (self.argnums,)
        if min(chosen, default=0) < -len(args) or max(chosen, default=-1) >= len(args):
            return self.f(*args, **kwargs)  # which says so
        specialised = self.specialised(structure, reading, args, kwargs)
        found = None
        if isinstance(specialised.result, Value):
            gradients = specialised.gradients(chosen, ends)
            specialised.load(gradients.machine, reading)
            found = gradients(args)
        if found is None:
            return self.f(*args, **kwargs)
        y, slopes = found
        result = slopes if several else slopes[0]
        return (y, result) if self.with_value else result
