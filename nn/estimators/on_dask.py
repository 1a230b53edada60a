"""What scikit-learn asks of samples, asked of Dask's collections, whose rows stay with the workers that have them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nn.basics.optional import require
from nn.cluster.blocks import delayed_blocks, divided_as

Collection = Any  # an array or a DataFrame of Dask's


def check_columns(estimator: Any, X: Collection, reset: bool) -> int:
    """Note the number and the names of the columns, or make sure that they are those of the last fit.

    Raises:
        ValueError: if they are others.
    """
    require("sklearn.utils.validation").validate_data(estimator, one_row(X), reset=reset, skip_check_array=True)
    return int(X.shape[1])


def one_row(X: Collection) -> Any:
    """A made-up row in a table of the same kind."""
    if X.ndim != 2:
        raise ValueError(f"X has {X.ndim} dimensions, but 2 are expected: a row for each sample")
    return X._meta_nonempty[:1] if hasattr(X, "_meta_nonempty") else np.zeros((1, X.shape[1]))


def count_of_blocks(X: Collection) -> int:
    """In how many blocks the rows are."""
    return int(X.numblocks[0] if hasattr(X, "numblocks") else X.npartitions)


def distinct(y: Collection) -> Any:
    """The classes in y, an array.

    Raises:
        ValueError: if there is more than one column.
    """
    if y.ndim != 1:
        raise ValueError("y on Dask is a column with the class of each sample; several labels fit a y in this process")
    found = y.unique() if hasattr(y, "unique") else require("dask.array", "dask").unique(y)
    return np.asarray(found.compute())


def in_blocks(function: Any, y: Collection, *arguments: Any) -> Collection:
    """What a function makes of each block of y, in an array."""
    values = y.values if hasattr(y, "unique") else y
    return values.map_blocks(function, *arguments, dtype=np.float64)


def answers_in_blocks(estimator: Any, method: str, X: Collection) -> Collection:
    """What an estimator's method answers to each block of X, in an array of Dask's. The estimator is sent once."""
    dask, arrays = require("dask", "dask"), require("dask.array", "dask")
    X = divided_as(X, X, "X")
    example = getattr(estimator, method)(one_row(X))
    sent, answer = dask.delayed(estimator), dask.delayed(answer_to)
    lengths = getattr(X, "chunks", ((math.nan,) * count_of_blocks(X),))[0]
    blocks = [
        arrays.from_delayed(answer(sent, method, block, example), (length, *example.shape[1:]), example.dtype)
        for block, length in zip(delayed_blocks(X), lengths, strict=True)
    ]
    return arrays.concatenate(blocks)


def answer_to(estimator: Any, method: str, block: Any, example: Any) -> Any:
    """The answer to a block of rows."""
    return getattr(estimator, method)(block) if len(block) else example[:0]
