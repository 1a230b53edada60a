"""Many steps of an optimiser in machine code, as one function of the memory.

    epoch(memory, steps, results, rates, count, table₁, order₁, …)

does for each step: copy the batch in, row by row as the orders say; forward; keep the results; stop if the first one,
the loss, is not finite; backward; move the parameters by the optimiser's rule, which is read in machine code as the
table of operations is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]

from autograd.lift.function import Function
from autograd.lift.lanes import DOUBLE, WORD
from autograd.lift.loops import for_blocks
from autograd.lift.machine_code import lanes, processor
from autograd.lift.program import Program

#: (m, parameter, gradient, what is remembered, learning rate, 1.0 in the first step) → parameter, what is remembered
Rule = Callable[[Any, Any, Any, tuple[Any, ...], Any, Any], tuple[Any, tuple[Any, ...]]]


@dataclass(frozen=True)
class Piece:
    """Rows of the arguments that each step takes from a table: where they lie, how wide and how many they are."""

    start: int
    width: int
    rows: int


@dataclass(frozen=True)
class Update:
    """What a step does besides computing the gradient.

    Attributes:
        rule: moves each parameter.
        slots: how many numbers the rule remembers about each.
        start, count: where the parameters lie.
        pieces: what is copied in.
    """

    rule: Rule
    slots: int
    start: int
    count: int
    pieces: tuple[Piece, ...] = ()


def write_epoch(module: ir.Module, program: Program, adjoints: int, slots: int, update: Update) -> None:
    """The function `epoch`, after `forward`, `backward` and `clear`."""
    pointer, index = DOUBLE.as_pointer(), WORD.as_pointer()
    more = [WORD, pointer, pointer, DOUBLE, *[pointer, index] * len(update.pieces)]
    f = Function(module, "epoch", {}, np.ones(0), more, WORD)
    _, steps, results, rates, first, *batches = f.function.args
    b = f.builder
    one = lanes(b, 1)
    count, done = f.variable(DOUBLE, first), f.variable(WORD, WORD(0))
    body, moving, end = (b.append_basic_block(name) for name in ("step", "update", "end"))
    b.cbranch(b.icmp_signed("<", b.load(done), steps), body, end)
    b.position_at_end(body)
    number = b.load(done)
    for piece, table, order in zip(update.pieces, batches[::2], batches[1::2], strict=True):
        copy_rows(f, piece, table, b.gep(order, [b.mul(number, WORD(piece.rows))]))
    b.call(module.globals["forward"], [f.memory])
    result = b.gep(results, [b.mul(number, WORD(len(program.roots)))])
    for k, root in enumerate(program.roots):
        b.store(b.load(f.at(root), align=8), b.gep(result, [WORD(k)]), align=8)
    loss = one.lane(b.load(f.at(program.roots[0]), align=8))
    finite = one.compare("<", one.abs(loss), np.inf)
    b.store(b.add(number, WORD(1)), done)
    b.cbranch(finite, moving, end)
    b.position_at_end(moving)
    b.call(module.globals["clear"], [f.memory])
    root = f.at(adjoints + program.roots[0])
    b.store(b.fadd(b.load(root, align=8), DOUBLE(1.0)), root, align=8)
    b.call(module.globals["backward"], [f.memory])
    rate = one.lane(b.load(b.gep(rates, [number]), align=8))
    move(f, update, adjoints, slots, rate, one.lane(b.load(count)))
    b.store(b.fadd(b.load(count), DOUBLE(1.0)), count)
    b.cbranch(b.icmp_signed("<", b.load(done), steps), body, end)
    b.position_at_end(end)
    f.finish(b.load(done))


def copy_rows(f: Function, piece: Piece, table: ir.Value, order: ir.Value) -> None:
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


def move(f: Function, update: Update, adjoints: int, slots: int, rate: Any, count: Any) -> None:
    """The rule, for all parameters. What it computes from the rate and the count alone is computed once, before."""
    once, body = f.builder.append_basic_block("once"), f.builder.append_basic_block("move")
    f.builder.branch(once)
    f.builder.position_at_end(body)
    before = lanes(ir.IRBuilder(once), 1)
    rate, count = before.lane(rate.value), before.lane(count.value)
    width = min(processor().width, 1 << (update.count - 1).bit_length())
    m = lanes(f.builder, width)
    index: list[Any] = [0]
    starts = [update.start, update.start + adjoints, *(slots + k * update.count for k in range(update.slots))]

    def step(used: int) -> None:
        at = [f.scaled(index[0], 1, start) for start in starts]
        p, g, *remembered = (f.load(m, offset, 1, used) for offset in at)
        moved, remembered_now = update.rule(m, p, g, tuple(remembered), rate, count)
        for offset, value in zip([at[0], *at[2:]], [moved, *remembered_now], strict=True):
            f.store(m, value, offset, 1, used)

    for_blocks(f, update.count, width, index, 0, step)
    before.builder.branch(body)
