"""Pictures of a training and of what came out of it. Each function returns a matplotlib Figure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nn.basics.optional import require
from nn.metrics import METRICS
from nn.plots.given import check_as_many, check_counts, column_of_figure
from nn.plots.look import (
    COLOURS,
    DOTS,
    INK,
    LABEL,
    LINES,
    MARKERS,
    PALE,
    SMALL,
    TITLE,
    dress,
    legend,
    new_axes,
    new_figure,
    settled,
    shorten,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

VALIDATION = "validation_"


def learning_curves(
    history: Mapping[str, Sequence[float]], *, best_epoch: int | None = None, stopped_epoch: int | None = None
) -> Figure:
    """Loss and metrics by epoch, for training and validation, with the epoch whose weights were kept.

    Args:
        history: lists of a number per epoch, named "loss", "validation_loss" and as in `METRICS`; others are left out.
        best_epoch: the epoch with the best weights, counted from 1; None: `history.best_epoch` if there is such.
        stopped_epoch: the epoch at which the training was stopped early; None: `history.stopped_epoch`.

    Raises:
        ValueError: if the history holds no loss and no metric, or an epoch is none of it.
    """
    best = getattr(history, "best_epoch", None) if best_epoch is None else best_epoch
    stopped = getattr(history, "stopped_epoch", None) if stopped_epoch is None else stopped_epoch
    titles = {"loss": "Loss", **{name: metric.title.capitalize() for name, metric in METRICS.items()}}
    names = [name for name in titles if history.get(name)]
    if not names:
        raise ValueError("the history is empty: there is neither a loss nor a metric to draw")
    epochs = max(len(history[name]) for name in names)
    for what, epoch in (("best_epoch", best_epoch), ("stopped_epoch", stopped_epoch)):
        if epoch is not None and not 1 <= epoch <= epochs:
            raise ValueError(f"{what} is {epoch}, and the history has {epochs} epochs")
    figure = new_figure(6.4 * len(names), 4.4)
    for ax, name in zip(new_axes(figure, 1, len(names)), names, strict=True):
        dress(ax, titles[name], "epoch")
        for key, label, colour, line in (
            (name, "training", COLOURS[0], LINES[0]),
            (VALIDATION + name, "validation", COLOURS[1], LINES[1]),
        ):
            if curve := history.get(key):
                marker = MARKERS[0] if len(curve) == 1 else ""
                ax.plot(range(1, len(curve) + 1), curve, color=colour, linestyle=line, linewidth=2, label=label,
                        marker=marker)  # fmt: skip
                watched = curve
        mark_epochs(ax, watched, best, stopped)
        if name == "loss" and spans_decades([*history[name], *history.get(VALIDATION + name, ())]):
            ax.set_yscale("log")
        ax.set_xlim(1 - 0.02 * len(watched), 1.02 * len(watched))
        ax.locator_params(axis="x", integer=True)
        ax.grid(axis="y", color=PALE, linewidth=0.8)
        ax.set_axisbelow(True)
        legend(ax, frameon=True, framealpha=0.9, edgecolor="none")
    return settled(figure)


def mark_epochs(ax: Axes, curve: Sequence[float], best: int | None, stopped: int | None) -> None:
    """The epoch whose weights were kept, and where an early stop came."""
    if best is not None and 1 <= best <= len(curve):
        ax.axvline(best, color=INK, linewidth=1, linestyle=LINES[2])
        ax.plot([best], [curve[best - 1]], marker=MARKERS[0], markersize=9, color="white", markeredgecolor=INK,
                markeredgewidth=2, linestyle="", label=f"best, epoch {best}: {curve[best - 1]:.3g}")  # fmt: skip
    if stopped is not None and 1 <= stopped <= len(curve):
        ax.plot([stopped], [curve[stopped - 1]], marker="X", markersize=9, color=INK, linestyle="",
                label=f"stopped early, epoch {stopped}")  # fmt: skip


def spans_decades(numbers: Sequence[float]) -> bool:
    """Whether positive numbers reach over more than a factor of 50, so that only their logarithms can be seen."""
    finite = [number for number in numbers if math.isfinite(number)]
    return bool(finite) and min(finite) > 0.0 and max(finite) > 50.0 * min(finite)


def confusion(matrix: Sequence[Sequence[int]], classes: Sequence[str], *, title: str = "Confusion matrix") -> Figure:
    """How many samples of each class (row) were taken for which (column); shaded by the share of the row.

    Args:
        matrix: as `nn.metrics.confusion_matrix` gives it.
        classes: the names of the classes.
        title: what to write above.

    Raises:
        ValueError: if the matrix is not one of counts, as large as there are classes.
    """
    check_counts(matrix, classes)
    n = len(classes)
    side = min(max(4.6, 0.52 * n + 2.4), 14.0)
    figure = new_figure(side + 0.8, side)
    (ax,) = new_axes(figure, 1, 1)
    shares = [[number / max(sum(row), 1) for number in row] for row in matrix]
    ax.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    dress(ax, title, "predicted", "true")
    ticks = shorten(classes, 16)
    tilt = {} if sum(map(len, ticks)) <= 9 * side else {"rotation": 40, "ha": "right", "rotation_mode": "anchor"}
    ax.set_xticks(range(n), ticks, **tilt)
    ax.set_yticks(range(n), ticks)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_xticks([i - 0.5 for i in range(1, n)], minor=True)
    ax.set_yticks([i - 0.5 for i in range(1, n)], minor=True)
    ax.grid(which="minor", color="white", linewidth=2)
    ax.tick_params(which="minor", length=0)
    for i, row in enumerate(matrix):
        for j, number in enumerate(row):
            if number or n <= 6:
                ax.text(j, i, str(number), ha="center", va="center", fontsize=LABEL if n <= 12 else 9,
                        color="white" if shares[i][j] > 0.55 else INK,
                        weight="bold" if i == j else "normal")  # fmt: skip
    return settled(figure)


def predicted_versus_true(
    predictions: Sequence[float], targets: Sequence[float], *, name: str = "target", title: str = "Predicted and true"
) -> Figure:
    """Each sample's prediction beside its target, and what is left over: points on the lines are perfect.

    Args:
        predictions: a number for each sample, in the unit of the target.
        targets: the true numbers.
        name: what is predicted.
        title: what to write above.

    Raises:
        ValueError: if there is not one for each, or one is no finite number.
    """
    predictions, targets = column_of_figure(predictions, "predictions"), column_of_figure(targets, "targets")
    check_as_many("predictions", len(predictions), len(targets), "targets")
    figure = new_figure(11.6, 5.0)
    left, right = new_axes(figure, 1, 2)
    points = {"s": 34, "color": COLOURS[0], "alpha": 0.65, "linewidth": 0, "rasterized": len(targets) > DOTS}
    left.scatter(targets, predictions, **points)
    ends = [min(*targets, *predictions), max(*targets, *predictions)]
    left.plot(ends, ends, color=INK, linewidth=1.4, linestyle=LINES[1], label="predicted = true")
    dress(left, title, f"true {name}", f"predicted {name}")
    legend(left, loc="upper left")
    right.scatter(predictions, [t - p for p, t in zip(predictions, targets, strict=True)], **points)
    right.axhline(0.0, color=INK, linewidth=1.4, linestyle=LINES[1])
    dress(right, "Residuals", f"predicted {name}", "true − predicted")
    return settled(figure)


def weights(
    layer: Any,
    *,
    inputs: Sequence[str] | None = None,
    grid: tuple[int, int] | None = None,
    title: str = "Weights",
    across: int = 8,
) -> Figure:
    """The weights of a layer: a row per neuron and a column per input, or an image per neuron.

    Args:
        layer: a layer, whose `neurons` have weights `w`; or a list with the weights of each neuron.
        inputs: the names of the inputs.
        grid: height and width of the image that the inputs are the pixels of, as in `Dataset.grid`.
        title: what to write above.
        across: images in a row.

    Dark is negative, bright is positive, on one scale that is the same above and below 0.
    """
    numpy = require("numpy")
    rows = [neuron.w for neuron in layer.neurons] if hasattr(layer, "neurons") else layer
    matrix = numpy.array([[float(w) for w in row] for row in rows])
    n_out, n_in = matrix.shape
    if inputs is not None:
        check_as_many("names", len(inputs), n_in, "inputs")
    if grid is not None and grid[0] * grid[1] != n_in:
        raise ValueError(f"an image of {grid[0]} × {grid[1]} is not of {n_in} inputs")
    limit = float(abs(matrix).max()) or 1.0
    scale = {"cmap": "cividis", "vmin": -limit, "vmax": limit, "interpolation": "none"}
    if grid is None:
        figure = new_figure(min(max(5.0, 0.42 * n_in + 2.6), 15.0), min(max(3.2, 0.36 * n_out + 2.4), 12.0))
        axes = new_axes(figure, 1, 1)
        shown = axes[0].imshow(matrix, aspect="auto", **scale)
        dress(axes[0], title, "input", "neuron")
        for axis, number in ((axes[0].xaxis, n_in), (axes[0].yaxis, n_out)):
            axis.set_ticks(range(0, number, max(1, number // 12)))
        if inputs is not None and n_in <= 40:
            axes[0].set_xticks(range(n_in), shorten(inputs), rotation=40, ha="right", rotation_mode="anchor")
            axes[0].set_xlabel("")
    else:
        across = min(n_out, across)
        down = -(-n_out // across)
        figure = new_figure(1.25 * across + 1.6, 1.32 * down + 0.9)
        axes = new_axes(figure, down, across)
        for ax, image in zip(axes, matrix, strict=False):
            shown = ax.imshow(image.reshape(grid), **scale)
        for position, ax in enumerate(axes):
            ax.set_axis_off()
            if position < n_out:
                ax.set_title(str(position), fontsize=SMALL, color=INK, pad=3)
        figure.suptitle(title, fontsize=TITLE, color=INK, x=0.02, ha="left")
    bar = figure.colorbar(shown, ax=axes, shrink=0.8, aspect=24, pad=0.02)
    bar.set_label("weight", fontsize=LABEL, color=INK)
    bar.ax.tick_params(labelsize=SMALL, colors=INK)
    bar.outline.set_visible(False)
    return settled(figure)
