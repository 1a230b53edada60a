"""Gradient descent and its relatives.

The rule of each is written once, elementwise, in an arithmetic `m` like the table of operations: floats read it here,
arrays and machine code read the same rule in compiled training.

>>> from autograd import Value
>>> w = Value(1.0)
>>> descent = GradientDescent(0.1)
>>> for _ in range(2):
...     w.grad = 0.0
...     (w * w).backward()
...     descent.step({"w": w})
>>> round(w.data, 6)
0.64
"""

from __future__ import annotations

from typing import Any

from nn.basics.checks import check_positive
from nn.optimizers.base import GradientOptimizer, Slots


class GradientDescent(GradientOptimizer):
    """p ← p − η·g: a step down the slope."""

    def __init__(self, learning_rate: Any = 0.1) -> None:
        super().__init__(learning_rate)

    def rule(self, m: Any, p: Any, g: Any, slots: Slots, rate: Any, step: Any) -> tuple[Any, Slots]:
        return p - rate * g, slots


class Momentum(GradientOptimizer):
    """v ← μ·v + g, p ← p − η·v: a ball that keeps rolling.

    Args:
        learning_rate: η.
        momentum: μ, from 0 to below 1.

    Polyak, Some methods of speeding up the convergence of iteration methods (1964), as PyTorch's SGD writes it.
    """

    slot_names = ("velocity",)

    def __init__(self, learning_rate: Any = 0.01, momentum: float = 0.9) -> None:
        super().__init__(learning_rate)
        self.momentum = below_one("momentum", momentum)

    def rule(self, m: Any, p: Any, g: Any, slots: Slots, rate: Any, step: Any) -> tuple[Any, Slots]:
        velocity = self.momentum * slots[0] + g
        return p - rate * velocity, (velocity,)

    def settings(self) -> dict[str, Any]:
        return {**super().settings(), "momentum": self.momentum}


class Nesterov(Momentum):
    """v ← μ·v + g, p ← p − η·(g + μ·v): momentum that looks ahead to where it will roll.

    Sutskever et al., On the importance of initialization and momentum in deep learning (2013), section 2, as PyTorch's
    SGD writes it.
    """

    def rule(self, m: Any, p: Any, g: Any, slots: Slots, rate: Any, step: Any) -> tuple[Any, Slots]:
        velocity = self.momentum * slots[0] + g
        return p - rate * (g + self.momentum * velocity), (velocity,)


class RMSProp(GradientOptimizer):
    """s ← ρ·s + (1 − ρ)·g², p ← p − η·g/(√s + ε): each parameter's step by the usual size of its gradient.

    Args:
        learning_rate: η.
        rho: ρ, how much of the past is kept, from 0 to below 1.
        epsilon: ε, above 0.

    Tieleman & Hinton, Lecture 6.5 of Neural Networks for Machine Learning (2012); ε outside the root, as in PyTorch.
    """

    slot_names = squares = ("square",)

    def __init__(self, learning_rate: Any = 0.01, rho: float = 0.99, epsilon: float = 1e-8) -> None:
        super().__init__(learning_rate)
        self.rho = below_one("rho", rho)
        check_positive("epsilon", epsilon)
        self.epsilon = epsilon

    def rule(self, m: Any, p: Any, g: Any, slots: Slots, rate: Any, step: Any) -> tuple[Any, Slots]:
        square = self.rho * slots[0] + (1.0 - self.rho) * (g * g)
        return p - rate * m.divide(g, m.sqrt(square) + self.epsilon), (square,)

    def settings(self) -> dict[str, Any]:
        return {**super().settings(), "rho": self.rho, "epsilon": self.epsilon}


class Adam(GradientOptimizer):
    """Momentum and RMSProp together, each corrected for having started at 0.

        u ← β₁·u + (1 − β₁)·g        û = u/(1 − β₁ᵗ)
        s ← β₂·s + (1 − β₂)·g²       ŝ = s/(1 − β₂ᵗ)        p ← p − η·û/(√ŝ + ε)

    Args:
        learning_rate: η.
        beta1, beta2: β₁ and β₂, from 0 to below 1.
        epsilon: ε, above 0.

    Kingma & Ba, Adam: A Method for Stochastic Optimization (2015), algorithm 1.
    """

    slot_names = ("mean", "square")
    squares = ("square",)

    def __init__(
        self, learning_rate: Any = 0.001, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8
    ) -> None:
        super().__init__(learning_rate)
        self.beta1 = below_one("beta1", beta1)
        self.beta2 = below_one("beta2", beta2)
        check_positive("epsilon", epsilon)
        self.epsilon = epsilon

    def rule(self, m: Any, p: Any, g: Any, slots: Slots, rate: Any, step: Any) -> tuple[Any, Slots]:
        mean = self.beta1 * slots[0] + (1.0 - self.beta1) * g
        square = self.beta2 * slots[1] + (1.0 - self.beta2) * (g * g)
        corrected_mean = m.divide(mean, 1.0 - m.power(self.beta1, step))
        corrected_square = m.divide(square, 1.0 - m.power(self.beta2, step))
        return p - rate * m.divide(corrected_mean, m.sqrt(corrected_square) + self.epsilon), (mean, square)

    def settings(self) -> dict[str, Any]:
        return {**super().settings(), "beta1": self.beta1, "beta2": self.beta2, "epsilon": self.epsilon}


class AdamW(Adam):
    """Adam with weight decay beside it: p ← p − η·λ·p, and then Adam's step with a gradient that knows nothing of λ.

    Args:
        learning_rate, beta1, beta2, epsilon: as for `Adam`.
        weight_decay: λ, 0 or above.

    Loshchilov & Hutter, Decoupled Weight Decay Regularization (2019), algorithm 2, with η for both as in PyTorch.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon)
        if weight_decay:
            check_positive("weight_decay", weight_decay)
        self.weight_decay = weight_decay

    def rule(self, m: Any, p: Any, g: Any, slots: Slots, rate: Any, step: Any) -> tuple[Any, Slots]:
        return super().rule(m, p - rate * self.weight_decay * p, g, slots, rate, step)

    def settings(self) -> dict[str, Any]:
        return {**super().settings(), "weight_decay": self.weight_decay}


def below_one(name: str, number: float) -> float:
    """A share of the past that is kept.

    Raises:
        ValueError: if it is not from 0 to below 1.
    """
    if not 0.0 <= number < 1.0:
        raise ValueError(f"{name} is a number from 0 to below 1, but is {number!r}")
    return number
