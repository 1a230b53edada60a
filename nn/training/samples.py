"""Samples and targets as the trainer takes them: numbers in tables, checked before anything is trained.

A table is an array where NumPy is installed, and a list of lists otherwise. Engines that work with arrays read it as it
is; who works with one sample after the other asks for lists.
"""

from __future__ import annotations

import hashlib
import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.util import find_spec
from itertools import chain
from typing import Any

from nn.basics.not_numbers import in_short
from nn.basics.rows import check_row, joined, row_by_row
from nn.data.splits import take
from nn.data.targets import as_truth, numbers
from nn.losses import Loss
from nn.training.dealing import dealt
from nn.training.sample_weights import scaled

Batch = Sequence[int]  # positions among the samples
SampleTable = Any  # an array with a row for each sample, or a list of lists of floats


@dataclass(frozen=True)
class Samples:
    """Samples with their targets.

    Attributes:
        inputs: the table of the samples.
        y: the targets as metrics read them, an array or a list: as they were given, but for truths and rows of zeros
            with a one.
        targets: the table of the targets as the loss's formula reads them.
        weights: how much each sample counts, 1 in the mean; None: all of them 1.
        masks: how many of the last columns of the inputs are masks of dropout.
    """

    inputs: SampleTable
    y: Any
    targets: SampleTable
    weights: Any = None
    masks: int = 0

    def __len__(self) -> int:
        return len(self.inputs)

    @cached_property
    def X(self) -> list[list[float]]:
        """A list of floats for each sample."""
        return as_lists(self.inputs)

    @property
    def features(self) -> list[list[float]]:
        """The same without the masks."""
        return [row[: -self.masks] for row in self.X] if self.masks else self.X

    @cached_property
    def encoded(self) -> list[list[float]]:
        """The same for each target, as the loss's formula reads it."""
        return as_lists(self.targets)

    @cached_property
    def arrays(self) -> tuple[Any, Any]:
        """The samples and the encoded targets, each an array with a row for each sample. Needs NumPy."""
        import numpy as np

        return np.asarray(self.inputs, dtype=float), np.asarray(self.targets, dtype=float)

    @cached_property
    def weight_row(self) -> Any:
        """The weights as an array. Needs NumPy."""
        import numpy as np

        return np.ones(len(self)) if self.weights is None else np.array(self.weights, dtype=float)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the numbers, to notice that a training is resumed with others."""
        digest = hashlib.sha256(f"{len(self)}".encode())
        weights = () if self.weights is None else ([self.weights],)
        inputs = self.features if self.masks else self.inputs
        for table in (inputs, self.targets, *weights):
            digest.update(table if hasattr(table, "dtype") else array("d", chain.from_iterable(table)))
        return digest.hexdigest()

    def take(self, indices: Sequence[int]) -> Samples:
        """The samples at these positions."""
        weights = None if self.weights is None else take(self.weights, indices)
        inputs, y, targets = (take(table, indices) for table in (self.inputs, self.y, self.targets))
        return Samples(inputs, y, targets, weights, self.masks)

    def head(self, count: int) -> Samples:
        """The first samples."""
        return self.take(range(min(count, len(self))))

    def steps(self, size: int | None) -> int:
        """How many batches of a size there are."""
        return -(-len(self) // size) if size else 1

    def batches(self, size: int | None, rng: Any = None) -> Iterator[Batch]:
        """The positions of the samples in batches of a size (None: all in one); a generator deals them anew."""
        total = len(self)
        order = list(range(total)) if rng is None else dealt(total, rng)
        for start in range(0, total, size or total):
            yield order[start : start + (size or total)]

    def answers(self, batches: Sequence[Batch]) -> tuple[Any, Any]:
        """The targets of these batches, one after the other, and the weights, None if there are none."""
        order = joined(batches)
        return take(self.y, order), None if self.weights is None else take(self.weights, order)

    def balanced(self, name: str = "") -> Samples:
        """With weights whose mean is 1, if there are weights."""
        return self if self.weights is None else replace(self, weights=scaled(self.weights, name))


def as_lists(table: SampleTable) -> list[list[float]]:
    """The rows of a table as lists of floats."""
    rows: list[list[float]] = table.tolist() if hasattr(table, "dtype") else table
    return rows


def check_samples(X: Any, name: str = "X", width: int | None = None) -> SampleTable:
    """Samples as a table.

    Raises:
        ValueError: if there are none, one is not a list of numbers of the same length, or a number is not finite.
    """
    rows = X if is_plain_array(X) else row_by_row(X, name)
    if len(rows) == 0:
        raise ValueError(f"{name} is empty: at least one sample is needed")
    table = as_array(rows)
    if table is not None and width in (None, table.shape[1]):
        return table
    return checked_one_by_one(row_by_row(rows, name), name, width)


def is_plain_array(table: Any) -> bool:
    """Whether it is NumPy's own array of numbers; a masked one, say, is not."""
    kind = type(table)
    return kind.__module__ == "numpy" and kind.__name__ == "ndarray" and table.dtype.kind in "fiub" and table.ndim > 0


