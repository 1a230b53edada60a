"""A program made ready to run in JavaScript: its memory, and functions without arguments that work on it."""

from __future__ import annotations

from itertools import chain

import numpy as np

from autograd.javascript.rules import elementary_functions_in
from autograd.lift.arrays.program import Program
from autograd.lift.arrays.reverse import Reverse
from autograd.lift.javascript_backend.passes import ADJOINTS, VALUES, Addresses, Passes, js_function


def machine_script(program: Program, reverse: Reverse | None = None) -> str:
    """A JavaScript expression: a function without arguments that makes a machine, with memory of its own.

    Args:
        program, reverse: what is to be run, and its reverse mode if there is one.

    Returns:
        The source of `() => machine`. A machine has what those of other back ends have (`arrays.machine.Machine`):

        - `values`, a Float64Array; set those of the inputs before `forward()`.
        - `adjoints`, the same; after `clear()`, a 1 at a root, and `backward()`: the gradients at the wanted places.
        - `forwardAndBackward()`, from the first root.

    >>> from autograd.lift.arrays.program import Map
    >>> from autograd.ops import EXP
    >>> one = Map(EXP, (np.array([0, 1]),), np.array([2, 3]))
    >>> print(machine_script(Program(size=4, instructions=[one], inputs=[0, 1], roots=[2])))
    () => {
    const {exp} = Math;
    const v = new Float64Array(4), d = new Float64Array(0);
    function forward() {
    for (let i0 = 0; i0 < 2; i0++) {
    const x0 = v[i0];
    v[2 + i0] = exp(x0);
    }
    }
    function backward() {
    }
    const clear = () => d.fill(0);
    function forwardAndBackward() {
    forward();
    clear();
    d[2] = 1;
    backward();
    }
    return {values: v, adjoints: d, forward, backward, clear, forwardAndBackward};
    }
    """
    passes = Passes(Addresses(np.arange(program.size), np.zeros(program.size, dtype=bool), program.constants))
    forward, backward = passes.forward(program.instructions), passes.backward(reverse.flows if reverse else [])
    lines = [
        *passes.declarations(),
        f"const {VALUES} = new Float64Array({program.size}),"
        f" {ADJOINTS} = new Float64Array({program.size if reverse else 0});",
        *passes.constants(),
        *js_function("forward", "", forward),
        *js_function("backward", "", backward),
        f"const clear = () => {ADJOINTS}.fill(0);",
        "function forwardAndBackward() {",
        "forward();",
        "clear();",
        f"{ADJOINTS}[{program.roots[0]}] = 1;",
        "backward();",
        "}",
        f"return {{values: {VALUES}, adjoints: {ADJOINTS}, forward, backward, clear, forwardAndBackward}};",
    ]
    return "\n".join(["() => {", *elementary_functions_in("\n".join(chain(*forward, *backward))), *lines, "}"])
