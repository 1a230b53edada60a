"""An entry of the table held against its exact reference: values, partials and domain, in units in the last place."""

import math
import random
import sys

from autograd import ops
from autograd.arithmetic import Floats
from exact_references import REFERENCES, mp

ALL = [*ops.OPERATIONS.values(), *(member for family in ops.FAMILIES.values() for member in family.tried)]

LARGEST_FLOAT = sys.float_info.max
NORMAL = 2.3e-308  # below, a result has lost digits to underflow
MOST_ULPS = 2048.0  # that an entry may state: 11 of 53 bits


def reference_of(op):
    """The reference, or what to do about its absence."""
    entry = op.family or op
    if entry not in REFERENCES:
        raise AssertionError(
            f"{op!r} has no accuracy reference.\nAdd a line to REFERENCES in tests/exact_references.py, its value and"
            f" its derivative in mpmath, as `ops.{op.name.upper()}: one(mp.tanh, lambda x: mp.sech(x) ** 2)`; for"
            " several operands a Reference."
        )
    return REFERENCES[entry]


def points(op, reference):
    """For one operand every size of float, and next to everything that is special; for several what `draw` gives."""
    rng = random.Random(1)
    if op.arity != 1:
        return [reference.draw(rng) for _ in range(400)]
    ends = [end for end in op.domain[0] if math.isfinite(end)]
    marks = [0.0, 1.0, 0.7517, 1.2785, math.pi / 2, math.pi, 18.0, 37.0, 300.0, 709.0, 711.0, 745.0, *ends]
    found = [sign * mark * (1.0 + tweak) for mark in marks for sign in (-1, 1) for tweak in (0.0, 1e-15, -1e-15, 1e-7)]
    found += [math.nextafter(end, 0.0) for end in op.domain[0]] + [LARGEST_FLOAT, -LARGEST_FLOAT, 1e308, -1e308]
    found += [rng.choice([-1, 1]) * 2.0 ** rng.uniform(-1074, 1023.9) for _ in range(150)]
    found += [rng.choice([-1, 1]) * 2.0 ** rng.uniform(-30, 10) for _ in range(350)]
    found += [rng.uniform(-1.0, 1.0) for _ in range(50)]
    return [[x] for x in found if x > reference.lowest]


def exactly(function, xs):
    """A finite real number, or None where there is none."""
    try:
        y = function(*map(mp.mpf, xs))
    except (ArithmeticError, ValueError):
        return None
    return None if isinstance(y, mp.mpc) or not mp.isfinite(y) else mp.mpf(y)


def ulps(found, exact, term=0):
    """|found − exact| in units in the last place of the exact value, or of a larger term."""
    nearest = float(max(abs(exact), abs(term)))
    if math.isinf(nearest):
        return 0.0 if math.isinf(found) and (found > 0) == (exact > 0) else math.inf
    if math.isinf(found):  # the exact value rounds to the largest number
        return 1.0 if nearest > 1.797693134862315e308 else math.inf
    return float(abs(mp.mpf(found) - exact) / mp.mpf(math.ulp(nearest))) if found == found else math.inf


def check_domain(op, reference, xs, y, exact):
    """Whether the entry has a value, and says so, where the function has one."""
    assert exact is not None or not math.isfinite(y), f"{op!r} at {xs} is {y}, where the function has no value"
    edges = {end for interval in op.domain for end in interval}
    if reference.gaps or op.arity != 1 or not edges.isdisjoint(xs):
        return
    (low, high), (x,) = op.domain[0], xs
    if low < x < high:
        assert exact is not None and abs(exact) <= LARGEST_FLOAT, f"the domain of {op!r} is not to hold {x!r}"
    else:
        assert exact is None or abs(exact) > LARGEST_FLOAT, f"the domain of {op!r} is to hold {x!r}"


def check_accuracy(op, reference=None):
    """Hold the entry against its reference; the largest errors and where they are."""
    reference = reference or reference_of(op)
    loosest = max(op.accuracy)
    assert loosest <= MOST_ULPS, f"{op!r} states {loosest} ulp, more than {MOST_ULPS}: compute it in another way"
    fixed = list(op.parameters.values())
    worst = worst_partial = (0.0, 0.0)
    several = op.arity != 1 or reference.gaps
    for xs in points(op, reference):
        y, given = op.value(Floats, *xs), [*xs, *fixed]
        exact = exactly(reference.value, given)
        check_domain(op, reference, xs, y, exact)
        if exact is None:
            continue
        worst = max(worst, (ulps(y, exact, reference.scale(*map(mp.mpf, given))), xs[0]))
        # Of several operands, a result that has overflowed or underflowed has no digits to give to its partials.
        if several and not (NORMAL < abs(y) < math.inf):
            continue
        term = reference.partial_scale(*map(mp.mpf, given))
        for place, partial in enumerate(op.partials(Floats, y, *xs)):
            slope = exactly(lambda *at, place=place: mp.mpf(reference.partials(*at)[place]), given)
            if slope is not None and (not several or NORMAL < abs(slope) < 1e308 or partial == slope):
                worst_partial = max(worst_partial, (ulps(partial, slope, term), xs[0]))
    for what, (found, x), stated in zip(("the value", "a partial"), (worst, worst_partial), op.accuracy, strict=True):
        assert found <= stated, f"{what} of {op!r} at {x!r} is {found:.2f} ulp off, and its entry states {stated}"
    return worst, worst_partial, op.accuracy
