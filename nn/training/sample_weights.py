"""How much each sample counts in the loss: by weights of the samples, of their classes, or both.

Weights are scaled to a mean of 1, so that a loss, a learning rate and a penalty mean what they mean without.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from nn.basics.not_numbers import in_short
from nn.basics.rows import row_by_row


def weights_of(
    sample_weight: Any, class_weight: Mapping[Any, float] | str | None, targets: Any, name: str = ""
) -> list[float] | None:
    """The weights of samples, 1 in the mean; None if none were asked for.

    Args:
        sample_weight: a number for each sample, 0 or more.
        class_weight: a number for each class, or "balanced": n / (k nᵢ), of n samples and k classes the i-th with nᵢ
            (King and Zeng, Logistic Regression in Rare Events Data, 2001).
        targets: the classes of the samples.
        name: what stands before "sample_weight" in messages.

    >>> weights_of([1, 1, 2], None, [0, 0, 1])
    [0.75, 0.75, 1.5]
    >>> weights_of(None, "balanced", [0, 0, 1])
    [0.75, 0.75, 1.5]

    Raises:
        ValueError: if there is not one for each sample, one is negative or not finite, or all are 0.
    """
    if sample_weight is None and class_weight is None:
        return None
    weights = (
        [1.0] * len(targets)
        if sample_weight is None
        else checked_weights(sample_weight, len(targets), f"{name}sample_weight")
    )
    if class_weight is not None:
        of_class = weights_by_class(class_weight, row_by_row(targets, "y"))
        factors = zip(scaled_below_one(weights), scaled_below_one(of_class), strict=True)
        weights = [weight * of_its_class for weight, of_its_class in factors]
    return scaled(weights, name)


def scaled(weights: Sequence[float], name: str = "") -> list[float]:
    """The weights with a mean of 1.

    Raises:
        ValueError: if they are all 0, or one is not finite.
    """
    weights = scaled_below_one(weights)
    mean = math.fsum(weights) / len(weights)
    if not 0.0 < mean < math.inf:
        raise ValueError(f"the {name}sample_weight of all samples is {mean!r} in the mean: no sample would count")
    return [weight / mean for weight in weights]


def scaled_below_one(weights: Sequence[float]) -> list[float]:
    """In the same proportions, by a power of two, so that no sum and no product of them is infinite or vanishes.

    >>> scaled_below_one([1.0, 4.0, 3.0]), scaled_below_one([5e-324, 0.0])
    ([0.125, 0.5, 0.375], [0.5, 0.0])
    """
    _, exponent = math.frexp(max(weights))
    return [math.ldexp(weight, -exponent) for weight in weights]


def checked_weights(given: Any, count: int, name: str) -> list[float]:
    """A weight for each sample, as floats."""
    given = row_by_row(given, name)
    if len(given) != count:
        raise ValueError(f"{name} has {len(given)} numbers, but there are {count} samples")
    weights = []
    for place, weight in enumerate(given):
        try:
            weights.append(float(weight))
        except (TypeError, ValueError, OverflowError):
            raise ValueError(
                f"{name}[{place}] is {in_short(weight)}, which is not a number that a float can hold"
            ) from None
        if not 0.0 <= weights[-1] < math.inf:
            raise ValueError(f"{name}[{place}] is {weight!r}, but a weight is a number, 0 or more")
    return weights


def weights_by_class(class_weight: Mapping[Any, float] | str, targets: Sequence[Any]) -> list[float]:
    """The weight of each target's class.

    Raises:
        ValueError: if the targets are lists of labels, a class has no weight, or a weight is of no class.
    """
    if any(isinstance(target, Sequence) and not isinstance(target, str) for target in targets):
        raise ValueError("class_weight is for one class a sample, but the targets are lists: give sample_weight")
    weights = weight_of_each_class(class_weight, Counter(targets))
    return [weights[target] for target in targets]


def weight_of_each_class(class_weight: Mapping[Any, float] | str, counts: Mapping[Any, int]) -> dict[Any, float]:
    """The weights of classes, by how many samples there are of each.

    Raises:
        ValueError: if a class has no weight, or a weight is of no class.
    """
    if class_weight == "balanced":
        return {target: sum(counts.values()) / (len(counts) * count) for target, count in counts.items()}
    if not isinstance(class_weight, Mapping):
        raise ValueError(f"class_weight is 'balanced' or a number for each class, but is {class_weight!r}")
    if missing := [target for target in counts if target not in class_weight]:
        raise ValueError(f"class_weight has no number for the class {missing[0]!r}")
    numbers = checked_weights(list(class_weight.values()), len(class_weight), "class_weight")
    return dict(zip(class_weight, numbers, strict=True))
