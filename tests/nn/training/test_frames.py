"""DataFrames in training: rows are rows, and columns are found by their names, in whatever order they come."""

import pytest

from nn import MLP, Adam, Trainer

N = 6  # rows and columns: read by columns, it would be another square
COLUMNS = {name: [((i + 3) * (j + 2) % 7) / 7.0 for i in range(N)] for j, name in enumerate("abcdef")}
ROWS = [list(row) for row in zip(*COLUMNS.values())]
Y = [row[0] - row[1] for row in ROWS]


def frame(package, columns):
    module = pytest.importorskip(package)
    return module.table(columns) if package == "pyarrow" else module.DataFrame(columns)


def series(package, numbers):
    module = pytest.importorskip(package)
    return module.array(numbers) if package == "pyarrow" else module.Series(numbers)


def trained(X, y, **options):
    trainer = Trainer(MLP(N, [3, 1], rng=1), "mean_squared_error", Adam(0.05))
    return trainer, trainer.fit(X, y, epochs=5, batch_size=3, rng=2, verbose=0, **options)


@pytest.mark.parametrize("package", ["pandas", "polars", "pyarrow"])
def test_a_frame_trains_as_its_rows_do(package):
    reference, expected = trained(ROWS, Y, validation_data=(ROWS, Y))
    turned = frame(package, {"more": [9.0] * N, **dict(reversed(COLUMNS.items()))})
    y = series(package, Y)
    trainer, history = trained(frame(package, COLUMNS), y, validation_data=(turned, y))
    assert dict(history) == dict(expected)
    assert trainer.predict(turned) == reference.predict(ROWS)
    assert trainer.evaluate(turned, y) == reference.evaluate(ROWS, Y)
    assert trainer.predict(ROWS) == reference.predict(ROWS)
    without = {name: column for name, column in COLUMNS.items() if name != "c"}
    with pytest.raises(ValueError, match="X lacks the column 'c'; the model was trained on 'a', 'b'"):
        trainer.predict(frame(package, without))


@pytest.mark.filterwarnings("ignore:the loss was still falling")
@pytest.mark.parametrize("package", ["pandas", "polars", "pyarrow"])
def test_estimators_take_frames(package):
    estimators = pytest.importorskip("nn.estimators")
    model = estimators.NetworkRegressor(hidden_layer_sizes=(3,), max_iter=20, random_state=0)
    by_rows = model.fit(ROWS, Y).predict(ROWS).tolist()
    by_frame = model.fit(frame(package, COLUMNS), Y).predict(frame(package, COLUMNS)).tolist()
    assert by_frame == by_rows
