"""The drawing as data, as text and as SVG. Expected numbers are worked out by hand or by finite differences."""

import html
import math
import random
import re
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace

import pytest

from autograd import Value, dot
from autograd.graph import topological_order
from autograd.show.draw import draw
from autograd.show.drawing.dot import dot_lines
from autograd.show.drawing.dress import Style
from autograd.show.drawing.picture import Edge, Node, Picture, Spread, ops_picture
from autograd.show.drawing.theme import THEMES
from autograd.show.writing.names import keys
from autograd.show.writing.numbers import number

pytest.importorskip("graphviz")
SVG = "{http://www.w3.org/2000/svg}"


def lecture():
    """L = ½(y − ŷ)² of the chain x → z₁ → a₁ → z₂ → ŷ."""
    x, w1, b1 = Value(0.05, "x"), Value(0.1, "w1"), Value(-0.1, "b1")
    w2, b2, y = Value(0.3, "w2"), Value(0.3, "b2"), Value(0.01, "y")
    a1 = (x * w1 + b1).sigmoid()
    y_hat = (a1 * w2 + b2).sigmoid()
    loss = 0.5 * (y - y_hat) ** 2
    loss.label = "L"
    return loss, {"x": x, "w1": w1, "b1": b1, "w2": w2, "b2": b2, "y": y}


def svg_of(drawing):
    """The parsed SVG: if a label broke out of it, it does not parse, or has other elements."""
    return ET.fromstring(drawing.pipe(encoding="utf-8"))


def groups(svg, kind):
    return {g.get("id"): g for g in svg.iter(f"{SVG}g") if (g.get("class") or "").split()[:1] == [kind]}


def texts(group):
    return ["".join(text.itertext()) for text in group.iter(f"{SVG}text")]


def lines(source, start):
    """The statements about nodes or arrows that start so."""
    return [line for line in source.splitlines() if line.startswith(f"\t{start}") and not line.startswith("\tnode")]


# ── Data ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_picture_exactly():
    a, b = Value(2.0, "a"), Value(-3.0, "b2")
    c = a * b + a
    c.label = "c"
    assert ops_picture(c) == Picture(
        nodes=(
            Node("n0", "a", "", 2.0),
            Node("n1", "b₂", "", -3.0),
            Node("n2", "v₁", "×", -6.0),
            Node("n3", "c", "+", -4.0),
        ),
        edges=(
            Edge("n0", "n2", 0, -3.0),
            Edge("n1", "n2", 1, 2.0),
            Edge("n2", "n3", 0, 1.0),
            Edge("n0", "n3", 1, 1.0),
        ),
    )


def test_gradients_and_flows():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    c = a * b + a
    c.backward(2.0)
    picture = ops_picture(c)
    assert [node.gradient for node in picture.nodes] == [-4.0, 4.0, 2.0, 2.0]
    assert [edge.flow for edge in picture.edges] == [-6.0, 4.0, 2.0, 2.0]


def test_what_flows_into_a_leaf_is_its_gradient():
    loss, leaves = lecture()
    loss.backward()
    picture = ops_picture(loss)
    for node in picture.nodes:
        flows = [edge.flow for edge in picture.edges if edge.tail == node.key]
        if flows and not node.constant:
            assert math.fsum(flows) == pytest.approx(node.gradient, rel=1e-12)


def test_gradients_that_are_values():
    x = Value(3.0, "x")
    y = x * x
    y.backward(create_graph=True)
    assert [node.gradient for node in ops_picture(y).nodes] == [6.0, 1.0]
    x.grad = 0.0  # the leaf and its gradient refer to each other


def test_keys_are_those_of_every_view():
    loss, _ = lecture()
    assert [node.key for node in ops_picture(loss).nodes] == list(keys(loss).values())


def test_unlabelled_leaves_are_constants_only_beside_labelled_ones():
    assert [node.constant for node in ops_picture(Value(2.0, "x") * 3.0).nodes] == [False, True, False]
    assert not any(node.constant for node in ops_picture(Value(2.0) * 3.0).nodes)


def test_several_roots():
    x = Value(2.0, "x")
    ys = [x * x, x.exp()]
    ys[1].backward()
    drawing = draw(ys)
    assert len(lines(drawing.source, "n")) == 3 + 3
    assert len(groups(svg_of(drawing), "node")) == 3


