"""The reference: a page for each subject, with every public name, its types, its formula and its docstring.

A door is a module that people import from. All its public names are described where they stand first; a test holds
that none is missing.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from autograd.functions import __all__ as function_names
from autograd.lift.bound import Bound
from autograd.lift.jit import Compiled
from autograd.operation import Operation
from autograd.value import Value
from nn.activations import Activation
from tools.site.docstrings import markdown
from tools.site.entries import described_activation, described_operation, signature

OF_OPERATIONS = tuple(name for name in function_names if name not in ("detach", "take"))


@dataclass(frozen=True)
class Page:
    """A page: its file, its title, and doors with the names that are described on it; None for all others of a door."""

    file: str
    title: str
    doors: tuple[tuple[str, tuple[str, ...] | None], ...]


PAGES = (
    Page(
        "values",
        "Values and derivatives",
        (("autograd", ("Value", "grad", "value_and_grad", "jacobian", "hessian", "hvp", "vjp")), ("autograd", None)),
    ),
    Page("functions", "Functions of numbers", (("autograd", (*OF_OPERATIONS, "take")),)),
    Page("compiling", "Compiling", (("autograd", ("jit", "vmap")),)),
    Page("showing", "Showing", (("autograd.show", None),)),
    Page("testing", "Checking gradients", (("autograd.testing", None),)),
    Page(
        "training",
        "Training",
        (
            (
                "nn",
                (
                    "Trainer", "TrainingWarning", "Callback", "Checkpoint", "DrawGraph", "EarlyStopping", "Snapshots",
                    "Predictor",
                ),
            ),
            ("nn.callbacks", None),
        ),
    ),
    Page(
        "optimizers",
        "Optimisers and learning rates",
        (
            (
                "nn",
                (
                    "Adam", "AdamW", "GradientDescent", "Momentum", "Nesterov", "Optimizer", "RMSProp",
                    "RandomHillClimbing",
                ),
            ),
            ("nn.optimizers", None),
            ("nn.schedules", None),
        ),
    ),
    Page(
        "networks",
        "Networks",
        (("nn", ("Neuron", "Layer", "MLP", "Sequential", "Module")), ("nn", None), ("nn.init", None)),
    ),
    Page("activations", "Activations", (("nn.activations", None),)),
    Page("losses", "Losses and penalties", (("nn.losses", None), ("nn.penalties", None))),
    Page("metrics", "Metrics and decisions", (("nn.metrics", None), ("nn.decisions", None))),
    Page("data", "Data", (("nn.data", None),)),
    Page("plots", "Plots", (("nn.plots", None),)),
    Page("estimators", "Estimators, and a closed form", (("nn.estimators", None), ("nn.linear", None))),
    Page("export", "Export", (("nn.export", None), ("autograd.export", None))),
    Page("other-engines", "Programs of other engines", (("nn.micrograd", None), ("nn.microgpt", None))),
)  # fmt: skip
#: What a function of a page gives back, which has a description of its own below it.
RESULTS = {"compiling": (Compiled, Bound)}


def public_names(door: str) -> list[str]:
    """What people import from a door: its `__all__`, or what is defined or handed on there without an underscore."""
    module = import_module(door)
    if hasattr(module, "__all__"):
        return list(module.__all__)
    package = f"{door}." if hasattr(module, "__path__") else door
    names = (name for name in vars(module) if not name.startswith("_"))
    return [name for name in names if str(getattr(getattr(module, name), "__module__", "")).startswith(package)]


def chosen(page: Page) -> Iterator[tuple[str, str, Any]]:
    """The door, the name and the thing of all that is described on a page."""
    for door, names in page.doors:
        elsewhere = {
            name for other in PAGES if other is not page for place, some in other.doors if place == door
            for name in some or ()
        }  # fmt: skip
        here = {name for place, some in page.doors if place == door for name in some or ()}
        for name in names or [name for name in public_names(door) if name not in elsewhere | here]:
            yield door, name, getattr(import_module(door), name)


def places() -> dict[str, tuple[str, str]]:
    """Where each public name stands, by `door.name`: its page, and the full name that it is described by there."""
    found: dict[str, tuple[str, str]] = {}
    first: dict[int, tuple[str, str]] = {}
    for page in PAGES:
        for door, name, thing in chosen(page):
            target = (page.file, thing.__name__ if isinstance(thing, ModuleType) else f"{door}.{name}")
            found[f"{door}.{name}"] = first.setdefault(id(thing), target)
    return found


def write_reference(folder: Path) -> None:
    """Write the pages and their index into a folder."""
    where = places()
    for page in PAGES:
        (folder / f"{page.file}.md").write_text("\n\n".join(lines_of(page, where)) + "\n", encoding="utf-8")
    rows = [f"| [{page.title}]({page.file}.md) | {names_on(page, where)} |" for page in PAGES]
    index = [
        "# Reference",
        "Every public name, from its docstring. Examples are run as tests.",
        "\n".join(["| | |", "|---|---|", *rows]),
        "\n".join(["```{toctree}", ":hidden:", "", *(page.file for page in PAGES), "```"]),
    ]
    (folder / "index.md").write_text("\n\n".join(index) + "\n", encoding="utf-8")


def names_on(page: Page, where: dict[str, tuple[str, str]]) -> str:
    found = (
        (name, where[f"{door}.{name}"][1]) for door, name, thing in chosen(page)
        if where[f"{door}.{name}"] == (page.file, f"{door}.{name}") and not isinstance(thing, ModuleType)
    )  # fmt: skip
    return ", ".join(f"{{py:obj}}`{name} <{full}>`" for name, full in found)


def lines_of(page: Page, where: dict[str, tuple[str, str]]) -> Iterator[str]:
    """The page, part by part."""
    yield f"# {page.title}"
    begun: set[str] = set()
    short = {full.rpartition(".")[2]: full for _, full in reversed(list(where.values()))}

    def linked(code: str) -> str:
        name = code.removesuffix("()").removeprefix("nn.").removeprefix("autograd.")
        return f"{{py:obj}}`{code} <{short[name]}>`" if name in short else f"`{code}`"

    for door, name, thing in chosen(page):
        if door not in begun:
            begun.add(door)
            yield from door_lines(door, page, linked)
        file, full = where[f"{door}.{name}"]
        if isinstance(thing, ModuleType):
            yield f"`{name}` is the module {{py:mod}}`{full}`."
        elif (file, full) == (page.file, f"{door}.{name}"):
            yield entry(name, thing, linked)
        else:
            yield f"`{door}.{name}` is {{py:obj}}`{full}`."
    for kind in RESULTS.get(page.file, ()):
        yield entry(kind.__name__, kind, linked)


def door_lines(door: str, page: Page, linked: Any) -> Iterator[str]:
    """A heading for a door if a page has several, and its docstring where it has a page for itself."""
    whole = [door] == [place for place, names in page.doors if names is None and place == door]
    directive = "py:module" if whole else "py:currentmodule"
    if len({place for place, _ in page.doors}) > 1:
        yield f"## {door}"
    yield f"```{{{directive}}} {door}\n```"
    if whole and (text := import_module(door).__doc__) and not hasattr(import_module(door), "__path__"):
        yield markdown(text, linked)


def entry(name: str, thing: Any, linked: Any) -> str:
    """A public thing: signature, formula, docstring, and the methods of a class."""
    text = markdown(thing.__doc__ or "", linked)
    if isinstance(thing, type):
        kind = "py:exception" if issubclass(thing, BaseException) else "py:class"
        shown = "" if issubclass(thing, BaseException) else signature(thing)
        return directive(kind, f"{name}{shown}", "\n\n".join([text, *methods(thing, linked)]), 6)
    if isinstance(thing, Activation):
        return directive("py:function", f"{name}(z)", described_activation(thing), 4)
    if isinstance(thing, Operation) or not callable(thing):
        return directive("py:data", name, listed(thing), 4)
    return directive("py:function", f"{name}{signature(thing)}", f"{text}\n\n{described_operation(thing)}", 4)


def listed(table: Any) -> str:
    """What a table has, by name."""
    return ", ".join(f"`{key}`" for key in table) if hasattr(table, "__iter__") else ""


def directive(kind: str, signature: str, content: str, colons: int) -> str:
    fence = ":" * colons
    return f"{fence}{{{kind}}} {signature}\n\n{content}\n{fence}"


def methods(kind: type, linked: Any) -> Iterator[str]:
    """The public methods and properties of a class, also those of bases that are not public themselves."""
    if issubclass(kind, BaseException):
        return
    ours = [base for base in kind.__mro__ if base.__module__.split(".")[0] in ("autograd", "nn")]
    public = {id(thing) for page in PAGES for _, _, thing in chosen(page)}
    seen: set[str] = set()
    for base in ours:
        if base is not kind and id(base) in public:
            yield f"It has the methods of {linked(base.__name__)} as well."
            break
        for name, thing in vars(base).items():
            if name in seen or (name.startswith("_") and name != "__call__"):
                continue
            seen.add(name)
            yield from method(kind, name, thing, linked)
    if kind is Value:
        names = ", ".join(linked(name) for name in OF_OPERATIONS if hasattr(Value, name))
        yield f"The functions of one or two numbers are methods as well, `x.tanh()`: {names}."


def method(kind: type, name: str, thing: Any, linked: Any) -> Iterator[str]:
    if kind is Value and name in OF_OPERATIONS:
        return
    if isinstance(thing, property):
        if thing.__doc__:
            yield directive("py:property", name, markdown(thing.__doc__, linked), 4)
    elif isinstance(thing, (classmethod, staticmethod)) or inspect.isfunction(thing):
        function = getattr(kind, name)
        if function.__doc__:
            marks = "\n:classmethod:" if isinstance(thing, classmethod) else ""
            shown = signature(function, bound=isinstance(thing, classmethod) or not inspect.isfunction(thing))
            yield directive("py:method", f"{name}{shown}{marks}", markdown(function.__doc__, linked), 4)
