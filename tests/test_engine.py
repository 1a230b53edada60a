"""The promises of Value and of backward(), one test each, named after the promise."""

import copy
import gc
import math
import pickle
import sys
import threading
import weakref
from fractions import Fraction

import mpmath
import numpy as np
import pytest

import autograd
from autograd import (
    DomainError,
    Value,
    apply,
    detach,
    dot,
    logsumexp,
    maximum,
    mean,
    nonfinite,
    ops,
    relu,
    softmax,
    tanh,
    where,
)
from autograd.graph import count_paths, edges, leaves, topological_order
from autograd.value import adjoints

# ── Examples whose numbers are known ──


def test_the_lecture_example():
    x1, x2, w1, w2 = Value(2.0), Value(0.0), Value(-3.0), Value(1.0)
    o = (x1 * w1 + x2 * w2 + Value(6.8813735870195432)).tanh()
    o.backward()
    assert [round(v.grad, 12) for v in (x1, x2, w1, w2)] == [-1.5, 0.5, 1.0, 0.0]
    assert round(o.data, 4) == 0.7071


def test_micrograds_first_expression():
    x = Value(-4.0)
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    y = h + q + q * x
    y.backward()
    assert (y.data, x.grad) == (-20.0, 46.0)


def test_micrograds_second_expression():
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    assert g.data == pytest.approx(24.704081632653061, rel=1e-15)
    assert a.grad == pytest.approx(138.83381924198252, rel=1e-14)
    assert b.grad == pytest.approx(645.5772594752186, rel=1e-14)


def test_a_micrograd_program_learns_after_its_import_lines_are_changed():
    import random

    from nn.micrograd import MLP

    random.seed(1337)
    rows = [([a, b], -a * b) for a in (-1.0, 1.0) for b in (-1.0, 1.0)]  # XOR
    model = MLP(2, [8, 8, 1])
    first = None
    for _ in range(120):
        scores = [model(x) for x, _ in rows]
        loss = sum((1 + -y * score).relu() for (_, y), score in zip(rows, scores, strict=True)) * (1.0 / len(rows))
        loss += 1e-4 * sum(p * p for p in model.parameters())
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.1 * p.grad
        first = first or loss.data
    assert loss.data < 0.1 * first
    assert isinstance(loss._prev, set)
    assert str(model).startswith("MLP of [Layer of [ReLUNeuron(2)")


# ── Value ──


def test_attributes_of_a_computed_value():
    a, b = Value(2.0, label="a"), Value(3.0)
    y = a * b
    assert (y.data, y.grad, y.op, y.parents, y.local_grads) == (6.0, 0.0, ops.MULTIPLY, (a, b), (3.0, 2.0))
    assert (a.op, a.parents, a.local_grads, a._op, a._prev) == (None, (), (), "", set())
    assert (y._op, y._prev, (a + a)._prev, (a**2)._op, a.relu()._op) == ("*", {a, b}, {a}, "**2", "ReLU")
    assert (a - a).parents == (a, a)
    for name in ("parents", "local_grads", "_prev", "_op"):
        with pytest.raises(AttributeError):
            setattr(y, name, None)


NUMBERS = [2, 2.0, Fraction(2), np.float64(2), np.float32(2), np.int64(2)]


@pytest.mark.parametrize("two", NUMBERS, ids=lambda n: type(n).__name__)
def test_operators_take_any_real_number_on_either_side(two):
    x = Value(3.0)
    results = [x + two, two + x, x - two, two - x, x * two, two * x, x / two, two / x, x**two, two**x]
    assert [y.data for y in results] == [5.0, 5.0, 1.0, -1.0, 6.0, 6.0, 1.5, 2 / 3, 9.0, 8.0]
    assert all(type(y) is Value and type(y.data) is float for y in results)
    assert type(Value(two).data) is float
    assert (x > two, x < two, x >= two, x <= two, two < x) == (True, False, True, False, True)


def test_methods_and_functions_are_alike_and_functions_take_numbers():
    for name in "exp expm1 log log1p sqrt sin cos tan asin acos atan sinh cosh tanh erf sigmoid relu gelu silu".split():
        function, x = getattr(autograd, name), 0.7
        assert function(x) == function(Value(x)).data == getattr(Value(x), name)().data
        assert type(function(x)) is float
    for name in "softplus step abs leaky_relu elu".split():
        assert getattr(autograd, name)(-0.7) == getattr(Value(-0.7), name)().data
    assert maximum(1.0, Value(2.0)).data == Value(1.0).maximum(2.0).data == maximum(1.0, 2.0) == 2.0
    assert autograd.atan2(1.0, 1.0) == math.pi / 4
    assert autograd.hypot(3.0, 4.0) == 5.0
    assert autograd.minimum(1, 2) == 1.0
    assert where(True, 1.0, 2.0) == 1.0
    assert where(Value(0.0), Value(1.0), 2.0).data == 2.0
    with pytest.raises(DomainError):
        autograd.log(-1.0)


