"""What tells one machine code from another, found without writing it: a digest of all that it depends on.

The code follows from the program and its reverse mode, the update, the processor, LLVM, and our own source: of an array
program and of a tape alike. Formulas
(of operations, partial derivatives, an optimiser's rule) are told apart by what they do: they are called with an
arithmetic that notes each step, `2=exp(_1)`.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache, partial
from hashlib import blake2b
from numbers import Integral
from pathlib import Path
from typing import Any

import llvmlite  # type: ignore[import-untyped]
import llvmlite.binding as llvm  # type: ignore[import-untyped]
import numpy as np

from autograd.arithmetic import ELEMENTARY, Arithmetic
from autograd.lift.arrays.evaluation import evaluated, names_in
from autograd.lift.arrays.program import Map, Program
from autograd.lift.arrays.reverse import Reverse
from autograd.lift.arrays.update import Update
from autograd.lift.capture.scalars import LARGEST, LINEAR
from autograd.lift.llvm_backend.lowering import calls_functions
from autograd.lift.llvm_backend.machine_code import processor
from autograd.lift.loops.derivatives import Derivatives
from autograd.lift.loops.tape import Tape, TapeStep
from autograd.operation import Operation
from autograd.ops import OPERATIONS
from autograd.symbols import Expression


def fingerprint(program: Program, reverse: Reverse | None, update: Update | None, checked: bool) -> bytes | None:
    """32 bytes that differ where the machine code of an array program does; None if that cannot be told."""
    memory = program.size, program.constants, program.inputs, program.roots
    return key_of_code("program", memory, program.instructions, reverse, update, checked)


def tape_fingerprint(tape: Tape, plan: Derivatives, effort: int) -> bytes | None:
    """The same for a tape, compiled with an effort."""
    return key_of_code("tape", effort, tape.size, tape.check, tape.constants, tape.roots, tape.sections, plan)


def key_of_code(*parts: Any) -> bytes | None:
    """The digest of all that code depends on; None if that cannot be told."""
    try:
        digest = Digest()
        digest.feed((surroundings(), *parts))
        return digest.digest()
    except (TypeError, ValueError, AttributeError, ArithmeticError, OSError):  # a formula like no other, no source
        return None


@cache
def surroundings() -> tuple[str, ...]:
    """What the code depends on besides the program: the processor, the compiler, and how we write it."""
    source = blake2b(digest_size=32)
    root = Path(__file__).parents[2]
    for path in sorted([*root.glob("*.py"), *root.glob("lift/**/*.py")]):
        content = path.read_bytes()
        source.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode())
        source.update(content)
    versions = (platform.python_version(), np.__version__, llvmlite.__version__, repr(llvm.llvm_version_info))
    return (source.hexdigest(), *versions, repr(processor()), llvm.get_default_triple(), sys.byteorder)


class Digest:
    """Takes in numbers, arrays, formulas, and what is made of them."""

    def __init__(self) -> None:
        self.hash = blake2b(digest_size=32)
        self.seen: dict[int, int] = {}

    def digest(self) -> bytes:
        return self.hash.digest()

    def word(self, kind: str, content: str | bytes = b"") -> None:
        """A piece of a known kind and length, so that no two rows of pieces are the same bytes."""
        content = content.encode() if isinstance(content, str) else content
        self.hash.update(f"{kind} {len(content)}\n".encode())
        self.hash.update(content)

    def feed(self, x: Any) -> None:
        if isinstance(x, float):
            self.word("float", x.hex())
        elif x is None or isinstance(x, str | bool):
            self.word(type(x).__name__, str(x))
        elif isinstance(x, Integral):  # a place, of Python's or of NumPy's kind
            self.word("int", str(int(x)))
        elif isinstance(x, np.ndarray):
            self.array(x)
        elif isinstance(x, dict):
            self.feed([*x.keys(), *x.values()])
        elif isinstance(x, tuple | list) and set(map(type, x)) in ({int}, {float}):  # places or constants, often many
            self.word(f"row of {type(x[0]).__name__}", repr(list(x)))
        elif isinstance(x, tuple | list):
            self.word("row", str(len(x)))
            for part in x:
                self.feed(part)
        elif isinstance(x, Operation):
            self.operation(x)
        elif isinstance(x, Expression):
            names = sorted(names_in(x))
            self.feed((names, calls_functions(x)))
            self.formula(lambda m, *xs: evaluated(x, m, dict(zip(names, xs, strict=True))), len(names))
        elif is_dataclass(x) and not isinstance(x, type):
            self.parts(x)
        else:
            raise TypeError(f"nothing is known of {type(x).__name__}")

    def array(self, x: np.ndarray[Any, Any]) -> None:
        """Shape and numbers, those of a broadcast axis once."""
        if x.dtype.hasobject:
            raise TypeError("an array of objects")
        once = x[tuple(slice(None) if step else slice(1) for step in x.strides)]
        self.word(f"{x.dtype.str} {x.shape} {once.shape}", once.tobytes())

    def operation(self, op: Operation) -> None:
        """One of the table, which is in our source."""
        if op not in (LARGEST, LINEAR) and OPERATIONS.get(op.name) is not op:
            raise TypeError("an operation that is told by its formula only")
        self.word("operation", op.name)

    def parts(self, x: Any) -> None:
        """Something with fields; what was met before is named by its number."""
        known = id(x) in self.seen
        self.word(type(x).__name__, str(self.seen.setdefault(id(x), len(self.seen))))
        if known:
            return
        values = {field.name: getattr(x, field.name) for field in fields(x)}
        if isinstance(x, Map | TapeStep) and x.op not in (LARGEST, LINEAR):
            op: Operation = values.pop("op")
            self.word("operation", op.name if OPERATIONS.get(op.name) is op else "")
            self.formula(op.value, len(x.operands))
        elif isinstance(x, Update):
            rule, slots = values.pop("rule"), x.slots
            self.formula(lambda m, p, g, *more: rule(m, p, g, more[:slots], *more[slots:]), 4 + slots)
        self.feed(values)

    def formula(self, formula: Callable[..., Any], operands: int) -> None:
        """What a formula does."""
        trace = Trace(operands)
        results = formula(trace, *(Term(trace, k) for k in range(operands)))
        self.word("formula", "\n".join([*trace.steps, trace.named(results)]))


class Trace(Arithmetic):
    """Notes what is asked of it. Composite functions are written out, as in machine code."""

    def __init__(self, operands: int) -> None:
        super().__init__("Trace", {})
        self.operands = operands
        self.steps: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return partial(self.note, name) if name in ELEMENTARY else super().__getattr__(name)

    def note(self, name: str, *xs: Any) -> Term:
        number = self.operands + len(self.steps)
        self.steps.append(f"{number}={name}{self.named(xs)}")
        return Term(self, number)

    def named(self, x: Any) -> str:
        """A term by its number, a number by its bits and kind."""
        if isinstance(x, Term):
            return f"_{x.number}"
        if isinstance(x, tuple | list):
            return f"({' '.join(map(self.named, x))})"
        return f"{type(x).__name__}:{float(x).hex()}"


class Term:
    """A number of a formula that is being noted."""

    def __init__(self, trace: Trace, number: int) -> None:
        self.trace = trace
        self.number = number

    def __add__(self, other: Any) -> Term:
        return self.trace.note("+", self, other)

    def __radd__(self, other: Any) -> Term:
        return self.trace.note("+", other, self)

    def __sub__(self, other: Any) -> Term:
        return self.trace.note("-", self, other)

    def __rsub__(self, other: Any) -> Term:
        return self.trace.note("-", other, self)

    def __mul__(self, other: Any) -> Term:
        return self.trace.note("*", self, other)

    def __rmul__(self, other: Any) -> Term:
        return self.trace.note("*", other, self)

    def __truediv__(self, other: Any) -> Term:
        return self.trace.note("/", self, other)

    def __rtruediv__(self, other: Any) -> Term:
        return self.trace.note("/", other, self)

    def __neg__(self) -> Term:
        return self.trace.note("negative", self)

    def __bool__(self) -> bool:
        raise TypeError("a number that is not known yet is neither true nor false")

    def __eq__(self, other: object) -> bool:
        raise TypeError("a number that is not known yet cannot be compared")

    __hash__ = None  # type: ignore[assignment]
