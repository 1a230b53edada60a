"""What an entry of the table is called in public: a function, a method, a docstring, and all of it known to mypy."""

import inspect
import subprocess
import sys

import pytest

import autograd
from autograd import Value, functions, ops
from autograd.eager import compiled
from autograd.operation import Family, Operation

ENTRIES = {name: thing for name, thing in vars(ops).items() if isinstance(thing, Operation | Family)}
PUBLIC = [entry for entry in ENTRIES.values() if entry.doc and entry not in (ops.POWER, ops.POW_DERIVATIVE)]
METHODS = [entry for entry in PUBLIC if isinstance(entry, Family) or entry.arity in (1, 2)]


def test_every_name_of_the_table_is_there_once():
    for constant, entry in ENTRIES.items():
        assert constant == entry.name.upper(), f"ops.{constant} is called {entry.name!r}: give the two the same name"
    assert len(ENTRIES) == len(ops.OPERATIONS) + len(ops.FAMILIES), "an operation and a family have the same name"


@pytest.mark.parametrize("entry", PUBLIC, ids=repr)
def test_a_described_entry_has_a_function(entry):
    function = getattr(functions, entry.name, None)
    assert function, f"add `{entry.name} = of_one(ops.{entry.name.upper()})` (or of_two …) to autograd/functions.py"
    assert function is getattr(autograd, entry.name) and entry.name in autograd.__all__
    assert inspect.getdoc(function) == entry.doc and entry.doc.endswith(".")
    assert function.__name__ == entry.name and function.__module__ == "autograd.functions"


@pytest.mark.parametrize("entry", METHODS, ids=repr)
def test_a_described_entry_of_one_or_two_operands_has_a_method(entry):
    assert hasattr(Value, entry.name), f"add {entry.name} to the names that are Method() in autograd/value.py"
    method = getattr(Value, entry.name)
    assert method is compiled(entry) and entry.name in dir(Value(1.0))
    assert entry.doc in inspect.getdoc(method) and "∂y/∂" in inspect.getdoc(method)
    given, taken = (list(inspect.signature(f).parameters) for f in (getattr(functions, entry.name), method))
    assert given[1:] == [name.replace("other", "b") for name in taken[1:]]


def test_every_function_of_an_entry_is_described():
    for name in functions.__all__:
        entry = ops.FAMILIES.get(name) or ops.OPERATIONS.get(name)
        assert inspect.getdoc(getattr(functions, name))
        assert entry is None or entry.doc or name in ("dot", "where", "detach"), f"ops.{name.upper()} needs a doc"


def test_what_the_package_offers_are_the_functions_and_these():
    others = (
        "DomainError Operation TraceError Value apply grad hessian hvp jacobian jit nonfinite value_and_grad vjp vmap"
    )
    assert sorted(autograd.__all__) == sorted([*others.split(), *functions.__all__])
    assert {"detach", "tanh", "where", "sum", "softmax"} < set(functions.__all__)
    assert not {"Any", "Value", "of_one", "ops", "annotations"} & set(functions.__all__)
    assert all(hasattr(autograd, name) for name in autograd.__all__)


@pytest.mark.slow
def test_a_type_checker_knows_the_functions_and_the_methods(tmp_path):
    right = "".join(f"autograd.{name}\n" for name in sorted(autograd.__all__) if name != "TraceError")
    right += "".join(f"Value.{entry.name}\n" for entry in METHODS)
    right += "Value(1.0).tanh()\nautograd.tanh(x=0.5)\nautograd.maximum(Value(1.0), b=2)\nautograd.elu(1, alpha=0.3)\n"
    wrong = "autograd.tnah(1.0)\nValue(1.0).tnah()\nautograd.tanh(1.0, 2.0)\nautograd.tanh(z=1.0)\nautograd.of_one\n"
    path = tmp_path / "users.py"
    path.write_text(f"import autograd\nfrom autograd import Value\n{right}{wrong}", encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={tmp_path}", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    first = 3 + right.count("\n")
    found = [int(line.split(":")[1]) for line in done.stdout.splitlines() if "users.py" in line and "error" in line]
    assert sorted(set(found)) == list(range(first, first + wrong.count("\n"))), done.stdout
