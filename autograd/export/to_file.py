"""export: a compiled function leaves for other tools, as ONNX, C, JAX or PyTorch source."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograd.export.c_source import c_source
from autograd.export.dataflow import Dataflow
from autograd.export.dialects import JAX, PYTORCH
from autograd.export.functions import flow_of_function
from autograd.export.lowering import CannotExport
from autograd.export.onnx_graph import onnx_model
from autograd.export.python_source import python_source
from autograd.files import write_whole
from autograd.lift.jit import Compiled

#: The formats, and what a file in each holds.
FORMATS: dict[str, Callable[[Dataflow], str | bytes]] = {
    "onnx": onnx_model,
    "c": c_source,
    "jax": lambda flow: python_source(flow, JAX),
    "torch": lambda flow: python_source(flow, PYTORCH),
}


def export(f: Compiled, path: str | os.PathLike[str], *examples: Any, to: str | None = None) -> None:
    """Write a compiled function for other tools.

    Args:
        f: a function that `jit` made, also of `value_and_grad(…)` or `grad(…)`.
        path: of the file, which is written whole or not at all.
        examples: arguments of the structure that is to be written; by default that of the last call.
        to: "onnx", "c", "jax" or "torch"; by default what the end of the path says (`.onnx`, `.c`).

    The arguments are the inputs, array by array; Values that the function captures are constants with their numbers of
    now. It computes in float64, by IEEE 754's rules: what would raise a DomainError here is NaN or infinite there.

    Raises:
        CannotExport: if the format cannot express it, or is not known.
        ModuleNotFoundError: for ONNX without the package onnx.

    >>> import tempfile
    >>> from autograd import jit, tanh, value_and_grad
    >>> step = jit(value_and_grad(lambda w, x: tanh(w[0] * x[0] + w[1] * x[1])))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export(step, f"{folder}/step.c", [0.5, -0.25], [1.0, 2.0])
    ...     print(next(line for line in Path(folder, "step.c").read_text().splitlines() if line.startswith("void")))
    void function(const double *w, const double *x, double *value, double *gradient_of_w)
    """
    if not isinstance(f, Compiled):
        raise CannotExport(f"export takes a compiled function, jit(f), but was given {f!r}")
    chosen = format_of(path, to)
    write_whole(path, FORMATS[chosen](flow_of_function(f, examples)))


def format_of(path: str | os.PathLike[str], to: str | None) -> str:
    """The format by its name, or by the end of the path.

    Raises:
        CannotExport: if neither says which.
    """
    end = Path(path).suffix.lower().removeprefix(".")
    if to is not None:
        if to not in FORMATS:
            raise CannotExport(f"no format is called {to!r}; there are {', '.join(FORMATS)}")
        return to
    if end == "py":
        raise CannotExport(f"{os.fspath(path)} may be for JAX or for PyTorch: say to='jax' or to='torch' (--to)")
    if end not in FORMATS:
        raise CannotExport(f"{os.fspath(path)} does not end in .onnx, .c or .py, which says what to write")
    return end
