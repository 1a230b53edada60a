"""Steps of an optimiser in machine code: the numbers that the optimiser itself gives, step by step."""

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from autograd import jit, mean, relu, tanh, value_and_grad, vmap
from autograd import sum as total
from autograd.lift.arrays.reverse import reverse
from autograd.lift.arrays.update import Piece, Update
from autograd.lift.choose_backend import back_end
from autograd.lift.llvm_backend.optimiser_step import readable
from autograd.lift.llvm_backend.training_loop import TrainingLoop
from autograd.numpy_arithmetic import Arrays
from nn.optimizers import Adam, AdamW, GradientDescent, Momentum, Nesterov, RMSProp

OPTIMIZERS = [
    GradientDescent(0.1), Momentum(0.05, 0.9), Nesterov(0.05, 0.8), RMSProp(0.01), Adam(0.01),
    AdamW(0.01, weight_decay=0.1),
]  # fmt: skip


def loss(p, xs, ts):
    def of_sample(p, x, t):
        hidden = [tanh(w[0] * x[0] + w[1] * x[1] + w[2]) for w in p]
        return relu(1.0 - t * total(hidden)) + (total(hidden) - t) ** 2

    return mean(vmap(of_sample, (None, 0, 0))(p, xs, ts))


def problem(batch=7, hidden=3, rows=29):
    rng = np.random.default_rng(0)
    p, xs, ts = rng.normal(size=(hidden, 3)), rng.normal(size=(rows, 2)), rng.choice([-1.0, 1.0], rows)
    compiled = jit(value_and_grad(loss))
    step = compiled.bind(p, xs[:batch], ts[:batch])
    return compiled.latest, step, p, xs, ts


def epochs_of(recorded, update):
    places = recorded.places[: update.count]
    return TrainingLoop(recorded.program, reverse(recorded.program, places), update)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda optimizer: type(optimizer).__name__)
def test_many_steps_are_the_steps_one_by_one(optimizer):
    recorded, step, p, xs, ts = problem()
    slots = len(optimizer.slot_names)
    start = int(recorded.places[0])
    pieces = (Piece(start + 9, 2, 7), Piece(start + 9 + 14, 1, 7))
    epochs = epochs_of(recorded, Update(optimizer.rule, slots, start, 9, pieces))
    epochs.parameters[:] = p.ravel()
    order = np.random.default_rng(1).integers(0, len(xs), (12, 7))
    rates = np.linspace(0.1, 0.02, 12)
    first = epochs.run(rates[:5], 0, [(xs, order[:5]), (ts, order[:5])])
    second = epochs.run(rates[5:], 5, [(xs, order[5:]), (ts, order[5:])])

    step.parameters[:] = p.ravel()
    remembered = (np.zeros(9),) * slots
    for k, (rows, found) in enumerate(zip(order, [*first, *second], strict=True)):
        step.arguments[9:] = np.concatenate([xs[rows].ravel(), ts[rows]])
        assert found[0] == pytest.approx(step.run(), rel=1e-13)
        moved, remembered = optimizer.rule(Arrays, step.parameters, step.gradient, remembered, rates[k], k + 1.0)
        step.parameters[:] = moved
    assert epochs.parameters == pytest.approx(step.parameters, rel=1e-12)
    assert [*epochs.slots.ravel()] == pytest.approx(np.ravel(remembered), rel=1e-11, abs=1e-15)


def stopped(recorded, p, xs, ts, width, batch=7):
    start = int(recorded.places[0])
    pieces = (Piece(start + p.size, width, batch), Piece(start + p.size + width * batch, 1, batch))
    epochs = epochs_of(recorded, Update(GradientDescent(0.1).rule, 0, start, p.size, pieces))
    epochs.parameters[:] = p.ravel()
    order = np.arange(4 * batch).reshape(4, batch) % len(xs)
    found = epochs.run(np.full(4, 0.1), 0, [(xs, order), (ts, order)])
    after = epochs.parameters.copy()
    epochs.parameters[:] = p.ravel()
    epochs.run(np.full(len(found), 0.1), 0, [(xs, order[: len(found)]), (ts, order[: len(found)])])
    assert (epochs.parameters == after).all()
    return found


