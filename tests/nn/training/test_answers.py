"""A sample without an answer somewhere in the model, though loss and gradient are finite: no engine passes it."""

import warnings

import pytest

from autograd import Value, atan, detach, dot, exp, log, maximum, relu, sigmoid, step, take, tanh, where
from nn import GradientDescent, Module, Trainer

TABLE = [[0.1, 0.2], [0.3, -0.2], [0.5, 0.4]]

#: Of one input, for which 0.0 (of tokens: 7.0, 0.5) has no answer.
HIDING = {
    "a sigmoid of −∞": (lambda x: sigmoid(log(x)), 0.0),
    "a tanh of ∞": (lambda x: tanh(x**-2), 0.0),
    "an angle": (lambda x: atan(1.0 / x), 0.0),
    "e to −∞": (lambda x: exp(-1.0 / x), 0.0),
    "a relu": (lambda x: relu(log(x)), 0.0),
    "a maximum": (lambda x: maximum(log(x), -5.0), 0.0),
    "a step": (lambda x: step(log(x)), 0.0),
    "a branch": (lambda x: where(x > 0.0, log(x), 0.0), 0.0),
    "what is not used": (lambda x: (log(x), x)[1], 0.0),
    "a row that is not used": (lambda x: (take(TABLE, x), x)[1], 7.0),
    "a row that is masked": (lambda x: where(x < 3.0, dot(take(TABLE, x), [1.0, 1.0]), 0.0), 7.0),
    "a row, masked and detached": (lambda x: where(x < 3.0, detach(take(TABLE, x)[0]), 0.0), 7.0),
    "half a row, detached": (lambda x: where(x > 0.75, detach(take(TABLE, x)[0]), 0.0), 0.5),
}


class Model(Module):
    def __init__(self, feature):
        self.w, self.b = Value(0.5), Value(0.1)
        self.feature = feature

    def __call__(self, x):
        return [self.feature(x[0]) * self.w + self.b]


def samples(*bad):
    """Forty samples, of which some have no answer."""
    return [[float(1 + i % 2)] for i in range(40 - len(bad))] + [[x] for x in bad], [[float(i % 3)] for i in range(40)]


def outcome(act):
    """What is raised, or warned of, in words without the line that they come from."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return act()
        except Exception as error:
            return type(error).__name__, str(error).partition("(step")[0][:60]


def trained(feature, engine, epochs=2, **options):
    trainer = Trainer(Model(feature), "mse", GradientDescent(0.01), engine=engine)
    return outcome(lambda: trainer.fit(*samples(), epochs=epochs, batch_size=10, verbose=0, rng=0, **options)), trainer


@pytest.mark.parametrize("epochs", [2, 200])
@pytest.mark.parametrize("hiding", HIDING)
def test_no_training_passes_a_sample_without_an_answer(hiding, epochs):
    feature, bad = HIDING[hiding]
    found = {}
    for engine in ("eager", "auto"):
        trainer = Trainer(Model(feature), "mse", GradientDescent(0.01), engine=engine)
        fit = lambda trainer=trainer: trainer.fit(*samples(bad), epochs=epochs, batch_size=10, verbose=0, rng=0)
        found[engine] = outcome(fit)
    assert found["auto"] == found["eager"]
    assert found["eager"][0] in ("TrainingWarning", "ZeroDivisionError", "IndexError", "ValueError")


@pytest.mark.parametrize("hiding", HIDING)
def test_no_evaluation_or_validation_passes_one(hiding):
    feature, bad = HIDING[hiding]
    found = {}
    for engine in ("eager", "auto"):
        history, trainer = trained(feature, engine)
        assert engine == "eager" or trainer.engine.description.startswith("compiled"), history
        for count in (1, 2, 3):  # also when it is asked again
            found[engine, count] = outcome(lambda trainer=trainer: trainer.evaluate(*samples(bad)))
        found[engine, "validated"] = trained(feature, engine, validation_data=samples(bad))[0]
    for asked in (1, 2, 3, "validated"):
        assert found["auto", asked] == found["eager", asked]
        assert isinstance(found["auto", asked], tuple)


def test_answers_that_are_infinite_by_design_are_trained_by_programs():
    """−∞ masks a score, and is a number of the user's own; nothing is refused, and nothing is slower for it."""
    masked = lambda x: exp(where(x > 0.0, x * -1.0, Value(float("-inf"))))
    history, trainer = trained(masked, "auto")
    assert trainer.engine.description.startswith("compiled")
    assert len(history.columns["loss"]) == 2


def test_what_depends_on_parameters_is_not_asked_before():
    model = lambda x: sigmoid(log(x))
    _, trainer = trained(model, "auto")
    assert trainer.engine.program.pattern.asks_the_data
    plain = Trainer(Model(lambda x: tanh(x)), "mse", GradientDescent(0.01))
    plain.fit(*samples(), epochs=1, verbose=0, rng=0)
    assert not plain.engine.program.pattern.asks_the_data


def test_values_that_are_no_parameters_are_named_as_the_reason_for_plain_backward():
    stranger = Value(0.25, label="stranger")
    _, trainer = trained(lambda x: x * stranger, "auto")
    assert "no parameters of the model, such as Value(0.25" in trainer.engine.description
