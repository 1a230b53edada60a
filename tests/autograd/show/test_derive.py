"""Derivations: the lecture's chain line by line, sums over paths, and every shown text read back as numbers."""

import math
import re
import time

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value
from autograd.show.derive import derive
from autograd.show.steps import steps
from graphs import labelled_lecture
from shown_text import evaluate, shown_digits

X, Y = 0.05, 0.01
PARAMETERS = {"w2": 0.3, "b2": 0.3, "w1": 0.1, "b1": -0.1}

LECTURE = {
    "w2": """\
∂L/∂w₂ = ∂z₂/∂w₂ · ∂a₂/∂z₂ · ∂L/∂a₂
    ∂z₂/∂w₂ = a₁ ≈ 0.476
    ∂a₂/∂z₂ = a₂(1 − a₂) ≈ 0.609·(1 − 0.609) ≈ 0.238
    ∂L/∂a₂ = a₂ − y ≈ 0.609 − 0.01 ≈ 0.599
∂L/∂w₂ ≈ 0.476 · 0.238 · 0.599 ≈ 0.0679""",
    "b2": """\
∂L/∂b₂ = ∂z₂/∂b₂ · ∂a₂/∂z₂ · ∂L/∂a₂
    ∂z₂/∂b₂ = 1
    ∂a₂/∂z₂ = a₂(1 − a₂) ≈ 0.609·(1 − 0.609) ≈ 0.238
    ∂L/∂a₂ = a₂ − y ≈ 0.609 − 0.01 ≈ 0.599
∂L/∂b₂ ≈ 1 · 0.238 · 0.599 ≈ 0.143""",
    "w1": """\
∂L/∂w₁ = ∂z₁/∂w₁ · ∂a₁/∂z₁ · ∂z₂/∂a₁ · ∂a₂/∂z₂ · ∂L/∂a₂
    ∂z₁/∂w₁ = x = 0.05
    ∂a₁/∂z₁ = a₁(1 − a₁) ≈ 0.476·(1 − 0.476) ≈ 0.249
    ∂z₂/∂a₁ = w₂ = 0.3
    ∂a₂/∂z₂ = a₂(1 − a₂) ≈ 0.609·(1 − 0.609) ≈ 0.238
    ∂L/∂a₂ = a₂ − y ≈ 0.609 − 0.01 ≈ 0.599
∂L/∂w₁ ≈ 0.05 · 0.24944 · 0.3 · 0.23813 · 0.59895 ≈ 0.000534""",
    "b1": """\
∂L/∂b₁ = ∂z₁/∂b₁ · ∂a₁/∂z₁ · ∂z₂/∂a₁ · ∂a₂/∂z₂ · ∂L/∂a₂
    ∂z₁/∂b₁ = 1
    ∂a₁/∂z₁ = a₁(1 − a₁) ≈ 0.476·(1 − 0.476) ≈ 0.249
    ∂z₂/∂a₁ = w₂ = 0.3
    ∂a₂/∂z₂ = a₂(1 − a₂) ≈ 0.609·(1 − 0.609) ≈ 0.238
    ∂L/∂a₂ = a₂ − y ≈ 0.609 − 0.01 ≈ 0.599
∂L/∂b₁ ≈ 1 · 0.2494 · 0.3 · 0.2381 · 0.5989 ≈ 0.0107""",
}

