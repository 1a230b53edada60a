"""The machine-code back end: a program as functions of its memory, compiled for this processor.

The statements of the program (`lowering`) run in groups (`fusion`); each group is written as loops (`loops`) or as the
tiles of a matrix product (`matmul`), and all is compiled when it is first run (`machine_code`), unless a program with
the same `fingerprint` was compiled before, by this process or another one (`compiled_once`).
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]

from autograd.lift.arrays.program import FloatArray, Map, Program
from autograd.lift.arrays.reverse import Reverse
from autograd.lift.arrays.update import Update
from autograd.lift.capture.unused import ALWAYS_FINITE
from autograd.lift.llvm_backend.block_steps import Blocks, write_block_steps
from autograd.lift.llvm_backend.compiled_once import compiled_once
from autograd.lift.llvm_backend.emitter import Emitter
from autograd.lift.llvm_backend.fingerprint import fingerprint
from autograd.lift.llvm_backend.fusion import Group, grouped, stored
from autograd.lift.llvm_backend.loops import write_loops
from autograd.lift.llvm_backend.lowering import Each, Lowering
from autograd.lift.llvm_backend.machine_code import CompiledModule, object_code, processor
from autograd.lift.llvm_backend.matmul import write_product
from autograd.lift.llvm_backend.optimiser_step import write_updates

ALIGNMENT = 64  # bytes: a line of the cache, and the widest register
SMALL_GAP = 64  # places that are sooner cleared than left out
MOST_RUNS = 32  # loops that clear adjoints


class LlvmMachine:
    """A program made ready to run: its memory, and the functions `forward` and `backward`, without arguments.

    Values which nobody reads may not be there, and it is compiled when it is first run.

    Args:
        checked: whether all that may not be finite is to be there, to be looked at.

    Attributes:
        values: the numbers; set those of the inputs before `forward`.
        adjoints: after `backward`, the gradients at the places that were wanted.
    """

    def __init__(
        self,
        program: Program,
        reverse: Reverse | None = None,
        update: Update | None = None,
        code: ProgramCode | None = None,
        checked: bool = False,
    ) -> None:
        self.code = ProgramCode(program, reverse, update, checked) if code is None else code
        self.memory = self.code.new_memory()
        self.values = self.memory[: program.size]
        self.adjoints = self.memory[program.size : 2 * program.size if reverse else program.size]

    def bound(self, name: str, result: Any = None, *more: Any) -> Callable[..., Any]:
        """A function of the program's code, bound to the memory of this machine."""
        function = self.code.module.function(name, result, ctypes.c_void_p, *more)
        found = partial(function, ctypes.c_void_p(self.memory.ctypes.data))
        found.__dict__["machine"] = self  # whose memory and code must live as long
        return found

    @cached_property
    def forward(self) -> Callable[[], None]:
        return self.bound("forward")

    @cached_property
    def backward(self) -> Callable[[], None]:
        return self.bound("backward")

    @cached_property
    def clear(self) -> Callable[[], None]:
        return self.bound("clear")

    @cached_property
    def forward_and_backward(self) -> Callable[[], None]:
        """Forward and backward from the first root, in one call."""
        return self.bound("forward_and_backward")


class ProgramCode:
    """A program's functions of the memory: forward, backward, clear, all in one; and what the memory starts with.

    With an update also `step` and `epoch`, see `optimiser_step.py`; what its rule remembers lies at `slots`. With
    several blocks also `together`, see `block_steps.py`.
    """

    def __init__(
        self, program: Program, reverse: Reverse | None, update: Update | None = None, checked: bool = False
    ) -> None:
        self.program = program
        self.checked = checked
        self.reverse = reverse
        self.update = update
        self.lowering = Lowering(program, reverse, processor().width)
        self.slots = self.lowering.size
        self.blocks = Blocks(self.slots, update)
        self.size = self.blocks.size

    @cached_property
    def module(self) -> CompiledModule:
        """The compiled functions."""
        return compiled_once(fingerprint(self.program, self.reverse, self.update, self.checked), self.compiled)

    def compiled(self) -> bytes:
        """The functions as an object file."""
        module = ir.Module("program")
        self.write_program(module)
        if self.update is not None:
            write_updates(module, self.program, self.lowering.adjoints, self.slots, self.update)
            if self.update.blocks > 1:
                write_block_steps(module, self.program, self.lowering.adjoints, self.slots, self.update, self.blocks)
        return object_code(module)

    def write_program(self, module: ir.Module) -> None:
        """Write forward, backward and clear, and what calls all of them."""
        adjoints = self.lowering.adjoints
        zeros = np.empty(0, dtype=np.intp) if self.reverse is None else self.reverse.zeros + adjoints
        groups = {
            "forward": grouped(self.lowering.forward),
            "backward": grouped(self.lowering.backward),
            "clear": grouped([Each((), run, "=", lambda m: 0.0) for run in runs(zeros)]),
        }
        inputs = np.array(self.program.inputs if self.reverse else [], dtype=np.intp)
        results = np.concatenate([np.array(self.program.roots, dtype=np.intp), inputs + adjoints])
        needed = stored([*groups["forward"], *groups["backward"]], results, self.blocks.of_one)
        needed[zeros] = True
        for instruction in self.program.instructions if self.checked else ():
            if isinstance(instruction, Map) and instruction.op not in ALWAYS_FINITE:
                needed[instruction.out] = True
        for name, written in groups.items():
            function = Emitter(module, name, self.program.constants, needed)
            for group in written:
                if worth_writing(group, needed):
                    (write_loops if group.product is None else write_product)(function, group)
            function.finish()
        self.write_both(module)

    def write_both(self, module: ir.Module) -> None:
        """forward, clear, the first root's adjoint set to 1, backward."""
        function = Emitter(module, "forward_and_backward", {}, np.empty(0))
        function.builder.call(module.globals["forward"], [function.memory])
        if self.reverse is not None:
            function.backward_from(self.lowering.adjoints + self.program.roots[0])
        function.finish()

    def new_memory(self) -> FloatArray:
        """Memory for one machine, with the constants in place."""
        bytes_of_one = 8
        room = np.zeros(self.size + ALIGNMENT // bytes_of_one)
        first = -(room.ctypes.data // bytes_of_one) % (ALIGNMENT // bytes_of_one)
        memory = room[first : first + self.size]
        for block in self.blocks.memories(memory):
            block[list(self.program.constants)] = list(self.program.constants.values())
        return memory


def runs(offsets: Any) -> list[Any]:
    """Neighbouring offsets, with what lies in small gaps between them; all if there are too many of them."""
    if not len(offsets):
        return []
    ends = np.flatnonzero(np.diff(offsets) > SMALL_GAP)
    firsts, lasts = offsets[[0, *(ends + 1)]], offsets[[*ends, -1]]
    if len(firsts) > MOST_RUNS:
        firsts, lasts = offsets[:1], offsets[-1:]
    return [np.arange(first, last + 1) for first, last in zip(firsts, lasts, strict=True)]


def worth_writing(group: Group, needed: Any) -> bool:
    """Whether anything that a group computes is read by somebody."""
    return any(needed[out].any() for out in group.writes())
