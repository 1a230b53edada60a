"""What of a figure lies where nobody can see it: bars, markers and words outside their axes, on one another, too small.

Pictures are looked at as they are shown, so every figure of the course is checked when its notebook is run.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Any

from matplotlib.transforms import Bbox

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SMALLEST = 9.0  # points of type: smaller digits cannot be read
TOLERANCE = 1.0  # pixels
OVERLAP = 0.2  # part of the smaller of two words that another one may cover: their boxes are larger than their ink


def faults_of_figure(figure: Figure) -> list[str]:
    """What cannot be seen or read in a figure, a line for each."""
    figure.draw_without_rendering()
    found = [fault for ax in figure.axes if ax.get_visible() for fault in (*marker_faults(ax), *bar_faults(ax))]
    return list(dict.fromkeys([*found, *text_faults(figure)]))


def marker_faults(ax: Axes) -> Iterator[str]:
    """Points of lines with markers and of scatters: each lies inside, with the whole of its mark if that is clipped."""
    for line in ax.lines:
        if line.get_visible() and line.get_marker() not in (None, "None", "none", " ", ""):
            radius = line.get_markersize() * dots_per_point(ax) / 2.0 * line.get_clip_on()
            yield from outside(ax, line.get_transform().transform(line.get_xydata()), radius, "a marker")
    for marks in ax.collections:
        if marks.get_visible() and hasattr(marks, "get_sizes") and len(marks.get_offsets()):
            radius = float(max(marks.get_sizes(), default=0.0)) ** 0.5 * dots_per_point(ax) / 2.0 * marks.get_clip_on()
            points = marks.get_offset_transform().transform(marks.get_offsets())
            yield from outside(ax, points, radius, "a marker")


def bar_faults(ax: Axes) -> Iterator[str]:
    """Bars: all of each lies inside, and it begins at 0, which a logarithmic axis does not have."""
    for container in ax.containers:
        if not hasattr(container, "orientation"):  # error bars are lines
            continue
        upright = container.orientation == "vertical"
        if (ax.get_yscale() if upright else ax.get_xscale()) == "log":
            yield f"{named(ax)}: bars on a logarithmic axis, where their lengths mean nothing"
        for bar in container.patches:
            yield from outside(ax, bar.get_window_extent().corners(), 0.0, "a bar")


def text_faults(figure: Figure) -> Iterator[str]:
    """Words: inside the figure, those in a panel inside the panel, large enough, and not on one another."""
    words = []
    for ax, text in texts(figure):
        box = text.get_window_extent()
        said = " ".join(text.get_text().split())
        if ax is not None and not within(ax.get_window_extent(), box):
            yield f"{named(ax)}: {said!r} is not inside its axes"
        if not within(figure.bbox, box):
            yield f"{said!r} is cut off by the edge of the figure"
        if text.get_fontsize() < SMALLEST:
            yield f"{said!r} is set in {text.get_fontsize():g} points, which are too small to read"
        words.append((said, box))
    for (one, a), (other, b) in combinations(words, 2):
        if covered(a, b) > OVERLAP:
            yield f"{one!r} and {other!r} are written over one another"


def texts(figure: Figure) -> Iterator[tuple[Axes | None, Any]]:
    """All words that are shown; beside those that stand within a panel, the panel."""
    for ax in figure.axes:
        if not ax.get_visible():
            continue
        for text in ax.texts:
            if shown(text):
                yield ax, text
        others = [ax.title, ax._left_title, ax._right_title]  # type: ignore[attr-defined]
        if ax.axison:
            others += [ax.xaxis.label, ax.yaxis.label, *visible_ticks(ax)]
        for text in others:
            if shown(text):
                yield None, text
    for legend in [legend for ax in figure.axes if (legend := ax.get_legend())] + figure.legends:
        for text in legend.get_texts():
            yield None, text
    for text in figure.texts:
        if shown(text):
            yield None, text


def visible_ticks(ax: Axes) -> Iterator[Any]:
    """The words at the ticks; an axis has more of those than matplotlib draws, and itself says which."""
    for axis in (ax.xaxis, ax.yaxis):
        for tick in axis._update_ticks():  # type: ignore[attr-defined]
            yield from (label for label in (tick.label1, tick.label2) if label.get_visible())


def shown(text: Any) -> bool:
    return bool(text.get_visible() and text.get_text().strip())


def outside(ax: Axes, points: Any, radius: float, what: str) -> Iterator[str]:
    """A line if any of the points, in pixels, is not inside the axes with so much around it."""
    for x, y in points:
        if not within(ax.get_window_extent(), Bbox([[x - radius, y - radius], [x + radius, y + radius]])):
            place = [round(float(number), 9) + 0.0 for number in ax.transData.inverted().transform((x, y))]
            yield f"{named(ax)}: {what} at ({place[0]:.4g}, {place[1]:.4g}) is not inside its axes"
            return


def within(frame: Any, box: Any) -> bool:
    """Whether a box lies in another one."""
    wide = frame.padded(TOLERANCE)
    return bool(wide.x0 <= box.x0 and box.x1 <= wide.x1 and wide.y0 <= box.y0 and box.y1 <= wide.y1)


def covered(a: Any, b: Any) -> float:
    """The part of the smaller of two boxes that lies in the other one."""
    width, height = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
    smaller = min(a.width * a.height, b.width * b.height)
    return width * height / smaller if width > 0.0 < height and smaller > 0.0 else 0.0


def dots_per_point(ax: Axes) -> float:
    return float(ax.figure.dpi) / 72.0


def named(ax: Axes) -> str:
    """A panel, by its title or its place."""
    title = ax.get_title(loc="left") or ax.get_title() or "a panel"
    return " ".join(title.split())


def look_at_every_figure() -> None:
    """From here on a figure in which something cannot be seen is a warning when it is shown."""
    from nn.plots import look

    draw: Callable[[Figure], bytes] = look.to_png

    def looked_at(figure: Figure) -> bytes:
        for fault in faults_of_figure(figure):
            warnings.warn(fault, RuntimeWarning, stacklevel=2)
        return draw(figure)

    look.to_png = looked_at
