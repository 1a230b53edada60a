"""The folder of a report: nothing is lost in it that chalkgrad has not written, whatever is there or fails."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from nn.app import report, report_folder
from nn.app.report_folder import NAMES, SUMMARY, ReportFolder, summary_text
from nn.cli import main
from nn.data.messages import DataError
from nn.predictor import Predictor

posix = pytest.mark.skipif(os.name != "posix", reason="links, pipes and shell scripts as POSIX has them")
QUICK = ["train", "iris", "--hidden", "2", "--epochs", "1", "--quiet", "--overwrite"]
A, B = {"files": "first"}, {"files": "second"}


def train(*words, status=0):
    result = CliRunner().invoke(main, [*QUICK, *map(str, words)])
    assert result.exit_code == status, (result.output, result.exception)
    return result


def contents(folder):
    """Everything below a folder; of a file its bytes."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        kind = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else path.is_dir()
        found[str(path.relative_to(folder))] = kind
    return found


def a_report(path, files=("model.json", "confusion.svg", "report.html"), text="first"):
    ReportFolder(path).put({name: f"{text} {name}" for name in files}, {"text": text}, anew=True)
    return path


# ── What is foreign stays ───────────────────────────────────────────────────────────────────────────────────────


def test_what_lies_beside_a_report_stays_and_the_report_is_replaced(tmp_path):
    folder = tmp_path / "r"
    train("-o", folder)
    (folder / "thesis.txt").write_text("years of work")
    (folder / "notes" / "deep").mkdir(parents=True)
    (folder / "notes" / "deep" / "model.json").write_text("mine")
    before = (folder / "model.json").read_bytes()
    train("-o", folder, "--seed", "3")
    assert (folder / "model.json").read_bytes() != before
    assert (folder / "thesis.txt").read_text() == "years of work"
    assert (folder / "notes" / "deep" / "model.json").read_text() == "mine"
    assert Predictor.load(folder / "model.json")


@pytest.mark.parametrize("name", [SUMMARY, *NAMES])
@pytest.mark.parametrize("how", ["edited", "foreign", "folder", "link", "nowhere", "pipe"])
@posix
def test_whatever_is_in_the_way_is_a_refusal_before_training(tmp_path, name, how):
    folder = a_report(tmp_path / "r", files=NAMES)
    path = folder / name
    if how == "edited":
        path.write_text(path.read_text() + " and a note")
    else:
        path.unlink()
        {
            "foreign": lambda: path.write_text('{"figures": {}}'),
            "folder": path.mkdir,
            "link": lambda: (tmp_path / "far").write_text("mine") and path.symlink_to(tmp_path / "far"),
            "nowhere": lambda: path.symlink_to(tmp_path / "nothing"),
            "pipe": lambda: os.mkfifo(path),
        }[how]()
    before = contents(tmp_path)
    result = train("-o", folder, status=2)
    assert "so it is not replaced; choose another --output" in result.stderr and len(result.stderr.splitlines()) == 1
    assert contents(tmp_path) == before


def test_a_report_into_the_folder_in_which_one_is(tmp_path, monkeypatch):
    a_report(tmp_path)
    (tmp_path / "thesis.txt").write_text("years of work")
    monkeypatch.chdir(tmp_path)
    train("-o", ".")
    assert Predictor.load("model.json") and Path("thesis.txt").read_text() == "years of work"
    assert Path.cwd() == tmp_path


def test_what_an_earlier_report_had_and_this_one_has_not_is_removed_unless_it_was_changed(tmp_path):
    for edited in (False, True):
        folder = a_report(tmp_path / f"r{edited}", ["model.json", "confusion.svg"])
        if edited:
            (folder / "confusion.svg").unlink()
            (folder / "confusion.svg").mkdir()
            with pytest.raises(DataError, match="confusion"):
                a_report(folder, ["model.json"], "second")
        else:
            a_report(folder, ["model.json"], "second")
        assert (folder / "confusion.svg").exists() == edited


@posix
def test_a_link_to_a_folder_is_followed_and_stays(tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "r").symlink_to("far")
    train("-o", tmp_path / "r")
    train("-o", tmp_path / "r")
    assert (tmp_path / "r").is_symlink() and Predictor.load(tmp_path / "far" / "model.json")


@pytest.mark.parametrize("crafted", ["../thesis.txt", "thesis.txt", "/etc/passwd", "sub/thesis.txt"])
def test_a_crafted_list_touches_nothing_but_our_names(tmp_path, crafted):
    folder = a_report(tmp_path / "r")
    for path in (tmp_path / "thesis.txt", folder / "thesis.txt"):
        path.write_text("mine")
    listed = {crafted: [hashlib.sha256(b"mine").hexdigest()]}
    (folder / SUMMARY).write_text(summary_text({"files": listed}))
    for path in folder.glob("*.*"):
        if path.name in NAMES:
            path.unlink()
    a_report(folder, text="second")
    assert (tmp_path / "thesis.txt").read_text() == (folder / "thesis.txt").read_text() == "mine"


