"""Whether a model is trained or asked: some of its parts do something else while it learns, such as `nn.dropout`.

Each module knows it (`module.training`). Who calls a model says for the time of the call where masks of dropout come
from, and learns what the model asked for:

>>> with in_mode(CallMode()) as mode:
...     mode.masks_for("a layer", 2)
[1.0, 1.0]
>>> mode.masked
['a layer', 'a layer']
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any


class CallMode:
    """How a model is called.

    Args:
        masks: the numbers by which units are multiplied that may be dropped, in the order in which they are asked for;
            None: 1 for each.
        never: whether it is asked in any case, and not trained.

    Attributes:
        masked: for each number that was asked for, who asked.
        asked: whether a module asked if it is trained, and may do something else if it is not.
    """

    def __init__(self, masks: Sequence[Any] | None = None, *, never: bool = False) -> None:
        self.masks = masks
        self.never = never
        self.masked: list[Any] = []
        self.asked = False

    def masks_for(self, layer: Any, count: int) -> Sequence[Any]:
        """The numbers for so many units of a layer."""
        first = len(self.masked)
        self.masked += [layer] * count
        if self.masks is None:
            return [1.0] * count
        if len(self.masked) > len(self.masks):
            self.check_all_used()
        return self.masks[first : len(self.masked)]

    def check_all_used(self) -> None:
        """Make sure that as many numbers were asked for as were given.

        Raises:
            ValueError: if not: a mask would be that of another unit.
        """
        if self.masks is not None and len(self.masked) != len(self.masks):
            raise ValueError(
                f"{len(self.masks)} units could be dropped when the training began, and now {len(self.masked)} can or"
                " more: a model drops as many in each call, and a layer that is added or taken away is for another fit"
            )


calling: ContextVar[CallMode | None] = ContextVar("calling", default=None)


@contextmanager
def in_mode(mode: CallMode) -> Iterator[CallMode]:
    """Meanwhile, models are called like that."""
    token = calling.set(mode)
    try:
        yield mode
    finally:
        calling.reset(token)
