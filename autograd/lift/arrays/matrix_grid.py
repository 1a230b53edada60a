"""The heart of the regrouping: which sums of products are the cells of one matrix product.

They are when their left factors are one of r lists and their right factors one of c lists, whichever way and in
whichever order the program wrote them:

    yᵢⱼ = Σₖ aᵢₖ·bⱼₖ   for all i, j   ⇔   Y = A·Bᵀ
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.lift.arrays.program import Places


def grids(left: Places, right: Places) -> list[Places]:
    """The sums (rows of `left` and `right`) as cells of matrix products.

    Returns arrays [b, i, j] of row numbers (−1: a cell that no sum needs): sums in the same i share the left list,
    in the same j the right list. Several arrays if the products differ in shape; a column of single cells if the
    lists are not shared.
    """
    sums = len(left)
    i, j = numbered(left), numbered(right)
    rows, columns = int(i.max()) + 1, int(j.max()) + 1
    single = [np.arange(sums).reshape(-1, 1, 1)]
    if rows == sums and columns == sums and sums > 1:
        return [np.lexsort((i, j)).reshape(-1, 1, 1)]
    if len(np.unique(i * columns + j)) < sums:
        return single
    if rows * columns == sums:
        grid = np.empty((1, rows, columns), dtype=np.intp)
        grid[0, i, j] = np.arange(sums)
        return [grid]
    block = connected(i, j, rows, columns)
    shapes: dict[tuple[int, int], list[Places]] = {}
    for chosen in indices_by_label(block):
        rows_here, columns_here = np.unique(i[chosen]), np.unique(j[chosen])
        cells = np.full((len(rows_here), len(columns_here)), -1, dtype=np.intp)
        cells[np.searchsorted(rows_here, i[chosen]), np.searchsorted(columns_here, j[chosen])] = chosen
        shapes.setdefault(cells.shape, []).append(cells)
    found = [np.stack(blocks) for blocks in shapes.values()]
    if sum(grid.size for grid in found) > 2 * sums + 8 or len(found) > max(1, sums // 8):
        return single
    return found


def numbered(rows: Places) -> Places:
    """The number of each row among the different ones, in lexicographic order."""
    weights = np.random.default_rng(0).integers(1, 2**62, rows.shape[1], dtype=np.int64) | 1
    _, first, number = np.unique(rows @ weights, return_index=True, return_inverse=True)
    if not np.array_equal(rows[first][number], rows):  # two different rows with the same fingerprint
        return np.unique(rows, axis=0, return_inverse=True)[1].ravel()
    different = rows[first]
    rank = np.empty(len(first), dtype=np.intp)
    rank[np.lexsort(different[:, ::-1].T)] = np.arange(len(first))
    ranked: Places = rank[number]
    return ranked


def connected(i: Places, j: Places, rows: int, columns: int) -> Places:
    """The connected block to which each cell (i, j) belongs."""
    of_row = np.arange(rows)
    while True:
        of_column = np.full(columns, rows)
        np.minimum.at(of_column, j, of_row[i])
        better = of_row.copy()
        np.minimum.at(better, i, of_column[j])
        if np.array_equal(better, of_row):
            return of_row[i]
        of_row = better


def indices_by_label(labels: Places) -> list[Places]:
    """The indices that have the same label, for each label."""
    order = np.argsort(labels, kind="stable")
    ends = np.flatnonzero(np.diff(labels[order])) + 1
    return np.split(order, ends)


def shared_rows(lists: Places, used: Any) -> Places | None:
    """lists[b, i, j, :] as rows[b, i, :], if they do not depend on j wherever the cell is used."""
    first = np.argmax(used, axis=2)
    rows = np.take_along_axis(lists, first[:, :, None, None], axis=2)
    if ((lists != rows) & used[..., None]).any():
        return None
    chosen: Places = rows[:, :, 0]
    return chosen
