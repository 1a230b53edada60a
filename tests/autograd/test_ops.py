"""Every entry of the table: its partials, its accuracy, its arithmetics, its notation."""

import inspect
import math
import random
import subprocess
import sys

import mpmath
import numpy as np
import pytest

from autograd import Operation, Value, apply, ops
from autograd.arithmetic import ELEMENTARY, Floats
from autograd.eager import source
from autograd.numpy_arithmetic import Arrays, numpy_arithmetic
from autograd.symbols import Expression, Symbols, expression, symbol
from autograd.testing import GradientError, check_operation, gradcheck
from autograd.value import apply_by_ieee

ENTRIES = [*ops.OPERATIONS.values()]
MEMBERS = [family(number) for family in ops.FAMILIES.values() for number in family.tried]
ALL = ENTRIES + MEMBERS
name = repr
SPECIAL = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -2.5,
    math.inf,
    -math.inf,
    math.nan,
    1e308,
    -1e308,
    5e-324,
    -5e-324,
    750.0,
    -750.0,
]


def operands(op):
    """Special and random operands, in as many places as the operation has."""
    rng = random.Random(0)
    arity = op.arity or 4
    for _ in range(60):
        yield [rng.choice(SPECIAL) for _ in range(arity)]
        yield [rng.uniform(-3.0, 3.0) for _ in range(arity)]
    if arity == 1:
        yield from ([x] for x in SPECIAL)


# ── Derivatives ──


@pytest.mark.parametrize("op", ALL, ids=name)
def test_partials_match_finite_differences_to_second_order(op):
    check_operation(op)


def test_a_partial_wrong_by_a_thousandth_is_caught():
    for wrong in (1.001, 0.999):
        op = Operation("wrong", lambda m, x: m.tanh(x), lambda m, y, x, w=wrong: (w * m.sech_squared(x),))
        with pytest.raises(GradientError, match="WRONG"):
            check_operation(op)
        with pytest.raises(GradientError, match="WRONG"):
            gradcheck(lambda x, op=op: apply(op, x), [0.3])


# ── Accuracy, against 50 digits ──

mp = mpmath.mp.clone()
mp.dps = 80


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


def erfc(x):
    """mpmath's own gives up on very large operands."""
    return mp.erfc(x) if abs(x) < 1e4 else mp.mpf(0 if x > 0 else 2)


def phi(x):
    return erfc(-x / mp.sqrt(2)) / 2


def density(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


#: For each function of one operand: itself, its derivative, and a term to measure errors by where terms cancel.
REFERENCE = {
    "negative": (lambda x: -x, lambda x: -1),
    "exp": (mp.exp, mp.exp),
    "expm1": (mp.expm1, mp.exp),
    "log": (mp.log, lambda x: 1 / x),
    "log1p": (mp.log1p, lambda x: 1 / (1 + x)),
    "sqrt": (mp.sqrt, lambda x: 1 / (2 * mp.sqrt(x))),
    "sin": (mp.sin, mp.cos),
    "cos": (mp.cos, lambda x: -mp.sin(x)),
    "tan": (mp.tan, lambda x: 1 / mp.cos(x) ** 2),
    "asin": (mp.asin, lambda x: 1 / mp.sqrt(1 - x * x)),
    "acos": (mp.acos, lambda x: -1 / mp.sqrt(1 - x * x)),
    "atan": (mp.atan, lambda x: 1 / (1 + x * x)),
    "sinh": (mp.sinh, mp.cosh),
    "cosh": (mp.cosh, mp.sinh),
    "tanh": (mp.tanh, lambda x: mp.sech(x) ** 2),
    "sech_squared": (lambda x: mp.sech(x) ** 2, lambda x: -2 * mp.sech(x) ** 2 * mp.tanh(x)),
    "sigmoid": (sigmoid, lambda x: sigmoid(x) * sigmoid(-x)),
    "erf": (mp.erf, lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-x * x)),
    "erfc": (erfc, lambda x: -2 / mp.sqrt(mp.pi) * mp.exp(-x * x)),
    "gaussian": (lambda x: mp.exp(-x * x), lambda x: -2 * x * mp.exp(-x * x)),
    "gelu": (lambda x: x * phi(x), lambda x: phi(x) + x * density(x), lambda x: phi(x) + abs(x) * density(x)),
    "silu": (
        lambda x: x * sigmoid(x),
        lambda x: sigmoid(x) * (1 + x * sigmoid(-x)),
        lambda x: sigmoid(x) * (1 + abs(x) * sigmoid(-x)),
    ),
    "softplus": (lambda x: mp.log1p(mp.exp(x)) if x < 100 else x + mp.exp(-x), sigmoid),
    "relu": (lambda x: max(x, 0), lambda x: x > 0),
    "abs": (abs, mp.sign),
    "step": (lambda x: x > 0, lambda x: 0),
}


