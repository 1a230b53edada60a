"""Pictures for a lecture: activation functions with their derivatives, and the ways down into a valley."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from autograd import Value
from nn.basics.optional import require
from nn.plots.look import COLOURS, INK, LINES, PALE, dress, legend, look, new_axes, new_figure, settled

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def activation_functions(
    functions: Mapping[str, Callable[[Value], Value]], *, span: tuple[float, float] = (-4.0, 4.0), points: int = 401
) -> Figure:
    """Each function φ and its derivative φ′, which the backward pass computes, in a panel of its own.

    Args:
        functions: functions of one Value, by name.
        span: from where to where to draw.
        points: how many points to compute.
    """
    if not functions:
        raise ValueError("there are no functions to draw")
    low, high = span
    xs = [low + (high - low) * i / (points - 1) for i in range(points)]
    across = min(len(functions), 4)
    down = -(-len(functions) // across)
    figure = new_figure(3.5 * across + 0.4, 3.0 * down + 0.4)
    axes = new_axes(figure, down, across, sharex=True, sharey=True)
    for ax, (name, phi) in zip(axes, functions.items(), strict=False):
        values, slopes = [], []
        for number in xs:
            x = Value(number)
            y = phi(x)
            y.backward()
            values.append(y.data)
            slopes.append(x.grad)
        dress(ax, name)
        ax.axhline(0.0, color=PALE, linewidth=1)
        ax.axvline(0.0, color=PALE, linewidth=1)
        for label, curve, k in (("φ(z)", values, 0), ("φ′(z)", slopes, 1)):
            ax.plot(xs, broken(curve), color=COLOURS[k], linestyle=LINES[k], linewidth=2.4, label=label)
        ax.tick_params(labelbottom=True, labelleft=True)
    for ax in axes[len(functions) :]:
        ax.set_axis_off()
    axes[0].set_xlim(low, high)
    bottom, top = axes[0].get_ylim()
    axes[0].set_ylim(max(bottom, -1.3), min(top, 2.2))  # of all the panels, so that slopes can be compared
    legend(axes[0], loc="upper left", handlelength=2.4)
    return settled(figure)


def broken(curve: Sequence[float]) -> list[float]:
    """A curve with a gap where it jumps: where a step is far larger than those before and after it."""
    steps = [abs(b - a) for a, b in pairwise(curve)]
    height = max(curve) - min(curve)
    return [
        math.nan if 0 < i < len(steps) - 1 and step > 0.1 * height and step > 5.0 * max(steps[i - 1], steps[i + 1])
        else number
        for i, (number, step) in enumerate(zip(curve, [*steps, 0.0], strict=True))
    ]  # fmt: skip


def descent_paths(
    loss: Callable[[float, float], Any],
    paths: Mapping[str, Sequence[Sequence[float]]],
    *,
    names: Sequence[str] = ("w₁", "w₂"),
    title: str = "Ways down",
    resolution: int = 120,
) -> Figure:
    """Paths through the plane of two parameters, on the contour lines of the loss.

    Args:
        loss: a function of two numbers; the answer is a number or a Value.
        paths: for each method by name, the points (w₁, w₂) that it went through.
        names: the names of the two parameters.
        title: what to write above.
        resolution: points of the grid in each direction.
    """
    points = [point for path in paths.values() for point in path]
    if not points:
        raise ValueError("there are no paths to draw: each is a list of points (w₁, w₂)")
    numpy = require("numpy")
    low, high = numpy.min(points, axis=0), numpy.max(points, axis=0)
    border = 0.25 * (high - low).max() + 1e-9
    xs, ys = (numpy.linspace(low[i] - border, high[i] + border, resolution) for i in (0, 1))
    heights = numpy.array([[float(loss(x, y)) for x in xs.tolist()] for y in ys.tolist()])
    # Lines at equal steps of the square root: evenly spaced in a valley whose walls are parabolas. One more lies below
    # all that is on the edge of the picture, so that it closes around the bottom.
    floor, top = float(numpy.nanmin(heights)), float(numpy.nanmax(heights))
    levels = [floor + (top - floor) * (i / 14) ** 2 for i in range(1, 14)]
    edge = float(numpy.nanmin([*heights[0], *heights[-1], *heights[:, 0], *heights[:, -1]]))
    closed = floor + 0.5 * (edge - floor)
    levels = sorted({closed, *levels} - {floor})

    figure = new_figure(7.4, 5.8)
    (ax,) = new_axes(figure, 1, 1)
    dress(ax, title, *names)
    if len({floor, *levels, top}) == len(levels) + 2:  # otherwise it is flat, to rounding
        ax.contourf(xs, ys, heights, levels=[floor, *levels, top], cmap="Greys", alpha=0.35)
        ax.contour(xs, ys, heights, levels=levels, colors="#8A8A8A", linewidths=0.8)
    for k, (name, path) in enumerate(paths.items()):
        along, up = zip(*path, strict=True)
        ax.plot(along, up, **look(k), linestyle=LINES[k % len(LINES)], linewidth=1.8, markersize=5,
                markeredgecolor="white", markeredgewidth=0.5, label=name + counted(len(path) - 1))  # fmt: skip
        ax.plot(along[-1:], up[-1:], **look(k), markersize=12, markeredgecolor=INK,
                markeredgewidth=1.5)  # fmt: skip
    start = points[0]
    ax.annotate("start", start, (0, 9), textcoords="offset points", ha="center", fontsize=12, color=INK)
    legend(ax, loc="upper left", bbox_to_anchor=(0.0, -0.12), ncols=2)  # below, where it covers no way
    return settled(figure)


def counted(steps: int) -> str:
    """What a legend says of a way: how many steps it has; of a place that nobody walked to, nothing."""
    return f", {steps} step{'s' if steps > 1 else ''}" if steps else ""
