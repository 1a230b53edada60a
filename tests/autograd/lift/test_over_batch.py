"""A function of one sample over a batch: the numbers and gradients of the loop over samples that it stands for."""

import random

import numpy as np
import pytest

from autograd import Value, dot, logsumexp
from autograd import sum as total
from autograd.lift.capture.vmap import each_sample
from autograd.lift.over_batch import OverBatch

COUNT = 5


def layer(w, x):
    return [dot(row, x).tanh() for row in w]


def of_sample(w, b, x, y):
    """A loss with products over parameters and data, over data alone, over parameters alone, and a softmax."""
    hidden = layer(w, x)
    loss = logsumexp(hidden) - dot(hidden, y) + x[0] * x[1] * y[0] + b * b * x[2] + total(p * p for p in w[0])
    return loss, [hidden[0] - b, x[1], b]


@pytest.mark.parametrize("kind", ["numpy", "llvm"])
def test_values_and_gradients_are_those_of_a_loop(kind):
    if kind == "llvm":
        pytest.importorskip("llvmlite")
    rng = random.Random(3)
    X, Y, shares = (np.array([[rng.gauss(0, 1) for _ in range(n)] for _ in range(COUNT)]) for n in (3, 2, 1))
    w, b = [[Value(rng.gauss(0, 1)) for _ in range(3)] for _ in range(2)], Value(0.7)

    def batch(x, y, shares):
        loss, outputs = of_sample(w, b, x, y)
        return [
            dot(shares, each_sample(loss, COUNT)),
            *(one for output in outputs for one in each_sample(output, COUNT)),
        ]

    program = OverBatch(batch, {"X": X[0], "Y": Y[0]}, {"shares": [1.0] * COUNT}, COUNT)
    machine = program.machine(repeated=kind == "llvm")
    assert program.arguments == COUNT * (3 + 2 + 1)
    machine.values[program.start : program.start + program.arguments] = np.concatenate([X, Y, shares], axis=None)
    machine.values[program.places] = [leaf.data for leaf in program.captured]
    machine.forward_and_backward()

    found = [of_sample(w, b, x.tolist(), y.tolist()) for x, y in zip(X, Y, strict=True)]
    expected = dot(shares.ravel().tolist(), [loss for loss, _ in found])
    expected.backward()
    outputs = np.array([[float(output) for output in outputs] for _, outputs in found])
    results = machine.values[program.roots]
    assert results[0] == pytest.approx(expected.data, rel=1e-13)
    assert results[1:].reshape(3, COUNT).T == pytest.approx(outputs, rel=1e-13)
    slopes = [leaf.grad for leaf in program.captured]
    assert machine.adjoints[program.places].tolist() == pytest.approx(slopes, rel=1e-12, abs=1e-15)
    assert len(program.captured) == 7


def test_machines_of_one_program_have_memories_of_their_own():
    w = Value(2.0)
    program = OverBatch(lambda x: [total(each_sample(w * x[0], 2))], {"x": [1.0]}, {}, 2)
    first, second = program.machine(repeated=False), program.machine(repeated=False)
    assert first.source is second.source
    for machine, number in ((first, 3.0), (second, 5.0)):
        machine.values[program.start : program.start + 2] = number, 1.0
        machine.values[program.places] = 2.0
    for machine, number in ((first, 3.0), (second, 5.0)):
        machine.forward_and_backward()
        assert machine.values[program.roots].tolist() == [2.0 * (number + 1.0)]
        assert machine.adjoints[program.places].tolist() == [number + 1.0]