def test_as_a_number():
    v = Value(2.345, label="v")
    assert (float(v), round(v, 1), f"{v:.2f}", f"{v}") == (2.345, 2.3, "2.35", "Value(2.345, grad=0.0, label='v')")
    assert (abs(Value(-1.0)).data, (+v) is v, (-v).data) == (1.0, True, -2.345)


def test_equality_and_hash_are_by_identity():
    a, b = Value(1.0), Value(1.0)
    assert a != b
    assert len({a, b, a}) == 2


def test_repr():
    v = Value(2.0, label="w")
    v.grad = 0.5
    assert repr(v) == "Value(2.0, grad=0.5, label='w')"
    assert repr(Value(2)) == "Value(2.0, grad=0.0)"


def test_detach_stops_the_gradient():
    x = Value(3.0, label="x")
    (detach(x * 1.0) * x).backward()
    assert x.grad == 3.0
    assert detach(x).label == "x"


def test_values_are_weakly_referable():
    v = Value(1.0)
    assert weakref.ref(v)() is v


def test_copies_keep_numbers_labels_and_sharing():
    x = Value(2.0, label="x")
    h = x**2
    y = dot([h, x], [x, h]) + where(x > 0, h, x)
    y.backward()
    for z in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        assert [repr(n) for n in topological_order(z)] == [repr(n) for n in topological_order(y)]
        assert z is not y
        (leaf,) = [n for n in leaves(z) if n.label == "x"]
        z.backward()
        assert (leaf.grad, x.grad) == (2 * x.grad, x.grad)
    both = copy.deepcopy([h, y])
    assert any(n is both[0] for n in topological_order(both[1]))
    shallow = copy.copy(h)
    assert (shallow.parents, shallow is h, shallow.op is h.op) == (h.parents, False, True)


def test_leaves_pickled_together_stay_shared():
    w = Value(2.0)
    w2, loss = pickle.loads(pickle.dumps((w, w * w)))
    loss.backward()
    assert w2.grad == 4.0


def test_an_operation_outside_the_table_cannot_be_pickled():
    cube = autograd.Operation("cube", lambda m, x: x * x * x, lambda m, y, x: (3.0 * x * x,))
    with pytest.raises(TypeError, match="not in the table"):
        pickle.dumps(apply(cube, Value(2.0)))


# ── Bad input ──


@pytest.mark.parametrize("thing", ["2", None, 1j, [1.0], True, np.bool_(True), np.ones(2), object()], ids=repr)
def test_what_is_not_a_number_is_refused(thing):
    with pytest.raises(TypeError, match="number"):
        Value(thing)


@pytest.mark.parametrize("thing", ["2", None, 1j, [1.0], True, np.ones(2), np.ones(1)], ids=repr)
def test_so_are_operands_on_either_side(thing):
    x = Value(1.0)
    for combine in (lambda: x + thing, lambda: thing * x, lambda: x / thing, lambda: thing - x):
        with pytest.raises(TypeError):
            combine()


def test_an_array_exponent_is_told_how_to_become_values():
    with pytest.raises(TypeError, match="list of Values"):
        Value(2.0) ** np.ones(2)


def test_an_array_operand_is_told_how_to_become_values():
    with pytest.raises(TypeError, match=r"build a list of Values: \[Value\(x\) for x in array.ravel\(\)\]"):
        np.ones((2, 2)) * Value(1.0)


def test_foreign_types_may_answer_for_themselves():
    class Money:
        def __radd__(self, other):
            return "paid"

        def __gt__(self, other):
            return "more"

    assert Value(1.0) + Money() == "paid"
    assert (Value(1.0) < Money()) == "more"
    with pytest.raises(TypeError):
        Value(1.0) + object()
    with pytest.raises(TypeError):
        Value(1.0) ** "2"


