"""Optimisers: first steps against exact arithmetic and scikit-learn, convergence, state, schedules."""

import json
import math
import random

import mpmath
import pytest

from autograd import Value
from autograd.arithmetic import Floats
from nn import (
    MLP,
    Adam,
    AdamW,
    GradientDescent,
    Momentum,
    Nesterov,
    Optimizer,
    RandomHillClimbing,
    RMSProp,
    losses,
    optimizers,
    schedules,
)

GRADIENT = [GradientDescent, Momentum, Nesterov, RMSProp, Adam, AdamW]
GRADIENTS = [0.5, -1.25, 0.3, 4.0, 0.0, -0.01]


def walk(optimizer, gradients, start=1.0):
    """The parameter after each step, under those gradients."""
    p = Value(start)
    path = []
    for gradient in gradients:
        p.grad = gradient
        optimizer.step({"p": p})
        path.append(p.data)
    return path


# ── Rules ──


def test_gradient_descent_as_the_lecture_has_it():
    assert walk(GradientDescent(0.1), [2.0, -1.0]) == [1.0 - 0.1 * 2.0, 1.0 - 0.1 * 2.0 + 0.1 * 1.0]


@pytest.mark.parametrize("nesterov, ours", [(False, Momentum), (True, Nesterov)])
def test_momentum_against_scikit_learn(nesterov, ours):
    import numpy as np
    from sklearn.neural_network._stochastic_optimizers import SGDOptimizer

    p = [np.array([1.0])]
    theirs = SGDOptimizer(p, learning_rate_init=0.1, momentum=0.9, nesterov=nesterov)
    path = []
    for gradient in GRADIENTS:
        theirs.update_params(p, [np.array([gradient])])
        path.append(float(p[0][0]))
    assert walk(ours(0.1, momentum=0.9), GRADIENTS) == pytest.approx(path, rel=1e-13)


def test_adam_against_scikit_learn():
    import numpy as np
    from sklearn.neural_network._stochastic_optimizers import AdamOptimizer

    p = [np.array([1.0])]
    theirs = AdamOptimizer(p, learning_rate_init=0.1)
    path = []
    for gradient in GRADIENTS:
        theirs.update_params(p, [np.array([gradient])])
        path.append(float(p[0][0]))
    # Theirs adds ε before the correction of √s, a difference of about 30·ε.
    assert walk(Adam(0.1), GRADIENTS) == pytest.approx(path, rel=1e-6)


def closed_form(gradients, beta):
    """Σ (1 − β)·βᵗ⁻ⁱ·gᵢ, the weighted mean that a moving average has gathered after t steps (the paper's eq. 1)."""
    t = len(gradients)
    return mpmath.fsum((1 - beta) * beta ** (t - i) * mpmath.mpf(g) for i, g in enumerate(gradients, start=1))


def test_adam_and_rmsprop_against_the_sums_that_they_stand_for():
    """Unrolled over all past gradients, in 50 digits: no recurrence to copy."""
    b1, b2, rho, rate, epsilon = map(mpmath.mpf, (0.9, 0.999, 0.99, 0.1, 1e-8))
    adam = walk(Adam(0.1), GRADIENTS)
    rmsprop = walk(RMSProp(0.1), GRADIENTS)
    adamw = walk(AdamW(0.1, weight_decay=0.25), GRADIENTS)
    with mpmath.workdps(50):
        p = q = w = mpmath.mpf(1)
        for t in range(1, len(GRADIENTS) + 1):
            past, squares = GRADIENTS[:t], [mpmath.mpf(g) ** 2 for g in GRADIENTS[:t]]
            mean = closed_form(past, b1) / (1 - b1**t)
            square = closed_form(squares, b2) / (1 - b2**t)
            move = rate * mean / (mpmath.sqrt(square) + epsilon)
            p -= move
            w = w * (1 - rate / 4) - move
            q -= rate * GRADIENTS[t - 1] / (mpmath.sqrt(closed_form(squares, rho)) + epsilon)
            assert adam[t - 1] == pytest.approx(float(p), rel=1e-13)
            assert adamw[t - 1] == pytest.approx(float(w), rel=1e-13)
            assert rmsprop[t - 1] == pytest.approx(float(q), rel=1e-13)


@pytest.mark.parametrize("gradient", [1e-3, -7.0, 1e6])
def test_adams_first_step_is_the_learning_rate_whatever_the_gradient(gradient):
    (p,) = walk(Adam(0.01), [gradient])
    assert p - 1.0 == pytest.approx(-math.copysign(0.01, gradient), rel=1e-4)


