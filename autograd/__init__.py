"""A scalar reverse-mode automatic differentiation engine in which every number can explain itself.

>>> from autograd import Value
>>> x = Value(2.0, label="x")
>>> y = (x * x + 1.0).log()
>>> y.backward()
>>> x
Value(2.0, grad=0.8, label='x')

Numbers and operations go in; a graph, its derivatives and what can be said about them come out. In reading order, the
first seven are the evening's reading:

    value             what a Value remembers; the backward pass
    ops               the table: all the calculus of the project
    operation         what an operation is
    arithmetic        what the table is read in: floats
    symbols           the same, as formulas
    eager             the methods of Value, written from the table
    graph             walking anything that has parents

    functions         the operations as functions; `calling` makes them
    taking            take: a row by its number, also where that is an argument
    transforms        grad, value_and_grad, jacobian, hessian, hvp, vjp
    testing/          derivatives against finite differences
    show/             for people's eyes: derive, draw, steps, explain, practice
    lift/             for speed: jit, vmap
    export/           for other tools: ONNX, C, JAX, PyTorch

    plain_adjoints    the chain rule in plain numbers, for transforms
    calling           functions that take Values and plain numbers
    python_code       expressions as lines of Python, for eager
    messages          what is said of what is no number, or has no answer
    asked_by_numpy    what NumPy is answered
    conditions        comparisons as numbers
    recording         what a Value asks before it gives its number away
    nesting           nested lists, dicts, dataclasses and arrays of numbers
    code_names        the names that a function's code has
    libraries         whose code a module is
    insides           what is inside of one thing, by its kind
    names_read        what names in code stand for
    following         what code can reach besides its arguments
    outside           the clock, chance and files, which a program would ask once
    surroundings      whether any of it has changed
    numpy_arithmetic  the table read in NumPy arrays
    javascript/       the table read in JavaScript, for pages
    endings           what the ending of a name says that a file is
    files             files that are whole or not there
    own_files         files under names that nobody has typed
"""

from typing import TYPE_CHECKING, Any

from autograd import functions
from autograd.functions import *  # noqa: F403  # every public function: a new one is so at once
from autograd.operation import Operation as Operation
from autograd.recording import TraceError as TraceError
from autograd.transforms import grad as grad
from autograd.transforms import hessian as hessian
from autograd.transforms import hvp as hvp
from autograd.transforms import jacobian as jacobian
from autograd.transforms import value_and_grad as value_and_grad
from autograd.transforms import vjp as vjp
from autograd.value import DomainError as DomainError
from autograd.value import Value as Value
from autograd.value import apply as apply
from autograd.value import nonfinite as nonfinite

if TYPE_CHECKING:
    from autograd.lift.capture.vmap import vmap as vmap
    from autograd.lift.jit import jit as jit

__version__ = "0.1.0"

#: Where the compiling names are found: they are imported when they are asked for, and NumPy with them.
COMPILING = {
    "jit": "autograd.lift.jit",
    "vmap": "autograd.lift.capture.vmap",
}

if not TYPE_CHECKING:  # for whom the names imported above are public, and no others there
    __all__ = [
        "DomainError", "Operation", "TraceError", "Value", "apply", "grad", "hessian", "hvp", "jacobian", "jit",
        "nonfinite", "value_and_grad", "vjp", "vmap",
    ]  # fmt: skip
    __all__ += functions.__all__

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
