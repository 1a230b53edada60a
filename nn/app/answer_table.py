"""Answers beside the rows that they are for, as a table in which every column has a name of its own.

>>> answer_table(["x", "predicted y"], [[1.0], ["a"]], {"predicted y": ["b"]})
[['x', 'predicted y', 'predicted y (2)'], (1.0, 'a', 'b')]
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import count
from typing import Any


def answer_table(
    names: Sequence[str], columns: Iterable[Iterable[Any]], answers: Mapping[str, Sequence[Any]]
) -> list[Sequence[Any]]:
    """The header and the rows.

    Args:
        names, columns: of what was given, which may have been answered before.
        answers: columns by name; where one is taken, it gets a number.
    """
    header = list(names)
    for name in answers:
        header.append(free_name(name, header))
    return [header, *zip(*columns, *answers.values(), strict=True)]


def free_name(name: str, taken: Collection[str]) -> str:
    """The name, or that with the first number that makes it another."""
    numbered = (f"{name} ({number})" for number in count(2))
    return name if name not in taken else next(other for other in numbered if other not in taken)
