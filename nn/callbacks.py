"""What may happen at the end of an epoch: stopping, saving, drawing, or what you write yourself."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autograd.endings import check_ending
from autograd.files import check_file, check_folder
from autograd.own_files import check_replaceable, remove_own, series, write_own
from autograd.show.draw import chosen, draw
from autograd.show.drawing.folding import LEVELS
from nn.basics.checks import check_count
from nn.module import outputs_of
from nn.training import checkpoint
from nn.training.callback import Callback, by_the_history
from nn.training.state import TrainingState

__all__ = ["Callback", "Checkpoint", "DrawGraph", "EarlyStopping", "Snapshots"]


EPOCH_PICTURES = re.compile(r"epoch_\d{4,}\.svg")


class EarlyStopping(Callback):
    """Stop when the monitored number has not improved for `patience` epochs; restore the best weights in any case.

    Args:
        monitor: a column of the history; None: validation_loss, or loss if there is no validation set.
        patience: how many epochs without improvement are waited for, at least 1.
        min_delta: what counts as an improvement must be larger than this; smaller ones are not kept, either.

    The weights of the best epoch are restored at the end whether or not training was stopped early. What is best is one
    rule, the trainer's (`nn.training.improvement`). A training that stopped and is resumed stops at once, unless its
    patience is larger now.

    Prechelt, Early Stopping – But When? (1998), criterion UP.
    """

    def __init__(self, monitor: str | None = None, *, patience: int = 10, min_delta: float = 0.0) -> None:
        check_count("patience", patience)
        if not 0.0 <= min_delta < math.inf:
            raise ValueError(f"min_delta is a number, 0 or more, but is {min_delta!r}")
        self.monitor = monitor
        self.patience = patience
        self.min_delta = min_delta

    def on_train_begin(self, trainer: TrainingState) -> None:
        """Count before the first epoch of a resumed training, too."""
        self.on_epoch_end(trainer, trainer.history.epochs, {})

    @by_the_history
    def on_epoch_end(self, trainer: TrainingState, epoch: int, logs: Mapping[str, float]) -> None:
        """Count the epochs since the last improvement."""
        waited = epoch - (trainer.history.best_epoch or 0)
        if waited >= self.patience:
            trainer.stop(f"{trainer.history.monitor} has not improved for {waited} epochs", for_good=False)


class Checkpoint(Callback):
    """Write a checkpoint every few epochs, from which `fit(…, resume=path)` goes on to bit-identical results.

    Args:
        path: of the file. It is replaced as a whole, so that a killed process leaves the one before.
        every: how many epochs apart.
    """

    last = True  # so that it has noted what the others did

    def __init__(self, path: str | Path, every: int = 1) -> None:
        check_count("every", every)
        check_ending(path, "checkpoints", "json")
        self.path = Path(path)
        self.every = every

    def on_train_begin(self, trainer: TrainingState) -> None:
        """Refuse, before anything is trained, a path to which nothing can be written."""
        try:
            check_file(self.path)
        except OSError as error:
            raise ValueError(f"no checkpoint can be written to {self.path} ({error.strerror})") from error

    def on_epoch_end(self, trainer: TrainingState, epoch: int, logs: Mapping[str, float]) -> None:
        """Write the file if it is time to; never after an epoch that was cut short."""
        if epoch % self.every == 0 and not trainer.interrupted:
            checkpoint.write(self.path, trainer)


class Snapshots(Callback):
    """Keep the weights of some epochs, evenly spread over the training, to look back on it.

    Args:
        most: how many at most; when there are more, every other one is let go.

    Attributes:
        kept: the weights (`Module.state_dict`) by epoch, 0 being before the first.
    """

    def __init__(self, most: int = 16) -> None:
        self.most = most
        self.every = 1
        self.kept: dict[int, dict[str, float]] = {}

    def on_train_begin(self, trainer: TrainingState) -> None:
        """Keep the weights from which training starts."""
        self.on_epoch_end(trainer, trainer.history.epochs, {})

    def on_epoch_end(self, trainer: TrainingState, epoch: int, logs: Mapping[str, float]) -> None:
        """Keep them if the epoch is one of those."""
        if epoch % self.every == 0:
            self.kept[epoch] = trainer.model.state_dict()
        if len(self.kept) > self.most:
            self.every *= 2
            self.kept = {epoch: weights for epoch, weights in self.kept.items() if epoch % self.every == 0}


class DrawGraph(Callback):
    """Draw the forward and the backward pass of one sample while the model learns.

    Args:
        every: how many epochs apart; the first epoch is always drawn.
        path: the folder for the pictures, epoch_0001.svg and so on. Those of an earlier training go; others are a
            refusal.
        sample: (x, target).
        detail: "ops", "neurons" or "layers", as for `autograd.show.draw`.

    Without a program that lays graphs out, or room for the pictures, training goes on without them, and a warning
    says so.
    """

    def __init__(
        self, every: int, path: str | Path, sample: tuple[Sequence[float], Any], detail: str = "neurons"
    ) -> None:
        check_count("every", every)
        chosen("detail", detail, LEVELS)
        self.every = every
        self.path = Path(path)
        self.sample = sample
        self.detail = detail
        self.given_up = False

    def on_train_begin(self, trainer: TrainingState) -> None:
        """Refuse, before anything is trained, a sample that does not fit, or a folder that cannot be written to."""
        x, target = self.sample
        trainer.loss(outputs_of(trainer.model, x), target)
        try:
            check_folder(self.path)
        except OSError as error:
            raise ValueError(f"no picture can be put into {self.path} ({error.strerror})") from error
        for picture in (drawn := series(self.path, EPOCH_PICTURES)):
            check_replaceable(picture)
        remove_own([picture for picture in drawn if int(picture.stem[6:]) > trainer.history.epochs])

    def on_epoch_end(self, trainer: TrainingState, epoch: int, logs: Mapping[str, float]) -> None:
        """Draw, if it is time to. The gradients that are shown are of this sample alone."""
        if self.given_up or (epoch != 1 and epoch % self.every):
            return
        x, target = self.sample
        trainer.model.zero_grad()
        try:
            loss = trainer.loss(outputs_of(trainer.model, x), target)
            loss.backward()
            loss.label = "L"
            picture = draw(loss, detail=self.detail).pipe(format="svg", encoding="utf-8")
            self.path.mkdir(parents=True, exist_ok=True)
            write_own({self.path / f"epoch_{epoch:04d}.svg": picture})
        except (RuntimeError, ArithmeticError, ValueError, OSError, ImportError) as error:
            self.given_up = True
            warnings.warn(f"training goes on without pictures of the graph: {error}", stacklevel=2)
        finally:
            trainer.model.zero_grad()
