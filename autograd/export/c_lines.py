"""Lines of C, the arrays that they fill, and where the number of an array is."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from autograd.export.c_words import c_number
from autograd.export.dataflow import Tensor
from autograd.export.naming import Names


class CLines:
    """A function's lines.

    Attributes:
        names: those that are taken.
        tables: numbers that are written out, before the function.
        lines, indent: what was written, and how far in the next line is.
        storage, room: the arrays of the function, and how many numbers they hold.
        known: what each tensor's array is called, by its identity.
        scalars: what a tensor's number in the loop that is being written is called.
        beside: tensors that are kept alive, so that identities stay theirs.
    """

    def __init__(self, names: Names) -> None:
        self.names = names
        self.tables: list[str] = []
        self.lines: list[str] = []
        self.indent = 1
        self.storage: list[str] = []
        self.room = 0
        self.known: dict[int, str] = {}
        self.scalars: dict[int, str] = {}
        self.beside: list[Tensor] = []

    def write(self, line: str) -> None:
        self.lines.append("    " * self.indent + line)

    def new(self, x: Tensor) -> str:
        """Room for an array."""
        name = self.names.new(f"t{len(self.known)}")
        self.storage.append(f"{name}[{max(x.size, 1)}]")
        self.room += x.size
        self.known[id(x)] = name
        return name

    def table(self, kind: str, name: str, numbers: Sequence[Any]) -> str:
        """A new name for numbers that are written out, before the function."""
        found = self.names.new(name)
        written = ", ".join(c_number(x) if kind == "double" else str(x) for x in numbers)
        code = f"static const {kind} {found}[{len(numbers)}] = {{{written}}};"
        self.tables.append(textwrap.fill(code, 118, subsequent_indent="    ", break_long_words=False))
        return found

    def at(self, x: Tensor, index: str) -> str:
        """The number of an array at an index."""
        if id(x) in self.scalars:
            return self.scalars[id(x)]
        if x.kind == "constant" and x.size == 1:
            return c_number(x.detail.item())
        if x.kind == "constant" and id(x) not in self.known:
            self.known[id(x)] = self.table("double", f"c{len(self.tables)}", x.detail.ravel().tolist())
        if x.kind in ("reshape", "repeat"):
            return self.at(x.operands[0], index)
        if is_one_number(x):
            return self.at(x.operands[0], str(x.detail.item()))
        return f"{self.known[id(x)]}[{'0' if x.size == 1 else index}]"

    def for_each(self, count: int, lines: Sequence[str]) -> None:
        """A loop, whose index stands in the lines as @; of one turn only, the lines."""
        if count != 1:
            self.write(f"for (int i = 0; i < {count}; i++) {{")
        self.indent += count != 1
        for line in lines:
            self.write(line.replace("@", "i" if count != 1 else "0"))
        self.indent -= count != 1
        if count != 1:
            self.write("}")


def is_one_number(x: Tensor) -> bool:
    """Whether it is a number of another array, and needs no place of its own."""
    return x.kind == "pick" and x.size == 1 and len(x.operands) == 1


def numbers_behind(x: Tensor) -> Tensor:
    """Where the numbers of an array are that are only in another shape."""
    while x.kind in ("reshape", "repeat") or is_one_number(x):
        x = x.operands[0]
    return x
