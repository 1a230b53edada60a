"""Every mistake is recognised by what it gives, and never taken for another or for the right answer."""

import math
import random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from scripts import in_node

from autograd import Operation, Value, apply
from autograd.show.practice import practice
from autograd.show.practising.answers import judged, typed_number
from autograd.show.practising.mistakes import TYPICAL_MISTAKES
from autograd.show.practising.practice_page import question_data
from autograd.show.practising.questions import MODES, questions
from autograd.show.practising.wording import MOST_NODES, Sheet
from autograd.show.stepping.player import asset
from autograd.show.stepping.timeline import Timeline
from graphs import diamond, lecture, random_graph

BY_NAME = {mistake.name: mistake for mistake in TYPICAL_MISTAKES}


def practised(seed):
    """A random graph whose leaves are called p0, p1 …"""
    return random_graph(random.Random(seed).randrange(6, 40), seed)


def all_questions(root, digits=3):
    leaves = [node for node in Timeline(root).nodes if not node.parents]
    return [asked for mode in MODES for asked in questions(root, mode, digits=digits, learn=leaves)]


@pytest.mark.parametrize("seed", range(40))
def test_every_mistake_is_recognised_on_random_graphs(seed):
    for asked in all_questions(practised(seed)):
        assert judged(asked, asked.right).kind == "right"
        for slip in asked.slips:
            verdict = judged(asked, slip.number)
            others = {
                other.mistake for other in asked.slips if abs(other.number - slip.number) <= other.tolerance
            }  # which give the same number here
            assert slip.mistake in others
            if len(others) <= 2:
                assert verdict.kind == "mistake" and set(verdict.mistakes) == others
            else:
                assert verdict.kind in {"wrong", "close"}


@pytest.mark.parametrize("mode, right", [("local", "local"), ("steps", "part"), ("gradients", "total")])
def test_the_right_answers_are_those_of_the_timeline(mode, right):
    for seed in range(20):
        root = practised(seed)
        timeline = Timeline(root)
        for asked in questions(root, mode, digits=3):
            if right == "total":
                assert asked.right == pytest.approx(timeline.gradients[asked.node], rel=1e-12)
                continue
            local = asked.source.local_grads[asked.position]
            assert asked.right == (local if right == "local" else timeline.gradients[asked.source] * local)


def test_an_update_is_that_of_gradient_descent():
    root = lecture()
    timeline = Timeline(root)
    leaves = [node for node in timeline.nodes if node.label in {"w1", "b2"}]
    found = questions(root, "update", digits=3, learn=leaves, rate=0.5)
    assert [each.right for each in found] == [leaf.data - 0.5 * timeline.gradients[leaf] for leaf in leaves]


def asked_of(root, mode, label):
    return next(each for each in questions(root, mode, digits=3) if each.node.label == label)


def given_by(asked, name):
    return sorted({slip.number for slip in asked.slips if slip.mistake is BY_NAME[name]})


def test_what_each_mistake_gives_by_hand():
    a, b = Value(3.0, label="a"), Value(5.0, label="b")
    u = a * b
    u.label = "u"
    v = u + a
    v.label = "v"
    root = v**3
    root.label = "L"  # u = 15, v = 18, ∂L/∂v = 3·18² = 972
    cubed = asked_of(root, "local", "v")
    assert given_by(cubed, "the value") == [5832.0]
    assert given_by(cubed, "exponent lost") == [324.0]
    assert given_by(cubed, "at the output") == [3.0 * 5832.0**2]
    product = next(q for q in questions(root, "local", digits=3) if q.node.label == "a" and q.source.label == "u")
    assert given_by(product, "operands mixed up") == [3.0]
    assert given_by(product, "sign lost") == [-5.0]
    step = next(q for q in questions(root, "steps", digits=3) if q.node.label == "a" and q.source.label == "u")
    assert step.right == 972.0 * 5.0
    assert given_by(step, "nothing from above") == [5.0]
    assert given_by(step, "no local derivative") == [972.0]
    assert given_by(step, "added") == [977.0]
    whole = asked_of(root, "gradients", "a")
    assert whole.right == 972.0 * 6.0
    assert given_by(whole, "a use forgotten") == [972.0, 4860.0]


