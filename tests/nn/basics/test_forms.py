"""Documents that were made to harm: whatever is in them, they are refused with a reason, or are what they say."""

import copy
import json
import math
import random
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nn import MLP, Adam, Checkpoint, RandomHillClimbing, Trainer
from nn.app.experiment import Settings, experiment
from nn.basics import storage
from nn.basics.storage import StorageError
from nn.data.bundled import load
from nn.data.dataset import load_csv
from nn.predictor import Predictor
from nn.training import checkpoint

NASTY = [
    None, True, False, 0, 1, -1, 3, 10**9, 10**400, -(10**400), 2**32, 0.0, -0.0, 0.5, 1e308, -1.5, math.nan, math.inf,
    "", "a", "linear", "softmax", "\ud800", "=1+1", "x" * 10_000, [], [[]], [0] * 625, {}, {"": 0}, {"a": {"b": [1]}},
    [None, [None, {}]], [10**9, 10**9, 1],
]  # fmt: skip


def nested(depth):
    thing = 0
    for _ in range(depth):
        thing = [thing]
    return thing


def places(thing, path=()):
    """The way to every part of a document."""
    yield path
    if isinstance(thing, dict | list) and len(path) < 8:
        keys = thing if isinstance(thing, dict) else sorted({*range(len(thing))[:4], *range(len(thing))[-1:]})
        for key in keys:
            yield from places(thing[key], (*path, key))


def mutated(document, data):
    """The document with one to three parts that are missing, extra, of another type, size or nesting, or elsewhere."""
    document = copy.deepcopy(document)
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from([path for path in places(document) if path]))
        whole = document
        for key in way:
            whole = whole[key]
        what = data.draw(st.sampled_from(["replace", "remove", "nest", "extra", "repeat", "nudge", "deep"]))
        if what == "replace":
            whole[last] = copy.deepcopy(data.draw(st.sampled_from(NASTY)))
        elif what == "remove":
            del whole[last]
        elif what == "nest":
            whole[last] = [whole[last]]
        elif what == "deep":
            whole[last] = nested(300)
        elif what == "extra" and isinstance(whole, dict):
            whole[data.draw(st.sampled_from(["extra", "", "\ud800", "layers.0"]))] = 1
        elif what == "repeat" and isinstance(whole, list):
            whole.insert(0, copy.deepcopy(whole[last]))
        elif what == "nudge" and type(whole[last]) in (int, float) and -(10**300) < whole[last] < 10**300:
            whole[last] = data.draw(st.sampled_from([whole[last] + 1, float(whole[last]), -whole[last]]))
    return document


TABLE = "size,hue,price\n" + "".join(f"{i % 7},{['red', 'blue', ''][i % 3]},{i % 7 * 2.5 + i % 3}\n" for i in range(30))


@cache
def model_documents(folder):
    """A document of each kind of model."""
    (folder / "t.csv").write_text(TABLE)
    found = []
    for number, (data, hidden, loss, phi) in enumerate(
        [
            (load("iris"), (3,), None, "tanh"),
            (load("moons", samples=40), (2, 2), "hinge", "prelu"),
            (load("moons", samples=40), (), "binary_cross_entropy", "relu"),
            (load_csv(folder / "t.csv", "price"), (2,), None, "gelu"),
        ]
    ):
        chosen = Settings(hidden=hidden, loss=loss, activation=phi, epochs=1)
        path = folder / f"{number}.json"
        experiment(data, chosen, verbose=0).trained.save(path)
        found.append(storage.read_document(path, "chalkgrad model", 1))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("forms")


def same(a, b):
    """Whether two documents say the same; 1 and 1.0 are the same number."""
    if isinstance(a, dict) and isinstance(b, dict):
        return all(key in a and same(a[key], part) for key, part in b.items())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b or (a != a and b != b)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_model_of_any_content_is_refused_or_is_what_the_document_says(folder, data):
    document = mutated(data.draw(st.sampled_from(model_documents(folder))), data)
    path = folder / "mutated.json"
    storage.write_document(path, "chalkgrad model", 1, document)
    try:
        trained = Predictor.load(path)
    except StorageError as error:
        assert "\n" not in str(error) and len(str(error)) < 600 and str(path) in str(error)
    else:
        trained.save(folder / "again.json")
        again = storage.read_document(folder / "again.json", "chalkgrad model", 1)
        assert same(document, again)
        trained.outputs([dict.fromkeys([*trained.prepare.numbers, *trained.prepare.categories])])


