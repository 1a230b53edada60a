"""CSV files as people have them: dialects, mistakes, and what a preprocessor makes of them."""

import codecs
import csv
import io
import json
import math
import random
import re

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn.data.csv_file import read_csv
from nn.data.dataset import dataset_of, load_csv
from nn.data.messages import DataError
from nn.data.preprocessing import Preprocessor
from nn.data.table import table_of

ROWS = [(f"{20 + i}.5", ("red", "green, dark", 'the "blue"')[i % 3], str(100.25 * (i + 1))) for i in range(30)]


def written(path, rows, *, header=("age", "colour", "price"), encoding="utf-8", **dialect):
    buffer = io.StringIO()
    csv.writer(buffer, **dialect).writerows([header, *rows])
    path.write_bytes(buffer.getvalue().encode(encoding))
    return path


@pytest.fixture
def file(tmp_path):
    """A function that writes a text to data.csv."""

    def write(content, encoding="utf-8"):
        path = tmp_path / "data.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


# ── Dialects ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_dialect_reads_the_same(tmp_path, delimiter, end, quoting, encoding):
    path = written(
        tmp_path / "a.csv", ROWS, delimiter=delimiter, lineterminator=end, quoting=quoting, encoding=encoding
    )
    table = read_csv(path)
    assert table.names == ["age", "colour", "price"] and not table.notes
    assert table.numbers("age") == [20.5 + i for i in range(30)]
    assert table.texts("colour") == [row[1] for row in ROWS]
    assert list(table.lines) == list(range(2, 32))


@given(
    cells=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), min_size=2, max_size=9)
)
def test_any_text_survives_quoting(tmp_path_factory, cells):
    path = written(
        tmp_path_factory.mktemp("t") / "a.csv",
        [(cell, "7") for cell in cells],
        header=("a", "b"),
        quoting=csv.QUOTE_ALL,
    )
    assert list(read_csv(path).column("a")) == [cell.strip() for cell in cells]


def test_windows_1252_is_read_and_noted(file):
    table = read_csv(file("größe,y\n1,a\n2,b\n", encoding="cp1252"))
    assert table.names == ["größe", "y"]
    assert "data.csv is not UTF-8 (line 1); it was read as Windows-1252" in table.notes[0]


def test_a_mark_of_utf_8_before_windows_1252_is_no_part_of_a_name(file):
    table = read_csv(file(codecs.BOM_UTF8 + "x,größe\n1,a\n2,b\n".encode("cp1252")))
    assert table.names == ["x", "größe"] and "it was read as Windows-1252" in table.notes[0]


def test_blank_lines_trailing_delimiters_and_spaces(file):
    table = read_csv(file('\na, b,\n\n1, "x, y",\n\n2, z ,\n\n'))
    assert table.names == ["a", "b"] and list(table.lines) == [4, 6]
    assert table.texts("b") == ["x, y", "z"]


def test_spaces_divide_cells_only_where_nothing_else_does(file):
    table = read_csv(file('  x   "two words" y\n  1   2  a\n 10   3  b\n'))
    assert table.names == ["x", "two words", "y"] and table.numbers("x") == [1.0, 10.0]
    assert read_csv(file("first name,y\nAnn Lee,1\nBo Li,2\n")).names == ["first name", "y"]
    assert read_csv(file("a b c,y\n1 2 3,1\n4 5 6,2\n")).names == ["a b c", "y"]
    assert read_csv(file("only name\n1\n2\n")).names == ["only name"]


def test_lines_are_counted_through_cells_of_several_lines(file):
    path = file('note,x,y\n"one\ntwo\nthree",1,a\n"four",2,b\n' + "five,3,a\n" * 30 + "six,oops,b\n")
    with pytest.raises(DataError, match=r"data\.csv, line 36, column 'x': 'oops' is not a number"):
        load_csv(path, "y")