def test_it_stops_before_the_update_when_the_loss_is_not_finite():
    recorded, _, p, xs, ts = problem()
    xs[20] = np.nan
    found = stopped(recorded, p, xs, ts, 2)
    assert len(found) == 2 and np.isfinite(found).all()


@pytest.mark.parametrize("count", [1, 3, 7, 8, 13, 40])
def test_it_stops_before_the_update_when_a_gradient_is_not_finite(count):
    """The loss is √p₀·x, …, whose slope is infinite where p is 0 and NaN where x is 0, too."""

    def roots(p, xs, ts):
        return mean(vmap(lambda p, x, t: total([(w * w * xi).sqrt() for w, xi in zip(p, x)]) * t, (None, 0, 0))(
            p, xs, ts))  # fmt: skip

    rng = np.random.default_rng(0)
    for place in range(count):
        p, xs, ts = rng.uniform(1.0, 2.0, count), rng.uniform(1.0, 2.0, (20, count)), np.full(20, 0.01)
        xs[15, place] = 0.0
        compiled = jit(value_and_grad(roots))
        compiled.bind(p, xs[:5], ts[:5])
        found = stopped(compiled.latest, p, xs, ts, count, batch=5)
        assert len(found) == 3 and np.isfinite(found).all()


def test_without_batches_the_same_numbers_are_used_in_each_step():
    recorded, step, p, xs, ts = problem()
    start = int(recorded.places[0])
    epochs = epochs_of(recorded, Update(GradientDescent().rule, 0, start, 9))
    epochs.values[start : start + 9 + 21] = [*p.ravel(), *xs[:7].ravel(), *ts[:7]]
    losses = epochs.run(np.full(50, 0.05), 0)[:, 0]
    assert losses[-1] < losses[0] and len(losses) == 50
    epochs.parameters[:] = p.ravel()
    assert [epochs.step(0.05, k) for k in range(50)] == losses.tolist()
    assert epochs.run(np.empty(0), 0).shape == (0, 1)


def test_tables_and_orders_are_checked():
    recorded, _, p, xs, ts = problem()
    start = int(recorded.places[0])
    epochs = epochs_of(recorded, Update(GradientDescent().rule, 0, start, 9, (Piece(start + 9, 2, 7),)))
    order = np.zeros((3, 7), dtype=int)
    with pytest.raises(ValueError, match="7 rows of 2 numbers"):
        epochs.run(np.ones(3), 0, [(ts, order)])
    with pytest.raises(ValueError, match="rows 0 to 29 of a table that has 29"):
        epochs.run(np.ones(3), 0, [(xs, order + [[0], [0], [29]])])


def test_a_bound_step_makes_one_with_its_numbers():
    _, step, p, xs, ts = problem()
    expected = step.run()
    epochs = step.training_loop(Adam(0.05).rule, 2, [(9, 2, 7), (9 + 14, 1, 7)])
    assert (epochs.parameters == p.ravel()).all()
    order = np.arange(21).reshape(3, 7)
    losses = epochs.run(np.full(3, 0.05), 0, [(xs, order), (ts, order)])[:, 0]
    assert losses[0] == expected and (epochs.parameters != p.ravel()).all()
    forward = epochs.forward
    del epochs  # a function keeps what it needs
    forward()


def test_where_machine_code_is_not_to_be_used_there_is_none():
    _, step, *_ = problem()
    token = back_end.set("numpy")
    assert step.training_loop(GradientDescent().rule, 0, []) is None
    back_end.reset(token)


@pytest.mark.parametrize(
    "rule",
    [
        lambda m, p, g, slots, rate, step: (p - rate * g if p > 0.0 else p, slots),
        lambda m, p, g, slots, rate, step: (p if g == 0.0 else p - g, slots),
        lambda m, p, g, slots, rate, step: (p if g else p - rate, slots),
        lambda m, p, g, slots, rate, step: (p - rate * np.sqrt(g), slots),
        lambda m, p, g, slots, rate, step: (p - rate * g**2, slots),
        lambda m, p, g, slots, rate, step: (p - rate * g, (g,)),
    ],
)
def test_a_rule_that_machine_code_cannot_read_is_left_to_others(rule):
    _, step, *_ = problem()
    assert step.training_loop(rule, 0, []) is None


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda optimizer: type(optimizer).__name__)
def test_the_rules_of_nn_are_readable(optimizer):
    assert readable(optimizer.rule, len(optimizer.slot_names))
