"""What a model is but for its numbers: models of equal structure compute the same with other parameters.

Two models made by the same line of code have equal structures, whatever their weights; one that shares a parameter
between two places has another than one that does not. What is neither a number, a container nor a module counts by what
it is itself, known by its id: an activation is the same function, not a similar one. So a structure is that of a model
only as long as some model of it lives.

>>> from nn import MLP
>>> structure_of(MLP(2, [3, 1], rng=1)) == structure_of(MLP(2, [3, 1], rng=2))
True
>>> structure_of(MLP(2, [3, 1])) == structure_of(MLP(2, [3, 1], activation="tanh"))
False
"""

from __future__ import annotations

from collections.abc import Hashable
from random import Random
from typing import Any

from autograd import Value
from autograd.insides import slots_of
from nn.basics.column_names import KEPT_AS
from nn.basics.parameters import HasParameters, parameters_alone

PLAIN = (type(None), bool, int, float, complex, str, bytes)


class Unlike(Exception):
    """A model that is like no other: it has a computed Value, or attributes that cannot be seen."""


def structure_of(model: Any) -> Hashable | None:
    """Equal for models that compute the same with other parameters; None for one that is like no other."""
    try:
        return part_of_structure(model, {})
    except (Unlike, RecursionError):
        return None


def part_of_structure(thing: Any, seen: dict[int, int]) -> Hashable:
    """The structure of a part.

    Args:
        seen: what was met before, by its id, with its number: it may be met again.

    Raises:
        Unlike: if it has none.
    """
    kind = type(thing)
    if kind in PLAIN:
        return kind, repr(thing)
    if id(thing) in seen:
        return "again", seen[id(thing)]
    seen[id(thing)] = len(seen)
    if kind is Value:
        if thing.op is not None:
            raise Unlike
        return Value
    if kind is list or kind is tuple:
        return kind, new_parameters(thing, seen) or tuple([part_of_structure(part, seen) for part in thing])
    if kind is dict and all(type(key) in PLAIN for key in thing):
        return kind, tuple([(type(key), repr(key), part_of_structure(part, seen)) for key, part in thing.items()])
    if kind is Random:  # a model that draws from it when it is called is not compiled
        return id(Random)
    if isinstance(thing, HasParameters):
        if slots_of(kind):
            raise Unlike
        computing = [(name, part) for name, part in vars(thing).items() if name != KEPT_AS]
        return id(kind), tuple([(name, part_of_structure(part, seen)) for name, part in computing])
    return id(thing)


def new_parameters(parts: Any, seen: dict[int, int]) -> int:
    """How many parameters are in a list of nothing else, none of which was met before; 0 if it is another list."""
    if not parameters_alone(parts):
        return 0
    new = dict(zip(map(id, parts), range(len(seen), len(seen) + len(parts)), strict=True))
    if len(new) < len(parts) or not seen.keys().isdisjoint(new):
        return 0
    seen |= new
    return len(parts)
