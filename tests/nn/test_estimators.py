"""Networks as scikit-learn's estimators: its own checks, and its pipelines, searches and scores on real data."""

import pickle
import sys
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine, make_multilabel_classification
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from nn.estimators import NetworkClassifier, NetworkRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
FAST = {"hidden_layer_sizes": (8,), "learning_rate_init": 0.02, "random_state": 1}


@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks([NetworkClassifier(), NetworkRegressor()])
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


# ── On real data ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("load", [load_iris, load_wine, load_breast_cancer])
def test_it_is_as_good_as_scikit_learns_network(load):
    X, y = load(return_X_y=True)
    ours = cross_val_score(make_pipeline(StandardScaler(), NetworkClassifier(**FAST)), X, y, cv=4)
    theirs = cross_val_score(make_pipeline(StandardScaler(), MLPClassifier(**FAST)), X, y, cv=4)
    assert ours.mean() > theirs.mean() - 0.03


def test_a_regression_in_its_own_units():
    X, y = load_diabetes(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    network = NetworkRegressor(**FAST, l2=0.01, early_stopping=True)
    model = TransformedTargetRegressor(make_pipeline(StandardScaler(), network), transformer=StandardScaler())
    found = model.fit(X_train, y_train).score(X_test, y_test)
    assert found > Ridge().fit(X_train, y_train).score(X_test, y_test) - 0.1
    assert found == pytest.approx(r2_score(y_test, model.predict(X_test)))


def test_text_labels_columns_of_text_and_a_search_in_processes():
    rng = np.random.default_rng(0)
    colours = rng.choice(["red", "green", "blue"], 200)
    sizes = rng.normal(size=200)
    y = np.where((colours == "red") ^ (sizes > 0.0), "yes", "no")
    X = np.column_stack([colours.astype(object), sizes])
    prepared = ColumnTransformer([("colour", OneHotEncoder(), [0]), ("size", StandardScaler(), [1])])
    model = Pipeline([("prepared", prepared), ("network", NetworkClassifier(max_iter=60, **FAST))])
    choices = {"network__hidden_layer_sizes": [(4,), (8,)], "network__l2": [0.0, 0.01]}
    searches = [GridSearchCV(model, choices, cv=3, n_jobs=jobs).fit(X, y) for jobs in (None, 2)]
    assert searches[0].best_score_ > 0.95
    for fold in range(3):
        scores = [search.cv_results_[f"split{fold}_test_score"] for search in searches]
        assert (scores[0] == scores[1]).all()
    answers = searches[0].predict(X)
    assert set(answers) <= {"yes", "no"} and list(searches[0].classes_) == ["no", "yes"]
    probabilities = [search.predict_proba(X) for search in searches]
    assert (probabilities[0] == probabilities[1]).all()


def test_which_columns_matter():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(200, 3))
    model = NetworkRegressor(max_iter=100, **FAST).fit(X, 2.0 * X[:, 1])
    found = permutation_importance(model, X, 2.0 * X[:, 1], n_repeats=3, random_state=0).importances_mean
    assert found.argmax() == 1 and abs(found[[0, 2]]).max() < 0.1 * found[1]


# ── What it answers ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_probabilities_are_those_of_its_scores():
    X, y = load_wine(return_X_y=True)
    model = make_pipeline(StandardScaler(), NetworkClassifier(**FAST)).fit(X, y)
    p = model.predict_proba(X)
    assert p.sum(axis=1) == pytest.approx(np.ones(len(X)))
    assert (model.predict(X) == p.argmax(axis=1)).all()
    two = make_pipeline(StandardScaler(), NetworkClassifier(**FAST)).fit(X, y == 1)
    assert two[-1].n_outputs_ == 1 and two.predict(X).dtype == bool
    assert (two.predict(X) == (two.predict_proba(X)[:, 1] > 0.5)).all()


def test_without_hidden_layers_it_is_logistic_regression():
    rng = np.random.default_rng(4)
    X = rng.normal(size=(100, 3))
    X = np.concatenate([X, -X])  # so that there is no offset, which the penalty is for, too
    y = X @ [1.0, -2.0, 0.5] + np.repeat([1.0, -1.0], 100) * np.tile(rng.normal(size=100), 2) > 0.0
    ours = NetworkClassifier((), l2=0.01, learning_rate_init=0.02, max_iter=2000, tol=0.0, random_state=0).fit(X, y)
    theirs = LogisticRegression(C=1 / (2 * len(X) * 0.01)).fit(X, y)  # C Σ loss + ½‖w‖²
    assert ours.predict_proba(X) == pytest.approx(theirs.predict_proba(X), abs=1e-3)


