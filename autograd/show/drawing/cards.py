"""A node as a card: rows of cells, each with its text, its colour and its room, for DOT and for SVG."""

from __future__ import annotations

import math
from dataclasses import dataclass

from autograd.show.drawing.dress import Style, exactly, signed
from autograd.show.drawing.picture import DrawableNode

SERIF, SANS = "Times-Italic", "Helvetica"  # of these every layout program knows the widths
# A digit of sans-serif and a letter of italics in ems, in DejaVu, the widest of the fonts that stand in for others.
WIDE, NARROW = 0.64, 0.58
LONG = 8  # characters of a name; a longer one is written smaller


@dataclass(frozen=True, slots=True)
class CardCell:
    """One thing that a card shows.

    Attributes:
        what: "name", "operation", "note", "value" or "gradient".
        text: as it is shown.
        colour: of the text.
        face: of the font.
        size: of the font, in points.
        place: "left", "right" or "across" the row.
        room: the width that the text may need, in points.
        about: what it says with all its digits.
        ground: the colour behind it; "" for none.
    """

    what: str
    text: str
    colour: str
    face: str
    size: int
    place: str
    room: int
    about: str = ""
    ground: str = ""

    @property
    def tooltip(self) -> str:
        """What it says when the mouse is over it."""
        return f"{self.what} {self.about}".strip()


@dataclass(frozen=True, slots=True)
class Card:
    """A node as it is drawn.

    Attributes:
        rows: of cells; none is empty.
        padding: points that are left free round each.
        framed: whether there is a frame; a constant has none.
        fill, border: the colours of the frame.
    """

    rows: tuple[tuple[CardCell, ...], ...]
    padding: int
    framed: bool
    fill: str
    border: str


def card_of(node: DrawableNode, style: Style, dimmed: bool, slim: bool) -> Card:
    """A node's name and operation, a note, its value, and its gradient on a tinted ground.

    Args:
        slim: all of it in one line.
    """
    theme = style.theme
    ink, muted, border = (theme.faint,) * 3 if dimmed else (theme.ink, theme.muted, theme.border)
    place = "left" if slim else "across"

    def cell(
        what: str, text: str, colour: str, *, face: str = SANS, size: int = 12, place: str = place, about: str = "",
        letters: int = 0, ground: str = "",
    ) -> tuple[CardCell, ...]:  # fmt: skip
        room = math.ceil((NARROW if face == SERIF else WIDE) * size * max(len(text), letters)) + 4
        return (CardCell(what, text, colour, face, size, place, room, about, ground),) if text else ()

    value = cell(
        "value", style.number(node.value), ink, about=exactly(node.value), letters=style.letters * slim
    )  # fmt: skip
    if node.constant:
        return Card((value,), 1, False, "", "")
    name = cell("name", node.name, ink, face=SERIF, size=15 if len(node.name) <= LONG else 12, place="left")
    operation = cell("operation", node.operation, muted, size=11, place="right" if name else "left")
    note = cell("note", node.note, muted, size=10, place="across")
    gradient: tuple[CardCell, ...] = ()
    if style.backward:
        tint, colour = (theme.card, theme.faint) if dimmed else signed(node.gradient, theme)
        gradient = cell(
            "gradient", style.number(node.gradient), colour,
            about=exactly(node.gradient), letters=style.letters, ground=tint,
        )  # fmt: skip
    rows = (name + value + gradient,) if slim else (name + operation, note, value, gradient)
    fill = theme.card if node.operation else theme.background
    return Card(tuple(row for row in rows if row), 1 if slim else 2, True, fill, border)
