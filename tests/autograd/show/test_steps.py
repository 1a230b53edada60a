"""The timeline as data: values, gradients, sums so far, the two mistakes, sentences, and a hundred thousand nodes."""

import time

import pytest

from autograd import Value
from autograd.show.stepping.backward_order import edges_backward
from autograd.show.stepping.timeline import Cell
from autograd.show.steps import steps
from graphs import diamond, labelled_lecture, random_graph


def of_phase(timeline, phase):
    return [step for step in timeline if step.phase == phase]


# ── The right order ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_lecture_forwards_as_data():
    nodes = labelled_lecture()
    timeline = steps(nodes["L"])
    label = {timeline.keys[node]: name for name, node in nodes.items()}
    given, *computed = (step for step in timeline if step.phase != "backward")
    written = [*given.writes, *(step.write for step in computed)]
    shown = {label[cell.key]: cell.number for cell in written if cell.key in label}
    assert {name: round(number, 3) for name, number in shown.items()} == {
        "x": 0.05, "w1": 0.1, "b1": -0.1, "z1": -0.095, "a1": 0.476, "w2": 0.3, "b2": 0.3, "z2": 0.443, "a2": 0.609,
        "y": 0.01, "L": 0.179,
    }  # fmt: skip
    by_label = {label.get(step.key): step for step in of_phase(timeline, "forward")}
    assert by_label["a1"].reads == (Cell(timeline.keys[nodes["z1"]], "data", nodes["z1"].data),)
    assert [label[cell.key] for cell in given.writes] == ["x", "w1", "b1", "w2", "b2", "y"] and given.reads == ()


def test_the_lecture_backwards_as_data():
    nodes = labelled_lecture()
    timeline = steps(nodes["L"])
    nodes["L"].backward()
    label = {timeline.keys[node]: name for name, node in nodes.items()}
    backward = {label[step.key]: step for step in of_phase(timeline, "backward") if step.key in label}
    assert list(backward) == ["L", "y", "a2", "z2", "b2", "a1", "w2", "z1", "b1", "x", "w1"]
    assert {name: step.write.number for name, step in backward.items()} == {name: nodes[name].grad for name in backward}
    step = backward["z2"]
    assert step.reads == (Cell(timeline.keys[nodes["a2"]], "grad", nodes["a2"].grad),)
    assert (step.source, step.position) == (timeline.keys[nodes["a2"]], 0)
    assert step.complete and not step.several and step.sweep == 1
    assert backward["L"].source is None and backward["L"].part == 1.0


def test_the_lecture_in_text():
    timeline = steps(labelled_lecture()["L"])
    lines = str(timeline).splitlines()
    assert len(lines) == len(timeline) == 25
    assert lines[0] == " 1  given     x = 0.05, w₁ = 0.1, b₁ = −0.1, w₂ = 0.3, b₂ = 0.3, y = 0.01"
    assert lines[2] == " 3  forward   z₁ = v₁ + b₁ = 0.005 − 0.1 = −0.095"
    assert lines[10] == "11  backward  ∂L/∂L = 1"
    assert lines[15] == "16  backward  ∂L/∂z₂ = ∂L/∂a₂ · ∂a₂/∂z₂ = ∂L/∂a₂ · a₂(1 − a₂) ≈ 0.599 · 0.238 ≈ 0.143"
    assert lines[19] == "20  backward  ∂L/∂w₂ = ∂L/∂v₂ · ∂v₂/∂w₂ = ∂L/∂v₂ · a₁ ≈ 0.1426 · 0.4763 ≈ 0.0679"


