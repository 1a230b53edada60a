"""explain: text, page and drawing of an expression, and the command of that name."""

import re
import sys

import pytest
from click.testing import CliRunner

from autograd.show import explain
from autograd.show.writing.names import SUBSCRIPTS

LECTURE = "z1 = x*w1 + b1; a1 = sigmoid(z1); z2 = a1*w2 + b2; yhat = sigmoid(z2); L = 0.5*(y - yhat)**2"
NUMBERS = {"x": 0.05, "w1": 0.1, "b1": -0.1, "w2": 0.3, "b2": 0.3, "y": 0.01}


def row(text, name):
    """The cells of a row of the table of gradients."""
    return next(line.split() for line in text.split("\n\n")[-1].splitlines() if line.split()[0] == name)


def test_the_lectures_chain():
    text = explain(LECTURE, NUMBERS, leaves=["w2", "b2", "w1", "b1"])
    values, derivation, table = text.split("\n\n")
    assert values.splitlines()[0] == "z₁ = x·w₁ + b₁ = 0.05·0.1 − 0.1 = −0.095"
    assert len(values.splitlines()) == 5
    assert re.search(r"∂L/∂w₂ ≈ +0\.476 · +\[0\.238 · +0\.599\] +≈ 0\.0679", derivation)
    assert row(text, "w₂") == ["w₂", "0.3", "0.0679288", "0.0679288", "agrees"]
    assert table.count("agrees") == 4 and "x" not in table.split()


def test_every_input_is_derived_unless_some_are_chosen():
    text = explain("x*w + b", {"x": 2, "w": -3, "b": 1})
    assert text.startswith("f = x·w + b = 2·(−3) + 1 = −5\n")
    assert [row(text, name)[2] for name in "xwb"] == ["−3", "2", "1"]
    slope = float(row(explain(LECTURE, NUMBERS, leaves=["a1"]), "a₁")[2])
    assert slope == pytest.approx(0.3 * 0.142627, rel=1e-5)  # the lecture's ∂z₂/∂a₁ · ∂L/∂z₂


def test_the_result_and_the_lines_get_names_that_are_free():
    assert explain("f*2", {"f": 1}).startswith("y = ")
    assert explain("f*y", {"f": 1, "y": 2}).startswith("f₁ = ")
    assert explain("tanh(v1*x)", {"v1": 1, "x": 0.5}).startswith("v₂ = v₁·x = ")


def test_of_hundreds_of_inputs_the_first_are_shown_and_how_to_ask_for_others(monkeypatch):
    expression = " + ".join(f"exp(x{place})*w{place}" for place in range(300))
    values = {f"{kind}{place}": 0.01 * place for place in range(300) for kind in "xw"}
    text = explain(expression, values)
    assert len(text.splitlines()) < 250 and len(text) < 30_000
    equations = text.split("\n\n")[0].splitlines()
    assert len(equations) == 41 and equations[-1].startswith("f = ")
    assert row(text.rsplit("\n\n", 1)[0], "w₁₉")[2] == "1.20925"
    assert "Of 600 inputs these are the first 12, and 40 in the table" in text
    asked = re.search(r"--wrt (\S+)\.$", text)[1]
    monkeypatch.setattr(sys.modules[explain.__module__], "MOST_LINES", 10_000)
    chosen = explain(expression, values, leaves=[asked])
    whole = chosen.split("\n\n")[0].splitlines()
    assert equations == [*whole[:39], f"… and {len(whole) - 40} more …", whole[-1]]
    assert row(chosen, "w₂₉₉")[2:] == ["19.8857", "19.8857", "agrees"]


def test_what_is_asked_for_is_shown():
    values = {f"x{place}": float(place) for place in range(30)}
    text = explain("*".join(values), values, leaves=list(values))
    assert all(row(text, f"x{place}".translate(SUBSCRIPTS)) for place in range(30)) and "inputs" not in text


