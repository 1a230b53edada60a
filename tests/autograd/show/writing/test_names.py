"""What nodes and numbers are called: mathematical dress for labels that have one, and no way out of the text."""

from __future__ import annotations

import html
import math
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, dot
from autograd.show.writing.names import LONGEST, keys, label_name, names
from autograd.show.writing.notation import Name
from autograd.show.writing.numbers import is_rounded, number


@pytest.mark.parametrize(
    ("label", "text", "latex", "marked_up"),
    [
        ("x", "x", "x", "x"),
        ("w2", "w₂", "w_{2}", "w<sub>2</sub>"),
        ("w_2", "w₂", "w_{2}", "w<sub>2</sub>"),
        ("w₂", "w₂", "w_{2}", "w<sub>2</sub>"),
        ("w12", "w₁₂", "w_{12}", "w<sub>12</sub>"),
        ("w_out", "w_out", r"w_{\mathrm{out}}", "w<sub>out</sub>"),
        ("alpha1", "α₁", r"\alpha_{1}", "α<sub>1</sub>"),
        ("α1", "α₁", r"\alpha_{1}", "α<sub>1</sub>"),
        ("Alpha", "Α", "A", "Α"),
        ("Sigma", "Σ", r"\Sigma", "Σ"),
        ("ŷ", "ŷ", r"\hat{y}", "ŷ"),
        ("y\u0302", "ŷ", r"\hat{y}", "ŷ"),
        ("y_hat", "ŷ", r"\hat{y}", "ŷ"),
        ("x''", "x′′", "x''", "x′′"),
        ("loss", "loss", r"\mathrm{loss}", "loss"),
        ("x1w1x2w2", "x₁w₁x₂w₂", "x_{1}w_{1}x_{2}w_{2}", "x<sub>1</sub>w<sub>1</sub>x<sub>2</sub>w<sub>2</sub>"),
        ("learning_rate", "learning_rate", r"{\text{learning}\_\text{rate}}", "learning_rate"),
        (
            "layers.0.neurons.2.w[1]",
            "layers.0.neurons.2.w[1]",
            r"\text{layers.0.neurons.2.w[1]}",
            "layers.0.neurons.2.w[1]",
        ),
        ("x1*w1", "x1*w1", r"\text{x1*w1}", "x1*w1"),
        ("שלום", "\u2068שלום\u2069", r"\text{שלום}", "\u2068שלום\u2069"),
        ("a\nb", r"a\nb", r"{\text{a}\backslash \text{nb}}", r"a\nb"),
        ("\u202eab", r"\u202eab", r"{\backslash \text{u202eab}}", r"\u202eab"),
    ],
)
def test_labels(label, text, latex, marked_up):
    assert label_name(label) == Name(text, latex, marked_up)


def test_greek_tex_is_known():
    assert label_name("omicron").latex == "o"
    assert [label_name(letter).latex for letter in ("Gamma", "Τ", "φ")] == [r"\Gamma", "T", r"\phi"]


