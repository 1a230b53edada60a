"""The page as data: its size, what stands in it without a script, what can be injected, and the finite differences."""

import base64
import gzip
import html
import json
import math
import os
import re
import time

import pytest
from page_words import symbols_and_numbers

from autograd import Value
from autograd.show.draw import draw
from autograd.show.stepping.differences import checks
from autograd.show.stepping.final_drawing import final_picture, final_svg
from autograd.show.stepping.page import (
    FIXED_SIZE,
    MOST_CHECKS,
    NODE_SIZE,
    leaf_checks,
    notebook_html,
    page,
    save_page,
    stepper,
)  # fmt: skip
from autograd.show.stepping.player import SCRIPTS, asset, document, player, script_literal
from autograd.show.stepping.player_data import learning_places, player_data
from autograd.show.steps import steps
from graphs import diamond, lecture, random_graph


@pytest.mark.parametrize("size", [1, 2, 3, 10, 40, 150])
def test_a_page_is_no_larger_than_promised(size):
    x = Value(2.0, label="x")
    small = {1: x, 2: -x, 3: diamond(), 10: lecture()}
    loss = small[size] if size in small else random_graph(size)
    timeline = steps(loss)
    assert len(page(timeline).encode()) <= FIXED_SIZE + NODE_SIZE * len(timeline.nodes)


@pytest.mark.slow
@pytest.mark.parametrize("size, seconds", [(40, 0.3), (400, 1.0), (4000, 10.0)])
def test_a_page_is_made_in_time_and_no_larger_than_promised(size, seconds):
    loss = random_graph(size)
    page(steps(diamond()))  # what is imported and read once
    start = time.perf_counter()
    timeline = steps(loss)
    made = page(timeline)
    took = time.perf_counter() - start
    count = len(timeline.nodes)  # the constants, too
    print(f"{count} nodes: {took:.2f} s, {len(made.encode()) / count:.0f} bytes a node")
    assert took <= 10 * seconds  # machines differ, and are busy
    assert len(made.encode()) <= FIXED_SIZE + NODE_SIZE * count


def test_a_page_needs_nothing_from_elsewhere():
    made = page(steps(lecture()))
    bare = re.sub(r'atob\("[^"]*"\)|base64,[^"]*', "", made) + unpacked(made)
    without_namespaces = bare.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|//[\w.]+/|@import|url\(|<link|<iframe|\bfetch\(|\bimport\(", without_namespaces)
    assert made.startswith("<!DOCTYPE html>") and made.isprintable() is False and made.endswith("</html>\n")


def test_the_same_graph_gives_the_same_page():
    assert page(steps(lecture())) == page(steps(lecture()))


def test_what_stands_in_a_notebook_without_a_script_is_a_described_picture_and_a_table():
    timeline = steps(lecture())
    made = notebook_html(timeline)
    without = re.sub(r"<(script|style)>.*?</\1>", "", made, flags=re.S)
    assert set(re.findall(r"<(\w+)", without)) <= set("div details summary img table tr th td sub sup p".split())
    source = re.search(r'<img src="data:image/svg\+xml;base64,([^"]+)" alt="([^"]+)">', without)
    assert base64.b64decode(source[1]).decode() == final_svg(timeline)
    assert source[2] == "The graph of L: 16 nodes with values and gradients"
    named = [node for node in timeline.nodes if node.parents or node.label]
    assert without.count("<tr>") == 1 + len(named)


def test_the_picture_shows_the_gradients_of_the_timeline_and_not_the_ones_of_the_values():
    loss = diamond()
    shown = [node.gradient for node in final_picture(steps(loss)).nodes]
    assert shown == [4.0, 2.0, 1.0]
    assert all(node.grad == 0.0 for node in steps(loss).nodes)


def test_the_picture_keeps_its_texts_and_loses_more_than_half_its_size():
    timeline = steps(lecture())
    svg = final_svg(timeline)
    full = draw(final_picture(timeline), backward=True, local_derivatives=True, digits=3).pipe(encoding="utf-8")
    texts = re.compile(r"<text[^>]*>([^<]*)</text>")
    assert texts.findall(svg) == texts.findall(full)
    assert len(svg) < 0.5 * len(full)
    assert re.findall(r' id="((?:n|e|a_n)\d\w*)"', svg) == re.findall(r' id="((?:n|e|a_n)\d\w*)"', full)


