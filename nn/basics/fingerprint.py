"""What a model's program depends on besides its parameters: to notice that it is another model than was compiled."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from typing import Any

from autograd import Value
from nn.module import Module, members

Fingerprint = list[Any]


def fingerprint(model: Module) -> Fingerprint:
    """The plain attributes of a model and of its parts, numbers and names by value, other things by identity."""
    return [
        (path, name, outline(part))
        for path, thing in members(model)
        if isinstance(thing, Module)
        for name, part in vars(thing).items()
    ]


def outline(thing: Any) -> Any:
    """A thing in a form that can be compared."""
    if thing is None or isinstance(thing, bool | int | float | str):
        return (type(thing), repr(thing))
    if isinstance(thing, Value | Module):
        return id(thing)
    if isinstance(thing, list | tuple):
        return [outline(part) for part in thing]
    if isinstance(thing, dict):
        return [(outline(key), outline(part)) for key, part in thing.items()]
    if hasattr(type(thing), "__array_interface__") and thing.dtype.kind in "biuf":
        return (thing.shape, thing.tobytes())
    return id(thing)


def random_states(model: Module) -> list[str]:
    """The states of the sources of random numbers that a model may draw from: the modules' own and its own."""
    states = [repr(random.getstate())]
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        states.append(repr(numpy.random.get_state(legacy=False)))
    for _, thing in members(model):
        if isinstance(thing, Module):
            for part in (*vars(thing).values(), *vars(type(thing)).values()):
                if isinstance(part, random.Random):
                    states.append(repr(part.getstate()))
                elif numpy is not None and isinstance(part, numpy.random.Generator):
                    states.append(repr(part.bit_generator.state))
    return states


def changes_when_called(model: Module, call: Callable[[], Any]) -> str:
    """How a model changes by a call, which a program would not repeat, in words; "" if it does not."""
    before, states = fingerprint(model), random_states(model)
    call()
    if random_states(model) != states:
        return "the model draws random numbers, which a compiled program would draw only once"
    if fingerprint(model) != before:
        return "the model changes its attributes when it is called, which a compiled program would not"
    return ""
