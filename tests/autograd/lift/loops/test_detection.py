"""What repeats is found, whatever stands before, between and behind."""

from hypothesis import given, settings
from hypothesis import strategies as st

from autograd.lift.loops.detection import Repeat, loops_in

LEAF = ~0


def turns_of(body, count, start):
    """`count` turns of a body: for each operation its kind and how far back it reads (0: a leaf of its own)."""
    kinds, operands = [], []
    for turn in range(count):
        for j, (kind, back) in enumerate(body):
            k = start + turn * len(body) + j
            kinds.append(kind)
            operands.append([k - d if 0 < d <= k else ~k for d in back])
    return kinds, operands


def test_a_plain_chain_is_a_loop():
    kinds, operands = turns_of([("add", [1]), ("tanh", [1])], 40, 0)
    assert loops_in(kinds, operands) == [Repeat(0, 2, 40)]


def test_two_loops_and_an_odd_turn_between():
    first = turns_of([("a", [1]), ("b", [1, 2])], 30, 0)
    odd = (["x", "y"], [[59], [60]])
    second = turns_of([("a", [1]), ("b", [1, 2])], 20, 62)
    kinds, operands = (x + y + z for x, y, z in zip(first, odd, second, strict=True))
    found = loops_in(kinds, operands)
    assert [(run.period, run.turns) for run in found] == [(2, 30), (2, 20)]


def test_what_does_not_repeat_is_no_loop():
    kinds = [str(k * k % 101) for k in range(101)]
    assert loops_in(kinds, [[k - 1] if k else [LEAF] for k in range(101)]) == []


BODY = st.lists(
    st.tuples(st.sampled_from("abc"), st.lists(st.integers(0, 6), min_size=1, max_size=2)), min_size=1, max_size=5
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(BODY, st.integers(1, 40)), min_size=1, max_size=3))
def test_what_is_found_repeats(parts):
    kinds, operands = [], []
    for body, count in parts:
        more = turns_of(body, count, len(kinds))
        kinds += more[0]
        operands += more[1]
    done = 0
    for run in loops_in(kinds, operands):
        assert run.start >= done
        assert run.turns >= 3
        assert run.stop <= len(kinds)
        done = run.stop
        for k in range(run.start + run.period, run.stop):
            before = k - run.period
            assert kinds[k] == kinds[before]
            for x, y in zip(operands[k], operands[before], strict=True):
                first_turn = before < run.start + run.period
                inside = x >= run.start
                assert x - run.period == y or (first_turn and y < run.start) or not inside
