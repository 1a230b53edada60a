"""A worker's samples, and which of them belong to a batch.

    step s of S in an epoch, of chunk c of C with n samples:  the samples  ⌊(s n + φ)/S⌋ … ⌊((s + 1) n + φ)/S⌋ − 1

in the order in which they were dealt, where φ = ⌊c S/C⌋. So each batch has its share of every chunk, and where chunks
are of equal length, batches are, to within one sample (Hermite's identity, Σ_c ⌊x + c/C⌋ = ⌊C x⌋).
"""

from __future__ import annotations

import random
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nn.cluster.blocks import as_table
from nn.dropout import Dropout
from nn.losses import Loss
from nn.training.dealing import dealt
from nn.training.masks import undropped, with_masks, with_room, words_of
from nn.training.sample_weights import checked_weights
from nn.training.samples import Batch, Samples, check_samples, check_targets


@dataclass(frozen=True)
class SharedBatch:
    """A batch to which all chunks contribute.

    Attributes:
        step, steps: which it is in its epoch, and how many there are.
        seed: by which samples were dealt in this epoch; None: they stay in their order.
        sizes: how many samples each chunk contributes.
    """

    step: int
    steps: int
    seed: int | None
    sizes: tuple[int, ...]

    def __len__(self) -> int:
        return sum(self.sizes)


def bounds(length: int, place: int, chunks: int, step: int, steps: int) -> tuple[int, int]:
    """Where the share of a chunk begins and ends.

    >>> [bounds(5, place, 2, step, 2) for step in (0, 1) for place in (0, 1)]
    [(0, 2), (0, 3), (2, 5), (3, 5)]
    """
    shift = place * steps // chunks
    return (step * length + shift) // steps, ((step + 1) * length + shift) // steps


@dataclass(frozen=True)
class Drawn:
    """Masks of dropout that are drawn.

    Attributes:
        seed: by which.
        first: the place of a chunk's first sample among those of all chunks.
    """

    seed: int
    first: int


class Chunk:
    """Samples, the order in which they were last dealt, and the masks that they have.

    Args:
        samples: checked, with weights as they were given.
        place, chunks: which chunk it is, of how many.
    """

    def __init__(self, samples: Samples, place: int, chunks: int) -> None:
        self.samples = samples
        self.place = place
        self.chunks = chunks
        self.order: tuple[int | None, Batch] = None, ()
        self.masked: Drawn | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "order": (None, ())}

    def with_masks(self, drawn: Drawn | None, layers: Sequence[Dropout]) -> Samples:
        """Its samples with these masks (None: all of them 1), of these layers of dropout. Its table is changed."""
        if drawn != self.masked:
            count, masks = len(self.samples), self.samples.masks
            self.samples = (
                undropped(self.samples)
                if drawn is None
                else with_masks(self.samples, layers, words_of(drawn.seed, drawn.first, count, masks))
            )
            self.masked = drawn
        return self.samples

    def of_batch(self, batch: SharedBatch) -> Batch:
        """The positions of its samples that belong to a batch."""
        total = len(self.samples)
        first, last = bounds(total, self.place, self.chunks, batch.step, batch.steps)
        if batch.seed is None:
            return range(first, last)
        if self.order[0] != batch.seed:
            self.order = batch.seed, dealt(total, random.Random(batch.seed + self.place))
        return self.order[1][first:last]


# ── What workers do with chunks, each a task ────────────────────────────────────────────────────────────────────


def checked_chunk(
    rows: Sequence[Any], place: int, chunks: int, loss: Loss, width: int, n_outputs: int, masks: int, name: str
) -> Chunk:
    """The samples of a block with their targets, which the loss can take.

    Raises:
        ValueError: naming the chunk, and what is wrong with it.
    """
    import numpy as np

    X, y, *weights = map(as_table, rows)
    if not len(X):
        empty = Samples(np.empty((0, width)), y[:0], np.empty((0, n_outputs)))
        return Chunk(with_room(empty, masks), place, chunks)
    named = f"chunk {place} of {name}"
    samples = with_room(check_targets(check_samples(X, f"{named}X", width), y, loss, n_outputs, named), masks)
    if weights:
        samples = replace(samples, weights=checked_weights(weights[0], len(samples), f"{named}sample_weight"))
    return Chunk(samples, place, chunks)


def facts_of(chunk: Chunk, by_class: bool) -> tuple[int, dict[Hashable, tuple[int, float]]]:
    """How many samples there are; and of each class, or of all in one, how many and the sum of their weights."""
    samples = chunk.samples
    if samples.weights is None and not by_class:
        return len(samples), {None: (len(samples), float(len(samples)))}
    weights = samples.weights or [1.0] * len(samples)
    found: dict[Hashable, tuple[int, float]] = {}
    for kind, weight in zip(classes_of(samples, by_class), weights, strict=True):
        count, total = found.get(kind, (0, 0.0))
        found[kind] = count + 1, total + weight
    return len(samples), found


def weighted_chunk(chunk: Chunk, factors: Mapping[Hashable, float], by_class: bool) -> Chunk:
    """The same samples, their weights times a factor for each class."""
    samples = chunk.samples
    weights = samples.weights or [1.0] * len(samples)
    kinds = classes_of(samples, by_class)
    scaled_weights = [weight * factors[kind] for kind, weight in zip(kinds, weights, strict=True)]
    return Chunk(replace(samples, weights=scaled_weights), chunk.place, chunk.chunks)


def classes_of(samples: Samples, by_class: bool) -> list[Any]:
    """The class of each sample, or None for all of them."""
    if not by_class:
        return [None] * len(samples)
    return samples.y.tolist() if hasattr(samples.y, "tolist") else list(samples.y)


def half_of_chunk(chunk: Chunk, share: float, seed: int, held: bool) -> Chunk:
    """Those of its samples, drawn at random, that are held back, or the others."""
    total = len(chunk.samples)
    order = dealt(total, random.Random(seed + chunk.place))
    last = int(total * share + (chunk.place + 0.5) / chunk.chunks)  # so that all chunks together hold that share
    return Chunk(chunk.samples.take(order[:last] if held else order[last:]), chunk.place, chunk.chunks)


def head_of_chunk(chunk: Chunk, count: int) -> Samples:
    """Its first samples."""
    return chunk.samples.head(count)


def digest_of_chunk(chunk: Chunk) -> str:
    """Of its numbers."""
    return chunk.samples.digest


def answers_of_chunk(chunk: Chunk, batch: SharedBatch | None) -> tuple[Any, Any]:
    """The targets of a batch, or of all, and their weights."""
    samples = chunk.samples if batch is None else chunk.samples.take(chunk.of_batch(batch))
    return samples.y, samples.weights
