"""Categories as numbers: an input for each, 1 for the one that it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nn.basics.optional import require
from nn.data.column import Column


def mark_categories(inputs: Any, column: Column, categories: Sequence[str | None]) -> None:
    """Put a 1 in the place of each row's category, among zeros; an unknown one is none of them."""
    numpy = require("numpy")
    place = {text: place for place, text in enumerate(categories)}
    of_different = numpy.array([place.get(text, -1) for text in column.different_texts()], dtype=int)
    found = of_different[numpy.asarray(column.cells.places)]
    (rows,) = numpy.nonzero(found >= 0)
    inputs[rows, found[rows]] = 1.0
