"""Training without returning to Python: a program, an optimiser's rule, and tables from which batches are taken."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from functools import cache, cached_property, partial
from typing import Any

import numpy as np

from autograd.lift.arrays.program import FloatArray, Program
from autograd.lift.arrays.reverse import Reverse
from autograd.lift.arrays.update import Piece, Update
from autograd.lift.llvm_backend.block_steps import FINITE, GIVEN_UP
from autograd.lift.llvm_backend.machine import LlvmMachine, ProgramCode
from autograd.lift.llvm_backend.optimiser_step import readable
from autograd.lift.threads import together

RowNumbers = np.ndarray[Any, np.dtype[np.int64]]


def training_loop(program: Program, reverse: Reverse, update: Update) -> TrainingLoop | None:
    """The loop; None if machine code cannot read the rule, because it does what has no meaning there (`if p > 0`)."""
    return TrainingLoop(program, reverse, update) if readable(update.rule, update.slots) else None


class TrainingLoop(LlvmMachine):
    """A machine that also moves parameters by an optimiser's rule, many steps at a time.

    Args:
        program, reverse: the loss is the program's first root.
        update: the rule, and what it is for.

    Attributes:
        parameters: the numbers that are moved.
        slots: what the rule remembers about them, a row for each slot.
    """

    def __init__(self, program: Program, reverse: Reverse, update: Update, code: ProgramCode | None = None) -> None:
        super().__init__(program, reverse, update, code)
        self.made_of = program, reverse, update
        self.parameters = self.values[update.start : update.start + update.count]
        self.slots = self.memory[self.code.slots : self.code.blocks.of_one].reshape(update.slots, update.count)
        self.pieces = update.pieces
        self.roots = len(program.roots)
        self.root = program.roots[0]
        self.update = update
        self.blocks = self.code.blocks.memories(self.memory)
        self.words = self.memory[self.code.blocks.words :].view(np.int64)

    def twin(self) -> TrainingLoop:
        """The same code with memory of its own."""
        return TrainingLoop(*self.made_of, self.code)

    @cached_property
    def one_step(self) -> Callable[..., int]:
        return self.bound("step", ctypes.c_int64, ctypes.c_double, ctypes.c_double)

    @cached_property
    def epoch(self) -> Callable[..., int]:
        addresses = [ctypes.c_void_p] * 2 * len(self.pieces)
        return self.bound(
            "epoch", ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_double, *addresses
        )

    @cached_property
    def in_blocks(self) -> Callable[..., int]:
        word, pointer = ctypes.c_int64, ctypes.c_void_p
        addresses = [pointer] * 2 * len(self.pieces)
        more = [word, word, word, word, pointer, pointer, ctypes.c_double, *addresses]
        return self.bound("together", word, *more)

    def run(
        self,
        rates: FloatArray,
        count: int,
        batches: Sequence[tuple[FloatArray, RowNumbers]] = (),
        threads: int = 1,
    ) -> FloatArray:
        """Take a step for each learning rate.

        Args:
            rates: of the steps.
            count: how many steps were taken before.
            batches: for each piece a table and, for each step, which of its rows are taken, block by block.
            threads: that share the blocks; the results are the same for any number.

        Returns:
            The program's results in each step that was taken, before the update: the loss first, then the others, of
            each block. They end before the first step whose loss or gradient is not finite, and which therefore moved
            nothing.

        Raises:
            ValueError: if tables or orders have another shape than the pieces, or name rows that are not there.
        """
        rates = np.ascontiguousarray(rates, dtype=np.float64)
        tables = [self.checked(piece, len(rates), *batch) for piece, batch in zip(self.pieces, batches, strict=True)]
        results = np.empty((len(rates), 1 + len(self.blocks) * (self.roots - 1)))

        def take(function: Callable[..., int], *more: int) -> int:
            addresses = [array.ctypes.data for pair in tables for array in pair]
            return function(*more, len(rates), results.ctypes.data, rates.ctypes.data, float(count + 1), *addresses)

        return results[: take(self.epoch) if len(self.blocks) == 1 else self.shared(threads, take)]

    def shared(self, threads: int, take: Callable[..., int]) -> int:
        """Steps whose blocks are shared by threads; how many were taken."""
        start, end = self.update.start, self.update.start + self.update.count
        self.blocks[1:, start:end] = self.parameters
        self.words[: FINITE + len(self.blocks)] = 0

        def jobs(there: int) -> list[Callable[[], int]]:
            return [partial(take, self.in_blocks, thread, there, giving_way()) for thread in range(there)]

        def give_up() -> None:
            self.words[GIVEN_UP] = 1

        there = min(threads, len(self.blocks)) if giving_way() else 1
        taken: int = together(jobs, there, give_up)
        return taken

    def step(self, rate: float, count: int) -> float:
        """One step with the batch that is in place, if its loss and gradient are finite; the loss before it."""
        self.one_step(rate, count + 1.0)
        return float(self.memory[self.root])

    def checked(self, piece: Piece, steps: int, table: FloatArray, order: RowNumbers) -> tuple[FloatArray, RowNumbers]:
        """A table and the order of its rows, as the code takes them."""
        table = np.ascontiguousarray(table, dtype=np.float64).reshape(len(table), -1)
        order = np.ascontiguousarray(order, dtype=np.int64).reshape(steps, -1)
        rows = piece.rows * len(self.blocks)
        if table.shape[1] != piece.width or order.shape[1] != rows:
            raise ValueError(
                f"each step takes {rows} rows of {piece.width} numbers, but the table has rows of"
                f" {table.shape[1]} and the order {order.shape[1]} a step"
            )
        if order.size and not 0 <= order.min() <= order.max() < len(table):
            raise ValueError(f"the order names rows {order.min()} to {order.max()} of a table that has {len(table)}")
        return table, order


@cache
def giving_way() -> int:
    """The address of what offers the processor to others; 0 if there is none, and so no threads that wait."""
    try:
        library: Any = ctypes.WinDLL("kernel32") if hasattr(ctypes, "WinDLL") else ctypes.CDLL(None)
        function = library.SwitchToThread if hasattr(ctypes, "WinDLL") else library.sched_yield
    except (OSError, AttributeError):
        return 0
    return ctypes.cast(function, ctypes.c_void_p).value or 0
