"""Losses: how wrong a prediction is, as one number that is to become small.

    loss(prediction, target) → Value        for one sample; prediction is what model(x) returned

Each knows which targets it takes and what it expects of the model's outputs. A target is first written as numbers
(`encode`: a class index becomes a row of zeros with a one), which is where bad labels are refused; the formula then
reads the prediction and those numbers, without looking at any of them.

>>> residual_sum_of_squares([0.5], 1.0).data
0.125
>>> round(categorical_cross_entropy_with_logits([0.0, 0.0], 1).data, 4)
0.6931
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import update_wrapper
from typing import Any

import autograd
from autograd import Value, dot, log, log1p, logsumexp, minimum, relu, softplus, where
from nn.basics.lookup import lookup
from nn.basics.probabilities import check_probabilities, checked_probabilities
from nn.basics.rows import row_by_row
from nn.data.targets import class_index, numbers, one_of

LossFormula = Callable[[Sequence[Any], Sequence[Any]], Any]

# ── A loss ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Loss:
    """A formula, the targets it takes and the outputs it expects. Call it for one sample.

    Args:
        name: under which `get` finds it.
        formula: of the prediction and of the target as `encode` writes it; no branch on either.
        encode: `(target, n_outputs) → numbers`, a ValueError for what cannot be a target.
        expects: what the outputs are: "numbers", "scores", "probabilities" or "logits" (any number is a logit; the
            sigmoid or softmax that makes it a probability is part of the loss).
        targets: what a target is, in words.
    """

    def __init__(
        self, name: str, formula: LossFormula, encode: Callable[[Any, int], list[Any]], expects: str, targets: str
    ) -> None:
        update_wrapper(self, formula)
        self.name = name
        self.formula = formula
        self.encode = encode
        self.expects = expects
        self.targets = targets

    def __call__(self, prediction: Sequence[Any], target: Any) -> Value:
        """The loss of one sample.

        Raises:
            TypeError: if the prediction is not a list.
            ValueError: if the loss cannot take that target, or takes probabilities and these are none.
        """
        if isinstance(prediction, Value) or not hasattr(prediction, "__len__"):
            raise TypeError(f"{self.name} takes a list of outputs, as model(x) returns, but was given {prediction!r}")
        try:
            targets = self.encode(target, len(prediction))
        except ValueError as error:
            raise ValueError(f"{self.name}: {error}") from None
        if self.expects == "probabilities":
            prediction = checked_probabilities(self.name, prediction, self.of_classes)
        loss = self.formula(prediction, targets)
        return loss if isinstance(loss, Value) else Value(loss)

    @property
    def of_classes(self) -> bool:
        """Whether a target is one class of several."""
        return self.encode is class_index

    def check_predictions(self, predictions: Any) -> None:
        """Make sure that plain numbers, a list or row of an array for each sample, are what the loss expects.

        Raises:
            NoProbability: if it takes probabilities, and they are none.
        """
        if self.expects == "probabilities":
            check_probabilities(self.name, predictions, self.of_classes)

    def mean(self, predictions: Sequence[Sequence[Any]], targets: Sequence[Any]) -> Value:
        """The mean over K samples, (1/K) Σₖ loss(predictionₖ, targetₖ).

        Raises:
            ValueError: if there are none, or not as many targets as predictions.
        """
        predictions, targets = row_by_row(predictions, "predictions"), row_by_row(targets, "targets")
        if len(predictions) != len(targets):
            raise ValueError(f"{self.name}: {len(predictions)} predictions, but {len(targets)} targets")
        mean: Value = autograd.mean(map(self, predictions, targets))
        return mean

    def encode_all(self, targets: Iterable[Any], n_outputs: int) -> list[list[Any]]:
        """All targets as numbers, to find out before training that each can be taken.

        Raises:
            ValueError: naming the first sample whose target cannot be.
        """
        encoded = []
        for sample, target in enumerate(row_by_row(targets, "targets")):
            try:
                encoded.append(self.encode(target, n_outputs))
            except ValueError as error:
                raise ValueError(f"{self.name} cannot take the target of sample {sample}: {error}") from None
        return encoded

    def __repr__(self) -> str:
        return f"<loss {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        if LOSSES.get(self.name) is self:
            return get, (self.name,)
        return Loss, (self.name, self.formula, self.encode, self.expects, self.targets)


def loss(encode: Callable[[Any, int], list[Any]], expects: str, targets: str) -> Callable[[LossFormula], Loss]:
    """Make a loss of the formula that is written below."""
    return lambda formula: Loss(getattr(formula, "__name__", "loss"), formula, encode, expects, targets)


def errors(prediction: Sequence[Any], target: Sequence[Any]) -> list[Any]:
    """How far off each output is, ŷᵢ − yᵢ."""
    return [output - wanted for output, wanted in zip(prediction, target, strict=True)]


A_NUMBER = "a number, or a list of one for each output"
A_CLASS = "the index of a class"

# ── Numbers ─────────────────────────────────────────────────────────────────────────────────────────────────────


@loss(numbers, expects="numbers", targets=A_NUMBER)
def residual_sum_of_squares(prediction: Sequence[Any], target: Sequence[Any]) -> Any:
    """L = Σᵢ ½(yᵢ − ŷᵢ)². The ½ is part of the definition; it makes the slope the error itself.

    >>> residual_sum_of_squares([1.0, 5.0], [2.0, 2.0]).data
    5.0

    Its mean over K samples is `residual_sum_of_squares.mean(predictions, targets)`.
    """
    error = errors(prediction, target)
    return 0.5 * dot(error, error)


@loss(numbers, expects="numbers", targets=A_NUMBER)
def mean_squared_error(prediction: Sequence[Any], target: Sequence[Any]) -> Any:
    """L = (1/n) Σᵢ (yᵢ − ŷᵢ)² over the n outputs, without the ½.

    >>> mean_squared_error([1.0, 5.0], [2.0, 2.0]).data
    5.0
    """
    error = errors(prediction, target)
    return dot(error, error) / len(error)


@loss(numbers, expects="numbers", targets=A_NUMBER)
def mean_absolute_error(prediction: Sequence[Any], target: Sequence[Any]) -> Any:
    """L = (1/n) Σᵢ |yᵢ − ŷᵢ|, which outliers pull on no harder than other samples. Slope 0 where it is exact.

    >>> mean_absolute_error([1.0, 5.0], [2.0, 2.0]).data
    2.0
    """
    return autograd.mean(abs(error) for error in errors(prediction, target))


class Huber(Loss):
    """L = (1/n) Σᵢ H(yᵢ − ŷᵢ), with H(e) = ½e² for |e| ≤ δ, and δ(|e| − ½δ) beyond: squares near 0, absolute far off.

    Args:
        delta: δ, where the square goes over into the line; above 0.

    >>> huber([1.0], 1.5).data, huber([1.0], 5.0).data, Huber(0.5)([1.0], 5.0).data
    (0.125, 3.5, 1.875)

    With q = min(|e|, δ), both pieces are ½q² + δ(|e| − q).
    Huber, Robust Estimation of a Location Parameter (Annals of Mathematical Statistics 35, 1964).
    """

    def __init__(self, delta: float = 1.0) -> None:
        if not 0.0 < delta < math.inf:
            raise ValueError(f"delta is a number above 0, but is {delta!r}")

        def formula(prediction: Sequence[Any], target: Sequence[Any]) -> Any:
            sizes = [abs(error) for error in errors(prediction, target)]
            squared = [minimum(size, delta) for size in sizes]
            pieces = [0.5 * q * q + delta * (size - q) for size, q in zip(sizes, squared, strict=True)]
            return autograd.mean(pieces)

        super().__init__("huber", formula, numbers, expects="numbers", targets=A_NUMBER)
        self.delta = delta

    def __reduce__(self) -> tuple[Any, ...]:
        return Huber, (self.delta,)


huber = Huber()

# ── Two classes ─────────────────────────────────────────────────────────────────────────────────────────────────


@loss(one_of(-1.0, 1.0), expects="scores", targets="−1 or 1, or a list of one for each output")
def hinge(prediction: Sequence[Any], target: Sequence[Any]) -> Any:
    """L = max(0, 1 − y·s) for a score s and a target y of ±1; over several outputs their mean.

    Nothing is lost once the score is on the right side by 1: the max-margin loss of micrograd's demo and of the SVM.
    Slope 0 where y·s = 1.

    >>> hinge([0.25], -1).data, hinge([3.0], 1).data
    (1.25, 0.0)
    """
    return autograd.mean(relu(1.0 - y * score) for score, y in zip(prediction, target, strict=True))


@loss(one_of(0.0, 1.0), expects="probabilities", targets="0 or 1, or a list of one for each output")
def binary_cross_entropy(prediction: Sequence[Any], target: Sequence[Any]) -> Any:
    """L = −log p for the target 1, −log(1 − p) for the target 0; over several outputs their mean.

    The prediction is a probability, such as a sigmoid's output. Where it is exactly 0 for what came true, the loss is
    infinite: a `DomainError` says so. Nothing is clipped, which would take the gradient away where it is needed most;
    with `binary_cross_entropy_with_logits` the case does not arise.

    >>> round(binary_cross_entropy([0.25], 0).data, 6)
    0.287682
    """
    # Each logarithm is of 1, and its gradient 0, where the other one's target came true: no 0·inf.
    return -autograd.mean(
        log(where(happened, p, 1.0)) + log1p(-where(happened, 0.0, p))
        for p, happened in zip(prediction, target, strict=True)
    )


@loss(one_of(0.0, 1.0), expects="logits", targets="0 or 1, or a list of one for each output")
def binary_cross_entropy_with_logits(prediction: Sequence[Any], target: Sequence[Any]) -> Any:
    """The binary cross-entropy of p = sigmoid(z), as softplus(−z) for the target 1 and softplus(z) for 0.

    Stable for any finite z; over several outputs their mean.

    >>> binary_cross_entropy_with_logits([-1000.0], 1).data, binary_cross_entropy_with_logits([-1000.0], 0).data
    (1000.0, 0.0)
    """
    return autograd.mean(softplus((1.0 - 2.0 * y) * z) for z, y in zip(prediction, target, strict=True))


# ── Many classes ────────────────────────────────────────────────────────────────────────────────────────────────


@loss(class_index, expects="probabilities", targets=A_CLASS)
def categorical_cross_entropy(prediction: Sequence[Any], target: Sequence[Any]) -> Any:
    """L = −log pₜ, with pₜ the probability predicted for the target class t, as softmax gives them.

    Where pₜ is exactly 0 the loss is infinite: a `DomainError` says so. Nothing is clipped, which would take the
    gradient away; with `categorical_cross_entropy_with_logits` the case does not arise.

    >>> round(categorical_cross_entropy([0.25, 0.75], 1).data, 6)
    0.287682
    """
    return -log(dot(prediction, target))


@loss(class_index, expects="logits", targets=A_CLASS)
def categorical_cross_entropy_with_logits(prediction: Sequence[Any], target: Sequence[Any]) -> Any:
    """The cross-entropy of softmax(z), as log Σₖ exp zₖ − zₜ for the target class t. In nats, never negative.

    The largest zₖ is subtracted before exponentiating, so that any finite z is safe.

    >>> categorical_cross_entropy_with_logits([1000.0, -1000.0], 1).data
    2000.0

    Bishop, Pattern Recognition and Machine Learning (2006), eq. 4.108.
    """
    return logsumexp(prediction) - dot(prediction, target)


#: Every loss by name.
LOSSES: dict[str, Loss] = {entry.name: entry for entry in list(globals().values()) if isinstance(entry, Loss)}

#: What they are called elsewhere, where "cross_entropy" takes a network's plain outputs and "bce" probabilities.
SHORT_LOSSES = {
    "rss": "residual_sum_of_squares",
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "bce": "binary_cross_entropy",
    "bce_with_logits": "binary_cross_entropy_with_logits",
    "cross_entropy": "categorical_cross_entropy_with_logits",
}
rss, mse, mae, bce, bce_with_logits, cross_entropy = (LOSSES[name] for name in SHORT_LOSSES.values())


def get(name: str | Loss) -> Loss:
    """The loss of that name, its usual short one too; a loss as it is.

    Raises:
        ValueError: for an unknown name; it proposes the nearest.
        TypeError: for what is neither a name nor a loss.

    >>> get("hinges")
    Traceback (most recent call last):
        ...
    ValueError: no loss is called 'hinges'; did you mean 'hinge'? There are: residual_sum_of_squares, ...
    """
    if isinstance(name, Loss):
        return name
    if not isinstance(name, str):
        raise TypeError(
            f"a loss is a name, such as 'mean_squared_error', or a Loss, but this is {name!r}.\n"
            "Make one of a formula of your own: Loss('mine', formula, encode=…, expects='numbers', targets='…')."
        )
    return lookup("loss", name, LOSSES, SHORT_LOSSES)
