"""Terms of a group's sums, aligned: sums that lack some of another's terms become rows of the same product."""

import random
from fractions import Fraction

import numpy as np
import pytest

from autograd import Value, jit, mean, tanh, value_and_grad, vmap
from autograd.lift.arrays.program import MatrixProduct
from autograd.lift.arrays.sum_terms import TermTable
from autograd.lift.choose_backend import back_end


def sums_of(table, numbers):
    return [
        sum(Fraction(numbers[a]) * Fraction(numbers[b]) for a, b in zip(left, right, strict=True))
        for left, right in zip(table.left.tolist(), table.right.tolist(), strict=True)
    ]


@pytest.mark.parametrize("seed", range(40))
def test_aligned_sums_are_the_same_sums(seed):
    rng = random.Random(seed)
    numbers = [0, *(rng.randint(-9, 9) for _ in range(60))]
    wholes = [rng.sample(range(30, 60), rng.randint(2, 8)) for _ in range(rng.randint(1, 4))]
    lists = [rng.sample(w, rng.randint(1, len(w))) for w in rng.choices(wholes, k=rng.randint(2, 12))]
    owner = np.repeat(np.arange(len(lists)), [len(x) for x in lists])
    right = np.concatenate([np.array(x) for x in lists])
    left = np.array([rng.randint(1, 29) for _ in right])
    table = TermTable(1, owner, left, right, len(lists))
    before, rows = sums_of(table, numbers), len(np.unique(table.right, axis=0))
    aligned = table.aligned()
    assert sums_of(table, numbers) == before
    assert (len(np.unique(table.right, axis=0)) < rows) == aligned


def test_a_factor_that_comes_twice_stays_twice():
    table = TermTable(1, np.array([0, 0, 1]), np.array([1, 2, 3]), np.array([7, 7, 7]), 2)
    assert not table.aligned()


def triangular(p, x):
    """L·x and the sum of L's diagonal, which is the same for all samples."""
    n, numbers = len(x), iter(p)
    rows = [[next(numbers) for _ in range(i + 1)] for i in range(n)]
    s = [sum(a * b for a, b in zip(row, x, strict=False)) for row in rows]
    return sum(row[-1] for row in rows) - sum(tanh(a) * a for a in s)


@pytest.mark.parametrize("machine", ["numpy", "llvm", "reference"])
def test_a_triangular_matrix_times_samples_is_a_product(machine):
    rng = random.Random(0)
    n, count = 6, 20
    p = [rng.gauss(0, 1) for _ in range(n * (n + 1) // 2)]
    xs = [[rng.gauss(0, 1) for _ in range(n)] for _ in range(count)]

    def f(p):
        return mean(vmap(triangular, (None, 0))(p, xs))

    token = back_end.set(machine)
    try:
        compiled = jit(value_and_grad(f))
        ours, slopes = compiled(p)
    finally:
        back_end.reset(token)
    value = mean([triangular([Value(a) for a in p], x) for x in xs]).data
    assert ours == pytest.approx(value, rel=1e-12)
    assert slopes == pytest.approx(value_and_grad(f)(p)[1], rel=1e-11)
    products = [i for i in compiled.latest.program.instructions if isinstance(i, MatrixProduct)]
    assert any(i.left.shape[-2:] == (n, n) and i.right.shape[-2] == count for i in products)
    assert len(compiled.program.statements) <= 8
