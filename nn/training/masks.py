"""Masks of dropout as numbers of the samples: columns after those of the inputs, drawn anew for each epoch.

So they are inputs of the objective's program, which is recorded once, and the same for both engines. Where a model is
measured, all of them are 1.
"""

from __future__ import annotations

import random
import sys
from array import array
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from nn.dropout import Dropout
from nn.training.samples import Samples

BYTES = 4  # of each random number
ABOVE = 256**BYTES  # all of them
TOGETHER = 1024  # samples with a seed of their own, so that who has some of them needs not draw for all


def with_room(samples: Samples, count: int) -> Samples:
    """Samples with so many columns for masks, all of them 1."""
    if not count:
        return samples
    if not hasattr(samples.inputs, "dtype"):
        return replace(samples, inputs=[[*row, *[1.0] * count] for row in samples.inputs], masks=count)
    import numpy as np

    rows, width = samples.inputs.shape
    table = np.ones((rows, width + count))
    table[:, :width] = samples.inputs
    return replace(samples, inputs=table, masks=count)


def undropped(samples: Samples) -> Samples:
    """The same samples, all masks 1. Their table is changed in place; of those that others have the seed is taken."""
    if not samples.masks:
        return samples
    if not isinstance(samples, Samples):
        return replace(samples, seed_of_masks=None)
    if hasattr(samples.inputs, "dtype"):
        samples.inputs[:, -samples.masks :] = 1.0
    else:
        for row in samples.inputs:
            row[-samples.masks :] = [1.0] * samples.masks
    return replace(samples)


def dropped(samples: Samples, layers: Sequence[Dropout], rng: Any) -> Samples:
    """The same samples, their masks drawn. Their table is changed in place; those that others have are given the seed.

    Args:
        layers: whose mask each column is.
    """
    if not samples.masks:
        return samples
    seed = rng.getrandbits(64)
    if not isinstance(samples, Samples):
        return replace(samples, seed_of_masks=seed)
    return with_masks(samples, layers, words_of(seed, 0, len(samples), samples.masks))


def words_of(seed: int, first: int, count: int, masks: int) -> array[int]:
    """The random numbers of samples, as many for each as it has masks; the same, whoever asks for which of them.

    Args:
        first: the place of the first among all samples.
        count: how many samples.

    >>> words_of(7, 0, 3000, 2)[2 * 1500 :] == words_of(7, 1500, 1500, 2)
    True
    """
    found = bytearray()
    for block in range(first // TOGETHER, -(-(first + count) // TOGETHER)):
        start = block * TOGETHER
        rows = min(TOGETHER, first + count - start)
        of_block = random.Random(seed + block).randbytes(BYTES * masks * rows)
        found += of_block[BYTES * masks * max(first - start, 0) :]
    words = array("I", bytes(found))
    if sys.byteorder == "big":
        words.byteswap()
    return words


def with_masks(samples: Samples, layers: Sequence[Dropout], words: array[int]) -> Samples:
    """The same samples, whose masks are told by random numbers; the same bits with NumPy and without."""
    least = [round(layer.rate * ABOVE) for layer in layers]  # from which on a unit is kept
    kept = [layer.kept for layer in layers]
    if hasattr(samples.inputs, "dtype"):
        import numpy as np

        drawn = np.frombuffer(words, dtype=np.uint32).reshape(-1, samples.masks)
        samples.inputs[:, -samples.masks :] = np.where(drawn >= np.array(least), np.array(kept), 0.0)
    else:
        numbers = iter(words)
        for row in samples.inputs:
            row[-samples.masks :] = [
                factor if next(numbers) >= bound else 0.0 for bound, factor in zip(least, kept, strict=True)
            ]
    return replace(samples)
