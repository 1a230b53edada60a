"""What holds for the house as a whole: one word one meaning, a map in each room, imports where they can be seen.

That imports point one way, with no circle, is import-linter's to check (`[tool.importlinter]` in pyproject.toml).
"""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(path for package in ("autograd", "nn") for path in (ROOT / package).rglob("*.py"))
ROOMS = sorted({path.parent for path in FILES})

#: Names that stand in two files because they mean the same thing there, and why that is wanted.
SAME_MEANING = {
    **dict.fromkeys(["MLP", "Layer", "Neuron"], "nn.micrograd has micrograd's names"),
    "Value": "nn.microgpt has the signature of microgpt's",
    "take": "rows by their numbers: of Values, and of a dataset's samples",
    "export": "the same promise, for compiled functions and for networks as well",
    "jit": "the same promise, with NumPy and without",
    "get": "a function of that name in a table: of losses, activations, initialisers, optimisers",
    **dict.fromkeys(
        ["relu", "leaky_relu", "elu", "gelu", "silu", "softplus", "sigmoid", "tanh", "softmax", "step"],
        "the operation, and the activation function that applies it",
    ),
    **dict.fromkeys(["mean_squared_error", "mean_absolute_error"], "the same number as a loss and as a metric"),
}

#: Function-level imports of our own modules, each of which keeps an outside package from being imported too early.
LAZY = {
    "autograd/__init__.py",  # jit: NumPy
    "autograd/lift/choose_backend.py",  # llvm_backend: llvmlite
    "nn/cli.py",  # export: NumPy
    "nn/basics/forward.py",  # for_each: NumPy
    "nn/training/forward_loss.py",  # for_each: NumPy
    "nn/training/objective_program.py",  # over_batch: NumPy
    "nn/training/array_steps.py",  # numpy_arithmetic: NumPy
}


def name(path):
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def defined(path):
    """The names that a file defines at its top."""
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def test_no_name_is_defined_twice():
    places = defaultdict(set)
    for path in FILES:
        for defines in defined(path):
            if not defines.startswith("__"):
                places[defines].add(name(path))
    twice = {word: sorted(where) for word, where in places.items() if len(where) > 1 and word not in SAME_MEANING}
    assert not twice, (
        f"one word, one meaning: {twice} are each defined in several files. Rename all but one so that a newcomer"
        " guesses right, or, if they mean the same, make one serve both (or say why not in SAME_MEANING)."
    )
    unused = sorted(word for word in SAME_MEANING if len(places[word]) < 2)
    assert not unused, f"SAME_MEANING excuses {unused}, which are not defined twice: take them out."


@pytest.mark.parametrize("room", ROOMS, ids=name)
def test_each_room_lists_its_files(room):
    text = ast.get_docstring(tree(room / "__init__.py"), clean=False) or ""
    inside = {path.stem for path in room.glob("*.py") if not path.stem.startswith("__")}
    inside |= {path.name + "/" for path in ROOMS if path.parent == room}
    listed = set(re.findall(r"^ +(?:\d+ +)?([a-z_]+/?)(?= {2,}|$)", text, re.MULTILINE))
    assert listed == inside, (
        f"{name(room)}/__init__.py has to list the files of its room in reading order, one a line, indented:"
        f" {sorted(inside - listed)} are missing, {sorted(listed - inside)} do not exist."
    )


def test_own_modules_are_imported_at_the_top():
    inside = []
    for path in FILES:
        if name(path) in LAZY:
            continue
        for function in ast.walk(tree(path)):
            if isinstance(function, ast.FunctionDef):
                for node in ast.walk(function):
                    modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                    modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                    if any(module.split(".")[0] in ("autograd", "nn") for module in modules):
                        inside.append(f"{name(path)}:{node.lineno}")
    assert not inside, (
        f"imports of our own modules inside functions: {inside}. Move them to the top; if that makes a circle, what"
        " both speak of is a third file under them. Only an outside package may be imported late."
    )


def test_files_that_are_spoken_of_exist():
    known = {path.name for path in ROOT.rglob("*.*") if not {".venv", ".git", "build"} & set(path.parts)}
    gone = [
        f"{name(path)}: {file}"
        for path in FILES
        for file in re.findall(r"`(?:[\w/]+/)?(\w+\.(?:py|js|css|toml))`", path.read_text(encoding="utf-8"))
        if file not in known
    ]
    assert not gone, f"docstrings and comments name files that do not exist: {gone}"
