"""Drawings as TikZ: everything that DOT shows is there, and no label is a command of TeX."""

import re

import pytest

from autograd import Value
from autograd.graph import edges, topological_order
from autograd.show import draw
from autograd.show.drawing.graphviz_drawing import drawing_class
from autograd.show.writing.numbers import number
from graphs import lecture, random_graph
from nn import MLP

NODE = re.compile(r"^\\node\[(\w+)\] \((n\d+)\) at \(([-\d.]+), ([-\d.]+)\) \{(.*)\};$", re.M)
EDGE = re.compile(r"^\\draw\[->, (\w+)(?:, line width=[\d.]+pt)?\] \((n\d+)\) to\[.*?\](?: node.*)? \((n\d+)\);$", re.M)


def balanced(written):
    bare = re.sub(r"\\[\\{}$&#%_]", "", written)
    depth = 0
    for sign in bare:
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
    return depth == 0 and bare.count("$") % 2 == 0 and "\n\n" not in written


@pytest.mark.parametrize("loss", [lecture(), random_graph(40, 1), random_graph(40, 2)])
@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_every_node_and_arrow_is_there_with_its_numbers(loss, direction):
    loss.backward()
    written = draw(loss, direction=direction).tikz
    order = topological_order(loss)
    found = {key: (kind, text) for kind, key, _, _, text in NODE.findall(written)}
    assert list(found) == [f"n{place}" for place in range(len(order))]
    for place, node in enumerate(order):
        kind, text = found[f"n{place}"]
        assert f"${number(node.data, 4).latex}$" in text
        assert kind == ("computed" if node.parents else "leaf" if node.label else "constant")
        assert kind == "constant" or f"{number(node.grad, 4).latex}$" in text
    place = {node: f"n{index}" for index, node in enumerate(order)}
    expected = sorted((place[tail], place[head]) for tail, head, _ in edges(loss))
    assert sorted((tail, head) for _, tail, head in EDGE.findall(written)) == expected
    assert balanced(written)
    at = {key: (float(x), float(y)) for _, key, x, y, _ in NODE.findall(written)}
    for _, tail, head in EDGE.findall(written):
        assert at[tail][0] < at[head][0] if direction == "LR" else at[tail][1] > at[head][1]


def test_no_label_is_a_command():
    hostile = ["}\\end{tikzpicture}", "\\input{/etc/passwd}", "a & b % c # d $ e ^ f ~ g", "x_1_2", "]", "\n\n", "\\\\"]
    leaves = [Value(1.0, label=label) for label in hostile]
    written = draw(sum(leaves, Value(0.0))).tikz
    assert balanced(written) and written.count("\\end{tikzpicture}") == 1 and "\\input" not in written
    assert len(NODE.findall(written)) == len(topological_order(sum(leaves, Value(0.0))))


def test_layers_and_what_is_not_asked_for():
    output = MLP(2, [3, 1])([0.5, -1.0])[0]
    output.backward()
    written = draw(output, detail="layers").tikz
    assert "mean $" in written and " values}" in written and balanced(written)
    loss = lecture()
    assert "line width" not in draw(loss).tikz and "beside]" not in draw(loss).tikz
    x = Value(3.0, label="x")
    assert "to[bend left=15]" in draw(x - x).tikz


def test_a_drawing_of_another_origin_has_none():
    with pytest.raises(AttributeError, match="draw"):
        _ = drawing_class()().tikz
