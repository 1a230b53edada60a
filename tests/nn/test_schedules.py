"""Schedules: their shapes."""

import math

import pytest

from nn import schedules


def test_shapes_of_the_schedules():
    assert {schedules.constant(0.3)(step) for step in (0, 7, 10**6)} == {0.3}
    decay = schedules.step_decay(0.8, factor=0.5, every=3)
    assert [decay(step) for step in range(7)] == [0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.2]
    wave = schedules.cosine(1.0, steps=4, final=0.2)
    assert [wave(step) for step in (0, 2, 4, 100)] == pytest.approx([1.0, 0.6, 0.2, 0.2])
    assert wave(1) == pytest.approx(0.2 + 0.4 * (1.0 + math.sqrt(0.5)))
    rising = schedules.warm_up(schedules.exponential(0.4, factor=0.5), steps=4)
    assert [rising(step) for step in range(6)] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.4, 0.2])
    assert schedules.exponential(0.1, factor=0.5)(10**6) == 0.0


MADE = {
    schedules.constant: {"rate": 0.1},
    schedules.step_decay: {"rate": 0.1, "factor": 0.5, "every": 10},
    schedules.exponential: {"rate": 0.1, "factor": 0.5},
    schedules.cosine: {"rate": 0.1, "steps": 10, "final": 0.05},
    schedules.warm_up: {"schedule": 0.1, "steps": 10},
}
WRONG = {
    "rate": [0.0, -0.1, math.nan, math.inf, "0.1", True],
    "schedule": [0.0, math.nan, "0.1"],
    "factor": [0.0, -0.5, 1.5, math.nan, "0.5"],
    "every": [0, -1, 2.5, True],
    "steps": [0, -1, 2.5, True],
    "final": [-0.01, 0.11, math.nan],
}
SETTINGS = [(made, name, wrong) for made, settings in MADE.items() for name in settings for wrong in WRONG[name]]


@pytest.mark.parametrize("made, name, wrong", SETTINGS)
def test_each_setting_is_checked_by_its_name(made, name, wrong):
    assert 0.0 < made(**MADE[made])(0) <= 0.1
    with pytest.raises((ValueError, TypeError), match="rate" if name == "schedule" else name):
        made(**{**MADE[made], name: wrong})


def test_the_ends_of_what_may_be_set_are_in_it():
    assert schedules.cosine(0.1, steps=1, final=0.1)(1) == schedules.cosine(0.1, steps=1, final=0.1)(0) == 0.1
    assert schedules.cosine(0.1, steps=1)(1) == 0.0
    assert schedules.exponential(0.1, factor=1.0)(7) == schedules.step_decay(0.1, factor=1.0, every=1)(7) == 0.1
    assert [schedules.warm_up(0.1, steps=1)(step) for step in (0, 1, 2)] == [0.1] * 3


def test_what_a_schedule_is_without_settings():
    decay = schedules.step_decay(0.8)
    assert [decay(step) for step in (0, 99, 100, 199, 200)] == [0.8, 0.8, 0.4, 0.4, 0.2]
    assert schedules.exponential(1.0)(1000) == pytest.approx(1 / math.e, rel=1e-3)  # (1 − 1/n)ⁿ