# ── What is read, and who else is at work ───────────────────────────────────────────────────────────────────────


@posix
@pytest.mark.parametrize("name", [SUMMARY, *NAMES])
def test_what_is_read_is_not_replaced_by_whatever_name_it_is_known(tmp_path, name):
    folder = a_report(tmp_path / "r", files=NAMES)
    (tmp_path / "copy.csv").write_bytes((folder / name).read_bytes())
    (tmp_path / "symbolic").symlink_to(folder / name)
    (tmp_path / "other way").symlink_to("r")
    os.link(folder / name, tmp_path / "hard")
    ReportFolder(folder, [tmp_path / "copy.csv", "iris", tmp_path / "nothing"]).check()
    for read in (folder / name, tmp_path / "symbolic", tmp_path / "hard", tmp_path / "other way" / name):
        with pytest.raises(DataError, match=r"is read, and a report .* would replace it"):
            ReportFolder(folder, [read]).check()
        with ReportFolder(folder, [read]).free_one() as beside:
            assert beside.path == tmp_path / "r-2"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.csv", "hard", "other way", "r", "symbolic"]


def test_train_does_not_replace_the_table_that_it_reads(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text("x,y\n" + "".join(f"{i},{i % 7}\n" for i in range(40)))
    ReportFolder("r").put({"history.csv": Path("t.csv").read_text()}, A, anew=True)
    before = contents(tmp_path)
    monkeypatch.setattr("nn.cli.experiment", lambda *_, **__: pytest.fail("it was trained"))
    done = CliRunner().invoke(main, ["train", "r/history.csv", "--target", "y", "-o", "r", "--overwrite"])
    assert done.exit_code == 2 and "would replace it" in done.stderr
    assert contents(tmp_path) == before


HOLDS = """
import sys, time
from nn.app.report import destination
with destination(sys.argv[1]) as place:
    print("held", flush=True)
    time.sleep(100)
"""


@posix
def test_two_trainings_do_not_have_one_folder_at_once_and_a_killed_one_has_none(tmp_path, monkeypatch):
    folder = tmp_path / "runs" / "r"
    holder = subprocess.Popen([sys.executable, "-c", HOLDS, str(folder)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline() == "held\n"
        (tmp_path / "link").symlink_to(folder)
        with monkeypatch.context() as trained:
            trained.setattr("nn.cli.experiment", lambda *_, **__: pytest.fail("it was trained"))
            for way in (folder, tmp_path / "link", folder / ".." / "r"):
                assert "another process is at work" in train("-o", way, status=2).stderr
        with ReportFolder(folder).free_one() as beside:
            assert beside.path == folder.parent / "r-2"
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    assert contents(tmp_path) == {"link": str(folder), "runs": True, "runs/r": True}
    train("-o", folder)


def test_a_report_that_came_between_stays_whole_and_this_one_goes_elsewhere(tmp_path, monkeypatch):
    """Where folders cannot be locked."""
    folder = tmp_path / "r"
    honest = report.figures_of
    monkeypatch.setattr("nn.app.report.figures_of", lambda run: a_report(folder, NAMES, "theirs") and honest(run))
    with pytest.warns(UserWarning, match="somebody else has put a report") as caught:
        train("-o", folder)
    elsewhere = Path(str(caught[0].message).rpartition(" ")[2])
    assert Predictor.load(elsewhere / "model.json") and (elsewhere / "report.html").exists()
    assert (folder / "model.json").read_text() == "theirs model.json"
    assert {path.read_text() for path in folder.iterdir() if path.name in NAMES} == {f"theirs {name}" for name in NAMES}


def test_a_folder_that_was_reserved_for_nothing_is_gone(tmp_path):
    with pytest.raises(KeyboardInterrupt), ReportFolder(tmp_path / "a" / "b").reserved():
        assert (tmp_path / "a" / "b").is_dir()
        raise KeyboardInterrupt
    assert contents(tmp_path) == {}


# ── Where nothing can be written ────────────────────────────────────────────────────────────────────────────────


NOWHERE = {
    "a file": "file",
    "below a file": "file/r",
    "a link that leads nowhere": "nowhere",
    "a link to itself": "circle",
    "a folder that is full of other things": "full",
    "a name that is too long": "x" * 300,
    "where nobody can write": "/proc/r",
    "a device": "/dev/null",
}


@posix
@pytest.mark.parametrize("what", NOWHERE)
def test_where_nothing_can_be_written_training_does_not_begin(tmp_path, what, monkeypatch):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "nowhere").symlink_to("nothing")
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    folder = tmp_path / NOWHERE[what]
    before = contents(tmp_path)
    monkeypatch.setattr("nn.cli.experiment", lambda *_, **__: pytest.fail("it was trained"))
    result = train("-o", folder, status=2)
    assert "--output" in result.stderr
    assert contents(tmp_path) == before


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_only_to_be_read(tmp_path):
    a_report(tmp_path / "r")
    (tmp_path / "r").chmod(0o555)
    assert "change its permissions" in train("-o", tmp_path / "r", status=2).stderr


# ── What comes into the way later ───────────────────────────────────────────────────────────────────────────────


def test_what_comes_into_the_way_while_it_is_trained_stays_and_the_report_goes_beside(tmp_path, monkeypatch):
    folder = a_report(tmp_path / "r")
    honest = report.summary
    monkeypatch.setattr("nn.app.report.summary", lambda run: (folder / "model.json").write_text("mine") and honest(run))
    train("-o", folder)
    assert (folder / "model.json").read_text() == "mine"
    assert Predictor.load(tmp_path / "r-2" / "model.json") and (tmp_path / "r-2" / "report.html").exists()


@pytest.mark.parametrize("part", ["figures_of", "report_page", "film_of", "network_picture"])
@pytest.mark.filterwarnings("ignore:there is no page")
def test_a_trained_network_is_not_lost_for_a_picture(tmp_path, monkeypatch, part):
    def failing(*_, **__):
        raise MemoryError("no room for a picture")

    monkeypatch.setattr(report, part, failing)
    result = train("-o", tmp_path / "r", status=1)
    assert result.stderr == "" or "Traceback" not in result.stderr
    assert Predictor.load(tmp_path / "r" / "model.json") and (tmp_path / "r" / "history.csv").exists()
    monkeypatch.undo()
    train("-o", tmp_path / "r")


def test_a_disk_that_is_full_in_the_end(tmp_path, monkeypatch):
    folder = tmp_path / "r"
    write = report_folder.write_whole

    def full(path, content, **options):
        if Path(path).parent == folder and Path(path).name != SUMMARY:
            raise OSError(28, "No space left on device", str(path))
        write(path, content, **options)

    monkeypatch.setattr(report_folder, "write_whole", full)
    with pytest.warns(UserWarning, match="cannot be written to") as caught:
        train("-o", folder)
    elsewhere = str(caught[0].message).rpartition(" ")[2]
    assert Predictor.load(Path(elsewhere) / "model.json")


KILLED = """
import os, sys
from nn.app.report_folder import ReportFolder
left = int(sys.argv[2])
real = os.replace
def replace(a, b):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), 9)
    real(a, b)
os.replace = replace
files = {name: "second " + name for name in ("model.json", "history.csv", "report.html")}
ReportFolder(sys.argv[1]).put(files, {"text": "second"}, anew=True)
"""


@posix
@pytest.mark.parametrize("before", [False, True])
def test_a_process_killed_at_any_file_leaves_a_report_that_can_be_replaced(tmp_path, before):
    for left in range(6):
        folder = a_report(tmp_path / str(left)) if before else tmp_path / str(left)
        if before:
            (folder / "thesis.txt").write_text("mine")
        done = subprocess.run([sys.executable, "-c", KILLED, str(folder), str(left)], check=False)
        assert done.returncode == (-signal.SIGKILL if left < 5 else 0)
        ReportFolder(folder).check()
        if left and (folder / SUMMARY).exists():  # it tells of the files that are there, or that they are not all there
            told, model = json.loads((folder / SUMMARY).read_text()), folder / "model.json"
            assert told.get("unfinished") or told["text"] == model.read_text().split()[0]
        a_report(folder, text="third")
        assert (folder / "model.json").read_text() == "third model.json"
        assert not before or (folder / "thesis.txt").read_text() == "mine"


@posix
@pytest.mark.parametrize("script", ["exit 1", "echo garbage", "sleep 1000", "kill -9 $$"])
def test_train_with_a_dot_that_does_not_do_what_it_is_for(tmp_path, script):
    dot = tmp_path / "dot"
    dot.write_text(f"#!/bin/sh\n{script}\n")
    dot.chmod(0o755)
    code = "from autograd.show.drawing import graphviz_program as g; g.SECONDS = 1.0; from nn.cli import main; main()"
    command = [sys.executable, "-c", code, *QUICK, "-o", str(tmp_path / "r")]
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert Predictor.load(tmp_path / "r" / "model.json")
    assert "garbage" not in (tmp_path / "r" / "report.html").read_text()
