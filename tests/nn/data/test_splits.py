"""Splits, folds, batches, the bundled sets, the closed form."""

import random
import subprocess
import sys
from collections import Counter

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, dot
from nn.basics.optional import require
from nn.data.bundled import DATASETS, load
from nn.data.preprocessing import Preprocessor
from nn.data.splits import batches, k_fold, split, split_indices
from nn.linear import least_squares

LABELS = st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=10, max_size=120)


@settings(deadline=None)
@given(n=st.integers(10, 300), seed=st.integers(), shares=st.sampled_from([(0.6, 0.2, 0.2), (0.5, 0.25, 0.25)]))
def test_a_split_deals_every_sample_to_exactly_one_set(n, seed, shares):
    parts = split_indices(n, train=shares[0], validation=shares[1], test=shares[2], seed=seed)
    assert sorted(i for part in parts for i in part) == list(range(n))
    for part, share in zip(parts, shares):
        assert abs(len(part) - share * n) <= 1.0
    assert parts == split_indices(n, train=shares[0], validation=shares[1], test=shares[2], seed=seed)


@settings(deadline=None)
@given(labels=LABELS, seed=st.integers())
def test_a_stratified_split_keeps_the_proportions(labels, seed):
    parts = split_indices(len(labels), seed=seed, labels=labels)
    assert sorted(i for part in parts for i in part) == list(range(len(labels)))
    whole = Counter(labels)
    for part, allowed in zip(parts, (2, 2, 1)):
        found = Counter(labels[i] for i in part)
        for label, number in whole.items():
            assert abs(found[label] - number * len(part) / len(labels)) <= allowed, (label, part)


@settings(deadline=None)
@given(labels=LABELS, k=st.integers(2, 10), seed=st.integers(), stratify=st.booleans())
def test_every_sample_validates_exactly_once(labels, k, seed, stratify):
    n = len(labels)
    folds = list(k_fold(n, labels, k, seed=seed, stratify=stratify))
    assert len(folds) == k
    assert sorted(i for _, validation in folds for i in validation) == list(range(n))
    sizes = [len(validation) for _, validation in folds]
    assert max(sizes) - min(sizes) <= 1
    for training, validation in folds:
        assert sorted(training + validation) == list(range(n))
    if stratify:
        for label in set(labels):
            counts = [sum(labels[i] == label for i in validation) for _, validation in folds]
            assert max(counts) - min(counts) <= 1


def test_stratified_folds_are_as_even_as_scikit_learns():
    from sklearn.model_selection import StratifiedKFold

    labels = load("wine").targets
    theirs = StratifiedKFold(5, shuffle=True, random_state=0).split(labels, labels)
    expected = [Counter(labels[i] for i in validation) for _, validation in theirs]
    ours = [Counter(labels[i] for i in v) for _, v in k_fold(len(labels), labels, 5, seed=0, stratify=True)]
    for label in set(labels):
        assert sorted(c[label] for c in ours) == sorted(c[label] for c in expected)


