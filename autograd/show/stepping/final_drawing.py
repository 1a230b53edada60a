"""The drawing of a stepper: laid out once with the final numbers, so that nothing moves, and written small.

The player finds in it what `dot.py` promises: node groups n<i>, edge groups e<child>_<operand>, and in a node's group
the groups a_n<i>_value and a_n<i>_gradient.
"""

from __future__ import annotations

import re

from autograd.show.drawing.columns import positions
from autograd.show.drawing.dot import dot_lines
from autograd.show.drawing.dress import Style
from autograd.show.drawing.graphviz_drawing import new_drawing
from autograd.show.drawing.graphviz_program import NoLayout
from autograd.show.drawing.own_svg import own_svg
from autograd.show.drawing.picture import Edge, Node, Picture, mark
from autograd.show.stepping.timeline import Timeline

MOST_UNCROSSED = 150  # nodes, beyond which fewer attempts to avoid crossings save half of the time
LARGE = 500  # nodes, beyond which a layout program takes longer than one waits for a page


def final_svg(timeline: Timeline) -> str:
    """The SVG of the graph, with the gradients of the timeline."""
    return picture_svg(final_picture(timeline), timeline.digits)


def picture_svg(picture: Picture, digits: int) -> str:
    """The SVG of a picture whose numbers will change."""
    letters = digits + 4  # −0.0123: a sum so far may be longer than the whole
    style = Style(digits=digits, letters=letters)
    if len(picture.nodes) > LARGE:
        return compact_svg(own_svg(picture, style, middles=positions(picture, digits)))
    drawing = new_drawing(dot_lines(picture, style))
    if len(picture.nodes) > MOST_UNCROSSED:
        drawing.attr("graph", mclimit="0.1")
    try:
        return compact_svg(drawing.pipe(encoding="utf-8"))
    except NoLayout:
        return compact_svg(own_svg(picture, style))


def final_picture(timeline: Timeline) -> Picture:
    """The nodes and edges as they are at the end, whatever the `.grad` of the Values may be."""
    nodes, edges = [], []
    for node in timeline.nodes:
        key = timeline.keys[node]
        constant = timeline.board.is_constant(node)
        gradient = None if constant else timeline.gradients[node]
        nodes.append(Node(key, timeline.names[node].text, mark(node.op), node.data, gradient, constant=constant))
        for position, (parent, local) in enumerate(zip(node.parents, node.local_grads, strict=True)):
            known = not timeline.board.is_constant(parent)
            flow = timeline.gradients[node] * local
            edges.append(Edge(timeline.keys[parent], key, position, local if known else None, flow if known else None))
    return Picture(tuple(nodes), tuple(edges))


#: Each removes what a browser does not need. All of it is in tags, where text, which is escaped, cannot be.
REDUNDANT = [
    (re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<title>[^<]*</title>|</?a\b[^>]*>", re.S), ""),
    (re.compile(r' xmlns:xlink="[^"]*"|(?<=transform=")scale\(1 1\) rotate\(0\) '), ""),
    (re.compile(r'(<text) xml:space="preserve" text-anchor="start"'), r"\1"),
    (re.compile(r'(font-family="Times,serif"[^>]*) font-size="12.00"'), r'\1 font-size="12"'),  # a long name
    (re.compile(r' font-family="(Helvetica,sans-Serif|Times,serif)"| font-(style="italic"|size="1[25].00")'), ""),
    (re.compile(r'(<(?:text|rect)[^>]*) (?:fill="#1f2430"|stroke="#b4bac4")'), r"\1"),
    (re.compile(r"(\d\.\d)\d+(?=[^<>]*>)"), r"\1"),
    (re.compile(r"\.0+(?![\d.])(?=[^<>]*>)"), ""),
    (re.compile(r">\s+<"), "><"),
]
#: What it says of nearly all texts and cards is said once.
INHERITED = 'font-family="Helvetica,Arial,sans-serif" font-size="12" fill="#1f2430"'
COMMON = (
    "<style>[id$=_name] text{font:italic 15px Times,serif}[id$=_name] [font-size]{font-size:12px}"
    ".node>rect{stroke:#b4bac4}</style>"
)
#: A card is drawn as a filled path and an outlined one of the same shape; the ground of a gradient as a filled one.
CARD = re.compile(
    r'<path fill="(#[^"]*)" stroke="none" d="([^"]*)"/>(?:\s*<path fill="none" (stroke="[^"]*") d="\2"/>)?'
)


def compact_svg(svg: str) -> str:
    """The same picture in a third of the characters: no comments, tooltips, or further digits of coordinates."""
    svg = CARD.sub(rectangle, svg)
    for pattern, replacement in REDUNDANT:
        svg = pattern.sub(replacement, svg)
    head, body = svg.strip().split(">", 1)
    return f"{head} {INHERITED}>{COMMON}{body}"


def rectangle(card: re.Match[str]) -> str:
    """The rounded rectangle that a card's path goes round."""
    fill, path, stroke = card.groups(default="")
    coordinates = [float(x) for x in re.findall(r"-?[\d.]+", path)]
    xs, ys = coordinates[::2], coordinates[1::2]
    return (
        f'<rect x="{min(xs)}" y="{min(ys)}" width="{max(xs) - min(xs):.1f}" height="{max(ys) - min(ys):.1f}"'
        f' rx="{6 if stroke else 3}" fill="{fill}" {stroke}/>'
    )
