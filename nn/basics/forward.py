"""The forward program of a model: recorded for one sample, run for many, kept while the model stays what it is.

A program reads the parameters' numbers anew each time, so it stays while they move in training. Another attribute or
another parameter makes another program, recorded when it is next asked for.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from autograd.recording import open_inputs, recording_here
from nn.basics.parameters import HasParameters
from nn.basics.stand_in import DIFFERENCE_ALLOWED

if TYPE_CHECKING:
    from autograd.lift.for_each import ForEach

Rows = list[list[float]]
OfOneSample = Callable[[Sequence[Any]], Sequence[Any]]

#: The programs, by the identity of their models, which they do not keep alive.
kept: dict[int, tuple[weakref.ref[HasParameters], ForEach]] = {}


def kept_program(model: HasParameters, width: int) -> ForEach | None:
    """The forward program that was recorded for the model as it is now, for samples of so many numbers."""
    if id(model) not in kept or recording_here.get() is not None or open_inputs.get():
        return None  # while something is recorded or differentiated, the numbers are not only read
    found, program = kept[id(model)]
    if found() is not model or program.changed():
        del kept[id(model)]
        return None
    return program if program.widths == (width,) else None


def forward_program(model: Any, outputs: OfOneSample, samples: Sequence[Sequence[float]]) -> ForEach | None:
    """The forward program of a model; None if it cannot be compiled, or gives other numbers than the model itself.

    It is called with an array of samples, a row each, and gives an array of outputs and, for each row, whether all
    numbers on the way were finite; where not, ask the model itself. `numbers=` are others for the parameters than those
    in the model, in the order of its `captured`.

    Args:
        model: a function of one sample.
        outputs: the outputs for one sample in a list, whatever the model gives.
        samples: a few, the first of which is recorded; for all, what the program gives is compared.

    >>> import numpy as np
    >>> from nn import MLP
    >>> model, X = MLP(2, [3, 1], rng=1), [[0.5, -1.0], [2.0, 0.0]]
    >>> program = forward_program(model, model, X)
    >>> found, finite = program(np.array(X))
    >>> found.shape, bool(finite.all())
    ((2, 1), True)
    """
    if (found := kept_program(model, len(samples[0]))) is not None:
        return found
    if find_spec("numpy") is None or recording_here.get() is not None or open_inputs.get():
        return None
    import numpy as np

    from autograd.lift.for_each import ForEach

    expected = one_by_one(outputs, samples)
    try:
        program = ForEach(model, [float(number) for number in samples[0]])
        results, finite = program(np.array(samples, dtype=float))
    except Exception:  # whatever it is: if it is wrong one by one, too, it will be raised there
        return None
    if not finite.all() or not all(map(close, results.tolist(), expected)):
        return None
    place = id(model)
    forget = partial(kept.pop, place)  # bound now, for at the interpreter's end the module has no names any more
    kept[place] = weakref.ref(model, lambda _: forget(None)), program
    return program


def one_by_one(outputs: OfOneSample, rows: Sequence[Sequence[Any]]) -> Rows:
    """The outputs, from the graph of each sample."""
    return [[float(output) for output in outputs(row)] for row in rows]


def close(a: Sequence[float], b: Sequence[float]) -> bool:
    """Whether two rows are equal to rounding."""
    return len(a) == len(b) and all(
        abs(x - y) <= DIFFERENCE_ALLOWED * (1.0 + abs(y)) for x, y in zip(a, b, strict=True)
    )
