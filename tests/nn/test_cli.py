"""The command chalkgrad: what it prints, leaves and answers, and what it says to input it cannot use."""

import csv
import json
import math
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from nn.app.experiment import Settings, cross_validate, experiment
from nn.basics import storage
from nn.basics.storage import StorageError
from nn.cli import main
from nn.data.bundled import DATASETS, load
from nn.data.csv_file import read_csv
from nn.predictor import Head, Predictor

QUICK = ["--hidden", "6", "--epochs", "8", "--quiet"]


def run(*words, status=0):
    result = CliRunner().invoke(main, list(map(str, words)))
    assert result.exit_code == status, (result.output, result.exception)
    return result


@pytest.fixture
def houses(tmp_path):
    """A made-up table: the price is mostly that of the area; with categories and a missing cell."""
    path = tmp_path / "houses.csv"
    rows = [
        (50 + 3 * i % 70, ["brick", "wood"][i % 2], 1000 * (50 + 3 * i % 70) + 777 * (i % 5) + 0.5) for i in range(80)
    ]
    lines = [f"{area if i != 7 else ''};{wall};{price}" for i, (area, wall, price) in enumerate(rows)]
    path.write_text("\n".join(["area;wall;price", *lines]) + "\n", encoding="utf-8-sig")
    return path


# ── train ──


def test_training_on_bundled_data_leaves_a_whole_report(tmp_path):
    folder = tmp_path / "runs" / "iris"
    result = run("train", "iris", "--hidden", "8", "--epochs", "30", "-o", folder)
    assert "iris: 150 rows; classification: 'species' is text, 3 classes" in result.stdout
    assert f"Report: {folder / 'report.html'}" in result.stdout
    assert "30/30" in result.stderr or "epoch" in result.stderr
    names = {p.name for p in folder.iterdir()}
    assert {"report.html", "model.json", "history.csv", "summary.json", "learning_curves.svg", "confusion.svg",
            "weights.svg"} <= names  # fmt: skip
    assert [p.name for p in folder.parent.iterdir()] == ["iris"]
    page = (folder / "report.html").read_text()
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["figures"]["test"]["accuracy"] > 0.85
    assert f"{100 * summary['figures']['test']['accuracy']:.1f} %" in page
    rows = list(csv.DictReader((folder / "history.csv").read_text().splitlines()))
    assert len(rows) == summary["epochs"] and float(rows[-1]["loss"]) < float(rows[0]["loss"])
    before = (folder / "model.json").read_bytes()
    refused = run("train", "iris", *QUICK, "-o", folder, status=2)
    assert "holds the report of an earlier run; give --overwrite, or another --output" in refused.stderr
    assert (folder / "model.json").read_bytes() == before
    run("train", "iris", *QUICK, "-o", folder, "--overwrite")
    assert (folder / "model.json").read_bytes() != before


def test_runs_are_numbered_where_no_folder_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for _ in range(3):
        run("train", "iris", *QUICK)
    assert sorted(p.name for p in Path("runs").iterdir()) == ["iris", "iris-2", "iris-3"]
    run("train", "iris", *QUICK, "--overwrite")
    assert len(list(Path("runs").iterdir())) == 3


def test_a_csv_with_semicolons_categories_and_missing_cells(houses, tmp_path):
    result = run("train", houses, "--target", "price", "--epochs", "60", "-o", tmp_path / "out", "--json")
    summary = json.loads(result.stdout)
    assert summary["task"] == "regression" and summary["figures"]["test"]["r2"] > 0.9
    assert any("1 missing cell filled with the median" in note for note in summary["notes"])
    assert (tmp_path / "out" / "predicted_versus_true.svg").exists()
    new = tmp_path / "new.csv"
    new.write_text("wall,area\nbrick,80\nstone,100\n")
    answer = run("predict", tmp_path / "out" / "model.json", new)
    rows = list(csv.DictReader(answer.stdout.splitlines()))
    assert [row["wall"] for row in rows] == ["brick", "stone"]
    assert 70_000 < float(rows[0]["predicted price"]) < 90_000
    assert "'stone' was not in the training set" in answer.stderr
    answers = json.loads(run("predict", tmp_path / "out" / "model.json", new, "--json", "-q").stdout)
    assert answers[0]["predicted price"] == float(rows[0]["predicted price"])


