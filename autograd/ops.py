"""The table of operations: all the calculus of the project, each rule written once.

Every partial derivative is written with operations of this same table, so the table is closed under
differentiation: whatever can be computed can be differentiated, and so can its derivative. Where the textbook's
form loses digits (1 − tanh² in the tails, σ(1 − σ) near 1) another form is used, and where that needs a function
of its own (sech², exp(−x²)) the function is an entry of its own, stable everywhere and at every order.

Formulas: Abramowitz & Stegun, Handbook of Mathematical Functions (1964), chapters 4 and 7, unless an entry says
otherwise. The policy at each kink is stated beside it.
"""

from __future__ import annotations

import copyreg
import math
from collections.abc import Sequence
from functools import partial, reduce
from operator import mul
from typing import Any

from autograd.operation import REALS, Family, Operation

Numbers = Sequence[Any]

POSITIVE = (0.0, math.inf)
TINY = 5e-324  # the smallest positive number

# ── The four operations, and their signs ──────────────────────────────────────────────────────────────────────

ADD = Operation(
    "add",
    lambda m, a, b: a + b,
    lambda m, y, a, b: (1.0, 1.0),
    arity=2,
    text="{0} + {1}",
    latex="{0} + {1}",
    precedence=1,
    symbol="+",
)

SUBTRACT = Operation(
    "subtract",
    lambda m, a, b: a - b,
    lambda m, y, a, b: (1.0, -1.0),
    arity=2,
    text="{0} - {1}",
    latex="{0} - {1}",
    precedence=1,
    symbol="-",
)

MULTIPLY = Operation(
    "multiply",
    lambda m, a, b: a * b,
    lambda m, y, a, b: (b, a),
    arity=2,
    text="{0} * {1}",
    latex=r"{0} \cdot {1}",
    precedence=2,
    symbol="*",
)

DIVIDE = Operation(
    "divide",
    lambda m, a, b: m.divide(a, b),
    lambda m, y, a, b: (m.divide(1.0, b), m.divide(-y, b)),
    arity=2,
    text="{0} / {1}",
    latex=r"\frac{{{0}}}{{{1}}}",
    precedence=2,
    symbol="/",
    domain=(REALS, POSITIVE),
    remedy="keep the divisor away from 0",
    blackboard=lambda m, y, a, b: (m.divide(1.0, b), -m.divide(a, m.power(b, 2.0))),
)

NEGATIVE = Operation(
    "negative",
    lambda m, x: -x,
    lambda m, y, x: (-1.0,),
    text="-{0}",
    latex="-{0}",
    precedence=3,
    symbol="-",
)

# ── Powers: a fixed exponent and a variable one are two operations, for the second needs a logarithm ─────────────


def power_with_exponent(c: Any) -> Operation:
    """xᶜ for a fixed number c. Its derivative c·x^(c−1) is 0 for x⁰, at x = 0 too."""
    shown = str(c).removesuffix(".0")
    shown = f"({shown})" if " " in shown else shown
    known = isinstance(c, float)  # and not a symbol, for which the rule is written out in general
    fraction = known and not c.is_integer()
    return Operation(
        "power",
        lambda m, x: m.power(x, c),
        (lambda m, y, x: (0.0,)) if known and c == 0.0 else (lambda m, y, x: (c * m.power(x, c - 1.0),)),
        text="{0} ** " + shown,
        latex="{0}^{{" + shown + "}}",
        precedence=4,
        symbol=f"**{shown}",
        domain=(POSITIVE,) if fraction or (known and c < 0.0) else (REALS,),
        # c − 1 is rounded before it is an exponent: log(1e308)·2⁻⁵³ relative, unless c − 1 is exact.
        accuracy=(2.0, 800.0 if fraction else 4.0),
        remedy="keep the base positive, for a negative number has real powers at whole exponents only,"
        " and 0 at none below 0",
        parameters={"c": c},
        family=POWER,
    )


POWER = Family(
    "power",
    power_with_exponent,
    {"c": None},
    tried=[(c,) for c in (2.0, 3.0, -1.0, -2.0, 0.5, 1.0, 0.0, 0.1, -0.5, 2.7)],
)


