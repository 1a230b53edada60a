"""Embedding: a row of learned numbers for each of some tokens, such as letters, and how rows become one list.

>>> from nn.layers import Layer, Sequential
>>> model = Sequential(Embedding(27, 4, rng=1), Flatten(), Layer(3 * 4, 27, rng=1))    # of three letters the next one
>>> len(model([0, 5, 13]))
27
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import Value, take
from autograd.nesting import flat
from nn import init as initialisers
from nn.basics.checks import check_count
from nn.basics.randomness import Randomness, generator
from nn.module import Module


class Embedding(Module):
    """The row of a token: `table[token]`, looked up by `autograd.take`, so that a compiled model takes any token.

    Args:
        n_tokens: how many there are, 0 to n_tokens − 1.
        n_out: how many numbers stand for each.
        init: where they start, by name or an initialiser; None: N(0, 1).
        rng: a `random.Random`, a seed, or None for the module `random`.

    Called with a token, it gives its row; with a list of them, a list of rows, which `Flatten` makes one list. As with
    `take`, a token below 0 counts from the end.

    >>> embedding = Embedding(3, 2, init="zeros")
    >>> embedding.table[1][0].data = 5.0
    >>> [[entry.data for entry in row] for row in embedding([1, 0])]
    [[5.0, 0.0], [0.0, 0.0]]

    Raises:
        IndexError: when it is called with a token that there is not.
    """

    def __init__(
        self, n_tokens: int, n_out: int, *, init: str | initialisers.Initialiser | None = None, rng: Randomness = None
    ) -> None:
        check_count("n_tokens", n_tokens)
        check_count("n_out", n_out)
        draw = initialisers.normal(1.0) if init is None else initialisers.get(init)
        source = generator(rng)
        self.table = [[Value(draw(n_tokens, n_out, source)) for _ in range(n_out)] for _ in range(n_tokens)]

    def __call__(self, x: Any) -> list[Any]:
        """The row of a token, or a list of rows for a list of tokens."""
        rows: list[Any] = take(self.table, x)
        return rows

    activation_name = ""

    @property
    def shape(self) -> tuple[int, int]:
        """The number of tokens, and of the numbers that stand for each."""
        return len(self.table), len(self.table[0])

    def settings(self) -> dict[str, Any]:
        """What it was made with, but for its numbers."""
        return dict(zip(("n_tokens", "n_out"), self.shape, strict=True))

    def __repr__(self) -> str:
        return f"Embedding({self.shape[0]}, {self.shape[1]})"


class Flatten(Module):
    """All numbers of nested lists in one list, in order: between an `Embedding` and a `Layer`.

    >>> Flatten()([[1.0, 2.0], [3.0]])
    [1.0, 2.0, 3.0]
    """

    def __call__(self, x: Sequence[Any]) -> list[Any]:
        """The numbers in one list."""
        return list(flat(x))
