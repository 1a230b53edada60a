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
