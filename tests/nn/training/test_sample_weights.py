"""Weights of samples and of classes: what a sample counts, in every engine, is what as many copies of it would."""

import math
import random

import numpy as np
import pytest
from sklearn import metrics as theirs
from sklearn.utils.class_weight import compute_class_weight

from nn import MLP, Adam, Checkpoint, GradientDescent, Momentum, RandomHillClimbing, Trainer
from nn.basics.storage import StorageError
from nn.metrics import METRICS, Metric
from nn.training.sample_weights import weights_of

rng = random.Random(3)
X = [[rng.gauss(0.0, 1.0) for _ in range(3)] for _ in range(24)]
CLASSES = [int(sum(x) > 0.3) for x in X]
NUMBERS = [sum(x) + 0.1 * rng.gauss(0.0, 1.0) for x in X]
TIMES = [rng.choice([0, 1, 1, 2, 3]) for _ in X]
LOSSES = {
    "binary_cross_entropy_with_logits": (1, CLASSES),
    "categorical_cross_entropy_with_logits": (2, CLASSES),
    "mean_squared_error": (1, NUMBERS),
}


def repeated(samples):
    """Each sample as often as its weight says."""
    return [sample for sample, times in zip(samples, TIMES, strict=True) for _ in range(times)]


def trained(loss, optimizer, engine, X, y, epochs=5, **settings):
    """The weights after a training with all samples in a batch, the history, and the trainer."""
    names = ["accuracy"] if "cross" in loss else ["r2", "mean_absolute_error"]
    model = MLP(3, [4, LOSSES[loss][0]], activation="tanh", rng=1)
    trainer = Trainer(model, loss, optimizer, metrics=names, l2=0.01, engine=engine)
    history = trainer.fit(X, y, epochs=epochs, batch_size=None, shuffle=False, verbose=0, rng=1, **settings)
    return model.state_dict(), history, trainer


@pytest.mark.parametrize("engine", ["eager", "auto"])
@pytest.mark.parametrize("optimizer", [lambda: Adam(0.05), lambda: GradientDescent(0.1), lambda: Momentum(0.05)])
@pytest.mark.parametrize("loss", LOSSES)
def test_a_weight_is_as_many_copies(loss, optimizer, engine):
    y = LOSSES[loss][1]
    weights, history, trainer = trained(loss, optimizer(), engine, X, y, sample_weight=TIMES)
    expected, copied, other = trained(loss, optimizer(), engine, repeated(X), repeated(y))
    assert weights == pytest.approx(expected, rel=1e-9, abs=1e-12)
    for name in copied:
        assert history[name] == pytest.approx(copied[name], rel=1e-9)
    assert history.monitored == pytest.approx(copied.monitored, rel=1e-9)
    assert trainer.evaluate(X, y, sample_weight=TIMES) == pytest.approx(
        other.evaluate(repeated(X), repeated(y)), rel=1e-9
    )


@pytest.mark.parametrize("batch_size", [5, None])
@pytest.mark.parametrize("epochs", [3, 400])  # in arrays, and in machine code
@pytest.mark.parametrize("loss", LOSSES)
def test_the_engines_agree(loss, epochs, batch_size):
    weights = [rng.uniform(0.0, 3.0) for _ in X]
    found = {}
    for engine in ("eager", "auto"):
        model = MLP(3, [4, LOSSES[loss][0]], activation="tanh", rng=1)
        trainer = Trainer(model, loss, GradientDescent(0.02), engine=engine)
        trainer.fit(
            X,
            LOSSES[loss][1],
            epochs=epochs if engine == "auto" or epochs < 10 else 20,
            batch_size=batch_size,
            sample_weight=weights,
            verbose=0,
            rng=5,
        )
        found[engine] = trainer.history["loss"][:20], trainer.engine
    assert found["auto"][0] == pytest.approx(found["eager"][0], rel=1e-8)
    assert type(found["auto"][1]) is not type(found["eager"][1])


def test_weights_without_a_gradient():
    losses = [
        trained("mean_squared_error", RandomHillClimbing(0.1, rng=1), "auto", rows, y, **weights)[1]["loss"]
        for rows, y, weights in ((X, NUMBERS, {"sample_weight": TIMES}), (repeated(X), repeated(NUMBERS), {}))
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-9)


