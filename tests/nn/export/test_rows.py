"""A trained network answers in other tools as it does here: the same raw rows in, the same labels and probabilities."""

import ctypes
import json
import math
import random
import subprocess
import tempfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from autograd import Value
from autograd.export.dataflow import Dataflow, argument
from autograd.export.dialects import JAX, PYTORCH
from autograd.export.lowering import CannotExport
from autograd.export.to_file import FORMATS
from exported import COMPILER, RUNNERS, missing, needs, session_of
from nn import MLP, Dropout, Module, Sequential, losses
from nn.cli import main
from nn.data.bundled import load
from nn.data.dataset import dataset_of
from nn.data.dates import moment, parts_of_dates
from nn.data.preprocessing import Preprocessor
from nn.data.table import table_of
from nn.export import export
from nn.export.c_rows import c_from_rows
from nn.export.dates_as_days import parts_of_days
from nn.export.missing_marks import missing_marks
from nn.export.network import flow_of_network
from nn.export.onnx_rows import onnx_from_rows
from nn.export.python_rows import python_from_rows
from nn.export.rows import from_rows
from nn.export.to_file import FORMATS_OF_ROWS
from nn.predictor import Head, Predictor


def passengers(target):
    """A table with numbers, some of which are missing, and texts, some of which are."""
    rng = np.random.default_rng(3)
    rows = []
    for k in range(80):
        row = {
            "age": None if k % 7 == 3 else float(rng.uniform(1, 80)),
            "fare": float(rng.exponential(30.0)),
            "sex": ["female", "male"][int(rng.integers(2))],
            "deck \"½\"": [None, "A", "B, C", "d?"][int(rng.integers(4))],
        }  # fmt: skip
        label = int(rng.integers(3))
        row["y"] = {2: ["no", "yes"][label % 2], 3: ["first", "second", "th'rd"][label], 0: row["fare"]}[target]
        rows.append(row)
    return dataset_of(table_of(rows), "y", **({"task": "regression"} if target == 0 else {}))


#: Rows to ask about: what is missing in all the ways of writing it, and what no training has seen.
ASKED = [
    {"age": 30.0, "fare": 8.5, "sex": "male", "deck \"½\"": "A"},
    {"age": None, "fare": 80.0, "sex": "female", "deck \"½\"": "B, C"},
    {"age": 2.5, "fare": None, "sex": "male", "deck \"½\"": None},
    {"age": 44.0, "fare": 0.0, "sex": "female", "deck \"½\"": "n/A"},
    {"age": 71.0, "fare": 512.25, "sex": "unknown", "deck \"½\"": "d?"},
    {"age": 1e6, "fare": -3.0, "sex": None, "deck \"½\"": "NULL"},
    {"age": 20.0, "fare": 33.0, "sex": "nan", "deck \"½\"": "Z"},
]  # fmt: skip
HEADS = [
    (3, "categorical_cross_entropy_with_logits"), (3, "categorical_cross_entropy"), (2, "hinge"),
    (2, "binary_cross_entropy_with_logits"), (2, "binary_cross_entropy"), (0, "mean_squared_error"),
]  # fmt: skip


def network(data, loss_name):
    """A network for the data, as it is before training, which is as good as any here."""
    prepare, loss = Preprocessor.fit(data), losses.get(loss_name)
    head = Head.of(loss, len(prepare.classes))
    model = MLP(len(prepare.inputs), [7, head.n_outputs], output_activation=head.activation, rng=5)
    return Predictor(model, prepare, loss)


def answers_here(trained, rows):
    outputs = trained.outputs(table_of(rows))
    return trained.answers(outputs), trained.probabilities(outputs)


def days(text, way):
    """The days since 1970, which take the place of a date where none is parsed."""
    found = None if text is None else moment(text, way)
    return math.nan if found is None else (found - datetime(1970, 1, 1)) / timedelta(days=1)


