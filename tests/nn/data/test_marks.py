"""Texts that stand for a missing cell by `--na`: they do so however they are written, in other rows, and elsewhere."""

import json
import math

import numpy as np
import pytest
from click.testing import CliRunner

from nn.cli import main
from nn.data.csv_file import CsvForm, read_csv
from nn.data.dataset import dataset_of, load_csv
from nn.data.preprocessing import Preprocessor
from nn.data.table import table_of
from nn.predictor import Predictor

MARKS = ("-999", "unknown")


@pytest.mark.parametrize("delimiter, cells", [
    (",", ["-999", "-999.0", "-999.00", "-9.99e2", "unknown", "NA"]),
    (";", ["-999", "-999,0", "-999,00", "unknown", ""]),
])  # fmt: skip
def test_a_number_that_stands_for_nothing_does_so_however_it_is_written(tmp_path, delimiter, cells):
    written = [*cells, "2.5" if delimiter == "," else "2,5", "999", "-998", "-9990"]
    path = tmp_path / "a.csv"
    path.write_text(f"x{delimiter}y\n" + "".join(f"{cell}{delimiter}{i}\n" for i, cell in enumerate(written)))
    column = read_csv(path, CsvForm(missing=MARKS)).column("x")
    assert column.missing == tuple(range(len(cells)))
    assert column.numbers()[len(cells) :] == [2.5, 999.0, -998.0, -9990.0]


def test_of_names_only_the_text_does():
    table = table_of([{"zip": cell, "y": 1} for cell in ("07", "7", "7.0", "x", "y", "z")]).with_marks(["7"])
    assert table.texts("zip") == ["07", None, "7.0", "x", "y", "z"]
    table = table_of([{"zip": cell, "y": 1} for cell in ("07", "7", "8", 7, 7.0, np.float64(7.0))]).with_marks(["7"])
    assert table.numbers("zip")[:1] == [7.0] and table.column("zip").missing == (1, 3, 4, 5)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder of a network that was trained with marks."""
    folder = tmp_path_factory.mktemp("marks")
    rng = np.random.default_rng(1)
    lines = ["x,hue,y"]
    for _ in range(60):
        x, hue = rng.uniform(0, 9), ["red", "blue", "unknown"][int(rng.integers(3))]
        lines.append(f"{'-999' if rng.uniform() < 0.2 else f'{x:.3f}'},{hue},{2.0 * x:.3f}")
    (folder / "a.csv").write_text("\n".join(lines) + "\n")
    words = ["train", str(folder / "a.csv"), "-t", "y", "--epochs", "20", "-q", "-o", str(folder / "run")]
    done = CliRunner().invoke(main, [*words, *(word for mark in MARKS for word in ("--na", mark))])
    assert done.exit_code == 0, done.output
    return folder / "run"


ROWS = [
    {"x": x, "hue": hue} for x in (-999, -999.0, "-999", "unknown", "", None, math.nan) for hue in ("unknown", "", None)
]


def test_who_asks_need_not_say_it_again(run, tmp_path):
    trained = Predictor.load(run)
    assert trained.prepare.marks == MARKS
    found = trained.ask(ROWS)
    assert len(set(found.answers)) == 1
    assert any(f"{len(ROWS)} missing cells filled with the median" in note for note in found.notes)
    assert found.answers != trained.ask([{"x": -998, "hue": "unknown"}] * len(ROWS)).answers
    (tmp_path / "new.csv").write_text("x,hue,y\n-999,unknown,1\n-999.00,,2\n,unknown,-999\n5,red,3\n")
    done = CliRunner().invoke(main, ["predict", str(run), str(tmp_path / "new.csv")])
    lines = [line.split(",") for line in done.stdout.splitlines()[1:]]
    assert len({line[-1] for line in lines[:3]}) == 1 and float(lines[0][-1]) == found.answers[0]
    assert [line[:3] for line in lines[:2]] == [["-999", "unknown", "1"], ["-999.00", "", "2"]]  # as they were given
    done = CliRunner().invoke(main, ["evaluate", str(run), str(tmp_path / "new.csv"), "--json"])
    assert "1 row without 'y' left out" in done.stderr and "3 rows" in json.loads(done.stdout)


def test_the_marks_come_back_with_the_preparation(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n" + "".join(f"{i},{i}.5\n" for i in range(30)) + "-1,2.5\n")
    prepare = Preprocessor.fit(load_csv(tmp_path / "a.csv", "y", CsvForm(missing=["-1"])).take(range(31)))
    again = Preprocessor.from_dict(json.loads(json.dumps(prepare.to_dict())))
    assert again.marks == ("-1",) and again.transform([{"x": -1.0}]) == prepare.transform([{"x": None}])
    assert "marks" not in Preprocessor.fit(dataset_of([{"x": i, "y": i / 2} for i in range(9)], "y")).to_dict()
    with pytest.raises(ValueError, match="damaged"):
        Preprocessor.from_dict({**prepare.to_dict(), "marks": [1]})
