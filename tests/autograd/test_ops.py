"""Every entry of the table: its partials, its arithmetics, its notation; its accuracy is in `test_accuracy.py`."""

import inspect
import math
import random
import subprocess
import sys

import numpy as np
import pytest

from autograd import Operation, Value, apply, elu, leaky_relu, ops
from autograd.arithmetic import ELEMENTARY, Floats
from autograd.eager import source
from autograd.numpy_arithmetic import Arrays, numpy_arithmetic
from autograd.symbols import Expression, Symbols, expression, symbol
from autograd.testing import GradientError, check_operation, gradcheck
from autograd.value import apply_by_ieee

ENTRIES = [*ops.OPERATIONS.values()]
MEMBERS = [member for family in ops.FAMILIES.values() for member in family.tried]
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
        (ops.ATAN2, [0.0, 0.0], (0.0, 0.0)),
        (ops.SQRT, [0.0], (math.inf,)),
        (ops.SQRT, [-0.0], (math.inf,)),
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
            assert not math.isfinite(apply_by_ieee(op, *values).data) and all(map(math.isfinite, xs)), xs
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


def value_at(op, *xs):
    """The value in floats; NaN where there is none."""
    try:
        return float(op.value(Floats, *xs))
    except (ValueError, OverflowError, ZeroDivisionError):
        return math.nan


@pytest.mark.parametrize("op", [op for op in ops.OPERATIONS.values() if op.arity == 1], ids=lambda op: op.name)
def test_a_domain_ends_where_the_values_end(op):
    for end, way_out in zip(op.domain[0], (-math.inf, math.inf), strict=True):
        if math.isfinite(end):
            assert math.isfinite(value_at(op, math.nextafter(end, -way_out)))
            assert not math.isfinite(value_at(op, math.nextafter(end, way_out)))
        else:
            assert not math.isnan(value_at(op, math.copysign(1e300, way_out)))


#: Where each operation has a kink, and where it has none.
AT_KINKS = {
    "step": ((0.0,), (1.0,)), "relu": ((0.0,), (1.0,)), "abs": ((0.0,), (1.0,)), "greater": ((2.0, 2.0), (2.0, 1.0)),
    "maximum": ((2.0, 2.0), (2.0, 1.0)), "minimum": ((2.0, 2.0), (2.0, 1.0)), "hypot": ((0.0, 0.0), (0.0, 1.0)),
    "atan2": ((0.0, -1.0), (0.0, 1.0)), "where": ((0.0, 2.0, 3.0), (1.0, 2.0, 3.0)),
}  # fmt: skip
KINKED = {
    **{op.name: op for op in ops.OPERATIONS.values() if op.kinks},
    "leaky_relu": leaky_relu(Value(1.0), 0.1).op,
    "elu": elu(Value(1.0), 0.5).op,
}


@pytest.mark.parametrize("name", KINKED)
def test_a_kink_is_where_the_slopes_from_both_sides_differ(name):
    op, h = KINKED[name], 1e-6
    kinked, smooth = AT_KINKS.get(name, ((0.0,), (1.0,)))

    def slopes(x, *others):
        low, here, high = (value_at(op, x + step, *others) for step in (-h, 0.0, h))
        return (here - low) / h, (high - here) / h

    before, after = slopes(*kinked)
    assert abs(before - after) > 0.1
    before, after = slopes(*smooth)
    assert abs(before - after) < 1e-4
    assert op.kink_of(*kinked) in op.kinks and op.kink_of(*smooth) not in op.kinks
