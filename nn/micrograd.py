"""micrograd's names, signatures and defaults, for programs that want only their import lines changed.

    from micrograd.engine import Value        →  from autograd import Value
    from micrograd.nn import MLP              →  from nn.micrograd import MLP

>>> import random
>>> random.seed(1337)
>>> model = MLP(2, [16, 16, 1])
>>> len(model.parameters()), model.layers[2]
(337, Layer of [LinearNeuron(16)])
>>> score = model([1.0, -2.0])
>>> score.backward()
>>> sum(p.grad != 0 for p in model.parameters()) > 100
True

The models are those of `nn.layers`; only what micrograd does differently is here. A wrong number of inputs is an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from nn import init, layers
from nn.module import Module

__all__ = ["MLP", "Layer", "Module", "Neuron"]


class Neuron(layers.Neuron):
    """relu(Σ wᵢxᵢ + b), or without the relu. Weights start uniform in ±1 (from the module `random`), b at 0."""

    def __init__(self, nin: int, nonlin: bool = True) -> None:
        super().__init__(nin, activation="relu" if nonlin else "linear", init=init.uniform(1.0))
        self.nonlin = nonlin

    def __repr__(self) -> str:
        return f"{'ReLU' if self.nonlin else 'Linear'}Neuron({len(self.w)})"


class Layer(Module):
    """Neurons that read the same inputs. The answer is a list, but of a single neuron the bare Value."""

    def __init__(self, nin: int, nout: int, **kwargs: Any) -> None:
        self.neurons = [Neuron(nin, **kwargs) for _ in range(nout)]

    def __call__(self, x: Sequence[Any]) -> Any:
        x = layers.as_values(self, len(self.neurons[0].w), x)
        outputs = [neuron(x) for neuron in self.neurons]
        return outputs if len(outputs) > 1 else outputs[0]

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(repr, self.neurons))}]"


class MLP(layers.Sequential):
    """Layers one after the other, all but the last with relu."""

    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        sizes = pairwise([nin, *nouts])
        super().__init__(*(Layer(*size, nonlin=place < len(nouts)) for place, size in enumerate(sizes, start=1)))

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(repr, self.layers))}]"
