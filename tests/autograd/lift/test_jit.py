"""jit: a compiled function is one node, agrees with the eager engine, and refuses what would freeze a number."""

import copy
import math
import pickle
import random

import numpy as np
import pytest

import autograd
from autograd import (
    TraceError,
    Value,
    dot,
    grad,
    jit,
    logsumexp,
    maximum,
    mean,
    softmax,
    tanh,
    value_and_grad,
    vmap,
    where,
)
from autograd.testing import gradcheck
from nn.micrograd import MLP


def gradients(result, leaves):
    for leaf in leaves:
        leaf.grad = 0.0
    result.backward()
    return [leaf.grad for leaf in leaves]


def agrees(f, leaves, *args):
    """f compiled gives f's value and gradients."""
    expected = f(*args)
    slopes = gradients(expected, leaves)
    compiled = jit(f)
    for _ in range(2):  # the second call runs the kept program
        found = compiled(*args)
        assert found.data == pytest.approx(expected.data, rel=1e-12, abs=1e-12)
        assert gradients(found, leaves) == pytest.approx(slopes, rel=1e-11, abs=1e-12)
    assert compiled.recordings == 1
    return compiled


def moons(model, xs, ys):
    scores = list(map(model, xs))
    losses = [(1 + -y * score).relu() for y, score in zip(ys, scores, strict=True)]
    return sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())


def test_the_loop_of_micrograd_goes_on_working_around_it():
    random.seed(3)
    xs = [[random.uniform(-1, 1), random.uniform(-1, 1)] for _ in range(12)]
    ys = [1.0 if x * y > 0 else -1.0 for x, y in xs]
    trained = []
    for wrap in (lambda f: f, jit):
        random.seed(1337)
        model = MLP(2, [8, 8, 1])
        loss = wrap(lambda xs, ys: moons(model, xs, ys))
        for _ in range(10):
            total = loss(xs, ys)
            model.zero_grad()
            total.backward()
            for p in model.parameters():
                p.data -= 0.1 * p.grad
        trained.append([p.data for p in model.parameters()])
    assert trained[1] == pytest.approx(trained[0], rel=1e-11)


def test_a_compiled_function_is_one_node():
    w, x = Value(2.0, label="w"), Value(3.0)
    f = jit(lambda x: (w * x).exp() + w)
    y = f(x)
    assert y.op.name == "compiled" and set(y.parents) == {w, x}
    assert y.data == pytest.approx(math.exp(6.0) + 2.0)
    w.data = 0.5  # read at each call
    assert f(x).data == pytest.approx(math.exp(1.5) + 0.5)
    assert f(3.0).data == f(x).data and f(3.0).parents == (w,)


def test_on_plain_numbers_it_gives_plain_numbers():
    f = jit(lambda p, q: dot(p, q))
    assert f([1.0, 2.0], [3.0, 4.0]) == 11.0
    assert f([1, 2], (3, 4)) == 11.0
    assert jit(lambda x: {"twice": [2.0 * x], "none": None})(4.0) == {"twice": [8.0], "none": None}
    assert jit(lambda: 3.0)() == 3.0


def test_programs_are_kept_by_structure():
    f = jit(lambda xs: sum(x * x for x in xs))
    assert [f([1.0] * n) for n in (1, 2, 3, 2, 1)] == [1.0, 2.0, 3.0, 2.0, 1.0]
    assert f.recordings == 3 and "recorded 3 times" in str(f.program)


@pytest.mark.parametrize("make", [list, tuple, np.array, lambda xs: np.array(xs, dtype=np.float32)[::1],
                                  lambda xs: np.array([*xs, *xs], dtype=np.int64)[: len(xs)]])  # fmt: skip
def test_numbers_come_in_any_container(make):
    f = jit(value_and_grad(lambda xs: sum(x * x * x for x in xs)))
    value, slopes = f(make([1.0, 2.0, 3.0]))
    assert value == 36.0 and list(slopes) == [3.0, 12.0, 27.0]
    assert type(slopes) is type(make([1.0]))


def test_arrays_may_be_empty_read_only_or_strided():
    f = jit(lambda xs: sum(x for row in xs for x in row) if len(xs) else 0.0)
    assert f(np.zeros((0, 3))) == 0.0
    a = np.arange(12.0).reshape(3, 4)
    a.flags.writeable = False
    assert f(a[:, ::2]) == a[:, ::2].sum() and f(a.T) == a.sum()
    with pytest.raises(TypeError, match="dtype bool"):
        f(a > 3)


