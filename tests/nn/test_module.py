"""Module: finding parameters, naming them, saving and loading their numbers."""

import copy
import json
import pickle
import subprocess
import sys

import pytest

from autograd import Value
from nn import MLP, Layer, Module, Neuron, Sequential


class Custom(Module):
    """One of everything that may hold parameters."""

    def __init__(self):
        self.rate = 0.5
        self.words = ["a", "b"]
        self.gate = Value(1.0)
        self.table = {"left": Value(2.0), "right": [Value(3.0), Value(4.0)]}
        self.heads = {"big": Neuron(1, init="zeros")}
        self.pairs = (Value(5.0), (Value(6.0),))
        self.matrix = [[Value(7.0), Value(8.0)]]
        self.output = self.gate * 2.0  # computed, so not a parameter

    def __call__(self, x):
        return [self.gate * x[0]]


NAMES = [
    "gate",
    "table[left]",
    "table[right][0]",
    "table[right][1]",
    "heads.big.w[0]",
    "heads.big.b",
    "pairs[0]",
    "pairs[1][0]",
    "matrix[0][0]",
    "matrix[0][1]",
]


def test_parameters_are_found_in_attributes_and_containers():
    model = Custom()
    named = model.named_parameters()
    assert list(named) == NAMES
    assert model.parameters() == list(named.values())
    assert [p.data for p in model.parameters()] == [1.0, 2.0, 3.0, 4.0, 0.0, 0.0, 5.0, 6.0, 7.0, 8.0]


def test_names_are_labels_at_any_nesting():
    layer = Layer(2, 3)
    assert layer.neurons[2].w[1].label == "neurons.2.w[1]"
    model = Sequential(layer, Layer(3, 1))
    assert layer.neurons[2].w[1].label == "layers.0.neurons.2.w[1]"
    assert all(p.label == name for name, p in model.named_parameters().items())
    wrapped = Custom()
    wrapped.inner = model
    assert layer.neurons[2].w[1].label == "inner.layers.0.neurons.2.w[1]"
    assert Neuron(1).b.label == "b"
    assert all(p.label == name for name, p in MLP(2, [3, 1]).named_parameters().items())


def test_labels_follow_a_list_changed_in_place_when_asked():
    model = Sequential(Layer(1, 1))
    model.layers.append(Layer(1, 1))
    model.label_parameters()
    assert model.layers[1].neurons[0].b.label == "layers.1.neurons.0.b"


def test_what_is_shared_counts_once_under_its_first_name():
    class Twins(Module):
        def __init__(self):
            self.a = Neuron(1)
            self.b = self.a
            self.w = self.a.w[0]

    model = Twins()
    assert list(model.named_parameters()) == ["a.w[0]", "a.b"]
    assert model.a.b.label == "a.b"
    shared = Layer(2, 2)
    assert len(Sequential(shared, shared).parameters()) == 6
    assert Sequential(shared, shared).summary().splitlines()[-1].split() == ["total", "6"]


def test_a_module_that_refers_back_to_its_owner_is_no_trap():
    owner = Custom()
    owner.heads["big"].owner = owner
    assert len(owner.parameters()) == len(NAMES)


def test_two_parameters_of_one_name_are_refused():
    model = Custom()
    model.table = {1: Value(1.0), "1": Value(2.0)}
    with pytest.raises(ValueError, match=r"two parameters are called 'table\[1\]'"):
        model.named_parameters()


def test_zero_grad():
    model = MLP(2, [3, 1], rng=1)
    model([1.0, 2.0])[0].backward()
    assert any(p.grad for p in model.parameters())
    model.zero_grad()
    assert all(p.grad == 0.0 for p in model.parameters())


# ── State ──


def test_a_state_goes_through_json_exactly():
    model, other = MLP(3, [4, 2], rng=1), MLP(3, [4, 2], rng=2)
    assert model.state_dict() != other.state_dict()
    other.load_state_dict(json.loads(json.dumps(model.state_dict())))
    assert other.state_dict() == model.state_dict()
    x = [0.1, -0.2, 0.3]
    assert [v.data for v in other(x)] == [v.data for v in model(x)]


