"""Derivatives as functions: grad(f) is the function that computes ∂f, and can be differentiated again.

f takes numbers, or nested lists, tuples and dicts of numbers, or NumPy arrays. Derivatives come back as floats in
the argument's own nesting (arrays for arrays). Nothing is written to the `.grad` of any Value.

>>> grad(lambda p: (p[0] * p[1]).exp())([1.0, 2.0])
[14.7781121978613, 7.38905609893065]
>>> grad(grad(lambda x: x**3))(2.0)
12.0

Derivatives of Values, and those inside the function of another transform, are Values again. An argument that is
already a Value is passed on through an identity node: the inner derivative is taken at that node, the outer one goes
on through it, so the two cannot be confused (Siskind & Pearlmutter 2005).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from itertools import chain
from typing import Any

from autograd.graph import topological_order
from autograd.nesting import flat, flat_as, is_array, nested_like
from autograd.ops import IDENTITY
from autograd.plain_adjoints import plain_adjoints
from autograd.recording import is_recorded, open_inputs, watchers
from autograd.value import Value, adjoints, apply_by_ieee, operand_or_error

Argnums = int | tuple[int, ...]


def grad(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The function that computes ∂f/∂argument.

    Args:
        f: returns one Value or number.
        argnums: which argument, or a tuple of them, which gives a tuple of gradients.

    Raises:
        TypeError: if f returns no number; for a list, use `jacobian`.
        ValueError: if argnums names an argument that is not there.

    >>> grad(lambda w, x: w * x, argnums=(0, 1))(3.0, 5.0)
    (5.0, 3.0)
    """
    valued = value_and_grad(f, argnums)

    @wraps(f, assigned=("__module__", "__doc__"), updated=())
    def gradient(*args: Any, **kwargs: Any) -> Any:
        return valued(*args, **kwargs)[1]

    gradient.derivative_of = (f, argnums, False)  # type: ignore[attr-defined]  # as in value_and_grad
    return gradient


