"""The page on which one practises: a graph without its gradients, and the questions, which a script asks and judges.

Where scripts may not run, the questions are a list, and their answers are folded away below it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from autograd.show.drawing.picture import Picture
from autograd.show.practising.mistakes import TYPICAL_MISTAKES
from autograd.show.practising.wording import ABOUT, Asked, Sheet
from autograd.show.stepping.final_drawing import final_picture, picture_svg
from autograd.show.stepping.player import image_tag, player, script_literal
from autograd.show.stepping.player_data import title_html
from autograd.show.stepping.timeline import Timeline
from autograd.show.writing.numbers import number

PRACTICE_SCRIPTS = (
    "autograd.show.stepping/player.js",
    "autograd.show.stepping/drawing.js",
    "autograd.show.practising/answers.js",
    "autograd.show.practising/practice.js",
)
PRACTICE_STYLES = ("autograd.show.practising/practice.css",)


def practice_fragment(sheets: Sequence[Sheet], start: int = 0, others: Sequence[Sequence[Sheet]] = ()) -> str:
    """The HTML that asks: the questions of each sheet are a mode of it.

    Args:
        sheets: of one graph.
        start: which of them is asked first.
        others: the same with other numbers, of which there is a button to give some.
    Raises:
        RuntimeError: if CHALKGRAD_DOT leads to no program.
    """
    timeline = sheets[start].timeline
    title = title_html(timeline)
    name = timeline.names[timeline.root].text
    image = image_tag(empty_svg(timeline), f"The graph of {name} with its values, and room for its gradients")
    still = f"<details open>\n<summary>{title}</summary>\n{image}\n{question_list(sheets[start])}</details>"
    data = {
        "titleHtml": title,
        "digits": timeline.digits,
        "mistakes": [mistake.hint for mistake in TYPICAL_MISTAKES],
        "names": [ABOUT[sheet.mode] for sheet in sheets],
        "start": start,
    }
    versions = script_literal([version_data(each) for each in (sheets, *others)])
    more = {"versions": versions}
    return player("practice", still, data, scripts=PRACTICE_SCRIPTS, styles=PRACTICE_STYLES, more=more)


def version_data(sheets: Sequence[Sheet]) -> dict[str, Any]:
    """All that depends on the numbers: what stands in the drawing, and the questions of each mode."""
    timeline = sheets[0].timeline
    flows = [abs(asked.question.right) for sheet in sheets if sheet.mode == "steps" for asked in sheet.asked]
    return {
        "values": [
            [f"{timeline.keys[node]} value", number(node.data, timeline.digits).text] for node in timeline.nodes
        ],
        "modes": [mode_data(sheet) for sheet in sheets],
        "largest": max(flows, default=0.0),
    }


def question_list(sheet: Sheet) -> str:
    """The questions, and their answers folded away."""
    asked = "".join(f"<li>{each.prompt.html} &ensp;(given {each.given.html})</li>" for each in sheet.asked)
    key = "".join(f"<li>{each.solution.html}</li>" for each in sheet.asked)
    return f"<ol>{asked}</ol>\n<details><summary>Answers</summary><ol>{key}</ol></details>\n"


def mode_data(sheet: Sheet) -> dict[str, Any]:
    """What `Round` of practice.js takes, and what is shown of the gradients before anything is asked."""
    timeline = sheet.timeline
    known = timeline.nodes if sheet.mode == "update" else [timeline.root] if sheet.mode != "local" else []
    return {
        "asked": [question_data(asked) for asked in sheet.asked],
        "shown": [
            [f"{timeline.keys[node]} gradient", number(timeline.gradients[node], timeline.digits).text]
            for node in known
            if not timeline.board.is_constant(node)
        ],
    }


def question_data(asked: Asked) -> dict[str, Any]:
    """One question as the page takes it."""
    question = asked.question
    place = {mistake: index for index, mistake in enumerate(TYPICAL_MISTAKES)}
    data = {
        "promptHtml": asked.prompt.html,
        "givenHtml": asked.given.html,
        "right": question.right,
        "tolerance": question.tolerance,
        "slips": [[place[slip.mistake], slip.number, slip.tolerance] for slip in question.slips],
        "hints": [hint.html for hint in asked.hints if hint.html],
        "solutionHtml": asked.solution.html,
        "at": asked.at,
        "before": asked.before,
        "reveals": asked.reveals,
    }
    if question.mode == "steps":
        data["flow"] = [asked.at[1], question.right]
    return data


#: The texts of gradients and of local derivatives in an SVG of `picture_svg`.
HIDDEN_TEXTS = re.compile(r'(<g id="a_(?:n\d+_gradient|e\d+_\d+(?:&#45;|-)label)">(?:<rect[^>]*>)?<text[^>]*>)[^<]*')


def empty_svg(timeline: Timeline) -> str:
    """The drawing without what is asked for: no gradient, no local derivative, and no arrow that tells a sign."""
    picture = final_picture(timeline)
    nodes = tuple(node if node.gradient is None else replace(node, gradient=0.0) for node in picture.nodes)
    edges = tuple(edge if edge.flow is None else replace(edge, flow=0.0) for edge in picture.edges)
    return HIDDEN_TEXTS.sub(r"\1", picture_svg(Picture(nodes, edges), timeline.digits))
