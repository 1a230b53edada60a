"""How what a picture shows is dressed: which colours, how wide a line, how many digits; the same for DOT, SVG and TikZ.

Sign and size of a gradient are each said twice, so that neither needs colour: sign by colour (blue and orange, which
the colour-blind can tell apart; Okabe & Ito 2008) and by solid or dashed lines, size by the number and by the width.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from autograd.show.drawing.picture import Drawable, DrawableEdge, DrawableNode, Shown, Spread
from autograd.show.drawing.theme import THEMES, Theme
from autograd.show.writing.numbers import number

CROWDED = 12  # operands, beyond which local derivatives beside the arrows would be a thicket, and leaves are one line
DENSE = 2  # arrows for each node, beyond which they are straight and bare, as networks are drawn in books


@dataclass(frozen=True, slots=True)
class Style:
    """How a picture is dressed.

    Args:
        theme: its colours.
        direction: "LR", operands to the left of what is computed from them, or "TB", above.
        backward: show the gradients, and dress the arrows in what flows along them.
        local_derivatives: write them beside the arrows.
        digits: how many of a number are shown.
        letters: for how many letters of a number there is room at least, because others will stand there, too.
    """

    theme: Theme = THEMES["light"]
    direction: str = "LR"
    backward: bool = True
    local_derivatives: bool = True
    digits: int = 4
    letters: int = 0

    def number(self, shown: Shown) -> str:
        """A number as text; of many, their mean and range."""
        if isinstance(shown, Spread):
            mean, low, high = (number(x, self.digits).text for x in shown[1:])
            return f"mean {mean} in [{low}, {high}]"
        return "" if shown is None else number(shown, self.digits).text


USUAL = Style()


def operands_of(picture: Drawable) -> Counter[str]:
    """How many operands each node has, by its key."""
    return Counter(edge.head for edge in picture.edges)


def is_dense(picture: Drawable) -> bool:
    """Whether arrows are so many that they are straight and bare."""
    return len(picture.edges) > DENSE * len(picture.nodes)


def in_one_line(picture: Drawable, operands: Mapping[str, int]) -> set[str]:
    """The leaves of which there are many: the operands of nothing but nodes with a crowd of them."""
    feeds = {edge.tail for edge in picture.edges}
    feeds_few = {edge.tail for edge in picture.edges if operands[edge.head] <= CROWDED}
    return {node.key for node in picture.nodes if kind(node) == "leaf"} & feeds - feeds_few


def kind(node: DrawableNode) -> str:
    """The class of a node in SVG."""
    return "constant" if node.constant else "computed" if node.operation else "leaf"


# ── Arrows ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ArrowLook:
    """How an arrow looks.

    Attributes:
        identity: its id.
        classes: separated by blanks.
        colour: None for the usual one.
        width: in points; None for the usual one.
        dashed: whether what flows along it is negative.
        label: what stands beside it; "" for nothing.
        about: all the digits of the label.
    """

    identity: str
    classes: str
    colour: str | None
    width: float | None
    dashed: bool
    label: str
    about: str


def look_of(edge: DrawableEdge, style: Style, largest: float, dimmed: bool, bare: bool) -> ArrowLook:
    """The look of an edge.

    Args:
        largest: the largest magnitude that flows along any.
        bare: without a label.
    """
    flow = edge.flow if style.backward else None
    sign = sign_name(flow)
    label = about = ""
    if edge.count > 1 and not bare:
        label = f"{edge.count} values"
    elif edge.local is not None and not bare:
        label, about = style.number(edge.local), f"local derivative {exactly(edge.local)}"
    return ArrowLook(
        identity=f"e{edge.head[1:]}_{edge.position}",
        classes=f"{sign}{' dimmed' * dimmed}",
        colour=style.theme.faint if dimmed else None if flow is None else signed(flow, style.theme)[1],
        width=None if flow is None else line_width(largest_magnitude(flow), largest),
        dashed=sign == "negative",
        label=label,
        about=about,
    )


def largest_flow(picture: Drawable) -> float:
    """The largest finite magnitude that flows along an arrow."""
    return max(filter(math.isfinite, (largest_magnitude(edge.flow) for edge in picture.edges)), default=0.0)


def line_width(magnitude: float, largest: float) -> float:
    """The width of a line in points: 0.8 for nothing, 3.6 for the largest; the square root keeps small ones visible."""
    if not math.isfinite(magnitude):
        return 3.6
    return 0.8 + 2.8 * math.sqrt(magnitude / largest) if largest else 0.8


# ── Numbers ─────────────────────────────────────────────────────────────────────────────────────────────────────


def ends(shown: Shown) -> tuple[float, float]:
    """The range of many numbers, twice the number of one, twice 0 of none."""
    if isinstance(shown, Spread):
        return shown.low, shown.high
    return (0.0, 0.0) if shown is None else (shown, shown)


def largest_magnitude(shown: Shown) -> float:
    """The largest magnitude."""
    return max(map(abs, ends(shown)))


def sign_name(shown: Shown) -> str:
    """Positive, negative, or neutral: nothing, NaN, or some of both."""
    low, high = ends(shown)
    if low >= 0.0 and high > 0.0:
        return "positive"
    return "negative" if low < 0.0 and high <= 0.0 else "neutral"


def signed(shown: Shown, theme: Theme) -> tuple[str, str]:
    """The tint and the colour of a number's sign."""
    return {
        "positive": (theme.positive_tint, theme.positive),
        "negative": (theme.negative_tint, theme.negative),
        "neutral": (theme.neutral_tint, theme.muted),
    }[sign_name(shown)]


def exactly(shown: Shown) -> str:
    """A number with all its digits, for where there is room."""
    if isinstance(shown, Spread):
        return f"mean {shown.mean!r} of {shown.total} numbers from {shown.low!r} to {shown.high!r}"
    return "" if shown is None else repr(shown)
