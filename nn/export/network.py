"""A network for each row of a table, as arrays: recorded for one row, its parameters constants."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from autograd.export.dataflow import Dataflow, Tensor, argument, known_numbers, repeated
from autograd.export.lowering import CannotExport, Memory, forwards
from autograd.lift.arrays.program import Program
from autograd.lift.capture.arguments import Reading
from autograd.lift.specialised import Specialised
from autograd.recording import TraceError
from autograd.value import Value
from nn.basics.mode import CallMode, in_mode
from nn.module import Module, outputs_of


def outputs_for_rows(model: Module, inputs: Tensor, example: Sequence[float]) -> Tensor:
    """The outputs of a model for inputs that every row has.

    Args:
        model: is called once, as it is when it is asked and not trained.
        inputs: of each row.
        example: a row, for which the model is recorded.

    Raises:
        CannotExport: if the model cannot be recorded: if what it does depends on the numbers.
    """
    reading = Reading()
    row = [float(x) for x in example]
    structure = (reading.read(row),)
    try:
        with in_mode(CallMode(never=True)):
            specialised = Specialised(
                lambda x: list(outputs_of(model, x)),
                (row,),
                {},
                structure,
                reading,
                threading.RLock(),
                arrays_alone=True,
            )
    except TraceError as error:
        raise CannotExport(f"{type(model).__name__} cannot be recorded: {error}") from error
    program, outputs = specialised.program, specialised.result
    assert isinstance(program, Program)
    if not all(isinstance(x, Value) for x in outputs):
        raise CannotExport(f"an output of {type(model).__name__} depends on nothing that it is given or has learned")
    memory = Memory(program.size, program.constants)
    memory.write(specialised.places[: specialised.arguments], inputs)
    if specialised.captured:
        memory.write(specialised.places[specialised.arguments :], known_numbers([p.data for p in specialised.captured]))
    forwards(program, memory)
    return memory.read(np.array(program.roots))


def flow_of_network(model: Module, example: Sequence[float]) -> Dataflow:
    """A network as a function of rows of numbers, `x`, with a row of outputs, `y`, for each."""
    x = argument("x", (len(example),), each=True)
    return Dataflow("network", (x,), {"y": repeated(outputs_for_rows(model, x, example))}, repr(model))
