"""Optimisers: how parameters move so that the loss falls. Two kinds, with a gradient and without; one interface.

Parameters, and what an optimiser remembers about each, go in; moved parameters come out.

In reading order:

    base              what every optimiser is
    gradient_descent  gradient descent and its relatives, each a rule
    hill_climbing     random steps, without a gradient
"""

from collections.abc import Callable

from nn.basics.lookup import lookup
from nn.optimizers.base import GradientOptimizer, Optimizer
from nn.optimizers.gradient_descent import Adam, AdamW, GradientDescent, Momentum, Nesterov, RMSProp
from nn.optimizers.hill_climbing import RandomHillClimbing

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

#: Every optimiser by the name that a command line would use.
OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "gradient_descent": GradientDescent,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "rmsprop": RMSProp,
    "adam": Adam,
    "adamw": AdamW,
    "random_hill_climbing": RandomHillClimbing,
}

#: What they are called elsewhere: there, too, whoever deals the samples makes it stochastic.
SHORT_OPTIMIZERS = {"sgd": "gradient_descent"}


def get(name: str) -> Callable[..., Optimizer]:
    """The class of that name, its usual short one too, to be called with its settings.

    Raises:
        ValueError: for an unknown name; it proposes the nearest.

    >>> get("adam")(0.01)
    Adam(learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-08)
    """
    return lookup("optimiser", name, OPTIMIZERS, SHORT_OPTIMIZERS)
