"""Every way in which something is written to a file, in processes: to links, pipes, devices, files of others."""

import csv
import io
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from nn.app.experiment import Settings, experiment
from nn.basics.spreadsheet import csv_text, guarded, is_formula
from nn.data.bundled import load

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links, modes, pipes and devices as POSIX has them")
CLI = "import sys; from nn.cli import main; main(sys.argv[1:], prog_name='chalkgrad')"
GRAPH = "import sys; from autograd import Value; from autograd.show import draw, steps; y = Value(2.0).exp()\n"
FIT = """
import sys
from nn import MLP, Adam, Checkpoint, Trainer
t = Trainer(MLP(1, [1], rng=1), "mean_squared_error", Adam(0.1))
h = t.fit([[0.0], [1.0]], [0.0, 1.0], epochs=1, verbose=0, rng=1
"""
WAYS = {  # of each, the words of a process, PATH being where it writes, and how that begins
    "predict": ([CLI, "predict", "MODEL", "ROWS", "-q", "-o", "PATH"], b"sepal"),
    "predict --json": ([CLI, "predict", "MODEL", "ROWS", "-q", "--json", "-o", "PATH"], b"[{"),
    "explain --html": ([CLI, "explain", "x*w", "x=2", "w=3", "--html", "PATH"], b"<!DOCTYPE html>"),
    "explain --svg": ([CLI, "explain", "x*w", "x=2", "w=3", "--svg", "PATH"], b"<?xml"),
    "plot": ([CLI, "plot", "descent", "-o", "PATH"], b"<svg"),
    "steps": ([GRAPH + "steps(y).save(sys.argv[1])", "PATH"], b"<!DOCTYPE html>"),
    "render": ([GRAPH + "draw(y).render(outfile=sys.argv[1], format='png', cleanup=True)", "PATH"], b"\x89PNG"),
    "source": ([GRAPH + "draw(y).save(sys.argv[1])", "PATH"], b"digraph"),
    "history": ([FIT + ")\nh.to_csv(sys.argv[1])", "PATH"], b"epoch,loss"),
    "checkpoint": ([FIT + ", callbacks=[Checkpoint(sys.argv[1])])", "PATH"], b'{"format": "chalkgrad checkpoint"'),
    "model": (
        ["import sys; from nn.predictor import *; Predictor.load(sys.argv[1]).save(sys.argv[2])",
         "MODEL", "PATH"], b'{"format": "chalkgrad model"'),
}  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    run = experiment(load("iris"), Settings(hidden=(), epochs=1), verbose=0)
    run.trained.save(folder / "m.json")
    names = run.trained.prepare.inputs
    (folder / "rows.csv").write_text(f"{','.join(names)}\n1,2,3,4\n")
    return folder


def write(way, path, folder):
    """What a process prints that writes there."""
    where = {"PATH": str(path), "MODEL": str(folder / "m.json"), "ROWS": str(folder / "rows.csv")}
    words = [where.get(word, word) for word in WAYS[way][0]]
    return subprocess.run([sys.executable, "-c", *words], capture_output=True, check=False, timeout=120)


@pytest.mark.parametrize("way", WAYS)
def test_every_output_goes_through_links_into_pipes_and_keeps_modes(way, tmp_path, trained):
    begins = WAYS[way][1]
    # a link to a file that others may not read, which is there already
    (tmp_path / "far").write_text("before")
    (tmp_path / "far").chmod(0o600)
    (tmp_path / "link").symlink_to("far")
    done = write(way, tmp_path / "link", trained)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "link").is_symlink() and stat.S_IMODE((tmp_path / "far").stat().st_mode) == 0o600
    whole = (tmp_path / "far").read_bytes()
    assert whole.startswith(begins)
    # a pipe
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["cat", tmp_path / "pipe"], stdout=subprocess.PIPE) as reader:
        done = write(way, tmp_path / "pipe", trained)
        assert done.returncode == 0, done.stderr
        assert reader.communicate(timeout=20)[0].startswith(begins)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    # the standard output
    assert begins in write(way, "/dev/stdout", trained).stdout
    # a disk that is full
    if Path("/dev/full").exists():
        done = write(way, "/dev/full", trained)
        assert done.returncode != 0 and b"No space left on device" in done.stderr
        assert stat.S_ISCHR(os.stat("/dev/full").st_mode)
    # a folder: an error, and it stays
    (tmp_path / "folder").mkdir()
    assert write(way, tmp_path / "folder", trained).returncode != 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["far", "folder", "link", "pipe"]


