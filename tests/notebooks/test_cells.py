"""Cells of a page in one namespace, as its worker runs them: what runs again, what is shown, what an error says."""

import importlib
import sys

import pytest

pytest.importorskip("nbformat")

from tools.files import FOLDER


@pytest.fixture
def cells(monkeypatch):
    """The module that a page asks, new."""
    monkeypatch.syspath_prepend(str(FOLDER / "tools"))
    monkeypatch.syspath_prepend(str(FOLDER / "site" / "runtime"))
    before = set(sys.modules), sys.stdin
    yield importlib.import_module("cells")
    for name in set(sys.modules) - before[0]:
        del sys.modules[name]
    sys.stdin = before[1]


def run(cells, texts, place):
    """What runs for a cell, and what the last of these shows."""
    order = cells.answer("plan", texts, place)["order"]
    for one in order:
        last = cells.answer("run", texts, one, whole=one == place)
    return order, last["shown"]


def test_what_is_needed_runs_once_and_again_when_it_or_what_it_needs_was_changed(cells):
    texts = ["a = 1", "other = 0", "b = a + 1", "print(b)"]
    assert run(cells, texts, 3) == ([0, 2, 3], [{"kind": "text", "text": "2\n"}])
    assert run(cells, texts, 3)[0] == [3]
    texts[0] = "a = 5"
    assert run(cells, texts, 3) == ([0, 2, 3], [{"kind": "text", "text": "6\n"}])
    run(cells, texts, 0)  # by itself
    assert run(cells, texts, 3)[0] == [2, 3]


def test_what_is_away_is_left_out_of_what_is_needed_and_said_of_what_is_run(cells):
    texts = ["import numpy\nn = 3\nm = numpy.ones(n)", "n", "import nothing_of_the_kind"]
    assert run(cells, texts, 1) == ([0, 1], [{"kind": "text", "text": "3"}])
    (shown,) = run(cells, texts, 2)[1]
    assert shown["kind"] == "error" and "nothing else can be imported" in shown["text"] and shown["line"] == 1


def test_an_error_says_the_cell_in_which_it_is(cells):
    texts = ["def f():\n    return 1 / 0", "f()"]
    assert run(cells, texts, 1)[1] == [
        {"kind": "error", "text": "ZeroDivisionError: division by zero", "line": 2, "cell": 0}
    ]
    (shown,) = run(cells, ["x = (", "f()"], 0)[1]
    assert shown["text"].startswith("SyntaxError") and shown["line"] == 1


def test_drawings_steppers_and_derivations_are_shown(cells):
    texts = [
        "from autograd import Value\nfrom autograd.show import derive, draw, steps\nx = Value(2.0)\nL = x * x",
        "draw(L)",
        "steps(L)",
        "derive(L, x)",
        "input()",
        "while True: print('on and on')",
    ]
    kinds = [run(cells, texts, place)[1][-1]["kind"] for place in range(1, 6)]
    assert kinds == ["svg", "page", "text", "error", "error"]
    assert "nobody can be asked" in run(cells, texts, 4)[1][0]["text"]


def test_what_a_program_alters_is_named(cells):
    asked = importlib.import_module("asked")
    asked.warm_up()
    good = "from autograd import Value\nx = Value(2.0)\nL = x.exp() + 1.0"
    assert asked.answer("program", good, {}, "derivation")["altered"] == []
    value = importlib.import_module("autograd").Value
    before = value.__add__
    try:
        spoiled = f"{good}\nValue.__add__ = Value.__mul__"
        assert asked.answer("program", spoiled, {}, "derivation")["altered"] == ["autograd.value.Value.__add__"]
    finally:
        value.__add__ = before
    assert asked.answer("program", good, {}, "derivation")["altered"] == []
