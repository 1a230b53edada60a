"""Honest figures: against scikit-learn's, and what is said of networks that have learned nothing."""

import random
import statistics

import pytest
import sklearn.metrics

from nn.app.experiment import Settings, experiment, said_of_size
from nn.app.judging import area, baseline_of_classes, class_figures, number_figures, table_of_figures
from nn.data.bundled import load
from nn.data.dataset import dataset_of


@pytest.mark.parametrize("classes", [2, 3, 5])
@pytest.mark.parametrize("seed", range(5))
def test_figures_are_scikit_learns(classes, seed):
    rng = random.Random(seed)
    targets = [rng.randrange(classes) for _ in range(60)]
    scores = [[rng.random() + (t == k) * 0.5 for k in range(classes)] for t in targets]
    scores = [[s / sum(row) for s in row] for row in scores]
    found = [row.index(max(row)) for row in scores]
    figures = class_figures(found, scores, targets)
    expected = {
        "accuracy": sklearn.metrics.accuracy_score(targets, found),
        "balanced_accuracy": sklearn.metrics.balanced_accuracy_score(targets, found),
        "f1": sklearn.metrics.f1_score(targets, found, average="macro"),
    }
    if classes > 2:
        expected["roc_auc"] = sklearn.metrics.roc_auc_score(targets, scores, multi_class="ovr")
    else:
        expected["roc_auc"] = sklearn.metrics.roc_auc_score(targets, [row[1] for row in scores])
    assert figures == pytest.approx(expected)


def test_absent_classes_do_not_count():
    assert class_figures([0, 0], [[0.9, 0.1], [0.8, 0.2]], [0, 0])["balanced_accuracy"] == 1.0
    assert area([[0.9, 0.1]], [0], [0]) == 0.5
    assert baseline_of_classes(1, [1, 1, 0, 1], 3)["accuracy"] == 0.75


def test_a_constant_has_no_r2():
    figures = number_figures([2.0] * 3, [1.0, 2.0, 3.0])
    assert figures == pytest.approx({"r2": 0.0, "mean_absolute_error": 2.0 / 3.0})


def test_the_baseline_is_the_first_line():
    run = experiment(load("iris"), Settings(hidden=(4,), epochs=2), verbose=0)
    lines = table_of_figures(run.table)
    assert lines[0].split() == ["loss", "accuracy", "balanced_accuracy", "f1", "roc_auc"]
    assert lines[1].split()[:3] == ["always", "'setosa'", "–"] and len(set(map(len, lines))) == 1
    run = experiment(load("diabetes"), Settings(hidden=(4,), epochs=2), verbose=0)
    mean = statistics.fmean(run.parts["train"].targets)
    assert table_of_figures(run.table)[1].split()[:2] == ["always", f"{mean:.4g}"]


def unbalanced(seed=0):
    rng = random.Random(seed)
    rows = []
    for i in range(400):
        rare = i % 20 == 0
        rows.append({"x": rng.gauss(1.5 * rare, 1.0), "y": "yes" if rare else "no"})
    return dataset_of(rows, "y")


def test_who_always_answers_the_majority_is_told_and_balance_helps():
    settings = Settings(hidden=(), epochs=40, seed=1)
    run = experiment(unbalanced(), settings, verbose=0)
    assert run.baseline[0] == "always 'no'" and run.baseline[1]["accuracy"] == pytest.approx(0.95)
    assert run.figures["test"]["balanced_accuracy"] == 0.5
    assert any("the network answers 'no' to every row of the test set; `train --balance`" in note for note in run.notes)
    import dataclasses

    balanced = experiment(unbalanced(), dataclasses.replace(settings, balance=True), verbose=0)
    assert balanced.figures["test"]["balanced_accuracy"] > 0.65
    assert not any("to every row" in note for note in balanced.notes)
    with pytest.raises(ValueError, match="--balance is for classes"):
        experiment(load("diabetes"), dataclasses.replace(settings, balance=True), verbose=0)


def test_who_does_worse_than_the_mean_is_told():
    rng = random.Random(1)
    data = dataset_of([{"x": rng.random(), "y": rng.random()} for _ in range(80)], "y")
    run = experiment(data, Settings(hidden=(32,), epochs=200, patience=200), verbose=0)
    assert run.figures["test"]["r2"] < 0.0
    assert any(note.startswith("the network is no better than always 0.") for note in run.notes)


def test_many_weights_are_said_before_they_are_recorded():
    rows = [{**{f"c{j}": (i * j) % 7 for j in range(700)}, "y": i % 2} for i in range(30)]
    data = dataset_of(rows, "y")
    assert said_of_size(data, Settings()) == ""
    assert said_of_size(data, Settings(hidden=(200,))).startswith("700 columns and 200 neurons have 140,000 weights")
