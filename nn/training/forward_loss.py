"""The objective of many samples by a forward program, where nothing is trained: no graph, no gradient.

program(x, target) = loss(model(x), target),  model(x)
"""

from __future__ import annotations

import math
from importlib.util import find_spec

from nn.basics.prediction import worth_recording
from nn.basics.stand_in import DIFFERENCE_ALLOWED, SAMPLES_COMPARED
from nn.training.objective import LossAndPredictions, Objective
from nn.training.samples import Samples


def forward_loss(objective: Objective, samples: Samples) -> LossAndPredictions:
    """The objective and the predictions: by a program if that pays, and gives what the objective itself gives."""
    if find_spec("numpy") is None or not worth_recording(objective.model, len(samples)):
        return objective(samples)
    from autograd.lift.for_each import ForEach

    some = samples.take(range(SAMPLES_COMPARED))
    try:
        program = ForEach(objective.of_sample, some.X[0], some.encoded[0])
        results, finite = program(*samples.arrays)
    except Exception:  # whatever it is: if it is wrong one by one, too, it will be raised there
        return objective(samples)
    expected, _ = objective(some)
    penalty, losses = float(objective.penalty()), results[:, 0].tolist()
    if samples.weights is not None:
        losses = (results[:, 0] * samples.weight_row).tolist()
    found = math.fsum(losses[: len(some)]) / len(some) + penalty
    if not finite.all() or not abs(found - expected) <= DIFFERENCE_ALLOWED * (1.0 + abs(expected)):
        return objective(samples)
    return math.fsum(losses) / len(losses) + penalty, results[:, 1:]
