"""Unrolled loops written scalar by scalar, beside `jax.lax.scan`: microseconds for value and gradient; the first call.

    OMP_NUM_THREADS=1 taskset -c 0 python tests/benchmarks/loops.py      (OPENBLAS_CORETYPE unset; needs jax)

Lotka–Volterra by Euler and by Runge–Kutta, Horner's scheme, a recurrence with data and a summed loss, a Kalman filter,
an LSTM of 8 units, a heat equation of 30 cells. What is no loop: a Gaussian mixture's likelihood, summed over points; a
Cholesky factor and the system that it solves. Ours: bound, called plainly at first, and after so many calls that
machine code has taken over; the scalar engine's `backward()`. "First" is to the first result, JAX's imports aside.
"""

import random
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

from autograd import Value, exp, jit, log, logsumexp, sigmoid, sqrt, tanh, value_and_grad
from autograd.lift.loops.hand_over import calls_that_pay
from autograd.lift.loops.tape import Tape

jax.config.update("jax_enable_x64", True)
draw = random.Random(0)


def euler(p, steps):
    a, b, x, y = p
    for _ in range(steps):
        x, y = x + 0.01 * (a * x - x * y), y + 0.01 * (b * x * y - y)
    return x * x + y * y


def scanned_euler(p, steps):
    a, b, x, y = p

    def turn(s, _):
        x, y = s
        return (x + 0.01 * (a * x - x * y), y + 0.01 * (b * x * y - y)), None

    (x, y), _ = jax.lax.scan(turn, (x, y), None, length=steps)
    return x * x + y * y


def runge_kutta_turn(a, b, x, y, h=0.01):
    def slope(x, y):
        return a * x - x * y, b * x * y - y

    k1 = slope(x, y)
    k2 = slope(x + h / 2 * k1[0], y + h / 2 * k1[1])
    k3 = slope(x + h / 2 * k2[0], y + h / 2 * k2[1])
    k4 = slope(x + h * k3[0], y + h * k3[1])
    x, y = (u + h / 6 * (p + 2 * q + 2 * r + s) for u, p, q, r, s in zip((x, y), k1, k2, k3, k4, strict=True))
    return x, y


def runge_kutta(p):
    a, b, x, y = p
    for _ in range(200):
        x, y = runge_kutta_turn(a, b, x, y)
    return x * x + y * y


def scanned_runge_kutta(p):
    a, b, *s = p
    (x, y), _ = jax.lax.scan(lambda s, _: (runge_kutta_turn(a, b, *s), None), tuple(s), None, length=200)
    return x * x + y * y


def horner(p):
    x, total, *coefficients = p
    for c in coefficients:
        total = total * x + c
    return total


def scanned_horner(p):
    return jax.lax.scan(lambda total, c: (total * p[0] + c, None), p[1], p[2:])[0]


def recurrence(p):
    a, b, x, *data = p
    total = 0.0
    for u in data:
        x = tanh(a * x + b * u)
        total = total + (x - u) ** 2
    return total


def scanned_recurrence(p):
    def turn(s, u):
        x = jnp.tanh(p[0] * s[0] + p[1] * u)
        return (x, s[1] + (x - u) ** 2), None

    return jax.lax.scan(turn, (p[2], 0.0), p[3:])[0][1]


def kalman_turn(state, z, q, r, log_of):
    x, v, p00, p01, p11, total = state
    x, p00, p01, p11 = x + 0.1 * v, p00 + 0.2 * p01 + 0.01 * p11 + q, p01 + 0.1 * p11, p11 + q
    s, e = p00 + r, z - x
    k0, k1 = p00 / s, p01 / s
    return (
        *(x + k0 * e, v + k1 * e, (1 - k0) * p00, (1 - k0) * p01, p11 - k1 * p01),
        total + e * e / s + log_of(s),
    )


def kalman(p):
    state = (0.0, 0.0, 1.0, 0.0, 1.0, 0.0)
    for z in p[2:]:
        state = kalman_turn(state, z, p[0], p[1], log)
    return state[-1]


def scanned_kalman(p):
    start = (0.0, 0.0, 1.0, 0.0, 1.0, 0.0)
    return jax.lax.scan(lambda s, z: (kalman_turn(s, z, p[0], p[1], jnp.log), None), start, p[2:])[0][-1]


UNITS, INPUTS, STEPS = 8, 2, 60


