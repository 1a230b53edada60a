"""Dropout: what it leaves out, when, and that a training with it repeats bit by bit, in either engine."""

import copy
import pickle
import random
from array import array
from collections import Counter

import numpy as np
import pytest

from autograd import TraceError, Value, jit
from nn import (
    MLP,
    Adam,
    Callback,
    Checkpoint,
    Dropout,
    EarlyStopping,
    GradientDescent,
    Layer,
    Module,
    Sequential,
    Trainer,
)
from nn.training import kept_programs, masks
from nn.training.samples import Samples

X = [[i / 20.0, (i * i % 7) / 7.0] for i in range(20)]
Y = [float((a > 0.5) != (b > 0.4)) for a, b in X]


def network(seed=1, rate=0.5, where=1):
    rng = random.Random(seed)
    layers = [Layer(2, 8, activation="tanh", rng=rng), Layer(8, 1, rng=rng)]
    layers.insert(where, Dropout(rate))
    return Sequential(*layers)


def trained(engine="auto", epochs=4, model=None, seed=3, **settings):
    model = model or network()
    trainer = Trainer(model, "bce_with_logits", Adam(0.05), metrics=["acc"], engine=engine)
    options = {"batch_size": 6, "verbose": 0, "rng": seed} | settings
    return trainer, trainer.fit(X, Y, epochs=epochs, **options), model


# ── The layer ──


def test_the_mean_is_kept_and_the_share_is_the_rate():
    mask = Dropout(0.25, rng=1).draw(100_000)
    assert set(mask) == {0.0, 1.0 / 0.75}
    assert sum(mask) / len(mask) == pytest.approx(1.0, abs=0.01)


def test_it_acts_in_training_alone():
    layer = Dropout(0.5, rng=7)
    x = [1.0] * 20
    assert layer(x) == x
    assert layer.train() is layer
    assert set(layer(x)) == {0.0, 2.0}
    assert layer.eval()(x) == x


def test_the_gradient_of_what_is_left_out_is_0_and_of_the_rest_the_factor():
    x = [Value(1.0) for _ in range(20)]
    outputs = Dropout(0.5, rng=7).train()(x)
    sum(outputs[1:], outputs[0]).backward()
    assert [v.grad for v in x] == [o.data for o in outputs]


def test_the_same_seed_leaves_out_the_same():
    a, b = Dropout(0.5, rng=7).train(), Dropout(0.5, rng=7).train()
    assert [a([1.0] * 9) for _ in range(5)] == [b([1.0] * 9) for _ in range(5)]


@pytest.mark.parametrize("rate", [-0.1, 1.0, 2, float("nan"), "0.5", True, None])
def test_a_rate_is_a_probability(rate):
    with pytest.raises(ValueError, match="the rate is a probability, from 0 up to 1"):
        Dropout(rate)


def test_a_mask_of_another_length_is_refused():
    with pytest.raises(ValueError, match="the mask has 1 numbers, but there are 2 inputs"):
        Dropout()([1.0, 2.0], [1.0])


def test_a_model_knows_its_mode_with_all_its_parts():
    model = network()
    assert not any(part.training for part in (model, *model.layers))
    assert model.train() is model
    assert all(part.training for part in (model, *model.layers, model.layers[0].neurons[0]))
    model.layers[1].eval()
    assert [layer.training for layer in model.layers] == [True, False, True]
    assert pickle.loads(pickle.dumps(model)).training
    assert copy.deepcopy(model).layers[0].training
    assert not model.eval().training
    assert vars(model).keys() == {"layers"}


def test_predict_leaves_out_nothing_whatever_the_mode_and_however_many_the_rows():
    model = network()
    for rows in (X, X * 60):  # one by one, and compiled
        expected = model.eval().predict(rows)
        assert model.train().predict(rows) == expected
        assert model.training


# ── In a compiled function ──


def test_a_compiled_function_takes_the_mask_as_an_argument():
    layer, out = Dropout(0.5, rng=1), Layer(3, 1, rng=1)

    @jit
    def f(x, mask):
        return out(layer(x, mask))[0]

    for _ in range(3):
        mask = layer.draw(3)
        assert f([1.0, 2.0, 3.0], mask).data == out(layer([1.0, 2.0, 3.0], mask))[0].data


