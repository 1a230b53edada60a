"""Compiled scalar programs beside JAX, PyTorch and NumPy written by hand: one training step, in one run, in turns.

    pip install jax torch                                     # each is passed over if it is not there
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 taskset -c 0 python tests/benchmarks/peers.py

Moons: 2-16-16-1 ReLU, 100 samples, hinge loss and L2, SGD; µs a step. Digits: 64-32-10 tanh, cross-entropy, batches of
64, SGD; ms an epoch of 1,797 rows. Transformer: one layer, 16 wide, 4 heads, 8 positions, 4,192 parameters, Adam; µs a
step. Gradients are compared with NumPy's or JAX's before anything is timed. Medians; the ratio is ours to theirs.
"""

import os
import statistics
import time

os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("JAX_ENABLE_X64", "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import numpy as np

from autograd import dot, jit, logsumexp, mean, relu, softmax, tanh, value_and_grad, vmap
from autograd.lift.choose_backend import back_end
from autograd.numpy_arithmetic import Arrays
from nn.optimizers import Adam, GradientDescent

try:
    import jax
    import jax.numpy as jnp
except ImportError:
    jax = None
try:
    import torch

    torch.set_num_threads(1)
except ImportError:
    torch = None

REPEATS = 9


def in_turns(title, unit, engines):
    """Medians of each engine's time a step, all of them in turns; `engines` are name → (step, steps in a call)."""
    counts = {}
    for name, (step, _) in engines.items():
        step()
        start = time.perf_counter()
        step()
        counts[name] = max(1, int(0.05 / (time.perf_counter() - start)))
    times = {name: [] for name in engines}
    for _ in range(REPEATS):
        for name, (step, per_call) in engines.items():
            start = time.perf_counter()
            for _ in range(counts[name]):
                step()
            times[name].append((time.perf_counter() - start) / counts[name] / per_call)
    ours = statistics.median(times["chalkgrad, one call a step"])
    print(f"\n{title}")
    for name, taken in sorted(times.items(), key=lambda item: statistics.median(item[1])):
        median = statistics.median(taken)
        print(f"    {name:36s}{median * unit:12.2f}   {ours / median:8.3f}")


def ours(f, args, optimizer, tables=(), feed=None, steps=1000):
    """Our engines for one compiled value_and_grad: machine code by one and by many steps in a call, and NumPy.

    Args:
        tables, feed: what a call of many steps takes from tables, and (tables, orders); the default takes the same
            arguments in each step.
    """
    start = time.perf_counter()
    compiled = jit(value_and_grad(f))
    compiled(*args)
    recorded = time.perf_counter() - start
    start = time.perf_counter()
    step = compiled.bind(*args)
    epochs = step.training_loop(optimizer.rule, len(optimizer.slot_names), list(tables))
    epochs.step(0.0, 0)
    print(f"compiled in {recorded:.2f} s by NumPy, and {time.perf_counter() - start:.2f} s into machine code")
    rates, count = np.full(steps, optimizer.rate()), [0]

    def one():
        epochs.step(rates[0], count[0])
        count[0] += 1

    def many():
        epochs.run(rates, count[0], feed or [])
        count[0] += steps

    token = back_end.set("numpy")
    plain = compiled.bind(*args)
    back_end.reset(token)
    slots = [(np.zeros(len(plain.parameters)),) * len(optimizer.slot_names)]

    def by_numpy():
        plain.run()
        count[0] += 1
        plain.parameters[:], slots[0] = optimizer.rule(
            Arrays, plain.parameters, plain.gradient, slots[0], rates[0], float(count[0])
        )

    return compiled, plain, {
        "chalkgrad, one call a step": (one, 1),
        f"chalkgrad, {steps} steps a call": (many, steps),
        "chalkgrad, NumPy": (by_numpy, 1),
    }  # fmt: skip


def check(name, gradient, expected):
    error = np.abs(gradient - expected).max() / np.abs(expected).max()
    assert error < 1e-9, f"{name}: the gradient is off by {error:.1g}"


# ── Moons ───────────────────────────────────────────────────────────────────────────────────────────────────────


def moons():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(100, 2)), rng.choice([-1.0, 1.0], 100)
    shapes = [(16, 2), (16,), (16, 16), (16,), (1, 16), (1,)]
    start = [rng.uniform(-1, 1, shape) for shape in shapes]

    def loss(p, X, y):
        def hinge(p, x, t):
            for W, b, phi in ((p[0], p[1], relu), (p[2], p[3], relu), (p[4], p[5], lambda z: z)):
                x = [phi(dot(row, x) + bias) for row, bias in zip(W, b, strict=True)]
            return relu(1.0 - t * x[0])

        return mean(vmap(hinge, (None, 0, 0))(p, X, y)) + 1e-4 * sum(v * v for part in p for v in part.ravel())

    def by_hand(p):
        W1, b1, W2, b2, W3, b3 = p
        A1 = np.maximum(X @ W1.T + b1, 0)
        A2 = np.maximum(A1 @ W2.T + b2, 0)
        margin = y * (A2 @ W3[0] + b3[0])
        D3 = np.where(margin < 1, -y / len(y), 0.0)[:, None]
        D2 = (D3 * W3[0]) * (A2 > 0)
        D1 = (D2 @ W2) * (A1 > 0)
        gradients = [D1.T @ X, D1.sum(0), D2.T @ A1, D2.sum(0), D3.T @ A2, D3.sum(0)]
        return [g + 2e-4 * v for g, v in zip(gradients, p, strict=True)]

    print("moons:", end=" ")
    _, plain, engines = ours(loss, (start, X, y), GradientDescent(0.01))
    plain.run()
    check("NumPy by hand", np.concatenate([g.ravel() for g in by_hand(start)]), plain.gradient)
    p = [v.copy() for v in start]

    def numpy_step():
        for v, g in zip(p, by_hand(p), strict=True):
            v -= 0.01 * g

    engines["NumPy by hand"] = numpy_step, 1
    if jax:

        def jax_loss(p, X, y):
            W1, b1, W2, b2, W3, b3 = p
            h = jax.nn.relu(jax.nn.relu(X @ W1.T + b1) @ W2.T + b2)
            hinge = jax.nn.relu(1 - y * (h @ W3[0] + b3[0]))
            return hinge.mean() + 1e-4 * sum((v * v).sum() for v in p)

        slope, Xj, yj = jax.grad(jax_loss), jnp.array(X), jnp.array(y)
        move = lambda p: [v - 0.01 * g for v, g in zip(p, slope(p, Xj, yj), strict=True)]
        engines |= with_jax(move, [jnp.array(v) for v in start])
    if torch:
        q, Xt, yt = [torch.tensor(v, requires_grad=True) for v in start], torch.tensor(X), torch.tensor(y)
        sgd = torch.optim.SGD(q, lr=0.01)

        def torch_step():
            sgd.zero_grad()
            h = torch.relu(torch.relu(Xt @ q[0].T + q[1]) @ q[2].T + q[3])
            loss = torch.relu(1 - yt * (h @ q[4][0] + q[5][0])).mean() + 1e-4 * sum((v * v).sum() for v in q)
            loss.backward()
            sgd.step()

        engines["PyTorch eager"] = torch_step, 1
    in_turns("moons, µs a step (ratio: ours, one call a step, to theirs)", 1e6, engines)


