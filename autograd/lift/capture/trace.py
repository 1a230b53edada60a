"""Step 1, recording: run the function once, and keep the graph of scalars that it leaves behind.

The function runs on the engine as it always does; the recorder only watches. Values that are made from plain numbers
meanwhile are constants of the program, leaves that were there before are inputs of it. Whatever would turn one
sample's number into a constant (reading `.data`, `float(v)`, `if a < b`) raises a `TraceError` instead.

What the function does besides computing happens while it is recorded, and not when the program runs: it prints once,
and a random number that it draws is the same for ever.
"""

from __future__ import annotations

import linecache
import os
import sys
import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import autograd
from autograd import ops
from autograd.graph import topological_order
from autograd.lift.capture.batch_operations import BATCH
from autograd.operation import Operation
from autograd.value import Value, apply_by_ieee, as_number, operand_or_error, recorded_partials

PACKAGE = os.path.dirname(os.path.abspath(autograd.__file__)) + os.sep


class TraceError(TypeError):
    """Something that a compiled function may not do, because it would freeze one sample's number into the program."""


class TooLarge(ValueError):
    """A function that records more than a program may hold."""


class Recording:
    """While it is open (`with Recording() as recording:`), this thread's new leaves and forbidden readings are noticed.

    The methods of `Value` that read a number are replaced for that time, so that the engine pays nothing for them
    when nothing is recorded. Other threads get the originals through them.
    """

    def __init__(self) -> None:
        self.constants: dict[int, Value] = {}  # kept alive, so that an id stays what it is

    def __enter__(self) -> Recording:
        with LOCK:
            if not open_recordings:
                for name, replacement in REPLACEMENTS.items():
                    setattr(Value, name, replacement)
            open_recordings.append(self)
        self.token = current.set(self)
        return self

    def __exit__(self, *exception: object) -> None:
        current.reset(self.token)
        with LOCK:
            open_recordings.remove(self)
            if not open_recordings:
                for name, original in ORIGINALS.items():
                    if original is None:
                        delattr(Value, name)
                    else:
                        setattr(Value, name, original)

    def is_constant(self, value: Value) -> bool:
        """Whether it was computed from numbers alone, and is therefore the same for every sample."""
        if value.op is None:
            return id(value) in self.constants
        return all(node.op is not BATCH if node.op else id(node) in self.constants for node in topological_order(value))


LOCK = threading.Lock()
open_recordings: list[Recording] = []
current: ContextVar[Recording | None] = ContextVar("current_recording", default=None)


class Condition(Value):
    """The answer of `a < b` while recording: 1 or 0, for `where`. It is neither True nor False, for samples differ."""

    __slots__ = ()

    def __bool__(self) -> bool:
        if current.get() is None:
            return self._data != 0.0
        raise refused(
            "a comparison of traced Values was used as True or False (if, while, and, or, not, max, min, sorted)",
            "where(a < b, x, y) for a choice, maximum or minimum for max or min, relu for max(x, 0)",
        )


def refused(what: str, instead: str) -> TraceError:
    """The error, with the line of the user's code that asked for it."""
    frame = sys._getframe(1)
    while frame.f_back is not None and (
        frame.f_code.co_filename.startswith((PACKAGE, "<autograd")) or frame.f_code.co_filename.startswith("<frozen")
    ):
        frame = frame.f_back
    file, line = frame.f_code.co_filename, frame.f_lineno
    source = linecache.getline(file, line, frame.f_globals).strip()
    return TraceError(
        f"{file}:{line}: {source}\n"
        f"Inside a compiled function {what}: the program would keep this one sample's answer for all samples.\n"
        f"Use instead: {instead}."
    )


# ── What is replaced in Value ───────────────────────────────────────────────────────────────────────────────────


def reading(name: str, original: Callable[..., Any], what: str, instead: str) -> Callable[..., Any]:
    """A method that reads the number: refused while recording, unless the number is a constant."""

    def read(self: Value, *others: Any) -> Any:
        recording = current.get()
        if recording is not None and not recording.is_constant(self):
            raise refused(what, instead)
        return original(self, *others)

    read.__name__ = name
    return read