def test_a_kink_and_a_gradient_without_a_number_are_said():
    assert row(explain("relu(x)", {"x": 0.0}), "x")[-1] == "kink"
    assert row(explain("x*x", {"x": float("nan")}), "x")[1:] == ["NaN", "NaN", "unknown"]


@pytest.mark.parametrize(
    "expression, values, options, words",
    [
        ("2 + 3", {}, {}, "nothing to derive"),
        ("x", {"x": 1.0}, {}, "nothing to derive"),
        ("x*2", {"x": 1.0}, {"leaves": ["w"]}, "w is not a name of the expression, which has x"),
        ("L = x*2", {"x": 1.0}, {"leaves": ["L"]}, "L is the result"),
        ("a = 2; a*3", {}, {}, "no input"),
        ("x*2", {"x": 1.0}, {"digits": 0}, "at least 1"),
        ("log(x)", {"x": -1.0}, {}, "keep the operand above 0"),
        ("x*", {"x": 1.0}, {}, "missing here"),
    ],
)
def test_what_cannot_be_explained(expression, values, options, words):
    with pytest.raises(ValueError, match=words):
        explain(expression, values, **options)


# ── The command ──


def run(*words, status=0):
    from nn.cli import main

    result = CliRunner().invoke(main, ["explain", *map(str, words)])
    assert result.exit_code == status, (result.output, result.exception)
    return result


PAIRS = [f"{name}={number}" for name, number in NUMBERS.items()]


def test_the_command_prints_and_writes_files_that_need_no_network(tmp_path):
    page, drawing = tmp_path / "out.html", tmp_path / "out.svg"
    result = run(LECTURE, *PAIRS, "--wrt", "w2", "--html", page, "--svg", drawing)
    assert "≈ 0.0679" in result.stdout and result.stderr == ""
    assert result.stdout.strip() == explain(LECTURE, NUMBERS, leaves=["w2"])
    html = page.read_text()
    assert html.startswith("<!DOCTYPE html>") and "Backpropagation of L" in html
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//|@import|<link|fetch\(""", html)
    assert drawing.read_text().lstrip().startswith("<?xml") and "</svg>" in drawing.read_text()


def test_the_command_takes_signs_and_lists():
    assert run("-x*w", "x=2", "w=-1e-1", "--wrt", "w,x", "--digits", "2").stdout.startswith("f = ")
    assert "chalkgrad explain" in run("--help").stdout


@pytest.mark.parametrize(
    "words, message",
    [
        (["x*w + q", "x=1", "w=2"], "chalkgrad: q=number is missing\n  x*w + q\n        ^\n"),
        (["x*w", "x=1", "w=two"], "chalkgrad: w=two: 'two' is not a number\n"),
        (["x*w", "x", "w=2"], "chalkgrad: 'x' is not of the form NAME=NUMBER, such as w=0.5\n"),
        (["x*w", "x=1", "x=2"], "chalkgrad: x is given twice\n"),
        (["x*w", "x=1", "w=2", "--wrt", "b"], "chalkgrad: b is not a name of the expression, which has x, w\n"),
        (["log(x)", "x=-1"], "chalkgrad: log: log(-1.0 (x)) has no finite real value."),
        (["x*2", "x=1", "--html", "/nowhere/out.html"], "No such file or directory"),
    ],
)
def test_what_the_command_cannot_use_ends_with_status_2(words, message):
    result = run(*words, status=2)
    assert message in result.stderr and result.stdout == ""


@pytest.mark.parametrize("digits", [13, 15, 16, 17, 30])
def test_more_digits_than_a_float_has_are_not_said_to_be_exact(digits):
    told = explain("x/3 + 0.1", {"x": 1.0}, digits=digits)
    assert f"≈ {'0.433333333333333'[: min(digits, 15) + 2]}" in told and "0.1 ≈" in told
    assert "= 0.4" not in told and "= 0.3" not in told
