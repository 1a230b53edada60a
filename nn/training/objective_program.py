"""The objective, written for one sample with Values, as a program for a batch at once.

    program(X, Y, weights, share) = Σₖ weightₖ · lossₖ + share · penalty,  and each prediction

It is recorded once for all models of a structure, which differ in the numbers of their parameters alone, and has room
for a fixed number of samples.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import cached_property
from itertools import accumulate
from typing import Any

import autograd
from autograd import Value
from autograd.graph import topological_order
from autograd.surroundings import Surroundings
from nn.optimizers import GradientOptimizer
from nn.training.objective import Objective
from nn.training.samples import Samples
from nn.training.structure import structure_of

MOST_SCALARS_OF_SAMPLES = 2_000_000  # of all samples that a program has room for
SCALARS_OF_BLOCK = 5_000_000  # of all samples of a block, which take 1 ms: less is not worth meeting for
BLOCKS_AT_MOST = 4
MOST_COPIED = 1 << 18  # parameters in all blocks, so that they stay in the cache; two blocks may have more
ROWS_TOGETHER = 8  # samples in a register, at most
MOST_RULES = 4  # of which the machine code is kept


class ObjectiveProgram:
    """What was recorded: a program, and where in its memory the numbers go.

    Args:
        around: what the model and the loss read, noted before they were called.
        recorded: the loss of one sample, a graph.
        alike: the model's structure, if it has one.
        samples: whose numbers are put in place; a few.
        most: how many samples there may be in a batch.
        divided: whether a large batch is taken in blocks, which threads can share.

    Attributes:
        room: for how many samples.
        blocks: how many of them are a batch. This depends on counts, and not on the number of threads, as do the bits.
        scalars: how many are computed for each of them.
        positions: which of the model's parameters the loss depends on, in the order of the program.
        places: (first, width, rows) of the inputs, targets, weights and the share among the program's arguments.

    Raises:
        TraceError: if the model does what a compiled function may not do.
    """

    def __init__(
        self,
        objective: Objective,
        around: Surroundings,
        recorded: Value,
        alike: Hashable | None,
        samples: Samples,
        most: int,
        divided: bool = False,
    ) -> None:
        from autograd.lift.over_batch import OverBatch

        self.objective = objective  # which its structure speaks of
        self.surroundings = around
        self.alike = alike
        self.penalties = objective.l1, objective.l2
        nodes = topological_order(recorded)
        x, y = samples.X[0], samples.encoded[0]
        of_sample = len(x) + len(y) + sum(node.op is not None for node in nodes)
        self.scalars: int = len(nodes)
        self.room: int = max(1, min(most, MOST_SCALARS_OF_SAMPLES // of_sample))
        self.blocks = 1
        if divided and self.room == most:
            parameters = max(1, len(objective.model.parameters()))
            worth = min(self.scalars * most // SCALARS_OF_BLOCK, most // ROWS_TOGETHER)
            blocks = min(BLOCKS_AT_MOST, worth, max(2, MOST_COPIED // parameters))
            if blocks > 1:
                self.room = -(-most // (blocks * ROWS_TOGETHER)) * ROWS_TOGETHER
                self.blocks = -(-most // self.room)
        weights = [1.0 / self.room] * self.room
        self.pattern = OverBatch(self.of_batch, {"X": x, "Y": y}, {"weights": weights, "share": [1.0]}, self.room)
        rows_and_widths = (self.room, len(x)), (self.room, len(y)), (1, self.room), (1, 1)
        firsts = accumulate((rows * width for rows, width in rows_and_widths), initial=0)
        self.places = [(first, width, rows) for first, (rows, width) in zip(firsts, rows_and_widths, strict=False)]
        position = {id(parameter): k for k, parameter in enumerate(objective.model.parameters())}
        if strangers := [value for value in self.pattern.captured if id(value) not in position]:
            raise ValueError(f"it reads Values that are no parameters of the model, such as {strangers[0]!r}")
        self.positions = [position[id(parameter)] for parameter in self.pattern.captured]
        self.loops: list[tuple[Any, Any]] = []  # (an optimiser's rule and settings, its machine code)

    def of_batch(self, x: list[Value], y: list[Value], weights: list[Value], share: list[Value]) -> list[Any]:
        """The objective of a batch, and the predictions: each output for all samples."""
        from autograd.lift.capture.vmap import each_sample

        loss, outputs = self.objective.of_sample(x, y)
        total, penalty = autograd.dot(weights, each_sample(loss, self.room)), self.objective.penalty()
        predictions = [of_sample for output in outputs for of_sample in each_sample(output, self.room)]
        return [total + share[0] * penalty if isinstance(penalty, Value) else total, *predictions]

    def stands_for(self, objective: Objective) -> bool:
        """Whether the model is still of the structure that was recorded, and all else as it was."""
        return (
            not self.surroundings.changed()
            and (self.alike is None or structure_of(objective.model) == self.alike)
            and self.penalties == (objective.l1, objective.l2)
        )

    @cached_property
    def summary(self) -> str:
        """What became of the scalars, in words."""
        return self.pattern.summary

    def training_loop(self, rule: GradientOptimizer, settings: dict[str, Any]) -> Any:
        """The program and an optimiser's rule as one piece of machine code; None where there is no such thing."""
        key = type(rule), settings
        known = next((loop for other, loop in self.loops if other == key), None)
        if known is not None:
            return known.twin()
        tables = self.places[: 3 if self.blocks == 1 else 4]  # the penalty counts in one of the blocks
        try:
            loop = self.pattern.training_loop(rule.rule, len(rule.slot_names), tables, self.blocks)
        except (TypeError, ValueError, AttributeError):  # the rule asks for what this arithmetic does not have
            return None
        if loop is not None and type(rule).__module__.startswith("nn.optimizers"):  # whose rules read nothing else
            self.loops = [*self.loops[-MOST_RULES + 1 :], (key, loop)]
            return loop.twin()
        return loop
