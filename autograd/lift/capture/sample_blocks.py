"""Which parts of a recording are the same work for one sample after the other, however the loop was written.

A loss is a sum over samples. What a term of it needs, and no other term, is a block; terms that share something that
is not for all of them are of one sample, and have one block together. Blocks of the same operations on operands of
their own, on what is for all, and on numbers from outside are the same program for other samples.

Nothing is carried from block to block: where a term needs the sum of those before, there are no samples but steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from autograd import ops
from autograd.lift.capture.recorded_table import Indices, RecordedTable

#: Shorter recordings are soon looked through value by value, and their arrays need no row for what they are given.
FEWEST_RECORDED = 20_000

#: So many blocks must be alike,
FEWEST_SAMPLES = 16

#: in so many ways at most,
MOST_KINDS = 4

#: which take up this share of the recording.
SHARE = 0.5

#: How many sums are tried, the last ones first, and how deep their terms may be.
MOST_SUMS = 8
MOST_LEVELS = 3000

LINKS = (ops.ADD, ops.SUBTRACT)
OF_MANY = (ops.SUM, ops.MEAN, ops.DOT)


@dataclass(frozen=True)
class SampleBlocks:
    """Blocks that are the same program.

    Attributes:
        rows: of each block (one row of the table), its recorded rows, operands first.
        operands: of each block, the operands of these, one row after the other: the number of the operand within the
            block if it is `inside`, else as in the recording.
        inside: of each of these operands, the same in all blocks.
    """

    rows: Indices
    operands: Indices
    inside: np.ndarray[tuple[int], np.dtype[np.bool_]]


def sample_blocks(table: RecordedTable) -> list[SampleBlocks]:
    """The blocks of a recording, if they are most of it; else none."""
    for spine, terms in sums_of_many(table):
        block_of = blocks_of_terms(table, spine, terms)
        if block_of is not None:
            found = alike(table, block_of)
            if found and sum(blocks.rows.size for blocks in found) >= SHARE * len(table.made):
                return found
    return []


# ── Sums ────────────────────────────────────────────────────────────────────────────────────────────────────────


def sums_of_many(table: RecordedTable) -> Iterator[tuple[Indices, list[Indices]]]:
    """Sums of many terms: the rows that add up, and the operands of each term. Those recorded last come first."""
    kind = {op: number for number, op in enumerate(table.operations)}
    adds = np.flatnonzero(np.isin(table.kinds, [kind[op] for op in LINKS if op in kind]))
    top = tops_of_chains(table, adds)
    tops, counts = np.unique(top[adds], return_counts=True)
    candidates = tops[counts + 1 >= FEWEST_SAMPLES].tolist()
    many = np.flatnonzero(np.isin(table.kinds, [kind[op] for op in OF_MANY if op in kind]))
    candidates += many[table.counts(many) >= FEWEST_SAMPLES].tolist()
    for row in sorted(candidates, reverse=True)[:MOST_SUMS]:
        if table.operations[table.kinds[row]] in LINKS:
            spine = adds[top[adds] == row]
            operands = table.operands[table.edges_of(spine)]
            own = np.zeros(len(table.made), dtype=bool)
            own[spine] = True
            yield spine, list(operands[~table.among(own, operands)].reshape(-1, 1))
        else:
            operands = table.operands[table.first[row] : table.first[row + 1]]
            parts = 2 if table.operations[table.kinds[row]] is ops.DOT else 1
            yield np.array([row]), list(operands.reshape(parts, -1).T)


def tops_of_chains(table: RecordedTable, adds: Indices) -> Indices:
    """Of each row, the last of the chain of additions that it is in: a running total, which nobody else reads."""
    count = len(table.made)
    inner = table.operands[table.operands >= 0]
    uses = np.bincount(inner, minlength=count)
    is_add = np.zeros(count, dtype=bool)
    is_add[adds] = True
    above = np.arange(count)
    linked = np.zeros(len(adds), dtype=bool)
    for slot in range(2):  # the running total is on the left, or on the right
        below = table.operands[table.first[adds] + slot]
        links = table.among(is_add & (uses == 1), below) & ~linked
        above[below[links]] = adds[links]
        linked |= links
    while True:
        higher = above[above]
        if np.array_equal(higher, above):
            return above
        above = higher


# ── Blocks ──────────────────────────────────────────────────────────────────────────────────────────────────────


def blocks_of_terms(table: RecordedTable, spine: Indices, terms: list[Indices]) -> Indices | None:
    """Of each row, the number of its block; −1: it belongs to none. None if something is carried."""
    count, most = len(table.made), len(terms)
    lowest, highest = np.full(count, most), np.full(count, -1)
    adds_up = np.zeros(count, dtype=bool)
    adds_up[spine] = True
    flat = np.concatenate(terms)
    number = np.repeat(np.arange(most), [len(term) for term in terms])
    targets, low, high = flat, number, number
    for _ in range(MOST_LEVELS):
        here = targets >= 0
        targets, low, high = targets[here], low[here], high[here]
        before = lowest[targets], highest[targets]
        np.minimum.at(lowest, targets, low)
        np.maximum.at(highest, targets, high)
        changed = np.unique(targets[(lowest[targets] < before[0]) | (highest[targets] > before[1])])
        if not len(changed):
            break
        if adds_up[changed].any():
            return None
        sources = np.repeat(changed, table.counts(changed))
        targets, low, high = table.operands[table.edges_of(changed)], lowest[sources], highest[sources]
    else:
        return None
    needed = highest >= 0
    for_all = needed & (2 * (highest - lowest) >= most)
    own = needed & ~for_all
    joined = np.zeros(most + 1, dtype=np.int64)  # +1 where terms begin to be of one block, −1 where they end
    np.add.at(joined, lowest[own], 1)
    np.add.at(joined, highest[own], -1)
    apart = np.cumsum(joined)[:-1] == 0
    block = np.concatenate([[0], np.cumsum(apart[:-1])])
    found: Indices = np.where(own, block[np.minimum(lowest, most - 1)], -1)
    return found


def alike(table: RecordedTable, block_of: Indices) -> list[SampleBlocks]:
    """The blocks that are the same program; none if there are too many kinds of them."""
    rows = np.flatnonzero(block_of >= 0)
    if not len(rows):
        return []
    rows = rows[np.argsort(block_of[rows], kind="stable")]
    _, first, sizes = np.unique(block_of[rows], return_index=True, return_counts=True)
    within = np.full(len(table.made), -1)
    within[rows] = np.arange(len(rows)) - np.repeat(first, sizes)

    counts = table.counts(rows)
    operands = table.operands[table.edges_of(rows)]
    inside = table.among(within >= 0, operands)
    operands = np.where(inside, within[np.maximum(operands, 0)], operands)
    draw = np.random.default_rng(0)
    weights = draw.integers(1, 2**63, 8192, dtype=np.uint64) | np.uint64(1)
    starts = np.cumsum(counts) - counts
    slot = np.arange(len(operands)) - np.repeat(starts, counts)
    codes = np.where(inside, operands + 1, 0).astype(np.uint64) * weights[slot % 4096]
    words = np.add.reduceat(codes, starts) + table.kinds[rows].astype(np.uint64) * weights[4096]
    words = (words ^ (words >> np.uint64(29))) * weights[4097 + within[rows] % 4000]
    marks = np.add.reduceat(words, first) + sizes.astype(np.uint64)

    _, kind, many = np.unique(marks, return_inverse=True, return_counts=True)
    if np.count_nonzero(many >= FEWEST_SAMPLES) > MOST_KINDS:
        return []
    ends = np.append(starts, len(operands))
    found = []
    for number in np.flatnonzero(many >= FEWEST_SAMPLES):
        chosen = np.flatnonzero(kind.ravel() == number)
        size = int(sizes[chosen[0]])
        edges = int(ends[first[chosen[0]] + size] - ends[first[chosen[0]]])
        if (sizes[chosen] != size).any() or (ends[first[chosen] + size] - ends[first[chosen]] != edges).any():
            continue
        at = first[chosen][:, None] + np.arange(size)
        between = ends[first[chosen]][:, None] + np.arange(edges)
        same = [table.kinds[rows[at]], counts[at], inside[between], np.where(inside, operands, 0)[between]]
        if all((x == x[0]).all() for x in same):
            found.append(SampleBlocks(rows[at], operands[between], inside[between[0]]))
    return found
