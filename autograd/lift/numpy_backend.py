"""Step 6, the NumPy back end: straight Python source that calls NumPy, with all memory allocated beforehand.

The source is registered with `linecache`, so that a debugger steps through it and a traceback shows it. Views of the
two buffers (values and adjoints) are made once and have names; a line computes one of them from others.
"""

from __future__ import annotations

import itertools
import linecache
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeGuard

import numpy as np
from numpy.lib.stride_tricks import as_strided

from autograd import ops
from autograd.arithmetic import ELEMENTARY
from autograd.lift.layout import common_shape, steps
from autograd.lift.numpy_formula import Formula
from autograd.lift.program import Instruction, Map, Places, Product, Program, Reduce
from autograd.lift.reverse import Flow, Reverse
from autograd.lift.simplify import LARGEST
from autograd.symbols import ExpandedSymbols, Expression, expression, symbol

Array = np.ndarray[Any, np.dtype[np.float64]]

serial = itertools.count(1)


class Machine:
    """A program made ready to run: its memory, and the functions `forward` and `backward`, without arguments.

    Attributes:
        values: the numbers; set those of the inputs before `forward`.
        adjoints: after `backward`, the gradients at the places that were wanted.
    """

    def __init__(self, program: Program, reverse: Reverse | None = None) -> None:
        self.program = program
        self.values = np.zeros(program.size)
        for place, number in program.constants.items():
            self.values[place] = number
        self.adjoints = np.zeros(program.size if reverse else 0)
        writer = Writer(self)
        writer.forward()
        writer.backward(reverse or Reverse([], np.empty(0, dtype=np.intp)))
        self.source = writer.text()
        filename = f"<autograd.lift program {next(serial)}>"
        linecache.cache[filename] = (len(self.source), None, self.source.splitlines(keepends=True), filename)
        exec(compile(self.source, filename, "exec"), writer.namespace)
        self.forward: Callable[[], None] = writer.namespace["forward"]
        self.backward: Callable[[], None] = writer.namespace["backward"]
        self.clear: Callable[[], None] = writer.namespace["clear"]


def functions() -> dict[str, Any]:
    """What the written lines call, by name."""
    from autograd.arithmetic import Arrays

    named = {name: getattr(Arrays, name) for name in ELEMENTARY}
    named.update(
        add=np.add, subtract=np.subtract, multiply=np.multiply, negative=np.negative, divide=np.divide,
        greater=np.greater, heaviside=np.heaviside, sign=np.sign, matmul=np.matmul, dot=np.dot, sum_along=np.add.reduce,
        largest_along=np.maximum.reduce, copyto=np.copyto, take=np.take, bincount=np.bincount, not_equal=np.not_equal,
        inf=np.inf, nan=np.nan,
    )  # fmt: skip
    return named


