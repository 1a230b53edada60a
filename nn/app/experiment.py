"""From a data set to a trained and judged network: what `chalkgrad train` does, without the printing.

>>> from nn.data.bundled import load
>>> run = experiment(load("iris"), Settings(hidden=(8,), epochs=30, seed=1), verbose=0)
>>> run.figures["test"]["accuracy"] > 0.8
True
"""

from __future__ import annotations

import dataclasses
import random
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from nn import losses, optimizers
from nn.app.judging import baseline, judged_figures, remarks
from nn.app.side_by_side import Helpers
from nn.basics.optional import require
from nn.callbacks import Callback, EarlyStopping
from nn.data.dataset import Dataset
from nn.data.giveaways import giveaways
from nn.data.preprocessing import Preprocessor
from nn.history import History
from nn.layers import MLP
from nn.metrics import METRICS, Metric
from nn.predictor import Head, Predictor
from nn.trainer import Trainer
from nn.training.sample_weights import weights_of

DEFAULT_LOSS = {"classification": "categorical_cross_entropy_with_logits", "regression": "mean_squared_error"}

MOST_TRAINED = 5_000_000  # each is an object of some hundred bytes, and more while a program is made of them


MANY_WEIGHTS = 100_000


@dataclass(frozen=True)
class Settings:
    """What can be chosen about a training.

    Attributes:
        hidden: the number of neurons of each hidden layer; none for a linear model.
        activation: of the hidden layers.
        loss: by name; None: cross-entropy on logits for classes, the mean squared error for numbers.
        optimizer: by name.
        learning_rate: η (of random hill climbing: the size of a step); None: the optimiser's own.
        epochs: at most.
        batch_size: samples in a step; None: all.
        patience: epochs without improvement on the validation set before training stops.
        split: the shares of training, validation and test set.
        l2: strength of the penalty on the squared weights.
        balance: whether all classes count alike, however many rows each has.
        seed: of the split, the weights and the shuffling.
    """

    hidden: tuple[int, ...] = (16, 16)
    activation: str = "tanh"
    loss: str | None = None
    optimizer: str = "adam"
    learning_rate: float | None = 0.01
    epochs: int = 100
    batch_size: int | None = 32
    patience: int = 15
    split: tuple[float, float, float] = (0.6, 0.2, 0.2)
    l2: float = 0.0
    balance: bool = False
    seed: int = 0


@dataclass(frozen=True)
class Run:
    """A training that is over.

    Attributes:
        data: the whole data set.
        settings: as they were chosen.
        parts: the data sets "train", "validation" and "test".
        trained: the network, ready for new rows.
        history: of the training.
        figures: for each part, the loss and what `judging` says, in the target's own unit.
        baseline: what one gets on the last part for always giving the best answer, in words, and its figures.
        seconds: how long the training took.
        engine: which engine computed the gradients, and why.
        notes: what was done to the data, one sentence each.
        failed: whether the loss was NaN or infinite in the end; the weights are the best before that.
        test_inputs: what the network reads of each row of the test set; None if there is none.
    """

    data: Dataset
    settings: Settings
    parts: dict[str, Dataset]
    trained: Predictor
    history: History
    figures: dict[str, dict[str, float]]
    baseline: tuple[str, dict[str, float]]
    seconds: float
    engine: str
    notes: Sequence[str]
    failed: bool
    test_inputs: Any

    @property
    def table(self) -> dict[str, dict[str, float]]:
        """The figures, below those of the baseline."""
        words, base = self.baseline
        return {words: base, **self.figures}

    @cached_property
    def test_answers(self) -> list[Any]:
        """What the network answers to each row of the test set: the name of a class, or a number."""
        return self.trained.answers(self.trained.model.predict(self.test_inputs))


def experiment(
    data: Dataset,
    settings: Settings | None = None,
    *,
    callbacks: Iterable[Callback] = (),
    verbose: int = 1,
) -> Run:
    """Split, prepare, train with early stopping, and judge on samples that the training has not seen.

    Args:
        data: what to learn.
        settings: how; None for the usual.
        callbacks: more of them.
        verbose: as for `Trainer.fit`.

    Raises:
        DataError: if there are too few rows, or the columns cannot be used.
        ValueError: if the settings do not fit the data or each other.
    """
    settings = settings or Settings()
    train, validation, test = settings.split
    sets = data.split(train=train, validation=validation, test=test, seed=settings.seed)
    parts = dict(zip(SETS, sets, strict=True))
    return fitted(data, parts, settings, callbacks=callbacks, verbose=verbose)


def said_of_size(data: Dataset, settings: Settings) -> str:
    """What to say before a training that takes long because of its weights; "" if it does not."""
    columns, first = len(data.input_columns), (settings.hidden or (max(1, len(data.classes)),))[0]
    if columns * first < MANY_WEIGHTS:
        return ""
    return (
        f"{columns:,} columns and {first} neurons have {columns * first:,} weights, each of which is recorded:"
        " that takes some 10 s for 100,000 of them; --hidden with fewer neurons or --drop makes it faster"
    )


