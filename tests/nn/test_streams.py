"""Every command with every stream that cannot be written to: what it has to write is there, and the status tells."""

import os
import subprocess
import sys

import pytest

from nn import MLP, Adam, Trainer
from nn.app.experiment import Settings, experiment
from nn.basics.streams import Unfailing
from nn.data.bundled import load
from nn.predictor import Predictor

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes, devices and closed descriptors as POSIX has them")
COMMANDS = {  # of each, its words, and the files that it writes
    "train": (["train", "iris", "--hidden", "2", "--epochs", "1", "-o", "r"], ["r/model.json", "r/report.html"]),
    "train --folds": (["train", "iris", "--hidden", "", "--epochs", "1", "--folds", "2", "-o", "r"], ["r/model.json"]),
    "train --json": (["train", "iris", "--hidden", "2", "--epochs", "1", "--json", "-o", "r"], ["r/model.json"]),
    "predict": (["predict", "m.json", "rows.csv"], []),
    "predict --json": (["predict", "m.json", "rows.csv", "--json"], []),
    "data": (["data"], []),
    "plot": (["plot", "descent"], ["descent.svg"]),
    "explain": (["explain", "x*w", "x=2", "w=3", "--html", "a.html", "--svg", "a.svg"], ["a.html", "a.svg"]),
    "practice": (["practice"], []),
    "practice --key": (["practice", "--key", "--html", "a.html", "--print", "b.html"], ["a.html", "b.html"]),
    "--help": (["--help"], []),
    "--version": (["--version"], []),
    "train --help": (["train", "--help"], []),
}  # fmt: skip
STREAMS = {  # of each, how a shell leads them, and the status then
    "its reader has gone": ("| true", 141),
    "its reader goes after a line": ("| head -1", None),  # or 0, if all is written before
    "it is full": (">/dev/full", 2),
    "it is closed": (">&-", 2),
    "both are full": (">/dev/full 2>/dev/full", 2),
    "both are closed": (">&- 2>&-", 2),
    "all are closed": (">&- 2>&- <&-", 2),
    "stderr is closed": (">/dev/null 2>&-", 0),
    "stderr is full": (">/dev/null 2>/dev/full", None),  # 2 if there was something to say
    "stderr's reader has gone": ("2>&1 >/dev/null | true", None),
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    run = experiment(load("iris"), Settings(hidden=(), epochs=1), verbose=0)
    run.trained.save(folder / "m.json")
    (folder / "rows.csv").write_text(f"{','.join(run.trained.prepare.inputs)}\n" + "1,2,3,4\n" * 9)
    return folder


FIRST = ["its reader has gone", "it is full", "both are closed"]


@pytest.mark.parametrize("command", ["train", "predict", "data", "plot", "explain", "practice", "--help"])
def test_no_stream_ends_a_command_and_the_status_tells(command, tmp_path, trained):
    check(command, FIRST, tmp_path, trained)


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_every_stream_that_fails_under_every_command(command, tmp_path, trained):
    check(command, STREAMS, tmp_path, trained)


def check(command, ways, tmp_path, trained):
    words, files = COMMANDS[command]
    for number, how in enumerate(ways):
        leads, status = STREAMS[how]
        here = tmp_path / str(number)
        here.mkdir()
        for name in ("m.json", "rows.csv"):
            (here / name).write_bytes((trained / name).read_bytes())
        script = f'set -o pipefail; "$0" -m nn "$@" {leads}'
        done = subprocess.run(
            ["bash", "-c", script, sys.executable, *words], cwd=here, capture_output=True, text=True, timeout=120,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        assert done.returncode in ({status} if status is not None else {0, 2, 141}), (how, done.stderr)
        assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr, (how, done.stderr)
        lines = [line for line in done.stderr.splitlines() if line.startswith("chalkgrad:")]
        assert len(lines) == (done.returncode == 2 and "2>" not in leads), (how, done.stderr)
        for name in files:
            assert (here / name).stat().st_size > 100, how
        if "r/model.json" in files:
            assert Predictor.load(here / "r/model.json")


class Failing:
    """A stream whose writes or whose flushes fail from some call on."""

    encoding = "utf-8"

    def __init__(self, error, after):
        self.error, self.after = error, after

    def write(self, text):
        self.after -= 1
        if self.after < 0:
            raise self.error

    def __repr__(self):
        return f"{self.error!r} after {self.after}"

    flush = lambda self: self.write("")  # noqa: E731
    isatty = lambda self: False  # noqa: E731


@pytest.mark.parametrize("verbose", [0, 1, 2])
@pytest.mark.parametrize("stream", [None, *(Failing(error, after) for error in (
    BrokenPipeError(32, "Broken pipe"), OSError(28, "full"), OSError(5, "gone"), ValueError("closed file"))
    for after in (0, 1, 4))], ids=str)  # fmt: skip
def test_no_progress_bar_ends_a_training(monkeypatch, verbose, stream):
    monkeypatch.setattr(sys, "stderr", stream)
    trainer = Trainer(MLP(1, [1], rng=1), "mean_squared_error", Adam(0.1))
    assert trainer.fit([[0.0], [1.0]], [0.0, 1.0], epochs=3, verbose=verbose, rng=1).epochs == 3


def test_nothing_more_is_written_to_a_stream_that_has_failed():
    stream = Failing(OSError(28, "full"), 2)
    unfailing = Unfailing(stream)
    for _ in range(5):
        assert unfailing.write("abc") == 3
        unfailing.flush()
    assert stream.after == -1 and unfailing.failure.errno == 28