def test_class_weights_are_scikit_learns():
    y = ["a"] * 2 + ["b"] * 5 + ["c"]
    by_class = dict(zip("abc", compute_class_weight("balanced", classes=np.array(list("abc")), y=y), strict=True))
    assert weights_of(None, "balanced", y) == pytest.approx([by_class[label] for label in y])
    assert weights_of([2.0] * 8, by_class, y) == pytest.approx([by_class[label] for label in y])


def test_class_weights_multiply_those_of_samples():
    loss, twice = "binary_cross_entropy_with_logits", {0: 1.0, 1: 2.0}
    given = trained(loss, Adam(0.05), "auto", X, CLASSES, sample_weight=TIMES, class_weight=twice)[0]
    both = [times * twice[label] for times, label in zip(TIMES, CLASSES, strict=True)]
    assert given == pytest.approx(trained(loss, Adam(0.05), "auto", X, CLASSES, sample_weight=both)[0])


def test_validation_has_weights_of_its_own():
    loss, few = "binary_cross_entropy_with_logits", slice(0, 8)
    _, history, trainer = trained(
        loss, Adam(0.05), "auto", X, CLASSES, validation_data=(X[few], CLASSES[few], TIMES[few])
    )
    judged = trainer.evaluate(X[few], CLASSES[few], sample_weight=TIMES[few])
    assert history["validation_loss"][-1] == pytest.approx(judged["loss"])
    assert history["validation_accuracy"][-1] == pytest.approx(judged["accuracy"])


def test_a_share_for_validation_keeps_its_weights():
    loss = "mean_squared_error"
    _, history, _ = trained(loss, Adam(0.05), "auto", X, NUMBERS, validation_split=0.5, sample_weight=TIMES)
    assert all(map(math.isfinite, history["validation_loss"]))


@pytest.mark.parametrize("as_arrays", [False, True])
def test_metrics_are_scikit_learns(as_arrays):
    weights = [rng.uniform(0.0, 2.0) for _ in X]
    found = [[y + rng.gauss(0.0, 0.5)] for y in NUMBERS]
    predictions = np.array(found) if as_arrays else found
    targets = np.array(NUMBERS) if as_arrays else NUMBERS
    flat = [number for (number,) in found]
    expected = {
        "mean_absolute_error": theirs.mean_absolute_error(NUMBERS, flat, sample_weight=weights),
        "mean_squared_error": theirs.mean_squared_error(NUMBERS, flat, sample_weight=weights),
        "root_mean_squared_error": math.sqrt(theirs.mean_squared_error(NUMBERS, flat, sample_weight=weights)),
        "r2": theirs.r2_score(NUMBERS, flat, sample_weight=weights),
    }
    for name, number in expected.items():
        assert METRICS[name](predictions, targets, weights) == pytest.approx(number, rel=1e-12)
    scores = [[1.0 - y, float(y)] if rng.random() < 0.7 else [float(y), 1.0 - y] for y in CLASSES]
    right = theirs.accuracy_score(CLASSES, [int(b > a) for a, b in scores], sample_weight=weights)
    scores, classes = (np.array(scores), np.array(CLASSES)) if as_arrays else (scores, CLASSES)
    assert METRICS["accuracy"](scores, classes, weights) == pytest.approx(right, rel=1e-12)


def test_several_labels_to_a_sample():
    predictions, labels = [[0.9, 0.2], [0.4, 0.6]], [[1, 0], [1, 1]]
    assert METRICS["accuracy"].deciding("probability")(predictions, labels, [1.0, 3.0]) == pytest.approx(5 / 8)


