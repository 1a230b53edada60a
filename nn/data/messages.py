"""What is said about data that cannot be used: the error, and words that its messages share."""

from __future__ import annotations

from collections.abc import Iterable


class DataError(ValueError):
    """Data that cannot be used as they are. The message is one line: which file, line and column, and what to do."""


def count(n: int, noun: str) -> str:
    """1 cell, 2 cells."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def some(names: Iterable[str], limit: int = 8) -> str:
    """The first few names."""
    known = list(names)
    return ", ".join(map(repr, known[:limit])) + (f" and {len(known) - limit} more" if len(known) > limit else "")
