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
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import chain, pairwise
from typing import Any

from autograd import Value


class Module:
    """Something with parameters."""

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        for p in self.parameters():
            p.grad = 0.0

    def parameters(self) -> list[Value]:
        """The parameters, in a fixed order."""
        return []


class Neuron(Module):
    """relu(Σ wᵢxᵢ + b), or without the relu. Weights start uniform in ±1 (from the module `random`), b at 0."""

    def __init__(self, nin: int, nonlin: bool = True) -> None:
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0)
        self.nonlin = nonlin

    def __call__(self, x: Sequence[Any]) -> Value:
        act = self.b
        for wi, xi in zip(self.w, x, strict=False):  # like micrograd, which ignores what is over
            act = act + wi * xi
        return act.relu() if self.nonlin else act

    def parameters(self) -> list[Value]:
        """The weights, then the bias."""
        return [*self.w, self.b]

    def __repr__(self) -> str:
        return f"{'ReLU' if self.nonlin else 'Linear'}Neuron({len(self.w)})"


class Layer(Module):
    """Neurons that read the same inputs. The answer is a list, but of a single neuron the bare Value."""

    def __init__(self, nin: int, nout: int, **kwargs: Any) -> None:
        self.neurons = [Neuron(nin, **kwargs) for _ in range(nout)]

    def __call__(self, x: Sequence[Any]) -> Any:
        outputs = [neuron(x) for neuron in self.neurons]
        return outputs if len(outputs) > 1 else outputs[0]

    def parameters(self) -> list[Value]:
        """Neuron by neuron."""
        return list(chain.from_iterable(neuron.parameters() for neuron in self.neurons))

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(repr, self.neurons))}]"


class MLP(Module):
    """Layers one after the other, all but the last with relu."""

    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        self.layers = [Layer(*sizes) for sizes in pairwise([nin, *nouts])]
        for neuron in self.layers[-1].neurons:
            neuron.nonlin = False

    def __call__(self, x: Sequence[Any]) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self) -> list[Value]:
        """Layer by layer."""
        return list(chain.from_iterable(layer.parameters() for layer in self.layers))

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(repr, self.layers))}]"
