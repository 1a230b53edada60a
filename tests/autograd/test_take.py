"""take: the row that is asked for and its gradient, in the scalar engine, compiled, over a batch and in a training."""

import random

import numpy as np
import pytest

from autograd import (
    Value,
    dot,
    grad,
    hessian,
    jit,
    logsumexp,
    mean,
    sum,
    take,
    tanh,
    value_and_grad,
    vmap,
    where,
)
from autograd.lift.choose_backend import back_end, can_compile
from autograd.testing import gradcheck
from nn import Adam, Module, Trainer

BACK_ENDS = [
    "numpy",
    pytest.param("llvm", marks=pytest.mark.skipif(not can_compile(), reason="llvmlite is not installed")),
]
TABLE = [[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5]]


@pytest.fixture(params=BACK_ENDS)
def runs_by(request):
    """Programs that are compiled in this test run on this back end."""
    token = back_end.set(request.param)
    yield
    back_end.reset(token)


def table_of(rows, width, seed=0):
    rng = random.Random(seed)
    return [[Value(rng.gauss(0, 1)) for _ in range(width)] for _ in range(rows)]


def gradients(table):
    return [[entry.grad for entry in row] for row in table]


def entries(table):
    return [x for row in table for x in row]


def clear(*tables):
    for table in tables:
        for row in table:
            for entry in row:
                entry.grad = 0.0


# ── The scalar engine ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("index", [0, 1, 2, -1, -3, 1.0, -2.0, np.int64(2), np.float64(-1.0), Value(1.0), Value(-2.0)])
def test_it_is_pythons_indexing(index):
    assert take(TABLE, index) == TABLE[int(float(index))]
    assert take(np.array(TABLE), index) == TABLE[int(float(index))]
    assert take((1, 2.5, 4), index) == (1.0, 2.5, 4.0)[int(float(index))]


def test_the_entries_are_the_tables_own_values():
    table = table_of(3, 2)
    taken = take(table, -1)
    assert all(a is b for a, b in zip(taken, table[2], strict=True)) and taken is not table[2]
    numbers = [Value(1.0), 2]
    assert take(numbers, 0) is numbers[0] and take(numbers, 1) == 2.0


@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_a_list_of_indices_gives_a_list_of_rows(kind):
    assert take(TABLE, kind([2, 0, -1])) == [TABLE[2], TABLE[0], TABLE[2]]
    assert take(TABLE, kind([[0, 1], [2, 2]])) == [[TABLE[0], TABLE[1]], [TABLE[2], TABLE[2]]]
    assert take(TABLE, []) == []


def test_only_the_taken_rows_get_the_gradient_each_time_they_are_taken():
    table, ids = table_of(4, 3), [2, 0, 2, -1, 2]
    slopes = [[0.5, -1.0, 2.0], [1.0, 1.0, 1.0], [0.25, 3.0, 0.0], [2.0, 2.0, -2.0], [1.0, 0.0, 1.0]]
    sum(dot(row, slope) for row, slope in zip(take(table, ids), slopes, strict=True)).backward()
    expected = np.zeros((4, 3))
    np.add.at(expected, ids, slopes)  # an embedding's backward pass
    assert gradients(table) == expected.tolist()


def test_the_index_chooses_and_has_no_gradient():
    row, index = [Value(2.0), Value(3.0)], Value(1.0)
    (take(row, index) * index).backward()
    assert (index.grad, row[0].grad, row[1].grad) == (3.0, 0.0, 1.0)
    assert grad(lambda i: take(TABLE, i)[0] * i)(2.0) == -0.75
    assert grad(lambda i: take(TABLE, 2.0 * i)[1])(1.0) == 0.0


def test_derivatives_are_those_of_finite_differences():
    def f(*numbers):
        rows = [list(numbers[:2]), list(numbers[2:4]), list(numbers[4:])]
        a, b = take(rows, [1, -1])
        return tanh(dot(a, b)) + take(rows, 1)[0] ** 3

    gradcheck(f, [x for row in TABLE for x in row], order=2)


# ── Bad input, compiled or not ──────────────────────────────────────────────────────────────────────────────────


BAD = [
    (3, IndexError, "index 3, but there are 3 rows"),
    (-4, IndexError, "index -4, but there are 3 rows"),
    (1e300, IndexError, "there are 3 rows"),
    (0.5, ValueError, "whole number as its index, but was given 0.5"),
    (-0.5, ValueError, "whole number"),
    (1e-17, ValueError, "whole number"),
    (-1e-17, ValueError, "whole number"),
    (-5e-324, ValueError, "whole number"),
    (-1.0000000000000002, ValueError, "whole number"),
    (1.9999999999999998, ValueError, "whole number"),
    (float("nan"), ValueError, "nan"),
    (float("inf"), ValueError, "inf"),
    (float("-inf"), ValueError, "inf"),
]


@pytest.mark.parametrize("index, error, words", BAD)
def test_what_is_no_rows_number_is_an_error(index, error, words):
    for given in (index, Value(index), [0, index]):
        with pytest.raises(error, match=words):
            take(TABLE, given)


