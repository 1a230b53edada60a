"""Arguments of a compiled function: nested lists, tuples, dicts and arrays of numbers, read into flat arrays.

Rectangular lists and arrays are read at once by NumPy; what is irregular is walked. The structure that is found
(nesting, keys and shapes, but no number) is what a program is kept under.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from inspect import signature, unwrap
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.insides import ATOMS, Same, told_apart
from autograd.libraries import is_library
from autograd.nesting import container_like, contents_of, flat, is_array, is_plain_dataclass, nested_like
from autograd.recording import TraceError
from autograd.value import Value, as_number

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass
class Reading:
    """What was found in the arguments.

    Attributes:
        pieces: the numbers, one flat array for each rectangular part.
        values: the Values among them: position in the flat order → Value.
        static: what is neither (text, None, truth values, objects), kept as it is.
        kinds: the user's own kinds of containers among them, whose methods may be called.
        attributes: what such containers have besides what they hold, to be told apart by.
    """

    pieces: list[NDArray[np.float64]] = field(default_factory=list)
    values: dict[int, Value] = field(default_factory=dict)
    static: list[Any] = field(default_factory=list)
    kinds: list[type] = field(default_factory=list)
    attributes: list[Hashable] = field(default_factory=list)
    count: int = 0

    def add(self, piece: NDArray[np.float64]) -> None:
        self.pieces.append(piece)
        self.count += piece.size

    def read(self, nest: Any) -> Hashable:
        """Read a nest, and say what its structure is."""
        if type(nest) is np.ndarray or is_array(nest):
            return self.read_array(nest)
        if isinstance(nest, (list, tuple)):
            return self.read_list(nest)
        if isinstance(nest, dict):
            if type(nest) is not dict:
                self.read_own(nest)
            return ("dict", *((type(key), key, self.read(value)) for key, value in nest.items()))  # 1, 1.0, True: three
        if isinstance(nest, Value):
            self.values[self.count] = nest
            self.add(np.array([nest._data]))
            return "Value"
        number = number_of(nest)
        if number is not None:
            self.add(np.array([number]))
            return "number"
        if isinstance(nest, array) and nest.typecode != "u":
            self.add(np.array(nest, dtype=np.float64))
            return ("rectangle", array, (len(nest),))
        if isinstance(nest, deque):
            self.read_own(nest)
            return ("list", (deque,), *map(self.read, nest))
        if is_plain_dataclass(nest):
            self.kinds.append(type(nest))
            names = list(type(nest).__dataclass_fields__)
            return ("fields", type(nest), *((str, name, self.read(getattr(nest, name))) for name in names))
        self.static.append(nest)
        return ("static", static_key(nest))

    def read_array(self, nest: Any) -> Hashable:
        """An array of numbers at once, one of objects element by element."""
        if nest.dtype.kind in "fiu":
            self.add(np.asarray(nest, dtype=np.float64).ravel())
            return ("array", nest.shape)
        if nest.dtype.kind != "O":
            raise TypeError(
                f"a compiled function takes arrays of real numbers, but was given one of dtype {nest.dtype}.\n"
                "For truth values use array.astype(float)."
            )
        return ("array", nest.shape, *(self.read(x) for x in nest.ravel().tolist()))  # may hold Values

    def read_own(self, nest: Any) -> None:
        """What a container of another kind has besides its contents."""
        self.kinds.append(type(nest))
        for name, part in getattr(nest, "__dict__", {}).items():
            self.static.append(part)
            self.attributes.append((self.count, name, told_apart(part)))

    def read_list(self, nest: Any) -> Hashable:
        """A rectangular list of numbers at once, any other element by element."""
        if type(nest) is not list and type(nest) is not tuple:
            self.read_own(nest)
        kinds = []
        inner = nest
        while isinstance(inner, (list, tuple)) and inner:
            kinds.append(type(inner))
            inner = inner[0]
        if type(inner) is Value and len(kinds) == 1 and set(map(type, nest)) == {Value}:
            self.values.update(enumerate(nest, self.count))
            self.add(np.array([value._data for value in nest]))
            return ("Values", type(nest), len(nest))
        if kinds and all(map(is_number, types_in(nest, len(kinds)))):
            try:
                numbers = np.array(nest)
            except ValueError:  # ragged
                numbers = np.empty(0, dtype=object)
            if numbers.dtype.kind in "fi" and numbers.ndim == len(kinds):
                self.add(numbers.astype(np.float64, copy=False).ravel())
                return ("rectangle", *kinds, numbers.shape)
        return ("list", (type(nest),), *(self.read(x) for x in nest))


def types_in(nest: Any, depth: int) -> set[type]:
    """The types of what is in a nest of lists so deep, whatever is shallower among it."""
    if depth == 1 or not all(isinstance(part, list | tuple) for part in nest):
        return set(map(type, nest))
    return set().union(*(types_in(part, depth - 1) for part in nest))


@cache
def is_number(kind: type) -> bool:
    """Whether things of a type are real numbers alone: no truth values, members of enumerations, the user's own."""
    return (
        (issubclass(kind, float | int) or (issubclass(kind, Real) and is_library(kind.__module__)))
        and not issubclass(kind, bool | Enum)
        and (kind in (float, int) or is_library(kind.__module__))
    )


