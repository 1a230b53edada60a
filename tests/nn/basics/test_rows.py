"""Tables of columns are read row by row, wherever samples or targets come in, or refused with the repair."""

import importlib

import numpy as np
import pytest

from nn import MLP, GradientDescent, Trainer, losses
from nn.basics.rows import row_by_row
from nn.metrics import METRICS

ROWS = [[1.0, 2.0], [-3.0, 4.0]]  # square, so that columns would fit as well


class Pandas:
    """Gone through by the names of its columns, as pandas' DataFrame is."""

    def __init__(self, rows):
        self.data = np.array(rows)
        self.columns = range(len(rows[0]))

    def __iter__(self):
        return iter(self.columns)

    def __len__(self):
        return len(self.data)

    def to_numpy(self):
        return self.data


class Polars(Pandas):
    """Gone through by its columns, as polars' DataFrame is."""

    def __iter__(self):
        return iter(self.data.T.tolist())

    def rows(self):
        return [tuple(row) for row in self.data.tolist()]


class Arrow:
    """pyarrow's Table has columns, and rows as dicts."""

    def __init__(self, rows):
        self.table = rows
        self.column_names = [f"c{k}" for k in range(len(rows[0]))]
        self.columns = [list(column) for column in zip(*rows, strict=True)]

    def __len__(self):
        return len(self.table)

    def __iter__(self):
        return iter(self.columns)

    def to_pylist(self):
        return [dict(zip(self.column_names, row, strict=True)) for row in self.table]


def real(package, make):
    def made(rows):
        return make(pytest.importorskip(package), [list(c) for c in zip(*rows, strict=True)])

    return made


FRAMES = {
    "like pandas": Pandas,
    "like polars": Polars,
    "like pyarrow": Arrow,
    "pandas": real("pandas", lambda pd, columns: pd.DataFrame({f"c{k}": c for k, c in enumerate(columns)})),
    "polars": real("polars", lambda pl, columns: pl.DataFrame({f"c{k}": c for k, c in enumerate(columns)})),
    "pyarrow": real("pyarrow", lambda pa, columns: pa.table({f"c{k}": c for k, c in enumerate(columns)})),
}


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES)
def test_every_entrance_reads_rows(make):
    frame = make(ROWS)
    assert row_by_row(frame) == ROWS
    model = MLP(2, [2], rng=1)
    assert model.predict(frame) == model.predict(ROWS)

    def fit(X, y):
        trainer = Trainer(MLP(2, [2], rng=1), "mean_squared_error", GradientDescent(0.01))
        history = trainer.fit(X, y, epochs=2, verbose=0, rng=1, validation_data=(X, y))
        return history.columns, trainer.evaluate(X, y)

    assert fit(frame, frame) == fit(ROWS, ROWS)
    assert losses.mean_squared_error.mean(frame, frame).data == 0.0
    assert losses.mean_squared_error.encode_all(frame, 2) == ROWS
    with pytest.raises(ValueError, match="a table of columns; give predictions"):
        METRICS["r2"](frame, ROWS)


class Lazy:
    columns = ("a", "b")

    def __iter__(self):
        return iter([[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    "table, message",
    [
        (Lazy(), r"Lazy, a table of columns, and rows are wanted: give X.to_numpy\(\)"),
        ({0.5: [1.0], 2.0: [3.0]}, "X is a mapping, as of columns by name"),
        ({(1.0, 2.0), (3.0, 4.0)}, "X is a set, whose order"),
        ([{0: 1.0, 1: 2.0}, {0: 3.0, 1: 4.0}], r"X\[0\] is {0: 1.0, 1: 2.0}, but a sample is a list"),
        ([{1.0, 2.0}, {3.0, 4.0}], r"X\[0\] is {1.0, 2.0}, but a sample is a list"),
    ],
)
def test_what_has_no_rows_or_no_order_is_refused(table, message):
    model = MLP(2, [1], rng=1)
    with pytest.raises(ValueError, match=message):
        model.predict(table)
    with pytest.raises(ValueError, match=message):
        Trainer(model, "mean_squared_error", GradientDescent()).fit(table, [1.0, 2.0], verbose=0)


@pytest.mark.parametrize("package, make", [("pandas", "Series"), ("polars", "Series"), ("pyarrow", "array")])
def test_a_column_is_a_list_of_targets(package, make):
    column = getattr(pytest.importorskip(package), make)([1.0, 2.0])
    assert row_by_row(column) == [1.0, 2.0]
    assert importlib.import_module(package) is not None
