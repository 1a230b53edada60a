"""Which back end runs a program: NumPy, or machine code where that pays and can be had.

The choice is made from counts, never from a clock, so that a program gives the same numbers bit for bit on every run.
"""

from __future__ import annotations

from contextvars import ContextVar
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

from autograd.lift.arrays.machine import Machine
from autograd.lift.arrays.program import MatrixProduct, Places, Program
from autograd.lift.arrays.reference import ReferenceMachine
from autograd.lift.arrays.reverse import Reverse, reverse
from autograd.lift.arrays.update import Update
from autograd.lift.loops.derivatives import Derivatives, derivatives
from autograd.lift.loops.float_machine import FloatMachine
from autograd.lift.loops.hand_over import MOST_AT_ONCE, MOST_COMPILED, HandedOver, calls_that_pay, operands_in
from autograd.lift.loops.tape import Tape
from autograd.lift.numpy_backend.machine import NumpyMachine

if TYPE_CHECKING:
    from autograd.lift.llvm_backend.training_loop import TrainingLoop

#: Numbers in a matrix product (operands and result) beyond which it leaves the cache, and BLAS is faster.
MOST_IN_CACHE = 1 << 19

#: Array instructions beyond which compiling takes longer than anybody wants to wait.
MOST_INSTRUCTIONS = 1000

#: And those beyond which it takes too long while somebody waits for the result of a call.
MOST_BETWEEN_CALLS = 300

#: What compiling an instruction costs, in instructions that NumPy runs; and how many places take it as long as one.
COST_OF_INSTRUCTION = 4000
PLACES_OF_INSTRUCTION = 150

#: Places beyond which the program does not stay in the cache.
MOST_PLACES = 1 << 21

#: "auto", or the back end that is to be used whatever the counts say: "numpy", "llvm" or "reference".
back_end: ContextVar[str] = ContextVar("back_end", default="auto")


def way_back(program: Program | Tape, wanted: Places, roots: list[int]) -> Reverse | Derivatives:
    """The derivatives of the roots by the numbers at the places `wanted`, as the kind of program has them."""
    if isinstance(program, Tape):
        return derivatives(program, wanted.tolist(), roots)
    return reverse(program, wanted, roots)


def machine_for(
    program: Program | Tape,
    back: Reverse | Derivatives | None = None,
    *,
    repeated: bool = False,
    checked: bool = False,
) -> Machine:
    """The program, made ready to run by the back end that fits it.

    Args:
        program, back: what is to be run, and its `way_back` if there is one.
        repeated: whether it will run thousands of times, as in training, so that compiling it pays.
        checked: whether all numbers on the way are to be looked at, whether they are finite.
    """
    if isinstance(program, Tape):
        assert not isinstance(back, Reverse)
        return tape_machine(program, back or derivatives(program, (), ()), repeated)
    assert not isinstance(back, Derivatives)
    if back_end.get() == "reference":
        return ReferenceMachine(program, back)
    if uses_machine_code(program, repeated):
        machine: Machine = llvm_backend().LlvmMachine(program, back, checked=checked)
        return machine
    return NumpyMachine(program, back)


def machine_for_calls(program: Program | Tape, back: Reverse | Derivatives | None = None) -> Machine:
    """The same for calls, nobody knows how many, that copy their numbers in and look at all values afterwards.

    It begins with what is there at once. Machine code comes when as many calls are made as would have paid for it.
    """
    machine = machine_for(program, back, checked=True)
    if not (isinstance(machine, NumpyMachine) and isinstance(program, Program) and uses_machine_code(program)):
        return machine
    if len(program.instructions) > MOST_BETWEEN_CALLS:
        return machine
    return HandedOver(machine, lambda: machine_for(program, back, repeated=True, checked=True), calls_of(program))


def calls_of(program: Program) -> int:
    """After so many calls NumPy has computed as long as compiling takes. By counts: no clock decides."""
    instructions = len(program.instructions)
    return int(COST_OF_INSTRUCTION * instructions / (instructions + program.size / PLACES_OF_INSTRUCTION))


def tape_machine(tape: Tape, plan: Derivatives, repeated: bool) -> Machine:
    """A tape, made ready to run: as Python source, and as machine code as soon as that pays."""
    asked = back_end.get()
    floats = FloatMachine(tape, plan)
    if asked != "llvm" and (asked != "auto" or operands_in(tape) > MOST_COMPILED or not can_compile()):
        return floats

    def compiled() -> Machine:
        from autograd.lift.llvm_backend.tape_machine import TapeMachine  # which needs llvmlite

        machine: Machine = TapeMachine(tape, plan, floats.memory)
        return machine

    if asked == "llvm" or (repeated and operands_in(tape) <= MOST_AT_ONCE):
        return compiled()
    return HandedOver(floats, compiled, calls_that_pay(tape))


def training_loop_for(program: Program | Tape, back: Reverse | Derivatives, update: Update) -> TrainingLoop | None:
    """Many steps of training in one call; None where there is no machine code, or it cannot read the update's rule."""
    if isinstance(program, Tape) or not uses_machine_code(program):
        return None
    loop: TrainingLoop | None = llvm_backend().training_loop(program, back, update)
    return loop


def uses_machine_code(program: Program, repeated: bool = True) -> bool:
    """Whether the program is for machine code: small enough to compile, its products small enough for the cache."""
    asked = back_end.get()
    if asked != "auto" or not can_compile():
        return asked == "llvm"
    products = (x for x in program.instructions if isinstance(x, MatrixProduct))
    return (
        repeated
        and len(program.instructions) <= MOST_INSTRUCTIONS
        and program.size <= MOST_PLACES
        and all(x.left.size + x.right.size + x.out.size <= MOST_IN_CACHE for x in products)
    )


@cache
def can_compile() -> bool:
    """Whether llvmlite is there, and loads."""
    try:
        import llvmlite.binding  # type: ignore[import-untyped]  # noqa: F401
    except (ImportError, OSError):  # not installed, or not for this system
        return False
    return True


def llvm_backend() -> ModuleType:
    """The room of machine code, by its last file, which needs all the others.

    The one import in `lift` that waits: the room cannot be read without llvmlite, an outside package, which takes long
    to load and need not be installed.
    """
    from autograd.lift.llvm_backend import training_loop

    return training_loop
