"""Functions of several numbers at once: a few ulp from 50-digit arithmetic, over the whole range and at its ends."""

import ctypes
import math
import random

import mpmath
import numpy as np
import pytest

pytest.importorskip("llvmlite")

from llvmlite import ir

from autograd import ops
from autograd.arithmetic import Floats
from autograd.lift.llvm_backend.lanes import DOUBLE, WORD
from autograd.lift.llvm_backend.machine_code import CompiledModule, lanes, object_code, processor
from autograd.lift.llvm_backend.vector_math import ERFC_COEFFICIENTS, EXP_COEFFICIENTS, KERNELS, LOG_COEFFICIENTS

LARGEST = 1.7976931348623157e308
SPECIAL = [0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, -5e-324, 1e-310, -1e-310, 2.0**-1022, LARGEST, -LARGEST,
           709.782712893384, 709.7827128933841, -708.5, -745.13, -745.14, -746.0, 1000.0, -1000.0,
           1.0, -1.0, 0.5, 2.0, -2.0, 26.5, 27.3, -27.3, 2.0**20, 2.0**20 + 1.0]  # fmt: skip


def compiled(f, width=None, arity=1):
    """A function of arrays that applies f(m, x, …) in machine code."""
    module = ir.Module()
    pointer = DOUBLE.as_pointer()
    run = ir.Function(module, ir.FunctionType(ir.VoidType(), [pointer] * (arity + 1) + [WORD]), "run")
    b = ir.IRBuilder(run.append_basic_block())
    loop, end, entry = run.append_basic_block(), run.append_basic_block(), b.block
    b.branch(loop)
    b.position_at_end(loop)
    i = b.phi(WORD)
    i.add_incoming(WORD(0), entry)
    m = lanes(b, width)
    at = [b.bitcast(b.gep(argument, [i]), m.type.as_pointer()) for argument in run.args[:-1]]
    y = f(m, *[m.lane(b.load(x, align=8)) for x in at[1:]])
    b.store(m.number(y), at[0], align=8)
    following = b.add(i, WORD(m.width))
    i.add_incoming(following, b.block)
    b.cbranch(b.icmp_signed("<", following, run.args[-1]), loop, end)
    b.position_at_end(end)
    b.ret_void()
    code = CompiledModule(object_code(module))
    function = code.function("run", None, *[ctypes.c_void_p] * (arity + 1), ctypes.c_int64)

    def apply(*xs):
        padded = [np.concatenate([x, np.ones(-len(x) % m.width)]) for x in xs]
        out = np.empty_like(padded[0])
        function(out.ctypes.data, *[x.ctypes.data for x in padded], len(out))
        return out[: len(xs[0])]

    apply.code = code  # which must live as long
    return apply


def ulps(found, x, exact):
    """How far a number is from the exact result, in units of the last place of that."""
    with mpmath.workprec(200):
        expected = exact(mpmath.mpf(x))
        nearest = float(expected)
        if math.isinf(nearest) or math.isinf(found):
            return 0.0 if nearest == found else math.inf
        return float(abs(mpmath.mpf(found) - expected) / mpmath.mpf(math.ulp(nearest)))


