"""Optimisers: how parameters move so that the loss falls. Two kinds, with a gradient and without; one interface.

base    what every optimiser is
rules   gradient descent and its relatives, and random hill climbing
"""

from nn.optimizers.base import GradientOptimizer, Optimizer
from nn.optimizers.rules import (
    OPTIMIZERS,
    Adam,
    AdamW,
    GradientDescent,
    Momentum,
    Nesterov,
    RandomHillClimbing,
    RMSProp,
    get,
)

__all__ = [
    "OPTIMIZERS",
    "Adam",
    "AdamW",
    "GradientDescent",
    "GradientOptimizer",
    "Momentum",
    "Nesterov",
    "Optimizer",
    "RMSProp",
    "RandomHillClimbing",
    "get",
]
