"""Which statements of a group meet in memory, told by a mark at each place: who wrote it last, and who reads it.

So a statement is compared with the places that it touches itself, and not with all the statements before it.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from autograd.lift.arrays.program import Places


class PlaceMarks:
    """The marks of the group at hand. A mark is the number of an array of offsets; those of earlier groups are smaller.

    Args:
        size: how many places there are.
    """

    def __init__(self, size: int) -> None:
        self.writer = np.full(size, -1, dtype=np.intp)
        self.reader = np.full(size, -1, dtype=np.intp)
        self.arrays: list[Places] = []
        self.begin()

    def begin(self) -> None:
        """Begin a group, in which nothing has been read or written."""
        self.several = len(self.arrays)  # the mark of places that several arrays of the group read
        self.arrays.append(np.empty(0, dtype=np.intp))
        self.numbers: dict[bytes, int] = {}

    def number(self, offsets: Places) -> int:
        """The number of an array; equal ones have the same."""
        number = self.numbers.setdefault(offsets.tobytes(), len(self.arrays))
        if number == len(self.arrays):
            self.arrays.append(offsets)
        return number

    def note(self, reads: Iterable[Places], write: Places) -> None:
        """Mark what a statement of the group reads and writes, the same places for the same elements."""
        for offsets in reads:
            number, marks = self.number(offsets), self.reader[offsets]
            self.reader[offsets] = np.where((marks >= self.several) & (marks != number), self.several, number)
        self.writer[write] = self.number(write)

    def note_any_order(self, reads: Iterable[Places]) -> None:
        """Mark what is read by no element in particular."""
        for offsets in reads:
            self.reader[offsets] = self.several

    def conflict(self, reads: Iterable[Places], write: Places) -> bool:
        """Whether a statement would meet numbers of other elements that the group writes, or has yet to read."""
        return any(self.others(self.writer, x) for x in (*reads, write)) or self.others(self.reader, write)

    def others(self, marks: Places, offsets: Places) -> bool:
        """Whether other arrays of the group have left their marks there."""
        here = marks[offsets]
        here = here[here >= self.several]
        return bool(here.size and (here != self.number(offsets)).any())

    def written_by(self, offsets: Places) -> Places | None:
        """The array of the group that has written to all of these places, if it is one."""
        marks = self.writer[offsets]
        first = int(marks[0]) if marks.size else -1
        return self.arrays[first] if first >= self.several and bool((marks == first).all()) else None
