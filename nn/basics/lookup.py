"""Looking things up by name: the error for an unknown name proposes the nearest."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TypeVar

Thing = TypeVar("Thing")


def lookup(kind: str, name: str, table: Mapping[str, Thing], short: Mapping[str, str] | None = None) -> Thing:
    """The entry of that name.

    Args:
        kind: what the table has, for the message.
        short: other names that people know entries by, and those in the table.

    Raises:
        ValueError: if there is none; it names the nearest one and all that there are.

    >>> lookup("activation", "rleu", {"relu": max, "tanh": min})
    Traceback (most recent call last):
        ...
    ValueError: no activation is called 'rleu'; did you mean 'relu'? There are: relu, tanh.
    """
    short = short or {}
    name = short.get(name, name)
    if name in table:
        return table[name]
    near = get_close_matches(name.lower().replace("-", "_").replace(" ", "_"), [*table, *short], n=1)
    question = f"; did you mean {near[0]!r}?" if near else "."
    raise ValueError(f"no {kind} is called {name!r}{question} There are: {', '.join(table)}.")
