"""The lecture's worked example: two sigmoid neurons in a chain, forwards and backwards, number by number."""

import mpmath
import pytest

from autograd import Value
from nn import Neuron, losses

X, W1, B1, W2, B2, Y = 0.05, 0.1, -0.1, 0.3, 0.3, 0.01


def neuron(w, b):
    made = Neuron(1, activation="sigmoid", init="zeros")
    made.w[0].data, made.b.data = w, b
    return made


@pytest.fixture
def chain():
    first, second = neuron(W1, B1), neuron(W2, B2)
    a1 = first([X])
    a2 = second([a1])
    loss = losses.residual_sum_of_squares([a2], Y)
    loss.backward()
    return first, second, a1, a2, loss


def exact():
    """The loss as a function of w₁, b₁, w₂, b₂, in 50 digits."""

    def sigmoid(z):
        return 1 / (1 + mpmath.exp(-z))

    def loss(w1, b1, w2, b2):
        a1 = sigmoid(w1 * mpmath.mpf(X) + b1)
        return (mpmath.mpf(Y) - sigmoid(w2 * a1 + b2)) ** 2 / 2

    with mpmath.workdps(50):
        point = tuple(map(mpmath.mpf, (W1, B1, W2, B2)))
        orders = [tuple(int(i == j) for j in range(4)) for i in range(4)]
        return loss(*point), [mpmath.diff(loss, point, order) for order in orders]


def test_forward(chain):
    _, _, a1, a2, _ = chain
    (z1,), (z2,) = a1.parents, a2.parents
    assert [round(v.data, 3) for v in (z1, a1, z2, a2)] == [-0.095, 0.476, 0.443, 0.609]


def test_the_factors_of_the_chain_rule_as_the_lecture_gives_them(chain):
    _, second, a1, a2, _ = chain
    (z2,) = a2.parents
    weighted, _ = z2.parents
    dz2_dw2 = dict(zip(weighted.parents, weighted.local_grads, strict=True))[second.w[0]]
    (da2_dz2,) = a2.local_grads
    assert dz2_dw2 == a1.data
    assert round(dz2_dw2, 3) == 0.476
    assert round(da2_dz2, 3) == 0.238
    assert round(a2.grad, 3) == 0.599
    assert round(second.w[0].grad, 4) == 0.0679
    assert dz2_dw2 * da2_dz2 * a2.grad == pytest.approx(second.w[0].grad, rel=1e-15)


def test_every_gradient_against_50_digits(chain):
    first, second, _, _, loss = chain
    value, gradients = exact()
    assert loss.data == pytest.approx(float(value), rel=1e-15)
    parameters = (first.w[0], first.b, second.w[0], second.b)
    for parameter, expected in zip(parameters, gradients, strict=True):
        assert parameter.grad == pytest.approx(float(expected), rel=1e-14)


def test_the_same_with_bare_values():
    x, w1, b1, w2, b2 = map(Value, (X, W1, B1, W2, B2))
    a2 = (w2 * (w1 * x + b1).sigmoid() + b2).sigmoid()
    (0.5 * (Y - a2) ** 2).backward()
    _, gradients = exact()
    for value, expected in zip((w1, b1, w2, b2), gradients, strict=True):
        assert value.grad == pytest.approx(float(expected), rel=1e-14)
