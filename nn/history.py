"""What happened in a training, epoch by epoch, in plain floats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from autograd.endings import check_ending
from autograd.files import write_whole
from nn.basics.spreadsheet import csv_text
from nn.plots.curves import learning_curves


class History(Mapping[str, list[float]]):
    """A number for each epoch of: loss, validation_loss, and each metric, of the training and of the validation set.

    Attributes:
        epochs: how many epochs there were.
        monitor: what is monitored: "validation_loss" if there is a validation set, or "loss".
        monitored: that number after each epoch, of the very weights that are kept if it is the best. A number of the
            training set is measured for it anew: in its column it is a mean over batches, while the weights move.
        best_epoch: the epoch (from 1) of the best monitored number; None before the first.
        kept_epoch: the epoch whose weights the model has after the training; 0 for those from before it.
        stop: why the training ended, in words.
        stopped_epoch: the epoch after which it was stopped early; None if it was not.

    >>> history = History()
    >>> history.add({"loss": 0.5}); history.add({"loss": 0.25})
    >>> history["loss"], history.epochs
    ([0.5, 0.25], 2)
    """

    def __init__(self, columns: Mapping[str, list[float]] | None = None, *, monitor: str = "loss") -> None:
        self.columns: dict[str, list[float]] = {name: list(column) for name, column in (columns or {}).items()}
        self.monitor = monitor
        self.monitored: list[float] = []
        self.best_epoch: int | None = None
        self.kept_epoch = 0
        self.stopped_epoch: int | None = None
        self.stop = ""

    def __getitem__(self, name: str) -> list[float]:
        return self.columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def epochs(self) -> int:
        """How many epochs there were."""
        return len(next(iter(self.columns.values()), []))

    def add(self, numbers: Mapping[str, float]) -> None:
        """One more epoch."""
        for name, number in numbers.items():
            self.columns.setdefault(name, []).append(float(number))

    @property
    def best(self) -> float | None:
        """The best monitored number so far; None before there is one."""
        return None if self.best_epoch is None else self.monitored[self.best_epoch - 1]

    def last(self) -> dict[str, float]:
        """The numbers of the last epoch."""
        return {name: column[-1] for name, column in self.columns.items()}

    def plot(self) -> Any:
        """The learning curves as a matplotlib Figure, with the epoch that was best."""
        return learning_curves(self)

    def to_csv(self, path: str | Path) -> None:
        """Write a table with a row for each epoch."""
        check_ending(path, "tables", "csv", "txt")
        write_whole(path, self.csv(), parents=True)

    def csv(self) -> str:
        """What `to_csv` writes."""
        rows = zip(*self.columns.values(), strict=True)
        return csv_text([["epoch", *self.columns], *([epoch, *row] for epoch, row in enumerate(rows, 1))])

    def __repr__(self) -> str:
        last = ", ".join(f"{name}={number:.4g}" for name, number in self.last().items()) if self.columns else ""
        return f"<history of {self.epochs} epochs{': ' + last if last else ''}>"
