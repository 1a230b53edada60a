"""What a training depends on, to be told from another one when it is resumed."""

from __future__ import annotations

from typing import Any

from nn.basics.description import describe_attributes, describe_model, named_after
from nn.training.samples import Samples
from nn.training.state import TrainingState


def settings_of(
    state: TrainingState, training: Samples, validation: Samples | None, batch_size: int | None, shuffle: bool
) -> dict[str, Any]:
    """All of it by name, as JSON has it: samples, model and activations, loss, the settings of the optimiser.

    The number of epochs, a tolerance and the patience may be others when a training is resumed.
    """
    optimizer = state.optimizer
    own = describe_attributes(optimizer, without=("steps", "slots", "_moved", "_learning_rate", "_schedule"))
    return {
        "loss": state.loss.name,
        **named_after("loss", describe_attributes(state.loss, without=("name", "encode", "__wrapped__"))),
        "optimizer": type(optimizer).__name__,
        **named_after("optimizer", {**own, **optimizer.settings()}),
        "metrics": [metric.name for metric in state.metrics],
        "monitor": state.improvement.monitor,
        "min_delta": state.improvement.min_delta,
        "l1": state.objective.l1,
        "l2": state.objective.l2,
        "batch_size": batch_size,
        "shuffle": shuffle,
        "data": training.digest,
        "validation_data": "" if validation is None else validation.digest,
        **describe_model(state.model),
    }
