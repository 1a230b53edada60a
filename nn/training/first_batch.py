"""A look before anything is trained: can the loss take these predictions, and can it teach every parameter?"""

from __future__ import annotations

import warnings

from autograd import DomainError, Value
from autograd.graph import leaves
from nn.basics.parameters import first_few
from nn.training.engine import Engine
from nn.training.objective import CHUNK, Objective
from nn.training.samples import Samples
from nn.training.state import TrainingState, TrainingWarning

USER = 4  # frames from a warning here to the line that called `fit`


def look_at_the_first_batch(state: TrainingState, training: Samples, batch_size: int | None, engine: Engine) -> None:
    """Make sure that the loss can take the predictions, and depends on the parameters.

    Raises:
        ValueError: if the loss takes probabilities and these are none, or it depends on no parameter.
    """
    few = training.head(min(batch_size or CHUNK, CHUNK))
    if state.loss.expects == "probabilities":
        state.loss.check_predictions(state.model.predict(few.features))
    if not state.optimizer.uses_gradient or engine.reaches_all:
        return
    try:
        unreached = unreached_parameters(state.objective, few)
    except DomainError:  # which the first step will meet, and explain
        return
    if len(unreached) == len(state.model.parameters()):
        raise ValueError(
            "the loss depends on no parameter of the model, so nothing would be learned.\nPerhaps a number was taken"
            " out of a Value on the way (float(v), v.data, a math.* function): keep the Value itself, with the"
            " functions of autograd."
        )
    if unreached:
        names = first_few(unreached)
        text = f"the loss does not depend on {names}: in the first batch, no gradient reaches them"
        warnings.warn(text, TrainingWarning, stacklevel=USER - 1)


def unreached_parameters(objective: Objective, samples: Samples) -> list[str]:
    """The names of the parameters on which the loss of none of these samples depends."""
    unreached = {id(parameter): name for name, parameter in objective.model.named_parameters().items()}
    for x, encoded in zip(samples.X, samples.encoded, strict=True):
        loss = objective.of_sample(x, encoded)[0]
        for leaf in leaves(loss) if isinstance(loss, Value) else []:
            unreached.pop(id(leaf), None)
        if not unreached:
            break
    return list(unreached.values())


def tell_of_fallback(engine: Engine, told: str) -> str:
    """Say aloud, once, that a training cannot be compiled because a number was read; what was said.

    Args:
        engine: that was chosen.
        told: what was said before.
    """
    reason: str = getattr(engine, "number_read", "")
    if reason and reason != told:
        text = f"training goes on with plain backward(), which is slower, because a number was read: {reason}"
        warnings.warn(text, TrainingWarning, stacklevel=USER - 1)
    return reason or told
