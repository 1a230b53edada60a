"""What a Value asks before it gives its number away: is the function that reads it being compiled, or differentiated?

`jit` runs a function once and keeps the graph that it leaves behind. A number that the function reads meanwhile
(`v.data`, `float(v)`, `if a < b`, a hash) would be this one sample's for ever. Inside `grad` a number made by
`float(v)` has lost its gradient. So whatever reads a number asks here first, and is refused with the line of the user's
code that asked. Leaves that are made while recording are constants of the program, and may be read. What is open is a
matter of the thread or task that opened it, and of no other.
"""

from __future__ import annotations

import linecache
import os
import sys
from contextvars import ContextVar
from functools import cache
from typing import Any

from autograd.graph import topological_order

#: Where code lies that is not the user's: this project's packages and what they write, and Python's own.
OURS = os.path.dirname(os.path.abspath(__file__))
OUR_NETWORKS = os.path.join(os.path.dirname(OURS), "nn")
NOT_THE_USERS = (
    *(OURS + os.sep, OUR_NETWORKS + os.sep, "<autograd", "<frozen", "<__array"),
    os.path.dirname(os.__file__) + os.sep,
)
INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")

KEEP_VALUE = (
    "the Value itself in the formula, detach(v) to stop its gradient; where, maximum or minimum to choose or to clamp;"
    " softmax or logsumexp before an exponential"
)
OUR_FUNCTIONS = "autograd's own exp, log, sin, sqrt, …"
CHOOSE = "where(a < b, x, y) for a choice, maximum or minimum for max or min, relu for max(x, 0)"
CHOOSE_BY_DATA = (
    "take(rows, index) for rows[index], or a whole number that f captures instead of taking it as an argument"
)


class TraceError(TypeError):
    """Something that a compiled function may not do, because it would freeze one sample's number into the program."""


class Recording:
    """While it is open (`with Recording(leaves) as recording:`), numbers are not to be read in this thread.

    Args:
        arguments: the leaves that stand for the function's arguments.
        before: computed Values that the function reads, and that are for it what they are, as leaves are.

    Attributes:
        constants: the leaves that were made meanwhile.
        rows: the nodes that stand for a row of numbers, one a sample, so that no number can stand for them.
    """

    def __init__(self, arguments: list[Any], before: list[Any] | None = None) -> None:
        self.arguments = {id(leaf): leaf for leaf in arguments}
        self.constants: dict[int, Any] = {}  # by id; and kept alive, so that an id stays what it is
        self.rows: dict[int, Any] = {}
        self.before = {id(value): value for value in before or []}
        self.refusal: TraceError | None = None

    def __enter__(self) -> Recording:
        self.token = recording_here.set(self)
        watchers.append(self)
        return self

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        watchers.remove(self)
        recording_here.reset(self.token)
        if self.refusal is not None and error is not self.refusal:
            raise self.refusal  # which the function has swallowed, to go on without the number

    def is_constant(self, value: Any) -> bool:
        """Whether it was computed from numbers alone, and is therefore the same for every sample."""
        below = topological_order(value)
        return all(id(node) not in self.rows if node.parents else id(node) in self.constants for node in below)

    def is_argument(self, value: Any) -> bool:
        """Whether it was computed from an argument, for which f may be given a plain number."""
        return any(id(node) in self.arguments or id(node) in self.rows for node in topological_order(value))

    def refuse(self, what: str, instead: str) -> None:
        """End the recording, now or, where the user's code catches the error, when its function returns.

        Raises:
            TraceError: with the line that asked for it.
        """
        refusal = TraceError(
            f"{users_line()}\n"
            f"Inside a compiled function {what}: the program would keep this one sample's answer for all samples.\n"
            f"Use instead: {instead}."
        )
        self.refusal = self.refusal or refusal
        raise refusal


#: All recordings and differentiations that are open, in whichever thread or task. If there are none, nothing is asked.
#: Each says of a Value whether it `is_argument`: computed from what its function was given; and each has a `refusal`,
#: which comes back when its function returns, should the user's code have swallowed it.
watchers: list[Any] = []

#: The recording that is open in this thread or task.
recording_here: ContextVar[Recording | None] = ContextVar("recording_here", default=None)

#: The inputs (their ids) of all transforms whose function is running now, in this thread or task.
open_inputs: ContextVar[frozenset[int]] = ContextVar("open_inputs", default=frozenset())


def recording_of(value: Any) -> Recording | None:
    """The recording that a Value takes part in: this thread's, or another's of whose arguments it was computed."""
    others = (w for w in watchers if isinstance(w, Recording) and w.is_argument(value))
    return recording_here.get() or next(others, None)


def is_recorded(value: Any) -> bool:
    """Whether it is computed in a function that is recorded, from more than constants."""
    recording = recording_of(value)
    return recording is not None and not recording.is_constant(value)


def ask(value: Any, how: str, instead: str = KEEP_VALUE, *, keeps_number: bool = False) -> None:
    """Whether the number of a Value may be read, in the way that `how` says.

    Args:
        keeps_number: whether it is read to be computed with, so that it must not be one that a gradient is asked for.

    Raises:
        TraceError: if a function is recorded here, and the Value is not a constant.
        TypeError: if a function is differentiated here, and the Value depends on its argument.
    """
    if recording := recording_of(value):
        if not recording.is_constant(value):
            recording.refuse(f"the number of a traced Value was read ({how})", instead)
    elif keeps_number and (losing := [watcher for watcher in watchers if watcher.is_argument(value)]):
        refusal = TypeError(
            f"{users_line()}\n"
            f"Inside a function that is differentiated a Value became a plain number ({how}), whose gradient would be"
            f" lost.\nUse instead: {OUR_FUNCTIONS}; a list of Values in place of an array of numbers; detach(v)"
            " or v.data if the number alone is meant."
        )
        for watcher in losing:
            watcher.refusal = watcher.refusal or refusal
        raise refusal


@cache
def is_users(file: str) -> bool:
    """Whether code from that file is the user's own."""
    return not file.startswith(NOT_THE_USERS) and not any(folder in file for folder in INSTALLED)


def users_line() -> str:
    """The line of the user's code that is running: file, number and text."""
    frame = sys._getframe(1)
    while frame.f_back is not None and not is_users(frame.f_code.co_filename):
        frame = frame.f_back
    file, line = frame.f_code.co_filename, frame.f_lineno
    return f"{file}:{line}: {linecache.getline(file, line, frame.f_globals).strip()}"