TOGETHER = """\
∂L/∂w₂ =                      ∂z₂/∂w₂ · [∂a₂/∂z₂ · ∂L/∂a₂]
∂L/∂b₂ =                      ∂z₂/∂b₂ · [∂a₂/∂z₂ · ∂L/∂a₂]
∂L/∂w₁ = ∂z₁/∂w₁ · [∂a₁/∂z₁ · ∂z₂/∂a₁ · [∂a₂/∂z₂ · ∂L/∂a₂]]
∂L/∂b₁ = ∂z₁/∂b₁ · [∂a₁/∂z₁ · ∂z₂/∂a₁ · [∂a₂/∂z₂ · ∂L/∂a₂]]
    ∂z₂/∂w₂ = a₁ ≈ 0.476
    ∂a₂/∂z₂ = a₂(1 − a₂) ≈ 0.609·(1 − 0.609) ≈ 0.238
    ∂L/∂a₂ = a₂ − y ≈ 0.609 − 0.01 ≈ 0.599
    ∂z₂/∂b₂ = 1
    ∂z₁/∂w₁ = x = 0.05
    ∂a₁/∂z₁ = a₁(1 − a₁) ≈ 0.476·(1 − 0.476) ≈ 0.249
    ∂z₂/∂a₁ = w₂ = 0.3
    ∂z₁/∂b₁ = 1
∂L/∂w₂ ≈                   0.476 ·   [0.238 ·   0.599]  ≈ 0.0679
∂L/∂b₂ ≈                       1 ·   [0.238 ·   0.599]  ≈ 0.143
∂L/∂w₁ ≈ 0.05 · [0.24944 ·   0.3 · [0.23813 · 0.59895]] ≈ 0.000534
∂L/∂b₁ ≈    1 ·  [0.2494 ·   0.3 ·  [0.2381 ·  0.5989]] ≈ 0.0107"""


def value(label, data):
    return Value(data, label=label)


def called(label, node):
    node.label = label
    return node


# ── The lecture ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("leaf", LECTURE)
def test_the_derivations_of_the_lecture_line_by_line(leaf):
    nodes = labelled_lecture()
    assert str(derive(nodes["L"], nodes[leaf])).splitlines() == LECTURE[leaf].splitlines()


def test_the_four_together_share_what_backprop_stores():
    nodes = labelled_lecture()
    assert str(derive(nodes["L"], *(nodes[leaf] for leaf in LECTURE))).splitlines() == TOGETHER.splitlines()


def test_the_gradients_of_the_lecture_against_fifty_digits():
    def loss(*at):
        w2, b2, w1, b1 = at
        sigmoid = lambda z: 1 / (1 + mpmath.exp(-z))
        a1 = sigmoid(w1 * mpmath.mpf(X) + b1)
        return (mpmath.mpf(Y) - sigmoid(w2 * a1 + b2)) ** 2 / 2

    nodes = labelled_lecture()
    found = derive(nodes["L"], *(nodes[leaf] for leaf in PARAMETERS))
    with mpmath.workdps(50):
        for place, leaf in enumerate(PARAMETERS):
            order = tuple(int(place == other) for other in range(4))
            expected = mpmath.diff(loss, tuple(map(mpmath.mpf, PARAMETERS.values())), order)
            assert found.gradients[nodes[leaf]] == pytest.approx(float(expected), rel=1e-14)
            last = re.findall(r"≈ (\S+)$", str(derive(nodes["L"], nodes[leaf])))[-1]
            assert abs(evaluate(last) - float(expected)) <= shown_digits(float(expected), 3)


def test_latex_and_html_say_the_same_as_the_text():
    nodes = labelled_lecture()
    found = derive(nodes["L"], nodes["w2"])
    assert r"\frac{\partial L}{\partial w_{2}} &\approx" in found.latex
    assert r"0.476 \cdot 0.238 \cdot 0.599 \approx 0.0679" in found.latex
    cells = re.findall("<td>(.*?)</td>", found.html)
    assert [cell for cell in cells if cell][-6:] == [
        "∂L/∂w<sub>2</sub>", "≈", "0.476 ·", "0.238 ·", "0.599", "≈ 0.0679"
    ]  # fmt: skip
    for markup in ("table", "tr", "td", "p", "sub", "div"):
        assert found.html.count(f"<{markup}>") + found.html.count(f"<{markup} ") == found.html.count(f"</{markup}>")


def test_digits_can_be_chosen():
    nodes = labelled_lecture()
    assert str(derive(nodes["L"], nodes["w2"], digits=6)).splitlines()[-1] == (
        "∂L/∂w₂ ≈ 0.4762678 · 0.2381310 · 0.5989451 ≈ 0.0679288"
    )


# ── Several paths ───────────────────────────────────────────────────────────────────────────────────────────────


