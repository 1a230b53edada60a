"""DataFrames in training: rows are rows, and columns are found by their names, in whatever order they come."""

import copy
import pickle
import warnings
from collections import namedtuple

import numpy as np
import pytest

from nn import MLP, Adam, Trainer, load_model, save_model

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


def named_kinds():
    """Ways to bring columns with names: each makes a table of a dict of columns."""
    pandas = pytest.importorskip("pandas")
    return {
        "pandas": pandas.DataFrame,
        "polars": pytest.importorskip("polars").DataFrame,
        "pyarrow": pytest.importorskip("pyarrow").table,
        "structured array": lambda columns: pandas.DataFrame(columns).to_records(index=False),
        "namedtuples": lambda columns: list(map(namedtuple("Row", columns)._make, zip(*columns.values()))),
        "rows of pandas": lambda columns: [row for _, row in pandas.DataFrame(columns).iterrows()],
    }


TURNED = dict(reversed(COLUMNS.items()))
RENAMED = {name.upper(): column for name, column in COLUMNS.items()}
TARGETS = {"p": Y, "q": [2.0 - y for y in Y]}


def doors(trainer, path):
    """Every way to ask: a function of samples for each."""
    model = trainer.model
    save_model(model, path)
    asked = {
        "model": model,
        "trainer": trainer,
        "copy": copy.deepcopy(model),
        "pickle": pickle.loads(pickle.dumps(model)),
        "file": load_model(path),
        "another trainer": Trainer(model, "mse", Adam(0.01)),
    }
    found = {f"{name}.predict": one.predict for name, one in asked.items()}
    for name in ("trainer", "another trainer"):
        found[f"{name}.evaluate"] = lambda X, one=asked[name]: one.evaluate(X, list(zip(*TARGETS.values())))
    return found


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow", "structured array", "namedtuples", "rows of pandas"])
def test_every_door_orders_columns_by_name_or_refuses(kind, tmp_path):
    table = named_kinds()[kind]
    trainer = Trainer(MLP(N, [3, 2], rng=1), "mse", Adam(0.05))
    trainer.fit(table(COLUMNS), table(TARGETS), epochs=2, rng=2, verbose=0)
    for name, ask in doors(trainer, tmp_path / "model.json").items():
        expected = ask(ROWS)
        assert ask(table(COLUMNS)) == ask(table({"more": [9.0] * N, **TURNED})) == expected, name
        for wrong in (RENAMED, {**RENAMED, "a": COLUMNS["a"]}):
            with pytest.raises(ValueError, match=r"lacks the column '[ab]'; the model was trained on 'a', 'b'"):
                ask(table(wrong))
    turned = table(dict(reversed(TARGETS.items())))
    assert trainer.evaluate(ROWS, turned) == trainer.evaluate(ROWS, table(TARGETS))
    with pytest.raises(ValueError, match=r"y(\[0\])? lacks the column 'q'"):
        trainer.evaluate(ROWS, table({"p": Y, "other": Y}))


def test_a_second_training_goes_by_the_names_of_the_first():
    pandas = pytest.importorskip("pandas")
    first, other = (trained(pandas.DataFrame(COLUMNS), Y)[0] for _ in range(2))
    expected = first.fit(ROWS, Y, epochs=2, rng=1, verbose=0)
    assert dict(other.fit(pandas.DataFrame(TURNED), Y, epochs=2, rng=1, verbose=0)) == dict(expected)
    with pytest.raises(ValueError, match="X lacks the column 'a'"):
        other.fit(pandas.DataFrame(RENAMED), Y, epochs=2, rng=1, verbose=0)
    with pytest.raises(ValueError, match="validation X lacks the column 'a'"):
        other.fit(ROWS, Y, validation_data=(pandas.DataFrame(RENAMED), Y), epochs=2, rng=1, verbose=0)


def test_columns_without_names_of_their_own_go_by_position():
    pandas = pytest.importorskip("pandas")
    model = trained(pandas.DataFrame(np.array(ROWS)), Y)[0].model
    assert model.predict(pandas.DataFrame(RENAMED)) == model.predict(ROWS)


@pytest.mark.parametrize("method", ["partial_fit", "predict", "score"])
def test_estimators_tell_of_names_that_are_missing_and_refuse_others(method):
    """As scikit-learn does: names in another order are an error there, too."""
    estimators = pytest.importorskip("nn.estimators")
    pandas = pytest.importorskip("pandas")
    model = estimators.NetworkRegressor(hidden_layer_sizes=(3,), random_state=0)
    model.partial_fit(pandas.DataFrame(COLUMNS), Y)

    def ask(X):
        return getattr(model, method)(X) if method == "predict" else getattr(model, method)(X, Y)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ask(pandas.DataFrame(COLUMNS))
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        ask(np.array(ROWS))
    for wrong in (TURNED, RENAMED):
        with pytest.raises(ValueError, match="feature names"):
            ask(pandas.DataFrame(wrong))


def test_names_make_no_other_program():
    pandas = pytest.importorskip("pandas")
    trainer = Trainer(MLP(N, [3, 1], rng=1), "mse", Adam(0.05))
    trainer.fit(ROWS, Y, epochs=1, verbose=0)
    program = trainer.engine.program
    for X in (pandas.DataFrame(COLUMNS), pandas.DataFrame(TURNED), ROWS):
        trainer.fit(X, Y, epochs=1, verbose=0)
        assert trainer.engine.program is program


@pytest.mark.parametrize("package", ["pandas", "pyarrow"])
def test_two_columns_of_one_name_are_two_columns(package):
    module = pytest.importorskip(package)
    columns, names = list(COLUMNS.values()), list("abcdea")
    if package == "pandas":
        twice = module.DataFrame(np.transpose(columns), columns=names)
    else:
        twice = module.table(columns, names=names)
    reference, expected = trained(ROWS, Y)
    trainer, history = trained(twice, Y)
    assert dict(history) == dict(expected)
    assert trainer.predict(twice) == reference.predict(ROWS)
    with pytest.raises(ValueError, match="several columns called 'a'"):
        trainer.predict(frame(package, COLUMNS))
