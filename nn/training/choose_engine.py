"""Which engine trains a model: the compiled one if it gives what backward() gives, the eager one otherwise."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec

from autograd import TraceError
from autograd.lift.threads import threads_for
from nn.basics.stand_in import DIFFERENCE_ALLOWED, SAMPLES_COMPARED
from nn.optimizers import Optimizer
from nn.training.array_steps import takes_arrays
from nn.training.compiled import MANY_STEPS, CompiledEngine
from nn.training.eager import EagerEngine
from nn.training.engine import Engine
from nn.training.kept_programs import NotRepeatable, program_of
from nn.training.objective import Objective
from nn.training.samples import Samples


def best_engine(
    objective: Objective,
    optimizer: Optimizer,
    samples: Samples,
    batch_size: int | None,
    planned: int,
    threads: int | None = None,
) -> Engine:
    """The compiled engine if the model can be compiled, otherwise the eager one, which says why.

    Args:
        planned: how many steps there will be in the whole training.
        threads: that may share the work of a large step; None: as the environment says, or as many as there are cores.
    """
    if find_spec("numpy") is None:
        return EagerEngine(objective, optimizer, "NumPy is not installed: pip install 'chalkgrad[jit]'")
    try:
        again = partial(best_engine, objective, optimizer, samples, batch_size, planned, threads)
        divided = planned >= MANY_STEPS and takes_arrays(optimizer)
        program = program_of(objective, samples, batch_size, divided)
        engine = CompiledEngine(program, objective, optimizer, planned, threads_for(threads), again)
        found = difference(engine, samples)
    except NotRepeatable as error:
        return EagerEngine(objective, optimizer, str(error))
    except TraceError as error:
        read = " ".join(str(error).partition("\n")[0].split())
        reason = f"the model cannot be compiled: TraceError: {read}"
        return EagerEngine(objective, optimizer, reason, number_read=read)
    except Exception as error:  # whatever it is: if it is wrong for Values, too, the eager engine will raise it
        line = str(error).partition("\n")[0]
        return EagerEngine(objective, optimizer, f"the model cannot be compiled: {type(error).__name__}: {line}")
    if not found <= DIFFERENCE_ALLOWED:
        return EagerEngine(
            objective,
            optimizer,
            f"compiled, its gradients differ from backward()'s by {found:.1g}; a model does that if it draws"
            " random numbers or counts its calls",
        )
    if not engine.has_answers(samples):
        return EagerEngine(objective, optimizer, "a sample has no answer, which its loss does not show")
    return engine


def difference(engine: CompiledEngine, samples: Samples) -> float:
    """By how much the loss and the gradients of a few samples differ from those of plain backward()."""
    import numpy as np

    compiled, few = engine.compiled, samples.take(range(min(SAMPLES_COMPARED, len(samples))))
    loss, _, gradient = compiled.gradient(compiled.numbers, few, range(len(few)))
    expected, _ = compiled.objective.backward(few)
    parameters = compiled.objective.model.parameters()
    ours = np.zeros(1 + len(parameters))  # it does not depend on those that it does not reach
    ours[0], ours[[1 + position for position in engine.program.positions]] = loss, gradient
    theirs = np.array([expected, *(parameter.grad for parameter in parameters)])
    return float(np.max(abs(ours - theirs) / (1.0 + abs(theirs)), where=ours != theirs, initial=0.0))
