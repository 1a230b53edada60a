"""gradcheck and check_operation: they pass what is right, catch what is wrong, and know kinks and edges."""

import math

import pytest

from autograd import Operation, Value, apply, detach, dot, logsumexp, maximum, where
from autograd import sum as total
from autograd.ops import DETACH, FAMILIES, GREATER, OPERATIONS, POWER, STEP
from autograd.testing import GradientError, check_operation, gradcheck

MEMBERS = [member for family in FAMILIES.values() for member in family.tried]


def unary(value, partial, **options):
    """A handmade operation of one operand."""
    return Operation("handmade", value, lambda m, y, x: (partial(m, y, x),), **options)


# ── Every entry of the table ──


@pytest.mark.parametrize("op", [*OPERATIONS.values(), *MEMBERS], ids=repr)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_operation_of_the_table(op, seed):
    check_operation(op, seed=seed)


# ── What is right passes ──


@pytest.mark.parametrize(
    "f, inputs",
    [
        (lambda x, w, b: (x * w + b).tanh(), [2.0, -3.0, 6.8813735870195432]),
        (lambda p: (p[0] * p[1]).exp() / p[0], [[1.0, 2.0]]),
        (lambda p, q: [p[0] * q, (p[1], p[1] ** 2 / q)], [(1.0, 2.0), -0.5]),
        (lambda p: logsumexp(p) + dot(p, p), [[0.1, 5.0, -2.0]]),
        (lambda m: total([x.sin() for row in m for x in row]), [[[0.1, 0.2], [0.3, -40.0]]]),
        (lambda x, y: x**y, [2.0, 0.7]),
        (lambda x: 3.0, [1.0]),
        (lambda x, y: y, [1.0, 2.0]),
        (lambda x: (1e8 + x * x) - 1e8, [0.0]),
        (Value.sin, [1e6]),
        (Value.tanh, [40.0]),
        (lambda x: (1e4 * x).tanh(), [5e-5]),
        (lambda x: x * 1e-200, [1e200]),
    ],
)
def test_right_gradients_pass_quietly(f, inputs, capsys):
    assert gradcheck(f, inputs, order=2) is None
    assert capsys.readouterr().out == ""


def test_deep_graphs_pass():
    def chain(x):
        for _ in range(5_000):
            x = x * 0.9999 + 1e-5
        return x

    gradcheck(chain, [0.5])


@pytest.mark.parametrize("order", [1, 2])
def test_captured_values_keep_their_gradients(order):
    leaf = Value(3.0)
    inner = leaf.exp()
    leaf.grad, inner.grad = 7.0, 8.0
    gradcheck(lambda x: (x * inner + leaf).sin() * leaf, [0.25], order=order)
    assert (leaf.grad, inner.grad) == (7.0, 8.0)


def test_captured_values_keep_their_gradients_when_the_check_fails():
    leaf = Value(3.0)
    leaf.grad = 7.0
    with pytest.raises(GradientError):
        gradcheck(lambda x: x * detach(x) * leaf, [0.25])
    assert leaf.grad == 7.0


# ── A test of the test ──

TANH_PARTIAL = lambda m, y, x: m.sech_squared(x)


@pytest.mark.parametrize("factor", [1.001, 0.999, 1.0001, -1.0, 0.0, math.nan, math.inf])
def test_a_wrong_partial_is_caught(factor):
    wrong = unary(lambda m, x: m.tanh(x), lambda m, y, x: factor * TANH_PARTIAL(m, y, x))
    check_operation(unary(lambda m, x: m.tanh(x), TANH_PARTIAL))
    with pytest.raises(GradientError, match="WRONG"):
        check_operation(wrong)
    for x in (0.3, -2.0, 1e-6):
        with pytest.raises(GradientError, match="WRONG"):
            gradcheck(lambda v: apply(wrong, v), [x])


def test_a_partial_of_a_second_operand_wrong_by_a_thousandth_is_caught():
    wrong = Operation("wrong", lambda m, a, b: a * b, lambda m, y, a, b: (b, 1.001 * a), arity=2)
    with pytest.raises(GradientError, match="∂wrong/∂x1 .*WRONG"):
        check_operation(wrong)
    with pytest.raises(GradientError, match=r"x\[1\] .*WRONG"):
        gradcheck(lambda a, b: apply(wrong, a, b), [0.7, 2.0])


def test_a_second_derivative_that_is_wrong_is_caught():
    wrong = unary(lambda m, x: m.exp(x), lambda m, y, x: m.detach(y))
    gradcheck(lambda v: apply(wrong, v), [0.5])
    with pytest.raises(GradientError, match=r"∂x\[0\] ∂x\[0\] .*WRONG"):
        gradcheck(lambda v: apply(wrong, v), [0.5], order=2)
    with pytest.raises(GradientError, match="∂²handmade/∂x0∂x0 .*WRONG"):
        check_operation(wrong)