def test_an_old_value_is_the_sum_before_its_last_part():
    root = diamond()  # c = b + b, b = a + a: 1 of 2 has arrived when the first part has
    asked = questions(root, "steps", digits=3)[-1]
    assert asked.right == 2.0 and given_by(asked, "an old value") == [1.0]


def test_a_derivative_at_the_wrong_place():
    x = Value(0.5, label="x")
    root = x.sigmoid()
    s = root.data
    asked = asked_of(root, "local", "x")
    assert given_by(asked, "at the input") == [0.25]  # x(1 − x)
    again = 1.0 / (1.0 + math.exp(-s))
    assert given_by(asked, "at the output") == pytest.approx([again * (1.0 - again)])


def test_what_comes_from_rounded_numbers_is_right():
    """Who computes with the numbers that are shown comes to an answer that is accepted."""
    for seed in range(30):
        for asked in Sheet(practised(seed), mode="steps").asked:
            local = asked.question.source.local_grads[asked.question.position]
            above = asked.question.right / local if local else 0.0
            product = float(f"{above:.3g}") * float(f"{local:.3g}")
            assert judged(asked.question, product).kind == "right"


def test_an_answer_that_was_rounded_too_soon_is_called_close():
    asked = asked_of(lecture(), "steps", "w2")  # 0.0679
    assert judged(asked, 0.07).kind == "close"
    assert judged(asked, 7.0).kind == "wrong"


def test_a_rule_of_ones_own_that_asks_for_numbers_is_asked_about_all_the_same():
    def steep(m, y, x):
        if x > 100.0:
            raise ValueError("too much")
        return (200.0,)

    mine = Operation("mine", lambda m, x: 200.0 * x, steep)
    x = Value(2.0, label="x")
    asked = questions(apply(mine, x), "local", digits=3)
    assert [each.right for each in asked] == [200.0]  # whose rule raises at its output


def test_what_cannot_be_asked_is_an_error():
    x = Value(2.0, label="x")
    with pytest.raises(ValueError, match="nothing to ask"):
        practice(x)
    with pytest.raises(ValueError, match="mode is one of"):
        practice(x * x, mode="forward")
    with pytest.raises(ValueError, match=f"nobody practises on more than {MOST_NODES}"):
        practice(random_graph(MOST_NODES + 50))
    with pytest.raises(ValueError, match="learn names 'w'"):
        practice(x * x, mode="update", learn=["w"])


# ── What is typed ───────────────────────────────────────────────────────────────────────────────────────────────────

TYPED = [
    "1",
    " 0.25 ",
    "1/3",
    "-1/3",
    "0,25",
    "−2,5",
    "0.5*2-1",
    "2^3",
    "2**-1",
    "-2^2",
    "2^3^2",
    "(1+2)*3",
    "1e-3",
    "+4",
]
TYPED += ["2·10^-3", "3×4", "6:4", "1.5E2", ".5", "5.", "--3", "2*-3", "1 - 2 - 3", "8/4/2"]
NO_NUMBER = [
    "",
    "x",
    "sqrt(2)",
    "1 2",
    "1/0",
    "(1",
    "1)",
    "1.2.3",
    "e",
    "1e",
    "__import__('os')",
    "1;2",
    "*3",
    "9**9**9",
    "2e",
]
NO_NUMBER += ["()", "1,2,3", "0x10", "∞", "nan", "1_000", "9" * 400]


@pytest.mark.parametrize("text", NO_NUMBER)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match="is no number"):
        typed_number(text)


def scripted(source, data):
    return in_node(f"{asset('autograd.show.practising/answers.js')}\n{source}", data)


