"""The look of all pictures, and how they become files. Quiet, large type, and no meaning that only colour carries.

Figures are made with matplotlib's objects alone: `pyplot`, its list of open figures and its windows stay untouched.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd.files import write_whole
from nn.basics.optional import require

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe & Ito 2008, which the colour-blind can tell apart; each has a line and a marker of its own, too.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A5195", "#8C564B", "#555555", "#000000")
LINES = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">")
INK, PALE = "#222222", "#D8D8D8"
TITLE, LABEL, SMALL = 15, 13, 11.5
GEOMETRY = re.compile(r' (?:d|x|y)="[^"]*"')  # the attributes of an SVG that hold nothing but coordinates
COORDINATE = re.compile(r"-?\d+\.\d{3,}(?!\d|e)")
MARKS = re.compile(r'(<g clip-path="[^"]*")>((?:\s*<use [^>]*/>)+)')
STYLE = re.compile(r' style="[^"]*"')
FONTS = ["DejaVu Sans", "Verdana", "Arial"]  # matplotlib's own, and what is about as wide; named beside every text
DOTS = 2000  # more points than this are drawn as pixels, also in an SVG


@cache
def picture_class() -> Any:
    """matplotlib's Figure, which notebooks show without any pyplot."""

    class Picture(require("matplotlib.figure").Figure):  # type: ignore[misc]
        """A figure that shows itself, as pixels: a notebook that is not trusted yet shows no SVG."""

        def _repr_png_(self) -> bytes:
            return to_png(self)

    return Picture


def new_figure(width: float, height: float) -> Figure:
    """An empty white figure, in inches, which makes room for its labels by itself."""
    layout = require("matplotlib.layout_engine").ConstrainedLayoutEngine(
        w_pad=0.09, h_pad=0.09, wspace=0.03, hspace=0.04
    )
    figure: Figure = picture_class()(figsize=(width, height), layout=layout, facecolor="white", dpi=100)
    return figure


def new_axes(figure: Figure, rows: int, columns: int, **options: Any) -> list[Any]:
    """The panels of a figure, row by row."""
    axes: list[Any] = figure.subplots(rows, columns, squeeze=False, **options).ravel().tolist()
    return axes


def dress(ax: Axes, title: str = "", x: str = "", y: str = "") -> None:
    """Words for a panel, and its frame reduced to two quiet lines."""
    ax.set_title(title, fontsize=TITLE, color=INK, loc="left", pad=10)
    ax.set_xlabel(x, fontsize=LABEL, color=INK)
    ax.set_ylabel(y, fontsize=LABEL, color=INK)
    ax.tick_params(labelsize=SMALL, colors=INK, length=4)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("bottom", "left"):
        ax.spines[side].set_color("#888888")


def settled(figure: Figure) -> Figure:
    """The figure with the room for its labels made once and for all, so that it is drawn the same each time."""
    layout = figure.get_layout_engine()
    assert layout is not None, "as figures are made here"
    layout.execute(figure)  # and not drawn, for which pictures would be enlarged to all their points
    with require("matplotlib").rc_context({"figure.autolayout": False, "figure.constrained_layout.use": False}):
        figure.set_layout_engine(None)  # not "none", which stands for one, for which everything is drawn once more
    return figure


def legend(ax: Axes, **options: Any) -> None:
    """A legend without a box, behind nothing."""
    ax.legend(fontsize=SMALL, labelcolor=INK, **{"frameon": False, **options})


def look(k: int) -> dict[str, Any]:
    """Colour and marker of the k-th class; past the tenth a colour comes with another marker."""
    return {"color": COLOURS[k % len(COLOURS)], "marker": MARKERS[(k + k // len(COLOURS)) % len(MARKERS)]}


def shorten(names: Sequence[str], limit: int = 24) -> list[str]:
    """Names that fit beside an axis."""
    return [name if len(name) <= limit else name[: limit - 1] + "…" for name in names]


def to_svg(figure: Figure) -> str:
    """A figure as SVG, ready to be put into HTML: text stays text, and the same figure gives the same characters.

    >>> figure = new_figure(3, 2)
    >>> to_svg(figure).startswith("<svg ") and to_svg(figure) == to_svg(figure)
    True
    """
    buffer = io.StringIO()
    settings = {"svg.hashsalt": "chalkgrad", "svg.fonttype": "none", "font.sans-serif": FONTS}
    with require("matplotlib").rc_context(settings):
        figure.savefig(buffer, format="svg", metadata={"Date": None}, dpi=150)
    text = buffer.getvalue()
    return MARKS.sub(with_one_style, GEOMETRY.sub(with_rounded_coordinates, text[text.index("<svg ") :]))


def with_one_style(group: re.Match[str]) -> str:
    """A group of marks that are all of the same style, which is said once, of the group."""
    styles = set(STYLE.findall(group[2]))
    return f"{group[1]}{styles.pop()}>{STYLE.sub('', group[2])}" if len(styles) == 1 else group[0]


def with_rounded_coordinates(attribute: re.Match[str]) -> str:
    """Coordinates to a hundredth of a point, on one line: half the characters, and nothing that an eye can tell."""
    rounded = COORDINATE.sub(lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), attribute[0])
    return rounded.replace("\n", "")


def to_png(figure: Figure) -> bytes:
    """A figure as PNG with a palette, which takes a third of the room: notebooks are stored with many of them.

    >>> to_png(new_figure(3, 2))[:4]
    b'\\x89PNG'
    """
    full, small = io.BytesIO(), io.BytesIO()
    figure.savefig(full, format="png")
    with_palette(require("PIL.Image").open(full).convert("RGB")).save(small, format="png", optimize=True)
    return small.getvalue()


def with_palette(pixels: Any) -> Any:
    """An image of Pillow's (with which matplotlib writes PNG) in 256 colours, each pixel in the nearest of them.

    Half are its most frequent ones, so that areas keep theirs exactly. The others are spread over all that there are,
    as the edges of lines have many shades, and a marker that is there only once has a colour as well.
    """
    numpy, image = require("numpy"), require("PIL.Image")
    spread = pixels.quantize(128, method=image.Quantize.MAXCOVERAGE, dither=image.Dither.NONE).getpalette()[: 3 * 128]
    rgb = numpy.asarray(pixels).astype(int)
    codes, where, counts = numpy.unique(rgb @ [1 << 16, 1 << 8, 1], return_inverse=True, return_counts=True)
    colours = numpy.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1)
    frequent = colours[numpy.argsort(-counts, kind="stable")[:128]]
    palette = numpy.concatenate([frequent, numpy.reshape(spread, (-1, 3))])
    nearest = ((colours[:, None] - palette[None]) ** 2).sum(axis=2).argmin(axis=1)
    reduced = image.fromarray(nearest[where].reshape(rgb.shape[:2]).astype(numpy.uint8))
    reduced.putpalette(palette.ravel().tolist())
    return reduced


def save_figure(figure: Figure, path: str | Path) -> None:
    """Write a figure to a file, whole or not at all, in the format that its name ends with: .svg, .png, .pdf …

    A name without an ending, such as /dev/stdout, gets SVG.
    """
    form = Path(path).suffix[1:].lower() or "svg"
    if form == "svg":
        write_whole(path, to_svg(figure))
    else:
        buffer = io.BytesIO()
        figure.savefig(buffer, format=form)
        write_whole(path, buffer.getvalue())
