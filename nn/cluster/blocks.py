"""Rows of Dask's collections in blocks, each on a worker: those of samples, of targets and of weights side by side."""

from __future__ import annotations

import math
from typing import Any

from nn.basics.optional import require
from nn.basics.rows import on_dask

Future = Any  # what a worker has, or will have


class RowBlocks:
    """Samples, targets and weights, divided alike.

    Args:
        client: whose workers have them.
        X: the samples, an array or a DataFrame of Dask's.
        y: the targets, which may also be in this process, if the lengths of the blocks of X are known.
        sample_weight: the same for weights, or None.
        name: what stands before X, y and sample_weight in messages.

    Attributes:
        rows: of each block what there is of X, y and weights.

    Raises:
        ValueError: if they are not divided alike, and cannot be.
    """

    def __init__(self, client: Any, X: Any, y: Any, sample_weight: Any = None, name: str = "") -> None:
        self.client = client
        self.name = name
        tables = {"X": X, "y": y, "sample_weight": sample_weight}
        given = [divided_as(X, table, f"{name}{which}") for which, table in tables.items() if table is not None]
        blocks = [delayed_blocks(table) for table in given]
        if len(set(map(len, blocks))) > 1:
            counts = " and ".join(
                f"{len(found)} of {name}{which}" for which, found in zip(tables, blocks, strict=False)
            )
            raise ValueError(
                f"the chunk sizes of {name}X are unknown and there are {counts} chunks, which cannot be paired: call"
                " X.compute_chunk_sizes(), or make them of one DataFrame"
            )
        if not blocks[0]:
            raise ValueError(f"{name}X is empty: at least one sample is needed")
        self.rows: list[tuple[Future, ...]] = list(zip(*map(client.compute, blocks), strict=True))

    def head(self) -> Any:
        """The first rows of X, an array."""
        lengths = self.client.gather(self.client.map(len, [X for X, *_ in self.rows], pure=False))
        if not any(lengths):
            raise ValueError(f"{self.name}X is empty: at least one sample is needed")
        first = next(place for place, length in enumerate(lengths) if length)
        return self.client.submit(first_rows, self.rows[first][0], pure=False).result()


def divided_as(X: Any, table: Any, name: str) -> Any:
    """A table in blocks as long as those of X; of X itself, all columns in a block."""
    if table is X:
        return X.rechunk({1: -1}) if hasattr(X, "rechunk") and X.ndim == 2 and X.numblocks[1] > 1 else X
    lengths = tuple(getattr(X, "chunks", ((math.nan,),))[0])
    known = not any(map(math.isnan, lengths))
    if not on_dask(table):
        if not known:
            raise ValueError(f"the chunk sizes of X are unknown, so {name} has to be Dask's, too, and divided alike")
        numpy, arrays = require("numpy"), require("dask.array", "dask")
        table = numpy.asarray(table)
        check_as_long(sum(lengths), len(table), name)
        return arrays.from_array(table, chunks=(lengths, *((size,) for size in table.shape[1:])))
    if not hasattr(table, "rechunk"):
        return table
    if table.ndim == 2 and table.numblocks[1] > 1:
        table = table.rechunk({1: -1})
    if known and not math.isnan(table.shape[0]) and table.chunks[0] != lengths:
        check_as_long(sum(lengths), table.shape[0], name)
        return table.rechunk({0: lengths})
    return table


def check_as_long(samples: int, rows: int, name: str) -> None:
    """Make sure that there is a row for each sample."""
    if samples != rows:
        raise ValueError(f"there are {samples} samples in X, but {rows} rows in {name}")


def delayed_blocks(table: Any) -> list[Any]:
    """Each block of a collection, all of its columns, as something to be computed."""
    found = table.to_delayed()
    return found if isinstance(found, list) else found.ravel().tolist()


def as_table(block: Any) -> Any:
    """A block of an array, or of a DataFrame, as an array."""
    return block.to_numpy() if hasattr(block, "to_numpy") else block


def first_rows(block: Any) -> Any:
    """A few, as an array."""
    return as_table(block[:2])
