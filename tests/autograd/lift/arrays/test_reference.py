"""The reference machine: what each instruction means in numbers, and derivatives that are those of its values."""

import numpy as np
import pytest

from autograd import jit, value_and_grad
from autograd.lift.arrays.program import Map, MatrixProduct, Program, Reduce
from autograd.lift.arrays.reference import ReferenceMachine
from autograd.lift.arrays.reverse import reverse
from autograd.lift.capture.scalars import LARGEST
from autograd.lift.choose_backend import back_end
from autograd.ops import ADD, IDENTITY, MULTIPLY, SUM, TANH
from random_array_programs import RandomArrayProgram

A, B = np.array([[0, 1], [2, 3]]), np.array([[4, 5], [2, 2]])
OUT = np.arange(6, 10).reshape(2, 2)
NUMBERS = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 100.0, 200.0, 300.0, 400.0]  # of places 6 to 9: what is there before


@pytest.mark.parametrize(
    "instruction, expected",
    [
        (Map(ADD, (A, B), OUT), [[6, 8], [6, 7]]),
        (Map(MULTIPLY, (A, B), OUT, "+"), [[105, 212], [309, 412]]),
        (Map(IDENTITY, (B,), OUT, "-"), [[95, 194], [297, 397]]),
        (MatrixProduct(A, B, OUT), [[1 * 5 + 2 * 6, 1 * 3 + 2 * 3], [3 * 5 + 4 * 6, 3 * 3 + 4 * 3]]),
        (MatrixProduct(A, B, OUT.T, "-"), [[100 - 17, 200 - 39], [300 - 9, 400 - 21]]),
        (Reduce(SUM, np.stack([A, B], axis=-1), OUT), [[6, 8], [6, 7]]),
        (Reduce(LARGEST, np.stack([A, B], axis=-1), OUT, "+"), [[105, 206], [303, 404]]),
    ],
)
def test_what_an_instruction_means(instruction, expected):
    machine = ReferenceMachine(Program(size=10, instructions=[instruction], roots=[6]))
    machine.values[:] = NUMBERS
    machine.forward()
    assert machine.values[OUT].tolist() == expected
    assert machine.values[:6].tolist() == NUMBERS[:6]


def test_what_arrives_at_the_same_place_is_added():
    x = np.array([0, 1, 1, 1])
    instructions = [Map(MULTIPLY, (x, x), np.arange(2, 6)), Reduce(SUM, np.arange(2, 6)[None], np.array([6]))]
    program = Program(size=7, instructions=instructions, roots=[6])
    machine = ReferenceMachine(program, reverse(program, np.array([0, 1])))
    machine.values[:2] = [3.0, 5.0]
    for _ in range(2):
        machine.forward_and_backward()
        assert machine.values[6] == 3.0**2 + 3 * 5.0**2
        assert machine.adjoints[:2].tolist() == [2 * 3.0, 3 * 2 * 5.0]


@pytest.mark.parametrize(
    "roots, zeros, stored, slopes",
    [
        (
            None,
            [4, 5, 6],
            [True, True, True, False],
            lambda a, b: [1 - np.tanh(a) ** 2 + b, 1 - np.tanh(b) ** 2 + a, 0],
        ),
        ([4], [4, 6], [True, True], lambda a, b: [1 - np.tanh(a) ** 2, 1 - np.tanh(b) ** 2, 0]),
        ([5], [5, 6], [True, True], lambda a, b: [b, a, 0]),
    ],
)
def test_gradients_of_the_roots_that_are_asked_for(roots, zeros, stored, slopes):
    """tanh a + tanh b at place 4, a·b at 5; what nothing flows to (6) is 0, and what is stored needs no 0 before."""
    a, b, both = np.array([0]), np.array([1]), np.array([0, 1])
    instructions = [
        Map(TANH, (both,), np.array([2, 3])),
        Reduce(SUM, np.array([[2, 3]]), np.array([4])),
        Map(MULTIPLY, (a, b), np.array([5])),
    ]
    program = Program(size=7, instructions=instructions, roots=[4, 5])
    back = reverse(program, np.array([0, 1, 6]), roots)
    assert back.zeros.tolist() == zeros and [flow.first for flow in back.flows] == stored
    machine = ReferenceMachine(program, back)
    machine.values[:2] = [0.5, -2.0]
    machine.forward()
    machine.adjoints[:] = 7.0  # left by what was computed before
    machine.clear()
    machine.adjoints[program.roots if roots is None else roots] = 1.0
    machine.backward()
    assert machine.adjoints[[0, 1, 6]] == pytest.approx(slopes(0.5, -2.0), rel=1e-15)


@pytest.mark.parametrize("seed", range(10))
def test_gradients_match_central_differences(seed):
    made = RandomArrayProgram(seed, smooth=True)
    machine = ReferenceMachine(made.program, reverse(made.program, np.arange(made.inputs)))
    numbers = made.rng.uniform(-1.0, 1.0, made.program.size)

    def value(xs):
        machine.values[: made.inputs] = xs
        machine.forward()
        return machine.values[made.root]

    machine.values[:] = numbers
    machine.forward_and_backward()
    slopes = machine.adjoints[: made.inputs].copy()
    h, xs = 1e-5, numbers[: made.inputs]
    differences = [(value(xs + h * unit) - value(xs - h * unit)) / (2 * h) for unit in np.eye(made.inputs)]
    assert slopes == pytest.approx(differences, rel=1e-4, abs=1e-4 * (1.0 + np.abs(slopes).max()))


def test_a_compiled_function_runs_on_it_when_it_is_asked_to():
    f = value_and_grad(lambda xs: sum(x * x.tanh() for x in xs))
    token = back_end.set("reference")
    compiled = jit(f)
    value, slopes = compiled([0.5, -1.0])
    back_end.reset(token)
    assert isinstance(next(iter(compiled.latest.machines.values())), ReferenceMachine)
    expected, expected_slopes = f([0.5, -1.0])
    assert value == pytest.approx(expected, rel=1e-14) and slopes == pytest.approx(expected_slopes, rel=1e-14)
