"""A tape as Python source that computes with plain floats: nothing to install, and made in no time.

What it computes is as strict as the scalar engine: where Python raises, a second form of the source, in total
arithmetic, gives IEEE 754's answers, and the tape's `check` is NaN.
"""

from __future__ import annotations

import itertools
import linecache
import sys
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from autograd.arithmetic import ELEMENTARY, Arithmetic, Floats
from autograd.eager import STRICT
from autograd.lift.arrays.program import FloatArray
from autograd.lift.loops.derivatives import Derivatives
from autograd.lift.loops.passes import BackwardPass, ForwardPass
from autograd.lift.loops.tape import Gathered, Tape

serial_numbers = itertools.count(1)


class FloatMachine:
    """A tape made ready to run, see `autograd.lift.arrays.machine.Machine`."""

    def __init__(self, tape: Tape, plan: Derivatives) -> None:
        self.tape, self.plan = tape, plan
        self.memory: FloatArray = np.zeros(2 * tape.size if len(plan.received) else tape.size)
        self.memory[list(tape.constants)] = list(tape.constants.values())
        self.values, self.adjoints = self.memory[: tape.size], self.memory[tape.size :]
        self.given = tape.check  # all that is given lies before it
        self.numbers: list[float] = self.values.tolist()
        self.slopes: list[float] = self.adjoints.tolist()

    @cached_property
    def strict(self) -> dict[str, Any]:
        """The functions in Python's own arithmetic, which raises."""
        return self.functions(total=False)

    @cached_property
    def total(self) -> dict[str, Any]:
        """The same, by IEEE 754's rules."""
        return self.functions(total=True)

    def functions(self, total: bool) -> dict[str, Any]:
        source = Source(self.tape, self.plan, total)
        arithmetic = {name: getattr(Floats, name) for name in ELEMENTARY} | ({} if total else STRICT)
        namespace = arithmetic | {"V": self.numbers, "A": self.slopes, "inf": np.inf, "nan": np.nan} | source.tables
        text = source.text()
        filename = f"<autograd.lift tape {next(serial_numbers)}>"
        linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
        exec(compile(text, filename, "exec"), namespace)
        return namespace

    def run(self, name: str) -> None:
        """A function in Python's arithmetic, or if that raises, in the total one."""
        try:
            self.strict[name]()
        except (ArithmeticError, ValueError):
            self.values[self.tape.check] = np.nan
            self.prepare(name)
            self.total[name]()

    def prepare(self, name: str) -> None:
        """Set what a function adds to: the check, or the adjoints."""
        if name == "forward":
            self.numbers[self.tape.check] = 0.0
            return
        received = self.plan.received
        for place, slope in zip(received.tolist(), self.adjoints[received].tolist(), strict=True):
            self.slopes[place] = slope

    def forward(self) -> None:
        self.numbers[: self.given] = self.values[: self.given].tolist()
        self.values[self.tape.check] = 0.0
        self.prepare("forward")
        self.run("forward")
        for root in self.tape.roots:
            self.values[root] = self.numbers[root]

    def clear(self) -> None:
        self.adjoints[self.plan.received] = 0.0

    def backward(self) -> None:
        self.prepare("backward")
        self.run("backward")
        wanted = self.plan.wanted
        self.adjoints[wanted] = [self.slopes[place] for place in wanted]

    def forward_and_backward(self) -> None:
        """ForwardPass, and backward from the first root."""
        self.forward()
        self.clear()
        self.adjoints[self.tape.roots[0]] += 1.0
        self.backward()


