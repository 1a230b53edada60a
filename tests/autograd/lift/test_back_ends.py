"""Every back end gives the numbers of the reference machine: for random programs of arrays and of scalars."""

from contextlib import contextmanager
from threading import RLock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripts import in_waiting_node

from autograd import mean, vmap
from autograd.lift.arrays.program import Map, MatrixProduct, Program, Reduce
from autograd.lift.arrays.reference import ReferenceMachine
from autograd.lift.arrays.reverse import reverse
from autograd.lift.capture.arguments import Reading
from autograd.lift.capture.scalars import LARGEST
from autograd.lift.choose_backend import back_end, can_compile, machine_for
from autograd.lift.javascript_backend.machine import machine_script
from autograd.lift.specialised import Specialised
from autograd.ops import IDENTITY, MULTIPLY, SUM, TANH
from random_array_programs import RandomArrayProgram
from random_programs import programs

BACK_ENDS = [
    "numpy",
    pytest.param("llvm", marks=pytest.mark.skipif(not can_compile(), reason="llvmlite is not installed")),
    "javascript",
]

#: Of the largest number that took part: what DESIGN allows between two orders in which the same terms are added.
ROUNDING = 1e-12


@contextmanager
def run_by(name):
    """Programs that are compiled meanwhile run on this back end."""
    token = back_end.set(name)
    yield
    back_end.reset(token)


def check(name, program, numbers, wanted):
    """The back end's results and gradients, in one call and in several, are those of the reference machine."""
    back = reverse(program, wanted)
    expected = ReferenceMachine(program, back)
    with run_by(name):
        machine = machine_for(program, back)
    expected.values[:] = numbers
    expected.forward_and_backward()
    check_machine(machine, program, numbers, wanted, expected)
    if name == "numpy":
        memory = machine.values.copy(), machine.adjoints.copy()
        check_machine(machine.twin(), program, numbers, wanted, expected)
        machine.twin().forward_and_backward()  # of zeros, which is nobody else's business
        assert all(map(np.array_equal, (machine.values, machine.adjoints), memory, (True, True)))


def check_machine(machine, program, numbers, wanted, expected):
    machine.values[:] = numbers

    def step_by_step():
        with np.errstate(all="ignore"):
            machine.forward()
            machine.clear()
            machine.adjoints[program.roots[0]] += 1.0
            machine.backward()

    for run in (machine.forward_and_backward, step_by_step):  # nothing of the first may be left in the second
        run()
        same_to_rounding(machine.values[program.roots], expected.values[program.roots], expected.values)
        same_to_rounding(machine.adjoints[wanted], expected.adjoints[wanted], expected.adjoints)


def machine_of(name, program, back):
    if name == "javascript":
        return ScriptMachine(program, back)
    with run_by(name):
        return machine_for(program, back)


class ScriptMachine:
    """A machine in JavaScript, whose memory is here."""

    def __init__(self, program, back):
        self.script = machine_script(program, back)
        self.values, self.adjoints = np.zeros(program.size), np.zeros(program.size)

    def run(self, function):
        source = f"""const answer = ([values, adjoints]) => {{
            const machine = ({self.script})();
            machine.values.set(values);
            machine.adjoints.set(adjoints);
            machine.{function}();
            return [[...machine.values], [...machine.adjoints]];
        }}"""
        self.values[:], self.adjoints[:] = in_waiting_node(source, [self.values.tolist(), self.adjoints.tolist()])

    def forward(self):
        self.run("forward")

    def backward(self):
        self.run("backward")

    def clear(self):
        self.run("clear")

    def forward_and_backward(self):
        self.run("forwardAndBackward")


def same_to_rounding(found, expected, among):
    largest = np.abs(among[np.isfinite(among)]).max(initial=1.0)
    assert np.allclose(found, expected, rtol=0.0, atol=ROUNDING * largest, equal_nan=True)


@pytest.mark.parametrize("name", BACK_ENDS)
@pytest.mark.parametrize("seed", range(30))
def test_random_array_programs(seed, name):
    made = RandomArrayProgram(seed)
    check(name, made.program, made.rng.uniform(-1.0, 1.0, made.program.size), np.arange(made.inputs))


@pytest.mark.parametrize("name", BACK_ENDS)
@settings(max_examples=40, deadline=None)
@given(f=programs, count=st.integers(1, 6), seed=st.integers(0, 10**6))
def test_random_scalar_programs(name, f, count, seed):
    xs = np.random.default_rng(seed).uniform(-2, 2, count)
    reading = Reading()
    recorded = Specialised(f, (xs,), {}, (reading.read(xs),), reading, RLock(), arrays_alone=True)
    program, places = recorded.program, recorded.places
    check(name, program, numbers_of(program, places, xs), places)


