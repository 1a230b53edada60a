"""What `chalkgrad plot` can draw, each a matplotlib Figure."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograd import Value
from nn import activations, plots
from nn.data.messages import DataError
from nn.history import History
from nn.optimizers import GradientDescent, Optimizer, RandomHillClimbing
from nn.plots.lecture import activation_functions, descent_paths
from nn.predictor import Predictor


def activations_figure() -> Any:
    """Every activation function of one number, with its derivative."""
    return activation_functions(
        {name: activations.get(name) for name in activations.ACTIVATIONS if name not in ("softmax", "prelu")}
    )


def descent_figure() -> Any:
    """Gradient descent and random hill climbing on the same valley, from the same place."""

    def valley(w: Any, b: Any) -> Any:
        return 0.5 * (w * w + 8.0 * b * b)

    ways: dict[str, Optimizer] = {
        "gradient descent": GradientDescent(0.11),
        "random hill climbing": RandomHillClimbing(0.25, rng=random.Random(3)),
    }
    return descent_paths(valley, {name: way_down(valley, optimizer) for name, optimizer in ways.items()})


def way_down(loss: Any, optimizer: Optimizer, steps: int = 40) -> list[tuple[float, float]]:
    """Where an optimiser goes from (−3, 1.2)."""
    w, b = Value(-3.0), Value(1.2)
    way = [(w.data, b.data)]
    for _ in range(steps):
        w.grad = b.grad = 0.0
        loss(w, b).backward()
        optimizer.step({"w": w, "b": b}, lambda: float(loss(w, b)))
        way.append((w.data, b.data))
    return way


def history_figure(path: str | Path) -> Any:
    """The learning curves in a history.csv.

    Raises:
        DataError: if it is none.
    """
    try:
        with open(path, newline="", encoding="utf-8") as file:
            header, *rows = list(csv.reader(file)) or [[]]
        columns = {name: [float(row[i]) for row in rows] for i, name in enumerate(header) if name != "epoch"}
        return plots.learning_curves(History(columns))
    except (IndexError, ValueError, csv.Error) as error:
        raise DataError(f"{path} is not a history.csv that `chalkgrad train` left: {error}") from error


def weights_figure(path: str | Path) -> Any:
    """The weights of the first layer of a model.json."""
    trained = Predictor.load(path)
    return plots.weights(trained.model.layers[0], inputs=trained.prepare.inputs)


FIGURES: dict[str, Callable[..., Any]] = {
    "activations": activations_figure,
    "descent": descent_figure,
    "history": history_figure,
    "weights": weights_figure,
}
"""The choices by name."""

READS = {"history": "history.csv", "weights": "model.json"}
"""The files of a report that some of them draw."""
