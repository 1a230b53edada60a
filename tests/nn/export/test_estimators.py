"""Fitted estimators, and pipelines of scalers and one, answer in other tools as they do here."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

from autograd.export.lowering import CannotExport
from exported import RUNNERS, missing, session_of
from nn.estimators import NetworkClassifier, NetworkRegressor
from nn.export import export
from nn.export.estimators import flow_of_estimator, onnx_from_estimator

RNG = np.random.default_rng(1)
X = RNG.normal(3.0, 2.0, (60, 3))
CLASSES = {
    "two": np.where(X[:, 0] > 3.0, "yes", "no"),
    "numbers": np.digitize(X[:, 1], [2.0, 4.0]) * 7 - 7,
    "truths": X[:, 2] > 3.0,
    "labels": (X > 3.0).astype(int),
}
NUMBERS = {"one": X[:, 0] - 2.0 * X[:, 1], "several": X[:, :2] * [1.0, -3.0]}
SCALERS = [
    [], [StandardScaler()], [MinMaxScaler()], [RobustScaler(), MaxAbsScaler()], ["passthrough"],
    [StandardScaler(with_mean=False)], [StandardScaler(with_std=False)],
]  # fmt: skip


def fitted(network, y, scalers):
    model = (
        make_pipeline(*scalers, network((4,), max_iter=5, random_state=1))
        if scalers
        else network((4,), max_iter=5, random_state=1)
    )
    return model.fit(X, y)


pytestmark = pytest.mark.filterwarnings("ignore:the loss was still falling")


@pytest.mark.parametrize("run", RUNNERS)
@pytest.mark.parametrize("y", CLASSES)
def test_classifiers(run, y):
    model = fitted(NetworkClassifier, CLASSES[y], [StandardScaler()])
    flow, classes = flow_of_estimator(model)
    found = dict(zip(flow.outputs, run(flow)(X), strict=True))
    np.testing.assert_allclose(found["probabilities"], model.predict_proba(X), rtol=1e-12)
    if y == "labels":
        assert classes is None
        np.testing.assert_array_equal(found["labels"], model.predict(X))
    else:
        np.testing.assert_array_equal(classes[found["scores"].argmax(1)], model.predict(X))


@pytest.mark.parametrize("run", RUNNERS)
@pytest.mark.parametrize("y", NUMBERS)
@pytest.mark.parametrize("scalers", SCALERS, ids=str)
def test_regressors_behind_scalers(run, y, scalers):
    model = fitted(NetworkRegressor, NUMBERS[y], scalers)
    flow, _ = flow_of_estimator(model)
    np.testing.assert_allclose(run(flow)(X)[0], model.predict(X), rtol=1e-12, atol=1e-14)


@pytest.mark.skipif(missing("onnx", "onnxruntime"), reason="onnx and onnxruntime are needed")
@pytest.mark.parametrize("y", CLASSES)
def test_an_onnx_model_gives_labels_of_their_own_type(y):
    model = fitted(NetworkClassifier, CLASSES[y], [])
    session = session_of(onnx_from_estimator(*flow_of_estimator(model)))
    (given,) = session.get_inputs()
    assert (given.name, given.type, given.shape) == ("X", "tensor(double)", ["rows", 3])
    labels, probabilities = session.run(None, {"X": X})
    assert np.asarray(labels).tolist() == model.predict(X).tolist()
    np.testing.assert_allclose(probabilities, model.predict_proba(X), rtol=1e-12)


def test_a_file_names_columns_and_classes(tmp_path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=["width", "height", "depth"])
    model = make_pipeline(StandardScaler(), NetworkClassifier((4,), max_iter=5, random_state=1))
    export(model.fit(frame, CLASSES["two"]), tmp_path / "model.c")
    text = " ".join((tmp_path / "model.c").read_text().split())
    assert (
        "of the columns width, height, depth; its classes, in the order of scores and probabilities: no, yes." in text
    )


def test_what_cannot_be_exported_says_why(tmp_path):
    def network():
        return NetworkClassifier((4,), max_iter=5, random_state=1)

    for model, why in (
        (network(), "the NetworkClassifier is not fitted yet; call fit first"),
        (LogisticRegression().fit(X, CLASSES["two"]), "a LogisticRegression is no network"),
        (make_pipeline(PCA(2), network()).fit(X, CLASSES["two"]), "the step PCA cannot be exported, scalers"),
        (make_pipeline(MinMaxScaler(clip=True), network()).fit(X, CLASSES["two"]), "the step MinMaxScaler cannot"),
    ):
        with pytest.raises(CannotExport, match=why):
            export(model, tmp_path / "model.c")
    assert not list(tmp_path.iterdir())