@pytest.mark.parametrize("kind", GRADIENT)
def test_the_same_rule_in_arrays(kind):
    import numpy as np

    from autograd.numpy_arithmetic import Arrays

    optimizer = kind(0.05)
    rng = random.Random(1)
    numbers = [rng.gauss(0.0, 1.0) for _ in range(5)]
    p, slots = np.array(numbers), (0.0,) * len(optimizer.slot_names)
    values = {f"p{k}": Value(number) for k, number in enumerate(numbers)}
    for step in range(1, 5):
        gradients = [rng.gauss(0.0, 1.0) for _ in numbers]
        for value, gradient in zip(values.values(), gradients, strict=True):
            value.grad = gradient
        optimizer.step(values)
        p, slots = optimizer.rule(Arrays, p, np.array(gradients), slots, 0.05, float(step))
    assert [v.data for v in values.values()] == pytest.approx(list(p), rel=1e-15)
    assert [list(column) for column in zip(*optimizer.slots.values(), strict=True)] == [
        pytest.approx(list(slot), rel=1e-15) for slot in slots
    ]


@pytest.mark.parametrize(
    "optimizer",
    [GradientDescent(0.05), Momentum(0.01), Nesterov(0.01), RMSProp(0.02), Adam(0.05), AdamW(0.05, weight_decay=0.0)]
    + [RandomHillClimbing(0.1, rng=3)],
    ids=lambda optimizer: type(optimizer).__name__,
)
def test_each_finds_the_bottom_of_a_valley(optimizer):
    """(x − 3)² + 4(y + 1)², lowest at (3, −1)."""
    x, y = Value(0.0), Value(0.0)

    def loss():
        return (x - 3.0) ** 2 + 4.0 * (y + 1.0) ** 2

    for _ in range(800):
        if optimizer.uses_gradient:
            x.grad = y.grad = 0.0
            loss().backward()
        optimizer.step({"x": x, "y": y}, lambda: loss().data)
    assert (x.data, y.data) == (pytest.approx(3.0, abs=0.05), pytest.approx(-1.0, abs=0.05))
    assert optimizer.steps == 800


def test_a_gradient_method_does_not_call_the_loss():
    p = Value(1.0)
    p.grad = 1.0
    GradientDescent(0.5).step({"p": p}, lambda: 1 / 0)
    assert p.data == 0.5


def test_weight_decay_shrinks_without_a_gradient():
    (p,) = walk(AdamW(0.1, weight_decay=0.5), [0.0])
    assert p == pytest.approx(0.95, rel=1e-15)
    assert walk(Adam(0.1), [0.0]) == [1.0]


# ── State ──


def trained(optimizer, steps, model):
    X, y = [[0.0, 1.0], [1.0, -1.0], [0.5, 0.5]], [1.0, -1.0, 0.5]

    def loss():
        return losses.mean_squared_error.mean([model(x) for x in X], y)

    for _ in range(steps):
        model.zero_grad()
        loss().backward()
        optimizer.step(model.named_parameters(), lambda: loss().data)


@pytest.mark.parametrize(
    "make", [*GRADIENT, lambda: RandomHillClimbing(rng=4), lambda: Adam(schedules.cosine(0.1, 10))]
)
def test_resuming_from_json_is_bit_identical(make):
    whole, first = make(), make()
    model, halfway = MLP(2, [3, 1], rng=1), MLP(2, [3, 1], rng=1)
    trained(whole, 12, model)
    trained(first, 5, halfway)
    resumed, again = make(), MLP(2, [3, 1], rng=9)
    again.load_state_dict(json.loads(json.dumps(halfway.state_dict())))
    resumed.load_state_dict(json.loads(json.dumps(first.state_dict())))
    trained(resumed, 7, again)
    assert again.state_dict() == model.state_dict()
    assert resumed.state_dict() == whole.state_dict()


@pytest.mark.parametrize("made", GRADIENT)
def test_a_state_before_the_first_step_is_one_to_start_from(made):
    optimizer = made(0.1)
    walk(optimizer, GRADIENTS)
    optimizer.load_state_dict(made(0.1).state_dict())
    assert walk(optimizer, GRADIENTS) == walk(made(0.1), GRADIENTS)


def by_state_dict(optimizer, state):
    optimizer.load_state_dict(state)


def as_an_engine_does(optimizer, state):
    optimizer.start_over()
    optimizer.steps, optimizer.slots = state["steps"], {name: tuple(slots) for name, slots in state["slots"].items()}


