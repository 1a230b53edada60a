"""The state of a training: the numbers of the parameters are with the engine while it works, and come back."""

import copy
import pickle
import random

import pytest

from nn import MLP, EarlyStopping, GradientDescent, Trainer, losses
from nn.training.objective import Objective
from nn.training.state import TrainingState


class Elsewhere:
    """An engine that keeps the numbers for itself, and each of its steps adds 1 to every one."""

    description = "elsewhere: for a test"

    def __init__(self, model):
        self.model = model
        self.numbers = {}
        self.newer = self

    def load(self):
        self.numbers = self.model.state_dict()

    def unload(self):
        self.model.load_state_dict(self.numbers)

    def current(self):
        return self.newer

    def step(self):
        self.numbers = {name: number + 1.0 for name, number in self.numbers.items()}


@pytest.fixture
def state():
    model = MLP(1, [1], init="zeros")
    state = TrainingState(Objective(model, losses.mean_squared_error), GradientDescent())
    state.engine = Elsewhere(model)
    return state


def numbers(state):
    return list(state.model.state_dict().values())


def test_the_numbers_come_back_when_the_work_is_done(state):
    with state.at_work():
        state.engine.step()
        assert numbers(state) == [0.0, 0.0]
    assert numbers(state) == [1.0, 1.0]


def test_they_come_back_also_if_it_fails(state):
    with pytest.raises(KeyboardInterrupt), state.at_work():
        state.engine.step()
        raise KeyboardInterrupt
    assert numbers(state) == [1.0, 1.0]


def test_in_a_pause_they_can_be_seen_and_changed(state):
    with state.at_work():
        state.engine.step()
        with state.paused():
            assert numbers(state) == [1.0, 1.0]
            state.model.layers[0].neurons[0].b.data = 5.0
        state.engine.step()
    assert numbers(state) == [2.0, 6.0]


def test_after_a_pause_another_engine_may_go_on(state):
    newer = Elsewhere(state.model)
    with state.at_work():
        state.engine.step()
        state.engine.newer = newer
        with state.paused():
            pass
        assert state.engine is newer
        newer.step()
    assert numbers(state) == [2.0, 2.0]


def test_a_trainer_is_such_a_state():
    trainer = Trainer(MLP(1, [1], rng=1), "mean_squared_error", GradientDescent())
    assert isinstance(trainer, TrainingState) and trainer.best_weights == {}
    assert trainer.engine_used == "eager: nothing was trained yet"


@pytest.mark.parametrize("send", [lambda t: pickle.loads(pickle.dumps(t)), copy.deepcopy], ids=["pickled", "copied"])
def test_a_trainer_is_sent_and_copied_after_fit_and_goes_on(send):
    X = [[k / 10.0, 1.0 - k / 20.0] for k in range(20)]
    y = [a * b for a, b in X]
    trainer = Trainer(MLP(2, [4, 1], rng=1), "mean_squared_error", GradientDescent(0.1), metrics=["r2"])
    trainer.fit(X, y, epochs=3, verbose=0, rng=0)
    other = send(trainer)
    assert other.evaluate(X, y) == pytest.approx(trainer.evaluate(X, y)) and other.best_weights == trainer.best_weights
    assert "compiles anew" in other.engine_used and other.history["loss"] == trainer.history["loss"]
    assert other.fit(X, y, epochs=2, verbose=0, rng=0)["loss"] == trainer.fit(X, y, epochs=2, verbose=0, rng=0)["loss"]


@pytest.mark.parametrize("send", [lambda trainer: trainer, copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))])
def test_before_any_fit_it_says_that_nothing_has_happened(send):
    made = Trainer(MLP(1, [1], init="zeros"), losses.mean_squared_error, GradientDescent(0.1), metrics=["r2"])
    trainer = send(made)
    assert (trainer.interrupted, trainer.failed, trainer.over, trainer.best_weights) == (False, False, "", {})
    assert len(trainer.history) == 0 and [metric.name for metric in trainer.metrics] == ["r2"]
    assert trainer.evaluate([[1.0], [2.0]], [1.0, 3.0]) == {"loss": 5.0, "r2": -4.0}  # of predictions that are 0
    trainer.fit([[1.0], [2.0]], [1.0, 3.0], epochs=1, verbose=0)
    assert len(trainer.history["loss"]) == 1 and any(p.data != 0.0 for p in trainer.model.parameters())
    assert trainer.optimizer is not None and trainer.engine.description


def test_before_and_after_a_copy_the_engine_is_the_plain_one_of_this_very_training():
    model = MLP(1, [1], init="zeros")
    state = TrainingState(Objective(model, losses.mean_squared_error), GradientDescent())
    assert state.improvement.monitor == "loss" and state.engine_used.endswith("nothing was trained yet")
    state.settle(lambda: {"seed": 3})
    copied = pickle.loads(pickle.dumps(state))
    assert copied.settings() == {"seed": 3}
    assert copied.engine_used.endswith("copied; the next fit compiles anew")
    for one in (state, copied):
        assert one.engine.objective is one.objective and one.engine.optimizer is one.optimizer
        assert one.objective.model is one.model


def test_a_stop_is_noted_once_with_its_epoch(state):
    state.history.add({"loss": 1.0})
    state.stop("enough", for_good=False)
    state.history.add({"loss": 0.5})
    state.stop("once more")
    assert (state.history.stop, state.history.stopped_epoch, state.over) == ("enough", 1, "")


def test_what_is_refused_leaves_nothing_that_was_not_there(state):
    rng, before = random.Random(1), dict(vars(state))
    drawn = rng.getstate()
    with pytest.raises(KeyError), state.as_before_if_refused(rng):
        state.rng, state.added, state.optimizer.added = rng, 1, 2
        state.optimizer.steps = 7
        rng.random()
        raise KeyError
    assert vars(state) == before and not hasattr(state.optimizer, "added")
    assert state.optimizer.steps == 0 and rng.getstate() == drawn


def test_another_model_or_loss_is_another_training():
    trainer = Trainer(MLP(1, [1]), "mse", "adam")
    for name in ("model", "loss"):
        with pytest.raises(AttributeError, match=name):
            setattr(trainer, name, getattr(Trainer(MLP(1, [1]), "mae", "adam"), name))


def test_one_thing_for_a_list_is_refused():
    with pytest.raises(TypeError, match=r"metrics=\['mae'\]"):
        Trainer(MLP(1, [1]), "mse", "adam", metrics="mae")
    with pytest.raises(TypeError, match=r"callbacks=\[EarlyStopping"):
        Trainer(MLP(1, [1]), "mse", "adam").fit([[1.0]], [1.0], callbacks=EarlyStopping())
