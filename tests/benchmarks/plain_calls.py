"""What a plain call costs, beside JAX and PyTorch: `jit` without binding, a loop over parameters, eager transforms.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 taskset -c 0 python tests/benchmarks/plain_calls.py

In turns, with the numbers checked first; the least of many short rounds, in microseconds. Needs jax and torch, both in
double precision; a peer that is not there is left out. Compiled functions are called until machine code has taken over.
"""

import random
import time

import numpy as np

from autograd import Value, jit, value_and_grad
from autograd.lift.choose_backend import calls_of
from nn.micrograd import MLP

ROUNDS = 300


def in_turns(**runs):
    """The least microseconds of each."""
    least = dict.fromkeys(runs, float("inf"))
    for _ in range(ROUNDS):
        for name, run in runs.items():
            start = time.perf_counter()
            for _ in range(3):
                run()
            least[name] = min(least[name], (time.perf_counter() - start) / 3 * 1e6)
    return least


def line(work, least, peer):
    """The times, and ours to that of the peer, where it is there."""
    ratio = f"{least['ours'] / least[peer]:7.2f} × {peer}" if peer in least else ""
    times = "  ".join(f"{name} {micros:7.1f}" for name, micros in least.items())
    print(f"{work:44s}{times}  {ratio}", flush=True)


def rosenbrock(x):
    total = 0.0
    for a, b in zip(x, x[1:], strict=False):
        total = total + 100.0 * (b - a**2) ** 2 + (1 - a) ** 2
    return total


def by_backward(f, numbers):
    values = [Value(x) for x in numbers]
    y = f(values)
    y.backward()
    return y.data, [x.grad for x in values]


def in_jax(f, x):
    """A compiled value_and_grad in JAX, on an array of its own; None without JAX."""
    try:
        import jax
    except ImportError:
        return None
    jax.config.update("jax_enable_x64", True)
    compiled = jax.jit(jax.value_and_grad(f))
    return lambda: (compiled(x)[0].block_until_ready(), compiled)[0]


def rosenbrock_in_torch(x):
    """One value and gradient in PyTorch; None without it."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    given = torch.tensor(x, requires_grad=True)

    def run():
        given.grad = None
        y = (100 * (given[1:] - given[:-1] ** 2) ** 2 + (1 - given[:-1]) ** 2).sum()
        y.backward()
        return y.item()

    return run


def gradient_of_an_array():
    x = np.linspace(-1.0, 1.0, 100)
    numbers = x.tolist()
    compiled = jit(value_and_grad(rosenbrock))
    right = by_backward(rosenbrock, numbers)
    for given in (x, numbers):
        assert np.allclose(compiled(given)[1], right[1], rtol=1e-12)
        for _ in range(calls_of(compiled.latest.program)):
            compiled(given)
    peers = {
        "JAX": in_jax(lambda x: (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum(), x),
        "PyTorch": rosenbrock_in_torch(x),
    }
    peers = {name: run for name, run in peers.items() if run}
    print(f"machine code after {calls_of(compiled.latest.program):,} calls")
    for work, given in (("jit(value_and_grad), array of 100", x), ("the same, list of 100 floats", numbers)):
        line(work, in_turns(ours=lambda given=given: compiled(given), **peers), "JAX")
    eager = in_turns(
        ours=lambda: value_and_grad(rosenbrock)(numbers), backward=lambda: by_backward(rosenbrock, numbers)
    )
    line("eager value_and_grad", eager, "backward")


def loop_of_micrograd():
    """Two moons, 2-16-16-1, 100 samples, hinge and L2: zero the gradients, compiled loss, backward()."""
    random.seed(1337)
    draw = np.random.default_rng(0)
    angle = np.linspace(0.0, np.pi, 50)
    moons = np.concatenate([np.c_[np.cos(angle), np.sin(angle)], np.c_[1 - np.cos(angle), 0.5 - np.sin(angle)]])
    X = moons + 0.1 * draw.normal(size=moons.shape)
    y = np.repeat([1.0, -1.0], 50)
    rows, targets = X.tolist(), y.tolist()
    model = MLP(2, [16, 16, 1])
    parameters = model.parameters()

    @jit
    def loss():
        hinges = [(1.0 - target * model(row)).relu() for row, target in zip(rows, targets, strict=True)]
        return sum(hinges) * (1.0 / len(hinges)) + 1e-4 * sum(p * p for p in parameters)

    def step():
        for p in parameters:
            p.grad = 0.0
        loss().backward()

    step()
    for _ in range(calls_of(loss.latest.program)):
        loss()
    step()
    peers = {}
    jax = in_jax(moons_in_jax(X, y), moons_parameters(model))
    if jax:
        assert np.isclose(float(jax()), loss().data, rtol=1e-12)
        peers["JAX"] = jax
    print(f"machine code after {calls_of(loss.latest.program):,} calls")
    line(f"micrograd's loop, {len(parameters)} Values, a call", in_turns(ours=loss, **peers), "JAX")
    line("the same with zeroing and backward()", in_turns(ours=step, **peers), "JAX")
    line("of which: has anything changed?", in_turns(ours=loss.latest.surroundings.changed), "")


def moons_parameters(model):
    """The weights and biases of each layer, as arrays."""
    return [
        (np.array([[w.data for w in n.w] for n in layer.neurons]), np.array([n.b.data for n in layer.neurons]))
        for layer in model.layers
    ]


def moons_in_jax(X, y):
    def loss(layers):
        import jax.numpy as jnp

        h = X
        for k, (w, b) in enumerate(layers):
            h = h @ w.T + b
            h = jnp.maximum(h, 0.0) if k < len(layers) - 1 else h
        squares = sum((w**2).sum() + (b**2).sum() for w, b in layers)
        return jnp.maximum(1.0 - y * h[:, 0], 0.0).mean() + 1e-4 * squares

    return loss


if __name__ == "__main__":
    gradient_of_an_array()
    loop_of_micrograd()
