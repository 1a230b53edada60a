"""What a callback is: somebody who is told how a training goes, and may step in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, TypeVar

from autograd.following import Following
from nn.basics.lookup import lookup
from nn.training.state import TrainingState


class Callback:
    """Override what you need; each is given the trainer, whose `model`, `history` and `optimizer` may be looked at.

    >>> class Shout(Callback):
    ...     def on_epoch_end(self, trainer, epoch, logs):
    ...         print(f"epoch {epoch}: {logs['loss']:.3f}!")

    `trainer.stop("because …")` ends the training after the epoch.

    Attributes:
        last: whether it is told after those that are not, whatever the order in which they were given.
    """

    last = False

    def on_train_begin(self, trainer: TrainingState) -> None:
        """Before the first epoch, or the first after resuming."""

    def on_epoch_begin(self, trainer: TrainingState, epoch: int) -> None:
        """Before an epoch, counted from 1."""

    def on_batch_end(self, trainer: TrainingState, batch: int, loss: float) -> None:
        """After each step of the optimiser."""

    def on_epoch_end(self, trainer: TrainingState, epoch: int, logs: Mapping[str, float]) -> None:
        """After an epoch; `logs` are its numbers, already in the history."""

    def on_train_end(self, trainer: TrainingState) -> None:
        """After the last epoch, the best weights restored if they were to be."""


Event = TypeVar("Event", bound=Callable[..., None])
BY_THE_HISTORY: set[Callable[..., None]] = set()
EVENTS = [name for name in vars(Callback) if name.startswith("on_")]


def reads_gradients(callbacks: Sequence[Callback]) -> bool:
    """Whether the code of some callback names `.grad`, which compiled steps keep for themselves."""
    told = [getattr(callback, event) for event in EVENTS for callback in listening(callbacks, event)]
    return bool(told) and "grad" in Following(tuple(told)).words


def tell(state: TrainingState, callbacks: Iterable[Callback], event: str, *news: Any) -> None:
    """Call the callbacks that listen to an event; they find the parameters' numbers in the Values, if one looks."""
    if called := [getattr(callback, event) for callback in listening(callbacks, event)]:
        looked_at = any(does not in BY_THE_HISTORY for does in map(function_of, called))
        with state.paused() if looked_at else nullcontext():
            for does in called:
                does(state, *news)


def by_the_history(event: Event) -> Event:
    """Mark what a callback does at an event as done by what was noted, without a look at the model or its numbers."""
    BY_THE_HISTORY.add(event)
    return event


def function_of(method: Callable[..., None]) -> Callable[..., None]:
    """The function in a method."""
    function: Callable[..., None] = getattr(method, "__func__", method)
    return function


def listening(callbacks: Iterable[Callback], event: str) -> list[Callback]:
    """The callbacks that do something at an event."""
    nothing = getattr(Callback, event)
    return [c for c in callbacks if getattr(does := getattr(c, event, nothing), "__func__", does) is not nothing]


def check_callbacks(callbacks: Iterable[Callback]) -> None:
    """Make sure that all that callbacks wait for is told to them.

    Raises:
        TypeError: for a class in place of a callback.
        ValueError: for an event that no one calls; it proposes the nearest.
    """
    for callback in callbacks:
        if isinstance(callback, type):
            raise TypeError(f"a callback is made: {callback.__name__}(), but this is the class")
        for name in dir(callback):
            if name.startswith("on_") and name not in EVENTS:
                lookup(f"event, which {type(callback).__name__} waits for,", name, dict.fromkeys(EVENTS))
