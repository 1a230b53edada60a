"""Formulas of the table as NumPy calls: one line for each elementary operation, in memory that was allocated before."""

from __future__ import annotations

from collections.abc import Hashable

from autograd import ops
from autograd.lift.numpy_backend.buffers import Lines
from autograd.symbols import Expression, expression


class FormulaWriter:
    """An expression of the table, computed by NumPy calls into given memory; equal parts are computed once."""

    def __init__(self, writer: Lines, names: dict[str, str], shape: tuple[int, ...]) -> None:
        self.writer = writer
        self.names = names
        self.shape = shape
        self.known: dict[Hashable, str] = {}

    def compute(self, part: Expression, out: str) -> None:
        """Write the lines that leave the expression's value in `out`."""
        result = self.value(part, out)
        if result != out:
            self.writer.write(f"copyto({out}, {result})")

    def value(self, part: Expression, out: str | None = None) -> str:
        """The name of the expression's value: a literal, a view, or a temporary, after the lines that fill it."""
        op = part.operation
        if op is None:
            return self.names[part.leaf] if isinstance(part.leaf, str) else repr(part.leaf)
        if op is ops.DETACH or op is ops.IDENTITY:
            return self.value(part.operands[0], out)
        key = structure(part)
        if key in self.known:
            return self.known[key]
        operands = [self.value(operand) for operand in part.operands]
        target = out or self.writer.temporary(self.shape)
        if op is ops.WHERE:
            condition, a, b = operands
            if target == a:
                target = self.writer.temporary(self.shape)
            self.writer.write(f"copyto({target}, {b})")
            self.writer.write(f"copyto({target}, {a}, where=not_equal({condition}, 0.0))")
        elif op is ops.STEP:
            self.writer.write(f"heaviside({operands[0]}, 0.0, {target})")
        elif op is ops.SUM:
            self.writer.write(f"copyto({target}, {operands[0]})")
            for operand in operands[1:]:
                self.writer.write(f"add({target}, {operand}, {target})")
        else:
            fixed = [self.value(expression(parameter)) for parameter in op.parameters.values()]
            self.writer.write(f"{op.name}({', '.join([*operands, *fixed])}, out={target})")
        if target != out:
            self.known[key] = target
        return target


def structure(part: Expression) -> Hashable:
    """What expressions that compute the same have in common: their operations and leaves, not how these are written."""
    if part.operation is None:
        return repr(part.leaf)  # which tells −0.0 from 0.0
    return (part.operation, *map(structure, part.operands))
