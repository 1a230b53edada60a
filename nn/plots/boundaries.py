"""Which class each point of the plane belongs to: the decision boundary of one network, or of several side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nn.basics.optional import require
from nn.plots.given import check_as_many, points_of_plane
from nn.plots.look import DOTS, INK, TITLE, dress, legend, look, new_axes, new_figure, settled, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Predict = Callable[[list[list[float]]], Sequence[Sequence[float]]]

ROWS_OF_A_LEGEND = 20
TINTS = (0.1, 0.3, 0.2)  # of neighbouring classes, which differ in grey, too
THRESHOLDS = {"sign": 0.0, "logit": 0.0, "probability": 0.5}  # of `nn.decisions.DECISIONS`, those on a single output


def decision_boundary(
    predict: Predict,
    X: Sequence[Sequence[float]],
    y: Sequence[int],
    *,
    decision: str = "argmax",
    classes: Sequence[str] | None = None,
    names: Sequence[str] = ("x₁", "x₂"),
    title: str = "Decision boundary",
    resolution: int = 72,
) -> Figure:
    """Which class the plane belongs to, point by point, and the samples on it.

    Args:
        predict: from points to the outputs of a network, as `model.predict`.
        X: samples of two numbers.
        y: their classes: −1 and 1 for the decision "sign", indices otherwise.
        decision: how an output stands for a class, one of `nn.decisions.DECISIONS`.
        classes: the names of the classes, in the order of y's values.
        names: the names of the two inputs.
        title: what to write above.
        resolution: points of the grid in each direction. Lines are drawn between them where the outputs say.

    Raises:
        ValueError: if the samples do not have two inputs, or a class is none that the outputs can stand for.

    With the decision "sign" the dashed lines are at ±1, where the hinge loss begins to be satisfied.
    """
    show = boundary_on(X, y, decision=decision, classes=classes, names=names, title=title, resolution=resolution)
    return show(predict)


def boundary_on(
    X: Sequence[Sequence[float]],
    y: Sequence[int],
    *,
    decision: str = "argmax",
    classes: Sequence[str] | None = None,
    names: Sequence[str] = ("x₁", "x₂"),
    title: str = "",
    resolution: int = 72,
) -> Callable[[Predict], Figure]:
    """`decision_boundary` for one network after the other: one figure, on which only the regions change.

    Args:
        X, y, decision, classes, names, title, resolution: as for `decision_boundary`.

    Returns:
        A function that draws what a network decides into the figure, in place of what it showed before.
    """
    plane = Plane(X, y, decision, classes, resolution)
    figure = new_figure(6.8, 5.6)
    (ax,) = new_axes(figure, 1, 1)
    dress(ax, title, *names)
    drawn: list[Any] = []

    def show(predict: Predict) -> Figure:
        scores = plane.scores(predict)
        while drawn:
            drawn.pop().remove()
        drawn.extend(plane.regions(ax, scores))
        if not ax.get_legend():
            shown = plane.samples(ax, scores.shape[2], size=42)
            columns = -(-len(shown) // ROWS_OF_A_LEGEND)
            figure.set_figwidth(6.8 + (columns - 1) * (0.5 + 0.09 * max(map(len, shown))))
            legend(ax, loc="center left", bbox_to_anchor=(1.0, 0.5), handletextpad=0.3, markerscale=1.2, ncols=columns)
            settled(figure)
        return figure

    return show


def decision_boundaries(
    networks: Mapping[str, Predict],
    X: Sequence[Sequence[float]],
    y: Sequence[int],
    *,
    decision: str = "argmax",
    classes: Sequence[str] | None = None,
    names: Sequence[str] = ("x₁", "x₂"),
    title: str = "Decision boundaries",
    resolution: int = 48,
    across: int = 3,
) -> Figure:
    """The decision boundaries of several networks, or of one at several times, on the same samples.

    Args:
        networks: for each panel, by its title, from points to the outputs of a network.
        X, y, decision, classes, names, title, resolution: as for `decision_boundary`.
        across: panels in a row.

    Raises:
        ValueError: if there are no networks; otherwise as for `decision_boundary`.
    """
    if not networks:
        raise ValueError("there are no decision boundaries to draw: give a function that predicts for each panel")
    plane = Plane(X, y, decision, classes, resolution)
    across = min(across, len(networks))
    down = -(-len(networks) // across)
    figure = new_figure(2.9 * across + 0.4, 2.7 * down + 0.9)
    axes = new_axes(figure, down, across, sharex=True, sharey=True)
    for place, (ax, (name, predict)) in enumerate(zip(axes, networks.items(), strict=False)):
        below, beside = place + across < len(networks), place % across
        dress(ax, name, "" if below else names[0], "" if beside else names[1])
        ax.tick_params(labelbottom=not below)
        scores = plane.scores(predict)
        plane.regions(ax, scores)
        plane.samples(ax, scores.shape[2], size=20)
    for ax in axes[len(networks) :]:
        ax.set_axis_off()
    figure.suptitle(title, fontsize=TITLE, color=INK, x=0.01, ha="left", weight="bold")
    legend(axes[0], loc="best", handletextpad=0.1, borderpad=0.2, frameon=True, framealpha=0.85, edgecolor="none")
    return settled(figure)


class Plane:
    """A part of the plane with samples in it, on which what a network decides is drawn.

    Raises:
        ValueError: if the samples do not have two inputs, and one at least, or there is no class for each.
    """

    def __init__(
        self,
        X: Sequence[Sequence[float]],
        y: Sequence[int],
        decision: str,
        classes: Sequence[str] | None,
        resolution: int,
    ) -> None:
        numpy = require("numpy")
        self.points = numpy.array(points_of_plane(X))
        self.targets = numpy.asarray(y)
        check_as_many("classes in y", len(self.targets), len(self.points), "samples in X")
        self.decision = decision
        self.classes = classes
        low, high = self.points.min(axis=0), self.points.max(axis=0)
        border = 0.08 * (high - low) + 1e-9 * (1.0 + abs(high))
        self.xs, self.ys = (numpy.linspace(low[i] - border[i], high[i] + border[i], resolution) for i in (0, 1))

    def scores(self, predict: Predict) -> Any:
        """An array: for each y and x of the grid a score for each class, of which the largest decides."""
        numpy = require("numpy")
        outputs = numpy.asarray(predict([[a, b] for b in self.ys.tolist() for a in self.xs.tolist()]), dtype=float)
        scores = outputs.reshape(len(self.ys), len(self.xs), -1)
        if self.decision == "argmax":
            return scores
        above = scores[:, :, 0] - THRESHOLDS[self.decision]
        return numpy.stack([-above, above], axis=2)

    def regions(self, ax: Axes, scores: Any) -> list[Any]:
        """What the network decides: the regions of the classes, and the lines between them."""
        numpy = require("numpy")
        drawn = []
        count = scores.shape[2]
        for k in range(count):
            lead = scores[:, :, k] - numpy.delete(scores, k, axis=2).max(axis=2)
            if lead.max() > 0.0:
                levels = [0.0, max(lead.max(), 1e-300) * 1.01]
                colours, tint = [look(k)["color"]], TINTS[k % len(TINTS)]
                drawn.append(ax.contourf(self.xs, self.ys, lead, levels=levels, colors=colours, alpha=tint))
                if lead.min() < 0.0 and (count > 2 or k == 0):  # two classes have one line between them
                    drawn.append(ax.contour(self.xs, self.ys, lead, levels=[0.0], colors=INK, linewidths=1.6))
        if self.decision == "sign":
            margins = [level for level in (-1.0, 1.0) if scores[:, :, 1].min() < level < scores[:, :, 1].max()]
            if margins:
                drawn.append(ax.contour(self.xs, self.ys, scores[:, :, 1], levels=margins, colors=INK, linewidths=1,
                                        linestyles="dashed", alpha=0.7))  # fmt: skip
        return drawn

    def samples(self, ax: Axes, count: int, size: float) -> list[str]:
        """The samples of so many classes, as marks of that size; the names of the classes as they are shown.

        Raises:
            ValueError: if a sample is of none of them.
        """
        values = [-1, 1] if self.decision == "sign" else list(range(count))
        strange = sorted(set(self.targets.tolist()).difference(values))
        if strange:
            raise ValueError(
                f"y holds {strange[0]!r}, but the outputs stand for the classes {', '.join(map(str, values))}"
            )
        shown = [str(value) for value in values] if self.classes is None else shorten(self.classes)
        for k, (value, name) in enumerate(zip(values, shown, strict=True)):
            mine = self.points[self.targets == value]
            ax.scatter(mine[:, 0], mine[:, 1], s=size, **look(k), edgecolor="white", linewidth=size / 52.5,
                       label=name, zorder=3, rasterized=len(self.points) > DOTS)  # fmt: skip
        ax.set_xlim(self.xs[0], self.xs[-1])
        ax.set_ylim(self.ys[0], self.ys[-1])
        return shown