class Tags(HTMLParser):
    """The tags and the text of a piece of HTML."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, attrs))

    def handle_data(self, data):
        self.text += data


HOSTILE = [
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]>--><!--",
    "\\input{/etc/passwd}",
    "$$ \\def\\x{} %",
    "}}}^_~#&",
    'a"]; b [label="x',
    "&lt;b&gt;",
    "\ud800\x00\x07\u2028",
    "<" * 10_000,
]


@pytest.mark.parametrize("label", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_labels_are_only_text(label):
    check_is_text(label)


@given(st.text(st.characters(), max_size=60))
def test_any_label_is_only_text(label):
    check_is_text(label)


def check_is_text(label):
    name = label_name(label)
    assert len(name.text) <= 10 * LONGEST + 2
    page = Tags()
    page.feed(name.html)
    page.close()
    assert all(tag in {"sub", "sup"} and not attributes for tag, attributes in page.tags)
    assert not re.search("[<>\"']", re.sub("</?su[bp]>", "", name.html))
    assert not page.tags or not re.search("[<>]", label)
    if not page.tags:
        assert html.unescape(name.html) == name.text == page.text
    name.text.encode(), name.html.encode(), name.latex.encode()  # nothing that UTF-8 cannot write
    assert not re.search(r"[\x00-\x1f\u202a-\u202e]", name.text + name.latex + name.html)

    assert not re.search("[<>]", name.latex)
    commands = set(re.findall(r"\\([A-Za-z]+)", name.latex))
    letters = {"alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon"}
    assert commands <= {"text", "mathrm", "backslash", "wedge", "sim", "lt", "gt", "hat", "bar", "tilde", "dot"} | {
        greek for group in letters for small in group.split() for greek in (small, small.capitalize())
    } | {"phi", "chi", "psi", "omega", "Phi", "Chi", "Psi", "Omega"}
    assert braces_balance(re.sub(r"\\[{}]", "", name.latex))
    assert not re.search(r"(?<!\\)[$&#%~]", name.latex)


def braces_balance(text):
    depth = 0
    for character in text:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            return False
    return depth == 0


def test_a_long_label_keeps_its_beginning_and_its_end():
    name = label_name("model." + "a" * 10_000 + ".w[1]").text
    assert len(name) == LONGEST
    assert name.startswith("model.") and "…" in name and name.endswith(".w[1]")


def test_unlabelled_nodes_are_numbered_and_constants_are_numbers():
    x = Value(2.0, label="x")
    half = Value(0.5)
    y = x * half
    z = y + 1.0
    called = {node: name.text for node, name in names(z).items()}
    assert called[x] == "x" and called[half] == "0.5" and called[y] == "v₁" and called[z] == "v₂"
    assert set(called.values()) == {"x", "0.5", "v₁", "1", "v₂"}
    assert names(z, variables=[half])[half].text == "v₃"
    assert names(z, variables=[half])[z].text == "v₂"
    assert keys(z)[z] == "n4" and keys(z)[x] == "n0"


def test_equal_labels_are_told_apart_and_v_is_not_taken_twice():
    a, b, c, v1 = Value(1.0, label="w1"), Value(2.0, label="w_1"), Value(3.0, label="w₁"), Value(4.0, label="v1")
    called = names(dot([a, b], [c, v1]))
    assert [called[node].text for node in (a, b, c, v1)] == ["w₁", "w₁⁽²⁾", "w₁⁽³⁾", "v₁"]
    assert called[b] == Name("w₁⁽²⁾", "{w_{1}}^{(2)}", "w<sub>1</sub><sup>(2)</sup>")
    assert sorted(name.text for name in called.values())[-1] == "w₁⁽³⁾" and "v₂" in {n.text for n in called.values()}


@given(st.lists(st.sampled_from(["x", "x1", "x_1", "v1", "v2", "", " ", "x₁⁽²⁾", "{x}^{(2)}"]), min_size=2, max_size=9))
def test_names_are_different(labels):
    leaves = [Value(float(index), label=label) for index, label in enumerate(labels)]
    root = leaves[0]
    for leaf in leaves[1:]:
        root = root * leaf
    called = names(root)
    assert set(called) == set(names(root)) and len({name.text for name in called.values()}) == len(called)


@pytest.mark.parametrize(
    ("x", "digits", "text"),
    [
        (0.0, 3, "0"),
        (-0.0, 3, "0"),
        (0.0679123, 3, "0.0679"),
        (0.1 + 0.2, 3, "0.3"),
        (0.5000001, 3, "0.500"),
        (0.9995, 3, "1.00"),
        (1 / 3, 5, "0.33333"),
        (-0.095, 3, "−0.095"),
        (12345.678, 3, "12346"),
        (123456.0, 3, "123456"),
        (1e6, 3, "10⁶"),
        (-1e-5, 3, "−10⁻⁵"),
        (1.5e300, 3, "1.5·10³⁰⁰"),
        (2e-7 / 3, 3, "6.67·10⁻⁸"),
        (math.nan, 3, "NaN"),
        (math.inf, 3, "∞"),
        (-math.inf, 3, "−∞"),
    ],
)
def test_numbers(x, digits, text):
    assert number(x, digits).text == text


@given(st.floats(-1e307, 1e307), st.integers(1, 12))
def test_numbers_are_right_to_their_digits(x, digits):
    written = number(x, digits).latex
    value = float(re.sub(r"^(-?)10\^", r"\g<1>1 \\cdot 10^", written).replace(r" \cdot 10^{", "e").replace("}", ""))
    assert abs(value - x) <= 0.5000001 * 10.0 ** (1 - digits) * abs(x) or abs(x) < 1e-300
    assert is_rounded(x, digits) or abs(value - x) <= 1e-12 * abs(x)
