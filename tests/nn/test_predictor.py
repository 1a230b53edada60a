"""A trained network is asked: by tables, DataFrames, dicts and lists, and it says what it did to their cells."""

import json
import math
import warnings

import pytest
from click.testing import CliRunner

from nn.app.experiment import Settings, experiment
from nn.cli import main
from nn.data.dataset import dataset_of
from nn.data.messages import DataError
from nn.data.table import table_of
from nn.predictor import Predictor

ROWS = [{"wall": ["brick", "wood"][i % 2], "area": 50.0 + 3 * i % 70, "price": 1000.5 * i} for i in range(60)]
NEW = [{"area": 80, "wall": "brick"}, {"area": 61.5, "wall": "wood"}]


@pytest.fixture(scope="module")
def houses():
    return experiment(dataset_of(ROWS, "price"), Settings(hidden=(4,), epochs=5), verbose=0).trained


@pytest.fixture(scope="module")
def walls():
    return experiment(dataset_of(ROWS, "wall"), Settings(hidden=(4,), epochs=5), verbose=0).trained


def test_every_form_of_rows_gets_the_same_answers(houses):
    expected = houses.predict(table_of(NEW))
    assert houses.columns == ["area", "wall"] and len(expected) == 2
    for rows in (NEW, tuple(NEW), iter(NEW), [{"more": 1, **row} for row in NEW], [[80.0, "brick"], (61.5, "wood")]):
        assert houses.predict(rows) == expected
    assert houses.predict(NEW[0]) == expected[:1]


@pytest.mark.parametrize("package", ["pandas", "polars", "pyarrow"])
def test_frames_are_read_by_name(houses, package):
    module = pytest.importorskip(package)
    make = module.table if package == "pyarrow" else module.DataFrame
    columns = {"wall": ["brick", "wood"], "more": [None, True], "area": [80.0, 61.5]}
    assert houses.predict(make(columns)) == houses.predict(NEW)
    square = make({"wall": ["brick", None], "area": [None, 61.5]})  # two rows and two columns
    expected = houses.ask([{"wall": "brick"}, {"area": 61.5}])
    found = houses.ask(square)
    assert (found.answers, found.notes) == (expected.answers, expected.notes) and len(found.notes) == 2
    data = dataset_of(make({name: [row[name] for row in ROWS] for name in ROWS[0]}), "price")
    assert data.targets == [row["price"] for row in ROWS] and data.kinds == {"wall": "category", "area": "number"}


def test_kinds_of_columns_in_frames():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {
            "when": pandas.to_datetime(["2024-01-31", None]),
            "yes": [True, False],
            "maybe": pandas.array([True, None], dtype="boolean"),
            "whole": pandas.array([3, None], dtype="Int64"),
            "kind": pandas.Categorical(["a", "b"]),
            7: [1, 2],
        }
    )
    table = table_of(frame)
    assert table.texts("when") == ["2024-01-31T00:00:00", None] and table.texts("yes") == ["True", "False"]
    assert table.texts("maybe") == ["True", None] and table.numbers("whole")[0] == 3.0
    assert table.texts("kind") == ["a", "b"] and table.numbers("7") == [1, 2]
    frame.columns = ["a", "a", *"bcde"]
    with pytest.raises(DataError, match="2 columns are called 'a'|cannot be read as a DataFrame"):
        table_of(frame)


@pytest.mark.parametrize(
    "rows, message",
    [
        ([[1.0]], "line 1: 1 cells, but the columns are 'area', 'wall'"),
        ([NEW[0], "brick"], "line 2: a row is a dict by column name or a list of cells, not 'brick'"),
        ([{"area": 1.0}, 5], "line 2: a row is a dict"),
        ([{"wall": "brick"}], "the rows has no column 'area'"),
        ([{"area": "big", "wall": "brick"}], "line 1, column 'area': 'big' is not a number"),
    ],
)
def test_rows_that_cannot_be_read(houses, rows, message):
    with pytest.raises(DataError, match=message):
        houses.predict(rows)


SAID = [
    ({"area": None}, "line 2, column 'area': 1 missing cell filled with the median, "),
    ({"area": "1,5"}, "column 'area': 1,5 was read as 1.5"),
    ({"area": "0081"}, "column 'area': 0081 was read as 81.0"),
    ({"wall": "stone"}, "line 2, column 'wall': 'stone' was not in the training set"),
    ({"wall": None}, "line 2, column 'wall': a missing cell was not in the training set"),
]


@pytest.mark.parametrize("change, note", SAID)
def test_what_is_done_to_cells_is_said_once(houses, tmp_path, change, note):
    rows = [NEW[0], {**NEW[1], **change}]
    with pytest.warns(UserWarning, match=note) as caught:
        houses.predict(rows)
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        houses.predict(NEW)
    houses.save(tmp_path / "model.json")
    lines = [f'"{row["area"] or ""}",{row["wall"] or ""}' for row in rows]
    (tmp_path / "new.csv").write_text("\n".join(["area,wall", *lines]) + "\n")
    command = ["predict", str(tmp_path / "model.json"), str(tmp_path / "new.csv")]
    ran = CliRunner().invoke(main, command)
    noted = note.replace("line 2", f"{tmp_path / 'new.csv'}, line 3")
    assert ran.exit_code == 0 and ran.stderr.startswith(f"note: {noted}") and ran.stderr.count("\n") == 1
    assert CliRunner().invoke(main, [*command, "-q"]).stderr == ""