def test_derivatives_of_any_order_go_through_a_compiled_function():
    f = jit(lambda x, y: (x * y).sin() + maximum(x, y) * x.exp())
    gradcheck(f, [0.3, 1.2], order=2)
    assert grad(grad(jit(lambda x: x**3)))(2.0) == 12.0
    assert jit(grad(grad(lambda x: x**3)))(2.0) == pytest.approx(12.0)
    assert jit(grad(jit(lambda x: x**3)))(2.0) == pytest.approx(12.0)
    x = Value(3.0)
    jit(lambda x: x * x * x)(x).backward(create_graph=True)
    slope, x.grad = x.grad, 0.0
    slope.backward()
    assert slope.data == pytest.approx(27.0) and x.grad == pytest.approx(18.0)


def test_value_and_grad_gives_the_nesting_of_the_argument():
    def f(params, x):
        return sum(w * xi for w, xi in zip(params["w"], x, strict=True)).tanh() + params["b"]

    params, x = {"w": [0.5, -1.0], "b": 0.25}, np.array([1.0, 2.0])
    expected = value_and_grad(f, (0, 1))(params, x)
    found = jit(value_and_grad(f, (0, 1)))(params, x)
    assert found[0] == pytest.approx(expected[0], rel=1e-14)
    assert found[1][0]["w"] == pytest.approx(expected[1][0]["w"]) and found[1][0]["b"] == 1.0
    assert isinstance(found[1][1], np.ndarray) and found[1][1] == pytest.approx(expected[1][1])


def test_results_are_the_same_from_run_to_run():
    random.seed(0)
    model = MLP(3, [5, 1])
    xs = [[random.random() for _ in range(3)] for _ in range(7)]
    runs = [gradients(jit(lambda xs: mean([model(x).tanh() for x in xs]))(xs), model.parameters()) for _ in range(3)]
    assert runs[0] == runs[1] == runs[2]


# ── What is refused ─────────────────────────────────────────────────────────────────────────────────────────────


def read_data(x):
    return x * x.data  # the line


def read_float(x):
    return x * math.sin(x)  # the line


def branch(x):
    return x if x > 0.0 else -x  # the line


def builtin_max(x):
    return max(x, 0.0)  # the line


def chain_of_comparisons(x):
    return x if 0.0 < x < 1.0 else -x  # the line


def index(x):
    return [1.0, 2.0][x] * x  # the line


def rounding(x):
    return x * round(x)  # the line


def backward_inside(x):
    (x * x).backward()  # the line


@pytest.mark.parametrize(
    "f, words",
    [
        (read_data, "detach"),
        (read_float, "float"),
        (branch, "where"),
        (builtin_max, "maximum"),
        (chain_of_comparisons, "where"),
        (index, "take"),
        (rounding, "round"),
        (backward_inside, "backward"),
    ],
)
def test_what_would_freeze_a_number_is_refused(f, words):
    with pytest.raises(TraceError) as caught:
        jit(f)(0.5)
    message = str(caught.value)
    assert "test_jit.py:" in message and "# the line" in message and words in message
    assert Value(1.0).data == 1.0 and (Value(1.0) < Value(2.0)) is True and Value(2.5) + 1 > 3  # all is as before


def test_captured_values_are_guarded_too():
    w = Value(2.0)
    with pytest.raises(TraceError):
        jit(lambda x: x * w.data)(1.0)
    with pytest.raises(TraceError):
        jit(lambda x: x * float(w * 2.0))(1.0)


def test_numbers_of_constants_may_be_read():
    assert jit(lambda x: x * Value(2.0).exp().data)(3.0) == pytest.approx(3.0 * math.exp(2.0))
    assert jit(lambda x: x * (1.0 if Value(1.0) < 2.0 else 0.0))(3.0) == 3.0
    assert jit(lambda x: x * autograd.exp(1.0))(1.0) == pytest.approx(math.e)


@pytest.mark.parametrize("x", [-1.5, 0.0, 2.0])
def test_conditions_are_for_where(x):
    for f in (
        lambda x: where(x > 0.0, x, -2.0 * x),
        lambda x: where(x >= 0.0, x, -2.0 * x),
        lambda x: where(x < 0, x * x, 3.0 * x),
        lambda x: where(0.0 <= x, 3.0 * x, x * x),
    ):
        compiled = jit(value_and_grad(f))
        compiled(7.0)
        assert compiled(x) == value_and_grad(f)(x)


