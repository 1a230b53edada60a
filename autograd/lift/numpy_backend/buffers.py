"""Names for memory: views of the two buffers, gathers done once, constants, temporaries that are used again."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from autograd.arithmetic import ELEMENTARY
from autograd.lift.arrays.program import FloatArray, Places, Program
from autograd.lift.arrays.strides import strides_of
from autograd.numpy_arithmetic import Arrays


def functions() -> dict[str, Any]:
    """What the written lines call, by name."""
    named = {name: getattr(Arrays, name) for name in ELEMENTARY}
    named.update(
        add=np.add, subtract=np.subtract, multiply=np.multiply, negative=np.negative, divide=np.divide,
        greater=np.greater, heaviside=np.heaviside, sign=np.sign, matmul=np.matmul, dot=np.dot, sum_along=np.add.reduce,
        largest_along=np.maximum.reduce, copyto=np.copyto, take=np.take, bincount=np.bincount, not_equal=np.not_equal,
        inf=np.inf, nan=np.nan,
    )  # fmt: skip
    return named


SHARED = "ci"  # how the names of constants and of indices begin


class Lines:
    """Lines of source, and names for the memory that they are about."""

    def __init__(self, program: Program, values: FloatArray, adjoints: FloatArray) -> None:
        self.program = program
        self.namespace: dict[str, Any] = {**functions(), "values": values, "adjoints": adjoints}
        self.lines: list[str] = []
        self.views: dict[Any, str] = {}
        self.pool: dict[tuple[int, ...], list[str]] = {}  # temporaries of each shape
        self.taken: dict[tuple[int, ...], int] = {}
        self.is_constant = np.zeros(self.program.size, dtype=bool)
        self.is_constant[list(self.program.constants)] = True

    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def write(self, line: str) -> None:
        self.lines.append("    " + line)

    # ── Names for memory ────────────────────────────────────────────────────────────────────────────────────

    def named(self, prefix: str, thing: Any) -> str:
        name = f"{prefix}{len(self.namespace)}"
        self.namespace[name] = thing
        return name

    def view(self, buffer: str, places: Places) -> str | None:
        """The name of the view of these places, or None if they do not advance by fixed steps."""
        step = strides_of(places)
        if step is None:
            return None
        start = int(places.flat[0])
        key = (buffer, start, places.shape, step)
        if key not in self.views:
            whole: FloatArray = self.namespace[buffer]
            strides = tuple(s * whole.itemsize for s in step)
            self.views[key] = self.named(buffer[0], as_strided(whole[start:], places.shape, strides))
        return self.views[key]

    def read(self, places: Places) -> str:
        """The numbers at these places: a literal, an array of constants, a view or a gather (done once)."""
        if self.is_constant[places].all():
            numbers = self.namespace["values"][places]
            if (places == places.flat[0]).all():
                return repr(float(numbers.flat[0]))
            key: Any = ("constant", places.shape, places.tobytes())
            if key not in self.views:
                self.views[key] = self.named("c", numbers)
            return self.views[key]
        name = self.view("values", places)
        if name is not None:
            return name
        key = ("gather", places.shape, places.tobytes())
        if key not in self.views:
            self.views[key] = gathered = self.named("g", np.empty(places.shape))
            self.write(f"take(values, {self.named('i', places)}, None, {gathered}, 'clip')")
        return self.views[key]

    def matrix(self, places: Places) -> str:
        """As `read`, but laid out so that BLAS takes it."""
        name = self.read(places)
        array = self.namespace.get(name)
        if not isinstance(array, np.ndarray):  # one constant throughout; the infinite ones have names, too
            return self.named("c", np.full(places.shape, float(name)))
        if places.size > 64 and not blas_takes(array):
            key = ("copy", name)
            if key not in self.views:
                self.views[key] = self.named("k", np.empty(places.shape))
                self.write(f"copyto({self.views[key]}, {name})")
            return self.views[key]
        return name

    def temporary(self, shape: tuple[int, ...]) -> str:
        """Memory for the moment: free again after the instruction."""
        names = self.pool.setdefault(shape, [])
        used = self.taken.get(shape, 0)
        if used == len(names):
            names.append(self.named("t", np.empty(shape)))
        self.taken[shape] = used + 1
        return names[used]


def blas_takes(array: FloatArray) -> bool:
    """Whether the last two axes are a matrix as BLAS knows it: one step of 1, the other at least the length."""
    rows, columns = (s // array.itemsize for s in array.strides[-2:])
    m, n = array.shape[-2:]
    return (columns == 1 and rows >= n) or (rows == 1 and columns >= m) or (m == 1 and columns > 0)


def with_other_memory(namespace: dict[str, Any], values: FloatArray) -> dict[str, Any]:
    """The same names for other memory: these values, adjoints and temporaries of their own, and views of them.

    Constants and indices, which nobody writes, are shared.
    """
    arrays = {name: thing for name, thing in namespace.items() if isinstance(thing, np.ndarray)}
    found = {name: thing for name, thing in arrays.items() if name[0] in SHARED}
    owners = {name: thing for name, thing in arrays.items() if thing.base is None and name not in found}
    found.update((name, np.empty_like(thing)) for name, thing in owners.items())
    found.update(values=values, adjoints=np.zeros_like(namespace["adjoints"]))
    places = [(address(arrays[name]), arrays[name].nbytes, memory) for name, memory in found.items()]
    for name in arrays.keys() - found.keys():
        view, at = arrays[name], address(arrays[name])
        start, memory = next((start, memory) for start, size, memory in places if start <= at < start + size)
        found[name] = np.ndarray(view.shape, view.dtype, memory, at - start, view.strides)
    return {**namespace, **found}


def address(array: FloatArray) -> int:
    """Where its numbers begin."""
    where: int = array.__array_interface__["data"][0]
    return where
