"""Signatures with types, and formulas: of operations from the table of the engine, of activations from theirs."""

from __future__ import annotations

import inspect
import re
from typing import Any

from autograd import ops
from autograd.operation import Operation
from autograd.show.writing.formula import Symbol
from autograd.show.writing.formula_arithmetic import Formulas, operation_formula
from autograd.show.writing.names import label_name
from autograd.show.writing.tidy import tidied
from nn.activations import Activation


class Raw:
    """Text that a signature shows as it is."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def signature(thing: Any, *, bound: bool = True) -> str:
    """The arguments with their types as they are written, and what comes back.

    >>> from autograd import dot
    >>> signature(dot)
    '(xs: Iterable[Any], ys: Iterable[Any]) -> Any'
    """
    try:
        found = inspect.signature(thing)
    except (TypeError, ValueError):
        return "()"
    parameters = [as_written(parameter) for parameter in found.parameters.values()]
    if not bound:
        parameters = parameters[1:]
    back = found.return_annotation
    gives = isinstance(thing, type) or back in ("None", None, inspect.Signature.empty)
    return str(found.replace(parameters=parameters, return_annotation=inspect.Signature.empty if gives else raw(back)))


def as_written(parameter: inspect.Parameter) -> inspect.Parameter:
    annotation, default = parameter.annotation, parameter.default
    if annotation is not inspect.Parameter.empty:
        annotation = raw(annotation)
    if not isinstance(default, (str, int, float, tuple, type(None))) and default is not inspect.Parameter.empty:
        name = getattr(default, "__name__", "…")
        default = Raw(name if name.isidentifier() else "…")
    return parameter.replace(annotation=annotation, default=default)


def raw(annotation: Any) -> Raw:
    """A type as it is written; of two classes of that name the one of `autograd` is meant, and linked."""
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    return Raw(re.sub(r"(?<![\w.])Value\b", "~autograd.Value", text))


def described_operation(function: Any) -> str:
    """The formula and the derivatives of an operation's function; nothing for other functions."""
    op = ops.OPERATIONS.get(getattr(function, "__name__", ""))
    if op is None or op.arity not in (1, 2) or function.__doc__ != op.doc:
        return ""
    names = ("x",) if op.arity == 1 else ("a", "b")
    xs = [Symbol(label_name(name), 0.5) for name in names]
    y = Symbol(label_name("y"), 0.5)
    slopes = (op.blackboard or op.partials)(Formulas, y, *xs)
    rows = [f"y &= {operation_formula(op, *xs).latex()}"]
    for name, slope in zip(names, slopes, strict=True):
        rows.append(rf"\frac{{\partial y}}{{\partial {name}}} &= {written(slope)}")
    formula = "$$\n\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}\n$$"
    return "\n\n".join([formula, *edges(op)])


def written(slope: Any) -> str:
    return tidied(slope).latex() if hasattr(slope, "latex") else f"{slope:g}"


def edges(op: Operation) -> list[str]:
    """Where the derivative jumps, and how large an error may be."""
    kinks = [f"Its derivative jumps at {', '.join(f'{kink:g}' for kink in op.kinks)}."] if op.kinks else []
    value, partial = op.accuracy
    return [" ".join([*kinks, f"Errors: at most {value:g} ulp of the value, {partial:g} ulp of a derivative."])]


def described_activation(activation: Activation) -> str:
    """What its table says of an activation."""
    rows = {
        "Formula": f"`φ(z) = {activation.formula}`",
        "Derivative": f"`φ′(z) = {activation.derivative}`",
        "Range": f"`{activation.range}`",
        "Family": activation.family,
        "For it": activation.pros,
        "Against it": activation.cons,
    }
    return "\n\n".join(f"{name}\n: {text}" for name, text in rows.items())