def derivative_of_power(n: float, k: float) -> Operation:
    """∂ⁿ⁺ᵏ/∂xⁿ∂cᵏ xᶜ, which is Σⱼ (k over j)·dʲ/dcʲ[c(c − 1)…(c − n + 1)]·x^(c−n)·(log x)^(k−j).

    Where x is 0, it is what its leading term tends to from the right: 0 for c > n, and else infinite, unless no
    logarithm is left: then n! for c = n, and 0 for whole c < n. No product rule over x^(c−n) and log x finds that, for
    it meets 0·∞; so each derivative is an entry, whose derivatives are the next ones. For a negative x those by c are
    NaN: xᶜ has no neighbours there.
    """
    n, k = float(n), float(k)
    return Operation(
        "pow_derivative",
        partial(value_of_power_derivative, int(n), int(k)),
        lambda m, y, x, c: (m.pow_derivative(x, c, n + 1.0, k), m.pow_derivative(x, c, n, k + 1.0)),
        arity=2,
        text=lambda x, c: f"pow_derivative({x}, {c}, {n:g}, {k:g})",
        latex=lambda x, c: rf"\partial_1^{{{n:g}}}\partial_2^{{{k:g}}}\operatorname{{pow}}\left({x}, {c}\right)",
        domain=(POSITIVE, REALS),
        accuracy=(800.0, 800.0),  # c − n is rounded before it is an exponent, as in a power
        parameters={"n": n, "k": k},
        family=POW_DERIVATIVE,
    )


def value_of_power_derivative(n: int, k: int, m: Any, x: Any, c: Any) -> Any:
    """The sum by Horner's rule in log x; its coefficients are exactly 0 where they vanish."""
    coefficients = [
        float(math.comb(k, j) * math.factorial(j)) * factor if j else factor
        for j, factor in enumerate(derivatives_of_falling_factorial(n, c)[: k + 1])
    ]
    exponent = c - float(n) if n else c
    root = m.pow(x, 0.5 * exponent)  # x^(c−n) in two factors: it may overflow where a tiny coefficient brings it back
    if not k:
        slope = m.where(m.step(x), coefficients[0] * root * root, coefficients[0] * m.pow(x, exponent))
        return m.where(coefficients[0], slope, 0.0)  # xᶜ is 1 or a polynomial: 0·∞ → 0
    power, logarithm = m.pow(x, exponent), m.log(x)
    total = coefficients[0]
    for j in range(1, k + 1):
        total = total * logarithm + coefficients[j] if j <= n else total * logarithm
    from_the_right = m.abs(power)  # that of −0 may be negative
    at_zero: Any = from_the_right
    for j, coefficient in reversed(list(enumerate(coefficients))):
        term = reduce(mul, [logarithm] * (k - j), coefficient * from_the_right)
        at_zero = m.where(coefficient, term, at_zero) if j < n else term  # the last coefficient is never 0
    return m.where(x, total * root * root, m.where(m.step(exponent), power, at_zero))


def derivatives_of_falling_factorial(n: int, c: Any) -> list[Any]:
    """dʲ/dcʲ[c(c − 1)…(c − n + 1)]/j! for j = 0 … n: the elementary symmetric polynomials of the factors."""
    found: list[Any] = [c, 1.0] if n else [1.0]
    for i in range(1, n):
        factor = c - float(i)
        products = [factor * product for product in found]
        found = [products[0], *(a + b for a, b in zip(products[1:], found, strict=False)), found[-1]]
    return found


POW_DERIVATIVE = Family(
    "pow_derivative",
    derivative_of_power,
    {"n": None, "k": None},
    tried=((1.0, 0.0), (0.0, 1.0), (2.0, 0.0), (1.0, 1.0), (0.0, 2.0), (2.0, 1.0), (3.0, 3.0)),
)

POW = Operation(
    "pow",
    lambda m, x, c: m.power(x, c),
    lambda m, y, x, c: (m.pow_derivative(x, c, 1.0, 0.0), m.pow_derivative(x, c, 0.0, 1.0)),
    arity=2,
    text="{0} ** {1}",
    latex="{0}^{{{1}}}",
    precedence=4,
    symbol="**",
    domain=(POSITIVE, REALS),
    accuracy=(2.0, 800.0),
    remedy="keep the base positive, for a negative number has real powers at whole exponents only",
    blackboard=lambda m, y, x, c: (c * m.pow(x, c - 1.0), y * m.log(x)),
)

