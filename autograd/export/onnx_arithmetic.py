"""The table's elementary functions in the operators of ONNX that runtimes compute in float64.

Of the trigonometric operators onnxruntime has a float64 kernel for the sine alone (before 1.24), and none for expm1,
log1p, hypot and erfc, which ONNX does not name. These are made of what there is, to the last digits or nearly so:

    exp log sqrt sin tanh abs floor max min pow + − · /  operators of their own, in float64
    greater step where                                   comparisons
    cos          next to the origin a product of two sines, one of which vanishes with it; beyond 1 − 2·sin²(x/2)
    tan          sin/cos
    atan         the operator in float32, and one step of Newton's by sin and cos: from 7 digits to 16
    asin acos atan2 from atan, by the side that is known exactly
    sinh cosh    from expm1 and exp
    expm1 log1p  Kahan's: what exp and log lose near 0 is known from the rounding of their own argument
    hypot        by the ratio of the smaller to the larger
    erf erfc     the polynomials of `autograd.lift.llvm_backend.vector_math`

A rule asks for them by name; the numbers are `OnnxNumber`, which emit a node of a graph for each operator.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autograd.lift.llvm_backend.vector_math import erf_kernel, erfc_kernel

FLOAT, DOUBLE = 1, 11  # as ONNX numbers its types

Emit = Callable[..., str]


class OnnxNumber:
    """A result in a graph, by its name: + − · / with others, or with numbers, are nodes of it."""

    __slots__ = ("emit", "name")

    def __init__(self, emit: Emit, name: str) -> None:
        self.emit, self.name = emit, name

    def node(self, operator: str, *more: Any, **attributes: Any) -> OnnxNumber:
        """The result of an operator whose first operand is this."""
        return OnnxNumber(self.emit, self.emit(operator, self, *more, **attributes))

    def __add__(self, other: Any) -> OnnxNumber:
        return self.node("Add", other)

    def __radd__(self, other: Any) -> OnnxNumber:
        return self.node("Add", other)

    def __sub__(self, other: Any) -> OnnxNumber:
        return self.node("Sub", other)

    def __rsub__(self, other: Any) -> OnnxNumber:
        return OnnxNumber(self.emit, self.emit("Sub", other, self))

    def __mul__(self, other: Any) -> OnnxNumber:
        return self.node("Mul", other)

    def __rmul__(self, other: Any) -> OnnxNumber:
        return self.node("Mul", other)

    def __truediv__(self, other: Any) -> OnnxNumber:
        return self.node("Div", other)

    def __rtruediv__(self, other: Any) -> OnnxNumber:
        return OnnxNumber(self.emit, self.emit("Div", other, self))

    def __neg__(self) -> OnnxNumber:
        return self.node("Neg")


class Composed:
    """What the polynomials of `vector_math` are written in, and what is made of them."""

    def exp(self, x: OnnxNumber) -> OnnxNumber:
        return x.node("Exp")

    def abs(self, x: OnnxNumber) -> OnnxNumber:
        return x.node("Abs")

    def fma(self, a: Any, b: Any, c: Any) -> Any:
        return a * b + c

    def minimum(self, a: OnnxNumber, b: Any) -> OnnxNumber:
        return a.node("Min", b)

    def maximum(self, a: OnnxNumber, b: Any) -> OnnxNumber:
        return a.node("Max", b)

    def compare(self, sign: str, a: OnnxNumber, b: Any) -> OnnxNumber:
        return a.node({"<": "Less", "==": "Equal", ">": "Greater"}[sign], b)

    def choose(self, condition: OnnxNumber, a: Any, b: Any) -> OnnxNumber:
        return condition.node("Where", a, b)

    def copysign(self, x: OnnxNumber, sign: OnnxNumber) -> OnnxNumber:
        """|x| with the sign of the other; at 0 the other itself."""
        return self.choose(self.compare("<", sign, 0.0), -self.abs(x), self.abs(x))


M = Composed()


def cosine_by_sines(x: OnnxNumber) -> OnnxNumber:
    """2·sin(π/4 − x/2)·sin(π/4 + x/2), where π/4 has more digits than a float; far out what depends on x/2 alone."""
    size = M.abs(x)
    half = 0.5 * size
    near = 2.0 * ((math.pi / 4 - half) + 3.061616997868383e-17).node("Sin") * (math.pi / 4 + half).node("Sin")
    sine = half.node("Sin")
    return M.choose(M.compare("<", size, 4.0), near, 1.0 - 2.0 * sine * sine)


def tangent(x: OnnxNumber) -> OnnxNumber:
    return x.node("Sin") / cosine_by_sines(x)


def arctangent(x: OnnxNumber) -> OnnxNumber:
    """a + tangent(atan x − a) for a, near atan x in float32; of large x by 1/x, whose tangent does not overflow."""
    size = M.abs(x)
    large = M.compare(">", size, 1.0)
    t = M.choose(large, 1.0 / size, size)
    a = t.node("Cast", to=FLOAT).node("Atan").node("Cast", to=DOUBLE)
    up, across = a.node("Sin"), cosine_by_sines(a)
    a = a + (t * across - up) / (across + t * up)
    return M.copysign(M.choose(large, math.pi / 2 - (a - 6.123233995736766e-17), a), x)


def angle_of_point(y: OnnxNumber, x: OnnxNumber) -> OnnxNumber:
    """The angle of (|x|, |y|) in the first quadrant, turned to its own; ±0 are told apart by 1/±0."""
    across, up = M.abs(x), M.abs(y)
    steep = M.compare(">", up, across)
    longer = M.choose(steep, up, across)
    ratio = M.choose(steep, across, up) / M.choose(M.compare("==", longer, 0.0), 1.0, longer)
    a = arctangent(M.choose(M.compare("==", up, across), M.choose(M.compare("==", up, 0.0), 0.0, 1.0), ratio))
    a = M.choose(steep, math.pi / 2 - (a - 6.123233995736766e-17), a)
    leftwards = M.choose(M.compare("==", x, 0.0), 1.0 / x, x)
    a = M.choose(M.compare("<", leftwards, 0.0), math.pi - (a - 1.2246467991473532e-16), a)
    downwards = M.choose(M.compare("==", y, 0.0), 1.0 / y, y)
    a = M.choose(M.compare("<", downwards, 0.0), -a, a)
    return a


def arcsine(x: OnnxNumber) -> OnnxNumber:
    return arctangent(x / ((1.0 - x) * (1.0 + x)).node("Sqrt"))


def arccosine(x: OnnxNumber) -> OnnxNumber:
    """2·atan √((1 − x)/(1 + x))."""
    return 2.0 * arctangent(((1.0 - x) / (1.0 + x)).node("Sqrt"))


def exp_minus_one(x: OnnxNumber) -> OnnxNumber:
    """(u − 1)·x/log u with u = eˣ rounded, for |x| < 1; elsewhere nothing is lost."""
    u = x.node("Exp")
    difference = u - 1.0
    same = M.compare("==", difference, 0.0)
    near = difference * (x / M.choose(same, 1.0, u.node("Log")))
    near = M.choose(same, x, near)
    return M.choose(M.compare("<", M.abs(x), 1.0), near, difference)


def log_of_one_plus(x: OnnxNumber) -> OnnxNumber:
    """log u·x/(u − 1) with u = 1 + x rounded."""
    u = 1.0 + x
    difference = u - 1.0
    same = M.compare("==", difference, 0.0)
    near = u.node("Log") * (x / M.choose(same, 1.0, difference))
    return M.choose(same, x, M.choose(M.compare("<", M.abs(x), 1.0), near, u.node("Log")))


def hyperbolic_sine(x: OnnxNumber) -> OnnxNumber:
    """(e + e/(e + 1))/2 with e = exp|x| − 1; far out h·(h/2) with h = exp(|x|/2), which does not overflow before it."""
    size = M.abs(x)
    e = exp_minus_one(M.minimum(size, 40.0))
    h = (0.5 * size).node("Exp")
    return M.copysign(M.choose(M.compare("<", size, 40.0), 0.5 * (e + e / (e + 1.0)), h * (0.5 * h)), x)


def hyperbolic_cosine(x: OnnxNumber) -> OnnxNumber:
    h = (0.5 * M.abs(x)).node("Exp")
    return h * (0.5 * h) + 0.5 / h / h


def radius(a: OnnxNumber, b: OnnxNumber) -> OnnxNumber:
    a, b = M.abs(a), M.abs(b)
    larger = a.node("Max", b)
    ratio = a.node("Min", b) / M.choose(M.compare("==", larger, 0.0), 1.0, larger)
    return larger * (1.0 + ratio * ratio).node("Sqrt")


def one_of_two(condition: OnnxNumber, a: OnnxNumber, b: OnnxNumber) -> OnnxNumber:
    """a where the condition is not 0; NaN is not."""
    return M.choose(M.compare("==", condition, 0.0), b, a)


def above_zero(x: OnnxNumber) -> OnnxNumber:
    """1 above 0, 0 at 0 and below, NaN for NaN."""
    above = M.choose(M.compare(">", x, 0.0), 1.0, 0.0)
    return M.choose(M.compare("==", x, x), above, x)


def operator(name: str) -> Callable[..., OnnxNumber]:
    """An operator that ONNX has."""
    return lambda x, *more: x.node(name, *more)


#: Every elementary operation, as nodes of a graph.
IN_ONNX: dict[str, Callable[..., OnnxNumber]] = {
    **{name: operator(name.capitalize()) for name in "add exp log sqrt sin tanh abs floor".split()},
    "subtract": operator("Sub"),
    "multiply": operator("Mul"),
    "divide": operator("Div"),
    "negative": operator("Neg"),
    "power": operator("Pow"),
    "maximum": operator("Max"),
    "minimum": operator("Min"),
    "greater": lambda a, b: M.choose(M.compare(">", a, b), 1.0, 0.0),
    "step": above_zero,
    "where": one_of_two,
    "cos": cosine_by_sines,
    "tan": tangent,
    "asin": arcsine,
    "acos": arccosine,
    "atan": arctangent,
    "atan2": angle_of_point,
    "sinh": hyperbolic_sine,
    "cosh": hyperbolic_cosine,
    "expm1": exp_minus_one,
    "log1p": log_of_one_plus,
    "hypot": radius,
    "erf": lambda x: erf_kernel(M, x),
    "erfc": lambda x: erfc_kernel(M, x),
}
