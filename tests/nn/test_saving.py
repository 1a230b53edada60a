"""Any module in a file: what comes back, what is refused when it is saved, and that a crafted file gets nowhere."""

import json
import random

import pytest

from autograd import Value, tanh
from nn import (
    MLP,
    Dropout,
    Embedding,
    Flatten,
    Layer,
    Module,
    Neuron,
    Sequential,
    activations,
    load_model,
    micrograd,
    save_model,
)
from nn.basics.storage import StorageError, document_text
from nn.saving import FORMAT, VERSION


class Block(Module):
    """A module of one's own: a part, a number, a function of the table, and a parameter."""

    def __init__(self, width, phi=activations.tanh, scale=1.0, *, names=("a",), rng=None):
        self.width = width
        self.phi = phi
        self.scale = scale
        self.names = names
        self.inner = Layer(width, width, rng=rng)
        self.shift = Value(0.5)

    def __call__(self, x):
        return [self.phi(a * self.scale + self.shift) for a in self.inner(x)]


MODELS = {
    "MLP": lambda: MLP(2, [3, 1], activation="tanh", output_activation="sigmoid", rng=1),
    "activations as they are": lambda: MLP(2, [3, 1], activation=activations.gelu, rng=1),
    "softmax": lambda: Sequential(Layer(2, 3, activation="softmax", rng=1)),
    "a slope for each neuron": lambda: Sequential(Layer(2, 3, activation="prelu", rng=1)),
    "a slope for all": lambda: Sequential(Layer(2, 3, activation=activations.PReLU(0.1), rng=1)),
    "a neuron": lambda: Neuron(2, activation="relu", rng=1),
    "one of each": lambda: Sequential(
        Embedding(4, 2, rng=1), Flatten(), Dropout(0.25, rng=1), Layer(4, 3, rng=1), MLP(3, [2, 2], rng=1)
    ),
    "one's own": lambda: Sequential(Layer(2, 3, rng=1), Block(3, activations.relu, 2.5, names=("x", "y"), rng=1)),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_module_comes_back_as_it_was(name, tmp_path):
    model, before = MODELS[name](), random.getstate()
    save_model(model, tmp_path / "model.json")
    again = load_model(tmp_path / "model.json", kinds=[Block])
    assert random.getstate() == before
    assert type(again) is type(model)
    assert again.state_dict() == model.state_dict()
    assert repr(again) == repr(model)
    assert again.predict([[1.0, 3.0]] * 3) == model.predict([[1.0, 3.0]] * 3)
    assert [v.label for v in again.parameters()] == [v.label for v in model.parameters()]
    save_model(again, tmp_path / "again.json")
    assert (tmp_path / "again.json").read_text() == (tmp_path / "model.json").read_text()


def test_a_class_of_ones_own_is_named_by_who_loads_it(tmp_path):
    save_model(Block(2, rng=1), tmp_path / "model.json")
    with pytest.raises(StorageError, match=r"a module of the kind 'Block', which is not known.*kinds="):
        load_model(tmp_path / "model.json")


class Forgetful(Module):
    def __init__(self, n):
        self.w = [Value(1.0) for _ in range(n)]


class Changed(Module):
    def __init__(self, factor=2.0):
        self.halved = factor / 2.0
        self.w = Value(1.0)


class Asking(Module):
    def __init__(self, n):
        self.n = n
        self.w = [Value(float(i)) for i in range(n + 1)]

    def settings(self):
        return {"n": self.n - 1}


def tied():
    layer = Layer(2, 2, rng=1)
    return Sequential(layer, layer)


def grown():
    model = MLP(2, [1], rng=1)
    model.temperature = 0.5
    return model


@pytest.mark.parametrize(
    "model, message",
    [
        (lambda: Forgetful(3), "Forgetful cannot be saved: .*'n'"),
        (lambda: Changed(3.0), "model.halved is 1.5, and would be 1.0"),
        (lambda: Asking(3), "unexpected: w"),
        (tied, "needs 12 parameters, and there are 6"),
        (grown, "model.temperature is 0.5, and would be None"),
        (lambda: Block(2, tanh), "is not in the table"),
        (lambda: Block(2, scale=complex(1.0)), r"scale of Block is \(1\+0j\), a complex"),
        (lambda: Block(2, scale=float("nan")), "scale of Block is nan"),
        (lambda: micrograd.MLP(2, [1]), "cannot be saved"),
    ],
)
def test_what_would_not_come_back_is_refused(model, message, tmp_path):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        save_model(model(), tmp_path / "model.json")
    assert not list(tmp_path.iterdir())


def test_numbers_that_are_none_are_refused(tmp_path):
    model = MLP(2, [1], rng=1)
    model.layers[0].neurons[0].b.data = float("inf")
    with pytest.raises(ValueError, match=r"layers.0.neurons.0.b of MLP.*: not a finite number"):
        save_model(model, tmp_path / "model.json")


def crafted(tmp_path, change):
    save_model(MODELS["one's own"](), tmp_path / "model.json")
    content = json.loads((tmp_path / "model.json").read_text())["content"]
    change(content)
    (tmp_path / "crafted.json").write_text(document_text(FORMAT, VERSION, content))
    return tmp_path / "crafted.json"


def first_layer(content):
    return content["module"]["settings"]["layers"][0]


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda c: c.pop("parameters"), "'parameters' is missing"),
        (lambda c: c["parameters"].update(x=1.0), "unexpected: x"),
        (lambda c: c["parameters"].update({"layers.0.neurons.0.b": "1"}), "has to be a number"),
        (lambda c: c["parameters"].pop("layers.0.neurons.0.b"), "missing: layers.0.neurons.0.b"),
        (lambda c: first_layer(c).update(module="os.system"), "the kind 'os.system', which is not known"),
        (lambda c: first_layer(c)["settings"].update(n_out=10**9), "needs 3000000000 parameters, and there are 22"),
        (lambda c: first_layer(c)["settings"].update(n_out=-3), "n_out is a whole number"),
        (lambda c: first_layer(c)["settings"].update(n_out="3"), "damaged"),
        (lambda c: first_layer(c)["settings"].update(extra=3), "damaged: .*extra"),
        (lambda c: first_layer(c)["settings"].update(activation={"activation": "eval"}), "has to be 'step' or"),
        (lambda c: first_layer(c)["settings"].update(activation={"function": "eval"}), "has to be a module"),
        (lambda c: first_layer(c)["settings"].update(activation=[[[{"tuple": 3}]]]), "has to be a list"),
        (lambda c: first_layer(c)["settings"].update(activation={"dict": 3}), "has to be an object"),
        (lambda c: first_layer(c)["settings"].pop("n_in"), "damaged"),
        (lambda c: c["module"]["settings"].update(layers=[]), "damaged"),
        (lambda c: c.update(module=[]), "has to be an object"),
    ],
)
def test_a_crafted_file_is_an_error_of_one_line(change, message, tmp_path):
    path = crafted(tmp_path, change)
    with pytest.raises(StorageError, match=message) as error:
        load_model(path, kinds=[Block])
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


