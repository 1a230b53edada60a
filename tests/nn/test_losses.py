"""Losses: values against mpmath and scikit-learn, slopes against finite differences, and which targets they take."""

import math
import pickle

import mpmath
import pytest

import autograd
from autograd import DomainError, Value
from autograd.testing import gradcheck
from nn import losses
from nn.losses import LOSSES, Huber, get
from nn.penalties import l1_penalty, l2_penalty

#: A prediction and a target that each loss takes, away from kinks.
SAMPLES = {
    "residual_sum_of_squares": [([0.3, -1.2], [1.0, 0.5]), ([2.0], 3.5)],
    "mean_squared_error": [([0.3, -1.2], [1.0, 0.5]), ([2.0], 3.5)],
    "mean_absolute_error": [([0.3, -1.2], [1.0, -5.5]), ([2.0], 3.5)],
    "huber": [([0.3, -1.2], [1.0, 2.5]), ([2.0], 2.5)],
    "hinge": [([0.3], 1), ([0.3], -1), ([2.0], 1), ([0.3, -2.0], [1, 1])],
    "binary_cross_entropy": [([0.3], 1), ([0.3], 0), ([0.3, 0.9], [0, 1])],
    "binary_cross_entropy_with_logits": [([0.3], 1), ([-2.0], 0), ([0.3, 4.0], [0, 1])],
    "categorical_cross_entropy": [([0.2, 0.5, 0.3], 0), ([0.2, 0.5, 0.3], 2)],
    "categorical_cross_entropy_with_logits": [([0.2, -5.0, 3.0], 0), ([0.2, -5.0, 3.0], 2)],
}

CASES = [(name, *sample) for name, samples in SAMPLES.items() for sample in samples]


def test_every_loss_is_checked_here():
    assert set(SAMPLES) == set(LOSSES)


@pytest.mark.parametrize("name, prediction, target", CASES)
def test_slopes_against_finite_differences(name, prediction, target):
    gradcheck(lambda outputs: get(name)(outputs, target), [prediction], order=2)


@pytest.mark.parametrize("name, prediction, target", CASES)
def test_one_value_for_one_sample_of_numbers_or_values(name, prediction, target):
    loss = get(name)
    of_values = loss([Value(p) for p in prediction], target)
    assert isinstance(of_values, Value)
    assert loss(prediction, target).data == of_values.data
    assert of_values.data >= 0.0


# ── Values ──


def test_the_lectures_definition_has_its_half():
    assert losses.residual_sum_of_squares([0.5, 2.0], [1.0, 4.0]).data == 0.5 * (0.25 + 4.0)
    assert losses.residual_sum_of_squares.mean([[1.0], [2.0], [4.0]], [0.0, 0.0, 0.0]).data == (0.5 + 2.0 + 8.0) / 3
    assert losses.mean_squared_error([1.0], 4.0).data == 9.0


def test_regression_losses_against_scikit_learn():
    from sklearn.metrics import mean_absolute_error, mean_squared_error

    prediction, target = [0.3, -1.2, 7.0], [1.0, 0.5, -2.0]
    assert losses.mean_squared_error(prediction, target).data == pytest.approx(mean_squared_error(target, prediction))
    assert losses.mean_absolute_error(prediction, target).data == pytest.approx(mean_absolute_error(target, prediction))


def test_classification_losses_against_scikit_learn():
    from sklearn.metrics import hinge_loss, log_loss

    p, y = [0.1, 0.8, 0.4], [0, 1, 1]
    assert losses.binary_cross_entropy.mean([[q] for q in p], y).data == pytest.approx(log_loss(y, p), rel=1e-12)
    P, classes = [[0.2, 0.5, 0.3], [0.1, 0.1, 0.8], [0.6, 0.3, 0.1]], [1, 2, 1]
    expected = log_loss(classes, P, labels=[0, 1, 2])
    assert losses.categorical_cross_entropy.mean(P, classes).data == pytest.approx(expected, rel=1e-12)
    scores, signs = [0.3, -2.0, 0.8], [1, 1, -1]
    assert losses.hinge.mean([[s] for s in scores], signs).data == pytest.approx(hinge_loss(signs, scores), rel=1e-12)


