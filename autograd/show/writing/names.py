"""What the nodes of a graph are called when people look at them: in text, LaTeX and HTML.

A label is shown as it is, in mathematical dress where it has one: w2 as w₂, theta as θ, y_hat as ŷ. It can break
out of nothing: whatever it contains is text in HTML, in Graphviz's HTML labels and in TeX.

>>> from autograd import Value
>>> w2 = Value(0.3, label="w2")
>>> names(w2)[w2]
Name(text='w₂', latex='w_{2}', html='w<sub>2</sub>')
"""

from __future__ import annotations

import html
import itertools
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from autograd.graph import topological_order
from autograd.show.writing.notation import SUPERSCRIPTS, Name
from autograd.show.writing.numbers import number

LONGEST = 40  # characters of a label that are shown

SUBSCRIPTS = str.maketrans("0123456789ijkn", "₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₙ")
FROM_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")

GREEK_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi"
    " psi omega"
).split()
GREEK = dict(zip(GREEK_NAMES, "αβγδεζηθικλμνξοπρστυφχψω", strict=True))
GREEK |= {name.capitalize(): letter.upper() for name, letter in GREEK.items()}
# TeX has no commands for the capitals that look like Latin letters, and none for omicron.
TEX_GREEK = {letter: f"\\{name}" for name, letter in GREEK.items() if name != "omicron"} | {
    letter: unicodedata.normalize("NFKD", latin)
    for letter, latin in zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧο", "ABEZHIKMNOPTXo", strict=True)
}
ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "dot": "\u0307"}
TEX_ACCENTS = {mark: f"\\{name}" for name, mark in ACCENTS.items()}

#: A letter or word, perhaps accented; a subscript; primes.
SYMBOL = re.compile(
    r"(?P<base>[^\W\d_]+)(?P<mark>[\u0302\u0303\u0304\u0307]|_(?:hat|bar|tilde|dot))?"
    r"(?:(?P<digits>[0-9]+)|_(?P<sub>[A-Za-z0-9]+))?(?P<primes>['′]*)"
)
#: Products written as one word: x1w1, x1w1x2w2.
WORD_OF_SYMBOLS = re.compile(r"(?:[^\W\d_][0-9]+){2,}")

TEX_SPECIAL = {
    "\\": r"\backslash ",
    "^": r"\wedge ",
    "~": r"\sim ",
    "<": r"\lt ",  # so that the TeX, too, is free of HTML's characters
    ">": r"\gt ",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "'": "{'}",
    "`": r"\text{‘}",
    '"': r"\text{''}",
}


def keys(*roots: Any) -> dict[Any, str]:
    """The key of each node in drawings and pages: n0, n1 …, its place in the topological order.

    >>> from autograd import Value
    >>> x = Value(2.0)
    >>> y = x * x
    >>> keys(y) == {x: "n0", y: "n1"}
    True
    """
    return {node: f"n{index}" for index, node in enumerate(topological_order(*roots))}


def names(*roots: Any, variables: Iterable[Any] = (), order: Iterable[Any] | None = None) -> dict[Any, Name]:
    """What each node at or below the roots is called; no two have the same name, but for equal constants.

    Labels first, the second node of a label being x⁽²⁾. A computed node without a label is v₁, v₂ … in topological
    order; a leaf without one is a constant and called by its number.

    Args:
        variables: nodes that need a name though they may be leaves without a label, as the v₃ of ∂L/∂v₃. Their
            numbers come after those of the computed nodes, which so keep theirs.
        order: the topological order of the nodes, if it is known already.
    """
    order = topological_order(*roots) if order is None else order
    given: dict[Any, Name] = {}
    taken: set[str] = set()
    copies: dict[str, int] = {}
    for node in order:
        label = getattr(node, "label", "")
        if label and not label.isspace():
            name = unlike(taken, label_name(label), copies)
            taken.add(name.text)
            given[node] = name

    wanted = {id(node) for node in variables}
    unnamed = [node for node in order if node not in given]
    computed = [node for node in unnamed if node.parents or not isinstance(getattr(node, "data", None), float)]
    constants = [node for node in unnamed if not node.parents and isinstance(getattr(node, "data", None), float)]
    numbered = (subscripted("v", "v", "v", str(count)) for count in itertools.count(1))
    free = (name for name in numbered if name.text not in taken)
    for node in [*computed, *(node for node in constants if id(node) in wanted)]:
        given[node] = next(free)
    for node in constants:
        if node not in given:
            given[node] = number(node.data)
    return given


