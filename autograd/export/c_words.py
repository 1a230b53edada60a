"""How C writes elementary operations, numbers and indices."""

from __future__ import annotations

import math

import numpy as np

from autograd.export.dataflow import ELEMENTWISE
from autograd.export.dialects import INFIX_WORDS

WORDS = INFIX_WORDS | {
    "power": "pow({0}, {1})", "abs": "fabs({0})", "greater": "({0} > {1} ? 1.0 : 0.0)",
    "where": "({0} != 0.0 ? {1} : {2})", "step": "step_({0})", "maximum": "maximum_({0}, {1})",
    "minimum": "minimum_({0}, {1})",
}  # fmt: skip

HELPERS = """\
static inline double step_(double x) { return x > 0.0 ? 1.0 : x <= 0.0 ? 0.0 : x; }
static inline double maximum_(double a, double b) { return a >= b || a != a ? a : b; }
static inline double minimum_(double a, double b) { return a <= b || a != a ? a : b; }
"""


def word_of(kind: str) -> str:
    """How C writes an elementary operation; most have C's own name."""
    return WORDS.get(kind) or f"{kind}({', '.join(f'{{{k}}}' for k in range(ELEMENTWISE[kind]))})"


#: Names that a function of ours must not have: those of the C library, and of what is written around it.
TAKEN = {*dir(math), *ELEMENTWISE, *"y0 y1 yn j0 j1 jn abs div index round signbit step_ maximum_ minimum_".split()}
TAKEN |= {"t", "factor", "all", *"bijk"}


def broadcast_index(own: tuple[int, ...], shape: tuple[int, ...], index: str) -> str:
    """The index into an array of the first shape for an index into the second, to which it broadcasts.

    >>> broadcast_index((3, 4), (3, 4), "i"), broadcast_index((1, 4), (3, 4), "i"), broadcast_index((3, 1), (3, 4), "i")
    ('i', 'i % 4', 'i / 4')
    """
    if own == shape:
        return index
    terms: list[str] = []
    inner, stride = 1, 1
    for length, mine in zip(reversed(shape), reversed(own), strict=True):
        if mine > 1:
            digit = f"{index} / {inner}" if inner > 1 else index
            digit = f"{digit} % {length}" if inner * length < int(np.prod(shape)) else digit
            terms.append(f"{digit} * {stride}" if stride > 1 else digit)
            stride *= mine
        inner *= length
    return " + ".join(terms)


def c_number(x: float) -> str:
    """A number as C reads the same bits."""
    if np.isfinite(x):
        return repr(float(x))
    return "NAN" if x != x else "INFINITY" if x > 0 else "-INFINITY"