@pytest.mark.parametrize("words", [
    ["predict", "m.json", "rows.csv", "-o", "rows.csv"], ["predict", "m.json", "rows.csv", "-o", "./m.json"],
    ["predict", "m.json", "rows.csv", "-o", "link"], ["predict", "m.json", "rows.csv", "-o", "hard"],
    ["plot", "weights", "m.json", "-o", "m.json"], ["explain", "x*w", "x=1", "w=2", "--html", "a", "--svg", "a"],
])  # fmt: skip
def test_no_output_takes_the_place_of_an_input_or_of_another(tmp_path, trained, words):
    for name in ("m.json", "rows.csv"):
        (tmp_path / name).write_bytes((trained / name).read_bytes())
    (tmp_path / "link").symlink_to("rows.csv")
    os.link(tmp_path / "rows.csv", tmp_path / "hard")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    command = [sys.executable, "-c", CLI, *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "choose another output" in done.stderr
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


# ── Spreadsheets ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1",
                                  "\u00a0=1", "＝1+1", "-", "-x", "+", "=", "-1e", "--1", "-inf", "-1 +2"])  # fmt: skip
def test_a_text_that_would_be_computed_is_guarded(cell):
    assert guarded(cell) == (cell if cell == "-" else f"'{cell[0]}'{cell[1:]}" if cell[0] in "\r\n" else f"'{cell}")
    for raw, written in ((False, guarded(cell)), (True, cell)):
        assert list(csv.reader(io.StringIO(csv_text([["a", cell]], raw=raw), newline=""))) == [["a", written]]


@pytest.mark.parametrize("cell", ["-1", "+1.5", "-3,5", "-1e-5", "-1.234,5", ".5", "-.5", "a=b", "x-1", "", "--", "'=1",
                                  -1.0, 5, None, "50%"])  # fmt: skip
def test_numbers_and_other_texts_stay(cell):
    assert guarded(cell) == cell


@pytest.mark.parametrize("delimiter", [",", ";", "|"])
@pytest.mark.parametrize("cell", ["a;=1+1", "a;b; =1", "a|@SUM(1)", "a\n=1", "a\r\n-x", "=1;=2", 'a";=1', "1;-cmd"])
def test_no_program_finds_a_formula_whatever_it_takes_for_a_separator(cell, delimiter):
    text = csv_text([["x", cell, 1.0]])
    for quotes in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quotes):
            assert not any(is_formula(part.lstrip('"')) for part in row), row
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["x", guarded(cell), "1.0"]]
    assert guarded("a;-1;b | -2,5") == "a;-1;b | -2,5"


def test_predict_guards_what_it_copies_and_says_so(tmp_path, trained):
    names, _ = (trained / "rows.csv").read_text().splitlines()
    (tmp_path / "new.csv").write_text(f"{names},=head,note\n1,2,3,-4,x,\"=cmd|' /C calc'!A0\"\n1,2,3,4,+y,-1.5\n")

    def predict(*words):
        command = [sys.executable, "-c", CLI, "predict", str(trained / "m.json"), str(tmp_path / "new.csv"), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True)

    done = predict()
    assert all(part in done.stdout for part in (",'=head,", ",'=cmd|", ",'+y,-1.5,", ",-4,x"))
    assert "3 of the texts as formulas" in done.stderr and "--raw" in done.stderr
    done = predict("--raw")
    assert all(part in done.stdout for part in (",=head,", ",=cmd|", ",+y,-1.5,")) and "--raw" not in done.stderr


def test_what_was_answered_can_be_answered_again(tmp_path, trained):
    path = trained / "rows.csv"
    headers = []
    for turn in range(3):
        answers = tmp_path / f"{turn}.csv"
        words = ["predict", str(trained / "m.json"), str(path), "-q"]
        subprocess.run([sys.executable, "-c", CLI, *words, "-o", str(answers)], check=True)
        with answers.open(newline="") as file:
            headers.append(next(csv.reader(file)))
        path = answers
    assert all(len(set(header)) == len(header) for header in headers)
    assert headers[0][-4:] == ["predicted species", "P(setosa)", "P(versicolor)", "P(virginica)"]
    assert headers[2][-4:] == ["predicted species (3)", "P(setosa) (3)", "P(versicolor) (3)", "P(virginica) (3)"]


@pytest.mark.parametrize("hidden", ["1000000000", "1" + "0" * 300, "3000,3000", ",".join(["1000"] * 9)])
def test_a_network_too_large_to_train_is_refused_before_it_is_made(tmp_path, hidden):
    command = [sys.executable, "-c", CLI, "train", "iris", "-q", "--hidden", hidden, "-o", str(tmp_path / "r")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2 and "5,000,000 can be trained here" in done.stderr
    assert len(done.stderr.splitlines()) == 1 and not list(tmp_path.iterdir())
