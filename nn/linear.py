"""Linear regression in closed form: what gradient descent on a single linear neuron comes ever closer to."""

from __future__ import annotations

from collections.abc import Sequence

from nn.basics.optional import require
from nn.data.splits import check_same_length


def least_squares(X: Sequence[Sequence[float]], y: Sequence[float]) -> tuple[list[float], float]:
    """The weights w and the bias b for which Σᵢ ½(yᵢ − w·xᵢ − b)² is smallest.

    Args:
        X: the samples, each a list of as many numbers.
        y: their targets, one number each.

    Returns:
        w and b, the parameters of a linear neuron. Where several are equally good (fewer samples than inputs, or
        an input that follows from others), the weights with the smallest sum of squares.

    Raises:
        ValueError: if there are no samples, they differ in length, or a number is NaN or infinite.

    >>> w, b = least_squares([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
    >>> round(w[0], 9), round(b, 9)
    (2.0, 1.0)

    With the means x̄ and ȳ taken off, the bias drops out, and the normal equations (XᵀX) w = Xᵀy are solved
    through singular values, which stays accurate where XᵀX is nearly singular. Gauss 1809; Golub & Van Loan,
    Matrix Computations (2013), section 5.5.
    """
    numpy = require("numpy")
    if check_same_length(X, y) == 0:
        raise ValueError("a line through no samples is not determined; X and y are empty")
    widths = {len(x) for x in X}
    if len(widths) > 1:
        raise ValueError(f"the samples in X have different lengths, {min(widths)} to {max(widths)}")
    inputs, targets = numpy.asarray(X, dtype=float), numpy.asarray(y, dtype=float)
    if not (numpy.isfinite(inputs).all() and numpy.isfinite(targets).all()):
        raise ValueError("X or y holds NaN or an infinite number, which no line comes near")
    centre, level = inputs.mean(axis=0), targets.mean()
    weights = numpy.linalg.lstsq(inputs - centre, targets - level, rcond=None)[0]
    return weights.tolist(), float(level - weights @ centre)
