"""A function of one sample as a program for a batch and its gradient: what a training computes in each step.

It is recorded once, for one sample, each of whose numbers stands for a column of a table with a row for each sample.
How many samples there are costs nothing while it is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from autograd.lift.arrays.machine import Machine
from autograd.lift.arrays.printed import listing
from autograd.lift.arrays.regroup import regrouped
from autograd.lift.arrays.reverse import reverse
from autograd.lift.arrays.update import Piece, Rule, Update
from autograd.lift.capture.batch_operations import COLUMN
from autograd.lift.capture.recorded_order import noted_order
from autograd.lift.capture.simplify import scalar_program
from autograd.lift.capture.unused import some_ask_the_data
from autograd.lift.capture.vmap import inside_batch
from autograd.lift.choose_backend import back_end, machine_for, training_loop_for
from autograd.lift.numpy_backend.machine import NumpyMachine
from autograd.outside import Watch
from autograd.recording import Recording
from autograd.value import Value, value_of_parts

if TYPE_CHECKING:
    from autograd.lift.llvm_backend.training_loop import TrainingLoop


class OverBatch:
    """The program of f for a batch, differentiated by the Values that f captures; for any number of memories.

    Args:
        f: given a list of Values for each table, and the other numbers as Values, it returns Values: first what is
            differentiated. `each_sample(v, count)` is what a Value stands for, one a sample.
        tables: the name of each table, and one of its rows, for which f is recorded.
        others: the same for arguments that are the same for all samples.
        count: the number of samples.

    Attributes:
        captured: the Values that f reads besides its arguments, in the order of `places`.
        start, arguments: where the numbers of tables and others begin in a memory, row by row, and how many they are.
        places: where those of the captured Values lie.
        roots: where the results are.
        asks_the_data: whether some sample may have no answer, whatever the captured Values are.

    Raises:
        TraceError: if f does what a compiled function may not do.

    >>> w = Value(2.0)
    >>> from autograd import dot
    >>> from autograd.lift.capture.vmap import each_sample
    >>> mean = lambda x, shares: [dot(each_sample((w * x[0]) ** 2, 4), shares)]
    >>> program = OverBatch(mean, {"x": [1.0]}, {"shares": [0.25] * 4}, 4)
    >>> machine = program.machine(repeated=False)
    >>> machine.values[program.start : program.start + 8] = [1.0, 2.0, 3.0, 4.0] + [0.25] * 4
    >>> machine.values[program.places] = 2.0
    >>> machine.forward_and_backward()
    >>> machine.values[program.roots].tolist(), machine.adjoints[program.places].tolist()
    ([30.0], [30.0])
    """

    def __init__(
        self,
        f: Callable[..., list[Value]],
        tables: dict[str, Sequence[float]],
        others: dict[str, Sequence[float]],
        count: int,
    ) -> None:
        columns = [
            [value_of_parts(x, 0.0, "", COLUMN(table, number, count), (), ()) for number, x in enumerate(row)]
            for table, row in enumerate(tables.values())
        ]
        given = [list(map(Value, numbers)) for numbers in others.values()]
        leaves = [leaf for numbers in given for leaf in numbers]
        with Recording(leaves) as recording, noted_order() as made:
            recording.rows.update((id(x), x) for row in columns for x in row)
            token = inside_batch.set(True)
            try:
                with Watch(recording):
                    results = f(*columns, *given)
            finally:
                inside_batch.reset(token)
            scalars = scalar_program(results, recording, made)
            self.asks_the_data = some_ask_the_data(made, recording)
        node_of = {id(leaf): node for node, leaf in scalars.leaves.items()}
        inputs: dict[int, str] = {}
        for name, numbers in zip(others, given, strict=True):
            for leaf in numbers:
                node = node_of.get(id(leaf))
                inputs[scalars.new(None) if node is None else node] = name
        captured = [node for node in scalars.leaves if node not in inputs]
        shapes = [(name, count, len(row)) for name, row in tables.items()]
        self.program = regrouped(scalars, inputs, captured, shapes)
        self.arguments = len(self.program.inputs) - len(captured)
        self.start = self.program.inputs[0]
        at = dict(zip(self.program.inputs[self.arguments :], captured, strict=True))
        self.places = np.array(sorted(at), dtype=np.intp)
        self.captured = [scalars.leaves[at[place]] for place in self.places.tolist()]
        self.program.labels = {place: scalars.leaves[node].label for place, node in at.items()}
        self.roots = np.array(self.program.roots)
        self.reverse = reverse(self.program, self.places, self.program.roots[:1])
        self.machines: dict[tuple[bool, str], NumpyMachine] = {}  # that were made first

    def machine(self, repeated: bool) -> Machine:
        """A machine with memory of its own.

        Args:
            repeated: whether it will run thousands of times, so that machine code pays, which takes long to make.
        """
        kind = repeated, back_end.get()
        if known := self.machines.get(kind):
            return known.twin()
        machine = machine_for(self.program, self.reverse, repeated=repeated)
        if isinstance(machine, NumpyMachine):
            self.machines[kind] = machine
        return machine

    def training_loop(
        self, rule: Rule, slots: int, tables: Sequence[tuple[int, int, int]], blocks: int = 1
    ) -> TrainingLoop | None:
        """The same with an optimiser's rule, many steps in one call; see `Bound.training_loop`.

        Args:
            blocks: how many runs of the program a step is.
        """
        pieces = tuple(Piece(self.start + first, width, rows) for first, width, rows in tables)
        update = Update(rule, slots, int(self.places[0]), len(self.places), pieces, blocks)
        return training_loop_for(self.program, self.reverse, update)

    @property
    def summary(self) -> str:
        """What became of the scalars, in words."""
        return listing(self.program).summary
