"""Training without returning to Python: a program, an optimiser's rule, and tables from which batches are taken."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from autograd.lift.llvm_backend import MachineCode
from autograd.lift.program import Program
from autograd.lift.reverse import Reverse
from autograd.lift.updates import Piece, Update

Array = np.ndarray[Any, np.dtype[np.float64]]
Integers = np.ndarray[Any, np.dtype[np.int64]]


class Epochs:
    """A program with an optimiser, compiled to take many steps at a time.

    Args:
        program, reverse: the loss is the program's first root.
        update: the rule, and what it is for.

    Attributes:
        values: the numbers of the program, the parameters among them.
        slots: what the rule remembers, a row for each slot.
    """

    def __init__(self, program: Program, reverse: Reverse, update: Update) -> None:
        self.code = MachineCode(program, reverse, update)
        self.memory = self.code.new_memory()
        self.values = self.memory[: program.size]
        self.parameters = self.values[update.start : update.start + update.count]
        self.slots = self.memory[self.code.slots :][: update.slots * update.count].reshape(update.slots, update.count)
        self.pieces = update.pieces
        self.roots = len(program.roots)
        kinds = [ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_double]
        self.root = program.roots[0]
        step = self.code.code.function("step", ctypes.c_int64, ctypes.c_void_p, ctypes.c_double, ctypes.c_double)
        self.one_step = partial(step, ctypes.c_void_p(self.memory.ctypes.data))
        self.epoch = self.code.code.function("epoch", ctypes.c_int64, *kinds, *[ctypes.c_void_p] * 2 * len(self.pieces))

    def run(self, rates: Array, count: int, batches: Sequence[tuple[Array, Integers]] = ()) -> Array:
        """Take a step for each learning rate.

        Args:
            rates: of the steps.
            count: how many steps were taken before.
            batches: for each piece a table and, for each step, which of its rows are taken.

        Returns:
            The program's results in each step, before the update: the loss first. They end with the first loss that is
            not finite, after which nothing was moved.

        Raises:
            ValueError: if tables or orders have another shape than the pieces, or name rows that are not there.
        """
        rates = np.ascontiguousarray(rates, dtype=np.float64)
        tables = [self.checked(piece, len(rates), *batch) for piece, batch in zip(self.pieces, batches, strict=True)]
        results = np.empty((len(rates), self.roots))
        addresses = [array.ctypes.data for pair in tables for array in pair]
        done = self.epoch(
            self.memory.ctypes.data, len(rates), results.ctypes.data, rates.ctypes.data, float(count + 1), *addresses
        )
        return results[:done]

    def step(self, rate: float, count: int) -> float:
        """One step with the batch that is in place; the loss before it."""
        self.one_step(rate, count + 1.0)
        return float(self.memory[self.root])

    def checked(self, piece: Piece, steps: int, table: Array, order: Integers) -> tuple[Array, Integers]:
        """A table and the order of its rows, as the code takes them."""
        table = np.ascontiguousarray(table, dtype=np.float64).reshape(len(table), -1)
        order = np.ascontiguousarray(order, dtype=np.int64).reshape(steps, -1)
        if table.shape[1] != piece.width or order.shape[1] != piece.rows:
            raise ValueError(
                f"each step takes {piece.rows} rows of {piece.width} numbers, but the table has rows of"
                f" {table.shape[1]} and the order {order.shape[1]} a step"
            )
        if order.size and not 0 <= order.min() <= order.max() < len(table):
            raise ValueError(f"the order names rows {order.min()} to {order.max()} of a table that has {len(table)}")
        return table, order
