"""Loops stay loops in every format, and what cannot be one is written out, up to a limit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sequential_programs import KNOWN, fibonacci, random_program, two_turns_back

from autograd import jit, value_and_grad
from autograd.export.dataflow import each_after_operands
from autograd.export.functions import flow_of_function
from autograd.export.lowering import CannotExport
from autograd.lift.loops.tape import Tape
from exported import RUNNERS


def check(run, f, numbers):
    compiled = jit(value_and_grad(f))
    value, gradient = compiled(numbers)
    flow = flow_of_function(compiled)
    found = run(flow)(numbers)
    np.testing.assert_allclose(found[0], value, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found[1], gradient, rtol=1e-12, atol=1e-12 * max(1.0, *map(abs, gradient)))
    return compiled, flow


def scans(flow):
    return [x.detail.count for x in each_after_operands(flow.outputs.values()) if x.kind == "scan"]


@pytest.mark.parametrize("f", KNOWN, ids=lambda f: f.__name__)
@pytest.mark.parametrize("run", RUNNERS)
def test_the_well_known_ones(run, f):
    check(run, f, KNOWN[f])


def test_a_loop_is_a_scan_forwards_and_backwards():
    compiled = jit(value_and_grad(fibonacci))
    compiled(KNOWN[fibonacci])
    assert isinstance(compiled.latest.program, Tape)
    forth, back = scans(flow_of_function(compiled))
    assert forth > 40 and back == forth


def test_a_loop_that_looks_back_further_is_written_out_up_to_a_limit():
    compiled = jit(lambda p: two_turns_back(p, 50))
    compiled(KNOWN[two_turns_back])
    assert not scans(flow_of_function(compiled))
    compiled = jit(lambda p: two_turns_back(p, 2100))
    compiled(KNOWN[two_turns_back])
    with pytest.raises(CannotExport, match=r"a loop of 2,\d+ turns reads what turns before the last one have computed"):
        flow_of_function(compiled)


@pytest.mark.parametrize("seed", [*range(4), 153, 381])
@pytest.mark.parametrize("run", RUNNERS)
def test_random_loops(run, seed):
    check(run, *random_program(seed))


@pytest.mark.slow
@pytest.mark.parametrize("run", RUNNERS)
@settings(max_examples=40)
@given(st.integers(0, 10**6))
def test_many_random_loops(run, seed):
    check(run, *random_program(seed))
