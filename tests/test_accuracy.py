"""How accurate the table is in floats: every entry's value and partials against 70-digit arithmetic, extremes included.

Errors are in units in the last place (ulp) of the true result, 2^-1074 for a subnormal one; where terms cancel, of
the largest term. `pytest -s tests/test_accuracy.py` prints the table of worst cases.
"""

import math
import random
import sys

import mpmath
import pytest

from autograd import ops
from autograd.arithmetic import Floats

ALL = [*ops.OPERATIONS.values(), *(make(*p) for make, samples in ops.FAMILIES.values() for p in samples)]

mp = mpmath.mp.clone()
mp.prec = 240
wide = mpmath.mp.clone()
wide.prec = 4400  # sums and products of any floats are exact

SMALLEST_NORMAL = sys.float_info.min
LARGEST = sys.float_info.max

# ── The references: mpmath's own functions, and derivatives written from the textbook ────────────────────────────


def exp(x):
    """eˣ; past 10⁶ only its size matters, and mpmath would compute 300 digits of exponent."""
    return mp.exp(max(min(x, 10**6), -(10**6)))


def erfc(x):
    """mpmath's own takes no very large operands."""
    return mp.erfc(x) if abs(x) < 200 else mp.mpf(0 if x > 0 else 2)


def erf(x):
    return mp.erf(x) if abs(x) < 200 else mp.sign(x)


def sigmoid(x):
    return 1 / (1 + exp(-x))


def gaussian(x):
    return exp(-x * x)


def normal_cdf(x):
    return erfc(-x / mp.sqrt(2)) / 2


def normal_density(x):
    return exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def squared_sech(x):
    e = exp(-2 * abs(x))
    return 4 * e / (1 + e) ** 2


def sinh(x):
    return mp.sinh(max(min(x, 10**6), -(10**6)))


def cosh(x):
    return mp.cosh(min(abs(x), 10**6))


def tanh(x):
    return mp.tanh(x) if abs(x) < 10**4 else mp.sign(x)


def heaviside(x):
    return mp.mpf(1 if x > 0 else 0)


def power(x, c):
    """xᶜ for a negative x too, where c is whole; clipped where only its size matters."""
    if x == 0:
        return mp.mpf(0) if c > 0 else mp.mpf(1) if c == 0 else mp.inf
    size = exp(c * mp.log(abs(x)))
    return -size if x < 0 and int(c) % 2 else size


def logsumexp(*xs):
    largest = max(xs)
    return largest + mp.log(mp.fsum(exp(x - largest) for x in xs))


def softmax(*xs):
    largest = max(xs)
    exponentials = [exp(x - largest) for x in xs]
    return [e / mp.fsum(exponentials) for e in exponentials]


def exact(*xs):
    return [wide.mpf(x) for x in xs]


def exact_sum(*xs):
    return mp.mpf(wide.fsum(exact(*xs)))


def products(*ab):
    half = len(ab) // 2
    return [a * b for a, b in zip(exact(*ab[:half]), exact(*ab[half:]), strict=True)]


def one(derivative):
    """A single partial as a tuple."""
    return lambda x, *parameters: (derivative(x, *parameters),)