@pytest.mark.parametrize("index, error, words", BAD)
@pytest.mark.usefixtures("runs_by")
def test_a_program_does_not_answer_for_it_either(index, error, words):
    table = table_of(3, 2)
    first_call = jit(lambda i: sum(take(table, i)))
    with pytest.raises(error, match=words):
        first_call(index)
    for f in (
        lambda i: sum(take(table, i)),
        lambda i: sum(take(TABLE, i)),
        lambda i: take(table, i)[0] * 0.0,
        lambda i: (take(table, i), table[0][0] * 2.0)[1],  # nobody needs it
        lambda i: where(i > 5.0, take(table, 0)[0], take(table, i)[0]),
    ):
        compiled = jit(f)
        compiled(1)
        with pytest.raises(error, match=words):
            compiled(index)
        assert compiled.recordings == 1
    slopes = jit(value_and_grad(lambda rows, i: sum(take(rows, i)) ** 2))
    slopes(TABLE, 1)
    with pytest.raises(error, match=words):
        slopes(TABLE, index)


@pytest.mark.parametrize(
    "rows, index, error, words",
    [
        ([], 0, IndexError, "there are no rows"),
        (TABLE, "1", TypeError, "'1'"),
        (TABLE, None, TypeError, "None"),
        (TABLE, True, TypeError, "True"),
        (3.0, 0, TypeError, "given a float"),
        ({0: 1.0}, 0, TypeError, "given a dict"),
        ([[1.0, 2.0], [1.0]], 0, ValueError, "row 0 has 2 entries and row 1 has 1 entries"),
        ([[1.0], [2.0], 3.0], 0, ValueError, "row 0 has 1 entries and row 2 is a number"),
        ([["a"], ["b"]], 0, TypeError, "'a'"),
    ],
)
def test_bad_rows_and_indices_are_named(rows, index, error, words):
    with pytest.raises(error, match=words):
        take(rows, index)
    with pytest.raises(error, match=words):
        jit(lambda x: take(rows, index))(1.0)


# ── Compiled ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("runs_by")
def test_a_compiled_function_takes_each_row_by_one_program():
    table, numbers = table_of(5, 3), [1.5, Value(-2.0), 0.25]
    row, number = jit(lambda i: take(table, i)), jit(lambda i: take(numbers, i))
    for index in (*range(-5, 5), 2.0, Value(3.0), -0.0):
        assert [x.data for x in row(index)] == [x.data for x in table[int(float(index))]]
    for index in range(-3, 3):
        assert float(number(index)) == float(numbers[index])
    assert row.recordings == 2 and number.recordings == 1  # a number and a Value are different arguments


@pytest.mark.usefixtures("runs_by")
def test_the_index_may_be_computed_or_captured():
    at = Value(1.0)
    captured, computed = jit(lambda: take(TABLE, at)[0]), jit(lambda i: take(TABLE, 2.0 * i - 1.0)[0])
    assert float(captured()) == 2.0 and computed(1) == 2.0
    at.data = -1.0
    assert float(captured()) == -0.75 and computed(0.5) == 0.5 and computed(0) == -0.75
    slope = jit(grad(lambda i: take(TABLE, i)[0] * i))
    assert [slope(i) for i in (0, 1, 2)] == [0.5, 2.0, -0.75]


@pytest.mark.usefixtures("runs_by")
def test_rows_that_are_not_taken_may_hold_anything():
    barred = [0.5, float("inf"), float("nan"), -1e308]
    number = jit(lambda i, x: take(barred, i) + x)
    assert [number(i, 0.25) for i in (0, 3, -4, 0)] == [0.75, -1e308, 0.75, 0.75]
    assert number(1, 0.25) == float("inf") and number(2, 0.25) != number(2, 0.25)


@pytest.mark.usefixtures("runs_by")
def test_gradients_are_those_of_the_scalar_engine():
    def f(rows, ids):
        return sum(tanh(dot(a, b)) for a, b in zip(take(rows, ids[:2]), take(rows, ids[2:]), strict=True)) ** 2

    compiled, second = jit(value_and_grad(f)), jit(lambda rows, ids: sum(entries(grad(f)(rows, ids))) ** 2)
    slopes_of_second = jit(grad(lambda rows, ids: sum(entries(grad(f)(rows, ids))) ** 2))
    for ids in ([0, 1, 2, 1], [2, 2, 2, 2], [-1, 0, -3, 1], [1, 0, 0, 2]):
        y, slopes = value_and_grad(f)(TABLE, ids)
        found, found_slopes = compiled(TABLE, ids)
        assert found == pytest.approx(y, rel=1e-12) and entries(found_slopes) == pytest.approx(
            entries(slopes), rel=1e-12
        )
        assert second(TABLE, ids) == pytest.approx(sum(entries(slopes)) ** 2, rel=1e-12)
        rows = hessian(lambda flat, ids=ids: f([flat[:2], flat[2:4], flat[4:]], ids))(entries(TABLE))
        expected = 2.0 * sum(entries(slopes)) * np.sum(rows, axis=0)
        assert entries(slopes_of_second(TABLE, ids)) == pytest.approx(expected, rel=1e-10, abs=1e-12)
    assert compiled.recordings == 1


