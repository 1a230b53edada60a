"""Reading back what `autograd.show` writes in plain text: an independent evaluator of shown arithmetic."""

import math
import re
import unicodedata

import numpy as np

SMALL = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
NUMBER = r"\d+(?:\.\d+)?(?:·10[⁻⁰¹²³⁴-⁹]+)?|10[⁻⁰¹²³⁴-⁹]+"
sigmoid = lambda x: 1.0 / (1.0 + np.exp(-x)) if x > -30.0 else np.exp(x)
FUNCTIONS = {
    **{name: getattr(np, name) for name in "exp expm1 log log1p sqrt sin cos tan sinh cosh tanh".split()},
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "atan2": np.arctan2,
    "hypot": np.hypot,
    "sigmoid": sigmoid,
    "softplus": lambda x: np.logaddexp(x, 0.0),
    "ReLU": lambda x: np.maximum(x, 0.0),
    "max": np.maximum,
    "min": np.minimum,
    "step": lambda x: np.heaviside(x, 0.0),
    "sech_squared": lambda x: np.cosh(x) ** -2.0,
    "gaussian": lambda x: np.exp(-x * x),
    "erf": lambda x: np.float64(math.erf(x)),
    "erfc": lambda x: np.float64(math.erfc(x)),
    "gelu": lambda x: x * np.float64(math.erfc(-x / math.sqrt(2.0))) / 2.0,
    "silu": lambda x: x * sigmoid(x),
    "leaky_relu": lambda x, alpha: x if x > 0.0 else alpha * x,
    "elu": lambda x, alpha: x if x > 0.0 else alpha * np.expm1(x),
}