def with_jax(move, start, steps=100):
    """JAX's step, one in a call and many."""
    one = jax.jit(move, donate_argnums=0)
    many = jax.jit(lambda p: jax.lax.fori_loop(0, steps, lambda _, p: move(p), p), donate_argnums=0)
    state = {"one": jax.tree.map(jnp.copy, start), "many": jax.tree.map(jnp.copy, start)}

    def step(name, f):
        state[name] = jax.block_until_ready(f(state[name]))

    begin = time.perf_counter()
    step("one", one)
    print(f"JAX compiled a step in {time.perf_counter() - begin:.2f} s")
    return {
        "JAX, one call a step": (lambda: step("one", one), 1),
        f"JAX, {steps} steps a call": (lambda: step("many", many), steps),
    }


# ── Digits ──────────────────────────────────────────────────────────────────────────────────────────────────────


def digits():
    from sklearn.datasets import load_digits

    data = load_digits()
    X, T = data.data / 16.0, np.eye(10)[data.target]
    rng = np.random.default_rng(0)
    start = [rng.uniform(-1, 1, (32, 64)) / 8, np.zeros(32), rng.uniform(-1, 1, (10, 32)) / 5, np.zeros(10)]
    batches = [slice(k, min(k + 64, len(X))) for k in range(0, len(X), 64)]

    def cross_entropy(p, x, t):
        hidden = [tanh(dot(w, x) + b) for w, b in zip(p[0], p[1], strict=True)]
        scores = [dot(w, hidden) + b for w, b in zip(p[2], p[3], strict=True)]
        return logsumexp(scores) - dot(scores, t)

    def loss(p, X, T, weights):
        return dot(weights, vmap(cross_entropy, (None, 0, 0))(p, X, T))

    size, count = sum(v.size for v in start), len(batches)
    weights = np.full((count, 64), 1 / 64)
    last = len(X) - 64 * (count - 1)
    weights[-1] = np.where(np.arange(64) < last, 1 / last, 0.0)
    order = np.resize(np.arange(len(X)), (count, 64))
    tables = [(size, 64, 64), (size + 64 * 64, 10, 64), (size + 74 * 64, 64, 1)]
    print("digits:", end=" ")
    _, plain, engines = ours(
        loss, (start, X[:64], T[:64], weights[0]), GradientDescent(0.1), tables,
        [(X, order), (T, order), (weights, np.arange(count))], steps=count,
    )  # fmt: skip
    many, _ = engines.pop(f"chalkgrad, {count} steps a call")
    epoch_of = lambda step: lambda: [step() for _ in range(count)]
    engines = {name: (epoch_of(step), 1) for name, (step, _) in engines.items()}
    engines["chalkgrad, an epoch a call"] = many, 1

    def by_hand(p, x, t):
        A = np.tanh(x @ p[0].T + p[1])
        z = A @ p[2].T + p[3]
        e = np.exp(z - z.max(1, keepdims=True))
        D = (e / e.sum(1, keepdims=True) - t) / len(x)
        B = (D @ p[2]) * (1 - A * A)
        return [B.T @ x, B.sum(0), D.T @ A, D.sum(0)]

    plain.parameters[:] = np.concatenate([v.ravel() for v in start])
    plain.run()
    check("NumPy by hand", np.concatenate([g.ravel() for g in by_hand(start, X[:64], T[:64])]), plain.gradient)
    p = [v.copy() for v in start]

    def numpy_epoch():
        for batch in batches:
            for v, g in zip(p, by_hand(p, X[batch], T[batch]), strict=True):
                v -= 0.1 * g

    engines["NumPy by hand"] = numpy_epoch, 1
    if jax:

        def jax_loss(p, x, t):
            z = jnp.tanh(x @ p[0].T + p[1]) @ p[2].T + p[3]
            return (jax.nn.logsumexp(z, axis=1) - (z * t).sum(1)).mean()

        move = lambda p, x, t: [v - 0.1 * g for v, g in zip(p, jax.grad(jax_loss)(p, x, t), strict=True)]
        full = 64 * (count - 1)
        whole = jnp.array(X[:full].reshape(-1, 64, 64)), jnp.array(T[:full].reshape(-1, 64, 10))
        rest = jnp.array(X[full:]), jnp.array(T[full:])

        def epoch(p):
            p, _ = jax.lax.scan(lambda p, batch: (move(p, *batch), None), p, whole)
            return move(p, *rest)

        compiled, state = jax.jit(epoch, donate_argnums=0), [[jnp.array(v) for v in start]]

        def jax_epoch():
            state[0] = jax.block_until_ready(compiled(state[0]))

        begin = time.perf_counter()
        jax_epoch()
        print(f"JAX compiled an epoch in {time.perf_counter() - begin:.2f} s")
        engines["JAX, an epoch a call (scan)"] = jax_epoch, 1
    if torch:
        q = [torch.tensor(v, requires_grad=True) for v in start]
        sgd = torch.optim.SGD(q, lr=0.1)
        parts = [(torch.tensor(X[batch]), torch.tensor(data.target[batch])) for batch in batches]

        def torch_epoch():
            for x, t in parts:
                sgd.zero_grad()
                torch.nn.functional.cross_entropy(torch.tanh(x @ q[0].T + q[1]) @ q[2].T + q[3], t).backward()
                sgd.step()

        engines["PyTorch eager"] = torch_epoch, 1
    in_turns("digits, ms an epoch (ratio: ours, one call a step, to theirs)", 1e3, engines)


