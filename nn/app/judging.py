"""How good a network is on rows whose answers are known, beside what one gets for always answering the same.

>>> baseline_of_classes(0, [0, 0, 0, 1], 2)
{'accuracy': 0.75, 'balanced_accuracy': 0.5, 'f1': 0.428..., 'roc_auc': 0.5}
>>> baseline_of_numbers(2.0, [1.0, 3.0])
{'r2': 0.0, 'mean_absolute_error': 1.0}
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from nn import metrics
from nn.basics.optional import require
from nn.data.messages import DataError, count
from nn.data.table import Table
from nn.metrics import METRICS
from nn.predictor import Predictor

Figures = dict[str, float]

TITLES = {
    "loss": "loss",
    **{name: metric.title for name, metric in METRICS.items()},
    "balanced_accuracy": "balanced accuracy",
    "f1": "F₁, mean of the classes",
    "roc_auc": "area under the ROC curve",
}
"""The figures as people call them."""
SHARES = ("accuracy", "balanced_accuracy")


def judged_figures(predictor: Predictor, outputs: list[list[float]], targets: Sequence[Any]) -> Figures:
    """The figures of a network on rows.

    Args:
        predictor: the network.
        outputs: what it says to each row.
        targets: for each the index of its class, or its number in its own unit.
    """
    if not predictor.classes:
        return number_figures(predictor.answers(outputs), targets)
    index = {name: i for i, name in enumerate(predictor.classes)}
    found = [index[answer] for answer in predictor.answers(outputs)]
    scores = predictor.probabilities(outputs) or [[-score, score] for (score,) in outputs]
    return class_figures(found, scores, targets)


def class_figures(found: Sequence[int], scores: Sequence[Sequence[float]], targets: Sequence[int]) -> Figures:
    """The accuracy; the mean of the recalls of the classes, and of their F₁; the area under the ROC curve.

    Classes of which there are no rows do not count. The area is the mean of those of each class against all others.
    """
    present = sorted(set(targets))
    by_class = metrics.by_class(found, targets, present)
    return {
        "accuracy": sum(a == b for a, b in zip(found, targets, strict=True)) / len(targets),
        "balanced_accuracy": math.fsum(row["recall"] for row in by_class) / len(present),
        "f1": math.fsum(row["f1"] for row in by_class) / len(present),
        "roc_auc": area(scores, targets, present),
    }


def area(scores: Sequence[Sequence[float]], targets: Sequence[int], classes: Sequence[int]) -> float:
    """The mean area under the ROC curve of each class against the others; ½ if there is one class only."""
    if len(classes) < 2:
        return 0.5
    numpy, roc_auc_score = require("numpy"), require("sklearn.metrics").roc_auc_score
    columns, true = numpy.nan_to_num(numpy.asarray(scores)), numpy.asarray(targets)
    return math.fsum(float(roc_auc_score(true == one, columns[:, one])) for one in classes) / len(classes)


def number_figures(found: Sequence[float], targets: Sequence[float]) -> Figures:
    """r², and the mean absolute error in the target's own unit."""
    outputs = [[float(number)] for number in found]
    return {name: METRICS[name](outputs, list(targets)) for name in ("r2", "mean_absolute_error")}


def baseline_of_classes(always: int, targets: Sequence[int], n_classes: int) -> Figures:
    """The figures of always answering the same class."""
    same = [0.0] * n_classes
    return class_figures([always] * len(targets), [same] * len(targets), targets)


def baseline_of_numbers(always: float, targets: Sequence[float]) -> Figures:
    """The figures of always answering the same number."""
    return number_figures([always] * len(targets), targets)


def baseline(predictor: Predictor, known: Sequence[Any], targets: Sequence[Any]) -> tuple[str, Figures]:
    """The answer that is best if it is always the same, by what is known, in words, and its figures."""
    if not predictor.classes:
        always = math.fsum(known) / len(known)
        return f"always {always:.4g}", baseline_of_numbers(always, targets)
    most = max(range(len(predictor.classes)), key=known.count)
    return f"always {predictor.classes[most]!r}", baseline_of_classes(most, targets, len(predictor.classes))


def remarks(figures: Mapping[str, float], base: tuple[str, Figures], answers: Sequence[Any], part: str) -> list[str]:
    """What is to be said of a network that does no better than its baseline.

    Args:
        figures: of the network.
        base: what `baseline` gives for the same rows.
        answers: of the network.
        part: what the rows are called.
    """
    words, plain = base
    if "accuracy" not in figures:
        return [f"the network is no better than {words}, the mean, on {part}"] if figures["r2"] <= plain["r2"] else []
    if len(set(answers)) == 1:
        one = f"the network answers {answers[0]!r} to every row of {part}"
        return [f"{one}; `train --balance` has all classes count alike"]
    if figures["accuracy"] <= plain["accuracy"]:
        return [f"the network is right no more often than {words} on {part}; see the balanced accuracy"]
    return []


def figures_on(predictor: Predictor, table: Table) -> tuple[dict[str, Figures], list[str]]:
    """The figures on rows whose answers are known, below those of the baseline; and what is to be said of the rows.

    Raises:
        DataError: if the target or another column is missing, or an answer is none of the classes.
    """
    prepare = predictor.prepare
    table = prepare.table(table)
    missing = table.column(prepare.target).as_kind("number" if prepare.numeric_target else "category").missing
    notes = []
    if missing:
        if len(missing) == len(table):
            raise DataError(f"{table.source}: column {prepare.target!r}, the target, is empty")
        notes.append(f"{count(len(missing), 'row')} without {prepare.target!r} left out")
        table = table.take(sorted(set(range(len(table))).difference(missing)))
    outputs = predictor.outputs(table)
    targets = prepare.transform_target(table)
    if not predictor.classes:
        targets = list(table.column(prepare.target).numbers())
    found = predictor.ask(table)
    figures = judged_figures(predictor, outputs, targets)
    base = baseline(predictor, targets, targets)
    notes += [*found.notes, *remarks(figures, base, found.answers, "the table")]
    return {base[0]: base[1], count(len(table), "row"): figures}, notes


def table_of_figures(figures: Mapping[str, Mapping[str, float]]) -> list[str]:
    """The figures of each set, in aligned columns; the first line names them."""
    columns: list[str] = max(map(list, figures.values()), key=len)
    rows = [["", *columns], *([name, *(short(row, column) for column in columns)] for name, row in figures.items())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]


def short(row: Mapping[str, float], name: str) -> str:
    """A figure in a few digits, if there is one."""
    if name not in row:
        return "–"
    return f"{row[name]:.3f}" if name in (*SHARES, "f1", "roc_auc") else f"{row[name]:.4g}"


def figure_text(row: Mapping[str, float], name: str) -> str:
    """A figure for the page: shares of rows as percentages."""
    return f"{100.0 * row[name]:.1f} %" if name in row and name in SHARES else short(row, name)