class Writer:
    """Writes the source line by line, and makes the views that it names."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.program = machine.program
        self.namespace: dict[str, Any] = {**functions(), "values": machine.values, "adjoints": machine.adjoints}
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
        step = steps(places)
        if step is None:
            return None
        start = int(places.flat[0])
        key = (buffer, start, places.shape, step)
        if key not in self.views:
            whole: Array = self.namespace[buffer]
            strides = tuple(s * whole.itemsize for s in step)
            self.views[key] = self.named(buffer[0], as_strided(whole[start:], places.shape, strides))
        return self.views[key]

    def read(self, places: Places) -> str:
        """The numbers at these places: a literal, an array of constants, a view or a gather (done once)."""
        if self.is_constant[places].all():
            numbers = self.machine.values[places]
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
        if array is None:  # one constant throughout
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

    # ── Forward ─────────────────────────────────────────────────────────────────────────────────────────────

    def forward(self) -> None:
        self.lines.append("def forward():")
        self.write('"""values of all that is computed, from those of the inputs"""')
        first: Map | None = None  # a copy that the next instruction adds to: both in one, from the other end
        following = [*self.program.instructions, None][1:]
        for instruction, after in zip(self.program.instructions, following, strict=True):
            self.taken.clear()
            if first is not None:
                self.instruction(replace(instruction, mode="="))
                self.add_to(first, instruction.mode)
                first = None
            elif is_copy(instruction) and after is not None and same_result(instruction, after):
                first = instruction
            else:
                self.instruction(instruction)

    def instruction(self, instruction: Instruction) -> None:
        """The lines of one instruction."""
        if isinstance(instruction, Map):
            self.map(instruction)
        elif isinstance(instruction, Product):
            self.product(instruction)
        else:
            self.reduce(instruction)

    def add_to(self, copy: Map, mode: str) -> None:
        """out = copied ± out."""
        shape, _ = common_shape(copy.out, list(copy.operands))
        out = self.view("values", copy.out.reshape(shape))
        copied = self.read(copy.operands[0].reshape(shape))
        self.write(f"{'add' if mode == '+' else 'subtract'}({copied}, {out}, {out})")

    def output(self, places: Places, mode: str) -> tuple[str, str]:
        """Where a result is computed: in place, or in a temporary that is then added. And the place itself."""
        out = self.view("values", places)
        assert out is not None, "results are neighbours"
        return (out if mode == "=" else self.temporary(places.shape)), out

    def add_up(self, mode: str, target: str, out: str) -> None:
        if mode != "=":
            self.write(f"{'add' if mode == '+' else 'subtract'}({out}, {target}, {out})")

    def map(self, instruction: Map) -> None:
        shape, _ = common_shape(instruction.out, list(instruction.operands))
        xs = {f"x{k}": self.read(places.reshape(shape)) for k, places in enumerate(instruction.operands)}
        if instruction.op is ops.IDENTITY or instruction.op is ops.DETACH:
            out = self.view("values", instruction.out.reshape(shape))
            if instruction.mode == "=":
                self.write(f"copyto({out}, {xs['x0']})")
            else:
                self.add_up(instruction.mode, xs["x0"], str(out))
            return
        target, out = self.output(instruction.out.reshape(shape), instruction.mode)
        formula = expression(instruction.op.value(ExpandedSymbols, *map(symbol, xs)))
        Formula(self, xs, shape).compute(formula, target)
        self.add_up(instruction.mode, target, out)

    def product(self, instruction: Product) -> None:
        if are_dots(instruction):
            left, right = self.read(instruction.left[..., 0, :]), self.read(instruction.right[..., 0, :])
            both = self.temporary(instruction.left[..., 0, :].shape)
            self.write(f"multiply({left}, {right}, {both})")
            target, out = self.output(instruction.out[..., 0, 0], instruction.mode)
            self.write(f"sum_along({both}, -1, None, {target})")
        else:
            first = only_block(instruction)
            left = self.matrix(instruction.left[first])
            right = self.matrix(instruction.right[first])
            target, out = self.output(instruction.out[first], instruction.mode)
            self.multiply_matrices(left, self.transposed(right), target)
        self.add_up(instruction.mode, target, out)

    def multiply_matrices(self, left: str, right: str, out: str) -> None:
        """A matrix product; `dot` has less to decide than `matmul`, but takes only plain matrices."""
        array = self.namespace[out]
        self.write(f"{'dot' if array.ndim == 2 and array.flags.c_contiguous else 'matmul'}({left}, {right}, {out})")

    def transposed(self, name: str) -> str:
        key = ("transposed", name)
        if key not in self.views:
            self.views[key] = self.named("r", self.namespace[name].swapaxes(-1, -2))
        return self.views[key]

    def reduce(self, instruction: Reduce) -> None:
        operand = self.read(instruction.operand)
        target, out = self.output(instruction.out, instruction.mode)
        along = "largest_along" if instruction.op is LARGEST else "sum_along"
        self.write(f"{along}({operand}, -1, None, {target})")
        self.add_up(instruction.mode, target, out)

    # ── Backward ────────────────────────────────────────────────────────────────────────────────────────────

    def backward(self, reverse: Reverse) -> None:
        self.lines += ["", "def backward():"]
        self.write('"""adjoints of all that is wanted; those of the roots are set by the caller, after zeroing"""')
        for _, flows in itertools.groupby(reverse.flows, key=lambda flow: id(flow.instruction)):
            self.taken.clear()
            self.flow_back(list(flows))
        self.write("return")
        self.zero(reverse.zeros)

    def zero(self, places: Places) -> None:
        """The function that clears the adjoints that must start at 0."""
        self.lines += ["", "def clear():"]
        ends = np.flatnonzero(np.diff(places) > 1) + 1
        runs = np.split(places, ends)
        if not len(places):
            runs = []
        if len(runs) > 4:
            runs = [np.arange(places[0], places[-1] + 1)]
        for run in runs:
            self.write(f"{self.view('adjoints', run)}.fill(0.0)")
        self.write("return")

    def flow_back(self, flows: list[Flow]) -> None:
        instruction = flows[0].instruction
        sign = -1 if instruction.mode == "-" else 1
        if isinstance(instruction, Map):
            shape, _ = common_shape(instruction.out, list(instruction.operands))
            names: dict[str, str | None] = {
                f"x{k}": self.read(places.reshape(shape)) for k, places in enumerate(instruction.operands)
            }
            names["y"] = self.view("values", instruction.out.reshape(shape))
            names["g"] = self.view("adjoints", instruction.out.reshape(shape))
            formula = Formula(self, {k: v for k, v in names.items() if v is not None}, shape)
            if instruction.op is ops.RELU:  # step(x) = sign(max(x, 0)), and faster
                known = self.temporary(shape)
                self.write(f"sign({names['y']}, {known})")
                formula.known[str(flows[0].partial)] = known
            for flow in flows:
                assert flow.partial is not None
                self.land(flow, sign, flow.target.reshape(shape), formula, flow.partial)
        elif isinstance(instruction, Reduce):
            spread = np.broadcast_to(instruction.out[..., None], instruction.operand.shape)
            name = self.view("adjoints", spread)
            assert name is not None
            for flow in flows:
                formula = Formula(self, {"g": name}, spread.shape)
                self.land(flow, sign, flow.target, formula, expression(1.0))
        else:
            for flow in flows:
                self.product_back(instruction, flow, sign)

    def product_back(self, instruction: Product, flow: Flow, sign: int) -> None:
        """Y = A·Bᵀ:  Ā = Ȳ·B,  B̄ = Ȳᵀ·A."""
        other = instruction.right if flow.operand == 0 else instruction.left
        if are_dots(instruction):
            shape = other[..., 0, :].shape
            names = {"x0": self.read(other[..., 0, :])}
            spread = np.broadcast_to(instruction.out[..., 0], shape)
            names["g"] = str(self.view("adjoints", spread))
            self.land(flow, sign, flow.target[..., 0, :], Formula(self, names, shape), symbol("x0"))
            return
        first = only_block(instruction)
        adjoint = self.view("adjoints", instruction.out[first])
        assert adjoint is not None
        if flow.operand == 1:
            adjoint = self.transposed(adjoint)
        target = flow.target[first]
        out = self.view("adjoints", target) if flow.first and sign > 0 and 0 not in (steps(target) or (0,)) else None
        result = out or self.temporary(target.shape)
        self.multiply_matrices(adjoint, self.matrix(other[first]), result)
        if out is None:
            self.accumulate(result, target, sign, flow.first)

    def land(self, flow: Flow, sign: int, target: Places, formula: Formula, partial: Expression) -> None:
        """Compute g · partial and put it where it belongs."""
        factor = partial.leaf if partial.operation is None and isinstance(partial.leaf, float) else None
        if factor in (1.0, -1.0):  # g·1 → g
            self.accumulate(formula.names["g"], target, sign * int(factor), flow.first)
            return
        if partial.operation is not None and partial.operation is ops.NEGATIVE:
            sign, partial = -sign, partial.operands[0]
        whole = Expression(ops.MULTIPLY, (symbol("g"), partial))
        step = steps(target)
        if flow.first and sign > 0 and step is not None and not broadcast(target, step):
            formula.compute(whole, str(self.view("adjoints", target)))
        else:
            result = self.temporary(formula.shape)
            formula.compute(whole, result)
            self.accumulate(result, target, sign, flow.first)

    def accumulate(self, result: str, target: Places, sign: int, first: bool) -> None:
        """Store or add a result at its target."""
        step = steps(target)
        plus = "add" if sign > 0 else "subtract"
        if step is not None:
            summed = tuple(axis for axis in broadcast(target, step))
            kept = target[tuple(0 if axis in summed else slice(None) for axis in range(target.ndim))]
            if len(np.unique(kept)) == kept.size:
                out = self.view("adjoints", kept)
                if summed and first and sign > 0:
                    self.write(f"sum_along({result}, {summed}, None, {out})")
                    return
                if summed:
                    short = self.temporary(kept.shape)
                    self.write(f"sum_along({result}, {summed}, None, {short})")
                    result = short
                if first:
                    self.write(f"copyto({out}, {result})" if sign > 0 else f"negative({result}, {out})")
                else:
                    self.write(f"{plus}({out}, {result}, {out})")
                return
        if len(np.unique(target)) == target.size:
            index = self.named("i", target)
            self.write(f"adjoints[{index}] {'+' if sign > 0 else '-'}= {result}")
            return
        low, high = int(target.min()), int(target.max()) + 1
        index = self.named("i", (target - low).ravel())
        out = self.view("adjoints", np.arange(low, high))
        self.write(f"{plus}({out}, bincount({index}, {result}.ravel(), {high - low}), {out})")


def is_copy(instruction: Instruction) -> TypeGuard[Map]:
    """Whether it copies numbers as they are."""
    return isinstance(instruction, Map) and instruction.op is ops.IDENTITY and instruction.mode == "="


def same_result(instruction: Instruction, after: Instruction) -> bool:
    """Whether the second adds to what the first has stored."""
    return after.mode != "=" and np.array_equal(instruction.out.ravel(), after.out.ravel())


def are_dots(product: Product) -> bool:
    """Whether the matrices are single rows and columns, and there are many."""
    return product.out.shape[-2:] == (1, 1) and product.out.size > 1


def only_block(product: Product) -> Any:
    """The index of the only matrix product, or of all."""
    blocks = product.out.ndim - 2
    return (0,) * blocks if np.prod(product.out.shape[:-2]) == 1 else slice(None)


def broadcast(places: Places, step: tuple[int, ...]) -> list[int]:
    """The axes along which the same places are met again."""
    return [axis for axis, s in enumerate(step) if s == 0 and places.shape[axis] > 1]


def blas_takes(array: Array) -> bool:
    """Whether the last two axes are a matrix as BLAS knows it: one step of 1, the other at least the length."""
    rows, columns = (s // array.itemsize for s in array.strides[-2:])
    m, n = array.shape[-2:]
    return (columns == 1 and rows >= n) or (rows == 1 and columns >= m) or (m == 1 and columns > 0)
