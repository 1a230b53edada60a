"""When a compiled program may stand in for a model: what it must not do when it is called, and how well they agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd.surroundings import Surroundings
from nn.basics.parameters import HasParameters

SAMPLES_COMPARED = 2  # for which a program is held against the model, once it is compiled
DIFFERENCE_ALLOWED = 1e-9  # of rounding alone, relative for numbers above 1


def changes_when_called(model: HasParameters, call: Callable[[], Any]) -> str:
    """How a model changes by a call, which a program would not repeat, in words; "" if it does not."""
    around = Surroundings(model)
    call()
    return changes(around, call)


def changes(around: Surroundings, call: Callable[[], Any]) -> str:
    """What a call has changed of its surroundings, or reads that changes by itself, in words; "" if nothing."""
    if around.live:
        return f"the model reads {around.live[0]}, which gives something else each time"
    if around.drawn_from(call):
        return "the model draws random numbers, which a compiled program would draw only once"
    if around.changed():
        return "the model changes its attributes when it is called, which a compiled program would not"
    return ""