# ── Exponentials and logarithms ─────────────────────────────────────────────────────────────────────────────────

EXP = Operation(
    "exp",
    lambda m, x: m.exp(x),
    lambda m, y, x: (y,),
    doc="eˣ.",
    latex="e^{{{0}}}",
    domain=((-math.inf, 709.782712893384),),
    remedy="keep the exponent below 709.78; softplus, sigmoid, logsumexp and softmax take any size",
)

EXPM1 = Operation(
    "expm1",
    lambda m, x: m.expm1(x),
    lambda m, y, x: (m.exp(x),),  # y + 1 has lost its digits for x < −36
    doc="eˣ − 1, with full digits near 0.",
    latex=r"\left(e^{{{0}}} - 1\right)",
    domain=((-math.inf, 709.782712893384),),
    remedy="keep the exponent below 709.78",
)

LOG = Operation(
    "log",
    lambda m, x: m.log(x),
    lambda m, y, x: (m.divide(1.0, x),),
    doc="The natural logarithm; x > 0.",
    latex=r"\log\left({0}\right)",
    domain=(POSITIVE,),
    remedy="keep the operand above 0; for the logarithm of a probability use a loss on logits or logsumexp",
)

LOG1P = Operation(
    "log1p",
    lambda m, x: m.log1p(x),
    lambda m, y, x: (m.divide(1.0, 1.0 + x),),
    doc="log(1 + x), with full digits near 0; x > −1.",
    latex=r"\log\left(1 + {0}\right)",
    domain=((-1.0, math.inf),),
    remedy="keep the operand above -1",
)

SQRT = Operation(
    "sqrt",
    lambda m, x: m.sqrt(x),
    # At the edge of the domain inf; at −0, too, for no root is so small that TINY changes it, but ±0.
    lambda m, y, x: (m.divide(0.5, y + TINY),),
    doc="√x; x ≥ 0. The derivative at 0 is inf.",
    latex=r"\sqrt{{{0}}}",
    domain=(POSITIVE,),
    remedy="keep the operand at 0 or above",
    blackboard=lambda m, y, x: (m.divide(0.5, y),),
)

# ── Trigonometry ────────────────────────────────────────────────────────────────────────────────────────────────

SIN = Operation(
    "sin",
    lambda m, x: m.sin(x),
    lambda m, y, x: (m.cos(x),),
    doc="The sine of an angle in radians.",
    latex=r"\sin\left({0}\right)",
)

COS = Operation(
    "cos",
    lambda m, x: m.cos(x),
    lambda m, y, x: (-m.sin(x),),
    doc="The cosine of an angle in radians.",
    latex=r"\cos\left({0}\right)",
)

TAN = Operation(
    "tan",
    lambda m, x: m.tan(x),
    lambda m, y, x: (1.0 + y * y,),
    doc="The tangent of an angle in radians.",
    latex=r"\tan\left({0}\right)",
)


def one_over_root(m: Any, x: Any) -> Any:
    """1/√(1 − x²), next to ±1 as 1/√((1 − x)(1 + x)), which keeps its digits there; at 0 its slope has none."""
    return m.divide(1.0, m.sqrt(m.where(m.greater(m.abs(x), 0.5), (1.0 - x) * (1.0 + x), 1.0 - x * x)))


ASIN = Operation(
    "asin",
    lambda m, x: m.asin(x),
    lambda m, y, x: (one_over_root(m, x),),
    doc="The angle in [−π/2, π/2] whose sine is x; −1 ≤ x ≤ 1.",
    latex=r"\arcsin\left({0}\right)",
    domain=((-1.0, 1.0),),
    remedy="keep the operand between -1 and 1",
    blackboard=lambda m, y, x: (m.divide(1.0, m.sqrt(1.0 - m.power(x, 2.0))),),
)

ACOS = Operation(
    "acos",
    lambda m, x: m.acos(x),
    lambda m, y, x: (-one_over_root(m, x),),
    doc="The angle in [0, π] whose cosine is x; −1 ≤ x ≤ 1.",
    latex=r"\arccos\left({0}\right)",
    domain=((-1.0, 1.0),),
    remedy="keep the operand between -1 and 1",
    blackboard=lambda m, y, x: (-m.divide(1.0, m.sqrt(1.0 - m.power(x, 2.0))),),
)