#: name: value, partials, and where terms cancel the largest terms of the value and of each partial.
REFERENCE = {
    "add": (lambda a, b: exact_sum(a, b), lambda a, b: (1, 1)),
    "subtract": (lambda a, b: exact_sum(a, -b), lambda a, b: (1, -1)),
    "multiply": (lambda a, b: a * b, lambda a, b: (b, a)),
    "divide": (lambda a, b: a / b, lambda a, b: (1 / b, -a / (b * b))),
    "negative": (lambda x: -x, lambda x: (-1,)),
    "power": (power, lambda x, c: (c * power(x, mp.mpf(c) - 1) if c else 0,)),
    "pow": (power, lambda x, c: (c * power(x, c - 1) if c else 0, power(x, c) * mp.log(x))),
    "exp": (exp, one(exp)),
    "expm1": (lambda x: mp.expm1(max(min(x, 10**6), -(10**6))), one(exp)),
    "log": (mp.log, lambda x: (1 / x,)),
    "log1p": (mp.log1p, lambda x: (1 / wide.mpf(1 + wide.mpf(x)),)),
    "sqrt": (mp.sqrt, lambda x: (1 / (2 * mp.sqrt(x)),)),
    "sin": (mp.sin, one(mp.cos)),
    "cos": (mp.cos, lambda x: (-mp.sin(x),)),
    "tan": (mp.tan, lambda x: (1 / mp.cos(x) ** 2,)),
    "asin": (mp.asin, lambda x: (1 / mp.sqrt(1 - x * x),)),
    "acos": (mp.acos, lambda x: (-1 / mp.sqrt(1 - x * x),)),
    "atan": (mp.atan, lambda x: (1 / (1 + x * x),)),
    "atan2": (mp.atan2, lambda a, b: (b / (a * a + b * b), -a / (a * a + b * b))),
    "hypot": (mp.hypot, lambda a, b: (a / mp.hypot(a, b), b / mp.hypot(a, b))),
    "sinh": (sinh, one(cosh)),
    "cosh": (cosh, one(sinh)),
    "sech": (lambda x: 1 / cosh(x), lambda x: (-tanh(x) / cosh(x),)),
    "tanh": (tanh, one(squared_sech)),
    "sigmoid": (sigmoid, lambda x: (sigmoid(x) * sigmoid(-x),)),
    "step": (heaviside, lambda x: (0,)),
    "relu": (lambda x: max(x, 0), one(heaviside)),
    "leaky_relu": (lambda x, alpha: x if x > 0 else alpha * x, lambda x, alpha: (1 if x > 0 else alpha,)),
    "elu": (
        lambda x, alpha: x if x > 0 else alpha * mp.expm1(max(x, -1000)),
        lambda x, alpha: (1 if x > 0 else alpha * exp(x),),
    ),
    "gaussian": (gaussian, lambda x: (-2 * x * gaussian(x),)),
    "erf": (erf, lambda x: (2 / mp.sqrt(mp.pi) * gaussian(x),)),
    "erfc": (erfc, lambda x: (-2 / mp.sqrt(mp.pi) * gaussian(x),)),
    "gelu": (
        lambda x: x * normal_cdf(x),
        lambda x: (normal_cdf(x) + x * normal_density(x),),
        None,
        lambda x: (max(normal_cdf(x), abs(x) * normal_density(x)),),
    ),
    "silu": (
        lambda x: x * sigmoid(x),
        lambda x: (sigmoid(x) * (1 + x * sigmoid(-x)),),
        None,
        lambda x: (sigmoid(x) * max(1, abs(x) * sigmoid(-x)),),
    ),
    "softplus": (lambda x: max(x, 0) + mp.log1p(exp(-abs(x))), one(sigmoid)),
    "abs": (abs, one(mp.sign)),
    "greater": (lambda a, b: 1 if a > b else 0, lambda a, b: (0, 0)),
    "maximum": (max, lambda a, b: (1, 0) if a > b else (0, 1)),
    "minimum": (min, lambda a, b: (1, 0) if a < b else (0, 1)),
    "where": (lambda c, a, b: a if c else b, lambda c, a, b: (0, 1, 0) if c else (0, 0, 1)),
    "detach": (lambda x: x, lambda x: (0,)),  # by decree
    "identity": (lambda x: x, lambda x: (1,)),
    "sum": (exact_sum, lambda *xs: [1] * len(xs)),  # correctly rounded, so relative to the result even if terms cancel
    "dot": (
        lambda *ab: mp.mpf(wide.fsum(products(*ab))),
        lambda *ab: ab[len(ab) // 2 :] + ab[: len(ab) // 2],
        lambda *ab: max(map(abs, products(*ab))),
        None,
    ),
    "mean": (lambda *xs: exact_sum(*xs) / len(xs), lambda *xs: [mp.mpf(1) / len(xs)] * len(xs)),
    "logsumexp": (logsumexp, softmax, lambda *xs: max(1, *map(abs, xs)), None),
}

# ── The points ────────────────────────────────────────────────────────────────────────────────────────────────

EXTREMES = [5e-324, 1e-322, 2.5e-320, 1.1e-310, SMALLEST_NORMAL, 3e-300, 1e-160, 1e-17, 1e-8, 1e160, 1e308, LARGEST]
# Edges of domains, poles, zeros of functions and of derivatives, and where results leave the floats.
LANDMARKS = [
    *(1.0, 0.5, 2.0, 18.0, 26.6, 27.2, 30.0, 36.7, 37.5, 38.4, 354.9, 372.5, 708.4, 709.782712893384, 710.4758600739439),
    *(745.13, 1454.9, -0.7517915246935645, 0.7517915246935645, -1.2784645427610738, 1.2784645427610738, math.log(2.0)),
    *(k * math.pi / 2 for k in (1, 2, 3, 4, 11, 22, 710, 10**6, 10**15 + 1)),
    6381956970095103.0 * 2.0**797,  # next to a multiple of π/2, as no other float is (Kahan 1983)
]


def near(x, rng):
    """A few ulp, or any power of two relatively, beside x."""
    if rng.random() < 0.4:
        return x + rng.randint(-4, 4) * math.ulp(x)
    return x * (1.0 + rng.choice((-1, 1)) * 2.0 ** rng.uniform(-52, -1))


def any_float(rng):
    return rng.choice((-1, 1)) * 2.0 ** rng.uniform(-1074, 1023.99)


def number(rng):
    kind = rng.randrange(7)
    if kind == 0:
        return any_float(rng)
    if kind == 1:
        return rng.choice((-1, 1)) * near(rng.choice(LANDMARKS), rng)
    if kind == 2:
        return rng.uniform(-760.0, 760.0)
    if kind == 3:
        return rng.uniform(-40.0, 40.0)
    return rng.choice((-1, 1)) * 2.0 ** rng.uniform(*((-30, 0), (-6, 3), (-3, 12))[kind - 4])


def related(a, rng):
    """A partner for a: of any size, of its own size, or just beside it or its negative."""
    kind = rng.randrange(4)
    if kind == 0:
        return any_float(rng)
    if kind == 1:
        return number(rng)
    scaled = a * rng.choice((-1, 1)) * (1.0 if kind == 2 else 2.0 ** rng.uniform(-60, 60))
    return near(scaled if math.isfinite(scaled) else a, rng)


def exponent(x, rng):
    """c so that xᶜ takes every size there is, or anything."""
    logarithm = math.log(x)
    if rng.random() < 0.3 or logarithm == 0.0:
        return number(rng)
    return rng.uniform(-745.0, 710.0) / logarithm


def points(op, count, rng):
    """Finite operands at which the entry is a real number and has a derivative."""
    single = [sign * x for x in EXTREMES + LANDMARKS for sign in (1.0, -1.0)] if op.arity == 1 else []
    for i in range(count):
        if i < len(single):
            xs = [single[i]]
        elif op.name == "pow":
            x = abs(number(rng))
            xs = [x, exponent(x, rng)] if x else [1.0, 1.0]
        elif op.name == "where":
            xs = [rng.choice((0.0, 1.0)), number(rng), number(rng)]
        else:
            xs = [any_float(rng) if i % 3 == 0 else number(rng)]
            size = op.arity or (2 * rng.randint(1, 4) if op.name == "dot" else rng.randint(1, 8))
            xs += [related(xs[0], rng) for _ in range(size - 1)]
        if all(map(math.isfinite, xs)) and differentiable(op, xs):
            yield xs


def differentiable(op, xs):
    if any(op.kink_of(*xs) == kink for kink in op.kinks):
        return False
    if op.name == "divide":
        return xs[1] != 0.0
    if op.name == "power":
        return op.domain[0][0] < xs[0] or (xs[0] < 0.0 and op.parameters["c"].is_integer())
    if op.name in ("log", "log1p", "sqrt", "asin", "acos"):  # at the edges themselves the derivative is infinite
        return op.domain[0][0] < xs[0] < op.domain[0][1]
    return True


def excused(op, y, xs):
    """Where a partial is not held to its bound, because the y that it is given is not known to full precision."""
    lost = not SMALLEST_NORMAL <= abs(y) <= LARGEST
    if op.name == "divide":
        return lost  # −a/b² is −y/b: a y below 2.2e-308 has lost digits, and b < 1 would bring them into sight
    if op.name == "hypot":
        return lost  # a/y: 5e-324·√2 is rounded to 5e-324, and the hypotenuse of 1.5e308 and 1.5e308 to inf
    return False


# ── Measuring ─────────────────────────────────────────────────────────────────────────────────────────────────


def error(computed, true, largest_term=0):
    """The error in ulp of the true result, or of the largest term if that is larger; inf counts as 2^1024."""
    edge = mp.ldexp(1, 1024)
    true = mp.mpf(true)
    if abs(true) > mp.ldexp(1, 1025):  # no rounding error leads from here to a finite number
        return 0.0 if computed == math.copysign(math.inf, true) else math.inf
    if computed != computed:
        return math.inf
    scale = min(max(abs(true), abs(mp.mpf(largest_term))), edge / 2)
    true = max(min(true, edge), -edge)
    computed = mp.mpf(computed) if math.isfinite(computed) else mp.sign(computed) * edge
    return float(abs(computed - true) / math.ulp(float(scale)))


class Worst:
    """The largest error met, and where."""

    def __init__(self):
        self.error, self.where = 0.0, ""

    def meet(self, error, where):
        if error > self.error:
            self.error, self.where = error, where


def measure(op, xs, worst_value, worst_partial):
    value, partials, *terms = REFERENCE[op.name]
    value_term, partial_terms = terms or (None, None)
    exact_xs = [mp.mpf(x) for x in xs] + list(op.parameters.values())
    y = op.value(Floats, *xs)
    where = ", ".join(f"{x!r}" for x in xs)
    worst_value.meet(error(y, value(*exact_xs), value_term(*exact_xs) if value_term else 0), where)
    if excused(op, y, xs):
        return
    expected = partials(*exact_xs)
    scales = partial_terms(*exact_xs) if partial_terms else [0] * len(xs)
    for i, partial in enumerate(op.partials(Floats, y, *xs)):
        worst_partial.meet(error(partial, expected[i], scales[i]), where)


TABLE = []


@pytest.fixture(scope="module", autouse=True)
def table_of_worst_cases():
    yield
    print(f"\n\n{'worst cases, in ulp':28}{'value':>8}{'bound':>7}  {'partials':>9}{'bound':>7}")
    for op, value, partial in TABLE:
        bounds = op.accuracy
        print(f"{op!r:28.28}{value.error:8.2f}{bounds[0]:7g}  {partial.error:9.2f}{bounds[1]:7g}", end="")
        print(f"   value at {value.where or 'no point'}; partial at {partial.where or 'no point'}")


@pytest.mark.parametrize("op", ALL, ids=repr)
def test_values_and_partials_keep_their_digits(op):
    value, partial = Worst(), Worst()
    for xs in points(op, 300, random.Random(op.name)):
        measure(op, xs, value, partial)
    TABLE.append((op, value, partial))
    assert value.error <= op.accuracy[0], f"{value.error} ulp at {value.where}"
    assert partial.error <= op.accuracy[1], f"{partial.error} ulp in a partial at {partial.where}"


def test_every_entry_has_a_reference():
    assert {op.name for op in ALL} == set(REFERENCE)


#: Functions a reader expects to be as good as the machine's own; no wider bound may be claimed for them.
FUNCTIONS = (
    "add subtract multiply divide negative exp expm1 log log1p sqrt sin cos tan asin acos atan atan2 hypot sinh cosh "
    "tanh sech sigmoid erf erfc softplus relu abs maximum minimum"
).split()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_elementary_functions_are_held_to_2_ulp_and_their_partials_to_4(name):
    bound = ops.OPERATIONS[name].accuracy
    assert bound[0] <= 2.0 and bound[1] <= 4.0


def test_the_measure_sees_a_wrong_last_digit():
    assert error(1.0, 1.0) == 0.0
    assert error(1.0 + 3 * math.ulp(1.0), 1.0) == 3.0
    assert error(1e-323, 5e-324) == 1.0
    assert error(LARGEST, mp.mpf(10) ** 400) == math.inf
    assert error(math.inf, 1e308) > 1e10
    assert error(math.nan, 1.0) == math.inf
