"""The trainer: what a training is given, what is checked before it starts, and how it ends.

>>> import random
>>> from nn import MLP, GradientDescent, losses
>>> X, y = [[0.0], [1.0], [2.0], [3.0]], [1.0, 3.0, 5.0, 7.0]          # y = 2x + 1
>>> model = MLP(1, [1], rng=1)
>>> trainer = Trainer(model, losses.mean_squared_error, GradientDescent(0.1))
>>> history = trainer.fit(X, y, epochs=200, batch_size=None, verbose=0)
>>> [[round(a, 3) for a in row] for row in model.predict([[4.0]])]
[[9.0]]
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from nn import losses, optimizers
from nn.basics.checks import check_count
from nn.basics.column_names import ColumnNames, in_named_order, known_columns, names_of_columns, remember_columns
from nn.basics.randomness import Randomness, generator, set_state, state_of
from nn.basics.rows import on_dask
from nn.callbacks import Callback, EarlyStopping
from nn.cluster.chunks import Chunks
from nn.cluster.given_chunks import cluster_engine, given_chunks, training_and_validation_chunks
from nn.history import History
from nn.metrics import Metric, suited
from nn.metrics import get as metric_by_name
from nn.module import Module
from nn.optimizers import Optimizer
from nn.training import checkpoint
from nn.training.callback import check_callbacks, listening, reads_gradients, tell
from nn.training.choose_engine import best_engine
from nn.training.eager import EagerEngine
from nn.training.engine import Engine
from nn.training.epochs import EpochLoop, judge, scores
from nn.training.first_batch import look_at_the_first_batch, tell_of_fallback
from nn.training.forward_loss import forward_loss
from nn.training.given_samples import ClassWeight, check_validation, training_and_validation, weighted
from nn.training.improvement import Improvement
from nn.training.interrupt import Interruption
from nn.training.objective import Objective
from nn.training.progress import Progress
from nn.training.samples import SampleTable, as_lists, check_samples
from nn.training.settings import settings_of
from nn.training.state import TrainingState, TrainingWarning


class Trainer(TrainingState):
    """Fits a model to samples.

    Args:
        model: anything that is a `Module`.
        loss: by name, such as "mse" or "cross_entropy", or from `nn.losses`.
        optimizer: from `nn.optimizers`, or its name, such as "adam", for its usual settings.
        metrics: names of `nn.metrics.METRICS`, or such metrics, to be noted every epoch. By its name, a metric of
            classes decides as suits the loss: by the sign of a score, the side of ½ of a probability, or the largest.
        l1, l2: strengths λ of the penalties λ Σ|p| and λ Σp², which count in the loss.
        engine: "eager" is plain `backward()`; "auto" compiles the model (see `autograd.jit`), if that can be done.
        threads: how many may share a step that takes about 1 ms or longer, once 500 steps are planned; None: what
            CHALKGRAD_THREADS or OMP_NUM_THREADS says, or as many as there are cores. If there are fewer cores, these;
            if no threads can be started, one. The results are the same bit for bit for any number.

    Its attributes, `history` among them, are those of a `TrainingState`, which callbacks and checkpoints know it as.
    """

    def __init__(
        self,
        model: Module,
        loss: str | losses.Loss,
        optimizer: str | Optimizer,
        *,
        metrics: Iterable[str | Metric] = (),
        l1: float = 0.0,
        l2: float = 0.0,
        engine: str = "auto",
        threads: int | None = None,
    ) -> None:
        if engine not in ("auto", "eager"):
            raise ValueError(f"the engine is 'auto' or 'eager', not {engine!r}")
        if isinstance(optimizer, str):
            optimizer = optimizers.get(optimizer)()
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"the optimizer is one of nn.optimizers, made: Adam(0.01), but this is {optimizer!r}")
        if isinstance(metrics, str):
            raise TypeError(f"metrics is a list of them: metrics=[{metrics!r}]")
        self.asked_metrics = list(metrics)
        self.asked_engine = engine
        if threads is not None:
            check_count("threads", threads)
        self.asked_threads = threads
        self.told = ""
        noted = list(map(metric_by_name, self.asked_metrics))
        super().__init__(Objective(model, losses.get(loss), l1, l2), optimizer, noted)

    def fit(
        self,
        X: Any,
        y: Any,
        *,
        epochs: int = 100,
        batch_size: int | None = 32,
        validation_split: float = 0.0,
        validation_data: tuple[Any, ...] | None = None,
        sample_weight: Any = None,
        class_weight: ClassWeight = None,
        shuffle: bool = True,
        tolerance: float | None = None,
        callbacks: Iterable[Callback] = (),
        verbose: int = 1,
        rng: Randomness = None,
        resume: str | Path | None = None,
    ) -> History:
        """Train, and return what happened.

        Args:
            X: samples, each a list of numbers (or a row of an array). With an array or a DataFrame of Dask's, whose
                targets and weights are divided alike, the workers of its cluster compute (see `nn.cluster`).
            y: their targets, as the loss takes them.
            epochs: how often every sample is seen, counted from the very first epoch when resuming. Resumed with as
                many, a training has the same bits as one that was not interrupted; with others, the same to rounding.
            batch_size: samples in a step of the optimiser; None: all of them.
            validation_split: the share of the samples, drawn at random, that is kept for validation.
            validation_data: (X, y) to validate with instead, or (X, y, sample_weight).
            sample_weight: how much each sample counts in the loss and in metrics, 0 or more; scaled to 1 in the mean.
            class_weight: the same for each class, by its target; "balanced": for all classes to count alike, n / (k nᵢ)
                with nᵢ of n samples in the i-th of k classes. It multiplies the weights of the samples.
            shuffle: deal the samples to batches anew in each epoch.
            tolerance: stop once the loss changes by no more than this from one epoch to the next.
            callbacks: see `nn.callbacks`.
            verbose: 0 nothing, 1 a progress bar, 2 a line for each epoch; both on stderr.
            rng: a `random.Random` or a seed for the shuffling and the split; None: the module `random`.
            resume: a file that the callback `Checkpoint` wrote, to go on from.

        In the history, loss and metrics of an epoch are means over its batches, each as the model was at that time;
        validation_ numbers are of the model after the epoch. What is monitored is always of the model after the epoch,
        which is what is kept: a number of the training set is measured for this once more, which takes a forward pass
        over it (`history.monitored`; a validation set saves that).

        Ctrl-C lets the step in hand finish, then training ends as usual. It also ends, before the step is taken, when
        the loss or a gradient is NaN or infinite. In both cases the best weights so far are kept, and those from
        before the training if its first epoch was not finished. What the optimiser remembers belongs to one training:
        it starts over, unless that is resumed.

        Raises:
            ValueError: before anything is trained, if samples, targets or settings do not fit, a loss of probabilities
                is given what are none, the loss depends on no parameter, or the optimiser is in another training.
            StorageError: if the file to resume from is damaged, or of another training.

        Whatever it raises then, model, optimiser, history and generator are as they were.
        """
        self.check_idle()
        if isinstance(callbacks, Callback):
            raise TypeError(f"callbacks is a list of them: callbacks=[{type(callbacks).__name__}(…)]")
        callbacks = sorted(callbacks, key=lambda callback: getattr(callback, "last", False))
        check_callbacks(callbacks)
        check_settings(epochs, batch_size, tolerance)
        stored = None if resume is None else checkpoint.read(resume)
        source = generator(rng)
        with self.as_before_if_refused(source, None if stored is None else self.model.state_dict()):
            self.rng = source
            if stored is not None:
                set_state(self.rng, stored["rng_at_start"])
            self.rng_at_start = state_of(self.rng)
            training, validation = self._samples(X, y, validation_split, validation_data, sample_weight, class_weight)
            self.improvement = self._improvement(callbacks, validation is not None)
            self.settle(partial(settings_of, self, training, validation, batch_size, shuffle))
            if callbacks or stored:  # which may write them, compare them, or change what they are of
                self.settings()
            self.history = History(monitor=self.improvement.monitor)
            self.best = None
            self.interrupted = False
            self.over = ""
            self.optimizer.start_over()
            if stored is not None and resume is not None:
                checkpoint.restore(resume, stored, self, most_steps=training.steps(batch_size))
            with self.objective.in_training():
                self.engine = self._engine_for(training, batch_size, epochs, callbacks)
                look_at_the_first_batch(self, training, batch_size, self.engine)
        self.told = tell_of_fallback(self.engine, self.told)
        began, begun_after = self.engine.remember(), self.history.epochs
        with self.at_work():
            tell(self, callbacks, "on_train_begin")
            with Interruption() as interruption, Progress(verbose, self.history.epochs, epochs) as progress:
                failure = EpochLoop(
                    self, training, validation, batch_size, shuffle, tolerance, callbacks, interruption, progress
                ).run(epochs)
        if isinstance(training, Chunks):  # which are not to stay with the workers for the sake of a digest
            self.settle(partial(dict, self.settings()))
        stopping = any(isinstance(c, EarlyStopping) for c in callbacks)
        self._end(failure, bool(failure) or self.interrupted or stopping, began, begun_after)
        self.history.stop = self.history.stop or f"all {epochs} epochs done"
        if listening(callbacks, "on_train_end"):
            with self.at_work():
                tell(self, callbacks, "on_train_end")
        if failure:
            kept = self.history.kept_epoch
            weights = f"the weights of epoch {kept}" if kept else "the weights from before the training"
            warnings.warn(f"training {failure}; {weights} are kept", TrainingWarning, stacklevel=2)
        return self.history

    def evaluate(self, X: Any, y: Any, *, sample_weight: Any = None) -> dict[str, float]:
        """The loss and each metric on other samples, such as a test set.

        Args:
            X, y: samples and targets.
            sample_weight: how much each of them counts, 0 or more.

        Raises:
            ValueError: if samples or targets do not fit.
        """
        names = known_columns(self.model)
        X, y = in_named_order(X, names.inputs), in_named_order(y, names.targets, "y")
        if on_dask(X):
            chunks: Any = given_chunks(self, self._n_outputs, X, y, sample_weight)
            self.engine = cluster_engine(self, chunks, None, self.asked_engine)
            return judge(self, chunks)
        rows = check_samples(X)
        samples = weighted(self, rows, y, self._n_outputs(rows), sample_weight)
        if self.asked_engine != "eager" and isinstance(self.engine, EagerEngine):  # as before any training
            with self.objective.asked():
                return scores(self, forward_loss(self.objective, samples), samples)
        with self.objective.in_training():  # as it was when its program was recorded
            self.engine = self.engine.current()  # another, if the model was changed since it was trained
            self.engine.load()
            return judge(self, samples)

    def predict(self, X: Any) -> list[list[float]]:
        """The model's outputs for each row of X, a list for each: `model.predict`, which see.

        >>> from nn import MLP
        >>> Trainer(MLP(1, [1], init="zeros"), "mse", "sgd").predict([[2.0], [3.0]])
        [[0.0], [0.0]]
        """
        return self.model.predict(X)

    # ── Before the first epoch ──────────────────────────────────────────────────────────────────────────────

    def _samples(
        self,
        X: Any,
        y: Any,
        validation_split: float,
        validation_data: tuple[Any, ...] | None,
        sample_weight: Any,
        class_weight: ClassWeight,
    ) -> tuple[Any, Any]:
        """The training set and the validation set."""
        if not self.model.parameters():
            raise ValueError(
                f"{self.model!r} has no parameters, so there is nothing to train.\n"
                "Parameters are leaf Values that are attributes of the model, or in its lists, dicts and modules."
            )
        known = known_columns(self.model)
        names = ColumnNames(known.inputs or names_of_columns(X), known.targets or names_of_columns(y))
        X, y = in_named_order(X, names.inputs), in_named_order(y, names.targets, "y")
        check_validation(validation_split, validation_data)
        if validation_data is not None:
            other, answers, *rest = validation_data
            other = in_named_order(other, names.inputs, "validation X")
            validation_data = (other, in_named_order(answers, names.targets, "validation y"), *rest)
        found: tuple[Any, Any]
        if on_dask(X):
            chunks: Any = given_chunks(self, self._n_outputs, X, y, sample_weight, class_weight)
            found = training_and_validation_chunks(self, self._n_outputs, chunks, validation_split, validation_data)
        else:
            rows = check_samples(X)
            n_outputs = self._n_outputs(rows)
            samples = weighted(self, rows, y, n_outputs, sample_weight, class_weight)
            found = training_and_validation(self, samples, n_outputs, validation_split, validation_data)
        remember_columns(self.model, names)
        return found

    def _engine_for(self, training: Any, batch_size: int | None, epochs: int, callbacks: Sequence[Callback]) -> Engine:
        """What computes gradients, and takes the steps."""
        watched = reads_gradients(callbacks)
        if isinstance(training, Chunks):
            return cluster_engine(self, training, batch_size, self.asked_engine, watched)
        if self.asked_engine == "eager":
            return EagerEngine(self.objective, self.optimizer)
        if watched:
            return EagerEngine(self.objective, self.optimizer, "a callback reads gradients, .grad")
        planned = epochs * -(-len(training) // (batch_size or len(training)))
        return best_engine(self.objective, self.optimizer, training, batch_size, planned, self.asked_threads)

    def _n_outputs(self, X: SampleTable) -> int:
        """The number of the model's outputs, by which metrics know how to decide for a class.

        Raises:
            ValueError: if the samples have not the width that the model takes, or a metric is not for such a loss.
        """
        n_outputs = self.objective.look_at(as_lists(X[:1])[0])
        self.metrics = [suited(metric, self.loss.expects, n_outputs) for metric in self.asked_metrics]
        return n_outputs

    def _improvement(self, callbacks: Iterable[Callback], validated: bool) -> Improvement:
        """The column of the history by which an epoch is the best, and when it is.

        Raises:
            ValueError: if there is no such column, or two callbacks ask for different rules.
        """
        stopping = [c for c in callbacks if isinstance(c, EarlyStopping)]
        usual = "validation_loss" if validated else "loss"
        rules = {(c.monitor or usual, c.min_delta) for c in stopping} or {(usual, 0.0)}
        if len(rules) > 1:
            raise ValueError(
                f"there is one best epoch, but callbacks ask for {len(rules)} rules: {sorted(rules)} as (monitor,"
                " min_delta); give them the same"
            )
        name, min_delta = rules.pop()
        plain = ["loss", *(metric.name for metric in self.metrics)]
        columns = [*plain, *(f"validation_{column}" for column in plain if validated)]
        if name not in columns:
            raise ValueError(f"there is no {name!r} to monitor, only {', '.join(columns)}")
        return Improvement(name, self.higher_is_better(name), min_delta)

    def _end(self, failure: str, restoring: bool, began: Callable[[], Mapping[str, float]], begun_after: int) -> None:
        """Give the model the weights that are to be kept."""
        self.failed = bool(failure)
        self.history.kept_epoch = self.history.epochs
        if restoring and self.best is not None:
            self.model.load_state_dict(self.best_weights)
            self.history.kept_epoch = self.history.best_epoch or 0
        elif failure:
            self.model.load_state_dict(began())
            self.history.kept_epoch = begun_after
        self.model.zero_grad()
        if failure:
            self.stop(failure)


def check_settings(epochs: Any, batch_size: Any, tolerance: Any) -> None:
    """Make sure that the numbers given to `fit` are such.

    Raises:
        ValueError: naming the one that is not.
    """
    check_count("epochs", epochs, least=0)
    if batch_size is not None:
        check_count("batch_size", batch_size, least=1)
    if tolerance is not None and not tolerance >= 0.0:
        raise ValueError(f"the tolerance is a number, 0 or more, but is {tolerance!r}")