def test_several_labels():
    X, y = make_multilabel_classification(120, 6, n_classes=3, random_state=0)
    X = StandardScaler().fit_transform(X)
    model = NetworkClassifier(max_iter=200, **FAST).fit(X, y)
    assert model.predict(X).shape == y.shape and model.score(X, y) > 0.6
    assert (model.predict(X) == (model.predict_proba(X) > 0.5)).all()
    with pytest.raises(ValueError, match="other labels"):
        model.partial_fit(X, y[:, :2])


def test_several_numbers():
    X = np.random.default_rng(2).normal(size=(150, 2))
    y = np.column_stack([X.sum(axis=1), X[:, 0] - X[:, 1]])
    model = NetworkRegressor(max_iter=150, **FAST).fit(X, y)
    assert model.predict(X).shape == y.shape and model.score(X, y) > 0.9
    with pytest.raises(ValueError, match="1 numbers for a sample, but that of the last fit had 2"):
        model.partial_fit(X, y[:, 0])


def test_weights_of_classes_move_the_answers():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(300, 2))
    y = np.where(X[:, 0] + rng.normal(size=300) > 1.5, "rare", "usual")
    plain, balanced, by_hand = (
        NetworkClassifier(max_iter=80, class_weight=weight, **FAST).fit(X, y)
        for weight in (None, "balanced", {"rare": 50.0})
    )
    rare = [int((model.predict(X) == "rare").sum()) for model in (plain, balanced, by_hand)]
    assert rare[0] < rare[1] < rare[2]
    of_samples = NetworkClassifier(max_iter=80, **FAST).fit(X, y, np.where(y == "rare", 50.0, 1.0))
    assert of_samples.predict_proba(X) == pytest.approx(by_hand.predict_proba(X))
    with pytest.raises(ValueError, match="class_weight has 'common', but the classes are"):
        NetworkClassifier(class_weight={"common": 2.0}).fit(X, y)


def test_a_loss_by_name():
    X = np.random.default_rng(2).normal(size=(100, 2))
    assert NetworkRegressor(loss="mean_absolute_error", **FAST).fit(X, X[:, 0]).loss_ < 0.2
    with pytest.raises(ValueError, match="did you mean 'huber'"):
        NetworkRegressor(loss="hubert").fit(X, X[:, 0])


# ── How it trains ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("optimizer", ["adam", "momentum", "gradient_descent"])
def test_epochs_one_by_one_are_those_of_a_fit(optimizer):
    X, y = load_iris(return_X_y=True)
    settings = {"optimizer": optimizer, "shuffle": False, "batch_size": 50, **FAST}
    with warnings.catch_warnings(action="ignore"):
        whole = NetworkClassifier(max_iter=7, tol=0.0, **settings).fit(X, y)
    parts = NetworkClassifier(**settings)
    for _ in range(7):
        parts.partial_fit(X, y, classes=[0, 1, 2])
    assert parts.loss_curve_ == pytest.approx(whole.loss_curve_, rel=1e-9) and parts.n_iter_ == 7
    assert pickle.loads(pickle.dumps(parts)).partial_fit(X, y).n_iter_ == 8


def test_classes_that_come_later():
    X, y = load_iris(return_X_y=True)
    model = NetworkClassifier(**FAST).partial_fit(X[:100], y[:100], classes=[0, 1, 2])
    for _ in range(60):
        model.partial_fit(X, y)
    assert model.score(X, y) > 0.9
    with pytest.raises(ValueError, match="y has the class 3, but the classes are"):
        model.partial_fit(X, y + 1)


def test_a_warm_start_goes_on_from_its_weights():
    X, y = load_iris(return_X_y=True)
    model = NetworkClassifier(warm_start=True, max_iter=20, **FAST).fit(X, y)
    first = model.loss_
    assert model.fit(X, y).loss_curve_[0] < first * 1.2
    assert model.set_params(warm_start=False).fit(X, y).loss_curve_[0] > first


def test_it_stops_early_and_says_if_it_does_not():
    X, y = load_iris(return_X_y=True)
    model = NetworkClassifier(early_stopping=True, max_iter=2000, **FAST)
    with warnings.catch_warnings(action="error"):
        model.fit(X, y)
    assert model.n_iter_ < 2000 and "validation_loss" in model.history_
    with pytest.warns(ConvergenceWarning, match="max_iter=3"):
        NetworkClassifier(max_iter=3, **FAST).fit(X, y)