def points(op):
    """The whole domain: its ends, its middle, the tiny and the huge, and next to everything."""
    rng = random.Random(1)
    low, high = op.domain[0]
    marks = [0.0, 1.0, 0.7517, 1.2785, math.pi / 2, math.pi, 18.0, 37.0, 300.0, 709.0, 745.0]
    marks += [end for end in (low, high) if math.isfinite(end)]
    found = [sign * mark * (1.0 + tweak) for mark in marks for sign in (-1, 1) for tweak in (0.0, 1e-15, -1e-15, 1e-7)]
    found += [math.nextafter(end, 0.0) for end in (low, high)] + [
        sys.float_info.max,
        -sys.float_info.max,
        1e308,
        -1e308,
    ]
    found += [rng.choice([-1, 1]) * 2.0 ** rng.uniform(-1074, 1023.9) for _ in range(150)]
    found += [rng.choice([-1, 1]) * 2.0 ** rng.uniform(-30, 10) for _ in range(350)]
    found += [rng.uniform(-1.0, 1.0) for _ in range(50)]
    low = {"gelu": -37.5}.get(op.name, low)  # beyond, the factor of x has underflowed
    return [x for x in found if low < x < high]


def ulps(found, exact, term=0):
    """|found − exact| in units in the last place of the exact value, or of a larger term."""
    nearest = float(max(abs(exact), abs(term)))
    if math.isinf(nearest):
        return 0.0 if math.isinf(found) and (found > 0) == (exact > 0) else math.inf
    if math.isinf(found):  # the exact value rounds to the largest number
        return 1.0 if nearest > 1.797693134862315e308 else math.inf
    return float(abs(mp.mpf(found) - exact) / mp.mpf(math.ulp(nearest)))


WORST = {}


@pytest.fixture(scope="module", autouse=True)
def print_the_worst_cases():
    """The table that `pytest -s` shows."""
    yield
    print("\n\noperation     worst value            at  bound   worst partial          at  bound")
    for entry, ((value, x), (partial, z), (bound, partial_bound)) in sorted(WORST.items()):
        print(f"{entry:12} {value:8.2f} ulp {x:14.6g} {bound:6g}   {partial:8.2f} ulp {z:12.6g} {partial_bound:6g}")


@pytest.mark.parametrize("op", [op for op in ENTRIES if op.name in REFERENCE], ids=name)
def test_value_and_partial_are_as_accurate_as_the_table_says(op):
    function, derivative, *term = REFERENCE[op.name]
    worst, worst_partial = (0.0, 0.0), (0.0, 0.0)
    for x in points(op):
        y = op.value(Floats, x)
        (partial,) = op.partials(Floats, y, x)
        exact = mp.mpf(x)
        worst = max(worst, (ulps(y, function(exact)), x))
        worst_partial = max(worst_partial, (ulps(partial, mp.mpf(derivative(exact)), term[0](exact) if term else 0), x))
    WORST[op.name] = worst, worst_partial, op.accuracy
    assert worst[0] <= op.accuracy[0], f"{op.name}({worst[1]!r}) is {worst[0]:.2f} ulp off"
    assert worst_partial[0] <= op.accuracy[1], f"{op.name}'({worst_partial[1]!r}) is {worst_partial[0]:.2f} ulp off"


