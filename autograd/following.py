"""What code can reach besides its arguments: globals, closures, attributes, and what is inside them.

`Following` starts from some roots and follows the names in their code to the things that they stand for, through
functions, methods, objects and containers. What is found is kept by how it can be looked at again.

The code of the standard library, of installed packages and of this one is taken for unchanging; an object of theirs is
what its pickle says. What has none (a lock, a connection) cannot be followed.
"""

from __future__ import annotations

import builtins
import random
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Set
from contextvars import ContextVar
from functools import partial
from operator import attrgetter, itemgetter
from types import BuiltinMethodType, FunctionType, MappingProxyType, ModuleType
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from autograd.code_names import CodeNames, names_of_code, words_of_text
from autograd.insides import (
    ATOMS,
    Look,
    attributes_of,
    can,
    closed_over,
    content_of_array,
    content_of_buffer,
    content_of_local,
    content_of_mapping,
    content_of_modules,
    content_of_set,
    content_of_variable,
    in_slots,
    is_model,
    is_read_once,
    passes_on_to,
    slots_of,
    ways_to_look,
)
from autograd.libraries import is_library, is_of_the_project, words_of_bases
from autograd.names_read import MAKING, Named, NamesRead
from autograd.nesting import is_array
from autograd.value import Value

#: What a function is, and a class.
CODE = attrgetter("__code__", "__defaults__", "__kwdefaults__")
PARTIAL = attrgetter("func", "args", "keywords")
BASES = attrgetter("__mro__", "__mro__")

#: Of these modules' kinds an object is nothing but its attributes.
PLAIN_MODULES = ("types", "argparse", "collections")

Lookup = Callable[[Any], tuple[Any, ...]]


def shared_sources() -> list[tuple[str, Callable[[], Any], Callable[[Any], None]]]:
    """The sources of random numbers that all code shares: their names, what gives their state, and what sets it."""
    found: list[tuple[str, Callable[[], Any], Callable[[Any], None]]] = [
        ("the module random", random.getstate, random.setstate)
    ]
    if (numpy := sys.modules.get("numpy")) is not None:
        found.append(("numpy.random", lambda: numpy.random.get_state(legacy=False), numpy.random.set_state))
    return found


class KindOf(NamedTuple):
    """The class of an object that was reached, which is not made anew."""

    kind: type