def cosine_squared_of_angle(m: Any, y: Any, x: Any) -> Numbers:
    """1/(1 + x²) as (1/h)/h with h = √(1 + x²), because x² overflows before its reciprocal vanishes."""
    h = m.hypot(1.0, x)
    return (m.divide(m.divide(1.0, h), h),)


ATAN = Operation(
    "atan",
    lambda m, x: m.atan(x),
    cosine_squared_of_angle,
    doc="The angle in (−π/2, π/2) whose tangent is x.",
    latex=r"\arctan\left({0}\right)",
    blackboard=lambda m, y, x: (m.divide(1.0, 1.0 + m.power(x, 2.0)),),
)


def unit_vector(m: Any, a: Any, b: Any) -> Numbers:
    """a/r and b/r for the radius r, by the ratio of the smaller to the larger, so that r² need not exist and one of
    them may be infinite. At the origin 0, and all derivatives, too."""
    is_second = m.greater(m.abs(b), m.abs(a))
    larger, smaller = m.where(is_second, b, a), m.where(is_second, a, b)
    t = m.divide(smaller, m.where(larger, larger, 1.0))
    k = m.divide(m.step(larger) - m.step(-larger), m.sqrt(1.0 + t * t))
    return m.where(is_second, t * k, k), m.where(is_second, k, t * k)


def over_squared_radius(m: Any, y: Any, a: Any, b: Any) -> Numbers:
    """b/r² and −a/r²; 0 at the origin, the middle of all slopes there."""
    r = m.hypot(a, b)
    sine, cosine = (m.divide(part, m.where(r, r, 1.0)) for part in unit_vector(m, a, b))
    return cosine, -sine


ATAN2 = Operation(
    "atan2",
    lambda m, a, b: m.atan2(a, b),
    over_squared_radius,
    doc="The angle of the point (b, a), in [−π, π]. Its derivative at the origin is 0.",
    arity=2,
    kinks=(0.0,),
    # The angle jumps where the negative half of the second axis is crossed.
    kink_of=lambda a, b: a if b <= 0.0 else math.hypot(a, b),
    blackboard=lambda m, y, a, b: (
        m.divide(b, m.power(a, 2.0) + m.power(b, 2.0)),
        -m.divide(a, m.power(a, 2.0) + m.power(b, 2.0)),
    ),
)


HYPOT = Operation(
    "hypot",
    lambda m, a, b: m.hypot(a, b),
    lambda m, y, a, b: unit_vector(m, a, b),  # 0 at the origin, the middle of all slopes there
    doc="√(a² + b²) without overflow. Its derivative at the origin is 0.",
    arity=2,
    latex=r"\sqrt{{\left({0}\right)^2 + \left({1}\right)^2}}",
    kinks=(0.0,),
    kink_of=lambda a, b: math.hypot(a, b),
    blackboard=lambda m, y, a, b: (m.divide(a, y), m.divide(b, y)),
)

# ── Hyperbolic functions and their relatives ──────────────────────────────────────────────────────────────────────

SINH = Operation(
    "sinh",
    lambda m, x: m.sinh(x),
    lambda m, y, x: (m.cosh(x),),
    doc="(eˣ − e⁻ˣ)/2.",
    latex=r"\sinh\left({0}\right)",
    domain=((-710.4758600739439, 710.4758600739439),),
    remedy="keep the operand between -710.47 and 710.47",
)

COSH = Operation(
    "cosh",
    lambda m, x: m.cosh(x),
    lambda m, y, x: (m.sinh(x),),
    doc="(eˣ + e⁻ˣ)/2.",
    latex=r"\cosh\left({0}\right)",
    domain=((-710.4758600739439, 710.4758600739439),),
    remedy="keep the operand between -710.47 and 710.47",
)


def sech_squared_value(m: Any, x: Any) -> Any:
    """sech² x = 4e/(1 + e)² with e = exp(−2|x|): no overflow, and full digits where 1 − tanh² has lost them."""
    e = m.exp(-2.0 * m.abs(x))
    return m.divide(4.0 * e, 1.0 + e * (2.0 + e))


SECH_SQUARED = Operation(
    "sech_squared",
    sech_squared_value,
    lambda m, y, x: (-2.0 * (y * m.tanh(x)),),
    latex=r"\operatorname{{sech}}^2\left({0}\right)",
    accuracy=(2.2, 5.0),  # y itself has few digits left where it is subnormal
)

