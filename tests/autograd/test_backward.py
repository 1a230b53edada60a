"""What backward() promises: where gradients go, of which numbers, how often, how deep, and when it is interrupted."""

import copy
import gc
import math
import operator
import pickle
import random
import sys
import threading
import weakref

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Operation, Value, apply, dot, logsumexp, mean, softmax, tanh
from autograd.graph import count_paths, topological_order

# ── Examples whose numbers are published ──


def test_the_lecture_example():
    """Karpathy, "The spelled-out intro to neural networks and backpropagation" (2022)."""
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    b = Value(6.8813735870195432, label="b")
    n = x1 * w1 + x2 * w2 + b
    o = n.tanh()
    o.backward()
    assert o.data == pytest.approx(0.7071, abs=1e-4)
    assert [n.grad, x1.grad, w1.grad, x2.grad, w2.grad] == pytest.approx([0.5, -1.5, 1.0, 0.5, 0.0], rel=1e-12)


def test_the_lecture_example_with_tanh_taken_apart():
    x1, w1, b = Value(2.0), Value(-3.0), Value(6.8813735870195432)
    e = (2 * (x1 * w1 + b)).exp()
    o = (e - 1) / (e + 1)
    o.backward()
    assert [o.data, x1.grad, w1.grad] == pytest.approx([0.7071067811865477, -1.5, 1.0], rel=1e-9)


def test_micrograds_sanity_check():
    """test_sanity_check of test/test_engine.py in karpathy/micrograd."""
    x = Value(-4.0)
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    y = h + q + q * x
    y.backward()
    assert (y.data, x.grad) == (-20.0, 46.0)


def test_micrograds_more_ops():
    """test_more_ops of the same file; the numbers are in its README."""
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
    assert g.data == pytest.approx(24.70408163265306, rel=1e-15)
    assert a.grad == pytest.approx(138.83381924198252, rel=1e-15)
    assert b.grad == pytest.approx(645.5772594752186, rel=1e-15)


# ── Where gradients go ──


def test_every_path_counts():
    x = Value(3.0)
    (x + x).backward()
    assert x.grad == 2.0
    x.grad = 0.0
    (x * x * x).backward()
    assert x.grad == 27.0
    x.grad = 0.0
    (x - x).backward()
    assert x.grad == 0.0


def test_leaves_accumulate_over_different_roots():
    x, w = Value(2.0), Value(5.0)
    (x * w).backward()
    (x + w).backward()
    assert (x.grad, w.grad) == (6.0, 3.0)


def test_leaves_accumulate_onto_what_the_user_put_there():
    x = Value(2.0)
    x.grad = 100
    (x * 3).backward()
    assert x.grad == 103.0


def test_a_missing_gradient_counts_as_zero_under_every_operation():
    for build in (lambda x: x * 3, lambda x: 3 * x, lambda x: dot([x, x, 1.0], [1.0, 2.0, 7.0]), lambda x: +x * 3):
        x = Value(2.0)
        x.grad = None
        build(x).backward()
        assert x.grad == 3.0


def test_leaves_of_operations_of_many_accumulate_too():
    x, w = Value(2.0), Value(5.0)
    x.grad = 1.0
    y = dot([x, x, w], [w, 1.0, w])
    y.backward()
    assert (x.grad, w.grad) == (7.0, 12.0)
    y.backward()
    assert (x.grad, w.grad) == (13.0, 24.0)


def test_computed_values_hold_the_adjoint_of_the_last_pass_alone():
    x = Value(2.0)
    h = x * 3
    y = h * h
    y.backward()
    y.backward()
    assert (h.grad, y.grad, x.grad) == (12.0, 1.0, 72.0)
    (h + 1).backward()
    assert (h.grad, x.grad) == (1.0, 75.0)


def test_a_root_inside_another_graph_is_an_ordinary_node_of_it():
    x = Value(2.0)
    h = x * 3
    h.backward()
    (h * h).backward()
    assert (x.grad, h.grad) == (3.0 + 36.0, 12.0)


def test_only_what_is_below_the_root_is_touched():
    x, other = Value(2.0), Value(3.0)
    y, above = x * x, None
    above = y * other
    above.grad = other.grad = 77.0
    y.backward()
    assert (x.grad, above.grad, other.grad) == (4.0, 77.0, 77.0)


