"""Pages and notebook outputs: a still picture and a table that survive everywhere, and the player that replaces them.

A notebook that is opened again untrusted loses scripts, styles and inline SVG; an export loses widgets. What remains is
`<details>` with an `<img>` and a table. So that is what stands in the output, and a script beside it, if it may run, reads
the picture from the `<img>` and makes it the stepper (`player.js`). A saved page is the same output in a document.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import tempfile
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any


# ── The player, for steps and for other frames ──────────────────────────────────────────────────────────────────


def player(kind: str, still: str, data: dict[str, Any]) -> str:
    """An HTML fragment that shows `still` where scripts may not run, and the player where they may.

    Args:
        kind: a function of `player.js`: "stepper" or "frames".
        still: HTML that needs neither script nor style.
        data: what that function takes, as JSON can hold it.

    The fragment has no ids: its root is found by a mark made of its content, so that any number of fragments, the same
    one twice among them, live on one page.
    """
    written = script_json(data)
    mark = hashlib.sha256((still + written).encode()).hexdigest()[:16]
    return (
        f'<div class="chalkgrad" data-chalkgrad="{mark}" data-lm-suppress-shortcuts="true">\n'
        f"<style>{asset('player.css')}</style>\n"
        f'<div class="cg-still">{still}</div>\n'
        f"<script>(() => {{\n{asset('player.js')}\nchalkgrad.start(chalkgrad.{kind}, \"{mark}\", {written});\n}})();"
        "</script>\n</div>"
    )


def document(title: str, fragment: str) -> str:
    """One self-contained HTML file."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n</head>\n"
        f'<body class="cg-page">\n{fragment}\n</body>\n</html>\n'
    )


def script_json(data: Any) -> str:
    """JSON that can stand in a script: whatever the strings hold, no character of theirs can end it.

    >>> script_json("</script> & \\u2028")
    '"\\\\u003c/script\\\\u003e \\\\u0026 \\\\u2028"'
    """
    written = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    for character in "<>&\u2028\u2029":  # within strings only, for JSON has none of them elsewhere
        written = written.replace(character, f"\\u{ord(character):04x}")
    return written


@lru_cache(maxsize=2)
def asset(name: str) -> str:
    """The text of `player.js` or `player.css`."""
    return files("autograd.show").joinpath(name).read_text(encoding="utf-8").strip()


def picture(svg: str, description: str) -> str:
    """An SVG as an `<img>` that carries it, which every notebook keeps."""
    encoded = base64.b64encode(svg.encode()).decode()
    return f'<img src="data:image/svg+xml;base64,{encoded}" alt="{html.escape(description)}">'


def write_whole(path: str | os.PathLike[str], text: str) -> Path:
    """Write a file completely or not at all: readers see the old one until the new one is on the disk."""
    target = Path(path)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise
    return target
