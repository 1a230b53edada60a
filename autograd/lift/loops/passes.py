"""The forward and the reverse pass of a tape, written in any language that has loops.

A `Writer` is that language: it emits arithmetic, loops whose registers are handed from turn to turn, and numbers from
and to memory. Plain Python floats and machine code are two of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from autograd import ops
from autograd.lift.arrays.evaluation import evaluated
from autograd.lift.capture.scalars import LARGEST, LINEAR
from autograd.lift.capture.unused import ALWAYS_FINITE
from autograd.lift.loops.derivatives import SectionFlows
from autograd.lift.loops.tape import Carried, Fixed, Gathered, Moving, Operand, Own, Section, Tape, TapeStep

#: Steps whose result is so. All others are watched.
NEVER_WATCHED = ALWAYS_FINITE | {LINEAR, LARGEST}


class Writer(Protocol):
    """What the passes are written with.

    Attributes:
        m: an arithmetic whose operations emit code; its numbers have + − ·, and are plain floats where they are known.
        registers: how many numbers are well kept from turn to turn. What more is shared by all turns is in memory.
        watches: whether somebody looks at the tape's `check`.
    """

    m: Any
    registers: int
    watches: bool

    def loop(
        self, turns: int, last_first: bool, start: list[Any], body: Callable[[Any, list[Any]], list[Any]]
    ) -> list[Any]:
        """What becomes of registers: body(turn, registers) gives their next values, for each turn."""

    def load(self, adjoint: bool, place: int, turn: Any, stride: int = 1) -> Any:
        """The number (or its adjoint) at place + stride·turn."""

    def store(self, adjoint: bool, place: int, turn: Any, number: Any, stride: int = 1) -> None:
        """Put a number there."""

    def load_before(self, place: int, first: int, turn: Any) -> Any:
        """The number at place + turn − 1; in turn 0 that at `first`."""

    def load_from(self, adjoint: bool, places: Gathered, turn: Any) -> Any:
        """The number at the turn-th of these places."""

    def store_to(self, adjoint: bool, places: Gathered, turn: Any, number: Any) -> None:
        """Put a number there."""


class SectionPass:
    """What both directions need to know of a section."""

    def __init__(self, w: Writer, tape: Tape, section: Section) -> None:
        self.w, self.tape, self.section = w, tape, section
        self.fixed: dict[int, Any] = {}  # place → the number there, loaded before the loop

    def load_fixed(self, operands: Iterable[Operand]) -> None:
        """Load what is the same in all turns before the loop, as far as there is room."""
        for operand in operands:
            if isinstance(operand, Fixed) and operand.place not in self.fixed and len(self.fixed) < self.w.registers:
                self.fixed[operand.place] = self.at(operand.place)

    def shared(self, place: int) -> Any:
        """A number that is the same in all turns."""
        return self.fixed[place] if place in self.fixed else self.at(place)

    def at(self, place: int) -> Any:
        """The number at a place: itself, if it never changes."""
        constant = self.tape.constants.get(place)
        return self.w.load(False, place, 0) if constant is None else constant

    def data(self, operand: Operand, turn: Any) -> Any:
        """The number of an operand that is in memory."""
        if isinstance(operand, Moving):
            return self.w.load(False, operand.start, turn, operand.stride)
        assert isinstance(operand, Gathered)
        return self.w.load_from(False, operand, turn)


class ForwardPass(SectionPass):
    """Writes the values of a section."""

    def __init__(self, w: Writer, tape: Tape, section: Section, stored: Any) -> None:
        super().__init__(w, tape, section)
        self.stored = stored

    def write(self) -> None:
        section = self.section
        self.load_fixed(x for step in section.steps for x in step.operands)
        carried = dict.fromkeys((x.step, x.first) for s in section.steps for x in s.operands if isinstance(x, Carried))
        watched = self.w.watches and any(step.op not in NEVER_WATCHED for step in section.steps)
        start = [self.at(first) for _, first in carried] + [0.0] * watched

        def body(turn: Any, registers: list[Any]) -> list[Any]:
            before = dict(zip(carried, registers, strict=False))
            values: list[Any] = []
            check = registers[-1] if watched else 0.0
            for step in section.steps:
                xs = [self.operand(x, turn, values, before) for x in step.operands]
                value = result_of_step(step, self.w.m, xs)
                values.append(value)
                if watched and step.op not in NEVER_WATCHED:
                    check = check + value * 0.0
                if self.stored[step.out]:
                    self.w.store(False, step.out, turn, value)
            return [values[j] for j, _ in carried] + [check] * watched

        end = self.w.loop(section.turns, False, start, body)
        if watched:
            self.w.store(False, self.tape.check, 0, self.w.load(False, self.tape.check, 0) + end[-1])

    def operand(self, x: Operand, turn: Any, values: list[Any], before: dict[Any, Any]) -> Any:
        if isinstance(x, Own):
            return values[x.step]
        if isinstance(x, Carried):
            return before[x.step, x.first]
        return self.shared(x.place) if isinstance(x, Fixed) else self.data(x, turn)


class BackwardPass(SectionPass):
    """Writes the derivatives of a section."""

    def __init__(self, w: Writer, tape: Tape, section: Section, flows: SectionFlows) -> None:
        super().__init__(w, tape, section)
        self.flows = flows
        self.read: dict[Any, Any] = {}  # what this turn has loaded

    def write(self) -> None:
        section, flows, w = self.section, self.flows, self.w
        if not flows.flows:
            return
        flowing = [section.steps[j].operands[flow.operand] for j in flows.flows for flow in flows.flows[j]]
        names = {(j, name) for j in flows.flows for flow in flows.flows[j] for name in flow.names}
        self.load_fixed(section.steps[j].operands[int(name[1:])] for j, name in sorted(names) if name != "y")
        # Handed to the turn before: (step, first) by what it carries, (step, None) to the last turn from outside.
        carried: dict[Any, Any] = {(x.step, x.first): 0.0 for x in flowing if isinstance(x, Carried)}
        for j, arrives in flows.arrives.items():
            if arrives == "last":
                carried[j, None] = w.load(True, section.steps[j].out + section.turns - 1, 0)
        shared = dict.fromkeys(x.place for x in flowing if isinstance(x, Fixed))
        if len(shared) > w.registers:
            shared = {}

        def body(turn: Any, registers: list[Any]) -> list[Any]:
            self.read = {}
            arriving = dict(zip(carried, registers, strict=False))
            totals = dict(zip(shared, registers[len(carried) :], strict=True))
            adjoint: dict[int, Any] = {}
            for (j, _), number in arriving.items():
                adjoint[j] = sum_of(adjoint.get(j, 0.0), number)
            handed: dict[Any, Any] = dict.fromkeys(carried, 0.0)
            for j in sorted(flows.flows, reverse=True):
                step = section.steps[j]
                g = adjoint.get(j, 0.0)
                if flows.arrives[j] == "all":
                    g = sum_of(g, w.load(True, step.out, turn))
                for flow in flows.flows[j]:
                    x = step.operands[flow.operand]
                    known = {name: self.value(step, name, turn) for name in flow.names}
                    change = multiplied(g, evaluated(flow.partial, w.m, known))
                    if isinstance(x, Own):
                        adjoint[x.step] = sum_of(adjoint.get(x.step, 0.0), change)
                    elif isinstance(x, Carried):
                        handed[x.step, x.first] = sum_of(handed[x.step, x.first], change)
                    elif isinstance(x, Fixed) and x.place in shared:
                        totals[x.place] = sum_of(totals[x.place], change)
                    elif isinstance(x, Fixed):
                        w.store(True, x.place, 0, w.load(True, x.place, 0) + change)
                    elif isinstance(x, Moving):
                        w.store(True, x.start, turn, w.load(True, x.start, turn, x.stride) + change, x.stride)
                    else:
                        w.store_to(True, x, turn, w.load_from(True, x, turn) + change)
            return [*handed.values(), *totals.values()]

        start = [*carried.values(), *[0.0] * len(shared)]
        end = w.loop(section.turns, True, start, body)
        places = [*(first for _, first in carried), *shared]
        for place, total in zip(places, end, strict=True):
            if place is not None and place not in self.tape.constants:
                w.store(True, place, 0, w.load(True, place, 0) + total)

    def value(self, step: TapeStep, name: str, turn: Any) -> Any:
        """A variable of a partial: y, or an operand."""
        x = None if name == "y" else step.operands[int(name[1:])]
        if isinstance(x, Fixed) and x.place in self.fixed:
            return self.fixed[x.place]
        if isinstance(x, Fixed):
            key: Any = x.place
        elif isinstance(x, Moving | Gathered | Carried):
            key = x
        else:
            key = step.out if x is None else self.section.steps[x.step].out
        if key not in self.read:
            if isinstance(x, Fixed):
                self.read[key] = self.at(x.place)
            elif isinstance(key, int):
                self.read[key] = self.w.load(False, key, turn)
            elif isinstance(key, Carried):
                self.read[key] = self.w.load_before(self.section.steps[key.step].out, key.first, turn)
            else:
                self.read[key] = self.data(key, turn)
        return self.read[key]


def result_of_step(step: TapeStep, m: Any, xs: list[Any]) -> Any:
    """What a step computes."""
    if step.op is LARGEST:
        largest = xs[0]
        for x in xs[1:]:
            largest = m.maximum(largest, x)
        return largest
    if step.op is not LINEAR:
        return m.power(*xs, step.op.parameters["c"]) if step.op.family is ops.POWER else step.op.value(m, *xs)
    total: Any = 0.0
    numbers = iter(xs)
    for sign, count in step.terms:
        term = next(numbers) if count == 1 else multiplied(next(numbers), next(numbers))
        total = sum_of(total, term) if sign > 0 else total - term if not is_zero(total) else -term
    return total


def is_zero(x: Any) -> bool:
    """Whether a number is known to be 0."""
    return isinstance(x, float) and x == 0.0


def sum_of(a: Any, b: Any) -> Any:
    """a + b, without code for what is known to be 0."""
    return b if is_zero(a) else a if is_zero(b) else a + b


def multiplied(a: Any, b: Any) -> Any:
    """a·b, without code for what is known to be 1 or −1."""
    for x, y in ((a, b), (b, a)):
        if isinstance(x, float) and x in (1.0, -1.0):
            return y if x > 0.0 else -y
        if isinstance(x, float) and x == 0.0 and isinstance(y, float):
            return 0.0
    return a * b
