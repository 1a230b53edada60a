"""Every entry of the table in exact arithmetic: 80 digits, of which a float has 16.

A new entry gets a line here: its value and its derivative, as a book has them, in mpmath's functions.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from operator import mul

import mpmath

from autograd import ops

mp = mpmath.mp.clone()
mp.dps = 80


def anywhere(rng):
    """A number of any size, of either sign."""
    size = rng.choice([3, 30, 300, 1000])
    return rng.choice([-1, 1]) * 2.0 ** rng.uniform(-size, size)


@dataclass
class Reference:
    """An entry in exact arithmetic.

    Attributes:
        value: of `mp` numbers; outside of the domain complex, infinite, or an error.
        partials: of the same, one for each operand.
        scale: of the same, what errors of the value are measured by where terms cancel: the largest of them.
        partial_scale: what errors of partials are measured by.
        draw: a function of a random generator that gives operands, for those of several.
        gaps: whether the function has values outside of `domain`, or is infinite somewhere inside, because an interval
            for each operand cannot say it: 1/b has values for negative b, x² is infinite for large x.
        lowest: where to begin, if not at the domain's end.
    """

    value: Callable
    partials: Callable
    scale: Callable = lambda *xs: 0
    partial_scale: Callable = lambda *xs: 0
    draw: Callable = lambda rng: [anywhere(rng), anywhere(rng)]
    gaps: bool = False
    lowest: float = -math.inf


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


def erfc(x):
    """mpmath's own gives up on very large operands."""
    return mp.erfc(x) if abs(x) < 1e4 else mp.mpf(0 if x > 0 else 2)


def phi(x):
    return erfc(-x / mp.sqrt(2)) / 2


