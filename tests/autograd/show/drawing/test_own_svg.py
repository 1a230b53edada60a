"""The own layout: nothing touches what it should not, on random graphs; and the same promises as of DOT."""

from __future__ import annotations

import re
import time
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, tanh
from autograd.show import draw, steps
from autograd.show.drawing import graphviz_program
from autograd.show.drawing.crossings import count_all, ordered
from autograd.show.drawing.dress import Style
from autograd.show.drawing.layered import LABEL, Way, divided, layered, ranks_of, steps_of
from autograd.show.drawing.own_svg import own_svg
from autograd.show.drawing.picture import ops_picture
from autograd.show.drawing.theme import THEMES
from nn import MLP

SVG = "{http://www.w3.org/2000/svg}"


@st.composite
def layouts(draw):
    """Boxes and arrows from earlier ones to later ones."""
    count = draw(st.integers(1, 25))
    sizes = st.floats(5.0, 120.0)
    boxes = [(draw(sizes), draw(sizes)) for _ in range(count)]
    arrows = []
    for head in range(1, count):
        tails = draw(st.lists(st.integers(0, head - 1), max_size=3))
        apart = min(10.0, boxes[head][1] / (len(tails) + 1))
        for position, tail in enumerate(tails):
            label = draw(st.sampled_from([0.0, 8.0, 40.0]))
            arrows.append(Way(tail, head, (position - (len(tails) - 1) / 2) * apart, label))
    return boxes, arrows


def overlap(first, second):
    """Whether two rectangles (x, y, width, height; x and y of the middle) share more than an edge."""
    return all(abs(first[axis] - second[axis]) < (first[axis + 2] + second[axis + 2]) / 2 - 1e-6 for axis in (0, 1))


@settings(deadline=None)
@given(layouts())
def test_nothing_overlaps(given):
    boxes, arrows = given
    places = layered(boxes, arrows)
    cards = [(*middle, *size) for middle, size in zip(places.boxes, boxes, strict=True)]
    for index, card in enumerate(cards):
        assert not any(overlap(card, other) for other in cards[:index])
    labels = [
        (*spot, arrow.label, LABEL) for spot, arrow in zip(places.labels, arrows, strict=True) if spot is not None
    ]
    assert len(labels) == sum(arrow.label > 0 for arrow in arrows)
    for index, label in enumerate(labels):
        assert not any(overlap(label, other) for other in [*cards, *labels[:index]])


@given(layouts())
def test_an_arrow_is_divided_into_one_step_for_each_rank(given):
    boxes, arrows = given
    ranks, rank_of = ranks_of(len(boxes), arrows)
    paths = divided(arrows, ranks, rank_of)
    rank_at = {node: rank for rank, nodes in enumerate(ranks) for node in nodes}
    assert sorted(rank_at) == list(range(len(rank_at)))
    steps = steps_of(arrows, paths)
    assert all(rank_at[head] == rank_at[tail] + 1 for tail, head, _ in steps)
    assert len(steps) == sum(rank_of[arrow.head] - rank_of[arrow.tail] for arrow in arrows)
    assert [port for _, head, port in steps if head < len(boxes)] == [arrow.port for arrow in arrows]


@settings(deadline=None)
@given(layouts())
def test_arrows_go_from_card_to_card_and_forwards(given):
    boxes, arrows = given
    places = layered(boxes, arrows)
    cards = [(*middle, *size) for middle, size in zip(places.boxes, boxes, strict=True)]
    for arrow, way in zip(arrows, places.ways, strict=True):
        (x, y, width, _), (x2, y2, width2, height2) = cards[arrow.tail], cards[arrow.head]
        assert way[0] == pytest.approx((x + width / 2, y))
        assert way[-1] == pytest.approx((x2 - width2 / 2, y2 + arrow.port))
        assert abs(arrow.port) <= height2 / 2
        assert all(before[0] <= after[0] + 1e-9 for before, after in zip(way, way[1:], strict=False))
        for start, end in zip(way[::2], way[1::2], strict=True):  # where it goes straight, through a rank
            assert start[1] == end[1]
            through = ((start[0] + end[0]) / 2, start[1], end[0] - start[0], 0.5)
            others = [card for place, card in enumerate(cards) if place not in (arrow.tail, arrow.head)]
            assert not any(overlap(through, card) for card in others)


