"""A function of one sample, for each row of a table: values alone, without a node for any of them.

It is recorded once, for one sample. From then on the numbers of its arguments come from tables with a row for each
sample, and those of the Values that it captures (a model's parameters) from where they are when it is called.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.lift.arrays.program import FloatArray, Program
from autograd.lift.capture.arguments import Reading
from autograd.lift.numpy_backend.over_samples import OverSamples, SamplesTable
from autograd.lift.specialised import Specialised
from autograd.nesting import flat
from autograd.value import Value

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_BLOCKS_KEPT = 2  # one for most of the samples, one for the rest
MOST_NUMBERS_KEPT = 1 << 20  # in each


class ForEach:
    """f, recorded for one sample, to be called with tables of samples.

    Args:
        f: takes lists of numbers, and returns Values, nested or not. It is not kept.
        samples: for each argument one, for which f is recorded.

    Attributes:
        captured: the Values that f reads besides its arguments.
        widths: how many numbers each argument has.

    Raises:
        TraceError: if f does what a compiled function may not do.
        TypeError: if a result is no Value.

    >>> w = Value(2.0)
    >>> line = ForEach(lambda x: [w * x[0] + x[1]], [1.0, 1.0])
    >>> outputs, finite = line(np.array([[1.0, 0.0], [3.0, 1.0]]))
    >>> outputs.tolist(), finite.tolist()
    ([[2.0], [7.0]], [True, True])
    """

    def __init__(self, f: Callable[..., Any], *samples: Sequence[float]) -> None:
        reading = Reading()
        structure = tuple(map(reading.read, samples))
        specialised = Specialised(f, samples, {}, structure, reading, threading.RLock(), arrays_alone=True)
        if not all(isinstance(result, Value) for result in flat(specialised.result)):
            raise TypeError("a result does not depend on anything that is recorded")
        self.surroundings = specialised.surroundings
        self.captured = specialised.captured
        self.widths = tuple(map(len, samples))
        self.given, self.shared = np.split(specialised.places, [specialised.arguments])
        assert isinstance(specialised.program, Program)
        self.over = OverSamples(specialised.program, self.given)
        self.blocks: dict[int, SamplesTable] = {}  # the one that was used last is the last
        self.lock = threading.Lock()

    def changed(self) -> str:
        """The name of something that f read when it was recorded, and that is another now; "" if all is as it was."""
        return self.surroundings.changed()

    def __call__(
        self, *tables: FloatArray, numbers: Sequence[float] | FloatArray | None = None
    ) -> tuple[FloatArray, NDArray[np.bool_]]:
        """The results for each row, and whether all numbers that lead to them are finite.

        Where one is not, the scalar engine knows better: it may have raised a DomainError.

        Args:
            tables: for each argument an array with a row for each sample.
            numbers: for the captured Values, in their order; None: their own.
        """
        count, over = len(tables[0]), self.over
        results, finite = np.empty((count, len(over.roots))), np.empty(count, dtype=bool)
        with self.lock:
            over.values[self.shared] = [leaf._data for leaf in self.captured] if numbers is None else numbers
            over.share()
            for start in range(0, count, over.at_once):
                rows = slice(start, start + over.at_once)
                parts = [table[rows] for table in tables]
                given = parts[0] if len(parts) == 1 else np.concatenate(parts, 1)
                results[rows], finite[rows] = self.block(len(given)).run(given)
        return results, finite

    def block(self, count: int) -> SamplesTable:
        """Memory for so many samples, kept for the next ones if it is small."""
        found = self.blocks.pop(count, None) or self.over.table(count)
        if found.numbers.size <= MOST_NUMBERS_KEPT:
            self.blocks[count] = found
            if len(self.blocks) > MOST_BLOCKS_KEPT:
                del self.blocks[next(iter(self.blocks))]
        return found
