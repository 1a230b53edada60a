"""Programs that build their own nodes run after their import lines alone are changed, and give what they gave."""

import copy
import math
import pickle
import random

import pytest
from handmade_nodes import Letters, Plain, WithOperators

import autograd
from autograd import TraceError, jit, ops
from autograd.graph import topological_order
from autograd.show import derive, draw, steps
from autograd.testing import gradcheck
from nn import Module
from nn.microgpt import Value

WORDS = ["anna", "otto", "ada", "nina", "toni", "dan"]


# ── Programs after microgpt: Value(data, children, local_grads), p.m and p.v ──


def test_a_language_model_trains_as_with_its_own_value():
    plain, ours = Letters(Plain, WORDS), Letters(Value, WORDS)
    assert ours.train(WORDS * 3) == pytest.approx(plain.train(WORDS * 3), rel=1e-9)
    assert [p.data for p in ours.parameters] == pytest.approx([p.data for p in plain.parameters], rel=1e-7, abs=1e-9)
    assert [p.m for p in ours.parameters] == pytest.approx([p.m for p in plain.parameters], rel=1e-6, abs=1e-9)


def test_its_gradients_are_those_of_its_own_value_and_of_finite_differences():
    plain, ours = Letters(Plain, WORDS), Letters(Value, WORDS)
    plain.loss("otto").backward()
    ours.loss("otto").backward()
    assert [p.grad for p in ours.parameters] == pytest.approx([p.grad for p in plain.parameters], rel=1e-12, abs=1e-15)
    for p in random.Random(1).sample(ours.parameters, 12):
        at, step = p.data, 1e-6
        p.data = at + step
        above = ours.loss("otto").data
        p.data = at - step
        slope = (above - ours.loss("otto").data) / (2.0 * step)
        p.data = at
        assert p.grad == pytest.approx(slope, rel=1e-5, abs=1e-8)


def test_it_is_compiled_where_it_uses_operators():
    built, written = Letters(Value, WORDS), WithOperators(Value, WORDS)
    expected = built.loss("otto")
    loss = jit(written.loss_of)
    found = loss(written.tokens("otto"))
    assert found.data == pytest.approx(expected.data, rel=1e-12)
    expected.backward()
    found.backward()
    assert [p.grad for p in written.parameters] == pytest.approx(
        [p.grad for p in built.parameters], rel=1e-10, abs=1e-14
    )
    for p in written.parameters:  # a step, as the program takes it
        p.m = p.grad
        p.data -= 0.1 * p.m
    for word in ("otto", "nina"):  # the same program, as long
        assert loss(written.tokens(word)).data == pytest.approx(written.loss(word).data, rel=1e-12)
    assert loss(written.tokens("otto")).data < expected.data


def test_where_it_cannot_be_compiled_the_line_and_the_way_are_named():
    model = Letters(Value, WORDS)
    with pytest.raises(TraceError, match=r"handmade_nodes.py:\d+: .*\n.*\.data.*\n.*softmax"):
        jit(lambda xs: model.softmax(xs)[0])([1.0, 2.0])
    with pytest.raises(TraceError, match="(?s)a node was built of its number.*v.tanh.*Operation of your own"):
        jit(lambda x: Value(0.5, (x,), (1.0,)))(2.0)


def test_children_can_be_walked_and_everything_marked():
    loss = Letters(Value, WORDS).loss("ada")
    waiting, seen = [loss], {}
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen[id(node)] = node
            node.visited = True
            assert isinstance(node, Value)
            assert len(node._children) == len(node._local_grads)
            waiting.extend(node._children)
    assert len(seen) == len(topological_order(loss)) > 500
    assert all(node.visited for node in seen.values())


# ── Programs after micrograd's lecture: closures, _prev, _op ──


def with_closure(x):
    """tanh as the lecture has it."""
    t = math.tanh(x.data)
    out = Value(t, (x,), "tanh")

    def _backward():
        x.grad += (1 - t**2) * out.grad

    out._backward = _backward
    return out


def product(a, b):
    out = Value(a.data * b.data, _children=(a, b), _op="*")

    def _backward():
        a.grad += b.data * out.grad
        b.grad += a.data * out.grad

    out._backward = _backward
    return out


def test_closures_say_the_local_derivatives():
    a, b = Value(0.5, label="a"), Value(-1.5, label="b")
    y = with_closure(product(a, b) + product(a, a))
    y.backward()
    u, v = Value(0.5), Value(-1.5)
    (u * v + u * u).tanh().backward()
    assert (a.grad, b.grad) == pytest.approx((u.grad, v.grad), rel=1e-12)
    gradcheck(lambda a, b: (a * b + a * a).tanh(), [0.5, -1.5])


