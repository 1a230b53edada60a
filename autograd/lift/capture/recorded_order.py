"""In which order the scalars of a function were made, which the graph that it leaves behind does not tell.

A Value carries no number, so that eager work pays nothing. While an order is noted, the functions that make Values
(`autograd.eager`) write each down; what they do not make, as nodes of many operands, stands behind its operands.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from autograd import eager

#: The Values that are made in this thread or task, where that is noted.
made_here: ContextVar[list[Any] | None] = ContextVar("made_here", default=None)

noting_lock = threading.Lock()
noting = 0  # how many notes are taken, in whichever thread


@contextmanager
def noted_order() -> Iterator[list[Any]]:
    """The Values that operations of one or two operands make meanwhile, in order. They are kept alive."""
    made: list[Any] = []
    token = made_here.set(made)
    change_noting(+1)
    try:
        yield made
    finally:
        change_noting(-1)
        made_here.reset(token)


def change_noting(change: int) -> None:
    """Have Values written down while there is somebody who wants to know."""
    global noting  # noqa: PLW0603
    with noting_lock:
        noting += change
        eager.make_by(write_down if noting else object.__new__)


def write_down(kind: type) -> Any:
    """A new Value, written down."""
    value: Any = object.__new__(kind)
    made = made_here.get()
    if made is not None:
        made.append(value)
    return value
