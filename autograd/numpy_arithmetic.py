"""The table read in NumPy arrays, element by element: the same names as in `arithmetic.py`, and IEEE 754, too.

NumPy gives inf and NaN with a warning: evaluate inside `np.errstate(all="ignore")`. This file alone imports NumPy, so
import it where arrays are at hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, reduce
from typing import Any

import numpy as np

from autograd.arithmetic import ELEMENTARY, Arithmetic


def number_by_number(function: Callable[[float], float]) -> Callable[..., Any]:
    """A function of a number as one of arrays, which takes `out` as NumPy's own do."""
    of_array = np.vectorize(function, otypes=[float])

    def apply(x: Any, out: Any = None) -> Any:
        if out is None:
            return of_array(x)
        np.copyto(out, of_array(x))
        return out

    return apply


def error_function(name: str) -> Callable[..., Any]:
    """SciPy's if it is there, which takes long to import and so is sought at the first call; or Python's own."""

    @cache
    def found() -> Callable[..., Any]:
        try:
            from scipy import special  # type: ignore[import-untyped]
        except ImportError:
            return number_by_number(getattr(math, name))
        function: Callable[..., Any] = getattr(special, name)
        return function

    return lambda x, out=None: found()(x, out=out)


def numpy_arithmetic() -> Arithmetic:
    """The arithmetic, with erf and erfc from SciPy if it is there."""
    return Arithmetic(
        "Arrays",
        {
            **{name: getattr(np, name) for name in ELEMENTARY if hasattr(np, name)},
            "asin": np.arcsin,
            "acos": np.arccos,
            "atan": np.arctan,
            "atan2": np.arctan2,
            "greater": lambda a, b: np.where(np.greater(a, b), 1.0, 0.0),
            "step": lambda x: np.heaviside(x, 0.0),
            "sum": lambda *xs: reduce(np.add, xs),
            "erf": error_function("erf"),
            "erfc": error_function("erfc"),
            "detach": lambda x: x,
        },
    )


Arrays = numpy_arithmetic()