def lstm(p):
    numbers = iter(p)
    gates = [[[next(numbers) for _ in range(UNITS + INPUTS)] for _ in range(UNITS)] for _ in range(4)]
    h, c = [0.0] * UNITS, [0.0] * UNITS
    for _ in range(STEPS):
        given = [*h, *(next(numbers) for _ in range(INPUTS))]
        i, f, o, g = ([sum(w * x for w, x in zip(row, given, strict=True)) for row in gate] for gate in gates)
        c = [sigmoid(b) * z + sigmoid(a) * tanh(d) for a, b, d, z in zip(i, f, g, c, strict=True)]
        h = [sigmoid(a) * tanh(z) for a, z in zip(o, c, strict=True)]
    return sum(x * x for x in h)


def scanned_lstm(p):
    weights = 4 * UNITS * (UNITS + INPUTS)
    gates, data = p[:weights].reshape(4, UNITS, UNITS + INPUTS), p[weights:].reshape(STEPS, INPUTS)

    def turn(s, x):
        i, f, o, g = gates @ jnp.concatenate([s[0], x])
        c = jax.nn.sigmoid(f) * s[1] + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

    (h, _), _ = jax.lax.scan(turn, (jnp.zeros(UNITS), jnp.zeros(UNITS)), data)
    return jnp.sum(h * h)


def heat(p):
    k, *u = p
    for _ in range(200):
        u = [u[0], *(b + k * (a - 2 * b + c) for a, b, c in zip(u, u[1:], u[2:], strict=False)), u[-1]]
    return sum(x * x for x in u)


def scanned_heat(p):
    u, _ = jax.lax.scan(
        lambda u, _: (u.at[1:-1].add(p[0] * (u[:-2] - 2 * u[1:-1] + u[2:])), None), p[1:], None, length=200
    )
    return jnp.sum(u * u)


NUMBERS, COMPONENTS = 10, 5
TRIANGLE = NUMBERS * (NUMBERS + 1) // 2
points = [[draw.gauss(0, 1) for _ in range(NUMBERS)] for _ in range(1000)]


def mixture(p, count):
    """Gaussians with factors of their precision: a triangle, whose diagonal is given by its logarithm."""
    weights, means, factors = p[:COMPONENTS], p[COMPONENTS : COMPONENTS * (1 + NUMBERS)], p[-COMPONENTS * TRIANGLE :]
    total = 0.0
    for x in points[:count]:
        terms = []
        for k in range(COMPONENTS):
            away = [a - b for a, b in zip(x, means[k * NUMBERS : (k + 1) * NUMBERS], strict=True)]
            rest = iter(factors[k * TRIANGLE : (k + 1) * TRIANGLE])
            term = weights[k]
            for i in range(NUMBERS):
                s = sum((next(rest) * away[j] for j in range(i)), 0.0)
                diagonal = next(rest)
                s = s + exp(diagonal) * away[i]
                term = term + diagonal - 0.5 * s * s
            terms.append(term)
        total = total + logsumexp(terms) - logsumexp(weights)
    return total


def mixture_of_arrays(p, count):
    weights, means = p[:COMPONENTS], p[COMPONENTS : COMPONENTS * (1 + NUMBERS)].reshape(COMPONENTS, NUMBERS)
    rows, columns = np.tril_indices(NUMBERS)
    triangles = p[-COMPONENTS * TRIANGLE :].reshape(COMPONENTS, TRIANGLE)
    given = jnp.where(rows == columns, jnp.exp(triangles), triangles)
    factors = jnp.zeros((COMPONENTS, NUMBERS, NUMBERS)).at[:, rows, columns].set(given)
    s = jnp.einsum("kij,nkj->nki", factors, jnp.array(points[:count])[:, None] - means)
    terms = weights + (triangles * (rows == columns)).sum(1) - 0.5 * (s * s).sum(-1)
    return jnp.sum(jax.nn.logsumexp(terms, axis=1) - jax.nn.logsumexp(weights))


ORDER = 12


def solved(p):
    """yᵀA⁻¹y + log |A|, by the Cholesky factor of A."""
    rows, y = [p[i * ORDER : (i + 1) * ORDER] for i in range(ORDER)], p[ORDER * ORDER :]
    factor, z = [], []
    for i in range(ORDER):
        row = []
        for j in range(i):
            row.append((rows[i][j] - sum(row[k] * factor[j][k] for k in range(j))) / factor[j][j])
        row.append(sqrt(rows[i][i] - sum(x * x for x in row)))
        factor.append(row)
        z.append((y[i] - sum(row[k] * z[k] for k in range(i))) / row[i])
    return sum(x * x for x in z) + sum(2.0 * log(factor[i][i]) for i in range(ORDER))