def fitted(
    data: Dataset,
    parts: dict[str, Dataset],
    settings: Settings,
    *,
    callbacks: Iterable[Callback] = (),
    verbose: int = 1,
) -> Run:
    """The same for a data set that has been split."""
    rng = random.Random(settings.seed)
    loss = losses.get(settings.loss or DEFAULT_LOSS[data.task])
    head = Head.of(loss, len(data.classes))
    prepare = Preprocessor.fit(parts["train"])
    samples = {name: prepared(part, prepare, head) for name, part in parts.items() if len(part)}
    sizes = [*settings.hidden, head.n_outputs]
    check_size(len(prepare.inputs), sizes)
    model = MLP(
        len(prepare.inputs),
        sizes,
        activation=settings.activation,
        output_activation=head.activation,
        rng=rng,
    )
    make = optimizers.get(settings.optimizer)
    optimizer = make() if settings.learning_rate is None else make(settings.learning_rate)
    balance = "balanced" if settings.balance else None
    if balance and not data.classes:
        raise ValueError("--balance is for classes, and this is a regression")
    held: tuple[Any, ...] | None = samples.get("validation")
    if balance and held is not None:  # judged by the same measure
        held = (*held, weights_of(None, balance, held[1]))
    trainer = Trainer(model, loss, optimizer, metrics=metrics_for(prepare, head), l2=settings.l2)
    stopping = [EarlyStopping(patience=settings.patience)] if "validation" in samples else []
    started = time.perf_counter()
    history = trainer.fit(
        *samples["train"],
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        validation_data=held,
        class_weight=balance,
        callbacks=[*stopping, *callbacks],
        verbose=verbose,
        rng=rng,
    )
    seconds = time.perf_counter() - started
    trained = Predictor(model, prepare, loss)
    figures: dict[str, dict[str, float]] = {}
    for last, (inputs, targets) in samples.items():
        outputs = model.predict(inputs)
        judged = judged_figures(trained, outputs, parts[last].targets)
        figures[last] = {"loss": trainer.evaluate(inputs, targets)["loss"], **judged}
    base = baseline(trained, parts["train"].targets, parts[last].targets)
    said = remarks(figures[last], base, trained.answers(outputs), f"the {last} set")
    return Run(
        data=data,
        settings=dataclasses.replace(settings, loss=loss.name),
        parts=parts,
        trained=trained,
        history=history,
        figures=figures,
        baseline=base,
        seconds=seconds,
        engine=trainer.engine_used,
        notes=(*data.notes, *prepare.notes, *giveaways(parts["train"]), *said),
        failed=trainer.failed,
        test_inputs=samples["test"][0] if "test" in samples else None,
    )


def check_size(n_in: int, sizes: Sequence[int]) -> None:
    """Make sure that a network is one that can be trained, before there is one.

    Raises:
        ValueError: saying how large it would be.
    """
    parameters = sum((before + 1) * after for before, after in pairwise([n_in, *sizes]))
    if parameters > MOST_TRAINED:
        layers = ", ".join(f"{size:,}" for size in sizes[:-1])
        raise ValueError(
            f"a network of {n_in:,} inputs with hidden layers of {layers} would have {parameters:,} parameters, and at"
            f" most {MOST_TRAINED:,} can be trained here; choose smaller layers, or use fewer columns"
        )


def cross_validate(
    data: Dataset,
    settings: Settings | None = None,
    k: int = 5,
    *,
    verbose: int = 1,
    helpers: Helpers | None = None,
) -> dict[str, tuple[float, float]]:
    """k trainings, each judged on the fold that it has not seen: the mean of each metric, and its standard deviation.

    Every fold is split again, so that early stopping has a validation set of its own and the judging fold stays unseen.

    Args:
        data, settings: as for `experiment`.
        k: how many folds.
        verbose: as for `Trainer.fit`, of trainings in this process.
        helpers: who computes; None: this process, one fold after the other. The results are the same to rounding.

    Raises:
        DataError: if there are fewer rows than folds.

    Stone, Cross-validatory choice and assessment of statistical predictions (1974).
    """
    settings, helpers = settings or Settings(), helpers or Helpers()
    shown = 0 if helpers.several else verbose
    given = [(data, training, judging, settings, shown) for training, judging in data.folds(k, seed=settings.seed)]
    folds = helpers.results(judged_on_fold, given)
    columns = {name: [figures[name] for figures in folds] for name in folds[0]}
    return {name: (statistics.fmean(numbers), statistics.stdev(numbers)) for name, numbers in columns.items()}


def judged_on_fold(
    data: Dataset, training: Dataset, judging: Dataset, settings: Settings, verbose: int
) -> dict[str, float]:
    """The figures of a network on a fold that it has not seen."""
    held = settings.split[1] / (settings.split[0] + settings.split[1])
    train, validation, _ = training.split(train=1.0 - held, validation=held, test=0.0, seed=settings.seed)
    parts = dict(zip(SETS, (train, validation, judging), strict=True))
    return fitted(data, parts, settings, verbose=verbose).figures["test"]


SETS = ("train", "validation", "test")


def prepared(part: Dataset, prepare: Preprocessor, head: Head) -> tuple[Any, Any]:
    """The samples of a data set and their targets, as the network reads them: two arrays, the first closed to all."""
    targets = prepare.transform_target(part.table)
    codes = [head.codes[target] for target in targets] if head.codes else targets
    inputs = prepare.input_array(part.table)
    inputs.setflags(write=False)  # so that nobody needs a copy
    return inputs, require("numpy").array(codes)


def metrics_for(prepare: Preprocessor, head: Head) -> list[Metric]:
    """The accuracy of a classification; of a regression r² and the mean absolute error, in the target's own unit."""
    if head.decision:
        return [METRICS["accuracy"].deciding(head.decision)]
    zero, one = prepare.answers([[0.0], [1.0]])
    plain = METRICS["mean_absolute_error"]
    in_its_unit = dataclasses.replace(plain, function=lambda found, true: plain(found, true) * (one - zero))
    return [METRICS["r2"], in_its_unit]