def test_a_leafs_own_backward_gives_it_gradient_one():
    x = Value(2.0)
    x.backward()
    assert x.grad == 1.0
    x.backward()
    assert x.grad == 2.0
    x.backward(0.5)
    assert x.grad == 2.5


def test_the_seed_gradient_scales_every_gradient():
    x, w = Value(2.0), Value(5.0)
    h = x * w
    y = h + x
    y.backward(-3.0)
    assert (x.grad, w.grad, h.grad, y.grad) == (-18.0, -6.0, -3.0, -3.0)
    y.backward(gradient=0)
    assert (x.grad, w.grad, h.grad) == (-18.0, -6.0, 0.0)
    y.backward(Value(1.0))
    assert (x.grad, w.grad) == (-12.0, -4.0)


@pytest.mark.parametrize("seed", ["1", None, 1j, True], ids=repr)
def test_a_seed_that_is_no_number_is_a_type_error_and_changes_nothing(seed):
    x = Value(2.0)
    x.grad = 5.0
    for create_graph in (False, True):
        with pytest.raises(TypeError):
            (x * 3).backward(seed, create_graph=create_graph)
    assert x.grad == 5.0


def test_zero_grad_reaches_every_leaf_below():
    x, w, above = Value(2.0), Value(3.0), Value(4.0)
    h = dot([x, w, x], [w, 1.0, x]).exp()
    (h * above).backward()
    h.zero_grad()
    assert (x.grad, w.grad) == (0.0, 0.0) and above.grad != 0.0
    leaf = Value(1.0)
    leaf.backward()
    leaf.zero_grad()
    assert leaf.grad == 0.0


def test_the_gradient_belongs_to_the_numbers_of_the_forward_pass():
    x, w = Value(2.0), Value(5.0)
    y = (x * w).tanh() + x**3 + dot([x, w], [w, x]) + x / w + w.exp()
    y.backward()
    fresh = x.grad, w.grad
    y.zero_grad()
    x.data, w.data = -100.0, 1e-3
    y.backward()
    assert (x.grad, w.grad) == fresh


# ── Twice is exactly twice ──

step = st.tuples(
    st.sampled_from("add subtract multiply maximum sin tanh sigmoid exp dot sum logsumexp".split()),
    st.lists(st.integers(0, 50), min_size=4, max_size=4),
)


def random_graph(steps, leaves):
    """Each step reads four of the results so far, by their place; what grows passes through tanh first."""
    nodes = list(leaves)
    for name, places in steps:
        a, b, c, d = (nodes[place % len(nodes)] for place in places)
        if name in ("add", "subtract", "multiply", "maximum"):
            node = getattr(a, name)(b).tanh() * 2
        elif name == "dot":
            node = dot([a, b], [c, d]).tanh()
        elif name in ("sum", "logsumexp"):
            node = getattr(autograd, name)([a, b, a, d]).tanh()
        else:
            node = getattr(a, name)()
            node = node.sin() if name == "exp" else node
        nodes.append(node)
    return autograd.sum(nodes)


numbers = st.floats(-2, 2)


@settings(max_examples=60, deadline=None)
@given(st.lists(step, max_size=25), st.lists(numbers, min_size=1, max_size=4), st.floats(-5, 5))
def test_twice_is_exactly_twice(steps, xs, seed):
    leaves = [Value(x) for x in xs]
    root = random_graph(steps, leaves)
    root.backward(seed)
    once = [leaf.grad for leaf in leaves]
    inside = {node: node.grad for node in topological_order(root) if node.op is not None}
    root.backward(seed)
    assert [leaf.grad for leaf in leaves] == [2 * gradient for gradient in once]
    assert {node: node.grad for node in inside} == inside
    root.zero_grad()
    root.backward(seed)
    assert [leaf.grad for leaf in leaves] == once


# ── Derivatives of derivatives ──