def test_split_is_random_and_seeded():
    X = list(range(100))
    first, again, other = (split(X, X, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
    assert first[0][0] != sorted(first[0][0])
    assert first == split(X, X, seed=random.Random(1))
    random.seed(7)
    unseeded = split(X, X)
    random.seed(7)
    assert unseeded == split(X, X)


def test_stratified_sets_are_not_sorted_by_class():
    labels = [0] * 50 + [1] * 50
    (_, y), _, _ = split(labels, labels, seed=3, stratify=True)
    assert y != sorted(y) and y != sorted(y, reverse=True)


def test_arrays_stay_arrays_and_lists_lists():
    X, y = numpy.arange(20).reshape(10, 2), numpy.arange(10)
    (train_X, train_y), _, (test_X, _) = split(X, y, seed=1)
    assert train_X.shape == (6, 2) and test_X.shape == (2, 2)
    assert (train_X[:, 0] == 2 * train_y).all()
    (lists, _), _, _ = split(X.tolist(), y.tolist(), seed=1)
    assert lists == train_X.tolist()
    (batch_X, batch_y), *_ = batches(X, y, 4)
    assert batch_X.tolist() == X[:4].tolist() and batch_y.tolist() == [0, 1, 2, 3]


def test_parts_may_be_numbers_of_samples():
    parts = split_indices(10, train=7, validation=0, test=3, seed=0)
    assert [len(part) for part in parts] == [7, 0, 3]
    assert [len(part) for part in split_indices(10, train=0.75, validation=0.0, test=0.25, seed=0)] == [8, 0, 2]


@pytest.mark.parametrize(
    "parts, message",
    [
        ({"train": 0.5, "validation": 0.2, "test": 0.2}, "train=0.5, validation=0.2, test=0.2 add up to 0.9"),
        ({"train": 5, "validation": 2, "test": 2}, "make 9 samples, but there are 10"),
        ({"train": -0.2, "validation": 0.6, "test": 0.6}, "fractions that add up to 1"),
        ({"train": float("nan")}, "fractions that add up to 1"),
        ({"train": True, "validation": 0, "test": 0}, "fractions that add up to 1"),
        ({"train": 0.98, "validation": 0.01, "test": 0.01}, "10 rows are too few"),
        ({"train": 0.0, "validation": 0.5, "test": 0.5}, "the train set would be empty"),
    ],
)
def test_parts_that_make_no_sense(parts, message):
    with pytest.raises(ValueError, match=message):
        split_indices(10, seed=0, **parts)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: k_fold(10, k=1), "at least 2, not 1"),
        (lambda: k_fold(10, k=True), "at least 2, not True"),
        (lambda: k_fold(10, k=2.0), "at least 2, not 2.0"),
        (lambda: k_fold(3, k=5), "5 folds need at least 5 rows, but there are 3"),
        (lambda: k_fold(3, [1, 2], 2), "3 samples, but 2 targets"),
        (lambda: k_fold([1, 2, 3], k=2, stratify=True), "needs the targets"),
        (lambda: split([1, 2], [1]), "2 samples in X, but 1 targets in y"),
        (lambda: batches([1, 2], [1], 1), "2 samples in X, but 1 targets in y"),
        (lambda: batches([1, 2], [1, 2], 0), "at least 1, not 0"),
        (lambda: batches([1, 2], [1, 2], 1.5), "at least 1, not 1.5"),
        (lambda: load("iirs"), "did you mean 'iris'"),
        (lambda: load("zzz"), "there are iris, wine"),
        (lambda: load("iris", samples=10), "iris has 150 rows"),
        (lambda: load("xor", samples=1), "at least 2, not 1"),
        (lambda: load("moons", noise=-1.0), "at least 0, not -1.0"),
    ],
)
def test_arguments_that_make_no_sense_are_refused_at_once(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_batches_cover_everything_once():
    X = list(range(10))
    parts = list(batches(X, X, 4, random.Random(1)))
    assert [len(x) for x, _ in parts] == [4, 4, 2]
    assert all(x == y for x, y in parts)
    assert sorted(i for x, _ in parts for i in x) == X
    assert [i for x, _ in parts for i in x] != X
    assert list(batches(X, X)) == [(X, X)]


@pytest.mark.parametrize("name", DATASETS)
def test_bundled_sets_are_as_described(name):
    data, about = load(name), DATASETS[name]
    assert (len(data), len(data.kinds), data.task) == (about.rows, about.columns, about.task)
    assert set(data.kinds.values()) == {"number"} and not data.notes
    assert data.verdict.startswith(about.task)
    training, validation, test = data.split(seed=0)
    assert len(training) + len(validation) + len(test) == len(data)
    prepared = Preprocessor.fit(training)
    X = numpy.array(prepared.transform(training.table))
    assert X.shape == (len(training), about.columns)
    varying = X.std(axis=0) > 0.0
    assert varying.sum() >= 60 if name == "digits" else varying.all()
    numpy.testing.assert_allclose(X.mean(axis=0), 0.0, atol=1e-9)
    numpy.testing.assert_allclose(X.std(axis=0)[varying], 1.0)


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "digits", "diabetes"])
def test_real_sets_hold_scikit_learns_numbers(name):
    import sklearn.datasets

    bunch = getattr(sklearn.datasets, f"load_{name}")()
    data = load(name)
    assert numpy.array_equal(numpy.column_stack([data.table.numbers(column) for column in data.kinds]), bunch.data)
    if data.classes:
        names = [str(name) for name in bunch.target_names]
        assert [data.classes[i] for i in data.targets] == [names[i] for i in bunch.target]
    else:
        assert data.targets == bunch.target.tolist()


