"""A picture as SVG without any program: laid out by `layered`, with the groups, ids and classes of `dot.py`."""

from __future__ import annotations

import html
import itertools
import math
from collections.abc import Collection, Sequence

from autograd.show.drawing.cards import SERIF, Card, CardCell, card_of
from autograd.show.drawing.dress import (
    CROWDED,
    USUAL,
    ArrowLook,
    Style,
    in_one_line,
    is_dense,
    kind,
    largest_flow,
    look_of,
    operands_of,
)
from autograd.show.drawing.layered import LABEL, Arrangement, Point, Way, layered
from autograd.show.drawing.picture import Drawable

MARGIN = 14.4
LINE_HEIGHT = 1.2  # times the size of its letters, the height of a line
PORTS = 10.0  # from where one arrow enters a card to the next
LETTER, TALL_LABEL = 6.2, 10.0  # the width of a label's letter, and the height of a label
HEAD, HALF = 6.5, 2.6  # the length of an arrow's head, and half of its width


def own_svg(
    picture: Drawable,
    style: Style = USUAL,
    highlighted: Collection[str] | None = None,
    middles: Sequence[Point] | None = None,
) -> str:
    """The whole picture as an SVG document.

    Args:
        highlighted: the keys of the nodes that stand out; None: all are equal.
        middles: where the cards are, x to the right and y upwards, if that is known; arrows between them are straight.
    """
    operands = operands_of(picture)
    slim = in_one_line(picture, operands)
    dimmed = {node.key for node in picture.nodes if highlighted is not None and node.key not in highlighted}
    cards = [card_of(node, style, node.key in dimmed, node.key in slim) for node in picture.nodes]
    bare = is_dense(picture) or not style.local_derivatives
    largest = largest_flow(picture)
    looks = [
        look_of(
            edge, style, largest, not dimmed.isdisjoint((edge.tail, edge.head)), bare or operands[edge.head] > CROWDED
        )
        for edge in picture.edges
    ]
    from_left = style.direction == "LR" or middles is not None
    places = arrangement_of(picture, cards, looks, from_left, middles)

    groups, corners = [], [point for way in places.ways for point in way]
    for edge, look, way, spot in zip(picture.edges, looks, places.ways, places.labels, strict=True):
        inside = arrow_lines(look, style, way, from_left, middles is not None)
        if spot is not None:
            inside += label_text(look, style, spot, edge.head, edge.position)
            corners += around(spot, (LETTER * len(look.label), LABEL))
        groups.append(group(look.identity, f"edge {look.classes}", f"{edge.tail}&#45;&gt;{edge.head}", inside))
    for node, card, middle in zip(picture.nodes, cards, places.boxes, strict=True):
        box = around(middle, size_of(card))
        corners += box
        classes = f"node {kind(node)}{' dimmed' * (node.key in dimmed)}"
        groups.append(group(node.key, classes, node.key, drawn_card(card, node.key, *box[0])))
    return svg_document("".join(groups), corners, style)


def group(identity: str, classes: str, title: str, inside: str) -> str:
    """A group of SVG as a layout program writes it."""
    return f'<g id="{identity}" class="{classes}">\n<title>{title}</title>\n{inside}</g>\n'


def around(middle: Point, size: tuple[float, float]) -> list[Point]:
    """The first and the last corner of a rectangle."""
    (x, y), (width, height) = middle, size
    return [(x - width / 2.0, y - height / 2.0), (x + width / 2.0, y + height / 2.0)]


def arrangement_of(
    picture: Drawable,
    cards: Sequence[Card],
    looks: Sequence[ArrowLook],
    from_left: bool,
    middles: Sequence[Point] | None,
) -> Arrangement:
    """Where all of a picture goes, x to the right and y downwards."""
    operands = operands_of(picture)
    place = {node.key: index for index, node in enumerate(picture.nodes)}
    sizes = [size_of(card) for card in cards]
    boxes = sizes if from_left else [(height, width) for width, height in sizes]
    arrows = []
    for edge, look in zip(picture.edges, looks, strict=True):
        head, count = place[edge.head], operands[edge.head]
        apart = min(PORTS, boxes[head][1] / (count + 1.0))
        port = (edge.position - (count - 1.0) / 2.0) * apart
        label = LETTER * len(look.label) if from_left else TALL_LABEL * bool(look.label)
        arrows.append(Way(place[edge.tail], head, port, label))
    if middles is not None:
        return straight_ways([(x, -y) for x, y in middles], arrows, sizes)
    found = layered(boxes, arrows)
    if from_left:
        return found
    return Arrangement(
        [(x, y) for y, x in found.boxes],
        [[(x, y) for y, x in way] for way in found.ways],
        [None if spot is None else (spot[1], spot[0]) for spot in found.labels],
    )


