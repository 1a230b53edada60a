"""What is seen of a training while it runs: a bar, a line for each epoch, or nothing; always on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from nn.basics.optional import require
from nn.basics.streams import Unfailing

BAR = "{n_fmt}/{total_fmt} |{bar:10}| {elapsed}<{remaining}{postfix}"
BESIDE_THE_NUMBERS = 36  # columns of a bar of 1000 epochs, and one that stays free
USUAL_WIDTH = 80
HELD_OUT = "validation_"


class Progress:
    """A tqdm bar over the epochs (verbose=1), or a line for each (verbose=2).

    The bar is of text in notebooks, too: a widget would be lost when the notebook is saved. Where nobody sees a bar
    move, as in a file or a pipe, its last state is the only line. Where nothing can be written, nothing is seen, and
    training goes on.
    """

    def __init__(self, verbose: int, done: int, epochs: int) -> None:
        self.verbose = verbose
        self.epochs = epochs
        self.stream = Unfailing(sys.stderr)
        self.last = ""
        self.bar: Any = None
        if verbose == 1 and moves(sys.stderr):
            known = terminal_width(sys.stderr) > 0  # a bar of 0 columns would not be seen
            width = {"dynamic_ncols": True} if known else {"ncols": USUAL_WIDTH}
            self.bar = require("tqdm").tqdm(
                total=epochs, initial=done, file=self.stream, leave=True, bar_format=BAR, **width
            )

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.bar is not None:
            self.bar.close()
        elif self.verbose == 1 and self.last:
            print(self.last, file=self.stream, flush=True)

    def batch(self, number: int, loss: float) -> None:
        """After a step."""
        if self.bar is not None and self.bar.n == self.bar.initial:  # in the first epoch, which may be a long one
            self.bar.set_postfix_str(f"step {number}, loss {loss:.4g}")

    def epoch(self, number: int, logs: Mapping[str, float]) -> None:
        """After an epoch."""
        numbers = validation_first(logs)
        self.last = f"epoch {number}/{self.epochs}  {'  '.join(numbers)}"
        if self.bar is not None:
            room = max(terminal_width(sys.stderr) or USUAL_WIDTH, 40) - BESIDE_THE_NUMBERS
            self.bar.set_postfix_str(as_many_as_fit(numbers, room), refresh=False)
            self.bar.update()
        elif self.verbose == 2:
            print(self.last, file=self.stream, flush=True)


def validation_first(logs: Mapping[str, float]) -> list[str]:
    """The numbers with their names, those of the validation set first."""
    names = sorted(logs, key=lambda name: not name.startswith(HELD_OUT))
    return [f"{name.replace(HELD_OUT, 'val. ').replace('_', ' ')} {logs[name]:.4g}" for name in names]


def as_many_as_fit(parts: list[str], width: int) -> str:
    """The first of some texts, in so many columns."""
    text = parts[0] if parts else ""
    for part in parts[1:]:
        if len(text) + len(part) + 2 > width:
            break
        text = f"{text}  {part}"
    return text[:width]


def terminal_width(stream: Any) -> int:
    """How wide the terminal of a stream is; 0 if that is not known, as of one that nobody has told its size."""
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (AttributeError, OSError, ValueError):
        return 0


def moves(stream: Any) -> bool:
    """Whether what is written to a stream may be written over: on a terminal, and in a notebook."""
    try:
        return bool(getattr(stream, "isatty", bool)()) or type(stream).__module__.startswith("ipykernel")
    except ValueError:  # a stream that is closed
        return False
