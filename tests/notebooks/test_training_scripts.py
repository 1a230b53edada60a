"""The scripts of the training playground, in Node: optimisers and first weights beside nn's, data, addresses."""

import math
import random
import statistics
from pathlib import Path

import pytest
from scripts import in_node

from autograd import Value
from nn import MLP
from nn.optimizers import Adam, GradientDescent, Momentum
from nn.penalties import l2_penalty

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "notebooks" / "site" / "training"


def scripts(*names):
    """Some of the page's scripts as one."""
    given = "const PROGRAMS = { widths: [1, 2, 3, 4, 6, 8, 12, 16] };"
    return "\n".join([given, *((SOURCES / f"{name}.js").read_text(encoding="utf-8") for name in names)])


@pytest.mark.parametrize(
    ("name", "optimiser"), [("descent", GradientDescent(0.1)), ("momentum", Momentum(0.03)), ("adam", Adam(0.02))]
)
@pytest.mark.parametrize("penalty", [0.0, 0.01])
def test_optimisers_move_as_nn_does_step_by_step(name, optimiser, penalty):
    rng = random.Random(3)
    optimiser.start_over()
    start = [rng.uniform(-1, 1) for _ in range(5)]
    gradients = [[rng.gauss(0, 10.0**place) for place in range(-3, 2)] for _ in range(60)]
    values = {str(place): Value(number) for place, number in enumerate(start)}
    expected = []
    for gradient in gradients:
        for value in values.values():
            value.grad = 0.0
        l2_penalty(list(values.values()), penalty).backward()
        for value, number in zip(values.values(), gradient, strict=True):
            value.grad += number
        optimiser.step(values)
        expected.append([value.data for value in values.values()])
    found = in_node(
        scripts("optimisers")
        + """
        const answer = ({ name, start, gradients, rate, penalty }) => {
          const parameters = Float64Array.from(start);
          const optimiser = OPTIMISERS[name](parameters.length);
          return gradients.map((gradient) => {
            const given = Float64Array.from(gradient);
            addPenalty(given, parameters, penalty);
            optimiser.step(parameters, given, rate);
            return [...parameters];
          });
        };""",
        {"name": name, "start": start, "gradients": gradients, "rate": optimiser.learning_rate, "penalty": penalty},
    )
    for ours, theirs in zip(found, expected, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("activation", ["tanh", "relu", "silu", "sigmoid"])
def test_weights_start_from_the_distributions_of_nn(activation):
    pytest.importorskip("nbformat")
    from tools.training_playground import initialiser

    source = scripts("random") + "const answer = ({ sizes, initialiser, seeds }) =>"
    source += "Array.from({ length: seeds }, (_, seed) => [...firstParameters(sizes, initialiser, new Random(seed))]);"
    ours = in_node(source, {"sizes": [2, 8, 8, 1], "initialiser": initialiser(activation), "seeds": 300})
    theirs = [[p.data for p in MLP(2, [8, 8, 1], activation=activation, rng=seed).parameters()] for seed in range(300)]
    layers = {"first": slice(0, 24), "second": slice(24, 96), "last": slice(96, 105)}
    for layer, place in layers.items():
        of_ours = [x for row in ours for x in row[place]]
        of_theirs = [x for row in theirs for x in row[place]]
        assert sum(x == 0.0 for x in of_ours) == sum(x == 0.0 for x in of_theirs), layer  # the biases
        assert statistics.pstdev(of_ours) == pytest.approx(statistics.pstdev(of_theirs), rel=0.05), layer
        assert abs(statistics.mean(of_ours)) < 0.04, layer
        if layer == "last" or activation in ("tanh", "sigmoid"):  # which has a limit
            assert max(map(abs, of_ours)) == pytest.approx(max(map(abs, of_theirs)), rel=0.02), layer


def test_the_generator_is_mulberry32_and_the_same_for_the_same_seed():
    source = scripts("random") + "const answer = (seed) => { const r = new Random(seed);"
    source += "return [r.next(), r.next(), r.order(9), Array.from({ length: 4000 }, () => r.gauss(1, 2))]; };"
    first, second, order, gauss = in_node(source, 12345)
    assert [first, second] == mulberry32(12345, 2)
    assert sorted(order) == list(range(9))
    assert statistics.mean(gauss) == pytest.approx(1.0, abs=0.1)
    assert statistics.pstdev(gauss) == pytest.approx(2.0, rel=0.05)
    assert in_node(source, 12345)[2] == order


def mulberry32(state, count):
    """The same in Python's whole numbers."""
    word = 2**32 - 1
    found = []
    for _ in range(count):
        state = (state + 0x6D2B79F5) & word
        mixed = (state ^ (state >> 15)) * (state | 1) & word
        mixed ^= (mixed + (mixed ^ (mixed >> 7)) * (mixed | 61)) & word
        found.append((mixed ^ (mixed >> 14)) / 2**32)
    return found


def test_data_are_two_classes_within_the_map_and_a_share_is_kept():
    source = scripts("random", "data")
    source += """const answer = (share) => Object.entries(DATA).map(([name, make]) => {
      const { X, y } = make(200, 1, new Random(7));
      return [name, X, y, split(200, share)];
    });"""
    for name, points, classes, parts in in_node(source, 0.2):
        assert sorted(set(classes)) == [0.0, 1.0] and sum(classes) == 100, name
        assert all(abs(x) <= 3.0 for point in points for x in point), name
        assert sorted(parts["train"] + parts["test"]) == list(range(200))
        assert len(parts["test"]) == 40
        assert 16 <= sum(classes[int(place)] for place in parts["test"]) <= 24  # of both classes
    source = scripts("data") + "const answer = (share) => [1, 2, 50, 51].map((count) => split(count, share).test);"
    one, two, fifty, more = in_node(source, 0.5)
    assert one == two[: len(one)] == [] and more[: len(fifty)] == fifty  # what is added moves nothing


ADDRESSES = [
    ("", {}, []),
    ("#data=xor&noise=0.25&layers=0&rate=1e-3&seed=77&test=0", {"data": "xor", "noise": 0.25, "rate": 0.001}, []),
    ("#data=nowhere&rate=-1&width=5&layers=1.5&batch=NaN", {}, ["data", "rate", "width", "layers", "batch"]),
    ("#samples=25&noise=0.12&test=0.33&width=4", {"width": 4}, ["samples", "noise", "test"]),
    ("#rate=&loss=constructor&activation=__proto__", {}, ["rate", "loss", "activation"]),
    ("#<img src=x onerror=alert(1)>=1&toString=2", {}, ["<img src=x onerror=a"[:20], "toString"]),
    ("#data=own&points=zz", {"data": "own"}, ["points"]),
    ("#data=own&points=" + "8080p" * 401, {"data": "own"}, ["points"]),
]


@pytest.mark.parametrize(("address", "settings", "refused"), ADDRESSES)
def test_an_address_is_taken_as_far_as_it_makes_sense(address, settings, refused):
    found = in_node(scripts("data", "settings") + "const answer = (hash) => fromAddress(hash);", address)
    usual = in_node(scripts("data", "settings") + "const answer = () => usualSettings();", None)
    assert [name for name in found["refused"] if not name.startswith("<img")] == [
        name for name in refused if not name.startswith("<img")
    ]
    assert found["settings"].keys() == usual.keys()
    assert settings.items() <= found["settings"].items()
    for name in refused:
        assert found["settings"].get(name) == usual.get(name)


def test_settings_and_points_come_back_from_their_address():
    source = scripts("data", "settings") + "const answer = ({ s, p }) => fromAddress(addressOf(s, p));"
    settings = {"data": "own", "samples": 50, "noise": 0.5, "test": 0.1, "layers": 3, "width": 12, "activation": "silu"}
    settings |= {"loss": "hinge", "optimiser": "momentum", "rate": 0.25, "batch": 7, "penalty": 1e-3, "seed": 5}
    settings |= {"speed": "slow"}
    points = {"X": [[-3.0, 3.0], [3.0, -3.0]], "y": [0, 1]}
    found = in_node(source, {"s": settings, "p": points})
    assert found == {"settings": settings, "points": points, "refused": []}


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0.0, "0"), (-1.5, "−1.5"), (123456.0, "123500"), (1.23456e-7, "1.235·10⁻⁷"), (-2e30, "−2.000·10³⁰")]
    + [(math.inf, "∞"), (math.nan, "NaN")],
)
def test_numbers_are_shown_as_they_are_read(number, shown):
    assert in_node(scripts("numbers") + "const answer = (x) => shownNumber(x);", number) == shown


def test_the_page_offers_what_programs_are_made_of():
    pytest.importorskip("nbformat")
    from tools.training_playground import ACTIVATIONS, LAYERS, LOSSES

    source = scripts("data", "settings") + "const answer = () => [SETTINGS.activation, SETTINGS.loss, SETTINGS.layers];"
    activation, loss, layers = in_node(source, None)
    assert tuple(activation["choices"]) == ACTIVATIONS and list(loss["choices"]) == list(LOSSES)
    assert (layers["from"], layers["to"]) == (0, LAYERS[-1])