def test_a_seed_gives_the_same_network_and_a_clone_is_new():
    X, y = load_iris(return_X_y=True)
    model = NetworkClassifier(max_iter=30, **FAST).fit(X, y)
    again = clone(model)
    with pytest.raises(NotFittedError):
        again.predict(X)
    assert (again.fit(X, y).predict_proba(X) == model.predict_proba(X)).all()
    assert accuracy_score(y, pickle.loads(pickle.dumps(model)).predict(X)) == model.score(X, y)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"hidden_layer_sizes": (0,)}, "0"),
        ({"activation": "rely"}, "did you mean 'relu'"),
        ({"optimizer": "adan"}, "did you mean 'adam'"),
        ({"learning_rate_init": 0.0}, "learning_rate is a finite number above 0"),
        ({"max_iter": 0}, "max_iter is a whole number, 1 or more"),
        ({"batch_size": "all"}, "batch_size is a whole number"),
        ({"n_iter_no_change": 0}, "n_iter_no_change is a whole number"),
        ({"early_stopping": True, "validation_fraction": 1.5}, "validation_fraction is at most 1"),
        ({"l2": -1.0}, "strength of a penalty"),
    ],
)
def test_what_is_no_setting(settings, said):
    X, y = load_iris(return_X_y=True)
    with pytest.raises(ValueError, match=said):
        NetworkClassifier(**settings).fit(X, y)


def test_without_scikit_learn_it_says_what_to_install(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("nn.estimators")]:
        monkeypatch.delitem(sys.modules, name)
    for name in [name for name in sys.modules if name.startswith("sklearn")]:
        monkeypatch.delitem(sys.modules, name)

    class NotInstalled:
        def find_spec(self, name, *_):
            if name.partition(".")[0] == "sklearn":
                raise ModuleNotFoundError(f"No module named {name!r}", name=name.partition(".")[0])

    monkeypatch.setattr(sys, "meta_path", [NotInstalled(), *sys.meta_path])
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'chalkgrad\[train\]'"):
        import nn.estimators  # noqa: F401


# ── Nothing that is read is another thing than was given ────────────────────────────────────────────────────────────

ROWS = np.random.default_rng(3).normal(size=(24, 2))
TWO, THREE = (ROWS[:, 0] > 0.0).astype(int), np.arange(24) % 3


@pytest.mark.parametrize("place", ["X", "y", "sample_weight", "asked"])
@pytest.mark.parametrize("network", [NetworkClassifier, NetworkRegressor])
def test_what_is_under_a_mask_is_never_read(network, place):
    given = {"X": ROWS, "y": TWO, "sample_weight": np.ones(24), "asked": ROWS}
    model = network(**FAST, max_iter=2)
    for masked in (False, True):
        given[place] = np.ma.array(given[place], mask=np.zeros(np.shape(given[place])))
        if not masked:
            model.fit(given["X"], given["y"], given["sample_weight"]).predict(given["asked"])
            continue
        given[place][3] = np.ma.masked
        with pytest.raises(ValueError, match=f"a masked cell of {'X' if place == 'asked' else place}"):
            model.fit(given["X"], given["y"], given["sample_weight"]).predict(given["asked"])


@pytest.mark.parametrize("changed", [{"hidden_layer_sizes": (9,)}, {"activation": "tanh"}])
def test_a_network_to_go_on_with_is_what_its_parameters_say(changed):
    for go_on in ("fit", "partial_fit"):
        model = NetworkClassifier(**FAST, max_iter=2, warm_start=True).fit(ROWS, TWO)
        model.set_params(hidden_layer_sizes=np.array([8]))
        getattr(model, go_on)(ROWS, TWO)
        before = model.model_.state_dict()
        with pytest.raises(ValueError, match=f"was made with {next(iter(changed))}="):
            getattr(model.set_params(**changed), go_on)(ROWS, TWO)
        assert model.model_.state_dict() == before
        model.set_params(warm_start=False).fit(ROWS, TWO)


def test_classes_of_a_later_call_are_those_of_the_first():
    model = NetworkClassifier(**FAST).partial_fit(ROWS, TWO, classes=[1, 0]).partial_fit(ROWS, TWO, classes=[0, 1, 1])
    with pytest.raises(ValueError, match="those of the first call"):
        model.partial_fit(ROWS, TWO, classes=[0, 1, 2])
    for classes in ([[0, 1]], [0.0, 1.0, np.nan], np.ma.array([0, 1], mask=[0, 1])):
        with pytest.raises(ValueError):
            NetworkClassifier(**FAST).partial_fit(ROWS, TWO, classes=classes)


def test_numbers_of_a_search_are_those_of_python():
    plain = {"batch_size": 7, "max_iter": 3, "n_iter_no_change": 4, "learning_rate_init": 0.25, "l1": 0.5, "l2": 0.125}
    numpys = {name: (np.int64 if type(number) is int else np.float32)(number) for name, number in plain.items()}
    losses = [NetworkClassifier(random_state=1, **found).fit(ROWS, TWO).loss_curve_ for found in (plain, numpys)]
    assert losses[0] == losses[1]


def test_sparse_labels_are_refused_with_the_repair():
    from scipy.sparse import csr_matrix

    with pytest.raises(ValueError, match=r"y is sparse.* give y.toarray\(\)"):
        NetworkClassifier(**FAST).fit(ROWS, csr_matrix(np.c_[TWO, 1 - TWO]))