def test_detach_follows_its_operand_without_a_gradient():
    f = jit(value_and_grad(lambda x: autograd.detach(x * 2.0) * x))
    assert f(3.0) == (18.0, 6.0) and f(5.0) == (50.0, 10.0)


def test_what_is_not_finite_is_replayed_on_the_engine():
    f = jit(lambda x: x.log())
    assert f(1.0) == 0.0
    with pytest.raises(autograd.DomainError, match="log"):
        f(-1.0)
    assert jit(lambda x: x * 1e308)(1e308) == math.inf
    assert math.isnan(jit(lambda x: x - x)(math.inf))


def test_softmax_and_logsumexp_stay_stable():
    f = jit(value_and_grad(lambda s: logsumexp(s) - s[0]))
    assert f([1000.0, 0.0, -1000.0]) == value_and_grad(lambda s: logsumexp(s) - s[0])([1000.0, 0.0, -1000.0])
    assert jit(softmax)([1000.0, 1000.0]) == [0.5, 0.5]


def test_threads_share_a_compiled_function():
    from concurrent.futures import ThreadPoolExecutor

    f = jit(value_and_grad(lambda xs: total_of_squares(xs)))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda k: f([float(k)] * (1 + k % 3)), range(60)))
    assert found == [(k * k * (1.0 + k % 3), [2.0 * k] * (1 + k % 3)) for k in range(60)]
    assert f.recordings == 3


def total_of_squares(xs):
    return sum(x * x for x in xs)


def test_a_bound_step_copies_nothing():
    data = np.arange(6.0).reshape(3, 2)
    step = jit(value_and_grad(lambda w, rows: mean([dot(w, row) ** 2 for row in rows]))).bind([1.0, -1.0], data)
    for _ in range(3):
        w = step.parameters.tolist()
        expected = value_and_grad(lambda w: mean([dot(w, row) ** 2 for row in data.tolist()]))(w)
        assert step.run() == pytest.approx(expected[0])
        assert step.gradient == pytest.approx(expected[1])
        step.parameters -= 0.01 * step.gradient
    with pytest.raises(TypeError, match="value_and_grad"):
        jit(lambda x: x).bind(1.0)


def test_without_numpy_it_runs_on_the_engine_and_says_so_once():
    import subprocess
    import sys

    code = (
        "import sys, warnings; sys.modules['numpy'] = None; warnings.simplefilter('always')\n"
        "import autograd\n"
        "f = autograd.jit(lambda x: x * x); g = autograd.jit(f); print(f(3.0), g(2.0))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["9.0", "4.0"]
    assert ran.stderr.count("NumPy is not installed") == 1


def test_the_same_value_twice_has_one_derivative():
    x = Value(3.0)
    f = jit(lambda a, b: a * a * b + x)
    y = f(x, x)
    y.backward(create_graph=True)
    slope, x.grad = x.grad, 0.0
    slope.backward()
    assert slope.data == pytest.approx(28.0) and x.grad == pytest.approx(18.0)


def test_what_would_not_fit_into_memory_is_refused_with_its_size(monkeypatch):
    monkeypatch.setattr("autograd.lift.capture.recorded_values.MOST_RECORDED", 1000)
    with pytest.raises(ValueError, match="more than 1,000 scalars.*\n.*vmap"):
        jit(lambda x: sum(tanh(x * k) for k in range(600)))(0.5)
    monkeypatch.setattr("autograd.lift.arrays.regroup.MOST_NUMBERS", 2000)
    with pytest.raises(ValueError, match="more than 2,000 numbers, 300 samples at a time"):
        jit(vmap(lambda x: tanh(x) * tanh(x * 2.0) + tanh(x * 3.0)))([0.1] * 300)


def test_the_gradients_of_several_results_are_those_of_their_own_call():
    w = [Value(0.3), Value(-0.2)]
    f = jit(lambda x: [tanh(dot(w, x)), dot(w, w) * x[0]])
    first, second = f([1.0, 2.0])
    f([5.0, -3.0])
    w[0].data, w[1].data = 9.0, 9.0  # the gradient is that of the forward pass
    expected = [Value(0.3), Value(-0.2)]
    assert gradients(second, w) == pytest.approx([2 * 0.3, 2 * -0.2])
    assert gradients(first, w) == pytest.approx(gradients(tanh(dot(expected, [1.0, 2.0])), expected))
    assert second.local_grads == pytest.approx((0.6, -0.4)) and isinstance(second.local_grads, tuple)
    copied = pickle.loads(pickle.dumps(second.detach())), copy.deepcopy(second)
    assert copied[0].data == copied[1].data == second.data
