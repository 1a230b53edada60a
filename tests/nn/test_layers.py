"""Neurons, layers, models, where their weights start, and micrograd's versions of them."""

import json
import math
import random
import statistics

import pytest

import autograd
from autograd import Value
from autograd.graph import topological_order
from nn import MLP, Layer, Module, Neuron, Sequential, activations, init, micrograd


def test_a_neuron_is_three_nodes():
    neuron = Neuron(64, activation="tanh", rng=1)
    computed = [v for v in topological_order(neuron([1.0] * 64)) if v.op is not None]
    assert [v.op.name for v in computed] == ["dot", "add", "tanh"]


def test_a_neuron_by_hand():
    neuron = Neuron(2, activation="relu")
    neuron.w[0].data, neuron.w[1].data, neuron.b.data = 2.0, -3.0, 0.5
    assert neuron([4.0, 1.0]).data == 5.5
    assert neuron([1.0, 4.0]).data == 0.0
    assert neuron.shape == (2, 1)


@pytest.mark.parametrize("activation", ["tanh", "softmax", "prelu", "gelu"])
def test_a_model_against_finite_differences_in_its_parameters(activation):
    model = MLP(2, [3, 2], activation="sigmoid", output_activation=activation, rng=3)
    x, weight = [0.4, -0.7], [1.0, -2.0]  # a loss of both outputs, so that none goes unchecked

    def loss():
        return autograd.dot(weight, model(x))

    loss().backward()
    for name, parameter in model.named_parameters().items():
        at, step = parameter.data, 1e-5
        parameter.data = at + step
        above = loss().data
        parameter.data = at - step
        below = loss().data
        parameter.data = at
        assert parameter.grad == pytest.approx((above - below) / (2.0 * step), rel=1e-7, abs=1e-9), name
    assert sum(parameter.grad != 0.0 for parameter in model.parameters()) >= 17


def test_the_same_leaves_feed_all_neurons_of_a_layer():
    outputs = Layer(2, 3, rng=1)([1.0, 2.0])
    inputs = [v.parents[0].parents[2:] for v in outputs]
    assert inputs[0] == inputs[1] == inputs[2]


def test_a_list_always():
    assert [len(MLP(2, [4, n], rng=1)([1.0, 2.0])) for n in (1, 2)] == [1, 2]
    assert isinstance(Layer(2, 1, rng=1)([1.0, 2.0]), list)
    assert isinstance(Neuron(2, rng=1)([1.0, 2.0]), Value)


def test_inputs_may_be_values_and_arrays_and_get_gradients():
    import numpy as np

    model = MLP(2, [3, 1], activation="tanh", rng=1)
    x = [Value(1.0), Value(-0.5)]
    y = model(x)[0]
    y.backward()
    assert all(v.grad for v in x)
    for other in ([1, -0.5], (1.0, -0.5), np.array([1.0, -0.5]), np.array([1.0, -0.5], dtype=np.float32)):
        assert model(other)[0].data == y.data
    assert model.predict(np.array([[1.0, -0.5]])) == [[y.data]]


@pytest.mark.parametrize("model", [MLP(3, [2, 1]), Layer(3, 2), Sequential(Layer(3, 2)), Neuron(3)])
def test_wrong_input(model):
    with pytest.raises(ValueError, match=r"takes 3 inputs but was given 2\.\nFor a batch, call it once per sample"):
        model([1.0, 2.0])
    with pytest.raises(ValueError, match="was given 4"):
        model([1.0] * 4)
    with pytest.raises(TypeError, match="takes a list of 3 numbers"):
        model(1.0)
    with pytest.raises(TypeError):
        model([[1.0, 2.0, 3.0]] * 3)
    with pytest.raises(TypeError):
        model("abc")


