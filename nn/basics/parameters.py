"""Parameters and their names: what is known of a module, whatever it computes.

A parameter is a leaf `Value` that is reached through a module's attributes and through the lists, tuples, dicts and
modules in them. Its name is the way to it, written as Python would: `layers.0.neurons.2.w[1]`, modules by dots and
numbers by brackets. The name is also the Value's label, which is how a drawing finds neurons and layers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeGuard

from autograd import Value


class HasParameters:
    """Attributes, and the parameters in them by name. What it computes with them is for `Module` to say.

    Setting an attribute labels the parameters below the module by their names. After changing a list in place, or an
    attribute of a part, call `label_parameters` of the whole. Computed Values are not parameters.
    """

    def __setattr__(self, name: str, thing: Any) -> None:
        object.__setattr__(self, name, thing)
        if may_hold(thing):
            self.label_parameters()

    def named_parameters(self) -> dict[str, Value]:
        """Every parameter by its name, in the order of the attributes. One that is shared has its first name only.

        Raises:
            ValueError: if two parameters have the same name, as dict keys such as 1 and "1" can bring about.
        """
        named: dict[str, Value] = {}
        for path, thing in parameter_places(self):
            if isinstance(thing, Value):
                if path in named:
                    raise ValueError(f"two parameters are called {path!r}; give the dict keys that lead to them others")
                named[path] = thing
            elif isinstance(thing, list):
                named.update((f"{path}[{number}]", part) for number, part in enumerate(thing))
        return named

    def parameters(self) -> list[Value]:
        """The parameters, in the order of `named_parameters`, without the work of naming them."""
        found: dict[int, Value] = {}  # by its id
        seen: set[int] = set()
        unfinished: list[Iterator[Any]] = [iter((self,))]
        while unfinished:
            for thing in unfinished[-1]:
                if isinstance(thing, Value):
                    if OPERATION(thing) is None:
                        found[id(thing)] = thing
                elif isinstance(thing, HOLDERS) and id(thing) not in seen:
                    seen.add(id(thing))
                    if parameters_alone(thing):
                        found.update(zip(map(id, thing), thing, strict=True))
                        continue
                    parts = vars(thing) if isinstance(thing, HasParameters) else thing
                    unfinished.append(iter(parts.values() if isinstance(parts, dict) else parts))
                    break
            else:
                unfinished.pop()
        return list(found.values())

    def label_parameters(self) -> None:
        """Make every parameter's name, as seen from here, its label."""
        for path, thing in parameter_places(self):
            if isinstance(thing, Value):
                thing.label = path
            elif isinstance(thing, list):
                for number, part in enumerate(thing):
                    part.label = f"{path}[{number}]"

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        for parameter in self.parameters():
            parameter.grad = 0.0

    # ── State ───────────────────────────────────────────────────────────────────────────────────────────────

    def state_dict(self) -> dict[str, float]:
        """The number of each parameter, by name."""
        return {name: parameter.data for name, parameter in self.named_parameters().items()}

    def load_state_dict(self, state: Mapping[str, Any], strict: bool = True) -> None:
        """Set the parameters to the numbers of a `state_dict`. If anything is wrong, none is changed.

        Args:
            state: a number for each name.
            strict: whether the names must be exactly those of the parameters; otherwise those in both are set.

        Raises:
            ValueError: naming the parameters that are missing from the state, and those that are not in the module.
            TypeError: naming a parameter whose entry is not a real number.
        """
        parameters = self.named_parameters()
        missing = [name for name in parameters if name not in state]
        unexpected = [name for name in state if name not in parameters]
        if strict and (missing or unexpected):
            raise ValueError(
                f"the state does not fit this {type(self).__name__}:"
                + (f"\n  missing: {first_few(missing)}" if missing else "")
                + (f"\n  unexpected: {first_few(unexpected)}" if unexpected else "")
                + "\nBuild the model as it was when the state was saved, or load with strict=False what fits."
            )
        numbers = {}
        for name in parameters:
            if name in state:
                try:
                    numbers[name] = Value(state[name]).data
                except TypeError as error:
                    raise TypeError(f"parameter {name}: {error}") from None
        for name, number in numbers.items():
            parameters[name].data = number


def modules_in(root: HasParameters) -> list[HasParameters]:
    """Root and every module below it, each once."""
    found = [root]
    seen = {id(root)}
    waiting: list[Any] = [root]
    while waiting:
        thing = waiting.pop()
        inside = vars(thing) if isinstance(thing, HasParameters) else thing
        parts = inside.values() if isinstance(inside, dict) else inside
        if set(map(type, parts)) != {Value}:
            new = [part for part in parts if isinstance(part, HOLDERS) and id(part) not in seen]
            waiting += new
            found += [part for part in new if isinstance(part, HasParameters)]
            seen.update(map(id, new))
    return list({id(module): module for module in found}.values())


def members(root: HasParameters) -> Iterator[tuple[str, HasParameters | Value]]:
    """Root, called '', and every module and leaf Value below it, each once, under the first name that leads to it."""
    for path, thing in parameter_places(root):
        if isinstance(thing, list):
            yield from ((f"{path}[{number}]", part) for number, part in enumerate(thing))
        else:
            yield path, thing


def parameter_places(root: HasParameters) -> Iterator[tuple[str, HasParameters | Value | list[Value]]]:
    """The same, but lists of nothing but parameters, none of which was met before, in one."""
    seen: set[int] = set()
    stack: list[tuple[str, Any]] = [("", root)]
    while stack:
        path, thing = stack.pop()
        if isinstance(thing, Value):
            if thing.op is None and id(thing) not in seen:
                seen.add(id(thing))
                yield path, thing
        elif id(thing) not in seen:
            seen.add(id(thing))
            if isinstance(thing, HasParameters):
                yield path, thing
                prefix = f"{path}." if path else ""
                parts = [(f"{prefix}{name}", part) for name, part in vars(thing).items() if may_hold(part)]
            elif parameters_alone(thing) and seen.isdisjoint(new := set(map(id, thing))) and len(new) == len(thing):
                seen |= new
                yield path, thing
                continue
            else:
                items = thing.items() if isinstance(thing, dict) else enumerate(thing)
                parts = [
                    (f"{path}.{key}" if isinstance(part, HasParameters) else f"{path}[{key}]", part)
                    for key, part in items
                    if may_hold(part)
                ]
            stack += reversed(parts)


HOLDERS = (HasParameters, list, tuple, dict)
OPERATION = attrgetter("_operation")


def may_hold(thing: Any) -> bool:
    """Whether there may be parameters in it."""
    return isinstance(thing, (Value, *HOLDERS))


def parameters_alone(thing: Any) -> TypeGuard[list[Value]]:
    """Whether it is a list of leaf Values and nothing else, as those of weights are."""
    return isinstance(thing, list) and set(map(type, thing)) == {Value} and set(map(OPERATION, thing)) == {None}


def first_few(names: Sequence[str], limit: int = 5) -> str:
    """The first names, and how many more."""
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
