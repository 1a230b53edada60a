"""Pages and notebook outputs: a still picture and a table that survive everywhere, and the player that replaces them.

A notebook that is opened again untrusted loses scripts, styles and inline SVG; an export loses widgets. What remains
is `<details>` with an `<img>` and a table. So that is what stands in the output; a script beside it, if it may run,
reads the picture from the `<img>` and makes it the stepper (`player.js`). A saved page is the same in a document.
"""

from __future__ import annotations

import html
import math
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from autograd.files import write_whole
from autograd.show import derive
from autograd.show.stepping.differences import Check
from autograd.show.stepping.mistakes import is_right, leaf_checks, player_data
from autograd.show.stepping.player import document, picture, player, script_literal
from autograd.show.stepping.still_drawing import figure
from autograd.show.steps import Steps
from autograd.show.writing.names import number

MOST_NODES = 10_000  # of which a browser still shows a step at once
MOST_ROWS = 400  # of the table of values
MOST_DERIVED = 4_000  # nodes to go through for written-out chain rules, a whole graph for each of them
FRAME_SIZE = 400  # bytes of a document around the player
FIXED_SIZE, NODE_SIZE = 25_000, 4_000  # bytes that a page may have, and may have more for each node


def page(steps: Steps) -> str:
    """A self-contained HTML document to step through the passes.

    Raises:
        ValueError: if the graph is too large to be stepped through.
        RuntimeError: if there is no program to lay it out.
    """
    return document(f"Backpropagation of {name_of(steps)}", stepper(steps))


def save(steps: Steps, path: str | os.PathLike[str]) -> None:
    """Write that document to a file, whole or not at all. Raises what `page` raises."""
    write_whole(path, page(steps))


def notebook_html(steps: Steps) -> str:
    """The same for the output of a cell. What cannot be laid out is a table of values and the reason."""
    try:
        return stepper(steps)
    except (ValueError, RuntimeError) as reason:
        return f"<p>{html.escape(str(reason))}</p>\n{table(steps, {})}"


def stepper(steps: Steps) -> str:
    """The fragment: the still picture and the table, and the data for the player."""
    if len(steps.nodes) > MOST_NODES:
        raise ValueError(
            f"the graph of {name_of(steps)} has {len(steps.nodes):,} nodes, and a page can step through"
            f" {MOST_NODES:,}.\nPrint the steps, draw it at detail='layers', or step through one sample of a batch."
        )
    right = steps if is_right(steps) else Steps(steps.root, digits=steps.digits)
    with ThreadPoolExecutor(1) as pool:  # the layout is another program's work, and takes as long as all the rest
        drawing = pool.submit(figure, right)
        found = leaf_checks(right)
        data = player_data(steps, right, found)
        svg = drawing.result()
    counted = f"{len(right.nodes)} node{'s' * (len(right.nodes) != 1)}"
    described = f"The graph of {name_of(right)}: {counted} with values and gradients"
    summary = f"<summary>{data['titleHtml']}</summary>"
    still = f"<details open>\n{summary}\n{picture(svg, described)}\n{table(right, found)}</details>"
    size = FRAME_SIZE + len(player("stepper", still, data).encode())
    data["derivationsHtml"] = derivations(right, FIXED_SIZE + NODE_SIZE * len(right.nodes) - size)
    return player("stepper", still, data)


def derivations(steps: Steps, room: int) -> dict[str, str]:
    """The chain rule along every path, leaves first, for as many nodes as there is room and time for."""
    wanted = [node for node in steps.nodes if node is not steps.root and not steps.board.is_constant(node)]
    wanted.sort(key=lambda node: bool(node.parents))
    written: dict[str, str] = {}
    for node in wanted[: MOST_DERIVED // len(steps.nodes)]:
        chain = derive(steps.root, node, digits=steps.digits).html
        room -= len(script_literal(chain).encode()) + 10
        if room < 0:
            break
        written[steps.keys[node][1:]] = chain
    return written


# ── What stands in the output without a script ──────────────────────────────────────────────────────────────────


def name_of(steps: Steps) -> str:
    """What the root is called, as plain text."""
    return steps.names[steps.root].text


def table(steps: Steps, found: dict[Any, Check]) -> str:
    """Every number with its formula, value and gradient."""
    heads = ["", "computed as", "value", f"∂{steps.names[steps.root].html}/∂…", "finite differences"]
    heads = heads if found else heads[:-1]
    nodes = [node for node in steps.nodes if not steps.board.is_constant(node)]
    rows = [f"<tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr>"]
    for node in nodes[:MOST_ROWS]:
        cells = [
            steps.names[node].html,
            steps.board.value(node).html(steps.digits) if node.parents else "",
            number(node.data, 6).html,
            number(steps.gradients[node], 6).html,
        ]
        if found:
            check = found.get(node)
            cells.append(number(check.numeric, 6).html if check and not math.isnan(check.numeric) else "")
        rows.append(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    left_out = len(nodes) - MOST_ROWS
    more = f"<p>… and {left_out:,} more.</p>\n" if left_out > 0 else ""
    return f"<table>\n{chr(10).join(rows)}\n</table>\n{more}"
