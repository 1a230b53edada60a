"""export: a network, or a compiled function, leaves for other tools as ONNX, C, JAX or PyTorch source."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograd.export.dialects import JAX, PYTORCH
from autograd.export.lowering import CannotExport
from autograd.export.to_file import FORMATS, format_of
from autograd.export.to_file import export as export_function
from autograd.files import write_whole
from nn.export.c_rows import c_from_rows
from nn.export.estimators import flow_of_estimator, is_estimator, onnx_from_estimator
from nn.export.network import flow_of_network
from nn.export.onnx_rows import onnx_from_rows
from nn.export.python_rows import python_from_rows
from nn.export.rows import FromRows, from_rows
from nn.layers import MLP
from nn.module import Module
from nn.predictor import Predictor

#: What a file in each format holds of a trained network; C is told what its functions are called after.
FORMATS_OF_ROWS: dict[str, Callable[[FromRows, str], str | bytes]] = {
    "onnx": lambda rows, _: onnx_from_rows(rows),
    "c": c_from_rows,
    "jax": lambda rows, _: python_from_rows(rows, JAX),
    "torch": lambda rows, _: python_from_rows(rows, PYTORCH),
}


def export(thing: Any, path: str | os.PathLike[str], *examples: Any, to: str | None = None) -> None:
    """Write a network, or a compiled function, for other tools.

    Args:
        thing: a trained network with its table (`Predictor`), of which raw rows go in, and labels and probabilities
            come out; a `Module`, of which rows of numbers go in, and outputs come out; a fitted estimator of
            `nn.estimators` or a pipeline of scalers and one, whose answers come out; or a function that `jit` made.
        path: of the file, which is written whole or not at all.
        examples: for a module that is no MLP a row of numbers; for a function see `autograd.export.export`.
        to: "onnx", "c", "jax" or "torch"; by default what the end of the path says (`.onnx`, `.c`).

    A file answers where Python refuses: to ±∞, and to numbers so large that they cannot be scaled, `predict` raises a
    DataError, and a file gives whatever comes of the arithmetic, be it a class. Check rows that may hold such before.

    Raises:
        CannotExport: if the format cannot express it, or is not known.
        ModuleNotFoundError: for ONNX without the package onnx.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export(MLP(2, [3, 1], rng=1), f"{folder}/network.c")
    ...     print(next(line for line in Path(folder, "network.c").read_text().splitlines() if line.startswith("void")))
    void network(const double *x, double *y)
    """
    if isinstance(thing, Predictor):
        chosen = format_of(path, to)
        write_whole(path, FORMATS_OF_ROWS[chosen](from_rows(thing), Path(path).name.partition(".")[0]))
    elif isinstance(thing, Module):
        chosen = format_of(path, to)
        if isinstance(thing, MLP) and not examples:
            examples = ([0.0] * thing.config()["n_in"],)
        if len(examples) != 1:
            raise CannotExport(
                f"export of a {type(thing).__name__} takes one example of a row of numbers after the path"
            )
        write_whole(path, FORMATS[chosen](flow_of_network(thing, examples[0])))
    elif is_estimator(thing):
        chosen = format_of(path, to)
        flow, classes = flow_of_estimator(thing)
        write_whole(path, onnx_from_estimator(flow, classes) if chosen == "onnx" else FORMATS[chosen](flow))
    else:
        export_function(thing, path, *examples, to=to)
