"""A neural network library on the scalar engine, from the neuron to the trained model.

>>> from nn import MLP, Adam, losses
>>> model = MLP(2, [16, 16, 1], activation="relu", rng=1)
>>> optimizer = Adam(0.01)
>>> loss = losses.hinge(model([0.5, -1.0]), 1)
>>> loss.backward()
>>> model.layers[2].neurons[0].b.grad
-1.0
>>> optimizer.step(model.named_parameters())
>>> losses.hinge(model([0.5, -1.0]), 1) < loss
True

Where to read on: `module.py` (what has parameters), `layers.py`, `activations.py`, `init.py`, `losses.py`,
`optimizer.py` and `optim.py`, `schedules.py`, then `trainer.py` and what it imports; `experiment.py`, `report.py` and
`cli.py` are the command line's.
"""

from nn import activations, init, losses, schedules
from nn.callbacks import Callback, Checkpoint, DrawGraph, EarlyStopping, Snapshots
from nn.layers import MLP, Layer, Neuron, Sequential
from nn.module import Module
from nn.optim import (
    Adam,
    AdamW,
    GradientDescent,
    Momentum,
    Nesterov,
    Optimizer,
    RandomHillClimbing,
    RMSProp,
)
from nn.trainer import Trainer, TrainingWarning

__all__ = [
    "MLP",
    "Adam",
    "AdamW",
    "Callback",
    "Checkpoint",
    "DrawGraph",
    "EarlyStopping",
    "GradientDescent",
    "Layer",
    "Module",
    "Momentum",
    "Nesterov",
    "Neuron",
    "Optimizer",
    "RMSProp",
    "RandomHillClimbing",
    "Sequential",
    "Snapshots",
    "Trainer",
    "TrainingWarning",
    "activations",
    "init",
    "losses",
    "schedules",
]
