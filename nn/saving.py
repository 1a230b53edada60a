"""A module in a file: what it was made with, and the numbers of its parameters. Reading one executes nothing in it.

    {"module": "Layer", "settings": {"n_in": 2, "n_out": 3, "activation": {"activation": "tanh"}}}

A file names kinds of modules; which class that is, is known here or said by who reads it. What cannot be made again
from its settings is refused when it is saved.

>>> import tempfile
>>> from nn import MLP, load_model, save_model
>>> model = MLP(2, [3, 1], rng=1)
>>> with tempfile.TemporaryDirectory() as folder:
...     save_model(model, f"{folder}/model.json")
...     load_model(f"{folder}/model.json").state_dict() == model.state_dict()
True
"""

from __future__ import annotations

import inspect
import math
import random
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from autograd import Value
from nn.activations import ACTIVATIONS, PReLU, get, saved_name
from nn.basics import storage
from nn.basics.column_names import ColumnNames, known_columns, remember_columns
from nn.basics.description import describe_model
from nn.basics.forms import (
    any_number,
    check_form,
    choice_of,
    expect,
    fields,
    finite_number,
    list_of,
    map_of,
    plain_text,
)
from nn.basics.lookup import lookup
from nn.basics.parameters import first_few, modules_in
from nn.dropout import Dropout
from nn.embedding import Embedding, Flatten
from nn.layers import MLP, Layer, Neuron, Sequential
from nn.module import Module

FORMAT, VERSION = "chalkgrad module", 1

#: The kinds that a file may name in any case.
KNOWN: tuple[type[Module], ...] = (Neuron, Layer, Sequential, MLP, Dropout, Embedding, Flatten, PReLU)

#: How many parameters they need at least: asked before room is made for them.
NEEDS: dict[str, Any] = {
    "Neuron": lambda n_in, **_: n_in + 1,
    "Layer": lambda n_in, n_out, **_: (n_in + 1) * n_out,
    "MLP": lambda n_in, sizes, **_: sum((before + 1) * after for before, after in pairwise([n_in, *sizes])),
    "Embedding": lambda n_tokens, n_out: n_tokens * n_out,
}


def save_model(module: Module, path: str | Path) -> None:
    """Write a module to a file, whole or not at all, for `load_model`.

    A class of your own is made again by the arguments of its constructor, which it keeps as attributes of the same
    names, or gives in `settings()`. They are numbers, texts, True, False and None, activations of the table, modules,
    and lists, tuples and dicts of these. Where its random numbers come from (`rng`) and its weights started (`init`) is
    not kept.

    Raises:
        ValueError: if something in it is none of these, or would not come back; naming what it is.
        OSError: if the file cannot be written. What was there before stays.
    """
    parameters = module.state_dict()
    if wrong := [name for name, number in parameters.items() if not math.isfinite(number)]:
        raise ValueError(f"{first_few(wrong)} of {module!r}: not a finite number, which no file of a module has")
    content = {"module": description_of(module, "the module"), "parameters": parameters}
    if any(columns := known_columns(module)):
        content["columns"] = {name: list(names) for name, names in columns._asdict().items()}
    try:
        again = made(content, kinds_by_name(type(part) for part in modules_in(module) if isinstance(part, Module)))
        differs = first_difference(describe_model(module), describe_model(again))
    except (ValueError, TypeError, AttributeError, LookupError) as error:
        differs = f"making it again fails: {type(error).__name__}: {error}"
    if differs:
        raise ValueError(
            f"{type(module).__name__} cannot be saved: made again of its settings it is another; {differs}.\nWhat the"
            " constructor is given has to say all: keep each argument as an attribute of its name, or give them in"
            " settings()."
        )
    storage.write_document(path, FORMAT, VERSION, content)


def load_model(path: str | Path, kinds: Iterable[type[Module]] = ()) -> Any:
    """The module that `save_model` wrote.

    Args:
        path: the file.
        kinds: classes of your own that may be in it.

    Raises:
        StorageError: if the file is damaged, foreign or of a newer version, or has a kind of module that is not known.
    """
    content = storage.read_document(path, FORMAT, VERSION, DOCUMENT)
    known = kinds_by_name(kinds)
    if unknown := next((kind for kind in kinds_named(content["module"]) if kind not in known), None):
        raise storage.StorageError(
            f"{path} has a module of the kind {unknown!r}, which is not known; one of yours is given:"
            " load_model(path, kinds=[…])"
        )
    try:
        return made(content, known)
    except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError) as error:
        raise storage.StorageError(f"{path} is damaged: {' '.join(str(error).split())}") from error
    except MemoryError:  # a class of one's own, of which only it knows how much it makes of its settings
        what = f"{content['module']['module']} of {len(content['parameters']):,} parameters"
        raise storage.StorageError(
            f"{path} is damaged, or too large: with its settings, {what} fills the memory"
        ) from None


def kinds_by_name(kinds: Iterable[type[Module]]) -> dict[str, type[Module]]:
    """Classes by name, with those that are known in any case.

    Raises:
        ValueError: if two are called alike.
    """
    table: dict[str, type[Module]] = {}
    for kind in (*KNOWN, *kinds):
        if table.setdefault(kind.__name__, kind) is not kind:
            raise ValueError(f"two kinds of modules are called {kind.__name__!r}: rename one")
    return table


