"""The two expressions of micrograd's own test file, in our Values beside PyTorch, in double precision.

    .venv/bin/pip install torch
    .venv/bin/python tests/benchmarks/micrograd_parity.py

The test suite holds the same expressions with their literal numbers; this compares them with the engine that
micrograd's file compares itself with.
"""

import sys

from autograd import Value


def first(x):
    """A polynomial with two kinks."""
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    return h + q + q * x


def second(a, b):
    """Sums that grow by themselves, powers, quotients."""
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    return g + 10.0 / f


def main():
    try:
        import torch
    except ImportError:
        sys.exit("PyTorch is not installed: pip install torch")
    for f, inputs in ((first, [-4.0]), (second, [-4.0, 2.0])):
        ours = [Value(x) for x in inputs]
        theirs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in inputs]
        y, z = f(*ours), f(*theirs)
        y.backward()
        z.backward()
        pairs = [(y.data, z.item()), *((a.grad, b.grad.item()) for a, b in zip(ours, theirs, strict=True))]
        worst = max(abs(a - b) / max(1.0, abs(b)) for a, b in pairs)
        print(f"{f.__name__}: largest relative difference of value and gradients {worst:.1e}")
        assert worst < 1e-14


if __name__ == "__main__":
    main()
