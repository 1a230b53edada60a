"""Columns: read once, and what is known of them goes along with their rows."""

import math
from decimal import Decimal

import pytest

from nn.data import cells
from nn.data.column import Origin, column_of
from nn.data.csv_file import read_csv
from nn.data.dataset import dataset_of
from nn.data.messages import DataError
from nn.data.preprocessing import Preprocessor
from nn.data.table import table_of


def column(*written):
    return column_of("x", list(written), Origin("data.csv", range(2, 2 + len(written))))


def part(whole, *rows):
    return whole.take(rows, whole.origin.take(rows))


def test_a_file_is_read_once_however_much_is_asked(tmp_path, monkeypatch):
    read = []
    once = cells.read_numbers
    monkeypatch.setattr(
        "nn.data.column.read_numbers", lambda column, points: read.append(column) or once(column, points)
    )
    path = tmp_path / "data.csv"
    lines = (f"{i},5;{'rgb'[i % 3]};{i * i}" for i in range(40))
    path.write_text("\n".join(["size;hue;y", *lines]))
    training, validation, test = dataset_of(read_csv(path), "y").split(seed=1)
    prepare = Preprocessor.fit(training)
    for one in (training, validation, test):
        prepare.transform(one.table)
        prepare.transform_target(one.table)
        prepare.surprises(one.table)
    assert len(read) == 3


@pytest.mark.parametrize(
    "written, kind, missing, odd",
    [
        (["1", "2.5", "3"], "number", (), ()),
        (["1", "-", "?", None, 2.0], "number", (1, 2, 3), ()),
        (["1", "2", "oops"], "number", (), (2,)),
        (["1", "oops", "inf"], "category", (), (1, 2)),
        (["-", "none", ""], "category", (2,), ()),
        ([True, [1]], "category", (), (1,)),
        ([], "category", (), ()),
    ],
)
def test_what_is_known_of_a_column(written, kind, missing, odd):
    found = column(*written)
    assert (found.kind, tuple(found.missing), tuple(found.reading.odd)) == (kind, missing, odd)
    assert list(found) == written and len(found) == len(written)


@pytest.mark.parametrize(
    "cell", ["inf", "-Infinity", "1e999", math.inf, -math.inf, 10**400, Decimal("1e999")], ids=repr
)
@pytest.mark.parametrize("often", [1, 2, 4])
def test_an_infinite_number_is_no_name_however_often_it_comes(cell, often):
    with pytest.raises(DataError, match="column 'x': .* is not a finite number; correct it, or leave the cell empty"):
        column(*[1, 2.5, "3", 4, 5] * 2, *[cell] * often).numbers()
    assert column(*[1, 2.5, "3", 4, 5] * 2, *[cell] * often).kind == "number"


def test_what_is_known_goes_along_with_the_rows():
    whole = column("1.234,5", "NA", "1,234", "7", "oops")
    assert whole.kind == "category" and part(whole, 3).kind == "category"
    whole = column("1.234,5", "NA", "1,234", "7")
    taken = part(whole, 2, 1, 2)
    assert taken.numbers()[0] == 1.234 and math.isnan(taken.numbers()[1]) and taken.missing == (1,)
    assert taken.where(0) == "data.csv, line 4, column 'x'" and list(taken) == ["1,234", "NA", "1,234"]
    assert part(whole.as_kind("category"), 1, 0).texts() == [None, "1.234,5"]


def test_only_the_rows_that_are_used_must_be_numbers():
    mistaken = column(*map(str, range(30)), "oops")
    with pytest.raises(DataError, match=r"line 32, column 'x': 'oops' is not a number"):
        mistaken.numbers()
    assert part(mistaken, 3, 4).numbers() == [3.0, 4.0]
    ambiguous = column("7", "1,234")
    with pytest.raises(DataError, match="line 3, column 'x': '1,234' may be a decimal comma"):
        ambiguous.as_kind("number")
    assert part(ambiguous, 0).numbers() == [7.0] and ambiguous.as_kind("category").texts() == ["7", "1,234"]


def test_a_column_of_numbers_that_is_empty_in_the_training_set_is_left_out():
    data = dataset_of(table_of([{"a": i, "x": i if i > 5 else "-", "y": "ab"[i % 2]} for i in range(12)]), "y")
    assert data.kinds == {"a": "number", "x": "number"}
    prepare = Preprocessor.fit(data.take(range(6)))
    assert prepare.numbers == ("a",) and prepare.notes == ("column 'x' left out: it is empty",)


def test_classes_have_one_order():
    classes = {dataset_of(table_of([{"x": i, "y": y} for i, y in enumerate(ys)]), "y").classes
               for ys in (["0", "-0", "1"], ["1", "-0", "0"], ["-0", "1", "0"])}  # fmt: skip
    assert classes == {("0", "1")}