def test_notes_of_a_column_are_one(houses):
    notes = houses.ask([{"wall": wall, "area": None} for wall in ["a", "b", "c", "d", "a", "wood"]]).notes
    assert len(notes) == 2 and "6 missing cells" in notes[0]
    assert "'a', 'b', 'c' and 1 more, 5 cells in all, was not in the training set" in notes[1]


@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_an_answer_that_is_not_finite_is_refused(houses, tmp_path, as_json):
    before = houses.model.state_dict()
    try:
        houses.model.load_state_dict({name: 1e307 if "layers.1" in name else x for name, x in before.items()})
        houses.save(tmp_path / "model.json")
        (tmp_path / "new.csv").write_text("area,wall\n80,brick\n1e9,wood\n")
        out = tmp_path / ("out.json" if as_json else "out.csv")
        words = [tmp_path / "model.json", tmp_path / "new.csv", "-o", out, *as_json]
        ran = CliRunner().invoke(main, ["predict", *map(str, words)])
        assert ran.exit_code == 2 and ran.stdout == "" and not out.exists()
        assert "new.csv, line 2: the answer would not be a finite number; the input furthest" in ran.stderr
    finally:
        houses.model.load_state_dict(before)


def test_probabilities_are_by_name(walls, houses):
    for row in walls.predict_probabilities([{"area": 80.0, "price": 3.0}]):
        assert list(row) == ["brick", "wood"] and math.fsum(row.values()) == pytest.approx(1.0)
    with pytest.raises(ValueError, match="gives no probabilities"):
        houses.predict_probabilities(NEW)


def test_a_runs_folder_is_enough(houses, tmp_path):
    houses.save(tmp_path / "model.json")
    assert Predictor.load(tmp_path).predict(NEW) == houses.predict(NEW)
    (tmp_path / "new.csv").write_text("wall,area\nbrick,80\n")
    ran = CliRunner().invoke(main, ["predict", str(tmp_path), str(tmp_path / "new.csv"), "--json"])
    assert json.loads(ran.stdout)[0]["predicted price"] == houses.predict(NEW)[0]


# ── Judged on other rows ──


def test_evaluate_finds_what_the_report_says(tmp_path):
    lines = [f"{row['wall']};{row['area']};{row['price']}" for row in ROWS]
    path = tmp_path / "houses.csv"
    path.write_text("\n".join(["wall;area;price", *lines]) + "\n")
    words = ["train", path, "-t", "price", "--hidden", "4", "--epochs", "5", "--split", "0.8", "0.2", "0"]
    trained = CliRunner().invoke(main, [*map(str, words), "-o", str(tmp_path / "run"), "--json"])
    run = json.loads(trained.stdout)
    ran = CliRunner().invoke(main, ["evaluate", str(tmp_path / "run"), str(path), "--json"])
    assert ran.exit_code == 0, ran.output
    base, found = json.loads(ran.stdout).values()
    parts, sizes = run["figures"], run["rows"]
    mean = sum(parts[name]["mean_absolute_error"] * sizes[name] for name in parts) / 60
    assert found["mean_absolute_error"] == pytest.approx(mean) and base["r2"] == pytest.approx(0.0)
    shown = CliRunner().invoke(main, ["evaluate", str(tmp_path / "run"), str(path)])
    assert shown.stdout.splitlines()[1].startswith("always 2.951e+04") and "60 rows" in shown.stdout
    answers = CliRunner().invoke(main, ["predict", str(tmp_path / "run"), str(path)])
    assert answers.stdout.startswith("wall;area;price;predicted price\n")  # with the separator that came


@pytest.mark.parametrize(
    "rows, status, message",
    [
        ("area,price,wall\n80,5,brick\n81,6,\n", 0, "1 row without 'wall' left out"),
        ("area,price,wall\n80,5,brick\n81,6,tent\n", 2, "line 3, column 'wall': the target is 'tent', which is none"),
        ("area,price,wall\n80,5,\n81,6,\n", 2, "column 'wall', the target, is empty"),
        ("area,price\n80,5\n", 2, "has no column 'wall'"),
    ],
)
def test_rows_that_cannot_be_judged(walls, tmp_path, rows, status, message):
    walls.save(tmp_path / "model.json")
    (tmp_path / "new.csv").write_text(rows)
    ran = CliRunner().invoke(main, ["evaluate", str(tmp_path), str(tmp_path / "new.csv")])
    assert ran.exit_code == status and message in ran.stderr, ran.output


def test_rows_from_a_pipe(houses, tmp_path):
    houses.save(tmp_path / "model.json")
    ran = CliRunner().invoke(main, ["predict", str(tmp_path), "-", "--sep", "tab"], input="area\twall\n80\tbrick\n")
    assert ran.exit_code == 0 and ran.stdout.startswith("area\twall\tpredicted price\n80\tbrick\t")
