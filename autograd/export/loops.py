"""A tape as arrays: its loops stay loops, as a format with `scan` has them.

The passes of `autograd.lift.loops.passes` are written by a `Writer` whose numbers are arrays. What a turn reads of
memory is an array with a number for each turn, made before the loop; what it writes is another, put there after it.
That is the same as long as no turn reads what another turn of this loop has written before, but for what it hands on.
A loop that does so (x[t] from x[t − 3]) is written out turn by turn, up to a limit.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.export.dataflow import (
    DataflowArithmetic,
    Tensor,
    Turns,
    as_tensor,
    each_after_operands,
    known_numbers,
    scanned,
)
from autograd.export.lowering import CannotExport, Memory, arrive
from autograd.lift.arrays.program import Places
from autograd.lift.loops.derivatives import Derivatives
from autograd.lift.loops.passes import BackwardPass, ForwardPass
from autograd.lift.loops.tape import Gathered, Tape

#: Turns that may be written out one after the other, in all.
MOST_WRITTEN_OUT = 2000


class ReadsAnEarlierTurn(Exception):  # it is no error: the loop is written out
    """A turn reads what another one has written before it."""


@dataclass
class TurnPlaces:
    """The places of a number in each turn, and what the turn makes of it.

    Attributes:
        adjoint: in which memory.
        places: one for each turn.
        before: what the turn finds there; None if it does not look.
        after: what it leaves there; None if it leaves it alone.
        loads, stores: how often it does so.
    """

    adjoint: bool
    places: Places
    before: Tensor | None = None
    after: Any = None
    loads: int = 0
    stores: int = 0

    @property
    def adds(self) -> bool:
        """Whether it is only added to, in which the order of turns does not matter."""
        return self.loads == self.stores and self.adjoint


@dataclass
class TurnBody:
    """The turn that is being written: the columns that it reads and writes, by their places."""

    turns: int
    columns: dict[Any, TurnPlaces] = field(default_factory=dict)

    def column(self, adjoint: bool, places: Places) -> TurnPlaces:
        return self.columns.setdefault((adjoint, places.tobytes()), TurnPlaces(adjoint, places))

    def load(self, adjoint: bool, places: Places) -> Any:
        found = self.column(adjoint, places)
        found.loads += 1
        if found.after is not None:
            return found.after
        if found.before is None:
            found.before = Tensor("given", (), (), detail=f"now {len(self.columns)}")
        return found.before

    def store(self, adjoint: bool, places: Places, number: Any) -> None:
        found = self.column(adjoint, places)
        found.stores += 1
        found.after = number

    def check(self, last_first: bool) -> None:
        """Make sure that turns do not depend on each other by memory.

        Raises:
            ReadsAnEarlierTurn: if they do.
        """
        for c in self.columns.values():
            if c.after is None:
                continue
            turns = range(self.turns) if last_first else range(self.turns - 1, -1, -1)
            written = {int(c.places[turn]): turn for turn in turns}  # each place by the turn that comes first to it
            if len(written) < self.turns and not c.adds:
                raise ReadsAnEarlierTurn
            for other in self.columns.values():
                if other is c or other.adjoint != c.adjoint or (other.adds and c.adds):
                    continue
                for turn, place in enumerate(other.places.tolist()):
                    at = written.get(place)
                    if at is not None and (other.after is not None or (at >= turn if last_first else at <= turn)):
                        raise ReadsAnEarlierTurn


class LoopsOfArrays:
    """A `Writer` of the passes, whose numbers are arrays without axes."""

    registers = sys.maxsize
    watches = False

    def __init__(self, tape: Tape) -> None:
        self.m = DataflowArithmetic
        self.tape = tape
        self.memory = {False: Memory(tape.size, tape.constants), True: Memory(tape.size, {tape.roots[0]: 1.0})}
        self.body: TurnBody | None = None
        self.written_out = 0

    def loop(
        self, turns: int, last_first: bool, start: list[Any], body: Callable[[Any, list[Any]], list[Any]]
    ) -> list[Any]:
        if turns == 1:
            return body(0, start)
        try:
            return self.scan(turns, last_first, start, body)
        except ReadsAnEarlierTurn:
            self.body = None
            self.written_out += turns
            if self.written_out > MOST_WRITTEN_OUT:
                raise CannotExport(
                    f"a loop of {turns:,} turns reads what turns before the last one have computed, and is written out:"
                    f" that is done for {MOST_WRITTEN_OUT:,} turns at the most"
                ) from None
            for turn in range(turns - 1, -1, -1) if last_first else range(turns):
                start = body(turn, start)
            return start

    def scan(
        self, turns: int, last_first: bool, start: list[Any], body: Callable[[Any, list[Any]], list[Any]]
    ) -> list[Any]:
        carried = [Tensor("given", (), (), detail=f"carried {k}") for k in range(len(start))]
        self.body = TurnBody(turns)
        left = body("t", list(carried))
        self.body.check(last_first)
        columns, self.body = list(self.body.columns.values()), None
        written = [c for c in columns if c.after is not None]
        needed = set(map(id, each_after_operands(map(as_tensor, [*left, *(c.after for c in written)]))))
        read = [c for c in columns if c.before is not None and id(c.before) in needed]
        moving = [known_numbers(np.zeros(turns)) if c.adds else self.memory[c.adjoint].read(c.places) for c in read]
        ends, rows = scanned(
            [as_tensor(x) for x in start],
            moving,
            Turns(
                turns,
                last_first,
                tuple(carried),
                tuple(c.before for c in read if c.before is not None),
                tuple(map(as_tensor, left)),
                tuple(as_tensor(c.after) for c in written),
            ),
        )
        for c, row in zip(written, rows, strict=True):
            if c.adds:
                arrive(self.memory[True], c.places, row)
            else:
                self.memory[c.adjoint].write(c.places, row)
        return list(ends)

    def load(self, adjoint: bool, place: int, turn: Any, stride: int = 1) -> Any:
        if turn == "t" and self.body is not None:
            return self.body.load(adjoint, place + stride * np.arange(self.body.turns))
        return self.memory[adjoint].read(np.array(place + stride * turn))

    def store(self, adjoint: bool, place: int, turn: Any, number: Any, stride: int = 1) -> None:
        if turn == "t" and self.body is not None:
            self.body.store(adjoint, place + stride * np.arange(self.body.turns), number)
        else:
            self.memory[adjoint].write(np.array(place + stride * turn), number)

    def load_before(self, place: int, first: int, turn: Any) -> Any:
        if turn == "t" and self.body is not None:
            return self.body.load(False, np.array([first, *range(place, place + self.body.turns - 1)]))
        return self.load(False, place - 1, turn) if turn else self.load(False, first, 0)

    def load_from(self, adjoint: bool, places: Gathered, turn: Any) -> Any:
        if turn == "t" and self.body is not None:
            return self.body.load(adjoint, places.places)
        return self.load(adjoint, int(places.places[turn]), 0)

    def store_to(self, adjoint: bool, places: Gathered, turn: Any, number: Any) -> None:
        if turn == "t" and self.body is not None:
            self.body.store(adjoint, places.places, number)
        else:
            self.store(adjoint, int(places.places[turn]), 0, number)


def along_tape(tape: Tape, plan: Derivatives, writer: LoopsOfArrays) -> None:
    """All results of a tape and the derivatives of its plan, from what the writer's memory has for its inputs."""
    stored = np.zeros(tape.size, dtype=bool)
    stored[plan.stored] = True
    for section in tape.sections:
        ForwardPass(writer, tape, section, stored).write()
    for section, flows in zip(tape.sections[::-1], plan.sections[::-1], strict=True):
        BackwardPass(writer, tape, section, flows).write()
