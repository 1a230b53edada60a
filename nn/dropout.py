"""Dropout: units that are left out at random while a model is trained, so that none can rely on another.

    aᵢ → mᵢ·aᵢ,    mᵢ = 0 with probability p, 1/(1 − p) otherwise

>>> from nn.layers import Layer, Sequential
>>> model = Sequential(Layer(2, 8, activation="relu", rng=1), Dropout(0.5, rng=1), Layer(8, 1, rng=1))
>>> model([1.0, 2.0])[0].data == model([1.0, 2.0])[0].data      # asked, it leaves out nothing
True
>>> in_training = model.train()
>>> in_training([1.0, 2.0])[0].data == in_training([1.0, 2.0])[0].data
False
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import Value
from autograd.recording import recording_here
from nn.basics.mode import calling
from nn.basics.randomness import Randomness, generator
from nn.module import Module


class Dropout(Module):
    """mᵢ·aᵢ for each of its inputs, while the model is trained; otherwise aᵢ.

    Args:
        rate: p, the probability of being left out, from 0 up to 1.
        rng: a `random.Random`, a seed, or None for the module `random`. `Trainer.fit` draws from its own, in which one
            seed gives one training.

    The factor 1/(1 − p) keeps the mean of what comes after as it is without.

    `Trainer` drops units in its steps alone, not where it measures, and `predict` never does. In a loop of your own
    `model.train()` begins and `model.eval()` ends it. A compiled function would draw once for all of its calls: give it
    the mask as an argument, `dropout(x, mask)`, drawn before each call by `dropout.draw(len(x))`.

    Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting (JMLR 15, 2014).
    """

    keeps_width = True  # it has as many outputs as inputs

    def __init__(self, rate: float = 0.5, *, rng: Randomness = None) -> None:
        if isinstance(rate, bool) or not isinstance(rate, float | int) or not 0.0 <= rate < 1.0:
            raise ValueError(f"the rate is a probability, from 0 up to 1, but is {rate!r}")
        self.rate = rate
        self.rng = None if rng is None else generator(rng)

    def __call__(self, x: Sequence[Any], mask: Sequence[Any] | None = None) -> list[Any]:
        """The inputs, those that are left out as 0.

        Args:
            x: the outputs of the layer before.
            mask: mᵢ for each of them; None: as the mode asks for.
        """
        if mask is None:
            mode = calling.get()
            if mode is not None and not mode.never:
                mask = mode.masks_for(self, len(x))
                check_mask_may_change(mask)
            elif mode is None and self.training:
                check_mask_may_change([])
                mask = self.draw(len(x))
            else:
                return list(x)
        if len(mask) != len(x):
            raise ValueError(f"the mask has {len(mask)} numbers, but there are {len(x)} inputs")
        return [m * a for m, a in zip(mask, x, strict=True)]

    def draw(self, count: int) -> list[float]:
        """A mask for so many inputs: numbers that are 0 or 1/(1 − p)."""
        source = generator(self.rng)
        return [0.0 if source.random() < self.rate else self.kept for _ in range(count)]

    @property
    def kept(self) -> float:
        """1/(1 − p), by which what is kept is multiplied."""
        return 1.0 / (1.0 - self.rate)

    def __repr__(self) -> str:
        return f"Dropout({self.rate!r})"


def check_mask_may_change(mask: Sequence[Any]) -> None:
    """Make sure that a mask is not that of the first call for all others, while a function is compiled.

    Raises:
        TraceError: if it is.
    """
    recording = recording_here.get()
    if recording is not None and not (mask and all(isinstance(m, Value) for m in mask)):
        recording.refuse("a mask of dropout was drawn", "dropout(x, mask), with the mask as an argument")
