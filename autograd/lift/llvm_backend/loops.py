"""Loops in machine code: the statements of a group, over all its elements, several at a time.

One axis of the group's shape is the lane axis: neighbours along it are together in a register. It is chosen where most
numbers are neighbours in memory, too; so are they for the samples of a batch. Sums over another axis then add
registers, and only sums along the lane axis add the numbers inside one.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, prod
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]

from autograd.lift.llvm_backend.emitter import Emitter, Index
from autograd.lift.llvm_backend.fusion import Access, Group
from autograd.lift.llvm_backend.lanes import HALF, Lanes
from autograd.lift.llvm_backend.machine_code import lanes, processor


class Body:
    """The statements of a group for the elements of one register."""

    def __init__(self, f: Emitter, group: Group, m: Lanes, axis: int) -> None:
        self.f = f
        self.group = group
        self.m = m
        self.axis = axis
        self.stored = [offsets for offsets in group.writes() if f.needed[offsets].any()]

    def write(self, index: Index, count: int, known: dict[bytes, Any]) -> None:
        """Compute and store; `known` has what is in registers already."""
        for statement in self.group.each:
            xs = [self.read(x, index, count, known) for x in statement.reads]
            value = statement.formula(self.m, *xs)
            key = self.group.key(statement.write)
            if statement.mode != "=" and self.group.access(statement.write).steps is None and key not in known:
                self.scatter(statement.write, statement.mode, value, index, count)
                continue
            if statement.mode != "=":
                before = self.read(statement.write, index, count, known)
                value = before + value if statement.mode == "+" else before - value
            known[key] = value
        for offsets in self.stored:
            if self.group.key(offsets) in known:
                self.put(offsets, known[self.group.key(offsets)], index, count)

    def read(self, offsets: Any, index: Index, count: int, known: dict[bytes, Any]) -> Any:
        """The numbers at the offsets of these elements."""
        key = self.group.key(offsets)
        if key not in known:
            access = self.group.access(offsets)
            constant = self.f.constants.get(access.start)
            if constant is not None and (offsets == access.start).all():
                known[key] = constant
            elif access.steps is None:
                places = self.f.addresses(access, self.group.shape, index, self.axis, count)
                known[key] = self.f.collected(self.m, places)
            else:
                offset = self.f.offset(access.start, access.steps, index)
                known[key] = self.f.load(self.m, offset, access.steps[self.axis], count)
        return known[key]

    def put(self, offsets: Any, value: Any, index: Index, count: int) -> None:
        """Store the elements."""
        access = self.group.access(offsets)
        if access.steps is not None:
            offset = self.f.offset(access.start, access.steps, index)
            self.f.store(self.m, value, offset, access.steps[self.axis], count)
            return
        numbers = self.numbers(value, count)
        for number, place in zip(
            numbers, self.f.addresses(access, self.group.shape, index, self.axis, count), strict=True
        ):
            self.f.builder.store(number, place, align=8)

    def scatter(self, offsets: Any, mode: str, value: Any, index: Index, count: int) -> None:
        """Add the elements one after the other, for they may share an offset."""
        b = self.f.builder
        numbers = self.numbers(value, count)
        places = self.f.addresses(self.group.access(offsets), self.group.shape, index, self.axis, count)
        for number, place in zip(numbers, places, strict=True):
            before = b.load(place, align=8)
            b.store(b.fadd(before, number) if mode == "+" else b.fsub(before, number), place, align=8)

    def numbers(self, value: Any, count: int) -> list[ir.Value]:
        """A register's numbers, one by one."""
        number = self.m.number(value)
        if self.m.width == 1:
            return [number]
        return [self.f.builder.extract_element(number, HALF(k)) for k in range(count)]


# ── The loops of a group ────────────────────────────────────────────────────────────────────────────────────────


