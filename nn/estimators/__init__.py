"""Networks as scikit-learn's estimators, for its pipelines, searches and scores. Needs scikit-learn.

>>> from sklearn.datasets import load_iris
>>> from sklearn.pipeline import make_pipeline
>>> from sklearn.preprocessing import StandardScaler
>>> X, y = load_iris(return_X_y=True)
>>> network = NetworkClassifier((8,), learning_rate_init=0.02, max_iter=1000, random_state=1)
>>> model = make_pipeline(StandardScaler(), network)
>>> float(model.fit(X, y).score(X, y)) > 0.95
True

Parameters have the names that they have in scikit-learn's MLPClassifier, where they mean the same. As there, inputs are
taken as they are: let a StandardScaler stand before, and for targets of another size than 1 a
TransformedTargetRegressor around.

In reading order:

    on_dask      what is asked of samples on a cluster
    network      what both have in common: parameters, training, partial and again
    classifier   classes and labels, and their probabilities
    regressor    numbers
"""

from nn.estimators.classifier import NetworkClassifier
from nn.estimators.regressor import NetworkRegressor

__all__ = ["NetworkClassifier", "NetworkRegressor"]