@pytest.mark.parametrize(
    "cells, numbers",
    [
        (["1,5", "-2,25", "3"], [1.5, -2.25, 3.0]),
        (["1.234,5", "7,25", "12"], [1234.5, 7.25, 12.0]),
        (["1,234.5", "12", "1,000,000"], [1234.5, 12.0, 1e6]),
        (["1,234,567", "2"], [1234567.0, 2.0]),
        (["1,234", "0,5"], [1.234, 0.5]),
        (["1,234", "0.5"], [1234.0, 0.5]),
        (["1e3", "+2", ".5", "-7."], [1000.0, 2.0, 0.5, -7.0]),
    ],
)
def test_decimal_commas_and_thousands(tmp_path, cells, numbers):
    path = written(tmp_path / "a.csv", [(cell, y) for cell, y in zip(cells * 2, "ababab")], header=("x", "y"))
    data = load_csv(path, "y")
    assert data.table.numbers("x")[: len(numbers)] == numbers[: len(data)]
    if any("," in cell for cell in cells):
        assert any(note.startswith("column 'x': ") and "was read as" in note for note in data.notes)
    assert data.take([0, 1]).table.numbers("x") == numbers[:2]


def test_a_comma_that_may_mean_two_things_is_refused(file):
    with pytest.raises(DataError, match=r"line 2, column 'x': '1,234' may be a decimal comma or a thousands"):
        load_csv(file("x;y\n1,234;a\n2,500;b\n"), "y")


@pytest.mark.parametrize("mark", ["", "NA", "n/a", "NaN", "nan", "null", "?", "-", "None", " "])
def test_missing_numbers(tmp_path, mark):
    table = read_csv(written(tmp_path / "a.csv", [("1.5", "a"), (mark, "b"), ("2", "a")], header=("x", "y")))
    assert numpy.array_equal(table.numbers("x"), [1.5, math.nan, 2.0], equal_nan=True)


# ── Mistakes ────────────────────────────────────────────────────────────────────────────────────────────────────

LONG = "".join(f"{i}.5,{'ab'[i % 2]}\n" for i in range(40))


@pytest.mark.parametrize(
    "content, message",
    [
        ("", "data.csv is empty"),
        ("\n\n", "data.csv is empty"),
        ("x,y\n", "data.csv has a header, but no rows"),
        ("1.5,2.5\n3.5,4.5\n", "line 1: '1.5', '2.5' look like data; the first line is to name the columns"),
        ("5.1,3.5,setosa\n4.9,3.0,setosa\n", "line 1: .* look like data"),
        ("x,y\n1,a\n2,b,c\n", "line 3: 3 cells, but the header (line 1) names 2 columns"),
        ("x,z,y\n1,2,a\n2\n", "line 3: 1 cell, but the header (line 1) names 3 columns"),
        ("x,z,y\n1,2,a\n2,3,b\n3,4", "line 4: 2 cells, but the header (line 1) names 3 columns; does the file end"),
        ('x,y\n1,a\n2,"b\n3,a\n', "line 3: .*is a quote not closed?"),
        (f"x,y\n{LONG}oops,a\n{LONG}", "line 42, column 'x': 'oops' is not a number"),
        (f"x,y\n{LONG}1_000,a\n", "line 42, column 'x': '1_000' is not a number"),
        (f"x,y\n{LONG}inf,a\n", "line 42, column 'x': 'inf' is not a finite number"),
        (f"x,y\n{LONG}1e999,a\n", "line 42, column 'x': '1e999' is not a finite number"),
        ("x,Y\n1,a\n2,b\n", "data.csv has no column 'y'; did you mean 'Y'?"),
        ("x,species\n1,a\n2,b\n", "data.csv has no column 'y'; the columns are 'x', 'species'"),
        ("x,y\n1,a\n2,a\n", "'y' is 'a' in every row; classes are two or more"),
        ("x,y\n1,\n2,NA\n", "column 'y', the target, is empty"),
        ("y\na\nb\n", "has no column besides 'y'"),
        ("x,y\n" + "".join(f"{i},name {i}\n" for i in range(30)), "'y' has 30 different values in 30 rows, too many"),
        (b"PK\x03\x04\x00\x00", "is not a text file"),
        (b"x,y\n\x81\xff,1\n", "line 2: neither UTF-8 nor Windows-1252"),
        ("x,y\n1,a\n".encode("utf-16")[:-1], "line 2: not UTF-16, as which it begins (truncated data); is the file"),
        ("x,y\n1,a\n".encode("utf-32")[:-1], "line 2: not UTF-32, as which it begins (truncated data); is the file"),
        (codecs.BOM_UTF16_LE + b"x\0\x00\xd8y\0", "line 1: not UTF-16, as which it begins (illegal UTF-16 surrogate)"),
    ],
)
def test_mistakes_are_errors_of_one_line(file, content, message):
    with pytest.raises(DataError) as caught:
        load_csv(file(content), "y")
    assert "\n" not in str(caught.value)
    pattern = message.replace("(", r"\(").replace(")", r"\)").replace("?", r"\?")
    assert re.search(pattern, str(caught.value))


