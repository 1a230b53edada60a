"""What is to be said about rows that a network answers for: cells that were filled in, read anew, or not known.

One sentence for all cells of a column of which the same is to be said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nn.data.column import Column
from nn.data.messages import count
from nn.data.table import Table


def surprises(table: Table, medians: Mapping[str, float], categories: Mapping[str, Sequence[str | None]]) -> list[str]:
    """What to say about a table, column by column.

    Args:
        medians: what fills a missing cell, for each column of numbers.
        categories: what the network knows, for each column of categories.
    """
    notes = list(table.notes)
    for name, median in medians.items():
        column = table.column(name)
        notes += column.notes
        if column.missing:
            cells = count(len(column.missing), "missing cell")
            notes.append(f"{column.where(column.missing[0])}: {cells} filled with the median, {median:g}")
    for name, known in categories.items():
        notes += unknown_categories(table.column(name), frozenset(known))
    return notes


def unknown_categories(column: Column, known: frozenset[str | None]) -> list[str]:
    """What to say about the cells of a column that are none of the known categories."""
    texts = column.texts()
    rows = [row for row, text in enumerate(texts) if text not in known]
    if not rows:
        return []
    others = list(dict.fromkeys(texts[row] for row in rows))
    what = ", ".join("a missing cell" if text is None else repr(text) for text in others[:3])
    more = f" and {len(others) - 3} more" if len(others) > 3 else ""
    cells = f", {count(len(rows), 'cell')} in all," if len(rows) > 1 else ""
    return [
        f"{column.where(rows[0])}: {what}{more}{cells} was not in the training set, or too rarely,"
        " and counts as no category"
    ]