# ── Text ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_text_exactly():
    x = Value(2.0, "x")
    style = replace(Style(), backward=False, local_derivatives=True)
    assert "".join(dot_lines(ops_picture(-x), style)) == (
        '\tgraph [rankdir=LR bgcolor="#ffffff" pad=0.2 ordering=in fontname=Helvetica nodesep=0.22 ranksep=0.6]\n'
        "\tnode [shape=plain fontname=Helvetica fontsize=12]\n"
        '\tedge [color="#626976" fontcolor="#626976" fontname=Helvetica fontsize=10 arrowsize=0.6 penwidth=1]\n'
        '\tn0 [id="n0" class="leaf" label=<<table border="1" style="rounded" bgcolor="#ffffff" color="#b4bac4"'
        ' cellborder="0" cellspacing="1" cellpadding="2"><tr><td align="left" width="13" id="n0_name" tooltip="name">'
        '<font face="Times-Italic" point-size="15" color="#1f2430"><i>x</i></font></td><td></td></tr><tr>'
        '<td colspan="2" align="left" width="12" id="n0_value" tooltip="value 2.0"><font face="Helvetica"'
        ' point-size="12" color="#1f2430">2</font></td></tr></table>>]\n'
        '\tn1 [id="n1" class="computed" label=<<table border="1" style="rounded" bgcolor="#f6f7f9" color="#b4bac4"'
        ' cellborder="0" cellspacing="1" cellpadding="2"><tr><td align="left" width="22" id="n1_name" tooltip="name">'
        '<font face="Times-Italic" point-size="15" color="#1f2430"><i>v₁</i></font></td><td align="right" width="12"'
        ' id="n1_operation" tooltip="operation"><font face="Helvetica" point-size="11" color="#626976">− </font></td>'
        '</tr><tr><td colspan="2" align="left" width="20" id="n1_value" tooltip="value -2.0"><font face="Helvetica"'
        ' point-size="12" color="#1f2430">−2</font></td></tr></table>>]\n'
        '\tn0 -> n1 [id="e1_0" class="neutral" label="−1" labeltooltip="local derivative -1.0"]\n'
    )


def test_the_digraph_holds_the_same_text():
    loss, _ = lecture()
    loss.backward()
    assert draw(loss).body == list(dot_lines(ops_picture(loss)))
    style = Style(THEMES["dark"], "TB", digits=3)
    assert draw(loss, theme="dark", direction="TB", digits=3).body == list(dot_lines(ops_picture(loss), style))


def test_it_can_be_gone_on_with():
    drawing = draw(Value(2.0, "x").exp())
    drawing.node("more", "and more")
    drawing.edge("n1", "more")
    assert "more" in groups(svg_of(drawing), "node") or "and more" in drawing.pipe(encoding="utf-8")


def test_before_backward_there_are_no_gradients():
    loss, _ = lecture()
    assert "gradient" not in draw(loss).source
    assert "local derivative" not in draw(loss).source
    assert "local derivative" in draw(loss, local_derivatives=True).source
    with pytest.raises(ValueError, match="call backward"):
        draw(loss, backward=True)
    loss.backward()
    assert draw(loss).source.count('_gradient"') == len(topological_order(loss)) - 1  # all but the constant ½
    forward = draw(loss, backward=False).source
    assert "gradient" not in forward
    assert "positive" not in forward
    assert "local derivative" not in forward


def test_sign_and_size_are_said_twice():
    a, b = Value(1.0, "a"), Value(1.0, "b")
    (a * 9.0 - b).backward()
    root = a * 9.0 - b
    a.grad = b.grad = 0.0
    root.backward()
    arrows = lines(draw(root).source, "n0 ->") + lines(draw(root).source, "n3 ->")
    largest, smaller = arrows
    assert 'class="positive"' in largest
    assert "penwidth=3.60" in largest
    assert "dashed" not in largest
    assert 'class="negative"' in smaller
    assert "style=dashed" in smaller
    assert float(re.search(r"penwidth=([\d.]+)", smaller)[1]) == pytest.approx(0.8 + 2.8 / 3, abs=0.01)  # √(1/9) = 1/3


def test_highlight_dims_what_is_on_no_path():
    loss, leaves = lecture()
    loss.backward()
    drawing = draw(loss, highlight=leaves["w2"])
    names = {node.key: node.name for node in ops_picture(loss).nodes}
    lit = [names[line.split()[0]] for line in lines(drawing.source, "n") if "->" not in line and "dimmed" not in line]
    assert lit == ["w₂", "v₄", "v₅", "v₆", "v₇", "v₈", "L"]
    assert sum("dimmed" not in line for line in lines(drawing.source, "n") if "->" in line) == 6
    both = draw(loss, highlight=[leaves["w2"], leaves["y"]]).source
    assert sum("dimmed" not in line for line in lines(both, "n") if "->" in line) == 7


