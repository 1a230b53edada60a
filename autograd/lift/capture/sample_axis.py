"""The loop over samples becomes the sample axis: what `vmap` would have recorded.

Of the blocks that are the same program (`sample_blocks`) one is kept, each of whose Values stands for all samples, as
if the function had been written with `vmap`. What the blocks are given becomes rows of numbers, one a sample, and who
needs what they compute takes one number out of such a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autograd.lift.capture.batch_operations import BATCH, SAMPLE
from autograd.lift.capture.recorded_table import RecordedTable
from autograd.lift.capture.sample_blocks import FEWEST_RECORDED, SampleBlocks, sample_blocks
from autograd.lift.capture.unused import may_fail
from autograd.operation import Operation
from autograd.recording import Recording
from autograd.value import Value, value_of_parts


@dataclass(frozen=True)
class AlongSamples:
    """A recording in which one sample's program stands for all.

    Attributes:
        roots: its results.
        unused: what no result needs, but may fail.
        recorded: how many Values it stands for.
    """

    roots: list[Value]
    unused: list[Value]
    recorded: int


def along_samples(roots: list[Value], recording: Recording, made: Sequence[Value]) -> AlongSamples | None:
    """The recording with its loop over samples as an axis; None if there is no such loop that is most of it."""
    if len(made) < FEWEST_RECORDED or recording.rows:
        return None
    table = RecordedTable(list(made), recording.constants)
    if not table.complete(recording.before):
        return None
    blocks = sample_blocks(table)
    return Rewriting(table, blocks).rewritten(roots) if blocks else None


class Rewriting:
    """What becomes of the rows of a recording."""

    def __init__(self, table: RecordedTable, blocks: list[SampleBlocks]) -> None:
        self.table = table
        self.one = [OneForAll(table, each) for each in blocks]
        self.new: dict[int, Value] = {}  # a row → what stands in its place, where that is another Value
        self.of, self.sample, self.number = (np.full(len(table.made), -1) for _ in range(3))
        for number, each in enumerate(blocks):
            self.of[each.rows] = number
            self.sample[each.rows] = np.arange(len(each.rows))[:, None]
            self.number[each.rows] = np.arange(each.rows.shape[1])

    def rewritten(self, roots: list[Value]) -> AlongSamples:
        """The recording, rewritten: what is in no block, and is needed, is told where to find what blocks compute."""
        made, outer = self.table.made, np.flatnonzero(self.of < 0).tolist()
        operands, first = self.table.operands.tolist(), self.table.first.tolist()
        ids = set(map(id, roots))
        row_of = {id(value): row for row, value in enumerate(made) if id(value) in ids}
        needed = set(row_of.values())

        def add_operands() -> None:
            for row in reversed(outer):
                if row in needed:
                    needed.update(operands[first[row] : first[row + 1]])

        add_operands()
        unused = [row for row in outer if row not in needed and may_fail(made[row])]
        if unused:
            needed.update(unused)
            add_operands()
        for row in outer:
            if row in needed:
                parents = [self.in_place_of(x) for x in operands[first[row] : first[row + 1]]]
                if any(new is not old for new, old in zip(parents, made[row].parents, strict=True)):
                    self.new[row] = with_parents(made[row], made[row]._operation, parents)
        return AlongSamples(
            [self.in_place_of(row_of[id(root)]) if id(root) in row_of else root for root in roots],
            [self.in_place_of(row) for row in unused],
            len(made) + len(self.table.outside),
        )

    def in_place_of(self, operand: int) -> Value:
        """What stands in the place of an operand: one of a row of numbers, if a block has computed it."""
        if operand < 0 or operand in self.new:
            return self.table.value(operand) if operand < 0 else self.new[operand]
        of = int(self.of[operand])
        if of < 0:
            return self.table.made[operand]
        one, number = self.one[of], int(self.number[operand])
        value = one.values[number]
        if one.varies[number]:
            value = self.new[operand] = with_parents(value, SAMPLE(int(self.sample[operand])), [value])
        return value


class OneForAll:
    """The block that stands for all of its kind: its Values, and which of them differ from sample to sample."""

    def __init__(self, table: RecordedTable, blocks: SampleBlocks) -> None:
        self.values: list[Value] = []
        self.varies: list[bool] = []
        rows: dict[bytes, Value] = {}
        alike = (blocks.operands == blocks.operands[0]).all(axis=0).tolist()
        operands, inside = blocks.operands[0].tolist(), blocks.inside.tolist()
        edge = 0
        for row, count in zip(blocks.rows[0].tolist(), table.counts(blocks.rows[0]).tolist(), strict=True):
            parents, varies = [], False
            for k in range(edge, edge + count):
                if inside[k]:
                    parents.append(self.values[operands[k]])
                    varies |= self.varies[operands[k]]
                elif alike[k]:
                    parents.append(table.value(operands[k]))
                else:
                    column = blocks.operands[:, k]
                    key = column.tobytes()
                    if key not in rows:
                        given = list(map(table.value, column.tolist()))
                        rows[key] = with_parents(given[0], BATCH, given)
                    parents.append(rows[key])
                    varies = True
            self.values.append(with_parents(table.made[row], table.made[row]._operation, parents))
            self.varies.append(varies)
            edge += count


def with_parents(like: Value, op: Operation | None, parents: Sequence[Value]) -> Value:
    """A Value with other parents."""
    return value_of_parts(like._data, 0.0, "", op, tuple(parents), (0.0,) * len(parents))
