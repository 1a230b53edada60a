"""The colours of a drawing: a light and a dark dress."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a drawing."""

    background: str
    ink: str
    muted: str
    faint: str
    card: str
    border: str
    positive: str
    negative: str
    positive_tint: str
    negative_tint: str
    neutral_tint: str


THEMES = {
    "light": Theme(
        background="#ffffff",
        ink="#1f2430",
        muted="#626976",
        faint="#c9ced6",
        card="#f6f7f9",
        border="#b4bac4",
        positive="#0067a5",
        negative="#b04600",
        positive_tint="#e3eff8",
        negative_tint="#fbeadd",
        neutral_tint="#eceef1",
    ),
    "dark": Theme(
        background="#15181e",
        ink="#e8eaee",
        muted="#9aa3b2",
        faint="#39404c",
        card="#21262f",
        border="#525b6a",
        positive="#6cb8ee",
        negative="#f2a065",
        positive_tint="#1b3346",
        negative_tint="#45301f",
        neutral_tint="#2b313b",
    ),
}
