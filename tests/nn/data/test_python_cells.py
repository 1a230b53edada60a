"""Objects of Python as cells: each reads right, or is an error that names row and column."""

import datetime as dt
import importlib
import importlib.util
import math
import warnings
from array import array
from collections import namedtuple
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from autograd import Value
from nn.app.experiment import Settings, experiment
from nn.data.dataset import dataset_of
from nn.data.messages import DataError
from nn.data.table import table_of

THREE = [3, 3.0, "3", " 3", np.int8(3), np.float16(3), np.longdouble(3), np.str_("3"), np.array(3.0), Decimal(3)]
THREE += [Fraction(3), Value(3.0)]
NOTHING = [None, math.nan, "", "NA", np.float32("nan"), Decimal("NaN"), Decimal("sNaN"), np.ma.masked]
NOTHING += [np.datetime64("NaT", "ns"), np.timedelta64("NaT", "s")]
MOMENTS = [dt.date(2024, 5, 5), dt.datetime(2024, 5, 5), np.datetime64("2024-05-05", "ns"), np.datetime64("2024-05-05")]
REFUSED = [dt.timedelta(3), np.timedelta64(3, "ns"), b"3", bytearray(b"3"), memoryview(b"3")]
REFUSED += [np.bytes_(b"3"), 3 + 0j, np.complex128(3), [3.0], (3,), {3: 3}, {3}, range(3), array("d", [3]), iter([3])]
REFUSED += [np.array([3.0]), np.array([1.0, 2.0]), object(), len, int, np.datetime64(20_000, "Y")]
with warnings.catch_warnings(action="ignore"):  # newer NumPys warn of those without a unit
    NOTHING += [np.datetime64("NaT")]
    REFUSED += [np.timedelta64(3)]
NO_NUMBERS = [*MOMENTS, *REFUSED, dt.time(3), math.inf, 10**400, -(10**4000), Decimal("inf"), np.float64("-inf")]


@pytest.fixture(scope="module")
def trained():
    rows = [
        {"when": f"2024-{1 + i % 12:02d}-{1 + i % 28:02d}", "x": i % 7, "hue": "ab"[i % 2], "y": i % 12 + i % 7 + 0.5}
        for i in range(120)
    ]
    return experiment(dataset_of(rows, "y"), Settings(hidden=(4,), epochs=2, seed=1), verbose=0).trained


def ask(trained, **cells):
    row = {"when": "2024-05-05", "x": 3.0, "hue": "a"} | cells
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = trained.predict([row])
        assert trained.predict([[row[name] for name in trained.columns]]) == found
    return found


@pytest.mark.parametrize("cell", THREE)
def test_a_number_is_read(trained, cell):
    assert ask(trained, x=cell) == ask(trained)


@pytest.mark.parametrize("column", ["x", "when", "hue"])
@pytest.mark.parametrize("cell", NOTHING)
def test_nothing_is_a_missing_cell(trained, cell, column):
    assert ask(trained, **{column: cell}) == ask(trained, **{column: None})


@pytest.mark.parametrize("cell", MOMENTS)
def test_a_moment_is_a_date(trained, cell):
    assert ask(trained, when=cell) == ask(trained)


@pytest.mark.parametrize("cell", NO_NUMBERS)
def test_what_is_no_number_is_refused_in_a_column_of_numbers(trained, cell):
    with pytest.raises(DataError, match="^the rows, line 1, column 'x': ") as error:
        ask(trained, x=cell)
    assert len(str(error.value)) < 250 and "\n" not in str(error.value)
    with pytest.raises(DataError, match="^the rows, line 6, column 'x': "):
        dataset_of([{"x": cell if i == 5 else i, "y": i + 0.5} for i in range(40)], "y")
    with pytest.raises(DataError, match="^the rows, line 6, column 'y': "):
        dataset_of([{"x": i, "y": cell if i == 5 else i + 0.5} for i in range(40)], "y", task="regression")


@pytest.mark.parametrize("column", ["when", "hue"])
@pytest.mark.parametrize("cell", REFUSED)
def test_what_is_neither_text_nor_number_is_refused_in_any_column(trained, cell, column):
    with pytest.raises(DataError, match=f"^the rows, line 1, column '{column}': "):
        ask(trained, **{column: cell})


def test_frames_have_the_same_cells(trained):
    pandas = pytest.importorskip("pandas")
    for cell in (pandas.NA, pandas.NaT, *NOTHING, *THREE):
        frame = pandas.DataFrame({"when": ["2024-05-05"], "x": pandas.Series([cell], dtype=object), "hue": ["a"]})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if str(cell) == "sNaN":  # over which pandas stumbles
                with pytest.raises(DataError, match="the rows cannot be read as a DataFrame"):
                    trained.predict(frame)
            else:
                assert trained.predict(frame) == ask(trained, x=cell)
    for cell in (pandas.Timedelta(3), pandas.Timestamp("2024-05-05"), pandas.Series([1.0, 2.0]), *REFUSED):
        frame = pandas.DataFrame({"when": ["2024-05-05"], "hue": ["a"]})
        frame["x"] = pandas.Series([cell], dtype=object)
        with pytest.raises(DataError, match="^the rows, line 1, column 'x': "):
            trained.predict(frame)


@pytest.mark.parametrize("package", ["pandas", "polars", "pyarrow"])
def test_spans_of_a_frame_are_refused(package):
    module = pytest.importorskip(package)
    columns = {"x": [1.0, 2.0], "span": [dt.timedelta(3), dt.timedelta(4)]}
    frame = module.table(columns) if package == "pyarrow" else module.DataFrame(columns)
    with pytest.raises(DataError, match="line 1, column 'span': .* is a span of time, .* divide it by one"):
        table_of(frame)


def test_texts_of_things_that_have_one():
    class Colour:
        def __str__(self):
            return " red "

    assert list(table_of([{"hue": Colour()}, {"hue": "blue"}]).column("hue")) == ["red", "blue"]


def test_whatever_has_names_goes_by_them(trained):
    cells = {"hue": "a", "more": 1, "x": 3.0, "when": "2024-05-05"}
    types = [("hue", "U1"), ("more", int), ("x", float), ("when", "U10")]
    rows = {
        "dict": cells,
        "dicts": [cells],
        "namedtuples": [namedtuple("Row", cells)(**cells)],
        "structured array": np.array([tuple(cells.values())], dtype=types),
    }
    if importlib.util.find_spec("pandas"):
        pandas = importlib.import_module("pandas")
        rows |= {"frame": pandas.DataFrame([cells]), "rows of pandas": [pandas.Series(cells)]}
        rows |= {"records": pandas.DataFrame([cells]).to_records(index=False)}
    for name, given in rows.items():
        assert trained.predict(given) == ask(trained), name
    for wrong in ([namedtuple("Row", "X when hue")(3.0, "2024-05-05", "a")], {"X": 3.0, "when": "", "hue": ""}):
        with pytest.raises(DataError, match="has no column 'x'; did you mean 'X'"):
            trained.predict(wrong)


@pytest.mark.parametrize("rows", [None, 3, 3.0, len, object(), "3", b"3", {3}, [None], [[]], [3], [], np.array(3.0)])
def test_what_has_no_rows_is_a_line(trained, rows):
    with pytest.raises(ValueError, match="rows") as error:
        trained.predict(rows)
    assert "\n" not in str(error.value)