def unlike(taken: set[str], name: Name, copies: dict[str, int]) -> Name:
    """The name, with a count in superscript if it is taken."""
    told_apart = name
    while told_apart.text in taken:
        copies[name.text] = copies.get(name.text, 1) + 1
        count = f"({copies[name.text]})"
        told_apart = Name(
            f"{name.text}{count.translate(SUPERSCRIPTS)}",
            f"{{{name.latex}}}^{{{count}}}",
            f"{name.html}<sup>{count}</sup>",
        )
    return told_apart


@lru_cache(maxsize=4096)
def label_name(label: str) -> Name:
    """A label as a name: a mathematical symbol if it reads like one, and otherwise the text that it is.

    >>> label_name("y_hat").text, label_name("theta0'").latex, label_name("x1w1").text
    ('ŷ', "\\\\theta_{0}'", 'x₁w₁')
    >>> label_name("layers.0.neurons.2.w[1]").latex
    '\\\\text{layers.0.neurons.2.w[1]}'
    >>> label_name('<b>"').html
    '&lt;b&gt;&quot;'
    """
    shown = shortened(label)
    plain = unicodedata.normalize("NFC", shown.translate(FROM_SUBSCRIPTS))
    match = SYMBOL.fullmatch(plain)
    if match:
        single = len(match["base"]) == 1 or match["base"] in GREEK
        if single or not (match["mark"] or match["sub"]):  # learning_rate is a word
            return symbol_name(match)
    if WORD_OF_SYMBOLS.fullmatch(plain):
        parts = [label_name(part) for part in re.findall(r"[^\W\d_][0-9]+", plain)]
        return Name(*("".join(written) for written in zip(*parts, strict=True)))
    return plain_name(shown)


def symbol_name(match: re.Match[str]) -> Name:
    """Letter or word, accent, subscript and primes."""
    base = GREEK.get(match["base"], match["base"])
    mark = ACCENTS.get((match["mark"] or "").removeprefix("_"), match["mark"] or "")
    decomposed = unicodedata.normalize("NFD", base)
    if len(decomposed) == 2 and decomposed[1] in TEX_ACCENTS and not mark:  # ŷ is one character or two
        base, mark = decomposed[0], decomposed[1]
    latex = TEX_GREEK.get(base, base if base.isascii() else rf"\text{{{base}}}")
    if len(base) > 1 and base.isascii():
        latex = rf"\mathrm{{{base}}}"
    if mark:
        latex = f"{TEX_ACCENTS[mark]}{{{latex}}}"
    base = isolated(unicodedata.normalize("NFC", base + mark))
    primes = len(match["primes"])
    name = subscripted(base, latex, base, match["digits"] or match["sub"] or "")
    return Name(name.text + "′" * primes, name.latex + "'" * primes, name.html + "′" * primes)


def subscripted(text: str, latex: str, marked_up: str, sub: str) -> Name:
    """A base with its subscript, if it has one."""
    if not sub:
        return Name(text, latex, marked_up)
    if sub.isdigit():
        return Name(text + sub.translate(SUBSCRIPTS), f"{latex}_{{{sub}}}", f"{marked_up}<sub>{sub}</sub>")
    small = sub.translate(SUBSCRIPTS)
    text += f"_{sub}" if re.search("[A-Za-z0-9]", small) else small
    tex_sub = sub if len(sub) == 1 else rf"\mathrm{{{sub}}}"
    return Name(text, f"{latex}_{{{tex_sub}}}", f"{marked_up}<sub>{sub}</sub>")


def plain_name(shown: str) -> Name:
    """Any text."""
    words = re.split("([" + re.escape("".join(TEX_SPECIAL)) + "])", shown)
    latex = "".join(TEX_SPECIAL.get(word) or rf"\text{{{word}}}" for word in words if word)
    return Name(isolated(shown), f"{{{latex}}}" if len(words) > 1 else latex, html.escape(isolated(shown)))


def shortened(label: str) -> str:
    """At most LONGEST characters, with … for the middle; what cannot be printed as Python's `repr` writes it."""
    head, tail = LONGEST * 3 // 5, LONGEST * 2 // 5 - 1
    shown = label if len(label) <= LONGEST else label[:head] + "…" + label[-tail:]
    return (
        shown
        if shown.isprintable()
        else "".join(
            character if character.isprintable() else character.encode("unicode_escape").decode() for character in shown
        )
    )


def isolated(text: str) -> str:
    """Right-to-left text between marks that keep it from turning its surroundings round."""
    if text.isascii() or not any(unicodedata.bidirectional(character) in {"R", "AL"} for character in text):
        return text
    return f"\u2068{text}\u2069"


def display_width(text: str) -> int:
    """How many columns a text takes on a terminal: an accent none, a Chinese letter two.

    >>> display_width("ŷ₁"), display_width("y\u0302"), display_width("漢")
    (2, 1, 2)
    """
    return sum(
        0 if unicodedata.category(character) in {"Mn", "Cf"} else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )
