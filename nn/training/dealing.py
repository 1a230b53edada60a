"""Samples in random order, as an epoch takes them: the same for a seed, with NumPy and without."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

NUMBERS = 8  # bytes of each


def dealt(n: int, rng: Any) -> Sequence[int]:
    """0 to n − 1 in random order: each is given a random number, by which they are sorted.

    The numbers have 64 bits, the last of which are replaced by what is sorted; so no two are equal.

    >>> import random
    >>> list(map(int, dealt(5, random.Random(1))))
    [2, 3, 0, 4, 1]
    """
    mask = (1 << n.bit_length()) - 1
    keys = array("Q", rng.randbytes(NUMBERS * n))
    if sys.byteorder == "big":
        keys.byteswap()
    if find_spec("numpy") is None:
        return [key & mask for key in sorted(key & ~mask | number for number, key in enumerate(keys))]
    import numpy as np

    marked = np.frombuffer(keys, dtype=np.uint64) & ~np.uint64(mask) | np.arange(n, dtype=np.uint64)
    marked.sort()
    order: Any = (marked & np.uint64(mask)).astype(np.int64)
    return order  # type: ignore[no-any-return]
