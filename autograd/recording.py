"""What a Value asks before it gives its number away: is a function being recorded, to be compiled?

`jit` runs a function once and keeps the graph that it leaves behind. A number that the function reads meanwhile
(`v.data`, `float(v)`, `if a < b`) would be this one sample's for ever. So whatever reads a number asks here first, and
is refused, with the line of the user's code that asked. Leaves that are made meanwhile are constants of the program,
and may be read. Which recording is open is a matter of the thread or task that opened it, and of no other.
"""

from __future__ import annotations

import linecache
import os
import sys
from contextvars import ContextVar
from typing import Any

from autograd.graph import topological_order

#: Where code is from that is not to be named in an error: this package, and what it writes.
NOT_THE_USERS = (os.path.dirname(os.path.abspath(__file__)) + os.sep, "<autograd", "<frozen")

KEEP_VALUE = "the Value itself in the formula, detach(v) to stop its gradient, and where, maximum or minimum to choose"
OUR_FUNCTIONS = "autograd's own exp, log, sqrt, …"
CHOOSE = "where(a < b, x, y) for a choice, maximum or minimum for max or min, relu for max(x, 0)"
CHOOSE_BY_DATA = (
    "dot(scores, one_hot) to choose by data, or a whole number that f captures instead of taking it as an argument"
)


class TraceError(TypeError):
    """Something that a compiled function may not do, because it would freeze one sample's number into the program."""


class Recording:
    """While it is open (`with Recording() as recording:`), numbers are not to be read in this thread.

    Attributes:
        constants: the leaves that were made meanwhile.
        rows: the nodes that stand for a row of numbers, one a sample, so that no number can stand for them.
    """

    def __init__(self) -> None:
        self.constants: dict[int, Any] = {}  # by id; and kept alive, so that an id stays what it is
        self.rows: dict[int, Any] = {}
        self.refusal: TraceError | None = None

    def __enter__(self) -> Recording:
        self.token = recording_here.set(self)
        recordings.append(self)
        return self

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        recordings.remove(self)
        recording_here.reset(self.token)
        if self.refusal is not None and error is None:
            raise self.refusal  # which the function has swallowed, to go on without the number

    def is_constant(self, value: Any) -> bool:
        """Whether it was computed from numbers alone, and is therefore the same for every sample."""
        below = topological_order(value)
        return all(id(node) not in self.rows if node.parents else id(node) in self.constants for node in below)

    def ask(self, value: Any, how: str, instead: str = KEEP_VALUE) -> None:
        """Whether the number of a Value may be read.

        Raises:
            TraceError: if it is not a constant.
        """
        if not self.is_constant(value):
            self.refuse(f"the number of a traced Value was read ({how})", instead)

    def refuse(self, what: str, instead: str) -> None:
        """End the recording, now or, where the user's code catches the error, when its function returns.

        Raises:
            TraceError: with the line that asked for it.
        """
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_code.co_filename.startswith(NOT_THE_USERS):
            frame = frame.f_back
        file, line = frame.f_code.co_filename, frame.f_lineno
        source = linecache.getline(file, line, frame.f_globals).strip()
        refusal = TraceError(
            f"{file}:{line}: {source}\n"
            f"Inside a compiled function {what}: the program would keep this one sample's answer for all samples.\n"
            f"Use instead: {instead}."
        )
        self.refusal = self.refusal or refusal
        raise refusal


#: All that are open, in whichever thread or task. While there are none, a Value need not ask.
recordings: list[Recording] = []

#: The one that is open in this thread or task.
recording_here: ContextVar[Recording | None] = ContextVar("recording_here", default=None)
