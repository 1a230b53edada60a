"""The colours of code: few, and dark enough to be read."""

from pygments.style import Style
from pygments.token import Comment, Generic, Keyword, Literal, Name, Number, Operator, String, Token


class Light(Style):
    """Ink on paper."""

    background_color = "#f5f5f1"
    styles = {
        Token: "#1b1e22",
        Comment: "italic #5f656b",
        Keyword: "#8a2f8f",
        Operator.Word: "#8a2f8f",
        Name.Decorator: "#6a6200",
        Name.Exception: "#b3123c",
        Number: "#0b63b0",
        String: "#0b6a5e",
        Literal: "#0b63b0",
        Generic.Prompt: "#5f656b",
        Generic.Output: "#3c4248",
        Generic.Traceback: "#b3123c",
    }


class Dark(Style):
    """Chalk on a board."""

    background_color = "#1d2126"
    styles = {
        Token: "#e9e7e1",
        Comment: "italic #a0a7ae",
        Keyword: "#dd98e0",
        Operator.Word: "#dd98e0",
        Name.Decorator: "#cdc35a",
        Name.Exception: "#ff8096",
        Number: "#6bb3f2",
        String: "#5fcdbb",
        Literal: "#6bb3f2",
        Generic.Prompt: "#a0a7ae",
        Generic.Output: "#c6c8c6",
        Generic.Traceback: "#ff8096",
    }
