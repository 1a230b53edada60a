"""A fitted estimator of `nn.estimators`, alone or behind scalers in a pipeline, as a function of rows of numbers, X.

What comes out is a regressor's `prediction`, or a classifier's `probabilities` and the `scores` whose first largest
decides, in the order of `classes_`; of several labels at once `labels`, 0 or 1 each.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from autograd.export.dataflow import Dataflow, DataflowArithmetic, Tensor, argument, known_numbers, repeated, reshaped
from autograd.export.lowering import CannotExport
from autograd.export.naming import Names
from autograd.export.onnx_graph import OnnxGraph
from nn.basics.optional import require
from nn.export.network import outputs_for_rows
from nn.export.onnx_rows import as_bytes, label_of
from nn.export.rows import probabilities_of, scores_of


def is_estimator(thing: Any) -> bool:
    """Whether it is an estimator or a pipeline."""
    return hasattr(thing, "get_params") and hasattr(thing, "fit")


def flow_of_estimator(thing: Any) -> tuple[Dataflow, Any]:
    """The estimator as a function, and the labels of its classes, None if it has none or several for each row.

    Raises:
        CannotExport: if it is not fitted, or is or contains something else.
    """
    *before, network = [step for _, step in thing.steps if step is not None] if hasattr(thing, "steps") else [thing]
    ours = sys.modules.get("nn.estimators.network")  # without which there is none of them
    if ours is None or not isinstance(network, ours.Network):
        raise CannotExport(
            f"a {type(network).__name__} is no network; NetworkClassifier and NetworkRegressor can be exported"
        )
    if not hasattr(network, "model_"):
        raise CannotExport(f"the {type(network).__name__} is not fitted yet; call fit first")
    names = getattr(before[0] if before else network, "feature_names_in_", None)
    x = argument("X", (network.n_features_in_,), each=True)
    scaled = x
    for step in before:
        scaled = scaled_by(step, scaled)
    outputs = outputs_for_rows(network.model_, scaled, [0.0] * scaled.size)
    results, classes = answers_of(network, outputs)
    about = f"A {type(network).__name__}" + (
        f" of the columns {', '.join(map(str, names))}" if names is not None else ""
    )
    if hasattr(network, "classes_"):
        about += f"; its classes, in the order of scores and probabilities: {', '.join(map(str, network.classes_))}"
    return Dataflow("network", (x,), {name: repeated(y) for name, y in results.items()}, f"{about}."), classes


def answers_of(network: Any, outputs: Tensor) -> tuple[dict[str, Tensor], Any]:
    """What an estimator says by what its network does, and the labels of its classes."""
    m = DataflowArithmetic
    if not hasattr(network, "classes_"):
        return {"prediction": reshaped(outputs, ()) if network.predicts_one else outputs}, None
    if network.has_several_labels:
        return {"labels": m.greater(outputs, 0.0), "probabilities": m.sigmoid(outputs)}, None
    decision = "logit" if outputs.size == 1 else "argmax"
    return {
        "scores": scores_of(outputs, decision),
        "probabilities": probabilities_of(outputs, logits=True),
    }, network.classes_


def scaled_by(step: Any, x: Tensor) -> Tensor:
    """What a fitted scaler makes of numbers: (x − middle)/scale.

    Raises:
        CannotExport: if it is something else.
    """
    scalers = require("sklearn.preprocessing")
    m = DataflowArithmetic
    if isinstance(step, str) and step == "passthrough":
        return x
    if isinstance(step, scalers.MinMaxScaler) and hasattr(step, "scale_") and not step.clip:
        stretched: Tensor = x * known_numbers(step.scale_) + known_numbers(step.min_)
        return stretched
    if isinstance(step, scalers.StandardScaler | scalers.RobustScaler | scalers.MaxAbsScaler) and hasattr(
        step, "scale_"
    ):
        middle = getattr(step, "mean_", None) if not hasattr(step, "center_") else step.center_
        if middle is not None and getattr(step, "with_mean", True):
            x = x - known_numbers(middle)
        scaled: Tensor = x if step.scale_ is None else m.divide(x, known_numbers(step.scale_))
        return scaled
    what = step if isinstance(step, str) else type(step).__name__
    raise CannotExport(
        f"the step {what} cannot be exported, scalers that are fitted can; give it what comes of the step"
    )


def onnx_from_estimator(flow: Dataflow, classes: Any) -> bytes:
    """A model whose input is X, [rows, columns], and whose outputs are those of the flow; for scores the label."""
    graph = OnnxGraph(flow, Names({"X", "label", *flow.outputs}))
    (x,) = flow.inputs
    graph.known[id(x)] = "X"
    graph.rows = graph.emit("Shape", "X", start=0, end=1)
    graph.write_all(list(flow.outputs.values()))
    outputs = []
    for name, result in flow.outputs.items():
        if name == "scores":
            outputs.append(label_of(graph, graph.of(result), np.asarray(classes)))
        else:
            graph.emit("Identity", graph.of(result), outputs=[name])
            outputs.append(graph.value_info(name, result))
    return as_bytes(graph.model([graph.value_info("X", x)], outputs))
