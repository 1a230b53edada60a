"""What people bring along: short names, truths, rows of zeros with a one, callbacks with events of other libraries."""

import copy
import threading

import numpy as np
import pytest

from nn import MLP, Adam, Callback, GradientDescent, Trainer, metrics

X = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]


def fitted(loss, y, outputs, engine="auto", **settings):
    model = MLP(2, [3, outputs], rng=1)
    trainer = Trainer(model, loss, "adam", metrics=["acc"], engine=engine)
    history = trainer.fit(X, y, epochs=3, batch_size=2, verbose=0, rng=1, **settings)
    return model.state_dict(), history.columns, trainer.evaluate(X, y)


@pytest.mark.parametrize("engine", ["auto", "eager"])
@pytest.mark.parametrize(
    "loss, outputs, usual, others",
    [
        ("cross_entropy", 2, [0, 1, 1, 0], [
            [[1, 0], [0, 1], [0, 1], [1, 0]],
            np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0]]),
            [False, True, True, False],
            np.array([False, True, True, False]),
        ]),
        ("bce_with_logits", 1, [0, 1, 1, 0], [[False, True, True, False], np.array([False, True, True, False])]),
        ("bce_with_logits", 2, [[0, 1], [1, 1], [0, 0], [1, 0]], [
            [[False, True], [True, True], [False, False], [True, False]],
            np.array([[False, True], [True, True], [False, False], [True, False]]),
        ]),
        ("hinge", 1, [-1, 1, 1, -1], [[False, True, True, False], np.array([False, True, True, False])]),
    ],
)  # fmt: skip
def test_truths_and_rows_with_a_one_train_and_score_as_the_usual_targets(engine, loss, outputs, usual, others):
    expected = fitted(loss, usual, outputs, engine)
    for targets in others:
        assert fitted(loss, targets, outputs, engine) == expected


def test_classes_are_weighted_the_same_however_they_are_written():
    rows = [[1, 0], [0, 1], [0, 1], [0, 1]]
    expected = fitted("cross_entropy", [0, 1, 1, 1], 2, class_weight="balanced")
    assert fitted("cross_entropy", rows, 2, class_weight="balanced") == expected
    assert fitted("cross_entropy", rows, 2, class_weight={0: 2.0, 1: 2.0 / 3.0})[0].keys() == expected[0].keys()


def test_short_names_are_the_long_ones():
    assert Trainer(MLP(1, [1]), "mse", "adam").optimizer.settings() == Adam().settings()
    assert isinstance(Trainer(MLP(1, [1]), "mse", "sgd").optimizer, GradientDescent)
    assert metrics.get("acc").name == "accuracy"
    assert metrics.rmse([[1.0], [7.0]], [0.0, 0.0]) == 5.0
    with pytest.raises(ValueError, match="no optimiser is called 'adamm'; did you mean 'adam'"):
        Trainer(MLP(1, [1]), "mse", "adamm")
    with pytest.raises(ValueError, match="no metric is called 'rmsee'; did you mean 'rmse'"):
        Trainer(MLP(1, [1]), "mse", "adam", metrics=["rmsee"])


def test_predict_of_the_trainer_is_that_of_the_model():
    model = MLP(2, [3, 1], rng=1)
    trainer = Trainer(model, "mse", "adam")
    trainer.fit(X, [0, 1, 1, 0], epochs=2, verbose=0)
    assert trainer.predict(X) == model.predict(X)


def test_an_event_that_no_one_calls_is_an_error_that_names_the_nearest():
    class Misspelt(Callback):
        def on_epoch_ends(self, trainer, epoch, logs):
            raise AssertionError

    model = MLP(2, [1], rng=1)
    before = model.state_dict()
    with pytest.raises(ValueError, match=r"Misspelt.* is called 'on_epoch_ends'; did you mean 'on_epoch_end'"):
        Trainer(model, "mse", "adam").fit(X, [0, 1, 1, 0], callbacks=[Misspelt()], verbose=0)
    with pytest.raises(TypeError, match=r"a callback is made: Misspelt\(\)"):
        Trainer(model, "mse", "adam").fit(X, [0, 1, 1, 0], callbacks=[Misspelt], verbose=0)
    assert model.state_dict() == before


def test_an_event_may_be_an_attribute_and_a_callback_a_class_of_ones_own():
    class Own:
        def on_epoch_end(self, trainer, epoch, logs):
            told.append(epoch)

    told, assigned = [], Callback()
    assigned.on_epoch_end = lambda trainer, epoch, logs: told.append(-epoch)
    Trainer(MLP(2, [1]), "mse", "adam").fit(X, [0, 1, 1, 0], epochs=2, callbacks=[Own(), assigned], verbose=0)
    assert told == [1, -1, 2, -2]


# ── One optimiser, one training ──


class Within(Callback):
    """Trains another model within a training, by what `other` gives."""

    def __init__(self, event, other):
        self.other = other
        setattr(self, event, self.train)

    def train(self, trainer, *_):
        self.other(trainer).fit(X, [0, 1, 1, 0], epochs=1, verbose=0, rng=2)


EVENTS = ["on_train_begin", "on_epoch_begin", "on_batch_end", "on_epoch_end", "on_train_end"]


def weights_after(engine, callbacks=(), optimizer=None):
    model = MLP(2, [1], rng=1)
    trainer = Trainer(model, "mse", optimizer or Adam(0.1), engine=engine)
    trainer.fit(X, [0, 1, 1, 0], epochs=3, batch_size=2, callbacks=callbacks, verbose=0, rng=3)
    return model.state_dict()


@pytest.mark.parametrize("engine", ["eager", "auto"])
@pytest.mark.parametrize("event", EVENTS)
def test_an_optimiser_in_a_training_is_not_taken_for_another(event, engine):
    optimizer = Adam(0.1)
    for other in (
        lambda trainer: trainer,
        lambda trainer: Trainer(MLP(2, [1], rng=5), "mse", trainer.optimizer, engine=engine),
        lambda trainer: Trainer(trainer.model, "mse", trainer.optimizer),
    ):
        with pytest.raises(ValueError, match=r"in the middle of a training(?s:.*)copy.deepcopy\(optimizer\)"):
            weights_after(engine, [Within(event, other)], optimizer)
    assert weights_after(engine, (), optimizer) == weights_after(engine)  # as it is free again, and starts over


@pytest.mark.parametrize("engine", ["eager", "auto"])
@pytest.mark.parametrize("event", EVENTS)
def test_trainings_within_one_that_have_their_own_optimisers_change_nothing(event, engine):
    for optimizer in (copy.deepcopy, lambda optimizer: "adam"):
        other = lambda trainer, of=optimizer: Trainer(MLP(2, [1], rng=5), "mse", of(trainer.optimizer), engine=engine)
        assert weights_after(engine, [Within(event, other)]) == weights_after(engine, [Within(event, other)])
        if event != "on_batch_end":  # for which steps are taken one by one
            assert weights_after(engine, [Within(event, other)]) == weights_after(engine)


def test_nor_in_another_thread():
    optimizer, refused = Adam(0.1), []

    def in_a_thread(trainer):
        def fit():
            try:
                Trainer(MLP(2, [1]), "mse", trainer.optimizer).fit(X, [0, 1, 1, 0], epochs=1, verbose=0)
            except ValueError as error:
                refused.append(str(error))

        thread = threading.Thread(target=fit)
        thread.start()
        thread.join()
        return Trainer(MLP(2, [1]), "mse", "sgd")

    weights_after("auto", [Within("on_epoch_end", in_a_thread)], optimizer)
    assert len(refused) == 3 and all("in the middle of a training" in text for text in refused)
