"""A trained model with all that is needed to use it: rows of a table go in, answers come out."""

from __future__ import annotations

import math
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
                " categorical_cross_entropy_with_logits, or task='regression'"
            )
        if n_classes != 2:
            raise ValueError(f"the loss {loss.name} is for 2 classes, and there are {n_classes}")
        if loss.expects == "scores":
            return cls(1, "linear", "sign", (-1, 1))
        if loss.expects == "probabilities":
            return cls(1, "sigmoid", "probability", (0, 1))
        return cls(1, "linear", "logit", (0, 1))


@dataclass(frozen=True)
class TrainedModel:
    """A network, what it was trained with, and how tables are prepared for it.

    `save` writes it as JSON; `load` reads that, and executes nothing.
    """

    model: MLP
    prepare: Preprocessor
    loss: Loss

    @property
    def head(self) -> Head:
        """What the outputs stand for."""
        return Head.of(self.loss, len(self.prepare.classes))

    def outputs(self, rows: Table | Iterable[Mapping[str, Any]]) -> list[list[float]]:
        """What the network says to each row.

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
    def load(cls, path: str | Path) -> TrainedModel:
        """Read what `save` wrote.

        Raises:
            StorageError: if the file is damaged, foreign or of a newer version.
        """
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