@pytest.mark.usefixtures("runs_by")
def test_one_program_for_a_batch():
    table = table_of(6, 2)

    def score(ids):
        a, b = take(table, ids)
        return tanh(dot(a, b))

    batch = [[0, 1], [5, -1], [-6, 3], [2, 2]]
    over = jit(lambda batch: vmap(score)(batch))
    for ids in (batch, batch[::-1]):
        assert [float(y) for y in over(ids)] == pytest.approx([score(pair).data for pair in ids], rel=1e-14)
    assert vmap(score)(batch)[1].data == score(batch[1]).data
    assert over.recordings == 1
    with pytest.raises(IndexError, match="index 6"):
        over([[0, 1], [5, -1], [6, 3], [2, 2]])
    mean(over(batch)).backward()
    found = entries(gradients(table))
    clear(table)
    mean(map(score, batch)).backward()
    assert found == pytest.approx(entries(gradients(table)), rel=1e-12)


# ── Language models ─────────────────────────────────────────────────────────────────────────────────────────────


def bigram_loss(embedding, unembedding):
    """The mean cross-entropy of each next token, of those that the mask counts."""

    def loss(ids, mask):
        losses = []
        for now, following in zip(ids, ids[1:], strict=False):
            hidden = [tanh(x) for x in take(embedding, now)]
            scores = [dot(hidden, row) for row in unembedding]
            losses.append(logsumexp(scores) - take(scores, following))
        return dot(losses, mask) / sum(mask)

    return loss


@pytest.mark.usefixtures("runs_by")
def test_a_language_model_is_compiled_once_for_all_texts_of_a_length():
    rng = random.Random(1)
    embedding, unembedding = table_of(9, 4), table_of(9, 4, seed=1)
    loss = bigram_loss(embedding, unembedding)
    compiled, whole = jit(loss), [1.0] * 7
    for number in range(12):
        ids, mask = [rng.randrange(9) for _ in range(8)], whole
        if number % 3 == 2:  # a shorter text, filled up with token 0
            ids, mask = ids[:5] + [0] * 3, [1.0] * 4 + [0.0] * 3
        y = compiled(ids, mask)
        y.backward()
        found = gradients(embedding) + gradients(unembedding)
        clear(embedding, unembedding)
        kept = int(sum(mask))
        expected = loss(ids[: kept + 1], whole[:kept])  # of a text that was never filled up
        expected.backward()
        assert y.data == pytest.approx(expected.data, rel=1e-12)
        assert entries(found) == pytest.approx(entries(gradients(embedding) + gradients(unembedding)), abs=1e-14)
        clear(embedding, unembedding)
    assert compiled.recordings == 1


class NextToken(Module):
    """Scores of the next token, from the two before it."""

    def __init__(self, tokens, width, seed):
        rng = random.Random(seed)
        self.embedding = [[Value(rng.gauss(0, 0.5)) for _ in range(width)] for _ in range(tokens)]
        self.weights = [[Value(rng.gauss(0, 0.5)) for _ in range(2 * width)] for _ in range(tokens)]

    def __call__(self, ids):
        before = [x for row in take(self.embedding, ids) for x in row]
        return [dot(before, row) for row in self.weights]


def test_a_trainer_learns_from_token_numbers():
    text = [0, 1, 2, 3, 4, 3, 2, 1] * 6  # where the next token depends on two
    X, y = [text[i : i + 2] for i in range(len(text) - 2)], text[2:]
    trained = {}
    for engine in ("auto", "eager"):
        trainer = Trainer(NextToken(5, 3, seed=2), "categorical_cross_entropy_with_logits", Adam(0.05), engine=engine)
        trainer.fit(X, y, epochs=30, batch_size=8, verbose=0, rng=0)
        trained[engine] = trainer
        scores = trainer.model.predict(X)
        assert [row.index(max(row)) for row in scores] == y
    weights = [[p.data for p in trainer.model.parameters()] for trainer in trained.values()]
    assert weights[0] == pytest.approx(weights[1], rel=1e-8, abs=1e-10)
    assert trained["auto"].history["loss"][-1] < 0.2


def test_a_trainer_and_predict_refuse_a_token_that_is_none():
    X, y = [[0, 1], [1, 2], [2, 0], [1, 1]], [2, 0, 1, 2]
    for engine in ("auto", "eager"):
        model = NextToken(3, 2, seed=0)
        trainer = Trainer(model, "categorical_cross_entropy_with_logits", Adam(0.05), engine=engine)
        trainer.fit(X, y, epochs=1, verbose=0)
        before = [p.data for p in model.parameters()]
        with pytest.raises(IndexError, match="index 3, but there are 3 rows"):
            trainer.fit([*X[:3], [1, 3]], y, epochs=2, batch_size=None, verbose=0)
        assert [p.data for p in model.parameters()] == before
        with pytest.raises(IndexError, match="index 3"):
            model.predict([[0, 1], [3, 1]])
