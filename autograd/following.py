"""What code can reach besides its arguments: globals, closures, attributes, and what is inside them.

`Following` starts from some roots and follows the names in their code to the things that they stand for, through
functions, methods, objects and containers. What it finds is kept by how it can be looked at again.

What cannot be followed: the clock, files, and what lies inside objects of other libraries. The code of the standard
library, of installed packages and of this one is taken for unchanging.
"""

from __future__ import annotations

import random
import sys
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from functools import cache, partial
from operator import attrgetter, itemgetter
from types import BuiltinMethodType, CodeType, FunctionType, MappingProxyType, MethodType, ModuleType
from typing import Any

from autograd.nesting import is_array
from autograd.recording import is_users
from autograd.value import Value

#: Numbers, names and the like: nothing is inside them, and one may stand for an equal one.
ATOMS = (type(None), bool, int, float, complex, str, bytes, range, slice, CodeType)

#: What of a class is code.
MEMBERS = (FunctionType, property, staticmethod, classmethod)

#: What a function is.
CODE = attrgetter("__code__", "__defaults__", "__kwdefaults__")

#: What runs when an object is made, and so where the name of its class stands.
MAKING = {"__init__", "__new__", "__post_init__"}

#: Words by which code may read any attribute.
EVERYTHING = {"vars", "__dict__"}

#: Of these modules' kinds an object is nothing but its attributes.
PLAIN_MODULES = ("types", "argparse", "collections")

#: This project's packages.
PROJECT = ("autograd", "nn")

Named = tuple[str, Any]  # a thing, and what the user's code calls it
Lookup = Callable[[Any], tuple[Any, ...]]


