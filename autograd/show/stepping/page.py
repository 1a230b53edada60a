"""Pages and notebook outputs: a still picture and a table that survive everywhere, and the player that replaces them.

A notebook that is opened again untrusted loses scripts, styles and inline SVG; an export loses widgets. What remains
is `<details>` with an `<img>` and a table. So that is what stands in the output; a script beside it, if it may run,
reads the picture from the `<img>` and makes it the stepper (`player.js`). A saved page is the same in a document.
"""

from __future__ import annotations

import html
import math
import os
from collections.abc import Callable
from typing import Any

from autograd.files import write_whole
from autograd.show.stepping.differences import Check, checks
from autograd.show.stepping.final_drawing import final_svg
from autograd.show.stepping.player import document, image_tag, player
from autograd.show.stepping.player_data import NO_CHOICES, Choices, player_data
from autograd.show.stepping.timeline import Timeline
from autograd.show.writing.numbers import number

MOST_NODES_ON_A_PAGE = 10_000  # of which a browser still shows a step at once
MOST_CHECKS = 200  # leaves that are compared with finite differences
MOST_ROWS = 400  # of the table of values
FRAME_HEIGHT = 720  # pixels
FIXED_SIZE, NODE_SIZE = 45_000, 2_000  # bytes that a page may have, and may have more for each node


def page(timeline: Timeline, choices: Choices = NO_CHOICES) -> str:
    """A self-contained HTML document to step through the passes, whose leaves can be changed.

    Args:
        timeline: what is shown first.
        choices: what learns, and what the samples are.
    Raises:
        ValueError: if the graph is too large to be stepped through, or a label is no leaf's.
        RuntimeError: if CHALKGRAD_DOT leads to no program.
    """
    return document(f"Backpropagation of {root_name(timeline)}", stepper(timeline, choices))


def save_page(timeline: Timeline, path: str | os.PathLike[str], choices: Choices = NO_CHOICES) -> None:
    """Write that document to a file, whole or not at all. Raises what `page` raises."""
    write_whole(path, page(timeline, choices))


def notebook_html(timeline: Timeline, choices: Choices = NO_CHOICES) -> str:
    """The same for the output of a cell. What cannot be laid out is a table of values and the reason."""
    try:
        return stepper(timeline, choices)
    except (ValueError, RuntimeError) as reason:
        return f"<p>{html.escape(str(reason))}</p>\n{value_table(timeline, {})}"


def framed(timeline: Timeline, choices: Choices = NO_CHOICES) -> str:
    """The page in a frame, for notebooks that run scripts nowhere else; the reason if it cannot be laid out."""
    try:
        written = html.escape(page(timeline, choices))
    except (ValueError, RuntimeError):
        return notebook_html(timeline, choices)
    return (
        f'<iframe title="Backpropagation of {html.escape(root_name(timeline))}" srcdoc="{written}"'
        f' style="width: 100%; height: {FRAME_HEIGHT}px; border: 0"></iframe>'
    )


def stepper(timeline: Timeline, choices: Choices = NO_CHOICES) -> str:
    """The fragment: the still picture and the table, and the data for the player."""
    if len(timeline.nodes) > MOST_NODES_ON_A_PAGE:
        raise ValueError(
            f"the graph of {root_name(timeline)} has {len(timeline.nodes):,} nodes, and a page can step through"
            f" {MOST_NODES_ON_A_PAGE:,}.\n"
            "Print the steps, draw it at detail='layers', or step through one sample of a batch."
        )
    right = Timeline(timeline.root, digits=timeline.digits)
    drawing = at_the_same_time(lambda: final_svg(right))  # another program's work, which takes as long as all the rest
    found = leaf_checks(right)
    data, rules = player_data(timeline, choices)
    svg = drawing()
    counted = f"{len(right.nodes)} node{'s' * (len(right.nodes) != 1)}"
    described = f"The graph of {root_name(right)}: {counted} with values and gradients"
    summary = f"<summary>{data['titleHtml']}</summary>"
    still = f"<details open>\n{summary}\n{image_tag(svg, described)}\n{value_table(right, found)}</details>"
    return player("stepper", still, data, rules)


def at_the_same_time(work: Callable[[], str]) -> Callable[[], str]:
    """What waits for some work that has begun in a thread, or does it where no thread can start, as in a browser."""
    from concurrent.futures import ThreadPoolExecutor  # which takes longer to import than a small page to make

    pool = ThreadPoolExecutor(1)
    try:
        return pool.submit(work).result
    except RuntimeError:
        return work
    finally:
        pool.shutdown(wait=False)


# ── What stands in the output without a script ──────────────────────────────────────────────────────────────────


def root_name(timeline: Timeline) -> str:
    """What the root is called, as plain text."""
    return timeline.names[timeline.root].text


def value_table(timeline: Timeline, found: dict[Any, Check]) -> str:
    """Every number with its formula, value and gradient."""
    heads = ["", "computed as", "value", f"∂{timeline.names[timeline.root].html}/∂…", "finite differences"]
    heads = heads if found else heads[:-1]
    nodes = [node for node in timeline.nodes if not timeline.board.is_constant(node)]
    rows = [f"<tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr>"]
    for node in nodes[:MOST_ROWS]:
        cells = [
            timeline.names[node].html,
            timeline.board.value(node).html(timeline.digits) if node.parents else "",
            number(node.data, 6).html,
            number(timeline.gradients[node], 6).html,
        ]
        if found:
            check = found.get(node)
            cells.append(number(check.numeric, 6).html if check and not math.isnan(check.numeric) else "")
        rows.append(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    left_out = len(nodes) - MOST_ROWS
    more = f"<p>… and {left_out:,} more.</p>\n" if left_out > 0 else ""
    return f"<table>\n{chr(10).join(rows)}\n</table>\n{more}"


def leaf_checks(timeline: Timeline) -> dict[Any, Check]:
    """The finite differences of the first leaves that are not constants."""
    leaves = [node for node in timeline.nodes if not node.parents and not timeline.board.is_constant(node)]
    return checks(timeline.root, {leaf: timeline.gradients[leaf] for leaf in leaves[:MOST_CHECKS]})
