"""All chunks of a set of samples, as a training sees samples: so many, in such batches. They stay with workers."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

from nn.basics.rows import joined
from nn.cluster.blocks import Future, RowBlocks
from nn.cluster.chunk import (
    Drawn,
    SharedBatch,
    answers_of_chunk,
    bounds,
    checked_chunk,
    digest_of_chunk,
    facts_of,
    half_of_chunk,
    head_of_chunk,
    weighted_chunk,
)
from nn.losses import Loss
from nn.training.given_samples import ClassWeight
from nn.training.kept_programs import MOST_SAMPLES
from nn.training.sample_weights import weight_of_each_class
from nn.training.samples import Samples


@dataclass(frozen=True)
class Chunks:
    """Samples on workers. Their order is that of the chunks, and in each that of its rows.

    Attributes:
        client: whose workers have them.
        futures: the chunks.
        lengths: how many samples are in each.
        weighted: whether they have weights.
        masks: how many of the last columns of their inputs are masks of dropout.
        seed_of_masks: by which workers draw these; None: all are 1.
    """

    client: Any
    futures: tuple[Future, ...]
    lengths: tuple[int, ...]
    weighted: bool = False
    masks: int = 0
    seed_of_masks: int | None = None

    def __len__(self) -> int:
        return sum(self.lengths)

    @property
    def drawn(self) -> list[Drawn | None]:
        """Which masks each chunk has."""
        if self.seed_of_masks is None:
            return [None] * len(self.lengths)
        firsts = accumulate(self.lengths, initial=0)
        return [Drawn(self.seed_of_masks, first) for first, _ in zip(firsts, self.lengths, strict=False)]

    def head(self, count: int) -> Samples:
        """The first samples of the longest chunk."""
        longest = self.lengths.index(max(self.lengths))
        found: Samples = self.client.submit(head_of_chunk, self.futures[longest], count, pure=False).result()
        return found

    def of_largest_share(self, size: int | None) -> Samples:
        """Samples of a chunk, as many as there may be of it in a batch, but no more than a program has room for."""
        return self.head(min(MOST_SAMPLES, math.ceil(max(self.lengths) / self.steps(size))))

    def steps(self, size: int | None) -> int:
        """How many batches of a size there are."""
        return math.ceil(len(self) / size) if size else 1

    def batches(self, size: int | None, rng: Any = None) -> Iterator[SharedBatch]:
        """Batches of a size (None: all in one), each with its share of every chunk; a generator deals them anew."""
        steps, chunks = self.steps(size), len(self.lengths)
        seed = None if rng is None else rng.getrandbits(64)
        for step in range(steps):
            shares = [bounds(length, place, chunks, step, steps) for place, length in enumerate(self.lengths)]
            batch = SharedBatch(step, steps, seed, tuple(last - first for first, last in shares))
            if len(batch):
                yield batch

    # ── What is asked for by metrics and by who resumes, and comes to this process ──────────────────────────────

    def answers(self, batches: Sequence[SharedBatch | None]) -> tuple[Any, Any]:
        """The targets of these batches, one after the other, and the weights, None if there are none."""
        found = self.client.gather(
            [
                self.client.submit(answers_of_chunk, chunk, batch, pure=False)
                for batch in batches
                for chunk, size in zip(self.futures, self.lengths if batch is None else batch.sizes, strict=True)
                if size
            ]
        )
        targets, weights = zip(*found, strict=True)
        return joined(targets), joined(weights) if self.weighted else None

    @cached_property
    def y(self) -> Any:
        """The targets as they were given."""
        return self.answers([None])[0]

    @cached_property
    def weights(self) -> Any:
        """How much each sample counts."""
        return self.answers([None])[1] if self.weighted else None

    @cached_property
    def digest(self) -> str:
        """SHA-256 of those of the chunks."""
        found = self.client.gather(self.client.map(digest_of_chunk, self.futures, pure=False))
        return hashlib.sha256("".join(found).encode()).hexdigest()

    # ── How they are made ───────────────────────────────────────────────────────────────────────────────────────

    def split(self, share: float, rng: Any) -> tuple[Chunks, Chunks]:
        """Those to train on and those that are held back, a share of each chunk."""
        seed = rng.getrandbits(64)
        kept, held = (
            balanced_chunks(
                self.client,
                self.client.map(half_of_chunk, self.futures, share=share, seed=seed, held=half, pure=False),
                self.weighted,
                None,
                self.masks,
                "validation " if half else "",
            )
            for half in (False, True)
        )
        return kept, held


def chunks_of(
    blocks: RowBlocks, loss: Loss, width: int, n_outputs: int, class_weight: ClassWeight = None, masks: int = 0
) -> Chunks:
    """The samples in blocks, checked and weighted by the workers that have them.

    Args:
        masks: how many columns for masks of dropout they have.

    Raises:
        ValueError: if there are none, or some do not fit; naming the chunk.
    """
    client, count = blocks.client, len(blocks.rows)
    futures = [
        client.submit(checked_chunk, list(rows), place, count, loss, width, n_outputs, masks, blocks.name, pure=False)
        for place, rows in enumerate(blocks.rows)
    ]
    return balanced_chunks(client, futures, len(blocks.rows[0]) > 2, class_weight, masks, blocks.name)


def balanced_chunks(
    client: Any, futures: Sequence[Future], weighted: bool, class_weight: ClassWeight, masks: int, name: str
) -> Chunks:
    """Chunks whose weights are 1 in the mean, if they have some.

    Raises:
        ValueError: if there are no samples, or none would count.
    """
    by_class = class_weight is not None
    facts = client.gather(client.map(facts_of, futures, by_class=by_class, pure=False))
    lengths = tuple(length for length, _ in facts)
    if not sum(lengths):
        raise ValueError(f"{name}X is empty: at least one sample is needed")
    if not (weighted or by_class):
        return Chunks(client, tuple(futures), lengths, masks=masks)
    kinds = list(dict.fromkeys(kind for _, found in facts for kind in found))
    counts, sums = (
        {kind: math.fsum(found[kind][which] for _, found in facts if kind in found) for kind in kinds}
        for which in (0, 1)
    )
    factors = dict.fromkeys(kinds, 1.0)
    if class_weight is not None:
        factors = weight_of_each_class(class_weight, {kind: round(count) for kind, count in counts.items()})
    mean = math.fsum(factors[kind] * sums[kind] for kind in kinds) / sum(lengths)
    if not 0.0 < mean < math.inf:
        raise ValueError(f"the {name}sample_weight of all samples is {mean!r} in the mean: no sample would count")
    factors = {kind: factor / mean for kind, factor in factors.items()}
    scaled_futures = client.map(weighted_chunk, futures, factors=factors, by_class=by_class, pure=False)
    return Chunks(client, tuple(scaled_futures), lengths, weighted=True, masks=masks)