def test_an_operation_whose_arithmetics_disagree_is_caught():
    from autograd.arithmetic import Floats

    two_faced = unary(lambda m, x: x if m is Floats else 2.0 * x, lambda m, y, x: 1.0)
    with pytest.raises(GradientError, match="handmade recorded .*WRONG"):
        check_operation(two_faced)


@pytest.mark.parametrize("times", [0.0, 2.0])
def test_a_dropped_path_and_a_doubled_path_are_caught(times, monkeypatch):
    """x reaches the result along two paths; the sweep forgets one of them, or walks it twice."""

    def f(x):
        return x * x.exp()

    gradcheck(f, [0.5])
    backward = Value.backward

    def faulty(self, *args, **kwargs):
        local = self._da
        self._da = local * times
        try:
            backward(self, *args, **kwargs)
        finally:
            self._da = local

    monkeypatch.setattr(Value, "backward", faulty)
    with pytest.raises(GradientError, match="WRONG"):
        gradcheck(f, [0.5])


def test_a_path_dropped_or_doubled_by_hand_is_caught():
    with pytest.raises(GradientError):
        gradcheck(lambda x: x * detach(x).exp(), [0.5])  # dropped
    with pytest.raises(GradientError):
        gradcheck(lambda x: x.sin() + x.exp() - detach(x.exp()), [0.5])  # one too many


def test_a_wrong_number_of_partials_is_caught():
    with pytest.raises(GradientError, match="has 2 partials for 1 operands"):
        check_operation(Operation("two", lambda m, x: x, lambda m, y, x: (1.0, 1.0)))


def test_the_worst_point_is_named_and_points_may_be_given():
    growing = unary(lambda m, x: x, lambda m, y, x: 1.0 + 0.01 * x)
    with pytest.raises(GradientError, match=r"<operation handmade> at x0 = 50\.0:"):
        check_operation(growing, [[1.0], [50.0], [2.0]])
    check_operation(growing, [])


# ── Kinks ──

RELU_VALUE = lambda m, x: m.maximum(x, 0.0)


def sloped(left, right):
    """relu with these slopes to the left and (at 0 and) to the right."""
    return unary(RELU_VALUE, lambda m, y, x: m.where(m.step(-x), left, right), kinks=(0.0,))


@pytest.mark.parametrize("x", [0.0, 1e-9, -1e-9, 1e-15, -1e-15, 1e-300, 0.001, -0.001, 5.0])
@pytest.mark.parametrize(
    "f",
    [Value.relu, abs, lambda v: maximum(v, -v), lambda v: v.relu() * v.exp() + v, Value.step, Value.elu],
)
def test_right_slopes_at_and_beside_a_kink_pass(f, x):
    gradcheck(f, [x], order=2)


def test_a_kink_is_recognised_and_named():
    with pytest.raises(GradientError) as caught:  # y makes the check fail, so that the table is shown
        gradcheck(lambda x, y: x.relu() + y * detach(y), [0.0, 3.0])
    verdicts = [line.split("  ")[-1].strip() for line in str(caught.value).splitlines()[2:]]
    assert verdicts == ["at a kink", "WRONG"]


@pytest.mark.parametrize("x", [1e-9, 1e-12, 1e-300, 1e-4, 0.5])
def test_a_wrong_one_sided_slope_beside_a_kink_fails(x):
    check = lambda op, at: gradcheck(lambda v: apply(op, v), [at])
    check(sloped(0.0, 1.0), x)
    check(sloped(0.0, 1.0), -x)
    for slope in (0.0, 0.5, 0.999):
        with pytest.raises(GradientError, match="WRONG"):
            check(sloped(0.0, slope), x)
    for slope in (1.0, 0.5, 0.001):
        with pytest.raises(GradientError, match="WRONG"):
            check(sloped(slope, 1.0), -x)


@pytest.mark.parametrize("beside", [1e-15, 1e-12, 1e-9, 1e-6, 1e-3])
def test_a_kink_away_from_zero_is_no_excuse_either(beside):
    for side in (1.0, -1.0):
        x = 1.0 + side * beside
        gradcheck(lambda v: (v - 1.0).relu() + v**3, [x])
        with pytest.raises(GradientError, match="WRONG"):
            gradcheck(lambda v: apply(sloped(0.5, 0.5), v - 1.0), [x])


@pytest.mark.parametrize("slope, right", [(0.0, True), (0.5, True), (1.0, True), (1.01, False), (-0.01, False)])
def test_at_a_kink_the_slope_lies_between_the_one_sided_ones(slope, right):
    op = sloped(slope, slope)
    if right:
        gradcheck(lambda v: apply(op, v), [0.0])
    else:
        with pytest.raises(GradientError, match="WRONG"):
            gradcheck(lambda v: apply(op, v), [0.0])


def test_at_a_jump_the_slopes_on_either_side_count():
    gradcheck(lambda x: where(x > 0.0, x, 1.0 - x), [0.5])
    for slope in (5.0, math.inf, math.nan):
        op = unary(lambda m, x: m.step(x), lambda m, y, x, slope=slope: slope, kinks=(0.0,))
        with pytest.raises(GradientError, match="WRONG"):
            gradcheck(lambda v: apply(op, v), [0.0])


