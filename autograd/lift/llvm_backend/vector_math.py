"""exp, log, tanh, sin, erf … for several numbers at once, without branches, each within 3 ulp everywhere (erfc: 6).

The argument is reduced to a small interval by an identity, and a polynomial does the rest (Cody & Waite, Software
Manual for the Elementary Functions, 1980; Muller, Elementary Functions, 2016, chapters 4 and 11):

    exp x = 2ᵏ·exp r              x = k·log 2 + r           |r| ≤ ½ log 2
    log x = k·log 2 + log(1 + f)  x = 2ᵏ(1 + f)             √½ ≤ 1 + f < √2
    sin x = ± sin r or ± cos r    x = k·π/2 + r             |r| ≤ π/4

The coefficients are near-minimax: `mpmath.chebyfit` at 60 digits over the interval that stands beside them, rounded to
double; the error stands there, too. Lowest power first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

#: (eʳ − 1 − r)/r² for |r| ≤ 0.347; error 1.1e-16.
EXP_COEFFICIENTS = (
    0.5000000000000001, 0.16666666666666669, 0.041666666666623824, 0.008333333333330039, 0.0013888888917367081,
    0.00019841269863171557, 2.4801521057868204e-05, 2.7557268276905696e-06, 2.7620201591031547e-07,
    2.5100472505694996e-08,
)  # fmt: skip

#: (log((1+s)/(1−s)) − 2s)/s³ as a function of s² for |s| ≤ 0.1717; error 3.1e-16.
LOG_COEFFICIENTS = (
    0.666666666666667, 0.3999999999989889, 0.2857142862625391, 0.22222211089368124, 0.18182892433364564,
    0.15331611694570085, 0.14617807492803847,
)  # fmt: skip

#: (sin r − r)/r³ as a function of r² for |r| ≤ π/4; error 2.1e-17.
SIN_COEFFICIENTS = (
    -0.16666666666666666, 0.008333333333330946, -0.0001984126983675497, 2.755731610068303e-06,
    -2.5051131455427946e-08, 1.591810123027412e-10,
)  # fmt: skip

#: (cos r − 1 + r²/2)/r⁴ as a function of r² for |r| ≤ π/4; error 1.3e-18.
COS_COEFFICIENTS = (
    0.041666666666666664, -0.0013888888888887395, 2.4801587298763433e-05, -2.7557317270560326e-07,
    2.0876146024689747e-09, -1.1382614868556325e-11,
)  # fmt: skip

#: erf x/x − 1 as a function of x² for |x| ≤ 1; error 7.4e-18.
ERF_COEFFICIENTS = (
    0.12837916709551256, -0.37612638903183543, 0.11283791670945006, -0.02686617064323777, 0.0052239776071164225,
    -0.0008548325975389692, 0.00012055294904839707, -1.492473690741966e-05, 1.6447424703317362e-06,
    -1.6208483801871705e-07, 1.3720064546777686e-08, -7.795898827002142e-10,
)  # fmt: skip

#: (1 + x)·exp(x²)·erfc x as a function of (x − 2)/(x + 2) for 0.75 ≤ x ≤ 28; error 8.4e-18.
ERFC_COEFFICIENTS = (
    0.7661870289315172, -0.25997483699985235, 0.037813898313592005, 0.04253634950888951, -0.0252435542942182,
    -0.0005182766734562969, 0.003937755327769674, 0.00014468100885968763, -0.0007066295073121432,
    -0.0001399901499363224, 0.0001169504594209628, 6.172896909966068e-05, -7.76774406791602e-06,
    -1.748528666899561e-05, -4.746237562355127e-06, 2.232916138476949e-06, 2.217914324109394e-06,
    1.1795529241213534e-06, -6.508625093998861e-07, -1.118336790358793e-06, 7.296274363084429e-07,
    -1.1288634850069593e-07,
)  # fmt: skip

#: log 2 and π/2 in parts so short that their products with k are exact; the last has the rest.
LOG_2 = (0.693147180559663, 2.8235290563031577e-13)
HALF_PI = (1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32)

#: x + 1.5·2⁵² − 1.5·2⁵² is x rounded to a whole number, which the lowest bits of the first sum hold.
ROUNDER = 6755399441055744.0
LARGEST_ANGLE = 2.0**20  # up to here k·π/2 is exact in the parts above; beyond, the C library reduces the angle


def polynomial(m: Any, coefficients: Sequence[float], x: Any) -> Any:
    """c₀ + c₁x + c₂x² + …, by pairs (Estrin): half the steps wait for each other."""
    terms: list[Any] = list(coefficients)
    power = x
    while len(terms) > 1:
        paired = [m.fma(b, power, a) for a, b in zip(terms[::2], terms[1::2], strict=False)]
        terms = paired + terms[len(paired) * 2 :]
        if len(terms) > 1:
            power = power * power
    return terms[0]


def power_of_two(m: Any, k: Any) -> Any:
    """2ᵏ for whole numbers −1022 ≤ k ≤ 1023: k is the exponent."""
    shifted = m.bits(k + (ROUNDER + 1023.0))
    return m.from_bits(m.builder.shl(shifted, m.word(52)))


def clipped(m: Any, x: Any, low: float, high: float) -> Any:
    """x, or the nearest number in the interval; NaN stays NaN."""
    return m.minimum(m.maximum(x, low), high)


def reduced(m: Any, x: Any) -> tuple[Any, Any]:
    """k and eʳ − 1, where x = k·log 2 + r."""
    k = m.fma(x, 1.0 / math.log(2.0), ROUNDER) - ROUNDER
    r = m.fma(k, -LOG_2[1], m.fma(k, -LOG_2[0], x))
    return k, m.fma(r * r, polynomial(m, EXP_COEFFICIENTS, r), r)


def exp_kernel(m: Any, x: Any) -> Any:
    """2ᵏ·eʳ, by two powers of two because 2ᵏ alone may be subnormal or infinite where the result is not."""
    k, p = reduced(m, clipped(m, x, -760.0, 720.0))
    half = m.fma(k, 0.5, ROUNDER) - ROUNDER
    return (1.0 + p) * power_of_two(m, half) * power_of_two(m, k - half)


def expm1_kernel(m: Any, x: Any) -> Any:
    """2ᵏ(eʳ − 1) + (2ᵏ − 1). The result for 0 is 0 with its sign."""
    k, p = reduced(m, clipped(m, x, -60.0, 720.0))
    most = m.minimum(k, 1023.0)
    scale = power_of_two(m, most)
    y = m.fma(scale, p, scale - 1.0) * power_of_two(m, k - most)
    return m.choose(m.compare("==", x, 0.0), x, y)


def log_parts(m: Any, x: Any) -> tuple[Any, Any]:
    """k and 1 + f of a positive normal number x = 2ᵏ(1 + f), with √½ ≤ 1 + f < √2."""
    b = m.builder
    offset = b.sub(m.bits(x), m.word(0x3FE6A09E667F3BCD))  # the bits of √½
    k = b.ashr(offset, m.word(52))
    fraction = m.from_bits(b.sub(m.bits(x), b.shl(k, m.word(52))))
    return m.lane(b.sitofp(k, m.type)), fraction


def log_of_parts(m: Any, k: Any, fraction: Any) -> Any:
    """k·log 2 + log(1 + f), the latter as f − (f²/2 − s(f²/2 + s²·R(s²))), s = f/(2 + f)."""
    f = fraction - 1.0
    s = f / (2.0 + f)
    z = s * s
    half = 0.5 * f * f
    tail = m.fma(s, m.fma(z, polynomial(m, LOG_COEFFICIENTS, z), half), k * LOG_2[1])
    return m.fma(k, LOG_2[0], f - (half - tail))


def log_kernel(m: Any, x: Any) -> Any:
    """−inf at 0, NaN below; subnormal numbers are scaled up first."""
    tiny = m.compare("<", x, 2.0**-1022)
    k, fraction = log_parts(m, m.choose(tiny, x * 2.0**54, x))
    y = log_of_parts(m, k - m.choose(tiny, 54.0, 0.0), fraction)
    y = m.choose(m.compare("<", x, math.inf), y, x)  # inf and NaN as they are
    y = m.choose(m.compare("<", x, 0.0), math.nan, y)
    return m.choose(m.compare("==", x, 0.0), -math.inf, y)


def log1p_kernel(m: Any, x: Any) -> Any:
    """log u + (x − (u − 1))/u with u = 1 + x rounded: the second term is what the rounding has lost."""
    u = 1.0 + x
    lost = m.choose(m.compare(">", x, 1.0), 1.0 - (u - x), x - (u - 1.0))
    k, fraction = log_parts(m, u)
    y = log_of_parts(m, k, fraction) + lost / u
    y = m.choose(m.compare("<", x, math.inf), y, x)
    y = m.choose(m.compare("<", x, -1.0), math.nan, y)
    y = m.choose(m.compare("==", x, -1.0), -math.inf, y)
    return m.choose(m.compare("==", x, 0.0), x, y)


def tanh_kernel(m: Any, x: Any) -> Any:
    """−e/(e + 2) with e = exp(−2|x|) − 1, and the sign of x."""
    e = m.expm1(-2.0 * m.abs(x))
    return m.copysign(-e / (e + 2.0), x)


def over_gaussian(m: Any, x: Any) -> Any:
    """exp(x²)·erfc x for 0.75 ≤ x ≤ 28."""
    return polynomial(m, ERFC_COEFFICIENTS, (x - 2.0) / (x + 2.0)) / (1.0 + x)


def erf_near_0(m: Any, x: Any) -> Any:
    """erf x for |x| ≤ 1."""
    return m.fma(x, polynomial(m, ERF_COEFFICIENTS, x * x), x)


def erf_kernel(m: Any, x: Any) -> Any:
    """Near 0 a polynomial, beyond 1 − erfc |x|, with the sign of x."""
    size = m.minimum(m.abs(x), 6.0)
    tail = 1.0 - m.exp(-(size * size)) * over_gaussian(m, size)
    y = m.choose(m.compare("<", size, 1.0), erf_near_0(m, m.minimum(size, 1.0)), tail)
    return m.copysign(y, x)


def erfc_kernel(m: Any, x: Any) -> Any:
    """In the right tail exp(−h²)·exp(−l)·(…), where h is x cut to 26 bits and h² + l = x²; near 0 and left by erf."""
    size = m.minimum(m.abs(x), 28.0)
    shifted = size * 134217729.0  # 2²⁷ + 1, as in the table's `gaussian`
    h = shifted - (shifted - size)
    low = (h - size) * (size + h)
    tail = m.exp(-(h * h)) * over_gaussian(m, size)
    tail = m.fma(tail, m.fma(0.5 * low, low, low), tail)  # exp(−l) − 1, |l| < 2⁻¹⁶
    middle = 1.0 - erf_near_0(m, clipped(m, x, -1.0, 1.0))
    y = m.choose(m.compare("<", x, 0.0), 2.0 - tail, tail)
    return m.choose(m.compare("<", size, 0.75), middle, y)


def reduced_angle(m: Any, x: Any) -> tuple[Any, Any]:
    """The bits of k, and r, where x = k·π/2 + r."""
    shifted = m.fma(x, 2.0 / math.pi, ROUNDER)
    k = shifted - ROUNDER
    r = x
    for part in HALF_PI:
        r = m.fma(k, -part, r)
    return m.bits(shifted), r


def sine(m: Any, x: Any, ahead: int, name: str) -> Any:
    """sin(x + ahead·π/2)."""
    b = m.builder
    k, r = reduced_angle(m, x)
    k = b.add(k, m.word(ahead))
    z = r * r
    sin = m.fma(r * z, polynomial(m, SIN_COEFFICIENTS, z), r)
    half = 0.5 * z
    whole = 1.0 - half
    cos = whole + m.fma(z * z, polynomial(m, COS_COEFFICIENTS, z), (1.0 - whole) - half)
    odd = b.icmp_unsigned("!=", b.and_(k, m.word(1)), m.word(0))
    sign = b.shl(b.and_(k, m.word(2)), m.word(62))
    y = m.from_bits(b.xor(m.bits(m.choose(odd, cos, sin)), sign))
    if not ahead:
        y = m.choose(m.compare("==", x, 0.0), x, y)  # 0 with its sign
    return far_from_0(m, x, y, name)


def far_from_0(m: Any, x: Any, y: Any, name: str) -> Any:
    """y, but what the C library says if there is an angle beyond the largest that was reduced; NaN for NaN."""
    b = m.builder
    far = b.not_(m.compare("<=", m.abs(x), LARGEST_ANGLE))
    before = b.block
    with b.if_then(m.any(far), likely=False):
        asked = m.choose(far, m.ask_c(name, x), y)
        inside = b.block
    result = b.phi(m.type)
    result.add_incoming(y.value, before)
    result.add_incoming(asked.value, inside)
    return m.lane(result)


def sin_kernel(m: Any, x: Any) -> Any:
    return sine(m, x, 0, "sin")


def cos_kernel(m: Any, x: Any) -> Any:
    return sine(m, x, 1, "cos")


def small_power(m: Any, x: Any, c: float) -> Any:
    """xᶜ for c = ½, 1, 3/2, 2, 3 and their negatives, or None. pow(−inf, ½) is inf and pow(−0, ½) is 0."""
    size = abs(c)
    if size in (1.0, 2.0, 3.0):
        factors = [x] * int(size)
    elif size in (0.5, 1.5):
        x = m.choose(m.compare("==", x, -math.inf), math.inf, x + 0.0)
        factors = [x] * int(size) + [m.sqrt(x)]
    else:
        return None
    y = 1.0 / factors[0] if c < 0.0 else factors[0]
    for factor in factors[1:]:
        y = y / factor if c < 0.0 else y * factor
    return y


#: The elementary functions that are computed here, by name.
KERNELS: dict[str, Callable[..., Any]] = {
    "exp": exp_kernel, "expm1": expm1_kernel, "log": log_kernel, "log1p": log1p_kernel, "tanh": tanh_kernel,
    "erf": erf_kernel, "erfc": erfc_kernel, "sin": sin_kernel, "cos": cos_kernel,
}  # fmt: skip
