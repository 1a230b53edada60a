"""Matrix products in machine code: Y[i, j] = Σₖ A[i, k]·B[j, k], a tile of Y at a time, which stays in registers.

The lanes of a register are neighbours along one of the three axes, whichever costs least:

    columns   y[i, j…] += a[i, k] · b[j…, k]        b's neighbours along j are neighbours in memory
    rows      the same with the roles of A and B exchanged
    inner     y[i, j] = Σ of lanes, a[i, k…] · b[j, k…]  both are neighbours along k

What the group does with Y afterwards is done before a tile leaves the registers.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]

from autograd.lift.arrays.strides import strides_of
from autograd.lift.llvm_backend.emitter import Emitter, Index
from autograd.lift.llvm_backend.fusion import Access, Group
from autograd.lift.llvm_backend.lanes import HALF, Lane, Lanes
from autograd.lift.llvm_backend.loops import Body
from autograd.lift.llvm_backend.machine_code import lanes, processor

Parts = list[tuple[int, int, int]]  # first, how many blocks, how long each is


def write_product(f: Emitter, group: Group) -> None:
    """The loops over the tiles of a group's product, and over the matrices."""
    Tiles(f, group).write()


class Tiles:
    """One group's product, being written."""

    def __init__(self, f: Emitter, group: Group) -> None:
        assert group.product is not None
        self.f = f
        self.group = group
        self.product = product = group.product
        leading = len(group.shape) - 2
        self.row, self.column = leading, leading + 1
        self.a, self.b = (Access(x, strides_of(x)) for x in (product.left, product.right))
        out = group.access(product.out)
        assert out.steps is not None
        if product.way == "rows" or (product.way == "inner" and out.steps[leading] == 1 != out.steps[leading + 1]):
            self.row, self.column = self.column, self.row
            self.a, self.b = self.b, self.a
        self.length = product.left.shape[-1]
        self.index: Index = [0] * len(group.shape)

    def write(self) -> None:
        shape = self.group.shape
        with self.f.nest([(a, n) for a, n in enumerate(shape[:-2])], self.index):
            if self.product.way == "inner":
                self.inner(shape[self.row], shape[self.column])
            else:
                self.outer(shape[self.row], shape[self.column])

    def operand(self, access: Access, number: Any, k: Any) -> Any:
        """The offset of an operand's element: its row, and its place k in the row."""
        assert access.steps is not None
        return self.f.offset(access.start, access.steps, [*self.index[:-2], number, k])

    # ── Lanes along an axis of the result ───────────────────────────────────────────────────────────────────

    def outer(self, rows: int, columns: int) -> None:
        host = processor()
        width = min(host.width, 1 << (columns - 1).bit_length())
        m = lanes(self.f.builder, width)
        whole, rest = divmod(columns, width)
        if whole:
            high, wide = tile_size(rows, whole, 24 if host.registers == 32 else 12)
            for first, count, length in parts(whole, wide):
                with self.f.loop(count) as number:
                    at = self.f.scaled(number, length * width, first * width)
                    self.row_tiles(m, rows, high, [(self.plus(at, v * width), width) for v in range(length)])
        if rest:
            high, _ = tile_size(rows, 1, 24 if host.registers == 32 else 12)
            self.row_tiles(m, rows, high, [(whole * width, rest)])

    def plus(self, number: Any, more: int) -> Any:
        return self.f.scaled(number, 1, more)

    def row_tiles(self, m: Lanes, rows: int, high: int, columns: list[tuple[Any, int]]) -> None:
        """The tiles of some registers of columns, given as first column and number of columns in use."""
        for first, count, length in parts(rows, high):
            with self.f.loop(count) as number:
                at = self.f.scaled(number, length, first)
                self.tile(m, [self.plus(at, r) for r in range(length)], columns)

    def tile(self, m: Lanes, rows: list[Any], columns: list[tuple[Any, int]]) -> None:
        f = self.f
        assert self.b.steps is not None
        step = self.b.steps[-2]

        def add(k: Any, totals: list[ir.Value]) -> list[ir.Value]:
            right = [f.load(m, self.operand(self.b, j, k), step, count) for j, count in columns]
            left = (f.load(m, self.operand(self.a, i, k), 0, m.width) for i in rows)
            return added_products(m, left, right, totals)

        totals = f.fold(self.length, [m.number(0.0)] * (len(rows) * len(columns)), add)
        body = Body(f, self.group, m, self.column)
        for (i, (j, count)), total in zip(product(rows, columns), totals, strict=True):
            self.done(body, i, j, count, m.lane(total))

    def done(self, body: Body, i: Any, j: Any, count: int, value: Lane) -> None:
        """Go on with a register of results: the group's statements, and into memory."""
        index = list(self.index)
        index[self.row], index[self.column] = i, j
        known: dict[bytes, Any] = {}
        if self.product.mode != "=":
            before = body.read(self.product.out, index, count, known)
            value = before + value if self.product.mode == "+" else before - value
        known[self.group.key(self.product.out)] = value
        body.write(index, count, known)

    # ── Lanes along what is summed ──────────────────────────────────────────────────────────────────────────

    def inner(self, rows: int, columns: int) -> None:
        most = 4 if processor().registers == 32 else 2
        for first, count, length in parts(rows, most):
            with self.f.loop(count) as number:
                at = self.f.scaled(number, length, first)
                self.inner_columns([self.plus(at, r) for r in range(length)], columns)

    def inner_columns(self, rows: list[Any], columns: int) -> None:
        """Four columns at a time, the rest by two and one, as registers go."""
        done = 0
        for size in (4, 2, 1):
            count = (columns - done) // size
            if count:
                with self.f.loop(count) as number:
                    self.inner_tile(rows, self.f.scaled(number, size, done), size)
            done += count * size

    def inner_tile(self, rows: list[Any], column: Any, size: int) -> None:
        f, b = self.f, self.f.builder
        width = min(processor().width, 1 << (self.length - 1).bit_length())
        m = lanes(b, width)
        columns = [self.plus(column, c) for c in range(size)]

        def add(k: Any, count: int, totals: list[ir.Value]) -> list[ir.Value]:
            right = [f.load(m, self.operand(self.b, j, k), 1, count) for j in columns]
            left = (f.load(m, self.operand(self.a, i, k), 1, count) for i in rows)
            return added_products(m, left, right, totals)

        whole, rest = divmod(self.length, width)
        totals = [m.number(0.0)] * (len(rows) * size)
        if whole:
            totals = f.fold(whole, totals, lambda number, sums: add(f.scaled(number, width), width, sums))
        if rest:
            totals = add(whole * width, rest, totals)
        narrow = lanes(b, size)
        body = Body(f, self.group, narrow, self.column)
        for number, i in enumerate(rows):
            sums = lane_sums(b, totals[number * size :][:size], width)
            self.done(body, i, column, size, narrow.lane(sums))


