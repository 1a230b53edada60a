"""Checkpoints: all that a training needs to go on, after its process was killed, as if nothing had happened."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nn.basics import storage
from nn.basics.randomness import set_state, state_of
from nn.history import History
from nn.training.samples import Samples

if TYPE_CHECKING:
    from nn.trainer import Trainer

FORMAT, VERSION = "chalkgrad checkpoint", 1
KEYS = "settings parameters optimizer history best_epoch best_weights rng_at_start rng".split()


def write(path: str | Path, trainer: Trainer) -> None:
    """Write where a training is. The file is replaced as a whole."""
    content = {
        "settings": trainer.settings,
        "parameters": trainer.model.state_dict(),
        "optimizer": trainer.optimizer.state_dict(),
        "history": trainer.history.columns,
        "best_epoch": trainer.history.best_epoch,
        "best_weights": trainer.best_weights,
        "rng_at_start": trainer.rng_at_start,
        "rng": state_of(trainer.rng),
    }
    storage.save(path, FORMAT, VERSION, content)


def read(path: str | Path) -> dict[str, Any]:
    """What `write` wrote.

    Raises:
        StorageError: if the file is damaged, foreign or of a newer version.
    """
    content = storage.load(path, FORMAT, VERSION)
    missing = [key for key in KEYS if key not in content]
    if missing:
        raise storage.StorageError(f"{path} is damaged: {missing[0]} is missing")
    return content


def restore(path: str | Path, content: dict[str, Any], trainer: Trainer) -> None:
    """Bring a training that has the same settings to where the checkpoint was written.

    Raises:
        StorageError: if it is of another training. Nothing is changed then.
    """
    for name, ours in trainer.settings.items():
        theirs = content["settings"].get(name)
        if theirs != ours:
            difference = "other samples or targets" if name == "data" else f"{name}={theirs!r}, and not {ours!r}"
            raise storage.StorageError(f"{path} is of another training: it had {difference}")
    before = trainer.model.state_dict(), trainer.optimizer.state_dict()
    try:
        trainer.model.load_state_dict(content["parameters"])
        trainer.optimizer.load_state_dict(content["optimizer"])
        set_state(trainer.rng, content["rng"])
    except (ValueError, TypeError, KeyError) as error:
        trainer.model.load_state_dict(before[0])
        trainer.optimizer.load_state_dict(before[1])
        raise storage.StorageError(f"{path} does not fit: {error}") from error
    trainer.history = History(content["history"], monitor=trainer.history.monitor)
    trainer.history.best_epoch = content["best_epoch"]
    trainer.best = (lambda: content["best_weights"]) if content["best_weights"] else None


def fingerprint(samples: Samples) -> str:
    """SHA-256 of the numbers, to notice that a training is resumed with others."""
    return hashlib.sha256(json.dumps([samples.X, samples.encoded]).encode()).hexdigest()
