"""Targets as numbers, and which ones a loss can take.

Each function writes one target for a number of outputs as a list of numbers, or says in a ValueError why it cannot be
one. Values pass as they are: their numbers may still be unknown, in a recording.

>>> class_index(1, 3)
[0.0, 1.0, 0.0]
>>> one_of(-1.0, 1.0)(0, 1)
Traceback (most recent call last):
    ...
ValueError: a target is -1 or 1, but this one is 0
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from autograd import Value
from autograd.nesting import is_array
from autograd.value import as_number
from nn.basics.not_numbers import in_short, refuse, refuse_cells


def numbers(target: Any, n_outputs: int) -> list[Any]:
    """A target of any finite numbers: as many as there are outputs, and of a single output not in a list if you like.

    Raises:
        ValueError: for another length, or for what is not a finite number.
    """
    refuse(target, "a target")
    targets = list(target) if hasattr(target, "__len__") and not isinstance(target, str) else [target]
    refuse_cells(targets, "the target")
    if len(targets) != n_outputs:
        raise ValueError(
            f"a target is as long as the prediction: the model has {n_outputs} outputs, but the target is {target!r}"
        )
    return [one if isinstance(one, Value) else finite(one) for one in targets]


def one_of(*allowed: float) -> Callable[[Any, int], list[Any]]:
    """Targets that are one of the allowed numbers, for each output; the first stands for False, the last for True."""

    def encode(target: Any, n_outputs: int) -> list[Any]:
        targets = numbers(with_numbers(target, allowed), n_outputs)
        for one in targets:
            if not isinstance(one, Value) and one not in allowed:
                shown = " or ".join(f"{number:g}" for number in allowed)
                raise ValueError(f"a target is {shown}, but this one is {one:g}")
        return targets

    return encode


def class_index(target: Any, n_outputs: int) -> list[float]:
    """A class as its index, 0 ≤ index < n_outputs: zeros, with a one in its place. These may be given as well.

    Of two classes, False is 0 and True is 1.

    Raises:
        ValueError: for anything else, and if there is a single output, which cannot tell classes apart.
    """
    if n_outputs < 2:
        raise ValueError(
            "the categorical losses need an output for each class, but the model has 1;"
            " for two classes and one output take a binary loss"
        )
    refuse(target, "a target")
    if hasattr(target, "__len__") and not isinstance(target, str):
        return one_hot(target, n_outputs)
    truth = as_truth(target)
    try:
        index = operator.index(target) if truth is None else int(truth) if n_outputs == 2 else -1
    except TypeError:
        raise ValueError(
            f"a target is the index of a class, a whole number such as 2, but this is {target!r}"
        ) from None
    if not 0 <= index < n_outputs:
        raise ValueError(f"target {target!r} is not one of {n_outputs} classes (0 to {n_outputs - 1})")
    return [1.0 if place == index else 0.0 for place in range(n_outputs)]


def one_hot(target: Any, n_outputs: int) -> list[float]:
    """Zeros, with a one in the place of the class, as floats.

    Raises:
        ValueError: if it is anything else.
    """
    found = [float(as_number(one if as_truth(one) is None else int(one)) or 0.0) for one in target]
    if len(found) != n_outputs or sorted(found) != [*[0.0] * (n_outputs - 1), 1.0]:
        raise ValueError(
            f"a target is the index of a class, or of {n_outputs} numbers one is 1 and the others 0, but this is"
            f" {target!r}"
        )
    return found


def as_truth(thing: Any) -> bool | None:
    """True and False, Python's and NumPy's; None for what is neither."""
    if isinstance(thing, bool):
        return thing
    return bool(thing) if str(getattr(thing, "dtype", "")) == "bool" and not is_array(thing) else None


def with_numbers(target: Any, allowed: Sequence[float]) -> Any:
    """A target with the last of the allowed numbers for True, and the first for False."""
    if hasattr(target, "__len__") and not isinstance(target, str):
        return [with_numbers(one, allowed) for one in target]
    truth = as_truth(target)
    return target if truth is None else allowed[-1] if truth else allowed[0]


def finite(number: Any) -> float:
    """A finite number.

    Raises:
        ValueError: for anything else.
    """
    try:
        converted = Value(number).data
    except TypeError:
        raise ValueError(f"a target is a number, but this is {number!r} of type {type(number).__name__}") from None
    except OverflowError:
        raise ValueError(f"a target is a number up to 1.8e308, but this is {in_short(number)}") from None
    if not math.isfinite(converted):
        raise ValueError(f"a target is a finite number, but this is {converted!r}")
    return converted