# ── Transformer ─────────────────────────────────────────────────────────────────────────────────────────────────

TOKENS = [26, 2, 7, 0, 17, 11, 8, 4, 26]
WIDTH, HEADS, LENGTH = 16, 4, 8


def transformer():
    rng = np.random.default_rng(42)
    shapes = {"wte": (27, WIDTH), "wpe": (16, WIDTH), "lm": (27, WIDTH)}
    shapes |= dict.fromkeys(("wq", "wk", "wv", "wo"), (WIDTH, WIDTH)) | {"f1": (64, WIDTH), "f2": (WIDTH, 64)}
    start = {name: rng.normal(0, 0.08, shape) for name, shape in shapes.items()}
    size = WIDTH // HEADS

    def normed(x):
        scale = (sum(v * v for v in x) / WIDTH + 1e-5) ** -0.5
        return [v * scale for v in x]

    def linear(x, W):
        return [sum(w * v for w, v in zip(row, x, strict=True)) for row in W]

    def loss(p):
        keys, values, losses = [], [], []
        for position in range(LENGTH):
            h = normed([a + b for a, b in zip(p["wte"][TOKENS[position]], p["wpe"][position], strict=True)])
            z = normed(h)
            q, seen = linear(z, p["wq"]), []
            keys.append(linear(z, p["wk"]))
            values.append(linear(z, p["wv"]))
            for k in range(0, WIDTH, size):
                alpha = softmax([sum(q[k + j] * key[k + j] for j in range(size)) / size**0.5 for key in keys])
                seen += [sum(a * v[k + j] for a, v in zip(alpha, values, strict=True)) for j in range(size)]
            h = [a + b for a, b in zip(linear(seen, p["wo"]), h, strict=True)]
            inside = [relu(v) for v in linear(normed(h), p["f1"])]
            scores = linear([a + b for a, b in zip(linear(inside, p["f2"]), h, strict=True)], p["lm"])
            losses.append(logsumexp(scores) - scores[TOKENS[position + 1]])
        return mean(losses)

    def with_arrays(m, softmax, logsumexp, mask, p, tokens, following):
        norm = lambda x: x * ((x * x).mean(-1)[:, None] + 1e-5) ** -0.5
        h = norm(p["wte"][tokens] + p["wpe"][:LENGTH])
        z = norm(h)
        q, k, v = ((z @ p[name].T).reshape(LENGTH, HEADS, size) for name in ("wq", "wk", "wv"))
        alpha = softmax(mask + m.einsum("thd,shd->hts", q, k) / size**0.5)
        h = m.einsum("hts,shd->thd", alpha, v).reshape(LENGTH, WIDTH) @ p["wo"].T + h
        inside = norm(h) @ p["f1"].T
        scores = (inside * (inside > 0) @ p["f2"].T + h) @ p["lm"].T
        return (logsumexp(scores) - scores[np.arange(LENGTH), following]).mean()

    print("transformer:", end=" ")
    optimizer = Adam(0.01, beta1=0.85, beta2=0.99)
    compiled, _, engines = ours(loss, (start,), optimizer, steps=100)
    print(f"    {compiled.program.summary}")
    mask = np.triu(np.full((LENGTH, LENGTH), -np.inf), 1)
    tokens, following = np.array(TOKENS[:-1]), np.array(TOKENS[1:])
    _, gradient = compiled(start)
    if jax:
        row_softmax, row_sum = lambda a: jax.nn.softmax(a, axis=-1), lambda s: jax.nn.logsumexp(s, axis=1)
        slope = jax.grad(lambda p: with_arrays(jnp, row_softmax, row_sum, mask, p, tokens, following))
        for name, expected in slope({name: jnp.array(v) for name, v in start.items()}).items():
            check(name, gradient[name], np.array(expected))

        def move(state):
            p, first, second, count = state
            g, tree = slope(p), jax.tree.map
            first = tree(lambda m, g: 0.85 * m + 0.15 * g, first, g)
            second = tree(lambda s, g: 0.99 * s + 0.01 * g * g, second, g)
            a, b = 1 - 0.85 ** (count + 1), 1 - 0.99 ** (count + 1)
            p = tree(lambda p, m, s: p - 0.01 * (m / a) / (jnp.sqrt(s / b) + 1e-8), p, first, second)
            return p, first, second, count + 1

        arrays = {name: jnp.array(v) for name, v in start.items()}
        zeros = jax.tree.map(jnp.zeros_like, arrays)
        engines |= with_jax(move, (arrays, zeros, zeros, jnp.array(0.0)))
    if torch:
        q = {name: torch.tensor(v, requires_grad=True) for name, v in start.items()}
        adam = torch.optim.Adam(q.values(), lr=0.01, betas=(0.85, 0.99))
        torch_softmax, torch_sum = lambda a: torch.softmax(a, -1), lambda s: torch.logsumexp(s, 1)
        torch_mask = torch.tensor(mask)

        def torch_step():
            adam.zero_grad()
            with_arrays(torch, torch_softmax, torch_sum, torch_mask, q, tokens, following).backward()
            adam.step()

        engines["PyTorch eager"] = torch_step, 1
    in_turns("transformer, µs a step (ratio: ours, one call a step, to theirs)", 1e6, engines)


if __name__ == "__main__":
    for part in (moons, digits, transformer):
        part()