def test_a_network_after_the_lecture_learns():
    rng = random.Random(1)

    class Neuron:
        def __init__(self, n):
            self.w = [Value(rng.uniform(-1, 1)) for _ in range(n)]
            self.b = Value(0.0)

        def __call__(self, x):
            return with_closure(sum((w * a for w, a in zip(self.w, x, strict=True)), self.b))

        def parameters(self):
            return [*self.w, self.b]

    hidden, last = [Neuron(2) for _ in range(4)], Neuron(4)
    parameters = [p for neuron in (*hidden, last) for p in neuron.parameters()]
    rows = [([a, b], -a * b) for a in (-1.0, 1.0) for b in (-1.0, 1.0)]
    losses = []
    for _ in range(150):
        outputs = [last([neuron(x) for neuron in hidden]) for x, _ in rows]
        loss = sum((output - y) ** 2 for output, (_, y) in zip(outputs, rows, strict=True))
        for p in parameters:
            p.grad = 0.0
        loss.backward()
        for p in parameters:
            p.data += -0.1 * p.grad
        losses.append(loss.data)
    assert losses[-1] < 0.1 * losses[0]


def test_who_walks_back_himself_gets_the_same():
    """The lecture's first way: the order by hand, then each node's _backward."""
    a, b = Value(0.5), Value(-1.5)
    y = with_closure(a * b + a) * b
    order, seen = [], set()

    def build(node):
        if node not in seen:
            seen.add(node)
            for child in node._prev:
                build(child)
            order.append(node)

    build(y)
    y.grad = 1.0
    for node in reversed(order):
        node._backward()
    by_hand = a.grad, b.grad
    a.grad = b.grad = 0.0
    y.backward()
    assert (a.grad, b.grad) == pytest.approx(by_hand, rel=1e-12)


def test_a_closure_counts_once_where_an_operand_stands_twice():
    a = Value(3.0)
    y = product(a, a)
    y.backward()
    assert a.grad == 6.0


def test_a_closure_leaves_gradients_as_they_were():
    a = Value(0.5)
    a.grad = 7.0
    y = with_closure(a)
    assert (a.grad, y.grad) == (7.0, 0.0)


def test_what_is_no_chain_rule_is_refused():
    a = Value(0.5)
    out = Value(1.0, (a,), "clipped")
    with pytest.raises(ValueError, match="with twice the gradient it does not add twice as much"):
        out._backward = lambda: setattr(a, "grad", min(1.5, out.grad))


def test_a_node_without_a_way_back_is_an_error_and_no_gradient_of_0():
    a = Value(0.5, label="a")
    with pytest.raises(RuntimeError, match="was built of operands without a way back"):
        (Value(1.0, (a,), "f") * 2.0).backward()
    Value(1.0).backward()


# ── Nodes that are built ──


def test_a_node_of_a_known_name_and_its_numbers_is_that_operation():
    x = Value(0.7)
    assert with_closure(x).op is ops.TANH
    assert product(x, x).op is ops.MULTIPLY
    assert Value(math.exp(0.7), (x,), (math.exp(0.7),), _op="exp").op is ops.EXP
    other = Value(9.9, (x,), (math.exp(0.7),), _op="exp")
    assert other.op is not ops.EXP
    assert (other._op, other.data) == ("exp", 9.9)


def test_a_node_of_many_operands():
    xs = [Value(float(i)) for i in range(5)]
    y = Value(3.0, xs, [1.0, 2.0, 3.0, 4.0, 5.0]) * 2.0
    y.backward()
    assert [x.grad for x in xs] == [2.0, 4.0, 6.0, 8.0, 10.0]


@pytest.mark.parametrize(
    "make, error, message",
    [
        (lambda x: Value(1.0, (x,), (1.0, 2.0)), ValueError, "a node of 1 operands has as many"),
        (lambda x: Value(1.0, (x,), ()), ValueError, "has as many local derivatives, but not 0"),
        (lambda x: Value(1.0, (2.0,), (1.0,)), TypeError, "the operands of a node are Values, but one is 2.0"),
        (lambda x: Value(1.0, (x,), ("a",)), TypeError, "real number"),
        (lambda x: Value("1"), TypeError, "real number"),
    ],
)
def test_what_is_no_node_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make(Value(2.0))