PAIRS = {
    "add": (lambda a, b: a + b, lambda a, b: (1, 1)),
    "subtract": (lambda a, b: a - b, lambda a, b: (1, -1)),
    "multiply": (lambda a, b: a * b, lambda a, b: (b, a)),
    "divide": (lambda a, b: a / b, lambda a, b: (1 / b, -a / b / b)),
    "pow": (lambda a, b: a**b, lambda a, b: (b * a ** (b - 1), a**b * mp.log(a))),
    "atan2": (mp.atan2, lambda a, b: (b / (a * a + b * b), -a / (a * a + b * b))),
    "hypot": (mp.hypot, lambda a, b: (a / mp.hypot(a, b), b / mp.hypot(a, b))),
}
NORMAL = 2.3e-308


@pytest.mark.parametrize("op", [op for op in ENTRIES if op.name in PAIRS], ids=name)
def test_operations_of_two_are_as_accurate_as_the_table_says(op):
    function, derivatives = PAIRS[op.name]
    rng = random.Random(2)
    worst, worst_partial = (0.0, 0.0), (0.0, 0.0)
    for _ in range(400):
        size = rng.choice([3, 30, 300, 1000])
        a, b = (rng.choice([-1, 1]) * 2.0 ** rng.uniform(-size, size) for _ in range(2))
        if op.name == "pow":
            a, b = abs(a), b if abs(b) < 1e4 else rng.uniform(-9, 9)
        y, exact = op.value(Floats, a, b), function(mp.mpf(a), mp.mpf(b))
        worst = max(worst, (ulps(y, exact), a))
        # A result that has overflowed, or has lost its digits to underflow, has none to give to its partials.
        if not NORMAL < abs(y) < math.inf:
            continue
        for partial, true in zip(op.partials(Floats, y, a, b), derivatives(mp.mpf(a), mp.mpf(b)), strict=True):
            if NORMAL < abs(true) < 1e308:
                worst_partial = max(worst_partial, (ulps(partial, mp.mpf(true)), a))
    WORST[op.name] = worst, worst_partial, op.accuracy
    assert worst[0] <= op.accuracy[0]
    assert worst_partial[0] <= op.accuracy[1]


@pytest.mark.parametrize("op", [op for op in MEMBERS if op.name == "power"], ids=name)
def test_powers_are_as_accurate_as_the_table_says(op):
    c = mp.mpf(op.parameters["c"])
    for x in points(op):
        y = op.value(Floats, x)
        if x == 0.0 or not NORMAL < abs(y) < math.inf:
            continue
        exact = mp.mpf(x) ** int(c) if c == int(c) else mp.mpf(x) ** c
        assert ulps(y, exact) <= op.accuracy[0]
        (partial,) = op.partials(Floats, y, x)
        if NORMAL < abs(partial) < math.inf:
            assert ulps(partial, c * exact / mp.mpf(x)) <= op.accuracy[1], x


@pytest.mark.parametrize("scale", [1.0, 1e-300, 1000.0, 1e16])
def test_logsumexp_is_accurate_at_any_size(scale):
    rng = random.Random(3)
    for _ in range(50):
        xs = [scale * rng.uniform(-1, 1) for _ in range(5)]
        terms = [mp.exp(mp.mpf(x) - mp.mpf(max(xs))) for x in xs]
        exact = mp.mpf(max(xs)) + mp.log(sum(terms))
        y = ops.LOGSUMEXP.value(Floats, *xs)
        assert ulps(y, exact, max(map(abs, [*xs, 1.0]))) <= ops.LOGSUMEXP.accuracy[0]
        for partial, term in zip(ops.LOGSUMEXP.partials(Floats, y, *xs), terms, strict=True):
            assert ulps(partial, term / sum(terms)) <= ops.LOGSUMEXP.accuracy[1]


