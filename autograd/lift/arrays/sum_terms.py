"""The terms of a group of sums, sorted by the regions that they come from: what of a sum may become one product."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np

from autograd.lift.arrays.program import Places
from autograd.lift.capture.scalars import SumTerm

#: How many times as many terms there may be where missing ones are filled up with zeros.
MOST_ZEROS = 2


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

    def aligned(self) -> bool:
        """Give sums whose right factors are among another's the same ones, with 0 as left factor where one is missing.

        So the rows of a triangular matrix are the rows of one. Nothing is done if more than half would be zeros.
        """
        if self.padded == self.used:
            return False
        lists: list[tuple[int, ...]] = [
            tuple(row[:count]) for row, count in zip(self.right.tolist(), self.counts.tolist(), strict=True)
        ]
        whole: dict[tuple[int, ...], tuple[int, ...]] = {}  # of each list, the one that has all of it
        having: dict[int, list[tuple[int, ...]]] = {}  # of each factor, the longest lists with it
        for each in sorted(set(lists), key=len, reverse=True):
            members = set(each)
            if len(members) < len(each):
                return False
            whole[each] = next((x for x in having.get(each[0], ()) if members.issubset(x)), each) if each else each
            if whole[each] is each:
                for factor in each:
                    having.setdefault(factor, []).append(each)
        if len(set(whole.values())) == len(whole) or sum(len(whole[x]) for x in lists) > MOST_ZEROS * self.used:
            return False
        left, right = np.zeros_like(self.left), np.zeros_like(self.right)
        for row, each in enumerate(lists):
            all_of_it = whole[each]
            right[row, : len(all_of_it)] = all_of_it
            left[row, np.searchsorted(all_of_it, each)] = self.left[row, : len(each)]
        self.left, self.right = left, right
        return True

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