TANH = Operation(
    "tanh",
    lambda m, x: m.tanh(x),
    lambda m, y, x: (m.sech_squared(x),),
    doc="(eˣ − e⁻ˣ)/(eˣ + e⁻ˣ).",
    latex=r"\tanh\left({0}\right)",
    accuracy=(2.3, 4.0),  # the C library's: 2.06 ulp found
    blackboard=lambda m, y, x: (1.0 - m.power(y, 2.0),),
)


def sigmoid_value(m: Any, x: Any) -> Any:
    """σ(x) = 1/(1 + e) for x > 0, e/(1 + e) otherwise, with e = exp(−|x|), which cannot overflow."""
    e = m.exp(-m.abs(x))
    return m.divide(m.where(m.step(x), 1.0, e), 1.0 + e)


SIGMOID = Operation(
    "sigmoid",
    sigmoid_value,
    lambda m, y, x: (0.25 * m.sech_squared(0.5 * x),),  # σ(1 − σ), with the digits that 1 − σ loses
    doc="1/(1 + e⁻ˣ), stable for any x.",
    latex=r"\sigma\left({0}\right)",
    accuracy=(2.5, 4.0),  # three roundings after exp; 2.26 ulp found
    blackboard=lambda m, y, x: (y * (1.0 - y),),
)

# ── Activations ─────────────────────────────────────────────────────────────────────────────────────────────────

STEP = Operation(
    "step",
    lambda m, x: m.step(x),  # 1 for x > 0, 0 otherwise
    lambda m, y, x: (0.0,),  # 0 everywhere, at the jump too
    doc="1 for x > 0, 0 otherwise. Its derivative is 0 everywhere.",
    kinks=(0.0,),
)

RELU = Operation(
    "relu",
    lambda m, x: m.maximum(x, 0.0),
    # At the kink any number in [0, 1] is a subgradient; we take 0, so a unit at rest stays there.
    lambda m, y, x: (m.step(x),),
    doc="max(x, 0). Its derivative at 0 is 0.",
    symbol="ReLU",
    kinks=(0.0,),
)


def one_or(m: Any, step: Any, otherwise: Any) -> Any:
    """1 where the step is 1, the other where it is 0, NaN where it is NaN, which `where` would take for true."""
    return step + otherwise * (1.0 - step)


def negative_part(m: Any, x: Any) -> Any:
    """x for x ≤ 0, and 0 otherwise. At 0 its derivative is 1, from the left; that of min(x, 0) is a half."""
    return m.where(m.step(x), 0.0, x)


def relu_with_leak(alpha: Any) -> Operation:
    """x for x > 0, αx otherwise (Maas et al. 2013). Its derivative at 0 is α, the one from the left."""
    return Operation(
        "leaky_relu",
        lambda m, x: m.where(m.step(x), x, alpha * x),
        lambda m, y, x: (one_or(m, m.step(x), alpha),),
        text=lambda x: f"leaky_relu({x}, {alpha})",
        latex=lambda x: rf"\operatorname{{leaky\_relu}}_{{{alpha}}}({x})",
        kinks=(0.0,),
        parameters={"alpha": alpha},
        family=LEAKY_RELU,
    )


LEAKY_RELU = Family(
    "leaky_relu",
    relu_with_leak,
    {"alpha": 0.01},
    tried=[(0.01,), (0.3,), (0.0,)],
)


def elu_with_scale(alpha: Any) -> Operation:
    """x for x > 0, α(eˣ − 1) otherwise (Clevert et al. 2016). Its derivative at 0 is α."""
    return Operation(
        "elu",
        lambda m, x: m.where(m.step(x), x, alpha * m.expm1(negative_part(m, x))),
        lambda m, y, x: (one_or(m, m.step(x), alpha * m.exp(negative_part(m, x))),),
        text=lambda x: f"elu({x}, {alpha})",
        latex=lambda x: rf"\operatorname{{elu}}_{{{alpha}}}({x})",
        kinks=(0.0,),
        accuracy=(3.0, 4.0),
        parameters={"alpha": alpha},
        family=ELU,
    )


ELU = Family(
    "elu",
    elu_with_scale,
    {"alpha": 1.0},
    tried=[(1.0,), (0.3,)],
)