def test_the_page_reads_answers_as_the_terminal_does():
    on_page = scripted("const answer = (given) => given.map(typedAnswer);", TYPED + NO_NUMBER)
    assert on_page[: len(TYPED)] == [typed_number(text) for text in TYPED]
    assert all(math.isnan(x) for x in on_page[len(TYPED) :]), list(zip(NO_NUMBER, on_page[len(TYPED) :], strict=True))


#: What random answers are made of: numbers, signs, blanks, and what looks like them.
ARITHMETIC = ["0", "1", "2.5", "7", "1e-3", "1e200", "+", "-", "*", "/", "^", "**", "(", ")", " ", ","]
PIECES = [
    *"0123456789.,eE+-−–*×·/:÷^() \t",
    "**",
    "1/3",
    "2.5",
    "0",
    "10^",
    "1e-3",
    "e999",
    "\u00a0",
    "\u2009",
    "\u2003",
]
PIECES += ["x", "٣", "½", "∞", "\ufeff", "\x1f", "\x85", "\n", "_", "π"]


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.sampled_from([ARITHMETIC, PIECES])
        .flatmap(lambda some: st.lists(st.sampled_from(some), max_size=9))
        .map("".join),
        min_size=300,
        max_size=300,
    )
)
@example(
    [
        *TYPED,
        *NO_NUMBER,
        "(1/0)^0",
        "0*(1/0)",
        "(-8)^0.5",
        "1e999^-1",
        "2^^3",
        "0^0",
        "-0",
        "1" * 200,
        "1" * 201,
        "2^" * 99 + "1",
    ]
)
def test_both_readers_agree_on_any_text(texts):
    for text, on_page in zip(texts, scripted("const answer = (given) => given.map(typedAnswer);", texts), strict=True):
        try:
            expected = typed_number(text)
        except ValueError:
            assert math.isnan(on_page), text
        else:
            assert on_page == pytest.approx(expected, rel=1e-12, abs=0.0), text


def test_an_answer_of_zero_has_no_digits_to_round():
    x, w = Value(0.004, label="x"), Value(-1.0, label="w")
    asked = asked_of((x * w).relu(), "steps", "x")
    assert asked.right == 0.0 and judged(asked, 0.0).kind == "right"
    assert judged(asked, 0.009).kind == judged(asked, -1e-6).kind == "wrong"
    a = Value(0.1, label="a")
    total = asked_of(0.1 * a + 0.2 * a - 0.3 * a, "gradients", "a")
    assert total.right != 0.0 and judged(total, 0.0).kind == "right"  # 5.55·10⁻¹⁷ is what floats leave of it


def test_a_whole_number_may_be_rounded_to_the_digits_that_are_asked_for():
    a, b = Value(1235.0, label="a"), Value(2.0, label="b")
    asked = asked_of(a * b, "local", "b")
    assert [judged(asked, x).kind for x in (1235.0, 1230.0, 1240.0, 1224.0)] == ["right", "right", "right", "close"]


def test_the_page_judges_answers_as_the_terminal_does():
    rng = random.Random(5)
    to_judge, expected = [], []
    for seed in range(8):
        root = practised(seed)
        for asked in (each for mode in MODES for each in Sheet(root, mode=mode, learn=["p0"]).asked):
            question = asked.question
            answers = [slip.number for slip in question.slips] + [
                question.right * rng.choice([1, 1.004, 1.03, 1.2, -1])
            ]
            to_judge.append({"question": question_data(asked), "answers": answers})
            expected += [judged(question, x) for x in answers]
    source = (
        "const answer = (given) => given.flatMap(({question, answers}) => answers.map((x) => judged(question, x)));"
    )
    for verdict, made in zip(scripted(source, to_judge), expected, strict=True):
        named = tuple(TYPICAL_MISTAKES[int(place)] for place in verdict["mistakes"])
        assert (verdict["kind"], named) == (made.kind, made.mistakes)