def test_no_such_file_and_a_folder(tmp_path):
    with pytest.raises(DataError, match="there is no file .*none.csv"):
        read_csv(tmp_path / "none.csv")
    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        read_csv(tmp_path)


def test_fewer_rows_than_folds_or_sets(file):
    data = load_csv(file("x,y\n1,a\n2,b\n3,a\n"), "y")
    with pytest.raises(DataError, match=r"data\.csv: 5 folds need at least 5 rows, but there are 3"):
        data.folds(5)
    with pytest.raises(DataError, match=r"data\.csv: 3 rows are too few for .*test=0.1"):
        data.split(train=0.8, validation=0.1, test=0.1)


def test_rows_without_a_target_are_left_out_and_said(file):
    data = load_csv(file("x,y\n1,a\n2,\n3,b\n4,NA\n5,a\n"), "y")
    assert data.notes == ("2 rows without 'y' left out, the first on line 3",)
    assert data.targets == [0, 1, 0] and data.table.numbers("x") == [1.0, 3.0, 5.0]
    assert list(data.table.lines) == [2, 4, 6]


# ── The task ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "targets, verdict",
    [
        (["a", "b"] * 20, "classification: 'y' is text, 2 classes"),
        (list(range(20)) * 2, "classification: 'y' has 20 different numbers, all whole"),
        (list(range(21)) * 2, "regression: 'y' has 21 different numbers, more than 20"),
        ([0.5, 1.0] * 20, "regression: 'y' has 2 different numbers, not all whole"),
        ([0, 1] * 20, "classification: 'y' has 2 different numbers, all whole"),
    ],
)
def test_the_rule_and_its_verdict(targets, verdict):
    table = table_of([{"x": i, "y": target} for i, target in enumerate(targets)])
    assert dataset_of(table, "y").verdict == verdict


def test_the_task_may_be_asked_for():
    table = table_of([{"x": i, "y": i % 3} for i in range(30)])
    data = dataset_of(table, "y", task="regression")
    assert data.verdict == "regression: as asked for" and data.targets == [float(i % 3) for i in range(30)]
    with pytest.raises(ValueError, match="'classification' or 'regression', not 'guess'"):
        dataset_of(table, "y", task="guess")
    texts = table_of([{"x": 1, "y": "low"}, {"x": 2, "y": "high"}])
    with pytest.raises(DataError, match="line 1, column 'y': 'low' is not a number"):
        dataset_of(texts, "y", task="regression")
    constant = table_of([{"x": 1, "y": 2}, {"x": 2, "y": 2}])
    with pytest.raises(DataError, match="'y' is 2 in every row, so there is nothing to learn"):
        dataset_of(constant, "y", task="regression")


def test_classes_of_numbers_are_sorted_as_numbers():
    data = dataset_of(table_of([{"x": i, "y": y} for i, y in enumerate(["10", "9", "10.0", "2"])]), "y")
    assert data.classes == ("2", "9", "10") and data.targets == [2, 1, 2, 0]


def test_a_column_mostly_of_text_or_named_so_is_one_of_categories():
    rows = [
        {"doors": d, "zip": z, "y": y} for d, z, y in zip(["2", "3", "4", "5more"] * 6, [1010, 2020] * 12, "ab" * 12)
    ]
    data = dataset_of(table_of(rows), "y", categories=["zip"])
    assert data.kinds == {"doors": "category", "zip": "category"}
    assert Preprocessor.fit(data).inputs == [*(f"doors={d}" for d in ("2", "3", "4", "5more")), "zip=1010", "zip=2020"]
    with pytest.raises(DataError, match="no column 'zap'; did you mean 'zip'"):
        dataset_of(table_of(rows), "y", categories=["zap"])


# ── The preprocessor ────────────────────────────────────────────────────────────────────────────────────────────


def houses(n=60, seed=5):
    """A table with everything in it: missing cells, constants, row names, texts without end."""
    rng = random.Random(seed)
    rows = [
        {
            "id": 1000 + i,
            "size": None if i % 11 == 3 else rng.uniform(30.0, 200.0),
            "rooms": rng.randrange(1, 7),
            "heating": rng.choice(["gas", "wood", "sun", None]),
            "country": "here",
            "year": 2020,
            "empty": None,
            "address": f"Street {i}",
            "price": rng.uniform(1e5, 1e6),
        }
        for i in range(n)
    ]
    return dataset_of(table_of(rows), "price")


