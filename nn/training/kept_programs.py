"""Programs of objectives that were recorded in this process, for the next fit of a model of the same structure.

Folds, seeds, sweeps of a learning rate and a second `fit` have the same program, with other numbers in it. It is taken
again while nothing has changed of what its model and its loss read when they were recorded.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from functools import partial

from autograd import TraceError
from autograd.surroundings import Surroundings
from nn.basics.stand_in import changes
from nn.training.objective import Objective
from nn.training.objective_program import ObjectiveProgram
from nn.training.samples import Samples
from nn.training.structure import structure_of

MOST_KEPT = 16  # programs, those that were used last
MOST_SAMPLES = 256  # that a program has room for

recorded_programs: OrderedDict[Hashable, ObjectiveProgram] = OrderedDict()
one_at_a_time = threading.Lock()


class NotRepeatable(TraceError):
    """A model whose calls leave traces, which a program would not."""


def program_of(
    objective: Objective, samples: Samples, batch_size: int | None, divided: bool = False
) -> ObjectiveProgram:
    """The program of an objective, recorded unless that was done for another model of the same structure.

    Args:
        divided: whether a large batch is taken in blocks, which threads can share.

    Raises:
        NotRepeatable: if a call of the model changes something, or draws random numbers.
        TraceError: if it does what else a compiled function may not do.
    """
    alike = structure_of(objective.model)
    widths = tuple(table.shape[1] for table in samples.arrays)
    most = min(MOST_SAMPLES, batch_size or len(samples), len(samples))  # in a batch, or a part of a large one
    key = None if alike is None else (alike, id(objective.loss), objective.l1, objective.l2, widths, most, divided)
    with one_at_a_time:
        found = None if key is None else recorded_programs.get(key)
        if found is not None and not found.surroundings.changed():
            recorded_programs.move_to_end(key)
            return found
    around = Surroundings(objective.model, objective.loss)
    first = samples.take(range(1))
    of_the_first = partial(objective.of_sample, first.X[0], first.encoded[0])
    recorded = of_the_first()[0]
    if changing := changes(around, of_the_first):
        raise NotRepeatable(changing)
    if around.imports:  # by now they have been made
        around = Surroundings(objective.model, objective.loss)
        around.expect_imports()
    program = ObjectiveProgram(objective, around, recorded, alike, first, most, divided)
    if key is not None and not around.of_values:  # gradients and labels of parameters, if some code reads these
        with one_at_a_time:
            recorded_programs[key] = program
            recorded_programs.move_to_end(key)
            while len(recorded_programs) > MOST_KEPT:
                recorded_programs.popitem(last=False)
    return program