M = mpmath
CURVES = {
    "tanh": (lambda x: x.tanh(), M.tanh, [0.0, 0.7, -1.5]),
    "sigmoid": (lambda x: x.sigmoid(), lambda x: 1 / (1 + M.exp(-x)), [0.0, 0.7, -1.5]),
    "exp": (lambda x: x.exp(), M.exp, [0.0, 0.7, -1.5]),
    "x**3": (lambda x: x**3, lambda x: x**3, [0.0, 0.7, -1.5]),
    "x*x*x": (lambda x: x * x * x, lambda x: x**3, [0.0, 0.7, -1.5]),
    "x**2": (lambda x: x**2, lambda x: x**2, [0.0, 0.7, -1.5]),
    "x**2.5": (lambda x: x**2.5, lambda x: x ** M.mpf(2.5), [0.7, 1.5]),
    "x**x": (lambda x: x**x, lambda x: x**x, [0.7, 1.5]),
    "2**x": (lambda x: 2**x, lambda x: M.mpf(2) ** x, [0.0, 0.7, -1.5]),
    "sin": (lambda x: x.sin(), M.sin, [0.0, 0.7, -1.5]),
    "cos": (lambda x: x.cos(), M.cos, [0.0, 0.7]),
    "tan": (lambda x: x.tan(), M.tan, [0.0, 0.7]),
    "asin": (lambda x: x.asin(), M.asin, [0.0, 0.6]),
    "acos": (lambda x: x.acos(), M.acos, [0.0, 0.6]),
    "atan": (lambda x: x.atan(), M.atan, [0.0, 0.7, -1.5]),
    "sinh": (lambda x: x.sinh(), M.sinh, [0.0, 0.7]),
    "cosh": (lambda x: x.cosh(), M.cosh, [0.0, 0.7]),
    "log": (lambda x: x.log(), M.log, [0.7, 3.0]),
    "log1p": (lambda x: x.log1p(), M.log1p, [0.0, 0.7]),
    "expm1": (lambda x: x.expm1(), M.expm1, [0.0, 0.7]),
    "sqrt": (lambda x: x.sqrt(), M.sqrt, [0.7, 3.0]),
    "1/x": (lambda x: 1 / x, lambda x: 1 / x, [0.7, -1.5]),
    "erf": (lambda x: x.erf(), M.erf, [0.0, 0.7, -1.5]),
    "gelu": (lambda x: x.gelu(), lambda x: x * M.ncdf(x), [0.0, 0.7, -1.5]),
    "silu": (lambda x: x.silu(), lambda x: x / (1 + M.exp(-x)), [0.0, 0.7, -1.5]),
    "softplus": (lambda x: x.softplus(), lambda x: M.log(1 + M.exp(x)), [0.0, 0.7, -1.5]),
    "elu": (lambda x: x.elu(), M.expm1, [-0.7]),
    "hypot": (lambda x: x.hypot(0.5), lambda x: M.sqrt(x * x + M.mpf(0.25)), [0.0, 0.7]),
    "atan2": (lambda x: x.atan2(0.5), lambda x: M.atan2(x, M.mpf(0.5)), [0.0, 0.7]),
    "logsumexp": (
        lambda x: logsumexp([x, 0.5, 2 * x]),
        lambda x: M.log(M.exp(x) + M.exp(0.5) + M.exp(2 * x)),
        [0, 0.7],
    ),
    "softmax": (lambda x: softmax([x, 0.5, 2 * x])[0], lambda x: 1 / (1 + M.exp(0.5 - x) + M.exp(x)), [0, 0.7]),
    "dot": (lambda x: dot([x, x, 2.0], [x.sin(), 3.0, x]), lambda x: x * M.sin(x) + 5 * x, [0.0, 0.7]),
    "mean": (lambda x: mean([x**2, x, x.exp()]), lambda x: (x**2 + x + M.exp(x)) / 3, [0.0, 0.7]),
}


def derivatives_by_backward(f, at, orders):
    x = Value(at)
    y = f(x)
    found = []
    for _ in range(orders):
        x.grad = 0.0
        y.backward(create_graph=True)
        y = x.grad if isinstance(x.grad, Value) else Value(x.grad)  # a constant has no graph below it
        found.append(y.data)
    x.grad = 0.0
    return found


