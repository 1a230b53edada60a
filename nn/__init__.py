"""A neural network library on the scalar engine, from the neuron to the trained model.

>>> from nn import MLP, losses
>>> model = MLP(2, [16, 16, 1], activation="relu", rng=1)
>>> loss = losses.hinge(model([0.5, -1.0]), 1)
>>> loss.backward()
>>> model.layers[2].neurons[0].b.grad
-1.0

Where to read on: `module.py` (what has parameters), `layers.py`, `activations.py`, `init.py`, `losses.py`, `optim.py`.
"""

from nn import activations, init, losses
from nn.layers import MLP, Layer, Neuron, Sequential
from nn.module import Module

__all__ = ["MLP", "Layer", "Module", "Neuron", "Sequential", "activations", "init", "losses"]