@pytest.mark.parametrize(
    "change, kind, message",
    [
        (lambda s: s.pop("layers.0.neurons.1.b"), ValueError, r"missing: layers\.0\.neurons\.1\.b"),
        (lambda s: s.update(extra=1.0), ValueError, "unexpected: extra"),
        (
            lambda s: s.update({"layers.0.neurons.1.b": "1.0"}),
            TypeError,
            r"parameter layers\.0\.neurons\.1\.b: .*'1\.0'",
        ),
        (lambda s: s.update({"layers.0.neurons.1.b": None}), TypeError, r"parameter layers\.0\.neurons\.1\.b"),
        (lambda s: s.clear(), ValueError, "and 1 more"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(change, kind, message):
    model = MLP(2, [2], rng=1)
    before = model.state_dict()
    state = {name: number + 1.0 for name, number in before.items()}
    change(state)
    with pytest.raises(kind, match=message):
        model.load_state_dict(state)
    assert model.state_dict() == before


def test_loading_what_fits():
    model = MLP(2, [2], rng=1)
    before = model.state_dict()
    model.load_state_dict({"layers.0.neurons.1.b": 9.0, "elsewhere": 1.0}, strict=False)
    assert model.state_dict() == {**before, "layers.0.neurons.1.b": 9.0}


@pytest.mark.parametrize("again", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_are_whole_and_independent(again):
    model = MLP(2, [3, 2], activation="prelu", output_activation="softmax", rng=1)
    copied = again(model)
    assert copied.state_dict() == model.state_dict()
    assert [p.label for p in copied.parameters()] == list(model.named_parameters())
    assert copied.predict([[1.0, 2.0]]) == model.predict([[1.0, 2.0]])
    copied.parameters()[0].data += 1.0
    assert copied.state_dict() != model.state_dict()


# ── Use ──


def test_predict_gives_floats_and_leaves_gradients_alone():
    model = MLP(2, [3, 2], rng=1)
    model([1.0, 2.0])[0].backward()
    grads = [p.grad for p in model.parameters()]
    X = [[1.0, 2.0], [-1.0, 0.5]]
    answers = model.predict(X)
    assert [[type(number) for number in row] for row in answers] == [[float, float]] * 2
    assert answers == [[v.data for v in model(x)] for x in X]
    assert [p.grad for p in model.parameters()] == grads
    assert Neuron(1, init="zeros").predict([[1.0], [2.0]]) == [[0.0], [0.0]]
    assert model.predict([]) == []


def test_a_module_without_a_call_says_so():
    with pytest.raises(NotImplementedError, match="Module does not say what it computes"):
        Module()([1.0])


def test_summary_and_repr():
    model = MLP(64, [32, 10], activation="tanh", rng=1)
    lines = model.summary().splitlines()
    assert lines[0].split() == ["layer", "shape", "activation", "parameters"]
    assert lines[2].split() == ["layers.0", "(Layer)", "64", "→", "32", "tanh", "2,080"]
    assert lines[3].split() == ["layers.1", "(Layer)", "32", "→", "10", "linear", "330"]
    assert lines[-1].split() == ["total", "2,410"]
    assert len({len(line) for line in lines}) == 1
    assert "self (Neuron)" in Neuron(2).summary()
    custom = [line.split()[0] for line in Custom().summary().splitlines()[2:-2]]
    assert custom == ["gate", "table", "heads.big", "pairs", "matrix"]
    assert repr(Sequential(Layer(1, 2))) == "Sequential(Layer(1, 2, activation='linear'))"

    class Pair(Module):
        def __init__(self):
            self.left = Neuron(2)

    assert repr(Pair()) == "Pair(left=Neuron(2, activation='linear'))"


def test_importing_nn_loads_the_standard_library_only():
    outside = ("numpy", "scipy", "sklearn", "matplotlib", "tqdm", "graphviz", "llvmlite")
    code = f"import sys, nn; print([name for name in {outside} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
