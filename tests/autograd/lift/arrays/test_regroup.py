"""Which array operations are found: whatever the spelling, the same matrix products. A loss here is a lost product."""

import random

import pytest

from autograd import Value, dot, jit, logsumexp, mean, softmax, tanh
from autograd import sum as total
from autograd.lift.arrays.program import MatrixProduct


def matrix(rows, columns, seed=0):
    rng = random.Random(seed)
    return [[Value(rng.uniform(-1, 1)) for _ in range(columns)] for _ in range(rows)]


def products(compiled):
    """(rows, terms, columns, blocks) of each matrix product."""
    found = [i for i in compiled.latest.program.instructions if isinstance(i, MatrixProduct)]
    return [(*i.left.shape[-2:], i.right.shape[-2], i.out.size // i.out[0].size) for i in found]


def gradients(result, leaves):
    for leaf in leaves:
        leaf.grad = 0.0
    result.backward()
    return [leaf.grad for leaf in leaves]


def same_as_eager(f, leaves, *args):
    expected = f(*args)
    slopes = gradients(expected, leaves)
    compiled = jit(f)
    result = compiled(*args)
    assert result.data == pytest.approx(expected.data, rel=1e-12, abs=1e-13)
    assert gradients(result, leaves) == pytest.approx(slopes, rel=1e-10, abs=1e-13)
    return compiled


def by_builtin_sum(w, x, b):
    return b + sum(wi * xi for wi, xi in zip(w, x, strict=True))


def by_running_sum(w, x, b):
    act = b
    for wi, xi in zip(w, x, strict=True):
        act = act + wi * xi
    return act


def by_augmented_assignment(w, x, b):
    act = 0.0
    for wi, xi in zip(w, x, strict=True):
        act += xi * wi
    return act + b


def by_dot(w, x, b):
    return dot(w, x) + b


def backwards(w, x, b):
    return sum(xi * wi for wi, xi in reversed(list(zip(w, x, strict=True)))) + b


def permuted(w, x, b):
    pairs = list(zip(w, x, strict=True))
    pairs = pairs[1::2] + pairs[::2]
    return total([xi * wi if k % 2 else wi * xi for k, (wi, xi) in enumerate(pairs)]) + b


SPELLINGS = [by_builtin_sum, by_running_sum, by_augmented_assignment, by_dot, backwards, permuted]


@pytest.mark.parametrize("neuron", SPELLINGS)
def test_dense_layers_over_a_python_loop_are_one_product_each(neuron):
    w1, w2 = matrix(6, 3), matrix(5, 6, 1)
    b1, b2 = matrix(1, 6, 2)[0], matrix(1, 5, 3)[0]
    leaves = [*sum(w1, []), *sum(w2, []), *b1, *b2]

    def loss(xs):
        losses = []
        for x in xs:
            h = [tanh(neuron(w, x, b)) for w, b in zip(w1, b1, strict=True)]
            y = [neuron(w, h, b).relu() for w, b in zip(w2, b2, strict=True)]
            losses.append(sum(y))
        return mean(losses) + 0.01 * sum(p * p for p in leaves)

    rng = random.Random(5)
    xs = [[rng.uniform(-1, 1) for _ in range(3)] for _ in range(8)]
    compiled = same_as_eager(loss, leaves, xs)
    sizes = sorted(rows * columns * n for rows, n, columns, _ in products(compiled))
    assert sizes == [1 * len(leaves), 6 * 3 * 8, 5 * 6 * 8]
    assert len(compiled.program.statements) <= 8


@pytest.mark.parametrize("neuron", [by_builtin_sum, by_running_sum, by_dot])
def test_recurrent_nets_read_out_all_steps_at_once(neuron):
    wx, wh, v = matrix(4, 2), matrix(4, 4, 1), matrix(3, 4, 2)
    b = matrix(1, 4, 3)[0]
    leaves = [*sum(wx, []), *sum(wh, []), *sum(v, []), *b]

    def loss(xs):
        h = b
        outputs = []
        for x in xs:
            inside = [neuron(w, x, bias) for w, bias in zip(wx, b, strict=True)]
            h = [tanh(neuron(w, h, a)) for w, a in zip(wh, inside, strict=True)]
            outputs += [dot(row, h) for row in v]
        return mean([y * y for y in outputs])

    xs = [[0.1 * t, 1.0 - t] for t in range(6)]
    found = products(same_as_eager(loss, leaves, xs))
    assert any(rows * columns == 3 * 6 and n == 4 for rows, n, columns, _ in found)  # V·[h₁ … h₆], in one
    assert len(found) <= 2 * 6 + 2


def test_a_convolution_written_as_loops_is_one_product():
    kernels = [matrix(2, 2, seed) for seed in range(3)]
    leaves = [p for kernel in kernels for row in kernel for p in row]

    def loss(image):
        out = [
            sum(k[a][b] * image[i + a][j + b] for a in range(2) for b in range(2)).relu()
            for k in kernels
            for i in range(3)
            for j in range(4)
        ]
        return sum(y * y for y in out)

    rng = random.Random(0)
    compiled = same_as_eager(loss, leaves, [[rng.uniform(-1, 1) for _ in range(5)] for _ in range(4)])
    assert (3, 4, 12, 1) in products(compiled)


def test_what_is_multiplied_by_one_hot_numbers_stays_one_product():
    weights = matrix(3, 4)
    samples = [[float(k == j) - 0.5 * (k == 2) for k in range(4)] for j in (0, 1, 3, 2)]
    classes = [[float(k == j) for k in range(3)] for j in (0, 2, 1, 0)]

    def loss():
        guesses = [softmax([dot(row, x) for row in weights]) for x in samples]
        return total([dot(guess, chosen) for guess, chosen in zip(guesses, classes, strict=True)])

    compiled = same_as_eager(loss, [w for row in weights for w in row])
    assert sorted(products(compiled)) == [(1, 12, 1, 1), (4, 4, 3, 1)]


def test_factors_that_are_all_one_are_no_factors():
    xs = [Value(0.3 * k) for k in range(1, 5)]
    compiled = same_as_eager(lambda: total([1.0 * x.exp() for x in xs]), xs)
    assert "1 *" not in str(compiled.program) and "1 ·" not in str(compiled.program)


def test_causal_attention_is_a_product_for_each_head():
    heads, size, length = 2, 3, 5
    width = heads * size
    wq, wk, wv = (matrix(width, width, seed) for seed in range(3))
    leaves = [p for w in (wq, wk, wv) for row in w for p in row]

    def loss(tokens):
        q, k, v = ([[dot(row, x) for row in w] for x in tokens] for w in (wq, wk, wv))
        out = []
        for h in range(heads):
            part = range(h * size, (h + 1) * size)
            for t in range(length):
                scores = [sum(q[t][i] * k[s][i] for i in part) / size**0.5 for s in range(t + 1)]
                weights = softmax(scores)
                out += [sum(w * v[s][i] for s, w in enumerate(weights)) for i in part]
        return mean([y * y for y in out])

    rng = random.Random(0)
    tokens = [[rng.uniform(-1, 1) for _ in range(width)] for _ in range(length)]
    compiled = same_as_eager(loss, leaves, tokens)
    found = products(compiled)
    assert any(rows * columns == 3 * width * length and n == width for rows, n, columns, _ in found)  # q, k and v
    assert (length, size, length, heads) in found  # the scores
    assert len(compiled.program.statements) <= 14


def test_mixtures_are_elementwise_operations_and_sums():
    weights, means, scales = (matrix(1, 4, seed)[0] for seed in range(3))
    leaves = [*weights, *means, *scales]

    def loss(xs):
        prior = logsumexp(weights)
        terms = []
        for x in xs:
            parts = [
                w - prior - 0.5 * ((x - m) / s.exp()) ** 2 - s for w, m, s in zip(weights, means, scales, strict=True)
            ]
            terms.append(logsumexp(parts))
        return -mean(terms)

    compiled = same_as_eager(loss, leaves, [0.1 * k for k in range(20)])
    assert len(compiled.latest.program.instructions) <= 34
    assert compiled.latest.program.grouped / compiled.latest.program.scalars > 0.95


def test_without_structure_it_still_works():
    leaves = matrix(1, 12)[0]

    def tangle(scale):
        values = list(leaves)
        rng = random.Random(3)
        for _ in range(60):
            a, b = rng.choice(values), rng.choice(values)
            values.append(rng.choice([lambda a, b: a * b, lambda a, b: a - b, lambda a, b: tanh(a) + b])(a, b))
        return sum(values) * scale

    same_as_eager(tangle, leaves, 0.5)


def test_the_program_is_shown():
    w = matrix(3, 2)
    compiled = jit(lambda x: sum(dot(row, x).relu() for row in w))
    compiled([1.0, 2.0])
    text = str(compiled.program)
    assert "relu(" in text and "3×2" in text
    assert text.startswith("# ") and "recorded 1 time" in text