# ── Into the file ───────────────────────────────────────────────────────────────────────────────────────────────


def description_of(thing: Any, place: str) -> Any:
    """A setting as JSON has it.

    Raises:
        ValueError: if it is none that can be written.
    """
    if isinstance(thing, Module):
        settings = type(thing).settings(thing).items()
        return {
            "module": type(thing).__name__,
            "settings": {
                name: description_of(setting, f"{name} of {type(thing).__name__}") for name, setting in settings
            },
        }
    if isinstance(thing, list):
        return [description_of(part, place) for part in thing]
    if isinstance(thing, tuple):
        return {"tuple": [description_of(part, place) for part in thing]}
    if isinstance(thing, dict) and all(isinstance(key, str) for key in thing):
        return {"dict": {key: description_of(part, f"{place}[{key!r}]") for key, part in thing.items()}}
    if isinstance(thing, Value) and thing.op is None:
        return thing.data  # a parameter that was given as its number
    if callable(thing):
        return {"activation": saved_name(thing)}
    if thing is None or isinstance(thing, str) or (type(thing) in (bool, int, float) and math.isfinite(thing)):
        return thing
    raise ValueError(f"{place} is {thing!r}, a {type(thing).__name__}, which cannot be saved by description")


def first_difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """The first thing that is not as it was, in words; "" if nothing."""
    for name in (*before, *after):
        if before.get(name) != after.get(name):
            return f"{name} is {before.get(name)!r}, and would be {after.get(name)!r}"
    return ""


# ── Out of the file ─────────────────────────────────────────────────────────────────────────────────────────────


def setting_form(thing: Any, place: str) -> None:
    """The form of a setting, see `nn.basics.forms`."""
    if isinstance(thing, list):
        list_of(setting_form)(thing, place)
    elif isinstance(thing, dict):
        tags = " and ".join(sorted(thing))
        expect(tags in TAGGED, thing, place, "a module, an activation, a tuple or a dict")
        TAGGED[tags](thing, place)
    elif isinstance(thing, str):
        plain_text(thing, place)
    elif not isinstance(thing, bool | None):
        any_number(thing, place)


MODULE_FORM = fields(module=plain_text, settings=map_of(setting_form))

#: What objects there are in settings, by their names.
TAGGED = {
    "module and settings": MODULE_FORM,
    "activation": fields(activation=choice_of(*ACTIVATIONS)),
    "tuple": fields(tuple=list_of(setting_form)),
    "dict": fields(dict=map_of(setting_form)),
}

DOCUMENT = fields(module=MODULE_FORM, parameters=map_of(finite_number))
COLUMNS = map_of(list_of(plain_text), keys=ColumnNames._fields)


def nested_in(described: Any) -> Iterable[Any]:
    """What is in something described."""
    return described.values() if isinstance(described, dict) else described if isinstance(described, list) else ()


def kinds_named(described: Any) -> Iterable[str]:
    """The kinds of the modules in a description."""
    if isinstance(described, dict) and "settings" in described:
        yield described["module"]
    for part in nested_in(described):
        yield from kinds_named(part)


def needed(described: Any) -> int:
    """How many parameters there are in a description at least."""
    own = 0
    if isinstance(described, dict) and described.get("module") in NEEDS:
        own = NEEDS[described["module"]](**described["settings"])
    return own + sum(map(needed, nested_in(described)))


def made(content: Mapping[str, Any], known: Mapping[str, type[Module]]) -> Module:
    """The module of a checked document. Where the module `random` stands is left as it is.

    Raises:
        ValueError, TypeError: if its settings or its parameters do not fit, from whoever is given them.
    """
    if (least := needed(content["module"])) > len(content["parameters"]):
        raise ValueError(f"the module needs {least} parameters, and there are {len(content['parameters'])}")
    before = random.getstate()
    try:
        module: Module = made_from(content["module"], known)
    finally:
        random.setstate(before)
    module.load_state_dict(content["parameters"])
    if "columns" in content:  # some have no names, and older files have none
        check_form(content["columns"], COLUMNS)
        remember_columns(module, ColumnNames(**{name: tuple(names) for name, names in content["columns"].items()}))
    return module


def made_from(described: Any, known: Mapping[str, type[Module]]) -> Any:
    """The setting that `description_of` gave."""
    if isinstance(described, list):
        return [made_from(part, known) for part in described]
    if not isinstance(described, dict):
        return described
    if "activation" in described:
        return get(described["activation"])
    if "tuple" in described:
        return tuple(made_from(described["tuple"], known))
    if "dict" in described:
        return {key: made_from(part, known) for key, part in described["dict"].items()}
    kind = lookup("kind of module", described["module"], known)
    settings = {name: made_from(part, known) for name, part in described["settings"].items()}
    return made_with(kind, settings)


def made_with(kind: type[Module], settings: dict[str, Any]) -> Module:
    """A module of these settings; all weights 0, if it says where they start."""
    takes = inspect.signature(kind).parameters
    if kind in KNOWN and "init" in takes:
        settings["init"] = "zeros"
    several = next((name for name, one in takes.items() if one.kind is one.VAR_POSITIONAL), None)
    if several is None:
        return kind(**settings)
    first = [settings.pop(name) for name in list(takes)[: list(takes).index(several)]]
    return kind(*first, *settings.pop(several, ()), **settings)
