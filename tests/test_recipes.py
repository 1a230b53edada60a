"""The places that a recipe of CONTRIBUTING.md names and that no other test would miss."""

import inspect
from pathlib import Path

import pytest

import nn
from autograd.show.writing.equation import Equation
from autograd.show.writing.formula import Formula
from autograd.show.writing.notation import Notation
from nn import activations, layers, metrics, optimizers
from nn.cli import main
from nn.optimizers import Optimizer, gradient_descent, hill_climbing

ROOT = Path(__file__).parents[1]


def classes_of(module, base):
    """The classes of that kind that a module defines."""
    return [
        x
        for x in vars(module).values()
        if inspect.isclass(x) and issubclass(x, base) and x.__module__ == module.__name__
    ]


@pytest.mark.parametrize("kind", [k for m in (gradient_descent, hill_climbing) for k in classes_of(m, Optimizer)])
def test_an_optimiser_has_a_name_and_is_at_both_doors(kind):
    door = "nn/optimizers/__init__.py"
    assert kind in optimizers.OPTIMIZERS.values(), f"give {kind.__name__} a name in OPTIMIZERS of {door}"
    assert kind.__name__ in optimizers.__all__, f"add {kind.__name__} to __all__ of {door}"
    assert kind.__name__ in nn.__all__, f"import {kind.__name__} in nn/__init__.py, and add it to __all__"


@pytest.mark.parametrize("kind", classes_of(layers, nn.Module))
def test_a_layer_is_at_the_door(kind):
    assert kind.__name__ in nn.__all__, f"import {kind.__name__} in nn/__init__.py, and add it to __all__"


def test_an_activation_is_in_its_table():
    made = {name: thing for name, thing in vars(activations).items() if isinstance(thing, activations.Activation)}
    missing = sorted(name for name, thing in made.items() if thing not in activations.ACTIVATIONS.values())
    assert not missing, f"give {missing} a name in ACTIVATIONS of nn/activations.py"


def test_a_metric_is_in_its_table():
    given = [metric.function for metric in metrics.METRICS.values()]
    for name, function in filter(lambda item: inspect.isfunction(item[1]), vars(metrics).items()):
        signature = inspect.signature(function)
        if list(signature.parameters)[:2] == ["predictions", "targets"] and signature.return_annotation == "float":
            assert function in given, f"add {name} to METRICS of nn/metrics.py"


@pytest.mark.parametrize("notation", Notation.__subclasses__())
def test_a_notation_can_be_asked_for(notation):
    method = notation.__name__.lower()
    for kind in (Formula, Equation):
        assert hasattr(kind, method), f"{kind.__name__} has no method {method}() that writes it by {notation.__name__}"


def test_a_back_end_is_held_against_the_reference():
    tested = (ROOT / "tests/autograd/lift/test_back_ends.py").read_text(encoding="utf-8")
    for room in (ROOT / "autograd/lift").glob("*_backend"):
        name = room.name.removesuffix("_backend")
        assert f'"{name}"' in tested, f"add {name!r} to BACK_ENDS of tests/autograd/lift/test_back_ends.py"


@pytest.mark.parametrize("name", main.commands)
def test_a_command_has_an_example_and_is_spoken_of(name):
    assert f"chalkgrad {name}" in main.commands[name].help, f"show how `chalkgrad {name}` is called, in its docstring"
    guides = "".join(guide.read_text(encoding="utf-8") for guide in (ROOT / "notebooks/site/guides").glob("*.md"))
    assert f"chalkgrad {name}" in guides, f"no guide in notebooks/site/guides speaks of {name}"
