"""From a batch to gradients: an engine answers with the loss, and leaves ∂loss/∂p in the `.grad` of each parameter."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import autograd
from autograd import Value
from nn.losses import Loss, l1_penalty, l2_penalty
from nn.module import Module, outputs_of
from nn.samples import Samples

CHUNK = 64  # samples whose graphs are held at the same time


class Objective:
    """What is minimised: the mean loss over the samples, plus λ₁ Σ|p| + λ₂ Σp² over the parameters.

    Args:
        model, loss: the mean is of loss(model(x), target).
        l1, l2: λ₁ and λ₂.
    """

    def __init__(self, model: Module, loss: Loss, l1: float = 0.0, l2: float = 0.0) -> None:
        self.model = model
        self.loss = loss
        self.l1 = l1
        self.l2 = l2

    def penalty(self) -> Any:
        """λ₁ Σ|p| + λ₂ Σp², a Value, or 0.0 if there is none."""
        terms = [
            penalty(self.model.parameters(), strength)
            for penalty, strength in ((l1_penalty, self.l1), (l2_penalty, self.l2))
            if strength
        ]
        return autograd.sum(terms) if terms else 0.0

    def chunks(self, samples: Samples) -> Iterator[tuple[Value, list[list[float]]]]:
        """The summed losses of a few samples at a time, and the predictions for them."""
        for start in range(0, len(samples), CHUNK):
            chunk = slice(start, start + CHUNK)
            outputs = [outputs_of(self.model, x) for x in samples.X[chunk]]
            losses = map(self.loss.formula, outputs, samples.encoded[chunk])
            yield autograd.sum(losses), [[float(output) for output in sample] for sample in outputs]

    def __call__(self, samples: Samples) -> tuple[float, list[list[float]]]:
        """The objective and the predictions, without gradients. The penalty counts."""
        sums, predictions = [], []
        for total, predicted in self.chunks(samples):
            sums.append(float(total))
            predictions += predicted
        return math.fsum(sums) / len(samples) + float(self.penalty()), predictions


class NonFinite(ArithmeticError):
    """A loss that is NaN or infinite; the message names the number that turned first."""


class EagerEngine:
    """Plain `backward()` on the graph of each sample."""

    name = "eager"

    def __init__(self, objective: Objective) -> None:
        self.objective = objective

    def loss_and_gradient(self, samples: Samples) -> tuple[float, list[list[float]]]:
        """The objective and the predictions; ∂objective/∂p is in the `.grad` of each parameter p.

        Raises:
            NonFinite: if the objective is NaN or infinite.
        """
        model = self.objective.model
        model.zero_grad()
        sums, predictions = [], []
        for total, predicted in self.objective.chunks(samples):
            check_finite(total)
            total.backward(1.0 / len(samples))
            sums.append(total.data)
            predictions += predicted
        penalty = self.objective.penalty()
        if isinstance(penalty, Value):
            check_finite(penalty)
            penalty.backward()
        return math.fsum(sums) / len(samples) + float(penalty), predictions


def check_finite(total: Value) -> None:
    """Make sure that a loss is a finite number.

    Raises:
        NonFinite: naming the first number below it that is not.
    """
    if not math.isfinite(total.data):
        first = autograd.nonfinite(total)
        assert first is not None, "the total itself is not finite"
        made_by = f"computed by {first.op.name}" if first.op is not None else "a leaf"
        operands = ", ".join(f"{p.label} = {p.data!r}" if p.label else repr(p.data) for p in first.parents[:4])
        more = f" of {operands}{' …' if len(first.parents) > 4 else ''}" if operands else ""
        label = f" {first.label!r}" if first.label else ""
        turned = f"the first number to turn is {first.data!r}{label}, {made_by}{more}"
        raise NonFinite(f"the loss is {total.data!r}; {turned}")
