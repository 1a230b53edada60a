"""A function of one sample as JavaScript that trains on a batch: what a page runs which has no Python."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.lift.arrays.program import Program
from autograd.lift.capture.arguments import Reading
from autograd.lift.javascript_backend.over_samples import ForMany, batch_script_of
from autograd.lift.specialised import Specialised
from autograd.value import Value

OfSample = Callable[[list[Value], list[Value]], tuple[Value, Sequence[Value], Sequence[Value]]]


def batch_script(f: OfSample, parameters: Sequence[Value], features: int, targets: int = 1) -> str:
    """The mean of one sample's losses over a batch, and its gradient ∂(Σₛ lossₛ / count)/∂parameters, as JavaScript.

    Args:
        f: a function of one sample's features and targets, lists of Values. It returns the sample's loss, its outputs
            and what else is watched (each neuron's output, say): one Value and two lists of Values.
        parameters: the Values by which the loss is differentiated, in the order of their array. Other Values that f
            reads are fixed at the numbers that they have now.
        features, targets: how many numbers a sample has of each.

    Returns:
        The source of a JavaScript function `(count) => network`, which needs nothing else. All arrays of a network are
        Float64Arrays that stay the same objects:

        - `parameters`, at first all 0, and `gradient`, in the order of the parameters
        - `X`, count × features, and `y`, count × targets, row by row: to be filled
        - `outputs`, count × outputs, row by row; `watched`, watched × count: a row for what is watched
        - `step()` runs forward and backward, fills `outputs`, `watched` and `gradient`, and returns the mean loss
        - `forward()` does the same without the gradient

        Numbers are total, as everywhere in JavaScript: the logarithm of −1 is NaN, and so is all that comes of it.

    Raises:
        TraceError: if f does what a compiled function may not do.
        TypeError: if f returns something else, or a parameter is no Value.
        ValueError: if a parameter was computed of others, or is given twice.

    >>> w, b = Value(0.0), Value(0.0)
    >>> def of_sample(x, y):
    ...     line = w * x[0] + b
    ...     return (line - y[0]) ** 2, [line], []
    >>> source = batch_script(of_sample, [w, b], features=1)
    >>> source.splitlines()[0]
    '(count) => {'
    """
    check_parameters(parameters)
    samples = [0.5] * features, [0.5] * targets
    reading = Reading()
    structure = tuple(map(reading.read, samples))
    recorded = Specialised(f, samples, {}, structure, reading, threading.RLock(), arrays_alone=True)
    outputs, watched = sizes(recorded.result)
    program, places = recorded.program, recorded.places.tolist()
    assert isinstance(program, Program)
    place_of = {id(leaf): place for leaf, place in zip(recorded.captured, places[recorded.arguments :], strict=True)}
    of_parameters = [place_of.pop(id(parameter), -1) for parameter in parameters]
    return batch_script_of(
        ForMany(
            program,
            np.array(of_parameters, dtype=np.intp),
            {place_of[id(leaf)]: leaf.data for leaf in recorded.captured if id(leaf) in place_of},
            np.array(places[: recorded.arguments], dtype=np.intp),
            {"X": features, "y": targets},
            {"outputs": (outputs, False), "watched": (watched, True)},
        )
    )


def sizes(result: Any) -> tuple[int, int]:
    """How many outputs and watched Values a function of one sample has returned.

    Raises:
        TypeError: if it returned something else.
    """
    if isinstance(result, tuple) and len(result) == 3:
        loss, outputs, watched = result
        lists = all(isinstance(x, list | tuple) for x in (outputs, watched))
        if lists and all(isinstance(x, Value) for x in (loss, *outputs, *watched)):
            return len(outputs), len(watched)
    raise TypeError(
        "the function of one sample is to return its loss, a list of outputs and a list of what else is watched, all"
        f" of them Values that depend on the sample or on Values; but it returned {result!r}"
    )


def check_parameters(parameters: Sequence[Value]) -> None:
    """Each is a Value of its own that was not computed.

    Raises:
        TypeError, ValueError: naming the place of one that is not.
    """
    seen: dict[int, int] = {}
    for place, parameter in enumerate(parameters):
        if not isinstance(parameter, Value):
            raise TypeError(f"parameters[{place}] is {parameter!r}, which is no Value")
        if parameter.op is not None:
            raise ValueError(f"parameters[{place}] was computed of other Values: give those in its place")
        if (before := seen.setdefault(id(parameter), place)) != place:
            raise ValueError(f"parameters[{place}] is parameters[{before}] once more: give each once")
