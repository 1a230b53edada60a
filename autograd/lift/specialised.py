"""The program of one structure of the arguments: recorded once, run by machines that keep their own memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from itertools import islice
from typing import Any

import numpy as np

from autograd.lift.arrays.machine import Machine
from autograd.lift.arrays.program import Program
from autograd.lift.arrays.regroup import Regrouping, regrouped
from autograd.lift.capture.arguments import (
    Reading,
    argument_names,
    check_result,
    defined_at,
    piece_names,
    with_leaves,
)
from autograd.lift.capture.given import Given
from autograd.lift.capture.recorded_order import noted_order
from autograd.lift.capture.scalars import Scalars
from autograd.lift.capture.simplify import scalar_program
from autograd.lift.choose_backend import machine_for_calls, way_back
from autograd.lift.gradients import Gradients
from autograd.lift.loops.rolling import rolled_up, straight
from autograd.lift.loops.tape import Tape
from autograd.nesting import flat
from autograd.outside import ANY_VARIABLE, Watch
from autograd.recording import Recording, TraceError
from autograd.surroundings import Surroundings
from autograd.value import Value


def loops_or_arrays(
    scalars: Scalars, inputs: dict[int, str], captured: list[int], arrays_alone: bool
) -> Program | Tape:
    """What scalars become: loops over turns, arrays, or if neither is found, one number after the other."""
    if arrays_alone:
        return regrouped(scalars, inputs, captured)
    if tape := rolled_up(scalars, inputs, captured):
        return tape
    arrays = Regrouping(scalars, inputs, captured)
    if tape := straight(scalars, inputs, captured, len(arrays.groups)):  # which is long before the operations are there
        return tape
    return straight(scalars, inputs, captured, len(arrays.result.instructions)) or arrays.result


class Specialised:
    """The program of one structure of the arguments, and the machines that run it.

    Attributes:
        result: what f returned, for its nesting.
        captured: the Values that f reached besides its arguments, in the order of their places.
        arguments: how many numbers the arguments have.
        places: where the numbers of the arguments lie, and then those of the captured Values.
    """

    def __init__(
        self,
        f: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        structure: tuple[Any, ...],
        reading: Reading,
        lock: threading.RLock,
        arrays_alone: bool = False,
    ) -> None:
        leaves: list[Value] = [Given(x) for piece in reading.pieces for x in piece.tolist()]
        supply = iter(leaves)
        given = [with_leaves(argument, supply) for argument in args]
        named = {key: with_leaves(argument, supply) for key, argument in kwargs.items()}
        self.surroundings = Surroundings(f, *reading.static, *reading.kinds)
        around_arguments = Surroundings(given, named)
        computed_before = [value for _, value in self.surroundings.values if value.op is not None]
        with Recording(leaves, computed_before) as recording, noted_order() as made:
            with Watch(recording):
                self.result = f(*given, **named)
            check_result(f, self.result, reading.static)
            scalars = scalar_program([x for x in flat(self.result) if isinstance(x, Value)], recording, made)
        self.refuse_changes(f, around_arguments, lambda: f(*given, **named))
        if self.surroundings.imports:  # by now f has imported what it could
            self.surroundings = Surroundings(f, *reading.static, *reading.kinds)
            self.surroundings.expect_imports()
        node_of = {id(leaf): node for node, leaf in scalars.leaves.items()}
        argument_of = (*argument_names(f, len(args)), *kwargs)
        names = (name for part, of in zip(structure, argument_of, strict=True) for name in piece_names(part, of))
        kinds: dict[int, str] = {}  # an argument's nodes, also where nobody reads them → the name of its array
        supply = iter(leaves)
        for piece, name in zip(reading.pieces, names, strict=True):
            for leaf in islice(supply, piece.size):
                node = node_of.get(id(leaf))
                kinds[scalars.new(None) if node is None else node] = name
        captured = [node for node in scalars.leaves if node not in kinds]
        self.program = loops_or_arrays(scalars, kinds, captured, arrays_alone)
        self.arguments = len(kinds)
        at = dict(zip(self.program.inputs[self.arguments :], captured, strict=True))
        self.captured = [scalars.leaves[at[place]] for place in sorted(at)]
        self.program.labels = {place: scalars.leaves[node].label for place, node in at.items()}
        self.structure = structure
        self.places = np.array([*self.program.inputs[: self.arguments], *sorted(at)])
        self.machines: dict[Hashable, Machine] = {}
        self.found: Gradients | None = None
        self.nodes: dict[tuple[int, ...], tuple[Machine, tuple[int, ...]]] = {}
        self.lock = lock

    def refuse_changes(
        self, f: Callable[..., Any], around_arguments: Surroundings, again: Callable[[], object]
    ) -> None:
        """A program repeats what was computed, and nothing else that f did.

        Args:
            again: calls it with the same arguments.

        Raises:
            TraceError: if f drew random numbers, or changed what it reads.
        """
        around = self.surroundings
        if around.live:
            what, instead = f"read {around.live[0]}, which gives something else each time", "a list of what it gives"
        elif word := around.words & ANY_VARIABLE:
            what, instead = f"names {min(word)}, by which any variable is reached,", "the variables, written out"
        elif name := around.drawn_from(again):
            what, instead = f"drew random numbers from {name}", "numbers that are drawn before the call, as an argument"
        elif name := around.changed():
            what, instead = f"changed {name}", "a result of the function, or a change before or after the call"
        elif around_arguments.changed():
            what, instead = "changed an argument", "a result of the function: [*xs, x] for xs.append(x)"
        else:
            return
        raise TraceError(
            f"{defined_at(f)} {what} while it was compiled, which its program would not.\nUse instead: {instead}."
        )

    def machine(self, wanted: tuple[range, ...]) -> Machine:
        """The machine for gradients with respect to the inputs in these ranges (none: for values alone)."""
        if wanted not in self.machines:
            chosen = [i for span in wanted for i in span]
            self.machines[wanted] = machine_for_calls(
                self.program, way_back(self.program, self.places[chosen], self.program.roots) if chosen else None
            )
        return self.machines[wanted]

    def gradients(self, chosen: tuple[int, ...], ends: list[int]) -> Gradients:
        """The derivatives by these arguments, of which each begins in the flat order where the one before it ends."""
        if self.found is None:
            spans = [range(ends[k % (len(ends) - 1)], ends[k % (len(ends) - 1) + 1]) for k in chosen]
            first = int(self.places[0]) if len(self.places) else 0
            wanted = [
                (k, self.structure[k], slice(first + span.start, first + span.stop))
                for k, span in zip(chosen, spans, strict=True)
            ]
            self.found = Gradients(self.machine(tuple(spans)), self.program.roots[0], wanted)
        return self.found

    def for_node(self, arguments: tuple[int, ...]) -> tuple[Machine, tuple[int, ...]]:
        """The machine for a node whose parents are these arguments and all captured Values; and what it derives by."""
        if arguments not in self.nodes:
            wanted = (*(range(i, i + 1) for i in arguments), range(self.arguments, len(self.places)))
            self.nodes[arguments] = self.machine(wanted), tuple(i for span in wanted for i in span)
        return self.nodes[arguments]

    def load(self, machine: Machine, reading: Reading) -> None:
        """Copy the arguments and the captured Values in."""
        self.put(machine, reading)
        if self.captured:
            first = int(self.places[self.arguments])
            machine.values[first : first + len(self.captured)] = [leaf._data for leaf in self.captured]

    def put(self, machine: Machine, reading: Reading) -> None:
        """Copy the arguments in."""
        start = int(self.places[0]) if self.arguments else 0
        for piece in reading.pieces:
            machine.values[start : start + piece.size] = piece
            start += piece.size

    def gradient(self, machine: Machine, root: int, wanted: tuple[int, ...]) -> list[float]:
        """∂root/∂ each wanted input, from what the machine has computed forwards."""
        machine.clear()
        machine.adjoints[root] += 1.0
        machine.backward()
        first, last = wanted[0], wanted[-1]
        if last - first == len(wanted) - 1 and self.places[last] - self.places[first] == last - first:
            start = self.places[first]  # neighbours: the gradients of captured Values always are
            slopes: list[float] = machine.adjoints[start : start + len(wanted)].tolist()
        else:
            slopes = machine.adjoints[self.places[list(wanted)]].tolist()
        return slopes
