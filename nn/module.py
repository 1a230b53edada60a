"""Module: something that computes with parameters, which have names (`nn.basics.parameters`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from inspect import signature
from typing import Any, Protocol, Self, runtime_checkable

from autograd import Value
from nn.basics.column_names import in_named_order, known_columns
from nn.basics.mode import CallMode, calling, in_mode
from nn.basics.parameters import HasParameters, members, modules_in
from nn.basics.prediction import predictions


@runtime_checkable
class HasShape(Protocol):
    """A module that is a row of its own in a summary."""

    @property
    def shape(self) -> tuple[int, int]: ...
    @property
    def activation_name(self) -> str: ...


class Module(HasParameters):
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

    def __call__(self, x: Sequence[Any]) -> Any:
        """The outputs for one sample, a list of numbers or Values."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it computes: define __call__(self, x)")

    def predict(self, X: Any) -> list[list[float]]:
        """The outputs for each row of X as plain numbers, a list for each. No graph is kept, no gradient touched.

        Of many samples the outputs come from a compiled program, equal to rounding to those one by one. Columns with
        names, as of a DataFrame, are found by those that they had in training, in whatever order.
        """
        X = in_named_order(X, known_columns(self).inputs)
        with in_mode(CallMode(never=True)), switched(self, False) if self._training else nullcontext():
            return predictions(self, lambda x: outputs_of(self, x), X)

    def settings(self) -> dict[str, Any]:
        """What it was made with, for `nn.save_model`: the arguments of its constructor, as its attributes have them.

        What no attribute is called after is left out, and has to have a default.

        >>> class Scaled(Module):
        ...     def __init__(self, factor: float = 2.0):
        ...         self.factor = factor
        >>> Scaled(3.0).settings()
        {'factor': 3.0}
        """
        names = [name for name in signature(type(self)).parameters if name != "rng" and hasattr(self, name)]
        return {name: getattr(self, name) for name in names}

    # ── Mode ────────────────────────────────────────────────────────────────────────────────────────────────────

    _training = False

    @property
    def training(self) -> bool:
        """Whether it is trained: by the `Trainer`, or in a loop of yours after `train()`. Else, and in `predict`, not.

        A module of your own may do something else then. `Trainer` sees that it asks, and measures it as it is asked.
        """
        mode = calling.get()
        if mode is None:
            return self._training
        mode.asked = True
        return self._training and not mode.never

    @training.setter
    def training(self, training: bool) -> None:
        object.__setattr__(self, "_training", training)

    def train(self, mode: bool = True) -> Self:
        """From now on it is trained, with all its parts: what acts in training alone, such as `Dropout`, does."""
        set_training(self, lambda part: mode)
        return self

    def eval(self) -> Self:
        """From now on it is asked, and not trained, with all its parts. So it is in the beginning."""
        set_training(self, lambda part: False)
        return self

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


def outputs_of(module: Module, x: Sequence[Any]) -> Sequence[Any]:
    """The module's outputs as a list; a single neuron's, which is one Value, as a list of one."""
    outputs = module(x)
    return [outputs] if isinstance(outputs, Value) else list(outputs)


def set_training(module: Module, trained: Callable[[Module], bool]) -> None:
    """Say of the module and of each of its parts whether it is trained."""
    for part in modules_in(module):
        if isinstance(part, Module):
            if trained(part):
                vars(part)["_training"] = True
            else:
                vars(part).pop("_training", None)


@contextmanager
def switched(module: Module, training: bool) -> Iterator[None]:
    """Meanwhile it is trained with all its parts, or asked; then each as before, and what is new not trained."""
    before = {id(part) for part in modules_in(module) if isinstance(part, Module) and part._training}
    set_training(module, lambda part: training)
    try:
        yield
    finally:
        set_training(module, lambda part: id(part) in before)


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
