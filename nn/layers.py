"""Neurons, layers of them, and layers one after the other.

    z = Σᵢ wᵢxᵢ + b        a = φ(z)

>>> model = MLP(3, [4, 4, 1], activation="tanh", rng=1)
>>> len(model.parameters()), len(model([0.5, -1.0, 2.0]))
(41, 1)
>>> print(model.summary())
layer             shape  activation  parameters
───────────────────────────────────────────────
layers.0 (Layer)  3 → 4  tanh                16
layers.1 (Layer)  4 → 4  tanh                20
layers.2 (Layer)  4 → 1  linear               5
───────────────────────────────────────────────
total                                        41
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from autograd import Value, dot
from nn import activations
from nn import init as initialisers
from nn.basics.checks import check_count
from nn.basics.randomness import Randomness, generator
from nn.module import FOR_A_BATCH, Module, check_width

Activations = str | Callable[..., Any]
Init = str | initialisers.Initialiser | None


class Neuron(Module):
    """a = φ(Σᵢ wᵢxᵢ + b): one node for the sum of products, one for the bias, one for φ.

    Args:
        n_in: number of inputs, at least 1.
        activation: φ, by name or as a function of one Value.
        init: where the weights start, by name or an initialiser; None for what suits φ. The bias starts at 0.
        rng: a `random.Random`, a seed, or None for the module `random`.
        n_out: how many neurons are in its layer, which some initialisers want to know.

    >>> neuron = Neuron(2, activation="relu", init="zeros")
    >>> neuron.w[0].data, neuron.b.data = 2.0, 1.0
    >>> neuron([3.0, 5.0]).data
    7.0
    """

    def __init__(
        self,
        n_in: int,
        *,
        activation: Activations = "linear",
        init: Init = None,
        rng: Randomness = None,
        n_out: int = 1,
    ) -> None:
        check_count("n_in", n_in)
        check_count("n_out", n_out)
        phi = activations.get(activation)
        if phi is activations.softmax:
            raise ValueError("softmax acts on a whole layer: Layer(n_in, n_out, activation='softmax')")
        draw = initialisers.suited_to(getattr(phi, "family", "")) if init is None else initialisers.get(init)
        source = generator(rng)
        self.w = [Value(draw(n_in, n_out, source)) for _ in range(n_in)]
        self.b = Value(0.0)
        self.activation = phi

    def __call__(self, x: Sequence[Any]) -> Value:
        """The neuron's output for one sample, a list of n_in numbers or Values."""
        check_width(self, len(self.w), x)
        output: Value = self.activation(dot(self.w, x) + self.b)
        return output

    @property
    def shape(self) -> tuple[int, int]:
        """Number of inputs and of outputs."""
        return len(self.w), 1

    @property
    def activation_name(self) -> str:
        """What φ is called."""
        return activations.activation_name(self.activation)

    def settings(self) -> dict[str, Any]:
        """What it was made with, but for its weights."""
        return {"n_in": len(self.w), "activation": self.activation}

    def __repr__(self) -> str:
        return f"Neuron({len(self.w)}, activation={self.activation_name!r})"


class Layer(Module):
    """n_out neurons that read the same inputs: aⱼ = φ(Σᵢ wⱼᵢxᵢ + bⱼ).

    Args:
        n_in: number of inputs, at least 1.
        n_out: number of neurons, at least 1.
        activation: φ, by name or as a function of one Value; softmax takes all the zⱼ of the layer.
        init, rng: as for a `Neuron`.

    >>> [a.data for a in Layer(2, 3, activation="softmax", init="zeros")([1.0, 2.0])]
    [0.3333333333333333, 0.3333333333333333, 0.3333333333333333]
    """

    def __init__(
        self,
        n_in: int,
        n_out: int,
        *,
        activation: Activations = "linear",
        init: Init = None,
        rng: Randomness = None,
    ) -> None:
        check_count("n_in", n_in)
        check_count("n_out", n_out)
        self.over_all = activations.softmax if activation in ("softmax", activations.softmax) else None
        each = "linear" if self.over_all else activation
        source = generator(rng)
        self.neurons = [Neuron(n_in, activation=each, init=init, rng=source, n_out=n_out) for _ in range(n_out)]

    def __call__(self, x: Sequence[Any]) -> list[Value]:
        """The outputs for one sample, a list of n_in numbers or Values."""
        x = as_values(self, len(self.neurons[0].w), x)
        outputs = [neuron(x) for neuron in self.neurons]
        return self.over_all(outputs) if self.over_all else outputs

    @property
    def shape(self) -> tuple[int, int]:
        """Number of inputs and of outputs."""
        return len(self.neurons[0].w), len(self.neurons)

    @property
    def activation_name(self) -> str:
        """What φ is called."""
        return self.over_all.name if self.over_all else self.neurons[0].activation_name

    def settings(self) -> dict[str, Any]:
        """What it was made with, but for its weights."""
        phi = self.over_all or self.neurons[0].activation
        if any(neuron.activation is not self.neurons[0].activation for neuron in self.neurons):
            phi = activations.activation_name(phi)  # one for each neuron
        return {"n_in": self.shape[0], "n_out": self.shape[1], "activation": phi}

    def __repr__(self) -> str:
        return f"Layer({self.shape[0]}, {self.shape[1]}, activation={self.activation_name!r})"


