"""Folding into neurons and layers, held against who made each node: the models here keep a list of what they record."""

import math
import random
import time

import pytest

from autograd import Value, dot, logsumexp, relu, tanh
from autograd.graph import topological_order
from autograd.show.drawing.folding import Graph, fold
from autograd.show.drawing.picture import Spread, folded_picture, ops_picture, spread


class Model:
    """A multi-layer perceptron by hand, which remembers for each node it records the neuron that made it."""

    def __init__(self, *sizes, activation=tanh, by_dot=True, bias=True):
        rng = random.Random(sum(sizes))
        self.activation, self.by_dot, self.made_by = activation, by_dot, {}
        self.layers = [
            [
                (
                    [Value(rng.uniform(-1, 1), f"layers.{k}.neurons.{j}.w[{i}]") for i in range(n)],
                    Value(rng.uniform(-1, 1), f"layers.{k}.neurons.{j}.b") if bias else None,
                )
                for j in range(m)
            ]
            for k, (n, m) in enumerate(zip(sizes, sizes[1:]))
        ]

    def __call__(self, x):
        for k, neurons in enumerate(self.layers):
            outputs = []
            for j, (w, b) in enumerate(neurons):
                if self.by_dot:
                    z = dot(w, x) if b is None else dot(w, x) + b
                else:
                    z = b
                    for wi, xi in zip(w, x):
                        z = wi * xi if z is None else z + wi * xi
                y = self.activation(z) if k + 1 < len(self.layers) else z
                outputs.append(y)
                for node in self.between(y, {*x}):
                    self.made_by[node] = f"layers.{k}.neurons.{j}"
            x = outputs
        return x

    @staticmethod
    def between(node, inputs):
        """The nodes below `node` that are not at or below the inputs."""
        found, stack = set(), [node]
        while stack:
            here = stack.pop()
            if here not in inputs and here not in found:
                found.add(here)
                stack.extend(here.parents)
        return found


def folded(root, level):
    """The blocks as sets of Values."""
    order = topological_order(root)
    index = {node: i for i, node in enumerate(order)}
    graph = Graph(
        [[index[p] for p in node.parents] for node in order],
        [node.label for node in order],
        [None if node.op is None else node.op.family or node.op for node in order],
        [index[root]],
    )
    blocks, block = fold(graph, level)
    assert all(i in blocks[b].members for i, b in enumerate(block))
    assert sum(len(each.members) for each in blocks) == len(order)
    return [{order[i] for i in each.members} for each in blocks], blocks


def inputs(n):
    return [Value(0.3 * i - 0.5, f"x{i}") for i in range(n)]


def squared_error(outputs):
    total = Value(0.0)
    for k, y in enumerate(outputs):
        total = total + (y - Value(1.0, f"y{k}")) ** 2
    return total


def cross_entropy(outputs):
    return logsumexp(outputs) - outputs[0]


def composite_tanh(z):
    e = (2.0 * z).exp()
    return (e - 1.0) / (e + 1.0)


LOSSES = [squared_error, cross_entropy, lambda outputs: (1.0 - outputs[0] * 2.0).relu()]


@pytest.mark.parametrize("loss", LOSSES, ids=["squared error", "cross entropy", "hinge"])
@pytest.mark.parametrize("by_dot", [True, False])
@pytest.mark.parametrize("sizes", [(2, 3, 1), (3, 4, 4, 2), (2, 2), (1, 1, 1)])
def test_neurons_and_layers_are_what_made_them(sizes, by_dot, loss):
    model = Model(*sizes, by_dot=by_dot)
    root = loss(model(inputs(sizes[0])))
    used = set(topological_order(root))
    for level, name in [("neurons", lambda neuron: neuron), ("layers", lambda neuron: neuron.split(".neurons")[0])]:
        expected = {}
        for node, neuron in model.made_by.items():
            if node in used:
                expected.setdefault(name(neuron), set()).add(node)
        found, blocks = folded(root, level)
        groups = [nodes for nodes, block in zip(found, blocks) if block.neurons]
        assert sorted(map(len, groups)) == sorted(map(len, expected.values()))
        assert all(nodes in groups for nodes in expected.values())


@pytest.mark.parametrize(
    "activation", [relu, lambda z: z.leaky_relu(0.1), composite_tanh], ids=["relu", "leaky", "tanh"]
)
def test_hidden_neurons_take_any_activation_with_them(activation):
    model = Model(2, 3, 2, activation=activation)
    root = squared_error(model(inputs(2)))
    found, blocks = folded(root, "neurons")
    for nodes, block in zip(found, blocks):
        if block.neurons:
            (neuron,) = block.neurons
            # A number that the activation is written with stays outside, as the inputs that are plain numbers do.
            made = {node for node, maker in model.made_by.items() if maker == neuron and (node.label or node.parents)}
            assert nodes == made


def test_neurons_without_a_bias_of_one_weight():
    model = Model(1, 2, 1, bias=False)
    found, blocks = folded(squared_error(model(inputs(1))), "neurons")
    assert sorted(len(nodes) for nodes, block in zip(found, blocks) if block.neurons) == [3, 3, 3]


