"""A training is resumed as the one it was: what it depends on is compared, and one that was over stays over."""

import pytest

from autograd import Value
from nn import MLP, Adam, Callback, Checkpoint, EarlyStopping, GradientDescent, Momentum, RandomHillClimbing, Trainer
from nn.basics.storage import StorageError
from nn.losses import Huber
from nn.schedules import cosine

X, Y = [[float(k % 5), float(k % 3)] for k in range(12)], [float(k % 4) for k in range(12)]


def fit(epochs=4, *, model=None, optimizer=None, loss="huber", l2=0.0, callbacks=(), **options):
    trainer = Trainer(model or MLP(2, [3, 1], rng=1), loss, optimizer or Adam(0.05), l2=l2)
    settings = {"batch_size": 4, "rng": 1, "validation_data": (X[:4], Y[:4]), **options}
    return trainer, trainer.fit(X, Y, epochs=epochs, verbose=0, callbacks=callbacks, **settings)


@pytest.mark.parametrize(
    "change, named",
    [
        (
            {"model": MLP(2, [3, 1], activation="tanh", rng=1)},
            "model.activation='relu', and not 'tanh'",
        ),
        ({"model": MLP(2, [3, 1], output_activation="tanh", rng=1)}, "activation"),
        ({"model": MLP(2, [3, 1], activation=Value.sin, rng=1)}, "activation"),
        ({"model": MLP(2, [4, 1], rng=1)}, "model.sizes"),
        ({"model": MLP(2, [3, 3, 1], rng=1)}, "model.sizes"),
        ({"optimizer": Adam(0.1)}, "optimizer.learning_rate=0.05, and not 0.1"),
        ({"optimizer": Adam(cosine(0.05, steps=9))}, "optimizer.learning_rate"),
        ({"optimizer": Adam(lambda step: 0.05)}, "optimizer.learning_rate"),
        ({"optimizer": Adam(0.05, beta1=0.8)}, "optimizer.beta1=0.9, and not 0.8"),
        ({"optimizer": Adam(0.05, epsilon=1e-7)}, "optimizer.epsilon"),
        ({"optimizer": Momentum(0.05)}, "optimizer='Adam', and not 'Momentum'"),
        ({"loss": Huber(2.0)}, "loss.delta=1.0, and not 2.0"),
        ({"l2": 0.1}, "l2=0.0, and not 0.1"),
        ({"shuffle": False}, "shuffle=True, and not False"),
        ({"validation_data": (X[:5], Y[:5])}, "other validation samples or targets"),
        ({"callbacks": [EarlyStopping(min_delta=0.1)]}, "min_delta=0.0, and not 0.1"),
        ({"callbacks": [EarlyStopping("loss")]}, "monitor='validation_loss', and not 'loss'"),
    ],
)
def test_whatever_it_depends_on_is_compared(tmp_path, change, named):
    path = tmp_path / "checkpoint.json"
    fit(2, callbacks=[Checkpoint(path)])
    fit(3, resume=path)
    with pytest.raises(StorageError, match="is of another training") as error:
        fit(3, resume=path, **change)
    assert named in str(error.value)


def test_the_settings_of_other_optimisers_are_compared_and_functions_known_again(tmp_path):
    path = tmp_path / "checkpoint.json"
    fit(2, optimizer=RandomHillClimbing(0.1, rng=1), callbacks=[Checkpoint(path)])
    with pytest.raises(StorageError, match=r"optimizer.step_size=0.1, and not 0.2"):
        fit(3, optimizer=RandomHillClimbing(0.2, rng=1), resume=path)
    falling = lambda start: GradientDescent(lambda step: start / (1 + step))
    fit(2, optimizer=falling(0.1), callbacks=[Checkpoint(path)])
    fit(3, optimizer=falling(0.1), resume=path)
    with pytest.raises(StorageError, match="optimizer.learning_rate"):
        fit(3, optimizer=falling(0.2), resume=path)


class Enough(Callback):
    def on_epoch_end(self, trainer, epoch, logs):
        if epoch == 3:
            trainer.stop("enough")


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    "stopping, options",
    [
        (lambda: [EarlyStopping(patience=2, min_delta=50.0)], {}),
        (lambda: [Enough()], {}),
        (lambda: [], {"tolerance": 1e9}),
    ],
)
def test_one_that_stopped_does_not_go_on(tmp_path, stopping, options, first):
    path = tmp_path / "checkpoint.json"
    callbacks = lambda: [Checkpoint(path), *stopping()] if first else [*stopping(), Checkpoint(path)]
    before, history = fit(20, callbacks=callbacks(), **options)
    assert history.epochs < 20
    again, found = fit(20, callbacks=callbacks(), resume=path, **options)
    assert (found.epochs, found.stop, found.stopped_epoch) == (history.epochs, history.stop, history.stopped_epoch)
    assert found.columns == history.columns and again.model.state_dict() == before.model.state_dict()


def test_with_more_patience_it_goes_on(tmp_path):
    path = tmp_path / "checkpoint.json"
    rule = lambda patience: [EarlyStopping(patience=patience, min_delta=50.0), Checkpoint(path)]
    assert fit(20, callbacks=rule(2))[1].epochs == 3
    assert fit(20, callbacks=rule(5), resume=path)[1].epochs == 6