@pytest.mark.parametrize("name", ["moons", "circles", "xor", "spirals"])
def test_generated_sets_follow_their_seed(name):
    first, again, other = (load(name, samples=50, seed=seed).table.numbers("x₁") for seed in (1, 1, 2))
    assert first == again != other
    assert len(first) == 50
    assert Counter(load(name, samples=50).targets) == {0: 25, 1: 25}


def test_xor_and_spirals_without_noise_are_what_they_say():
    data = load("xor", samples=400, noise=0.0)
    points = list(zip(data.table.numbers("x₁"), data.table.numbers("x₂"), data.table.texts("class")))
    assert all((x * y >= 0.0) == (label == "same") for x, y, label in points)
    data = load("spirals", samples=400, noise=0.0)
    for x, y, label in zip(data.table.numbers("x₁"), data.table.numbers("x₂"), data.table.texts("class")):
        radius = numpy.hypot(x, y) / 3.0
        turned = numpy.arctan2(y, x) - 3.0 * numpy.pi * radius - (numpy.pi if label == "second arm" else 0.0)
        assert numpy.cos(turned) == pytest.approx(1.0)


def test_the_closed_form_is_scikit_learns_and_gradient_descent_reaches_it():
    from sklearn.linear_model import LinearRegression

    rng = random.Random(4)
    X = [[rng.gauss(0.0, 1.0), rng.gauss(1.0, 2.0)] for _ in range(40)]
    y = [3.0 * a - 0.5 * b + 2.0 + rng.gauss(0.0, 0.3) for a, b in X]
    weights, bias = least_squares(X, y)
    theirs = LinearRegression().fit(X, y)
    assert weights == pytest.approx(theirs.coef_.tolist(), rel=1e-10)
    assert bias == pytest.approx(theirs.intercept_, rel=1e-10)

    neuron = [Value(0.0), Value(0.0), Value(0.0)]
    for _ in range(400):
        loss = sum((0.5 * (dot(neuron[:2], x) + neuron[2] - t) ** 2 for x, t in zip(X, y)), Value(0.0)) / len(X)
        for parameter in neuron:
            parameter.grad = 0.0
        loss.backward()
        for parameter in neuron:
            parameter.data -= 0.2 * parameter.grad
    assert [p.data for p in neuron] == pytest.approx([*weights, bias], rel=1e-6)


def test_the_closed_form_where_it_is_not_unique():
    weights, bias = least_squares([[1.0, 1.0], [2.0, 2.0], [4.0, 4.0]], [1.0, 2.0, 4.0])
    assert weights == pytest.approx([0.5, 0.5]) and bias == pytest.approx(0.0, abs=1e-12)
    assert least_squares([[5.0]], [7.0]) == ([0.0], 7.0)
    far = [[1e8 + i] for i in range(5)]
    assert least_squares(far, [2.0 * i for i in range(5)])[0] == pytest.approx([2.0])


@pytest.mark.parametrize(
    "X, y, message",
    [
        ([], [], "empty"),
        ([[1.0], [1.0, 2.0]], [1.0, 2.0], "different lengths, 1 to 2"),
        ([[float("nan")]], [1.0], "NaN"),
        ([[1.0]], [float("inf")], "NaN or an infinite"),
        ([[1.0]], [1.0, 2.0], "1 samples in X, but 2 targets"),
    ],
)
def test_the_closed_form_refuses(X, y, message):
    with pytest.raises(ValueError, match=message):
        least_squares(X, y)


def test_a_missing_package_is_named_with_the_repair():
    with pytest.raises(ModuleNotFoundError, match=r"package no_such, .*: pip install 'chalkgrad\[jit\]'"):
        require("no_such.part", "jit")


def test_a_package_that_misses_something_of_its_own_is_not_called_missing(tmp_path, monkeypatch):
    (tmp_path / "half_there.py").write_text("import no_such")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="No module named 'no_such'"):
        require("half_there")


def test_importing_costs_no_outside_package():
    modules = "nn.data.table, nn.data.preprocessing, nn.linear, nn.metrics, nn.plots.lecture"
    code = (
        f"import sys; import {modules}; print(sorted({{'numpy', 'sklearn', 'matplotlib', 'scipy'}} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_data_set_is_shown_in_a_line_and_not_cell_by_cell():
    iris = load("iris")
    assert repr(iris).startswith("<iris: 150 rows, 4 inputs; ") and "\n" not in repr(iris)
    assert "150 rows of sepal length (cm), sepal width (cm)" in repr(iris.table) and len(repr(iris.table)) < 120
