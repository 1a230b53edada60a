"""Activation functions: what a neuron makes of its weighted sum, a = φ(z).

Each is an entry of a table that says which family it belongs to, its range and derivative, and what speaks for and
against it. The mathematics is the engine's; here it is chosen from.

>>> get("tanh")(0.5) == tanh(0.5)
True
>>> print(get("sigmoid").family, get("sigmoid").range)
sigmoidal (0, 1)
>>> softmax([0.0, 0.0])
[0.5, 0.5]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import autograd
from autograd import Value
from nn.basics.lookup import lookup
from nn.module import Module


@dataclass(frozen=True)
class Activation:
    """A function of one number, applied to each neuron of a layer, and what is known about it.

    Args:
        name: under which `get` finds it.
        method: the function of a `Value`.
        family: what it is a kind of.
        formula: of φ(z).
        range: of its values.
        derivative: φ′(z) as the textbooks write it; what is computed is in the engine's table.
        pros, cons: what speaks for and against it.

    Called with a number it returns a number, with a Value a Value.
    """

    name: str
    method: Callable[[Value], Value]
    family: str
    formula: str
    range: str
    derivative: str
    pros: str
    cons: str

    def __call__(self, z: Any) -> Any:
        return self.method(z) if isinstance(z, Value) else self.method(Value(z)).data

    def __repr__(self) -> str:
        return f"<activation {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return get, (self.name,)


step = Activation(
    "step",
    Value.step,
    family="threshold",
    formula="1 if z > 0, else 0",
    range="{0, 1}",
    derivative="0 (none at the jump)",
    pros="the perceptron's: a plain yes or no, easy to read",
    cons="no slope anywhere, so gradient descent cannot learn through it; random hill climbing can",
)

linear = Activation(
    "linear",
    Value.__pos__,
    family="linear",
    formula="z",
    range="(−∞, ∞)",
    derivative="1",
    pros="any number can come out: the output of a regression",
    cons="layers of it are together no more than one layer",
)

sigmoid = Activation(
    "sigmoid",
    Value.sigmoid,
    family="sigmoidal",
    formula="1 / (1 + e⁻ᶻ)",
    range="(0, 1)",
    derivative="σ(z)·(1 − σ(z)), at most ¼",
    pros="smooth and bounded; reads as the probability of one of two classes",
    cons="flat for large |z|, and every layer shrinks the gradient to a quarter or less; not centred on 0",
)

tanh = Activation(
    "tanh",
    Value.tanh,
    family="sigmoidal",
    formula="(eᶻ − e⁻ᶻ) / (eᶻ + e⁻ᶻ)",
    range="(−1, 1)",
    derivative="1 − tanh²(z), at most 1",
    pros="smooth, bounded and centred on 0, so it trains faster than the sigmoid",
    cons="flat for large |z|: the gradient vanishes there",
)

relu = Activation(
    "relu",
    Value.relu,
    family="rectifier",
    formula="max(0, z)",
    range="[0, ∞)",
    derivative="1 for z > 0, 0 otherwise",
    pros="cheap, and the gradient passes active neurons unchanged, however deep the network",
    cons="a neuron that is below 0 for every sample gets no gradient and stays dead; not centred on 0",
)

leaky_relu = Activation(
    "leaky_relu",
    Value.leaky_relu,
    family="rectifier",
    formula="z for z > 0, 0.01·z otherwise",
    range="(−∞, ∞)",
    derivative="1 for z > 0, 0.01 otherwise",
    pros="like relu, but no neuron dies",
    cons="the slope on the left is one more number to choose",
)

elu = Activation(
    "elu",
    Value.elu,
    family="rectifier",
    formula="z for z > 0, eᶻ − 1 otherwise",
    range="(−1, ∞)",
    derivative="1 for z > 0, eᶻ otherwise",
    pros="no dead neurons, a mean nearer to 0, a smooth bend",
    cons="an exponential to compute; flat far on the left",
)

gelu = Activation(
    "gelu",
    Value.gelu,
    family="smooth rectifier",
    formula="z·Φ(z), Φ the normal distribution function",
    range="[−0.17, ∞)",
    derivative="Φ(z) + z·φ(z), φ the normal density",
    pros="smooth everywhere; the choice of the transformers",
    cons="dearer to compute; falls before it rises",
)

silu = Activation(
    "silu",
    Value.silu,
    family="smooth rectifier",
    formula="z·σ(z), also called swish",
    range="[−0.279, ∞)",
    derivative="σ(z) + z·σ(z)·(1 − σ(z))",
    pros="smooth everywhere, cheaper than gelu and nearly the same",
    cons="dearer than relu; falls before it rises",
)

softplus = Activation(
    "softplus",
    Value.softplus,
    family="smooth rectifier",
    formula="log(1 + eᶻ)",
    range="(0, ∞)",
    derivative="σ(z)",
    pros="a smooth relu, always positive: good for an output that must be",
    cons="dearer than relu and not better in hidden layers; not centred on 0",
)


class PReLU(Module):
    """z for z > 0, slope·z otherwise: the leaky rectifier that learns its slope (He et al. 2015, eq. 1).

    Args:
        slope: where the learned slope starts.

    Range (−∞, ∞). Derivative 1 for z > 0, the slope otherwise; with respect to the slope 0 for z > 0, z otherwise.
    For it: no dead neurons, and nothing to choose. Against it: one more parameter that can overfit.
    By name (`activation="prelu"`) each neuron has a slope of its own; neurons given one PReLU share its slope.

    >>> PReLU(0.25)(-2.0).data
    -0.5
    """

    name = "prelu"
    family = "rectifier"
    formula = "z for z > 0, slope·z otherwise, the slope learned"
    range = "(−∞, ∞)"
    derivative = "1 for z > 0, the slope otherwise"
    pros = "like leaky relu, and the slope need not be chosen"
    cons = "one more parameter for each neuron, which can overfit"

    def __init__(self, slope: float = 0.25) -> None:
        self.slope = Value(slope)

    def __call__(self, z: Any) -> Value:
        output: Value = autograd.where(autograd.step(z), z, self.slope * z)
        return output

    def __repr__(self) -> str:
        return f"PReLU({self.slope.data!r})"


class Softmax:
    """aᵢ = exp zᵢ / Σⱼ exp zⱼ: positive numbers that sum to 1, from the numbers of a whole layer.

    Range (0, 1). Derivative ∂aᵢ/∂zⱼ = aᵢ·(1 − aᵢ) for i = j, −aᵢ·aⱼ otherwise. For it: reads as the probabilities of
    classes. Against it: it belongs on the last layer alone, and with cross-entropy the loss on logits is better.
    """

    name = "softmax"
    family = "output of a classifier"
    formula = "exp zᵢ / Σⱼ exp zⱼ"
    range = "(0, 1)"
    derivative = "aᵢ·(1 − aᵢ) on the diagonal, −aᵢ·aⱼ off it"
    pros = "the outputs read as probabilities: positive, and 1 in sum"
    cons = "acts on a whole layer, saturates like the sigmoid; for training, cross-entropy on logits is steadier"

    def __call__(self, z: Sequence[Any]) -> list[Any]:
        return autograd.softmax(z)

    def __repr__(self) -> str:
        return "<activation softmax>"

    def __reduce__(self) -> tuple[Any, ...]:
        return get, (self.name,)


softmax = Softmax()

#: Every activation by name. What is listed as a class is made anew for each neuron: it has a parameter.
ACTIVATIONS: dict[str, Any] = {
    "step": step,
    "linear": linear,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": relu,
    "leaky_relu": leaky_relu,
    "prelu": PReLU,
    "elu": elu,
    "gelu": gelu,
    "silu": silu,
    "softplus": softplus,
    "softmax": softmax,
}


def get(activation: str | Callable[..., Any]) -> Any:
    """The activation of that name (a new one, if it has a parameter of its own); a function is returned as it is.

    Raises:
        ValueError: for an unknown name; it proposes the nearest.
        TypeError: for what is neither a name nor a function.

    >>> get("rellu")
    Traceback (most recent call last):
        ...
    ValueError: no activation is called 'rellu'; did you mean 'relu'? There are: step, linear, sigmoid, tanh, relu, ...
    """
    if callable(activation):
        return activation
    if not isinstance(activation, str):
        raise TypeError(f"an activation is a name or a function, not {activation!r}")
    found = lookup("activation", activation, ACTIVATIONS)
    return found() if isinstance(found, type) else found


def activation_name(activation: Any) -> str:
    """The name of an activation, also of a function that is not in the table."""
    if isinstance(activation, str):
        return activation
    return getattr(activation, "name", None) or getattr(activation, "__name__", None) or type(activation).__name__


def saved_name(activation: Any) -> str:
    """The name that `get` finds the same activation by.

    Raises:
        ValueError: if there is none, so that a model with it cannot be described by names.
    """
    name = activation_name(activation)
    if activation != name and ACTIVATIONS.get(name) is not activation:
        raise ValueError(
            f"the activation {activation!r} is not in the table, so a model with it cannot be saved by description;"
            f" pass one by name: {', '.join(ACTIVATIONS)}"
        )
    return name
