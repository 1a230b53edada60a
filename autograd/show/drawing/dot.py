"""A picture as DOT text: cards for the nodes, arrows for the edges, in a light and a dark dress.

What a page, or a person who goes on with the drawing, can rely on:

- the name of a node in DOT and the id of its group in SVG is its key, `n<i>`, and the group's classes are `leaf`,
  `constant` or `computed`, and `dimmed` off the highlighted paths;
- the id of an edge is `e<child index>_<operand position>`; its classes are `positive`, `negative` or `neutral`;
- inside a node's group each shown thing is one `<text>` of its own, in the order name, operation, note, value,
  gradient, as far as it is shown. graphviz-pure puts each into a group of the id `a_<key>_<what>`, as `a_n3_gradient`,
  with all its digits as the tooltip; Graphviz's own dot leaves these groups out.

Sign and size of a gradient are each said twice, so that neither needs colour: sign by colour (blue and orange, which
the colour-blind can tell apart; Okabe & Ito 2008) and by solid or dashed lines, size by the number and by the width.
"""

from __future__ import annotations

import html
import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from autograd.show.drawing.picture import Drawable, DrawableEdge, DrawableNode, Shown, Spread
from autograd.show.drawing.theme import THEMES, Theme
from autograd.show.writing.numbers import number

SERIF, SANS = "Times-Italic", "Helvetica"  # of these every layout program knows the widths
# A digit of sans-serif and a letter of italics in ems, in DejaVu, the widest of the fonts that stand in for others.
WIDE, NARROW = 0.64, 0.58
CROWDED = 12  # operands, beyond which local derivatives beside the arrows would be a thicket, and leaves are one line
SIDES = {"LR": "tailport=e headport=w", "TB": "tailport=s headport=n"}
DENSE = 2  # arrows for each node, beyond which they are straight and bare, as networks are drawn in books
MOST_RANKED_PERFECTLY = 1_000  # nodes, beyond which a perfect layout takes minutes, and a good one seconds


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


def dot_lines(picture: Drawable, style: Style = Style(), highlighted: Collection[str] | None = None) -> Iterator[str]:
    """The lines between the braces.

    Args:
        highlighted: the keys of the nodes that stand out; None: all are equal.
    """
    theme = style.theme
    operands = Counter(edge.head for edge in picture.edges)
    slim = in_one_line(picture, operands)
    dense = len(picture.edges) > DENSE * len(picture.nodes)
    apart = 1.6 if dense or slim else 0.6 if style.direction == "LR" else 0.4
    hints = " splines=line" * dense + " nslimit=1 nslimit1=1" * (len(picture.nodes) > MOST_RANKED_PERFECTLY)
    yield (
        f'\tgraph [rankdir={style.direction} bgcolor="{theme.background}" pad=0.2 ordering=in fontname={SANS}'
        f" nodesep={0.08 if slim else 0.22} ranksep={apart}{hints}]\n"
    )
    yield f"\tnode [shape=plain fontname={SANS} fontsize=12]\n"
    yield (
        f'\tedge [color="{theme.muted}" fontcolor="{theme.muted}" fontname={SANS} fontsize=10'
        " arrowsize=0.6 penwidth=1]\n"
    )
    for node in picture.nodes:
        dimmed = highlighted is not None and node.key not in highlighted
        identity = f'id="{node.key}" class="{kind(node)}{" dimmed" * dimmed}"'
        yield f"\t{node.key} [{identity} label=<{card(node, style, dimmed, node.key in slim)}>]\n"
    largest = max(filter(math.isfinite, (largest_magnitude(edge.flow) for edge in picture.edges)), default=0.0)
    for edge in picture.edges:
        dimmed = highlighted is not None and not {edge.tail, edge.head} <= set(highlighted)
        attributes = arrow(edge, style, largest, dimmed)
        if dense or operands[edge.head] > CROWDED:
            attributes.append(SIDES[style.direction])  # so that no arrow crosses a card
        elif style.local_derivatives:
            attributes += annotation(edge, style)
        yield f"\t{edge.tail} -> {edge.head} [{' '.join(attributes)}]\n"


def in_one_line(picture: Drawable, operands: Mapping[str, int]) -> set[str]:
    """The leaves of which there are many: the operands of nothing but nodes with a crowd of them."""
    feeds = {edge.tail for edge in picture.edges}
    feeds_few = {edge.tail for edge in picture.edges if operands[edge.head] <= CROWDED}
    return {node.key for node in picture.nodes if kind(node) == "leaf"} & feeds - feeds_few


# ── Nodes ───────────────────────────────────────────────────────────────────────────────────────────────────────