@pytest.mark.parametrize("name, at", [(name, at) for name, curve in CURVES.items() for at in curve[2]])
def test_create_graph_gives_derivatives_of_orders_one_to_four(name, at):
    ours, theirs, _ = CURVES[name]
    with mpmath.workdps(50):
        expected = [float(mpmath.diff(theirs, mpmath.mpf(at), order)) for order in (1, 2, 3, 4)]
    assert derivatives_by_backward(ours, at, 4) == pytest.approx(expected, rel=1e-10, abs=1e-10)


def test_create_graph_records_gradients_as_values_and_without_it_they_are_floats():
    x, w = Value(2.0), Value(5.0)
    y = (x * w).sin()
    y.backward()
    assert type(x.grad) is float and type(y.grad) is float
    plain = x.grad
    y.zero_grad()
    y.backward(create_graph=True)
    assert type(x.grad) is Value and type(w.grad) is Value
    assert x.grad.data == plain


def test_gradients_recorded_twice_accumulate_as_values():
    x = Value(2.0)
    y = x**3
    y.backward(create_graph=True)
    y.backward(create_graph=True)
    slope = x.grad
    assert slope.data == 24.0
    x.grad = 0.0
    slope.backward()
    assert x.grad == 24.0  # 2·6x


def test_a_seed_can_be_a_value_that_is_differentiated():
    x, v = Value(2.0), Value(3.0)
    (x * x).backward(v, create_graph=True)
    slope = x.grad
    assert slope.data == 12.0
    slope.backward()
    assert v.grad == 4.0


def test_mixed_second_derivatives():
    x, y = Value(0.7), Value(-0.4)
    (x * y).exp().backward(create_graph=True)
    slope = x.grad
    x.grad = y.grad = 0.0
    slope.backward()
    with mpmath.workdps(40):
        f = lambda a, b: mpmath.exp(a * b)
        expected = [float(mpmath.diff(f, (mpmath.mpf(0.7), mpmath.mpf(-0.4)), order)) for order in ((2, 0), (1, 1))]
    assert [x.grad, y.grad] == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(
    "build",
    [lambda x: x * x, lambda x: x.tanh(), lambda x: x.sin() + 1, lambda x: 3 / x, lambda x: dot([x], [x])],
    ids=["product", "tanh", "sin", "quotient", "dot"],
)
def test_recording_gradients_is_an_error_when_a_leafs_data_was_changed(build):
    x = Value(2.0, label="x")
    y = build(x)
    x.data = 4.0
    with pytest.raises(RuntimeError, match="forward pass"):
        y.backward(create_graph=True)
    x.data = 2.0
    y.backward(create_graph=True)
    assert float(x.grad) == pytest.approx(build_slope(build, 2.0), rel=1e-6)


def build_slope(build, x, h=1e-6):
    return (build(Value(x + h)).data - build(Value(x - h)).data) / (2 * h)


@pytest.mark.parametrize(
    "build", [Value.tanh, Value.sin, Value.erf, lambda x: x**3], ids=["tanh", "sin", "erf", "cube"]
)
def test_also_when_the_slope_is_the_same_there(build):
    """f(−x) = −f(x) has f′(−x) = f′(x), but f″ has the other sign: recorded at −x it would be silently wrong."""
    x = Value(1.0)
    y = build(x)
    y.backward()
    x.grad, x.data = 0.0, -1.0
    with pytest.raises(RuntimeError, match="forward pass"):
        y.backward(create_graph=True)


# ── Size ──


def test_a_chain_of_1_000_000_is_built_differentiated_printed_and_freed():
    x = Value(1.0, label="x")
    y = x
    for _ in range(1_000_000):
        y = y + 1.0
    y.backward()
    assert (y.data, x.grad) == (1_000_001.0, 1.0)
    assert repr(y) == "Value(1000001.0, grad=1.0)"
    last, first = weakref.ref(y), weakref.ref(x)
    del y
    assert last() is None and first() is x


@pytest.mark.parametrize("side", ["first", "second", "many"])
def test_deep_along_any_operand(side):
    x = Value(1.0)
    y, one, two = x, Value(1.0), Value(2.0)
    for _ in range(100_000):
        y = y + one if side == "first" else one + y if side == "second" else autograd.sum([two, y, one])
    y.backward()
    assert (x.grad, one.grad) == (1.0, 100_000.0)
    y.zero_grad()
    assert (x.grad, one.grad) == (0.0, 0.0)


