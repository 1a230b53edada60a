"""The player as an HTML fragment, for steps and for other frames, and the document around it.

A notebook that is opened again untrusted loses scripts, styles and inline SVG, but not an `<img>` with its picture in
it. So the fragment is a still picture, and a script that makes it the player where scripts may run (`player.js`). The
scripts are the larger part of a small page, so they are compressed.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

#: The scripts of each kind of player, by the package that they are in, each before those that need it.
SCRIPTS = {
    "stepper": (
        "autograd.javascript/elementary.js",
        "autograd.javascript/computation.js",
        "autograd.show.writing/numbers.js",
        "autograd.show.writing/formula.js",
        "autograd.show.stepping/timeline.js",
        "autograd.show.stepping/derivation.js",
        "autograd.show.stepping/differences.js",
        "autograd.show.stepping/player.js",
        "autograd.show.stepping/drawing.js",
        "autograd.show.stepping/places.js",
        "autograd.show.stepping/leaves.js",
        "autograd.show.stepping/learning.js",
        "autograd.show.stepping/samples.js",
        "autograd.show.stepping/handout.js",
        "autograd.show.stepping/stepper.js",
    ),
    "frames": ("autograd.show.stepping/player.js", "autograd.show.stepping/frames.js"),
}


def player(
    kind: str,
    still: str,
    data: dict[str, Any],
    rules: Sequence[str] = (),
    scripts: Sequence[str] | None = None,
    styles: Sequence[str] = (),
    more: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """An HTML fragment that shows `still` where scripts may not run, and the player where they may.

    Args:
        kind: one of SCRIPTS, or the function in the last of `scripts`.
        still: HTML that needs neither script nor style.
        data: what that function takes, as JSON can hold it.
        rules: JavaScript that it finds in the data as well, as a list `rules`.
        scripts: of another kind, as SCRIPTS has them.
        styles: style sheets beside `player.css`.
        more: what is long and has no use before it is asked for: JavaScript that it finds in the data by these names,
            compressed.

    The fragment has no ids: its root is found by a mark made of its content, so that any number of fragments, the same
    one twice among them, live on one page.
    """
    written = script_literal(data)
    source = packed(kind, scripts or SCRIPTS[kind], {"rules": f"[{','.join(rules)}]", **more})
    mark = hashlib.sha256((still + written).encode()).hexdigest()[:16]
    styled = "".join(map(asset, ("autograd.show.stepping/player.css", *styles)))
    return (
        f'<div class="chalkgrad" data-chalkgrad="{mark}" data-lm-suppress-shortcuts="true">\n'
        f"<style>{styled}</style>\n"
        f'<div class="cg-still">{still}</div>\n'
        f"<script>{LOADER.format(source=source, mark=mark, data=written)}</script>\n</div>"
    )


#: Unpacks the scripts, and hands the data to what they start. Where a browser cannot, the still picture remains.
LOADER = """(async () => {{
const bytes = Uint8Array.from(atob("{source}"), (character) => character.charCodeAt(0));
const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
const script = document.createElement("script");
script.textContent = await new Response(unpacked).text();
script.take = (start, kind, more) => start(kind, "{mark}", {{...{data}, ...more}});
document.head.append(script);
script.remove();
}})();"""


def packed(kind: str, scripts: Sequence[str], more: Mapping[str, str]) -> str:
    """Scripts that end by handing their `start` to the script's `take`: compressed, in letters."""
    source = "\n".join(map(asset, scripts))
    handed = ",".join(f"{name}: {value}" for name, value in more.items())
    handing = f"document.currentScript.take(start, {kind}, {{{handed}}});"
    compressed = gzip.compress(f'(() => {{\n"use strict";\n{source}\n{handing}\n}})();'.encode(), mtime=0)
    return base64.b64encode(compressed).decode()


def document(title: str, fragment: str) -> str:
    """One self-contained HTML file."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n</head>\n"
        f'<body class="cg-page">\n{fragment}\n</body>\n</html>\n'
    )


def script_literal(data: Any) -> str:
    r"""A JavaScript literal that can stand in a script: whatever the strings hold, no character of theirs can end it.

    >>> script_literal("</script> & <!-- \u2028")
    '"\\x3c/script> & \\x3c!-- \\u2028"'
    """
    written = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    for character, escape in ESCAPES.items():  # within strings only, for JSON has none of them elsewhere
        written = written.replace(character, escape)
    return written


#: Without < a script cannot end early, nor begin a comment; the others once ended a line, and with it a string.
ESCAPES = {"<": r"\x3c", "\u2028": r"\u2028", "\u2029": r"\u2029"}


#: What the readers of a file have, and browsers can do without: comments, indentation, and spaces beside signs.
COMMENTS = re.compile(r"/\*.*?\*/|(?:^|\s)\s*//(?: .*?)?$|^\s+", re.S | re.M)
SPACES = {
    "js": re.compile(r"""("[^"\n]*"|`[^`]*`)|\s*([-=!<>?:,;{}()&|+*]+)\s*"""),  # but for those in strings
    "css": re.compile(r"""("[^"\n]*")|;?\s*(})\s*|\s*([{;>])\s*|(?<=[,:])\s+"""),
}


@lru_cache(maxsize=20)
def asset(place: str) -> str:
    """A script or a style sheet, as "package/file", without what only its readers need."""
    from importlib.resources import files  # which takes longer to import than there is to read

    package, name = place.split("/")
    text = files(package).joinpath(name).read_text(encoding="utf-8")
    text = COMMENTS.sub("", text).strip()
    return SPACES[name.rpartition(".")[2]].sub(lambda found: "".join(filter(None, found.groups())), text)


def image_tag(svg: str, description: str) -> str:
    """An SVG as an `<img>` that carries it, which every notebook keeps."""
    encoded = base64.b64encode(svg.encode()).decode()
    return f'<img src="data:image/svg+xml;base64,{encoded}" alt="{html.escape(description)}">'
