"""A function of one sample as JavaScript over a batch: the numbers and gradients of the loop that it stands for."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripts import in_browser, in_waiting_node

from autograd import TraceError, Value, dot, logsumexp, mean, relu, softmax, tanh
from autograd import sum as total
from autograd.lift.batch_script import batch_script
from random_programs import programs

RUN = """const answer = ([parameters, X, y, count]) => {{
  const network = ({source})(count);
  const arrays = ["parameters", "X", "y", "gradient", "outputs", "watched"].map((name) => network[name]);
  network.parameters.set(parameters);
  network.X.set(X);
  network.y.set(y);
  const before = network.forward();
  const forwards = [network.outputs, network.watched].map((found) => [...found]);
  network.step();
  const loss = network.step(); // nothing of the first may be left in the second
  if (Object.values(network).some((x) => x instanceof Float64Array && !arrays.includes(x))) throw new Error("another");
  return [before, loss, ...arrays.map((found) => [...found]), ...forwards];
}};"""


def compare(f, parameters, X, y, run=in_waiting_node):
    """The script's numbers are those of the mean of f over the samples, by the engine."""
    source = batch_script(f, parameters, X.shape[1], y.shape[1])
    count, numbers = len(X), [p.data for p in parameters]
    given_ = [numbers, X.ravel().tolist(), y.ravel().tolist(), count]
    found = run(RUN.format(source=source), given_)
    before, loss, *arrays = found
    samples = [f(list(map(Value, a)), list(map(Value, b))) for a, b in zip(X.tolist(), y.tolist(), strict=True)]
    expected = mean([one for one, _, _ in samples])
    for p in parameters:
        p.grad = 0.0
    expected.backward()
    outputs = [v.data for _, of_sample, _ in samples for v in of_sample]
    watched = np.array([[v.data for v in of_sample] for _, _, of_sample in samples]).T.ravel()
    for result in (before, loss):
        assert result == pytest.approx(expected.data, rel=1e-12, abs=1e-14)
    assert arrays[0] == numbers and arrays[1] == given_[1] and arrays[2] == given_[2]
    slopes = [p.grad for p in parameters]
    assert arrays[3] == pytest.approx(slopes, rel=1e-11, abs=1e-13 * max(1.0, *map(abs, slopes)))
    for outputs_, watched_ in (arrays[4:6], arrays[6:8]):
        assert outputs_ == pytest.approx(outputs, rel=1e-12, abs=1e-14)
        assert watched_ == pytest.approx(list(watched), rel=1e-12, abs=1e-14)


def values(rng, *shape):
    if len(shape) > 1:
        return [values(rng, *shape[1:]) for _ in range(shape[0])]
    return [Value(rng.gauss(0, 1)) for _ in range(shape[0])]


def table(rng, count, width):
    return np.array([[rng.gauss(0, 1) for _ in range(width)] for _ in range(count)]).reshape(count, width)


def network(rng, widths, activation):
    """A network, its loss for one sample, and its parameters neuron by neuron."""
    layers = [(values(rng, n_out, n_in), values(rng, n_out)) for n_in, n_out in zip(widths, widths[1:], strict=False)]

    def of_sample(x, y):
        seen = []
        for w, b in layers:
            x = [dot(row, x) + bias for row, bias in zip(w, b, strict=True)]
            x = x if w is layers[-1][0] else [activation(z) for z in x]
            seen += x
        return total((a - b) ** 2 for a, b in zip(x, y, strict=True)), x, seen

    return of_sample, [p for w, b in layers for row, bias in zip(w, b, strict=True) for p in (*row, bias)]


@pytest.mark.parametrize("widths", [(2, 1), (2, 16, 16, 1), (1, 1, 1), (3, 5, 7, 2), (2, 6, 4, 3, 1), (9, 13, 11)])
@pytest.mark.parametrize("count", [1, 64, 133])
def test_networks(widths, count):
    rng = random.Random(1)
    activation = rng.choice([tanh, relu, Value.sigmoid])
    f, parameters = network(rng, widths, activation)
    compare(f, parameters, table(rng, count, widths[0]), table(rng, count, widths[-1]))


def test_a_long_program_is_several_functions():
    """As engines do not compile huge ones, and one that is not compiled takes a hundred times as long."""
    rng = random.Random(4)
    f, parameters = network(rng, (3, *[5, 4] * 6, 2), tanh)
    compare(f, parameters, table(rng, 70, 3), table(rng, 70, 2))
    source = batch_script(f, parameters, 3, 2)
    assert all(f"function {name}1(m)" in source for name in ("forwardEach", "backwardEach"))
    assert max(map(len, source.split("\nfunction "))) < 6000


