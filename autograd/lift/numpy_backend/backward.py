"""The backward pass as NumPy calls: what flows from each result to its operands, line by line."""

from __future__ import annotations

import itertools

import numpy as np

from autograd import ops
from autograd.lift.arrays.program import Map, MatrixProduct, Places, Reduce
from autograd.lift.arrays.reverse import Flow, Reverse
from autograd.lift.arrays.strides import broadcast, common_shape, strides_of
from autograd.lift.numpy_backend.formula import FormulaWriter, structure
from autograd.lift.numpy_backend.forward import Forward, are_dots, only_block
from autograd.symbols import Expression, expression, symbol


class ForwardAndBackward(Forward):
    """Writes the functions `backward` and `clear`, too."""

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
            formula = FormulaWriter(self, {k: v for k, v in names.items() if v is not None}, shape)
            if instruction.op is ops.RELU and flows[0].partial is not None:  # step(x) = sign(max(x, 0)), and faster
                known = self.temporary(shape)
                self.write(f"sign({names['y']}, {known})")
                formula.known[structure(flows[0].partial)] = known
            for flow in flows:
                assert flow.partial is not None
                self.land(flow, sign, flow.target.reshape(shape), formula, flow.partial)
        elif isinstance(instruction, Reduce):
            spread = np.broadcast_to(instruction.out[..., None], instruction.operand.shape)
            name = self.view("adjoints", spread)
            assert name is not None
            for flow in flows:
                formula = FormulaWriter(self, {"g": name}, spread.shape)
                self.land(flow, sign, flow.target, formula, expression(1.0))
        else:
            for flow in flows:
                self.product_back(instruction, flow, sign)

    def product_back(self, instruction: MatrixProduct, flow: Flow, sign: int) -> None:
        """Y = A·Bᵀ:  Ā = Ȳ·B,  B̄ = Ȳᵀ·A."""
        other = instruction.right if flow.operand == 0 else instruction.left
        if are_dots(instruction):
            shape = other[..., 0, :].shape
            names = {"x0": self.read(other[..., 0, :])}
            spread = np.broadcast_to(instruction.out[..., 0], shape)
            names["g"] = str(self.view("adjoints", spread))
            self.land(flow, sign, flow.target[..., 0, :], FormulaWriter(self, names, shape), symbol("x0"))
            return
        first = only_block(instruction)
        adjoint = self.view("adjoints", instruction.out[first])
        assert adjoint is not None
        if flow.operand == 1:
            adjoint = self.transposed(adjoint)
        target = flow.target[first]
        in_place = flow.first and sign > 0 and 0 not in (strides_of(target) or (0,))
        out = self.view("adjoints", target) if in_place else None
        result = out or self.temporary(target.shape)
        self.multiply_matrices(adjoint, self.matrix(other[first]), result)
        if out is None:
            self.accumulate(result, target, sign, flow.first)

    def land(self, flow: Flow, sign: int, target: Places, formula: FormulaWriter, partial: Expression) -> None:
        """Compute g · partial and put it where it belongs."""
        factor = partial.leaf if partial.operation is None and isinstance(partial.leaf, float) else None
        if factor in (1.0, -1.0):  # g·1 → g
            self.accumulate(formula.names["g"], target, sign * int(factor), flow.first)
            return
        if partial.operation is not None and partial.operation is ops.NEGATIVE:
            sign, partial = -sign, partial.operands[0]
        whole = Expression(ops.MULTIPLY, (symbol("g"), partial))
        step = strides_of(target)
        if flow.first and sign > 0 and step is not None and not broadcast(target, step):
            formula.compute(whole, str(self.view("adjoints", target)))
        else:
            result = self.temporary(formula.shape)
            formula.compute(whole, result)
            self.accumulate(result, target, sign, flow.first)

    def accumulate(self, result: str, target: Places, sign: int, first: bool) -> None:
        """Store or add a result at its target."""
        step = strides_of(target)
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
