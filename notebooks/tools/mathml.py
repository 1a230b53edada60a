r"""LaTeX as MathML, which browsers set by themselves: pages need no script and no fonts for their formulas.

>>> mathml("w^2").startswith('<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline">')
True
"""

from __future__ import annotations

import re
from typing import Literal
from xml.etree import ElementTree

from latex2mathml.converter import convert

#: What the converter does not know, and what to read instead. Styles of displayed formulas are in the style sheet.
UNKNOWN = [
    (re.compile(r"\\\\\[[^\]]*\]"), r"\\\\"),
    (re.compile(r"\\displaystyle(?![a-zA-Z])"), ""),
    (re.compile(r"\\begin\{alignedat\}\{(\d+)\}"), lambda found: rf"\begin{{array}}{{{'rl' * int(found[1])}}}"),
    (re.compile(r"\\end\{alignedat\}"), r"\\end{array}"),
    (re.compile(r"\\begin\{(aligned|align\*?)\}"), r"\\begin{array}{rl}"),
    (re.compile(r"\\end\{(aligned|align\*?)\}"), r"\\end{array}"),
    (re.compile(r"&(?=\s*(\\\\|\\end\{array\}))"), "& {}"),  # a row with an empty last cell
]


def mathml(latex: str, display: Literal["inline", "block"] = "inline") -> str:
    """A formula as a <math> element.

    Raises:
        ValueError: for what would not be shown as it is meant.
    """
    source = latex
    for pattern, replacement in UNKNOWN:
        source = pattern.sub(replacement, source)
    made: str = convert(source, display=display)
    try:
        ElementTree.fromstring(made)
    except ElementTree.ParseError as error:
        raise ValueError(f"no page can show the formula {latex!r}: {error}") from error
    if unknown := re.search(r"\\\w*", made):
        raise ValueError(f"no page can show {unknown[0]} in the formula {latex!r}")
    return made
