"""The texts that stand for a missing cell, in all ways of writing them: who has no lower case compares them all."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product as combinations

from nn.data.cells import MISSING


def missing_marks() -> list[str]:
    """Every mark for a missing cell, in capitals, small letters and mixed.

    >>> [mark for mark in missing_marks() if mark.lower() == "na"]
    ['NA', 'Na', 'nA', 'na']
    """
    return sorted({"".join(x) for mark in MISSING for x in combinations(*({c.lower(), c.upper()} for c in mark))})


def codes_of_texts(categories: list[str | None], marks: Iterable[str] = ()) -> dict[str, int]:
    """The place of each category's text, and of the marks, also of more, if a missing cell is one; of others none.

    >>> codes_of_texts(["red", None])["?"], codes_of_texts(["red"])
    (1, {'red': 0})
    """
    places = {text: place for place, text in enumerate(categories) if text is not None}
    if None in categories:
        places |= dict.fromkeys([*missing_marks(), *marks], categories.index(None))
    return places
