"""Whether bytes are the picture that was asked for: a program that ends well may have written anything.

>>> wrong_with(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "svg"), wrong_with(b"all is well", "png")
('', 'its answer is no PNG')
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
BEGINNINGS = {
    "png": b"\x89PNG\r\n\x1a\n",
    "pdf": b"%PDF-",
    "gif": b"GIF8",
    "jpg": b"\xff\xd8\xff",
    "jpeg": b"\xff\xd8\xff",
    "jpe": b"\xff\xd8\xff",
    "ps": b"%!PS",
    "eps": b"%!PS",
}
ENDINGS = {"png": b"IEND\xaeB`\x82"}
NODE = re.compile(r'^\t(?:n\d+) \[id="(n\d+)"', re.M)


def wrong_with(picture: bytes, format: str, nodes: Iterable[str] = ()) -> str:
    """What is wrong with a picture of this format, "" if nothing can be seen to be.

    Args:
        picture: what a program wrote.
        format: "svg", "png" and so on; of those that are not known here only emptiness is noticed.
        nodes: the `id`s of the nodes that an SVG has to show.
    """
    if not picture.strip():
        return "its answer is empty"
    if format == "svg":
        return wrong_with_svg(picture, nodes)
    whole = picture.startswith(BEGINNINGS.get(format, b"")) and picture.rstrip().endswith(ENDINGS.get(format, b""))
    return "" if whole else f"its answer is no {format.upper()}"


def wrong_with_svg(picture: bytes, nodes: Iterable[str]) -> str:
    """The same of an SVG, which is read."""
    try:
        picture.decode("utf-8")
        root = ElementTree.fromstring(picture)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        return f"its answer is no SVG ({error})"
    if root.tag != f"{SVG}svg" or b"<svg" not in picture:  # which is how it can stand in a page
        return f"its answer is no SVG (but <{root.tag[:40]}>)"
    shown = {element.get("id") for element in root.iter()}
    missing = [node for node in nodes if node not in shown]
    return f"its answer is an SVG of another graph (there is no {missing[0]})" if missing else ""


def nodes_in(source: str) -> list[str]:
    """The `id`s of the nodes that `dot.dot_lines` wrote."""
    return NODE.findall(source)