def by_onnx(trained, rows):
    exported = from_rows(trained)
    session = session_of(onnx_from_rows(exported))
    given = {name: [[math.nan if row[name] is None else row[name]] for row in rows] for name in exported.numbers}
    given |= {f"{name} (days)": [days(row[name], way) for row in rows] for name, way in exported.dates.items()}
    given = {name: np.array(cells, dtype=float).reshape(-1, 1) for name, cells in given.items()}
    for name in exported.texts:
        kinds = {bool: bool, int: np.int64}
        kind = next((kinds.get(type(row[name]), object) for row in rows if row[name] is not None), object)
        cells = [("" if row[name] is None else row[name]) for row in rows]
        given[name] = np.array(cells, dtype=kind).reshape(-1, 1)
    names = [x.name for x in session.get_outputs()]
    found = dict(zip(names, session.run(None, given), strict=True))
    return found["label" if exported.classes else "prediction"].tolist(), found.get("probabilities")


def by_c(trained, rows):
    exported = from_rows(trained)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.c")
        path.write_text(c_from_rows(exported, "my-model"), encoding="utf-8")
        library = path.with_suffix(".so")
        flags = ["-std=c99", "-pedantic", "-O1", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared"]
        done = subprocess.run([COMPILER, *flags, path, "-o", library, "-lm"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[:2000]
        loaded = ctypes.CDLL(library)
    predict = loaded.my_model_predict
    predict.restype = ctypes.c_int if exported.classes else ctypes.c_double
    answers, probabilities = [], []
    for row in rows:
        numbers = [math.nan if row[name] is None else row[name] for name in exported.numbers]
        numbers += [days(row[name], way) for name, way in exported.dates.items()]
        texts = [None if row[name] is None else str(row[name]).encode() for name in exported.texts]
        space = (ctypes.c_double * max(len(exported.classes), 1))()
        more = [space] if exported.has_probabilities else []
        answers.append(
            predict((ctypes.c_double * len(numbers))(*numbers), (ctypes.c_char_p * len(texts))(*texts), *more)
        )
        probabilities.append(list(space))
    if not exported.classes:
        return answers, None
    labels = (ctypes.c_char_p * len(exported.classes)).in_dll(loaded, "my_model_classes")
    return [labels[k].decode() for k in answers], probabilities if exported.has_probabilities else None


def by_python(trained, rows, dialect):
    exported = from_rows(trained)
    namespace = {}
    exec(python_from_rows(exported, dialect), namespace)
    found = namespace["predict"]({name: [row[name] for row in rows] for name in rows[0]})
    if exported.has_probabilities:
        return found[0], np.asarray(found[1])
    return found if exported.classes else np.asarray(found).tolist(), None


def by_jax(trained, rows):
    return by_python(trained, rows, JAX)


def by_torch(trained, rows):
    return by_python(trained, rows, PYTORCH)


WAYS = [
    pytest.param(by_c, id="c", marks=needs(COMPILER is None, "there is no C compiler")),
    pytest.param(by_onnx, id="onnx", marks=needs(missing("onnx", "onnxruntime"), "onnx and onnxruntime are needed")),
    pytest.param(by_jax, id="jax", marks=needs(missing("jax"), "JAX is not installed")),
    pytest.param(by_torch, id="torch", marks=needs(missing("torch"), "PyTorch is not installed")),
]


def same_answers(trained, rows, way):
    answers, probabilities = answers_here(trained, rows)
    found, found_probabilities = way(trained, rows)
    if trained.prepare.classes:
        assert found == answers
    else:
        np.testing.assert_allclose(found, answers, rtol=1e-12)
    if probabilities is None:
        assert found_probabilities is None
    else:
        np.testing.assert_allclose(found_probabilities, probabilities, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("classes, loss", HEADS)
@pytest.mark.parametrize("way", WAYS)
def test_raw_rows_get_the_same_labels_and_probabilities(way, classes, loss):
    same_answers(network(passengers(classes), loss), ASKED, way)


@pytest.mark.parametrize("way", WAYS)
def test_tables_of_numbers_or_of_texts_alone(way):
    rows = [{"x": float(k % 5), "hue": ["red", "blue", "7"][k % 3], "y": "ab"[k % 2]} for k in range(30)]
    for name, asked in (("x", [{"x": 2.5}, {"x": None}]), ("hue", [{"hue": "blue"}, {"hue": "7"}, {"hue": None}])):
        data = dataset_of(table_of([{name: row[name], "y": row["y"]} for row in rows]), "y")
        same_answers(network(data, "categorical_cross_entropy_with_logits"), asked, way)


@pytest.mark.parametrize("way", WAYS)
def test_categories_that_are_numbers_or_truths(way):
    rows = [{"zip": [7, -12, 30][k % 3], "new": str(k % 2 == 0), "y": "ab"[k % 5 % 2]} for k in range(30)]
    data = dataset_of(table_of(rows), "y", categories=["zip"])
    assert data.kinds == {"zip": "category", "new": "category"}
    asked = [{"zip": 30, "new": False}, {"zip": -12, "new": True}, {"zip": 8, "new": True}]
    same_answers(network(data, "categorical_cross_entropy_with_logits"), asked, way)


MARKED = [
    {"age": 30.0, "fare": -999.0, "sex": "male", "deck \"½\"": "A"},
    {"age": -999.0, "fare": 80.0, "sex": "unknown", "deck \"½\"": "unknown"},
    {"age": 41.0, "fare": 80.0, "sex": "Unknown", "deck \"½\"": "Unknown"},
    {"age": -998.0, "fare": 999.0, "sex": "female", "deck \"½\"": "-999"},
    {"age": None, "fare": -0.0, "sex": "-999", "deck \"½\"": "none"},
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("classes, loss", [HEADS[0], HEADS[-1]])
def test_marks_of_ones_own_for_missing_cells_are_known(way, classes, loss):
    data = passengers(classes)
    trained = network(replace(data, table=data.table.with_marks(["-999", "unknown"])), loss)
    assert trained.prepare.marks == ("-999", "unknown")
    same_answers(trained, MARKED, way)
    same_answers(trained, ASKED, way)


DATED = {
    "iso": ["2024-02-29", "1999-12-31", "2023-03-01T06:30:15", None, "1900-01-01", "n/a"],
    "iso with zone": ["2024-02-29T12:00+02:00", "1999-12-31T23:30Z", "2000-01-01T00:00:00.250000-05:00", None],
    "%d.%m.%Y %H:%M": ["29.02.2024 18:05", "31.12.1999 00:00", "01.03.2023 23:59", "", "06.07.1970 12:00"],
    "%m/%d/%y": ["02/29/24", "12/31/99", "03/01/23", None],
    "%b %d, %Y": ["Feb 29, 2024", "Dec 31, 1999", "Mar 1, 2023", "?"],
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("written", DATED)
def test_dates_go_in_as_days_or_as_they_are_written(way, written):
    texts = DATED[written]
    given = [text for text in texts if text and moment(text, written)]
    rows = [{"size": float(k), "when": given[k % len(given)], "hue": "rb"[k % 2], "y": "no"[k % 2]} for k in range(40)]
    trained = network(dataset_of(table_of(rows), "y"), HEADS[0][1])
    assert trained.prepare.dates == {"when": written} and len(from_rows(trained).numbers) == 1
    same_answers(trained, [{"size": 3.0, "when": text, "hue": "b"} for text in texts], way)


@pytest.mark.parametrize("run", RUNNERS)
def test_what_comes_of_days_is_what_comes_of_dates(run):
    rng = random.Random(1)
    first = datetime(1791, 1, 1)
    dates = [
        first + timedelta(days=rng.randrange(130_000), microseconds=rng.randrange(86_400 * 10**6)) for _ in range(300)
    ]
    dates += [
        datetime(year, *day)
        for year in (1000, 1600, 1700, 1900, 1999, 2000, 2004, 2100, 2400)
        for day in ((1, 1), (2, 28), (3, 1), (12, 31))
    ]
    dates += [datetime(2000, 2, 29), datetime(1904, 2, 29, 23, 59, 59, 999_999)]
    given = argument("days", (), each=True)
    flow = Dataflow("parts", (given,), parts_of_days(given))
    found = run(flow)(np.array([days(date.isoformat(), "iso") for date in dates]))
    expected = parts_of_dates([date.isoformat() for date in dates], "iso")
    for name, column in zip(expected, found, strict=True):
        np.testing.assert_allclose(column, expected[name], rtol=1e-12, atol=2e-15, err_msg=name)


@pytest.mark.skipif(missing("onnx", "onnxruntime"), reason="onnx and onnxruntime are needed")
def test_an_onnx_model_says_what_it_takes_for_a_date():
    rows = [{"when": f"2024-0{1 + k % 9}-01", "y": "no"[k % 2]} for k in range(40)]
    session = session_of(onnx_from_rows(from_rows(network(dataset_of(table_of(rows), "y"), HEADS[0][1]))))
    assert [(x.name, x.type) for x in session.get_inputs()] == [("when (days)", "tensor(double)")]
    said = json.loads(session.get_modelmeta().custom_metadata_map["dates"])
    assert said == {"when (days)": "days since 1970-01-01T00:00, with the time of the day as their fraction"}


@pytest.mark.parametrize(
    "dialect", [pytest.param(JAX, marks=WAYS[2].marks), pytest.param(PYTORCH, marks=WAYS[3].marks)]
)
def test_a_date_that_is_written_otherwise_is_refused(dialect):
    rows = [{"when": f"2024-0{1 + k % 9}-01", "y": "no"[k % 2]} for k in range(40)]
    namespace = {}
    exec(python_from_rows(from_rows(network(dataset_of(table_of(rows), "y"), HEADS[0][1])), dialect), namespace)
    for text in ("01/02/2024", "2024-01-01T00:00Z", "20240101"):
        with pytest.raises(ValueError):
            namespace["predict"]({"when": [text]})


@pytest.mark.parametrize("way", WAYS)
def test_an_infinite_number_is_not_a_missing_one(way):
    trained = network(passengers(0), "mean_squared_error")
    rows = [{**ASKED[0], "fare": fare} for fare in (None, -math.inf, math.inf)]
    missing_one, *infinite = way(trained, rows)[0]
    assert math.isfinite(missing_one) and not any(map(math.isfinite, infinite))


def test_every_mark_for_a_missing_cell_is_known():
    column = table_of([{"x": mark} for mark in missing_marks()]).column("x")
    assert set(column.texts()) == {None}


@pytest.mark.skipif(missing("onnx", "onnxruntime"), reason="onnx and onnxruntime are needed")
def test_what_an_onnx_model_says_of_itself():
    session = session_of(onnx_from_rows(from_rows(network(passengers(3), HEADS[0][1]))))
    assert [(x.name, x.type, x.shape) for x in session.get_inputs()] == [
        ("age", "tensor(double)", ["rows", 1]),
        ("fare", "tensor(double)", ["rows", 1]),
        ("sex", "tensor(string)", ["rows", 1]),
        ('deck "½"', "tensor(string)", ["rows", 1]),
    ]
    assert [(x.name, x.type, x.shape) for x in session.get_outputs()] == [
        ("label", "tensor(string)", ["rows"]),
        ("probabilities", "tensor(double)", ["rows", 3]),
    ]
    about = session.get_modelmeta().custom_metadata_map
    assert json.loads(about["classes"]) == ["first", "second", "th'rd"] and json.loads(about["target"]) == "y"


# ── The command, for networks that were trained ──


@pytest.mark.slow
@pytest.mark.parametrize("name", ["iris", "digits", "diabetes"])
@pytest.mark.parametrize("way", WAYS)
def test_trained_networks(way, name, tmp_path):
    options = ["--epochs", "5", "--quiet", "--output", str(tmp_path / "run")]
    assert CliRunner().invoke(main, ["train", name, *options]).exit_code == 0
    trained = Predictor.load(tmp_path / "run" / "model.json")
    data = load(name)
    rows = [
        dict(zip(trained.prepare.numbers, row, strict=True))
        for row in zip(*(data.table.column(name).numbers() for name in trained.prepare.numbers), strict=True)
    ]
    same_answers(trained, rows[:200], way)


@pytest.fixture(scope="module")
def model_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "model.json"
    network(passengers(3), HEADS[0][1]).save(path)
    return path


@pytest.mark.parametrize("options", [["a.c"], ["a.py", "--to", "jax"], ["a.py", "--to", "torch"]])
def test_the_command_writes_a_file(model_file, tmp_path, options):
    path = tmp_path / options[0]
    done = CliRunner().invoke(main, ["export", str(model_file), str(path), *options[1:]])
    assert done.exit_code == 0, done.output
    assert done.stdout.strip() == str(path) and path.stat().st_size > 1000


@pytest.mark.parametrize(
    "output, says",
    [
        ("a.txt", "does not end in .onnx, .c or .py, which says what to write"),
        ("a.py", "may be for JAX or for PyTorch: say to='jax' or to='torch' (--to)"),
    ],
)
def test_what_the_command_cannot_write_is_a_line_and_status_2(model_file, tmp_path, output, says):
    done = CliRunner().invoke(main, ["export", str(model_file), str(tmp_path / output)])
    assert done.exit_code == 2 and done.stderr.count("\n") == 1 and says in done.stderr
    assert not list(tmp_path.iterdir())


def test_without_onnx_the_command_says_what_to_install(model_file, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    done = CliRunner().invoke(main, ["export", str(model_file), str(tmp_path / "a.onnx")])
    assert done.exit_code == 2 and "pip install 'chalkgrad[onnx]'" in done.stderr
    assert not list(tmp_path.iterdir())


def test_the_command_names_every_format():
    (to,) = [option for option in main.commands["export"].params if option.name == "to"]
    assert list(to.type.choices) == list(FORMATS) == list(FORMATS_OF_ROWS)


def test_a_module_is_exported_by_a_row(tmp_path):
    class Twice(Module):
        def __init__(self):
            self.a = Value(2.0)

        def __call__(self, x):
            return [self.a * x[0], self.a - x[1]]

    with pytest.raises(CannotExport, match="export of a Twice takes one example of a row of numbers"):
        export(Twice(), tmp_path / "twice.c")
    export(Twice(), tmp_path / "twice.c", [0.0, 0.0])
    assert "network(const double *x, double *y)" in (tmp_path / "twice.c").read_text()


def test_a_model_that_asks_for_its_numbers_is_refused(tmp_path):
    class Branching(Module):
        def __call__(self, x):
            return [x[0] if x[0] > 0.0 else -x[0]]

    with pytest.raises(CannotExport, match="Branching cannot be recorded"):
        export(Branching(), tmp_path / "branching.c", [1.0])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("run", RUNNERS)
def test_a_network_for_rows_is_as_it_is_when_it_is_asked(run):
    flow = flow_of_network(Sequential(MLP(2, [3], rng=1), Dropout(0.5)), [0.0, 0.0])
    (found,) = run(flow)(np.array([[0.3, -0.5], [1.0, 2.0]]))
    np.testing.assert_allclose(found, MLP(2, [3], rng=1).predict([[0.3, -0.5], [1.0, 2.0]]))


def test_what_is_prepared_otherwise_is_refused():
    trained = network(passengers(3), HEADS[0][1])

    class Otherwise:
        def to_dict(self):
            return trained.prepare.to_dict() | {"logarithms": []}

    with pytest.raises(CannotExport, match="columns are prepared by 'logarithms', which cannot be exported yet"):
        from_rows(Predictor(trained.model, Otherwise(), trained.loss))
