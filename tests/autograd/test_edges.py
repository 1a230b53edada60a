"""Every entry of the table where calculus has edges: at ±0, NaN, ±inf, subnormals and the largest floats, to order 4.

What is promised there: NaN goes through the value and into every partial derivative that depends on the operand; a
derivative of any order is the right one, or one of IEEE 754's two answers that say there is none, inf and NaN; and all
arithmetics give the same.
"""

import math
from contextlib import contextmanager

import numpy as np
import pytest

import autograd
from autograd import Value, grad, hessian, jit, ops
from autograd.arithmetic import Floats
from autograd.lift.arrays.program import Map, Program, Reduce
from autograd.lift.arrays.reverse import reverse
from autograd.lift.choose_backend import back_end, can_compile, machine_for
from autograd.numpy_arithmetic import Arrays
from autograd.symbols import Symbols, expression, symbol
from autograd.value import apply_by_ieee
from exact_references import REFERENCES, mp

ALL = [*ops.OPERATIONS.values(), *(member for family in ops.FAMILIES.values() for member in family.tried)]
LARGEST = 1.7976931348623157e308
EDGES = [0.0, -0.0, 5e-324, -5e-324, 1e-310, -1e-310, 1.0, -1.0, 40.0, -40.0, 800.0, -800.0, 1e154, LARGEST, -LARGEST]
BACK_ENDS = [
    "numpy",
    pytest.param("llvm", marks=pytest.mark.skipif(not can_compile(), reason="llvmlite is not installed")),
]
nan, inf = math.nan, math.inf


@contextmanager
def run_by(name):
    token = back_end.set(name)
    yield
    back_end.reset(token)


def derivatives(op, *xs, by, orders=4):
    """The value and ∂y/∂x_by, ∂²y/∂x_by² …, each recorded and differentiated again."""
    leaves = [Value(x) for x in xs]
    y = apply_by_ieee(op, *leaves)
    found = [y.data]
    while len(found) <= orders:
        leaves[by].grad = 0.0
        y.backward(create_graph=True)
        y = leaves[by].grad
        if not isinstance(y, Value) or not y.parents:
            found += [float(y), *[0.0] * orders][: orders + 1 - len(found)]
            break
        found.append(y.data)
    return found


# ── NaN in, NaN out ──

#: Whose value does not tell of a NaN: a comparison with it is false, `where` takes it for true as Python does, and by
#: IEEE 754 x⁰ and 1ᶜ are 1 whatever the other is. (The partials of all these are NaN, or constant.)
NO_VALUE = {ops.GREATER, ops.WHERE, ops.POWER(0.0)}

#: Whose partial at NaN is the number that it is everywhere, though the table does not write it as a constant.
LINEAR = {ops.POWER(1.0)}


def constant_partials(op, count):
    """Which partials are the same number wherever they are taken."""
    letters = [symbol(f"x{place}") for place in range(count)]
    partials = [expression(partial) for partial in op.partials(Symbols, symbol("y"), *letters)]
    return [partial.operation is None and isinstance(partial.leaf, float) for partial in partials]


@pytest.mark.parametrize("m", [Floats, Arrays], ids=repr)
@pytest.mark.parametrize("op", ALL, ids=repr)
def test_nan_reaches_the_value_and_every_partial_that_depends_on_the_operand(op, m):
    count = op.arity or 4
    for place in range(count):
        xs = [0.75] * count
        xs[place] = nan
        xs = xs if m is Floats else [np.array([x]) for x in xs]
        y = op.value(m, *xs)
        if op not in NO_VALUE:
            assert np.isnan(y), place
        if op is ops.WHERE or op in LINEAR:  # where: its partials are the condition itself
            continue
        for other, (partial, constant) in enumerate(
            zip(op.partials(m, y, *xs), constant_partials(op, count), strict=True)
        ):
            linear = op in (ops.MULTIPLY, ops.DOT) and not depends(op, other, place, count)
            first_of_quotient = op is ops.DIVIDE and other == 0 and place == 0
            assert constant or linear or first_of_quotient or np.isnan(partial), (place, other, partial)


