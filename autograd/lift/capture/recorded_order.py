"""In which order the scalars of a function were made, which the graph that it leaves behind does not tell.

A Value carries no number, so that eager work pays nothing. While an order is noted, the functions that make Values
(`autograd.eager`, `value_of_parts`) write each down.

The profiling hook of `autograd.outside` is told of every call meanwhile, which takes longer than most calls: so here is
nothing that it is told of. It does not hear of a `partial`, of attributes and of operators.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from autograd import eager

new = partial(object.__new__)


class MadeHere(threading.local):
    """The Values that are made in this thread, where that is noted."""

    values: list[Any] | None = None


made_here = MadeHere()

noting_lock = threading.Lock()
noting = 0  # how many notes are taken, in whichever thread


@contextmanager
def noted_order() -> Iterator[list[Any]]:
    """The computed Values that are made meanwhile, in order. They are kept alive."""
    before, made = made_here.values, list[Any]()
    made_here.values = made
    change_noting(+1)
    try:
        yield made
    finally:
        change_noting(-1)
        made_here.values = before


def change_noting(change: int) -> None:
    """Have Values written down while there is somebody who wants to know."""
    global noting  # noqa: PLW0603
    with noting_lock:
        noting += change
        eager.make_by(write_down if noting else object.__new__)


def write_down(kind: type) -> Any:
    """A new Value, written down."""
    value: Any = new(kind)
    made = made_here.values
    if made is not None:
        made += (value,)
    return value