def test_several_paths_are_added_up():
    a, b = value("a", 2.0), value("b", -3.0)
    r = called("r", called("p", a * b) * called("q", a + b))
    assert str(derive(r, a)).splitlines() == [
        "∂r/∂a = ∂p/∂a · ∂r/∂p",
        "      + ∂q/∂a · ∂r/∂q",
        "    ∂p/∂a = b = −3",
        "    ∂r/∂p = q = −1",
        "    ∂q/∂a = 1",
        "    ∂r/∂q = p = −6",
        "∂r/∂a = −3 · (−1)",
        "      +  1 · (−6)",
        "      = 3 − 6 = −3",
    ]


def test_the_direct_partial_is_not_written_as_the_total():
    x = value("x", 3.0)
    u = called("u", x * x)
    y = called("y", x * u)
    found = derive(y, x)
    assert str(found).splitlines() == [
        "∂y/∂x =         ∂y/∂x|u",
        "      + ∂u/∂x ·   ∂y/∂u",
        "    ∂y/∂x|u = u = 9",
        "    ∂u/∂x = 2·x = 2·3 = 6",
        "    ∂y/∂u = x = 3",
        "∂y/∂x =     9",
        "      + 6 · 3",
        "      = 9 + 18 = 27",
    ]
    assert r"\left.\frac{\partial y}{\partial x}\right|_{u} = u = 9" in found.latex
    assert "<p>∂y/∂x|<sub>u</sub> = u = 9</p>" in found.html
    assert str(derive(y, u)) == "∂y/∂u = x = 3"


def test_a_leaf_used_once_keeps_the_plain_notation():
    x, w = value("x", 3.0), value("w", 2.0)
    assert str(derive(called("y", x * called("u", w * w)), x)) == "∂y/∂x = u = 4"


def test_astronomically_many_paths():
    x = node = value("x", 1.0)
    for stage in range(60):
        node = called(f"y{stage}", node + called(f"d{stage}", node * 2.0))
    start = time.perf_counter()
    found = derive(node, x, paths=3)
    text = str(found)
    assert time.perf_counter() - start < 20.0  # 2^60 paths would take for ever
    assert found.gradients[x] == 3.0**60
    assert found.paths[x].count == 2**60 and len(found.paths[x].paths) == 3
    assert "the sum over all 1,152,921,504,606,846,976 paths; the 3 largest are shown." in text
    assert text.splitlines()[-2].endswith("≈ 1.15·10¹⁸ + 5.76·10¹⁷ + 5.76·10¹⁷ + … ≈ 4.24·10²⁸")


def test_a_long_chain_is_shortened():
    x = node = value("x", 0.5)
    for stage in range(10_000):
        node = called(f"s{stage}", node + 1.0)
    assert str(derive(node, x)).splitlines()[-1] == "∂s₉₉₉₉/∂x = 1 · 1 · 1 · 1 · 1 · 1 · … · 1 = 1"


def test_a_derivative_with_respect_to_itself():
    x = value("x", 2.0)
    y = called("y", x * x)
    L = called("L", y.sigmoid())
    assert derive(y, y).gradients[y] == 1.0
    assert str(derive(x, x)) == "∂x/∂x = 1"
    assert str(derive(y, x, y)).splitlines() == ["∂y/∂x = 2·x = 2·2 = 4", "∂y/∂y = 1"]
    lines = [" ".join(line.split()) for line in str(derive(L, x, L)).splitlines()]
    assert [line for line in lines if "∂L/∂L" in line] == ["∂L/∂L = 1"] * 2
    assert "∂L/∂L = 1" in derive(L, L).html
    assert r"\frac{\partial L}{\partial L} &= 1" in derive(L, L).latex


# ── What cannot be derived ──────────────────────────────────────────────────────────────────────────────────────


def test_a_leaf_that_is_not_in_the_graph():
    nodes = labelled_lecture()
    with pytest.raises(ValueError, match="label='other'.* is not in the graph of .*label='L'"):
        derive(nodes["L"], value("other", 1.0))
    with pytest.raises(ValueError, match="(?s)is not in the graph.*Another Value labelled 'w2' is in it"):
        derive(nodes["L"], value("w2", 0.3))
    with pytest.raises(ValueError, match="is not in the graph"):
        derive(nodes["z1"], nodes["z2"])


def test_a_leaf_that_was_set_since():
    nodes = labelled_lecture()
    nodes["w2"].data = 7.0
    with pytest.raises(ValueError, match="set after the forward pass"):
        derive(nodes["L"], nodes["w2"])


