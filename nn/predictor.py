"""A trained network with all that is needed to use it: rows of a table go in, answers come out."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from autograd.endings import check_ending
from autograd.files import write_whole
from nn import losses
from nn.activations import ACTIVATIONS
from nn.basics import storage
from nn.basics.forms import choice_of, fields, finite_number, list_of, map_of, whole
from nn.data.messages import DataError
from nn.data.preprocessing import STORED, Preprocessor
from nn.data.table import Table
from nn.decisions import decide
from nn.layers import MLP
from nn.losses import Loss

FORMAT, VERSION = "chalkgrad model", 1
MODEL_FORM = fields(
    architecture=fields(
        kind=choice_of("MLP"),
        n_in=whole(1, 10**9),
        sizes=list_of(whole(1, 10**9), least=1),
        activation=choice_of(*ACTIVATIONS),
        output_activation=choice_of(*ACTIVATIONS),
    ),
    parameters=map_of(finite_number),
    preprocessing=STORED,
    loss=choice_of(*losses.LOSSES),
)


@dataclass(frozen=True)
class Head:
    """What the output of a network must be for a loss, and how an output stands for an answer.

    Attributes:
        n_outputs: the number of outputs.
        activation: of the last layer.
        decision: which class an output stands for, one of `nn.decisions.DECISIONS`; "" for a regression.
        codes: the targets of the classes, in the order of their indices.
    """

    n_outputs: int
    activation: str
    decision: str = ""
    codes: tuple[int, ...] = ()

    @classmethod
    def of(cls, loss: Loss, n_classes: int) -> Head:
        """The head for a loss and a number of classes, 0 for a regression.

        Raises:
            ValueError: if the loss is not for that.
        """
        binary = loss.name.startswith("binary") or loss.expects == "scores"
        categorical = loss.name.startswith("categorical")
        if n_classes == 0:
            if binary or categorical:
                raise ValueError(f"the loss {loss.name} is for classes, and this is a regression")
            return cls(1, "linear")
        if categorical:
            return cls(
                n_classes, "softmax" if loss.expects == "probabilities" else "linear", "argmax", (*range(n_classes),)
            )
        if not binary:
            raise ValueError(
                f"the loss {loss.name} is for numbers, and this is a classification; take"
                " categorical_cross_entropy_with_logits, or a regression (--task regression)"
            )
        if n_classes != 2:
            raise ValueError(f"the loss {loss.name} is for 2 classes, and there are {n_classes}")
        if loss.expects == "scores":
            return cls(1, "linear", "sign", (-1, 1))
        if loss.expects == "probabilities":
            return cls(1, "sigmoid", "probability", (0, 1))
        return cls(1, "linear", "logit", (0, 1))


@dataclass(frozen=True)
class Answers:
    """What a network answers to rows.

    Attributes:
        answers: for each row the name of a class, or a number in the target's own unit.
        probabilities: for each row the probability of each class, in the order of the classes; None if the network
            gives none (hinge, numbers).
        notes: what was done to cells on the way: filled in, read anew, not known; one sentence each.
    """

    answers: list[Any]
    probabilities: list[list[float]] | None
    notes: list[str]


@dataclass(frozen=True)
class Predictor:
    """A trained network with all that is needed to ask it: how rows are prepared for it, and what its outputs mean.

    Rows are a `Table`, a DataFrame (pandas, polars, pyarrow), dicts by column name, or lists with the cells in the
    order of `columns`; of what has names the order does not matter, and other columns are ignored.

    Attributes:
        model: the network.
        prepare: how columns become the numbers that it reads.
        loss: with which it was trained.

    >>> from nn.app.experiment import Settings, experiment
    >>> from nn.data.bundled import load
    >>> predictor = experiment(load("iris"), Settings(hidden=(8,), epochs=60, seed=1), verbose=0).trained
    >>> predictor.columns
    ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)']
    >>> predictor.predict([[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]])
    ['setosa', 'virginica']

    `save` writes it as JSON; `load` reads that, and executes nothing.
    """

    model: MLP
    prepare: Preprocessor
    loss: Loss

    @property
    def head(self) -> Head:
        """What the outputs stand for."""
        return Head.of(self.loss, len(self.prepare.classes))

    @property
    def columns(self) -> list[str]:
        """The names of the columns that it reads, in the order in which it takes lists."""
        return self.prepare.columns

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes; none for a regression."""
        return self.prepare.classes

    def predict(self, rows: Any) -> list[Any]:
        """For each row the name of a class, or a number in the target's own unit.

        What was filled in or read anew is a warning.

        Raises:
            DataError: if a column is missing, a number is none, or an answer would be infinite.
        """
        found = self.ask(rows)
        warn_of(found.notes)
        return found.answers

    def predict_probabilities(self, rows: Any) -> list[dict[str, float]]:
        """For each row the probability of each class, by its name; as `predict`.

        Raises:
            ValueError: as `predict`, and if the network gives no probabilities (hinge, numbers).
        """
        found = self.ask(rows)
        if found.probabilities is None:
            raise ValueError(f"a network trained with the loss {self.loss.name} gives no probabilities")
        warn_of(found.notes)
        return [dict(zip(self.classes, row, strict=True)) for row in found.probabilities]

    def ask(self, rows: Any) -> Answers:
        """Answers, probabilities and notes in one, without a warning.

        Raises:
            DataError: as `predict`.
        """
        table = self.prepare.table(rows)
        outputs = self.outputs(table)
        self.check_finite(outputs, table)
        answers = self.answers(outputs)
        if not self.classes:
            self.check_finite([[answer] for answer in answers], table)
        return Answers(answers, self.probabilities(outputs), self.prepare.surprises(table))

    def check_finite(self, numbers: list[list[float]], table: Table) -> None:
        """Raise a DataError if a row has a number that is not finite, which names the row and its largest input."""
        for row, found in enumerate(numbers):
            if not all(map(math.isfinite, found)):
                inputs = self.prepare.input_array(table)[row].tolist()
                far, name = max(zip(map(abs, inputs), self.prepare.inputs, strict=True))
                raise DataError(
                    f"{table.source}, line {table.lines[row]}: the answer would not be a finite number; the input"
                    f" furthest from what the network was trained on is column {name!r},"
                    f" {far:.3g} standard deviations from the mean"
                )

    def outputs(self, rows: Any) -> list[list[float]]:
        """What the network itself says to each row.

        Raises:
            DataError: if a column is missing, or a number is none.
        """
        return self.model.predict(self.prepare.input_array(rows))

    def answers(self, outputs: list[list[float]]) -> list[Any]:
        """The name of a class, or a number in the target's own unit, for each output."""
        if not self.prepare.classes:
            return self.prepare.answers(outputs)
        found = decide(outputs, self.head.decision)
        return [self.prepare.classes[self.head.codes.index(code)] for code in found]

    def probabilities(self, outputs: list[list[float]]) -> list[list[float]] | None:
        """The probability of each class for each output; None if the loss makes no probabilities (hinge, numbers)."""
        if not self.prepare.classes or self.loss.expects == "scores":
            return None
        if self.loss.expects == "probabilities":
            return outputs if len(outputs[0]) > 1 else [[1.0 - p, p] for (p,) in outputs]
        rows = [row if len(row) > 1 else [0.0, *row] for row in outputs]  # a single logit is that of class 1 against 0
        shifted = [[math.exp(z - max(row)) for z in row] for row in rows]
        return [[e / math.fsum(row) for e in row] for row in shifted]

    def save(self, path: str | Path) -> None:
        """Write it to a file, whole or not at all."""
        check_ending(path, "models", "json")
        write_whole(path, self.text(), parents=True)

    def text(self) -> str:
        """What `save` writes."""
        content = {
            "architecture": self.model.config(),
            "parameters": self.model.state_dict(),
            "preprocessing": self.prepare.to_dict(),
            "loss": self.loss.name,
        }
        return storage.document_text(FORMAT, VERSION, content)

    @classmethod
    def load(cls, path: str | Path) -> Predictor:
        """Read what `save` wrote, or the model in a folder that `chalkgrad train` left.

        Raises:
            StorageError: if the file is damaged, foreign or of a newer version.
        """
        path = Path(path) / "model.json" if Path(path).is_dir() else path
        content = storage.read_document(path, FORMAT, VERSION, MODEL_FORM)
        try:
            prepare = Preprocessor.from_dict(content["preprocessing"])
            loss = losses.get(content["loss"])
            check_sizes(
                content["architecture"], len(content["parameters"]), prepare, Head.of(loss, len(prepare.classes))
            )
            model = MLP.from_config(content["architecture"])
            model.load_state_dict(content["parameters"])
        except (TypeError, ValueError) as error:
            raise storage.StorageError(f"{path} is damaged: {' '.join(str(error).split())}") from error
        return cls(model, prepare, loss)


def warn_of(notes: Iterable[str]) -> None:
    """All that was done to cells, in one warning."""
    if text := "; ".join(notes):
        warnings.warn(text, stacklevel=3)


def check_sizes(architecture: Mapping[str, Any], parameters: int, prepare: Preprocessor, head: Head) -> None:
    """Make sure that a described network fits its numbers, its inputs and its answers, before room is made for it.

    Raises:
        ValueError: saying what does not fit.
    """
    widths = [architecture["n_in"], *architecture["sizes"]]
    for what, found, wanted in (
        ("inputs", widths[0], len(prepare.inputs)),
        ("outputs", widths[-1], head.n_outputs),
    ):
        if found != wanted:
            raise ValueError(f"the network has {found} {what}, and the preprocessing and the loss need {wanted}")
    needed = sum((before + 1) * after for before, after in pairwise(widths))
    if needed > parameters:  # PReLU has more
        raise ValueError(f"the network needs {needed} parameters, and there are {parameters}")
    if prepare.classes and architecture["output_activation"] != head.activation:
        raise ValueError(
            f"the output activation is {architecture['output_activation']!r}, and the loss needs {head.activation!r}"
        )
