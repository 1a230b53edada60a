"""scikit-learn's imputer and scaler: fitted to columns, and rebuilt from their public attributes."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nn.basics.optional import require
from nn.data.column import Column
from nn.data.messages import DataError


def number_matrix(columns: Iterable[Column]) -> Any:
    """Columns of numbers side by side, NaN for missing cells."""
    return require("numpy").column_stack([column.number_array() for column in columns])


def fitted_imputer(matrix: Any) -> Any:
    """A SimpleImputer that puts the median of a column into its missing cells."""
    with require("numpy").errstate(over="ignore"):  # a sum that it looks at for NaN
        return require("sklearn.impute").SimpleImputer(strategy="median").fit(matrix)


def fitted_scaler(matrix: Any, columns: Iterable[Column]) -> Any:
    """A StandardScaler for these columns, whose numbers are in the matrix.

    Raises:
        DataError: if the differences of numbers are too large or too small for a float.
    """
    numpy = require("numpy")
    with numpy.errstate(over="ignore", invalid="ignore"):
        scaler = require("sklearn.preprocessing").StandardScaler().fit(matrix)
    for place, column in enumerate(columns):  # those whose squares leave the floats, or that it takes for constant
        numbers = matrix[:, place]
        if not 1e-280 < scaler.var_[place] < 1e280 or scaler.scale_[place] == 1.0:
            scaler.mean_[place], scaler.scale_[place] = mean_and_deviation(numbers)
            deviation = float(scaler.scale_[place])
            scaler.var_[place] = min(deviation * deviation, sys.float_info.max)
        with numpy.errstate(all="ignore"):
            furthest = abs(numbers - scaler.mean_[place]).max() / scaler.scale_[place]
        if not (furthest < math.inf and scaler.scale_[place] >= sys.float_info.min):
            how = "small" if scaler.scale_[place] < 1.0 else "large"
            raise DataError(
                f"{column.origin.source}: the numbers of column {column.name!r} are too {how} to be scaled;"
                " give them in another unit"
            )
    return scaler


def scaled_numbers(scaler: Any, matrix: Any, columns: Sequence[Column]) -> Any:
    """The numbers of these columns as a scaler makes them.

    Raises:
        DataError: if one is infinite then.
    """
    numpy = require("numpy")
    with numpy.errstate(over="ignore", invalid="ignore"):
        numbers = scaler.transform(matrix)
    if not numpy.isfinite(numbers).all():
        row, place = numpy.argwhere(~numpy.isfinite(numbers))[0].tolist()
        column = columns[place]
        raise DataError(
            f"{column.where(row)}: {column[row]!r} is too far from the mean of the training set,"
            f" {scaler.mean_[place]:g}, to be scaled"
        )
    return numbers


def mean_and_deviation(numbers: Any) -> tuple[float, float]:
    """The mean of numbers and their standard deviation, 1 if they are all equal, where squares would leave the floats.

    Their differences from the first are halved or doubled so often that the largest is about 1, which is exact.
    """
    numpy = require("numpy")
    first = numbers[0]
    with numpy.errstate(all="ignore"):
        differences = numbers - first
        _, exponent = math.frexp(abs(differences).max())
        near_one = numpy.ldexp(numpy.ldexp(differences, -exponent // 2), -exponent - -exponent // 2)
        middle, deviation = near_one.mean(), near_one.std()
    if deviation == 0.0:
        return first, 1.0
    return first + math.ldexp(middle, exponent), math.ldexp(deviation, exponent)


def scaler_to_dict(scaler: Any) -> dict[str, Any] | None:
    """The public fitted attributes of a StandardScaler."""
    if scaler is None:
        return None
    lists = {name: getattr(scaler, f"{name}_").tolist() for name in ("mean", "var", "scale")}
    return {**lists, "samples": int(scaler.n_samples_seen_)}


def scaler_from_dict(stored: Mapping[str, Any] | None, width: int) -> Any:
    """A StandardScaler with these fitted attributes.

    Raises:
        ValueError: if there are none, or not those of so many columns.
    """
    if stored is None:
        raise ValueError("the scaler is missing")
    numpy = require("numpy")
    scaler = require("sklearn.preprocessing").StandardScaler()
    for name in ("mean", "var", "scale"):
        numbers = numpy.array(stored[name], dtype=float)
        if numbers.shape != (width,):
            raise ValueError(f"the scaler has {name} of {len(numbers)} columns, and there are {width}")
        setattr(scaler, f"{name}_", numbers)
    scaler.n_samples_seen_ = stored["samples"]
    scaler.n_features_in_ = width
    return scaler
