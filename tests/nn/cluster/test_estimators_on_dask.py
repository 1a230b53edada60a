"""scikit-learn's searches by a cluster, and its estimators on Dask's collections, beside the same in one process."""

import warnings

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.inspection import permutation_importance
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from nn.estimators import NetworkClassifier, NetworkRegressor

distributed = pytest.importorskip("distributed")
da = pytest.importorskip("dask.array")
joblib = pytest.importorskip("joblib")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

ROWS, SPECIES = load_iris(return_X_y=True)
ORDER = np.random.default_rng(0).permutation(len(ROWS))
X, Y = ROWS[ORDER], SPECIES[ORDER]
NAMES = np.array(["setosa", "versicolor", "virginica"])[Y]
WHOLE = {"batch_size": 150, "shuffle": False, "random_state": 1, "max_iter": 30, "learning_rate_init": 0.02}


@pytest.fixture(scope="module", autouse=True)
def client():
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as two,
        distributed.Client(two) as client,
    ):
        yield client


def test_a_search_has_the_same_scores_wherever_it_runs():
    model = make_pipeline(StandardScaler(), NetworkClassifier((4,), max_iter=15, random_state=1))
    choices = {
        "networkclassifier__learning_rate_init": [0.005, 0.05],
        "networkclassifier__activation": ["tanh", "relu"],
    }
    found = {}
    for backend, settings in {"sequential": {}, "loky": {"n_jobs": 2}, "dask": {}}.items():
        with joblib.parallel_config(backend=backend, **settings), warnings.catch_warnings(action="ignore"):
            found[backend] = GridSearchCV(model, choices, cv=3).fit(X, NAMES)
    for name in ("split0_test_score", "split1_test_score", "split2_test_score"):
        scores = [search.cv_results_[name] for search in found.values()]
        assert (scores[0] == scores[1]).all() and (scores[0] == scores[2]).all()
    probabilities = [search.predict_proba(X) for search in found.values()]
    assert (probabilities[0] == probabilities[1]).all() and (probabilities[0] == probabilities[2]).all()


def test_folds_and_importances_by_the_cluster():
    model = make_pipeline(
        StandardScaler(), NetworkClassifier((4,), max_iter=40, learning_rate_init=0.05, random_state=1)
    )
    alone, fitted = cross_val_score(model, X, Y, cv=4), model.fit(X, Y)
    measured = permutation_importance(fitted, X, Y, n_repeats=2, random_state=0).importances
    with joblib.parallel_config(backend="dask"):
        assert (cross_val_score(model, X, Y, cv=4) == alone).all()
        assert (permutation_importance(fitted, X, Y, n_repeats=2, random_state=0).importances == measured).all()


@pytest.mark.parametrize("weights", [{}, {"class_weight": "balanced"}, {"class_weight": {"setosa": 2.0}}], ids=str)
def test_a_classifier_on_dask_is_that_of_one_process(weights):
    rows, names = da.from_array(X, chunks=(40, 4)), da.from_array(NAMES, chunks=40)
    alone = NetworkClassifier((5,), **WHOLE, **weights).fit(X, NAMES)
    shared = NetworkClassifier((5,), **WHOLE, **weights).fit(rows, names)
    assert shared.classes_.tolist() == alone.classes_.tolist() and shared.n_features_in_ == 4
    assert shared.loss_curve_ == pytest.approx(alone.loss_curve_, rel=1e-12)
    answers, probabilities = shared.predict(rows), shared.predict_proba(rows)
    assert answers.shape == (150,) and probabilities.shape == (150, 3)
    assert (answers.compute() == alone.predict(X)).all()
    assert probabilities.compute() == pytest.approx(alone.predict_proba(X), abs=1e-12)
    shared.partial_fit(rows, names)
    alone.partial_fit(X, NAMES)
    assert shared.loss_curve_ == pytest.approx(alone.loss_curve_, rel=1e-12)
    with pytest.raises(ValueError, match="there is only one class"):
        NetworkClassifier().fit(rows, da.zeros(150, chunks=40))
    with pytest.raises(ValueError, match="3 features|has 3"):
        shared.partial_fit(rows[:, :3], names)


def test_a_regressor_on_dask_stops_early_and_starts_warm():
    rows, y = da.from_array(X, chunks=(40, 4)), X[:, 0] - X[:, 1]
    settings = {**WHOLE, "shuffle": True, "early_stopping": True, "max_iter": 400, "n_iter_no_change": 5}
    model = NetworkRegressor((5,), **settings, warm_start=True).fit(rows, da.from_array(y, chunks=40))
    assert model.n_iter_ < 400 and "validation_loss" in model.history_
    answers = model.predict(rows)
    assert np.corrcoef(answers.compute(), y)[0, 1] > 0.9
    first = model.loss_curve_[0]
    assert model.fit(rows, da.from_array(y, chunks=40)).loss_curve_[0] < 0.5 * first
    two = NetworkRegressor((5,), **WHOLE).fit(rows, da.from_array(X[:, :2], chunks=(40, 2)))
    assert two.predict(rows).compute() == pytest.approx(NetworkRegressor((5,), **WHOLE).fit(X, X[:, :2]).predict(X))


def test_dataframes_keep_their_names():
    pandas = pytest.importorskip("pandas")
    frames = pytest.importorskip("dask.dataframe", exc_type=ImportError)
    columns = ["sepal length", "sepal width", "petal length", "petal width"]
    table = pandas.DataFrame(X, columns=columns).assign(species=NAMES, colour=np.where(Y > 0, "red", "blue"))
    shared = frames.from_pandas(table, npartitions=3)
    alone = NetworkClassifier((5,), **WHOLE).fit(table[columns], table["species"])
    found = NetworkClassifier((5,), **WHOLE).fit(shared[columns], shared["species"])
    assert found.feature_names_in_.tolist() == alone.feature_names_in_.tolist() == columns
    assert found.loss_curve_ == pytest.approx(alone.loss_curve_, rel=1e-12)
    assert (found.predict(shared[columns]).compute() == alone.predict(table[columns])).all()
    with pytest.raises(ValueError, match="feature names should match"):
        found.predict(shared[columns[::-1]]).compute()
    prepared = ColumnTransformer([("number", StandardScaler(), columns[:2]), ("name", OneHotEncoder(), ["colour"])])
    model = make_pipeline(prepared, NetworkClassifier((5,), max_iter=100, learning_rate_init=0.05, random_state=1))
    assert model.fit(table, table["species"]).score(table, table["species"]) > 0.7
