"""Compiled functions and their gradients leave in every format with the numbers that they have here."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Operation, Value, apply, dot, exp, jit, logsumexp, tanh, value_and_grad
from autograd.export.dataflow import Dataflow, argument
from autograd.export.functions import flow_of_function
from autograd.export.lowering import Memory, backwards, forwards
from autograd.export.to_file import CannotExport, export
from autograd.lift.arrays.reference import ReferenceMachine
from autograd.lift.arrays.reverse import reverse
from exported import RUNNERS
from random_array_programs import RandomArrayProgram

ROUNDING = 1e-12


def same(found, expected, largest=1.0):
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(found, expected, rtol=ROUNDING, atol=ROUNDING * largest)


# ── Random array programs ──


def flow_of_program(random):
    """The program's root, all that it computes, and its gradient by all inputs."""
    program, wanted = random.program, np.arange(random.inputs)
    memory = Memory(program.size, program.constants)
    x = argument("x", (random.inputs,))
    memory.write(wanted, x)
    forwards(program, memory)
    adjoints = backwards(program, reverse(program, wanted), memory)
    root = memory.read(np.array(random.root))
    return Dataflow("program", (x,), {"root": root, "gradient": adjoints.read(wanted)})


def check_program(run, seed):
    random = RandomArrayProgram(seed)
    program, wanted = random.program, np.arange(random.inputs)
    machine = ReferenceMachine(program, reverse(program, wanted))
    machine.values[wanted] = np.random.default_rng(seed).uniform(-1.0, 1.0, random.inputs)
    machine.forward_and_backward()
    if not (np.isfinite(machine.values).all() and np.isfinite(machine.adjoints).all()):
        return
    root, gradient = run(flow_of_program(random))(machine.values[wanted])
    same(root, machine.values[random.root], np.abs(machine.values).max())
    same(gradient, machine.adjoints[wanted], np.abs(machine.adjoints).max())


@pytest.mark.parametrize("seed", [*range(6), 24, 44])
@pytest.mark.parametrize("run", RUNNERS)
def test_random_array_programs_and_their_gradients(run, seed):
    check_program(run, seed)


@pytest.mark.slow
@pytest.mark.parametrize("run", RUNNERS)
@settings(max_examples=60)
@given(st.integers(0, 10**6))
def test_many_random_array_programs(run, seed):
    check_program(run, seed)


# ── Functions ──


def two_layers(p, x):
    hidden = [tanh(dot(w, x) + b) for w, b in zip(p["W"], p["b"], strict=True)]
    return dot(p["out"], hidden)


P = {"W": [[0.5, -0.25, 0.1], [0.3, 0.2, -0.7]], "b": [0.1, -0.2], "out": [1.5, -0.5]}
X = [1.0, 2.0, -0.5]


@pytest.mark.parametrize("run", RUNNERS)
def test_a_value_and_its_gradients_are_outputs_by_name(run):
    f = jit(value_and_grad(two_layers, argnums=(0, 1)))
    value, (by_p, by_x) = f(P, X)
    flow = flow_of_function(f)
    assert [x.detail for x in flow.inputs] == ["p.W", "p.b", "p.out", "x"]
    assert [x.shape for x in flow.inputs] == [(2, 3), (2,), (2,), (3,)]
    gradients = [f"gradient of {name}" for name in ("p.W", "p.b", "p.out", "x")]
    assert list(flow.outputs) == ["value", *gradients]
    found = run(flow)(*P.values(), X)
    for one, expected in zip(found, [value, *by_p.values(), by_x], strict=True):
        same(one, expected)


@pytest.mark.parametrize("run", RUNNERS)
def test_a_nested_result_is_an_output_for_each_array(run):
    f = jit(lambda x: {"both": [x[0] * x[1], x[0] + x[1]], "one": exp(x[2])})
    f([1.0, 2.0, 0.5])
    flow = flow_of_function(f)
    assert {name: x.shape for name, x in flow.outputs.items()} == {"value.both": (2,), "value.one": ()}
    both, one = run(flow)([1.0, 2.0, 0.5])
    same(both, [2.0, 3.0])
    same(one, math.exp(0.5))