@pytest.mark.parametrize("name", BACK_ENDS)
@settings(max_examples=25, deadline=None)
@given(f=programs, count=st.integers(1, 3), samples=st.integers(1, 19), seed=st.integers(0, 10**6))
def test_random_programs_over_a_batch(name, f, count, samples, seed):
    rng = np.random.default_rng(seed)
    shared, rows = rng.uniform(-2, 2, 2), rng.uniform(-2, 2, (samples, count))
    whole = lambda shared, rows: mean(vmap(lambda s, x: f([*s, *x]), (None, 0))(shared, rows))
    reading = Reading()
    read = reading.read(shared), reading.read(rows)
    recorded = Specialised(whole, (shared, rows), {}, read, reading, RLock(), arrays_alone=True)
    program, places = recorded.program, recorded.places
    check(name, program, numbers_of(program, places, [*shared, *rows.ravel()]), places)


def numbers_of(program, places, xs):
    """All that a machine has to be given: constants, and the numbers of the arguments."""
    numbers = np.zeros(program.size)
    numbers[list(program.constants)] = list(program.constants.values())
    numbers[places] = xs
    return numbers


def added_up(instruction, count):
    """A program of an instruction that adds to what a copy has stored, and of the sum of what comes of it."""
    end = int(instruction.out.max()) + 1
    flat = instruction.out.ravel()
    copied = Map(IDENTITY, (np.arange(flat.size) % count,), flat)
    squashed = np.arange(end, end + flat.size)
    root = end + flat.size
    after = [Map(TANH, (flat,), squashed), Reduce(SUM, squashed[None], np.array([root]))]
    before = [] if instruction.mode == "=" else [copied]
    instructions = [*before, instruction, *after]
    return Program(size=root + 1, instructions=instructions, inputs=list(range(count)), roots=[root])


@pytest.mark.parametrize("name", BACK_ENDS)
@pytest.mark.parametrize("mode", ["=", "+", "-"])
@pytest.mark.parametrize("layout", ["rows", "columns", "broadcast", "shuffled", "anywhere"])
def test_each_instruction_in_each_mode(layout, mode, name):
    count = 64
    places = {
        "rows": lambda *shape: np.arange(np.prod(shape)).reshape(shape),
        "columns": lambda a, b, c: np.arange(a * b * c).reshape(a, c, b).swapaxes(1, 2),
        "broadcast": lambda *shape: np.broadcast_to(3 + np.arange(shape[-1]), shape),
        "shuffled": lambda *shape: np.random.default_rng(0).permutation(count)[: np.prod(shape)].reshape(shape),
        "anywhere": lambda *shape: np.random.default_rng(0).integers(0, count, shape),
    }[layout]
    out = count + np.arange(24)
    for instruction in (
        Map(MULTIPLY, (places(2, 3, 4), (places(2, 3, 4) + 7) % count), out.reshape(2, 3, 4), mode),
        MatrixProduct(places(2, 3, 5), places(2, 4, 5), out.reshape(2, 3, 4), mode),
        MatrixProduct(places(2, 12, 1), places(2, 1, 1), out.reshape(2, 12, 1), mode),
        MatrixProduct(places(24, 1, 2), places(24, 1, 2), out.reshape(24, 1, 1), mode),
        Reduce(SUM, places(4, 6, 2), out.reshape(4, 6), mode),
        Reduce(LARGEST, places(4, 6, 2), out.reshape(4, 6), mode),
    ):
        program = added_up(instruction, count)
        check(name, program, np.random.default_rng(1).uniform(-1, 1, program.size), np.arange(count))


@pytest.mark.parametrize("name", BACK_ENDS)
@pytest.mark.parametrize("number", [2.0, -0.0, np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("constant", ["left", "right"])
def test_a_factor_may_be_one_constant_throughout(constant, number, name):
    """Of a product of any form; the infinite numbers are written by name."""
    count = 24
    for left, right, out in (
        ((1, 1, 2), (1, 1, 2), (1, 1, 1)),
        ((1, 2, 2), (1, 3, 2), (1, 2, 3)),
        ((1, 3, 2), (1, 1, 2), (1, 3, 1)),
        ((2, 2, 3), (2, 4, 3), (2, 2, 4)),
        ((4, 1, 3), (4, 1, 3), (4, 1, 1)),
        ((1, 9, 9), (1, 2, 9), (1, 9, 2)),
    ):
        given = np.arange(np.prod(right if constant == "left" else left)) % count
        same = np.full(left if constant == "left" else right, count)
        varying = given.reshape(right if constant == "left" else left)
        factors = (same, varying) if constant == "left" else (varying, same)
        places = count + 1 + np.arange(np.prod(out))
        root = int(places[-1]) + 1
        program = Program(
            size=root + 1,
            instructions=[
                MatrixProduct(*factors, places.reshape(out), "="),
                Reduce(SUM, places[None], np.array([root])),
            ],
            inputs=list(range(count)),
            constants={count: number},
            roots=[root],
        )
        numbers = np.random.default_rng(1).uniform(0.1, 1.0, program.size)
        numbers[count] = number
        check(name, program, numbers, np.arange(count))