def write_loops(f: Emitter, group: Group) -> None:
    """The loops over a group's elements."""
    shape = group.shape
    summed = [
        a for a, n in enumerate(shape) if group.sums and n > 1 and step_of(group.access(group.each[0].write), a) == 0
    ]
    axis = lane_axis(group, summed)
    width = min(processor().width, 1 << (shape[axis] - 1).bit_length())
    m = lanes(f.builder, width)
    body = Body(f, group, m, axis)
    index: Index = [0] * len(shape)
    others = [(a, n) for a, n in enumerate(shape) if a != axis]
    kept = [(a, n) for a, n in others if a not in summed]
    if not summed:
        with f.nest(kept, index):
            for_blocks(f, shape[axis], width, index, axis, lambda count: body.write(index, count, {}))
        return
    inner = [(a, n) for a, n in others if a in summed]
    with f.nest(kept, index):
        if axis in summed:
            total = Total(body)
            with f.nest(inner, index):
                for_blocks(f, shape[axis], width, index, axis, lambda count: total.add(index, count, along=True))
            index[axis] = 0
            total.finish(index, 1, along=True)
        else:

            def column(count: int) -> None:
                total = Total(body)
                with f.nest(inner, index):
                    total.add(index, count, along=False)
                for a, _ in inner:
                    index[a] = 0
                total.finish(index, count, along=False)

            for_blocks(f, shape[axis], width, index, axis, column)


class Total:
    """A sum (or a largest number) in the making."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self.statement = body.group.each[0]
        self.neutral = -inf if self.statement.combine == "max" else 0.0
        self.place = body.f.variable(body.m.type, body.m.number(self.neutral))

    def combined(self, m: Lanes, a: Any, b: Any) -> Any:
        return m.maximum(a, b) if self.statement.combine == "max" else a + b

    def add(self, index: Index, count: int, along: bool) -> None:
        """Take in the elements at an index; lanes beyond the count take no part if the sum is along them."""
        body, b = self.body, self.body.f.builder
        known: dict[bytes, Any] = {}
        xs = [body.read(x, index, count, known) for x in self.statement.reads]
        value = self.statement.formula(body.m, *xs)
        if along and count < body.m.width:
            lanes_used = ir.Constant(
                ir.VectorType(ir.IntType(1), body.m.width), [k < count for k in range(body.m.width)]
            )
            value = body.m.choose(lanes_used, value, self.neutral)
        b.store(body.m.number(self.combined(body.m, body.m.lane(b.load(self.place)), value)), self.place)

    def finish(self, index: Index, count: int, along: bool) -> None:
        """Put the result where it belongs."""
        body, b = self.body, self.body.f.builder
        m, value = body.m, body.m.lane(b.load(self.place))
        if along:
            while m.width > 1:  # fold the register in halves
                half = lanes(b, m.width // 2)
                low, high = (half.lane(part(b, value.value, k * half.width, half.width)) for k in (0, 1))
                m, value = half, self.combined(half, low, high)
        access = body.group.access(self.statement.write)
        assert access.steps is not None, "sums are stored at fixed steps"
        offset = body.f.offset(access.start, access.steps, index)
        step = access.steps[body.axis]
        if self.statement.mode != "=":
            before = body.f.load(m, offset, step, count)
            value = before + value if self.statement.mode == "+" else before - value
        body.f.store(m, value, offset, step, count)


def part(b: ir.IRBuilder, vector: ir.Value, first: int, count: int) -> ir.Value:
    """Some neighbouring lanes of a register."""
    if count == 1:
        return b.extract_element(vector, HALF(first))
    picked = ir.Constant(ir.VectorType(HALF, count), list(range(first, first + count)))
    return b.shuffle_vector(vector, vector, picked)


def for_blocks(f: Emitter, length: int, width: int, index: Index, axis: int, write: Callable[[int], None]) -> None:
    """Write the code for whole registers along an axis, and for the rest of it."""
    whole, rest = divmod(length, width)
    if whole:
        with f.loop(whole) as number:
            index[axis] = f.scaled(number, width)
            write(width)
    if rest:
        index[axis] = whole * width
        write(rest)
    index[axis] = 0


def step_of(access: Access, axis: int) -> int | None:
    return None if access.steps is None else access.steps[axis]


def lane_axis(group: Group, summed: list[int]) -> int:
    """The axis along which the fewest instructions are needed, counted by the numbers that move at a time."""
    width = processor().width
    written = {group.key(offsets) for offsets in group.writes()}

    def cost(axis: int) -> float:
        length = group.shape[axis]
        per_register = 1.0 if axis not in summed else 1.0 + 4.0 / length
        for key, access in group.accesses.items():
            step = step_of(access, axis)
            together = step == 1 or (step == 0 and (key not in written or axis in summed))
            per_register += 1.0 if together else 2.0 * min(width, length)
        return -(-length // width) * prod(group.shape) / length * per_register

    return min(range(len(group.shape)), key=lambda axis: (cost(axis), -axis))
