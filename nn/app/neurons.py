"""The neurons of a trained network at a row, as a graph to step through: inputs, neurons with their weights, the loss.

The report's page carries it once, as a graph that computes: with the numbers of any row it is that row's.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from autograd import Value
from autograd.show.stepping.condensed import Kept, condensed
from nn.predictor import Predictor

HIDDEN = "hkmnqr"  # the letters of the neurons in the first hidden layer, in the second, …


class Neurons(NamedTuple):
    """The graph, and where a row's numbers go.

    Attributes:
        root: the loss.
        inputs: the leaves that the network reads, in its order.
        targets: those that the loss compares the outputs with.
    """

    root: Value
    inputs: list[Value]
    targets: list[Value]


def neurons_at(trained: Predictor, inputs: list[float], target: Any) -> Neurons:
    """The neurons of a network at what it reads of a row, and at that row's target as the loss takes it."""
    model, loss = trained.model, trained.loss
    kept: dict[Value, Kept] = {}
    read = [Value(x) for x in inputs]
    kept |= {leaf: Kept(name) for leaf, name in zip(read, trained.prepare.inputs, strict=True)}
    outputs: list[Value] = read
    layers: list[Any] = list(model.layers)
    for depth, layer in enumerate(layers):
        is_last = depth == len(layers) - 1
        names = names_of_outputs(trained) if is_last else names_of_hidden(depth, len(layer.neurons))
        before = [neuron(outputs) for neuron in layer.neurons]
        outputs = layer.over_all(before) if layer.over_all else before
        if layer.over_all:
            kept |= {z: Kept(f"z{place}", WEIGHTED) for place, z in enumerate(before, 1)}
        said = WEIGHTED if layer.activation_name == "linear" else f"{layer.activation_name} of a {WEIGHTED}"
        kept |= {a: Kept(name, "" if layer.over_all else said) for a, name in zip(outputs, names, strict=True)}
    wanted = [Value(number) for number in loss.encode(target, len(outputs))]
    several = len(wanted) > 1
    kept |= {leaf: Kept(f"t{place}" if several else "t") for place, leaf in enumerate(wanted, 1)}
    root = loss.formula(outputs, wanted)
    kept[root] = Kept("L", loss.name.replace("_", " "))
    small, places = condensed(root, kept)
    return Neurons(small, [places[leaf] for leaf in read], [places[leaf] for leaf in wanted])


WEIGHTED = "weighted sum"


def names_of_hidden(depth: int, count: int) -> list[str]:
    """h1, h2 … in the first hidden layer, k1 … in the second."""
    letter = HIDDEN[depth] if depth < len(HIDDEN) else f"layer {depth + 1}, "
    return [f"{letter}{place}" for place in range(1, count + 1)]


def names_of_outputs(trained: Predictor) -> list[str]:
    """An output is called after its class, s(2) or p(cat), as it is a score or a probability; a number y_hat."""
    if not trained.prepare.classes:
        return ["y_hat"]
    letter = "p" if trained.loss.expects == "probabilities" else "s"
    classes = trained.prepare.classes
    return [letter] if trained.head.n_outputs == 1 else [f"{letter}({name})" for name in classes]
