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

Samples and a loss go in; a trained model, its predictions and pictures of them come out. What people import is at this
door, what it needs is in the rooms behind it. In reading order:

     1  module           something that computes with parameters, which have names
     2  activations      what a neuron makes of its weighted sum
     3  init             where weights start
     4  layers           neurons, layers, MLP
        dropout          units left out at random in training
        embedding        a row of numbers for each token
        saving           a module in a file
     5  losses           how wrong a prediction is
     6  penalties        what keeps parameters small
     7  decisions        which class an output stands for
     8  metrics          how good predictions are
     9  schedules        learning rates
    10  optimizers/      how parameters move
    11  history          what happened, epoch by epoch
    12  trainer          fit and evaluate
    13  training/        how a training runs: its state, samples, engines, epochs, checkpoints
    14  callbacks        what may happen at the end of an epoch
    15  data/            tables, data sets, splits, preprocessing
    16  plots/           matplotlib figures
    17  cli              the command `chalkgrad`, also `python -m nn`
    18  app/             what its commands do
    19  export/          networks leave for other tools
    20  basics/          names, random numbers, files, optional packages, parameters

    cluster/             training on more than one machine, with Dask
    estimators/          networks as scikit-learn's estimators
    predictor            a trained network with its preparation: rows of a table in, answers out
    linear               regression in closed form, to compare with
    micrograd            micrograd's names for its programs
    microgpt             a Value for programs that build their own nodes
"""

from nn import activations, init, losses, metrics, schedules
from nn.callbacks import Callback, Checkpoint, DrawGraph, EarlyStopping, Snapshots
from nn.dropout import Dropout
from nn.embedding import Embedding, Flatten
from nn.layers import MLP, Layer, Neuron, Sequential
from nn.module import Module
from nn.optimizers import (
    Adam,
    AdamW,
    GradientDescent,
    Momentum,
    Nesterov,
    Optimizer,
    RandomHillClimbing,
    RMSProp,
)
from nn.predictor import Predictor
from nn.saving import load_model, save_model
from nn.trainer import Trainer
from nn.training.state import TrainingWarning

__all__ = [
    "MLP",
    "Adam",
    "AdamW",
    "Callback",
    "Checkpoint",
    "DrawGraph",
    "Dropout",
    "EarlyStopping",
    "Embedding",
    "Flatten",
    "GradientDescent",
    "Layer",
    "Module",
    "Momentum",
    "Nesterov",
    "Neuron",
    "Optimizer",
    "Predictor",
    "RMSProp",
    "RandomHillClimbing",
    "Sequential",
    "Snapshots",
    "Trainer",
    "TrainingWarning",
    "activations",
    "init",
    "load_model",
    "losses",
    "metrics",
    "save_model",
    "schedules",
]
