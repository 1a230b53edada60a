"""The table in JavaScript beside exact arithmetic, and beside Python's floats where they are not finite."""

import math
import random

import pytest
from accuracy import ALL, check_accuracy, points
from scripts import in_browser, in_node

from autograd import Operation, ops
from autograd.arithmetic import Floats
from autograd.javascript.rules import elementary_functions, rule
from autograd.lift.llvm_backend.vector_math import ERF_COEFFICIENTS, ERFC_COEFFICIENTS
from exact_references import REFERENCES

MORE_ULPS = 2.0  # than Python's own elementary functions have: those of a browser are not the C library's
SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.5, math.inf, -math.inf, math.nan, 5e-324, -5e-324, 2.2e-308, 1.7e308, -1.7e308, 3.0)


@pytest.fixture(scope="module", params=["node", pytest.param("chromium", marks=pytest.mark.browser)])
def answers(request):
    """A function that runs a script's `answer` in Node, and one that does in a Chromium."""
    if request.param == "node":
        return in_node
    chromium = request.getfixturevalue("chromium")
    return lambda source, given: in_browser(chromium, source, given)


def rows_of(op):
    """Operands: those that the exact references are tried at, and everything special."""
    rng = random.Random(2)
    arity = len(REFERENCES[op.family or op].draw(random.Random(1))) if op.arity is None else op.arity
    special = [[rng.choice(SPECIAL) for _ in range(arity)] for _ in range(300)] if arity > 1 else [[x] for x in SPECIAL]
    return points(op, REFERENCES[op.family or op]) + special


@pytest.fixture(scope="module")
def computed(answers):
    """The value and the partials of every entry at its rows, by JavaScript."""
    rows = [rows_of(op) for op in ALL]
    arities = [{len(row) for row in of_op} for of_op in rows]
    rules = [
        "new Map([" + ", ".join(f"[{arity}, {rule(op, arity)}]" for arity in sorted(sizes)) + "])"
        for op, sizes in zip(ALL, arities, strict=True)
    ]
    source = f"""{elementary_functions()}
const rules = [{", ".join(rules)}];
const answer = (rows) => rules.map((byArity, op) => rows[op].map((x) => {{
  const rule = byArity.get(x.length);
  const y = rule.value(x);
  return [y, rule.partials(y, x)];
}}));"""
    found = answers(source, rows)
    return {op: list(zip(of_op, y, strict=True)) for op, of_op, y in zip(ALL, rows, found, strict=True)}


@pytest.mark.parametrize("op", ALL, ids=repr)
def test_the_script_is_as_accurate_as_the_entry(computed, op):
    by_row = {tuple(map(repr, row)): answer for row, answer in computed[op]}
    read = Operation(
        op.name,
        lambda m, *xs: by_row[tuple(map(repr, xs))][0],
        lambda m, y, *xs: by_row[tuple(map(repr, xs))][1],
        arity=op.arity,
        domain=op.domain,
        accuracy=(op.accuracy[0] + MORE_ULPS, op.accuracy[1] + MORE_ULPS),
        parameters=op.parameters,
        family=op.family,
    )
    check_accuracy(read, REFERENCES[op.family or op])


def kind(x):
    """What a number is if it is not finite, or is 0: with its sign."""
    if x != x:
        return "NaN"
    return math.copysign(1.0, x) * math.inf if math.isinf(x) else "finite"


@pytest.mark.parametrize("op", ALL, ids=repr)
def test_the_script_is_of_the_same_kind_as_floats(computed, op):
    for row, (y, partials) in computed[op]:
        expected = op.value(Floats, *row)
        assert kind(y) == kind(expected), f"{op!r} at {row} is {y}, in Python {expected}"
        if y != expected:  # the partials below would be those of another y
            continue
        for place, (found, slope) in enumerate(zip(partials, op.partials(Floats, y, *row), strict=True)):
            assert kind(found) == kind(slope), f"∂{place} of {op!r} at {row} is {found}, in Python {slope}"


@pytest.mark.parametrize("op", [ops.HYPOT, ops.SUM, ops.ADD, ops.DIVIDE, ops.SQRT, ops.MEAN], ids=repr)
def test_what_is_rounded_once_has_the_same_bits(computed, op):
    for row, (y, _) in computed[op]:
        expected = op.value(Floats, *row)
        assert y == expected or (y != y and expected != expected), f"{op!r} at {row} is {y}, in Python {expected}"


def test_sums_are_those_of_fsum(answers):
    rng = random.Random(3)
    size = lambda: rng.choice([-1, 1]) * 2.0 ** rng.choice([rng.uniform(-1074, 1023), rng.uniform(-5, 5), 900.0])
    rows = [[size() for _ in range(rng.randrange(9))] for _ in range(3000)]
    rows += [
        [1.0, 2.0**-53, 2.0**-106],
        [1.0, 2.0**-53],
        [-1.0, -(2.0**-53), -(2.0**-80)],
        [1.7e308, 1.7e308, -1.7e308],
    ]
    rows += [[1.7e308, 1.7e308, -math.inf], [math.inf, -math.inf], [math.nan, 1.0], [-0.0], [-0.0, -0.0]]
    found = answers(f"{elementary_functions()}\nconst answer = (rows) => rows.map((row) => sum(...row));", rows)
    for row, y in zip(rows, found, strict=True):
        expected = Floats.sum(*row)
        assert repr(y) == repr(expected), row


def test_the_polynomials_are_those_of_machine_code():
    text = elementary_functions()
    for coefficient in (*ERF_COEFFICIENTS, *ERFC_COEFFICIENTS):
        assert repr(coefficient) in text


def test_a_long_sum_and_a_deep_formula_are_no_burden(answers):
    chain = Operation("chain", lambda m, *xs: nested(m, xs), lambda m, y, *xs: [1.0] * len(xs), arity=None)
    source = f"""{elementary_functions()}
const [long, deep] = [{rule(ops.LOGSUMEXP, 3000)}, {rule(chain, 3000)}];
const answer = (x) => [long.value(x), long.partials(0, x), deep.value(x)];"""
    x = [math.sin(i) for i in range(3000)]
    y, partials, largest = answers(source, x)
    assert y == pytest.approx(ops.LOGSUMEXP.value(Floats, *x), rel=1e-14)
    assert partials == pytest.approx(ops.LOGSUMEXP.partials(Floats, y, *x), rel=1e-13)
    assert largest == max(x)


def nested(m, xs):
    y = xs[0]
    for x in xs[1:]:
        y = m.maximum(x, y)
    return y


def test_a_rule_that_asks_for_a_number_cannot_be_read():
    branching = Operation("branching", lambda m, x: x if x else 1.0, lambda m, y, x: (1.0,))
    with pytest.raises(TypeError, match="which is no number yet"):
        rule(branching, 1)
