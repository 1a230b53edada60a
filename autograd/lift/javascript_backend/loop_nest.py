"""Loops over numbers in one long array, as JavaScript: literal bounds, literal steps, and no memory but the array's.

>>> x, y = Passed("v", 0, (3, 1)), Passed("v", 6, (1, 0))
>>> loops = LoopNest((2, 3), {"x": x}, [(y, "+")], lambda names: ([], [f"{names['x']} ** 2"]))
>>> print("\\n".join(loops.lines()))
for (let i0 = 0; i0 < 2; i0++) {
const a0 = 3 * i0;
let total0 = 0;
for (let i1 = 0; i1 < 3; i1++) {
const x = v[a0 + i1];
total0 += x ** 2;
}
v[6 + i0] += total0;
}
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product

LocalNames = dict[str, str]
#: Of the names of what is read: lines that come first, and the results.
LoopFormula = Callable[[LocalNames], tuple[list[str], list[str]]]

#: How many samples there are in the block at hand, and which of them it is.
SAMPLES, SAMPLE = "m", "s"


@dataclass(frozen=True)
class Passed:
    """Numbers of an array that the loops pass: `buffer[start + Σ steps·indices]`.

    Attributes:
        table: the name of a list of addresses, in which start and steps then are; "" for none.
        by_sample: whether the next sample's number is the next in the buffer, or all have this one.
    """

    buffer: str
    start: int
    steps: tuple[int, ...]
    table: str = ""
    by_sample: bool = False

    def along(self, axes: list[int]) -> Passed:
        """The same for these axes alone, in this order."""
        return replace(self, steps=tuple(self.steps[axis] for axis in axes))


@dataclass(frozen=True)
class LoopNest:
    """What is read, computed and put, at each index of a shape; the last axis is the innermost loop.

    What does not change in the innermost loop is read before it, and added up in a variable.

    Attributes:
        shape: the length of each axis.
        reads: by name.
        results: where each result goes: stored ("="), added ("+") or subtracted ("-").
        formula: the results, in the names of what is read.
        tile: how many steps of each axis are written out in one turn of the innermost loop; () for one.
        samples: whether there is one more axis, the samples of a block, inside all others.
    """

    shape: tuple[int, ...]
    reads: dict[str, Passed]
    results: list[tuple[Passed, str]]
    formula: LoopFormula
    tile: tuple[int, ...] = ()
    samples: bool = False

    def lines(self) -> list[str]:
        """The source; its names are its own."""
        nest = self.without_single_turns()
        outer = nest.shape if nest.samples else nest.shape[:-1]
        tile = nest.tile or (1,) * len(outer)
        spans = [list(turns(length, at_once)) for length, at_once in zip(outer, tile, strict=False)]
        lines: list[str] = []
        for choice in product(*spans):
            loops, at = [], []
            for axis, (start, stop, step) in enumerate(choice):
                if stop - start == step:
                    at.append(LoopIndex("", start))
                else:
                    advance = f"i{axis}++" if step == 1 else f"i{axis} += {step}"
                    loops.append(f"for (let i{axis} = {start}; i{axis} < {stop}; {advance}) {{")
                    at.append(LoopIndex(f"i{axis}", 0))
            innermost = InnermostLoop(nest, at, [step for _, _, step in choice])
            body = innermost.lines()
            if not loops and (innermost.before or innermost.totals):
                loops = ["{"]  # a scope for the names
            lines += [*loops, *body, *("}" for _ in loops)]
        return lines

    def last(self, axis: int) -> LoopNest:
        """The same with this axis as the innermost loop."""
        order = [*(other for other in range(len(self.shape)) if other != axis), axis]
        return self.with_axes(order)

    def without_single_turns(self) -> LoopNest:
        """The same without axes of length 1."""
        return self.with_axes([axis for axis, length in enumerate(self.shape) if length != 1])

    def with_axes(self, order: list[int]) -> LoopNest:
        """The same with these axes, in this order."""
        return replace(
            self,
            shape=tuple(self.shape[axis] for axis in order),
            reads={name: passed.along(order) for name, passed in self.reads.items()},
            results=[(passed.along(order), mode) for passed, mode in self.results],
            tile=tuple(self.tile[axis] for axis in order) if self.tile else (),
        )


def turns(length: int, at_once: int) -> Iterator[tuple[int, int, int]]:
    """Start, stop and step of a loop that takes several steps at once, and of the one that takes the rest.

    >>> list(turns(10, 4)), list(turns(8, 4))
    ([(0, 8, 4), (8, 10, 2)], [(0, 8, 4)])
    """
    whole = length - length % at_once
    if whole:
        yield 0, whole, at_once
    if whole < length:
        yield whole, length, length - whole


@dataclass(frozen=True)
class LoopIndex:
    """Where a loop stands: its variable, and what is added to it."""

    variable: str
    offset: int


class InnermostLoop:
    """What happens at one turn of the outer loops: the innermost loop, for all steps that are taken at once.

    Attributes:
        before: what is known before it, as "name = code".
    """

    def __init__(self, nest: LoopNest, at: list[LoopIndex], at_once: list[int]) -> None:
        self.nest = nest
        self.at = at
        self.points = list(product(*map(range, at_once)))
        self.before: list[str] = []
        self.inside: list[str] = []  # the same for each turn
        self.totals: dict[str, str] = {}  # what is added up in variables, and where that goes afterwards
        self.reads: dict[Passed, str] = {}  # the name of each number that is read
        self.offsets: dict[str, str] = {}  # the name of each part of an address that stays the same
        if nest.samples:
            self.variable, self.last = SAMPLE, SAMPLES
        else:
            self.variable, self.last = (f"i{len(at)}", str(nest.shape[-1])) if nest.shape else ("", "")

    def lines(self) -> list[str]:
        """The source."""
        formulas: list[str] = []
        results: dict[tuple[str, str], list[str]] = {}
        targets: dict[Passed, str] = {}
        for point in self.points:
            names = {name: self.number(name, self.moved(passed, point)) for name, passed in self.nest.reads.items()}
            lines, texts = self.nest.formula(names)
            formulas += lines
            for (passed, mode), text in zip(self.nest.results, texts, strict=True):
                there = self.moved(passed, point)
                if there not in targets:
                    targets[there] = self.target(there)
                results.setdefault((targets[there], mode), []).append(text)
        return [
            *declaring("const", self.before),
            *declaring("let", [f"{total} = 0" for total in self.totals]),
            f"for (let {self.variable} = 0; {self.variable} < {self.last}; {self.variable}++) {{"
            if self.variable
            else "{",
            *declaring("const", self.inside),
            *formulas,
            *(f"{target} {mode.strip('=')}= {' + '.join(texts)};" for (target, mode), texts in results.items()),
            "}",
            *(f"{place} += {total};" for total, place in self.totals.items()),
        ]

    def moved(self, passed: Passed, point: tuple[int, ...]) -> Passed:
        """Where it is some steps further."""
        return replace(passed, start=passed.start + sum(s * n for s, n in zip(passed.steps, point, strict=False)))

    def number(self, name: str, passed: Passed) -> str:
        """The name of a number that is read, once if several formulas ask for it."""
        where = self.inside if self.changes(passed) or not self.variable else self.before
        if len(self.points) == 1:
            code = self.reads.setdefault(passed, name)
            if code == name:
                code = self.code(passed)
            where.append(f"{name} = {code}")
            return name
        if passed not in self.reads:
            unique = self.reads[passed] = f"{name}{len(self.reads)}"
            where.append(f"{unique} = {self.code(passed)}")
        return self.reads[passed]

    def target(self, passed: Passed) -> str:
        """The code of where a result is put, or the name of the variable in which it is added up."""
        if self.changes(passed) or not self.variable:
            return self.code(passed)
        total = f"total{len(self.totals)}"
        self.totals[total] = self.code(passed)
        return total

    def changes(self, passed: Passed) -> bool:
        """Whether the innermost loop meets another number in each turn."""
        return passed.by_sample if self.nest.samples else bool(passed.steps and passed.steps[-1])

    def code(self, passed: Passed) -> str:
        """A number of an array, as it is read and put."""
        outer = passed.steps[: len(self.at)]
        start = passed.start + sum(step * at.offset for step, at in zip(outer, self.at, strict=True))
        terms = [multiple(step, at.variable) for step, at in zip(outer, self.at, strict=True) if step and at.variable]
        step = passed.steps[-1] if len(passed.steps) > len(outer) else 0
        if passed.by_sample and not passed.table:
            step = 1
        address = " + ".join([str(start), *terms] if start else terms)
        if step:
            if terms:
                address = self.offset(address)
            inner = multiple(step, self.variable)
            address = f"{address} + {inner}" if address else inner
        address = address or "0"
        if passed.table:
            address = f"{passed.table}[{address}]" + (f" + {SAMPLE}" if passed.by_sample else "")
        return f"{passed.buffer}[{address}]"

    def offset(self, address: str) -> str:
        """The name of the part of an address that the innermost loop does not change."""
        if address not in self.offsets:
            self.offsets[address] = f"a{len(self.offsets)}"
            self.before.append(f"{self.offsets[address]} = {address}")
        return self.offsets[address]


def declaring(kind: str, assignments: list[str]) -> list[str]:
    """One declaration of all of them, if there are any."""
    return [f"{kind} {', '.join(assignments)};"] if assignments else []


def multiple(step: int, variable: str) -> str:
    return variable if step == 1 else f"{step} * {variable}"