def as_array(rows: Any) -> Any:
    """An array of rows of finite numbers, all of the same length; None if they are none, or NumPy is missing.

    It is a new one, for others may write into theirs meanwhile, unless that is closed to all.
    """
    if find_spec("numpy") is None or not (is_plain_array(rows) or set(map(type, rows)) <= {list, tuple}):
        return None
    import numpy as np

    try:
        closed = is_plain_array(rows) and rows.flags.owndata and not rows.flags.writeable
        # Numbers as they are: to float, NumPy would turn moments and bytes as well.
        found = (np.asarray if closed else np.array)(rows, order="C")
        table = found.astype(float, copy=False) if found.dtype.kind in "fiub" else None
    except (TypeError, ValueError, OverflowError):
        return None
    return table if table is not None and table.ndim == 2 and np.isfinite(table).all() else None


def checked_one_by_one(rows: Iterable[Any], name: str, width: int | None) -> SampleTable:
    """The same of whatever else has an order and can be read as numbers, with a message for what cannot."""
    samples = []
    for place, row in enumerate(rows):
        if isinstance(row, str) or not hasattr(row, "__len__"):
            raise ValueError(f"{name}[{place}] is {row!r}, but a sample is a list of numbers; a single input is [x]")
        check_row(row, f"{name}[{place}]", "a sample is a list of numbers")
        try:
            sample = [float(number) for number in row]
        except (TypeError, ValueError):
            raise ValueError(f"{name}[{place}] is {row!r}, which is not a list of numbers") from None
        except OverflowError:
            raise ValueError(f"{name}[{place}] is {in_short(row)}: a number is beyond 1.8e308") from None
        width = len(sample) if width is None else width
        if len(sample) != width:
            raise ValueError(f"{name}[{place}] has {len(sample)} numbers, but others have {width}")
        for column, number in enumerate(sample):
            if not math.isfinite(number):
                raise ValueError(
                    f"{name}[{place}][{column}] is {number!r}; fill missing numbers in, or leave the sample out"
                )
        samples.append(sample)
    table = as_array(samples)
    return samples if table is None else table


def check_targets(X: SampleTable, y: Any, loss: Loss, n_outputs: int, name: str = "") -> Samples:
    """Samples with their targets, which the loss can take.

    Raises:
        ValueError: if there is not a target for each sample, or the loss cannot take one.
    """
    targets = y.copy() if is_plain_array(y) else row_by_row(y, f"{name}y")
    if len(targets) != len(X):
        raise ValueError(f"there are {len(X)} samples in {name}X, but {len(targets)} targets in {name}y")
    table = encoded(targets, loss, n_outputs)
    return Samples(X, comparable(targets, table, loss), table)


def comparable(targets: Any, table: SampleTable, loss: Loss) -> Any:
    """The targets to be compared with what was found: each class by its index, True and False as their numbers."""
    rows = as_lists(targets)
    if loss.of_classes:
        return [row.index(1.0) for row in as_lists(table)] if any(hasattr(row, "__len__") for row in rows) else targets
    if set(map(type, rows)) <= {int, float, str} or not any(is_truth(row) for row in rows):
        return targets
    return [row if hasattr(given, "__len__") else row[0] for given, row in zip(rows, as_lists(table), strict=True)]


def is_truth(target: Any) -> bool:
    """Whether it is True or False, or a list of such."""
    parts = target if hasattr(target, "__len__") and not isinstance(target, str) else [target]
    return any(as_truth(part) is not None for part in parts)


def encoded(targets: Any, loss: Loss, n_outputs: int) -> SampleTable:
    """The targets as the loss's formula reads them: numbers in one go, and of labels each only once.

    Raises:
        ValueError: if the loss cannot take one.
    """
    if loss.encode is numbers and is_plain_array(targets):
        table = as_array(targets.reshape(len(targets), -1))
        if table is not None and table.shape[1] == n_outputs:
            return table
    given = as_lists(targets)
    rows = labels_encoded(given, loss, n_outputs) or loss.encode_all(given, n_outputs)
    table = as_array(rows)
    return rows if table is None else table


def labels_encoded(targets: Sequence[Any], loss: Loss, n_outputs: int) -> list[list[float]]:
    """The targets as the formula reads them, if they are labels, of which one is like another; otherwise none."""
    if not (set(map(type, targets)) <= {int, str} or set(map(type, targets)) == {bool}):
        return []
    distinct = list(dict.fromkeys(targets))
    try:
        known = dict(zip(distinct, loss.encode_all(distinct, n_outputs), strict=True))
    except ValueError:  # which is to name the sample
        return []
    return [known[target] for target in targets]
