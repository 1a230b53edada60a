"""Penalties: what is added to a loss to keep parameters small."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import autograd
from autograd import dot


def l1_penalty(parameters: Iterable[Any], strength: float) -> Any:
    """λ Σ |p|, to be added to a loss: drives parameters that do not matter to 0.

    >>> l1_penalty([3.0, -4.0], 0.5)
    3.5
    """
    return checked_strength(strength) * autograd.sum(abs(p) for p in parameters)


def l2_penalty(parameters: Iterable[Any], strength: float) -> Any:
    """λ Σ p², to be added to a loss: keeps parameters small. As in micrograd's demo, without a ½.

    >>> l2_penalty([3.0, -4.0], 0.5)
    12.5
    """
    numbers = list(parameters)
    return checked_strength(strength) * dot(numbers, numbers)


def checked_strength(strength: float) -> float:
    """λ, if it is one.

    Raises:
        ValueError: if it is negative or not finite.
    """
    if not 0.0 <= strength < math.inf:
        raise ValueError(f"the strength of a penalty is a number, 0 or above, but is {strength!r}")
    return strength
