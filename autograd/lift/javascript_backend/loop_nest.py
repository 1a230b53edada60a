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
            if not loops and innermost.before:
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
            reads={name: access.along(order) for name, access in self.reads.items()},
            results=[(access.along(order), mode) for access, mode in self.results],
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
    """What happens at one turn of the outer loops: the innermost loop, for all steps that are taken at once."""

    def __init__(self, nest: LoopNest, at: list[LoopIndex], at_once: list[int]) -> None:
        self.nest = nest
        self.at = at
        self.points = list(product(*map(range, at_once)))
        self.before: list[str] = []
        self.inside: list[str] = []
        self.after: list[str] = []
        self.known: dict[tuple[str, Passed], str] = {}  # the code of an address, the name of a number, by where it is
        if nest.samples:
            self.inner, self.last = SAMPLE, SAMPLES
        else:
            self.inner, self.last = (f"i{len(at)}", str(nest.shape[-1])) if nest.shape else ("", "")

    def lines(self) -> list[str]:
        sums: dict[tuple[str, str], list[str]] = {}
        for point in self.points:
            names = {name: self.number(name, self.moved(access, point)) for name, access in self.nest.reads.items()}
            lines, texts = self.nest.formula(names)
            self.inside += lines
            for (access, mode), text in zip(self.nest.results, texts, strict=True):
                sums.setdefault((self.target(self.moved(access, point)), mode), []).append(text)
        for (target, mode), several in sums.items():
            whole = " + ".join(several)
            self.inside.append(f"{target} {'' if mode == '=' else '+' if mode == '+' else '-'}= {whole};")
        loop = f"for (let {self.inner} = 0; {self.inner} < {self.last}; {self.inner}++) {{" if self.inner else "{"
        return [*self.before, loop, *self.inside, "}", *self.after]

    def moved(self, access: Passed, point: tuple[int, ...]) -> Passed:
        """The access some steps further."""
        return replace(access, start=access.start + sum(s * n for s, n in zip(access.steps, point, strict=False)))

    def number(self, name: str, access: Passed) -> str:
        """The name of a number that is read, once."""
        key = "read", access
        if key not in self.known:
            taken = {text for (kind, _), text in self.known.items() if kind == "read"}
            unique = name if len(self.points) == 1 else f"{name}{len(taken)}"
            stays = self.inner and not self.changes(access)
            where = self.before if stays else self.inside
            address = self.address(access)
            where.append(f"const {unique} = {access.buffer}[{address}];")
            self.known[key] = unique
        return self.known[key] if len(self.points) > 1 else self.alias(name, access)

    def alias(self, name: str, access: Passed) -> str:
        """The name that an operand has; two operands may be the same number."""
        found = self.known["read", access]
        if found != name:
            (self.inside if self.changes(access) or not self.inner else self.before).append(f"const {name} = {found};")
        return name

    def target(self, access: Passed) -> str:
        """The code of where a result is put, or the name of the variable in which it is added up."""
        key = "target", access
        if key not in self.known:
            place = f"{access.buffer}[{self.address(access)}]"
            if self.inner and not self.changes(access):
                name = f"total{sum(kind == 'target' for kind, _ in self.known)}"
                self.before.append(f"let {name} = 0;")
                self.after.append(f"{place} += {name};")
                place = name
            self.known[key] = place
        return self.known[key]

    def changes(self, access: Passed) -> bool:
        """Whether the innermost loop meets another number in each turn."""
        return access.by_sample if self.nest.samples else bool(access.steps and access.steps[-1])

    def address(self, access: Passed) -> str:
        """The code of an address."""
        steps = access.steps if self.nest.samples else access.steps[:-1]
        start = access.start + sum(step * at.offset for step, at in zip(steps, self.at, strict=True))
        terms = [multiple(step, at.variable) for step, at in zip(steps, self.at, strict=True) if step and at.variable]
        base = " + ".join([*([str(start)] if start or not terms else []), *terms])
        step = 0 if self.nest.samples or not access.steps else access.steps[-1]
        if access.table:
            within = f"{base} + {multiple(step, self.inner)}" if step else base
            found = f"{access.table}[{within}]"
            return f"{found} + {SAMPLE}" if access.by_sample else found
        if access.by_sample:
            step = 1
        if not step or not self.inner:
            return base
        if terms:
            base = self.offset(base)
        inner = multiple(step, self.inner)
        return inner if base == "0" else f"{base} + {inner}"

    def offset(self, base: str) -> str:
        """The name of the part of an address that the innermost loop does not change."""
        line = f" = {base};"
        for known in self.before:
            if known.startswith("const a") and known.endswith(line):
                return known.removeprefix("const ").removesuffix(line)
        name = f"a{sum(known.startswith('const a') for known in self.before)}"
        self.before.append(f"const {name}{line}")
        return name


def multiple(step: int, variable: str) -> str:
    return variable if step == 1 else f"{step} * {variable}"
