"""Exercises of every level: never degenerate, never ambiguous, the same for a seed, others for other students."""

import pytest

from autograd.graph import leaves, topological_order
from autograd.show.practising.answers import judged
from autograd.show.practising.exercises import DIGITS, EXERCISE_LEVELS, coincidences, confused, exercise
from autograd.show.practising.questions import MODES, questions
from autograd.show.practising.wording import Sheet
from autograd.show.writing.numbers import number

SOME, ALL = range(60), range(60, 1_000)


@pytest.mark.parametrize("seeds", [SOME, pytest.param(ALL, marks=pytest.mark.slow)])
@pytest.mark.parametrize("level", EXERCISE_LEVELS)
def test_no_exercise_is_degenerate_or_ambiguous(level, seeds):
    for seed in seeds:
        made = exercise(level, seed=seed)
        asked = questions(made.root, "steps", digits=DIGITS)
        always = coincidences(level, made.expression, "steps")
        assert len(asked) == len(always) > 0
        for question, structural in zip(asked, always, strict=True):
            assert 0.01 <= abs(question.right) < 1_000
            assert confused(question) <= structural
        assert all(len(f"{leaf.data:g}".strip("-")) <= 3 for leaf in leaves(made.root))
        if level < 5:
            assert all(len(number(q.right, 6).text.replace("−", "").replace(".", "")) <= 6 for q in asked)


@pytest.mark.parametrize("level", EXERCISE_LEVELS)
@pytest.mark.parametrize("mode", MODES)
def test_every_mode_can_be_asked_of_every_level(level, mode):
    for seed in range(5):
        made = exercise(level, seed=seed, mode=mode)
        labels = [leaf.label for leaf in leaves(made.root) if leaf.label]
        for asked in Sheet(made.root, mode=mode, learn=labels).asked:
            assert asked.solution.text
            for slip in asked.question.slips:
                assert slip.mistake in judged(asked.question, slip.number).mistakes or mode == "gradients"


def test_the_levels_grow():
    sizes = [max(len(topological_order(exercise(level, seed=s).root)) for s in range(20)) for level in EXERCISE_LEVELS]
    assert sizes[0] < sizes[1] < sizes[2] < sizes[5] < sizes[6] < sizes[7]


def test_a_student_has_the_same_graph_and_other_numbers():
    ada, bob = exercise(6, seed=3, student="Ada"), exercise(6, seed=3, student="Bob")
    assert ada.expression == bob.expression and ada.values != bob.values
    assert ada.values == exercise(6, seed=3, student="Ada").values
    assert len({exercise(6, seed=seed).expression for seed in range(20)}) > 1


def test_there_is_no_ninth_level():
    with pytest.raises(ValueError, match="level is 1 to 8, not 9"):
        exercise(9)
