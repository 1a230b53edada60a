"""The state of a training: all that its epochs, callbacks and checkpoints look at and change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from nn.history import History
from nn.losses import Loss
from nn.metrics import Metric
from nn.module import Module, set_training, switched
from nn.optimizers import Optimizer
from nn.training.eager import EagerEngine
from nn.training.engine import Engine
from nn.training.improvement import Improvement
from nn.training.objective import Objective


class TrainingWarning(UserWarning):
    """Something about a training that should not be overlooked: it ended before its time, or does not do all of it."""


class TrainingState:
    """Where a training is. A callback is given it as its `trainer`.

    Attributes:
        model, loss, optimizer: what is trained, by what, and how.
        objective: what is minimised: the mean loss and the penalties.
        metrics: what is noted besides.
        engine: what computes gradients and steps, once `fit` was called.
        history: of the last `fit`, also while it runs.
        improvement: the rule by which an epoch is the best so far.
        best: asked for it, the weights of the best epoch so far; None before there is one.
        over: why it was stopped for good; "" if it was not.
        interrupted, failed: whether the last `fit` ended by Ctrl-C, or by a loss that is not finite.
        settings: gives what a training has to have in common with the checkpoint from which it goes on.
        rng, rng_at_start: the source of random numbers, and its state when `fit` began.
    """

    def __init__(self, objective: Objective, optimizer: Optimizer, metrics: Sequence[Metric] = ()) -> None:
        self.objective = objective
        self.optimizer = optimizer
        self.metrics = list(metrics)
        self.engine: Engine = EagerEngine(objective, optimizer, "nothing was trained yet")
        self.history = History()
        self.improvement = Improvement("loss")
        self.best: Callable[[], dict[str, float]] | None = None
        self.over = ""
        self.interrupted = False
        self.failed = False
        self.rng: Any = None
        self.rng_at_start: list[Any] = []
        self.settle(dict)

    def settle(self, describe: Callable[[], dict[str, Any]]) -> None:
        """Say how `settings` are found, once somebody asks for them."""
        self.settings = cache(describe)

    def __getstate__(self) -> dict[str, Any]:
        """For pickle and copies: what was compiled is compiled anew by the next `fit`."""
        return {
            **vars(self),
            "engine": None,
            "settings": self.settings(),
            "rng": None,
            "best": self.best_weights or None,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        weights, settings = state["best"], state["settings"]
        vars(self).update(state, best=(lambda: weights) if weights else None)
        self.settle(lambda: settings)
        self.engine = EagerEngine(self.objective, self.optimizer, "copied; the next fit compiles anew")

    @property
    def model(self) -> Module:
        """What is trained. Another model asks for another training, as the objective is of this one."""
        return self.objective.model

    @property
    def loss(self) -> Loss:
        """By what it is trained. Another loss asks for another training."""
        return self.objective.loss

    @property
    def engine_used(self) -> str:
        """Which engine computes the gradients, and why."""
        return self.engine.description

    @property
    def best_weights(self) -> dict[str, float]:
        """A `state_dict` of the best epoch so far; empty before there is one."""
        return {} if self.best is None else self.best()

    def higher_is_better(self, name: str) -> bool:
        """Whether a column of the history is the better the larger it is."""
        plain = name.removeprefix("validation_")
        return any(metric.name == plain and metric.higher_is_better for metric in self.metrics)

    def stop(self, reason: str, *, for_good: bool = True) -> None:
        """End the training after the present epoch, for a reason given in words. For callbacks.

        Args:
            for_good: whether it is over, also for who resumes it; otherwise whoever stops it will ask again then.
        """
        if not self.history.stop:
            self.history.stop = reason
            self.history.stopped_epoch = self.history.epochs
            self.over = reason if for_good else ""

    @contextmanager
    def as_before_if_refused(self, rng: Any, weights: Mapping[str, float] | None = None) -> Iterator[None]:
        """If anything inside raises, the training, its optimiser and the generator are again what they were.

        Args:
            weights: of the model as it is, if they may be changed inside.
        """
        before, remembered, numbers = dict(vars(self)), dict(vars(self.optimizer)), rng.getstate()
        try:
            yield
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            vars(self.optimizer).clear()
            vars(self.optimizer).update(remembered)
            rng.setstate(numbers)
            if weights is not None:
                self.model.load_state_dict(weights)
            raise

    # ── The way of a parameter: into the engine, and out of it ──────────────────────────────────────────────

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """The engine has the numbers of the parameters; when this is left, however it ends, the Values do."""
        self.check_idle()
        at_work.append(self)
        try:
            with self.objective.in_training():
                self.engine.load()
                try:
                    yield
                finally:
                    self.engine.unload()
        finally:
            at_work.remove(self)

    def check_idle(self) -> None:
        """Make sure that the optimiser is in no training, which would go on with what another one remembers.

        Raises:
            ValueError: if it is in one.
        """
        if any(other.optimizer is self.optimizer for other in at_work):
            raise ValueError(
                "this optimizer is in the middle of a training, whose moments and steps it remembers.\nGive each"
                " training one of its own: Trainer(model, loss, copy.deepcopy(optimizer)), or its name, such as 'adam'."
            )

    @contextmanager
    def paused(self) -> Iterator[None]:
        """While the engine is at work: the Values have the numbers, and may be changed, as may be the model.

        It is asked meanwhile, and not trained.
        """
        self.engine.unload()
        if not self.objective.has_modes:
            yield
        else:
            with switched(self.model, False):
                yield
            set_training(self.model, lambda part: True)
        self.engine = self.engine.current()
        self.engine.load()


#: All trainings that are going on, in whichever thread.
at_work: list[TrainingState] = []