def test_highlight_in_a_folded_picture():
    w = Value(0.5, "layers.0.neurons.0.w[0]")
    x = Value(2.0, "x")
    y = ((w * x).tanh() - Value(1.0, "t")) ** 2
    drawing = draw(y, detail="neurons", highlight=w)
    dimmed = [line for line in lines(drawing.source, "n") if "->" not in line and "dimmed" in line]
    assert len(dimmed) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"direction": "up"}, "direction is one of 'LR', 'TB', not 'up'"),
        ({"theme": "pink"}, "theme is one of 'light', 'dark', not 'pink'"),
        ({"detail": "atoms"}, "detail is one of 'ops', 'neurons', 'layers', not 'atoms'"),
        ({"highlight": Value(1.0, "z")}, "label='z'\\) is not in the graph"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        draw(Value(2.0, "x").exp(), **options)


@pytest.mark.parametrize("thing", [3.0, "x", [], [1.0], None])
def test_what_cannot_be_drawn(thing):
    with pytest.raises(TypeError, match="draw takes a Value"):
        draw(thing)


def test_a_hundred_thousand_nodes_propose_a_level():
    ws = [Value(0.0, f"layers.0.neurons.{k // 100}.w[{k % 100}]") for k in range(50_000)]
    neurons = [dot(ws[k : k + 100], [1.0] * 100).tanh() for k in range(0, 50_000, 100)]
    root = dot(neurons, neurons)
    with pytest.raises(ValueError) as caught:
        draw(root)
    assert str(caught.value) == (
        "101,001 nodes and 101,500 arrows are too many for one drawing (at most 5,000 and 20,000).\n"
        "Draw it with detail='neurons' (1,001 nodes) or detail='layers' (3 nodes),"
        " or draw a part: any Value in it can be the root."
    )


def test_a_large_graph_that_no_level_folds():
    x = Value(0.1)
    for k in range(6_000):
        x = x.sin() if k % 2 else x.cos()
    with pytest.raises(ValueError, match="Label the parameters by their places"):
        draw(x)


@dataclass
class Lifted:
    """Something else that answers nodes and edges."""

    nodes: tuple
    edges: tuple


def test_anything_with_nodes_and_edges():
    program = Lifted(
        (Node("n0", "X", "", None, None, "16 × 3 numbers"), Node("n1", "H", "@", Spread(48, 0.5, -1.0, 2.0))),
        (Edge("n0", "n1", 0, count=48),),
    )
    svg = svg_of(draw(program))
    assert texts(groups(svg, "node")["n0"]) == ["X", "16 × 3 numbers"]
    assert texts(groups(svg, "node")["n1"]) == ["H", "@ ", "mean 0.5 in [−1, 2]"]
    assert len(groups(svg, "edge")) == 1
    with pytest.raises(ValueError, match="a Lifted is drawn as it is"):
        draw(program, detail="layers")
    assert draw(program, highlight="n0").source.count("dimmed") == 0


# ── SVG ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_promises_to_a_page():
    loss, _ = lecture()
    loss.backward()
    picture = ops_picture(loss)
    svg = svg_of(draw(loss))
    nodes, arrows = groups(svg, "node"), groups(svg, "edge")
    assert set(nodes) == {node.key for node in picture.nodes}
    assert set(arrows) == {f"e{edge.head[1:]}_{edge.position}" for edge in picture.edges}
    for node in picture.nodes:
        shown = [] if node.constant else [node.name]
        shown += [node.operation] if node.operation else []
        shown += [number(node.value, 4).text]
        shown += [] if node.constant else [number(node.gradient, 4).text]
        # A mark at the right has room behind it, the more the longer it is; a second space is one that does not break.
        assert [text.rstrip(" \N{NO-BREAK SPACE}") for text in texts(nodes[node.key])] == shown
        of_their_own = [g for g in svg.iter(f"{SVG}g") if g.get("id") == f"a_{node.key}_gradient"]
        assert all(texts(g) == shown[-1:] for g in of_their_own)  # none, if Graphviz's own dot laid it out


@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324, 1.7e308])
def test_numbers_of_all_kinds_are_shown_as_such(x):
    leaf = Value(x, "x")
    root = leaf * 1.0 + leaf
    root.backward()
    leaf.grad = x
    shown = texts(groups(svg_of(draw(root)), "node")["n0"])
    assert shown == ["x", number(x, 4).text, number(x, 4).text]