class Following(NamesRead):
    """All that can be reached from some roots.

    Args:
        roots: functions, models, or anything that holds some.

    Attributes:
        holders: containers that may change, objects' attributes among them.
        names: of each.
        lookups: of names, in what has no such view.
        contents: what is looked at by a function of its own: a name, the function, the thing.
        absent: scopes, and the names that code looks for in them, but does not find.
        objects: whose kind may be set.
        values: the Values.
        sources: of random numbers: a name, and what gives the state.
        live: what gives something else each time it is read, by name.
        words_of_wrappers: those in the code of libraries that has been put around the user's.
        read_by_bases: which of the holders (their ids) are the attributes of objects, of which those count that code
            names; and those besides that the classes of libraries name from which theirs are derived.
        imports: the modules that code imports, but that are not there yet.
    """

    def __init__(self, roots: tuple[Any, ...]) -> None:
        super().__init__()
        self.holders: list[Any] = []
        self.names: list[str] = []
        self.lookups: list[tuple[tuple[str, ...], Lookup, Any]] = []
        self.contents: list[tuple[str, Look, Any]] = []
        self.objects: list[Named] = []
        self.values: list[tuple[str, Value]] = []
        self.sources: list[tuple[str, Callable[[], Any]]] = []
        self.live: list[str] = []
        self.words_of_wrappers: set[str] = set()
        self.read_by_bases: dict[int, frozenset[str]] = {}
        self.imports: set[str] = set()
        self.kinds_seen: set[type] = set()
        self.follow(roots)

    def follow(self, roots: tuple[Any, ...]) -> None:
        """Visit everything, what is near first."""
        seen: dict[int, Any] = {}
        waiting: deque[Named] = deque(("", root) for root in roots)
        while waiting:
            name, thing = waiting.popleft()
            if isinstance(thing, str):
                waiting.extend(self.read(words_of_text(thing) - self.words))
            elif id(thing) not in seen and not isinstance(thing, ATOMS):
                seen[id(thing)] = thing
                if isinstance(thing, Value):
                    self.values.append((name, thing))
                else:
                    waiting.extend(self.visit(name, thing))
        for prefix, scope, found, _ in self.scopes.values():
            if names := sorted(found):
                self.lookups.append((tuple(prefix + name for name in names), itemgetter(*names, names[0]), scope))
        self.absent = [
            (scope, frozenset(sought - scope.keys()))
            for _, scope, _, sought in self.scopes.values()
            if sought - scope.keys()
        ]
        self.sources += [(name, state) for name, state, _ in shared_sources()]

    # ── By kind ─────────────────────────────────────────────────────────────────────────────────────────────

    def visit(self, name: str, thing: Any) -> Iterator[Named]:
        """Note what is to be compared of a thing; what is to be visited next."""
        if isinstance(thing, partial):
            self.lookups.append(((name,) * 3, PARTIAL, thing))
        if (parts := passes_on_to(thing)) is not None:
            yield from ((name, part) for part in parts)
        elif isinstance(thing, FunctionType):
            yield from self.visit_function(name, thing)
        elif isinstance(thing, ModuleType):
            yield from self.visit_module(name, thing)
        elif isinstance(thing, type | KindOf):
            yield from self.visit_class(name, thing)
        elif isinstance(thing, set | frozenset) or (isinstance(thing, Set) and is_library(type(thing).__module__)):
            self.contents.append((name, content_of_set, thing))
            yield from ((f"{name}[…]", part) for part in thing)
            if not is_library(type(thing).__module__):
                yield from self.visit_object(name, thing)
        elif thing is sys.modules:  # of which any name may be put together
            self.contents.append((name, content_of_modules, thing))
            yield from ((key, part) for key, part in list(thing.items()) if not is_library(key))
        elif isinstance(thing, dict | MappingProxyType | list | tuple | deque):
            yield from self.visit_container(name, thing)
        elif isinstance(thing, BuiltinMethodType):
            if not isinstance(thing.__self__, ModuleType):
                yield name, thing.__self__
        elif isinstance(thing, random.SystemRandom) or is_read_once(thing):
            self.live.append(name)
        elif isinstance(thing, random.Random):
            self.sources.append((name, thing.getstate))
        elif is_array(thing):
            self.contents.append((name, content_of_array, thing))
            if thing.dtype.hasobject:
                yield name, thing.ravel().tolist()
        elif hasattr(type(thing), "bit_generator"):
            self.sources.append((name, lambda: thing.bit_generator.state))
        elif hasattr(type(thing), "get_state") and is_library(type(thing).__module__):
            self.sources.append((name, thing.get_state))
        elif isinstance(thing, ContextVar):
            self.contents.append((name, content_of_variable, thing))
            yield name, thing.get(None)
        elif isinstance(thing, Mapping) and is_library(type(thing).__module__):
            self.contents.append((name, content_of_mapping, thing))
            yield from ((f"{name}[{key!r}]", part) for key, part in thing.items())
        else:
            yield from self.visit_object(name, thing)

    def visit_function(self, name: str, function: FunctionType) -> Iterator[Named]:
        """The globals that it names, what it closes over, its defaults and its own attributes."""
        module = function.__globals__.get("__name__") or ""
        for variable, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            self.lookups.append(((variable,), closed_over, cell))
            held = closed_over(cell)[0]
            if not (is_library(module) and isinstance(held, WeakKeyDictionary)):  # its cache
                yield variable, held
        if is_library(module):
            if function.__closure__ and not is_of_the_project(module):
                self.words_of_wrappers |= names_of_code(function.__code__).words
            return
        names = names_of_code(function.__code__)
        yield from self.read(names.words - self.words)
        yield from self.look_up(names.words, function.__globals__)
        self.scope_of(function.__globals__)[3].update(names.variables)
        yield from self.look_up(names.variables - function.__globals__.keys(), vars(builtins))
        yield from self.imported(names, function)
        self.lookups.append(((f"the code or the defaults of {name or 'the function'}",) * 3, CODE, function))
        yield from ((name, part) for part in (function.__defaults__, function.__kwdefaults__) if part)
        yield from self.visit_attributes(name, function)
        yield from self.if_read("__annotations__", (f"{name}.__annotations__", function.__annotations__))

    def imported(self, names: CodeNames, function: FunctionType) -> Iterator[Named]:
        """The modules that a function imports when it runs."""
        for module in names.imported(function.__globals__.get("__package__") or ""):
            if module in sys.modules:
                yield from self.look_up({module}, sys.modules)
            else:
                self.imports.add(module)

    def visit_module(self, name: str, module: ModuleType) -> Iterator[Named]:
        """Of its names only those count that some code has."""
        self.modules.append((name, module))
        yield from self.look_in(name, module, self.words)

    def visit_class(self, name: str, given: type | KindOf) -> Iterator[Named]:
        """What is in a class, and in those that it is derived from."""
        kind = given.kind if isinstance(given, KindOf) else given
        if is_library(kind.__module__):
            return
        if kind not in self.kinds_seen:
            self.kinds_seen.add(kind)
            self.hold(name, vars(kind))
            self.lookups.append(((name, name), BASES, kind))
            yield from self.members(name, kind)
            yield name, KindOf(type(kind))
        if given is kind:  # which may be called, to make an object
            yield from ((f"{name}.{making}", vars(kind)[making]) for making in sorted(MAKING & vars(kind).keys()))
        yield from ((name, base if given is kind else KindOf(base)) for base in kind.__bases__)

    def visit_container(self, name: str, thing: Any) -> Iterator[Named]:
        if not isinstance(thing, tuple):
            self.hold(name, thing)
        if isinstance(thing, dict | MappingProxyType):
            self.lookups.append(((name,), tuple, thing))  # the order of its keys
            yield from ((f"{name}[{key!r}]", part) for key, part in thing.items())
            yield from ((name, key) for key in thing)
        else:
            yield from ((f"{name}[{number}]", part) for number, part in enumerate(thing))
        if not is_library(type(thing).__module__):  # what a kind of the user's own has besides its contents
            yield from self.visit_object(name, thing)

    def visit_object(self, name: str, thing: Any) -> Iterator[Named]:
        """Its attributes, and what the methods of its class read. A library's object that is no model: its pickle."""
        kind = type(thing)
        attributes = attributes_of(thing)
        if "__wrapped__" in attributes:
            yield name, attributes["__wrapped__"]
        if isinstance(thing, threading.local):
            self.contents.append((name, content_of_local, thing))
            yield from ((f"{name}.{attribute}", part) for attribute, part in attributes.items())
        elif not is_library(kind.__module__):
            self.objects.append((name, thing))
            if can(content_of_buffer, thing):  # derived from an array of Python's, or of C
                self.contents.append((name, content_of_buffer, thing))
            yield from self.visit_attributes(name, thing)
            yield from self.visit_slots(name, thing)
        elif is_model(kind) or kind.__module__ in PLAIN_MODULES:
            self.hold(name, attributes)
            yield from ((f"{name}.{attribute}", part) for attribute, part in attributes.items())
        elif "__wrapped__" not in attributes:
            self.contents.extend((name, look, thing) for look in ways_to_look(thing))
        yield name, KindOf(kind)

    def visit_attributes(self, name: str, thing: Any) -> Iterator[Named]:
        """Those that some code names, the user's or that of a library's class from which the thing's own is derived."""
        attributes = attributes_of(thing)
        kind: Any = type(thing)
        self.hold(name, attributes)
        self.read_by_bases[id(attributes)] = read = words_of_bases(kind)
        for attribute, part in attributes.items():
            found = (f"{name}.{attribute}", part)
            yield from (found,) if attribute in read else self.if_read(attribute, found)

    def visit_slots(self, name: str, thing: Any) -> Iterator[Named]:
        if slots := slots_of(type(thing)):
            named = tuple(f"{name}.{slot}" for slot in slots)
            self.lookups.append((named, partial(in_slots, slots), thing))
            yield from zip(named, in_slots(slots, thing), strict=True)

    def hold(self, name: str, holder: Any) -> None:
        self.holders.append(holder)
        self.names.append(name)