@pytest.mark.parametrize("made", GRADIENT)
@pytest.mark.parametrize("given", [by_state_dict, as_an_engine_does])
def test_one_that_has_moved_another_model_goes_on_from_the_state_it_is_given(made, given):
    expected = walk(made(0.1), GRADIENTS)
    first, used = made(0.1), made(0.1)
    last = walk(first, GRADIENTS[:3])[-1]
    walk(used, [7.0])
    given(used, first.state_dict())
    assert walk(used, GRADIENTS[3:], start=last) == expected[3:]


def test_state_is_keyed_by_name():
    optimizer = Momentum(0.1)
    p, q = Value(1.0), Value(2.0)
    p.grad, q.grad = 1.0, 2.0
    optimizer.step({"a": p, "b": q})
    assert optimizer.state_dict() == {"optimizer": "Momentum", "steps": 1, "slots": {"a": [1.0], "b": [2.0]}}


@pytest.mark.parametrize(
    "change, message",
    [
        ({"optimizer": "Adam"}, "the state is that of 'Adam', not of Momentum"),
        ({"steps": -1}, "steps is -1, but has to be a whole number"),
        ({"steps": 1.5}, "steps is 1.5"),
        ({"slots": [1.0]}, "slots are numbers by the parameter's name"),
        ({"slots": {"p": [1.0, 2.0]}}, "parameter p: Momentum remembers velocity"),
        ({"slots": {"p": ["1.0"]}}, "parameter p: Momentum remembers velocity"),
        ({"slots": {"p": None}}, "parameter p"),
        ({"steps": 10**400}, "steps is a number of very many digits"),
        *(({"slots": {"p": [number]}}, "parameter p") for number in (math.nan, math.inf, -math.inf, 1e308, -1e301, 1)),
        ({"more": 1}, "has .*'more'"),
    ],
)
def test_a_wrong_state_changes_nothing(change, message):
    optimizer = Momentum(0.1)
    walk(optimizer, [1.0, 2.0])
    before = optimizer.state_dict()
    with pytest.raises(ValueError, match=message):
        optimizer.load_state_dict({**before, **change})
    assert optimizer.state_dict() == before


@pytest.mark.parametrize("rng", [None, [3, [1, 2], None], [2, [], None, 4], [3, [0] * 625, "x"], "state"])
def test_a_wrong_generator_changes_nothing(rng):
    climbing = RandomHillClimbing(rng=1)
    climbing.step({"p": Value(0.0)}, lambda: 0.0)  # an odd number of draws, so that the generator holds a spare
    before = climbing.state_dict()
    assert before["rng"][2] is not None
    with pytest.raises(ValueError, match=r"rng is not the state of a random\.Random"):
        climbing.load_state_dict({**before, "steps": 4, "rng": rng})
    assert climbing.state_dict() == before


# ── Settings ──


@pytest.mark.parametrize("kind", GRADIENT)
@pytest.mark.parametrize("rate", [0.0, -0.1, math.nan, math.inf])
def test_impossible_learning_rates(kind, rate):
    with pytest.raises(ValueError, match=f"learning_rate is a finite number above 0, but is {rate!r}"):
        kind(rate)


def test_learning_rates_that_are_no_numbers():
    for rate in ("0.1", None, True):
        with pytest.raises(TypeError, match="learning_rate is a number above 0"):
            GradientDescent(rate)


@pytest.mark.parametrize(
    "build",
    [
        lambda: Momentum(0.1, momentum=1.0),
        lambda: Nesterov(0.1, momentum=-0.1),
        lambda: RMSProp(0.1, rho=math.nan),
        lambda: RMSProp(0.1, epsilon=0.0),
        lambda: Adam(0.1, beta1=1.0),
        lambda: Adam(0.1, beta2=2.0),
        lambda: Adam(0.1, epsilon=-1.0),
        lambda: AdamW(0.1, weight_decay=-1.0),
        lambda: RandomHillClimbing(0.0),
        lambda: RandomHillClimbing(math.nan),
        lambda: schedules.step_decay(0.1, factor=0.0),
        lambda: schedules.step_decay(0.1, every=0),
        lambda: schedules.exponential(0.1, factor=1.5),
        lambda: schedules.cosine(0.1, steps=0),
        lambda: schedules.cosine(0.1, steps=5, final=0.2),
        lambda: schedules.constant(-1.0),
        lambda: schedules.warm_up(0.1, steps=2.5),
        lambda: schedules.warm_up(-0.1, steps=2),
    ],
)
def test_impossible_settings(build):
    with pytest.raises(ValueError):
        build()


