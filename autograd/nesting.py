"""Nested lists, tuples, dicts, dataclasses and arrays of numbers: taken apart, and put together again."""

from __future__ import annotations

import copy
from array import array
from collections import deque
from collections.abc import Iterator
from typing import Any


def is_array(thing: Any) -> bool:
    """Whether it is a NumPy array (of any dimension, but not a NumPy scalar)."""
    kind = type(thing)  # an array would make up the answer anew
    return hasattr(kind, "__array_interface__") and hasattr(kind, "__setitem__")


def is_plain_dataclass(thing: Any) -> bool:
    """Whether it is a dataclass that is nothing but its fields, none of which is computed from others."""
    kind = type(thing)
    fields = getattr(kind, "__dataclass_fields__", None)
    if fields is None or hasattr(kind, "__post_init__"):
        return False
    return getattr(thing, "__dict__", fields).keys() <= fields.keys() and all(hasattr(thing, name) for name in fields)


def contents_of(nest: Any) -> Any:
    """What a container holds, in order: the values of a dict, the fields of a dataclass; None if it is not one."""
    if isinstance(nest, list | tuple | deque | array):
        return nest
    if isinstance(nest, dict):
        return nest.values()
    if is_plain_dataclass(nest):
        return [getattr(nest, name) for name in type(nest).__dataclass_fields__]
    return None


def container_like(nest: Any, parts: list[Any]) -> Any:
    """A container of that kind, and with its attributes, that holds these parts; a list for an `array.array`."""
    if isinstance(nest, dict):
        if type(nest) is dict:
            return dict(zip(nest, parts, strict=True))
        made = copy.copy(nest)
        made.update(zip(nest, parts, strict=True))
        return made
    if isinstance(nest, array):
        return parts
    if hasattr(type(nest), "__dataclass_fields__"):
        made = copy.copy(nest)
        for name, part in zip(type(nest).__dataclass_fields__, parts, strict=True):
            object.__setattr__(made, name, part)  # also where it is frozen
        return made
    made = type(nest)(*parts) if hasattr(nest, "_fields") else type(nest)(parts)
    if attributes := getattr(nest, "__dict__", None):
        made.__dict__.update(attributes)
    return made


def flat(nest: Any) -> Iterator[Any]:
    """The numbers of a nest, in order; a dict's in the order of its keys."""
    if type(nest) is float:  # the most frequent first
        yield nest
    elif (parts := contents_of(nest)) is not None:
        for part in parts:
            if type(part) is float:
                yield part
            else:
                yield from flat(part)
    elif is_array(nest):
        if nest.dtype.hasobject:  # Values, or what holds some
            for part in nest.ravel().tolist():
                yield from flat(part)
        else:
            yield from nest.ravel().tolist()
    else:
        yield nest


def flat_as(like: Any, nest: Any) -> Iterator[Any]:
    """The numbers of a nest in the order that `like` has them in: of dicts, that which belongs to each of its keys.

    Raises:
        ValueError: if they are not nested alike.
    """
    like, nest = (thing.tolist() if is_array(thing) else thing for thing in (like, nest))
    parts, others = contents_of(like), contents_of(nest)
    if isinstance(like, dict) and isinstance(nest, dict) and like.keys() == nest.keys():
        parts, others = like.values(), [nest[key] for key in like]
    elif isinstance(like, dict) or isinstance(nest, dict) or (parts is None) != (others is None):
        raise ValueError(f"{nest!r} is not nested like {like!r}")
    if parts is None:
        yield nest
    elif len(parts) != len(others):
        raise ValueError(f"{nest!r} is not nested like {like!r}")
    else:
        for part, other in zip(parts, others, strict=True):
            yield from flat_as(part, other)


def nested_like(nest: Any, numbers: Iterator[Any]) -> Any:
    """The next numbers in the nesting of `nest`."""
    if type(nest) is float:
        return next(numbers)
    if (parts := contents_of(nest)) is not None:
        return container_like(
            nest, [next(numbers) if type(part) is float else nested_like(part, numbers) for part in parts]
        )
    if is_array(nest):
        if nest.dtype.hasobject:
            return array_of([nested_like(part, numbers) for part in nest.ravel().tolist()], nest.shape)
        return array_of([next(numbers) for _ in range(nest.size)], nest.shape)
    return next(numbers)


def array_of(items: list[Any], shape: tuple[int, ...]) -> Any:
    """A NumPy array of floats, of Values, or of the arrays that stand for each number."""
    import numpy as np

    if items and is_array(items[0]):
        return np.stack(items).reshape(shape + items[0].shape)
    if all(isinstance(item, float) for item in items):
        return np.array(items, dtype=float).reshape(shape)
    made = np.empty(len(items), dtype=object)
    for place, item in enumerate(items):  # each as it is, also a list
        made[place] = item
    return made.reshape(shape)