@pytest.mark.parametrize(
    "arguments, options, error", [((1.0,), {}, TypeError), ((), {}, TypeError), (("w2",), {"digits": 0}, ValueError)]
)
def test_wrong_arguments(arguments, options, error):
    nodes = labelled_lecture()
    with pytest.raises(error):
        derive(nodes["L"], *(nodes.get(argument, argument) for argument in arguments), **options)


def test_not_a_number_is_shown_as_such():
    x = value("x", math.inf)
    assert str(derive(called("y", x * called("z", x * 0.0)), x)).splitlines()[-1].endswith("= NaN")


# ── Reading back ────────────────────────────────────────────────────────────────────────────────────────────────


@st.composite
def graphs(draw):
    """A root with a label on every node, and its leaves, all numbers of moderate size."""
    sizes = st.floats(0.2, 3.0).map(lambda x: round(x, 3))
    leaves = [value(f"p{place}", draw(sizes) * draw(st.sampled_from([1, -1]))) for place in range(3)]
    nodes = list(leaves)
    for place in range(draw(st.integers(2, 8))):
        a, b = (draw(st.sampled_from(nodes[-4:])) for _ in range(2))
        made = draw(st.sampled_from([lambda a, b: a * b, lambda a, b: a - b, lambda a, b: a.tanh() + b]))(a, b)
        nodes.append(called(f"s{place}", made))
    return nodes[-1], leaves


@settings(deadline=None, max_examples=150)
@given(graphs(), st.integers(3, 6))
def test_what_is_shown_multiplies_and_adds_up_to_what_is_shown(graph, digits):
    root, leaves = graph
    root.backward()
    for leaf in leaves:
        if leaf.grad == 0.0:
            continue  # it may not be in the graph at all
        found = derive(root, leaf, digits=digits, paths=1000)
        lines = str(found).splitlines()
        if found.notes or ";" in lines[-1] or " in floats of" in lines[-1]:
            continue  # the terms cancel, and what is left of them is said in words
        if found.is_immediate:
            rows = [lines[-1]]
        else:
            first = max(place for place, line in enumerate(lines) if line.startswith("∂"))
            rows = lines[first:]
        *products, last = rows
        total = evaluate(re.split("[=≈]", last)[-1])
        assert abs(total - leaf.grad) <= shown_digits(leaf.grad, digits) + 1e-12
        if any("…" in row for row in rows):
            continue  # long sums and chains are cut short
        # Each factor is rounded to so many digits; the error of a product of them grows with their number.
        shown = [re.split("[=≈+]", row, maxsplit=1)[-1] for row in products] or [re.split("[=≈]", last)[-2]]
        if not products and found.is_immediate:
            continue
        parts = [evaluate(row) for row in shown]
        for part, path in zip(parts, found.paths[leaf].paths, strict=True):
            assert abs(part - path.product) <= 2.0 * len(path.nodes) * shown_digits(path.product, digits)
        room = sum(2.0 * len(path.nodes) * shown_digits(path.product, digits) for path in found.paths[leaf].paths)
        assert abs(sum(parts) - total) <= room + shown_digits(total, digits)
        if products:
            assert abs(evaluate(re.split("[=≈]", last)[-2]) - total) <= room + shown_digits(total, digits)


def test_a_number_without_a_label_is_explained_where_it_is_spoken_of():
    """The same as the steps call it."""
    x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(1.0, label="b")
    v = (x * w + b).tanh()
    L = v * v
    L.label = "L"
    told = derive(L, w)
    lines = [str(step.formula.text()) for step in steps(L) if step.phase == "forward"]
    assert [equation.text() for equation in told.called] == lines[:3]  # v₁ = x·w = 2·(−3) = −6, …
    assert str(told).index("v₃ = tanh(v₂)") < str(told).index("    ∂v₃/∂v₂")
    assert all(equation.latex(at="&") in told.latex and equation.html() in told.html for equation in told.called)
    assert not derive(v * 2.0, w).called[:-4] and not derive(L, v).called[3:]
    named = x * w
    named.label = "z"
    assert derive(named, w).called == ()