def solved_by_arrays(p):
    lower = jnp.tril(p[: ORDER * ORDER].reshape(ORDER, ORDER))  # the upper half is never read, as in ours
    factor = jnp.linalg.cholesky(lower + jnp.tril(lower, -1).T, symmetrize_input=False)
    z = jax.scipy.linalg.solve_triangular(factor, p[ORDER * ORDER :], lower=True)
    return z @ z + 2.0 * jnp.log(jnp.diag(factor)).sum()


def normal(count, deviation=1.0):
    return [draw.gauss(0, deviation) for _ in range(count)]


PREY = [1.1, 0.4, 1.0, 0.5]
MIXTURE = normal(COMPONENTS * (1 + NUMBERS + TRIANGLE), 0.1)
PROGRAMS = {
    "Euler, 120 steps": (lambda p: euler(p, 120), lambda p: scanned_euler(p, 120), PREY),
    "Euler, 1,000 steps": (lambda p: euler(p, 1000), lambda p: scanned_euler(p, 1000), PREY),
    "Runge–Kutta, 200": (runge_kutta, scanned_runge_kutta, PREY),
    "Horner, degree 500": (horner, scanned_horner, [0.99, *normal(501)]),
    "recurrence, 300": (recurrence, scanned_recurrence, [0.5, 0.3, 0.1, *normal(300)]),
    "Kalman filter, 60": (kalman, scanned_kalman, [0.1, 0.5, *normal(60)]),
    "LSTM, 60": (lstm, scanned_lstm, [*normal(4 * UNITS * (UNITS + INPUTS), 0.3), *normal(STEPS * INPUTS)]),
    "heat, 30 × 200": (heat, scanned_heat, [0.1, *normal(30)]),
    "mixture, 100 points": (lambda p: mixture(p, 100), lambda p: mixture_of_arrays(p, 100), MIXTURE),
    "mixture, 1,000": (lambda p: mixture(p, 1000), lambda p: mixture_of_arrays(p, 1000), MIXTURE),
    "Cholesky, 12": (solved, solved_by_arrays, [*(13.0 * np.eye(ORDER) + 0.5).ravel().tolist(), *normal(ORDER)]),
}


def best(run, rounds=7, seconds=0.02):
    """The shortest mean time of a call, in microseconds."""
    start = time.perf_counter()
    run()
    count = max(1, int(seconds / (time.perf_counter() - start)))
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(count):
            run()
        times.append((time.perf_counter() - start) / count)
    return min(times) * 1e6


def first(make):
    """What is made, and how many milliseconds it takes to its first result."""
    start = time.perf_counter()
    made = make()
    made[0]()
    return *made, (time.perf_counter() - start) * 1e3


def main():
    """All programs, or those whose names begin with the words of the command line."""
    wanted = tuple(sys.argv[1:]) or ("",)
    jit(value_and_grad(lambda p: euler(p, 20))).bind(PREY).run()  # llvmlite is there, as JAX is
    jax.jit(jnp.sin)(1.0).block_until_ready()
    print(f"{'':20s}{'bound':>9s}{'plain':>9s}{'later':>9s}{'eager':>10s}{'JAX':>9s}   first: bound, plain, JAX (ms)")
    for name, (f, scanned, start) in PROGRAMS.items():
        if not name.startswith(wanted):
            continue
        p = np.array(start)
        theirs, compiled, found, scan_first = first(lambda g=scanned, p=p: scan(g, p))
        bound, machine, bound_first = first(lambda f=f, p=p: bind(f, p))
        plain, ours, plain_first = first(lambda f=f, p=p: call(f, p))
        assert np.allclose(machine.gradient, found(), rtol=1e-9, atol=1e-9 * np.abs(found()).max())
        times = [best(bound), best(plain, 3, 1e-6)]
        found_program = ours.latest.program
        for _ in range(calls_that_pay(found_program) + 1 if isinstance(found_program, Tape) else 0):
            plain()
        times += [best(plain), best(lambda f=f, start=start: eager(f, start), 2, 1e-6), best(theirs)]
        row = "".join(f"{t:{10 if k == 3 else 9}.1f}" for k, t in enumerate(times))
        print(f"{name:20s}{row}   {bound_first:.0f}, {plain_first:.0f}, {scan_first:.0f}", flush=True)
        del compiled


def scan(scanned, p):
    compiled = jax.jit(jax.value_and_grad(scanned))
    return lambda: compiled(p)[0].block_until_ready(), compiled, lambda: np.asarray(compiled(p)[1])


def bind(f, p):
    machine = jit(value_and_grad(f)).bind(p)
    return machine.run, machine


def call(f, p):
    compiled = jit(value_and_grad(f))
    return lambda: compiled(p), compiled


def eager(f, start):
    f([Value(x) for x in start]).backward()


if __name__ == "__main__":
    main()
