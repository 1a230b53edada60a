"""Training steps written scalar by scalar, compiled: microseconds a step, compile times, array operations found.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python tests/benchmarks/lift.py

Moons: 2-16-16-1 ReLU, 100 samples in a Python loop, hinge loss. Digits: 64-32-10 tanh, cross-entropy by vmap, 29
batches. Transformer: one layer, 16 wide, 4 heads, 8 positions, vocabulary 27. Each with one update a step.
"""

import random
import time
from operator import getitem

import numpy as np

from autograd import Value, dot, jit, logsumexp, mean, relu, softmax, take, tanh, value_and_grad, vmap
from nn.micrograd import MLP
from nn.optimizers import Adam, GradientDescent


def microseconds(f, repeats=7):
    """The median time of a call."""
    f()
    start = time.perf_counter()
    f()
    count = max(1, int(0.05 / (time.perf_counter() - start)))
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        for _ in range(count):
            f()
        times.append((time.perf_counter() - start) / count)
    return sorted(times)[repeats // 2] * 1e6


def show(name, compiled, compile_seconds, **times):
    program = compiled.latest.program
    print(f"{name}: {program.recorded:,} scalars → {len(compiled.program.statements)} array operations")
    print(f"    compile {compile_seconds:.2f} s, {1e6 * compile_seconds / program.recorded:.1f} µs a recorded node")
    for what, time_taken in times.items():
        print(f"    {what.replace('_', ' '):38s}{time_taken:10.1f} µs")


def timed(f, *args):
    start = time.perf_counter()
    result = f(*args)
    return result, time.perf_counter() - start


def moons():
    rng = np.random.default_rng(0)
    xs, ys = rng.normal(size=(100, 2)).tolist(), rng.choice([-1.0, 1.0], 100).tolist()
    random.seed(1337)
    model = MLP(2, [16, 16, 1])

    @jit
    def loss(xs, ys):
        losses = [relu(1.0 - y * model(x)) for x, y in zip(xs, ys, strict=True)]
        return mean(losses) + 1e-4 * sum(p * p for p in model.parameters())

    def step():
        total = loss(xs, ys)
        parameters = model.parameters()
        for p in parameters:
            p.grad = 0.0
        total.backward()
        for p in parameters:
            p.data -= 0.01 * p.grad

    _, seconds = timed(loss, xs, ys)
    show("moons, @jit around the loop of micrograd", loss, seconds, step=microseconds(step))

    def functional(p, xs, ys):
        def hinge(p, x, y):
            for w, b, last in ((p[0], p[1], False), (p[2], p[3], False), (p[4], p[5], True)):
                x = [dot(row, x) + bias for row, bias in zip(w, b, strict=True)]
                x = x if last else [relu(v) for v in x]
            return relu(1.0 - y * x[0])

        decay = sum(v * v for part in p for v in (part.ravel() if part.ndim > 1 else part))
        return mean(vmap(hinge, (None, 0, 0))(p, xs, ys)) + 1e-4 * decay

    shapes = [(16, 2), (16,), (16, 16), (16,), (1, 16), (1,)]
    p = [rng.uniform(-1, 1, shape) for shape in shapes]
    compiled = jit(value_and_grad(functional))
    xs, ys = np.array(xs), np.array(ys)
    _, seconds = timed(compiled, p, xs, ys)
    times = bound(compiled, p, xs, ys)
    times = {"bound_step_with_update": times, "call": microseconds(lambda: compiled(p, xs, ys))}
    times |= in_machine_code(compiled.bind(p, xs, ys), GradientDescent(0.01))
    show("moons, vmap", compiled, seconds, **times)


def bound(compiled, *args):
    step = compiled.bind(*args)

    def update():
        step.run()
        np.subtract(step.parameters, 0.01 * step.gradient, out=step.parameters)

    return microseconds(update)


def in_machine_code(step, optimizer, steps=1000):
    """Steps of an optimiser, one in a call and many."""
    epochs = step.training_loop(optimizer.rule, len(optimizer.slot_names), [])
    if epochs is None:
        return {}
    rates = np.full(steps, 1e-6)  # small, so that the numbers stay what they are
    return {
        "one_step_in_a_call": microseconds(lambda: epochs.step(1e-6, 0)),
        f"{steps}_steps_in_a_call,_each": microseconds(lambda: epochs.run(rates, 0)) / steps,
    }


def digits():
    rng = np.random.default_rng(0)
    p = {"W1": rng.uniform(-1, 1, (32, 64)) / 8, "b1": np.zeros(32), "W2": rng.uniform(-1, 1, (10, 32)) / 5}
    p["b2"] = np.zeros(10)
    rows, targets = rng.uniform(0, 1, (64, 64)), np.eye(10)[rng.integers(0, 10, 64)]

    def cross_entropy(p, x, t):
        hidden = [tanh(dot(w, x) + b) for w, b in zip(p["W1"], p["b1"], strict=True)]
        scores = [dot(w, hidden) + b for w, b in zip(p["W2"], p["b2"], strict=True)]
        return logsumexp(scores) - dot(scores, t)

    compiled = jit(value_and_grad(lambda p, xs, ts: mean(vmap(cross_entropy, (None, 0, 0))(p, xs, ts))))
    _, seconds = timed(compiled, p, rows, targets)
    step = compiled.bind(p, rows, targets)
    batches = [np.concatenate([rng.uniform(0, 1, 64 * 64), targets.ravel()]) for _ in range(28)]
    data = step.arguments[len(step.parameters) :]

    def epoch():
        for numbers in batches:
            data[:] = numbers
            step.run()
            np.subtract(step.parameters, 0.1 * step.gradient, out=step.parameters)

    times = {"epoch_of_28_batches": microseconds(epoch)}
    optimizer = GradientDescent(0.1)
    size = len(step.parameters)
    epochs = step.training_loop(optimizer.rule, 0, [(size, 64, 64), (size + rows.size, 10, 64)])
    if epochs is not None:
        tables = rng.uniform(0, 1, (1797, 64)), np.eye(10)[rng.integers(0, 10, 1797)]
        order = np.resize(rng.permutation(1797), (29, 64))
        rates = np.full(29, 1e-6)
        batches_of = [(table, order) for table in tables]
        times["epoch_of_29_batches_in_a_call"] = microseconds(lambda: epochs.run(rates, 0, batches_of))
    show("digits, vmap", compiled, seconds, **times)


def transformer():
    width, size, length, vocabulary = 16, 4, 8, 27
    rng = np.random.default_rng(42)
    shapes = {"wte": (vocabulary, width), "wpe": (16, width), "lm": (vocabulary, width)}
    shapes |= dict.fromkeys(("wq", "wk", "wv", "wo"), (width, width)) | {"f1": (64, width), "f2": (width, 64)}
    p = {name: rng.normal(0, 0.08, shape) for name, shape in shapes.items()}
    tokens = [26, 2, 7, 0, 17, 11, 8, 4, 26]

    def normed(x):
        scale = (sum(v * v for v in x) / width + 1e-5) ** -0.5
        return [v * scale for v in x]

    def linear(x, w):
        return [sum(wi * xi for wi, xi in zip(row, x, strict=True)) for row in w]

    def loss(p, tokens, row):
        keys, values, losses = [], [], []
        for position in range(length):
            x = normed([a + b for a, b in zip(row(p["wte"], tokens[position]), p["wpe"][position], strict=True)])
            before, x = x, normed(x)
            q, out = linear(x, p["wq"]), []
            keys.append(linear(x, p["wk"]))
            values.append(linear(x, p["wv"]))
            for h in range(0, width, size):
                scores = [sum(q[h + j] * k[h + j] for j in range(size)) / size**0.5 for k in keys]
                weights = softmax(scores)
                out += [sum(w * v[h + j] for w, v in zip(weights, values, strict=True)) for j in range(size)]
            before = [a + b for a, b in zip(linear(out, p["wo"]), before, strict=True)]
            inside = [relu(v) for v in linear(normed(before), p["f1"])]
            scores = linear([a + b for a, b in zip(linear(inside, p["f2"]), before, strict=True)], p["lm"])
            losses.append(logsumexp(scores) - row(scores, tokens[position + 1]))
        return mean(losses)

    compiled = jit(value_and_grad(lambda p: loss(p, tokens, getitem)))
    _, seconds = timed(compiled, p)
    step = compiled.bind(p)
    first, second = np.zeros(len(step.parameters)), np.zeros(len(step.parameters))
    count = 0

    def adam():
        nonlocal first, second, count
        count += 1
        step.run()
        first += 0.15 * (step.gradient - first)
        second += 0.01 * (step.gradient**2 - second)
        rate = 0.01 / (1 - 0.85**count)
        step.parameters -= rate * first / (np.sqrt(second / (1 - 0.99**count)) + 1e-8)

    times = {"step_with_Adam": microseconds(adam)} | in_machine_code(compiled.bind(p), Adam(0.01))
    show("transformer", compiled, seconds, **times)

    texts = [[26, *rng.integers(26, size=length - 1).tolist(), 26] for _ in range(20)]
    anew = [timed(jit(value_and_grad(lambda p, text=text: loss(p, text, getitem))), p)[1] for text in texts[:3]]
    for_any = jit(value_and_grad(lambda p, tokens: loss(p, tokens, take)))
    _, seconds = timed(for_any, p, texts[0])
    call = microseconds(lambda: [for_any(p, text) for text in texts]) / len(texts)
    bound = for_any.bind(p, tokens)
    times = {"call": call, "recorded_for_each_text": sorted(anew)[1] * 1e6, "bound": microseconds(bound.run)}
    show("transformer, tokens as an argument", for_any, seconds, **times)
    assert for_any.recordings == 1


def chain():
    leaves = [Value(0.1 * k) for k in range(1000)]

    @jit
    def f(scale):
        total = 0.0
        for row in range(50):
            total = total + tanh(sum(leaf * (scale + row) for leaf in leaves))
        return total

    _, seconds = timed(f, 0.5)
    show("50 sums of 1000 products", f, seconds)


if __name__ == "__main__":
    for part in (moons, digits, transformer, chain):
        part()
