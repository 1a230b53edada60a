"""How accurate every entry of the table is, values, partials and domain, beside its exact reference.

An entry without a reference fails, with what to do; so does one that has fewer digits than it states, or a `domain`
that is not the function's.
"""

import math

import pytest
from accuracy import ALL, check_accuracy, exactly, points, reference_of

from autograd import DomainError, Operation, Value, apply, ops
from exact_references import REFERENCES

WORST = {}


@pytest.fixture(scope="module", autouse=True)
def print_the_worst_cases():
    """The table that `pytest -s` shows."""
    yield
    print("\n\noperation     worst value            at  bound   worst partial          at  bound")
    for entry, ((value, x), (partial, z), (bound, partial_bound)) in sorted(WORST.items()):
        print(f"{entry:12} {value:8.2f} ulp {x:14.6g} {bound:6g}   {partial:8.2f} ulp {z:12.6g} {partial_bound:6g}")


@pytest.mark.parametrize("op", ALL, ids=repr)
def test_every_entry_is_as_accurate_as_it_says_and_has_the_domain_of_its_function(op):
    WORST[repr(op).removeprefix("<operation ").removesuffix(">")] = check_accuracy(op)


def test_every_reference_is_of_an_entry():
    assert set(REFERENCES) == {*ops.OPERATIONS.values(), *ops.FAMILIES.values()}


@pytest.mark.parametrize("op", [op for op in ALL if op.arity == 1], ids=repr)
def test_a_domain_error_is_raised_where_there_is_no_value_and_nowhere_else(op):
    reference = reference_of(op)
    for xs in points(op, reference):
        exact = exactly(reference.value, [*xs, *op.parameters.values()])
        try:
            apply(op, Value(*xs))
        except DomainError:
            assert exact is None or abs(exact) > 1.797693134862315e308, f"a false DomainError of {op!r} at {xs}"
        else:
            assert exact is not None and abs(exact) <= 1.8e308, f"no DomainError of {op!r} at {xs}"


# ── A test of the test ──


def faulty(value=ops.TANH.value, partials=ops.TANH.partials, **options):
    """A new entry, by default a right tanh."""
    return Operation("new", value, partials, **({"accuracy": ops.TANH.accuracy} | options))


NO_SLOPES = lambda m, y, *xs: ()
EIGHT_DIGITS = lambda m, x: m.tanh(x) * (1.0 + 1e-9)


@pytest.mark.parametrize(
    "op, entry, complaint",
    [
        (faulty(), None, r"has no accuracy reference.\nAdd a line to REFERENCES in tests/exact_references.py"),
        (faulty(EIGHT_DIGITS), ops.TANH, "the value of .* ulp off"),
        (faulty(EIGHT_DIGITS, accuracy=(1e9, 4.0)), ops.TANH, "compute it in another way"),
        (faulty(partials=lambda m, y, x: (1.0 - y * y,)), ops.TANH, "a partial of .* ulp off"),
        (faulty(domain=((0.0, math.inf),)), ops.TANH, "is to hold -"),
        (faulty(domain=((-700.0, 700.0),)), ops.TANH, "is to hold"),
        (faulty(ops.LOG.value, ops.LOG.partials), ops.LOG, "is not to hold"),
        (faulty(ops.EXP.value, ops.EXP.partials, domain=((-math.inf, 1000.0),)), ops.EXP, "is not to hold"),
        (faulty(lambda m, x: m.sqrt(m.abs(x)), domain=ops.SQRT.domain), ops.SQRT, "has no value"),
        (faulty(lambda m, x: m.log(m.exp(x)), lambda m, y, x: (1.0,)), ops.IDENTITY, "inf ulp off"),
        (faulty(lambda m, x: m.log(1.0 + m.exp(x)), ops.SOFTPLUS.partials), ops.SOFTPLUS, "ulp off"),
        (faulty(lambda m, a, b: m.sqrt(a * a + b * b), ops.HYPOT.partials, arity=2), ops.HYPOT, "ulp off"),
        (faulty(lambda m, *xs: m.log(m.sum(*map(m.exp, xs))), NO_SLOPES, arity=None), ops.LOGSUMEXP, "the value of"),
    ],
)
def test_a_faulty_entry_is_caught(op, entry, complaint):
    with pytest.raises(AssertionError, match=complaint):
        check_accuracy(op, REFERENCES.get(entry))


def test_a_right_entry_passes():
    check_accuracy(faulty(), REFERENCES[ops.TANH])