@settings(deadline=None)
@given(layouts())
def test_the_order_has_no_more_crossings_than_the_first_one(given):
    boxes, arrows = given
    ranks = [[place for place in range(len(boxes)) if place % 3 == rank] for rank in range(3)]
    between = [(a.tail, a.head, 0.0) for a in arrows if a.tail % 3 + 1 == a.head % 3]
    gaps = [[arrow for arrow in between if arrow[0] % 3 == rank] for rank in range(3)]
    found = ordered(ranks, between)
    assert [sorted(nodes) for nodes in found] == ranks
    assert count_all(found, gaps) <= count_all(ranks, gaps)


def by_hand(ranks, arrows):
    """The crossings, pair by pair."""
    place = {node: index for nodes in ranks for index, node in enumerate(nodes)}
    rank = {node: level for level, nodes in enumerate(ranks) for node in nodes}
    return sum(
        rank[a] == rank[c] and (place[a] - place[c]) * (place[b] - place[d]) < 0
        for index, (a, b) in enumerate(arrows)
        for c, d in arrows[:index]
    )


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(6, 11)), max_size=20))
def test_crossings_are_counted(arrows):
    ranks = [list(range(6)), list(range(6, 12))]
    assert count_all(ranks, [[(a, b, 0.0) for a, b in arrows], []]) == by_hand(ranks, arrows)


# ── The picture ─────────────────────────────────────────────────────────────────────────────────────────────────


def small():
    x, w = Value(2.0, label="x"), Value(-0.5, label="a <&> long name")
    loss = (1.0 - tanh(x * w + x)) ** 2
    loss.backward()
    return loss


def network():
    model = MLP(2, [4, 1], rng=1)
    loss = (model([1.0, 2.0])[0] - 1.0) ** 2
    loss.backward()
    return loss


def what_it_says(svg):
    """For each group of a node or an edge its class and its texts."""
    said = {}
    for group in ElementTree.fromstring(svg).iter(f"{SVG}g"):
        if re.fullmatch(r"n\d+|e\d+_\d+", group.get("id", "")):
            texts = ["".join(text.itertext()).strip() for text in group.iter(f"{SVG}text")]
            inner = sorted(part.get("id") for part in group.iter(f"{SVG}g") if part is not group)
            said[group.get("id")] = (group.get("class"), texts, inner)
    return said


@pytest.mark.parametrize("root", [small, network])
@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_it_says_what_the_program_draws(root, direction):
    loss = root()
    ours = what_it_says(own_svg(ops_picture(loss), Style(direction=direction)))
    theirs = what_it_says(draw(loss, direction=direction).pipe("svg", encoding="utf-8"))
    assert ours == theirs


def test_highlighting_dims_the_rest():
    x, w = Value(2.0, label="x"), Value(3.0, label="w")
    svg = own_svg(ops_picture(x * w), Style(theme=THEMES["dark"]), {"n0", "n2"})
    assert {key: said[0] for key, said in what_it_says(svg).items()} == {
        "n0": "node leaf", "n1": "node leaf dimmed", "n2": "node computed", "e2_0": "edge neutral",
        "e2_1": "edge neutral dimmed",
    }  # fmt: skip


@pytest.fixture
def no_program(monkeypatch):
    monkeypatch.setattr(graphviz_program, "programs", lambda: [])


def test_without_a_program_it_draws(no_program, tmp_path):
    loss = small()
    picture = draw(loss)
    assert picture.pipe("svg", encoding="utf-8") == own_svg(ops_picture(loss))
    shown = picture._repr_mimebundle_()
    assert "<svg" in shown["image/svg+xml"] and "image/png" not in shown
    picture.render(tmp_path / "small", cleanup=True)
    assert (tmp_path / "small.svg").read_text().startswith("<svg")
    with pytest.raises(RuntimeError, match="needs a program that lays graphs out"):
        picture.pipe("pdf")
    picture.node("more")
    with pytest.raises(RuntimeError, match="needs a program that lays graphs out"):
        picture.pipe("svg")


def test_without_a_program_and_without_threads_there_are_steps(no_program, monkeypatch, tmp_path):
    def cannot(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("threading.Thread.start", cannot)
    page = tmp_path / "steps.html"
    steps(small()).save(page)
    assert "data:image/svg+xml" in page.read_text()


def test_time_grows_no_faster_than_a_reader_waits():
    loss = sum(network() for _ in range(10))
    picture = ops_picture(loss)
    began = time.process_time()
    own_svg(picture)
    assert len(picture.nodes) > 300
    assert time.process_time() - began < 5.0