def line():
    rng = random.Random(0)
    X = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(12)]
    return X, [x[0] - x[1] for x in X]


MAKE = {"Adam": lambda: Adam(0.05), "RandomHillClimbing": lambda: RandomHillClimbing(0.2, rng=random.Random(1))}


def trainer(name):
    return Trainer(MLP(2, [2, 1], activation="tanh", rng=1), "mean_squared_error", MAKE[name]())


@cache
def checkpoint_document(folder, name):
    path = folder / f"{name}.json"
    trainer(name).fit(*line(), epochs=3, batch_size=4, verbose=0, rng=1, callbacks=[Checkpoint(path)])
    return storage.read_document(path, checkpoint.FORMAT, checkpoint.VERSION)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), name=st.sampled_from(sorted(MAKE)))
def test_a_checkpoint_of_any_content_is_refused_with_nothing_changed_or_gone_on_from(folder, data, name):
    document = mutated(checkpoint_document(folder, name), data)
    path = folder / "checkpoint.json"
    storage.write_document(path, checkpoint.FORMAT, checkpoint.VERSION, document)
    t = trainer(name)
    before = copy.deepcopy((t.model.state_dict(), t.optimizer.state_dict()))
    try:
        t.fit(*line(), epochs=3, batch_size=4, verbose=0, rng=1, resume=path)
    except StorageError as error:
        assert "\n" not in str(error).replace("\n  ", "") and str(path) in str(error)
        assert (t.model.state_dict(), t.optimizer.state_dict()) == before
    else:
        assert same(document["history"], t.history.columns) or len(t.history.columns) != len(document["history"])


SIZES = [[10**9, 10**9, 3], [10**300, 3], [3] * 100_000, [0], [-1], [2.0], [True], ["3"], [], "33", None, {"a": 1}]


@pytest.mark.parametrize("sizes", SIZES, ids=lambda sizes: str(sizes)[:20])
def test_sizes_that_do_not_fit_the_numbers_take_no_room(folder, sizes):
    document = copy.deepcopy(model_documents(folder)[0])
    document["architecture"]["sizes"] = sizes
    storage.write_document(folder / "large.json", "chalkgrad model", 1, document)
    with pytest.raises(StorageError, match="is damaged: ") as caught:
        Predictor.load(folder / "large.json")
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("name", ["version", "sha256", "content", "format"])
@pytest.mark.parametrize("nasty", NASTY, ids=lambda thing: ascii(thing)[:20])
def test_an_envelope_of_any_content_is_refused(folder, name, nasty):
    path = folder / "envelope.json"
    storage.write_document(path, "chalkgrad test", 2, {"a": 1})
    envelope = json.loads(path.read_text())
    try:
        path.write_text(json.dumps({**envelope, name: nasty}))
    except ValueError:  # too many digits for Python to write
        path.write_text(json.dumps({**envelope, name: "@"}).replace('"@"', "1" * 5000))
    if (name, nasty) == ("version", 1) and nasty is not True:
        assert storage.read_document(path, "chalkgrad test", 2) == {"a": 1}
        return
    with pytest.raises(StorageError):
        storage.read_document(path, "chalkgrad test", 2)


@pytest.mark.parametrize("spoil", ["1" * 5000, "[" * 900 + "]" * 900, "\0", '{"format": "chalkgrad test"'])
def test_numbers_without_end_and_nesting_without_end(folder, spoil):
    path = folder / "text.json"
    path.write_text(f'{{"format": "chalkgrad test", "version": 1, "sha256": "", "content": {{"a": {spoil}}}}}')
    with pytest.raises(StorageError):
        storage.read_document(path, "chalkgrad test", 2)
    with pytest.raises(StorageError):
        storage.read_document("a\0b", "chalkgrad test", 2)
