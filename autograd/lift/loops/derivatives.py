"""Reverse mode on a tape: which derivatives flow, and what the forward pass must store for them.

The reverse of a loop is a loop over the turns, last one first. What flows to a step of the same turn, to the turn
before or to a shared number stays in registers; everything else is added in a second buffer, at the operand's place. A
step is treated the same in all turns: if a derivative flows in one of them, it does in all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from autograd.lift.arrays.evaluation import names_in, partials_in_symbols
from autograd.lift.arrays.program import Places
from autograd.lift.capture.scalars import LINEAR
from autograd.lift.loops.tape import Carried, Own, Section, Tape, TapeStep
from autograd.symbols import Expression, expression, symbol


@dataclass(frozen=True)
class FlowBack:
    """A derivative that flows from a step to one of its operands: adjoint of the step · partial.

    `names` are the variables of the partial, in order.
    """

    operand: int
    partial: Expression
    names: tuple[str, ...]


@dataclass
class SectionFlows:
    """The derivatives in a section.

    Attributes:
        flows: of each step; none if none has arrived.
        arrives: of each step, whether something arrives from outside the section or by memory: "", "last" (in the last
            turn alone) or "all".
    """

    flows: dict[int, list[FlowBack]] = field(default_factory=dict)
    arrives: dict[int, str] = field(default_factory=dict)


@dataclass
class Derivatives:
    """All of a tape's.

    Attributes:
        sections: of each section.
        wanted: the places by which is differentiated.
        received: the places whose adjoint is in memory, and must be 0 at first.
        stored: the places that the forward pass must store.
    """

    sections: list[SectionFlows]
    wanted: list[int]
    received: Places
    stored: Places


def derivatives(tape: Tape, wanted: Iterable[int], roots: Iterable[int]) -> Derivatives:
    """The derivatives of the roots (none: the values alone are computed) by the numbers at the places `wanted`."""
    wanted, roots = list(wanted), list(roots)
    needed = np.zeros(tape.size, dtype=bool)
    needed[wanted] = True
    for section in tape.sections:
        need(section, needed)
    received = np.zeros(tape.size, dtype=bool)
    received[[*wanted, *roots]] = True
    arrived = np.zeros(tape.size, dtype=bool)
    arrived[roots] = True
    found = [flows_in(section, needed, arrived, received) for section in reversed(tape.sections)][::-1]
    return Derivatives(found, wanted, np.flatnonzero(received), np.flatnonzero(stored_places(tape, found)))


def need(section: Section, needed: Places) -> None:
    """Mark the steps that are computed from what is wanted; in a loop until nothing more is found."""
    changed = True
    while changed:
        changed = False
        for step in section.steps:
            if not needed[step.out] and any(
                partial_of_step(step, k) is not None and wants(section, step, k, needed)
                for k in range(len(step.operands))
            ):
                needed[step.out : step.out + section.turns] = changed = True
        changed = changed and section.turns > 1


def wants(section: Section, step: TapeStep, k: int, needed: Places) -> bool:
    """Whether an operand is computed from what is wanted, in any turn."""
    operand = step.operands[k]
    if isinstance(operand, Own | Carried) and needed[section.steps[operand.step].out]:
        return True
    return bool(needed[list(section.places(operand))].any())


def partial_of_step(step: TapeStep, k: int) -> Expression | None:
    """∂out/∂operand, in symbols; None where it is 0."""
    if step.op is LINEAR:
        position = 0
        for sign, count in step.terms:
            if position <= k < position + count:
                other = symbol(f"x{position + 1 - (k - position)}") if count == 2 else expression(1.0)
                return other if sign > 0 else -other
            position += count
    partial = partials_in_symbols(step.op, len(step.operands))[k]
    return None if partial.operation is None and partial.leaf == 0.0 else partial


def flows_in(section: Section, needed: Places, arrived: Places, received: Places) -> SectionFlows:
    """The derivatives in a section, after all that follows it; notes what arrives where, and what by memory."""
    found = SectionFlows()
    changed = True
    while changed:
        changed = False
        for j in range(len(section.steps) - 1, -1, -1):
            step = section.steps[j]
            column = slice(step.out, step.out + section.turns)
            if j in found.flows or not needed[step.out] or not arrived[column].any():
                continue
            flows = []
            for k, operand in enumerate(step.operands):
                partial = partial_of_step(step, k)
                if partial is None or not wants(section, step, k, needed):
                    continue
                flows.append(FlowBack(k, partial, tuple(sorted(names_in(partial)))))
                if isinstance(operand, Own | Carried):
                    arrived[section.steps[operand.step].out] = True
                outside = list(section.places(operand))
                arrived[outside] = received[outside] = True
            found.flows[j] = flows
            changed = True
        changed = changed and section.turns > 1
    for j in found.flows:
        out = section.steps[j].out
        places = np.flatnonzero(received[out : out + section.turns])
        found.arrives[j] = "" if not len(places) else "last" if 0 < places[0] == section.turns - 1 else "all"
    return found


def stored_places(tape: Tape, found: list[SectionFlows]) -> Places:
    """The places that are read by another section, by memory, or by the reverse pass."""
    kept = np.zeros(tape.size, dtype=bool)
    kept[tape.roots] = True
    for section, flows in zip(tape.sections, found, strict=True):
        for j, step in enumerate(section.steps):
            for operand in step.operands:
                kept[list(section.places(operand))] = True
            for flow in flows.flows.get(j, ()):
                for name in flow.names:
                    x = Own(j) if name == "y" else step.operands[int(name[1:])]
                    if isinstance(x, Own | Carried):
                        out = section.steps[x.step].out
                        kept[out : out + section.turns] = True
    for section in tape.sections:
        for step in section.steps:
            column = slice(step.out, step.out + section.turns)
            kept[column] = kept[column].any()
    return kept
