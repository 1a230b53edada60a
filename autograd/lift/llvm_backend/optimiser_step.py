"""Steps of an optimiser in machine code, one or many, as functions of the memory.

    step(memory, rate, count)
    epoch(memory, steps, results, rates, count, table₁, order₁, …)

A step goes forward; stops if the first result, the loss, is not finite; goes backward; stops if a gradient is not
finite; and moves the parameters by the optimiser's rule, which is read in machine code as the table of operations is.
An epoch copies a batch in, row by row as the orders say, takes a step and keeps the results, again and again.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]

from autograd.lift.arrays.program import Program
from autograd.lift.arrays.update import Piece, Rule, Update
from autograd.lift.llvm_backend.emitter import Emitter
from autograd.lift.llvm_backend.lanes import DOUBLE, WORD
from autograd.lift.llvm_backend.loops import for_blocks
from autograd.lift.llvm_backend.machine_code import lanes, processor


def readable(rule: Rule, slots: int) -> bool:
    """Whether a rule keeps to the arithmetic that it is given, and so can be read in machine code."""
    f = Emitter(ir.Module(), "rule", {}, np.ones(0), [DOUBLE, DOUBLE])
    m, one = lanes(f.builder), lanes(f.builder, 1)
    p, g, *remembered = (f.load(m, 0, 1, m.width) for _ in range(2 + slots))
    try:
        moved, now = rule(m, p, g, tuple(remembered), *map(one.lane, f.function.args[1:]))
        for value in (moved, *now):
            m.number(value)
    except (TypeError, ValueError, AttributeError, ArithmeticError):  # if p > 0, math.sqrt(p), p ** 2
        return False
    return len(now) == slots


def write_updates(module: ir.Module, program: Program, adjoints: int, slots: int, update: Update) -> None:
    """The functions `step` and `epoch`, after `forward`, `backward` and `clear`."""
    write_step(module, program, adjoints, slots, update)
    write_epoch(module, program, update)


def write_step(module: ir.Module, program: Program, adjoints: int, slots: int, update: Update) -> None:
    """step(memory, rate, count): whether loss and gradient were finite, and if so the parameters have moved."""
    f = Emitter(module, "step", {}, np.ones(0), [DOUBLE, DOUBLE], WORD)
    _, rate, count = f.function.args
    b = f.builder
    one = lanes(b, 1)
    b.call(module.globals["forward"], [f.memory])
    loss = one.lane(b.load(f.at(program.roots[0]), align=8))
    moved = f.variable(WORD, WORD(0))
    with b.if_then(one.compare("<", one.abs(loss), np.inf), likely=True):
        f.backward_from(adjoints + program.roots[0])
        with b.if_then(all_finite(f, adjoints + update.start, update.count), likely=True):
            move(f, update, adjoints, slots, (rate, count))
            b.store(WORD(1), moved)
    f.finish(b.load(moved))


def all_finite(f: Emitter, start: int, count: int) -> ir.Value:
    """Whether so many numbers of the memory are all finite: 0·x is 0 for those, and NaN for others."""
    width = min(processor().width, 1 << (count - 1).bit_length())
    m = lanes(f.builder, width)
    index: list[Any] = [0]
    total = f.variable(m.type, m.number(0.0))

    def add(used: int) -> None:
        numbers = f.load(m, f.scaled(index[0], 1, start), 1, used)
        f.builder.store(m.number(m.lane(f.builder.load(total)) + numbers * 0.0), total)

    for_blocks(f, count, width, index, 0, add)
    found = m.lane(f.builder.load(total))
    return f.builder.not_(m.any(m.compare("uno", found, found)))


def write_epoch(module: ir.Module, program: Program, update: Update) -> None:
    """epoch(memory, steps, results, rates, count, table₁, order₁, …): how many steps were taken."""
    pointer, index = DOUBLE.as_pointer(), WORD.as_pointer()
    more = [WORD, pointer, pointer, DOUBLE, *[pointer, index] * len(update.pieces)]
    f = Emitter(module, "epoch", {}, np.ones(0), more, WORD)
    _, steps, results, rates, first, *batches = f.function.args
    b = f.builder
    count, done = f.variable(DOUBLE, first), f.variable(WORD, WORD(0))
    body, end = b.append_basic_block("step"), b.append_basic_block("end")
    b.cbranch(b.icmp_signed("<", b.load(done), steps), body, end)
    b.position_at_end(body)
    number = b.load(done)
    for piece, table, order in zip(update.pieces, batches[::2], batches[1::2], strict=True):
        copy_rows(f, piece, table, b.gep(order, [b.mul(number, WORD(piece.rows))]))
    rate = b.load(b.gep(rates, [number]), align=8)
    finite = b.call(module.globals["step"], [f.memory, rate, b.load(count)])
    result = b.gep(results, [b.mul(number, WORD(len(program.roots)))])
    for position, start, length in neighbours(program.roots):
        copy_numbers(f, f.at(start), b.gep(result, [WORD(position)]), length)
    b.store(b.add(number, finite), done)
    b.store(b.fadd(b.load(count), DOUBLE(1.0)), count)
    more_to_do = b.icmp_signed("<", b.load(done), steps)
    b.cbranch(b.and_(more_to_do, b.icmp_signed("!=", finite, WORD(0))), body, end)
    b.position_at_end(end)
    f.finish(b.load(done))


def neighbours(places: list[int]) -> list[tuple[int, int, int]]:
    """The runs of places that follow each other: where in the list, at which place, and how many."""
    ends = [0, *(np.flatnonzero(np.diff(places) != 1) + 1).tolist(), len(places)]
    return [(first, places[first], end - first) for first, end in pairwise(ends)]


def copy_numbers(f: Emitter, source: ir.Value, target: ir.Value, count: int) -> None:
    """So many numbers from one address to another."""
    b = f.builder
    with f.loop(count) as k:
        place = [k if isinstance(k, ir.Value) else WORD(k)]
        b.store(b.load(b.gep(source, place), align=8), b.gep(target, place), align=8)


def copy_rows(f: Emitter, piece: Piece, table: ir.Value, order: ir.Value) -> None:
    """The rows of a batch, to where the program reads them."""
    b = f.builder
    with f.loop(piece.rows) as k:
        row = b.load(b.gep(order, [k if isinstance(k, ir.Value) else WORD(k)]), align=8)
        source = b.gep(table, [b.mul(row, WORD(piece.width))])
        start = f.scaled(k, piece.width, piece.start)
        moved: list[Any] = [0]
        width = min(processor().width, 1 << (piece.width - 1).bit_length())
        m = lanes(b, width)

        def copy(count: int) -> None:
            here = moved[0]
            numbers = f.load(m, here, 1, count, source)
            f.store(m, numbers, f.offset(0, (1, 1), [here, start]), 1, count)

        for_blocks(f, piece.width, width, moved, 0, copy)


def move(
    f: Emitter,
    update: Update,
    adjoints: int,
    slots: int,
    rate_and_count: tuple[ir.Value, ir.Value],
    part: range | None = None,
    copies: Sequence[int] = (),
) -> None:
    """The rule, for all parameters. What it computes from the rate and the count alone is computed once, before.

    Args:
        part: of the parameters, of which only these are moved.
        copies: how far from the parameters there are others of their kind, that get the same numbers.
    """
    part = range(update.count) if part is None else part
    once, body = f.builder.append_basic_block("once"), f.builder.append_basic_block("move")
    f.builder.branch(once)
    f.builder.position_at_end(body)
    before = lanes(ir.IRBuilder(once), 1)
    rate, count = map(before.lane, rate_and_count)
    # Of two registers of the same width, an instruction goes where the first one is from, so these are never single.
    width = max(2, min(processor().width, 1 << (len(part) - 1).bit_length()))
    m = lanes(f.builder, width)
    index: list[Any] = [0]
    starts = [update.start, update.start + adjoints, *(slots + k * update.count for k in range(update.slots))]

    def step(used: int) -> None:
        at = [f.scaled(index[0], 1, start + part.start) for start in starts]
        p, g, *remembered = (f.load(m, offset, 1, used) for offset in at)
        moved, remembered_now = update.rule(m, p, g, tuple(remembered), rate, count)
        for offset, value in zip([at[0], *at[2:]], [moved, *remembered_now], strict=True):
            f.store(m, value, offset, 1, used)
        for distance in copies:
            f.store(m, moved, f.scaled(index[0], 1, starts[0] + part.start + distance), 1, used)

    for_blocks(f, len(part), width, index, 0, step)
    before.builder.branch(body)
