"""One sample's program, parted into what is each sample's own and what all share; and how long its script is."""

import numpy as np
import pytest

from autograd import dot, tanh
from autograd.lift.arrays.reference import ReferenceMachine
from autograd.lift.batch_script import batch_script
from autograd.lift.javascript_backend.over_samples import by_parts
from autograd.value import Value
from random_array_programs import RandomArrayProgram


@pytest.mark.parametrize("seed", range(30))
def test_operands_are_shared_throughout_or_each_samples_own(seed):
    made = RandomArrayProgram(seed)
    given = made.rng.choice(made.inputs, 3, replace=False)
    program, by_sample = by_parts(made.program, given)
    for instruction in program.instructions:
        for places in (*instruction.operands, instruction.out):
            assert len(set(by_sample[places].ravel().tolist())) == 1
        if any(by_sample[places].any() for places in instruction.operands):
            assert by_sample[instruction.out].all()
    assert by_sample[program.roots].all() and by_sample[given].all()

    before, after = ReferenceMachine(made.program), ReferenceMachine(program)
    numbers = made.rng.uniform(-1.0, 1.0, made.inputs)
    before.values[: made.inputs] = after.values[: made.inputs] = numbers
    before.forward()
    after.forward()
    assert after.values[program.roots].tolist() == before.values[made.program.roots].tolist()
    own = np.array(made.program.roots)
    assert after.values[own].tolist() == before.values[own].tolist()


def test_a_script_does_not_grow_with_the_width():
    """Loops, not numbers: a page carries hundreds of them."""

    def script(width):
        w = [[Value(0.1) for _ in range(width)] for _ in range(width)]
        parameters = [p for row in w for p in row]
        of_sample = lambda x, y: (dot(layer := [tanh(dot(row, x)) for row in w], layer), layer, [])
        return batch_script(of_sample, parameters, features=width)

    small, large = script(8), script(48)
    assert len(large) < 1.2 * len(small) < 7500