def test_a_training_with_other_weights_is_another_one(tmp_path):
    path, loss = tmp_path / "state.json", "mean_squared_error"
    trained(loss, Adam(0.05), "auto", X, NUMBERS, sample_weight=TIMES, callbacks=[Checkpoint(path)])
    with pytest.raises(StorageError, match="other samples, targets or weights"):
        trained(loss, Adam(0.05), "auto", X, NUMBERS, epochs=6, resume=path)
    again = trained(loss, Adam(0.05), "auto", X, NUMBERS, epochs=6, sample_weight=TIMES, resume=path)[0]
    assert again == pytest.approx(trained(loss, Adam(0.05), "auto", X, NUMBERS, epochs=6, sample_weight=TIMES)[0])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"sample_weight": [1.0] * 23}, "sample_weight has 23 numbers, but there are 24 samples"),
        ({"sample_weight": [1.0] * 23 + [-1.0]}, r"sample_weight\[23\] is -1.0, but a weight is a number, 0 or more"),
        ({"sample_weight": [math.nan] * 24}, r"sample_weight\[0\] is nan"),
        ({"sample_weight": ["many"] * 24}, r"sample_weight\[0\] is 'many', which is not a number"),
        ({"sample_weight": [0.0] * 24}, "no sample would count"),
        ({"class_weight": "heavy"}, "class_weight is 'balanced' or a number for each class, but is 'heavy'"),
        ({"class_weight": {0: 1.0}}, "class_weight has no number for the class 1"),
        ({"class_weight": {0: 1.0, 1: -2.0}}, r"class_weight\[1\] is -2.0"),
        ({"validation_data": (X, CLASSES, [1.0])}, "validation sample_weight has 1 numbers"),
        ({"validation_data": (X,)}, r"\(X, y\) or \(X, y, sample_weight\)"),
    ],
)
def test_what_is_no_weight_is_refused(given, said):
    with pytest.raises(ValueError, match=said):
        trained("binary_cross_entropy_with_logits", Adam(0.05), "auto", X, CLASSES, **given)


def test_numbers_have_no_classes():
    with pytest.raises(ValueError, match="class_weight is for classes, but mean_squared_error is of numbers"):
        trained("mean_squared_error", Adam(0.05), "auto", X, NUMBERS, class_weight="balanced")


def test_a_metric_that_takes_no_weights_is_not_given_any():
    worst = Metric("worst", "worst", "regression", False, lambda p, y: max(abs(a[0] - b) for a, b in zip(p, y)))
    trainer = Trainer(MLP(3, [1], rng=1), "mean_squared_error", Adam(0.05), metrics=[worst])
    with pytest.raises(ValueError, match="the metric 'worst' does not say that it takes weights"):
        trainer.fit(X, NUMBERS, epochs=1, verbose=0, sample_weight=TIMES)
    trainer.fit(X, NUMBERS, epochs=1, verbose=0)


@pytest.mark.parametrize("scale", [1e308, 1e200, 1.0, 1e-200, 1e-310, 5e-324])
def test_only_proportions_count_whatever_the_scale(scale):
    whole = [scale, 0.0, scale, 0.0, scale]
    assert weights_of(whole, None, CLASSES[:5]) == pytest.approx([5 / 3, 0.0, 5 / 3, 0.0, 5 / 3])
    of_classes = {0: scale, 1: scale}
    assert weights_of(whole, of_classes, CLASSES[:5]) == pytest.approx([5 / 3, 0.0, 5 / 3, 0.0, 5 / 3])
    assert weights_of(None, of_classes, CLASSES[:5]) == [1.0] * 5


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("wrong", [[1.0], [-1.0, 2.0], [math.nan, 1.0], [math.inf, 1.0], [0, 0], ["1", "2"], 1.0, None])
def test_a_metric_refuses_weights_that_are_none(name, wrong):
    metric = METRICS[name].deciding("sign") if name == "accuracy" else METRICS[name]
    for make in (list, np.array):
        try:
            weights = make(wrong) if wrong is not None else make([None, 1.0])
        except TypeError:
            weights = wrong
        with pytest.raises(ValueError, match="sample_weight"):
            metric([[1.0], [-1.0]], [1.0, -1.0], sample_weight=weights)


@pytest.mark.parametrize("huge", [10**400, -(10**400)])
def test_numbers_beyond_floats_are_refused_by_their_place(huge):
    trainer = Trainer(MLP(1, [1]), "mean_squared_error", "adam")
    for given, said in (
        (([[1.0], [huge]], [1.0, 2.0]), r"X\[1\]"),
        (([[1.0], [2.0]], [1.0, huge]), "sample 1"),
        (([[1.0], [2.0]], [1.0, 2.0], [1, abs(huge)]), r"sample_weight\[1\]"),
    ):
        with pytest.raises(ValueError, match=said):
            trainer.fit(*given[:2], sample_weight=given[2] if len(given) > 2 else None, verbose=0)