def test_a_sum_is_shown_as_it_grows():
    timeline = steps(diamond())
    backward = [
        (step.key, step.source, step.position, step.part, step.write.number, step.complete)
        for step in of_phase(timeline, "backward")
    ]
    assert backward == [
        ("n2", None, None, 1.0, 1.0, True),
        ("n1", "n2", 0, 1.0, 1.0, False),
        ("n1", "n2", 1, 1.0, 2.0, True),
        ("n0", "n1", 0, 2.0, 2.0, False),
        ("n0", "n1", 1, 2.0, 4.0, True),
    ]
    assert [step.several for step in of_phase(timeline, "backward")] == [False, True, True, True, True]
    assert str(timeline[-1]) == "backward  ∂c/∂a += ∂c/∂b · 1 = 2 · 1 = 2, in sum 4"


@pytest.mark.parametrize("seed", range(5))
def test_gradients_are_those_of_backward(seed):
    root = random_graph(80, seed)
    timeline = steps(root)
    assert all(node.grad == 0.0 for node in timeline.nodes)  # the graph is only read
    root.backward()
    for node in timeline.nodes:
        assert timeline.gradients[node] == pytest.approx(node.grad, rel=1e-12, abs=1e-15)
    final = {step.key: step for step in timeline if step.phase == "backward" and step.complete}
    assert all(final[timeline.keys[node]].write.number == timeline.gradients[node] for node in timeline.nodes)


def test_every_number_that_is_read_has_been_written_before():
    timeline = steps(random_graph(60))
    written = {}
    for step in timeline:
        for cell in step.reads:
            assert written[cell.key, cell.kind] == cell.number
        written |= {(cell.key, cell.kind): cell.number for cell in step.writes}


def test_a_number_without_a_name_is_read_and_has_no_step():
    x = Value(3.0, label="x")
    y = 2.0 * x
    y.label = "y"
    timeline = steps(y)
    (two,) = (node for node in timeline.nodes if not node.parents and node is not x)
    assert str(timeline).splitlines() == [
        "1  given     x = 3",
        "2  forward   y = 2·x = 2·3 = 6",
        "3  backward  ∂y/∂y = 1",
        "4  backward  ∂y/∂x = ∂y/∂y · 2 = 1 · 2 = 2",
    ]
    assert timeline.keys[two] not in {step.key for step in timeline}
    assert Cell(timeline.keys[two], "data", 2.0) in timeline[1].reads
    assert timeline[1].sentence == "Forward: y is the product of 2 and x, 3: 6."


def test_leaves_are_inputs_where_none_has_a_name():
    timeline = steps(Value(2.0) * Value(3.0))
    assert [step.formula.text() for step in timeline][:2] == ["v₂ = 2, v₃ = 3", "v₁ = v₂·v₃ = 2·3 = 6"]


def test_an_edge_is_passed_only_when_its_gradient_is_complete():
    timeline = steps(random_graph(60))
    complete = set()
    for step in of_phase(timeline, "backward"):
        assert step.source is None or step.source in complete
        complete |= {step.key} if step.complete else set()


def test_a_timeline_is_a_sequence():
    timeline = steps(diamond())
    assert [step.index for step in timeline] == list(range(8))
    assert timeline[-1] == timeline[7] and timeline[2:4] == [timeline[2], timeline[3]]
    with pytest.raises(IndexError):
        timeline[8]
    assert repr(timeline) == "<8 steps of c>"


# ── The mistakes ────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_the_order_a_gradient_is_passed_on_too_early():
    root = diamond()
    (a,) = {leaf for leaf in steps(root).nodes if not leaf.parents}
    early = steps(root, order="depth-first")
    assert early.gradients[a] == 2.0 and steps(root).gradients[a] == 4.0
    # b passes its first 1 on to both operands of a + a; the second 1 comes too late.
    assert [(step.key, step.part) for step in of_phase(early, "backward")] == [
        ("n2", 1.0), ("n1", 1.0), ("n0", 1.0), ("n0", 1.0), ("n1", 1.0)
    ]  # fmt: skip


def test_where_nothing_is_used_twice_the_order_does_not_matter():
    root = labelled_lecture()["L"]
    assert steps(root, order="depth-first").gradients == steps(root).gradients


