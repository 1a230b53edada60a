"""How good predictions are, in one number: of each metric, whether larger or smaller is better.

A prediction is the list of a network's outputs for one sample; a target is a class or a number. What class a
prediction stands for depends on the loss that the network was trained with, so it is said explicitly: one of
`nn.decisions.DECISIONS`.

>>> METRICS["accuracy"]([[0.1, 0.9], [0.7, 0.3]], [1, 1])
0.5
>>> METRICS["accuracy"].deciding("sign")([[0.3], [-2.0]], [1, -1])
1.0
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from autograd.nesting import is_array
from nn.basics.lookup import lookup
from nn.basics.not_numbers import refuse_rows
from nn.basics.optional import require
from nn.basics.rows import column_of_numbers, is_frame, row_by_row, table_of_numbers
from nn.decisions import DECISIONS, Outputs, decided

Weights = Sequence[float] | None  # one for each sample; None: all alike

# ── Classification ──────────────────────────────────────────────────────────────────────────────────────────────


def accuracy(
    predictions: Outputs,
    targets: Sequence[Any],
    decision: str = "argmax",
    label_decision: str | None = None,
    sample_weight: Weights = None,
) -> float:
    """The share of samples whose class was found, 0 to 1; of several labels to a sample, the share of these.

    Args:
        predictions: the outputs for each sample.
        targets: the class of each, or a list of labels, one for each output.
        decision: for a class, one of `DECISIONS`.
        label_decision: for each label; None: the same.
        sample_weight: how much each sample counts; None: one like another.

    >>> accuracy([[0.9, 0.2], [0.4, 0.6]], [[1, 0], [1, 1]], "probability")
    0.75

    Raises:
        ValueError: if some targets are lists and others are not, or labels are to be decided by the largest output.
    """
    check(predictions, targets)
    column = column_of_numbers(targets)
    listed = [] if column is not None else [hasattr(target, "__len__") for target in targets]
    if any(listed):
        if not all(listed):
            raise ValueError(f"target {listed.index(False)} is a class, but others are lists of labels")
        label_decision = label_decision or decision
        if label_decision == "argmax":
            raise ValueError(
                "the targets are lists of labels, each to be decided by its own output, but argmax finds one class of"
                ' several; decide by "sign", "probability" or "logit", or give the index of each class as its target'
            )
        labels = outputs_apart(predictions, targets)
        single_outputs = [[p] for _, found in labels for p in found]
        weights = None if sample_weight is None else list(sample_weight) * len(labels)
        return accuracy(single_outputs, [y for true, _ in labels for y in true], label_decision, sample_weight=weights)
    classes = decided(predictions, decision)
    if column is not None and is_array(classes):
        return mean_of(lambda right: right, sample_weight, classes == column)
    right = [float(bool(found == true)) for found, true in zip(classes, targets, strict=True)]
    return average(right, sample_weight)


def confusion_matrix(found: Sequence[int], targets: Sequence[int], classes: Sequence[int]) -> list[list[int]]:
    """How many samples of each class (row) were taken for which class (column), by scikit-learn.

    >>> confusion_matrix([0, 1, 1], [0, 0, 1], classes=[0, 1])
    [[1, 1], [0, 1]]
    """
    matrix = require("sklearn.metrics").confusion_matrix(targets, found, labels=list(classes))
    rows: list[list[int]] = matrix.tolist()
    return rows


def by_class(found: Sequence[int], targets: Sequence[int], classes: Sequence[int]) -> list[dict[str, float]]:
    """Precision, recall, F₁ and the number of samples of each class, by scikit-learn.

    Precision is the share of those taken for the class that are of it, recall the share of those of the class that
    were found, F₁ their harmonic mean. Where there are none to take the share of, it is 0.
    """
    columns = require("sklearn.metrics").precision_recall_fscore_support(
        targets, found, labels=list(classes), zero_division=0.0
    )
    names = ("precision", "recall", "f1", "samples")
    return [dict(zip(names, numbers, strict=True)) for numbers in zip(*(c.tolist() for c in columns), strict=True)]


# ── Regression: with several outputs, the mean over them ────────────────────────────────────────────────────────


def mean_absolute_error(predictions: Outputs, targets: Sequence[Any], sample_weight: Weights = None) -> float:
    """(1/n) Σᵢ |yᵢ − ŷᵢ|, in the unit of the target."""
    outputs = outputs_apart(predictions, targets)
    return average([mean_of(lambda y, p: abs(y - p), sample_weight, *output) for output in outputs])


def mean_squared_error(predictions: Outputs, targets: Sequence[Any], sample_weight: Weights = None) -> float:
    """(1/n) Σᵢ (yᵢ − ŷᵢ)²."""
    return average([squared_error(*output, sample_weight) for output in outputs_apart(predictions, targets)])


def root_mean_squared_error(predictions: Outputs, targets: Sequence[Any], sample_weight: Weights = None) -> float:
    """√((1/n) Σᵢ (yᵢ − ŷᵢ)²), in the unit of the target."""
    outputs = outputs_apart(predictions, targets)
    return average([root_of_squares(*output, sample_weight) for output in outputs])


def r2(predictions: Outputs, targets: Sequence[Any], sample_weight: Weights = None) -> float:
    """1 − Σᵢ (yᵢ − ŷᵢ)² / Σᵢ (yᵢ − ȳ)²: 1 is perfect, 0 no better than the mean of the targets, and below is worse.

    If all targets are equal: 1 if they were met exactly, and 0 otherwise, as in scikit-learn.
    """
    return average([explained(*output, sample_weight) for output in outputs_apart(predictions, targets)])


OneOutput = Any  # an array of numbers or, if they came as something else, a list of floats


def root_of_squares(true: OneOutput, found: OneOutput, weights: Weights) -> float:
    """The root mean squared error of one output; of errors whose squares are no floats as well."""
    (errors,), scale = in_range(true - found if is_array(true) else list(map(operator.sub, true, found)))
    return math.sqrt(mean_of(lambda error: error * error, weights, errors)) / scale


def in_range(*columns: OneOutput) -> tuple[list[OneOutput], float]:
    """The columns times a power of two, by which the largest number is about 1, and that power.

    >>> in_range([3.0, -8.0], [1.0, 0.0])
    ([[0.1875, -0.5], [0.0625, 0.0]], 0.0625)
    """
    largest = max(float(abs(column).max()) if is_array(column) else max(map(abs, column)) for column in columns)
    if not 0.0 < largest < math.inf:
        return list(columns), 1.0
    scale = math.ldexp(1.0, -max(-1000, min(1000, math.frexp(largest)[1])))
    return [column * scale if is_array(column) else [n * scale for n in column] for column in columns], scale


def explained(true: OneOutput, found: OneOutput, weights: Weights) -> float:
    """r² of one output."""
    (true, found), _ = in_range(true, found)
    level = mean_of(lambda y: y, weights, true)
    error, spread = squared_error(true, found, weights), mean_of(lambda y: (y - level) * (y - level), weights, true)
    if spread == 0.0:
        return 1.0 if error == 0.0 else 0.0
    return 1.0 - error / spread


def squared_error(true: OneOutput, found: OneOutput, weights: Weights) -> float:
    """The mean squared error of one output."""
    return mean_of(lambda y, p: (y - p) * (y - p), weights, true, found)


def mean_of(formula: Callable[..., Any], weights: Weights, *columns: OneOutput) -> float:
    """Σᵢ wᵢ · a formula of the i-th numbers / Σᵢ wᵢ, which is the same for numbers and for arrays."""
    if not is_array(columns[0]):
        return average(list(map(formula, *columns)), weights)
    import numpy as np

    with np.errstate(all="ignore"):
        return float(np.average(formula(*columns), weights=weights))


def outputs_apart(predictions: Outputs, targets: Sequence[Any]) -> list[tuple[OneOutput, OneOutput]]:
    """For each output its targets and predictions. A target is a number, or a list with one for each output."""
    check(predictions, targets)
    found, column = table_of_numbers(predictions), column_of_numbers(targets)
    true = table_of_numbers(targets) if column is None else column.reshape(-1, 1)
    if found is not None and true is not None and found.shape == true.shape:
        return list(zip(true.T.astype(float), found.T, strict=True))
    refuse_rows(predictions, "predictions")
    refuse_rows(targets, "targets")
    if not all(hasattr(output, "__len__") for output in predictions):
        raise ValueError("a prediction is a list of outputs, [x] of a single one, as model.predict returns them")
    rows = [list(target) if hasattr(target, "__len__") else [target] for target in targets]
    for position, (row, output) in enumerate(zip(rows, predictions, strict=True)):
        if len(row) != len(output):
            raise ValueError(f"prediction {position} has {len(output)} numbers, but its target {len(row)}")
    try:
        return [
            (list(map(float, true)), list(map(float, found)))
            for true, found in zip(zip(*rows, strict=True), zip(*predictions, strict=True), strict=True)
        ]
    except (TypeError, OverflowError) as error:
        raise ValueError(f"predictions and targets are numbers: {error}") from None


def average(numbers: Sequence[float], weights: Weights = None) -> float:
    """Their sum over their number; or each by its weight, over the sum of these."""
    if weights is None:
        return sum(numbers) / len(numbers)
    return sum(weight * number for weight, number in zip(weights, numbers, strict=True)) / sum(weights)


def weights_for(sample_weight: Any, count: int) -> Any:
    """The weights of so many samples, an array or a list of numbers.

    Raises:
        ValueError: if there are not as many, one is no number of 0 or more, or none is above 0.
    """
    weights = (
        sample_weight
        if getattr(sample_weight, "ndim", 0) == 1 and is_array(sample_weight)
        else row_by_row(sample_weight, "sample_weight")
    )
    column = column_of_numbers(weights)
    listed = weights if column is None else column.tolist()
    if len(listed) != count:
        raise ValueError(f"sample_weight has {len(listed)} numbers, but there are {count} samples")
    if not all(isinstance(weight, int | float) and 0.0 <= weight < math.inf for weight in listed) or not any(listed):
        raise ValueError("sample_weight has a number for each sample, 0 or more, and not 0 for all")
    return weights


def check(predictions: Outputs, targets: Sequence[Any]) -> None:
    """Raise a ValueError if there are no predictions, or not one for each target, or they are read by columns."""
    for name, table in (("predictions", predictions), ("targets", targets)):
        if is_frame(table):
            raise ValueError(f"the {name} are a {type(table).__name__}, a table of columns; give {name}.to_numpy()")
    if len(predictions) != len(targets) or len(predictions) == 0:
        raise ValueError(
            f"a metric takes a prediction for each target, and at least one, but was given {len(predictions)}"
            f" predictions and {len(targets)} targets"
        )


# ── By name ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Metric:
    """A metric that knows what it is good for.

    Attributes:
        name: as in `METRICS`, and in a history.
        title: as people write it.
        task: "classification" or "regression".
        higher_is_better: whether larger is better.
        function: from predictions and targets to the number.
        takes_arrays: whether the function takes arrays as well; otherwise it is given lists.
        takes_weights: whether the function has an argument `sample_weight`.
    """

    name: str
    title: str
    task: str
    higher_is_better: bool
    function: Callable[..., float]
    takes_arrays: bool = False
    takes_weights: bool = False

    def __call__(self, predictions: Outputs, targets: Sequence[Any], sample_weight: Weights = None) -> float:
        weights = {} if sample_weight is None else {"sample_weight": weights_for(sample_weight, len(predictions))}
        if self.takes_arrays:
            return self.function(predictions, targets, **weights)
        return self.function(row_by_row(predictions, "predictions"), row_by_row(targets, "targets"), **weights)

    def deciding(self, decision: str) -> Metric:
        """The same metric with another decision, one of `DECISIONS`, about the class that an output stands for.

        Raises:
            ValueError: if the metric has nothing to decide, or there is no such decision.
        """
        if self.task != "classification":
            raise ValueError(f"{self.name} is about numbers, with nothing to decide")
        if decision not in DECISIONS:
            raise ValueError(f"no decision is called {decision!r}; there are {', '.join(DECISIONS)}")
        return replace(self, function=partial(self.function, decision=decision))

    def better(self, a: float, b: float) -> bool:
        """Whether a is better than b. NaN never is."""
        return a > b if self.higher_is_better else a < b


METRICS = {
    name: Metric(name, title, task, higher_is_better, function, takes_arrays=True, takes_weights=True)
    for name, title, task, higher_is_better, function in (
        ("accuracy", "accuracy", "classification", True, accuracy),
        ("mean_absolute_error", "mean absolute error", "regression", False, mean_absolute_error),
        ("mean_squared_error", "mean squared error", "regression", False, mean_squared_error),
        ("root_mean_squared_error", "root mean squared error", "regression", False, root_mean_squared_error),
        ("r2", "r²", "regression", True, r2),
    )
}
"""The metrics that a training can watch, by name."""

SHORT_METRICS = {
    "acc": "accuracy",
    "mae": "mean_absolute_error",
    "mse": "mean_squared_error",
    "rmse": "root_mean_squared_error",
}
mae, mse, rmse = mean_absolute_error, mean_squared_error, root_mean_squared_error


def get(metric: str | Metric) -> Metric:
    """The metric of that name, its usual short one too; a metric as it is.

    Raises:
        ValueError: for an unknown name; it proposes the nearest.
    """
    return lookup("metric", metric, METRICS, SHORT_METRICS) if isinstance(metric, str) else metric


def suited(metric: str | Metric, expects: str, n_outputs: int) -> Metric:
    """A metric that decides for a class as suits the outputs that a loss expects (`Loss.expects`), if asked by name.

    Raises:
        ValueError: if it is one of classes, and the outputs are numbers.
    """
    if isinstance(metric, Metric):
        return metric
    found = get(metric)
    if found.task != "classification":
        return found
    if expects == "numbers":
        raise ValueError(
            f"{metric} needs classes, but the loss is one of numbers.\nUse a loss of classes, such as"
            " binary_cross_entropy_with_logits, or a metric of numbers, such as r2."
        )
    of_one = {"scores": "sign", "probabilities": "probability", "logits": "logit"}[expects]
    if n_outputs > 1:  # a class is the largest; whether there are labels instead is seen by the targets
        return replace(found, function=partial(found.function, label_decision=of_one))
    return found.deciding(of_one)