def gaussian_value(m: Any, x: Any) -> Any:
    """exp(−x²) as exp(−h²)·exp(−(x − h)(x + h)), h being x cut to 26 bits so that h² is exact.

    The rounding of x² alone would cost 700 ulp in the tail. Beyond |x| = 30 the value is 0 in any case.
    """
    x = m.minimum(m.abs(x), 30.0)
    shifted = x * 134217729.0  # 2²⁷ + 1 (Veltkamp 1968; Dekker, Numerische Mathematik 18, 1971)
    h = shifted - (shifted - x)
    return m.exp(-(h * h)) * m.exp(-((x - h) * (x + h)))


def slope_of_gaussian(m: Any, y: Any, x: Any) -> Numbers:
    """−2xy, with x cut to ±30, beyond which y is 0: so ∞·0 is no matter, nor x² in the derivatives that follow."""
    return (-2.0 * (m.maximum(m.minimum(x, 30.0), -30.0) * y),)


GAUSSIAN = Operation(
    "gaussian",
    gaussian_value,
    slope_of_gaussian,
    latex=r"e^{{-\left({0}\right)^2}}",
    # The value itself has few digits left below 2.2e-308 (|x| > 26.6), and the partial multiplies it by up to 55.
    accuracy=(2.0, 60.0),
    blackboard=lambda m, y, x: (-2.0 * (x * y),),
)

ERF = Operation(
    "erf",
    lambda m, x: m.erf(x),
    lambda m, y, x: (1.1283791670955126 * m.gaussian(x),),  # 2/√π
    doc="The error function, 2/√π ∫₀ˣ exp(−t²) dt.",
    latex=r"\operatorname{{erf}}\left({0}\right)",
)

ERFC = Operation(
    "erfc",
    lambda m, x: m.erfc(x),
    lambda m, y, x: (-1.1283791670955126 * m.gaussian(x),),
    latex=r"\operatorname{{erfc}}\left({0}\right)",
    accuracy=(3.0, 4.0),  # the C library's: 2.7 ulp measured near x = 1.19
)

ROOT_HALF = 0.7071067811865476


def normal_cdf(m: Any, x: Any) -> Any:
    """Φ(x) = ½ erfc(−x/√2), which keeps its digits in the left tail."""
    return 0.5 * m.erfc(-ROOT_HALF * x)


def slope_of_gelu(m: Any, x: Any, cut: Any) -> Any:
    """Φ(x) + xφ(x), with the normal density φ(x) = exp(−x²/2)/√(2π)."""
    return normal_cdf(m, x) + 0.3989422804014327 * (cut * m.gaussian(ROOT_HALF * x))


GELU = Operation(
    "gelu",
    # The exact form (Hendrycks & Gimpel 2016), not the tanh approximation. Φ is 0 below −40, and φ beyond ±40.
    lambda m, x: m.maximum(x, -40.0) * normal_cdf(m, x),
    lambda m, y, x: (slope_of_gelu(m, x, m.maximum(m.minimum(x, 40.0), -40.0)),),
    blackboard=lambda m, y, x: (slope_of_gelu(m, x, x),),
    # x/√2 is rounded before it is squared in the exponent: x²·2⁻⁵³ relative, as long as Φ(x) is a normal number.
    doc="x·Φ(x), with Φ the normal distribution function; exact, not the tanh approximation.",
    accuracy=(2000.0, 2000.0),
)


def silu_value(m: Any, x: Any) -> Any:
    """xσ(x), for x < 0 as x·h·h/(1 + h²) with h = exp(−|x|/2): in the tail h² has lost its digits, x·h has not."""
    h = m.exp(-0.5 * m.abs(x))  # 0 below −1500
    return m.divide(m.where(m.step(x), x, m.maximum(x, -1500.0) * h * h), 1.0 + h * h)


def slope_of_silu(m: Any, y: Any, x: Any) -> Numbers:
    """σ + xσ′, with x cut where σ′ is 0. In the left tail, where that has lost its digits, xσ′ is yσ(−x)."""
    cut = m.maximum(m.minimum(x, 800.0), -800.0)
    near_0 = 0.25 * (cut * m.sech_squared(0.5 * cut))
    return (m.sigmoid(x) + m.where(m.greater(x, -700.0), near_0, m.minimum(y, 800.0) * m.sigmoid(-x)),)


