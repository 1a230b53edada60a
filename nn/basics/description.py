"""What a training depends on, in words and numbers that are the same in another process: to know it again.

>>> describe_callable(max)
'builtins.max'
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import CodeType
from typing import Any

from nn.basics.column_names import KEPT_AS
from nn.basics.parameters import HasParameters, members

#: What a model remembers besides what it computes with.
BOOKKEEPING = ("_training", KEPT_AS)


def describe_model(model: HasParameters) -> dict[str, Any]:
    """The kind of each part of a model, its plain attributes and its functions, by their names."""
    found: dict[str, Any] = {}
    for path, part in members(model):
        if isinstance(part, HasParameters):
            prefix = ".".join(("model", path)) if path else "model"
            found[prefix] = type(part).__qualname__
            found |= {f"{prefix}.{name}": text for name, text in describe_attributes(part, BOOKKEEPING).items()}
        else:
            found["parameters"] = found.get("parameters", 0) + 1
    return found


def describe_attributes(thing: Any, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """The attributes that are plain numbers, names, lists of such, or functions, which come last."""
    described = {
        name: describe(attribute)
        for name, attribute in sorted(vars(thing).items(), key=lambda pair: callable(pair[1]))
        if name not in without and not name.startswith("__")
    }
    return {name: text for name, text in described.items() if text is not None}


def describe(thing: Any) -> Any:
    """A plain thing as JSON has it, a function by its name; None for others."""
    if isinstance(thing, bool | int | float | str):
        return thing
    if isinstance(thing, list | tuple):
        parts = [describe(part) for part in thing]
        return parts if parts and None not in parts else None
    if callable(thing) and not isinstance(thing, HasParameters):
        return describe_callable(thing)
    return None


def describe_callable(function: Any) -> str:
    """A function by its name and, written in Python, by what it does; a thing with settings by what it shows."""
    if not hasattr(function, "__qualname__") and " at 0x" not in (shown := repr(function)):
        return shown
    code = getattr(function, "__code__", None)
    done = ""
    if isinstance(code, CodeType):
        cells = [describe(cell.cell_contents) for cell in function.__closure__ or ()]
        inside = written(code) + repr((function.__defaults__, cells)).encode()
        done = f" {hashlib.sha256(inside).hexdigest()[:8]}"
    kind = function if hasattr(function, "__qualname__") else type(function)
    return f"{getattr(kind, '__module__', None) or 'builtins'}.{kind.__qualname__}{done}"


def written(code: CodeType) -> bytes:
    """The instructions of a function and the numbers and names in it."""
    constants = (written(part) if isinstance(part, CodeType) else repr(part).encode() for part in code.co_consts)
    return b"".join([code.co_code, repr(code.co_names).encode(), *constants])


def named_after(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with the name of what they are of in front."""
    return {f"{name}.{key}": describe(setting) for key, setting in settings.items()}