def spread(low, high, count, seed=0):
    """Numbers of an interval: evenly, and by size down to the smallest."""
    rng = random.Random(seed)
    xs = [rng.uniform(low, high) for _ in range(count)]
    xs += [math.exp(rng.uniform(-700.0, math.log(high))) for _ in range(count // 2)]
    if low < 0.0:
        xs += [-math.exp(rng.uniform(-700.0, math.log(-low))) for _ in range(count // 2)]
    return xs


ANGLES = spread(-10.0, 10.0, 400) + spread(-(2.0**20), 2.0**20, 400) + [k * math.pi / 2 for k in range(-99, 99)]
RANGES = {
    "exp": (spread(-745.0, 709.7, 400), 3.0),
    "expm1": (spread(-60.0, 709.7, 400) + spread(-1.0, 1.0, 400), 3.0),
    "log": (spread(1e-320, 1.7e308, 400) + spread(0.5, 2.0, 400) + [1.0 + k * 2.0**-52 for k in range(-9, 10)], 3.0),
    "log1p": (spread(-1.0, 3.0, 500) + spread(1.0, 1e300, 200), 3.0),
    "tanh": (spread(-20.0, 20.0, 500) + spread(-1.0, 1.0, 400), 3.0),
    "sin": (ANGLES, 3.0),
    "cos": (ANGLES, 3.0),
    "erf": (spread(-6.0, 6.0, 700) + spread(0.7, 1.2, 200), 3.0),
    "erfc": (spread(-6.0, 27.2, 700) + spread(0.7, 1.2, 200), 6.0),
}  # fmt: skip


@pytest.mark.parametrize("width", [None, 1])
@pytest.mark.parametrize("name", KERNELS)
def test_kernels_are_accurate_over_the_whole_range(name, width):
    xs, bound = RANGES[name]
    xs = xs if width is None else xs[::5]
    found = compiled(lambda m, x: getattr(m, name)(x), width)(np.array(xs))
    error, where = max((ulps(y, x, getattr(mpmath, name)), x) for x, y in zip(xs, found.tolist(), strict=True))
    assert error <= bound, f"{name}({where!r}) is {error:.2f} ulp off"


def test_a_coefficient_in_error_is_noticed():
    wrong = lambda m, x: m.exp(x) * (1.0 + 2.0**-50)
    found = compiled(wrong)(np.array([0.5, 1.5, 100.0]))
    assert max(ulps(y, x, mpmath.exp) for x, y in zip([0.5, 1.5, 100.0], found.tolist(), strict=True)) > 3.0


@pytest.mark.parametrize("name", KERNELS)
def test_special_values_are_those_of_floats(name):
    found = compiled(lambda m, x: getattr(m, name)(x))(np.array(SPECIAL))
    for x, y in zip(SPECIAL, found.tolist(), strict=True):
        expected = getattr(Floats, name)(x)
        close = math.isclose(y, expected, rel_tol=1e-15, abs_tol=1e-323)
        same_sign = math.copysign(1.0, y) == math.copysign(1.0, expected)
        assert (y != y and expected != expected) or (close and same_sign), f"{name}({x!r}) = {y!r}, not {expected!r}"


def test_sines_of_large_angles_are_those_of_the_c_library():
    xs = [2.0**20 + 0.5, 1e7, 1e22, -1e300, 3.0, 1.7e308, -4e9, 0.25, math.inf]
    for name in ("sin", "cos"):
        found = compiled(lambda m, x, name=name: getattr(m, name)(x))(np.array(xs))
        assert found[:8] == pytest.approx([getattr(math, name)(x) for x in xs[:8]], rel=1e-15)
        assert math.isnan(found[8])


@pytest.mark.parametrize("c", [-3.0, -2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0, 3.0, 0.0, 0.3, 7.0, -2.5])
def test_powers(c):
    xs = [*spread(1e-100, 1e100, 60), -1.5, -2.0, 0.0, -0.0, math.inf, -math.inf, math.nan]
    found = compiled(lambda m, x: m.power(x, c))(np.array(xs))
    expected = [Floats.power(x, c) for x in xs]
    assert np.allclose(found, expected, rtol=1e-15, atol=0.0, equal_nan=True)
    numbers = ~np.isnan(found)
    assert (np.signbit(found) == np.signbit(expected))[numbers].all()


@pytest.mark.parametrize("op", [op for op in ops.OPERATIONS.values() if op.arity is not None], ids=lambda op: op.name)
def test_the_table_gives_the_same_in_machine_code_as_in_floats(op):
    rng = random.Random(1)
    columns = [[rng.uniform(-3.0, 3.0) for _ in range(61)] + [0.0, -0.0, math.inf, math.nan] for _ in range(op.arity)]
    for which in range(op.arity + 1):
        rule = lambda m, *xs: op.value(m, *xs) if not which else op.partials(m, op.value(m, *xs), *xs)[which - 1]
        found = compiled(lambda m, *xs: m.lane(m.number(rule(m, *xs))), arity=op.arity)(*map(np.array, columns))
        expected = np.array([rule(Floats, *xs) for xs in zip(*columns, strict=True)])
        assert np.allclose(found, expected, rtol=4e-15, atol=1e-300, equal_nan=True), which


def test_other_widths_give_the_same_numbers():
    xs = np.array(spread(-5.0, 5.0, 100))
    for name in ("exp", "tanh", "sin", "erf"):
        one, two, four = (compiled(lambda m, x, name=name: getattr(m, name)(x), w)(xs) for w in (1, 2, 4))
        assert (one == two).all() and (two == four).all()


def test_the_coefficients_are_the_nearest_to_their_functions():
    """A few points of each polynomial, against the function that it stands for."""
    with mpmath.workdps(40):
        for x in (mpmath.mpf(-3) / 10, mpmath.mpf(1) / 100, mpmath.mpf(1) / 3):
            assert abs(value_at(EXP_COEFFICIENTS, x) - (mpmath.exp(x) - 1 - x) / x**2) < 3e-16
        for s in (mpmath.mpf(1) / 100, mpmath.mpf(17) / 100):
            exact = (mpmath.log((1 + s) / (1 - s)) - 2 * s) / s**3
            assert abs(value_at(LOG_COEFFICIENTS, s * s) - exact) < 1e-15
        for x in (mpmath.mpf(3) / 4, mpmath.mpf(5), mpmath.mpf(25)):
            exact = (1 + x) * mpmath.exp(x * x) * mpmath.erfc(x)
            assert abs(value_at(ERFC_COEFFICIENTS, (x - 2) / (x + 2)) - exact) < 5e-16


def value_at(coefficients, x):
    return sum(mpmath.mpf(c) * x**k for k, c in enumerate(coefficients))


def test_the_processor_is_described():
    host = processor()
    assert host.width in (2, 4, 8) and host.registers in (16, 32) and host.name
