"""A worksheet to be printed: for each student the graph, its numbers, questions with room for answers; then the key."""

from __future__ import annotations

import html
from collections.abc import Sequence

from autograd.show.practising.practice_page import empty_svg
from autograd.show.practising.wording import ABOUT, Sheet
from autograd.show.stepping.player import asset, image_tag


def worksheet(sheets: Sequence[tuple[str, Sheet]], title: str) -> str:
    """An HTML document: a page for each (student, sheet), and behind them the key with the worked solutions.

    Raises:
        RuntimeError: if CHALKGRAD_DOT leads to no program.
    """
    pages = "\n".join(student_page(student, sheet, title) for student, sheet in sheets)
    key = "\n".join(solutions(student, sheet) for student, sheet in sheets)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{html.escape(title)}</title>\n'
        f"<style>{asset('autograd.show.practising/worksheet.css')}</style>\n</head>\n<body>\n{pages}\n"
        f'<div class="key">\n<h1>Key: {html.escape(title)}</h1>\n{key}\n</div>\n</body>\n</html>\n'
    )


def student_page(student: str, sheet: Sheet, title: str) -> str:
    """The graph with room for its gradients, how it is computed, and the questions."""
    name = html.escape(student) if student else '<span class="room"></span>'
    image = image_tag(empty_svg(sheet.timeline), "The graph with its values, and room for its gradients")
    questions = "".join(f"<li>{each.prompt.html.replace('?', ROOM, 1)}</li>" for each in sheet.asked)
    given = f", η = {sheet.rate:g}" if sheet.mode == "update" else ""
    return (
        f"<section>\n<h1>{html.escape(title)}</h1>\n<p>{ABOUT[sheet.mode]}{given}, to {sheet.digits} digits."
        f' &emsp;Name: {name}</p>\n<p class="formula">{sheet.title.html}</p>\n{image}\n<ol>{questions}</ol>\n</section>'
    )


ROOM = '<span class="room"></span>'


def solutions(student: str, sheet: Sheet) -> str:
    """The key of one sheet: every answer, worked out."""
    heading = f"<h2>{html.escape(student)}</h2>\n" if student else ""
    return (
        f"<section>\n{heading}<ol>{''.join(f'<li>{each.solution.html}</li>' for each in sheet.asked)}</ol>\n</section>"
    )
