"""The table read in machine code: an arithmetic whose `m.exp(x)` emits instructions for several numbers at once.

A `Lane` stands for the numbers in a register of the processor, as many as it holds (`Lanes.width`). The elementary
functions that have an instruction are here; those that are computed are in `vector_math.py`, each a function of its own
that is called; the others ask the C library, number by number. Composite operations come from the table.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
from collections.abc import Callable
from functools import cache
from math import copysign
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]

from autograd.arithmetic import ELEMENTARY, Arithmetic
from autograd.lift.llvm_backend.vector_math import KERNELS, small_power

DOUBLE = ir.DoubleType()
WORD = ir.IntType(64)
HALF = ir.IntType(32)
NOT_IN_C = {"power": "pow", "abs": "fabs"}  # the C library's names where they differ


class Lane:
    """The numbers in a register: + − · / and comparisons with others, or with one number for all."""

    __slots__ = ("lanes", "value")

    def __init__(self, lanes: Lanes, value: ir.Value) -> None:
        self.lanes = lanes
        self.value = value

    def __add__(self, other: Any) -> Lane:
        return self.lanes.emit("fadd", self, other)

    def __radd__(self, other: Any) -> Lane:
        return self.lanes.emit("fadd", other, self)

    def __sub__(self, other: Any) -> Lane:
        return self.lanes.emit("fsub", self, other)

    def __rsub__(self, other: Any) -> Lane:
        return self.lanes.emit("fsub", other, self)

    def __mul__(self, other: Any) -> Lane:
        return self.lanes.emit("fmul", self, other)

    def __rmul__(self, other: Any) -> Lane:
        return self.lanes.emit("fmul", other, self)

    def __truediv__(self, other: Any) -> Lane:
        return self.lanes.emit("fdiv", self, other)

    def __rtruediv__(self, other: Any) -> Lane:
        return self.lanes.emit("fdiv", other, self)

    def __neg__(self) -> Lane:
        return Lane(self.lanes, self.lanes.builder.fneg(self.value))

    def __bool__(self) -> bool:
        raise TypeError("numbers that are not known yet are neither true nor false; choose with m.where")

    def __eq__(self, other: object) -> bool:
        raise TypeError("numbers that are not known yet cannot be compared; choose with m.where and m.greater")

    __hash__ = None  # type: ignore[assignment]


class Lanes(Arithmetic):
    """Emits into `builder`. Nothing is contracted or reordered: + − · / round as they do in Python.

    Args:
        builder: where the instructions go.
        width: how many numbers a register holds; 1 for code on single numbers.
        fused: whether the processor multiplies and adds in one instruction.
    """

    def __init__(self, builder: ir.IRBuilder, width: int, fused: bool) -> None:
        super().__init__(f"Lanes({width})", {})
        self.builder = builder
        self.width = width
        self.fused = fused
        self.type = DOUBLE if width == 1 else ir.VectorType(DOUBLE, width)
        self.words = WORD if width == 1 else ir.VectorType(WORD, width)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name in ELEMENTARY:
            kernel = KERNELS.get(name)

            def function(*xs: Any) -> Lane:
                m = self.wide_enough(*xs)
                return m.call(name, kernel, *xs) if kernel else m.ask_c(name, *xs)

            self.__dict__[name] = function
            return function
        return super().__getattr__(name)

    # ── Numbers ─────────────────────────────────────────────────────────────────────────────────────────────

    def number(self, x: Any) -> ir.Value:
        """The instruction's operand: a register, or a number in all its lanes."""
        if not isinstance(x, Lane):
            return self.constant(self.type, float(x))
        return x.value if x.lanes.width == self.width else self.spread(x.value).value

    def spread(self, number: ir.Value) -> Lane:
        """One number in all lanes."""
        if self.width == 1:
            return Lane(self, number)
        empty = ir.Constant(self.type, ir.Undefined)
        first = self.builder.insert_element(empty, number, HALF(0))
        order = ir.Constant(ir.VectorType(HALF, self.width), [0] * self.width)
        return Lane(self, self.builder.shuffle_vector(first, empty, order))

    def wide_enough(self, *xs: Any) -> Lanes:
        """The arithmetic for these operands: that of single numbers where all are."""
        found = [x.lanes for x in xs if isinstance(x, Lane)]
        return max(found, key=lambda lanes: lanes.width) if found else self

    def constant(self, kind: ir.Type, x: Any) -> ir.Constant:
        """A number, or the same one in all lanes."""
        if self.width > 1 and x == 0 and copysign(1.0, x) > 0.0:
            return ir.Constant(kind, None)  # which is short to write
        return ir.Constant(kind, [x] * self.width if self.width > 1 else x)

    def word(self, bits: int) -> ir.Constant:
        """A whole number of 64 bits, in all lanes."""
        return self.constant(self.words, bits)

    def lane(self, value: ir.Value) -> Lane:
        return Lane(self, value)

    def emit(self, instruction: str, *xs: Any) -> Lane:
        m = self.wide_enough(*xs)
        return Lane(m, getattr(m.builder, instruction)(*map(m.number, xs)))

    def bits(self, x: Lane) -> ir.Value:
        """The numbers' bits, as whole numbers."""
        return self.builder.bitcast(x.value, self.words)

    def from_bits(self, words: ir.Value) -> Lane:
        return Lane(self, self.builder.bitcast(words, self.type))

    def intrinsic(self, name: str, *xs: Any) -> Lane:
        """An instruction that LLVM knows as a function."""
        m = self.wide_enough(*xs)
        full = f"llvm.{name}." + ("f64" if m.width == 1 else f"v{m.width}f64")
        module = m.builder.module
        kind = ir.FunctionType(m.type, [m.type] * len(xs))
        function = module.globals.get(full) or ir.Function(module, kind, full)
        return Lane(m, m.builder.call(function, [m.number(x) for x in xs]))

    def fma(self, a: Any, b: Any, c: Any) -> Lane:
        """a·b + c, rounded once where the processor can."""
        return self.intrinsic("fma", a, b, c) if self.fused else self.lane(self.number(a)) * b + c

    # ── Choosing ────────────────────────────────────────────────────────────────────────────────────────────

    def compare(self, relation: str, a: Any, b: Any) -> ir.Value:
        """A condition for `choose`; false if either is NaN, but for "!=" and "uno" (either is NaN)."""
        test = self.builder.fcmp_unordered if relation in ("!=", "uno") else self.builder.fcmp_ordered
        return test(relation, self.number(a), self.number(b))

    def choose(self, condition: ir.Value, a: Any, b: Any) -> Lane:
        return Lane(self, self.builder.select(condition, self.number(a), self.number(b)))

    def any(self, condition: ir.Value) -> ir.Value:
        """Whether a condition holds in one lane at least."""
        if self.width == 1:
            return condition
        lanes = ir.IntType(self.width)
        return self.builder.icmp_unsigned("!=", self.builder.bitcast(condition, lanes), lanes(0))

    def where(self, condition: Any, a: Any, b: Any) -> Lane:
        return self.choose(self.compare("!=", condition, 0.0), a, b)

    def step(self, x: Any) -> Lane:
        return self.choose(self.compare(">", x, 0.0), 1.0, self.choose(self.compare("<=", x, 0.0), 0.0, x))

    def greater(self, a: Any, b: Any) -> Lane:
        return self.choose(self.compare(">", a, b), 1.0, 0.0)

    def maximum(self, a: Any, b: Any) -> Lane:
        larger = self.choose(self.compare("<", a, b), b, a)  # a if either is NaN
        return larger if isinstance(b, float) else self.choose(self.compare("uno", b, b), b, larger)

    def minimum(self, a: Any, b: Any) -> Lane:
        smaller = self.choose(self.compare(">", a, b), b, a)
        return smaller if isinstance(b, float) else self.choose(self.compare("uno", b, b), b, smaller)

    # ── What has an instruction ─────────────────────────────────────────────────────────────────────────────

    def divide(self, a: Any, b: Any) -> Lane:
        return self.emit("fdiv", a, b)

    def sqrt(self, x: Any) -> Lane:
        return self.intrinsic("sqrt", x)

    def abs(self, x: Any) -> Lane:
        return self.intrinsic("fabs", x)

    def copysign(self, x: Any, sign: Any) -> Lane:
        return self.intrinsic("copysign", x, sign)

    def sum(self, *xs: Any) -> Any:
        total, *others = xs
        for x in others:
            total = total + x
        return total

    def detach(self, x: Any) -> Any:
        return x

    def power(self, x: Any, c: Any) -> Any:
        """Halves of small whole numbers by roots and products; others ask the C library."""
        m = self.wide_enough(x, c)
        found = small_power(m, x, c) if isinstance(c, float) and isinstance(x, Lane) else None
        return m.ask_c("power", x, c) if found is None else found

    # ── Functions ───────────────────────────────────────────────────────────────────────────────────────────

    def call(self, name: str, kernel: Callable[..., Any], *xs: Any) -> Lane:
        """Call a kernel, which is written into the module when it is first used."""
        module = self.builder.module
        full = f"{name}.{self.width}"
        function = module.globals.get(full)
        if function is None:
            function = ir.Function(module, ir.FunctionType(self.type, [self.type] * len(xs)), full)
            function.linkage = "internal"
            for attribute in ("readnone", "nounwind"):
                function.attributes.add(attribute)
            builder = ir.IRBuilder(function.append_basic_block())
            inside = Lanes(builder, self.width, self.fused)
            inside.builder.ret(inside.number(kernel(inside, *map(inside.lane, function.args))))
        return Lane(self, self.builder.call(function, [self.number(x) for x in xs]))

    def ask_c(self, name: str, *xs: Any) -> Lane:
        """The C library's function, for each lane."""
        module = self.builder.module
        kind = ir.FunctionType(DOUBLE, [DOUBLE] * len(xs))
        function = module.globals.get(c_symbol(name)) or ir.Function(module, kind, c_symbol(name))
        operands = [self.number(x) for x in xs]
        if self.width == 1:
            return Lane(self, self.builder.call(function, operands))
        result: ir.Value = ir.Constant(self.type, ir.Undefined)
        for k in range(self.width):
            place = HALF(k)
            numbers = [self.builder.extract_element(x, place) for x in operands]
            result = self.builder.insert_element(result, self.builder.call(function, numbers), place)
        return Lane(self, result)


def c_symbol(name: str) -> str:
    """The name by which machine code asks for a function of the C library."""
    return f"chalkgrad_c_{name}"


@cache
def c_function(name: str) -> int | None:
    """The address of a function of the C library's mathematics; None if it has no such function."""
    library = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else ctypes.util.find_library("m") or None)
    function = getattr(library, NOT_IN_C.get(name, name), None)
    return None if function is None else ctypes.cast(function, ctypes.c_void_p).value
