"""Where a sequence of operations repeats itself: the turns of a loop that somebody has unrolled.

Two operations of neighbouring turns are the same if they do the same with what lies equally far back (their own turn's
results, or those that the turn before has left), with what both read from before the loop (shared parameters), or with
data, of which each turn has its own. So each operation gets a token that says just that, and a loop is a stretch in
which the tokens repeat. Its length is n, its period p; finding it takes n log n steps, and nothing is tried out.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

#: A loop has at least so many turns, and saves so many operations.
FEWEST_TURNS = 3
FEWEST_SAVED = 24

#: Read more often than this, and all over the place, a number is told from others by its identity: it is shared, and
#: not of a turn.
MOST_READ = 16

#: Of what repeats best, so many candidates are looked at.
MOST_TRIED = 12

Tokens = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Repeat:
    """A loop: `turns` times `period` operations, from `start` on."""

    start: int
    period: int
    turns: int

    @property
    def stop(self) -> int:
        return self.start + self.period * self.turns

    @property
    def saved(self) -> int:
        return self.period * (self.turns - 1)


def loops_in(
    kinds: Sequence[Hashable], operands: Sequence[Sequence[int]], is_loop: Callable[[Repeat], bool] = lambda run: True
) -> list[Repeat]:
    """The loops of a sequence of operations, in order; they do not overlap.

    Args:
        kinds: of each operation, what it does with its operands.
        operands: of each operation, the numbers of the earlier ones that it reads; ~k for the k-th leaf.
        is_loop: whether something that repeats is to be one.
    """
    found: list[Repeat] = []
    spans = [(0, len(kinds))]
    fewest = max(FEWEST_SAVED, len(kinds) // 64)
    while spans:
        low, high = spans.pop()
        if high - low < fewest:
            continue
        run = Stretch(kinds, operands, low, high).best(fewest, is_loop)
        if run is not None:
            found.append(run)
            spans += [(low, run.start), (run.stop, high)]
    return sorted(found, key=lambda run: run.start)


class Stretch:
    """A part of the sequence, in which the run that saves most is looked for."""

    def __init__(self, kinds: Sequence[Hashable], operands: Sequence[Sequence[int]], low: int, high: int) -> None:
        self.kinds, self.operands, self.low, self.high = kinds, operands, low, high
        self.shared = shared_among(operands[low:high])
        numbers: dict[Hashable, int] = {}
        self.tokens = np.array(
            [numbers.setdefault((kinds[k], *self.relations(k)), len(numbers)) for k in range(low, high)], dtype=np.int64
        )
        inside = (max([x for x in operands[k] if x in self.shared], default=-1) for k in range(low, high))
        self.latest_shared = np.fromiter(inside, dtype=np.int64, count=high - low)

    def relations(self, k: int) -> list[Hashable]:
        """What each operand is to an operation: a distance back, something shared, or (0) data."""
        return [("shared", x) if x in self.shared else k - x if x >= self.low else 0 for x in self.operands[k]]

    def best(self, fewest: int, is_loop: Callable[[Repeat], bool]) -> Repeat | None:
        """The run that saves most; of those that save about as much, the one of the smallest period."""
        runs = sorted(self.repetitions(fewest), key=lambda run: (-run.saved, run.period))[:MOST_TRIED]
        while runs:
            run = min((r for r in runs if r.saved >= 0.9 * runs[0].saved), key=lambda run: run.period)
            runs.remove(run)
            longer = self.from_its_start(run)
            if longer.turns >= FEWEST_TURNS and longer.saved >= fewest and is_loop(longer):
                return longer
        return None

    def repetitions(self, fewest: int) -> list[Repeat]:
        """The longest stretches in which tokens repeat with one of the likely periods."""
        found = []
        for period in periods(self.tokens):
            same = np.concatenate([[False], self.tokens[period:] == self.tokens[:-period], [False]])
            edges = np.flatnonzero(same[1:] != same[:-1])
            starts, lengths = edges[::2], edges[1::2] - edges[::2]
            enough = (lengths // period + 1 >= FEWEST_TURNS - 1) & (lengths >= fewest - period)
            for start, length in zip(starts[enough].tolist(), lengths[enough].tolist(), strict=True):
                late = np.flatnonzero(self.latest_shared[start : start + length + period] >= self.low + start)
                whole = int(late[0]) if len(late) else length + period  # what is shared is from before the loop
                found.append(Repeat(self.low + start, period, whole // period))
        return [run for run in found if run.turns >= 2]

    def from_its_start(self, run: Repeat) -> Repeat:
        """The run from its very first turn on, whose operands from before it need not be equally far back."""
        period, high = run.period, run.start + run.period * run.turns
        while high < self.high and self.tokens[high - self.low] == self.tokens[high - period - self.low]:
            high += 1
        start = run.start
        behind = int(self.latest_shared[run.start - self.low : run.start + period - self.low].max())  # must be before
        for c in range(run.start - 1, max(self.low, run.start - period) - 1, -1):
            behind = max(behind, self.least_start(c, period))
            if behind >= run.start:
                break
            if behind < c:
                start = c
        return Repeat(start, period, (high - start) // period)

    def least_start(self, k: int, period: int) -> int:
        """A first turn that has k in it must start behind the operation that is returned, for k + period to follow."""
        if self.kinds[k] != self.kinds[k + period] or len(self.operands[k]) != len(self.operands[k + period]):
            return k
        least = -1
        for a, b in zip(self.operands[k], self.operands[k + period], strict=True):
            if b in self.shared:
                least = max(least, b if a == b else k)
            elif b < self.low:
                least = max(least, a, b)
            elif a != b - period:  # what the turn before has left, and the first one has from somewhere
                least = max(least, a, b - period)
        return least


def shared_among(operands: Sequence[Sequence[int]]) -> set[int]:
    """What is read often and all over the place, by operations that read these operands."""
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    reads: dict[int, int] = {}
    for k, xs in enumerate(operands):
        for x in xs:
            first.setdefault(x, k)
            last[x] = k
            reads[x] = reads.get(x, 0) + 1
    return {x for x, n in reads.items() if n > MOST_READ and last[x] - first[x] > len(operands) // 4}


def periods(tokens: Tokens) -> list[int]:
    """The likely periods: the commonest distances between equal windows, of all lengths 1, 2, 4, …"""
    found: dict[int, None] = {}
    rank, width = tokens, 1
    while width <= len(tokens) // 2:
        order = np.argsort(rank, kind="stable")
        again = rank[order[1:]] == rank[order[:-1]]
        distances = (order[1:] - order[:-1])[again]
        if not len(distances):
            break
        count = np.bincount(distances)
        for score in (count, count * np.arange(len(count))):
            best = np.argsort(-score, kind="stable")[:3]
            found.update(dict.fromkeys(best[score[best] > 0].tolist()))
        pairs = rank[:-width] * (int(rank.max()) + 1) + rank[width:]
        rank = np.unique(pairs, return_inverse=True)[1].ravel()
        width *= 2
    return [period for period in found if period * 2 <= len(tokens)]
