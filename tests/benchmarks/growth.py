"""How the cost of compiling grows with the program: seconds to the first result, seconds a call, memory.

    taskset -c 0 python tests/benchmarks/growth.py [--largest 1e6] [--figure growth.svg]

Three kinds of scalar programs, each with its gradient, from 100 recorded scalars on: `dense` (layers of neurons),
`sequential` (a pendulum, step after step) and `irregular` (operations drawn at random, on operands drawn at random).
Each is run in a process of its own, whose cache of machine code is off. If the cost a scalar stays, it is linear.
"""

import argparse
import json
import math
import operator
import os
import random
import resource
import subprocess
import sys
import time

from autograd import dot, jit, mean, sin, tanh, value_and_grad

OPERATIONS = (operator.add, operator.sub, operator.mul, lambda a, _: tanh(a))
KINDS = ("dense", "sequential", "irregular")
HEADER = f"{'':12s}{'scalars':>10s}{'first call':>12s}{'µs a scalar':>13s}{'a call':>12s}{'memory':>10s}"


def dense(scalars):
    """Two layers of neurons on 16 inputs, of so many weights and operations."""
    width = max(1, scalars // 52)
    rng = random.Random(0)
    x = [rng.gauss(0.0, 1.0) for _ in range(16)]

    def loss(w):
        hidden = []
        for j in range(width):
            row = w[17 * j : 17 * j + 16]
            hidden.append(tanh(sum((a * b for a, b in zip(row, x, strict=True)), w[17 * j + 16])))
        return dot(hidden, [1.0 / width] * width)

    return loss, [rng.gauss(0.0, 0.1) for _ in range(17 * width)]


def sequential(scalars):
    """A pendulum with friction by Euler's method."""

    def loss(w):
        angle, speed = w[0], w[1]
        for _ in range(max(1, scalars // 8)):
            angle, speed = angle + 0.01 * speed, speed - 0.01 * (w[2] * sin(angle) + w[3] * speed)
        return angle * angle + speed * speed

    return loss, [1.0, 0.0, 9.81, 0.1]


def irregular(scalars):
    """Operations on operands that were computed lately, both drawn at random."""

    rng = random.Random(0)
    plan = [(rng.randrange(4), rng.randint(1, 20), rng.randint(1, 20)) for _ in range(scalars // 2)]

    def loss(w):
        known = list(w)
        for operation, i, j in plan:
            a, b = known[-i], known[-j]
            known.append(0.7 * OPERATIONS[operation](a, b))
        return mean(known[-20:])

    return loss, [0.1 * (k + 1) for k in range(20)]


def measure(kind, scalars):
    """One program: what is printed, as a dict."""
    loss, w = {"dense": dense, "sequential": sequential, "irregular": irregular}[kind](scalars)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    compiled = jit(value_and_grad(loss))
    compiled(w)
    first = time.perf_counter() - start
    calls = [timed(compiled, w) for _ in range(5)]
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024.0
    return {"scalars": compiled.program.recorded, "first": first, "call": min(calls), "memory": memory}


def timed(f, *args):
    start = time.perf_counter()
    f(*args)
    return time.perf_counter() - start


def in_a_process(kind, scalars):
    """The same in a process of its own, so that memory is this program's."""
    environment = {**os.environ, "CHALKGRAD_CACHE": "off"}
    command = [sys.executable, __file__, "--one", kind, str(scalars)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    return json.loads(done.stdout)


def draw(rows, file):
    """Seconds to the first result against the number of scalars."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(5, 3.5), layout="constrained")
    for kind in KINDS:
        points = [(row["scalars"], row["first"]) for name, row in rows if name == kind]
        axes.loglog(*zip(*points, strict=True), "o-", label=kind)
    low, high = axes.get_xlim()
    axes.plot([low, high], [10e-6 * low, 10e-6 * high], "--", color="gray", label="10 µs a scalar")
    axes.set(xlabel="recorded scalars", ylabel="seconds to the first result")
    axes.legend()
    figure.savefig(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--largest", type=float, default=1e5)
    parser.add_argument("--figure")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(measure(args.one[0], int(args.one[1]))))
        return
    print(HEADER)
    rows = []
    for kind in KINDS:
        for power in range(2, 1 + round(math.log10(args.largest))):
            row = in_a_process(kind, 10**power)
            rows.append((kind, row))
            cost = 1e6 * row["first"] / row["scalars"]
            print(
                f"{kind:12s}{row['scalars']:10,d}{row['first']:10.2f} s{cost:13.1f}"
                f"{1000.0 * row['call']:9.2f} ms{row['memory']:7.0f} MB",
                flush=True,
            )
    if args.figure:
        draw(rows, args.figure)


if __name__ == "__main__":
    main()
