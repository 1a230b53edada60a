"""Checkpoints: all that a training needs to go on, after its process was killed, as if nothing had happened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograd.surroundings import Surroundings
from nn.basics import storage
from nn.basics.forms import (
    FormError,
    any_number,
    anything,
    check_form,
    fields,
    finite_number,
    list_of,
    map_of,
    optional,
    plain_text,
    whole,
)
from nn.basics.randomness import random_state, set_state, state_of
from nn.history import History
from nn.optimizers.base import MOST_STEPS
from nn.training.state import TrainingState

FORMAT, VERSION = "chalkgrad checkpoint", 2
CHECKPOINT_FORM = fields(
    settings=map_of(anything),
    parameters=map_of(finite_number),
    optimizer=map_of(anything),
    history=map_of(list_of(any_number)),
    monitored=list_of(any_number),
    best_epoch=optional(whole(1)),
    best_weights=map_of(finite_number),
    over=plain_text,
    rng_at_start=random_state,
    rng=random_state,
)


def write(path: str | Path, state: TrainingState) -> None:
    """Write where a training is. The file is replaced as a whole."""
    content = {
        "settings": state.settings() | numbers_read(state),
        "parameters": state.model.state_dict(),
        "optimizer": state.optimizer.state_dict(),
        "history": state.history.columns,
        "monitored": state.history.monitored,
        "best_epoch": state.history.best_epoch,
        "best_weights": state.best_weights,
        "over": state.over,
        "rng_at_start": state.rng_at_start,
        "rng": state_of(state.rng),
    }
    storage.write_document(path, FORMAT, VERSION, content)


def read(path: str | Path) -> dict[str, Any]:
    """What `write` wrote.

    Raises:
        StorageError: if the file is damaged, foreign or of a newer version.
    """
    content = storage.read_document(path, FORMAT, VERSION)
    if "monitored" not in content and "settings" in content:
        raise storage.StorageError(f"{path} was written by an older chalkgrad, which noted less; train anew")
    try:
        check_form(content, CHECKPOINT_FORM)
        check_agreement(content)
    except FormError as error:
        raise storage.StorageError(f"{path} is damaged: {error}") from error
    return content


def check_agreement(content: dict[str, Any]) -> None:
    """Make sure that the parts of a checkpoint speak of the same epochs and the same parameters.

    Raises:
        FormError: naming the part that does not.
    """
    columns, best = content["history"], content["best_weights"]
    epochs = max(map(len, columns.values()), default=0)
    check_form(columns, map_of(list_of(any_number, length=epochs)))
    check_form(content["monitored"], list_of(any_number, length=epochs))
    check_form(content["best_epoch"], optional(whole(1, epochs)))
    check_form(best, map_of(finite_number, keys=content["parameters"] if content["best_epoch"] else ()))
    check_form(content["optimizer"].get("steps"), whole(0, MOST_STEPS))
    slots = content["optimizer"].get("slots")
    if slots is not None:
        of_each = map_of(anything, keys=content["parameters"] if content["optimizer"]["steps"] else ())
        check_form(content["optimizer"], fields(slots=of_each))


def restore(path: str | Path, content: dict[str, Any], state: TrainingState, most_steps: int) -> None:
    """Bring a training that has the same settings to where the checkpoint was written.

    Args:
        most_steps: of the optimiser in an epoch; there are fewer in one that was interrupted.

    Raises:
        StorageError: if it is of another training. The model is as it was then.
    """
    settings, own = content["settings"], state.settings() | numbers_read(state)
    for name in [*own, *(name for name in settings if name not in own)]:
        theirs, ours = settings.get(name), own.get(name)
        if theirs != ours:
            raise storage.StorageError(f"{path} is of another training: it had {what_differs(name, theirs, ours)}")
    wrong = what_does_not_follow(content, state, most_steps)
    if wrong:
        raise storage.StorageError(f"{path} is damaged: {wrong}")
    before = state.model.state_dict()
    try:
        state.model.load_state_dict(content["parameters"])
        state.optimizer.load_state_dict(content["optimizer"])
        set_state(state.rng, content["rng"])
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        state.model.load_state_dict(before)
        raise storage.StorageError(f"{path} does not fit: {' '.join(str(error).split())}") from error
    state.history = History(content["history"], monitor=state.history.monitor)
    state.history.monitored = list(content["monitored"])
    state.history.best_epoch = content["best_epoch"]
    state.best = (lambda: content["best_weights"]) if content["best_weights"] else None
    if content["over"]:  # a callback has stopped it; other reasons are found again
        state.stop(content["over"])


def what_does_not_follow(content: dict[str, Any], state: TrainingState, most_steps: int) -> str:
    """What of a checkpoint a training with its settings cannot have noted; "" if there is nothing."""
    columns, monitored = content["history"], content["monitored"]
    of_training = ["loss", *(metric.name for metric in state.metrics)]
    of_validation = [f"validation_{name}" for name in of_training] if content["settings"]["validation_data"] else []
    lacking = [name for name in [*of_training, *of_validation] if name not in columns] if monitored else []
    if lacking:
        return f"history lacks {lacking[0]!r}"
    epochs, steps = max(map(len, columns.values()), default=0), content["optimizer"]["steps"]
    if not epochs <= steps <= epochs * most_steps:
        return f"the optimizer has taken {steps} steps in {epochs} epochs of {most_steps}"
    best: int | None = None
    for epoch, number in enumerate(monitored, 1):
        if state.improvement.over(None if best is None else monitored[best - 1], number):
            best = epoch
    if best != content["best_epoch"]:
        return f"best_epoch is {content['best_epoch']}, and by the monitored numbers it is {best}"
    return ""


def numbers_read(state: TrainingState) -> dict[str, str]:
    """The numbers and names that the code of the model and of the loss reads besides: globals, and what is in them."""
    read = Surroundings(state.model, state.loss).plain_things()
    return {f"what is read, {name}": text for name, text in read.items()}


def what_differs(name: str, theirs: Any, ours: Any) -> str:
    """What a setting was and is, in words."""
    if name == "data":
        return "other samples, targets or weights"
    if name == "validation_data":
        return "other validation samples or targets"
    return f"{name}={theirs!r}, and not {ours!r}"
