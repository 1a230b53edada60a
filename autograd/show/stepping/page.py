"""Pages and notebook outputs: a still picture and a table that survive everywhere, and the player that replaces them.

A notebook that is opened again untrusted loses scripts, styles and inline SVG; an export loses widgets. What remains
is `<details>` with an `<img>` and a table. So that is what stands in the output; a script beside it, if it may run,
reads the picture from the `<img>` and makes it the stepper (`player.js`). A saved page is the same in a document.
"""

from __future__ import annotations

import html
import math
import os
from typing import Any

from autograd.files import write_whole
from autograd.show.derive import derive
from autograd.show.stepping.differences import Check
from autograd.show.stepping.final_drawing import final_svg
from autograd.show.stepping.player import document, image_tag, player, script_literal
from autograd.show.stepping.player_data import is_right, leaf_checks, player_data
from autograd.show.stepping.timeline import Timeline
from autograd.show.writing.numbers import number

MOST_NODES_ON_A_PAGE = 10_000  # of which a browser still shows a step at once
MOST_ROWS = 400  # of the table of values
MOST_CHAIN_RULE_WORK = 4_000  # nodes to go through for written-out chain rules, a whole graph for each of them
FRAME_SIZE = 400  # bytes of a document around the player
FIXED_SIZE, NODE_SIZE = 25_000, 4_000  # bytes that a page may have, and may have more for each node


def page(timeline: Timeline) -> str:
    """A self-contained HTML document to step through the passes.

    Raises:
        ValueError: if the graph is too large to be stepped through.
        RuntimeError: if there is no program to lay it out.
    """
    return document(f"Backpropagation of {root_name(timeline)}", stepper(timeline))


def save_page(timeline: Timeline, path: str | os.PathLike[str]) -> None:
    """Write that document to a file, whole or not at all. Raises what `page` raises."""
    write_whole(path, page(timeline))


def notebook_html(timeline: Timeline) -> str:
    """The same for the output of a cell. What cannot be laid out is a table of values and the reason."""
    try:
        return stepper(timeline)
    except (ValueError, RuntimeError) as reason:
        return f"<p>{html.escape(str(reason))}</p>\n{value_table(timeline, {})}"


def stepper(timeline: Timeline) -> str:
    """The fragment: the still picture and the table, and the data for the player."""
    if len(timeline.nodes) > MOST_NODES_ON_A_PAGE:
        raise ValueError(
            f"the graph of {root_name(timeline)} has {len(timeline.nodes):,} nodes, and a page can step through"
            f" {MOST_NODES_ON_A_PAGE:,}.\n"
            "Print the steps, draw it at detail='layers', or step through one sample of a batch."
        )
    from concurrent.futures import ThreadPoolExecutor  # which takes longer to import than a small page to make

    right = timeline if is_right(timeline) else Timeline(timeline.root, digits=timeline.digits)
    with ThreadPoolExecutor(1) as pool:  # the layout is another program's work, and takes as long as all the rest
        drawing = pool.submit(final_svg, right)
        found = leaf_checks(right)
        data = player_data(timeline, right, found)
        svg = drawing.result()
    counted = f"{len(right.nodes)} node{'s' * (len(right.nodes) != 1)}"
    described = f"The graph of {root_name(right)}: {counted} with values and gradients"
    summary = f"<summary>{data['titleHtml']}</summary>"
    still = f"<details open>\n{summary}\n{image_tag(svg, described)}\n{value_table(right, found)}</details>"
    size = FRAME_SIZE + len(player("stepper", still, data).encode())
    data["derivationsHtml"] = derivations(right, FIXED_SIZE + NODE_SIZE * len(right.nodes) - size)
    return player("stepper", still, data)


def derivations(timeline: Timeline, room: int) -> dict[str, str]:
    """The chain rule along every path, leaves first, for as many nodes as there is room and time for."""
    wanted = [node for node in timeline.nodes if node is not timeline.root and not timeline.board.is_constant(node)]
    wanted.sort(key=lambda node: bool(node.parents))
    written: dict[str, str] = {}
    for node in wanted[: MOST_CHAIN_RULE_WORK // len(timeline.nodes)]:
        chain = derive(timeline.root, node, digits=timeline.digits).html
        room -= len(script_literal(chain).encode()) + 10
        if room < 0:
            break
        written[timeline.keys[node][1:]] = chain
    return written


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
