"""Steps whose batch is in blocks, each with a memory of its own, so that threads can share them.

    together(memory, thread, threads, give_way, steps, results, rates, count, table₁, order₁, …)

Every thread calls it at the same time, with its number. In each step

    copy in, forward, backward          of its blocks
    wait for the others
    add up the blocks' gradients        of its part of the parameters
    wait for the others
    move the parameters                 of its part, in all memories, if everything is finite
    wait for the others

There are as many parts as blocks, and sums go in the blocks' order, so that the number of threads changes no bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]

from autograd.lift.arrays.program import FloatArray, Program
from autograd.lift.arrays.update import Update
from autograd.lift.llvm_backend.emitter import Emitter
from autograd.lift.llvm_backend.lanes import DOUBLE, WORD
from autograd.lift.llvm_backend.loops import for_blocks
from autograd.lift.llvm_backend.machine_code import lanes, processor
from autograd.lift.llvm_backend.optimiser_step import all_finite, copy_numbers, copy_rows, move, neighbours

LINE = 64  # numbers between what threads write, so that no two of them write to one line of the cache
ARRIVED, GIVEN_UP, FINITE = range(3)  # words behind the memories; of the last one for each part
SPINS = 64  # looks at a number that is about to change, before the processor is offered to others
SIGNED = "<"


class Blocks:
    """Where the memories of the blocks lie, one behind the other, and behind them what threads tell each other."""

    def __init__(self, slots: int, update: Update | None) -> None:
        self.count = 1 if update is None else update.blocks
        self.of_one = slots + (0 if update is None else update.slots * update.count)
        self.stride = self.of_one if self.count == 1 else -(-self.of_one // LINE) * LINE + LINE
        self.words = self.count * self.stride
        self.size = self.words + (0 if self.count == 1 else FINITE + self.count)

    def memories(self, memory: FloatArray) -> FloatArray:
        """Each block's own."""
        return memory[: self.words].reshape(self.count, self.stride)


