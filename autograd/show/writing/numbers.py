"""Numbers as people read them, to a few digits: in text, LaTeX and HTML.

>>> number(-0.0953).latex, number(2e-7).text
('-0.0953', '2·10⁻⁷')
"""

from __future__ import annotations

import math
from functools import lru_cache

from autograd.show.writing.notation import SUPERSCRIPTS, Name

MOST_SIGNIFICANT = 15  # digits of a float that stand for something; of more that are asked for, so many are shown
LAST_BITS = 12  # digits from which on the last bits of a float can be seen


@lru_cache(maxsize=100_000)
def number(x: float, digits: int = 3) -> Name:
    """A number to that many significant digits; whole numbers below a million in full.

    >>> [number(x).text for x in (0.5, 2/3, -1234.0, 12345.678, 1.5e300, float("nan"), float("-inf"))]
    ['0.5', '0.667', '−1234', '12346', '1.5·10³⁰⁰', 'NaN', '−∞']
    """
    mantissa, exponent = decimal(x, digits)
    latex = {"nan": r"\mathrm{NaN}", "inf": r"\infty", "-inf": r"-\infty"}.get(mantissa, mantissa)
    text = {"nan": "NaN", "inf": "∞", "-inf": "−∞"}.get(mantissa, mantissa).replace("-", "−")
    if not exponent:
        return Name(text, latex, text)
    power = str(exponent).replace("-", "−")
    times, tex_times = "·", r" \cdot "
    if mantissa in {"1", "-1"}:  # 1·10⁶ → 10⁶
        text, latex, times, tex_times = text[:-1], latex[:-1], "", ""
    return Name(
        f"{text}{times}10{power.translate(SUPERSCRIPTS)}",
        f"{latex}{tex_times}10^{{{exponent}}}",
        f"{text}{times}10<sup>{power}</sup>",
    )


@lru_cache(maxsize=100_000)
def is_rounded(x: float, digits: int = 3) -> bool:
    """Whether `number` shows less than there is; the last bits of a float (1e-12 of it) do not count.

    Where so many digits are shown that these bits are among them, they do.

    >>> is_rounded(0.1 + 0.2), is_rounded(1 / 3), is_rounded(1 / 3, 15), is_rounded(0.123456789012, 15)
    (False, True, True, False)
    """
    mantissa, exponent = decimal(x, digits)
    last_bits = 0.0 if len(mantissa.lstrip("-0.").replace(".", "")) >= LAST_BITS else 1e-12 * abs(x)
    return math.isfinite(x) and abs(float(f"{mantissa}e{exponent}") - x) > last_bits


def as_shown(x: float, digits: int) -> float:
    """The number that `number` shows."""
    mantissa, exponent = decimal(x, digits)
    return float(f"{mantissa}e{exponent}") if math.isfinite(x) else x


def last_place(x: float, digits: int) -> float:
    """What one more in the last place of the number would be, were no zeros dropped.

    >>> last_place(0.0238, 3), last_place(12345.6, 3), last_place(2e9, 3)
    (0.0001, 1.0, 10000000.0)
    """
    exponent = int(f"{x:.{digits - 1}e}".split("e")[1])
    return float(f"1e{min(0, exponent - digits + 1) if -5 < exponent < 6 else exponent - digits + 1}")


def last_digit(x: float, digits: int) -> float:
    """What one more in the last of so many significant digits is; of whole numbers as well, which are shown in full.

    >>> last_digit(0.0238, 3), last_digit(1235.0, 3)
    (0.0001, 10.0)
    """
    exponent = int(f"{x:.{digits - 1}e}".split("e")[1])
    return float(f"1e{exponent - digits + 1}")


def decimal(x: float, digits: int) -> tuple[str, int]:
    """A number as mantissa and exponent of ten. The zeros at the end stay if the number is rounded: ≈ 0.500."""
    if not math.isfinite(x):
        return str(x), 0
    if x == 0.0:
        return "0", 0
    digits = min(digits, MOST_SIGNIFICANT)
    mantissa, exponent_text = f"{x:.{digits - 1}e}".split("e")
    exponent = int(exponent_text)
    if -5 < exponent < 6:
        places = 0 if x.is_integer() else max(0, digits - 1 - exponent)
        mantissa, exponent = f"{x:.{places}f}", 0
    if "." in mantissa and abs(float(f"{mantissa}e{exponent}") - x) <= 1e-12 * abs(x):
        mantissa = mantissa.rstrip("0").rstrip(".")
    return mantissa, exponent