def test_drawing_inside_is_refused_and_says_how_instead():
    layer = Dropout(0.5, rng=1).train()
    f = jit(lambda x: layer(x)[0])
    with pytest.raises(TraceError, match="a mask of dropout was drawn") as error:
        f([1.0, 2.0])
    assert "dropout(x, mask), with the mask as an argument" in str(error.value)
    layer.eval()
    assert f([1.0, 2.0]) == 1.0
    layer.train()
    with pytest.raises(TraceError, match="a mask of dropout was drawn"):
        f([1.0, 2.0])


def test_a_compiled_function_follows_the_mode():
    class Doubling(Module):
        def __init__(self):
            self.w = Value(1.0)

        def __call__(self, x):
            return [self.w * x[0] * (2.0 if self.training else 1.0)]

    model = Doubling()
    f = jit(lambda x: model(x)[0])
    assert [f([3.0]).data, model.train() and f([3.0]).data, model.eval() and f([3.0]).data] == [3.0, 6.0, 3.0]


class Inside(Module):
    """Has a compiled function inside, which asks for the mode."""

    def __init__(self):
        self.w = Value(1.0)
        self.compiled = jit(self.factor)

    def factor(self, x):
        return [self.w * x[0] * (2.0 if self.training else 1.0)]

    def __call__(self, x):
        return self.compiled(x)


def test_a_compiled_function_inside_a_module_follows_the_mode_of_each_call():
    model = Inside()
    for _ in range(2):
        assert model.train()([3.0])[0].data == 6.0
        assert model.predict([[3.0]]) == [[3.0]]
        assert model([3.0])[0].data == 6.0
        assert model.eval()([3.0])[0].data == 3.0
    for engine in ("auto", "eager"):
        history = Trainer(model, "mse", GradientDescent(1e-12), engine=engine).fit(
            [[1.0], [2.0]], [0.0, 0.0], epochs=1, validation_data=([[1.0], [2.0]], [0.0, 0.0]), verbose=0
        )
        assert [history["loss"][0], history["validation_loss"][0]] == pytest.approx([10.0, 2.5], rel=1e-9)
        assert not model.training
        assert model([3.0])[0].data == pytest.approx(3.0, rel=1e-9)


@pytest.mark.parametrize("engine", ["auto", "eager"])
def test_dropout_in_a_compiled_function_inside_a_module_is_refused_in_training(engine):
    class Hidden(Module):
        def __init__(self):
            self.dropout, self.out = Dropout(0.5), Layer(2, 1, rng=1)
            self.compiled = jit(lambda x: self.out(self.dropout(x)))

        def __call__(self, x):
            return self.compiled(x)

    model = Hidden()
    assert model.predict([[1.0, 2.0]]) == [[model.out([1.0, 2.0])[0].data]]
    with pytest.raises(TraceError, match="a mask of dropout was drawn"):
        Trainer(model, "mse", "adam", engine=engine).fit(X, Y, epochs=1, verbose=0)
    assert model.predict([[1.0, 2.0]]) == [[model.out([1.0, 2.0])[0].data]]


# ── In a training ──


@pytest.mark.parametrize("where", [0, 1, 2])
def test_both_engines_leave_out_the_same(where):
    compiled, history, a = trained(model=network(where=where))
    eager, other, b = trained("eager", model=network(where=where))
    assert compiled.engine_used.startswith("compiled"), compiled.engine_used
    assert a.state_dict() == pytest.approx(b.state_dict(), rel=1e-9, abs=1e-12)
    assert history["loss"] == pytest.approx(other["loss"], rel=1e-9)
    assert history.monitored == pytest.approx(other.monitored, rel=1e-9)


def test_machine_code_leaves_out_the_same():
    compiled, history, a = trained(epochs=150)
    _, other, b = trained("eager", epochs=150)
    assert type(compiled.engine.stepper).__name__ == "InMachineCode"
    assert history["loss"] == pytest.approx(other["loss"], rel=1e-6)
    assert a.state_dict() == pytest.approx(b.state_dict(), rel=1e-6, abs=1e-9)


def test_the_steps_are_those_of_the_plain_loop():
    """What the trainer does, written out: masks of a batch from the trainer's generator, gradients by backward()."""
    model, plain = network(), network()
    Trainer(model, "mse", Adam(0.05), engine="eager").fit(
        X, Y, epochs=2, batch_size=None, shuffle=False, verbose=0, rng=3
    )
    rng, optimizer = random.Random(3), Adam(0.05)
    for _ in range(2):
        table = masks.dropped(masks.with_room(Samples(np.array(X), Y, Y), 8), [plain.layers[1]] * 8, rng)
        plain.zero_grad()
        for x, mask, y in zip(X, np.asarray(table.inputs)[:, 2:].tolist(), Y, strict=True):
            hidden = plain.layers[1](plain.layers[0](x), mask)
            ((plain.layers[2](hidden)[0] - y) ** 2).backward(1.0 / len(X))
        optimizer.step(plain.named_parameters())
    assert model.state_dict() == pytest.approx(plain.state_dict(), rel=1e-12)


