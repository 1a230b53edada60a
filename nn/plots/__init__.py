"""Pictures of a training and of what came out of it: numbers and models go in, matplotlib figures come out.

In reading order:

    given       what they are given, checked
    look        the look of all of them, and how they become files
    curves      learning curves, confusion, predictions against truth, weights
    boundaries  which class each point of the plane belongs to
    lecture     activation functions, and the ways down into a valley
"""

from nn.plots.boundaries import boundary_on, decision_boundaries, decision_boundary
from nn.plots.curves import confusion, learning_curves, predicted_versus_true, weights

__all__ = [
    "boundary_on",
    "confusion",
    "decision_boundaries",
    "decision_boundary",
    "learning_curves",
    "predicted_versus_true",
    "weights",
]