LEFT, RIGHT, SPAN, EMPTY = 'align="left"', 'align="right"', 'colspan="2" align="left"', "<td></td>"
LONG = 8  # characters of a name; a longer one is written smaller


def kind(node: DrawableNode) -> str:
    """The class of a node in SVG."""
    return "constant" if node.constant else "computed" if node.operation else "leaf"


def card(node: DrawableNode, style: Style, dimmed: bool, slim: bool) -> str:
    """A node as a table: its name and operation, a note, its value, and its gradient on a tinted ground.

    Args:
        slim: all of it in one line.
    """
    theme = style.theme
    ink, muted, border = (theme.faint,) * 3 if dimmed else (theme.ink, theme.muted, theme.border)
    value = cell(
        node, "value", style.number(node.value), ink, about=exactly(node.value), place=LEFT if slim else SPAN,
        letters=style.letters * slim,
    )  # fmt: skip
    if node.constant:
        return f'<table border="0" cellborder="0" cellspacing="0" cellpadding="1"><tr>{value}</tr></table>'
    name = cell(node, "name", node.name, ink, face=SERIF, size=15 if len(node.name) <= LONG else 12, place=LEFT)
    operation = cell(node, "operation", node.operation, muted, size=11, place=RIGHT if name else LEFT)
    note = cell(node, "note", node.note, muted, size=10)
    gradient = ""
    if style.backward:
        tint, colour = (theme.card, theme.faint) if dimmed else signed(node.gradient, theme)
        ground = f'{LEFT if slim else SPAN} style="rounded" bgcolor="{tint}"'
        gradient = cell(
            node, "gradient", style.number(node.gradient), colour,
            about=exactly(node.gradient), place=ground, letters=style.letters,
        )  # fmt: skip
    rows = [name + value + gradient] if slim else [name + (operation or EMPTY), note, value, gradient]
    lines = "".join(f"<tr>{row}</tr>" for row in rows if row)
    fill = theme.card if node.operation else theme.background
    return (
        f'<table border="1" style="rounded" bgcolor="{fill}" color="{border}" cellborder="0" cellspacing="1"'
        f' cellpadding="{1 if slim else 2}">{lines}</table>'
    )


def cell(
    node: DrawableNode,
    what: str,
    text: str,
    colour: str,
    *,
    face: str = SANS,
    size: int = 12,
    place: str = SPAN,
    about: str = "",
    letters: int = 0,
) -> str:
    """One cell of a card, with an id of its own and `about` when the mouse is over it; nothing for no text."""
    if not text:
        return ""
    content = f"<i>{escaped(text)}</i>" if face == SERIF else escaped(text)
    room = math.ceil((NARROW if face == SERIF else WIDE) * size * max(len(text), letters)) + 4
    if place == RIGHT:  # where it ends is reckoned with the layout program's font, which may be narrower than the shown
        content += " " * math.ceil(len(text) / 6)
    return (
        f'<td {place} width="{room}" id="{node.key}_{what}" tooltip="{f"{what} {about}".strip()}">'
        f'<font face="{face}" point-size="{size}" color="{colour}">{content}</font></td>'
    )


def escaped(text: str) -> str:
    r"""Any text as it is in an HTML label: markup is no markup, and \N is not the node's name."""
    return html.escape(text).replace("\\", "\\\\")


# ── Edges ───────────────────────────────────────────────────────────────────────────────────────────────────────


def arrow(edge: DrawableEdge, style: Style, largest: float, dimmed: bool) -> list[str]:
    """The attributes of an arrow: its id and classes, and the colour, width and dashes of what flows back along it."""
    flow = edge.flow if style.backward else None
    attributes = [f'id="e{edge.head[1:]}_{edge.position}"', f'class="{sign_name(flow)}{" dimmed" * dimmed}"']
    if dimmed:
        attributes.append(f'color="{style.theme.faint}" fontcolor="{style.theme.faint}"')
    elif flow is not None:
        attributes.append(f'color="{signed(flow, style.theme)[1]}"')
    if flow is not None:
        attributes.append(f"penwidth={line_width(largest_magnitude(flow), largest):.2f}")
    if sign_name(flow) == "negative":
        attributes.append("style=dashed")
    return attributes


def annotation(edge: DrawableEdge, style: Style) -> list[str]:
    """The local derivative beside an arrow, or how many values go along it."""
    beside = " " if style.direction == "TB" else ""
    if edge.count > 1:
        return [f'label="{beside}{edge.count} values"']
    if edge.local is None:
        return []
    return [f'label="{beside}{style.number(edge.local)}"', f'labeltooltip="local derivative {exactly(edge.local)}"']


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