def test_each_epoch_drops_other_units_of_each_sample_and_nothing_is_recorded_anew(monkeypatch):
    seen, recorded = [], []
    monkeypatch.setattr(kept_programs, "ObjectiveProgram", lambda *a: recorded.append(1) or kept_programs_program(*a))
    kept_programs.recorded_programs.clear()
    real = masks.dropped
    monkeypatch.setattr(
        "nn.training.epochs.dropped",
        lambda samples, *a: seen.append(np.array((found := real(samples, *a)).inputs[:, 2:])) or found,
    )
    trained(epochs=5)
    trained(epochs=5, model=network(seed=2))
    assert len(seen) == 10
    assert len(recorded) == 1
    assert all(not np.array_equal(a, b) for a, b in zip(seen[:5], seen[1:5], strict=False))
    counts = Counter(np.concatenate(seen[:5]).ravel().tolist())
    assert set(counts) == {0.0, 2.0}
    assert 0.4 < counts[0.0] / counts.total() < 0.6


kept_programs_program = kept_programs.ObjectiveProgram


def test_the_same_seed_gives_the_same_bits_and_another_seed_others():
    _, history, model = trained()
    _, again, other = trained()
    assert history.columns == again.columns
    assert model.state_dict() == other.state_dict()
    assert trained(seed=4)[1]["loss"] != history["loss"]


def test_masks_are_the_same_with_numpy_and_without():
    layers = [Dropout(0.3), Dropout(0.0), Dropout(0.9)]
    rows = [[1.0, 2.0]] * 50
    as_lists = masks.dropped(masks.with_room(Samples([*map(list, rows)], rows, rows), 3), layers, random.Random(1))
    as_array = masks.dropped(masks.with_room(Samples(np.array(rows), rows, rows), 3), layers, random.Random(1))
    assert as_lists.inputs == as_array.inputs.tolist()
    assert [row[3] for row in as_lists.inputs] == [1.0] * 50
    assert as_array.features == rows
    assert masks.undropped(as_array).inputs.tolist() == masks.undropped(as_lists).inputs
    assert [row[2:] for row in as_lists.inputs] == [[1.0] * 3] * 50


@pytest.mark.parametrize("engine", ["auto", "eager"])
def test_a_resumed_training_goes_on_with_the_same_masks(engine, tmp_path):
    _, whole, model = trained(engine, epochs=6)
    trained(engine, epochs=3, callbacks=[Checkpoint(tmp_path / "half.json")])
    _, resumed, other = trained(engine, epochs=6, resume=tmp_path / "half.json")
    assert resumed.columns == whole.columns
    assert model.state_dict() == other.state_dict()


@pytest.mark.parametrize("engine", ["auto", "eager"])
def test_what_is_measured_is_of_the_whole_model(engine):
    trainer, history, model = trained(engine, validation_data=(X, Y), callbacks=[EarlyStopping(patience=9)])
    last = trainer.evaluate(X, Y)
    expected = np.mean([trainer.loss(row, y).data for row, y in zip(model.predict(X), Y, strict=True)])
    assert last["loss"] == pytest.approx(expected, rel=1e-12)
    assert history["validation_loss"][history.kept_epoch - 1] == pytest.approx(expected, rel=1e-12)
    fresh = Trainer(model, "bce_with_logits", Adam(), engine=engine)
    assert fresh.evaluate(X * 60, Y * 60)["loss"] == pytest.approx(expected, rel=1e-12)


class Warming(Module):
    """Multiplies by 3 in training, by 1 otherwise, as some layers do."""

    def __init__(self):
        self.inner = Layer(2, 1, rng=1)

    def __call__(self, x):
        factor = 3.0 if self.training else 1.0
        return [factor * a for a in self.inner(x)]