def value_and_grad(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., tuple[Any, Any]]:
    """The function that computes f and ∂f/∂argument together, as a pair. As `grad` otherwise.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """

    several = argnums if isinstance(argnums, tuple) else (argnums,)
    if not several or not all(isinstance(position, int) for position in several):
        raise TypeError(f"argnums is the position of an argument or a tuple of some, not {argnums!r}")

    def value_and_gradient(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        call = DifferentiatedCall(f, argnums, args, kwargs)
        root = scalar(call.result)
        return call.finished(root), call.gradient(root)

    # For a compiler, which differentiates its own program: the function, the arguments, and whether f comes with it.
    value_and_gradient.derivative_of = (f, argnums, True)  # type: ignore[attr-defined]
    return value_and_gradient


def vjp(f: Callable[..., Any], *args: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """f(*args), and the function v ↦ vᵀJ: the derivative of Σ vᵢfᵢ for weights v nested like the result.

    >>> y, pull = vjp(lambda p: [p[0] * p[1], p[0]], [2.0, 3.0])
    >>> y, pull([1.0, 10.0])
    ([6.0, 2.0], ([13.0, 2.0],))

    Raises:
        ValueError: if the weights are not nested like the result.
    """
    call = DifferentiatedCall(f, tuple(range(len(args))), args, {})
    outputs = list(flat(call.result))

    def pullback(weights: Any) -> tuple[Any, ...]:
        seeds = list(flat(weights))
        if len(seeds) != len(outputs):
            raise ValueError(f"the result has {len(outputs)} numbers, but {len(seeds)} weights were given")
        seeds = list(flat_as(call.result, weights))
        total = operand_or_error(0.0)
        for output, seed in zip(outputs, seeds, strict=True):
            total = total + operand_or_error(output) * seed
        gradients: tuple[Any, ...] = call.gradient(total)
        return gradients

    return nested_like(call.result, iter([call.finished(output) for output in outputs])), pullback


def jacobian(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The function that computes ∂fᵢ/∂xⱼ: the result's nesting, with the argument's in place of each number.

    >>> jacobian(lambda p: [p[0] * p[1], p[0] + p[1]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0]]
    """

    def jacobian_of(*args: Any, **kwargs: Any) -> Any:
        call = DifferentiatedCall(f, argnums, args, kwargs)
        rows = [call.gradient(operand_or_error(output)) for output in flat(call.result)]
        return nested_like(call.result, iter(rows))

    return jacobian_of


def hessian(f: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """The function that computes ∂²f/∂xᵢ∂xⱼ: of a list, a list of lists.

    >>> hessian(lambda p: p[0] ** 2 * p[1])([3.0, 2.0])
    [[4.0, 6.0], [6.0, 0.0]]
    """
    return jacobian(grad(f, argnums), argnums)


def hvp(f: Callable[..., Any], x: Any, v: Any) -> Any:
    """H(x)·v, the Hessian times a vector nested like x, without the Hessian (Pearlmutter 1994).

    >>> hvp(lambda p: p[0] ** 2 * p[1], [3.0, 2.0], [1.0, 0.0])
    [4.0, 6.0]

    Raises:
        ValueError: if v is not nested like x.
    """
    weights = list(flat(v))
    if len(weights) != len(list(flat(x))):
        raise ValueError(f"x has {len(list(flat(x)))} numbers, but v has {len(weights)}")
    weights = list(flat_as(x, v))

    def slope_along_v(p: Any) -> Any:
        total = operand_or_error(0.0)
        for slope, weight in zip(flat(grad(f)(p)), weights, strict=True):
            total = total + slope * weight
        return total

    return grad(slope_along_v)(x)


class DifferentiatedCall:
    """One call of f with the chosen arguments replaced by Values, and the derivatives with respect to them."""

    def __init__(self, f: Callable[..., Any], argnums: Argnums, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.lock = threading.Lock()  # the derivatives of a vjp may be asked for in several threads
        self.several = isinstance(argnums, tuple)
        chosen = argnums if isinstance(argnums, tuple) else (argnums,)
        for position in chosen:
            if not -len(args) <= position < len(args):
                raise ValueError(f"argnums={argnums!r}, but f was called with {len(args)} positional arguments")
        positions = [position % len(args) for position in chosen]
        inputs_at = {position: [input_value(x) for x in flat(args[position])] for position in set(positions)}
        self.arguments = [args[position] for position in positions]
        self.inputs = [inputs_at[position] for position in positions]  # the same ones, if one is named twice
        given = list(args)
        for position, values in inputs_at.items():
            given[position] = nested_like(args[position], iter(values))

        outer_inputs = open_inputs.get()
        token = open_inputs.set(outer_inputs | {id(x) for values in self.inputs for x in values})
        self.refusal: TypeError | None = None
        watchers.append(self)
        try:
            self.result = f(*given, **kwargs)
        finally:
            watchers.remove(self)
            open_inputs.reset(token)
        if self.refusal is not None:
            raise self.refusal  # which the function has swallowed, to go on without the gradient
        #: Whether the caller goes on with Values: it gave us some, or f used those of a transform or a recording
        #: around this one.
        self.is_nested = (
            any(x._operation is not None for values in self.inputs for x in values)
            or (bool(outer_inputs) and any(id(node) in outer_inputs for node in topological_order(*self.outputs())))
            or any(map(is_recorded, self.outputs()))
        )

    def is_argument(self, value: Value) -> bool:
        """Whether a Value was computed from the arguments."""
        inputs = {id(x) for values in self.inputs for x in values}
        return any(id(node) in inputs for node in topological_order(value))

    def outputs(self) -> list[Value]:
        """The Values in the result."""
        return [output for output in flat(self.result) if isinstance(output, Value)]

    def gradient(self, root: Value) -> Any:
        """∂root/∂argument, in the arguments' nesting."""
        if self.is_nested:
            adjoint = adjoints(root, Value(1.0))
            slopes = [adjoint.get(id(x), 0.0) for x in chain(*self.inputs)]
        else:
            with self.lock:
                slopes = plain_adjoints(root, list(chain(*self.inputs)))
        supply = iter(slopes)
        gradients = [nested_like(argument, supply) for argument in self.arguments]
        return tuple(gradients) if self.several else gradients[0]

    def finished(self, output: Any) -> Any:
        """A result as the caller wants it: a float, or a Value if an outer transform goes on with it."""
        return output if self.is_nested else float(output)


def input_value(x: Any) -> Value:
    """What f is given in place of x: a leaf, or if x is a Value itself a node of its own after it."""
    return apply_by_ieee(IDENTITY, x) if isinstance(x, Value) else Value(x)


def scalar(result: Any) -> Value:
    """The result of a function that has a gradient.

    Raises:
        TypeError: if it is not one number.
    """
    if isinstance(result, list | tuple | dict) or is_array(result):
        raise TypeError(
            f"grad takes a function that returns one number, but this one returned a {type(result).__name__}.\n"
            "For several results at once use jacobian, or add them up to one."
        )
    try:
        return operand_or_error(result)
    except TypeError as error:
        raise TypeError(f"grad takes a function that returns a Value or a number: {error}") from None