def test_two_inputs_have_a_decision_boundary_and_hinge_has_one_output(tmp_path):
    run("train", "moons", *QUICK, "--loss", "hinge", "--activation", "relu", "-o", tmp_path / "m")
    assert (tmp_path / "m" / "decision_boundary.svg").exists()
    assert Predictor.load(tmp_path / "m" / "model.json").head == Head(1, "linear", "sign", (-1, 1))


def test_quiet_prints_nothing_and_json_only_json(tmp_path):
    assert run("train", "iris", *QUICK, "-o", tmp_path / "a").output == ""
    result = run("train", "iris", *QUICK, "--json", "--folds", "3", "-o", tmp_path / "b")
    assert json.loads(result.stdout)["folds"]["accuracy"][0] > 0.3


def test_the_same_seed_gives_the_same_files(tmp_path):
    for name in ("a", "b"):
        run("train", "moons", *QUICK, "--seed", "5", "-o", tmp_path / name)
    for name in ("model.json", "history.csv", "learning_curves.svg", "decision_boundary.svg"):
        assert (tmp_path / "a" / name).read_text() == (tmp_path / "b" / name).read_text(), name


@pytest.mark.parametrize(
    "words, message",
    [
        (["train", "irsi"], "'irsi' is neither a file nor a bundled data set (iris, "),
        (["train", "none.csv", "--target", "y"], "none.csv"),
        (["train", "empty.csv", "--target", "y"], "empty.csv"),
        (["train", "data.csv"], "which column is to be predicted? Give --target COLUMN, one of 'x', 'kind', 'y'"),
        (["train", "data.csv", "--target", "z"], "no column 'z'; the columns are 'x', 'kind', 'y'"),
        (["train", "ragged.csv", "--target", "y"], "line 3"),
        (["train", "one.csv", "--target", "kind"], "in every row"),
        (["train", "data.csv", "--target", "y", "--folds", "100"], "100 folds need at least 100 rows"),
        (["train", "iris", "--learning-rate", "-1"], "learning_rate"),
        (["train", "iris", "--learning-rate", "nan"], "learning_rate"),
        (["train", "iris", "--batch", "-2"], "batch_size"),
        (["train", "iris", "--loss", "hinge"], "hinge is for 2 classes, and there are 3"),
        (["train", "iris", "--loss", "mean_squared_error"], "is for numbers, and this is a classification"),
        (["train", "diabetes", "--loss", "hinge"], "is for classes, and this is a regression"),
        (["train", "iris", "--split", "0.5", "0.2", "0.2"], "add up to 0.9"),
        (["train", "iris", "-o", "full"], "is there and is not a report"),
        (["predict", "data.csv", "data.csv"], "not a chalkgrad model"),
        (["plot", "history"], "plot history reads a file"),
        (["explain", "x*2", "x=1e400"], "x=1e400: 1e400 is larger than any floating-point number"),
    ],
)  # fmt: skip
def test_what_the_user_can_repair_is_a_line_on_stderr_and_status_2(tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    Path("data.csv").write_text("x,kind,y\n" + "".join(f"{i},{'ab'[i % 2]},{i * 1.5}\n" for i in range(40)))
    Path("one.csv").write_text("x,kind\n" + "".join(f"{i},a\n" for i in range(40)))
    Path("ragged.csv").write_text("x,y\n1,2\n1,2,3\n")
    Path("empty.csv").write_text("")
    Path("full").mkdir()
    Path("full/thesis.txt").write_text("years of work")
    before = sorted(p.name for p in tmp_path.iterdir())
    result = run(*words, status=2)
    assert message in result.stderr and "Report" not in result.stdout
    assert len(result.stderr.strip().splitlines()) == 1 and result.stderr.startswith("chalkgrad: ")
    assert sorted(p.name for p in tmp_path.iterdir()) == before
    assert Path("full/thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize(
    "words", [["train"], ["train", "iris", "--hidden", "a,b"], ["train", "iris", "--loss", "x"], ["fly"]]
)
def test_wrong_words_are_status_2_with_a_usage(words):
    assert "Usage: " in run(*words, status=2).stderr


def test_every_number_is_read_in_the_same_way():
    """With a minus of either kind, and without Python's 1_000."""
    numbers = {"INTEGER", "FLOAT", "INTEGER RANGE", "FLOAT RANGE", "NUMBER"}
    types = [
        (option.name, kind)
        for command in main.commands.values()
        for option in command.params
        for kind in getattr(option.type, "types", [option.type])
        if kind.name.upper() in numbers
    ]
    assert len(types) > 12
    for name, kind in types:
        assert kind.convert("7", None, None) == 7 or name == "level", name
        with pytest.raises(click.BadParameter, match="is not a (whole )?number"):
            kind.convert("1_0", None, None)
        with pytest.raises(click.BadParameter, match="is not a (whole )?number"):
            kind.convert("seven", None, None)
        if "range" not in kind.name:
            assert kind.convert("−7", None, None) == kind.convert("-7", None, None) == -7
    assert "= −5·2 = −10" in run("explain", "x*2", "x=−5").output
    assert run("explain", "x*2", "x=−5").output == run("explain", "x*2", "x=-5").output
    assert "'1_0' is not a number" in run("explain", "x*2", "x=1_0", status=2).stderr
    assert "−2 is not" not in run("train", "iris", "--batch", "−2", status=2).stderr


def test_help_has_examples_for_every_command():
    assert "chalkgrad train iris" in run("--help").output
    for name in ("train", "predict", "plot"):
        assert f"chalkgrad {name}" in run(name, "--help").output


def test_data_lists_what_is_bundled():
    lines = run("data").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(DATASETS)
    assert json.loads(run("data", "--json").stdout)["iris"]["rows"] == 150


def test_plots(tmp_path):
    run("train", "iris", *QUICK, "-o", tmp_path / "iris")
    for words in (["activations"], ["descent"], ["history", tmp_path / "iris" / "history.csv"],
                  ["weights", tmp_path / "iris" / "model.json"]):  # fmt: skip
        run("plot", *words, "-o", tmp_path / "a.svg")
        assert (tmp_path / "a.svg").read_text().startswith("<svg")
    run("plot", "activations", "-o", tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_shell_completion_offers_the_data_sets():
    command = [sys.executable, "-c", "from nn.cli import main; main(prog_name='chalkgrad')"]
    words = {"_CHALKGRAD_COMPLETE": "bash_complete", "COMP_WORDS": "chalkgrad train ir", "COMP_CWORD": "2"}
    out = subprocess.run(command, env={**os.environ, **words}, capture_output=True, text=True, check=True).stdout
    assert "plain,iris" in out


@pytest.mark.parametrize("module", ["nn", "nn.cli"])
def test_the_modules_do_what_the_command_does(tmp_path, module):
    def outcome(interpreter, *words):
        done = subprocess.run([sys.executable, *interpreter, *words], capture_output=True, text=True, cwd=tmp_path)
        return done.returncode, done.stdout, done.stderr

    command = ["-c", "from nn.cli import main; main(prog_name='chalkgrad')"]
    for words in (["--help"], ["data"], ["explain", "x*w", "x=2", "w=-3"], ["train", "irsi"], ["fly"]):
        found = outcome(["-m", module], *words)
        assert found == outcome(command, *words) and found[0] in (0, 2)
        assert "".join(found[1:]).count("\n") > 0
    assert outcome(["-m", module], "train", "moons", *QUICK) == (0, "", "")
    assert (tmp_path / "runs" / "moons" / "report.html").exists()


def test_ctrl_c_still_leaves_a_report(tmp_path):
    command = [sys.executable, "-c", "from nn.cli import main; main()", "train", "digits", "--epochs", "500",
               "--patience", "500", "-o", str(tmp_path / "d")]  # fmt: skip
    ours, theirs = os.openpty()  # a terminal, on which steps are seen
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, text=True)
    seen = b""
    while b"step 3," not in seen:
        assert select.select([ours], [], [], 60.0)[0], seen
        seen += os.read(ours, 100)
        assert process.poll() is None, seen
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=120)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 0
    assert "interrupted in epoch" in out
    assert Predictor.load(tmp_path / "d" / "model.json").prepare.target == "digit"