class Source:
    """A `Writer` of Python source: `forward()` and `backward()`, by way of one function for each section."""

    registers = sys.maxsize  # a local variable is quicker than an entry of a list
    watches = True

    def __init__(self, tape: Tape, plan: Derivatives, total: bool) -> None:
        self.m = SourceArithmetic(self, total)
        self.lines: list[str] = []
        self.indent = 0
        self.names = 0
        self.tables: dict[str, Any] = {}
        self.known: dict[Gathered, str] = {}
        stored = np.zeros(tape.size, dtype=bool)
        stored[plan.stored] = True
        for number, section in enumerate(tape.sections):
            self.function(f"forward{number}", ForwardPass(self, tape, section, stored).write)
            self.function(f"backward{number}", BackwardPass(self, tape, section, plan.sections[number]).write)
        count = range(len(tape.sections))
        self.function("forward", lambda: self.calls([f"forward{k}()" for k in count]))
        self.function("backward", lambda: self.calls([f"backward{k}()" for k in reversed(count)]))

    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def calls(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    def function(self, name: str, body: Callable[[], Any]) -> None:
        self.write(f"def {name}():")
        self.indent += 1
        self.write(f'"{name}"')
        body()
        self.indent -= 1

    def write(self, line: str) -> None:
        self.lines.append("    " * self.indent + line)

    def named(self, code: str) -> LocalVariable:
        """A new name for what this code computes."""
        self.names += 1
        name = LocalVariable(self.m, f"x{self.names}")
        self.write(f"{name} = {code}")
        return name

    def loop(
        self, turns: int, last_first: bool, start: list[Any], body: Callable[[Any, list[Any]], list[Any]]
    ) -> list[Any]:
        if turns == 1:
            return body(0, start)
        registers = [self.named(code(x)) for x in start]
        self.write(f"for t in range({turns - 1}, -1, -1):" if last_first else f"for t in range({turns}):")
        self.indent += 1
        after = body("t", list(registers))
        if registers:
            self.write(f"{', '.join(map(str, registers))} = {', '.join(map(code, after))}")
        self.indent -= 1
        return list(registers)

    def load(self, adjoint: bool, place: int, turn: Any, stride: int = 1) -> Any:
        return self.named(f"{'A' if adjoint else 'V'}[{index(place, turn, stride)}]")

    def store(self, adjoint: bool, place: int, turn: Any, number: Any, stride: int = 1) -> None:
        self.write(f"{'A' if adjoint else 'V'}[{index(place, turn, stride)}] = {code(number)}")

    def load_before(self, place: int, first: int, turn: Any) -> Any:
        return self.named(f"V[{index(place - 1, turn, 1)} if {turn} else {first}]")

    def load_from(self, adjoint: bool, places: Gathered, turn: Any) -> Any:
        return self.named(f"{'A' if adjoint else 'V'}[{self.table(places)}[{turn}]]")

    def store_to(self, adjoint: bool, places: Gathered, turn: Any, number: Any) -> None:
        self.write(f"{'A' if adjoint else 'V'}[{self.table(places)}[{turn}]] = {code(number)}")

    def table(self, places: Gathered) -> str:
        """The name of a table of places."""
        if places not in self.known:
            self.known[places] = f"T{len(self.known)}"
            self.tables[self.known[places]] = places.places.tolist()
        return self.known[places]


def index(place: int, turn: Any, stride: int) -> str:
    """place + stride·turn, as code."""
    if turn == 0:
        return str(place)
    return f"{place} + {turn}" if stride == 1 else f"{place} + {stride} * {turn}"


def code(x: Any) -> str:
    """A number or a name, as Python writes it."""
    return repr(x) if isinstance(x, float) else str(x)


class LocalVariable:
    """A variable of the source: + − · / with others, or with numbers, is a line of it."""

    __slots__ = ("lines", "name")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, lines: SourceArithmetic, name: str) -> None:
        self.lines, self.name = lines, name

    def __str__(self) -> str:
        return self.name

    def __add__(self, other: Any) -> LocalVariable:
        return self.lines.infix(self, "+", other)

    def __radd__(self, other: Any) -> LocalVariable:
        return self.lines.infix(other, "+", self)

    def __sub__(self, other: Any) -> LocalVariable:
        return self.lines.infix(self, "-", other)

    def __rsub__(self, other: Any) -> LocalVariable:
        return self.lines.infix(other, "-", self)

    def __mul__(self, other: Any) -> LocalVariable:
        return self.lines.infix(self, "*", other)

    def __rmul__(self, other: Any) -> LocalVariable:
        return self.lines.infix(other, "*", self)

    def __neg__(self) -> LocalVariable:
        return self.lines.source.named(f"-{self}")

    def __bool__(self) -> bool:
        raise TypeError("numbers that are not known yet are neither true nor false; choose with m.where")

    def __eq__(self, other: object) -> bool:
        raise TypeError("numbers that are not known yet cannot be compared; choose with m.where and m.greater")


class SourceArithmetic(Arithmetic):
    """The arithmetic that writes lines of source. What is known already is computed at once."""

    def __init__(self, source: Source, total: bool) -> None:
        super().__init__("SourceArithmetic", {})
        self.source, self.is_total = source, total

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in ELEMENTARY:
            return super().__getattr__(name)

        def function(*xs: Any) -> Any:
            if all(isinstance(x, float) for x in xs):
                return getattr(Floats, name)(*xs)
            return self.source.named(f"{name}({', '.join(map(code, xs))})")

        return function

    def infix(self, a: Any, sign: str, b: Any) -> LocalVariable:
        return self.source.named(f"{code(a)} {sign} {code(b)}")

    def detach(self, x: Any) -> Any:
        return x

    def divide(self, a: Any, b: Any) -> Any:
        if self.is_total or (isinstance(a, float) and isinstance(b, float)):
            return self.__getattr__("divide")(a, b)
        return self.infix(a, "/", b)
