"""A graph of some of another's nodes: the same values and gradients, in floats, in symbols and in JavaScript."""

import math
import random

import pytest
from scripts import in_node

from autograd import Value
from autograd.graph import topological_order
from autograd.javascript.computation import Rules, computation
from autograd.javascript.rules import elementary_functions
from autograd.show.stepping.condensed import Kept, condensed
from autograd.show.stepping.player import asset
from autograd.show.stepping.timeline import Timeline
from graphs import lecture, random_graph


def some_kept(root, seed):
    rng = random.Random(seed)
    nodes = topological_order(root)
    chosen = [node for node in nodes if node is root or rng.random() < 0.4]
    return {node: Kept(f"k{place}") for place, node in enumerate(chosen)}


@pytest.mark.parametrize("seed", range(30))
def test_values_and_gradients_are_those_of_the_whole_graph(seed):
    """With everything else fixed: the gradients of nodes that are kept, by way of what is kept and what is not."""
    root = random_graph(random.Random(seed).randrange(5, 60), seed)
    kept = some_kept(root, seed)
    small, made = condensed(root, kept)
    assert [node.data for node in made] == [node.data for node in made.values()]
    assert {node.label for node in topological_order(small)} <= {each.label for each in kept.values()}
    root.backward()
    small.backward()
    for node, stands_for_it in made.items():
        if stands_for_it in set(topological_order(small)):
            assert math.isclose(stands_for_it.grad, node.grad, rel_tol=1e-9, abs_tol=1e-12)


def test_the_page_computes_it_as_python_does():
    graphs = []
    for seed in range(8):
        root = random_graph(40, seed)
        graphs.append(condensed(root, some_kept(root, seed))[0])
    for root in graphs:
        timeline = Timeline(root)
        rules = Rules()
        data = computation(timeline.nodes, rules)
        source = f"""{elementary_functions()}\n{asset("autograd.javascript/computation.js")}
const answer = (data) => {{
  const graph = new Computation(data, [{",".join(rules.texts)}]);
  graph.forwardPass();
  return [graph.values, graph.gradientsOf(data.operands.length - 1)];
}};"""
        values, gradients = in_node(source, data)
        assert values == pytest.approx([node.data for node in timeline.nodes], rel=1e-12, nan_ok=True)
        assert gradients == pytest.approx([timeline.gradients[node] for node in timeline.nodes], rel=1e-9, nan_ok=True)


def test_its_formulas_are_spelled_out_with_the_fixed_numbers():
    root = lecture()
    nodes = {node.label: node for node in topological_order(root) if node.label}
    small, _ = condensed(root, {nodes["x"]: Kept("x"), nodes["y_hat"]: Kept("p"), root: Kept("L")})
    assert [str(step.formula.text()) for step in Timeline(small)][1:3] == [
        "p = sigmoid(sigmoid(x·0.1 − 0.1)·0.3 + 0.3) = sigmoid(sigmoid(0.05·0.1 − 0.1)·0.3 + 0.3) ≈ 0.609",
        "L = ½(0.01 − p)² ≈ ½(0.01 − 0.609)² ≈ 0.179",
    ]


def test_an_operand_that_is_read_twice_is_one():
    x = Value(3.0, label="x")
    y = (x * x + x).tanh()
    small, _ = condensed(y, {x: Kept("x"), y: Kept("y")})
    assert len(small.parents) == 1
    assert small.local_grads == pytest.approx(((1 - math.tanh(12.0) ** 2) * 7.0,))
