"""Exercises of every level: never degenerate, never ambiguous, the same for a seed, others for other students."""

import pytest

from autograd import Value
from autograd.graph import leaves, topological_order
from autograd.show.practising.answers import judged
from autograd.show.practising.exercises import EXERCISE_LEVELS, coincidences_of, exercise
from autograd.show.practising.good_numbers import DIGITS, confused, other_numbers, over_numbers
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
        always = coincidences_of(level, made.expression, "steps")
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


# ── Other numbers for a graph ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("level", EXERCISE_LEVELS)
def test_other_numbers_are_as_good_and_always_the_same(level):
    root = exercise(level, seed=11).root
    found = list(other_numbers(root, 4))
    assert len(found) == 4
    assert len({tuple(leaf.data for leaf in leaves(other)) for other in [root, *found]}) == 5
    shape = [(node.op, node.label) for node in topological_order(root)]
    always = coincidences_of(level, exercise(level, seed=11).expression, "steps")
    for other, again in zip(found, other_numbers(root, 4), strict=True):
        assert [leaf.data for leaf in leaves(other)] == [leaf.data for leaf in leaves(again)]
        assert [(node.op, node.label) for node in topological_order(other)] == shape
        for question, structural in zip(questions(other, "steps", digits=DIGITS), always, strict=True):
            assert 0.01 <= abs(question.right) < 1_000 and confused(question) <= structural


def test_a_class_and_a_number_without_a_label_stay():
    x, w, y = (Value(data, label=label) for data, label in ((0.5, "x"), (0.7, "w"), (1.0, "y")))
    p = (w * x + 0.25).sigmoid()
    for other in other_numbers(-(y * p.log()), 3):
        by_label = {leaf.label: leaf.data for leaf in leaves(other)}
        assert by_label["y"] == 1.0 and by_label[""] == 0.25 and by_label["w"] != 0.7


def test_where_no_numbers_are_good_there_are_none():
    x = Value(0.5, label="x")
    assert list(other_numbers(x * 0.0, 3)) == []  # whatever they are, nothing flows back
    assert list(other_numbers(Value(1.0) * Value(2.0), 3)) == []
    many = sum(Value(0.1 * k, label=f"x{k}") for k in range(80))
    assert list(other_numbers(many, 3)) == []


def test_the_same_graph_over_other_numbers():
    x, w = Value(2.0, label="x"), Value(3.0, label="w")
    y = (x * w).tanh()
    y.label = "y"
    other = over_numbers(y, {x: 0.5})
    assert other.label == "y" and other.data == (Value(0.5) * 3.0).tanh().data and y.data != other.data
    with pytest.raises(ValueError, match="log"):
        over_numbers(x.log(), {x: -1.0})