@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, lambda y: pickle.loads(pickle.dumps(y))], ids=["deepcopy", "pickle"]
)
def test_a_chain_of_200_000_can_be_duplicated(duplicate):
    x, one = Value(1.0), Value(1.0)
    y = x
    for _ in range(200_000):
        y = y + one
    z = duplicate(y)
    z.backward()
    order = topological_order(z)
    assert len(order) == 200_002 and z.data == 200_001.0 and x.grad == one.grad == 0.0
    assert sorted(node.grad for node in order if node.op is None) == [1.0, 200_000.0]


def test_a_node_used_100_000_times():
    x = Value(2.0)
    h = x * 3
    total = h
    for _ in range(99_999):
        total = total + h
    total.backward()
    assert (h.grad, x.grad) == (100_000.0, 300_000.0)
    x.grad = 0.0
    autograd.sum([h] * 100_000).backward()
    assert (h.grad, x.grad) == (100_000.0, 300_000.0)


def test_a_diamond_ladder_of_2_to_the_60_paths():
    x = Value(1.0)
    y = x
    for _ in range(60):
        left, right = y * 1.0, y * 1.0
        y = left + right
    y.backward()
    assert x.grad == 2.0**60 == count_paths(y, x)


# ── Memory ──


@pytest.fixture
def no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("passes", [0, 1, 2])
def test_a_graph_is_freed_the_moment_its_root_is(no_collector, passes):
    x = Value(0.5)
    y = dot([x.tanh(), x * 3, x], [x, x**2, 2.0]) + softmax([x, x.exp(), 1.0])[1] - abs(x) / x.leaky_relu(0.1)
    for _ in range(passes):
        y.backward()
    refs = [weakref.ref(node) for node in topological_order(y) if node is not x]
    assert len(refs) > 15
    del y
    assert all(ref() is None for ref in refs)


def test_it_is_freed_after_a_domain_error_too(no_collector):
    x = Value(-1.0)
    h = x * 2
    ref = weakref.ref(h)
    with pytest.raises(autograd.DomainError) as caught:
        h.log()
    del h, caught
    assert ref() is None


def test_recorded_gradients_are_freed_after_zero_grad(no_collector):
    x = Value(0.5)
    y = (x * x).sin()
    y.backward(create_graph=True)
    refs = [weakref.ref(node) for node in topological_order(x.grad) if node is not x]
    y.zero_grad()
    for node in topological_order(y):
        node.grad = 0.0
    del node, y
    assert all(ref() is None for ref in refs)


def test_the_collectors_settings_are_never_touched():
    def settings_of_the_collector():
        return gc.isenabled(), gc.get_threshold(), gc.get_freeze_count(), gc.get_debug(), list(gc.callbacks)

    def work():
        x = Value(1.0)
        y = x
        for _ in range(2000):
            y = (y * x).tanh()
        y.backward()
        y.backward(create_graph=True)
        x.grad = 0.0
        copy.deepcopy(y)

    before = settings_of_the_collector()
    changes = []
    originals = {name: getattr(gc, name) for name in ("disable", "enable", "freeze", "set_threshold", "collect")}
    try:
        for name in originals:
            setattr(gc, name, lambda *args, name=name: changes.append(name))
        work()
    finally:
        for name, original in originals.items():
            setattr(gc, name, original)
    assert settings_of_the_collector() == before and changes == []
    gc.disable()
    try:
        work()
        assert not gc.isenabled()
    finally:
        gc.enable()


# ── Threads ──


def test_two_threads_building_and_differentiating_separate_graphs_are_both_right():
    def gradient(start):
        x = Value(start)
        y = x
        for _ in range(60):
            y = (y * 1.01).tanh() + dot([x, y], [y, 0.1])
            y = y.sin()
        y.backward()
        return x.grad

    starts = [0.1, 0.2]
    expected = [gradient(start) for start in starts]
    found = [[], []]

    def work(which):
        for _ in range(200):
            found[which].append(gradient(starts[which]))

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work, args=(which,)) for which in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert found == [[number] * 200 for number in expected]


# ── Interruptions ──


class Refuses:
    """Something that cannot be added to."""

    def __add__(self, other):
        raise KeyboardInterrupt

    __radd__ = __iadd__ = __add__


