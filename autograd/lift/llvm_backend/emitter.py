"""A function being written: loops, variables, and numbers on their way from and to memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import prod
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]

from autograd.lift.llvm_backend.fusion import Access
from autograd.lift.llvm_backend.lanes import DOUBLE, HALF, WORD, Lane, Lanes

NOTHING = ir.VoidType()
Index = list[Any]  # along each axis a number, or a register that holds one


class Emitter:
    """A function of the memory, `name(memory)`, being written.

    Args:
        module: to which it belongs.
        name: by which it is called.
        constants: offset → number, for what never changes.
        needed: which offsets are to be stored.
        more: the types of what it is given besides the memory.
        result: the type of what it gives back.
    """

    def __init__(
        self,
        module: ir.Module,
        name: str,
        constants: dict[int, float],
        needed: Any,
        more: Sequence[ir.Type] = (),
        result: ir.Type = NOTHING,
    ) -> None:
        self.module = module
        self.constants = constants
        self.needed = needed
        kind = ir.FunctionType(result, [DOUBLE.as_pointer(), *more])
        self.function = ir.Function(module, kind, name)
        self.memory = self.function.args[0]
        self.entry = ir.IRBuilder(self.function.append_basic_block("variables"))
        self.builder = ir.IRBuilder(self.function.append_basic_block("start"))
        self.tables: dict[Access, ir.Value] = {}  # offsets that the code reads

    def finish(self, result: ir.Value | None = None) -> None:
        """End the function, with what it gives back."""
        if result is None:
            self.builder.ret_void()
        else:
            self.builder.ret(result)
        self.entry.branch(self.function.basic_blocks[1])

    def backward_from(self, adjoint: int) -> None:
        """Clear the adjoints, set the one at this offset to 1, and go backward, by the module's own functions."""
        b = self.builder
        b.call(self.module.globals["clear"], [self.memory])
        place = self.at(adjoint)
        b.store(b.fadd(b.load(place, align=8), DOUBLE(1.0)), place, align=8)
        b.call(self.module.globals["backward"], [self.memory])

    # ── Loops and variables ─────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def loop(self, count: int) -> Iterator[Any]:
        """The body, for each number below count. A count of 1 is no loop."""
        if count == 1:
            yield 0
            return
        b = self.builder
        before = b.block
        body, after = b.append_basic_block("loop"), b.append_basic_block("after")
        b.branch(body)
        b.position_at_end(body)
        number = b.phi(WORD)
        number.add_incoming(WORD(0), before)
        yield number
        following = b.add(number, WORD(1), flags=("nuw", "nsw"))
        number.add_incoming(following, b.block)
        b.cbranch(b.icmp_unsigned("<", following, WORD(count)), body, after)
        b.position_at_end(after)

    def fold(self, count: int, start: list[ir.Value], body: Callable[[Any, list[ir.Value]], list[ir.Value]]) -> Any:
        """What becomes of registers: body(number, registers) gives their next values, for each number below count."""
        if count == 1:
            return body(0, start)
        before = self.builder.block
        with self.loop(count) as number:
            phis = [self.builder.phi(value.type) for value in start]
            for phi, value in zip(phis, start, strict=True):
                phi.add_incoming(value, before)
            after = body(number, phis)
            for phi, value in zip(phis, after, strict=True):
                phi.add_incoming(value, self.builder.block)
        return after

    @contextmanager
    def nest(self, counts: list[tuple[int, int]], index: Index) -> Iterator[None]:
        """Loops inside each other: (axis, count), outermost first."""
        if not counts:
            yield
            return
        (axis, count), *inner = counts
        with self.loop(count) as number:
            index[axis] = number
            with self.nest(inner, index):
                yield

    def variable(self, kind: ir.Type, start: ir.Value) -> ir.Value:
        """Something that changes: a register, once LLVM has seen it."""
        place = self.entry.alloca(kind)
        self.builder.store(start, place)
        return place

    def scaled(self, number: Any, factor: int, more: int = 0) -> Any:
        """number·factor + more."""
        if isinstance(number, int):
            return number * factor + more
        if factor != 1:
            number = self.builder.mul(number, WORD(factor), flags=("nuw", "nsw"))
        return self.builder.add(number, WORD(more), flags=("nuw", "nsw")) if more else number

    def offset(self, start: int, steps: tuple[int, ...], index: Index) -> Any:
        """start + Σ stepₐ·indexₐ."""
        total = start
        parts = []
        for step, number in zip(steps, index, strict=True):
            if isinstance(number, int):
                total += step * number
            elif step:
                parts.append(self.builder.mul(number, WORD(step)) if step != 1 else number)
        for part in parts:
            total = self.builder.add(part, total if isinstance(total, ir.Value) else WORD(total))
        return total

    # ── Memory ──────────────────────────────────────────────────────────────────────────────────────────────

    def at(self, offset: Any, more: int = 0, memory: ir.Value | None = None) -> ir.Value:
        """The address of a number in memory."""
        where = offset + more if isinstance(offset, int) else offset
        pointer = self.builder.gep(memory or self.memory, [where if isinstance(where, ir.Value) else WORD(where)])
        return self.builder.gep(pointer, [WORD(more)]) if more and not isinstance(offset, int) else pointer

    def load(self, m: Lanes, offset: Any, step: int, count: int, memory: ir.Value | None = None) -> Lane:
        """As many numbers as a register holds, or fewer and zeros; from the memory or a table."""
        b = self.builder
        if m.width == 1:
            return m.lane(b.load(self.at(offset, 0, memory), align=8))
        if step == 0:
            return m.spread(b.load(self.at(offset), align=8))
        if step == 1 and count > 1:
            kind = ir.VectorType(DOUBLE, count)
            part = b.load(b.bitcast(self.at(offset, 0, memory), kind.as_pointer()), align=8)
            return m.lane(part if count == m.width else resized(b, part, m.width))
        return self.collected(m, [self.at(offset, k * step, memory) for k in range(count)])

    def collected(self, m: Lanes, addresses: list[ir.Value]) -> Lane:
        """Numbers from here and there."""
        b = self.builder
        if m.width == 1:
            return m.lane(b.load(addresses[0], align=8))
        together: ir.Value = m.number(0.0)
        for k, address in enumerate(addresses):
            together = b.insert_element(together, b.load(address, align=8), HALF(k))
        return m.lane(together)

    def store(self, m: Lanes, value: Any, offset: Any, step: int, count: int) -> None:
        """The first `count` of a register's numbers."""
        b = self.builder
        number = m.number(value)
        if m.width == 1:
            b.store(number, self.at(offset), align=8)
        elif step == 1 and count > 1:
            part = number if count == m.width else resized(b, number, count)
            b.store(part, b.bitcast(self.at(offset), part.type.as_pointer()), align=8)
        else:
            for k in range(count):
                b.store(b.extract_element(number, HALF(k)), self.at(offset, k * step), align=8)

    def table(self, access: Access) -> ir.Value:
        """The offsets of an access, as numbers of the module."""
        if access not in self.tables:
            content = bytearray(np.ascontiguousarray(access.offsets, dtype=np.int32).tobytes())
            kind = ir.ArrayType(ir.IntType(8), len(content))
            table = ir.GlobalVariable(self.module, kind, f"{self.function.name}.{len(self.tables)}")
            table.initializer, table.linkage, table.align = ir.Constant(kind, content), "internal", 64
            table.global_constant = True
            self.tables[access] = table.bitcast(HALF.as_pointer())
        return self.tables[access]

    def addresses(self, access: Access, shape: tuple[int, ...], index: Index, axis: int, count: int) -> list[ir.Value]:
        """The addresses that a table has for neighbours along an axis."""
        b = self.builder
        table = self.table(access)
        strides = tuple(prod(shape[k + 1 :]) for k in range(len(shape)))
        found = []
        for k in range(count):
            element = self.offset(k * strides[axis], strides, index)
            element = element if isinstance(element, ir.Value) else WORD(element)
            place = b.load(b.gep(table, [element]), align=4)
            found.append(b.gep(self.memory, [b.zext(place, WORD)]))
        return found


def resized(b: ir.IRBuilder, vector: ir.Value, width: int) -> ir.Value:
    """The first lanes, or all of them and zeros."""
    count = vector.type.count
    picked = [k if k < count else count for k in range(width)]
    zeros = ir.Constant(vector.type, [0.0] * count)
    return b.shuffle_vector(vector, zeros, ir.Constant(ir.VectorType(HALF, width), picked))