def comparing(name: str, original: Callable[[Value, Any], bool], op: Operation, swapped: bool) -> Callable[..., Any]:
    """A comparison: while recording, a condition for `where`."""

    def compare(self: Value, other: Any) -> Any:
        recording = current.get()
        if recording is None or as_number(other) is None:
            return original(self, other)
        other = operand_or_error(other)
        if recording.is_constant(self) and recording.is_constant(other):
            return original(self, other)
        condition = apply_by_ieee(op, other, self) if swapped else apply_by_ieee(op, self, other)
        condition.__class__ = Condition
        return condition

    compare.__name__ = name
    return compare


def not_less(m: Any, a: Any, b: Any) -> Any:
    """1 where a ≥ b, 0 where a < b or either is NaN, which 0·a (of an a made finite) carries into the comparison."""
    finite = [m.maximum(m.minimum(x, 1.0), -1.0) for x in (a, b)]
    return m.greater(1.0, m.greater(b, a) + 0.0 * finite[0] + 0.0 * finite[1])


AT_LEAST = Operation("at_least", not_less, lambda m, y, a, b: (0.0, 0.0), arity=2, symbol="≥")


def new_leaf(self: Value, data: Any, label: str = "") -> None:
    """`Value(data)`: while recording, a constant."""
    ORIGINALS["__init__"](self, data, label)
    recording = current.get()
    if recording is not None:
        recording.constants[id(self)] = self


def detached(self: Value) -> Value:
    """`detach`: while recording a node, so that it follows its operand, which no gradient flows through."""
    if current.get() is None:
        leaf: Value = ORIGINALS["detach"](self)
        return leaf
    return apply_by_ieee(ops.DETACH, self)


def as_index(self: Value) -> int:
    """Values are no indices; while recording the error says more than Python's."""
    if current.get() is None:
        raise TypeError(f"list indices must be integers, not {type(self).__name__}")
    raise refused(
        "a traced Value was used as an index or a count",
        "dot(scores, one_hot) to choose by data, or a whole number that f captures instead of taking it as an argument",
    )


def backward(self: Value, gradient: Any = 1.0, *, create_graph: bool = False) -> None:
    """`backward()`: not while recording."""
    if current.get() is not None:
        raise refused("backward() was called", "backward() on the result of the compiled function, or value_and_grad")
    ORIGINALS["backward"](self, gradient, create_graph=create_graph)


def local_grads(self: Value) -> tuple[float, ...]:
    """The local derivatives as numbers: while recording for the engine's own check alone."""
    recording = current.get()
    if recording is not None and sys._getframe(1).f_code is not recorded_partials.__code__:
        raise refused(f"{NUMBER_READ} (a derivative of it)", KEEP_VALUE)
    numbers: tuple[float, ...] = ORIGINALS["local_grads"].fget(self)
    return numbers


NUMBER_READ = "the number of a traced Value was read"
KEEP_VALUE = "the Value itself in the formula, detach(v) to stop its gradient, and where, maximum or minimum to choose"

ORIGINALS: dict[str, Any] = {
    name: Value.__dict__.get(name)
    for name in (
        "__init__ data local_grads __float__ __round__ __lt__ __le__ __gt__ __ge__ __index__ detach backward"
    ).split()
}

REPLACEMENTS: dict[str, Any] = {
    "__init__": new_leaf,
    "data": property(
        reading("data", ORIGINALS["data"].fget, f"{NUMBER_READ} (.data)", KEEP_VALUE), ORIGINALS["data"].fset
    ),
    "local_grads": property(local_grads),
    "__float__": reading(
        "__float__",
        ORIGINALS["__float__"],
        f"{NUMBER_READ} (by float(v), or by a function of math or NumPy)",
        "autograd's own exp, log, sqrt, …; " + KEEP_VALUE,
    ),
    "__round__": reading("__round__", ORIGINALS["__round__"], f"{NUMBER_READ} (by round)", KEEP_VALUE),
    "__lt__": comparing("__lt__", ORIGINALS["__lt__"], ops.GREATER, swapped=True),
    "__gt__": comparing("__gt__", ORIGINALS["__gt__"], ops.GREATER, swapped=False),
    "__le__": comparing("__le__", ORIGINALS["__le__"], AT_LEAST, swapped=True),
    "__ge__": comparing("__ge__", ORIGINALS["__ge__"], AT_LEAST, swapped=False),
    "__index__": as_index,
    "detach": detached,
    "backward": backward,
}