SILU = Operation(
    "silu",
    silu_value,
    slope_of_silu,
    blackboard=lambda m, y, x: (m.sigmoid(x) + y * m.sigmoid(-x),),
    doc="x·sigmoid(x), also called swish.",
    accuracy=(4.0, 6.0),
)

SOFTPLUS = Operation(
    "softplus",
    lambda m, x: m.maximum(x, 0.0) + m.log1p(m.exp(-m.abs(x))),  # log(1 + eˣ) without its overflow
    lambda m, y, x: (m.sigmoid(x),),
    doc="log(1 + eˣ), stable for any x; −softplus(−x) is log sigmoid(x).",
)

# ── Choosing ────────────────────────────────────────────────────────────────────────────────────────────────────

ABS = Operation(
    "abs",
    lambda m, x: m.abs(x),
    lambda m, y, x: (m.step(x) - m.step(-x),),  # 0 at the kink, the middle of −1 and 1
    doc="|x|. Its derivative at 0 is 0.",
    latex=r"\left|{0}\right|",
    kinks=(0.0,),
)

GREATER = Operation(
    "greater",
    lambda m, a, b: m.greater(a, b),  # 1 where a > b, 0 otherwise
    lambda m, y, a, b: (0.0, 0.0),
    arity=2,
    symbol=">",
    kinks=(0.0,),
    kink_of=lambda a, b: a - b,
)


def share_of_first(m: Any, y: Any, a: Any, b: Any) -> Any:
    """1 where a > b, 0 where a < b, a half where they tie; NaN where the result is."""
    return 0.5 * (1.0 + m.greater(a, b) - m.greater(b, a)) + 0.0 * m.step(y)


MAXIMUM = Operation(
    "maximum",
    lambda m, a, b: m.maximum(a, b),
    lambda m, y, a, b: (share_of_first(m, y, a, b), share_of_first(m, y, b, a)),
    doc="The larger of two. At a tie each has half the derivative.",
    arity=2,
    latex=r"\max\left({0}, {1}\right)",
    symbol="max",
    kinks=(0.0,),
    kink_of=lambda a, b: a - b,
)

MINIMUM = Operation(
    "minimum",
    lambda m, a, b: m.minimum(a, b),
    lambda m, y, a, b: (share_of_first(m, y, b, a), share_of_first(m, y, a, b)),
    doc="The smaller of two. At a tie each has half the derivative.",
    arity=2,
    latex=r"\min\left({0}, {1}\right)",
    symbol="min",
    kinks=(0.0,),
    kink_of=lambda a, b: a - b,
)

WHERE = Operation(
    "where",
    lambda m, condition, a, b: m.where(condition, a, b),
    lambda m, y, condition, a, b: (0.0, m.where(condition, 1.0, 0.0), m.where(condition, 0.0, 1.0)),
    arity=3,
    kinks=(0.0,),
)

DETACH = Operation(
    "detach",
    lambda m, x: x,
    lambda m, y, x: (0.0,),  # by decree: the gradient stops here
)

IDENTITY = Operation("identity", lambda m, x: x, lambda m, y, x: (1.0,))

# ── Any number of operands ──────────────────────────────────────────────────────────────────────────────────────

SUM = Operation(
    "sum",
    lambda m, *xs: m.sum(*xs),
    lambda m, y, *xs: (1.0,) * len(xs),
    doc="x₁ + … + xₙ, correctly rounded (`math.fsum`), as one node. Of nothing: 0.",
    arity=None,
    latex=lambda *xs: r"\left(" + " + ".join(xs) + r"\right)",
    symbol="Σ",
    accuracy=(1.0, 0.0),
    remedy="scale the terms down: their sum is beyond 1.8e308",
)


