"""Embedding: the row of a token, learned, and compiled once for all tokens."""

import random

import pytest

from autograd import Value
from autograd.testing import gradcheck
from nn import Adam, Embedding, Flatten, GradientDescent, Layer, Sequential, Trainer

X = [[i % 5, (3 * i + 1) % 5] for i in range(20)]
Y = [(a + b) % 3 for a, b in X]


def network(seed=1):
    rng = random.Random(seed)
    return Sequential(
        Embedding(5, 3, rng=rng), Flatten(), Layer(6, 8, activation="tanh", rng=rng), Layer(8, 3, rng=rng)
    )


def test_it_gives_rows_as_the_tokens_are_nested():
    embedding = Embedding(4, 2, rng=1)
    assert embedding(3) == embedding.table[3]
    assert embedding([0, 3]) == [embedding.table[0], embedding.table[3]]
    assert embedding([[0], [3.0]]) == [[embedding.table[0]], [embedding.table[3]]]
    assert (embedding.shape, len(embedding.parameters())) == ((4, 2), 8)
    assert list(embedding.named_parameters())[:3] == ["table[0][0]", "table[0][1]", "table[1][0]"]


@pytest.mark.parametrize("token, error", [(4, IndexError), (0.5, ValueError), ("a", TypeError)])
def test_what_is_no_token_is_an_error(token, error):
    with pytest.raises(error):
        Embedding(4, 2, rng=1)([token])


def test_numbers_start_as_drawn():
    table = Embedding(200, 50, rng=1).table
    numbers = [entry.data for row in table for entry in row]
    assert abs(sum(numbers) / len(numbers)) < 0.03
    assert 0.97 < sum(n * n for n in numbers) / len(numbers) < 1.03
    assert [e.data for e in Embedding(2, 1, rng=3).parameters()] == [
        e.data for e in Embedding(2, 1, rng=3).parameters()
    ]


def test_the_gradient_reaches_the_rows_that_were_taken():
    model = network()
    loss = model([1, 3])[0] + model([1, 1])[2] ** 2
    loss.backward()
    reached = [any(entry.grad for entry in row) for row in model.layers[0].table]
    assert reached == [False, True, False, True, False]

    def of_row(*row):
        copied = network()
        copied.layers[0].table[1] = list(row)
        return copied([1, 3])[0] + copied([1, 1])[2] ** 2

    gradcheck(of_row, [entry.data for entry in model.layers[0].table[1]])


def test_both_engines_train_it_alike_and_it_is_compiled():
    histories, weights = [], []
    for engine in ("auto", "eager"):
        model = network()
        trainer = Trainer(model, "cross_entropy", Adam(0.05), engine=engine)
        histories.append(trainer.fit(X, Y, epochs=5, batch_size=8, verbose=0, rng=1)["loss"])
        weights.append(model.state_dict())
        if engine == "auto":
            assert trainer.engine_used.startswith("compiled"), trainer.engine_used
    assert histories[0] == pytest.approx(histories[1], rel=1e-9)
    assert weights[0] == pytest.approx(weights[1], rel=1e-9, abs=1e-12)


def test_it_learns_a_table():
    model = network()
    trainer = Trainer(model, "cross_entropy", Adam(0.05), metrics=["accuracy"])
    trainer.fit(X, Y, epochs=200, verbose=0, rng=1)
    assert trainer.evaluate(X, Y)["accuracy"] == 1.0
    assert [row.index(max(row)) for row in trainer.predict(X * 20)] == Y * 20  # compiled


def test_a_single_token_is_a_sample_too():
    model = Sequential(Embedding(3, 2, rng=1), Flatten(), Layer(2, 1, rng=1))
    history = Trainer(model, "mse", GradientDescent(0.1)).fit([[0], [1], [2]], [1.0, 2.0, 3.0], epochs=50, verbose=0)
    assert history["loss"][-1] < 0.1 * history["loss"][0]


def test_it_is_a_row_of_the_summary_and_refused_before_a_layer_without_flatten():
    assert "layers.0 (Embedding)  5 → 3                      15" in network().summary()
    with pytest.raises(ValueError, match="layer 0 has 3 outputs, but layer 1 takes 6 inputs"):
        Sequential(Embedding(5, 3), Layer(6, 1))


def test_flatten_keeps_values_and_order():
    a, b = Value(1.0), Value(2.0)
    assert Flatten()([[a], [[b, 3.0]]]) == [a, b, 3.0]
