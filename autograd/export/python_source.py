"""A dataflow as Python source that calls an array library: one line for each array.

What libraries call a thing is a `Dialect`, which is its words and no more.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.export.dataflow import Dataflow, Tensor, Turns, each_after_operands, parts_that_count, results_by_scan
from autograd.export.dialects import INFIX_WORDS, Dialect
from autograd.export.naming import Names


class PythonSource:
    """The source of a function, line by line."""

    def __init__(self, flow: Dataflow, dialect: Dialect) -> None:
        self.flow, self.dialect = flow, dialect
        self.names = Names({"jax", "jnp", "special", "torch", "number", "rows", "inf", "nan", "t", "carry", "now"})
        self.name = self.names.new(flow.name)
        self.tables: list[str] = []
        self.lines: list[str] = []
        self.indent = 1
        self.known: dict[int, str] = {id(x): self.names.new(x.detail) for x in flow.inputs}
        self.arguments = list(self.known.values())
        first = next((x for x in flow.inputs if x.each), None)
        if first is not None:
            self.write(f"rows = len({self.known[id(first)]})")
        self.results_of = results_by_scan(flow)
        for x in each_after_operands(flow.outputs.values()):
            self.array(x)
        results = ", ".join(self.of(x) for x in flow.outputs.values())
        self.write(f"return {results}")

    def text(self) -> str:
        """The whole file."""
        about = textwrap.indent("\n".join(self.description()), "    ").strip()
        return "\n".join(
            [
                f'"""{self.flow.name}, for {self.dialect.name}: written by chalkgrad, and computed in float64."""',
                "",
                "from math import inf, nan",
                "",
                self.dialect.header,
                *self.tables,
                "",
                "",
                f"def {self.name}({', '.join(self.arguments)}):",
                f'    """{about}"""',
                *self.lines,
                "",
            ]
        )

    def description(self) -> list[str]:
        """What goes in and what comes out."""

        def said(name: str, x: Tensor) -> str:
            shape = " × ".join([*["rows"] * x.each, *map(str, x.shape)]) or "a number"
            return f"    {name}: {shape}"

        about = [line.replace("\\", "/").replace('"""', "'''") for line in self.flow.about.splitlines()]
        inputs = [said(name, x) for name, x in zip(self.arguments, self.flow.inputs, strict=True)]
        return [
            *about,
            "",
            "Args, arrays of float64:",
            *inputs,
            "",
            "Returns:",
            *(said(name, x) for name, x in self.flow.outputs.items()),
            "",
        ]

    def write(self, line: str) -> None:
        self.lines.append("    " * self.indent + line)

    def named(self, code: str) -> str:
        """A new name for what this code computes."""
        name = self.names.new(f"t{len(self.lines)}")
        self.write(f"{name} = {code}")
        return name

    def table(self, form: str, name: str, nest: Any) -> str:
        """A new name for numbers that are written out, before the function."""
        found = self.names.new(name)
        code = f"{found} = {form.format(nest)}"
        self.tables.append(
            textwrap.fill(code, 118, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
        )
        return found

    def of(self, x: Tensor) -> str:
        """The name of an array; of numbers that are the same for all rows as they are."""
        if x.kind == "constant":
            if not x.shape:
                return self.dialect.number.format(repr(float(x.detail)))
            if id(x) not in self.known:
                self.known[id(x)] = self.table(self.dialect.table, f"c{len(self.tables)}", x.detail.tolist())
        return self.known[id(x)]

    def array(self, x: Tensor) -> None:
        """The lines that compute an array."""
        if x.kind in ("given", "constant") or id(x) in self.known:
            return
        if x.kind == "scan":
            self.scan(x, x.detail)
        elif x.kind != "result":
            self.known[id(x)] = self.named(self.code(x))

    def code(self, x: Tensor) -> str:
        """The expression of an array."""
        xs = [self.of(y) for y in x.operands if y.kind != "scan"]
        if x.kind == "reshape":
            return self.shaped(xs[0], x)
        if x.kind == "repeat":
            return self.dialect.repeat.format(xs[0])
        if x.kind == "product":
            return f"{xs[0]} @ {xs[1]}"
        if x.kind == "total":
            return f"{xs[0]}.sum(-1)"
        if x.kind == "largest":
            return self.dialect.largest.format(xs[0])
        if x.kind == "pick":
            return self.pick(x)
        operands = [self.operand(y, x) for y in x.operands]
        return self.dialect.words[x.kind].format(*operands)

    def operand(self, y: Tensor, x: Tensor) -> str:
        """An operand of an elementary operation: a single number as it is where the sign takes it."""
        number = y.kind == "constant" and y.size == 1 and x.kind in INFIX_WORDS
        return f"({float(y.detail.item())!r})" if number else self.of(y)

    def shaped(self, code: str, x: Tensor) -> str:
        shape = [-1, *x.shape] if x.each else [*x.shape]
        return f"{code}.reshape({', '.join(map(str, shape)) or '()'})"

    def pick(self, x: Tensor) -> str:
        """Numbers from one array or several, by slice or by places."""
        flat = [
            self.shaped(self.of(y), Tensor("", (), (y.size,), x.each)) if len(y.shape) != 1 else self.of(y)
            for y in x.operands
        ]
        code = flat[0] if len(flat) == 1 else self.dialect.join.format(", ".join(flat))
        places = x.detail.ravel()
        if not x.shape:
            return f"{code}[..., {places[0]}]"
        if (
            (places == np.arange(places.size)).all()
            and len(flat) > 1
            and places.size == sum(y.size for y in x.operands)
        ):
            found = code
        elif (np.diff(places) == 1).all():
            found = f"{code}[..., {places[0]}:{places[-1] + 1}]"
        else:
            found = f"{code}[..., {self.table(self.dialect.places, f'i{len(self.tables)}', places.tolist())}]"
        return found if len(x.shape) == 1 else self.shaped(found, x)

    # ── Loops ───────────────────────────────────────────────────────────────────────────────────────────────

    def body(self, turns: Turns, known: dict[int, str], wanted: Sequence[Tensor]) -> list[str]:
        """The lines of a turn; the names of what is wanted of it."""
        self.known |= known
        for y in each_after_operands(wanted):
            self.array(y)
        return [self.of(y) for y in wanted]

    def scan(self, x: Tensor, turns: Turns) -> None:
        """A loop, in the words of the library: `lax.scan` of a function of one turn, or Python's own."""
        count, found = len(turns.carried), self.results_of.get(id(x), ())
        kept, shown = parts_that_count(turns, found)
        start = [self.of(x.operands[k]) for k in kept]
        moving = [self.of(y) for y in x.operands[count : count + len(turns.moving)]]
        wanted = [*(turns.left[k] for k in kept), *(turns.given[k] for k in shown)]
        stand_for = [*(turns.carried[k] for k in kept), *turns.moving]
        names = (self.by_for if self.dialect.loops else self.by_lax)(turns, start, moving, stand_for, wanted)
        name_of = dict(zip([*kept, *(count + k for k in shown)], names, strict=True))
        self.known |= {id(y): name_of[y.detail] for y in found}

    def by_lax(
        self, turns: Turns, start: list[str], moving: list[str], stand_for: list[Tensor], wanted: list[Tensor]
    ) -> list[str]:
        function = self.names.new("turn")
        inside = [self.names.new(f"{function}_{k}") for k in range(len(stand_for))]
        self.write(f"def {function}(carry, now):")
        self.indent += 1
        for some, whole in ((inside[: len(start)], "carry"), (inside[len(start) :], "now")):
            if some:
                self.write(f"{tuple_of(some)} = {whole}")
        results = self.body(turns, dict(zip(map(id, stand_for), inside, strict=True)), wanted)
        self.write(f"return {tuple_of(results[: len(start)])}, {tuple_of(results[len(start) :])}")
        self.indent -= 1
        options = f"length={turns.count}{', reverse=True' if turns.last_first else ''}"
        whole = self.named(f"jax.lax.scan({function}, {tuple_of(start)}, {tuple_of(moving)}, {options})")
        names = [self.names.new(f"{function}_result_{k}") for k in range(len(wanted))]
        for part, some in enumerate([names[: len(start)], names[len(start) :]]):
            if some:
                self.write(f"{tuple_of(some)} = {whole}[{part}]")
        return names

    def by_for(
        self, turns: Turns, start: list[str], moving: list[str], stand_for: list[Tensor], wanted: list[Tensor]
    ) -> list[str]:
        carried = [self.named(name) for name in start]
        rows = [self.named(f"[None] * {turns.count}") for _ in wanted[len(start) :]]
        order = f"range({turns.count})"
        self.write(f"for t in {f'reversed({order})' if turns.last_first else order}:")
        self.indent += 1
        inside = [*carried, *(self.named(f"{name}[t]") for name in moving)]
        results = self.body(turns, dict(zip(map(id, stand_for), inside, strict=True)), wanted)
        for row, name in zip(rows, results[len(start) :], strict=True):
            self.write(f"{row}[t] = {name}")
        if carried:
            self.write(f"{', '.join(carried)} = {', '.join(results[: len(start)])}")
        self.indent -= 1
        return [*carried, *(self.named(f"torch.stack({row})") for row in rows)]


def tuple_of(names: Sequence[str]) -> str:
    """A tuple, as Python writes it."""
    return f"({', '.join(names)}{',' * (len(names) == 1)})"


def python_source(flow: Dataflow, dialect: Dialect) -> str:
    """A file with one function.

    >>> from autograd.export.dataflow import argument
    >>> from autograd.export.dialects import JAX
    >>> x = argument("x", (2,))
    >>> print(python_source(Dataflow("line", (x,), {"y": 2.0 * x + 1.0}), JAX).split('"' * 3)[-1])
    <BLANKLINE>
        t0 = x * (2.0)
        t1 = t0 + (1.0)
        return t1
    <BLANKLINE>
    """
    return PythonSource(flow, dialect).text()
