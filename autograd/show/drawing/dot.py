"""A picture as DOT text: cards for the nodes, arrows for the edges, in a light and a dark dress.

What a page, or a person who goes on with the drawing, can rely on:

- the name of a node in DOT and the id of its group in SVG is its key, `n<i>`, and the group's classes are `leaf`,
  `constant` or `computed`, and `dimmed` off the highlighted paths;
- the id of an edge is `e<child index>_<operand position>`; its classes are `positive`, `negative` or `neutral`;
- inside a node's group each shown thing is one `<text>` of its own, in the order name, operation, note, value,
  gradient, as far as it is shown. graphviz-pure puts each into a group of the id `a_<key>_<what>`, as `a_n3_gradient`,
  with all its digits as the tooltip; Graphviz's own dot leaves these groups out.
"""

from __future__ import annotations

import html
import math
from collections.abc import Collection, Iterator

from autograd.show.drawing.cards import SANS, SERIF, CardCell, card_of
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
from autograd.show.drawing.picture import Drawable, DrawableNode

SIDES = {"LR": "tailport=e headport=w", "TB": "tailport=s headport=n"}
MOST_RANKED_PERFECTLY = 1_000  # nodes, beyond which a perfect layout takes minutes, and a good one seconds


def dot_lines(picture: Drawable, style: Style = USUAL, highlighted: Collection[str] | None = None) -> Iterator[str]:
    """The lines between the braces.

    Args:
        highlighted: the keys of the nodes that stand out; None: all are equal.
    """
    theme = style.theme
    operands = operands_of(picture)
    slim = in_one_line(picture, operands)
    dense = is_dense(picture)
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
    largest = largest_flow(picture)
    for edge in picture.edges:
        dimmed = highlighted is not None and not {edge.tail, edge.head} <= set(highlighted)
        crowded = dense or operands[edge.head] > CROWDED
        attributes = arrow(look_of(edge, style, largest, dimmed, crowded or not style.local_derivatives), style)
        if crowded:
            attributes.append(SIDES[style.direction])  # so that no arrow crosses a card
        yield f"\t{edge.tail} -> {edge.head} [{' '.join(attributes)}]\n"


# ── Nodes ───────────────────────────────────────────────────────────────────────────────────────────────────────

PLACES = {"left": 'align="left"', "right": 'align="right"', "across": 'colspan="2" align="left"'}
EMPTY = "<td></td>"


def card(node: DrawableNode, style: Style, dimmed: bool, slim: bool) -> str:
    """A card as an HTML table.

    Args:
        slim: all of it in one line.
    """
    shown = card_of(node, style, dimmed, slim)
    rows = ["".join(cell(one, node.key) for one in row) for row in shown.rows]
    if shown.framed and not (slim or node.operation):  # beside the name
        rows[0:1] = [rows[0] + EMPTY] if node.name else [EMPTY, *rows[0:1]]
    lines = "".join(f"<tr>{row}</tr>" for row in rows)
    if not shown.framed:
        return f'<table border="0" cellborder="0" cellspacing="0" cellpadding="{shown.padding}">{lines}</table>'
    return (
        f'<table border="1" style="rounded" bgcolor="{shown.fill}" color="{shown.border}" cellborder="0"'
        f' cellspacing="1" cellpadding="{shown.padding}">{lines}</table>'
    )


def cell(shown: CardCell, key: str) -> str:
    """One cell, with an id of its own, and what it says when the mouse is over it."""
    content = f"<i>{escaped(shown.text)}</i>" if shown.face == SERIF else escaped(shown.text)
    if shown.place == "right":  # where it ends is reckoned with the layout program's font, which may be narrower
        content += " " * math.ceil(len(shown.text) / 6)
    ground = f' style="rounded" bgcolor="{shown.ground}"' if shown.ground else ""
    return (
        f'<td {PLACES[shown.place]}{ground} width="{shown.room}" id="{key}_{shown.what}" tooltip="{shown.tooltip}">'
        f'<font face="{shown.face}" point-size="{shown.size}" color="{shown.colour}">{content}</font></td>'
    )


def escaped(text: str) -> str:
    r"""Any text as it is in an HTML label: markup is no markup, and \N is not the node's name."""
    return html.escape(text).replace("\\", "\\\\")


# ── Edges ───────────────────────────────────────────────────────────────────────────────────────────────────────


def arrow(shown: ArrowLook, style: Style) -> list[str]:
    """The attributes of an arrow: its id and classes, its colour, width and dashes, and what stands beside it."""
    attributes = [f'id="{shown.identity}"', f'class="{shown.classes}"']
    if "dimmed" in shown.classes:
        attributes.append(f'color="{style.theme.faint}" fontcolor="{style.theme.faint}"')
    elif shown.colour is not None:
        attributes.append(f'color="{shown.colour}"')
    if shown.width is not None:
        attributes.append(f"penwidth={shown.width:.2f}")
    if shown.dashed:
        attributes.append("style=dashed")
    if shown.label:
        attributes.append(f'label="{" " * (style.direction == "TB")}{shown.label}"')
    if shown.about:
        attributes.append(f'labeltooltip="{shown.about}"')
    return attributes