def number_of(thing: Any) -> float | None:
    """The number that an argument is; None if it is none, or a member of an enumeration.

    Raises:
        TypeError: for a kind of number of the user's own, which may have methods and attributes.
    """
    if isinstance(thing, float | int) and type(thing) not in (float, int, bool):
        if isinstance(thing, Enum):
            return None
        if not is_library(type(thing).__module__):
            kind = type(thing).__name__
            raise TypeError(f"a compiled function takes numbers, but was given a {kind}: give it float(…) of that")
    return as_number(thing)


def piece_names(structure: Any, name: str) -> Iterator[str]:
    """What to call each piece of an argument of this structure and name: `p.W1`, `layers[2]`, `xs`.

    >>> list(piece_names(Reading().read({"W": [[1.0, 2.0]], "b": [Value(1.0), Value(2.0)]}), "p"))
    ['p.W', 'p.b']
    """
    kind = structure if isinstance(structure, str) else structure[0]
    if kind in ("dict", "fields"):
        for _, key, part in structure[1 if kind == "dict" else 2 :]:
            yield from piece_names(part, f"{name}.{key}")
    elif kind == "list":
        for position, part in enumerate(structure[2:]):
            yield from piece_names(part, name if isinstance(part, str) else f"{name}[{position}]")
    elif kind == "array" and len(structure) > 2:
        yield from [name] * (len(structure) - 2)
    elif kind != "static":
        yield name


def argument_names(f: Callable[..., Any], count: int) -> list[str]:
    """The names of f's first arguments, as its signature has them."""
    try:
        parameters = signature(f).parameters.values()
    except (TypeError, ValueError):  # some builtins have none
        parameters = ()  # type: ignore[assignment]
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)][:count]
    return names + [f"x{number}" for number in range(len(names) + 1, count + 1)]


def defined_at(f: Any) -> str:
    """Where a function is written: file, line and name."""
    code = getattr(unwrap(f), "__code__", None)
    return (f"{code.co_filename}:{code.co_firstlineno}: " if code else "") + str(getattr(f, "__qualname__", f))


def check_result(f: Any, result: Any, given: Sequence[Any] = ()) -> None:
    """Make sure that all numbers in a result can be seen: what is no nest may hold those of the first call.

    Args:
        given: things that the result may have in it as they are: those of the arguments.

    Raises:
        TraceError: naming the kind of thing that was returned.
    """
    for part in flat(result):
        plain = isinstance(part, (Value, *ATOMS, Enum, type)) or as_number(part) is not None
        if not plain and all(part is not thing for thing in given):
            kind = type(part).__name__
            raise TraceError(
                f"{defined_at(f)} returned a {kind}, and what is in it would be the first call's for ever.\n"
                "Use instead: numbers in lists, tuples, dicts, arrays or dataclasses; make the object of them outside."
            )


#: Things that are the same if they are equal.
BY_VALUE = (type(None), bool, str, bytes, complex, range, Enum, type)


def static_key(thing: Any) -> Hashable:
    """What a program depends on in an argument that is no number.

    Raises:
        TypeError: for what gives something else each time it is read, and for numbers in a container of a stranger.
    """
    if isinstance(thing, BY_VALUE):
        return (type(thing), thing)
    if isinstance(thing, set | frozenset):
        return (type(thing), frozenset((type(x), x) for x in thing))
    if hasattr(type(thing), "__next__"):
        raise TypeError(f"a compiled function was given {thing!r}, which can be read once: give it list(…) of that")
    if hasattr(type(thing), "__array__"):
        kind = type(thing).__name__
        raise TypeError(f"a compiled function takes arrays of numbers, but was given a {kind}: give it np.asarray(…)")
    return Same(thing)


def with_leaves(nest: Any, leaves: Iterator[Value]) -> Any:
    """The nest with a leaf in place of each number or Value."""
    return nested_like(nest, iter([next(leaves) if number_of(x) is not None else x for x in flat(nest)]))


def like(nest: Any, structure: Any, numbers: NDArray[np.float64]) -> Any:
    """A copy of these numbers in the nesting of `nest`, which was read as this structure."""
    if structure == "number":
        return numbers.item(0)
    kind, *more = structure
    if kind == "array" and len(more) == 1:
        return numbers.reshape(more[0]).copy()
    if kind == "rectangle" and more[0] is list and len(more) == 2:
        return numbers.tolist()
    found, _ = cut(nest, numbers.copy(), 0)
    return found


def cut(nest: Any, numbers: NDArray[np.float64], start: int) -> tuple[Any, int]:
    """The nest of the numbers from `start`, and where the next one starts."""
    if type(nest) is np.ndarray or is_array(nest):
        stop = start + nest.size
        return numbers[start:stop].reshape(nest.shape), stop
    if isinstance(nest, (list, tuple)) and nest and type(nest[0]) is float:
        stop = start + len(nest)
        if all(type(x) is float for x in nest):
            return container_like(nest, numbers[start:stop].tolist()), stop
    if (inside := contents_of(nest)) is not None:
        parts = []
        for part in inside:
            found, start = cut(part, numbers, start)
            parts.append(found)
        return container_like(nest, parts), start
    if as_number(nest) is None:
        return nest, start
    return float(numbers[start]), start + 1