@pytest.mark.parametrize("engine", ["auto", "eager"])
def test_a_module_of_ones_own_that_asks_for_the_mode_is_measured_as_it_is_asked(engine):
    model = Warming()
    trainer = Trainer(model, "mse", Adam(0.01), engine=engine)
    history = trainer.fit(X, Y, epochs=2, batch_size=None, validation_data=(X, Y), verbose=0)
    expected = np.mean([(row[0] - y) ** 2 for row, y in zip(model.predict(X), Y, strict=True)])
    assert history["validation_loss"][-1] == pytest.approx(expected, rel=1e-12)
    assert trainer.evaluate(X, Y)["loss"] == pytest.approx(expected, rel=1e-12)
    assert Trainer(model, "mse", Adam(), engine=engine).evaluate(X * 60, Y * 60)["loss"] == pytest.approx(expected)
    tripled = 3.0 * np.array(Warming().predict(X)).ravel()
    assert history["loss"][0] == pytest.approx(np.mean((tripled - np.array(Y)) ** 2), rel=1e-12)


def test_callbacks_see_a_model_that_is_asked():
    class Asking(Callback):
        def on_batch_end(self, trainer, batch, loss):
            asked.append(trainer.model.training)

    asked = []
    trained(callbacks=[Asking()])
    assert asked
    assert not any(asked)


def test_a_dropout_that_is_added_while_training_is_refused():
    class Adding(Callback):
        def on_epoch_end(self, trainer, epoch, logs):
            trainer.model.layers.append(Dropout(0.1))

    with pytest.raises(ValueError, match="8 units could be dropped when the training began, and now 9 can or more"):
        trained(engine="eager", callbacks=[Adding()])


@pytest.mark.parametrize("engine", ["auto", "eager"])
def test_so_is_the_first_one(engine):
    class Adding(Callback):
        def on_epoch_end(self, trainer, epoch, logs):
            trainer.model.layers.insert(1, Dropout(0.1))

    model = Sequential(Layer(2, 8, rng=1), Layer(8, 1, rng=1))
    with pytest.raises(ValueError, match="0 units could be dropped when the training began"):
        trained(engine=engine, model=model, callbacks=[Adding()])


def test_a_rate_may_change_while_training():
    class Annealing(Callback):
        def on_epoch_end(self, trainer, epoch, logs):
            trainer.model.layers[1].rate = 0.5 / (epoch + 1)

    _, history, _ = trained(callbacks=[Annealing()])
    _, other, _ = trained("eager", callbacks=[Annealing()])
    assert history["loss"] == pytest.approx(other["loss"], rel=1e-9)
    assert history["loss"] != trained()[1]["loss"]


def test_it_helps_where_a_network_learns_by_heart():
    """40 samples of 11 inputs, 10 of which say nothing."""
    rng = random.Random(5)

    def noisy(n):
        rows = [[rng.gauss(0.0, 1.0) for _ in range(11)] for _ in range(n)]
        return rows, [float(row[0] + 0.3 * rng.gauss(0.0, 1.0) > 0) for row in rows]

    def loss_on_others(rate):
        source = random.Random(1)
        layers = [Layer(11, 16, activation="tanh", rng=source), Dropout(rate), Layer(16, 1, rng=source)]
        model = Sequential(Dropout(rate / 2.0), *layers)
        trainer = Trainer(model, "bce_with_logits", Adam(0.02))
        trainer.fit(*training, epochs=150, batch_size=None, verbose=0, rng=1)
        return trainer.evaluate(*others)["loss"]

    training, others = noisy(40), noisy(300)
    assert loss_on_others(0.5) < 0.7 * loss_on_others(0.0)


def test_it_has_no_place_in_an_mlp_of_plain_layers_but_between_them():
    assert "activation='tanh'), Dropout(0.5), Layer(8, 1" in repr(network())
    with pytest.raises(ValueError, match="layer 0 has 8 outputs, but layer 2 takes 4 inputs"):
        Sequential(Layer(2, 8), Dropout(), Layer(4, 1))
    assert len(Sequential(MLP(2, [3, 3]), Dropout(), Layer(3, 1))([1.0, 2.0])) == 1


def test_a_unit_is_left_out_below_its_rate_and_kept_from_it_on():
    words = array("I", [0, 2**31 - 1, 2**31, 2**32 - 1])
    for rows in ([[1.0], [1.0]], np.ones((2, 1))):
        table = masks.with_masks(masks.with_room(Samples(rows, rows, rows), 2), [Dropout(0.5), Dropout(0.5)], words)
        assert [list(row) for row in table.inputs] == [[1.0, 0.0, 0.0], [1.0, 2.0, 2.0]]