def parameter_parts(update: Update) -> list[range]:
    """The parameters, in as many parts as there are blocks; whole lines but for the last."""
    size = max(1, -(-update.count // (update.blocks * 8)) * 8)
    starts = [min(k * size, update.count) for k in range(update.blocks + 1)]
    return [range(start, end) for start, end in pairwise(starts)]


def write_block_steps(
    module: ir.Module, program: Program, adjoints: int, slots: int, update: Update, blocks: Blocks
) -> None:
    """The function `together`, after `forward_and_backward`: how many steps were taken."""
    BlockSteps(module, program, adjoints, slots, update, blocks).write()


class BlockSteps:
    """The function, being written."""

    def __init__(
        self, module: ir.Module, program: Program, adjoints: int, slots: int, update: Update, blocks: Blocks
    ) -> None:
        self.program, self.adjoints, self.slots, self.update, self.blocks = program, adjoints, slots, update, blocks
        pointer, index = DOUBLE.as_pointer(), WORD.as_pointer()
        more = [WORD, WORD, WORD, WORD, pointer, pointer, DOUBLE, *[pointer, index] * len(update.pieces)]
        self.wait = write_wait(module, blocks)
        self.f = f = Emitter(module, "together", {}, np.ones(0), more, WORD)
        _, self.thread, self.threads, self.give_way, self.steps, self.results, self.rates, *rest = f.function.args
        self.first, *self.tables = rest
        self.count, self.done = f.variable(DOUBLE, self.first), f.variable(WORD, WORD(0))
        self.arrivals = f.variable(WORD, WORD(0))
        self.end = f.builder.append_basic_block("end")

    def write(self) -> None:
        """All of it."""
        f, b = self.f, self.f.builder
        body = b.append_basic_block("step")
        b.cbranch(b.icmp_signed("<", b.load(self.done), self.steps), body, self.end)
        b.position_at_end(body)
        number = b.load(self.done)
        for block in range(self.blocks.count):
            with self.mine(block):
                self.forward_and_backward(block, number)
        self.meet()
        for part, places in enumerate(parameter_parts(self.update)):
            with self.mine(part):
                self.add_up(part, places)
        self.meet()
        loss = self.loss(number)
        m = lanes(b, 1)
        finite = m.compare("<", m.abs(m.lane(loss)), np.inf)
        for part in range(self.blocks.count):
            finite = b.and_(finite, b.icmp_signed("!=", b.load(self.word(FINITE + part)), WORD(0)))
        moving = b.append_basic_block("moving")
        b.cbranch(finite, moving, self.end)
        b.position_at_end(moving)
        rate_and_count = b.load(b.gep(self.rates, [number]), align=8), b.load(self.count)
        copies = [block * self.blocks.stride for block in range(1, self.blocks.count)]
        for part, places in enumerate(parameter_parts(self.update)):
            with self.mine(part):
                if places:
                    move(f, self.update, self.adjoints, self.slots, rate_and_count, places, copies)
        self.meet()
        b.store(b.add(number, WORD(1)), self.done)
        b.store(b.fadd(b.load(self.count), DOUBLE(1.0)), self.count)
        b.cbranch(b.icmp_signed("<", b.load(self.done), self.steps), body, self.end)
        b.position_at_end(self.end)
        f.finish(b.load(self.done))

    @contextmanager
    def mine(self, number: int) -> Iterator[None]:
        """What only the thread does whose turn it is."""
        b = self.f.builder
        with b.if_then(b.icmp_unsigned("==", b.urem(WORD(number), self.threads), self.thread)):
            yield

    def meet(self) -> None:
        """Wait until all threads are here; end if they will not come."""
        b = self.f.builder
        target = b.add(b.load(self.arrivals), self.threads)
        b.store(target, self.arrivals)
        met = b.call(self.wait, [self.f.memory, target, self.give_way])
        after = b.append_basic_block("met")
        b.cbranch(b.icmp_signed("!=", met, WORD(0)), after, self.end)
        b.position_at_end(after)

    def word(self, number: int) -> ir.Value:
        """The address of a word behind the memories."""
        return self.f.builder.bitcast(self.f.at(self.blocks.words + number), WORD.as_pointer())

    def forward_and_backward(self, block: int, number: ir.Value) -> None:
        """A block's samples copied in, its gradient computed, its predictions copied out."""
        f, b, start = self.f, self.f.builder, block * self.blocks.stride
        for piece, table, order in zip(self.update.pieces, self.tables[::2], self.tables[1::2], strict=True):
            row = b.add(b.mul(number, WORD(piece.rows * self.blocks.count)), WORD(block * piece.rows))
            copy_rows(f, replace(piece, start=piece.start + start), table, b.gep(order, [row]))
        b.call(f.module.globals["forward_and_backward"], [f.at(start)])
        predictions = self.program.roots[1:]
        for position, place, length in neighbours(predictions) if predictions else []:
            offset = WORD(1 + block * len(predictions) + position)
            copy_numbers(f, f.at(start + place), b.gep(self.result(number), [offset]), length)

    def result(self, number: ir.Value) -> ir.Value:
        """Where the results of a step begin: the loss, and each block's predictions."""
        b = self.f.builder
        width = 1 + self.blocks.count * (len(self.program.roots) - 1)
        return b.gep(self.results, [b.mul(number, WORD(width))])

    def add_up(self, part: int, places: range) -> None:
        """The gradient of a part of the parameters, in the first memory; and whether it is finite."""
        f, b = self.f, self.f.builder
        start, length = self.adjoints + self.update.start + places.start, len(places)
        finite: Any = WORD(1)
        if length:
            width = min(processor().width, 1 << (length - 1).bit_length())
            m = lanes(b, width)
            index: list[Any] = [0]

            def add(used: int) -> None:
                at = [f.scaled(index[0], 1, start + k * self.blocks.stride) for k in range(self.blocks.count)]
                total, *others = (f.load(m, offset, 1, used) for offset in at)
                for other in others:
                    total = total + other
                f.store(m, total, at[0], 1, used)

            for_blocks(f, length, width, index, 0, add)
            finite = b.zext(all_finite(f, start, length), WORD)
        b.store(finite, self.word(FINITE + part))

    def loss(self, number: ir.Value) -> ir.Value:
        """The sum of the blocks' losses, which the first thread notes."""
        b = self.f.builder
        root = self.program.roots[0]
        total, *others = (b.load(self.f.at(root + k * self.blocks.stride), align=8) for k in range(self.blocks.count))
        for other in others:
            total = b.fadd(total, other)
        with self.mine(0):
            b.store(total, self.result(number), align=8)
        return total


def write_wait(module: ir.Module, blocks: Blocks) -> ir.Function:
    """wait(memory, target, give_way): a thread has arrived; 1 once the target is reached, 0 if it is given up."""
    f = Emitter(module, "wait", {}, np.ones(0), [WORD, WORD], WORD)
    _, target, give_way = f.function.args
    b = f.builder
    arrived, given_up = (b.bitcast(f.at(blocks.words + word), WORD.as_pointer()) for word in (ARRIVED, GIVEN_UP))
    b.atomic_rmw("add", arrived, WORD(1), "seq_cst")
    looks = f.variable(WORD, WORD(0))
    look, again, spun, offer, end, left = map(b.append_basic_block, ("look", "again", "spun", "offer", "end", "left"))
    b.branch(look)
    b.position_at_end(look)
    b.cbranch(b.icmp_signed(">=", b.load_atomic(arrived, "acquire", 8), target), end, again)
    b.position_at_end(again)
    b.cbranch(b.icmp_signed("!=", b.load_atomic(given_up, "acquire", 8), WORD(0)), left, spun)
    b.position_at_end(spun)
    number = b.add(b.load(looks), WORD(1))
    b.store(number, looks)
    b.cbranch(b.icmp_signed("<", number, WORD(SPINS)), look, offer)
    b.position_at_end(offer)
    b.call(b.inttoptr(give_way, ir.FunctionType(ir.IntType(32), []).as_pointer()), [])
    b.branch(look)
    b.position_at_end(left)
    b.ret(WORD(0))
    b.position_at_end(end)
    f.finish(WORD(1))
    return f.function
