"""Columns that tell the target are remarked on, and columns that only help are not."""

import math
import random

import pytest

from nn.data.bundled import DATASETS, load
from nn.data.dataset import dataset_of
from nn.data.giveaways import giveaways

N = 200
TARGETS = [int(random.Random(7 * i).random() < 0.3) for i in range(N)]


def data(column, targets=None, **options):
    targets = [["no", "yes"][t] for t in TARGETS] if targets is None else targets
    return dataset_of([{"x": i % 7, "c": c, "y": y} for i, (c, y) in enumerate(zip(column, targets))], "y", **options)


NUMBERS = [random.Random(i).random() for i in range(N)]


@pytest.mark.parametrize(
    "column",
    [
        [["alive", "dead"][t] for t in TARGETS],
        [f"code {t}{i % 3}" for i, t in enumerate(TARGETS)],
        TARGETS,
        [10.0 * t + x for t, x in zip(TARGETS, NUMBERS)],
        [x if t else None for t, x in zip(TARGETS, NUMBERS)],
        [None if t else "here" for t in TARGETS],
    ],
)
def test_a_column_that_tells_every_answer_is_named(column):
    (note,) = giveaways(data(column))
    assert note.startswith("column 'c' alone tells 'y' in every row")


@pytest.mark.parametrize(
    "column",
    [
        NUMBERS,
        [t + x for t, x in zip(TARGETS[1:] + TARGETS[:1], NUMBERS)],
        [f"name {i}" for i in range(N)],
        [1.0 + (i == 5) if t == 0 else 2.0 for i, t in enumerate(TARGETS)],
    ],
)
def test_other_columns_are_not(column):
    assert giveaways(data(column)) == []


def test_the_target_in_another_unit():
    assert giveaways(data([3.0 * y - 4.0 for y in NUMBERS], NUMBERS))
    assert not giveaways(data([y + 0.1 * random.Random(1000 + i).random() for i, y in enumerate(NUMBERS)], NUMBERS))
    assert giveaways(data([1e300 * y for y in NUMBERS], NUMBERS))
    assert giveaways(data([-math.log(y) for y in NUMBERS], NUMBERS))


def test_chance_is_not_taken_for_knowledge():
    rng = random.Random(3)
    rows = [{f"c{j}": rng.random() for j in range(500)} | {"y": "yes" if i < 2 else "no"} for i in range(30)]
    assert giveaways(dataset_of(rows, "y")) == []


@pytest.mark.parametrize("name", DATASETS)
def test_no_bundled_set_is_given_away(name):
    assert giveaways(load(name)) == []
