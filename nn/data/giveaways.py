"""Columns that give the target away: alone, they tell every answer, which few honest measurements do.

>>> from nn.data.dataset import dataset_of
>>> rows = [{"x": i % 7, "left on": 5 * (i % 2) + i % 5, "y": "ab"[i % 2]} for i in range(60)]
>>> giveaways(dataset_of(rows, "y"))
["column 'left on' alone tells 'y' in every row; leave it out if it is not known before the answer is"]
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

from nn.basics.optional import require
from nn.data.column import Column
from nn.data.dataset import Dataset

FEWEST_TOLD = 20
LIKELIHOOD = 1e-6  # that one of the columns does so by chance
ROWS_OF_A_TEXT = 5  # of each category in the mean
NEARLY_THE_SAME = 0.9999  # the correlation of two columns of numbers, or of their ranks


def giveaways(data: Dataset) -> list[str]:
    """A sentence about each column that tells the target by itself."""
    columns = data.input_columns
    if len(data) < FEWEST_TOLD:
        return []
    if not data.classes:
        told = [column for column in columns if column.kind == "number" and goes_along(column, data.targets)]
    elif log_arrangements(data.targets) - math.lgamma(len(data.classes) + 1) < math.log(len(columns) / LIKELIHOOD):
        return []  # so few rows of a class that a column may tell them by chance
    else:
        told = [column for column in columns if tells(column, data.targets)]
    return [
        f"column {column.name!r} alone tells {data.target!r} in every row;"
        " leave it out if it is not known before the answer is"
        for column in told
    ]


def log_arrangements(targets: Iterable[Hashable]) -> float:
    """The logarithm of the number of orders in which the targets may stand."""
    counts = Counter(targets).values()
    return math.lgamma(sum(counts) + 1) - math.fsum(math.lgamma(n + 1) for n in counts)


def tells(column: Column, targets: Sequence[int]) -> bool:
    """Whether each class has texts of its own, or an interval of numbers; missing cells are one more of them."""
    if column.kind == "category":
        texts = column.texts()
        return len(set(texts)) * ROWS_OF_A_TEXT <= len(texts) and is_pure(texts, targets)
    numpy = require("numpy")
    numbers, classes = column.number_array(), numpy.asarray(targets)
    order = numpy.argsort(numbers, kind="stable")
    numbers, classes = numbers[order], classes[order]
    changes = numpy.flatnonzero(classes[1:] != classes[:-1])
    missing = numpy.isnan(numbers)
    same = (numbers[changes] == numbers[changes + 1]) | (missing[changes] & missing[changes + 1])
    return len(changes) < len(set(targets)) + missing.any() and not same.any()


def is_pure(texts: Sequence[str | None], targets: Sequence[int]) -> bool:
    """Whether no text stands beside two classes."""
    seen: dict[str | None, int] = {}
    return all(seen.setdefault(text, target) == target for text, target in zip(texts, targets, strict=True))


def goes_along(column: Column, targets: Sequence[float]) -> bool:
    """Whether numbers are those of the target, but for their unit or a function that only rises or falls."""
    numpy = require("numpy")
    numbers, true = column.number_array(), numpy.asarray(targets)
    there = ~numpy.isnan(numbers)
    if there.sum() < FEWEST_TOLD:
        return False
    with numpy.errstate(all="ignore"):
        a, b = (part[there] / abs(part[there]).max() for part in (numbers, true))
        ranks = [numpy.unique(part, return_inverse=True)[1] for part in (a, b)]
        correlations = numpy.corrcoef(a, b)[0, 1], numpy.corrcoef(*ranks)[0, 1]
    return any(abs(correlation) > NEARLY_THE_SAME for correlation in correlations)