def unpacked(made):
    """The scripts of a page."""
    return gzip.decompress(base64.b64decode(re.search(r'atob\("([^"]*)"\)', made)[1])).decode()


HOSTILE = [
    "</script>",
    "<!--<script>",
    "a & b",
    "\"'`\\",
    "\n\r\t",
    "\u2028\u2029",
    "x" * 10_000,
    "שלום\u202e",
    "$\\alpha$",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_literal_in_a_script_is_the_text_and_cannot_end_the_script(text):
    written = script_literal({text: [text]})
    assert not re.search("[<\u2028\u2029]", written)
    assert json.loads(written.replace(r"\x3c", "<")) == {text: [text]}


@pytest.mark.parametrize("label", HOSTILE)
def test_a_hostile_label_adds_no_element(label):
    x = Value(2.0, label=label)
    y = x * x
    plain = Value(2.0, label="q")
    pattern = re.compile(r"<(?!sub|/sub|sup|/sup|/?p>)/?\w+")
    assert pattern.findall(page(steps(y))) == pattern.findall(page(steps(plain * plain)))


def test_a_title_is_text():
    assert "<title>&lt;b&gt;</title>" in document("<b>", "")


def test_the_mark_of_a_fragment_is_made_of_its_content():
    marks = [re.search('data-chalkgrad="(.*?)"', stepper(steps(loss())))[1] for loss in (lecture, lecture, diamond)]
    assert marks[0] == marks[1] != marks[2]


def test_other_frames_use_the_same_player():
    made = player("frames", "<p>still</p>", {"title": "t", "frames": [{"src": "data:,", "caption": "</p>"}]})
    scripts = unpacked(made)
    assert "take(start, frames, " in scripts and "class Graph" not in scripts
    assert r'"caption":"\x3c/p>"' in made


def test_a_step_is_split_into_symbols_and_numbers():
    timeline = steps(lecture())[1:]
    parts = {symbols_and_numbers(step) for step in timeline}
    for symbols, numbers in parts:
        whole = re.sub(r"</?su[bp]>", "", f"{symbols} {numbers}".strip())
        assert any(whole == re.sub(r"</?su[bp]>", "", step.formula.html()) for step in timeline)


def test_a_timeline_of_a_mistake_is_the_one_that_is_shown_first():
    timeline = steps(diamond(), order="depth-first")
    tracks = player_data(timeline)[0]["tracks"]
    assert [track["start"] for track in tracks] == [False, True, False]
    twice = player_data(steps(diamond(), passes=3))[0]["tracks"]
    assert [(track["start"], track["options"]["passes"]) for track in twice] == [(False, 1), (False, 1), (True, 3)]


@pytest.mark.parametrize(
    "labels, learn, moved",
    [
        ("x w b y", None, "w b"),
        ("x1 w1 w_2 b₁ y", None, "w1 w_2 b₁"),
        ("x layers.0.neurons.1.w[2] target", None, "layers.0.neurons.1.w[2]"),
        ("x a c", None, "a c"),
        ("x y", None, ""),
        ("x w b", ["x"], "x"),
        ("x w b", (), ""),
    ],
)
def test_weights_and_biases_learn_unless_said_otherwise(labels, learn, moved):
    leaves = [Value(1.0, label=label) for label in labels.split()]
    root = leaves[0]
    for leaf in leaves[1:]:
        root = root * leaf
    timeline = steps(root, learn=learn)
    assert " ".join(timeline.nodes[place].label for place in learning_places(timeline, learn)) == moved


def test_a_label_that_is_no_leafs_cannot_learn():
    with pytest.raises(ValueError, match=r"learn names 'v', which no leaf of L is labelled; its .* 'y', 'x', 'w1'"):
        steps(lecture(), learn=["w1", "v"])


# ── Files ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_page_is_written_whole(tmp_path):
    timeline = steps(lecture())
    save_page(timeline, tmp_path / "backprop.html")
    assert (tmp_path / "backprop.html").read_text(encoding="utf-8") == page(timeline)
    assert os.listdir(tmp_path) == ["backprop.html"]


# ── What cannot be shown ────────────────────────────────────────────────────────────────────────────────────────


def chain(length):
    node = Value(1.0, label="x")
    for _ in range(length):
        node = -node
    return node


def test_a_graph_that_is_too_large_is_refused_with_a_way_out():
    timeline = steps(chain(10_001))
    with pytest.raises(ValueError, match=r"has 10,002 nodes, and a page can step through 10,000.*\n.*detail"):
        page(timeline)
    assert "10,002 nodes" in notebook_html(timeline) and "<table>" in notebook_html(timeline)


def test_without_a_program_for_the_layout_a_notebook_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("CHALKGRAD_DOT", str(tmp_path / "nothing"))
    made = notebook_html(steps(lecture()))
    assert "CHALKGRAD_DOT" in made and "<table>" in made and "<script>" not in made
    with pytest.raises(RuntimeError, match="CHALKGRAD_DOT"):
        page(steps(lecture()))


# ── Finite differences ──────────────────────────────────────────────────────────────────────────────────────────


def test_finite_differences_agree_with_backward():
    loss = random_graph(60)
    loss.backward()
    leaves = {node: node.grad for node in steps(loss).nodes if not node.parents}
    found = checks(loss, leaves)
    assert {check.verdict for check in found.values()} == {"agrees"}
    assert all(math.isclose(found[leaf].numeric, leaf.grad, rel_tol=1e-6, abs_tol=1e-8) for leaf in leaves)


def test_finite_differences_catch_a_gradient_that_is_wrong_by_a_thousandth():
    x, y = Value(0.5), Value(2.0)
    loss = (x * y).tanh() * y
    loss.backward()
    found = checks(loss, {x: x.grad * 1.001, y: y.grad})
    assert (found[x].verdict, found[y].verdict) == ("differs", "agrees")


@pytest.mark.parametrize(
    "function, x, verdict",
    [
        (lambda x: x.relu(), 0.0, "at a kink"),
        (lambda x: x.relu(), 1e-4, "agrees"),
        (lambda x: abs(x) * 3.0, 0.0, "agrees"),
        (lambda x: x.sqrt(), 0.0, "unknown"),
        (lambda x: x - x, math.inf, "unknown"),
        (lambda x: x * 0.0, 1.0, "agrees"),
    ],
)
def test_the_verdict_at_kinks_and_edges(function, x, verdict):
    leaf = Value(x)
    root = function(leaf)
    root.backward()
    assert checks(root, {leaf: leaf.grad})[leaf].verdict == verdict


def test_finite_differences_are_silent_when_the_leaf_was_set_since():
    x = Value(2.0)
    y = x * x
    y.backward()
    x.data = 3.0
    assert checks(y, {x: x.grad})[x].verdict == "unknown"


def test_no_more_leaves_are_checked_than_promised():
    loss = Value(0.0, label="a")
    for index in range(MOST_CHECKS + 5):
        loss = loss + Value(1.0, label=f"p{index}")
    assert len(leaf_checks(steps(loss))) == MOST_CHECKS


def test_the_assets_lose_their_comments_and_nothing_else():
    script = "\n".join(map(asset, {script for kind in SCRIPTS.values() for script in kind}))
    style = asset("autograd.show.stepping/player.css")
    assert "/* " not in script + style and not [line for line in script.splitlines() if line.startswith("//")]
    assert script.count("{") == script.count("}") and style.count("{") == style.count("}")
    assert html.escape(style, quote=False).count("&lt;") == 0  # nothing in it could end its element
    assert "</script" not in script


def test_marimo_gets_a_frame_with_the_whole_page():
    loss = lecture()
    loss.label = '"><b>L'
    kind, written = steps(loss)._mime_()
    (source,) = re.findall('srcdoc="([^"]*)"', written)
    assert kind == "text/html" and html.unescape(source) == page(steps(loss))
    assert written.startswith("<iframe ") and "<b>" not in written and written.count("<") == 2
