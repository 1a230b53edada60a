"""Networks for many rows at once give what the model gives for each: also such as no layer is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, dot, logsumexp, maximum, mean, softmax, tanh
from exported import RUNNERS
from nn import Module
from nn.export.network import flow_of_network
from random_programs import programs


class Attention(Module):
    """Two tokens that look at each other: products of rows with rows, a softmax, numbers that all rows share."""

    def __init__(self):
        self.w = [[Value(0.3 * (k - j) + 0.1) for j in range(3)] for k in range(3)]
        self.shared = Value(0.7)

    def __call__(self, x):
        tokens = [[tanh(dot(row, x[start : start + 3])) for row in self.w] for start in (0, 3)]
        shares = [softmax([dot(a, b) for b in tokens]) for a in tokens]
        mixed = [[dot(share, column) for column in zip(*tokens, strict=True)] for share in shares]
        largest = maximum(mixed[0][0], mixed[1][0])
        return [*mixed[0], logsumexp(mixed[1]), mean(mixed[1]) * self.shared, largest, self.shared * self.shared]


class OneFunction(Module):
    def __init__(self, f):
        self.f = f

    def __call__(self, x):
        return [self.f(x) + 0.0 * x[0]]


def same_for_each_row(run, model, rows):
    expected = [[float(y) for y in model(list(map(Value, row)))] for row in rows.tolist()]
    (found,) = run(flow_of_network(model, rows[0]))(rows)
    expected = np.array(expected)
    size = np.abs(expected).max(initial=1.0)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12 * size)


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize("run", RUNNERS)
def test_rows_with_rows(run, count):
    same_for_each_row(run, Attention(), np.random.default_rng(1).uniform(-1.0, 1.0, (count, 6)))


@pytest.mark.parametrize("run", RUNNERS[1:])
def test_no_rows(run):
    (found,) = run(flow_of_network(Attention(), [0.0] * 6))(np.empty((0, 6)))
    assert found.shape == (0, 7)


@pytest.mark.slow
@pytest.mark.parametrize("run", RUNNERS)
@settings(max_examples=40)
@given(f=programs, count=st.integers(1, 5), rows=st.integers(1, 4), seed=st.integers(0, 10**6))
def test_random_programs_for_rows(run, f, count, rows, seed):
    same_for_each_row(run, OneFunction(f), np.random.default_rng(seed).uniform(-2.0, 2.0, (rows, count)))