def test_a_table_is_prepared_as_scikit_learns_own_transformers_would():
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    data = houses()
    training, validation, _ = data.split(seed=2)
    prepare = Preprocessor.fit(training)
    assert prepare.numbers == ("size", "rooms")
    assert prepare.inputs == [
        "size", "rooms", "heating=gas", "heating=sun", "heating=wood", "heating=(missing)"
    ]  # fmt: skip

    def matrix(part):
        table = part.table
        return numpy.array(
            list(zip(table.numbers("size"), table.numbers("rooms"), table.texts("heating"))), dtype=object
        )

    theirs = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), [0, 1]),
            ("texts", OneHotEncoder(handle_unknown="ignore", sparse_output=False), [2]),
        ]
    ).fit(matrix(training))
    for part in (training, validation):
        numpy.testing.assert_allclose(prepare.transform(part.table), theirs.transform(matrix(part)).astype(float))
    prices = numpy.array(training.targets)
    numpy.testing.assert_allclose(
        prepare.transform_target(validation.table), (numpy.array(validation.targets) - prices.mean()) / prices.std()
    )
    scaled = prepare.transform_target(validation.table)
    assert prepare.answers([[z] for z in scaled]) == pytest.approx(validation.targets, rel=1e-12)


def test_what_is_left_out_or_filled_is_said():
    notes = "\n".join(Preprocessor.fit(houses()).notes)
    for note in (
        "column 'id' left out: it names the rows",
        "column 'country' left out: it is 'here' in every row of the training set",
        "column 'year' left out: it is 2020 in every row of the training set",
        "column 'empty' left out: it is empty",
        "column 'address' left out: it has 60 different texts such as 'Street 0'",
        "column 'size': 6 missing cells filled with the median",
    ):
        assert note in notes
    useless = dataset_of(table_of([{"x": 1, "y": "a"}, {"x": 1, "y": "b"}]), "y")
    with pytest.raises(DataError, match="no column is left to predict 'y' from; 'x' is 1 in every row"):
        Preprocessor.fit(useless)
    large = dataset_of(table_of([{"x": 1.7e308, "y": "a"}, {"x": -1.7e308, "y": "b"}]), "y")
    with pytest.raises(DataError, match="column 'x' are too large to be scaled"):
        Preprocessor.fit(large)


def test_a_class_without_a_row_to_train_on_is_said():
    data = dataset_of(table_of([{"x": i, "y": "aab"[i % 3]} for i in range(9)]), "y")
    assert Preprocessor.fit(data.take([0, 1, 3])).notes == ("class 'b' has no row to train on",)


def test_a_counter_that_does_not_say_so_stays():
    data = dataset_of(table_of([{"time": i, "y": 2.5 * i} for i in range(30)]), "y")
    assert Preprocessor.fit(data).numbers == ("time",)


def test_a_stored_preprocessor_is_the_same_to_the_last_bit():
    data = houses()
    prepare = Preprocessor.fit(data.take(range(40)))
    again = Preprocessor.from_dict(json.loads(json.dumps(prepare.to_dict(), allow_nan=False)))
    assert again.transform(data.table) == prepare.transform(data.table)
    assert again.transform_target(data.table) == prepare.transform_target(data.table)
    outputs = [[random.Random(i).gauss(0.0, 1.0)] for i in range(50)]
    assert again.answers(outputs) == prepare.answers(outputs)
    assert again.to_dict() == prepare.to_dict()
    assert (again.inputs, again.notes, again.classes) == (prepare.inputs, prepare.notes, prepare.classes)


@settings(max_examples=40, deadline=None)
@given(
    xs=st.lists(st.floats(-1e100, 1e100), min_size=3, max_size=20, unique=True),
    texts=st.lists(st.sampled_from(["a", "ü", "", "10", "9"]), min_size=20, max_size=20),
)
def test_storing_keeps_every_float(xs, texts):
    rows = [{"x": x, "t": t, "y": i + 0.5} for i, (x, t) in enumerate(zip(xs, texts))]
    data = dataset_of(table_of(rows), "y", categories=["t"])
    prepare = Preprocessor.fit(data)
    again = Preprocessor.from_dict(json.loads(json.dumps(prepare.to_dict(), allow_nan=False)))
    assert again.transform(data.table) == prepare.transform(data.table)
    assert again.transform_target(data.table) == prepare.transform_target(data.table)