class Row(Module):
    def __init__(self, size=3):
        if size > 10**7:
            raise MemoryError
        self.size, self.w = size, [Value(0.0) for _ in range(size)]

    def __call__(self, x):
        return [sum(w * x[0] for w in self.w)]


def test_a_class_of_ones_own_that_fills_the_memory_is_an_error_of_one_line(tmp_path):
    path = tmp_path / "row.json"
    save_model(Row(), path)
    content = json.loads(path.read_text())["content"]
    content["module"]["settings"]["size"] = 3 * 10**7
    path.write_text(document_text(FORMAT, VERSION, content))
    with pytest.raises(StorageError, match="row.json is damaged, or too large: with its settings, Row of 3 parameters"):
        load_model(path, kinds=[Row])


@pytest.mark.parametrize(
    "columns", [[], {}, {"inputs": []}, {"inputs": [1], "targets": []}, {"inputs": "ab", "targets": []}, 3]
)
def test_names_of_columns_have_a_form(tmp_path, columns):
    path = crafted(tmp_path, lambda content: content.update(columns=columns))
    with pytest.raises(StorageError, match="damaged"):
        load_model(path, kinds=[Block])


def test_a_deep_file_and_a_foreign_one_are_errors(tmp_path):
    text = '{"format": "chalkgrad module", "version": 1, "sha256": "", "content": ' + "[" * 9000 + "]" * 9000 + "}"
    (tmp_path / "deep.json").write_text(text)
    (tmp_path / "foreign.json").write_text(document_text("chalkgrad model", 1, {}))
    with pytest.raises(StorageError, match="deep|object"):
        load_model(tmp_path / "deep.json")
    with pytest.raises(StorageError, match="is not a chalkgrad module, but a chalkgrad model"):
        load_model(tmp_path / "foreign.json")


def test_two_kinds_of_one_name_are_refused(tmp_path):
    class Layer(Module):
        pass

    save_model(MLP(2, [1], rng=1), tmp_path / "model.json")
    with pytest.raises(ValueError, match="two kinds of modules are called 'Layer'"):
        load_model(tmp_path / "model.json", kinds=[Layer])


def test_a_trained_model_comes_back_and_goes_on(tmp_path):
    from nn import Trainer

    X, y = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]], [1, 1, 0, 0]
    model = Sequential(Layer(2, 4, activation="tanh", rng=1), Dropout(0.2), Layer(4, 1, rng=1))
    Trainer(model, "bce_with_logits", "adam").fit(X, y, epochs=5, verbose=0, rng=1)
    save_model(model, tmp_path / "model.json")
    again = load_model(tmp_path / "model.json")
    for one in (model, again):
        Trainer(one, "bce_with_logits", "adam").fit(X, y, epochs=5, verbose=0, rng=2)
    assert again.state_dict() == model.state_dict()
