"""Samples as `fit` is given them on Dask: chunks to train on, perhaps some to validate with, and an engine for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nn.basics.optional import require
from nn.basics.rows import on_dask
from nn.cluster.blocks import RowBlocks
from nn.cluster.chunks import Chunks, chunks_of
from nn.cluster.engine import ClusterEngine
from nn.cluster.workers import present_client
from nn.training.given_samples import ClassWeight, check_weighting
from nn.training.samples import check_samples
from nn.training.state import TrainingState

OutputsOf = Callable[[Any], int]  # how many outputs the model has for such samples


def given_chunks(
    state: TrainingState,
    n_outputs: OutputsOf,
    X: Any,
    y: Any,
    sample_weight: Any = None,
    class_weight: ClassWeight = None,
    name: str = "",
) -> Chunks:
    """Samples with their targets and weights, on the workers of the present client.

    Args:
        name: what stands before X, y and sample_weight in messages.

    Raises:
        ValueError: if there is no client, or samples, targets or weights do not fit.
    """
    blocks = RowBlocks(present_client(), X, y, sample_weight, name)
    head = check_samples(blocks.head(), f"{name}X")
    outputs = n_outputs(head)
    if state.objective.has_modes:
        raise ValueError(
            "the model asks whether it is trained, and workers of a cluster do not train such models: give X.compute()"
            " and y.compute(), or a model without (Dropout is none)"
        )
    check_weighting(state, sample_weight is not None, class_weight)
    return chunks_of(blocks, state.loss, len(head[0]), outputs, class_weight, len(state.objective.masked))


def training_and_validation_chunks(
    state: TrainingState,
    n_outputs: OutputsOf,
    training: Chunks,
    validation_split: float,
    validation_data: tuple[Any, ...] | None,
) -> tuple[Chunks, Chunks | None]:
    """The training set and the validation set, which is a share of each chunk or other samples, also of this process.

    Raises:
        ValueError: if the other samples do not fit.
    """
    if validation_data is not None:
        X, y, sample_weight = (*validation_data, None)[:3]
        if not on_dask(X):
            rows = check_samples(X, "validation X")
            table = require("numpy").asarray(rows)
            X = require("dask.array", "dask").from_array(table, chunks=table.shape)
        return training, given_chunks(state, n_outputs, X, y, sample_weight, name="validation ")
    return training.split(validation_split, state.rng) if validation_split else (training, None)


def cluster_engine(
    state: TrainingState, training: Chunks, batch_size: int | None, asked: str, told: bool = False
) -> ClusterEngine:
    """What trains on chunks.

    Args:
        batch_size: samples in a step; None: all.
        asked: "auto" or "eager".
        told: whether a callback reads gradients, which are to be left in the `.grad` of the parameters.
    """
    few = training.of_largest_share(batch_size)
    predicting = bool(state.metrics)
    return ClusterEngine(state.objective, state.optimizer, training.client, few, asked, predicting, told)