@pytest.mark.parametrize(
    "compute, operation, number",
    [
        (lambda x: (x - 2).log(), "log", "-1.0"),
        (lambda x: 1 / (x - 1), "divide", "0.0"),
        (lambda x: (x - 1) ** -1, "power", "0.0"),
        (lambda x: (x * -8) ** (1 / 3), "power", "-8.0"),
        (lambda x: (x * 1000).exp(), "exp", "1000.0"),
        (lambda x: (x + 1).asin(), "asin", "2.0"),
        (lambda x: (x * -2) ** Value(0.5), "pow", "-2.0"),
        (lambda x: autograd.sum([x * 1e308, 1e308]), "sum", "1e+308"),
    ],
)
def test_leaving_the_domain_names_operation_operand_and_remedy(compute, operation, number):
    x = Value(1.0)
    with pytest.raises(DomainError) as caught:
        compute(x)
    assert isinstance(caught.value, ValueError) and isinstance(caught.value, ArithmeticError)
    message = str(caught.value)
    assert message.startswith(operation) and number in message and "To repair it: " in message
    y = x * 2  # what was built before is still good
    y.backward()
    assert x.grad == 2.0


def test_domain_error_names_labels():
    with pytest.raises(DomainError, match=r"log\(-1.0 \(price\)\)"):
        Value(-1.0, label="price").log()


def test_an_overflowing_product_is_infinite_as_in_python():
    assert (Value(1e200) * 1e200).data == math.inf


def test_nan_and_infinity_propagate_and_nonfinite_names_the_first():
    x = Value(math.nan)
    assert math.isnan((x.sin() + 1).data)
    assert math.isnan(x.relu().data)
    assert Value(math.inf).log().data == math.inf
    assert math.isnan(Value(math.inf).sin().data)
    big = Value(1e200) * 1e200
    assert nonfinite((big - big) * 2) is big
    assert nonfinite(Value(1.0) + 1) is None


def test_the_data_of_a_computed_value_cannot_be_set():
    y = Value(2.0) * 3
    with pytest.raises(AttributeError, match="Set the data of a leaf"):
        y.data = 1.0
    x = Value(1.0)
    x.data = np.float32(2)
    assert type(x.data) is float
    with pytest.raises(TypeError):
        x.data = "2"
    with pytest.raises(TypeError, match="label"):
        Value(1.0, 2.0)


def test_apply_checks_its_operands():
    with pytest.raises(TypeError, match="maximum takes 2 operands, but was given 1"):
        apply(ops.MAXIMUM, 1.0)


# ── The backward pass ──


def test_leaves_accumulate_and_twice_is_exactly_twice():
    xs = [Value(0.1 * i + 0.03) for i in range(7)]
    y = dot(xs, xs[::-1]) * xs[0] + logsumexp(xs) / xs[3] - xs[3].tanh() * xs[3]
    y.backward()
    once = [x.grad for x in xs]
    y.backward()
    assert [x.grad for x in xs] == [2 * g for g in once]


def test_computed_values_hold_the_adjoint_of_the_last_pass():
    x = Value(3.0)
    h = x * x
    y = h * 2
    y.backward()
    y.backward()
    assert (h.grad, y.grad, x.grad) == (2.0, 1.0, 24.0)
    h.backward()
    assert h.grad == 1.0


def test_the_gradient_belongs_to_the_forward_pass():
    x, w = Value(2.0), Value(3.0)
    y = x * w
    w.data = 100.0
    y.backward()
    assert x.grad == 3.0


def test_a_seed_gradient():
    x = Value(2.0)
    (x * x).backward(0.5)
    assert x.grad == 2.0
    (x * x).backward(Value(0.5), create_graph=True)
    assert float(x.grad) == 4.0
    with pytest.raises(TypeError):
        (x * x).backward("1")


def test_a_leafs_own_backward_gives_it_gradient_one():
    x = Value(2.0)
    x.backward()
    assert x.grad == 1.0


def test_zero_grad_reaches_every_leaf_below():
    x, w = Value(2.0), Value(3.0)
    y = (x * w).tanh()
    y.backward()
    y.zero_grad()
    assert (x.grad, w.grad) == (0.0, 0.0)


def test_a_missing_gradient_counts_as_zero():
    x = Value(2.0)
    x.grad = None
    (x * x).backward()
    assert x.grad == 4.0
    x.grad = None
    dot([x, x, 1.0], [x, 0.0, 7.0]).backward()
    assert x.grad == 4.0


