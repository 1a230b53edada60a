"""The colours of code: few, and dark enough to be read."""

from pygments.style import Style
from pygments.token import Comment, Generic, Keyword, Literal, Name, Number, Operator, String, Token

#: Of what, the colour on paper and the colour on a board.
COLOURS = {
    Token: ("#1b1e22", "#e9e7e1"),
    Comment: ("italic #5f656b", "italic #a0a7ae"),
    Keyword: ("#8a2f8f", "#dd98e0"),
    Operator.Word: ("#8a2f8f", "#dd98e0"),
    Name.Decorator: ("#6a6200", "#cdc35a"),
    Name.Exception: ("#b3123c", "#ff8096"),
    Number: ("#0b63b0", "#6bb3f2"),
    String: ("#0b6a5e", "#5fcdbb"),
    Literal: ("#0b63b0", "#6bb3f2"),
    Generic.Prompt: ("#5f656b", "#a0a7ae"),
    Generic.Output: ("#3c4248", "#c6c8c6"),
    Generic.Traceback: ("#b3123c", "#ff8096"),
}


class Light(Style):
    """Ink on paper."""

    background_color = "#f5f5f1"
    styles = {kind: ink for kind, (ink, _) in COLOURS.items()}


class Dark(Style):
    """Chalk on a board."""

    background_color = "#1d2126"
    styles = {kind: chalk for kind, (_, chalk) in COLOURS.items()}