def test_nodes_are_drawn_derived_and_stepped_through(tmp_path):
    x, w = Value(2.0, label="x"), Value(3.0, label="w")
    y = Value(x.data**3, (x,), (3 * x.data**2,)) * w
    y.label = "y"
    assert "12" in str(derive(y, x)) and "36" in str(derive(y, x))
    assert draw(y)
    steps(y).save(tmp_path / "y.html")
    assert (tmp_path / "y.html").stat().st_size > 10_000
    y.backward()
    assert (x.grad, w.grad) == (36.0, 8.0)


def test_there_is_no_second_derivative_of_a_node_that_is_built_but_of_a_known_one():
    x = Value(2.0)
    with pytest.raises(TypeError, match="local derivatives, which have none again"):
        Value(8.0, (x,), (12.0,)).backward(create_graph=True)
    y = with_closure(x)
    y.backward(create_graph=True)
    slope = x.grad
    x.grad = 0.0
    slope.backward()
    t = math.tanh(2.0)
    assert x.grad == pytest.approx(-2.0 * t * (1.0 - t * t), rel=1e-9)


def test_results_are_of_the_kind_and_have_attributes():
    x = Value(2.0)
    results = [x + 1, 1 + x, x - 1, 1 - x, x * 2, 2 * x, x / 2, 2 / x, x**2, 2**x, x**x, x**0, -x, abs(x), sum([x, x])]
    results += [x.exp(), x.log(), x.relu(), x.tanh(), x.sigmoid(), x.maximum(1.0), x.detach(), +x]
    for y in results:
        assert type(y) is Value, y
        y.note = "mine"
        assert all(type(child) is Value for child in y._children)


@pytest.mark.parametrize("name", ["exp", "log", "tanh", "relu", "sigmoid", "sqrt", "sin", "gelu"])
def test_methods_give_what_those_of_autograd_give(name):
    ours, theirs = Value(0.75), autograd.Value(0.75)
    a, b = getattr(ours, name)(), getattr(theirs, name)()
    a.backward()
    b.backward()
    assert (a.data, a.op, ours.grad) == (b.data, b.op, theirs.grad)


def test_functions_of_autograd_mix_with_it():
    xs = [Value(1.0), Value(2.0)]
    y = Value(autograd.softmax(xs)[0]) * 3.0 + autograd.mean(xs)
    assert isinstance(y, autograd.Value)
    y.backward()
    a, b = autograd.Value(1.0), autograd.Value(2.0)
    (autograd.softmax([a, b])[0] * 3.0 + autograd.mean([a, b])).backward()
    assert [x.grad for x in xs] == pytest.approx([a.grad, b.grad], rel=1e-15)


def test_domains_are_kept():
    with pytest.raises(autograd.DomainError):
        Value(-1.0).log()
    assert type(Value(math.inf).exp()) is Value


def test_copies_and_pickles_of_leaves_keep_what_is_theirs():
    p = Value(2.0, label="p")
    p.m, p.grad = 0.5, 3.0
    for other in (copy.deepcopy(p), pickle.loads(pickle.dumps(p)), copy.deepcopy([p])[0]):
        assert type(other) is Value
        assert (other.data, other.grad, other.label, other.m) == (2.0, 3.0, "p", 0.5)
    assert copy.deepcopy(p * p + 1.0).data == 5.0


def test_a_graph_with_nodes_that_are_built_is_pickled_and_copied():
    x = Value(2.0, label="x")
    y = Value(8.0, (x,), (12.0,)) * x
    for other in (pickle.loads(pickle.dumps(y)), copy.deepcopy(y)):
        other.backward()
        (leaf,) = [node for node in topological_order(other) if node.op is None]
        assert (other.data, leaf.grad, leaf.label) == (16.0, 32.0, "x")


def test_a_class_derived_from_it_builds_nodes_too():
    class Own(Value):
        def cubed(self):
            return Own(self.data**3, (self,), (3.0 * self.data**2,))

    x = Own(2.0)
    (x.cubed() + x).backward()
    assert x.grad == 13.0


def test_they_are_parameters_of_a_module():
    class Line(Module):
        def __init__(self):
            self.w = [Value(2.0), Value(1.0)]

        def __call__(self, x):
            return [self.w[0] * x[0] + self.w[1]]

    model = Line()
    assert model.state_dict() == {"w[0]": 2.0, "w[1]": 1.0}
    assert model.predict([[3.0]]) == [[7.0]]
