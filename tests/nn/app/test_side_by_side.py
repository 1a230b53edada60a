"""Folds by other processes and by a cluster have the figures of folds in turn; what is wrong with them is one line."""

import json
import sys

import pytest
from click.testing import CliRunner

from nn.app.experiment import Settings, cross_validate
from nn.app.side_by_side import Helpers
from nn.cli import main
from nn.data.bundled import load

SETTINGS = Settings(hidden=(4,), epochs=4, patience=2)
TRAIN = ["train", "iris", "--hidden", "4", "--epochs", "2", "-q"]
pytestmark = pytest.mark.filterwarnings("ignore")


def folds(**helpers):
    return cross_validate(load("iris"), SETTINGS, 4, verbose=0, helpers=Helpers(**helpers))


def run(*arguments):
    return CliRunner().invoke(main, [*TRAIN, *map(str, arguments)])


def close(found, expected):
    """To rounding: a process that has met a program more often may run it by machine code."""
    assert found.keys() == expected.keys()
    for name, numbers in expected.items():
        assert found[name] == pytest.approx(numbers, rel=1e-9), name


def refused(result, said, folder):
    assert result.exit_code == 2, result.output
    assert result.stderr.count("\n") == 1 and said in result.stderr
    assert not folder.exists()


@pytest.mark.slow
def test_processes_find_the_same():
    close(folds(workers=2), folds())


@pytest.mark.slow
def test_a_cluster_finds_the_same(tmp_path):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        close(folds(scheduler=cluster.scheduler_address), folds())
        result = run("--folds", 3, "--json", "-o", tmp_path / "r", "--scheduler", cluster.scheduler_address)
    assert result.exit_code == 0 and json.loads(result.stdout)["folds"]["accuracy"]


@pytest.mark.slow
def test_a_scheduler_without_workers(tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr("nn.cluster.workers.SECONDS_TO_ANSWER", 0.5)
    with distributed.LocalCluster(n_workers=0, dashboard_address=None) as cluster:
        result = run("--folds", 3, "--scheduler", cluster.scheduler_address, "-o", tmp_path / "r")
    refused(result, "has no workers", tmp_path / "r")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--workers", 2], "give --folds, too"),
        (["--scheduler", "tcp://127.0.0.1:1"], "give --folds, too"),
        (["--folds", 3, "--workers", 2, "--scheduler", "tcp://127.0.0.1:1"], "give one of them"),
    ],
)
def test_what_does_not_go_together(arguments, said, tmp_path):
    refused(run(*arguments, "-o", tmp_path / "r"), said, tmp_path / "r")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nowhere", "tcp://"])
def test_a_scheduler_that_is_away(address, tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("nn.cluster.workers.SECONDS_TO_ANSWER", 0.5)
    result = run("--folds", 3, "--scheduler", address, "-o", tmp_path / "r")
    refused(result, f"no Dask scheduler answers at '{address}'", tmp_path / "r")


def test_without_dask_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = run("--folds", 3, "--scheduler", "tcp://127.0.0.1:1", "-o", tmp_path / "r")
    refused(result, "pip install 'chalkgrad[dask]'", tmp_path / "r")