# ── Kinks: the policy, one row each ──


@pytest.mark.parametrize(
    "op, xs, partials",
    [
        (ops.RELU, [0.0], (0.0,)),
        (ops.RELU, [-0.0], (0.0,)),
        (ops.LEAKY_RELU(0.1), [0.0], (0.1,)),
        (ops.ELU(0.5), [0.0], (0.5,)),
        (ops.ABS, [0.0], (0.0,)),
        (ops.STEP, [0.0], (0.0,)),
        (ops.MAXIMUM, [2.0, 2.0], (0.5, 0.5)),
        (ops.MINIMUM, [2.0, 2.0], (0.5, 0.5)),
        (ops.MAXIMUM, [math.inf, math.inf], (0.5, 0.5)),
        (ops.HYPOT, [0.0, 0.0], (0.0, 0.0)),
        (ops.SQRT, [0.0], (math.inf,)),
        (ops.POWER(0.0), [0.0], (0.0,)),
        (ops.POWER(1.0), [0.0], (1.0,)),
        (ops.POWER(2.0), [0.0], (0.0,)),
        (ops.POW, [0.0, 2.0], (0.0, 0.0)),
    ],
)
def test_policy_at_kinks(op, xs, partials):
    assert tuple(op.partials(Floats, op.value(Floats, *xs), *xs)) == partials


# ── The arithmetics agree ──


def same(a, b, ulp=8):
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return a == b or abs(a - b) <= ulp * math.ulp(max(abs(a), abs(b), 1e-300))


@pytest.mark.parametrize("op", ALL, ids=name)
def test_floats_are_total_and_arrays_agree_with_them(op):
    for xs in operands(op):
        y = op.value(Floats, *xs)
        with np.errstate(all="ignore"):
            arrays = [np.array([x, x]) for x in xs]
            z = op.value(Arrays, *arrays)
            slopes = op.partials(Arrays, z, *arrays)
        if op.arity is None and not all(map(math.isfinite, [*xs, y])):
            continue  # a plain sum overflows where fsum does not
        if op.name == "power" and xs[0] == -math.inf:
            continue  # C's pow(-inf, 0.5) is inf, the square root that NumPy takes for it NaN
        terms = sum(math.ulp(x) for x in xs) if op.arity is None else 0.0
        assert same(y, z[1], 64) or abs(y - z[1]) <= terms, (xs, y, z)
        for partial, slope in zip(op.partials(Floats, y, *xs), slopes, strict=True):
            got = np.broadcast_to(slope, (2,))[1]
            if math.isfinite(y):
                assert same(partial, got, 4096) or abs(partial - got) < 1e-12, (xs, partial, slope)


def method_of(op):
    """The method of Value that applies the operation; None for those that only the table itself uses."""
    if op.name == "detach":
        return None  # as a method it makes a leaf
    return Value.__pow__ if op.name == "power" else getattr(Value, op.name, getattr(Value, "_" + op.name, None))


@pytest.mark.parametrize("op", [op for op in ALL if op.arity in (1, 2) and method_of(op)], ids=name)
def test_the_written_methods_compute_what_the_table_says(op):
    """Bit for bit, wherever Python's floats have an answer."""
    method = method_of(op)
    parameters = list(op.parameters.values())
    for xs in operands(op):
        values = [Value(x) for x in xs]
        try:
            node = method(*values, *parameters)
        except ArithmeticError:
            continue
        expected = apply_by_ieee(op, *values)
        assert node.op is expected.op
        for found, true in zip((node.data, *node.local_grads), (expected.data, *expected.local_grads), strict=True):
            assert same(found, true, 0), xs
        assert node.parents == tuple(values)


