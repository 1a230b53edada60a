"""Module: something with parameters, which have names.

A parameter is a leaf `Value` that is reached through a module's attributes and through the lists, tuples, dicts and
modules in them. Its name is the way to it, written as Python would: `layers.0.neurons.2.w[1]`, modules by dots and
numbers by brackets. The name is also the Value's label, which is how a drawing finds neurons and layers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from autograd import Value


@runtime_checkable
class HasShape(Protocol):
    """A module that is a row of its own in a summary."""

    @property
    def shape(self) -> tuple[int, int]: ...
    @property
    def activation_name(self) -> str: ...


class Module:
    """Something with parameters. A subclass sets its attributes in `__init__` and computes in `__call__`.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope = Value(2.0)
    ...         self.offset = Value(-1.0)
    ...     def __call__(self, x):
    ...         return [self.slope * x[0] + self.offset]
    >>> line = Line()
    >>> line.state_dict()
    {'slope': 2.0, 'offset': -1.0}
    >>> line.predict([[1.0], [3.0]])
    [[1.0], [5.0]]
    >>> line.slope.label
    'slope'

    Setting an attribute labels the parameters below the module by their names. After changing a list in place, or an
    attribute of a part, call `label_parameters` of the whole. Computed Values are not parameters.
    """

    def __setattr__(self, name: str, thing: Any) -> None:
        object.__setattr__(self, name, thing)
        if isinstance(thing, Module | Value | list | tuple | dict):
            self.label_parameters()

    def __call__(self, x: Sequence[Any]) -> Any:
        """The outputs for one sample, a list of numbers or Values."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it computes: define __call__(self, x)")

    def predict(self, X: Sequence[Sequence[Any]]) -> list[list[float]]:
        """The outputs for many samples as plain numbers, a list for each. No graph is kept, no gradient touched.

        Of many samples the outputs come from a compiled program, equal to rounding to those one by one.
        """
        from nn.basics.prediction import predictions

        return predictions(self, X)

    # ── Parameters ──────────────────────────────────────────────────────────────────────────────────────────

    def named_parameters(self) -> dict[str, Value]:
        """Every parameter by its name, in the order of the attributes. One that is shared has its first name only.

        Raises:
            ValueError: if two parameters have the same name, as dict keys such as 1 and "1" can bring about.
        """
        named: dict[str, Value] = {}
        for name, thing in members(self):
            if isinstance(thing, Value):
                if name in named:
                    raise ValueError(f"two parameters are called {name!r}; give the dict keys that lead to them others")
                named[name] = thing
        return named

    def parameters(self) -> list[Value]:
        """The parameters, in the order of `named_parameters`, without the work of naming them."""
        found: dict[Value, None] = {}
        seen: set[int] = set()
        unfinished: list[Iterator[Any]] = [iter((self,))]
        while unfinished:
            for thing in unfinished[-1]:
                if isinstance(thing, Value):
                    if thing.op is None:
                        found[thing] = None
                elif isinstance(thing, HOLDERS) and id(thing) not in seen:
                    seen.add(id(thing))
                    parts = vars(thing) if isinstance(thing, Module) else thing
                    unfinished.append(iter(parts.values() if isinstance(parts, dict) else parts))
                    break
            else:
                unfinished.pop()
        return list(found)

    def label_parameters(self) -> None:
        """Make every parameter's name, as seen from here, its label."""
        for name, thing in members(self):
            if isinstance(thing, Value):
                thing.label = name

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
                + (f"\n  missing: {shortened(missing)}" if missing else "")
                + (f"\n  unexpected: {shortened(unexpected)}" if unexpected else "")
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

    # ── For people ──────────────────────────────────────────────────────────────────────────────────────────

    def __repr__(self) -> str:
        parts = [f"{name}={thing!r}" for name, thing in vars(self).items() if isinstance(thing, Module)]
        return f"{type(self).__name__}({', '.join(parts)})"

    def summary(self) -> str:
        """A table: each layer with its shape, activation and number of parameters, and their total.

        What has no shape (a module of your own) is shown by its parts and by the parameters that it holds itself.
        """
        rows: dict[str, list[Any]] = {}
        units: list[str] = []  # where the outermost modules that have a shape begin
        for path, thing in members(self):
            unit = next((place for place in units if path.startswith(place)), None)
            if isinstance(thing, Module):
                if unit is None and isinstance(thing, HasShape):
                    unit = f"{path}." if path else ""
                    units.append(unit)
                    n_in, n_out = thing.shape
                    rows[unit] = [
                        f"{path or 'self'} ({type(thing).__name__})",
                        f"{n_in} → {n_out}",
                        thing.activation_name,
                        0,
                    ]
            else:
                own = path.partition("[")[0]
                rows.setdefault(unit if unit is not None else own, [own, "", "", 0])[3] += 1
        total = sum(row[3] for row in rows.values())
        lines = [["layer", "shape", "activation", "parameters"]]
        lines += [[*row[:3], f"{row[3]:,}"] for row in rows.values()]
        lines += [["total", "", "", f"{total:,}"]]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        written = [
            "  ".join(
                [*(cell.ljust(width) for cell, width in zip(line[:3], widths, strict=False)), line[3].rjust(widths[3])]
            )
            for line in lines
        ]
        rule = "─" * len(written[0])
        return "\n".join([written[0], rule, *written[1:-1], rule, written[-1]])


def members(root: Module) -> Iterator[tuple[str, Module | Value]]:
    """Root, called '', and every module and leaf Value below it, each once, under the first name that leads to it."""
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
            if isinstance(thing, Module):
                yield path, thing
                prefix = f"{path}." if path else ""
                parts = [(f"{prefix}{name}", part) for name, part in vars(thing).items() if may_hold(part)]
            else:
                items = thing.items() if isinstance(thing, dict) else enumerate(thing)
                parts = [
                    (f"{path}.{key}" if isinstance(part, Module) else f"{path}[{key}]", part)
                    for key, part in items
                    if may_hold(part)
                ]
            stack += reversed(parts)


HOLDERS = (Module, list, tuple, dict)


def may_hold(thing: Any) -> bool:
    """Whether there may be parameters in it."""
    return isinstance(thing, (Value, *HOLDERS))


def outputs_of(module: Module, x: Sequence[Any]) -> Sequence[Any]:
    """The module's outputs as a list; a single neuron's, which is one Value, as a list of one."""
    outputs = module(x)
    return [outputs] if isinstance(outputs, Value) else list(outputs)


FOR_A_BATCH = "For a batch, call it once per sample: [model(row) for row in batch], or model.predict(batch)."


def check_width(module: Module, n_in: int, x: Sequence[Any]) -> None:
    """Make sure that x is one sample of the right width.

    Raises:
        TypeError: if it is not a list.
        ValueError: if it has not `n_in` numbers.
    """
    if not hasattr(x, "__len__"):
        raise TypeError(f"{module!r} takes a list of {n_in} numbers, but was given {x!r}; a single input is [x]")
    if len(x) != n_in:
        inputs = "1 input" if n_in == 1 else f"{n_in} inputs"
        raise ValueError(f"{module!r} takes {inputs} but was given {len(x)}.\n{FOR_A_BATCH}")


def shortened(names: Sequence[str], limit: int = 5) -> str:
    """The first names, and how many more."""
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
