"""Samples in random order: every order is as likely, and NumPy makes no difference."""

import random
from collections import Counter

import pytest

from nn.training import dealing
from nn.training.dealing import dealt


@pytest.mark.parametrize("n", [0, 1, 2, 3, 100, 1023, 1024, 5000])
def test_each_once_and_the_same_without_numpy(monkeypatch, n):
    order = list(dealt(n, random.Random(n)))
    assert sorted(order) == list(range(n))
    monkeypatch.setattr(dealing, "find_spec", lambda name: None)
    assert dealt(n, random.Random(n)) == order


def test_every_order_is_as_likely():
    rng = random.Random(7)
    counts = Counter(tuple(dealt(4, rng)) for _ in range(24_000))
    assert len(counts) == 24 and sum((count - 1000) ** 2 / 1000 for count in counts.values()) < 50  # χ², p < 0.001
