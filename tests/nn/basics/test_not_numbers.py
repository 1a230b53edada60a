"""Moments, spans, bytes and complex numbers are numbers nowhere: at every door, one by one and as whole arrays."""

import datetime as dt
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from autograd import Value
from nn import MLP, Adam, Trainer, metrics

MOMENTS = [dt.date(2024, 5, 5), dt.datetime(2024, 5, 5), dt.time(3)]
MOMENTS += [np.datetime64("2024-05-05", unit) for unit in ("ns", "us", "s", "D", "Y")] + [np.datetime64("NaT", "ns")]
SPANS = [dt.timedelta(seconds=3), np.timedelta64("NaT", "s")]
SPANS += [np.timedelta64(3, unit) for unit in ("ns", "s", "D")]
with warnings.catch_warnings(action="ignore"):  # newer NumPys warn of those without a unit
    SPANS += [np.timedelta64(3)]
BYTES = [b"3", bytearray(b"3"), memoryview(b"3"), np.bytes_(b"3"), np.void(b"3")]
COMPLEX = [3 + 0j, 3 + 1j, np.complex128(3), np.complex64(3 + 1j)]
NONE_IS_ONE = [*MOMENTS, *SPANS, *BYTES, *COMPLEX, np.ma.masked]
SAID = "a moment|a span of time|bytes, which|a complex number|a cell without a number"

X, Y = [[1.0, 2.0], [2.0, 1.0], [3.0, 4.0], [0.0, 1.0]], [1.0, 0.5, 2.0, 3.0]


def trainer():
    return Trainer(MLP(2, [1], rng=1), "mse", Adam(0.01))


def fit(X, y, **options):
    return trainer().fit(X, y, epochs=1, verbose=0, rng=1, **options)


def rows_with(thing):
    return [[1.0, 2.0], [1.0, thing], [3.0, 4.0], [0.0, 1.0]]


def column_with(thing):
    return [1.0, thing, 2.0, 3.0]


ONE_BY_ONE = {
    "predict": lambda thing: trainer().model.predict(rows_with(thing)),
    "predict many": lambda thing: MLP(2, [60, 1]).predict(rows_with(thing) * 100),
    "fit": lambda thing: fit(rows_with(thing), Y),
    "fit tuples": lambda thing: fit(tuple(map(tuple, rows_with(thing))), Y),
    "validation": lambda thing: fit(X, Y, validation_data=(rows_with(thing), Y)),
    "evaluate": lambda thing: trainer().evaluate(rows_with(thing), Y),
    "targets": lambda thing: fit(X, column_with(thing)),
    "lists of targets": lambda thing: fit(X, [[one] for one in column_with(thing)]),
    "weights": lambda thing: fit(X, Y, sample_weight=column_with(thing)),
    "a metric": lambda thing: metrics.mae([[1.0]] * 4, column_with(thing)),
    "predictions": lambda thing: metrics.mae([[one] for one in column_with(thing)], Y),
}


@pytest.mark.filterwarnings("ignore:Warning. converting a masked element")
@pytest.mark.parametrize("thing", NONE_IS_ONE)
@pytest.mark.parametrize("door", ONE_BY_ONE.values(), ids=ONE_BY_ONE)
def test_no_door_takes_one_for_a_number(door, thing):
    with pytest.raises(ValueError, match=SAID):
        door(thing)


WHOLE = [one for one in NONE_IS_ONE if isinstance(one, np.generic)]
AS_ARRAYS = {
    "predict": lambda array: trainer().model.predict(array),
    "fit": lambda array: fit(array, Y),
    "targets": lambda array: fit(X, array[:, 0]),
    "weights": lambda array: fit(X, Y, sample_weight=array[:, 0]),
    "named columns": lambda array: trainer().model.predict(np.rec.fromarrays(array.T, names="a,b")),
}


@pytest.mark.parametrize("thing", WHOLE)
@pytest.mark.parametrize("door", AS_ARRAYS.values(), ids=AS_ARRAYS)
def test_nor_whole_arrays_of_them(door, thing):
    with pytest.raises(ValueError, match=SAID):
        door(np.full((4, 2), thing))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("thing", NONE_IS_ONE[:-1])
def test_nor_estimators(thing):
    estimators = pytest.importorskip("nn.estimators")
    ready = estimators.NetworkRegressor((2,), max_iter=1).fit(X, Y)
    array = np.empty((4, 2), dtype=object)
    array[:] = 1.0
    array[1, 1] = thing
    for ask in (
        lambda: ready.predict(array),
        lambda: ready.predict(array.tolist()),
        lambda: estimators.NetworkRegressor((2,), max_iter=1).fit(array, Y),
        lambda: estimators.NetworkRegressor((2,), max_iter=1).fit(X, array[:, 1]),
    ):
        with pytest.raises(
            ValueError, match=f"{SAID}|Complex data not supported|inhomogeneous"
        ):  # which a list with a bytearray is to NumPy
            ask()


@pytest.mark.parametrize("column", ["datetime64[ns]", "datetime64[s]", "timedelta64[ns]", "complex128"])
def test_nor_frames(column):
    pandas = pytest.importorskip("pandas")
    odd = pandas.Series([1, 2, 3, 4]).astype(column)
    for frame in (pandas.DataFrame({"a": odd, "b": odd}), pandas.DataFrame({"a": [1.0] * 4, "b": odd})):
        for ask in (lambda X: fit(X, Y), trainer().model.predict):
            with pytest.raises(ValueError, match=SAID):
                ask(frame)


@pytest.mark.parametrize("thing", [one for one in NONE_IS_ONE if one is not np.ma.masked])
def test_a_value_holds_none_of_them(thing):
    for make in (lambda: Value(thing), lambda: Value(2.0) * thing, lambda: thing + Value(2.0)):
        with pytest.raises(TypeError):
            make()


def test_numbers_of_any_other_kind_are_read():
    for kind in (np.float16, np.float32, np.longdouble, np.int8, np.uint64, int, Fraction, Decimal):
        rows = [[float(kind(1)) if kind is Decimal else kind(1), 2.0]]
        assert trainer().model.predict(rows) == trainer().model.predict([[1.0, 2.0]])
        assert dict(fit([[kind(1), 2.0]] * 4, Y)) == dict(fit([[1.0, 2.0]] * 4, Y))
