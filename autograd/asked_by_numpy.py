"""What a Value answers when NumPy asks it: an operator leaves a number to it, a function is its method.

    np.float64(2.0) * v  →  2.0 * v            np.exp(v)  →  v.exp()            np.array([…]) * v  →  a TypeError

NumPy would make arrays of objects of mixed expressions, which have no `backward`; so an array is refused.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from autograd.messages import refusal
from autograd.nesting import is_array

#: NumPy's operators: Python's, and the method of a Value that stands on the right.
OPERATORS_OF_NUMPY: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    "add": (operator.add, "__radd__"),
    "subtract": (operator.sub, "__rsub__"),
    "multiply": (operator.mul, "__rmul__"),
    **dict.fromkeys(["divide", "true_divide"], (operator.truediv, "__rtruediv__")),
    "power": (operator.pow, "__rpow__"),
}
COMPARISONS: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    "less": (operator.lt, "__gt__"),
    "less_equal": (operator.le, "__ge__"),
    "greater": (operator.gt, "__lt__"),
    "greater_equal": (operator.ge, "__le__"),
    "equal": (operator.eq, "__eq__"),
    "not_equal": (operator.ne, "__ne__"),
}
OPERATORS_OF_NUMPY |= COMPARISONS

#: NumPy's functions that have another name here.
OTHER_NAMES = {
    "absolute": "abs",
    "fabs": "abs",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arctan2": "atan2",
}

FUNCTIONS_OF_NUMPY = {
    *("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "negative"),
    *("maximum", "minimum", "hypot", *OTHER_NAMES),
}


def answer_numpy(value: Any, ufunc: Any, method: str, *inputs: Any, **settings: Any) -> Any:
    """What comes of NumPy's function of these, one of which is the Value.

    Raises:
        TypeError: if it is of an array, or none that there is here.
    """
    kind, name = type(value), ufunc.__name__
    if name in COMPARISONS:  # of which NumPy has made an array of a single number
        inputs = tuple(one[()] if is_array(one) and one.ndim == 0 else one for one in inputs)
    array = next(filter(is_array, inputs), None)
    asks_for_arrays = array is not None and name not in ("equal", "not_equal")
    if method == "__call__" and not settings and not asks_for_arrays:
        first, *others = inputs
        if name in OPERATORS_OF_NUMPY:
            of_python, reflected = OPERATORS_OF_NUMPY[name]
            found = of_python(*inputs) if hasattr(first, "backward") else getattr(value, reflected)(first)
            if found is NotImplemented:
                raise TypeError(f"{refusal(first)}.")
            return found
        if name in FUNCTIONS_OF_NUMPY:
            function = getattr(kind, OTHER_NAMES.get(name, name))
            return function(first if hasattr(first, "backward") else kind(first), *others)
    if array is not None:
        raise TypeError(f"{refusal(array)}.")
    there_are = ", ".join(sorted(FUNCTIONS_OF_NUMPY))
    raise TypeError(
        f"NumPy's {ufunc.__name__} takes no Value; of its functions those that do are {there_are}, and others are in"
        " autograd. The number is v.data."
    )
