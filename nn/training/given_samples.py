"""The samples of a training as `fit` is given them: one set to train on, and perhaps one to validate with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nn.data.splits import split_indices
from nn.training.masks import with_room
from nn.training.sample_weights import weights_of
from nn.training.samples import Samples, SampleTable, check_samples, check_targets
from nn.training.state import TrainingState

ClassWeight = Mapping[Any, float] | str | None


def training_and_validation(
    state: TrainingState,
    training: Samples,
    n_outputs: int,
    validation_split: float,
    validation_data: tuple[Any, ...] | None,
) -> tuple[Samples, Samples | None]:
    """The training set and the validation set, which is a share of it or other samples.

    Raises:
        ValueError: if the other samples do not fit.
    """
    if validation_data is not None:
        X, y, sample_weight = (*validation_data, None)[:3]
        rows = check_samples(X, "validation X", width=len(training.inputs[0]) - training.masks)
        return training, weighted(state, rows, y, n_outputs, sample_weight, name="validation ")
    if not validation_split:
        return training, None
    kept, held, _ = split_indices(
        len(training), train=1.0 - validation_split, validation=validation_split, test=0.0, seed=state.rng
    )
    return training.take(kept).balanced(), training.take(held).balanced("validation ")


def check_validation(validation_split: float, validation_data: tuple[Any, ...] | None) -> None:
    """Make sure that at most one of them is asked for, and is what it should be.

    Raises:
        ValueError: saying what is not.
    """
    if not 0.0 <= validation_split < 1.0:
        raise ValueError(f"validation_split is a share of the samples, from 0 up to 1, but is {validation_split!r}")
    if validation_split and validation_data is not None:
        raise ValueError("give validation_split or validation_data, not both")
    if validation_data is not None and not (
        isinstance(validation_data, tuple | list) and len(validation_data) in (2, 3)
    ):
        raise ValueError("validation_data is (X, y) or (X, y, sample_weight)")


def weighted(
    state: TrainingState,
    X: SampleTable,
    y: Any,
    n_outputs: int,
    sample_weight: Any = None,
    class_weight: ClassWeight = None,
    name: str = "",
) -> Samples:
    """Samples with their targets and weights.

    Args:
        name: what stands before X, y and sample_weight in messages.

    Raises:
        ValueError: if the loss cannot take a target, a weight is none, or a metric does not take any.
    """
    check_weighting(state, sample_weight is not None, class_weight)
    samples = with_room(check_targets(X, y, state.loss, n_outputs, name), len(state.objective.masked))
    weights = weights_of(sample_weight, class_weight, samples.y, name)
    return samples if weights is None else replace(samples, weights=weights)


def check_weighting(state: TrainingState, of_samples: bool, class_weight: ClassWeight) -> None:
    """Make sure that the loss has classes, if these have weights, and that metrics take weights.

    Raises:
        ValueError: naming the one that does not.
    """
    if class_weight is not None and state.loss.expects == "numbers":
        raise ValueError(f"class_weight is for classes, but {state.loss.name} is of numbers: give sample_weight")
    unweighted = [metric.name for metric in state.metrics if not metric.takes_weights]
    if unweighted and (of_samples or class_weight is not None):
        raise ValueError(
            f"the metric {unweighted[0]!r} does not say that it takes weights, and samples have some; make it"
            " Metric(…, takes_weights=True) of a function that has the argument sample_weight"
        )