@pytest.mark.parametrize("delta", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("error", [-4.0, -1.0, -0.2, 0.0, 0.5, 1.0, 3.0, 10.0])
def test_huber_against_scipy(delta, error):
    from scipy.special import huber

    assert Huber(delta)([error], 0.0).data == pytest.approx(huber(delta, error), rel=1e-14)


@pytest.mark.parametrize("z", [-1000.0, -40.0, -1.0, 0.0, 1e-9, 30.0, 1000.0])
@pytest.mark.parametrize("y", [0, 1])
def test_binary_cross_entropy_on_logits_against_50_digits(z, y):
    logit = Value(z)
    loss = losses.binary_cross_entropy_with_logits([logit], y)
    loss.backward()
    with mpmath.workdps(500):
        p = 1 / (1 + mpmath.exp(-mpmath.mpf(z)))
        expected, slope = -mpmath.log(p if y else 1 - p), p - y
    assert loss.data == pytest.approx(float(expected), rel=1e-14)
    assert logit.grad == pytest.approx(float(slope), rel=1e-14)


@pytest.mark.parametrize("z", [[0.0, 0.0], [1000.0, -1000.0, 999.0], [-1000.0, -1000.5, -1003.0], [1e-3, 2.0, -3.0]])
def test_categorical_cross_entropy_on_logits_against_50_digits(z):
    for target in range(len(z)):
        logits = [Value(x) for x in z]
        loss = losses.categorical_cross_entropy_with_logits(logits, target)
        loss.backward()
        with mpmath.workdps(1000):
            exponentials = [mpmath.exp(mpmath.mpf(x)) for x in z]
            p = [e / mpmath.fsum(exponentials) for e in exponentials]
            expected = -mpmath.log(p[target])
        assert loss.data == pytest.approx(float(expected), rel=1e-12, abs=1e-12)
        slopes = [float(q - (k == target)) for k, q in enumerate(p)]
        assert [v.grad for v in logits] == pytest.approx(slopes, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("p", [1e-300, 1e-20, 1e-9, 0.3, 1.0 - 2**-53])
def test_probabilities_keep_their_digits(p):
    with mpmath.workdps(50):
        exact = mpmath.mpf(p)
        assert losses.binary_cross_entropy([p], 1).data == pytest.approx(float(-mpmath.log(exact)), rel=1e-14)
        assert losses.binary_cross_entropy([p], 0).data == pytest.approx(float(-mpmath.log1p(-exact)), rel=1e-14)


def test_a_probability_of_exactly_0_is_said_and_not_clipped():
    for loss, prediction, target in [
        (losses.binary_cross_entropy, [0.0], 1),
        (losses.binary_cross_entropy, [1.0], 0),
        (losses.categorical_cross_entropy, [0.0, 1.0], 0),
    ]:
        with pytest.raises(DomainError):
            loss(prediction, target)
    for loss, prediction, target in [
        (losses.binary_cross_entropy, [Value(0.0)], 0),
        (losses.binary_cross_entropy, [Value(1.0)], 1),
        (losses.categorical_cross_entropy, [Value(0.0), Value(1.0)], 1),
    ]:
        certain = loss(prediction, target)
        certain.backward()
        assert certain.data == 0.0
        assert all(math.isfinite(p.grad) for p in prediction)


def test_softmax_then_cross_entropy_is_cross_entropy_on_logits():
    z = [0.3, -1.0, 2.0]
    assert losses.categorical_cross_entropy(autograd.softmax(z), 1).data == pytest.approx(
        losses.categorical_cross_entropy_with_logits(z, 1).data, rel=1e-14
    )


def test_the_hinge_at_its_kink_and_beyond():
    for score, slope in [(1.0, 0.0), (1.5, 0.0), (0.5, -1.0)]:
        s = Value(score)
        losses.hinge([s], 1).backward()
        assert s.grad == slope


def test_few_nodes():
    from autograd.graph import topological_order

    logits = [Value(float(k)) for k in range(10)]
    loss = losses.categorical_cross_entropy_with_logits(logits, 3)
    assert [v.op.name for v in topological_order(loss) if v.op is not None] == ["logsumexp", "dot", "subtract"]


def test_the_formula_takes_values_for_targets():
    """So that one recording serves all samples: nothing may look at a target's number."""
    for name, prediction, target in CASES:
        loss = get(name)
        encoded = loss.encode(target, len(prediction))
        by_values = loss.formula([Value(p) for p in prediction], [Value(t) for t in encoded])
        assert by_values.data == loss(prediction, target).data


# ── Targets ──

NUMBERS = ["residual_sum_of_squares", "mean_squared_error", "mean_absolute_error", "huber"]
CLASSES = ["categorical_cross_entropy", "categorical_cross_entropy_with_logits"]
BINARY = ["binary_cross_entropy", "binary_cross_entropy_with_logits"]

REFUSED = [
    *((name, 1, target, message) for name in [*NUMBERS, *BINARY, "hinge"] for target, message in [
        (math.nan, "a finite number, but this is nan"),
        (math.inf, "a finite number, but this is inf"),
        ("1", "a target is a number, but this is '1' of type str"),
        (None, "a target is a number, but this is None"),
        ([1.0, 1.0], r"the model has 1 outputs, but the target is \[1.0, 1.0\]"),
    ]),
    *((name, 1, True, "a target is a number, but this is True") for name in NUMBERS),
    *((name, 2, 1.0, "the model has 2 outputs, but the target is 1.0") for name in [*NUMBERS, *BINARY, "hinge"]),
    *((name, 1, target, "a target is 0 or 1, but this one is") for name in BINARY for target in (-1, 2, 0.5)),
    *(("hinge", 1, target, "a target is -1 or 1, but this one is") for target in (0, 2, 0.5)),
    *((name, 3, target, message) for name in CLASSES for target, message in [
        (3, r"target 3 is not one of 3 classes \(0 to 2\)"),
        (-1, "target -1 is not one of 3 classes"),
        (1.0, "the index of a class, a whole number such as 2, but this is 1.0"),
        (math.nan, "but this is nan"),
        ("setosa", "but this is 'setosa'"),
        ([0, 1], r"or of 3 numbers one is 1 and the others 0, but this is \[0, 1\]"),
        ([0, 1, 1], r"but this is \[0, 1, 1\]"),
        ([0.1, 0.8, 0.1], r"but this is \[0.1, 0.8, 0.1\]"),
        (True, "target True is not one of 3 classes"),
    ]),
    *((name, 1, 0, "need an output for each class, but the model has 1") for name in CLASSES),
]  # fmt: skip


@pytest.mark.parametrize("name, n_outputs, target, message", REFUSED)
def test_targets_that_a_loss_cannot_take(name, n_outputs, target, message):
    with pytest.raises(ValueError, match=f"{name}: .*{message}"):
        get(name)([0.5] * n_outputs, target)
    good = SAMPLES[name][0][1] if n_outputs == len(SAMPLES[name][0][0]) else None
    before = [good] * 2 if good is not None else []
    with pytest.raises(ValueError, match=f"{name} cannot take the target of sample {len(before)}: .*{message}"):
        get(name).encode_all([*before, target], n_outputs)


def test_targets_from_numpy():
    import numpy as np

    assert losses.hinge.encode_all(np.array([1, -1]), 1) == [[1.0], [-1.0]]
    assert losses.categorical_cross_entropy.encode_all(np.array([2, 0]), 3) == [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    assert losses.huber.encode_all(np.array([[1.0, 2.0], [3.0, 4.0]]), 2) == [[1.0, 2.0], [3.0, 4.0]]


def test_a_prediction_is_a_list():
    with pytest.raises(TypeError, match="takes a list of outputs"):
        losses.hinge(Value(0.5), 1)


def test_a_mean_needs_a_target_for_each_prediction():
    with pytest.raises(ValueError, match="2 predictions, but 1 targets"):
        losses.hinge.mean([[0.5], [0.5]], [1])
    with pytest.raises(ValueError, match="at least one"):
        losses.hinge.mean([], [])


# ── Penalties, names ──


def test_penalties():
    parameters = [Value(3.0), Value(-4.0), Value(0.0)]
    l1_penalty(parameters, 0.5).backward()
    assert [p.grad for p in parameters] == [0.5, -0.5, 0.0]
    for p in parameters:
        p.grad = 0.0
    l2_penalty(parameters, 0.5).backward()
    assert [p.grad for p in parameters] == [3.0, -4.0, 0.0]
    for penalty in (l1_penalty, l2_penalty):
        for strength in (-0.1, math.nan, math.inf):
            with pytest.raises(ValueError, match="strength of a penalty"):
                penalty(parameters, strength)


def test_names():
    assert all(get(name) is loss and loss.name == name for name, loss in LOSSES.items())
    assert get(losses.hinge) is losses.hinge
    with pytest.raises(ValueError, match="did you mean 'mean_squared_error'"):
        get("mean_square_error")
    assert {loss.expects for loss in LOSSES.values()} == {"numbers", "scores", "probabilities", "logits"}
    assert pickle.loads(pickle.dumps(losses.hinge)) is losses.hinge
    assert pickle.loads(pickle.dumps(Huber(0.3))).delta == 0.3
    for delta in (0.0, -1.0, math.nan):
        with pytest.raises(ValueError, match="delta is a number above 0"):
            Huber(delta)


# ── Short names, truths, rows of zeros with a one ──


@pytest.mark.parametrize("short, name", [
    ("mse", "mean_squared_error"),
    ("mae", "mean_absolute_error"),
    ("rss", "residual_sum_of_squares"),
    ("bce", "binary_cross_entropy"),
    ("bce_with_logits", "binary_cross_entropy_with_logits"),
    ("cross_entropy", "categorical_cross_entropy_with_logits"),
])  # fmt: skip
def test_usual_short_names(short, name):
    assert get(short) is get(name) is getattr(losses, short)


def test_a_short_name_is_proposed_too():
    with pytest.raises(ValueError, match="did you mean 'cross_entropy'"):
        get("crossentropy")


def test_true_and_false_stand_for_the_classes():
    import numpy as np

    for name, false, true in [("hinge", -1, 1), *((name, 0, 1) for name in BINARY)]:
        for truths in ([False, True], list(np.array([False, True]))):
            assert [get(name)([0.3], truth).data for truth in truths] == [
                get(name)([0.3], number).data for number in (false, true)
            ]
    for name in CLASSES:
        assert get(name)([0.25, 0.75], True).data == get(name)([0.25, 0.75], 1).data


def test_a_row_of_zeros_with_a_one_is_a_class():
    import numpy as np

    for name in CLASSES:
        for row in ([0, 1, 0], (0.0, 1.0, 0.0), np.array([0, 1, 0]), [False, True, False]):
            assert get(name)([0.25, 0.5, 0.25], row).data == get(name)([0.25, 0.5, 0.25], 1).data
