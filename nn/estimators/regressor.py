"""A network as scikit-learn's regressor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nn.basics.optional import require
from nn.estimators.network import Array, Network, validation

RegressorMixin: Any = require("sklearn.base").RegressorMixin


class NetworkRegressor(RegressorMixin, Network):
    """A network that finds a number for a sample, or several.

    Args:
        loss: one of `nn.losses` that takes numbers, by name.
        **others: those of `Network`.
    """

    def __init__(
        self,
        hidden_layer_sizes: Sequence[int] | int = (100,),
        activation: str = "relu",
        *,
        loss: str = "mean_squared_error",
        optimizer: str = "adam",
        learning_rate_init: float = 0.001,
        l1: float = 0.0,
        l2: float = 0.0,
        batch_size: int | str = "auto",
        max_iter: int = 200,
        shuffle: bool = True,
        tol: float = 1e-4,
        n_iter_no_change: int = 10,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        super().__init__(
            hidden_layer_sizes,
            activation,
            optimizer=optimizer,
            learning_rate_init=learning_rate_init,
            l1=l1,
            l2=l2,
            batch_size=batch_size,
            max_iter=max_iter,
            shuffle=shuffle,
            tol=tol,
            n_iter_no_change=n_iter_no_change,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            warm_start=warm_start,
            random_state=random_state,
            verbose=verbose,
        )
        self.loss = loss

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
        outputs = self._outputs(X)
        return outputs[:, 0] if self._flat else outputs

    def _targets(self, y: Array, classes: Array | None, anew: bool) -> tuple[Array, int]:
        y = np.asarray(y, dtype=np.float64)
        if y.ndim == 2 and y.shape[1] == 1:
            y = validation.column_or_1d(y, warn=True)
        if anew:
            self._flat = y.ndim == 1
        elif (y.ndim == 1) != self._flat or y[:1].size != self.n_outputs_:
            raise ValueError(f"y has {y[:1].size} numbers for a sample, but that of the last fit had {self.n_outputs_}")
        return y, y[:1].size

    def _loss(self) -> str:
        return self.loss

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
