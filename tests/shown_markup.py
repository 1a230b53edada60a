"""Reading back what `autograd.show` writes in LaTeX and in HTML: as the plain text that says the same."""

import html
import math
import re

from shown_text import evaluate, is_arithmetic

RAISED = str.maketrans("0123456789-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")
#: A power of ten, or the digits before it.
PIECE = r"10[⁻⁰¹²³⁴-⁹]+|\d+(?:\.\d+)?"
HALVES = str.maketrans({"½": " 1/2 ", "¼": " 1/4 ", "¾": " 3/4 "})
WORDS = {
    **{"cdot": "·", "approx": "≈", "infty": "∞", "gt": ">", "partial": "∂", "dots": "…", "sigma": "sigmoid"},
    **{"arcsin": "asin", "arccos": "acos", "arctan": "atan", "displaystyle": "", "quad": "", "end": "", "begin": ""},
    **{"left": "", "right": "", ";": " ", ",": " "},
}


def raised(exponent):
    """An exponent: small, if it is a whole number."""
    return exponent.translate(RAISED) if re.fullmatch("[-−]?[0-9]+", exponent) else f"^({exponent})"


def from_html(written):
    """
    >>> from_html("v<sub>1</sub> = 2·10<sup>−3</sup> &gt; <i>a</i>")
    'v1 = 2·10⁻³ > a'
    """
    written = re.sub("<sup>(.*?)</sup>", lambda found: raised(found[1]), written)
    return html.unescape(re.sub("<[^>]*>", "", written))


def from_latex(written):
    r"""
    >>> from_latex(r"v_{1} = \frac{1 - a}{2} \cdot 10^{-3} + \sqrt{2}^{0.5} \approx e^{-x}")
    'v1 = (1 − a)/(2)·10⁻³ + √(2)^(0.5) ≈ exp(−x)'
    """
    text, rest = "", written
    while rest:
        text, rest = one_sign(text, rest)
    text = re.sub("(?<= )sech²|^sech²|(?<=[(·−])sech²", "sech_squared", text)
    return re.sub(" +", " ", re.sub(" *· *", "·", text)).replace("relu(", "ReLU(")


def one_sign(text, rest):
    """What is read so far with the next sign, and what is left."""
    if command := re.match(r"\\([a-zA-Z]+|.)\s*", rest):
        name, rest = command[1], rest[command.end() :]
        if name in ("frac", "tfrac", "operatorname", "mathrm", "text", "sqrt"):
            first, rest = argument(rest)
            if name.endswith("frac"):
                second, rest = argument(rest)
                if name == "tfrac":
                    return text + {"12": "½", "14": "¼", "34": "¾"}[first + second], rest
                return f"{text}({from_latex(first)})/({from_latex(second)})", rest
            if name == "sqrt":
                return f"{text}√({from_latex(first)})", rest
            return text + first.replace(r"\_", "_"), rest
        return text + (" " if name in ("approx",) and not text.endswith(" ") else "") + WORDS.get(name, name) + (
            " " if name == "approx" else ""
        ), rest
    if rest[0] == "^":
        exponent, rest = argument(rest[1:])
        exponent = from_latex(exponent)
        if re.search(r"(?<![\w}])e$", text):
            return f"{text[:-1]}exp({exponent})", rest
        return text + raised(exponent), rest
    if rest[0] in "_{":
        inside, rest = argument(rest.removeprefix("_"))
        return text + from_latex(inside), rest
    return text + rest[0].replace("-", "−").replace("&", " "), rest[1:]


def argument(rest):
    """The next group in braces, or the next sign, and what is left."""
    rest = rest.lstrip()
    if not rest.startswith("{"):
        return rest[0], rest[1:]
    depth = 0
    for place, sign in enumerate(rest):
        depth += (sign == "{") - (sign == "}")
        if not depth:
            return rest[1:place], rest[place + 1 :]
    raise ValueError(f"a brace is not closed: {rest!r}")


def check_same(text, written):
    """Both write the same numbers in the same order, and all sides that are numbers alone come to the same."""
    sides, others = (re.split(" ?[+]?[=≈] ?", line) for line in (text, written))
    assert signs(text) == signs(written), (text, written)
    for side, other in zip(sides, others, strict=True):
        if is_arithmetic(side) and "…" not in side:
            assert numbers(side) == numbers(other), (side, other)
            worked, found = evaluate(side), evaluate(other)
            both_nan = worked != worked and found != found
            sizes = [abs(evaluate(number)) for number in numbers(side)]
            written_as = zip(sizes, numbers(side), strict=True)  # 4.9·10⁻³²⁴ is 0 where a power is a number of its own
            off_paper = not math.isfinite(worked) or any(
                not 1e-150 < size < 1e150 for size, number in written_as if size or re.search("[1-9]", number)
            )  # squares
            assert both_nan or off_paper or math.isclose(worked, found, rel_tol=1e-9, abs_tol=1e-12), (side, other)


def check_same_numbers(text, written):
    """Both write the same numbers, line after line."""
    assert standing_alone(text) == standing_alone(written), (text, written)


def standing_alone(text):
    """All numbers in order, but for those in names."""
    return re.findall(rf"(?<![\w.])(?:{PIECE})", without_exponents(text.replace("[1ex]", "")))


def without_exponents(text):
    """Without whole exponents, which one notation writes small and the other does not, or not at all."""
    return re.sub(r"(?<!10)(?<![⁻⁰¹²³⁴-⁹])[⁻⁰¹²³⁴-⁹]+|\^[0-9]+(?![.0-9])", "", text).translate(HALVES)


def signs(line):
    return re.findall("[=≈]", line)


def numbers(side):
    """The numbers in a side, but for whole exponents; their order is that of the notation, as in a fraction."""
    small = re.sub(r"\^\(([-−]?[0-9]+)\)", lambda found: raised(found[1]), side)
    return sorted(re.findall(PIECE, without_exponents(small)), key=evaluate)