class Interrupts:
    """A local derivative in whose product the user presses Ctrl-C."""

    def __mul__(self, other):
        raise KeyboardInterrupt

    __rmul__ = __mul__


@pytest.mark.parametrize("build", [lambda a, b: a * b, lambda a, b: b * a, lambda a, b: dot([a, b, a], [b, a, b])])
def test_a_gradient_that_cannot_be_added_to_interrupts_and_leaves_hold_what_they_held(build):
    a, b = Value(2.0), Value(3.0)
    refusing = Refuses()
    a.grad, b.grad = 5.0, refusing
    with pytest.raises(KeyboardInterrupt):
        build(a, b).backward()
    assert a.grad == 5.0 and b.grad is refusing


@pytest.mark.parametrize("held", [5.0, 0.0, 0])
@pytest.mark.parametrize("swap", [False, True])
def test_an_interrupted_pass_leaves_every_leaf_with_what_it_held(held, swap):
    interrupting = Operation("interrupting", lambda m, x: x, lambda m, y, x: (Interrupts(),))
    x, w = Value(2.0), Value(3.0)
    x.grad = w.grad = held
    broken = apply(interrupting, w)
    y = broken + x * x if swap else x * x + broken
    y = y + x
    with pytest.raises(KeyboardInterrupt):
        y.backward()
    assert (x.grad, w.grad) == (held, held)
    (x * w).backward()
    assert (x.grad, w.grad) == (held + 3.0, held + 2.0)


# ── Operations of many operands, one node each ──


def computed(root):
    return [node for node in topological_order(root) if node.op is not None]


def test_sum_dot_mean_and_logsumexp_are_one_node_each():
    xs, ys = ([Value(0.1 * i) for i in range(10)] for _ in range(2))
    for y in (autograd.sum(xs), mean(xs), logsumexp(xs)):
        assert computed(y) == [y] and y.parents == tuple(xs)
    y = dot(xs, ys)
    assert computed(y) == [y] and y.parents == (*xs, *ys)


def test_a_neuron_of_64_inputs_is_3_nodes():
    rng = random.Random(0)
    w, x = ([Value(rng.uniform(-1, 1)) for _ in range(64)] for _ in range(2))
    b = Value(0.3)
    y = tanh(dot(w, x) + b)
    assert len(computed(y)) == 3
    y.backward()
    slope = b.grad
    assert [v.grad for v in w] == [slope * v.data for v in x]
    assert [v.grad for v in x] == [slope * v.data for v in w]


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_local_derivatives_of_many_operands(n):
    xs = [Value(float(i + 1)) for i in range(n)]
    ys = [Value(10.0 * (i + 1)) for i in range(n)]
    assert autograd.sum(xs).local_grads == (1.0,) * n
    assert mean(xs).local_grads == (1.0 / n,) * n
    assert dot(xs, ys).local_grads == tuple(v.data for v in ys + xs)
    with mpmath.workdps(40):
        weights = [mpmath.exp(v.data) for v in xs]
        expected = [float(weight / mpmath.fsum(weights)) for weight in weights]
    assert logsumexp(xs).local_grads == pytest.approx(expected, rel=1e-15)


def test_sum_is_correctly_rounded():
    assert autograd.sum([Value(0.1)] * 10).data == 1.0
    assert autograd.sum([Value(1e16), 1.0, -1e16]).data == 1.0
    assert autograd.sum([Value(1e308), 1e308, -1e308]).data == 1e308


def test_dot_is_the_correctly_rounded_sum_of_the_rounded_products():
    rng = random.Random(1)
    for _ in range(50):
        xs, ys = ([rng.uniform(-1, 1) * 10.0 ** rng.randint(-10, 10) for _ in range(20)] for _ in range(2))
        with mpmath.workdps(100):
            expected = float(mpmath.fsum(mpmath.mpf(x * y) for x, y in zip(xs, ys, strict=True)))
        assert dot(list(map(Value, xs)), ys).data == expected


INF, NAN = math.inf, math.nan


