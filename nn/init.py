"""Where weights start. Each function returns an initialiser, which draws one weight at a time.

    initialiser(n_in, n_out, rng) → a weight of a neuron with n_in inputs, in a layer of n_out neurons

Weights must differ, or all neurons of a layer would learn the same; and their size decides whether numbers grow or
vanish on the way through the layers.

>>> import random
>>> draw = get("glorot_uniform")
>>> abs(draw(3, 3, random.Random(1))) <= 1.0
True
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from nn.basics.lookup import lookup

Initialiser = Callable[[int, int, Any], float]


def zeros() -> Initialiser:
    """0. Good for biases and for a single neuron; the neurons of a layer would all learn the same."""
    return lambda n_in, n_out, rng: 0.0


def normal(sigma: float = 0.1) -> Initialiser:
    """N(0, σ²): normally distributed around 0, with standard deviation σ, whatever the size of the layer.

    Raises:
        ValueError: if σ is negative or not finite.
    """
    spread = checked("sigma", sigma)
    return lambda n_in, n_out, rng: rng.gauss(0.0, spread)


def uniform(limit: float = 1.0) -> Initialiser:
    """Evenly distributed between −limit and limit, whatever the size of the layer. micrograd's, with 1.

    Raises:
        ValueError: if the limit is negative or not finite.
    """
    bound = checked("limit", limit)
    return lambda n_in, n_out, rng: rng.uniform(-bound, bound)


def glorot_uniform() -> Initialiser:
    """Uniform in ±√(6/(n_in + n_out)), which keeps the size of numbers and of gradients through tanh layers.

    Glorot & Bengio, Understanding the difficulty of training deep feedforward neural networks (2010), eq. 16.
    """

    def draw(n_in: int, n_out: int, rng: Any) -> float:
        limit = math.sqrt(6.0 / (n_in + n_out))
        return float(rng.uniform(-limit, limit))

    return draw


def glorot_normal() -> Initialiser:
    """Normal with variance 2/(n_in + n_out), the same as `glorot_uniform` (2010, eq. 12)."""
    return lambda n_in, n_out, rng: rng.gauss(0.0, math.sqrt(2.0 / (n_in + n_out)))


def he_uniform() -> Initialiser:
    """Uniform in ±√(6/n_in), the same variance as `he_normal`."""

    def draw(n_in: int, n_out: int, rng: Any) -> float:
        limit = math.sqrt(6.0 / n_in)
        return float(rng.uniform(-limit, limit))

    return draw


def he_normal() -> Initialiser:
    """Normal with variance 2/n_in, which makes up for the half that a rectifier sets to 0.

    He et al., Delving Deep into Rectifiers (2015), eq. 10.
    """
    return lambda n_in, n_out, rng: rng.gauss(0.0, math.sqrt(2.0 / n_in))


#: Every initialiser by name, to be called for its usual settings.
INITIALISERS: dict[str, Callable[[], Initialiser]] = {
    "zeros": zeros,
    "normal": normal,
    "uniform": uniform,
    "glorot_uniform": glorot_uniform,
    "glorot_normal": glorot_normal,
    "he_uniform": he_uniform,
    "he_normal": he_normal,
}


def get(init: str | Initialiser) -> Initialiser:
    """The initialiser of that name with its usual settings; an initialiser as it is.

    Raises:
        ValueError: for an unknown name; it proposes the nearest.
        TypeError: for one of the functions above that was not called: `init.normal` for `init.normal()`.
    """
    if isinstance(init, str):
        return lookup("initialisation", init, INITIALISERS)()
    name = getattr(init, "__name__", "")
    if name in INITIALISERS:
        raise TypeError(f"init.{name} makes an initialiser: call it, init.{name}(), or give its name, {name!r}")
    return init


def suited_to(family: str) -> Initialiser:
    """What is usual for an activation: He's for rectifiers, of which half are at rest, Glorot's for the others."""
    return he_normal() if "rectifier" in family else glorot_uniform()


def checked(name: str, size: float) -> float:
    """A size that makes sense."""
    if not (0.0 <= size < math.inf):
        raise ValueError(f"{name} must be a finite number, 0 or above, but is {size!r}")
    return float(size)
