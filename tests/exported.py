"""Runs what was exported, by what is installed: a C compiler, onnxruntime, JAX, PyTorch. Others are skipped."""

import ctypes
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from autograd.export.c_source import CSource
from autograd.export.dialects import JAX, PYTORCH
from autograd.export.onnx_graph import onnx_model
from autograd.export.python_source import python_source

COMPILER = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)


def missing(*packages):
    return any(find_spec(package) is None for package in packages)


def by_c(flow):
    """The function, compiled."""
    source = CSource(flow)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "function.c")
        path.write_text(source.text())
        library = path.with_suffix(".so")
        flags = [
            "-std=c99",
            "-O1",
            "-Wall",
            "-Wno-unused-variable",
            "-Wno-unused-but-set-variable",
            "-Werror",
            "-fPIC",
            "-shared",
        ]
        done = subprocess.run([COMPILER, *flags, path, "-o", library, "-lm"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[:2000]
        function = getattr(ctypes.CDLL(library), source.name)
    pointer = ctypes.POINTER(ctypes.c_double)

    def run(*arguments):
        given = [np.ascontiguousarray(x, dtype=float) for x in arguments]
        results = [np.full(x.shape, np.nan) for x in flow.outputs.values()]
        function(*(x.ctypes.data_as(pointer) for x in (*given, *results)))
        return results

    def of_rows(*arguments):
        rows = [run(*row) for row in zip(*arguments, strict=True)]
        return [np.stack(column) for column in zip(*rows, strict=True)]

    return of_rows if any(x.each for x in flow.inputs) else run


def session_of(content):
    """A session of onnxruntime for a model's bytes."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def by_onnx(flow):
    session = session_of(onnx_model(flow))
    names = [x.name for x in session.get_inputs()]
    order = {x.detail.replace(".", "_"): k for k, x in enumerate(flow.inputs)}

    def run(*arguments):
        given = {name: np.asarray(arguments[order[name]], dtype=float) for name in names}
        return session.run(None, given)

    return run


def by_python(flow, dialect, array):
    """The function in the source, called with arrays of the library."""
    namespace = {}
    text = python_source(flow, dialect)
    exec(compile(text, "<exported>", "exec"), namespace)
    function = [x for x in namespace.values() if callable(x) and getattr(x, "__code__", None) is not None][-1]

    def run(*arguments):
        found = function(*map(array, arguments))
        return [np.asarray(x) for x in (found if isinstance(found, tuple) else (found,))]

    return run


def by_jax(flow):
    import jax

    jax.config.update("jax_enable_x64", True)
    return by_python(flow, JAX, lambda x: jax.numpy.asarray(x, dtype=float))


def by_torch(flow):
    import torch

    return by_python(flow, PYTORCH, lambda x: torch.tensor(np.asarray(x, dtype=float)))


def needs(condition, reason):
    return pytest.mark.skipif(condition, reason=reason)


#: Each way to run a dataflow.
RUNNERS = [
    pytest.param(by_c, id="c", marks=needs(COMPILER is None or sys.platform == "win32", "there is no C compiler")),
    pytest.param(by_onnx, id="onnx", marks=needs(missing("onnx", "onnxruntime"), "onnx and onnxruntime are needed")),
    pytest.param(by_jax, id="jax", marks=needs(missing("jax"), "JAX is not installed")),
    pytest.param(by_torch, id="torch", marks=needs(missing("torch"), "PyTorch is not installed")),
]