HOSTILE = [
    '"]; evil [label="x',
    "</table>>]; evil -> n0 [label=<",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "&lt;&amp;&#60;&nbsp;",
    r"\N \G \L \E \T \\ \n \"",
    "line\nbreak\r\ttab",
    r"\frac{1}{2} $x$ \input{/etc/passwd}",
    "]]> <!-- -->",
    "\x00\x01\x1b[31m",
    "{a|b|<p>c}",
    "שלום עולם",
    "\u202eevil",
    "日本語 🙂",
    "a" * 10_000,
    "\\",
    "-->",
    "javascript:alert(1)",
    "</title></svg>",
    " ",
]


@pytest.mark.parametrize("label", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("detail", ["ops", "layers"])
def test_a_hostile_label_is_text(label, detail):
    x = Value(2.0, label)
    root = x * Value(3.0, "w")
    root.label = label[::-1]
    root.backward()
    drawing = draw(root, detail=detail)
    svg = svg_of(drawing)
    assert len(groups(svg, "node")) == 3
    assert len(groups(svg, "edge")) == 2
    assert {element.tag.removeprefix(SVG) for element in svg.iter()} <= {
        "svg", "g", "title", "a", "path", "polygon", "text",
    }  # fmt: skip
    links = "{http://www.w3.org/1999/xlink}href"
    assert not any(key == links or key.startswith("on") for element in svg.iter() for key in element.attrib)
    if detail == "ops":
        name = ops_picture(root).nodes[0].name
        assert texts(groups(svg, "node")["n0"])[0] == name
        if label.isprintable() and label.isascii() and not label.isspace() and len(label) < 40:
            assert html.unescape(html.escape(name)) == label


def test_the_themes_can_be_read():
    """Contrast by WCAG 2.2: at least 4.5 : 1 for text, whatever it stands on."""

    def luminance(colour):
        channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(a, b):
        light, dark = sorted((luminance(a), luminance(b)), reverse=True)
        return (light + 0.05) / (dark + 0.05)

    for theme in THEMES.values():
        for ground in (theme.background, theme.card):
            for text in (theme.ink, theme.muted, theme.positive, theme.negative):
                assert contrast(text, ground) >= 4.5
        assert contrast(theme.positive, theme.positive_tint) >= 4.5
        assert contrast(theme.negative, theme.negative_tint) >= 4.5
        assert contrast(theme.muted, theme.neutral_tint) >= 4.5


def test_a_sum_of_many_stays_readable():
    rng = random.Random(0)
    a = [Value(rng.gauss(0, 1), f"a{i}") for i in range(64)]
    b = [Value(rng.gauss(0, 1), f"b{i}") for i in range(64)]
    root = dot(a, b).tanh()
    root.backward()
    drawing = draw(root)
    assert "n0 -> n128" in drawing.source
    assert drawing.source.count("labeltooltip") == 1  # of the tanh alone
    height = float(svg_of(drawing).get("height").removesuffix("pt"))
    assert height < 128 * 32  # a line each


@pytest.mark.slow
@pytest.mark.parametrize(("widths", "seconds"), [((2, 3, 1), 0.3), ((2, 9, 10, 1), 1.0), ((2, 32, 38, 1), 10.0)])
def test_layout_in_time(widths, seconds):
    """40, 400 and 4,000 nodes; on an idle machine 0.05 s, 0.3 s and 6 s."""
    rng = random.Random(0)
    x = [Value(1.0, "x1"), Value(-2.0, "x2")]
    for k, width in enumerate(widths[1:]):
        x = [
            sum(
                (Value(rng.uniform(-1, 1), f"layers.{k}.neurons.{j}.w[{i}]") * xi for i, xi in enumerate(x)), 0.1
            ).tanh()
            for j in range(width)
        ]
    x[0].backward()
    draw(x[0], backward=False)
    started = time.perf_counter()
    draw(x[0]).pipe()
    assert time.perf_counter() - started < 10 * seconds  # machines differ, and are busy


def test_dot_is_made_line_by_line():
    assert all(line.endswith("\n") and line.count("\n") == 1 for line in dot_lines(ops_picture(lecture()[0])))
