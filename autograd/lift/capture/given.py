"""What stands for a number of the arguments while a function is recorded: a Value that has a number and nothing else.

A label, a gradient or operands that f may ask for are those of the caller's own Value at this call, or of none at all
if the caller gave a plain number. A program has no place for them.
"""

from __future__ import annotations

import sys
from typing import Any

from autograd.operation import Operation
from autograd.recording import is_users, recording_here
from autograd.value import Value


class Given(Value):
    """An argument's number, of which f may ask nothing but what to compute."""

    __slots__ = ()

    @property
    def label(self) -> str:
        return of_argument(self, "label")  # type: ignore[no-any-return]

    @label.setter
    def label(self, label: str) -> None:
        vars(Value)["label"].__set__(self, label)

    @property
    def grad(self) -> Any:
        return of_argument(self, "grad")

    @grad.setter
    def grad(self, grad: Any) -> None:
        vars(Value)["grad"].__set__(self, grad)

    @property
    def op(self) -> Operation | None:
        return of_argument(self, "op")  # type: ignore[no-any-return]

    @property
    def parents(self) -> tuple[Value, ...]:
        return of_argument(self, "parents")  # type: ignore[no-any-return]

    @property
    def _prev(self) -> set[Value]:
        return of_argument(self, "_prev")  # type: ignore[no-any-return]

    @property
    def _op(self) -> str:
        return of_argument(self, "_op")  # type: ignore[no-any-return]


def of_argument(value: Given, attribute: str) -> Any:
    """An attribute, for whoever is not the user's code."""
    recording = recording_here.get()
    if recording is not None and is_users(sys._getframe(2).f_code.co_filename):
        instead = "what it says, as an argument of its own or a Value that f captures"
        recording.refuse(f".{attribute} of an argument was read", instead)
    return vars(Value)[attribute].__get__(value, Given)