@pytest.mark.parametrize("run", RUNNERS)
def test_captured_values_are_constants_with_their_numbers_of_now(run):
    w = Value(2.0)
    f = jit(lambda x: w * x[0] + x[1])
    f([1.0, 1.0])
    w.data = 5.0
    same(run(flow_of_function(f))([3.0, 1.0])[0], 16.0)


@pytest.mark.parametrize("run", RUNNERS)
def test_an_operation_of_the_users_own_needs_nothing_else(run):
    softsign = Operation(
        "softsign", lambda m, x: m.divide(x, 1.0 + m.abs(x)), lambda m, y, x: (m.power(1.0 + m.abs(x), -2.0),)
    )
    f = jit(value_and_grad(lambda x: apply(softsign, x)))
    value, slope = f(-0.5)
    for found, expected in zip(run(flow_of_function(f))(-0.5), (value, slope), strict=True):
        same(found, expected)


@pytest.mark.parametrize("run", RUNNERS)
def test_second_derivatives(run):
    f = jit(value_and_grad(lambda x: value_and_grad(lambda y: tanh(y) * y)(x)[1] ** 2))
    value, slope = f(0.7)
    for found, expected in zip(run(flow_of_function(f))(0.7), (value, slope), strict=True):
        same(found, expected)


@pytest.mark.parametrize("run", RUNNERS)
def test_examples_say_which_structure_is_meant(run):
    f = jit(lambda xs: logsumexp(xs))
    f([1.0, 2.0])
    same(run(flow_of_function(f, [[0.5, 1.0, 2.0, 700.0]]))([0.5, 1.0, 2.0, 3.0])[0], logsumexp([0.5, 1.0, 2.0, 3.0]))


@pytest.mark.parametrize("run", RUNNERS)
def test_names_that_mean_something_elsewhere(run):
    def exp(t, jnp, y1):
        return t * jnp + y1

    f = jit(exp)
    f(2.0, 3.0, 4.0)
    same(run(flow_of_function(f))(2.0, 3.0, 5.0)[0], 11.0)


# ── Files, and what cannot be one ──


def test_a_file_is_written_in_the_format_that_its_end_says(tmp_path):
    f = jit(lambda x: x * x)
    f(1.0)
    export(f, tmp_path / "square.c")
    assert "void function(const double *x, double *value)" in (tmp_path / "square.c").read_text()
    export(f, tmp_path / "square.py", to="jax")
    assert "import jax" in (tmp_path / "square.py").read_text()
    export(f, tmp_path / "square.py", to="torch")
    assert "import torch" in (tmp_path / "square.py").read_text()


@pytest.mark.parametrize(
    "thing, path, to, says",
    [
        (lambda x: x, "a.c", None, "export takes a compiled function, jit(f), but was given"),
        (jit(lambda x: x), "a.c", None, "was never called: call it once, or give an example"),
        (jit(lambda x: x), "a.py", None, "may be for JAX or for PyTorch: say to='jax' or to='torch'"),
        (jit(lambda x: x), "a.txt", None, "does not end in .onnx, .c or .py, which says what to write"),
        (jit(lambda x: x), "a.c", "java", "no format is called 'java'; there are onnx, c, jax, torch"),
    ],
)
def test_what_cannot_be_written_is_said(thing, path, to, says, tmp_path):
    with pytest.raises(CannotExport, match=re.escape(says)):
        export(thing, tmp_path / path, to=to)
    assert not list(tmp_path.iterdir())


def test_a_package_that_is_missing_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    f = jit(lambda x: x * x)
    f(1.0)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'chalkgrad\[onnx\]'"):
        export(f, tmp_path / "square.onnx")
    assert not list(tmp_path.iterdir())
