"""What names in code stand for: a thing counts once some code that can run has its name.

Members of classes, attributes and what is in modules are many, and most are never read. `NamesRead` keeps them until
their name occurs. A text that the code can reach counts as a name, too: it may be given to `getattr`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

from autograd.code_names import reads_everything
from autograd.insides import is_code
from autograd.libraries import is_library, is_of_the_project

#: What of a class is code.
MEMBERS = (FunctionType, property, staticmethod, classmethod)

#: What runs when an object is made, and so where the name of its class stands.
MAKING = {"__init__", "__new__", "__post_init__"}

#: What a class says of itself, the names of its attributes among it, which are read by name elsewhere.
ABOUT_THE_CLASS = {
    *("__annotations__", "__static_attributes__", "__match_args__", "__slots__", "__firstlineno__", "__doc__"),
    *("__dataclass_fields__", "__dataclass_params__", "__module__", "__qualname__", "__dict__", "__weakref__"),
}

Named = tuple[str, Any]  # a thing, and what the user's code calls it


class NamesRead:
    """The words in the code that can run, and what they lead to.

    Attributes:
        words: that occur in the code.
        reads_everything: whether by the words any attribute may be read.
        unread: members and attributes whose names do not occur, so far.
        modules: of which names only those count that some code has: what the user's code calls each, and it.
        scopes: by id: a prefix, the scope, the names that were found in it, and those that were looked for.
    """

    def __init__(self) -> None:
        self.words: set[str] = set()
        self.reads_everything = False
        self.unread: dict[str, list[Named]] = {}
        self.modules: list[tuple[str, ModuleType]] = []
        self.scopes: dict[int, tuple[str, dict[str, Any], set[str], set[str]]] = {}

    def read(self, words: set[str] | frozenset[str]) -> Iterator[Named]:
        """What further words lead to."""
        if not words:
            return
        self.words |= words
        self.reads_everything = reads_everything(self.words)
        for word in sorted(self.unread if self.reads_everything else words & self.unread.keys()):
            yield from self.unread.pop(word)
        for name, module in self.modules:
            yield from self.look_in(name, module, words)

    def members(self, name: str, kind: type) -> Iterator[Named]:
        """What is in a class; of its methods and properties only those that some code names, or Python itself calls."""
        for attribute, part in vars(kind).items():
            if attribute in ABOUT_THE_CLASS:
                continue
            named = (f"{name}.{attribute}", part)
            if attribute in MAKING:
                for word in (kind.__name__, "type", "__class__"):
                    yield from self.if_read(word, named)
            elif (attribute.startswith("__") or not isinstance(part, MEMBERS)) and not isinstance(part, str):
                yield named
            else:
                yield from self.if_read(attribute, named)

    def if_read(self, word: str, named: Named) -> Iterator[Named]:
        """The thing now, or once some code has that word."""
        if word in self.words or self.reads_everything:
            yield named
        else:
            self.unread.setdefault(word, []).append(named)

    def look_in(self, name: str, module: ModuleType, words: set[str] | frozenset[str]) -> Iterator[Named]:
        """What a module has under these words; a library's, what is neither its code nor its submodules."""
        if not is_library(module.__name__):
            self.scope_of(vars(module), f"{name}.")[3].update(words)
            found = vars(module).keys() if self.reads_everything else {*words, "__getattr__"}
            yield from self.look_up(found, vars(module), f"{name}.")
        elif module is sys and "modules" in words:
            yield f"{name}.modules", sys.modules
        elif not is_of_the_project(module.__name__):
            found = {word for word in words & vars(module).keys() if not is_code(vars(module)[word])}
            yield from self.look_up(found, vars(module), f"{name}.")

    def look_up(self, names: Any, scope: dict[str, Any], prefix: str = "") -> Iterator[Named]:
        """Those of the names that a module has."""
        found = sorted(scope.keys() & names)
        self.scope_of(scope, prefix)[2].update(found)
        yield from ((prefix + name, scope[name]) for name in found)

    def scope_of(self, scope: dict[str, Any], prefix: str = "") -> tuple[str, dict[str, Any], set[str], set[str]]:
        return self.scopes.setdefault(id(scope), (prefix, scope, set(), set()))