def density(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def one(value, slope, **options):
    """The reference of a function of one number, and of the fixed one of a family."""
    return Reference(value, lambda *x: (slope(*x),), **options)


def several(rng, count, size=1000):
    """Numbers of very different sizes."""
    return [rng.choice([-1, 1]) * 2.0 ** rng.uniform(-size, size) for _ in range(count)]


def halves(ab):
    return ab[: len(ab) // 2], ab[len(ab) // 2 :]


def softmax(*xs):
    terms = [mp.exp(x - max(xs)) for x in xs]
    return tuple(term / sum(terms) for term in terms)


def power(x, c):
    """xᶜ, as a float has it: 0⁰ is 1, and 0 has no negative power."""
    return x ** int(c) if c == int(c) and abs(c) < 1e9 else x**c


def falling_factorial(n, c, j, sign=-1):
    """dʲ/dcʲ[c(c − 1)…(c − n + 1)]; with sign 1 of c(c + 1)…, whose terms do not cancel."""
    polynomial = [mp.mpf(1)]  # its coefficients, that of c⁰ first
    for i in range(n):
        polynomial = [a + sign * i * b for a, b in zip([0, *polynomial], [*polynomial, 0], strict=True)]
    for _ in range(j):
        polynomial = [power * a for power, a in enumerate(polynomial)][1:]
    return mp.fsum(a * c**power for power, a in enumerate(polynomial))


def pow_derivative(x, c, n, k):
    """∂ⁿ⁺ᵏ/∂xⁿ∂cᵏ xᶜ by the product rule, where x is positive."""
    n, k = int(n), int(k)
    logarithm = mp.log(x)
    terms = (mp.binomial(k, j) * falling_factorial(n, c, j) * logarithm ** (k - j) for j in range(k + 1))
    return x ** (c - n) * mp.fsum(terms)


def largest_of_pow_derivative(x, c, n, k):
    """What its terms come to if none cancel."""
    n, k = int(n), int(k)
    logarithm, c_size = abs(mp.log(x)), abs(c)
    terms = (mp.binomial(k, j) * falling_factorial(n, c_size, j, 1) * logarithm ** (k - j) for j in range(k + 1))
    return x ** (c - n) * mp.fsum(terms)


#: For each entry of the table, each member of a family under the family: itself in exact arithmetic. The function of a
#: family takes the fixed number after the operand.
REFERENCES = {
    ops.ADD: Reference(lambda a, b: a + b, lambda a, b: (1, 1)),
    ops.SUBTRACT: Reference(lambda a, b: a - b, lambda a, b: (1, -1)),
    ops.MULTIPLY: Reference(lambda a, b: a * b, lambda a, b: (b, a)),
    ops.DIVIDE: Reference(lambda a, b: a / b, lambda a, b: (1 / b, -a / b / b), gaps=True),
    ops.NEGATIVE: one(lambda x: -x, lambda x: -1),
    ops.POWER: one(power, lambda x, c: c * power(x, c) / x, gaps=True),
    ops.POW: Reference(
        power,
        lambda a, b: (b * a ** (b - 1), a**b * mp.log(a)),
        draw=lambda rng: [abs(anywhere(rng)), rng.choice([-1, 1]) * 2.0 ** rng.uniform(-30, 13)],
        gaps=True,
    ),
    ops.POW_DERIVATIVE: Reference(
        pow_derivative,
        lambda x, c, n, k: (pow_derivative(x, c, n + 1, k), pow_derivative(x, c, n, k + 1)),
        scale=largest_of_pow_derivative,
        partial_scale=lambda x, c, n, k: max(
            largest_of_pow_derivative(x, c, n + 1, k), largest_of_pow_derivative(x, c, n, k + 1)
        ),
        # Where no power on the way overflows or underflows.
        draw=lambda rng: [2.0 ** rng.uniform(-30, 30), rng.choice([-1, 1]) * 2.0 ** rng.uniform(-30, 4)],
        gaps=True,
    ),
    ops.EXP: one(mp.exp, mp.exp),
    ops.EXPM1: one(mp.expm1, mp.exp),
    ops.LOG: one(mp.log, lambda x: 1 / x),
    ops.LOG1P: one(mp.log1p, lambda x: 1 / (1 + x)),
    ops.SQRT: one(mp.sqrt, lambda x: 1 / (2 * mp.sqrt(x))),
    ops.SIN: one(mp.sin, mp.cos),
    ops.COS: one(mp.cos, lambda x: -mp.sin(x)),
    ops.TAN: one(mp.tan, lambda x: 1 / mp.cos(x) ** 2),
    ops.ASIN: one(mp.asin, lambda x: 1 / mp.sqrt(1 - x * x)),
    ops.ACOS: one(mp.acos, lambda x: -1 / mp.sqrt(1 - x * x)),
    ops.ATAN: one(mp.atan, lambda x: 1 / (1 + x * x)),
    ops.ATAN2: Reference(mp.atan2, lambda a, b: (b / (a * a + b * b), -a / (a * a + b * b))),
    ops.HYPOT: Reference(mp.hypot, lambda a, b: (a / mp.hypot(a, b), b / mp.hypot(a, b))),
    ops.SINH: one(mp.sinh, mp.cosh),
    ops.COSH: one(mp.cosh, mp.sinh),
    ops.TANH: one(mp.tanh, lambda x: mp.sech(x) ** 2),
    ops.SECH_SQUARED: one(lambda x: mp.sech(x) ** 2, lambda x: -2 * mp.sech(x) ** 2 * mp.tanh(x)),
    ops.SIGMOID: one(sigmoid, lambda x: sigmoid(x) * sigmoid(-x)),
    ops.STEP: one(lambda x: mp.mpf(x > 0), lambda x: 0),
    ops.RELU: one(lambda x: max(x, 0), lambda x: x > 0),
    ops.LEAKY_RELU: one(lambda x, a: x if x > 0 else a * x, lambda x, a: 1 if x > 0 else a),
    ops.ELU: one(lambda x, a: x if x > 0 else a * mp.expm1(x), lambda x, a: 1 if x > 0 else a * mp.exp(x)),
    ops.GAUSSIAN: one(lambda x: mp.exp(-x * x), lambda x: -2 * x * mp.exp(-x * x)),
    ops.ERF: one(mp.erf, lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-x * x)),
    ops.ERFC: one(erfc, lambda x: -2 / mp.sqrt(mp.pi) * mp.exp(-x * x)),
    ops.GELU: one(
        lambda x: x * phi(x),
        lambda x: phi(x) + x * density(x),
        partial_scale=lambda x: phi(x) + abs(x) * density(x),
        lowest=-37.5,  # beyond, the factor of x has underflowed
    ),
    ops.SILU: one(
        lambda x: x * sigmoid(x),
        lambda x: sigmoid(x) * (1 + x * sigmoid(-x)),
        partial_scale=lambda x: sigmoid(x) * (1 + abs(x) * sigmoid(-x)),
    ),
    ops.SOFTPLUS: one(lambda x: mp.log1p(mp.exp(x)) if x < 100 else x + mp.exp(-x), sigmoid),
    ops.ABS: one(abs, mp.sign),
    ops.GREATER: Reference(lambda a, b: mp.mpf(a > b), lambda a, b: (0, 0)),
    ops.MAXIMUM: Reference(max, lambda a, b: (a > b, b > a)),
    ops.MINIMUM: Reference(min, lambda a, b: (a < b, b < a)),
    ops.WHERE: Reference(
        lambda c, a, b: a if c else b,
        lambda c, a, b: (0, bool(c), not c),
        draw=lambda rng: [rng.choice([0.0, 1.0, -0.5]), anywhere(rng), anywhere(rng)],
    ),
    ops.DETACH: one(lambda x: x, lambda x: 0),
    ops.IDENTITY: one(lambda x: x, lambda x: 1),
    ops.SUM: Reference(lambda *xs: mp.fsum(xs), lambda *xs: (1,) * len(xs), draw=lambda rng: several(rng, 5)),
    ops.DOT: Reference(
        lambda *ab: mp.fsum(map(mul, *halves(ab))),
        lambda *ab: (*halves(ab)[1], *halves(ab)[0]),
        scale=lambda *ab: max(map(abs, map(mul, *halves(ab)))),  # the products are rounded
        draw=lambda rng: several(rng, 6, 500),
    ),
    ops.MEAN: Reference(
        lambda *xs: mp.fsum(xs) / len(xs),
        lambda *xs: (1 / mp.mpf(len(xs)),) * len(xs),
        draw=lambda rng: several(rng, 5),
    ),
    ops.LOGSUMEXP: Reference(
        lambda *xs: max(xs) + mp.log(mp.fsum(mp.exp(x - max(xs)) for x in xs)),
        softmax,
        scale=lambda *xs: max(1, *map(abs, xs)),
        draw=lambda rng: several(rng, 5, rng.choice([1, 10, 60])),
    ),
}
