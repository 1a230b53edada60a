"""What is inside of one thing, by its kind, and how it is told that it has changed."""

from __future__ import annotations

import io
import operator
import os
import pickle
import sys
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Set
from contextvars import ContextVar
from functools import cached_property, partial, partialmethod, singledispatchmethod
from types import CodeType, FunctionType, MappingProxyType, MethodType, ModuleType
from typing import Any

#: Numbers, names and the like: nothing is inside them, and one may stand for an equal one.
ATOMS = (type(None), bool, int, float, complex, str, bytes, range, slice, CodeType)

#: Of a dict's own contents.
VIEWS = (type(vars(io).keys()), type(vars(io).values()), type(vars(io).items()))

GONE = object()

Look = Callable[[Any], Any]


def passes_on_to(thing: Any) -> tuple[Any, ...] | None:
    """What a thing stands for that only passes calls on; None for any other thing."""
    if isinstance(thing, MethodType):
        return thing.__self__, thing.__func__
    if isinstance(thing, partial | partialmethod):
        return thing.func, thing.args, thing.keywords
    if isinstance(thing, staticmethod | classmethod):
        return (thing.__func__,)
    if isinstance(thing, property):
        return (thing.fget,)
    if isinstance(thing, cached_property | singledispatchmethod):
        return (thing.func,)
    if isinstance(thing, operator.attrgetter | operator.itemgetter | operator.methodcaller):
        return tuple(thing.__reduce__()[1:])
    if isinstance(thing, VIEWS):
        return (thing.mapping,)
    if thing is os.getenv:
        return (os.environ,)
    if isinstance(thing, weakref.ref):
        return (thing(),)
    if isinstance(thing, weakref.ProxyTypes):
        return (thing.__repr__.__self__,)
    return None


def is_read_once(thing: Any) -> bool:
    """Whether it gives something else each time it is read: an iterator of Python's own, or a file."""
    kind = type(thing)
    if thing is sys.stdout or thing is sys.stderr:
        return False  # what is written there is not read again
    return isinstance(thing, io.IOBase) or (kind.__module__ in ("builtins", "itertools") and hasattr(kind, "__next__"))


def ways_to_look(thing: Any) -> Iterator[Look]:
    """How the content of a library's object can be looked at; no way, if it never changes or cannot be told.

    What is told apart by its content is taken for one that never changes (dates, paths, decimal numbers), as is code.
    """
    own_hash: Any = type(thing).__hash__
    by_content = own_hash is not None and own_hash is not object.__hash__
    if can(content_of_buffer, thing):
        yield content_of_buffer
    elif not (by_content or callable(thing)) and can(content_of_pickle, thing):
        yield content_of_pickle


def can(look: Look, thing: Any) -> bool:
    """Whether a thing can be looked at that way."""
    try:
        look(thing)
    except Exception:
        return False  # a buffer that it has not, or a pickle that fails in a library's own way
    return True


def content_of_array(numbers: Any) -> Any:
    return numbers.shape, numbers.dtype, numbers.tobytes()


def content_of_buffer(thing: Any) -> bytes:
    return bytes(memoryview(thing))


def content_of_pickle(thing: Any) -> bytes:
    return pickle.dumps(thing)


def content_of_variable(variable: ContextVar[Any]) -> Any:
    return told_apart(variable.get(GONE))


def content_of_modules(thing: Any) -> Any:
    return tuple(thing.values())


def attributes_of(thing: Any) -> Any:
    """The dict of its attributes; an object that makes up attributes may have something else in its place."""
    found = getattr(thing, "__dict__", None)
    return found if isinstance(found, dict | MappingProxyType) else {}


def content_of_mapping(mapping: Mapping[Any, Any]) -> Any:
    return [(key, told_apart(thing)) for key, thing in mapping.items()]


def content_of_set(things: Set[Any]) -> Any:
    return frozenset(map(told_apart, things))


def content_of_local(thing: threading.local) -> Any:
    return {key: told_apart(part) for key, part in vars(thing).items()}


def told_apart(thing: Any) -> Any:
    """Something that is equal for the same thing, or for an equal number or name, and for nothing else."""
    return (type(thing), repr(thing)) if isinstance(thing, ATOMS) else Same(thing)


class Same:
    """A thing as it is told apart: it is the same as itself and nothing else, and stays alive, so that no other takes
    its id."""

    def __init__(self, thing: Any) -> None:
        self.thing = thing

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.thing is self.thing

    def __hash__(self) -> int:
        return id(self.thing)


def slots_of(kind: type) -> tuple[str, ...]:
    """The names of the attributes that have a slot, as they are written outside of the class."""
    found = []
    for base in kind.__mro__:
        slots = vars(base).get("__slots__", ())
        for slot in (slots,) if isinstance(slots, str) else slots:
            private = slot.startswith("__") and not slot.endswith("__")
            found.append(f"_{base.__name__.lstrip('_')}{slot}" if private else slot)
    return tuple(slot for slot in found if slot not in ("__dict__", "__weakref__"))


def in_slots(slots: tuple[str, ...], thing: Any) -> tuple[Any, ...]:
    return tuple([getattr(thing, slot, GONE) for slot in slots])


def closed_over(cell: Any) -> tuple[Any, ...]:
    """What a function's variable holds."""
    try:
        return (cell.cell_contents,) * 2
    except ValueError:
        return (GONE,) * 2


def is_code(thing: Any) -> bool:
    return isinstance(thing, ModuleType) or (callable(thing) and passes_on_to(thing) is None)


def is_model(kind: type) -> bool:
    """Whether things of that kind have `parameters()`."""
    return isinstance(getattr(kind, "parameters", None), FunctionType)
