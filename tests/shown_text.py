"""Reading back what `autograd.show` writes in plain text: an independent evaluator of shown arithmetic."""

import re
import unicodedata

SMALL = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
NUMBER = r"\d+(?:\.\d+)?(?:·10[⁻⁰¹²³⁴-⁹]+)?|10[⁻⁰¹²³⁴-⁹]+"


def evaluate(text):
    """The number that a text of numbers, ½, + − · / ^ and brackets stands for, as a reader works it out.

    >>> evaluate("0.5·2·10⁻³ − (−3)²"), evaluate("−2 · [(−1) · 4]"), evaluate("−(2 − 3)^2/4"), evaluate("−½(1 + 2)²")
    (-8.999, 8.0, -0.25, -4.5)
    """
    text = re.sub("([¼½¾])(?=[(])", r"\1·", text)
    text = re.sub("[¼½¾]", lambda fraction: str(unicodedata.numeric(fraction[0])), text)
    text = re.sub("[⁻⁰¹²³⁴-⁹]+", lambda small: f"**({small[0].translate(SMALL)}.0)", text)
    text = re.sub(r"(?<![\d.*(])\d+(?:\.\d+)?", lambda digits: f"{float(digits[0])!r}", text)
    text = text.replace("^", "**").translate(str.maketrans("−·[]", "-*()")).replace("∞", "inf")
    if not re.fullmatch(r"(?:[\d\s.()+*/-]|e[+-]\d+)+", text):
        raise ValueError(f"this is not arithmetic: {text!r}")
    return float(eval(text))


def shown_digits(x, digits):
    """How far a number that is shown to that many significant digits may be from the one it stands for."""
    return 0.5000001 * 10.0 ** (1 - digits) * abs(x)