def test_a_batch_of_as_many_rows_as_inputs_is_told_apart():
    with pytest.raises(TypeError, match=r"(?s)takes one sample, a list of 2 numbers: a list is not.*For a batch"):
        MLP(2, [1])([[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    "build, message",
    [
        (lambda: MLP(0, [1]), "n_in is a whole number, 1 or more, but is 0"),
        (lambda: MLP(2, []), "sizes is a list of at least one number"),
        (lambda: MLP(2, 3), "sizes is a list"),
        (lambda: MLP(2, [3, 0]), "n_out is a whole number, 1 or more, but is 0"),
        (lambda: MLP(2, [2.5]), "but is 2.5"),
        (lambda: Layer(2, True), "but is True"),
        (lambda: MLP(2, [1], activation="rleu", output_activation="tanhh"), "did you mean 'tanh'"),
        (lambda: MLP(2, [1, 1], init="he_norm"), "did you mean 'he_normal'"),
        (lambda: Neuron(2, activation="softmax"), "softmax acts on a whole layer"),
        (lambda: Sequential(), "at least one layer"),
        (lambda: Sequential(Layer(2, 3), Layer(2, 1)), "layer 0 has 3 outputs, but layer 1 takes 2 inputs"),
    ],
)
def test_what_cannot_be_built(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_a_description_rebuilds_the_architecture():
    model = MLP(2, [3, 3, 2], activation="prelu", output_activation="softmax", rng=1)
    state = random.getstate()
    rebuilt = MLP.from_config(json.loads(json.dumps(model.config())))
    assert random.getstate() == state
    rebuilt.load_state_dict(model.state_dict())
    assert rebuilt.predict([[0.3, -0.4]]) == model.predict([[0.3, -0.4]])
    assert repr(rebuilt) == repr(model)
    by_function = MLP(2, [1], output_activation=activations.tanh)
    assert by_function.config()["output_activation"] == "tanh"


@pytest.mark.parametrize("change", [{"kind": "CNN"}, {"n_in": 0}, {"sizes": "11"}, {"activation": "x"}, {"colour": 1}])
def test_a_wrong_description_is_refused(change):
    with pytest.raises(ValueError):
        MLP.from_config({**MLP(2, [1, 1]).config(), **change})


@pytest.mark.parametrize("phi", [lambda v: v, autograd.tanh, activations.PReLU(0.1)])
def test_what_has_no_name_in_the_table_cannot_be_described(phi):
    with pytest.raises(ValueError, match="not in the table"):
        MLP(2, [2, 1], activation=phi).config()


def test_sequential_runs_one_after_the_other():
    first, second = Layer(2, 3, activation="tanh", rng=1), Layer(3, 1, rng=2)
    model = Sequential(first, second)
    x = [0.2, -0.6]
    assert [v.data for v in model(x)] == [v.data for v in second(first(x))]


# ── Where weights start ──


def weights(name, n_in, n_out, count=4000):
    rng, draw = random.Random(7), init.get(name)
    return [draw(n_in, n_out, rng) for _ in range(count)]


@pytest.mark.parametrize(
    "name, variance, kurtosis",
    [
        ("normal", 0.01, 3.0),
        ("uniform", 1 / 3, 1.8),
        ("glorot_uniform", 2 / 90, 1.8),
        ("glorot_normal", 2 / 90, 3.0),
        ("he_uniform", 2 / 60, 1.8),
        ("he_normal", 2 / 60, 3.0),
        (init.normal(0.5), 0.25, 3.0),
        (init.uniform(0.2), 0.04 / 3, 1.8),
    ],
)
def test_mean_variance_and_shape_of_the_distribution(name, variance, kurtosis):
    drawn = weights(name, 60, 30)
    assert statistics.fmean(drawn) == pytest.approx(0.0, abs=4 * math.sqrt(variance / len(drawn)))
    assert statistics.pvariance(drawn) == pytest.approx(variance, rel=0.1)
    assert statistics.fmean(w**4 for w in drawn) / variance**2 == pytest.approx(kurtosis, rel=0.15)


def test_biases_start_at_zero_and_zeros_are_zeros():
    assert all(n.b.data == 0.0 for layer in MLP(3, [4, 4]).layers for n in layer.neurons)
    assert set(weights("zeros", 3, 4, 10)) == {0.0}


def test_what_suits_the_activation_is_the_default():
    def spread(activation):
        layer = Layer(50, 200, activation=activation, rng=1)
        return statistics.pvariance(w.data for n in layer.neurons for w in n.w)

    assert spread("relu") == pytest.approx(2 / 50, rel=0.1)
    assert spread("tanh") == pytest.approx(2 / 250, rel=0.1)


def test_seeds_and_generators():
    def start(rng):
        return MLP(2, [3, 1], rng=rng).state_dict()

    assert start(5) == start(random.Random(5)) != start(6)
    random.seed(5)
    assert start(None) == start(5)
    assert len(set(start(5).values())) > 9  # one seed for the model, not the same for each layer or neuron
    for wrong in ("5", 5.0, True):
        with pytest.raises(TypeError, match=r"rng is a random\.Random"):
            MLP(2, [1], rng=wrong)


@pytest.mark.parametrize("make", [init.normal, init.uniform])
@pytest.mark.parametrize("size", [-1.0, math.nan, math.inf])
def test_impossible_sizes(make, size):
    with pytest.raises(ValueError, match="must be a finite number, 0 or above"):
        make(size)


def test_an_initialiser_that_was_not_called():
    with pytest.raises(TypeError, match=r"call it, init\.normal\(\)"):
        Layer(2, 2, init=init.normal)


# ── micrograd ──


def test_micrograds_weights_are_drawn_as_micrograd_draws_them():
    random.seed(1337)
    expected = [random.uniform(-1, 1) for _ in range(2 * 3 + 3)]
    random.seed(1337)
    model = micrograd.MLP(2, [3, 1])
    assert [w.data for layer in model.layers for n in layer.neurons for w in n.w] == expected
    assert all(n.b.data == 0.0 for layer in model.layers for n in layer.neurons)


def test_micrograds_shapes_and_signatures():
    model = micrograd.MLP(3, [4, 4, 1])
    assert isinstance(model([2.0, 3.0, -1.0]), Value)
    assert len(micrograd.MLP(3, [2])([2.0, 3.0, -1.0])) == 2
    assert len(model.parameters()) == 41
    assert str(model) == (
        "MLP of [Layer of [" + ", ".join(["ReLUNeuron(3)"] * 4) + "], Layer of ["
        + ", ".join(["ReLUNeuron(4)"] * 4) + "], Layer of [LinearNeuron(4)]]"
    )  # fmt: skip
    assert [n.nonlin for layer in model.layers for n in layer.neurons] == [True] * 8 + [False]
    assert repr(micrograd.Layer(2, 2, nonlin=False)) == "Layer of [LinearNeuron(2), LinearNeuron(2)]"
    assert isinstance(model, micrograd.Module)
    assert model.layers[1].neurons[2].w[3].label == "layers.1.neurons.2.w[3]"


def demo(steps):
    """The loop of micrograd's demo notebook; its loss and accuracy at the last step."""
    import numpy as np
    from sklearn.datasets import make_moons

    np.random.seed(1337)
    random.seed(1337)
    X, y = make_moons(n_samples=100, noise=0.1)
    y = y * 2 - 1
    model = micrograd.MLP(2, [16, 16, 1])
    for k in range(steps):
        scores = list(map(model, [list(map(Value, row)) for row in X]))
        data_loss = sum((1 + -yi * score).relu() for yi, score in zip(y, scores)) * (1.0 / len(scores))
        total = data_loss + 1e-4 * sum(p * p for p in model.parameters())
        accuracy = sum((yi > 0) == (score.data > 0) for yi, score in zip(y, scores)) / len(scores)
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * p.grad
    return total.data, accuracy


def test_micrograds_demo_starts_at_the_loss_that_its_notebook_shows():
    assert demo(steps=1) == (pytest.approx(0.8958441028683222, rel=1e-13), 0.5)


@pytest.mark.slow
def test_micrograds_demo_separates_the_moons():
    loss, accuracy = demo(steps=100)
    assert accuracy == 1.0
    assert loss == pytest.approx(0.011, abs=0.001)


def test_a_module_of_ones_own_with_parameters_by_hand():
    class Own(micrograd.Module):
        def __init__(self):
            self.hidden = Value(1.0)

        def parameters(self):
            return [self.hidden]

    own = Own()
    own.hidden.grad = 3.0
    own.zero_grad()
    assert own.hidden.grad == 0.0
    assert Module().parameters() == []
