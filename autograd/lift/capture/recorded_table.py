"""Recorded Values as arrays of numbers, so that many of them can be looked at together.

Each has a row, in the order of recording; an operand is the number of its row, or ~k for the k-th thing outside: a
leaf, or what was computed before. Constants of the same number are one thing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

import numpy as np

from autograd.operation import Operation
from autograd.value import Value

Indices = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

FIRST, SECOND, OPERATION = attrgetter("_a"), attrgetter("_b"), attrgetter("_operation")


class RecordedTable:
    """What was recorded, in arrays.

    Args:
        made: Values in the order of recording, all of them computed.
        constants: those leaves (by their ids) that are numbers.

    Attributes:
        operations: the different ones; `kinds` has the number of each row's.
        first: the first of each row's operands in `operands`, which has them all; and in the end, their number.
        outside: the things outside.
    """

    def __init__(self, made: Sequence[Value], constants: Mapping[int, Value]) -> None:
        self.made = made
        count = len(made)
        a, b = list(map(FIRST, made)), list(map(SECOND, made))
        many = {row: made[row].parents for row, x in enumerate(a) if x is None}
        nothing = id(None)
        first_ids, second_ids = ids_of(a), ids_of(b)
        counts = (first_ids != nothing).astype(np.int64) + (second_ids != nothing)
        counts[list(many)] = list(map(len, many.values()))
        self.first: Indices = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
        of = np.empty(self.first[-1], dtype=np.int64)
        has = np.flatnonzero(first_ids != nothing)
        of[self.first[has]] = first_ids[has]
        has = np.flatnonzero(second_ids != nothing)
        of[self.first[has] + 1] = second_ids[has]
        for row, parents in many.items():
            of[self.first[row] : self.first[row + 1]] = ids_of(parents)

        own = ids_of(made)
        order = np.argsort(own)
        at = order[np.minimum(np.searchsorted(own, of, sorter=order), count - 1)]
        self.operands: Indices = np.where(own[at] == of, at, -1)
        self.note_outside(of, constants)
        codes, self.kinds = np.unique(ids_of(list(map(OPERATION, made))), return_index=True, return_inverse=True)[1:]
        self.operations: list[Operation | None] = [made[row]._operation for row in codes.tolist()]

    def note_outside(self, of: Indices, constants: Mapping[int, Value]) -> None:
        """Number the things outside: those with ids `of` that have no row."""
        edges = np.flatnonzero(self.operands < 0)
        ids, first, which = np.unique(of[edges], return_index=True, return_inverse=True)
        found: list[Any] = list(map(constants.get, ids.tolist()))
        for k in [k for k, value in enumerate(found) if value is None]:
            edge = int(edges[first[k]])
            row = int(np.searchsorted(self.first, edge, side="right")) - 1
            found[k] = self.made[row].parents[edge - int(self.first[row])]
        number = np.arange(len(ids))
        constant = np.fromiter((id_ in constants for id_ in ids.tolist()), bool, len(ids))
        if constant.any():
            bits = np.array([x._data for x, c in zip(found, constant.tolist(), strict=True) if c]).view(np.int64)
            _, first, same = np.unique(bits, return_index=True, return_inverse=True)
            number[constant] = np.flatnonzero(constant)[first[same]]
        self.outside: list[Value] = found
        self.operands[edges] = ~number[which]

    def complete(self, before: Mapping[int, Value]) -> bool:
        """Whether nothing outside was computed by what was recorded (`before` has what was computed before)."""
        return all(value._operation is None or id(value) in before for value in self.outside)

    def edges_of(self, rows: Indices) -> Indices:
        """Where the operands of these rows are in `operands`, row by row."""
        first, count = self.first[rows], self.counts(rows)
        return np.repeat(first - np.cumsum(count) + count, count) + np.arange(count.sum())

    def counts(self, rows: Indices) -> Indices:
        """How many operands these rows have."""
        return self.first[rows + 1] - self.first[rows]

    def among(self, chosen: Flags, operands: Indices) -> Flags:
        """Which of the operands are rows that are chosen."""
        found: Flags = (operands >= 0) & chosen[np.maximum(operands, 0)]
        return found

    def value(self, operand: int) -> Value:
        """The recorded Value that an operand is."""
        return self.made[operand] if operand >= 0 else self.outside[~operand]


def ids_of(things: Sequence[Any]) -> Indices:
    """What tells the things apart."""
    return np.fromiter(map(id, things), np.int64, len(things))