# ── The parts below ──


def test_every_fold_is_judged_by_a_training_that_has_not_seen_it():
    scores = cross_validate(load("iris"), Settings(hidden=(8,), epochs=25), 4, verbose=0)
    mean, spread = scores["accuracy"]
    assert mean > 0.85 and 0.0 <= spread < 0.15


@pytest.mark.parametrize("loss", ["categorical_cross_entropy", "categorical_cross_entropy_with_logits",
                                  "binary_cross_entropy", "binary_cross_entropy_with_logits", "hinge"])  # fmt: skip
def test_a_saved_model_answers_as_before(tmp_path, loss):
    data = load("moons", samples=60)
    before = experiment(data, Settings(hidden=(8,), epochs=30, loss=loss), verbose=0).trained
    before.save(tmp_path / "model.json")
    after = Predictor.load(tmp_path / "model.json")
    outputs = before.outputs(data.table)
    assert after.outputs(data.table) == outputs
    answers, truth = after.answers(outputs), [data.classes[t] for t in data.targets]
    assert sum(a == t for a, t in zip(answers, truth, strict=True)) > 45
    probabilities = after.probabilities(outputs)
    if loss == "hinge":
        assert probabilities is None
    else:
        assert all(sum(row) == pytest.approx(1.0) for row in probabilities)
        assert [data.classes[row.index(max(row))] for row in probabilities] == answers


