"""Random hill climbing: steps that are kept, and places that are left again."""

import math

import pytest

from autograd import DomainError, Value
from nn import (
    GradientDescent,
    Neuron,
    RandomHillClimbing,
    losses,
)


def test_a_step_is_kept_only_if_the_loss_fell():
    p, climbing = Value(0.0), RandomHillClimbing(1.0, rng=5)
    seen = []
    for _ in range(100):
        before = p.data
        climbing.step({"p": p}, lambda: seen.append(p.data) or abs(p.data - 2.0))
        tried = seen[-1]
        assert tried != before
        assert p.data == (tried if abs(tried - 2.0) < abs(before - 2.0) else before)
    moved = [tried - at for at, tried in zip(seen[::2], seen[1::2], strict=True)]
    assert sum(m * m for m in moved) / len(moved) == pytest.approx(1.0, rel=0.5)


def test_it_trains_the_perceptron_that_gradient_descent_cannot():
    rows = [([a, b], a * b) for a in (0.0, 1.0) for b in (0.0, 1.0)]  # AND

    def learned(optimizer):
        neuron = Neuron(2, activation="step", init="normal", rng=2)

        def loss():
            return losses.mean_absolute_error.mean([[neuron(x)] for x, _ in rows], [y for _, y in rows])

        for _ in range(300):
            neuron.zero_grad()
            loss().backward()
            optimizer.step(neuron.named_parameters(), lambda: loss().data)
        return loss().data

    assert learned(RandomHillClimbing(1.0, rng=1)) == 0.0
    assert learned(GradientDescent(1.0)) > 0.0


@pytest.mark.parametrize("wild", [math.nan, math.inf])
def test_a_place_without_a_loss_is_left(wild):
    p, climbing = Value(1.0), RandomHillClimbing(0.1, rng=1)
    climbing.step({"p": p}, lambda: 1.0 if p.data == 1.0 else wild)
    assert p.data == 1.0

    def no_loss():
        if p.data != 1.0:
            raise DomainError("nothing here")
        return 1.0

    climbing.step({"p": p}, no_loss)
    assert (p.data, climbing.steps) == (1.0, 2)


def test_an_interrupted_try_leaves_nothing_behind():
    p, q = Value(1.0), Value(2.0)

    def interrupted():
        if p.data != 1.0:
            raise KeyboardInterrupt
        return 1.0

    with pytest.raises(KeyboardInterrupt):
        RandomHillClimbing(0.1, rng=1).step({"p": p, "q": q}, interrupted)
    assert (p.data, q.data) == (1.0, 2.0)


def test_climbing_needs_the_loss():
    with pytest.raises(TypeError, match="random hill climbing needs the loss"):
        RandomHillClimbing().step({"p": Value(1.0)})