def straight_ways(middles: Sequence[Point], arrows: Sequence[Way], sizes: Sequence[tuple[float, float]]) -> Arrangement:
    """Straight arrows between cards that have their places, from the right side to the left."""
    ways = [
        [
            (middles[arrow.tail][0] + sizes[arrow.tail][0] / 2.0, middles[arrow.tail][1]),
            (middles[arrow.head][0] - sizes[arrow.head][0] / 2.0, middles[arrow.head][1]),
        ]
        for arrow in arrows
    ]
    labels: list[Point | None] = [
        ((way[0][0] + way[1][0]) / 2.0, (way[0][1] + way[1][1]) / 2.0 - 6.0) if arrow.label else None
        for arrow, way in zip(arrows, ways, strict=True)
    ]
    return Arrangement(list(middles), ways, labels)


def svg_document(body: str, corners: Sequence[Point], style: Style) -> str:
    """The document round groups, all of whose points are within these corners."""
    xs, ys = [x for x, _ in corners] or [0.0], [y for _, y in corners] or [0.0]
    left, top, right, bottom = min(xs) - MARGIN, min(ys) - MARGIN, max(xs) + MARGIN, max(ys) + MARGIN
    ground = f"{left:.1f},{bottom:.1f} {left:.1f},{top:.1f} {right:.1f},{top:.1f} {right:.1f},{bottom:.1f}"
    return (
        f'<svg width="{right - left:.0f}pt" height="{bottom - top:.0f}pt"'
        f' viewBox="0.00 0.00 {right - left:.2f} {bottom - top:.2f}"'
        ' xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">\n'
        f'<g id="graph0" class="graph" transform="translate({-left:.1f} {-top:.1f})">\n'
        f'<polygon fill="{style.theme.background}" stroke="none" points="{ground}"/>\n{body}</g>\n</svg>\n'
    )


# ── Cards ───────────────────────────────────────────────────────────────────────────────────────────────────────


def height_of(cell: CardCell, card: Card) -> float:
    return LINE_HEIGHT * cell.size + 2.0 * card.padding


def size_of(card: Card) -> tuple[float, float]:
    """The width and height of a card, as a layout program reckons them: a border and spaces of a point each."""
    space = 1.0 * card.framed
    widths = [sum(cell.room for cell in row) + space * (len(row) - 1) for row in card.rows]
    heights = [max(height_of(cell, card) for cell in row) for row in card.rows]
    round_it = 4.0 * card.framed
    return max(widths, default=10.0) + round_it, sum(heights) + space * max(0, len(heights) - 1) + round_it


def drawn_card(card: Card, key: str, left: float, top: float) -> str:
    """A card with its upper left corner there."""
    width, height = size_of(card)
    parts = []
    if card.framed:
        parts.append(
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" rx="6"'
            f' fill="{card.fill}" stroke="{card.border}"/>\n'
        )
    inset, space = 2.0 * card.framed, 1.0 * card.framed
    y = top + inset
    for row in card.rows:
        high = max(height_of(cell, card) for cell in row)
        x = left + inset
        for cell in row:
            room = width - 2.0 * inset if cell.place == "across" else cell.room
            parts.append(drawn_cell(cell, card, key, x, y, room, high, left + width - inset))
            x += cell.room + space
        y += high + space
    return "".join(parts)


