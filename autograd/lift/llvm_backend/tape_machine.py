"""A tape as machine code: each section a function on single numbers, its turns a loop that hands on registers."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]

from autograd.lift.arrays.program import FloatArray
from autograd.lift.llvm_backend.compiled_once import compiled_once
from autograd.lift.llvm_backend.emitter import Emitter
from autograd.lift.llvm_backend.fingerprint import tape_fingerprint
from autograd.lift.llvm_backend.lanes import DOUBLE, WORD, Lane
from autograd.lift.llvm_backend.machine import runs
from autograd.lift.llvm_backend.machine_code import CompiledModule, lanes, object_code
from autograd.lift.loops.derivatives import Derivatives
from autograd.lift.loops.hand_over import operands_in
from autograd.lift.loops.passes import BackwardPass, ForwardPass
from autograd.lift.loops.tape import Gathered, Tape

#: Operands in the code beyond which LLVM is told to be quick: it takes half of the time, and makes code that takes a
#: quarter more. That is made good after some 20,000 calls; of shorter code it would be sooner.
MOST_POLISHED = 500


class TapeMachine:
    """A tape made ready to run, see `autograd.lift.arrays.machine.Machine`. It is compiled when it is first run."""

    def __init__(self, tape: Tape, plan: Derivatives, memory: FloatArray) -> None:
        self.tape, self.plan, self.memory = tape, plan, memory
        self.values, self.adjoints = memory[: tape.size], memory[tape.size :]

    @cached_property
    def module(self) -> CompiledModule:
        """The compiled functions."""
        effort = 2 if operands_in(self.tape) <= MOST_POLISHED else 0
        key = tape_fingerprint(self.tape, self.plan, effort)
        return compiled_once(key, lambda: object_code(self.written(), effort))

    def written(self) -> ir.Module:
        """The functions, for LLVM."""
        module = ir.Module("tape")
        stored = np.zeros(self.tape.size, dtype=bool)
        stored[self.plan.stored] = True
        sections = list(enumerate(self.tape.sections))
        for number, section in sections:
            forward = Emitter(module, f"forward{number}", {}, np.empty(0))
            ForwardPass(MachineWriter(forward, self.tape), self.tape, section, stored).write()
            forward.finish()
            backward = Emitter(module, f"backward{number}", {}, np.empty(0))
            BackwardPass(MachineWriter(backward, self.tape), self.tape, section, self.plan.sections[number]).write()
            backward.finish()
        self.write_calls(module, "forward", [f"forward{number}" for number, _ in sections])
        self.write_calls(module, "backward", [f"backward{number}" for number, _ in reversed(sections)])
        self.write_clear(module)
        both = Emitter(module, "forward_and_backward", {}, np.empty(0))
        both.builder.call(module.globals["forward"], [both.memory])
        if len(self.adjoints):
            both.backward_from(self.tape.size + self.tape.roots[0])
        both.finish()
        return module

    def write_calls(self, module: ir.Module, name: str, called: list[str]) -> None:
        """A function that calls others in turn."""
        function = Emitter(module, name, {}, np.empty(0))
        if name == "forward":
            function.builder.store(DOUBLE(0.0), function.at(self.tape.check))
        for other in called:
            function.builder.call(module.globals[other], [function.memory])
        function.finish()

    def write_clear(self, module: ir.Module) -> None:
        """The function that sets the adjoints that something is added to to 0."""
        function = Emitter(module, "clear", {}, np.empty(0))
        for run in runs(self.plan.received + self.tape.size) if len(self.adjoints) else []:
            with function.loop(len(run)) as number:
                function.builder.store(DOUBLE(0.0), function.at(function.scaled(number, 1, int(run[0]))))
        function.finish()

    def function(self, name: str) -> Callable[[], None]:
        """A function of the code, bound to this machine's memory, which must live as long."""
        found = partial(self.module.function(name, None, ctypes.c_void_p), ctypes.c_void_p(self.memory.ctypes.data))
        found.__dict__["machine"] = self
        return found

    @cached_property
    def forward(self) -> Callable[[], None]:
        return self.function("forward")

    @cached_property
    def backward(self) -> Callable[[], None]:
        return self.function("backward")

    @cached_property
    def clear(self) -> Callable[[], None]:
        return self.function("clear")

    @cached_property
    def forward_and_backward(self) -> Callable[[], None]:
        """ForwardPass and backward from the first root, in one call."""
        return self.function("forward_and_backward")


class MachineWriter:
    """A `Writer` of machine code, on single numbers."""

    registers = 12
    watches = True

    def __init__(self, f: Emitter, tape: Tape) -> None:
        self.f, self.size = f, tape.size
        self.m = lanes(f.builder, 1)
        self.tables: dict[Gathered, ir.Value] = {}

    def loop(
        self, turns: int, last_first: bool, start: list[Any], body: Callable[[Any, list[Any]], list[Any]]
    ) -> list[Any]:
        if turns == 1:
            return body(0, start)

        def one_turn(number: Any, registers: list[ir.Value]) -> list[ir.Value]:
            turn = self.f.builder.sub(WORD(turns - 1), number) if last_first else number
            return [self.m.number(x) for x in body(turn, list(map(self.m.lane, registers)))]

        return list(map(self.m.lane, self.f.fold(turns, [self.m.number(x) for x in start], one_turn)))

    def address(self, adjoint: bool, place: int, turn: Any, stride: int = 1) -> ir.Value:
        """Where place + stride·turn is in memory."""
        start = place + self.size if adjoint else place
        if isinstance(turn, int):
            return self.f.at(start + stride * turn)
        b = self.f.builder
        offset = turn if stride == 1 else b.mul(turn, WORD(stride))
        return b.gep(b.gep(self.f.memory, [offset]), [WORD(start)])

    def load(self, adjoint: bool, place: int, turn: Any, stride: int = 1) -> Lane:
        return self.m.lane(self.f.builder.load(self.address(adjoint, place, turn, stride), align=8))

    def store(self, adjoint: bool, place: int, turn: Any, number: Any, stride: int = 1) -> None:
        self.f.builder.store(self.m.number(number), self.address(adjoint, place, turn, stride), align=8)

    def load_before(self, place: int, first: int, turn: Any) -> Lane:
        b = self.f.builder
        before = b.add(turn, WORD(place - 1))
        offset = b.select(b.icmp_unsigned("==", turn, WORD(0)), WORD(first), before)
        return self.m.lane(b.load(b.gep(self.f.memory, [offset]), align=8))

    def gathered(self, adjoint: bool, places: Gathered, turn: Any) -> ir.Value:
        """Where the turn-th of some places is in memory, by a table."""
        b = self.f.builder
        if places not in self.tables:
            kind = ir.ArrayType(WORD, len(places.places))
            name = f"{self.f.function.name}.{len(self.tables)}"
            table = self.tables[places] = ir.GlobalVariable(self.f.module, kind, name)
            table.global_constant, table.linkage = True, "internal"
            table.initializer = ir.Constant(kind, places.places.tolist())
        place = b.load(b.gep(self.tables[places], [WORD(0), turn]), align=8)
        return b.gep(self.f.memory, [b.add(place, WORD(self.size)) if adjoint else place])

    def load_from(self, adjoint: bool, places: Gathered, turn: Any) -> Lane:
        return self.m.lane(self.f.builder.load(self.gathered(adjoint, places, turn), align=8))

    def store_to(self, adjoint: bool, places: Gathered, turn: Any, number: Any) -> None:
        self.f.builder.store(self.m.number(number), self.gathered(adjoint, places, turn), align=8)
