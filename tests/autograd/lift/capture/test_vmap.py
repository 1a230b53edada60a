"""vmap: one sample's program for a batch, alone and compiled."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, dot, grad, jit, logsumexp, mean, relu, softmax, tanh, value_and_grad, vmap
from autograd import sum as total
from random_programs import programs


def sample_loss(p, x, t):
    hidden = [tanh(dot(w, x) + b) for w, b in zip(p["W1"], p["b1"], strict=True)]
    scores = [dot(w, hidden) + b for w, b in zip(p["W2"], p["b2"], strict=True)]
    return logsumexp(scores) - dot(scores, t)


def batch(n, seed=0):
    rng = np.random.default_rng(seed)
    p = {"W1": rng.normal(size=(5, 3)), "b1": rng.normal(size=5), "W2": rng.normal(size=(4, 5)), "b2": np.zeros(4)}
    return p, rng.normal(size=(n, 3)), np.eye(4)[rng.integers(0, 4, n)]


def by_hand(p, xs, ts):
    hidden = np.tanh(xs @ p["W1"].T + p["b1"])
    scores = hidden @ p["W2"].T + p["b2"]
    e = np.exp(scores)
    loss = (np.log(e.sum(1)) - (scores * ts).sum(1)).mean()
    d = (e / e.sum(1, keepdims=True) - ts) / len(xs)
    dh = d @ p["W2"] * (1 - hidden**2)
    return loss, {"W1": dh.T @ xs, "b1": dh.sum(0), "W2": d.T @ hidden, "b2": d.sum(0)}


@pytest.mark.parametrize("n", [1, 2, 17])
def test_the_mean_over_a_batch_reduces_inside(n):
    step = jit(value_and_grad(lambda p, xs, ts: mean(vmap(sample_loss, (None, 0, 0))(p, xs, ts))))
    args = batch(n)
    loss, slopes = by_hand(*args)
    found, found_slopes = step(*args)
    assert found == pytest.approx(loss, rel=1e-13)
    for key in slopes:
        assert found_slopes[key] == pytest.approx(slopes[key], rel=1e-11, abs=1e-15)
    assert step(*batch(n, 1))[0] == pytest.approx(by_hand(*batch(n, 1))[0], rel=1e-13)
    assert step.recordings == 1


def test_the_recording_does_not_grow_with_the_batch():
    f = jit(lambda p, xs, ts: mean(vmap(sample_loss, (None, 0, 0))(p, xs, ts)))
    sizes = []
    for n in (10, 100):
        f(*batch(n))
        sizes.append(f.latest.program.scalars)
    assert sizes[1] - sizes[0] == 90  # the samples' losses, taken one by one into the mean
    assert len(f.latest.program.instructions) < 30


def test_a_product_of_the_batch_is_one_product():
    f = jit(lambda w, xs: vmap(lambda w, x: [dot(row, x) for row in w], (None, 0))(w, xs))
    w, xs = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(4, 3)
    assert np.array(f(w, xs)) == pytest.approx(xs @ w.T)
    assert "w[2×3] · h1[3×4]" in str(f.program)


def test_results_for_each_sample_and_their_gradients():
    f = jit(vmap(value_and_grad(sample_loss), in_axes=(None, 0, 0)))
    p, xs, ts = batch(6)
    values, slopes = f(p, xs, ts)
    for k in range(6):
        loss, expected = by_hand(p, xs[k : k + 1], ts[k : k + 1])
        assert values[k] == pytest.approx(loss, rel=1e-12)
        for key in expected:
            assert slopes[key][k] == pytest.approx(expected[key], rel=1e-10, abs=1e-14)


def test_without_jit_it_is_a_loop():
    assert vmap(lambda x: (x * x, {"half": x / 2.0}))([1.0, 2.0]) == ([1.0, 4.0], {"half": [0.5, 1.0]})
    assert vmap(grad(lambda x: x * x))([1.0, 2.0]) == [2.0, 4.0]
    xs = [Value(1.0), Value(2.0)]
    total(vmap(lambda x: x * x)(xs)).backward()
    assert [x.grad for x in xs] == [2.0, 4.0]
    assert vmap(lambda x: x)([]) == []


def test_it_nests_and_captures():
    w = Value(2.0)
    f = jit(lambda rows: total(map(total, vmap(vmap(lambda x: relu(w * x)))(rows))))
    y = f([[1.0, -2.0], [3.0, 4.0]])
    y.backward()
    assert (y.data, w.grad) == (16.0, 8.0)
    data = np.array([1.0, 2.0, 3.0])  # captured numbers are constants, a row of them for each sample
    g = jit(value_and_grad(lambda w: mean(vmap(lambda x: (w * x).exp())(data))))
    assert g(0.5)[0] == pytest.approx(np.exp(0.5 * data).mean())
    assert g(0.5)[1] == pytest.approx((data * np.exp(0.5 * data)).mean())


def test_attention_over_a_batch():
    def attend(w, x):
        q = [[dot(row, token) for row in w] for token in x]
        out = []
        for t in range(len(x)):
            a = softmax([dot(q[t], x[s]) for s in range(t + 1)])
            out.append([total([a[s] * x[s][i] for s in range(t + 1)]) for i in range(len(w))])
        return mean([y * y for row in out for y in row])

    rng = np.random.default_rng(0)
    w, xs = rng.normal(size=(3, 3)), rng.normal(size=(5, 4, 3))
    f = lambda w, xs: mean(vmap(attend, (None, 0))(w, xs))
    value, slopes = value_and_grad(f)(w, xs)
    found, found_slopes = jit(value_and_grad(f))(w, xs)
    assert found == pytest.approx(value, rel=1e-12) and found_slopes == pytest.approx(slopes, rel=1e-10, abs=1e-13)
    value, slopes = value_and_grad(f, 1)(w, xs)
    assert jit(value_and_grad(f, 1))(w, xs)[1] == pytest.approx(slopes, rel=1e-10, abs=1e-13)


@settings(max_examples=60, deadline=None)
@given(programs, st.integers(1, 4), st.integers(1, 5), st.integers(0, 10**6))
def test_random_programs_agree_over_a_batch(f, count, n, seed):
    rng = random.Random(seed)
    shared = [rng.uniform(-2, 2) for _ in range(2)]
    rows = [[rng.uniform(-2, 2) for _ in range(count)] for _ in range(n)]
    whole = lambda shared, rows: mean(vmap(lambda s, x: f([*s, *x]), (None, 0))(shared, rows))
    value, slopes = value_and_grad(whole, (0, 1))(shared, rows)
    compiled = jit(value_and_grad(whole, (0, 1)))
    compiled([0.0, 0.0], [[0.0] * count] * n)
    found, found_slopes = compiled(shared, rows)
    assert found == pytest.approx(value, rel=1e-11, abs=1e-11)
    for a, b in zip(found_slopes[1], slopes[1], strict=True):
        assert a == pytest.approx(b, rel=1e-9, abs=1e-10)
    assert found_slopes[0] == pytest.approx(slopes[0], rel=1e-9, abs=1e-10)


@pytest.mark.parametrize(
    "args, words",
    [
        (([[1.0, 2.0], [3.0]],), r"argument 0\[1\] has 1 entries, the first sample's 2"),
        (([{"a": [1.0]}, {"a": [1.0, 2.0]}],), r"argument 0\[1\]\['a'\] has 2 entries"),
        (({"a": [1.0], "b": [1.0, 2.0]},), "different number of samples"),
        (([np.zeros(2), np.zeros(3)],), r"shape \(3,\)"),
        (([1.0, [2.0]],), "is a list"),
    ],
)
def test_samples_that_differ_are_named(args, words):
    with pytest.raises(ValueError, match=words):
        jit(vmap(lambda x: 1.0))(*args)


def test_what_is_no_batch_is_refused():
    with pytest.raises(ValueError, match="3 in argument 0, 2 in argument 1"):
        vmap(lambda x, y: x)([1.0] * 3, [1.0] * 2)
    with pytest.raises(TypeError, match="in_axes=None"):
        vmap(lambda x: x)(1.0)
    with pytest.raises(ValueError, match="in_axes"):
        vmap(lambda x: x, in_axes=1)([1.0])
    with pytest.raises(ValueError, match="1 entries"):
        vmap(lambda x, y: x, in_axes=(0,))([1.0], [2.0])