def drawn_cell(cell: CardCell, card: Card, key: str, x: float, y: float, room: float, high: float, end: float) -> str:
    """A cell, with the group, the tooltip and the text that graphviz-pure gives it."""
    ground = ""
    if cell.ground:
        ground = f'<rect x="{x:.1f}" y="{y:.1f}" width="{room:.1f}" height="{high:.1f}" rx="3" fill="{cell.ground}"/>\n'
    at_the_end = cell.place == "right"
    at = end - card.padding if at_the_end else x + card.padding
    base = y + high / 2.0 + 0.32 * cell.size
    family = "Times,serif" if cell.face == SERIF else "Helvetica,sans-Serif"
    slanted = ' font-style="italic"' if cell.face == SERIF else ""
    return (
        f'<g id="a_{key}_{cell.what}"><a xlink:title="{html.escape(cell.tooltip)}">\n{ground}'
        f'<text xml:space="preserve" text-anchor="{"end" if at_the_end else "start"}" x="{at:.1f}" y="{base:.1f}"'
        f' font-family="{family}"{slanted} font-size="{cell.size:.2f}" fill="{cell.colour}">{html.escape(cell.text)}'
        "</text>\n</a>\n</g>\n"
    )


# ── Arrows ──────────────────────────────────────────────────────────────────────────────────────────────────────


def arrow_lines(look: ArrowLook, style: Style, way: Sequence[Point], from_left: bool, direct: bool) -> str:
    """The line of an arrow, and its head."""
    colour = look.colour or style.theme.muted
    pen = f' stroke-width="{look.width:.1f}"' if look.width is not None and look.width != 1.0 else ""
    dashes = ' stroke-dasharray="5,2"' if look.dashed else ""
    (x, y), before = way[-1], way[-2]
    length = math.dist(before, way[-1]) or 1.0
    slope = ((x - before[0]) / length, (y - before[1]) / length) if direct else (1.0, 0.0) if from_left else (0.0, 1.0)
    neck = (x - HEAD * slope[0], y - HEAD * slope[1])
    points = [*way[:-1], neck]
    path = [f"M{points[0][0]:.1f},{points[0][1]:.1f}"]
    for place, (start, end) in enumerate(itertools.pairwise(points)):
        if direct or place % 2 == 0:
            path.append(f"L{end[0]:.1f},{end[1]:.1f}")
        else:
            path.append(curve(start, end, from_left))
    wide = HALF + (look.width or 1.0) / 4.0
    across = (-slope[1] * wide, slope[0] * wide)
    corners = [(neck[0] + across[0], neck[1] + across[1]), (x, y), (neck[0] - across[0], neck[1] - across[1])]
    head = " ".join(f"{a:.1f},{b:.1f}" for a, b in corners)
    return (
        f'<path fill="none" stroke="{colour}"{pen}{dashes} d="{"".join(path)}"/>\n'
        f'<polygon fill="{colour}" stroke="{colour}" points="{head}"/>\n'
    )


def curve(start: Point, end: Point, from_left: bool) -> str:
    """A curve that leaves one point and reaches the other along the ranks."""
    if from_left:
        half = (start[0] + end[0]) / 2.0
        return f"C{half:.1f},{start[1]:.1f} {half:.1f},{end[1]:.1f} {end[0]:.1f},{end[1]:.1f}"
    half = (start[1] + end[1]) / 2.0
    return f"C{start[0]:.1f},{half:.1f} {end[0]:.1f},{half:.1f} {end[0]:.1f},{end[1]:.1f}"


def label_text(look: ArrowLook, style: Style, middle: Point, head: str, position: int) -> str:
    """What stands beside an arrow, with its tooltip."""
    colour = style.theme.faint if "dimmed" in look.classes else style.theme.muted
    return (
        f'<g id="a_e{head[1:]}_{position}&#45;label"><a xlink:title="{html.escape(look.about or look.label)}">\n'
        f'<text xml:space="preserve" text-anchor="middle" x="{middle[0]:.1f}" y="{middle[1] + 3.5:.1f}"'
        f' font-family="Helvetica,sans-Serif" font-size="10.00" fill="{colour}"'
        f' stroke="{style.theme.background}" stroke-width="3" paint-order="stroke">{html.escape(look.label)}</text>\n'
        "</a>\n</g>\n"
    )
