"""What a classifier and a regressor have in common: parameters, and a training, from the start or going on."""

from __future__ import annotations

import random
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from nn import optimizers
from nn.basics.checks import check_count, check_fraction
from nn.basics.not_numbers import refuse_array, refuse_cells
from nn.basics.optional import require
from nn.basics.rows import on_dask
from nn.callbacks import Callback, EarlyStopping
from nn.estimators.on_dask import check_columns, count_of_blocks
from nn.history import History
from nn.layers import MLP
from nn.trainer import Trainer
from nn.training.state import TrainingState

BaseEstimator: Any = require("sklearn.base").BaseEstimator
check_random_state = require("sklearn.utils").check_random_state
validation = require("sklearn.utils.validation")

#: As in scikit-learn: samples in a step, if nothing else is said, unless there are fewer.
USUAL_BATCH = 200

Array = Any


class GoOn(Callback):
    """Has the optimiser go on from what it remembered at the end of another training."""

    def __init__(self, remembered: Mapping[str, Any]) -> None:
        self.remembered = remembered

    def on_train_begin(self, trainer: TrainingState) -> None:
        """Put it back."""
        trainer.optimizer.load_state_dict(self.remembered)


@dataclass(eq=False, repr=False)  # which writes the constructor, whose parameters scikit-learn looks at
class Network(BaseEstimator):
    """What classifiers and regressors have in common.

    Args:
        hidden_layer_sizes: how many neurons each hidden layer has; () for none.
        activation: of the hidden layers, one of `nn.activations`.
        optimizer: one of `nn.optimizers`, by name.
        learning_rate_init: its learning rate.
        l1, l2: strengths λ of the penalties λ Σ|p| and λ Σp².
        batch_size: samples in a step; "auto": 200, or all if there are fewer; on Dask 200 for each chunk.
        max_iter: epochs at most.
        shuffle: whether samples are dealt to batches anew in each epoch.
        tol: a loss that falls by no more than this is no improvement.
        n_iter_no_change: how many epochs without improvement are waited for.
        early_stopping: whether the improvement is that on a share of the samples that is kept for it, rather than that
            on those trained on.
        validation_fraction: that share.
        warm_start: whether `fit` goes on from the weights of the last one.
        random_state: a seed, a RandomState, or None: of the first weights, the share and the dealing.
        verbose: 0 nothing, 1 a progress bar, 2 a line for each epoch.

    Attributes:
        model_: the `nn.MLP`, whose outputs are scores, which a sigmoid or softmax would make probabilities, or numbers.
        history_: what happened, an `nn.history.History`.
        n_iter_: how many epochs there were.
        loss_: the loss of the last one.
        loss_curve_: those of all.
        n_features_in_, feature_names_in_: how many columns the samples had, and their names if they had some.
        n_outputs_: how many outputs the network has.
    """

    hidden_layer_sizes: Sequence[int] | int = (100,)
    activation: str = "relu"
    _: KW_ONLY
    optimizer: str = "adam"
    learning_rate_init: float = 0.001
    l1: float = 0.0
    l2: float = 0.0
    batch_size: int | str = "auto"
    max_iter: int = 200
    shuffle: bool = True
    tol: float = 1e-4
    n_iter_no_change: int = 10
    early_stopping: bool = False
    validation_fraction: float = 0.1
    warm_start: bool = False
    random_state: Any = None
    verbose: int = 0

    # ── What differs ────────────────────────────────────────────────────────────────────────────────────────

    def _targets(self, y: Array, classes: Array | None, anew: bool) -> tuple[Array, int]:
        """The targets as the loss takes them, and how many outputs that asks for."""
        raise NotImplementedError

    def _shared_targets(self, y: Array, classes: Array | None, anew: bool) -> tuple[Array, int]:
        """The same of targets on Dask."""
        raise NotImplementedError

    def _loss(self) -> str:
        """The loss by name."""
        raise NotImplementedError

    def _class_weight(self) -> Any:
        """Weights by target, as the trainer takes them."""
        return None

    # ── Training ────────────────────────────────────────────────────────────────────────────────────────────

    def fit(self, X: Array, y: Array, sample_weight: Array | None = None) -> Any:
        """Train on samples.

        Args:
            X: (n_samples, n_features) numbers; those of Dask's are trained on by its workers, see `nn.cluster`.
            y: their targets.
            sample_weight: how much each counts, 0 or more.

        Raises:
            ValueError: if samples, targets, weights or parameters do not fit.
        """
        return self._train(X, y, sample_weight, None, anew=not (self.warm_start and hasattr(self, "model_")))

    def _train(
        self,
        X: Array,
        y: Array,
        sample_weight: Array | None,
        classes: Array | None,
        anew: bool,
        one_epoch: bool = False,
    ) -> Any:
        max_iter, patience = plain(self.max_iter), plain(self.n_iter_no_change)
        check_count("max_iter", max_iter)
        check_count("n_iter_no_change", patience)
        check_fraction("validation_fraction", plain(self.validation_fraction))
        if on_dask(X):
            width, batch = check_columns(self, X, reset=anew), USUAL_BATCH * count_of_blocks(X)
            targets, n_outputs = self._shared_targets(y, classes, anew)
        else:
            X, y, sample_weight = self._checked(X, y, sample_weight, anew)
            width, batch = X.shape[1], min(USUAL_BATCH, len(X))
            targets, n_outputs = self._targets(y, classes, anew)
        self._check_as_made(anew)
        source = random.Random(int(check_random_state(self.random_state).randint(2**31 - 1)))
        if anew:
            sizes = np.atleast_1d(np.asarray(self.hidden_layer_sizes, dtype=object)).tolist()
            self.model_ = MLP(width, [*map(plain, sizes), n_outputs], activation=self.activation, rng=source)
            self.n_outputs_ = n_outputs
            self._made_with = self._network_settings()
        optimizer = optimizers.get(self.optimizer)(plain(self.learning_rate_init))
        trainer = Trainer(self.model_, self._loss(), optimizer, l1=plain(self.l1), l2=plain(self.l2))
        early = self.early_stopping and not one_epoch
        callbacks: list[Callback] = []
        if one_epoch:
            callbacks += [] if anew else [GoOn(self._remembered)]
        else:
            callbacks.append(EarlyStopping(patience=patience, min_delta=max(self.tol, 0.0)))
        history = trainer.fit(
            X,
            targets,
            epochs=1 if one_epoch else max_iter,
            batch_size=batch if self.batch_size == "auto" else plain(self.batch_size),
            validation_split=plain(self.validation_fraction) if early else 0.0,
            sample_weight=sample_weight,
            class_weight=self._class_weight(),
            shuffle=self.shuffle,
            callbacks=callbacks,
            verbose=self.verbose,
            rng=source,
        )
        self._remembered: dict[str, Any] = optimizer.state_dict()
        self._note(history, gone_on=one_epoch and not anew)
        if not one_epoch and history.stopped_epoch is None and not trainer.failed:
            warnings.warn(
                f"the loss was still falling after max_iter={self.max_iter} epochs",
                require("sklearn.exceptions").ConvergenceWarning,
                stacklevel=3,
            )
        return self

    def _network_settings(self) -> dict[str, str]:
        """The parameters that are of the network, and can be no others once it is made; as they are written."""
        layers = list(map(plain, np.atleast_1d(np.asarray(self.hidden_layer_sizes, dtype=object)).tolist()))
        return {"hidden_layer_sizes": str(layers), "activation": self.activation}

    def _check_as_made(self, anew: bool) -> None:
        """Make sure that a network to go on with is the one that the parameters describe.

        Raises:
            ValueError: naming the parameter that was changed.
        """
        made = {} if anew else vars(self).get("_made_with", {})
        for name, now in self._network_settings().items():
            if made.get(name, now) != now:
                raise ValueError(
                    f"the network to go on with was made with {name}={made[name]}, and not {now}: set it back, or start"
                    " anew, by fit without warm_start"
                )

    def _checked(
        self, X: Array, y: Array, sample_weight: Array | None, anew: bool
    ) -> tuple[Array, Array, Array | None]:
        """Samples, targets and weights as scikit-learn wants them, without those that do not count."""
        refuse_table(X, "X")
        refuse_table(y, "y")
        X, y = validation.validate_data(self, X, y, dtype=np.float64, multi_output=True, reset=anew)
        if sample_weight is None:
            return X, y, None
        refuse_table(sample_weight, "sample_weight")
        sample_weight = validation._check_sample_weight(sample_weight, X, ensure_non_negative=True)
        counts = sample_weight > 0.0
        if not counts.any():
            raise ValueError("sample_weight is 0 for all samples: no sample would count")
        return X[counts], y[counts], sample_weight[counts]

    def _note(self, history: History, gone_on: bool) -> None:
        """What happened, to look at."""
        self.history_ = history
        self.loss_curve_: list[float] = [*(self.loss_curve_ if gone_on else []), *history.get("loss", [])]
        self.n_iter_ = len(self.loss_curve_)
        self.loss_ = self.loss_curve_[-1] if self.loss_curve_ else np.nan

    # ── Answers ─────────────────────────────────────────────────────────────────────────────────────────────

    def _outputs(self, X: Array) -> Array:
        """The outputs of the network, a row for each sample."""
        validation.check_is_fitted(self)
        refuse_table(X, "X")
        X = validation.validate_data(self, X, dtype=np.float64, reset=False)
        return np.asarray(self.model_.predict(X), dtype=float)


def plain(number: Any) -> Any:
    """A number of NumPy's, as searches choose them, as one of Python's; anything else as it is."""
    return number.item() if isinstance(number, np.number) else number


def refuse_table(table: Any, name: str) -> None:
    """Make sure that it has no moments or the like, which scikit-learn turns into numbers. The rest is for it to check.

    Raises:
        ValueError: saying what it has.
    """
    try:
        array = np.asanyarray(table)
    except (TypeError, ValueError):
        return
    if array.dtype.kind == "c":
        raise ValueError(f"Complex data not supported: {name} has complex numbers")  # as scikit-learn says it of X
    refuse_array(array, name)
    if array.dtype == object:
        for row, cells in enumerate(array if array.ndim > 1 else array.reshape(1, -1)):
            refuse_cells(cells.tolist(), f"{name}[{row}]" if array.ndim > 1 else name)