@pytest.mark.parametrize("passes", [2, 3])
def test_a_forgotten_zero_grad_multiplies_the_leaves(passes):
    nodes = labelled_lecture()
    once, again = steps(nodes["L"]), steps(nodes["L"], passes=passes)
    for node in once.nodes:
        times = 1 if node.parents else passes
        assert again.gradients[node] == pytest.approx(times * once.gradients[node], rel=1e-15)
    last = [step for step in again if step.sweep == passes and step.key == again.keys[nodes["w1"]]]
    assert [step.write.number for step in last] == [again.gradients[nodes["w1"]]]
    assert len(again) == len(once) + (passes - 1) * len(of_phase(once, "backward"))


def test_the_same_mistake_with_the_engine_itself():
    nodes = labelled_lecture()
    nodes["L"].backward()
    nodes["L"].backward()
    again = steps(nodes["L"], passes=2)
    assert all(again.gradients[nodes[leaf]] == nodes[leaf].grad for leaf in ("x", "w1", "b1", "w2", "b2", "y"))


@pytest.mark.parametrize("wrong", [{"order": "random"}, {"passes": 0}])
def test_wrong_arguments(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))} is "):
        steps(diamond(), **wrong)


def test_a_leaf_that_was_set_since():
    root = diamond()
    next(node for node in steps(root).nodes if not node.parents).data = 5.0
    with pytest.raises(ValueError, match="set after the forward pass"):
        steps(root)


def test_of_many_leaves_the_first_are_named():
    leaves = [Value(float(place), label=f"x{place}") for place in range(1013)]
    given = steps(sum(leaves, Value(0.0)))[0]
    assert len(given.writes) == 1013 and given.formula.text().endswith("x₁₁ = 11, and 1,001 more")
    assert given.sentence.startswith("Given: x₀ is 0, x₁ is 1, ") and given.sentence.endswith(", and 1,001 more.")
    assert given.formula.latex().endswith(r",\; x_{11} = 11,\; \text{and 1,001 more}")


# ── Words ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_sentences():
    assert [step.sentence for step in steps(diamond())] == [
        "Given: a is 3.",
        "Forward: b is the sum of a, 3 and a, 3: 6.",
        "Forward: c is the sum of b, 6 and b, 6: 12.",
        "Backward: the gradient of c with respect to itself is 1.",
        "Backward: add 1 to the gradient of b, the gradient of c, 1, times the local derivative 1; it is 1.",
        "Backward: add 1 to the gradient of b, the gradient of c, 1, times the local derivative 1; it is 2,"
        " and complete.",
        "Backward: add 2 to the gradient of a, the gradient of b, 2, times the local derivative 1; it is 2.",
        "Backward: add 2 to the gradient of a, the gradient of b, 2, times the local derivative 1; it is 4,"
        " and complete.",
    ]


def test_a_sentence_of_many_operands_is_short():
    root = sum((Value(float(place), label=f"p{place}") for place in range(20)), Value(0.0, label="start"))
    assert all(len(step.sentence) < 300 for step in steps(root))


# ── Size ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_a_hundred_thousand_nodes_in_two_seconds():
    root = random_graph(88_000)  # which has 99,600 nodes that the root is made of
    start = time.perf_counter()
    timeline = steps(root)
    took = time.perf_counter() - start
    print(f"{len(timeline.nodes):,} nodes, {len(timeline):,} steps: {took:.2f} s")
    assert len(timeline.nodes) >= 99_000 and took <= 20.0  # machines differ
    computed = sum(node.op is not None for node in timeline.nodes)  # all leaves are given in one step
    assert len(timeline) == 1 + computed + 1 + sum(1 for _ in edges_backward(timeline.nodes))


def test_a_deep_graph():
    x = node = Value(1.0, label="x")
    for _ in range(20_000):
        node = -node
    for order in ("topological", "depth-first"):
        assert steps(node, order=order).gradients[x] == 1.0