@pytest.mark.parametrize(
    "xs, total",
    [
        ([INF, 1.0, 2.0], INF),
        ([1.0, -INF, 2.0], -INF),
        ([INF, 1.0, -INF], NAN),
        ([NAN, 1.0, 2.0], NAN),
        ([NAN, INF, -INF], NAN),
        ([INF, INF, 1e308], INF),
    ],
)
def test_nan_and_infinite_operands_give_what_addition_gives(xs, total):
    for y in (autograd.sum(list(map(Value, xs))), mean(map(Value, xs)), dot(list(map(Value, xs)), [1.0] * 3)):
        assert y.data == total or (math.isnan(y.data) and math.isnan(total))
    assert math.isnan(dot([Value(INF), 1.0], [0.0, 1.0]).data)


def test_logsumexp_of_infinite_operands_is_the_limit():
    assert logsumexp([Value(-INF), 1.0]).data == 1.0
    assert logsumexp([Value(INF), 1.0]).data == INF
    assert logsumexp([Value(-INF), -INF]).data == -INF
    assert math.isnan(logsumexp([Value(NAN), 1.0]).data)


def test_operations_of_many_take_numbers_iterables_and_nothing():
    assert (autograd.sum([1, 2.5]), mean([1, 2]), dot([1, 2], [3, 4])) == (3.5, 1.5, 11.0)
    assert type(autograd.sum([1, 2])) is float
    assert autograd.sum(x for x in (1, 2)) == 3.0
    assert (autograd.sum([]), dot([], [])) == (0.0, 0.0)
    for function in (mean, logsumexp, softmax):
        with pytest.raises(ValueError, match="at least one"):
            function([])
    with pytest.raises(ValueError, match="2 and 1"):
        dot([1, 2], [3])
    for wrong in ("1", None, True, 1j):
        with pytest.raises(TypeError):
            autograd.sum([Value(1.0), wrong])


@pytest.mark.parametrize(
    "scores",
    [
        [0.0],
        [1.0, 2.0, 3.0],
        [1e16, 1e16 + 2, 1e16 - 2],
        [1000.0, -1000.0, 999.0],
        [-1000.0, -1000.0],
        [1000.0] * 7,
        [1e300, -1e300],
    ],
    ids=str,
)
def test_softmax_sums_to_one_and_is_right_at_any_size(scores):
    xs = [Value(score) for score in scores]
    shares = softmax(xs)
    with mpmath.workdps(60):
        weights = [mpmath.exp(mpmath.mpf(score) - max(scores)) for score in scores]
        expected = [float(weight / mpmath.fsum(weights)) for weight in weights]
    assert len(shares) == len(scores) and all(isinstance(share, Value) for share in shares)
    assert math.fsum(share.data for share in shares) == pytest.approx(1.0, rel=1e-15)
    assert [share.data for share in shares] == pytest.approx(expected, rel=1e-14)
    shares[0].backward()
    slopes = [expected[0] * ((i == 0) - share) for i, share in enumerate(expected)]
    assert [x.grad for x in xs] == pytest.approx(slopes, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", "softplus sigmoid tanh silu gelu logsumexp".split())
@pytest.mark.parametrize("at", [-1e308, -1e16, -1000.0, 1000.0, 1e16, 1e308])
def test_composites_and_their_first_two_derivatives_are_stable_for_any_finite_input(name, at):
    x = Value(at)
    y = logsumexp([x, 0.0]) if name == "logsumexp" else operator.methodcaller(name)(x)
    found = [y.data]
    for _ in range(2):
        x.grad = 0.0
        y.backward(create_graph=True)
        y = x.grad if isinstance(x.grad, Value) else Value(x.grad)
        found.append(y.data)
    x.grad = 0.0
    rising = {"softplus": at, "silu": at, "gelu": at, "logsumexp": at}.get(name, 1.0)
    flat = -1.0 if name == "tanh" else 0.0
    slope = 1.0 if name not in ("tanh", "sigmoid") else 0.0
    assert found == ([rising, slope, 0.0] if at > 0 else [flat, 0.0, 0.0])


def test_wrong_lengths_are_errors():
    with pytest.raises(ValueError, match="given 2 and 1 numbers"):
        dot([1.0, 2.0], [1.0])
    for function in (mean, logsumexp, softmax):
        with pytest.raises(ValueError, match="at least one number"):
            function([])
    with pytest.raises(TypeError):
        autograd.sum([Value(1.0), "2"])