def test_arrays_work_without_scipy(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.special", None)
    arrays = numpy_arithmetic()
    assert arrays.erf(np.array([0.5]))[0] == math.erf(0.5)
    assert arrays.erfc(np.array([[0.5]])).shape == (1, 1)


def test_importing_autograd_loads_nothing_but_the_standard_library():
    code = (
        "import sys; before = set(sys.modules); import autograd\n"
        "third = {m.split('.')[0] for m in set(sys.modules) - before} - set(sys.stdlib_module_names) - {'autograd'}\n"
        "assert not third, third"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "xs, total",
    [
        ([1e308, 1e308, -1e308], 1e308),
        ([1e308, 1e308], math.inf),
        ([-1e308, -1e308], -math.inf),
        ([math.inf, 1.0], math.inf),
        ([1e308, 1e308, math.inf], math.inf),
        ([1e308, 1e308, math.inf, -math.inf], math.nan),
        ([math.inf, -math.inf], math.nan),
        ([0.1] * 10, 1.0),
    ],
)
def test_sum_is_exact_and_total(xs, total):
    assert same(Floats.sum(*xs), total, 0)


@pytest.mark.parametrize(
    "x, c, y",
    [
        (0.0, -1.0, math.inf),
        (-0.0, -1.0, -math.inf),
        (-0.0, -2.0, math.inf),
        (-8.0, 1 / 3, math.nan),
        (1e200, 2.0, math.inf),
        (-1e200, 3.0, -math.inf),
        (0.0, 0.0, 1.0),
        (math.nan, 0.0, 1.0),
    ],
)
def test_power_follows_ieee_754(x, c, y):
    assert same(Floats.power(x, c), y, 0)


def test_an_unknown_function_is_an_attribute_error():
    for arithmetic in (Floats, Arrays, Symbols):
        with pytest.raises(AttributeError, match="tanhh"):
            arithmetic.tanhh(1.0)
    with pytest.raises(KeyError, match="no operation is called 'tanhh'"):
        ops.operation_named("tanhh")


# ── Notation ──


@pytest.mark.parametrize("op", ALL, ids=name)
def test_notation_reads_back_as_the_same_number(op):
    """Text in Python's notation, parentheses and all, evaluates to the operation's value and partials."""
    names = "abcd"[: op.arity or 4]
    symbols = [symbol(letter) for letter in names]
    xs = dict(zip(names, [0.3, 0.8, 0.45, 0.6], strict=False))
    known = {entry: getattr(Floats, entry) for entry in [*ELEMENTARY, *ops.OPERATIONS, *ops.FAMILIES]}
    y = op.value(Floats, *xs.values())
    nested = Expression(op, tuple(symbols))
    assert same(eval(str(nested), known, xs), y)
    for partial, true in zip(
        op.partials(Symbols, symbol("y"), *symbols), op.partials(Floats, y, *xs.values()), strict=True
    ):
        assert same(eval(str(expression(partial)), known, xs | {"y": y}), true, 64)
        assert expression(partial).latex.count("{") == expression(partial).latex.count("}")


@pytest.mark.parametrize("text", ["a - (b - c)", "a - b - c", "(a * b) ** c", "-(a + b)", "a / (b * c)", "a * (b + c)"])
def test_parentheses_stand_where_they_are_needed(text):
    class Letters(dict):
        def __missing__(self, key):
            return symbol(key)

    class Powers(Expression):
        def __pow__(self, other):
            return Symbols.pow(self, other)

        def __truediv__(self, other):
            return Symbols.divide(self, other)

    Expression.__pow__, Expression.__truediv__ = Powers.__pow__, Powers.__truediv__
    try:
        assert str(eval(text, {}, Letters())) == text
    finally:
        del Expression.__pow__, Expression.__truediv__


def test_stepping_into_a_product_shows_readable_source():
    assert inspect.getsource(Value.__mul__) == source(ops.MULTIPLY)
    assert "∂y/∂a = b, ∂y/∂b = a" in inspect.getsource(Value.__mul__)


def test_a_traceback_shows_the_written_line():
    import traceback

    try:
        Value(1.0) * "2"
    except TypeError as error:
        assert "other = operand(other)" in "".join(traceback.format_exception(error))
