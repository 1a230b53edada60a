r"""A picture as TikZ, for papers: the cards where a layout program has put them, formulas in TeX's own fonts.

What it writes needs `\usepackage{amsmath,tikz}`. `x=1cm, y=1cm` on top are its units, to be made smaller or larger.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from autograd.show.drawing.dress import CROWDED, Style, kind, largest_magnitude, line_width, sign_name
from autograd.show.drawing.picture import Drawable, DrawableEdge, DrawableNode, Shown, Spread
from autograd.show.writing.names import label_name, plain_name
from autograd.show.writing.numbers import number

PLACE = re.compile(r"^node (n\d+) (\S+) (\S+) ", re.M)
SCALE = 1.5  # centimetres for an inch of the layout, whose cards are wider than TeX's
STYLES = r"""  card/.style={draw=black!35, rounded corners=2pt, align=left, inner sep=3pt, font=\footnotesize},
  leaf/.style={card, fill=white}, computed/.style={card, fill=black!4}, constant/.style={font=\footnotesize},
  positive/.style={draw={rgb,255:red,0;green,103;blue,165}}, negative/.style={draw={rgb,255:red,176;green,70;blue,0},
  dashed}, neutral/.style={draw=black!60}, beside/.style={auto, inner sep=1.5pt, font=\tiny}, >=stealth"""


def tikz(picture: Drawable, style: Style, layout: str) -> str:
    """A `tikzpicture`.

    Args:
        picture: what is shown.
        style: what of it, and with how many digits; the colours are those of paper.
        layout: what a layout program answers in its format "plain".
    """
    places = {key: (float(x) * SCALE, float(y) * SCALE) for key, x, y in PLACE.findall(layout)}
    nodes = [tikz_node(node, style, *places[node.key]) for node in picture.nodes]
    lines = [*nodes, *tikz_edges(picture, style)]
    return f"\\begin{{tikzpicture}}[x=1cm, y=1cm,\n{STYLES}]\n" + "\n".join(lines) + "\n\\end{tikzpicture}\n"


def tikz_node(node: DrawableNode, style: Style, x: float, y: float) -> str:
    """A card: name and operation, a note, the value, the gradient."""
    if node.constant:
        rows = [tex_number(node.value, style)]
    else:
        operation = rf"\enspace\tiny {tex_operation(node.operation)}" if node.operation else ""
        name = f"${label_name(node.name).latex}$" if node.name else ""
        note = f"${plain_name(node.note).latex}$" if node.note else ""
        gradient = tex_number(node.gradient, style) if style.backward and node.gradient is not None else ""
        marked = rf"\color{{{INKS[sign_name(node.gradient)]}}}{gradient}" if gradient else ""
        rows = [name + operation, note, tex_number(node.value, style), marked]
    text = r" \\ ".join(f"{{{row}}}" for row in rows if row)
    return rf"\node[{kind(node)}] ({node.key}) at ({x:.2f}, {y:.2f}) {{{text}}};"


INKS = {"positive": "blue!60!black", "negative": "orange!60!black", "neutral": "black!60"}


def tikz_edges(picture: Drawable, style: Style) -> Iterator[str]:
    """The arrows, as wide as what flows back along them is large."""
    largest = max(filter(math.isfinite, (largest_magnitude(edge.flow) for edge in picture.edges)), default=0.0)
    operands: dict[str, int] = {}
    for edge in picture.edges:
        operands[edge.head] = operands.get(edge.head, 0) + 1
    drawn: dict[tuple[str, str], int] = {}
    for edge in picture.edges:
        flow = edge.flow if style.backward else None
        width = f", line width={line_width(largest_magnitude(flow), largest) / 2:.2f}pt" if flow is not None else ""
        again = drawn.get((edge.tail, edge.head), 0)  # of a − a the second arrow is bent
        drawn[edge.tail, edge.head] = again + 1
        bent = f", bend left={15 * again}" if again else ""
        label = beside(edge, style) if operands[edge.head] <= CROWDED else ""
        yield rf"\draw[->, {sign_name(flow)}{width}] ({edge.tail}) to[{bent.lstrip(', ')}]{label} ({edge.head});"


def beside(edge: DrawableEdge, style: Style) -> str:
    """The local derivative, or how many values go this way."""
    if not style.local_derivatives:
        return ""
    if edge.count > 1:
        return f" node[beside] {{{edge.count} values}}"
    return "" if edge.local is None else f" node[beside] {{{tex_number(edge.local, style)}}}"


def tex_number(shown: Shown, style: Style) -> str:
    """A number in mathematics mode; of many their mean and range."""
    if isinstance(shown, Spread):
        mean, low, high = (number(x, style.digits).latex for x in shown[1:])
        return f"mean ${mean}$ in $[{low}, {high}]$"
    return "" if shown is None else f"${number(shown, style.digits).latex}$"


def tex_operation(mark: str) -> str:
    """The mark of an operation; a function's is its name."""
    if mark.startswith(POWER_OF):
        exponent = mark.removeprefix(POWER_OF).removeprefix("^").translate(FROM_SUPERSCRIPTS)
        return rf"$(\cdot)^{{{exponent}}}$"
    return f"${OPERATORS.get(mark) or plain_name(mark).latex}$"


POWER_OF = "(·)"
FROM_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
OPERATORS = {"−": "-", "+": "+", "×": r"\times", "÷": r"\div", "Σ": r"\Sigma", "xʸ": "x^y"}
