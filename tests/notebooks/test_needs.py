"""Which cells another one needs, and which run where some packages are away: on programs, and on the course."""

import ast
import contextlib
import io

import pytest

pytest.importorskip("nbformat")

from tools.answers import answers_to
from tools.exercises import SOLUTION
from tools.files import notebooks, read, tagged
from tools.needs import names_of, needed, parts

#: Exercises that need NumPy, a data set or a file.
AWAY = {"06-from-neuron-to-network 3", "07-learning-that-generalises 2", "08-from-scalars-to-tensors 2"} | {
    "08-from-scalars-to-tensors 3",
    "10-a-tiny-language-model 1",
    "10-a-tiny-language-model 2",
}


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["a = 1", "a = 2", "a"], [1, 2]),
        (["a = []", "a.append(1)", "print(a)", "b = a"], [0, 1, 3]),
        (["v = {}", "L = v['L']", "L.backward()", "v"], [0, 1, 2, 3]),  # L is a part of v
        (["def f(x): return g(x)", "def g(x): return x", "x = 5", "f(1)"], [0, 1, 3]),  # g comes after f
        (["def g(x): return x", "def f(x): return g(x)", "x = 5", "f(1)"], [0, 1, 3]),
        (["w = 0", "for i in range(3):\n    w = w + i", "w"], [0, 1, 2]),
        (["i = 0", "total = 0", "total += 1", "[i for i in range(3)] + [total]"], [1, 2, 3]),
        (["class A: pass", "x = 1", "class B(A):\n    x = 2\n    def f(self): return self.x", "B()"], [0, 2, 3]),
        (["x = 1", "try:\n    pass\nexcept ValueError as x:\n    print(x)", "x"], [0, 2]),
        (["a = 1", "b = (", "a"], [0, 2]),  # what is being written
        (["import random", "random.seed(1)", "random.random()"], [0, 1, 2]),
    ],
)
def test_what_is_needed(cells, wanted):
    assert needed(parts(cells), len(cells) - 1) == wanted


def test_what_would_come_from_packages_that_are_away_is_left_out():
    cells = [
        "import numpy as np\nfrom nn import MLP, Trainer",
        "n = 3\na = np.ones(n)\ndef f(): return a",
        "b = f()",
        "n",
    ]
    left = [[ast.unparse(statement) for statement in part.body] for part in parts(cells)]
    assert left == [["from nn import MLP"], ["n = 3"], [], ["n"]]
    assert [part.whole for part in parts(cells)] == [True, False, False, True]


def test_names_inside_functions_are_their_own():
    tree = tuple(ast.parse("def f(a, *b, c=d):\n    e = a\n    return [g + e for g in b] + h").body)
    assert names_of(tree).reads == {"d", "h"}


def asked(path):
    """The exercises of a notebook that run without what is away: number, texts to put in, the check's place."""
    cells = [cell for cell in read(path).cells if cell.cell_type == "code"]
    places = [place for place, cell in enumerate(cells) if "exercise" in cell.metadata.get("tags", ())]
    for number, place in enumerate(places, start=1):
        if parts([cell.source for cell in cells])[place + 1].whole:
            yield number, [cell.source for cell in cells], places, place + 1


def test_the_exercises_that_run_are_known():
    run = {f"{path.stem} {number}" for path in notebooks() for number, *_ in asked(path)}
    every = {f"{path.stem} {n}" for path in notebooks() for n, _ in enumerate(tagged(read(path), "exercise"), start=1)}
    assert every - run == AWAY


@pytest.mark.slow
@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem[:2])
def test_a_check_says_the_same_when_only_what_is_needed_has_run(path):
    """Its verdict on the solutions, and on every answer that is tried on it."""
    solutions = [SOLUTION.search(cell.source)[1] for cell in tagged(read(path), "solution")]
    for number, texts, places, check in asked(path):
        for place, solution in zip(places, solutions, strict=True):
            texts[place] = solution
        answers = [(True, solutions[number - 1])]
        answers += [(its.right, its.code) for its in answers_to(path) if its.exercise == number][::6]
        for right, code in answers:
            texts[check - 1] = code
            assert verdict(texts, check)[0] == "✗✓"[right], (path.stem, number, code)


def verdict(texts, check):
    its = parts(texts)
    names = {"__name__": "__main__"}
    for place in needed(its, check):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(compile(ast.Module(list(its[place].body), []), "<cell>", "exec"), names)
    return said.getvalue()