def test_a_disagreement_alone_is_not_a_kink():
    """The same bent function without `kinks` in its entry: at the bend its derivative is simply wrong."""
    op = unary(RELU_VALUE, lambda m, y, x: m.step(x))
    with pytest.raises(GradientError, match="WRONG") as caught:
        gradcheck(lambda v: apply(op, v), [0.0])
    assert "kink" not in str(caught.value)


def test_a_kink_of_a_constant_is_not_in_the_way():
    with pytest.raises(GradientError) as caught:
        gradcheck(lambda x: detach(x) * x + Value(0.0).relu(), [2.0])
    assert "kink" not in str(caught.value)


# ── Edges of domains ──


@pytest.mark.parametrize("x", [1e-300, 1e-12, 1e-6, 1.0, 1e12])
def test_near_the_edge_of_a_domain(x):
    gradcheck(Value.sqrt, [x])
    gradcheck(Value.log, [x])
    with pytest.raises(GradientError):
        gradcheck(lambda v: v.sqrt() + 0.001 * detach(v.sqrt()), [x], atol=0.0)


@pytest.mark.parametrize("x", [-1.0 + 1e-9, 1.0 - 1e-9, 0.99])
def test_inside_a_bounded_domain(x):
    gradcheck(Value.asin, [x])


def test_at_the_edge_an_infinite_slope_is_right_where_the_function_is_vertical():
    gradcheck(Value.sqrt, [0.0])
    wrong = unary(lambda m, x: m.sqrt(x) * m.sqrt(x), lambda m, y, x: m.divide(1.0, m.sqrt(x)))
    with pytest.raises(GradientError, match="inf .*WRONG"):
        gradcheck(lambda v: apply(wrong, v), [0.0])
    nan = unary(lambda m, x: m.sqrt(x), lambda m, y, x: m.divide(0.0, y))
    with pytest.raises(GradientError, match="nan .*WRONG"):
        gradcheck(lambda v: apply(nan, v), [0.0])


# ── What is asked and what is answered ──


def test_the_table():
    with pytest.raises(GradientError) as caught:
        gradcheck(lambda p, w: p[0] * detach(w) * w + 0.0 * p[1].relu(), [[0.5, 0.0], Value(4.0, label="weight")])
    assert isinstance(caught.value, AssertionError)
    assert str(caught.value).splitlines()[:2] == [
        "the derivatives of f do not match finite differences:",
        "input   analytic  numeric  difference  verdict",
    ]
    rows = [line.split(maxsplit=4) for line in str(caught.value).splitlines()[2:]]
    assert [(name, analytic, numeric, verdict) for name, analytic, numeric, _, verdict in rows] == [
        ("x[0]", "16", "16", "ok"),
        ("x[1]", "0", "0", "at a kink"),
        ("weight", "2", "4", "WRONG"),
    ]


def test_the_table_exactly():
    with pytest.raises(GradientError) as caught:
        gradcheck(lambda a, b: detach(a) * a + b.relu(), [2.0, 0.0])
    assert str(caught.value) == (
        "the derivatives of f do not match finite differences:\n"
        "input  analytic  numeric  difference  verdict\n"
        "x[0]   2         4        -2.00e+00   WRONG\n"
        "x[1]   0         0.5      -5.00e-01   at a kink"
    )


def test_an_order_it_does_not_know():
    with pytest.raises(ValueError, match="order=3"):
        gradcheck(Value.exp, [1.0], order=3)


def test_a_domain_of_kinks_alone():
    op = unary(lambda m, x: x, lambda m, y, x: 1.0, kinks=(0.0,), kink_of=lambda x: 0.0)
    with pytest.raises(ValueError, match="away from its kinks"):
        check_operation(op)


@pytest.mark.parametrize("op", [op for op in [*OPERATIONS.values(), *MEMBERS] if op is not DETACH], ids=repr)
def test_a_partial_of_the_table_wrong_by_a_thousandth_is_caught(op):
    """Whatever the operation and the operand, except where the partial is 0 everywhere."""

    def wrong(m, y, *xs):
        return tuple(partial * 1.001 for partial in op.partials(m, y, *xs))

    copy = Operation(op.name, op.value, wrong, arity=op.arity, domain=op.domain, kinks=op.kinks, kink_of=op.kink_of)
    if op in (STEP, GREATER, POWER(0.0)):
        check_operation(copy)
    else:
        with pytest.raises(GradientError, match="WRONG"):
            check_operation(copy)


def test_gradcheck_of_several_results_and_captured_values():
    w = Value(3.0)
    w.grad = 7.0
    gradcheck(lambda p, q: [p[0] * w, p[1] * q * w], [[1.0, 2.0], 0.5], order=2)
    assert w.grad == 7.0
    with pytest.raises(ValueError, match="order=3"):
        gradcheck(Value.exp, [1.0], order=3)
