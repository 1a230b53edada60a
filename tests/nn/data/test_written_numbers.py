"""Numbers as people write them: a typographical minus is a minus; what is dressed up is said to be taken for names."""

import pytest

from nn.data import read_csv
from nn.data.dataset import dataset_of
from nn.data.preprocessing import Preprocessor
from nn.data.selection import notes_on_dressed


def table(tmp_path, cells, delimiter=";"):
    path = tmp_path / "t.csv"
    rows = "".join(f"{cell}{delimiter}{'ab'[place % 2]}\n" for place, cell in enumerate(cells))
    path.write_text(f"x{delimiter}y\n{rows}", encoding="utf-8")
    return read_csv(path)


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["−5", "3", "-2"], [-5.0, 3.0, -2.0]),
        (["−1,5", "2,25", "3"], [-1.5, 2.25, 3.0]),
        (["−1.234,5", "7,25", "NA"], [-1234.5, 7.25, None]),
        (["−1e−3", "2"], [-0.001, 2.0]),
    ],
)
def test_a_minus_is_a_minus(tmp_path, cells, numbers):
    found = table(tmp_path, cells).numbers("x")
    assert [None if number != number else number for number in found] == numbers


@pytest.mark.parametrize("cell", ["{}%", "{} %", "${}", "{} €", "({})", "1 {}00", "1'{}00", "1_{}00", "-${}", "{}.5%"])
def test_what_is_dressed_up_is_said_to_be_taken_for_names(tmp_path, cell):
    data = dataset_of(table(tmp_path, [cell.format(1 + place % 5) for place in range(60)]), "y")
    (note,) = (note for note in Preprocessor.fit(data).notes if "names of categories" in note)
    assert cell.format(1) in note and "without %" in note


def test_what_is_quoted_is_dressed(tmp_path):
    cells = ["3", "1,5", "$12"] + [str(place % 9) for place in range(57)]
    (note,) = notes_on_dressed(table(tmp_path, cells).column("x").as_kind("category"))
    assert "'$12'" in note


@pytest.mark.parametrize(
    "cell",
    [
        "a{}",
        "2020-01-{}",
        "{}-5",
        "{}:30",
        "192.168.0.{}",
        "+49 (30) {}",
        "1080{}",
        "00{}",
        "1,{}",
        "1.{}",
        "-{}",
        "−{}",
    ],
)
def test_of_other_names_nothing_is_said(tmp_path, cell):
    data = dataset_of(table(tmp_path, [cell.format(1 + place % 5) for place in range(60)]), "y", categories=["x"])
    assert not [note for note in Preprocessor.fit(data).notes if "names of categories" in note]
