"""Columns of any size are scaled, or refused: never left as they are."""

import math
import random

import numpy
import pytest

from nn.data.dataset import dataset_of
from nn.data.messages import DataError
from nn.data.preprocessing import Preprocessor
from nn.data.table import table_of

RANDOM = random.Random(1)
Z = [RANDOM.gauss(0.0, 1.0) for _ in range(40)]


def column(numbers, target="ab"):
    return table_of([{"x": x, "y": target[i % 2]} for i, x in enumerate(numbers)])


@pytest.mark.parametrize("exponent", [-1015, -700, -565, -540, -300, -20, 0, 20, 300, 510, 560, 700, 1018])
def test_scaled_numbers_do_not_depend_on_the_unit(exponent):
    plain, other = column(Z), column([math.ldexp(z, exponent) for z in Z])
    expected = Preprocessor.fit(dataset_of(plain, "y")).input_array(plain)
    prepare = Preprocessor.fit(dataset_of(other, "y"))
    numpy.testing.assert_allclose(prepare.input_array(other), expected, rtol=0.0, atol=2e-15)
    again = Preprocessor.from_dict(prepare.to_dict())
    assert numpy.array_equal(again.input_array(other), prepare.input_array(other))


@pytest.mark.parametrize("exponent", [-1015, -565, 560, 1018])
def test_so_do_targets(exponent):
    rows = table_of([{"x": i, "y": math.ldexp(z, exponent)} for i, z in enumerate(Z)])
    prepare = Preprocessor.fit(dataset_of(rows, "y"))
    scaled = prepare.transform_target(rows)
    assert math.fsum(z * z for z in scaled) / len(Z) == pytest.approx(1.0)
    assert prepare.answers([[z] for z in scaled]) == pytest.approx([math.ldexp(z, exponent) for z in Z])


@pytest.mark.parametrize("level", [1.7e9, 1e15])
def test_small_differences_at_a_high_level_are_scaled(level):
    numbers = [level + (i % 5) * math.ulp(level) for i in range(40)]
    scaled = Preprocessor.fit(dataset_of(column(numbers), "y")).input_array(column(numbers))
    assert scaled.std() == pytest.approx(1.0)


@pytest.mark.parametrize("numbers, how", [([1.7e308, -1.7e308], "large"), ([5e-324, 1e-323], "small")])
def test_what_cannot_be_scaled_is_refused(numbers, how):
    with pytest.raises(DataError, match=f"column 'x' are too {how} to be scaled"):
        Preprocessor.fit(dataset_of(column(numbers), "y"))


def test_a_row_too_far_away_is_refused_by_row_and_column():
    prepare = Preprocessor.fit(dataset_of(column([z * 1e-200 for z in Z]), "y"))
    with pytest.raises(DataError, match=r"line 2, column 'x': 1e\+200 is too far from the mean"):
        prepare.transform([{"x": 0.0}, {"x": 1e200}])