class Following:
    """All that can be reached from some roots.

    Args:
        roots: functions, models, or anything that holds some.

    Attributes:
        holders: containers that may change, objects' attributes among them.
        names: of each.
        lookups: of names, in what has no such view.
        arrays: whose numbers may change in place.
        values: the Values.
        sources: of random numbers: a name, and what gives the state.
        iterators: what gives something else each time it is read, by name.
        words: that occur in the code.
        attributes: which of the holders (their ids) are the attributes of objects.
    """

    def __init__(self, roots: tuple[Any, ...]) -> None:
        self.holders: list[Any] = []
        self.names: list[str] = []
        self.lookups: list[tuple[tuple[str, ...], Lookup, Any]] = []
        self.arrays: list[Named] = []
        self.values: list[tuple[str, Value]] = []
        self.sources: list[tuple[str, Callable[[], Any]]] = []
        self.iterators: list[str] = []
        self.words: set[str] = set()
        self.attributes: set[int] = set()
        self.unread: dict[str, list[Named]] = {}  # members and attributes whose names do not occur, so far
        self.modules: list[tuple[str, ModuleType]] = []  # the user's
        self.follow(roots)

    def follow(self, roots: tuple[Any, ...]) -> None:
        """Visit everything, what is near first."""
        seen: dict[int, Any] = {}
        waiting: deque[Named] = deque(("", root) for root in roots)
        while waiting:
            name, thing = waiting.popleft()
            if id(thing) not in seen and not isinstance(thing, ATOMS):
                seen[id(thing)] = thing
                if isinstance(thing, Value):
                    self.values.append((name, thing))
                else:
                    waiting.extend(self.visit(name, thing))
        self.source("the module random", random.getstate)
        if (numpy := sys.modules.get("numpy")) is not None:
            self.source("numpy.random", lambda: numpy.random.get_state(legacy=False))

    def visit(self, name: str, thing: Any) -> Iterator[Named]:
        """Note what is to be compared of a thing; what is to be visited next."""
        if isinstance(thing, FunctionType):
            yield from self.visit_function(name, thing)
        elif isinstance(thing, MethodType):
            yield from ((name, thing.__self__), (name, thing.__func__))
        elif isinstance(thing, partial):
            yield from ((name, thing.func), (name, thing.args), (name, thing.keywords))
        elif isinstance(thing, staticmethod | classmethod | property):
            yield name, thing.fget if isinstance(thing, property) else thing.__func__
        elif isinstance(thing, dict | MappingProxyType):
            self.hold(name, thing)
            self.lookups.append(((name,), tuple, thing))  # the order of its keys
            yield from ((f"{name}[{key!r}]", part) for key, part in thing.items())
            yield from self.visit_subclass(name, thing)
        elif isinstance(thing, list | tuple | deque | set | frozenset):
            if not isinstance(thing, tuple | frozenset):
                self.hold(name, thing)
            yield from ((f"{name}[{number}]", part) for number, part in enumerate(thing))
            yield from self.visit_subclass(name, thing)
        elif isinstance(thing, array | bytearray | memoryview):
            self.arrays.append((name, thing))
        elif isinstance(thing, BuiltinMethodType) and not isinstance(thing.__self__, ModuleType):
            yield name, thing.__self__
        elif isinstance(thing, random.SystemRandom):
            self.iterators.append(name)
        elif isinstance(thing, random.Random):
            self.source(name, thing.getstate)
        elif is_array(thing):
            self.arrays.append((name, thing))
            yield name, thing.ravel().tolist() if thing.dtype.hasobject else None
        elif hasattr(type(thing), "bit_generator"):
            self.source(name, lambda: thing.bit_generator.state)
        elif hasattr(type(thing), "get_state") and is_library(type(thing).__module__):
            self.source(name, thing.get_state)
        elif isinstance(thing, type):
            if not is_library(thing.__module__):
                self.hold(name, vars(thing))
                yield from self.members(name, thing)
                yield from ((name, base) for base in thing.__bases__)
        elif type(thing).__module__ in ("builtins", "itertools") and hasattr(thing, "__next__"):
            self.iterators.append(name)
        elif not isinstance(thing, ModuleType):
            yield from self.visit_object(name, thing)
        elif not is_library(thing.__name__):  # of its names only those count that a function reads
            self.modules.append((name, thing))
            yield from self.look_up(self.words, vars(thing), f"{name}.")

    def visit_function(self, name: str, function: FunctionType) -> Iterator[Named]:
        """The globals that it names, what it closes over, its defaults and its own attributes."""
        for variable, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            self.lookups.append(((variable,), closed_over, cell))
            yield variable, closed_over(cell)[0]
        if is_library(function.__globals__.get("__name__")):
            return
        names = words_of_code(function.__code__)
        yield from self.read(names - self.words)
        yield from self.look_up(names, function.__globals__)
        self.lookups.append(((f"the code or the defaults of {name or 'the function'}",) * 3, CODE, function))
        yield from ((name, part) for part in (function.__defaults__, function.__kwdefaults__, vars(function)) if part)

    def read(self, words: set[str]) -> Iterator[Named]:
        """What further words lead to."""
        self.words |= words
        for word in sorted(self.unread if words & EVERYTHING else words & self.unread.keys()):
            yield from self.unread.pop(word)
        for name, module in self.modules:
            yield from self.look_up(words, vars(module), f"{name}.")

    def members(self, name: str, kind: type) -> Iterator[Named]:
        """What is in a class; of its methods and properties only those that some code names, or Python itself calls."""
        for attribute, part in vars(kind).items():
            named = (f"{name}.{attribute}", part)
            if attribute in MAKING:
                yield from self.if_read(kind.__name__, named)
            elif attribute.startswith("__") or not isinstance(part, MEMBERS):
                yield named
            else:
                yield from self.if_read(attribute, named)

    def if_read(self, word: str, named: Named) -> Iterator[Named]:
        """The thing now, or once some code has that word."""
        if word in self.words or self.words & EVERYTHING:
            yield named
        else:
            self.unread.setdefault(word, []).append(named)

    def look_up(self, names: set[str], scope: dict[str, Any], prefix: str = "") -> Iterator[Named]:
        """Those of the names that a module has."""
        if found := sorted(names & scope.keys()):
            self.lookups.append((tuple(prefix + name for name in found), itemgetter(*found, found[0]), scope))
            yield from ((prefix + name, scope[name]) for name in found)

    def visit_object(self, name: str, thing: Any) -> Iterator[Named]:
        """Its attributes, and what the methods of its class read. Of libraries' objects only models, and plain ones."""
        kind = type(thing)
        attributes = getattr(thing, "__dict__", {})
        if "__wrapped__" in attributes:
            yield name, attributes["__wrapped__"]
        if not is_library(kind.__module__) or is_model(kind) or kind.__module__ in PLAIN_MODULES:
            self.hold(name, attributes)
            if not is_library(kind.__module__):
                self.attributes.add(id(attributes))
            for attribute, part in attributes.items():
                found = (f"{name}.{attribute}", part)
                yield from self.if_read(attribute, found) if id(attributes) in self.attributes else (found,)
            if slots := slots_of(thing):
                named = tuple(f"{name}.{slot}" for slot in slots)
                self.lookups.append((named, attrgetter(*slots, slots[0]), thing))
                yield from zip(named, attrgetter(*slots, slots[0])(thing), strict=False)
            yield name, kind

    def visit_subclass(self, name: str, thing: Any) -> Iterator[Named]:
        """What a container of the user's own kind has besides its contents."""
        if not is_library(type(thing).__module__):
            yield from self.visit_object(name, thing)

    def hold(self, name: str, holder: Any) -> None:
        self.holders.append(holder)
        self.names.append(name)

    def source(self, name: str, state: Callable[[], Any]) -> None:
        self.sources.append((name, state))


def slots_of(thing: Any) -> list[str]:
    """The names of the attributes that have a slot and a value, as they are written outside of the class."""
    found = []
    for kind in type(thing).__mro__:
        slots = vars(kind).get("__slots__", ())
        for slot in (slots,) if isinstance(slots, str) else slots:
            private = slot.startswith("__") and not slot.endswith("__")
            found.append(f"_{kind.__name__.lstrip('_')}{slot}" if private else slot)
    return [slot for slot in found if slot not in ("__dict__", "__weakref__") and hasattr(thing, slot)]


def is_model(kind: type) -> bool:
    """Whether things of that kind have `parameters()`."""
    return isinstance(getattr(kind, "parameters", None), FunctionType)


def closed_over(cell: Any) -> tuple[Any, ...]:
    """What a function's variable holds; nothing, if it is not assigned."""
    try:
        return (cell.cell_contents,) * 2
    except ValueError:
        return (None,) * 2


def words_of_code(code: CodeType) -> set[str]:
    """The globals and attributes that code names, also as texts (for getattr), and in functions written inside it."""
    inside = [words_of_code(part) for part in code.co_consts if isinstance(part, CodeType)]
    return set(code.co_names).union((part for part in code.co_consts if isinstance(part, str)), *inside)


@cache
def is_library(module: str | None) -> bool:
    """Whether a module is Python's, an installed package's, or this project's, and will not change."""
    if module is None or module == "__main__":
        return False
    file = getattr(sys.modules.get(module), "__file__", None)
    return module.partition(".")[0] in (*sys.stdlib_module_names, *PROJECT) or not is_users(file or "")
