"""Labels and categories that are numbers: no two texts become one class in silence."""

import numpy as np
import pytest

from nn.data.csv_file import read_csv
from nn.data.dataset import dataset_of
from nn.data.preprocessing import Preprocessor
from nn.data.table import table_of

BIG = 2**53


def data(labels, **options):
    return dataset_of(table_of([{"x": i, "y": label} for i, label in enumerate(labels * 4)]), "y", **options)


@pytest.mark.parametrize(
    "labels, classes",
    [
        (["007", "7"], ("007", "7")),
        (["01234", "1234", "98765"], ("01234", "1234", "98765")),
        (["00", "0"], ("0", "00")),
        ([str(BIG), str(BIG + 1)], (str(BIG), str(BIG + 1))),
        ([BIG, BIG + 1], (str(BIG), str(BIG + 1))),
        (["0.1", "0.1000000000000000055"], ("0.1", "0.1000000000000000055")),
        (["-01", "-1", "1"], ("-01", "-1", "1")),
        (["1e400", "1e401"], ("1e400", "1e401")),
        ([True, False], ("False", "True")),
        (["1", "2", "10"], ("1", "2", "10")),
        (["1.0", "2.0"], ("1", "2")),
        ([1, 2.0], ("1", "2")),
        (["1,5", "2,25"], ("1.5", "2.25")),
    ],
)
def test_labels_keep_their_text_where_a_number_would_not_print_it(labels, classes):
    found = data(labels, task="classification")
    assert found.classes == classes
    assert len({tuple(found.targets[i :: len(labels)]) for i in range(len(labels))}) == len(labels)


@pytest.mark.parametrize(
    "labels",
    [
        ["7", "7.0", "8"],
        ["1e1", "10", "3"],
        ["+5", "5", "6"],
        ["1,5", "1,50", "2,0"],
        ["0", "-0", "1"],
        ["-0.0", "0.0", "-1"],
    ],
)
def test_two_spellings_of_one_number_are_one_class_and_that_is_said(labels):
    found = data(labels, task="classification")
    assert len(found.classes) == 2
    assert any(f"{labels[0]} and {labels[1]} were taken for the same class" in note for note in found.notes)


@pytest.mark.parametrize("kind", [float, np.float64, np.float32, np.float16, int, np.int8, str])
def test_a_category_is_what_stands_in_a_file_whatever_kind_of_number_it_is_given_as(kind):
    rows = [{"zip": kind(n), "n": i, "y": 0.5 * i} for i, n in enumerate([0, 2, 10] * 4)]
    assert dataset_of(table_of(rows), "y", categories=["zip"]).table.texts("zip") == ["0", "2", "10"] * 4


def test_the_verdict_says_that_labels_are_names():
    found = data(["007", "7", "12"])
    assert found.verdict == "classification: 'y' has 3 different names such as '007'" and not found.numeric


def test_post_codes_keep_their_zeros_as_categories_and_are_noted_as_numbers(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("zip,n,y\n" + "01234,5,a\n1234,6,b\n" * 10)
    assert Preprocessor.fit(dataset_of(read_csv(path), "y", categories=["zip"])).inputs == [
        "n",
        "zip=01234",
        "zip=1234",
    ]
    assert dataset_of(read_csv(path), "y").notes == ("column 'zip': 01234 was read as 1234.0",)


def test_a_label_in_other_words_is_none_of_the_classes():
    prepare = Preprocessor.fit(data(["7", "8"]))
    assert prepare.transform_target(table_of([{"y": "7.0"}, {"y": 8}])) == [0, 1]
    with pytest.raises(ValueError, match="the target is '007', which is none of '7', '8'"):
        prepare.transform_target(table_of([{"y": "007"}]))
