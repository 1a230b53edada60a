"""What a function reads besides its arguments: to notice that it is no longer the function that was recorded.

A compiled function keeps what it read while it was recorded: a global number, a list that it closes over, an attribute
of its model. `Surroundings` keeps all of that as it was, and says at each call whether anything is not what it was.
That is asked often, so what was found is kept in one row, to be compared by identity.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable
from operator import attrgetter, eq, getitem, is_
from types import MappingProxyType
from typing import Any

from autograd.following import Following, shared_sources
from autograd.insides import ATOMS, GONE
from autograd.value import Value

#: The attributes of an object, which may be replaced as a whole.
ATTRIBUTES = attrgetter("__dict__")

CALLS_TO_TELL_THREADS = 3


class Surroundings(Following):
    """All that can be reached from some roots, as it is now.

    Args:
        roots: functions, models, or anything that holds some.
    """

    def __init__(self, *roots: Any) -> None:
        super().__init__(roots)
        self.states = [repr(state()) for _, state in self.sources]
        self.content = [look(thing) for _, look, thing in self.contents]
        self.things = [thing for _, thing in self.objects]
        self.kinds = list(map(type, self.things))
        self.with_attributes = [named for named in self.objects if hasattr(named[1], "__dict__")]
        self.having = [thing for _, thing in self.with_attributes]
        self.attributes = list(map(ATTRIBUTES, self.having))
        read = [attribute for attribute in ("grad", "label") if attribute in self.words]
        self.of_values = [(f"{name}.{a}", v, attrgetter(a), getattr(v, a)) for name, v in self.values for a in read]
        self.note()

    def expect_imports(self) -> None:
        """Count it as a change if what the code could not import comes to be."""
        self.absent.append((sys.modules, frozenset(self.imports)))

    def note(self) -> None:
        """Keep everything as it is now."""
        self.copies = [copy(holder) for holder in self.holders]
        self.found = [find(place) for _, find, place in self.lookups]
        atoms = [
            (holder, key, thing)
            for holder in self.holders
            if not isinstance(holder, set) and any(map(kind_alike_by_content, kinds_in(holder)))
            for key, thing in (enumerate(holder) if isinstance(holder, list | deque) else holder.items())
            if kind_alike_by_content(type(thing))
        ]
        self.atoms = tuple(zip(*atoms, strict=True)) or ((), (), ())

    def changed(self) -> str:
        """The name of something that is not what it was; "" if all is. To be asked at each call."""
        try:
            if self.is_alike():
                return self.changed_inside() if self.contents or self.of_values else ""
        except (LookupError, ValueError, AttributeError, RuntimeError):
            pass  # something is gone, or cannot be compared: look for it
        if name := self.what_changed():
            return name
        self.note()  # equal numbers, but other ones
        return self.changed_inside()

    def is_alike(self) -> bool:
        """Whether the very same things are in all the same places."""
        for (_, find, place), before in zip(self.lookups, self.found, strict=True):
            if not all(map(is_, find(place), before)):
                return False
        for scope, names in self.absent:
            if not scope.keys().isdisjoint(names):
                return False
        if self.things:
            if list(map(type, self.things)) != self.kinds:
                return False
            if not all(map(is_, map(ATTRIBUTES, self.having), self.attributes)):
                return False
        if not self.holders:
            return True
        # Here a thing is equal to itself before it is asked. As 0.0 == −0.0 and 1 == True, such are asked for, too.
        holders, keys, atoms = self.atoms
        return all(map(eq, self.holders, self.copies)) and all(map(is_, map(getitem, holders, keys), atoms))

    def what_changed(self) -> str:
        """The same, one after the other."""
        for name, holder, before in zip(self.names, self.holders, self.copies, strict=True):
            if isinstance(holder, set):
                alike = holder == before
            elif isinstance(holder, list | deque):
                alike = len(holder) == len(before) and all(map(same, holder, before))
            elif id(holder) in self.read_by_bases and not self.reads_everything:
                words = self.words | self.read_by_bases[id(holder)]
                read = [key for key in (*holder, *before) if key in words]
                alike = all(same(holder.get(key, GONE), before.get(key, GONE)) for key in read)
            else:
                alike = list(holder) == list(before) and all(map(same, holder.values(), before.values()))
            if not alike:
                return name or "an attribute of the function"
        for (names, find, place), before in zip(self.lookups, self.found, strict=True):
            try:
                found = find(place)
            except (LookupError, AttributeError):
                return names[0]
            for name, thing, other in zip(names, found, before, strict=False):
                if not same(thing, other):
                    return name
        for scope, absent in self.absent:
            if appeared := absent & scope.keys():
                return min(appeared)
        for (name, thing), kind in zip(self.objects, self.kinds, strict=True):
            if type(thing) is not kind:
                return f"the class of {name}"
        pairs = zip(self.with_attributes, self.attributes, strict=True)
        return next((f"{name}.__dict__" for (name, thing), own in pairs if ATTRIBUTES(thing) is not own), "")

    def changed_inside(self) -> str:
        """The name of an array, a gradient or a label that has changed."""
        for (name, look, thing), before in zip(self.contents, self.content, strict=True):
            if look(thing) != before:
                return name
        return next((name for name, v, look, before in self.of_values if not same(look(v), before)), "")

    def plain_things(self) -> dict[str, str]:
        """The numbers and names among all of that, but for those of the roots: in print, by what they are called."""
        found: dict[str, Any] = {}
        for (names, _, _), things in zip(self.lookups, self.found, strict=True):
            found.update(zip(names, things, strict=False))
        for name, holder, before in zip(self.names, self.holders, self.copies, strict=True):
            if isinstance(holder, list | deque):
                found.update((f"{name}[{place}]", thing) for place, thing in enumerate(before))
            elif isinstance(holder, MappingProxyType) or id(holder) in self.read_by_bases:
                read = before.keys() & self.words
                found.update((f"{name}.{attribute}", before[attribute]) for attribute in read)
            elif isinstance(holder, dict):
                found.update((f"{name}[{key!r}]", thing) for key, thing in before.items())
        told = (int, float, complex, str, bytes)
        return {
            name: repr(thing)
            for name, thing in sorted(found.items())
            if isinstance(thing, told) and name.isprintable() and not name.startswith((".", "[", "__"))
        }

    def drawn_from(self, again: Callable[[], object]) -> str:
        """The name of a source of random numbers that was used.

        Another thread may have used one of those that all share. So where there are others, what counts is what happens
        each time; then the sources give what they would have given without that.

        Args:
            again: does once more what may have used it.
        """
        shared = shared_sources()
        reached = [state() for _, state, _ in shared]
        for _ in range(CALLS_TO_TELL_THREADS):
            name = self.moved()
            if name not in [source for source, _, _ in shared] or threading.active_count() == 1:
                return name
            self.states = [repr(state()) for _, state in self.sources]
            again()
        if name := self.moved():
            for (_, _, put_back), state in zip(shared, reached, strict=True):
                put_back(state)
        return name

    def moved(self) -> str:
        """The name of a source of random numbers that is not where it was."""
        return next((s[0] for s, before in zip(self.sources, self.states, strict=True) if repr(s[1]()) != before), "")


def copy(holder: Any) -> Any:
    """A container of the same things, of the plain kind."""
    if isinstance(holder, dict | MappingProxyType):
        return dict(holder)
    return next(kind for kind in (list, deque, set) if isinstance(holder, kind))(holder)


def same(a: Any, b: Any) -> bool:
    """Whether one thing may stand for the other."""
    return a is b or (type(a) is type(b) and isinstance(a, ATOMS) and repr(a) == repr(b))


def kinds_in(holder: Any) -> set[type]:
    """The types of what is in a container."""
    return set(map(type, holder if isinstance(holder, list | deque) else holder.values()))


def kind_alike_by_content(kind: type) -> bool:
    """Whether things of that type may be equal to others."""
    own: Any = kind.__eq__
    return own is not object.__eq__ and not issubclass(kind, Value)