@pytest.mark.parametrize("at", [0.0, 0.7, -1.3])
@pytest.mark.parametrize(
    "ours, theirs",
    [
        (Value.tanh, mpmath.tanh),
        (Value.sigmoid, lambda x: 1 / (1 + mpmath.exp(-x))),
        (Value.exp, mpmath.exp),
        (lambda x: x**3, lambda x: x**3),
        (Value.atan, mpmath.atan),
        (Value.erf, mpmath.erf),
        (Value.softplus, lambda x: mpmath.log(1 + mpmath.exp(x))),
        (Value.gelu, lambda x: x * mpmath.ncdf(x)),
        (lambda x: (x.sin() * x + 2).sqrt(), lambda x: mpmath.sqrt(mpmath.sin(x) * x + 2)),
    ],
)
def test_derivatives_of_any_order_by_create_graph(ours, theirs, at):
    x = Value(at)
    y = ours(x)
    for order in range(1, 5):
        x.grad = 0.0
        y.backward(create_graph=True)
        y = x.grad if isinstance(x.grad, Value) else Value(x.grad)
        with mpmath.workdps(60):
            expected = float(mpmath.diff(theirs, mpmath.mpf(at), order))
        assert y.data == pytest.approx(expected, rel=1e-9, abs=1e-9), f"order {order}"
    x.grad = 0.0


def test_recording_gradients_of_changed_leaves_is_an_error():
    x, w = Value(2.0), Value(3.0)
    y = x * w
    w.data = 4.0
    with pytest.raises(RuntimeError, match="not what they were in the forward pass"):
        y.backward(create_graph=True)


@pytest.mark.parametrize("function", [lambda x: x**3, Value.tanh, Value.sin, Value.erf])
def test_a_changed_leaf_is_noticed_though_the_partial_is_even(function):
    x = Value(0.5)
    y = function(x)
    x.data = -0.5
    with pytest.raises(RuntimeError, match="not what they were"):
        y.backward(create_graph=True)


def test_an_interrupted_sweep_leaves_no_partial_sums():
    x, w = Value(2.0), Value(3.0)
    h = w.tanh()
    y = h + x * x
    h._da = "broken"
    with pytest.raises(TypeError):
        y.backward()
    assert (x.grad, w.grad) == (0.0, 0.0)
    a, b = Value(2.0), Value(3.0)
    a.grad, b.grad = 5.0, "broken"
    with pytest.raises(TypeError):
        (a * b).backward()
    assert (a.grad, b.grad) == (5.0, "broken")


def test_a_failed_backward_leaves_old_gradients_as_they_were():
    x, w = Value(2.0), Value(3.0)
    x.grad = 5.0
    y = x * w * x
    y.parents[0]._da = "broken"
    with pytest.raises(TypeError):
        y.backward()
    assert x.grad == 5.0


# ── Size ──


def test_a_chain_of_a_million_is_no_problem():
    x = Value(1.0)
    y = x
    for _ in range(1_000_000):
        y = y + 1e-6
    y.backward()
    assert x.grad == 1.0
    assert repr(y).startswith("Value(")
    last = weakref.ref(y)
    del y
    assert last() is None


def test_deep_graphs_can_be_copied_and_pickled():
    x = Value(1.0)
    y = x
    for _ in range(50_000):
        y = y * 1.0
    for z in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        assert len(topological_order(z)) == len(topological_order(y))


def test_a_node_used_100_000_times():
    x = Value(2.0)
    h = x * 1.0
    total = Value(0.0)
    for _ in range(100_000):
        total = total + h
    total.backward()
    assert x.grad == 100_000.0
    autograd.sum([h] * 100_000).backward()
    assert x.grad == 200_000.0


def test_a_ladder_of_2_to_the_60_paths():
    x = Value(1.0)
    y = x
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad == 2.0**60 == count_paths(y, x)


def test_a_graph_is_freed_the_moment_its_root_is():
    gc.collect()
    gc.disable()
    try:
        x = Value(2.0)
        y = dot([x.tanh(), x * 3], [x, x**2]) + x.sigmoid()
        y.backward()
        nodes = [weakref.ref(node) for node in topological_order(y) if node is not x]
        del y
        assert all(ref() is None for ref in nodes)
    finally:
        gc.enable()


def test_the_collectors_settings_are_never_touched():
    before = gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()
    (Value(1.0) * 2).backward()
    assert (gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()) == before


