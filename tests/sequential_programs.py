"""Functions that go on step by step: the well-known ones, and random ones of all kinds."""

import random

from autograd import exp, log, maximum, sigmoid, sin, step, tanh, where


def lotka_volterra(p, steps=40):
    a, b, x, y = p
    for _ in range(steps):
        x, y = x + 0.01 * (a * x - x * y), y + 0.01 * (b * x * y - y)
    return x * x + y * y


def horner(p):
    x, total, *coefficients = p
    for c in coefficients:
        total = total * x + c
    return total


def recurrence_with_data(p):
    a, b, x, *data = p
    total = 0.0
    for u in data:
        x = tanh(a * x + b * u)
        e = x - u
        total = total + e * e
    return total


def heat(p, steps=20):
    k, *u = p
    for _ in range(steps):
        u = [u[0], *(b + k * (a - 2 * b + c) for a, b, c in zip(u, u[1:], u[2:], strict=False)), u[-1]]
    return sum(x * x for x in u)


def kalman(p):
    q, r, *observed = p
    x, p00, p01, p11, total = 0.0, 1.0, 0.1, 1.0, 0.0
    for z in observed:
        p00, p01, p11 = p00 + 0.2 * p01 + 0.01 * p11 + q, p01 + 0.1 * p11, p11 + q
        s = p00 + r
        k0, k1, e = p00 / s, p01 / s, z - x
        x = x + (k0 + 0.1 * k1) * e
        p00, p01, p11 = (1 - k0) * p00, (1 - k0) * p01, p11 - k1 * p01
        total = total + e * e / s + log(s)
    return total


def one_turn_is_another(p, steps=60):
    x, y = p
    for t in range(steps):
        x, y = (y * 1.1, x - 0.3) if t == 31 else (x + 0.01 * y * x, y - 0.02 * x)
    return x * y


def fibonacci(p, steps=50):
    a, b, k = p
    for _ in range(steps):
        a, b = b, k * (a + sin(b))
    return b


def two_turns_back(p, steps=50):
    xs, (k, c) = list(p[:3]), p[3:]
    for _ in range(steps):
        xs.append(k * xs[-1] - c * xs[-3] + tanh(xs[-2]))
    return sum(x * x for x in xs)


KNOWN = {
    lotka_volterra: [1.1, 0.4, 1.0, 0.5],
    horner: [0.9, 0.3, *(0.1 * (k % 7) - 0.3 for k in range(50))],
    recurrence_with_data: [0.5, 0.3, 0.1, *((0.1 * k) % 0.7 for k in range(60))],
    heat: [0.1, *(0.3 * (k % 4) for k in range(8))],
    kalman: [0.1, 0.5, *((0.37 * k) % 1.3 for k in range(40))],
    one_turn_is_another: [1.0, 0.5],
    fibonacci: [0.3, 0.2, 0.5],
    two_turns_back: [0.1, 0.2, 0.3, 0.5, 0.2],
}


def random_program(seed):
    """A random function of a list of numbers, and what to call it with."""
    rng = random.Random(seed)
    states, shared = rng.randint(1, 4), rng.randint(1, 3)
    data, turns = rng.randint(0, 2), rng.choice([16, 17, 20, 33, 40])
    body = [random_step(rng) for _ in range(rng.randint(1, 6))]
    odd = rng.randrange(turns) if rng.random() < 0.3 else -1
    first_differ = rng.choice([0, 0, 1, 3])
    inner = rng.choice([0, 0, 0, 3])
    loss = rng.choice(["end", "sum", "mean", "both"])
    again = rng.random() < 0.3

    def run(p):
        numbers = iter(p)
        xs = [next(numbers) for _ in range(states)]
        ws = [next(numbers) for _ in range(shared)]
        if rng_shared:
            ws[0] = tanh(ws[0]) * 0.5
        seen, total = [], 0.0
        for _ in range(1 + again):
            for t in range(turns):
                us = [next(numbers) for _ in range(data)]
                for _ in range(max(1, inner)):
                    pool = [*xs, *ws, *us, *(seen[-2:-1] if looks_back else [])]
                    new = []
                    for make in body:
                        value = make(pool)
                        pool.append(value)
                        new.append(value)
                    xs = [*new, *xs][: len(xs)]
                if t == odd or t < first_differ:
                    xs = [x * 0.9 + 0.1 for x in xs[::-1]]
                seen.append(xs[0])
                if loss in ("sum", "both"):
                    total = total + xs[0] * xs[-1]
        if loss == "mean":
            total = sum(x * x for x in seen) / len(seen)
        return total + sum(x * w for x, w in zip(xs, ws, strict=False)) if loss in ("end", "both") else total

    rng_shared, looks_back = rng.random() < 0.5, rng.random() < 0.3
    return run, [rng.uniform(-1, 1) for _ in range(states + shared + (1 + again) * turns * data)]


def random_step(rng):
    """A random operation of a turn, which keeps numbers small: where its operands are in what there is, and how."""
    i, j, k = (rng.random() for _ in range(3))
    c = rng.choice([0.1, 0.25, 0.5, 0.9])
    kinds = [
        lambda a, b, d: tanh(a * b + d),
        lambda a, b, d: a + c * (b - a),
        lambda a, b, d: sin(a) * c + b * 0.5,
        lambda a, b, d: a * b / (1.0 + d * d),
        lambda a, b, d: sigmoid(a - b) - c,
        lambda a, b, d: maximum(a, b) * c + d * 0.25,
        lambda a, b, d: where(step(a - 0.1), b, d) * c,
        lambda a, b, d: exp(-(a**2)) - b * 0.1,
        lambda a, b, d: (a**2 + b**2 + 1.0) ** 0.5 - 1.0 - d * 0.5,
        lambda a, b, d: -a * 0.5 + abs(b) - log(1.0 + d**2),
    ]
    kind = rng.choice(kinds)
    return lambda pool: kind(*(pool[int(x * len(pool))] for x in (i, j, k)))
