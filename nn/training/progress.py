"""What is seen of a training while it runs: a bar, a line for each epoch, or nothing; always on stderr."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from nn.basics.optional import require
from nn.basics.streams import Unfailing


class Progress:
    """A tqdm bar over the epochs (verbose=1), or a line for each (verbose=2).

    The bar is of text in notebooks, too: a widget would be lost when the notebook is saved. Where nothing can be
    written, nothing is seen, and training goes on.
    """

    def __init__(self, verbose: int, done: int, epochs: int) -> None:
        self.verbose = verbose
        self.epochs = epochs
        self.stream = Unfailing(sys.stderr)
        self.bar: Any = None
        if verbose == 1:
            self.bar = require("tqdm").tqdm(
                total=epochs, initial=done, unit="epoch", file=self.stream, dynamic_ncols=True, leave=True
            )

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.bar is not None:
            self.bar.close()

    def batch(self, number: int, loss: float) -> None:
        """After a step."""
        if self.bar is not None and self.bar.n == self.bar.initial:  # in the first epoch, which may be a long one
            self.bar.set_postfix_str(f"step {number}, loss {loss:.4g}")

    def epoch(self, number: int, logs: Mapping[str, float]) -> None:
        """After an epoch."""
        numbers = "  ".join(f"{name} {value:.4g}" for name, value in logs.items())
        if self.bar is not None:
            self.bar.set_postfix_str(numbers, refresh=False)
            self.bar.update()
        elif self.verbose:
            print(f"epoch {number}/{self.epochs}  {numbers}", file=self.stream, flush=True)
