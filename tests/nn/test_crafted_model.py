"""A model.json whose checksum is right and whose content is not: refused in a line, or harmless."""

import copy
import json
import math
import warnings

import pytest

from nn.app.experiment import Settings, experiment
from nn.basics.storage import StorageError, document_text
from nn.data.column import Origin
from nn.data.dataset import dataset_of
from nn.data.messages import DataError
from nn.data.table import Table
from nn.predictor import FORMAT, VERSION, Predictor

REMOVED = "REMOVED"
CRAFTED = [-1, -1.0, 0, 0.0, 1, 7, 0.5, math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324, 10**400, True, None]
CRAFTED += ["x", "", "\ud800", [], {}, [-1.0], {"a": 1}, REMOVED]
ROW = {"when": "2024-05-05", "x": 3, "hue": "a", "more": 7}


def trained(target):
    rows = [
        {
            "when": f"2024-{1 + i % 12:02d}-{1 + i % 28:02d}",
            "x": -99 if i == 7 else i % 7,
            "hue": "abc"[i % 3] if i % 10 else None,
            "price": i % 12 + i % 7 + 0.5,
            "kind": "uv"[i % 2],
        }
        for i in range(120)
    ]
    cells = {name: [row[name] for row in rows] for name in ("when", "x", "hue", target)}
    table = Table.of(cells, Origin("rows", range(1, 121)), marks=("-99",))
    return experiment(dataset_of(table, target), Settings(hidden=(2,), epochs=2, seed=1), verbose=0).trained


def places(thing, at=()):
    """Where there is something in a document."""
    if at:
        yield at
    for key in thing if isinstance(thing, dict) else range(len(thing)) if isinstance(thing, list) else ():
        yield from places(thing[key], (*at, key))


@pytest.mark.parametrize("target", ["price", pytest.param("kind", marks=pytest.mark.slow)])
def test_no_part_of_a_model_does_harm_whatever_it_is(tmp_path, target):
    path = tmp_path / "model.json"
    trained(target).save(path)
    content = json.loads(path.read_text())["content"]
    answered = refused = 0
    for at in list(places(content)):
        for crafted in CRAFTED:
            changed = copy.deepcopy(content)
            inner = changed
            for key in at[:-1]:
                inner = inner[key]
            if crafted == REMOVED:
                del inner[at[-1]]
            else:
                inner[at[-1]] = crafted
            path.write_text(document_text(FORMAT, VERSION, changed))
            try:
                predictor = Predictor.load(path)
            except StorageError as error:
                assert "\n" not in str(error) and len(str(error)) < 400, (at, crafted)
                refused += 1
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    (answer,) = predictor.predict([ROW])
                    assert answer in predictor.classes or math.isfinite(answer), (at, crafted, answer)
                    answered += 1
                except DataError as error:
                    assert "\n" not in str(error), (at, crafted)
    assert answered > 100 and refused > 1000