def test_two_threads_with_graphs_of_their_own():
    wrong = []

    def work(scale):
        for _ in range(300):
            x = Value(scale)
            y = x
            for _ in range(50):
                y = (y * 1.01).tanh() + x
            y.backward()
            first = x.grad
            y.backward()
            if x.grad != 2 * first or first != expected[scale]:
                wrong.append(scale)

    expected = {}
    for scale in (0.1, 0.2):
        x = y = Value(scale)
        for _ in range(50):
            y = (y * 1.01).tanh() + x
        expected[scale] = adjoints(y, 1.0, lambda node: node.local_grads)[x]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work, args=(scale,)) for scale in expected]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not wrong


# ── Operations of many ──


def test_a_neuron_of_64_inputs_is_three_nodes():
    w, x, b = [Value(0.1)] * 64, [Value(0.2)] * 64, Value(0.3)
    y = tanh(dot(w, x) + b)
    assert len([node for node in topological_order(y) if node.op is not None]) == 3
    assert y.data == pytest.approx(math.tanh(64 * 0.02 + 0.3))


def test_sums_are_correctly_rounded_and_follow_ieee_754():
    assert autograd.sum([Value(0.1)] * 10).data == 1.0
    assert autograd.sum([Value(1e308), 1e308, -1e308]).data == 1e308
    assert autograd.sum([Value(math.inf), 1.0]).data == math.inf
    assert math.isnan(autograd.sum([Value(math.inf), -math.inf]).data)
    assert math.isnan(dot([Value(math.nan), 1.0], [1.0, 2.0]).data)
    xs, ys = [0.1, 1e16, 0.3], [0.7, 1.0, 0.9]
    assert dot(list(map(Value, xs)), ys).data == math.fsum(x * y for x, y in zip(xs, ys, strict=True))
    assert (autograd.sum([]), dot([], [])) == (0.0, 0.0)
    assert (autograd.sum(iter([1, 2])), mean([1, 2]), dot([1, 2], [3, 4])) == (3.0, 1.5, 11.0)


def test_local_derivatives_of_many_operands():
    a, b, c, d = (Value(x) for x in (1.0, 2.0, 3.0, 4.0))
    assert dot([a, b], [c, d]).local_grads == (3.0, 4.0, 1.0, 2.0)
    assert mean([a, b, c, d]).local_grads == (0.25,) * 4
    y = logsumexp([a, b, c])
    assert y.local_grads == pytest.approx([math.exp(x) / sum(map(math.exp, (1, 2, 3))) for x in (1, 2, 3)], rel=1e-14)


@pytest.mark.parametrize("scores", [[1000.0, -1000.0, 999.0], [1e16, 1e16], [0.0], [-1e300, 1e300]])
def test_softmax_is_one_in_sum_for_any_finite_scores(scores):
    xs = [Value(score) for score in scores]
    shares = softmax(xs)
    assert sum(share.data for share in shares) == pytest.approx(1.0, rel=1e-14)
    assert sum(logsumexp(xs).local_grads) == pytest.approx(1.0, rel=1e-14)
    shares[0].backward()
    assert sum(x.grad for x in xs) == pytest.approx(0.0, abs=1e-12)
    assert softmax(scores) == [share.data for share in shares]


def test_wrong_lengths_are_errors():
    with pytest.raises(ValueError, match="given 2 and 1 numbers"):
        dot([1.0, 2.0], [1.0])
    for function in (mean, logsumexp, softmax):
        with pytest.raises(ValueError, match="at least one number"):
            function([])
    with pytest.raises(TypeError):
        autograd.sum([Value(1.0), "2"])


def test_stable_for_any_finite_input():
    for x in (-1e308, -1000.0, 0.0, 1000.0, 1e308):
        for function in (autograd.softplus, autograd.sigmoid, tanh, relu):
            v = Value(x)
            y = function(v)
            y.backward(create_graph=True)
            first = v.grad
            assert math.isfinite(y.data) and math.isfinite(float(first))
            if isinstance(first, Value):
                v.grad = 0.0
                first.backward()
                assert math.isfinite(v.grad)
            v.grad = 0.0


# ── Graphs ──


class Node:
    def __init__(self, *parents):
        self.parents = parents


def test_graph_functions_walk_anything_with_parents():
    a, b = Node(), Node()
    c = Node(a, b)
    d = Node(c, a, c)
    assert topological_order(d) == [a, b, c, d]
    assert topological_order(c, d) == [a, b, c, d]
    assert list(edges(d)) == [(a, c, 0), (b, c, 1), (c, d, 0), (a, d, 1), (c, d, 2)]
    assert leaves(d) == [a, b]
    assert (count_paths(d, a), count_paths(d, b), count_paths(d, d), count_paths(a, d)) == (3, 2, 1, 0)