def depends(op, other, place, count):
    """Whether ∂y/∂x_other of a product contains the operand at `place`."""
    return {other: (other + count // 2) % count}[other] == place


@pytest.mark.parametrize("op", [op for op in ALL if op.arity == 1], ids=repr)
def test_nan_reaches_every_derivative_until_they_are_constant(op):
    constant = derivatives(op, 0.75, by=0), derivatives(op, 0.5, by=0), derivatives(op, -0.5, by=0)
    for order, (found, *others) in enumerate(zip(derivatives(op, nan, by=0), *constant, strict=True)):
        assert found != found or len({found, *(x for x in others if x == x)}) == 1 or others[0] in (0.0, 1.0), order


# ── The right derivative, or none ──

FROM_THE_LEFT = {ops.RELU, ops.STEP, ops.LEAKY_RELU, ops.ELU}  # at 0
BY_DECREE = {ops.DETACH}


def exact_derivative(op, x, order):
    """The derivative in 380 digits, at an edge of the domain or a kink from the side that the entry speaks of."""
    entry, fixed = op.family or op, list(op.parameters.values())
    if entry is ops.ABS and x == 0.0 and order:
        return 0.0
    side = -1 if entry in FROM_THE_LEFT and x == 0.0 else 1 if x == op.domain[0][0] else 0
    step = (min(abs(mp.mpf(x)), 1) if x else mp.mpf(1)) * mp.mpf(10) ** -30
    function = lambda t: REFERENCES[entry].value(t, *fixed)
    try:
        y = mp.diff(function, mp.mpf(x), order, h=step, direction=side) if order else function(mp.mpf(x))
    except (ArithmeticError, ValueError):
        return None
    real = mp.re(y)
    return None if abs(mp.im(y)) > abs(real) * mp.mpf(10) ** -60 or not mp.isfinite(real) else float(real)


@pytest.mark.parametrize("op", [op for op in ALL if op.arity == 1 and op not in BY_DECREE], ids=repr)
def test_derivatives_to_order_four_are_right_or_not_finite(op):
    with mp.workdps(380):
        for x in EDGES:
            for order, found in enumerate(derivatives(op, x, by=0)):
                exact = exact_derivative(op, x, order)
                if exact is None:
                    ends = [end for end in op.domain[0] if math.isfinite(end)]
                    outside = not op.domain[0][0] < x < op.domain[0][1]
                    assert not math.isfinite(found) or (order and outside and ends), (x, order, found)
                elif math.isfinite(found) or abs(exact) < 1e50:
                    pole = x == 0.0 and op.family is ops.POWER and not math.isfinite(op.value(Floats, x))
                    edge = x in op.domain[0] and order and not math.isfinite(found)  # its limit is infinite
                    near = abs(found - exact) <= 1e-9 * abs(exact) + 1e-14
                    refused = found != found and abs(x) == LARGEST  # a product on the way has overflowed
                    assert near or pole or edge or refused, (x, order, found, exact)
                else:
                    assert abs(exact) > 1e50, (x, order, found, exact)


def limit(op, end, order):
    """What a derivative tends to at ±∞, by a number so large that it is near 0 or 1 or far above all; None if none."""
    fixed, x = list(op.parameters.values()), mp.mpf(10) ** 40 * (1 if end > 0 else -1)
    function = lambda t: REFERENCES[op.family or op].value(t, *fixed)
    try:
        y = mp.diff(function, x, order, h=mp.mpf(10) ** 38) if order else function(x)
    except (ArithmeticError, ValueError):
        return None
    if mp.im(y) or not mp.isfinite(y):
        return None
    return 0.0 if abs(y) < 1e-3 else math.copysign(inf, y) if abs(y) > 50 else float(y)


NO_LIMIT = {ops.SIN, ops.COS, ops.TAN}
#: By IEEE 754 a power of −∞ is positive, and its slope 0, where there are no powers; the logarithm is NaN there, its
#: slope 1/x. And 0·∞ is no number, though 0·x is 0 for every x before.
AS_IEEE_754_HAS_IT = {(op, -inf) for op in ALL if op in (ops.LOG, ops.LOG1P) or op.family is ops.POWER}
AS_IEEE_754_HAS_IT |= {(ops.LEAKY_RELU(0.0), -inf)}


@pytest.mark.parametrize("end", [inf, -inf])
@pytest.mark.parametrize("op", [op for op in ALL if op.arity == 1 and op not in BY_DECREE], ids=repr)
def test_derivatives_to_order_four_at_infinity_are_what_they_tend_to(op, end):
    with mp.workdps(150):
        for order, found in enumerate(derivatives(op, end, by=0)):
            expected = None if op in NO_LIMIT else limit(op, end, order)
            if expected is None:
                assert found != found or (op, end) in AS_IEEE_754_HAS_IT, (order, found)
            else:
                assert found == pytest.approx(expected) or (op, end) in AS_IEEE_754_HAS_IT, (order, found, expected)


@pytest.mark.parametrize("a", [1.0, -2.0, 0.0, inf, -inf])
@pytest.mark.parametrize("b", [1.0, -2.0, 0.0, inf, -inf])
def test_an_infinite_leg_of_a_triangle(a, b):
    if math.isfinite(a) == math.isfinite(b):
        return  # of two the direction is not known: NaN
    towards = [math.copysign(1.0, a) if math.isinf(a) else 0.0, math.copysign(1.0, b) if math.isinf(b) else 0.0]
    assert grad(lambda p: autograd.hypot(*p))([a, b]) == towards
    assert grad(lambda p: autograd.atan2(*p))([a, b]) == [0.0, 0.0]
    for f in (autograd.hypot, autograd.atan2):
        for compiled in (lambda f: f, jit):
            assert compiled(hessian(lambda p, f=f: f(*p)))([a, b]) == [[0.0, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize(
    "op, xs, by, expected",
    [
        (ops.SQRT, [0.0], 0, [0.0, inf, -inf, inf, -inf]),
        (ops.SQRT, [-0.0], 0, [0.0, inf, -inf, inf, -inf]),
        (ops.ELU(0.3), [0.0], 0, [0.0, 0.3, 0.3, 0.3, 0.3]),
        (ops.ATAN2, [0.0, 0.0], 0, [0.0] * 5),
        (ops.ATAN2, [0.0, 0.0], 1, [0.0] * 5),
        (ops.HYPOT, [0.0, 0.0], 0, [0.0] * 5),
        (ops.HYPOT, [5e-324, 0.0], 0, [5e-324, 1.0]),
        (ops.POW, [0.0, 2.0], 0, [0.0, 0.0, 2.0, 0.0, 0.0]),
        (ops.POW, [0.0, 1.0], 0, [0.0, 1.0, 0.0, 0.0, 0.0]),
        (ops.POW, [0.0, 0.0], 0, [1.0, 0.0, 0.0, 0.0, 0.0]),
        (ops.POW, [-0.0, 3.0], 0, [0.0, 0.0, 0.0, 6.0, 0.0]),
        (ops.POW, [0.0, 2.0], 1, [0.0] * 5),
        (ops.POW, [0.0, 0.5], 1, [0.0] * 5),
        (ops.POW, [0.0, 0.0], 1, [1.0, -inf, inf, -inf, inf]),
        (ops.POW, [0.0, 0.5], 0, [0.0, inf, -inf, inf, -inf]),
        (ops.POW, [1e-320, 0.0], 0, [1.0, 0.0, 0.0, 0.0, 0.0]),
        (ops.POW, [-1e-200, 2.0], 0, [0.0, -2e-200, 2.0, 0.0, 0.0]),
        (ops.POW, [-1e-200, 2.0], 1, [0.0, nan, nan, nan, nan]),
        (ops.POW, [-2.0, 3.0], 1, [-8.0, nan, nan, nan, nan]),
        (ops.POW, [0.5, 1e5], 1, [0.0] * 5),
        (ops.MAXIMUM, [nan, 1.0], 1, [nan, nan]),
        (ops.MINIMUM, [1.0, nan], 0, [nan, nan]),
    ],
)
def test_stated_derivatives(op, xs, by, expected):
    found = derivatives(op, *xs, by=by, orders=len(expected) - 1)
    assert all(a == b or (a != a and b != b) for a, b in zip(found, expected, strict=True)), found


@pytest.mark.parametrize("compile", [lambda f: f, jit], ids=["eager", "compiled"])
@pytest.mark.parametrize(
    "x, c, expected",
    [
        (0.0, 2.0, [[2.0, 0.0], [0.0, 0.0]]),
        (0.0, 3.0, [[0.0, 0.0], [0.0, 0.0]]),
        (0.0, 1.0, [[0.0, -inf], [-inf, 0.0]]),  # x log x falls like a wall
        (0.0, 1.5, [[inf, 0.0], [0.0, 0.0]]),
        (-2.0, 2.0, [[2.0, nan], [nan, nan]]),
    ],
)
def test_the_hessian_of_a_power_is_symmetric_and_right_at_zero(x, c, expected, compile):
    assert np.array_equal(compile(hessian(lambda p: p[0] ** p[1]))([x, c]), expected, equal_nan=True)


def slopes(f, x):
    """The first four derivatives of f."""
    for _ in range(4):
        f = grad(f)
        yield f


@pytest.mark.parametrize("compile", [lambda f: f, jit], ids=["eager", "compiled"])
@pytest.mark.parametrize("ratio", [1.0, 2.0, 3.0])
def test_a_power_whose_exponent_is_as_tiny_as_its_base(ratio, compile):
    """x^(rx) has slopes such as r/x, though x^(rx − 2) is beyond all floats: 1e155 was −∞ there."""
    with mp.workdps(400):
        for x in (0.5, 1e-20, 1e-103, 1e-150, 1e-155, 1e-160, 1e-200, 1e-300, 1e-310, 5e-324):
            exact = mp.taylor(lambda t: t ** (ratio * t), mp.mpf(x), 4, h=mp.mpf(x) * mp.mpf(10) ** -40)
            for order, slope in enumerate(slopes(lambda x: x ** (ratio * x), x), start=1):
                expected, found = exact[order] * math.factorial(order), compile(slope)(x)
                if abs(expected) < LARGEST:
                    assert abs(found - expected) <= 1e-12 * abs(expected), (x, order)
                else:
                    assert found != found or found == math.copysign(inf, expected), (x, order)


TINY_AND_NEAR_ENDS = [1e-320, 1e-160, 1e-17, 1e-9, 1e-5, 0.4999, 0.5001, 1 - 1e-9, 1 - 2**-53]


@pytest.mark.parametrize("op", [op for op in ALL if op.arity == 1 and op not in BY_DECREE], ids=repr)
def test_derivatives_to_order_four_have_their_digits_where_they_are_tiny(op):
    """Relative to themselves, not to the terms on the way: asin″(x) ≈ x, silu‴(x) ≈ −x/2."""
    with mp.workdps(380):
        for x in (side * x for x in TINY_AND_NEAR_ENDS for side in (1, -1)):
            if not op.domain[0][0] < x < op.domain[0][1]:
                continue
            for order, found in enumerate(derivatives(op, x, by=0)):
                exact = exact_derivative(op, x, order)
                if abs(exact) < LARGEST:
                    crossing = 1e-14 if abs(x) > 0.1 else 1e-307  # atan⁗ goes through 0 at 1
                    near = abs(found - exact) <= 1e-11 * abs(exact) + crossing
                    assert near or (found != found and abs(exact) > 1e300), (x, order, found, exact)


@pytest.mark.parametrize("n", range(5))
def test_a_whole_power_of_zero_has_derivatives_of_any_order(n):
    f = lambda x: x ** Value(float(n))
    for order in range(n + 4):
        assert (f(Value(0.0)).data if order == 0 else f(0.0)) == (math.factorial(n) if order == n else 0.0)
        f = grad(f)


@pytest.mark.parametrize("compile", [lambda f: f, jit], ids=["eager", "compiled"])
@pytest.mark.parametrize("name", BACK_ENDS)
@pytest.mark.parametrize("scores", [[40.0, 0.0], [0.0, -40.0, 3.0], [-700.0, 0.0, 20.0], [1e3, 1e3, -1e3], [0.0, 0.5]])
def test_softmax_and_logsumexp_in_their_tails(scores, name, compile):
    """Products keep all their digits: pᵢ, and −pᵢpⱼ. The difference pᵢ − pᵢ² has those of its terms, and no more."""
    with mp.workdps(60), run_by(name):
        terms = [mp.exp(mp.mpf(x) - max(scores)) for x in scores]
        p = [term / sum(terms) for term in terms]
        slopes = compile(grad(autograd.logsumexp))(scores)
        for found in (
            compile(autograd.jacobian(autograd.softmax))(scores),
            compile(hessian(autograd.logsumexp))(scores),
        ):
            for i, row in enumerate(found):
                assert abs(slopes[i] - p[i]) <= 1e-12 * p[i] + 5e-324
                assert abs(row[i] - p[i] * (1 - p[i])) <= 4e-16 * p[i] + 1e-12 * p[i] * (1 - p[i]) + 5e-324
                for j in set(range(len(row))) - {i}:
                    assert abs(row[j] + p[i] * p[j]) <= 1e-12 * p[i] * p[j] + 1e-307
        x = scores[0] - scores[1]  # of two: all digits in both tails
        for sign in (1.0, -1.0):
            expected = 1 / ((1 + mp.exp(mp.mpf(x))) * (1 + mp.exp(-mp.mpf(x))))
            assert abs(compile(grad(autograd.sigmoid))(sign * x) - expected) <= 1e-14 * expected + 5e-324
            assert abs(compile(grad(grad(autograd.softplus)))(sign * x) - expected) <= 1e-14 * expected + 5e-324


# ── All arithmetics agree ──


def points_of(op):
    """Operands at the edges, a row of them for each operand."""
    special = np.array([*EDGES, nan, inf, -inf])
    count = op.arity or 4
    return [np.roll(special, 3 * place) for place in range(count)]


def floats(op, rows):
    """Values and partials, number by number."""
    columns = []
    for xs in zip(*map(list, rows), strict=True):
        xs = [float(x) for x in xs]
        y = op.value(Floats, *xs)
        columns.append([y, *op.partials(Floats, y, *xs)])
    return np.array(columns).T


def same(a, b):
    with np.errstate(invalid="ignore"):
        return (a == b) | (np.isnan(a) & np.isnan(b)) | (abs(a - b) <= 1e-9 * abs(b) + 1e-300)


@pytest.mark.parametrize("name", BACK_ENDS)
@pytest.mark.parametrize("op", [op for op in ALL if op.arity], ids=repr)
def test_compiled_programs_give_what_floats_give(op, name):
    rows = points_of(op)
    length = len(rows[0])
    places = [np.arange(length) + length * place for place in range(op.arity)]
    out = np.arange(length) + length * op.arity
    root = int(out[-1]) + 1
    instructions = [Map(op, tuple(places), out), Reduce(ops.SUM, out[None], np.array([root]))]
    program = Program(size=root + 1, instructions=instructions, inputs=list(range(out[0])), roots=[root])
    with run_by(name):
        machine = machine_for(program, reverse(program, np.arange(out[0])))
    machine.values[: out[0]] = np.concatenate(rows)
    machine.forward_and_backward()
    value, *partials = floats(op, rows)
    # C's pow and the square root that NumPy takes for it differ at -inf, and trigonometry of 1e308 needs long numbers
    awkward = np.any([(row == -inf) | (abs(row) > 1e100) for row in rows], axis=0)
    free = awkward & ((op.family is ops.POWER) | (op in (ops.SIN, ops.COS, ops.TAN)))
    assert np.all(same(machine.values[out], value) | free), (value, machine.values[out])
    for place, partial in zip(places, partials, strict=True):
        found = machine.adjoints[place]
        assert np.all(same(found, partial) | free), [rows[0], found, partial]
