"""Compare a stored notebook with a fresh run: the same sources, texts and pictures, up to timings."""

from __future__ import annotations

import base64
import difflib
import html
import io
import re
from typing import Any

from nbformat import NotebookNode

INK_MOVED = 0.1  # part of the ink of a picture that may be elsewhere: fonts and antialiasing differ a little
BLOCK = 16  # pixels that are blurred into one before pictures are compared
EMBEDDED = re.compile(r'<img src="data:image/svg\+xml;base64,([^"]*)"[^>]*>')
UNSEEN = re.compile(r"<(style|script|title)\b.*?</\1>|<!--.*?-->|<[^>]*>", re.S)


def differences(stored: NotebookNode, fresh: NotebookNode) -> list[str]:
    """Where two runs of a notebook differ, a line or a few for each place."""
    if [cell.source for cell in stored.cells] != [cell.source for cell in fresh.cells]:
        return ["a run has changed the sources"]
    found = []
    for old, new in zip(stored.cells, fresh.cells, strict=True):
        if old.cell_type == "code" and "timing" not in old.metadata.get("tags", ()):
            found += [f"{old.id}: {difference}" for difference in output_differences(old.outputs, new.outputs)]
    return found


def output_differences(stored: list[NotebookNode], fresh: list[NotebookNode]) -> list[str]:
    kinds = [[sorted(contents(output)) for output in outputs] for outputs in (stored, fresh)]
    if kinds[0] != kinds[1]:
        return [f"stored outputs are {kinds[0]}, those of a fresh run {kinds[1]}"]
    found = []
    for old, new in zip(map(contents, stored), map(contents, fresh), strict=True):
        for kind in old:
            if kind == "image/png":
                moved = ink_moved(picture(old[kind]), picture(new[kind]))
                if moved > INK_MOVED:
                    found.append(f"the picture differs: {moved:.0%} of its ink is elsewhere")
            elif (was := seen(kind, old[kind])) != (now := seen(kind, new[kind])):
                lines = difflib.unified_diff(was.splitlines(), now.splitlines(), "stored", "fresh", n=0, lineterm="")
                found.append(f"{kind} differs\n" + "\n".join(lines))
    return found


def contents(output: NotebookNode) -> dict[str, str]:
    """What an output shows, by the kind of it.

    Beside something richer the plain text is not shown; beside an SVG the pixels say nothing more.
    """
    if output.output_type == "stream":
        return {output.name: output.text}
    if output.output_type == "error":
        return {"error": f"{output.ename}: {output.evalue}"}
    needless = {"text/plain"} if len(output.data) > 1 else set()
    if "image/svg+xml" in output.data:
        needless.add("image/png")
    return {kind: content for kind, content in output.data.items() if kind not in needless}


def seen(kind: str, text: str) -> str:
    """The words and numbers of HTML, of SVG, and of the SVG embedded in HTML, one a line; other text as it is.

    >>> seen("text/html", '<b id="a1">2 &lt; 3</b>').split()
    ['2', '<', '3']
    """
    if kind not in ("text/html", "image/svg+xml"):
        return text
    text = EMBEDDED.sub(lambda match: base64.b64decode(match[1]).decode(), text)
    return "\n".join(html.unescape(UNSEEN.sub(" ", text)).split())


def picture(encoded: str) -> Any:
    """A PNG as an array of greys, 1 for ink and 0 for paper."""
    from matplotlib.image import imread

    pixels = imread(io.BytesIO(base64.b64decode(encoded)), format="png")
    return 1.0 - (pixels if pixels.ndim == 2 else pixels[:, :, :3].mean(axis=2))


def ink_moved(a: Any, b: Any) -> float:
    """The part of the ink of two pictures, 0 to 1, that is not in the same places; 1 if their sizes differ by more
    than a few pixels.

    >>> import numpy
    >>> line = numpy.zeros((64, 64)); line[:, 5] = 1.0
    >>> ink_moved(line, line), ink_moved(line, line[:, ::-1])
    (0.0, 1.0)
    """
    if any(abs(m - n) > 3 for m, n in zip(a.shape, b.shape, strict=True)):
        return 1.0
    rows, columns = (min(m, n) // BLOCK for m, n in zip(a.shape, b.shape, strict=True))
    x, y = (
        image[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK).mean(axis=(1, 3))
        for image in (a, b)
    )
    return float(abs(x - y).sum() / ((x + y).sum() or 1.0))