@pytest.mark.parametrize("rate", [-1.0, math.nan, math.inf])
def test_a_schedule_that_goes_wrong_is_named_with_its_step(rate):
    optimizer = GradientDescent(lambda step: 0.1 if step == 0 else rate)
    p = Value(1.0)
    p.grad = 1.0
    optimizer.step({"p": p})
    with pytest.raises(ValueError, match=f"the learning rate at step 1 is {rate!r}"):
        optimizer.step({"p": p})
    assert p.data == 0.9


def test_names_and_repr():
    assert [optimizers.get(name) for name in optimizers.OPTIMIZERS] == [*GRADIENT, RandomHillClimbing]
    with pytest.raises(ValueError, match="did you mean 'adam'"):
        optimizers.get("adamm")
    assert repr(AdamW(0.1)) == "AdamW(learning_rate=0.1, beta1=0.9, beta2=0.999, epsilon=1e-08, weight_decay=0.01)"
    assert repr(Nesterov(0.1)) == "Nesterov(learning_rate=0.1, momentum=0.9)"
    assert repr(RandomHillClimbing(0.1)) == "RandomHillClimbing(step_size=0.1)"
    rate = schedules.cosine(0.1, steps=5)
    assert repr(GradientDescent(rate)) == "GradientDescent(learning_rate=cosine(rate=0.1, steps=5, final=0.0))"
    with pytest.raises(NotImplementedError, match="Optimizer does not say how it steps"):
        Optimizer().step({})
    with pytest.raises(NotImplementedError, match="GradientOptimizer has no rule"):
        optimizers.GradientOptimizer(0.1).rule(Floats, 1.0, 1.0, (), 0.1, 1.0)


def test_the_rates_that_are_not_given_are_those_of_the_papers_and_of_pytorch():
    assert repr(GradientDescent()) == "GradientDescent(learning_rate=0.1)"
    assert repr(Momentum()) == "Momentum(learning_rate=0.01, momentum=0.9)"
    assert repr(Nesterov()) == "Nesterov(learning_rate=0.01, momentum=0.9)"
    assert repr(RMSProp()) == "RMSProp(learning_rate=0.01, rho=0.99, epsilon=1e-08)"
    assert repr(Adam()) == "Adam(learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-08)"
    assert repr(AdamW()) == "AdamW(learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-08, weight_decay=0.01)"
    assert repr(RandomHillClimbing()) == "RandomHillClimbing(step_size=0.1)"


# ── Schedules ──


def test_a_schedule_is_read_at_each_step():
    optimizer = GradientDescent(schedules.exponential(1.0, factor=0.5))
    assert walk(optimizer, [1.0, 1.0, 1.0], start=0.0) == [-1.0, -1.5, -1.75]
    assert optimizer.rate() == 0.125


# ── Starting over ──


@pytest.mark.parametrize("made", GRADIENT)
def test_what_starts_over_goes_as_a_new_one(made):
    rate = schedules.exponential(0.1, factor=0.5)
    optimizer = made(rate)
    walk(optimizer, GRADIENTS)
    optimizer.start_over()
    assert optimizer.state_dict() == made(rate).state_dict()
    assert walk(optimizer, GRADIENTS) == walk(made(rate), GRADIENTS)


def test_an_optimiser_of_ones_own_has_no_steps_no_settings_and_no_rule_to_begin_with():
    class Own(Optimizer):
        pass

    own = Own()
    assert own.uses_gradient and own.settings() == {} and own.state_dict() == {"optimizer": "Own", "steps": 0}
    own.load_state_dict({"optimizer": "Own", "steps": 3})
    assert own.steps == 3
    own.start_over()
    assert own.steps == 0
    with pytest.raises(NotImplementedError, match="Own"):
        own.step({})


@pytest.mark.parametrize("made", GRADIENT)
def test_another_model_is_another_training(made):
    optimizer = made(0.1)
    walk(optimizer, GRADIENTS)
    assert walk(optimizer, GRADIENTS) == walk(made(0.1), GRADIENTS)  # another parameter of the same name


@pytest.mark.parametrize("made", GRADIENT)
@pytest.mark.parametrize("gradient", [math.nan, math.inf, -math.inf])
def test_a_gradient_that_is_not_finite_moves_nothing(made, gradient):
    optimizer, first, second = made(0.1), Value(1.0), Value(2.0)
    first.grad, second.grad = 0.5, gradient
    with pytest.raises(ArithmeticError):
        optimizer.step({"first": first, "second": second})
    assert (first.data, second.data) == (1.0, 2.0)
    assert optimizer.state_dict() == made(0.1).state_dict()
