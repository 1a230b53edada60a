"""A network as scikit-learn's regressor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nn.basics.optional import require
from nn.basics.rows import on_dask
from nn.estimators.network import Array, Network, validation
from nn.estimators.on_dask import answers_in_blocks

RegressorMixin: Any = require("sklearn.base").RegressorMixin


@dataclass(eq=False, repr=False, kw_only=True)
class NetworkRegressor(RegressorMixin, Network):
    """A network that finds a number for a sample, or several.

    Args:
        loss: one of `nn.losses` that takes numbers, by name.
        **others: those of `Network`.
    """

    loss: str = "mean_squared_error"

    def partial_fit(self, X: Array, y: Array, sample_weight: Array | None = None) -> NetworkRegressor:
        """Train for one epoch more, from the weights and the state of the optimiser as they are.

        Args:
            X, y, sample_weight: as for `fit`.
        """
        found: NetworkRegressor = self._train(
            X, y, sample_weight, None, anew=not hasattr(self, "model_"), one_epoch=True
        )
        return found

    def predict(self, X: Array) -> Array:
        """The number of each sample; of several a row."""
        if on_dask(X):
            return answers_in_blocks(self, "predict", X)
        outputs = self._outputs(X)
        return outputs[:, 0] if self._flat else outputs

    @property
    def predicts_one(self) -> bool:
        """Whether there is one number for each sample, and not a row of them."""
        return bool(self._flat)

    def _targets(self, y: Array, classes: Array | None, anew: bool) -> tuple[Array, int]:
        y = np.asarray(y, dtype=np.float64)
        if y.ndim == 2 and y.shape[1] == 1:
            y = validation.column_or_1d(y, warn=True)
        if anew:
            self._flat = y.ndim == 1
        elif (y.ndim == 1) != self._flat or y[:1].size != self.n_outputs_:
            raise ValueError(f"y has {y[:1].size} numbers for a sample, but that of the last fit had {self.n_outputs_}")
        return y, y[:1].size

    def _shared_targets(self, y: Array, classes: Array | None, anew: bool) -> tuple[Array, int]:
        return y, self._targets(np.zeros((2, *y.shape[1:])), classes, anew)[1]

    def _loss(self) -> str:
        return self.loss

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
