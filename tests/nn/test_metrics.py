"""Metrics against scikit-learn's, and the decisions."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn import MLP, GradientDescent, Trainer
from nn.decisions import DECISIONS, by_argmax, decide
from nn.metrics import METRICS, Metric, by_class, confusion_matrix

NUMBERS = st.floats(-1e6, 1e6).map(lambda x: round(x, 3))  # whose squares do not underflow
PAIRS = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=30)
SKLEARN = {
    "mean_absolute_error": "mean_absolute_error",
    "mean_squared_error": "mean_squared_error",
    "root_mean_squared_error": "root_mean_squared_error",
    "r2": "r2_score",
}


def test_every_metric_is_checked_here():
    assert set(SKLEARN) | {"accuracy"} == set(METRICS)


@pytest.mark.parametrize("name", SKLEARN)
@settings(max_examples=50, deadline=None)
@given(pairs=PAIRS)
def test_regression_metrics_are_scikit_learns(name, pairs):
    import sklearn.metrics

    targets, predictions = zip(*pairs)
    expected = getattr(sklearn.metrics, SKLEARN[name])(targets, predictions)
    found = METRICS[name]([[p] for p in predictions], list(targets))
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", SKLEARN)
def test_several_outputs_are_averaged_as_scikit_learn_does(name):
    import sklearn.metrics

    targets, predictions = [[1.0, 10.0], [2.0, 30.0], [4.0, 20.0]], [[1.5, 12.0], [2.0, 25.0], [3.0, 21.0]]
    assert METRICS[name](predictions, targets) == pytest.approx(
        getattr(sklearn.metrics, SKLEARN[name])(targets, predictions)
    )


def test_equal_targets_have_an_r2_as_in_scikit_learn():
    assert METRICS["r2"]([[2.0], [2.0]], [2.0, 2.0]) == 1.0
    assert METRICS["r2"]([[2.0], [2.5]], [2.0, 2.0]) == 0.0


def test_an_overflowing_error_is_infinite():
    assert METRICS["mean_squared_error"]([[1e200]], [-1e200]) == math.inf


@settings(deadline=None)
@given(rows=st.lists(st.tuples(st.lists(st.floats(-9, 9), min_size=3, max_size=3), st.integers(0, 2)), min_size=1))
def test_accuracy_is_scikit_learns(rows):
    from sklearn.metrics import accuracy_score

    outputs, targets = [list(x) for x in zip(*rows)]
    found = decide(outputs)
    assert all(output[i] == max(output) for i, output in zip(found, outputs))
    assert METRICS["accuracy"](outputs, targets) == pytest.approx(accuracy_score(targets, found))


@pytest.mark.parametrize(
    "decision, output, found",
    [
        ("argmax", [0.1, 0.5, 0.5], 1),
        ("sign", [0.2], 1), ("sign", [0.0], -1), ("sign", [-0.2], -1),
        ("probability", [0.5], 0), ("probability", [0.51], 1),
        ("logit", [0.0], 0), ("logit", [0.2], 1), ("logit", [-3.0], 0),
    ],
)  # fmt: skip
def test_decisions(decision, output, found):
    assert decide([output], decision) == [found]
    assert METRICS["accuracy"].deciding(decision)([output, output], [found, found + 5]) == 0.5


def test_accuracy_of_numpy_targets_is_a_plain_float():
    import numpy

    accuracy = METRICS["accuracy"](numpy.array([[0.1, 0.9], [0.8, 0.2]]), numpy.array([1, 1]))
    assert type(accuracy) is float and accuracy == 0.5
    error = METRICS["mean_squared_error"](numpy.array([[0.5], [1.0]]), numpy.array([0.0, 1.0]))
    assert type(error) is float and error == 0.125


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: decide([[1.0]]), "argmax needs several outputs"),
        (lambda: decide([[1.0, 2.0]], "sign"), "takes one output, not 2"),
        (lambda: decide([[1.0]], "coin"), "no decision is called 'coin'; there are argmax, sign"),
        (lambda: decide([[0.0, 1.0], [math.nan, 1.0]]), "prediction 1 is .*NaN"),
        (lambda: METRICS["accuracy"]([], []), "at least one"),
        (lambda: METRICS["r2"]([[1.0]], [1.0, 2.0]), "1 predictions and 2 targets"),
        (lambda: METRICS["r2"]([[1.0, 2.0]], [1.0]), "prediction 0 has 2 numbers, but its target 1"),
        (lambda: METRICS["r2"].deciding("sign"), "nothing to decide"),
        (lambda: METRICS["accuracy"].deciding("coin"), "no decision is called"),
    ],
)
def test_what_metrics_refuse(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_better():
    assert METRICS["accuracy"].better(0.9, 0.8) and not METRICS["accuracy"].better(0.8, 0.8)
    assert METRICS["mean_squared_error"].better(0.1, 0.2)
    assert not any(METRICS[name].better(math.nan, 1.0) for name in METRICS)
    assert set(DECISIONS) == {"argmax", "sign", "probability", "logit"}


def test_confusion_and_the_figures_of_each_class():
    targets, found = [0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 2, 1]
    assert confusion_matrix(found, targets, [0, 1, 2, 3]) == [[2, 1, 0, 0], [0, 1, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    first, second, third, absent = by_class(found, targets, [0, 1, 2, 3])
    assert first == {"precision": 1.0, "recall": pytest.approx(2 / 3), "f1": pytest.approx(0.8), "samples": 3}
    assert second["precision"] == pytest.approx(1 / 3) and second["recall"] == 0.5
    assert third["f1"] == 0.0 and absent == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "samples": 0}


@pytest.mark.parametrize("decision, low, high", [("sign", -1, 1), ("probability", 0, 1), ("logit", 0, 1)])
def test_of_labels_the_share_that_was_found_is_the_accuracy(decision, low, high):
    metric = METRICS["accuracy"].deciding(decision)
    assert metric([[0.9, -0.2], [-0.4, 0.6]], [[high, low], [low, high]]) == 1.0
    assert metric([[0.9, -0.2], [-0.4, 0.6]], [[high, low], [high, high]]) == 0.75
    assert metric([[0.9], [-0.4]], [[high], [low]]) == 1.0
    with pytest.raises(ValueError, match="has 2 numbers, but its target 1"):
        metric([[0.9, -0.2]], [[high]])
    with pytest.raises(ValueError, match="target 1 is a class, but others are lists of labels"):
        metric([[0.9], [0.1]], [[high], low])
    with pytest.raises(ValueError, match="the targets are lists of labels.*argmax"):
        METRICS["accuracy"]([[0.9, -0.2]], [[high, low]])


@pytest.mark.parametrize(
    "loss, low, output",
    [
        ("hinge", -1, "linear"),
        ("binary_cross_entropy", 0, "sigmoid"),
        ("binary_cross_entropy_with_logits", 0, "linear"),
    ],
)
def test_a_training_of_labels_has_their_accuracy(loss, low, output):
    X = [[-2.0, 1.0], [-1.0, -1.0], [1.0, 2.0], [2.0, -2.0]]
    y = [[1 if a > 0 else low, 1 if b > 0 else low] for a, b in X]
    trainer = Trainer(MLP(2, [2], output_activation=output, rng=1), loss, GradientDescent(1.0), metrics=["accuracy"])
    history = trainer.fit(X, y, epochs=40, batch_size=None, verbose=0, rng=1)
    assert history["accuracy"][-1] == trainer.evaluate(X, y)["accuracy"] == 1.0


def forms(rows):
    """The same rows as lists, as tuples, and as arrays of several kinds."""
    import numpy

    whole = [numpy.array(rows), numpy.asfortranarray(rows)[::1], numpy.array(rows, dtype=object)]
    return [rows, tuple(rows), *whole]


@pytest.mark.parametrize("name", SKLEARN)
@settings(max_examples=20, deadline=None)
@given(pairs=PAIRS)
def test_numbers_give_the_same_in_whatever_they_come(name, pairs):
    targets, predictions = [y for y, _ in pairs], [[p] for _, p in pairs]
    expected = METRICS[name]([(p,) for (p,) in predictions], [[y] for y in targets])
    for found in forms(predictions):
        for true in (*forms(targets), *forms([[y] for y in targets])):
            number = METRICS[name](found, true)
            assert type(number) is float and number == pytest.approx(expected, rel=1e-9, abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(rows=st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9), st.integers(0, 1)), min_size=1))
def test_classes_give_the_same_in_whatever_they_come(rows):
    outputs, targets = [[a, b] for a, b, _ in rows], [target for *_, target in rows]
    expected = sum(by_argmax(output) == target for output, target in zip(outputs, targets)) / len(rows)
    for found in forms(outputs):
        assert decide(found) == [by_argmax(output) for output in outputs]
        for true in (*forms(targets), [float(y) for y in targets], [bool(y) for y in targets]):
            number = METRICS["accuracy"](found, true)
            assert type(number) is float and number == pytest.approx(expected)


def test_a_function_of_ones_own_is_given_lists():
    import numpy

    def longest(predictions, targets):
        assert type(predictions) is list and type(predictions[0]) is list and type(targets) is list
        return float(max(map(len, predictions)))

    metric = Metric("longest", "longest", "regression", True, longest)
    assert metric(numpy.ones((4, 3)), numpy.ones(4)) == 3.0


@pytest.mark.parametrize("scale", [1e300, 1e160, 1.0, 1e-170, 1e-300])
@pytest.mark.parametrize("weights", [None, [1.0, 2.0, 0.5, 1.0]])
def test_root_and_share_of_squares_at_any_scale(scale, weights):
    targets, found = [1.0, -2.0, 4.0, 3.0], [1.5, -2.5, 3.0, 3.0]
    for make in (list, np.array):
        y, outputs = make([t * scale for t in targets]), make([[f * scale] for f in found])
        for name, share in (("root_mean_squared_error", scale), ("r2", 1.0)):
            wanted = METRICS[name]([[f] for f in found], targets, sample_weight=weights)
            assert METRICS[name](outputs, y, sample_weight=weights) == pytest.approx(wanted * share, rel=1e-12)


@pytest.mark.parametrize(
    "predictions, targets", [([1.0, 2.0], [1.0, 2.0]), ([[1.0]], [None]), ([[None]], [1.0]), ([[1.0]], [10**400])]
)
def test_what_are_no_numbers_is_said(predictions, targets):
    for name in ("mean_absolute_error", "mean_squared_error", "root_mean_squared_error", "r2"):
        with pytest.raises(ValueError, match="prediction"):
            METRICS[name](predictions, targets)
