"""Whether a program has altered what it shares with the next one: names of modules, of their classes, and tables."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from autograd.eager import Method, compiled

SHARED = ("autograd", "graphviz", "asked", "said", "builtins", "math", "cmath", "operator", "functools", "itertools")

PYTHONS = ("__warningregistry__", "__annotations_cache__", "__slotnames__")  # which it leaves in modules and classes

#: What stands in a module or a class, by its name; of a table, what it holds.
Picture = dict[str, dict[str, Any]]


def picture() -> Picture:
    """What there is now."""
    return {name: dict(inside) for name, inside in insides()}


def altered(before: Picture) -> list[str]:
    """The names that stand for something else than before, or are new."""
    missing = object()
    return [
        f"{name}.{key}"
        for name, inside in insides()
        if name in before
        for key in {**before[name], **inside}
        if inside.get(key, missing) is not before[name].get(key, missing)
        and not by_itself(key, before[name].get(key), inside.get(key))
    ]


def by_itself(key: str, before: Any, now: Any) -> bool:
    """Whether that comes of use: a module imported, a method of the engine written when it was first called."""
    written = isinstance(before, Method) and before.entry is not None and now is compiled(before.entry)
    return written or isinstance(now, ModuleType) or key in PYTHONS


def insides() -> Iterator[tuple[str, dict[str, Any]]]:
    """The names of shared modules with what they stand for; so for their classes, and their tables."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in SHARED:
            continue
        inside = vars(module)
        yield name, inside
        for key, thing in list(inside.items()):
            if isinstance(thing, type) and thing.__module__ == name:
                yield f"{name}.{key}", dict(vars(thing))
            elif isinstance(thing, dict) and key.isupper():
                yield f"{name}.{key}", {str(entry): value for entry, value in thing.items()}
