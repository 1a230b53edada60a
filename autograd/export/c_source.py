"""A dataflow as C: one file with one function, which needs the mathematical functions of C99 and nothing else.

Elementary operations on arrays of one shape that follow each other are one loop, in which only what is read elsewhere
has an array of its own.
"""

from __future__ import annotations

import numpy as np

from autograd.export.c_lines import CLines, is_one_number, numbers_behind
from autograd.export.c_words import HELPERS, TAKEN, broadcast_index, word_of
from autograd.export.dataflow import (
    ELEMENTWISE,
    Dataflow,
    Tensor,
    Turns,
    each_after_operands,
    parts_that_count,
    results_by_scan,
)
from autograd.export.lowering import CannotExport
from autograd.export.naming import Names

#: Numbers beyond which a function's arrays are not on its stack.
MOST_ON_STACK = 1 << 14

#: Runs of neighbours that are copied one by one; of more, a table says where each number is.
MOST_COPIES = 8


class CSource(CLines):
    """The source of a function, line by line."""

    def __init__(self, flow: Dataflow, names: Names | None = None) -> None:
        super().__init__(names or Names(TAKEN))
        self.flow = flow
        self.name = self.names.new(flow.name)
        self.known |= {id(x): self.names.new(x.detail) for x in flow.inputs}
        self.arguments = list(self.known.values())
        self.results = [self.names.new(name) for name in flow.outputs]
        self.results_of = results_by_scan(flow)
        self.write_all(each_after_operands(flow.outputs.values()))
        for name, x in zip(self.results, flow.outputs.values(), strict=True):
            self.for_each(x.size, [f"{name}[@] = {self.at(x, '@')};"])

    def text(self) -> str:
        """The whole file."""
        return "\n".join(
            [
                "/* " + self.description() + " */",
                "",
                "#include <math.h>",
                "",
                HELPERS,
                *self.tables,
                self.function(),
            ]
        )

    def function(self) -> str:
        """The function alone."""
        given = [f"const double *{name}" for name in self.arguments]
        gives = [f"double *{name}" for name in self.results]
        storage = "static double" if self.room > MOST_ON_STACK else "double"
        return "\n".join(
            [
                "",
                f"void {self.name}({', '.join([*given, *gives])})",
                "{",
                *(f"    {storage} {name};" for name in self.storage),
                *self.lines,
                "}",
                "",
            ]
        )

    @property
    def threads(self) -> str:
        """What is to be said to who calls it from several threads."""
        return " Its arrays are static: one thread at a time." if self.room > MOST_ON_STACK else ""

    def description(self) -> str:
        """What goes in and what comes out, as a comment."""

        def said(name: str, x: Tensor) -> str:
            return f"   {name}: {' x '.join(map(str, x.shape)) or 'a number'}"

        lines = [
            f"{self.name}: written by chalkgrad, in double. Not to be compiled with -ffast-math.{self.threads}",
            *self.flow.about.splitlines(),
            "in:",
            *(said(name, x) for name, x in zip(self.arguments, self.flow.inputs, strict=True)),
            "out:",
            *(said(name, x) for name, x in zip(self.results, self.flow.outputs.values(), strict=True)),
        ]
        return "\n   ".join(lines).replace("*/", "* /")

    # ── Arrays ──────────────────────────────────────────────────────────────────────────────────────────────

    def write_all(self, arrays: list[Tensor]) -> None:
        """The lines that compute arrays, those together that may be."""
        waiting: list[Tensor] = []
        readers: dict[int, list[Tensor]] = {}
        for x in arrays:
            for y in x.operands:
                readers.setdefault(id(y), []).append(x)
        shown = {id(x) for x in self.flow.outputs.values()}

        def flush() -> None:
            if waiting:
                inside = {id(x) for x in waiting}
                kept = {
                    id(x) for x in waiting if id(x) in shown or any(id(y) not in inside for y in readers.get(id(x), ()))
                }
                self.together(list(waiting), kept)
                waiting.clear()

        for x in arrays:
            if id(x) in self.known or id(x) in self.scalars:
                continue
            if x.kind in ELEMENTWISE:
                apart = {id(y) for y in waiting}
                broadcast = any(
                    id(numbers_behind(y)) in apart and numbers_behind(y) is not y for y in x.operands
                ) or any(id(y) in apart and y.shape != x.shape for y in x.operands)
                if waiting and (waiting[0].shape != x.shape or broadcast):
                    flush()
                waiting.append(x)
            elif x.kind in ("given", "constant", "reshape", "repeat") or is_one_number(x):
                continue
            else:
                flush()
                self.array(x)
        flush()

    def together(self, arrays: list[Tensor], kept: set[int]) -> None:
        """Elementary operations on arrays of one shape, in one loop."""
        shape = arrays[0].shape
        if self.inline:
            kept = set()
        for x in arrays:
            if id(x) in kept:
                self.new(x)

        lines = []
        for x in arrays:
            operands = (self.at(y, self.index_of(y, shape, "@")) for y in x.operands)
            self.scalars[id(x)] = self.names.new(f"x{len(self.names.taken)}")
            lines.append(f"const double {self.scalars[id(x)]} = {word_of(x.kind).format(*operands)};")
            if id(x) in kept:
                lines.append(f"{self.known[id(x)]}[@] = {self.scalars[id(x)]};")
        single = shape == () or int(np.prod(shape)) == 1
        if single and not self.inline:
            self.write("{")
        self.indent += single and not self.inline
        self.for_each(int(np.prod(shape, dtype=int)), lines)
        self.indent -= single and not self.inline
        if single and not self.inline:
            self.write("}")
        if not self.inline:
            for x in arrays:
                del self.scalars[id(x)]

    inline = False  # whether single numbers are variables of what is being written, as in the body of a loop

    def index_of(self, y: Tensor, shape: tuple[int, ...], index: str) -> str:
        """Where the number of an operand is that broadcasts to the shape."""
        return broadcast_index((1,) * (len(shape) - len(y.shape)) + y.shape, shape, index) or "0"

    def array(self, x: Tensor) -> None:
        if x.kind == "scan":
            self.scan(x, x.detail)
        elif x.kind == "pick":
            self.pick(x)
        elif x.kind == "product":
            self.product(x)
        elif x.kind in ("total", "largest"):
            self.along_last(x)
        elif x.kind != "result":
            raise CannotExport(f"C has no word for {x.kind}")

    def scan(self, x: Tensor, turns: Turns) -> None:
        """A loop whose carried numbers are variables, and all else that a turn computes constants."""
        count = len(turns.carried)
        start, moving = x.operands[:count], x.operands[count : count + len(turns.moving)]
        found = self.results_of.get(id(x), ())
        kept, shown = parts_that_count(turns, found)
        inside = each_after_operands([*(turns.left[k] for k in kept), *(turns.given[k] for k in shown)])
        variables = {k: self.names.new(f"r{len(self.names.taken)}") for k in kept}
        for k, name in variables.items():
            self.write(f"double {name} = {self.at(start[k], '0')};")
        gives = {y.detail: y for y in found if y.detail >= count}
        for y in gives.values():
            self.new(y)
        order = "int t = {1} - 1; t >= 0; t--" if turns.last_first else "int t = 0; t < {1}; t++"
        self.write(f"for ({order.format(0, turns.count)}) {{")
        self.indent += 1
        self.scalars |= {id(turns.carried[k]): name for k, name in variables.items()}
        self.scalars |= {id(y): self.at(z, "t") for y, z in zip(turns.moving, moving, strict=True)}
        outside, self.inline = self.inline, True
        self.write_all([y for y in inside if id(y) not in self.scalars])
        self.inline = outside
        for place, y in gives.items():
            self.write(f"{self.known[id(y)]}[t] = {self.at(turns.given[place - count], '0')};")
        after = {name: self.names.new(f"n{len(self.names.taken)}") for name in variables.values()}
        for k, name in variables.items():
            self.write(f"const double {after[name]} = {self.at(turns.left[k], '0')};")
        for name, new in after.items():
            self.write(f"{name} = {new};")
        self.indent -= 1
        self.write("}")
        self.scalars |= {id(y): variables[y.detail] for y in found if y.detail < count}

    def pick(self, x: Tensor) -> None:
        name, places = self.new(x), x.detail.ravel()
        starts = np.cumsum([0, *(y.size for y in x.operands)])
        which = np.searchsorted(starts, places, side="right") - 1
        runs = np.flatnonzero(np.diff(which)) + 1
        if len(runs) > MOST_COPIES:
            whole = self.side_by_side(x)
            index = f"{self.table('int', f'i{len(self.tables)}', places.tolist())}[@]"
            self.for_each(len(places), [f"{name}[@] = {whole}[{index}];"])
            return
        for first, last in zip([0, *runs.tolist()], [*runs.tolist(), len(places)], strict=True):
            k = int(which[first])
            at = places[first:last] - starts[k]
            if len(set(np.diff(at).tolist())) <= 1:
                step = int(at[1] - at[0]) if len(at) > 1 else 1
                index = f"{at[0]} + {step} * @" if len(at) > 1 else str(at[0])
            else:
                index = f"{self.table('int', f'i{len(self.tables)}', at.tolist())}[@]"
            self.for_each(len(at), [f"{name}[{f'{first} + ' * bool(first)}@] = {self.at(x.operands[k], index)};"])

    def side_by_side(self, x: Tensor) -> str:
        """An array of all operands, one after the other."""
        whole = Tensor("", (), (sum(y.size for y in x.operands),))
        self.beside.append(whole)
        name, start = self.new(whole), 0
        for y in x.operands:
            self.for_each(y.size, [f"{name}[{start} + @] = {self.at(y, '@')};"])
            start += y.size
        return name

    def product(self, x: Tensor) -> None:
        """Matrix by matrix, row by row: the innermost loop adds a row to a row."""
        left, right = x.operands
        name = self.new(x)
        rows, inner, columns = left.shape[-2], left.shape[-1], right.shape[-1]
        blocks = x.shape[:-2]
        count = int(np.prod(blocks, dtype=int))
        a, b = (
            broadcast_index((1,) * (len(blocks) + 2 - len(y.shape)) + y.shape[:-2], blocks, "b") if count > 1 else ""
            for y in (left, right)
        )
        rows_before = f"(({a}) * {rows} + i)" if a else "i"
        inner_before = f"(({b}) * {inner} + j)" if b else "j"
        to = f"{name}[{f'(b * {rows} + i)' if count > 1 else 'i'} * {columns} + k]"
        factor = self.at(left, f"{rows_before} * {inner} + j")
        if count > 1:
            self.write(f"for (int b = 0; b < {count}; b++)")
        self.write(f"for (int i = 0; i < {rows}; i++) {{")
        self.write(f"    for (int k = 0; k < {columns}; k++) {to} = 0.0;")
        self.write(f"    for (int j = 0; j < {inner}; j++) {{")
        self.write(f"        const double factor = {factor};")
        self.write(f"        for (int k = 0; k < {columns}; k++)")
        self.write(f"            {to} += factor * {self.at(right, f'{inner_before} * {columns} + k')};")
        self.write("    }")
        self.write("}")

    def along_last(self, x: Tensor) -> None:
        (y,) = x.operands
        name, length = self.new(x), y.shape[-1]
        first = self.at(y, f"i * {length}")
        self.write(f"for (int i = 0; i < {x.size}; i++) {{")
        self.write(f"    double all = {first};")
        number = self.at(y, f"i * {length} + j")
        more = f"all += {number}" if x.kind == "total" else f"all = maximum_(all, {number})"
        self.write(f"    for (int j = 1; j < {length}; j++) {more};")
        self.write(f"    {name}[i] = all;")
        self.write("}")


def c_source(flow: Dataflow) -> str:
    """A file with one function.

    >>> from autograd.export.dataflow import argument
    >>> x = argument("x", (2,))
    >>> print(c_source(Dataflow("line", (x,), {"y": 2.0 * x + 1.0})).partition("void")[2])
     line(const double *x, double *y)
    {
    ...
    """
    return CSource(flow).text()
