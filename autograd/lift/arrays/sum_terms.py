"""The terms of a group of sums, sorted by the regions that they come from: what of a sum may become one product."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np

from autograd.lift.arrays.program import Places
from autograd.lift.capture.scalars import SumTerm


class TermTable:
    """Terms of a group's sums that come from the same regions with the same sign, one row of them a sum.

    Rows that are shorter than the longest are filled up with place 0, which holds the number 0.
    """

    def __init__(self, sign: int, owner: Places, left: Places, right: Places, sums: int) -> None:
        self.sign = sign
        self.is_product = bool(right[0] >= 0)
        order = np.lexsort((left, right, owner))
        owner, left, right = owner[order], left[order], right[order]
        self.counts = np.bincount(owner, minlength=sums)
        self.width = int(self.counts.max())
        self.used = len(owner)
        self.padded = self.width * sums
        column = np.arange(len(owner)) - (np.cumsum(self.counts) - self.counts)[owner]
        self.left = np.zeros((sums, self.width), dtype=np.intp)
        self.left[owner, column] = left
        self.right = np.zeros_like(self.left)
        if self.is_product:
            self.right[owner, column] = right

    def columns(self) -> Places:
        """The places by which sums without a grid are put in order."""
        return np.stack([self.right[:, 0], self.left[:, 0]]) if self.is_product else self.left[:, :1].T


class Terms:
    """All terms of the sums of a group."""

    def __init__(self, terms: dict[int, list[SumTerm]], group: list[int], place: Places, source: Places) -> None:
        lists = [terms[node] for node in group]
        self.sums = len(group)
        self.owner = np.repeat(np.arange(self.sums), list(map(len, lists)))
        numbers = chain.from_iterable(chain.from_iterable(lists))
        self.sign, left, right = np.fromiter(numbers, np.intp, 3 * len(self.owner)).reshape(-1, 3).T
        self.left = place[left]
        self.right = np.where(right >= 0, place[right], -1)
        swap = (self.right >= 0) & ~oriented(source[self.left], source[self.right], self.left, self.right)
        self.left, self.right = np.where(swap, self.right, self.left), np.where(swap, self.left, self.right)
        self.sources = np.stack([self.sign, source[self.left], np.where(self.right >= 0, source[self.right], -1)])

    def tables(self) -> list[TermTable]:
        """By the regions that the factors come from; short ones together, if there are many."""
        key = np.unique(self.sources, axis=1, return_inverse=True)[1].ravel()
        counts = np.bincount(key)
        if len(counts) > 4:
            small = counts[key] < 4 * self.sums
            merged = np.stack([self.sign, self.right >= 0, np.where(small, -1, key)])
            key = np.unique(merged, axis=1, return_inverse=True)[1].ravel()
        chosen = [key == number for number in range(key.max() + 1)]
        return [TermTable(int(self.sign[c][0]), self.owner[c], self.left[c], self.right[c], self.sums) for c in chosen]


def oriented(source_a: Places, source_b: Places, a: Places, b: Places) -> Any:
    """Whether a is to be the left factor: the one from the region that was there first."""
    return (source_a < source_b) | ((source_a == source_b) & (a <= b))
