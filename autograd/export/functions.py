"""From a compiled function to arrays: what it is given, what it gives back, and its gradients if it is a derivative."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograd.export.dataflow import Dataflow, Tensor, argument, known_numbers
from autograd.export.loops import LoopsOfArrays, along_tape
from autograd.export.lowering import CannotExport, Memory, backwards, forwards
from autograd.lift.arrays.reverse import Reverse, reverse
from autograd.lift.capture.arguments import Reading, argument_names, piece_names
from autograd.lift.jit import Compiled
from autograd.lift.loops.derivatives import derivatives
from autograd.lift.loops.tape import Tape
from autograd.lift.specialised import Specialised
from autograd.nesting import flat, nested_like
from autograd.value import Value


def flow_of_function(compiled: Compiled, examples: Sequence[Any] = ()) -> Dataflow:
    """The program of a compiled function for arguments like the examples; without any, the one that was called last.

    The Values that it captures become constants, with the numbers that they have now.

    Raises:
        CannotExport: if the function was never called, or has rules that ask for numbers.
    """
    if examples:
        specialised = specialised_for(compiled, examples)
    elif compiled.latest is None:
        raise CannotExport(
            f"{name_of(compiled)} was never called: call it once, or give an example of its arguments after the path"
        )
    else:
        specialised = compiled.latest
    names = argument_names(compiled.inner, len(specialised.structure))
    inputs: list[Tensor] = []
    of_argument: list[list[Tensor]] = []
    for part, name in zip(specialised.structure, names, strict=True):
        pieces = zip(piece_names(part, name), piece_shapes(part), strict=True)
        of_argument.append([argument(piece, shape) for piece, shape in pieces])
        inputs += of_argument[-1]
    tape = LoopsOfArrays(specialised.program) if isinstance(specialised.program, Tape) else None
    memory = tape.memory[False] if tape else Memory(specialised.program.size, specialised.program.constants)
    place = 0
    for x in inputs:
        memory.write(specialised.places[place : place + x.size].reshape(x.shape), x)
        place += x.size
    if specialised.captured:
        memory.write(specialised.places[specialised.arguments :], known_numbers([v.data for v in specialised.captured]))
    chosen: list[int] = []
    if compiled.argnums is not None:
        several = isinstance(compiled.argnums, tuple)
        chosen = [k % len(of_argument) for k in (compiled.argnums if several else (compiled.argnums,))]
    outputs = outputs_of_program(compiled, specialised, tape or memory, of_argument, chosen)
    return Dataflow(name_of(compiled), tuple(inputs), outputs, about(compiled, specialised))


def specialised_for(compiled: Compiled, examples: Sequence[Any]) -> Specialised:
    """The program for these arguments, recorded if there is none."""
    reading = Reading()
    structure = tuple(map(reading.read, examples))
    with compiled.lock:
        specialised = compiled.specialised(structure, reading, tuple(examples), {})
        compiled.check(tuple(examples), {})
    return specialised


def outputs_of_program(
    compiled: Compiled,
    specialised: Specialised,
    given_to: Memory | LoopsOfArrays,
    of_argument: list[list[Tensor]],
    chosen: Sequence[int],
) -> dict[str, Tensor]:
    """The results by name: "value" and "gradient of w", or the parts of what the function returns."""
    program = specialised.program
    starts = np.cumsum([0, *(sum(x.size for x in pieces) for pieces in of_argument)])
    wanted = [specialised.places[starts[k] : starts[k + 1]] for k in chosen]
    outputs: dict[str, Tensor] = {}
    if isinstance(program, Tape):
        assert isinstance(given_to, LoopsOfArrays)
        plan = derivatives(program, np.concatenate(wanted).tolist() if chosen else (), program.roots[:1])
        along_tape(program, plan, given_to)
        memory, adjoints = given_to.memory[False], given_to.memory[True]
    else:
        assert isinstance(given_to, Memory)
        memory = given_to
        forwards(program, memory)
        back = reverse(program, np.concatenate(wanted), program.roots[:1]) if chosen else Reverse([], ())
        adjoints = backwards(program, back, memory)
    if compiled.with_value or not chosen:
        outputs |= results(specialised, memory)
    for k, places in zip(chosen, wanted, strict=True):
        start = 0
        for x in of_argument[k]:
            outputs[f"gradient of {x.detail}"] = adjoints.read(places[start : start + x.size].reshape(x.shape))
            start += x.size
    return outputs


def results(specialised: Specialised, memory: Memory) -> dict[str, Tensor]:
    """What the function returns, piece by piece."""
    roots = iter(specialised.program.roots)
    places = [next(roots) if isinstance(x, Value) else math.nan for x in flat(specialised.result)]
    if len(places) != len(specialised.program.roots):
        raise CannotExport(
            "a result of the function is no number that it computes: return what depends on its arguments"
        )
    if isinstance(specialised.result, Value):
        return {"value": memory.read(np.array(places[0]))}
    reading = Reading()
    structure = reading.read(nested_like(specialised.result, map(float, places)))
    found = zip(piece_names(structure, "value"), reading.pieces, piece_shapes(structure), strict=True)
    outputs: dict[str, Tensor] = {}
    for name, piece, shape in found:
        outputs[name if name not in outputs else f"{name} {len(outputs)}"] = memory.read(
            piece.astype(np.intp).reshape(shape)
        )
    return outputs


def piece_shapes(structure: Any) -> Iterator[tuple[int, ...]]:
    """The shape of each piece of an argument of this structure, as `piece_names` names them.

    >>> list(piece_shapes(Reading().read({"W": [[1.0, 2.0]], "b": [3.0, Value(1.0)]})))
    [(1, 2), (), ()]
    """
    kind = structure if isinstance(structure, str) else structure[0]
    if kind in ("dict", "fields"):
        for _, _, part in structure[1 if kind == "dict" else 2 :]:
            yield from piece_shapes(part)
    elif kind == "list" or (kind == "array" and len(structure) > 2):
        for part in structure[2:]:
            yield from piece_shapes(part)
    elif kind in ("array", "rectangle"):
        yield structure[-1]
    elif kind == "Values":
        yield (structure[2],)
    elif kind != "static":
        yield ()


def name_of(compiled: Compiled) -> str:
    """What to call the function."""
    name = str(getattr(compiled.inner, "__name__", "function"))
    return "function" if name == "<lambda>" else name


def about(compiled: Compiled, specialised: Specialised) -> str:
    """The function's own words, and what became of what it captures."""
    words = [(getattr(compiled.inner, "__doc__", None) or "").strip().partition("\n")[0]]
    if specialised.captured:
        words.append(f"{len(specialised.captured)} numbers that it reads are constants here, as they were.")
    return "\n".join(word for word in words if word)
