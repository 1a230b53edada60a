"""The loop over samples as the sample axis: random programs of one sample, summed in many ways, beside the engine."""

import random

import numpy as np
import pytest

from autograd import Value, dot, exp, grad, jit, log, logsumexp, mean, tanh, value_and_grad
from autograd.lift.capture import sample_axis, simplify
from autograd.lift.choose_backend import back_end
from autograd.recording import TraceError

CHOICES = (tanh, lambda t: 0.1 * t * t, lambda t: t.sigmoid(), lambda t: t * 0.5 - 1.0)


@pytest.fixture
def found(monkeypatch):
    """Whether the sample axis was found, of each recording; short ones are looked at, too."""
    answers = []

    def noted(*args):
        along = sample_axis.along_samples(*args)
        answers.append(along is not None)
        return along

    monkeypatch.setattr(sample_axis, "FEWEST_RECORDED", 0)
    monkeypatch.setattr(simplify, "along_samples", noted)
    return answers


class OneSample:
    """Sums of random lengths, layer after layer; some have terms that others lack."""

    def __init__(self, rng, count, width):
        self.xs = [[rng.gauss(0, 1) for _ in range(width)] for _ in range(count)]
        self.ys = [rng.choice([-1.0, 1.0]) for _ in range(count)]
        self.parameters = [rng.gauss(0, 0.5) for _ in range(rng.randint(5, 30))]
        self.layers = [
            [(rng.choice(CHOICES), rng.randint(1, width)) for _ in range(width)] for _ in range(rng.randint(1, 3))
        ]

    def __call__(self, p, x):
        numbers = iter(list(p) * 50)
        for layer in self.layers:
            x = [f(sum((next(numbers) * a for a in x[:terms]), next(numbers))) for f, terms in layer]
        return x


def running_total(one, p):
    shared = exp(p[0]) * p[1]
    total = 0.0
    for x, y in zip(one.xs, one.ys, strict=True):
        h = one(p, x)
        total = total + logsumexp(h) * shared - y * h[0]
    return total / len(one.xs) + 0.01 * sum(a * a for a in p)


def step_by_step(one, p):
    hs = [one(p, x) for x in one.xs]
    losses = [sum((a - y) ** 2 for a in h) for h, y in zip(hs, one.ys, strict=True)]
    return mean(losses)


def many_terms_of_a_sample(one, p):
    total = 0.0
    for x, y in zip(one.xs, one.ys, strict=True):
        for a in one(p, x):
            total = total + (a - y) ** 2
    return total


def weighted_and_used_twice(one, p):
    hs = [one(p, x) for x in one.xs]
    return dot([h[0] for h in hs], [0.5 * abs(y) for y in one.ys]) + mean([h[-1] * h[0] for h in hs])


def an_odd_one(one, p):
    total = 0.0
    for number, x in enumerate(one.xs):
        h = [2.0 * a * a for a in one(p, x)] if number == 3 else one(p, x)
        total = total + sum(h)
    return total


def carried(one, p):
    total = state = 0.0
    for x in one.xs:
        state = 0.5 * state + one(p, x)[0]
        total = total + state * state
    return total


@pytest.mark.parametrize("machine", ["numpy", "llvm", "reference"])
@pytest.mark.parametrize(
    "summed", [running_total, step_by_step, many_terms_of_a_sample, weighted_and_used_twice, an_odd_one, carried]
)
def test_programs_of_a_sample_are_the_same_along_an_axis(found, summed, machine):
    token = back_end.set(machine)
    try:
        for seed in range(2 if machine == "llvm" else 4):
            rng = random.Random(seed)
            one = OneSample(rng, rng.choice([18, 24, 33]), rng.randint(2, 4))

            def f(p, one=one):
                return summed(one, p)

            value, gradient = value_and_grad(f)(one.parameters)
            ours, slopes = jit(value_and_grad(f))(one.parameters)
            assert ours == pytest.approx(value, rel=1e-12)
            assert np.allclose(slopes, gradient, rtol=0, atol=1e-12 * (1.0 + np.abs(gradient).max()))
            if seed < 1:

                def again(p, f=f):
                    return dot(grad(f)(p), p)

                expected = grad(again)(one.parameters)
                assert np.allclose(
                    jit(grad(again))(one.parameters), expected, rtol=0, atol=1e-11 * (1 + np.abs(expected).max())
                )
    finally:
        back_end.reset(token)
    assert any(found) == (summed is not carried)


