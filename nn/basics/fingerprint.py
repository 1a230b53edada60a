"""When a compiled program stands for a model: what it depends on besides the parameters, and how well it must agree."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from typing import Any

from autograd import Value
from nn.basics.parameters import HasParameters, members

Fingerprint = list[Any]

SAMPLES_COMPARED = 2  # for which a program is held against the model, once it is compiled
DIFFERENCE_ALLOWED = 1e-9  # of rounding alone, relative for numbers above 1


def fingerprint(model: HasParameters) -> Fingerprint:
    """The plain attributes of a model and of its parts, numbers and names by value, other things by identity."""
    return [
        (path, name, outline(part))
        for path, thing in members(model)
        if isinstance(thing, HasParameters)
        for name, part in vars(thing).items()
    ]


def outline(thing: Any) -> Any:
    """A thing in a form that can be compared."""
    if thing is None or isinstance(thing, bool | int | float | str):
        return (type(thing), repr(thing))
    if isinstance(thing, Value | HasParameters):
        return id(thing)
    if isinstance(thing, list | tuple):
        return [outline(part) for part in thing]
    if isinstance(thing, dict):
        return [(outline(key), outline(part)) for key, part in thing.items()]
    if hasattr(type(thing), "__array_interface__") and thing.dtype.kind in "biuf":
        return (thing.shape, thing.tobytes())
    return id(thing)


def random_states(model: HasParameters) -> list[str]:
    """The states of the sources of random numbers that a model may draw from: the modules' own and its own."""
    states = [repr(random.getstate())]
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        states.append(repr(numpy.random.get_state(legacy=False)))
    for _, thing in members(model):
        if isinstance(thing, HasParameters):
            for part in (*vars(thing).values(), *vars(type(thing)).values()):
                if isinstance(part, random.Random):
                    states.append(repr(part.getstate()))
                elif numpy is not None and isinstance(part, numpy.random.Generator):
                    states.append(repr(part.bit_generator.state))
    return states


def changes_when_called(model: HasParameters, call: Callable[[], Any]) -> str:
    """How a model changes by a call, which a program would not repeat, in words; "" if it does not."""
    before, states = fingerprint(model), random_states(model)
    call()
    if random_states(model) != states:
        return "the model draws random numbers, which a compiled program would draw only once"
    if fingerprint(model) != before:
        return "the model changes its attributes when it is called, which a compiled program would not"
    return ""
