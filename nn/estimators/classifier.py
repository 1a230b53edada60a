"""A network as scikit-learn's classifier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nn.basics.optional import require
from nn.basics.rows import on_dask
from nn.estimators.network import Array, Network, refuse_table, validation
from nn.estimators.on_dask import answers_in_blocks, distinct, in_blocks

ClassifierMixin: Any = require("sklearn.base").ClassifierMixin
multiclass = require("sklearn.utils.multiclass")
special = require("scipy.special")


@dataclass(eq=False, repr=False, kw_only=True)
class NetworkClassifier(ClassifierMixin, Network):
    """A network that finds the class of a sample, or which of several labels it has.

    Two classes have one output, the logarithm of their odds; more have one each, as have labels. The loss is the
    cross-entropy of their sigmoid or softmax. Targets are numbers, texts or truths, one for each sample; or a row of
    zeros and ones, one for each label.

    Args:
        class_weight: a number for each class, or "balanced", for all of them to count alike; of labels there is none.
        **others: those of `Network`.

    Attributes:
        classes_: the classes in order; of labels their positions. The others are those of `Network`.
    """

    class_weight: Mapping[Any, float] | str | None = None

    def fit(self, X: Array, y: Array, sample_weight: Array | None = None) -> NetworkClassifier:
        """Train on samples.

        Args:
            X: (n_samples, n_features) numbers.
            y: the class of each, or a row of its labels.
            sample_weight: how much each counts, 0 or more.

        Raises:
            ValueError: if samples, targets, weights or parameters do not fit, or there is only one class.
        """
        found: NetworkClassifier = super().fit(X, y, sample_weight)
        return found

    def partial_fit(
        self, X: Array, y: Array, classes: Array | None = None, sample_weight: Array | None = None
    ) -> NetworkClassifier:
        """Train for one epoch more, from the weights and the state of the optimiser as they are.

        Args:
            X, y, sample_weight: as for `fit`.
            classes: all classes that will ever come, for the first call; None: those of its y.
        """
        found: NetworkClassifier = self._train(
            X, y, sample_weight, classes, anew=not hasattr(self, "model_"), one_epoch=True
        )
        return found

    def predict(self, X: Array) -> Array:
        """The class of each sample, or a row of its labels."""
        if on_dask(X):
            return answers_in_blocks(self, "predict", X)
        outputs = self._outputs(X)
        if self._labels:
            return (outputs > 0.0).astype(int)
        if self.n_outputs_ == 1:
            return self.classes_[(outputs[:, 0] > 0.0).astype(int)]
        return self.classes_[outputs.argmax(axis=1)]

    def predict_proba(self, X: Array) -> Array:
        """The probability of each class, in the order of `classes_`, or of each label; a row for each sample."""
        if on_dask(X):
            return answers_in_blocks(self, "predict_proba", X)
        outputs = self._outputs(X)
        if self._labels:
            return special.expit(outputs)
        if self.n_outputs_ == 1:
            return np.column_stack([special.expit(-outputs[:, 0]), special.expit(outputs[:, 0])])
        return special.softmax(outputs, axis=1)

    @property
    def has_several_labels(self) -> bool:
        """Whether each sample has any number of labels, and not one class."""
        return bool(self._labels)

    def _targets(self, y: Array, classes: Array | None, anew: bool) -> tuple[Array, int]:
        multiclass.check_classification_targets(y)
        labels = multiclass.type_of_target(y) == "multilabel-indicator"
        if not labels:
            y = validation.column_or_1d(y, warn=True)
        if anew:
            self._labels = labels
            if classes is not None:
                refuse_table(classes, "classes")
                classes = validation.column_or_1d(classes)
                if (missing := classes != classes).any():
                    raise ValueError(f"classes has {classes[missing].tolist()[0]!r}, which is no class")
            self.classes_ = (
                np.arange(y.shape[1]) if labels else np.unique(y if classes is None else np.asarray(classes))
            )
        if not anew and not labels and classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise ValueError(f"classes are {np.unique(classes).tolist()}, but those of the first call {self.classes_}")
        if labels != self._labels or (labels and y.shape[1] != len(self.classes_)):
            raise ValueError(f"y has other labels than that of the last fit, which had the classes {self.classes_}")
        if labels:
            return y.astype(float), len(self.classes_)
        if len(self.classes_) < 2:
            raise ValueError(f"there is only one class in y, {self.classes_.tolist()}: at least two are needed")
        if len(unseen := np.setdiff1d(y, self.classes_)):
            raise ValueError(f"y has the class {unseen.tolist()[0]!r}, but the classes are {self.classes_.tolist()}")
        return np.searchsorted(self.classes_, y), 1 if len(self.classes_) == 2 else len(self.classes_)

    def _shared_targets(self, y: Array, classes: Array | None, anew: bool) -> tuple[Array, int]:
        _, n_outputs = self._targets(distinct(y), classes, anew)
        return in_blocks(position_of, y, self.classes_), n_outputs

    def _loss(self) -> str:
        several = self.n_outputs_ > 1 and not self._labels
        return "categorical_cross_entropy_with_logits" if several else "binary_cross_entropy_with_logits"

    def _class_weight(self) -> Any:
        if not isinstance(self.class_weight, Mapping):
            return self.class_weight
        if unknown := [label for label in self.class_weight if label not in self.classes_]:
            raise ValueError(f"class_weight has {unknown[0]!r}, but the classes are {self.classes_.tolist()}")
        return {position: self.class_weight.get(label, 1.0) for position, label in enumerate(self.classes_.tolist())}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


def position_of(labels: Array, classes: Array) -> Array:
    """Where each label is among the classes."""
    return np.searchsorted(classes, np.asarray(labels))