def halves(ab: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The operands of a dot product, a₁ … aₙ b₁ … bₙ, as two lists."""
    middle = len(ab) // 2
    return ab[:middle], ab[middle:]


def pairwise(join: str, template: str) -> Any:
    """Notation of a sum over pairs: template.format(aᵢ, bᵢ) joined."""
    return lambda *ab: join.join(template.format(a, b) for a, b in zip(*halves(ab), strict=True))


def swap_halves(m: Any, y: Any, *ab: Any) -> Numbers:
    """∂/∂aᵢ = bᵢ and ∂/∂bᵢ = aᵢ."""
    a, b = halves(ab)
    return b + a


DOT = Operation(
    "dot",
    lambda m, *ab: m.sum(*map(mul, *halves(ab))),
    swap_halves,
    arity=None,
    latex=lambda *ab: r"\left(" + pairwise(" + ", r"{} \cdot {}")(*ab) + r"\right)",
    symbol="·",
    accuracy=(2.0, 0.0),
    remedy="scale the factors down: the sum of products is beyond 1.8e308",
)

MEAN = Operation(
    "mean",
    lambda m, *xs: m.divide(m.sum(*xs), float(len(xs))),
    lambda m, y, *xs: (1.0 / len(xs),) * len(xs),
    doc="(x₁ + … + xₙ)/n as one node; of nothing a ValueError.",
    arity=None,
    accuracy=(2.0, 1.0),
    remedy="scale the terms down: their sum is beyond 1.8e308",
)


def shifted_exponentials(m: Any, xs: Numbers) -> tuple[Any, list[Any]]:
    """The largest operand M and exp(xᵢ − M), none above 1. M is detached: the result does not depend on it."""
    largest = xs[0]
    for x in xs[1:]:
        largest = m.maximum(largest, x)
    largest = m.detach(largest)
    # An infinite M would make inf − inf of itself; the largest finite number does as well.
    shift = m.minimum(m.maximum(largest, -1.7976931348623157e308), 1.7976931348623157e308)
    return shift, [m.exp(x - shift) for x in xs]


def logsumexp_value(m: Any, *xs: Any) -> Any:
    """M + log Σ exp(xᵢ − M), with M the largest operand (Blanchard, Higham & Higham 2021, eq. 1.3)."""
    shift, exponentials = shifted_exponentials(m, xs)
    return shift + m.log(m.sum(*exponentials))


def softmax_of_operands(m: Any, y: Any, *xs: Any) -> Numbers:
    """∂/∂xᵢ = exp(xᵢ − M)/Σ exp(xⱼ − M), and not exp(xᵢ − y): beyond 1e16 y has lost its logarithm."""
    _, exponentials = shifted_exponentials(m, xs)
    total = m.sum(*exponentials)
    return tuple(m.divide(e, total) for e in exponentials)


LOGSUMEXP = Operation(
    "logsumexp",
    logsumexp_value,
    softmax_of_operands,
    doc="log(exp x₁ + … + exp xₙ) as one node, stable for any finite operands; of nothing a ValueError.",
    arity=None,
    latex=lambda *xs: r"\log\left(" + " + ".join(f"e^{{{x}}}" for x in xs) + r"\right)",
    accuracy=(2.0, 600.0),  # xᵢ − M is rounded before it is an exponent, of 745 at the most
    blackboard=lambda m, y, *xs: tuple(m.exp(x - y) for x in xs),
)

# ── The table ───────────────────────────────────────────────────────────────────────────────────────────────────

#: Every single operation, by name.
OPERATIONS: dict[str, Operation] = {
    entry.name: entry for entry in list(globals().values()) if isinstance(entry, Operation)
}

#: Every family: there is an operation for each of its fixed numbers.
FAMILIES: dict[str, Family] = {entry.name: entry for entry in list(globals().values()) if isinstance(entry, Family)}


def operation_named(name: str, parameters: tuple[float, ...] = ()) -> Operation:
    """The operation of that name, made with `parameters` if it is one of a family.

    >>> operation_named("tanh"), operation_named("power", (2.0,))
    (<operation tanh>, <operation power(c=2.0)>)
    """
    if name in FAMILIES:
        return FAMILIES[name](*parameters)
    if name not in OPERATIONS:
        raise KeyError(f"no operation is called {name!r}; the table has {', '.join([*OPERATIONS, *FAMILIES])}")
    return OPERATIONS[name]


def by_name(op: Operation) -> tuple[Any, ...]:
    """For pickle: an operation is stored as its name, and the table on the other side supplies the functions."""
    if OPERATIONS.get(op.name) is not op and (op.family is None or FAMILIES.get(op.name) is not op.family):
        raise TypeError(
            f"{op!r} is not in the table, so it cannot be pickled; give it a name that the table has not, and put it"
            " into autograd.ops.OPERATIONS"
        )
    return operation_named, (op.name, tuple(op.parameters.values()))


copyreg.pickle(Operation, by_name)
