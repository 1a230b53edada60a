"""Walking graphs: order, edges, leaves and paths, of Values and of anything else that has parents, however deep."""

import pytest

from autograd import Value, dot
from autograd.graph import count_paths, edges, leaves, topological_order


class Node:
    """Not a Value: it has a name and parents, and refuses to be compared or hashed."""

    def __init__(self, name, *parents):
        self.name, self.parents = name, parents

    __hash__ = None

    def __eq__(self, other):
        raise AssertionError("nodes are told apart by identity")


class Tracks:
    """A node that counts how often its parents are asked for."""

    def __init__(self, *parents):
        self.operands, self.asked = parents, 0

    @property
    def parents(self):
        self.asked += 1
        return self.operands


def names(nodes):
    return "".join(node.name for node in nodes)


@pytest.fixture
def diamond():
    """d = f(b, c, b), b = f(a), c = f(a, e)."""
    a, e = Node("a"), Node("e")
    b, c = Node("b", a), Node("c", a, e)
    return {node.name: node for node in (a, b, c, Node("d", b, c, b), e)}


def test_order_is_depth_first_along_the_operands_leaves_first_root_last(diamond):
    assert names(topological_order(diamond["d"])) == "abecd"
    assert names(topological_order(diamond["b"])) == "ab"
    assert names(topological_order(diamond["a"])) == "a"
    assert topological_order() == []


def test_several_roots_share_what_is_below_them(diamond):
    assert names(topological_order(diamond["b"], diamond["c"])) == "abec"
    assert names(topological_order(diamond["d"], diamond["b"], diamond["d"])) == "abecd"


def test_every_node_comes_once_and_after_all_its_parents():
    x, w = Value(2.0), Value(3.0)
    h = x * w + x
    root = dot([h, h, x], [w, h, 1.0]) - h.tanh() * h
    order = topological_order(root)
    place = {node: i for i, node in enumerate(order)}
    assert len(place) == len(order) and order[-1] is root
    for node in order:
        assert all(place[parent] < place[node] for parent in node.parents)


def test_the_same_graph_always_has_the_same_order():
    def build():
        x, w = Value(2.0, label="x"), Value(3.0, label="w")
        return (x * w + w / x) * (w - x).exp()

    first, second = ([(node._op, node.label) for node in topological_order(build())] for _ in range(2))
    assert first == second
    root = build()
    assert topological_order(root) == topological_order(root)


def test_each_nodes_parents_are_asked_for_once_in_the_order():
    a = Tracks()
    b = Tracks(a, a)
    c = Tracks(b, a, b)
    topological_order(c)
    assert [a.asked, b.asked, c.asked] == [1, 1, 1]


def test_edges_are_parent_node_position(diamond):
    found = [(parent.name, node.name, position) for parent, node, position in edges(diamond["d"])]
    assert found == [("a", "b", 0), ("a", "c", 0), ("e", "c", 1), ("b", "d", 0), ("c", "d", 1), ("b", "d", 2)]
    assert list(edges(diamond["a"])) == [] and list(edges()) == []


def test_an_operand_taken_twice_is_two_edges():
    a = Value(1.0)
    y = a + a
    assert list(edges(y)) == [(a, y, 0), (a, y, 1)]
    d = dot([a, a], [a, 2.0])
    assert [position for parent, _, position in edges(d) if parent is a] == [0, 1, 2]


def test_edges_of_several_roots_come_once(diamond):
    assert len(list(edges(diamond["b"], diamond["d"], diamond["d"]))) == 6


def test_leaves_are_what_was_computed_from_nothing_in_the_order_met(diamond):
    assert names(leaves(diamond["d"])) == "ae"
    assert names(leaves(diamond["a"])) == "a"
    assert names(leaves(diamond["e"], diamond["b"])) == "ea"
    x, w = Value(2.0), Value(3.0)
    assert leaves(w * x + x) == [w, x]
    assert leaves(x) == [x]


def test_count_paths_is_the_number_of_terms_in_the_chain_rule(diamond):
    root = diamond["d"]
    assert [count_paths(root, diamond[name]) for name in "abcde"] == [3, 2, 1, 1, 1]


def test_count_paths_counts_a_repeated_operand_each_time():
    x = Value(2.0)
    assert count_paths(x + x, x) == 2
    assert count_paths((x * x) * (x * x), x) == 4
    assert count_paths(dot([x, x], [x, 1.0]), x) == 3


def test_no_path_leads_to_what_is_not_below(diamond):
    assert count_paths(diamond["a"], diamond["d"]) == 0
    assert count_paths(diamond["b"], diamond["e"]) == 0
    assert count_paths(Value(1.0), Value(1.0)) == 0


def test_paths_to_a_computed_node_end_there():
    x = Value(2.0)
    h = x * x
    y = h + h + x
    assert (count_paths(y, h), count_paths(y, x), count_paths(h, x)) == (2, 5, 2)


def test_count_paths_counts_what_equal_partials_of_one_would_add_up_to():
    x = Value(1.0)
    nodes = [x]
    for i in range(30):
        nodes.append(nodes[i // 2] + nodes[i])
    nodes[-1].backward()
    assert count_paths(nodes[-1], x) == x.grad  # every local derivative is 1


def test_paths_can_be_many():
    node = bottom = Node("a")
    for _ in range(200):
        node = Node("b", node, node)
    assert count_paths(node, bottom) == 2**200


@pytest.mark.parametrize("make", [lambda parent: Node("n", parent), lambda parent: -parent], ids=["Node", "Value"])
def test_depth_is_no_limit(make):
    bottom = node = Node("a") if make(Value(0.0)).__class__ is Node else Value(1.0)
    held = [bottom]  # plain objects would be freed by recursion
    for _ in range(100_000):
        node = make(node)
        held.append(node)
    order = topological_order(node)
    assert len(order) == 100_001 and order[0] is bottom and order[-1] is node
    assert sum(1 for _ in edges(node)) == 100_000
    (leaf,) = leaves(node)
    assert leaf is bottom and count_paths(node, bottom) == 1
    del order
    while held:
        node = held.pop()