class Sequential(Module):
    """Modules one after the other, each reading the outputs of the one before.

    Args:
        layers: the first one's inputs are the model's, the last one's outputs too.

    Raises:
        ValueError: if there are none, or if a layer has not as many inputs as the one before has outputs.

    >>> model = Sequential(Layer(2, 3, activation="gelu"), Layer(3, 2, activation="softmax"))
    >>> round(sum(p.data for p in model([1.0, -1.0])), 12)
    1.0
    """

    def __init__(self, *layers: Module) -> None:
        if not layers:
            raise ValueError("Sequential takes at least one layer, but was given none")
        n_out, of = 0, 0  # how many outputs come from which layer, as far as is known
        for place, layer in enumerate(layers):
            if getattr(layer, "keeps_width", False):
                continue
            n_in, outputs = getattr(layer, "shape", (0, 0))
            if n_out and n_in and n_out != n_in:
                raise ValueError(f"layer {of} has {n_out} outputs, but layer {place} takes {n_in} inputs")
            n_out, of = outputs, place
        self.layers = list(layers)

    def __call__(self, x: Sequence[Any]) -> list[Value]:
        """The outputs for one sample, a list of numbers or Values."""
        outputs: Any = x
        for layer in self.layers:
            outputs = layer(outputs)
        values: list[Value] = outputs
        return values

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.layers))})"


class MLP(Sequential):
    """A multilayer perceptron: layers of neurons, each reading all outputs of the layer before.

    Args:
        n_in: number of inputs.
        sizes: how many neurons each layer has; the last number is that of the outputs.
        activation: φ of the hidden layers, by name or as a function of one Value.
        output_activation: φ of the last layer; with a loss on logits it stays linear.
        init: where the weights start; None for what suits each layer's φ: He's for rectifiers, otherwise Glorot's.
        rng: a `random.Random`, a seed, or None for the module `random`. The same seed gives the same model.

    The answer is a list, even of one output.

    Raises:
        ValueError: if a size is not a whole number above 0, or a name unknown.

    >>> MLP(2, [16, 16, 1], rng=1)
    MLP(2, [16, 16, 1], activation='relu', output_activation='linear')
    >>> list(MLP(2, [1], rng=1).named_parameters())
    ['layers.0.neurons.0.w[0]', 'layers.0.neurons.0.w[1]', 'layers.0.neurons.0.b']
    """

    def __init__(
        self,
        n_in: int,
        sizes: Sequence[int],
        *,
        activation: Activations = "relu",
        output_activation: Activations = "linear",
        init: Init = None,
        rng: Randomness = None,
    ) -> None:
        check_count("n_in", n_in)
        if isinstance(sizes, str) or not isinstance(sizes, Sequence) or not sizes:
            raise ValueError(f"sizes is a list of at least one number of neurons, such as [16, 1], but is {sizes!r}")
        source = generator(rng)
        phis = [activation] * (len(sizes) - 1) + [output_activation]
        super().__init__(
            *(
                Layer(before, after, activation=phi, init=init, rng=source)
                for (before, after), phi in zip(pairwise([n_in, *sizes]), phis, strict=True)
            )
        )
        self.n_in = n_in
        self.sizes = list(sizes)
        self.activation = activation
        self.output_activation = output_activation

    def __call__(self, x: Sequence[Any]) -> list[Value]:
        """The outputs for one sample, a list of n_in numbers or Values."""
        check_width(self, self.n_in, x)
        return super().__call__(x)

    def config(self) -> dict[str, Any]:
        """What `from_config` builds the same architecture from, fit for JSON; the weights are in `state_dict`.

        Raises:
            ValueError: if an activation is not in the table, or is one PReLU for several neurons.

        >>> MLP(2, [16, 1], rng=1).config()
        {'kind': 'MLP', 'n_in': 2, 'sizes': [16, 1], 'activation': 'relu', 'output_activation': 'linear'}
        """
        return {
            "kind": "MLP",
            "n_in": self.n_in,
            "sizes": list(self.sizes),
            "activation": activations.saved_name(self.activation),
            "output_activation": activations.saved_name(self.output_activation),
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> MLP:
        """A model of that architecture, all weights 0: `load_state_dict` comes next. Draws no random number.

        Raises:
            ValueError: if the description is not one of an MLP, naming what is wrong.
        """
        expected = ["kind", "n_in", "sizes", "activation", "output_activation"]
        if sorted(config) != sorted(expected) or config["kind"] != "MLP":
            raise ValueError(
                f"an MLP is described by kind='MLP', {', '.join(expected[1:])}, but this is {dict(config)!r}"
            )
        settings = {name: config[name] for name in expected[1:]}
        return cls(**settings, init="zeros")

    def __repr__(self) -> str:
        phi, output_phi = map(activations.activation_name, (self.activation, self.output_activation))
        return f"MLP({self.n_in}, {self.sizes}, activation={phi!r}, output_activation={output_phi!r})"


def as_values(module: Module, n_in: int, x: Sequence[Any]) -> list[Value]:
    """One sample as a list of Values, so that all neurons of a layer read the same leaves.

    Raises:
        TypeError: if it is not a list of numbers.
        ValueError: if it has not `n_in` of them.
    """
    check_width(module, n_in, x)
    try:
        return [number if isinstance(number, Value) else Value(number) for number in x]
    except TypeError as error:
        raise TypeError(f"{module!r} takes one sample, a list of {n_in} numbers: {error}\n{FOR_A_BATCH}") from None
