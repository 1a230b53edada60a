"""The objective: the loss of a sample, its mean over many, the penalties, and their gradients by `backward()`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import autograd
from autograd import DomainError, Value
from autograd.following import Following
from nn.basics.mode import CallMode, in_mode
from nn.basics.nonfinite import check_gradients, check_loss
from nn.basics.parameters import modules_in
from nn.dropout import Dropout
from nn.losses import Loss
from nn.module import Module, outputs_of, switched
from nn.penalties import l1_penalty, l2_penalty
from nn.training.samples import Samples

CHUNK = 64  # samples whose graphs are held at the same time

Predictions = Any  # a list of floats for each sample, or an array with a row for each
LossAndPredictions = tuple[float, Predictions]


class Objective:
    """What is minimised: the mean loss over the samples, plus λ₁ Σ|p| + λ₂ Σp² over the parameters.

    Args:
        model, loss: the mean is of loss(model(x), target), times the weight of the sample if it has one.
        l1, l2: λ₁ and λ₂.

    Attributes:
        masked: for each number in a mask of dropout, whose it is.
        has_modes: whether the model asks if it is trained, and may then do something else, which is no mask.
    """

    def __init__(self, model: Module, loss: Loss, l1: float = 0.0, l2: float = 0.0) -> None:
        self.model = model
        self.loss = loss
        self.l1 = l1
        self.l2 = l2
        self.masked: list[Dropout] = []
        self.has_modes = False

    def look_at(self, x: Sequence[Any]) -> int:
        """Call the model for one sample, to see what it does in training; the number of its outputs."""
        own = has_code_of_its_own(self.model)
        with switched(self.model, True) if own else nullcontext(), in_mode(CallMode()) as mode:
            count = len(outputs_of(self.model, x))
        self.masked = mode.masked
        # A part that is compiled asks once, and perhaps did before: then its code says so.
        self.has_modes = mode.asked or (own and "training" in Following((self.model,)).words)
        return count

    def of_sample(self, x: Sequence[Any], encoded: Sequence[Any]) -> tuple[Any, Sequence[Any]]:
        """The loss of one sample, and the model's outputs. After the inputs, x has the masks of dropout."""
        if not self.masked:
            outputs = outputs_of(self.model, x)
        else:
            inputs = len(x) - len(self.masked)
            with in_mode(CallMode(x[inputs:])) as mode:
                outputs = outputs_of(self.model, x[:inputs])
            mode.check_all_used()
        return self.loss.formula(outputs, encoded), outputs

    def in_training(self) -> AbstractContextManager[None]:
        """Meanwhile the model is trained, if it asks. Dropout does not: it is given its masks."""
        return switched(self.model, True) if self.has_modes else nullcontext()

    def asked(self) -> AbstractContextManager[None]:
        """Meanwhile it is asked, and not trained."""
        return switched(self.model, False) if self.has_modes else nullcontext()

    def penalty(self) -> Any:
        """λ₁ Σ|p| + λ₂ Σp², a Value, or 0.0 if there is none."""
        terms = [
            penalty(self.model.parameters(), strength)
            for penalty, strength in ((l1_penalty, self.l1), (l2_penalty, self.l2))
            if strength
        ]
        return autograd.sum(terms) if terms else 0.0

    def chunks(self, samples: Samples) -> Iterator[tuple[Value, list[list[float]]]]:
        """The summed losses of a few samples at a time, by their weights, and the predictions for them."""
        for start in range(0, len(samples), CHUNK):
            chunk = slice(start, start + CHUNK)
            try:
                with in_mode(CallMode([])):  # so that dropout is refused that was not there when masks were drawn
                    losses, outputs = zip(*map(self.of_sample, samples.X[chunk], samples.encoded[chunk]), strict=True)
            except DomainError:  # of a logarithm of what is no probability, as can be said more clearly
                self.loss.check_predictions(self.model.predict(samples.features[chunk]))
                raise
            total = autograd.sum(losses) if samples.weights is None else autograd.dot(samples.weights[chunk], losses)
            yield total, [[float(output) for output in sample] for sample in outputs]

    def __call__(self, samples: Samples) -> LossAndPredictions:
        """The objective and the predictions, without gradients. The penalty counts."""
        sums, predictions = [], []
        for total, predicted in self.chunks(samples):
            sums.append(float(total))
            predictions += predicted
        return math.fsum(sums) / len(samples) + float(self.penalty()), predictions

    def backward(self, samples: Samples) -> LossAndPredictions:
        """The objective and the predictions; ∂objective/∂p is in the `.grad` of each parameter p.

        Raises:
            NonFinite: if the objective or a gradient is NaN or infinite; no step is to be taken then.
        """
        self.model.zero_grad()
        sums, predictions = [], []
        for total, predicted in self.chunks(samples):
            check_loss(total)
            total.backward(1.0 / len(samples))
            sums.append(total.data)
            predictions += predicted
        penalty = self.penalty()
        if isinstance(penalty, Value):
            check_loss(penalty)
            penalty.backward()
        if not all(math.isfinite(parameter.grad) for parameter in self.model.parameters()):
            again = (self.of_sample(*sample)[0] for sample in zip(samples.X, samples.encoded, strict=True))
            check_gradients(self.model.named_parameters(), again)
        return math.fsum(sums) / len(samples) + float(penalty), predictions


def has_code_of_its_own(model: Module) -> bool:
    """Whether some part of it is of a class that is not of `nn`."""
    return any(type(part).__module__.partition(".")[0] != "nn" for part in modules_in(model))
