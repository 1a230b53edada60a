"""Samples for training, validation and test: split, fold, batch. The same seed gives the same sets.

`X` and `y` are lists or NumPy arrays of the same length, one sample and one target each; what comes back is of the
same kind.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from nn.basics.randomness import Randomness, generator
from nn.data.messages import DataError

Share = int | float  # a fraction of the whole, or a number of samples


def split(
    X: Any,
    y: Any,
    *,
    train: Share = 0.6,
    validation: Share = 0.2,
    test: Share = 0.2,
    seed: Randomness = None,
    stratify: bool = False,
) -> tuple[tuple[Any, Any], tuple[Any, Any], tuple[Any, Any]]:
    """Three sets, (X, y) each, with every sample in exactly one: to train on, to choose by, to judge by at the end.

    Args:
        X: the samples.
        y: their targets.
        train: the share of the training set, a fraction (float), or the number of its samples (int).
        validation: the same for the validation set. 0 for none.
        test: the same for the test set. 0 for none.
        seed: a number or a `random.Random`; None: the module `random`.
        stratify: keep the proportions of the classes, to within one sample in the test set and two elsewhere.

    Raises:
        ValueError: if the parts do not add up to the whole, or X and y differ in length.
        DataError: if there are too few samples for a set that was asked for.

    >>> train, validation, test = split(list("abcdefghij"), list(range(10)), seed=1)
    >>> [len(y) for _, y in (train, validation, test)]
    [6, 2, 2]
    """
    check_same_length(X, y)
    labels = y if stratify else None
    parts = split_indices(len(y), train=train, validation=validation, test=test, seed=seed, labels=labels)
    first, second, third = ((take(X, part), take(y, part)) for part in parts)
    return first, second, third


def split_indices(
    n: int,
    *,
    train: Share = 0.6,
    validation: Share = 0.2,
    test: Share = 0.2,
    seed: Randomness = None,
    labels: Iterable[Any] | None = None,
) -> tuple[list[int], list[int], list[int]]:
    """The positions 0 to n − 1 dealt to three sets, as `split` does it; stratified if `labels` are given."""
    rng = generator(seed)
    sizes = part_sizes(n, {"train": train, "validation": validation, "test": test})
    rest = shuffled(n, rng, labels)
    held: list[list[int]] = []
    for size in (sizes["test"], sizes["validation"]):
        chosen, rest = every_so_often(rest, size)
        held.append(chosen)
    for part in (rest, *held):
        rng.shuffle(part)  # they are sorted by class if stratified
    return rest, held[1], held[0]


def k_fold(
    X: Any, y: Any = None, k: int = 5, *, seed: Randomness = None, stratify: bool = False
) -> Iterator[tuple[list[int], list[int]]]:
    """For each of k folds, the positions to train on and those to validate on: each sample validates exactly once.

    Args:
        X: the samples, or their number.
        y: the targets, which are needed to stratify.
        k: the number of folds, at least 2. They differ in size by at most one sample.
        seed: a number or a `random.Random`; None: the module `random`.
        stratify: the number of samples of a class differs by at most one between folds.

    Raises:
        ValueError: if k is below 2, or y is missing or of another length.
        DataError: if there are fewer samples than folds.

    >>> [validation for _, validation in k_fold(5, k=2, seed=3)]
    [[0, 1, 3], [2, 4]]

    Stone, Cross-validatory choice and assessment of statistical predictions (1974).
    """
    n = X if isinstance(X, int) else len(X)
    if isinstance(k, bool) or not isinstance(k, int) or k < 2:
        raise ValueError(f"k is the number of folds, a whole number of at least 2, not {k!r}")
    if n < k:
        raise DataError(f"{k} folds need at least {k} rows, but there are {n}; take k={max(n, 2)} at most")
    if y is not None and len(y) != n:
        raise ValueError(f"there are {n} samples, but {len(y)} targets")
    if stratify and y is None:
        raise ValueError("stratify=True needs the targets y, whose proportions it is to keep")
    order = shuffled(n, generator(seed), y if stratify else None)
    return ((sorted(set(order).difference(fold)), sorted(fold)) for fold in (order[i::k] for i in range(k)))


def batches(X: Any, y: Any, size: int | None = None, rng: random.Random | None = None) -> Iterator[tuple[Any, Any]]:
    """The samples in batches of (X, y), each sample once; the last batch may be smaller.

    Args:
        X: the samples.
        y: their targets.
        size: samples in a batch; None: all of them in one.
        rng: shuffles the samples first; None: they stay in their order.

    Raises:
        ValueError: if size is below 1, or X and y differ in length.

    >>> list(batches(["a", "b", "c"], [0, 1, 2], 2))
    [(['a', 'b'], [0, 1]), (['c'], [2])]
    """
    n = check_same_length(X, y)
    if size is None:
        size = max(n, 1)
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise ValueError(
            f"the batch size is a whole number of at least 1, not {size!r}; None takes all samples at once"
        )
    order = list(range(n))
    if rng is not None:
        rng.shuffle(order)
    parts = (order[start : start + size] for start in range(0, n, size))
    return ((take(X, part), take(y, part)) for part in parts)


def take(X: Any, indices: Sequence[int]) -> Any:
    """The samples at these positions, as a list, or as an array if X is one."""
    return X[indices] if hasattr(X, "dtype") else [X[i] for i in indices]


def check_same_length(X: Any, y: Any) -> int:
    """The number of samples.

    Raises:
        ValueError: if there are not as many targets.
    """
    if len(X) != len(y):
        raise ValueError(f"there are {len(X)} samples in X, but {len(y)} targets in y")
    return len(X)


def shuffled(n: int, rng: Any, labels: Iterable[Any] | None) -> list[int]:
    """0 to n − 1 in random order; those of the same label side by side if there are labels."""
    order = list(range(n))
    rng.shuffle(order)
    if labels is not None:
        given = list(labels)
        classes = list(dict.fromkeys(given[i] for i in order))
        place = {label: position for position, label in enumerate(classes)}
        order.sort(key=lambda i: place[given[i]])
    return order


def every_so_often(order: list[int], size: int) -> tuple[list[int], list[int]]:
    """`size` of the items at equal distances, and the rest: of any block of neighbours, its share to within one."""
    n = len(order)
    chosen: list[int] = []
    rest: list[int] = []
    for position, item in enumerate(order):
        passes_a_multiple = (position + 1) * size // n > position * size // n
        (chosen if passes_a_multiple else rest).append(item)
    return chosen, rest


def part_sizes(n: int, parts: dict[str, Share]) -> dict[str, int]:
    """The number of samples in each part; what rounding leaves over goes to the first, the training set.

    Raises:
        ValueError: if the parts are not all fractions or all numbers, or do not add up.
        DataError: if there are too few samples for a part that was asked for.
    """
    shown = ", ".join(f"{name}={part!r}" for name, part in parts.items())
    if any(isinstance(part, bool) or not part >= 0 for part in parts.values()):
        raise ValueError(f"the parts are fractions that add up to 1, or numbers of samples, but not {shown}")
    total = sum(parts.values())
    if all(isinstance(part, int) for part in parts.values()) and total != 1:
        if total != n:
            raise ValueError(f"{shown} make {total} samples, but there are {n}")
        sizes = {name: int(part) for name, part in parts.items()}
    else:
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"{shown} add up to {total:g}; fractions add up to 1, numbers of samples to {n}")
        sizes = {name: round(n * part) for name, part in parts.items()}
        first = next(iter(sizes))
        sizes[first] += n - sum(sizes.values())
    empty = [name for name, part in parts.items() if part > 0 and sizes[name] < 1]
    if empty or sizes["train"] < 1:
        raise DataError(f"{n} rows are too few for {shown}: the {(empty or ['train'])[0]} set would be empty")
    return sizes
