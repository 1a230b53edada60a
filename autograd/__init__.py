"""A scalar reverse-mode automatic differentiation engine in which every number can explain itself.

>>> from autograd import Value
>>> x = Value(2.0, label="x")
>>> y = (x * x + 1.0).log()
>>> y.backward()
>>> x
Value(2.0, grad=0.8, label='x')

Where to read on: `value.py` (what a Value remembers, and the backward pass), `ops.py` (the table of all the
calculus), `functions.py`, `transforms.py`, `testing.py`.
"""

from typing import TYPE_CHECKING, Any

from autograd.functions import (
    abs,
    acos,
    asin,
    atan,
    atan2,
    cos,
    cosh,
    detach,
    dot,
    elu,
    erf,
    exp,
    expm1,
    gelu,
    hypot,
    leaky_relu,
    log,
    log1p,
    logsumexp,
    maximum,
    mean,
    minimum,
    relu,
    sigmoid,
    silu,
    sin,
    sinh,
    softmax,
    softplus,
    sqrt,
    step,
    sum,
    tan,
    tanh,
    where,
)
from autograd.operation import Operation
from autograd.recording import TraceError
from autograd.transforms import grad, hessian, hvp, jacobian, value_and_grad, vjp
from autograd.value import DomainError, Value, apply, nonfinite

if TYPE_CHECKING:
    from autograd.lift.capture.vmap import vmap
    from autograd.lift.jit import jit

__version__ = "0.1.0"

__all__ = [
    "DomainError",
    "Operation",
    "TraceError",
    "Value",
    "abs",
    "acos",
    "apply",
    "asin",
    "atan",
    "atan2",
    "cos",
    "cosh",
    "detach",
    "dot",
    "elu",
    "erf",
    "exp",
    "expm1",
    "gelu",
    "grad",
    "hessian",
    "hvp",
    "hypot",
    "jacobian",
    "jit",
    "leaky_relu",
    "log",
    "log1p",
    "logsumexp",
    "maximum",
    "mean",
    "minimum",
    "nonfinite",
    "relu",
    "sigmoid",
    "silu",
    "sin",
    "sinh",
    "softmax",
    "softplus",
    "sqrt",
    "step",
    "sum",
    "tan",
    "tanh",
    "value_and_grad",
    "vjp",
    "vmap",
    "where",
]

#: Where the compiling names are found: they are imported when they are asked for, and NumPy with them.
COMPILING = {
    "jit": "autograd.lift.jit",
    "vmap": "autograd.lift.capture.vmap",
}


def __getattr__(name: str) -> Any:
    if name not in COMPILING:
        raise AttributeError(f"module 'autograd' has no attribute {name!r}")
    from importlib import import_module

    try:
        module = import_module(COMPILING[name])
    except ModuleNotFoundError as error:
        if error.name != "numpy" or name != "jit":
            raise
        module = import_module("autograd.lift.without_numpy")
    return getattr(module, name)