def test_classes_come_back_too():
    data = dataset_of(table_of([{"x": i, "hue": "rgb"[i % 3], "y": i % 2} for i in range(12)]), "y")
    prepare = Preprocessor.from_dict(json.loads(json.dumps(Preprocessor.fit(data).to_dict())))
    assert prepare.transform_target(data.table) == data.targets == [0, 1] * 6
    with pytest.raises(DataError, match=r"the rows, line 1, column 'y': the target is '7', which is none of '0', '1'"):
        prepare.transform_target(table_of([{"y": 7}]))
    with pytest.raises(DataError, match="the target is missing"):
        prepare.transform_target(table_of([{"y": None}]))
    with pytest.raises(ValueError, match="decided, not scaled"):
        prepare.answers([[0.5]])


def test_a_new_file_may_be_in_another_order_with_more_columns(file):
    prepare = Preprocessor.fit(houses())
    expected = prepare.transform([{"size": 100, "rooms": 3, "heating": "gas"}])
    assert prepare.transform(read_csv(file("more;heating;rooms;size\nx;gas;3;100\n"))) == expected
    with pytest.raises(DataError, match="data.csv has no column 'rooms'; did you mean 'room'"):
        prepare.transform(read_csv(file("room,heating,size\n3,gas,100\n")))
    with pytest.raises(DataError, match="line 2, column 'rooms': 'three' is not a number"):
        prepare.transform(read_csv(file("rooms,heating,size\nthree,gas,100\n")))


def test_unknown_categories_are_none_of_the_known_and_are_said(file):
    prepare = Preprocessor.fit(houses())
    table = read_csv(file("rooms,heating,size\n3,gas,100\n3,coal,100\n3,coal,90\n"))
    assert prepare.transform(table)[1][2:] == [0.0] * 4
    (note,) = prepare.surprises(table)
    assert "line 3, column 'heating': 'coal', 2 cells in all, was not in the training set" in note
    (note,) = prepare.surprises(houses().table)
    assert "column 'size': 6 missing cells filled with the median" in note


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda d: d.pop("medians"), "'medians' is missing"),
        (lambda d: d.update(medians=[1.0]), "1 medians for 2 columns"),
        (lambda d: d.update(medians=[1.0, math.nan]), r"medians\[1\] is nan, but has to be a finite number"),
        (lambda d: d.update(numbers="size"), "numbers is 'size'"),
        (lambda d: d["scaler"].update(mean=[1.0]), "the scaler has mean of 1 columns, and there are 2"),
        (lambda d: d["scaler"].update(scale=[1.0, math.inf]), r"scaler.scale\[1\] is inf, but has to be"),
        (lambda d: d["scaler"].update(scale=["a", "b"]), r"scaler.scale\[0\] is 'a', but has to be a number"),
        (lambda d: d.update(scaler=None), "the scaler is missing"),
        (lambda d: d.update(target_scaler=None), "the scaler is missing"),
        (
            lambda d: d["categories"].update(heating=[]),
            r"categories\['heating'\] is \[\], but has to be a list of at least 1",
        ),
        (lambda d: d["categories"].update(heating=7), r"categories\['heating'\] is 7, but has to be a list"),
        (lambda d: d.update(task="magic"), "task is 'magic', but has to be 'classification' or"),
    ],
)
def test_a_damaged_description_is_an_error(change, message):
    stored = json.loads(json.dumps(Preprocessor.fit(houses()).to_dict()))
    change(stored)
    with pytest.raises(DataError, match=f"the description of the preprocessing is damaged: .*{message}"):
        Preprocessor.from_dict(stored)


@pytest.mark.slow
def test_two_hundred_thousand_rows_take_seconds(tmp_path):
    import time

    rng = random.Random(0)
    rows = [
        [f"{rng.gauss(0.0, 1.0):.6f}" for _ in range(8)] + [rng.choice("rgb"), rng.choice("ab")] for _ in range(200_000)
    ]
    path = written(tmp_path / "big.csv", rows, header=[f"c{i}" for i in range(8)] + ["hue", "y"])
    begin = time.perf_counter()
    data = load_csv(path, "y")
    assert time.perf_counter() - begin < 100.0
    assert len(data) == 200_000
