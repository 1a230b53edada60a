"""Activations: their values and slopes against mpmath and finite differences, and what the table says of them."""

import math
import pickle

import mpmath
import pytest

import autograd
from autograd import Value
from autograd.testing import gradcheck
from nn import Layer, activations
from nn.activations import ACTIVATIONS, PReLU, get

POINTS = [-3.0, -1.0, -0.3, 0.2, 0.7, 2.5]

#: Definitions from other sources: mpmath's own functions.
EXACT = {
    "step": lambda z: mpmath.mpf(z > 0),
    "linear": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "tanh": mpmath.tanh,
    "relu": lambda z: max(z, mpmath.mpf(0)),
    "leaky_relu": lambda z: z if z > 0 else z / 100,
    "elu": lambda z: z if z > 0 else mpmath.exp(z) - 1,
    "gelu": lambda z: z * mpmath.ncdf(z),
    "silu": lambda z: z / (1 + mpmath.exp(-z)),
    "softplus": lambda z: mpmath.log(1 + mpmath.exp(z)),
    "prelu": lambda z: z if z > 0 else z / 4,
}


def test_every_activation_of_one_number_is_checked_here():
    assert set(EXACT) | {"softmax"} == set(ACTIVATIONS)


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("z", POINTS)
def test_values_and_slopes_against_mpmath(name, z):
    phi, exact = get(name), EXACT[name]
    value = Value(z)
    a = phi(value)
    a.backward()
    with mpmath.workdps(40):
        assert a.data == pytest.approx(float(exact(mpmath.mpf(z))), rel=1e-14, abs=0.0)
        assert value.grad == pytest.approx(float(mpmath.diff(exact, z)), rel=1e-13, abs=0.0)


@pytest.mark.parametrize("name", [name for name in EXACT if name != "prelu"])
def test_numbers_give_numbers(name):
    answer = get(name)(0.5)
    assert type(answer) is float
    assert answer == get(name)(Value(0.5)).data


@pytest.mark.parametrize("name", EXACT)
def test_the_stated_range_holds_and_is_not_wider_than_need_be(name):
    low, high = get(name).range[1:-1].split(", ")
    low, high = (float(end.replace("−", "-").replace("∞", "inf")) for end in (low, high))
    seen = [float(EXACT[name](mpmath.mpf(z) / 10)) for z in range(-400, 401)]
    assert low - 0.001 <= min(seen) and max(seen) <= high
    assert min(seen) <= low + 0.01 if math.isfinite(low) else min(seen) < -0.1
    assert max(seen) >= high - 0.01 if math.isfinite(high) else max(seen) > 30.0


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_each_says_what_there_is_to_know(name):
    phi = get(name)
    assert phi.name == name
    for said in (phi.family, phi.formula, phi.range, phi.derivative, phi.pros, phi.cons):
        assert len(said) > 0
    assert activations.activation_name(phi) == name


@pytest.mark.parametrize("z", [-1000.0, 1000.0])
@pytest.mark.parametrize("name", EXACT)
def test_finite_far_out(name, z):
    value = Value(z)
    a = get(name)(value)
    a.backward()
    assert math.isfinite(a.data) and math.isfinite(value.grad)


# ── prelu ──


def test_prelu_learns_its_slope():
    gradcheck(lambda z, slope: autograd.where(autograd.step(z), z, slope * z), [-1.5, 0.25])
    phi = PReLU(0.25)
    phi(Value(-1.5)).backward()
    assert phi.slope.grad == -1.5
    phi.zero_grad()
    phi(Value(1.5)).backward()
    assert phi.slope.grad == 0.0


def test_prelu_at_its_kink_is_the_slope_from_the_left():
    z = Value(0.0)
    PReLU(0.25)(z).backward()
    assert z.grad == 0.25


def test_prelu_by_name_is_one_for_each_neuron_and_shared_if_given():
    assert [p.label for p in Layer(1, 2, activation="prelu").parameters()] == [
        "neurons.0.w[0]",
        "neurons.0.b",
        "neurons.0.activation.slope",
        "neurons.1.w[0]",
        "neurons.1.b",
        "neurons.1.activation.slope",
    ]
    assert len(Layer(1, 2, activation=PReLU()).parameters()) == 5


# ── softmax ──


def test_softmax_of_a_layer():
    layer = Layer(2, 3, activation="softmax", rng=1)
    linear = Layer(2, 3, rng=1)
    z = [v.data for v in linear([0.5, -2.0])]
    a = [v.data for v in layer([0.5, -2.0])]
    total = mpmath.fsum(mpmath.exp(x) for x in z)
    assert a == pytest.approx([float(mpmath.exp(x) / total) for x in z], rel=1e-14)
    assert sum(a) == pytest.approx(1.0, rel=1e-15)
    assert [v.data for v in activations.softmax([Value(1000.0), Value(-1000.0)])] == [1.0, 0.0]
    assert layer.activation_name == "softmax"


# ── Looking up ──


def test_looking_up():
    assert get("relu") is activations.relu
    assert get(autograd.tanh) is autograd.tanh
    assert isinstance(get("prelu"), PReLU) and get("prelu") is not get("prelu")
    with pytest.raises(ValueError, match="no activation is called 'Leaky-ReLU'; did you mean 'leaky_relu'"):
        get("Leaky-ReLU")
    with pytest.raises(ValueError, match="no activation is called 'zzz'. There are: step"):
        get("zzz")
    with pytest.raises(TypeError, match="a name or a function, not 3"):
        get(3)
    for phi in (activations.tanh, activations.softmax):
        assert pickle.loads(pickle.dumps(phi)) is phi