def test_samples_may_be_arguments_and_parameters_captured(found):
    rng = random.Random(0)
    one = OneSample(rng, 20, 3)
    leaves = [Value(a, label=f"p{k}") for k, a in enumerate(one.parameters)]

    def loss(xs, ys):
        return sum((one(leaves, x)[0] - y) ** 2 for x, y in zip(xs, ys, strict=True))

    expected = loss(one.xs, one.ys)
    expected.backward()
    slopes = [leaf.grad for leaf in leaves]
    for leaf in leaves:
        leaf.grad = 0.0
    compiled = jit(loss)
    ours = compiled(one.xs, one.ys)
    ours.backward()
    assert found == [True]
    assert ours.data == pytest.approx(expected.data, rel=1e-12)
    assert [leaf.grad for leaf in leaves] == pytest.approx(slopes, rel=1e-11, abs=1e-13)


def test_samples_of_their_own_numbers_and_derivatives_by_them(found):
    def f(xs):
        shared = exp(xs[0][0])
        return mean([tanh(a * b) * shared + a for a, b in xs])

    xs = [[0.1 * k, 1.0 - 0.05 * k] for k in range(24)]
    value, slopes = value_and_grad(f)(xs)
    ours, ours_slopes = jit(value_and_grad(f))(xs)
    assert found == [True]
    assert ours == pytest.approx(value, rel=1e-13)
    assert np.allclose(ours_slopes, slopes, rtol=1e-12, atol=1e-14)


def test_results_may_be_what_blocks_compute(found):
    def f(p):
        scores = [tanh(p[0] * (0.1 * k) + p[1]) * p[2] for k in range(40)]
        return [sum(scores), scores[7], scores[0]]

    p = [0.3, -0.2, 1.5]
    assert jit(f)(p) == pytest.approx([float(x) for x in f(p)], rel=1e-13)
    assert found == [True]


def test_what_no_result_needs_still_fails(found):
    def f(p):
        total = 0.0
        for k in range(30):
            log(p[0] - 0.1 * k)
            total = total + tanh(p[0] * (0.3 * k)) * p[0]
        return total

    compiled = jit(f)
    assert compiled([5.0]) == pytest.approx(float(f([5.0])), rel=1e-13)
    with pytest.raises(ValueError, match="log"):
        compiled([1.0])


def test_a_long_loop_is_recorded_as_one_sample_is():
    weights = [0.1, -0.3, 0.2]

    def f(p):
        total = 0.0
        for k in range(1000):
            h = [tanh(a * (0.01 * k) + b) for a, b in zip(p, weights, strict=True)]
            total = total + sum(a * a * c for a, c in zip(h, p, strict=True)) - exp(p[0])
        return total

    compiled = jit(value_and_grad(f))
    value, slopes = compiled([0.5, 1.0, -0.7])
    expected = value_and_grad(f)([0.5, 1.0, -0.7])
    assert value == pytest.approx(expected[0], rel=1e-12)
    assert slopes == pytest.approx(expected[1], rel=1e-11)
    assert len(compiled.program.statements) < 12


def test_a_refusal_stays_one(found):
    def f(p):
        total = 0.0
        for k in range(20):
            if p[0] > k:
                total = total + p[0] * k
        return total

    with pytest.raises(TraceError):
        jit(f)([3.0])


def test_there_may_be_more_numbers_outside_than_operations(found):
    def f(p, xs):
        return sum(tanh(dot(p, x)) for x in xs)

    rng = random.Random(0)
    p = [rng.gauss(0, 1) for _ in range(50)]
    xs = [[rng.gauss(0, 1) for _ in p] for _ in range(30)]
    ours, slopes = jit(value_and_grad(f, argnums=1))(p, xs)
    value, expected = value_and_grad(f, argnums=1)(p, xs)
    assert found == [True]
    assert ours == pytest.approx(value, rel=1e-12, abs=1e-13)
    assert np.allclose(slopes, expected, rtol=1e-11, atol=1e-14)