@pytest.mark.browser
def test_a_network_in_a_browser(chromium):
    rng = random.Random(2)
    f, parameters = network(rng, (2, 8, 8, 1), tanh)
    run = lambda source, given_: in_browser(chromium, source, given_)
    compare(f, parameters, table(rng, 200, 2), table(rng, 200, 1), run)


def test_what_is_shared_and_what_is_each_samples_own_meet():
    """Formulas over parameters alone, data alone, and lists with both; a parameter that nobody reads; fixed numbers."""
    rng = random.Random(3)
    w, (b, unread, fixed) = values(rng, 2, 3), values(rng, 3)

    def of_sample(x, y):
        hidden = [dot(row, x).tanh() for row in w]
        own = logsumexp([*hidden, b, fixed, x[2]]) - dot(hidden, y) + x[0] * x[1] * y[0] + b * b * x[2]
        shared = logsumexp([total(p * p for p in row) for row in w]) * fixed
        return own + shared, [hidden[0] - b, x[1], b, shared], [*softmax([*w[0], x[0]]), fixed * 1.0]

    parameters = [b, *w[1], unread, *reversed(w[0])]
    compare(of_sample, parameters, table(rng, 70, 3), table(rng, 70, 2))


def test_a_loss_that_is_the_same_for_all_samples():
    w = Value(0.5)
    compare(lambda x, y: (w * w, [w], []), [w], np.ones((3, 1)), np.ones((3, 1)))


@settings(max_examples=40, deadline=None)
@given(f=programs, features=st.integers(1, 3), count=st.integers(1, 70), seed=st.integers(0, 10**6))
def test_random_programs(f, features, count, seed):
    rng = random.Random(seed)
    shared = [Value(rng.uniform(-2, 2)) for _ in range(2)]
    X = np.array([[rng.uniform(-2, 2) for _ in range(features)] for _ in range(count)])
    compare(lambda x, y: (f([*shared, *x]) + y[0] * shared[0], [], x), shared, X, np.ones((count, 1)))


def test_what_is_not_finite_is_said_by_the_loss():
    w = Value(1.0)
    source = batch_script(lambda x, y: ((w * x[0]).log(), [], []), [w], 1)
    answer = (
        "const answer = (x) => { const n = (" + source + ")(1); n.parameters[0] = 1; n.X[0] = x; return n.step(); }"
    )
    assert np.isnan(in_waiting_node(answer, -1.0)) and in_waiting_node(answer, 0.0) == -np.inf


@pytest.mark.parametrize("result", [lambda v: v, lambda v: (v, [v]), lambda v: (v, [v], v), lambda v: (v, [1.0], [])])
def test_a_function_that_returns_something_else(result):
    w = Value(1.0)
    with pytest.raises(TypeError, match="is to return its loss, a list of outputs and a list"):
        batch_script(lambda x, y: result(w * x[0]), [w], 1)


@pytest.mark.parametrize(
    "parameters, error, message",
    [
        (lambda w: [w, 2.0], TypeError, r"parameters\[1\] is 2.0, which is no Value"),
        (lambda w: [w * 2.0], ValueError, r"parameters\[0\] was computed of other Values"),
        (lambda w: [w, Value(1.0), w], ValueError, r"parameters\[2\] is parameters\[0\] once more"),
    ],
)
def test_parameters_that_are_none(parameters, error, message):
    w = Value(1.0)
    with pytest.raises(error, match=message):
        batch_script(lambda x, y: (w * x[0], [], []), parameters(w), 1)


def test_a_function_that_asks_for_numbers():
    w = Value(1.0)
    with pytest.raises(TraceError):
        batch_script(lambda x, y: (w if x[0] > 0 else -w, [], []), [w], 1)


@pytest.mark.parametrize("count", ["0", "-1", "2.5", "undefined"])
def test_a_number_of_samples_that_is_none(count):
    w = Value(1.0)
    source = batch_script(lambda x, y: (w * x[0], [], []), [w], 1)
    answer = f"const answer = () => {{ try {{ ({source})({count}); }} catch (error) {{ return error.message; }} }}"
    assert in_waiting_node(answer, None) == f"a batch has 1 sample or more, but count is {count}"