def test_a_model_file_that_does_not_fit_is_an_error(tmp_path):
    path = tmp_path / "model.json"
    experiment(load("iris"), Settings(hidden=(), epochs=1), verbose=0).trained.save(path)
    content = storage.read_document(path, "chalkgrad model", 1)
    for key in list(content):
        storage.write_document(path, "chalkgrad model", 1, {k: v for k, v in content.items() if k != key})
        with pytest.raises(StorageError, match=f"damaged: '{key}' is missing"):
            Predictor.load(path)
    content["parameters"].popitem()
    storage.write_document(path, "chalkgrad model", 1, content)
    with pytest.raises(StorageError, match="needs 15 parameters, and there are 14"):
        Predictor.load(path)


def test_hostile_names_are_only_text_in_the_report(tmp_path):
    evil = "</script><script>alert(1)</script>&\"'"
    path = tmp_path / "evil.csv"
    quoted = evil.replace('"', '""')
    path.write_text(f'"{quoted}",y\n' + "".join(f'{i},"{quoted if i % 2 else "b"}"\n' for i in range(40)))
    run("train", path, "--target", "y", *QUICK, "-o", tmp_path / "r")
    page = (tmp_path / "r" / "report.html").read_text()
    assert "<script>alert" not in page and "&lt;/script&gt;" in page
    assert read_csv(path).names == [evil, "y"]


@pytest.mark.browser
def test_the_report_in_a_browser(tmp_path):
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = next((p for p in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(p).exists()), None)
    if chromium is None:
        pytest.skip("there is no Chromium")
    run("train", "moons", "--epochs", "30", "-q", "-o", tmp_path / "moons")
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for width in (1280, 390):
            page = browser.new_page(viewport={"width": width, "height": 900})
            problems, asked = [], []
            page.on("console", lambda m: problems.append(m.text))
            page.on("pageerror", lambda e: problems.append(str(e)))
            page.on("request", lambda r: asked.append(r.url))
            page.goto((tmp_path / "moons" / "report.html").as_uri())
            assert page.locator("h1").inner_text() == "moons"
            assert page.locator("figure svg").count() >= 4
            assert page.locator(".tile").first.bounding_box()["width"] > 100
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")  # nothing sticks out sideways
            assert problems == [] and len(asked) == 1
            page.close()
        browser.close()


@pytest.mark.parametrize("data, rate", [("diabetes", 1e150), ("diabetes", 1e30)])
def test_a_training_that_diverges_at_once_leaves_a_report_and_finite_weights(tmp_path, data, rate):
    command = ["train", data, "--optimizer", "gradient_descent", "--learning-rate", str(rate), "--batch", "4"]
    with pytest.warns(UserWarning, match="learning rate .* is too large.*weights from before the training are kept"):
        ran = CliRunner().invoke(main, [*command, "--epochs", "3", "-q", "-o", str(tmp_path / "out")])
    assert ran.exit_code == 1 and not isinstance(ran.exception, ValueError), ran.output
    assert "The learning rate" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert all(map(math.isfinite, Predictor.load(tmp_path / "out" / "model.json").model.state_dict().values()))


@pytest.mark.parametrize("folds", ["0", "1", "-3"])
def test_fewer_than_two_folds_are_none(folds):
    assert "--folds" in run("train", "iris", "--folds", folds, status=2).stderr