def test_a_batch_flows_through_the_same_neurons():
    model = Model(2, 3, 1)
    losses = [squared_error(model(inputs(2))) for _ in range(4)]
    root = (losses[0] + losses[1] + losses[2] + losses[3]) * 0.25
    root.backward()
    picture, _ = folded_picture("neurons", root)
    neuron = next(node for node in picture.nodes if node.name == "layers.0.neurons.1")
    assert neuron.value.total == neuron.gradient.total == 4
    assert neuron.note == "3 parameters"


def test_an_embedding_is_a_layer_of_its_own():
    rows = [[Value(0.1 * i + j, f"embedding.rows[{i}][{j}]") for j in range(3)] for i in range(4)]
    model = Model(3, 4, 2)
    root = cross_entropy(model(rows[2]))
    found, blocks = folded(root, "layers")
    by_name = {min(block.neurons).split(".neurons")[0]: nodes for nodes, block in zip(found, blocks) if block.neurons}
    assert by_name["embedding"] == set(rows[2])
    assert len(by_name["layers.0"]) == 4 * (3 + 1 + 3)


def test_a_residual_sum_belongs_to_no_neuron_and_folds_at_layers():
    first, second = Model(3, 3), Model(3, 3)
    for neurons in second.layers:
        for w, b in neurons:
            for p in (*w, b):
                p.label = p.label.replace("layers.0", "layers.1")
    x = inputs(3)
    h = [tanh(z) for z in first(x)]
    y = [a + b for a, b in zip(second(h), h)]
    picture, _ = folded_picture("layers", cross_entropy(y))
    assert [(node.name, node.operation, node.note) for node in picture.nodes] == [
        ("x", "", "3 numbers"),
        ("layers.0", "tanh", "3 neurons, 12 parameters"),
        ("layers.1", "linear", "3 neurons, 12 parameters"),
        ("", "+", "3 nodes"),
        ("", "logsumexp", ""),
        ("", "−", ""),
    ]


def test_what_flows_out_is_what_the_last_nodes_hold():
    model = Model(2, 5, 1)
    x = inputs(2)
    root = squared_error(model(x))
    root.backward()
    hidden = [node for node in topological_order(root) if node.op is not None and node.op.name == "tanh"]
    picture, place = folded_picture("layers", root)
    layer = next(node for node in picture.nodes if node.name == "layers.0")
    assert layer.key == place[hidden[0]] == place[model.layers[0][0][0][0]]
    for shown, numbers in [(layer.value, [h.data for h in hidden]), (layer.gradient, [h.grad for h in hidden])]:
        assert shown[1:] == (pytest.approx(math.fsum(numbers) / 5), min(numbers), max(numbers))
    arrow = next(edge for edge in picture.edges if edge.tail == layer.key)
    assert (arrow.count, arrow.local) == (5, None)
    # Each hidden output is used once, so what flows back along the arrow is its gradient.
    assert arrow.flow == layer.gradient


def test_plain_numbers_as_inputs_are_one_block():
    picture, _ = folded_picture("layers", squared_error(Model(3, 4, 1)([0.1, 0.2, 0.3])))
    assert any(node.note == "12 numbers" and node.gradient is None for node in picture.nodes)


def test_nothing_but_labels_groups():
    model = Model(2, 3, 1)
    root = squared_error(model(inputs(2)))
    for node in topological_order(root):
        node.label = ""
    _, blocks = folded(root, "neurons")
    assert not any(block.neurons for block in blocks)
    assert len(ops_picture(root).nodes) == len(topological_order(root))


def test_a_784_128_10_network_at_once():
    model = Model(784, 128, 10)
    model.between = lambda y, x: ()  # the oracle is slow, and not asked
    root = cross_entropy(model(inputs(784)))
    root.backward()
    started = time.perf_counter()
    picture, _ = folded_picture("layers", root)
    assert time.perf_counter() - started < 30.0  # 0.6 s on an idle machine
    assert [(node.name, node.note) for node in picture.nodes] == [
        ("x", "784 numbers"),
        ("layers.0", "128 neurons, 100,480 parameters"),
        ("layers.1", "10 neurons, 1,290 parameters"),
        ("", ""),
        ("", ""),
    ]
    assert [edge.count for edge in picture.edges] == [784, 128, 10, 1, 1]


def test_a_deep_chain_does_not_recurse():
    x = Value(0.5, "layers.0.neurons.0.w[0]")
    y = x
    for k in range(30_000):
        y = y.tanh() if k % 2 else y + 0.1
    for level in ("neurons", "layers"):
        folded_picture(level, y)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([], None),
        ([2.0], 2.0),
        ([1.0, math.inf], Spread(2, math.inf, 1.0, math.inf)),
        ([1.0, math.nan], Spread(2, math.nan, math.nan, math.nan)),
        ([math.nan, 1.0], Spread(2, math.nan, math.nan, math.nan)),
        ([-math.inf, math.inf], Spread(2, math.nan, -math.inf, math.inf)),
    ],
)
def test_spread_of_anything(numbers, expected):
    assert repr(spread(numbers)) == repr(expected)