def added_products(m: Lanes, left: Iterable[Lane], right: list[Lane], totals: list[ir.Value]) -> list[ir.Value]:
    """The totals, row by row, and a product added to each. A row is loaded when its turn comes."""
    before = iter(totals)
    return [m.fma(a, b, m.lane(next(before))).value for a in left for b in right]


def lane_sums(b: ir.IRBuilder, registers: list[ir.Value], width: int) -> ir.Value:
    """The sum of each register's lanes, side by side: neighbours are added until one is left of each."""
    while width > 1:
        if len(registers) > 1:
            registers = [added(b, *pair) for pair in zip(registers[::2], registers[1::2], strict=True)]
        else:
            registers = [added(b, registers[0], registers[0], registers[0].type.count // 2)]
        width //= 2
    return side_by_side(b, registers)


def added(b: ir.IRBuilder, x: ir.Value, y: ir.Value, count: int = 0) -> ir.Value:
    """x₀ + x₁, x₂ + x₃, …, y₀ + y₁, …: the first `count` of them, or all."""
    count = count or x.type.count
    if count == 1:
        return b.fadd(b.extract_element(x, HALF(0)), b.extract_element(x, HALF(1)))
    even, odd = (ir.Constant(ir.VectorType(HALF, count), list(range(s, 2 * count, 2))) for s in (0, 1))
    return b.fadd(b.shuffle_vector(x, y, even), b.shuffle_vector(x, y, odd))


def side_by_side(b: ir.IRBuilder, registers: list[ir.Value]) -> ir.Value:
    """Registers side by side in one, or single numbers."""
    if len(registers) == 1:
        return registers[0]
    if not isinstance(registers[0].type, ir.VectorType):
        kind = ir.VectorType(registers[0].type, len(registers))
        together: ir.Value = ir.Constant(kind, ir.Undefined)
        for k, number in enumerate(registers):
            together = b.insert_element(together, number, HALF(k))
        return together
    count = 2 * registers[0].type.count
    order = ir.Constant(ir.VectorType(HALF, count), list(range(count)))
    pairs = zip(registers[::2], registers[1::2], strict=True)
    return side_by_side(b, [b.shuffle_vector(x, y, order) for x, y in pairs])


# ── Choosing ────────────────────────────────────────────────────────────────────────────────────────────────────


def parts(length: int, size: int) -> Parts:
    """Blocks of a size, and a shorter one."""
    whole, rest = divmod(length, size)
    return [(0, whole, size)] * bool(whole) + [(whole * size, 1, rest)] * bool(rest)


def tile_size(rows: int, registers: int, most: int) -> tuple[int, int]:
    """Rows and registers of a tile: many sums at a time, few of them in incomplete tiles."""

    def cost(size: tuple[int, int]) -> float:
        high, wide = size
        return sum(
            n * k * (max(r * c, 6) + 0.25 * (r + 2 * c))
            for _, n, r in parts(rows, high)
            for _, k, c in parts(registers, wide)
        )

    sizes = [(r, c) for r in range(1, min(rows, 16) + 1) for c in range(1, min(registers, 6) + 1) if r * c <= most]
    return min(sizes, key=cost)