def evaluate(text, number=np.float64):
    """The number that a text of numbers, ½, + − · / ^, brackets and functions stands for, as a reader works it out.

    >>> evaluate("0.5·2·10⁻³ − (−3)²"), evaluate("−2 · [(−1) · 4]"), evaluate("−(2 − 3)^2/4"), evaluate("−½(1 + 2)²")
    (-8.999, 8.0, -0.25, -4.5)
    >>> evaluate("tanh(0)·√4 + |−3|/√(2 + 2)"), evaluate("1/0"), evaluate("½(1 + [2 > 1])"), evaluate("0 · ∞")
    (1.5, inf, 1.0, nan)
    """
    text = re.sub("([¼½¾])(?=[(])", r"\1·", text)
    text = re.sub("[¼½¾]", lambda fraction: str(unicodedata.numeric(fraction[0])), text)
    text = re.sub(r"√\(", "sqrt(", text)
    text = re.sub(rf"√({NUMBER})", r"sqrt(\1)", text)
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
    text = re.sub(r"\[([^\[\]]*) > ([^\[\]]*)\]", r"greater(\1, \2)", text)
    # A number is one thing: 1.5·10⁻³, and not a product, so that 10³²³ times 10⁻³⁰⁰ may be on paper.
    text = re.sub(r"(?<![\w.^])(\d+(?:\.\d+)?)·10([⁻⁰¹²³⁴-⁹]+)", lambda n: f"{n[1]}e{n[2].translate(SMALL)}", text)
    text = re.sub(r"(?<![\w.])10([⁻⁰¹²³⁴-⁹]+)", lambda n: f"1e{n[1].translate(SMALL)}", text)
    text = re.sub("[⁻⁰¹²³⁴-⁹]+", lambda small: f"**number({small[0].translate(SMALL)}.0)", text)
    text = re.sub(r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?", lambda digits: f"number({digits[0]})", text)
    text = text.replace("^", "**").translate(str.maketrans("−·[]", "-*()"))
    text = text.replace("∞", "number('inf')").replace("NaN", "number('nan')")
    known = {**FUNCTIONS, "number": number, "abs": abs, "greater": lambda a, b: np.float64(a > b)}
    if not set(re.findall(r"[^\W\d]\w*", re.sub(r"\de-?\d|'\w+'", "", text))) <= known.keys():
        raise ValueError(f"this is not arithmetic: {text!r}")
    with np.errstate(all="ignore"):
        return float(eval(text, {"__builtins__": {}}, known))


def is_arithmetic(text):
    """Whether it is numbers alone, without names."""
    try:
        evaluate(text)
    except (ValueError, SyntaxError, TypeError):
        return False
    return True


#: What may follow an equation whose sides come to another number than was computed, which it then tells.
REMARKS = re.compile(
    "(, which has no value; what is taken for it is|; but the chain rule meets .* and gives"
    "|; the floats of 16 digits round otherwise on the way that was computed, to) (≈ )?(.*)$"
)


def check_equation(line, digits):
    """Whoever works out the sides of an equation, from the numbers as they stand there, finds what stands there."""
    line = line.split(", in sum ")[0]
    remark = REMARKS.search(line)
    sides = re.split(" (=|≈|[+]=) ", line[: remark.start()] if remark else line)
    for before, sign, side in zip(sides[0::2], sides[1::2], sides[2::2], strict=False):
        if "…" not in before + side and is_arithmetic(before) and is_arithmetic(side):
            check_sides(before, sign, side, digits)
    if remark and is_arithmetic(sides[-1]):
        worked, computed = evaluate(sides[-1]), evaluate(remark[3])
        assert worked != worked or abs(worked - computed) > 0 or computed != computed, f"no remark is needed: {line}"


def check_sides(before, sign, side, digits):
    """Equal as printed for =, to the digits shown for ≈."""
    assert any(agree(evaluate(before, number), sign, side, digits, before) for number in (np.float64, np.longdouble)), (
        f"{before} is {evaluate(before)!r}, and not {sign} {side}"
    )


def agree(worked, sign, side, digits, before):
    """In floats, or on paper, where nothing overflows on the way."""
    shown = evaluate(side)
    if worked == shown or (worked != worked and shown != shown):
        return True
    largest = max((abs(evaluate(n)) for n in re.findall(NUMBER, before)), default=0.0)
    room = 1e-11 * (abs(shown) or largest) + 1e-323
    if sign == "≈" and shown and math.isfinite(shown):
        power = math.floor(math.log10(abs(shown)))
        room += 0.500001 * 10.0 ** (min(0, power - digits + 1) if -5 < power < 6 else power - digits + 1)
    return bool(abs(worked - shown) <= room) and math.isfinite(shown)


def check_derivation(text, digits):
    """Every equation of a derivation, and its rows: products that are added up."""
    rows = []
    for line in map(str.strip, text.splitlines()):
        if re.match(r"∂\S+ +[=≈] ", line):
            rows = [re.split("[=≈] ", line, maxsplit=1)[1].strip()]
            check_equation(re.sub(" +", " ", line), digits)
        elif line.startswith("+"):
            rows.append(line[1:].strip())
        elif re.match("[=≈] ", line):
            total = re.sub(" +", " ", line)
            check_equation("sum " + total, digits)
            _, _, terms, *_ = re.split(" ?([=≈]) ", total)
            if "…" not in total + "".join(rows):
                for row, term in zip(rows, signed_terms(terms), strict=True):
                    check_sides(row, "≈", term, max(digits, significant_digits(term)))


def significant_digits(number):
    """How many digits a number is shown with; a whole number, which is shown in full, does not tell."""
    return len(re.sub(r"·10.*|^0\.0*|\.", "", number.strip("−()"))) if "." in number else 1


def signed_terms(terms):
    """The terms of a sum of numbers: 3 − 6 → 3, −6."""
    return [sign.replace("+", "") + term for sign, term in re.findall(r"(?:^| )([+−]?) ?([^ ]+)", terms)]


def shown_digits(x, digits):
    """How far a number that is shown to that many significant digits may be from the one it stands for."""
    return 0.5000001 * 10.0 ** (1 - digits) * abs(x)
