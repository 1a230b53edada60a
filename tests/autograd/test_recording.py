"""While a function is recorded, its numbers are not to be read: in this thread or task, and in no other."""

import asyncio
import copy
import json
import math
import operator
import pickle
import statistics
import struct
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import numpy as np
import pytest

import autograd
from autograd import TraceError, Value, grad, hessian, hvp, jacobian, jit, value_and_grad, vjp, vmap, where


def test_other_threads_read_numbers_while_one_records():
    inside, done = threading.Event(), threading.Event()
    read = []

    def slow(x):
        inside.set()
        assert done.wait(10)
        return x * w

    def other():
        assert inside.wait(10)
        read.extend([w.data, float(w), w < 3.0, f"{w:.1f}"])
        done.set()

    w = Value(2.0)
    thread = threading.Thread(target=other)
    thread.start()
    assert jit(slow)(3.0).data == 6.0
    thread.join()
    assert read == [2.0, 2.0, True, "2.0"]


def test_other_tasks_read_numbers_while_one_is_refused():
    w = Value(2.0)

    async def refused():
        with pytest.raises(TraceError):
            jit(lambda x: x * w.data)(3.0)
        await asyncio.sleep(0)
        return w.data

    async def both():
        return await asyncio.gather(refused(), refused())

    assert asyncio.run(both()) == [2.0, 2.0]


def test_nothing_is_replaced_in_value():
    methods = dict(vars(Value))

    def f(x):
        assert {name: vars(Value)[name] for name in methods if not name.startswith("_")}.keys() <= methods.keys()
        assert all(vars(Value)[name] is methods[name] for name in ("data", "__init__", "__float__", "__lt__", "detach"))
        return x * 2.0

    assert jit(f)(1.0) == 2.0


def test_a_refusal_that_the_function_swallows_comes_back():
    def f(x):
        try:
            y = x.data  # the line
        except Exception:
            y = 0.0
        return x + y

    compiled = jit(f)
    for _ in range(2):
        with pytest.raises(TraceError, match="# the line"):
            compiled(1.0)
    assert Value(1.0).data == 1.0


# ── Every way of reading a number ───────────────────────────────────────────────────────────────────────────────

#: What asks for the number itself, or for something that hangs on it.
READING = {
    "data": lambda v: v.data,
    "float": float,
    "int": int,
    "complex": complex,
    "bool": bool,
    "not": operator.not_,
    "or": lambda v: v or 1.0,
    "and": lambda v: v and 1.0,
    "if": lambda v: 1.0 if v else 2.0,
    "if less": lambda v: 1.0 if v < 3.0 else 2.0,
    "if at least": lambda v: 1.0 if v >= 3.0 else 2.0,
    "if equal": lambda v: 1.0 if v == 2.0 else 2.0,
    "if unequal": lambda v: 1.0 if v != 2.0 else 2.0,
    "if a number is less": lambda v: 1.0 if 3.0 < v else 2.0,
    "chain": lambda v: 1.0 if 1.0 < v < 3.0 else 2.0,
    "max": lambda v: max(v, 1.0),
    "min": lambda v: min([v, 1.0]),
    "sorted": lambda v: sorted([v, 1.0]),
    "any": lambda v: any([v]),
    "in a list of numbers": lambda v: v in [1.0, 2.0],
    "index in a list": lambda v: [1.0, 2.0].index(v),
    "count": lambda v: [1.0, 2.0].count(v),
    "round": round,
    "round to digits": lambda v: round(v, 1),
    "floor": math.floor,
    "ceil": math.ceil,
    "range": range,
    "index": lambda v: [1.0, 2.0][v],
    "slice": lambda v: [1.0, 2.0][:v],
    "operator.index": operator.index,
    "format": lambda v: float(f"{v:.1f}"),
    "percent": lambda v: float("%.3f" % v),  # noqa: UP031 (a way of formatting)
    "format method": lambda v: float(format(v, "g")),
    "str": lambda v: float(str(v)),
    "repr": lambda v: float(repr(v)),
    "json": lambda v: json.dumps(v, default=float),
    "struct": lambda v: struct.pack("d", v),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": pickle.dumps,
    "math.sin": math.sin,
    "math.isnan": math.isnan,
    "math.isclose": lambda v: math.isclose(v, 2.0),
    "math.fsum": lambda v: math.fsum([v]),
    "fmean": lambda v: statistics.fmean([v]),
    "np.float64": np.float64,
    "np.sin": lambda v: np.array([v], dtype=float),
    "np.zeros": lambda v: np.zeros(3).__setitem__(0, v),
    "np.isfinite": lambda v: np.isfinite(np.asarray([v], dtype=float)),
    "local_grads": lambda v: (v * v).local_grads,
    "backward": lambda v: (v * v).backward(),
    "zero_grad": lambda v: (v * v).zero_grad(),
}
#: These tell Values apart by identity, which is as it should be for those that a function captures.
BY_IDENTITY = {
    "equal to an array": lambda v: np.arange(3) == v,
    "in an array": lambda v: v in np.array([1.0, 2.0]),
    "equal to True": lambda v: v == True,  # noqa: E712
    "equal to a Decimal": lambda v: v == Decimal(2),
    "equal to a complex number": lambda v: v == 2 + 0j,
    "data in another thread": lambda v: in_a_thread(lambda: v.data),
    "a branch in another thread": lambda v: in_a_thread(lambda: 1.0 if v * 1.0 == 2.0 else 0.0),
    "if equal to a constant Value": lambda v: 1.0 if v == Value(2.0) else 2.0,
    "set": lambda v: {v},
    "key": lambda v: {v: 1.0},
    "lookup": lambda v: {1.0: 2.0}.get(v),
    "hash": hash,
    "if equal to a Value": lambda v: 1.0 if v == v * 1.0 else 2.0,
    "in a list of Values": lambda v: v in [v * 1.0],
}


@pytest.mark.parametrize("way", [*READING, *BY_IDENTITY])
@pytest.mark.parametrize("what", ["an argument", "what was computed from one", "one of a batch"])
def test_every_way_of_reading_an_argument_is_refused(way, what):
    read = (READING | BY_IDENTITY)[way]

    def f(x):
        read(x if what != "what was computed from one" else x * 2.0)
        return x

    compiled = jit(vmap(f)) if what == "one of a batch" else jit(f)
    with pytest.raises((TraceError, ValueError)) as caught:
        compiled([2.0, 3.0] if what == "one of a batch" else 2.0)
    assert isinstance(caught.value, TraceError) or way in ("str", "repr"), "a name is no number"
    assert "test_recording.py:" in str(caught.value) or way in ("str", "repr")


@pytest.mark.parametrize("way", READING)
def test_every_way_of_reading_what_is_captured_is_refused(way):
    w = Value(2.0)

    def f(x):
        READING[way](w)
        return x * w

    with pytest.raises((TraceError, ValueError)) as caught:
        jit(f)(2.0)
    assert isinstance(caught.value, TraceError) or way in ("str", "repr"), "a name is no number"


@pytest.mark.parametrize("way", [*READING, *BY_IDENTITY])
def test_a_refusal_that_is_swallowed_still_refuses_the_program(way):
    def f(x):
        try:
            (READING | BY_IDENTITY)[way](x)
        except Exception:
            return x * 0.0
        return x

    if way not in ("str", "repr"):
        with pytest.raises(TraceError):
            jit(f)(2.0)


def test_captured_values_are_told_apart_by_identity():
    model = [Value(1.0), Value(1.0)]
    f = jit(
        lambda x: (
            sum((w * x for w in dict.fromkeys([*model, *model])), 0.0)
            * (1.0 if model[0] == model[0] != model[1] else 0.0)
        )
    )
    assert f(3.0).data == 6.0


def test_a_traced_value_prints_its_name(capsys):
    def f(x):
        print(repr(x), w, f"{x}")
        return w * x

    w = Value(2.0, label="w")
    jit(f)(3.0)
    assert capsys.readouterr().out == "Value(traced) Value(traced, label='w') Value(traced)\n"


@pytest.mark.parametrize("x", [-1.0, 0.0, 2.0, math.nan])
def test_equal_and_unequal_are_for_where(x):
    for f in (lambda v: where(v == 2.0, v * v, -v), lambda v: where(v != 2.0, v * v, -v), lambda v: where(v, v, 7.0)):
        compiled = jit(f)
        compiled(5.0)
        assert compiled(x) == pytest.approx(f(Value(x)).data, nan_ok=True)


def test_a_value_of_an_argument_is_the_argument():
    f = jit(value_and_grad(lambda row: sum(v * v for v in map(Value, row))))
    assert f([1.0, 2.0]) == (5.0, [2.0, 4.0]) and f([3.0, 0.0]) == (9.0, [6.0, 0.0])


def test_nothing_is_changed_while_a_function_is_recorded():
    w = Value(2.0)

    def f(x):
        w.data = 5.0  # the line
        return x * w

    with pytest.raises(TraceError, match="the number of a leaf was set"):
        jit(f)(1.0)
    assert w.data == 2.0


# ── A gradient that would be dropped ────────────────────────────────────────────────────────────────────────────

#: What makes a plain number of a Value, to be computed with.
CONVERTING = {
    "float": float,
    "round": lambda v: round(v, 3),
    "math.sin": math.sin,
    "math.exp": math.exp,
    "math.hypot": lambda v: math.hypot(v, 1.0),
    "math.floor": math.floor,
    "math.fsum": lambda v: math.fsum([v, 1.0]),
    "np.float64": np.float64,
    "an array's element": lambda v: np.zeros(3).__setitem__(0, v * v),
    "backward": lambda v: (v * v).backward(),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": pickle.dumps,
    "local_grads": lambda v: (v * v).local_grads,
    "in another thread": lambda v: in_a_thread(lambda: math.sin(v)),
    "an array of floats": lambda v: np.array([v, v], dtype=float),
}


def in_a_thread(read):
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(read).result()


TRANSFORMS = {
    "grad": lambda f: grad(f)(1.0),
    "value_and_grad": lambda f: value_and_grad(f)(1.0),
    "jacobian": lambda f: jacobian(lambda x: [f(x)])(1.0),
    "hessian": lambda f: hessian(lambda p: f(p[0]))([1.0]),
    "hvp": lambda f: hvp(lambda p: f(p[0]), [1.0], [1.0]),
    "vjp": lambda f: vjp(f, 1.0),
    "grad of grad": lambda f: grad(grad(f))(1.0),
    "grad of jit": lambda f: grad(jit(f))(1.0),
    "grad of vmap": lambda f: grad(lambda xs: vmap(f)(xs)[0])([1.0, 2.0]),
}


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("way", CONVERTING)
def test_a_number_that_has_lost_its_gradient_is_refused(transform, way):
    def f(x):
        CONVERTING[way](x)
        return x * x

    with pytest.raises((TypeError, ValueError)) as caught:  # NumPy makes a ValueError of it
        TRANSFORMS[transform](f)
    error = caught.value if isinstance(caught.value, TypeError) else caught.value.__cause__
    assert "test_recording.py:" in str(error) and "detach" in str(error)
    assert not autograd.recording.watchers


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("way", CONVERTING)
def test_a_lost_gradient_that_is_swallowed_is_refused_when_the_function_returns(transform, way):
    def f(x):
        try:
            CONVERTING[way](x)
        except Exception:
            return x * 0.0
        return x

    with pytest.raises(TypeError, match="detach"):
        TRANSFORMS[transform](f)
    assert not autograd.recording.watchers


def test_numbers_that_no_gradient_is_asked_for_may_be_converted():
    w = Value(2.0)
    assert grad(lambda x: x * math.sin(w) * float(Value(3.0)))(1.0) == pytest.approx(3.0 * math.sin(2.0))
    assert grad(lambda x: x * x.data)(3.0) == 3.0 and grad(lambda x: x * float(x.detach()))(3.0) == 3.0
    assert grad(lambda x: x * x if x > 1.0 else x)(3.0) == 6.0
    assert grad(lambda x: grad(lambda y: y * y)(float(x.detach())) * x)(3.0) == 6.0
    x = Value(1.0)
    (x * math.sin(x)).backward()  # plain Values and backward(): float(v) is what it is
    assert x.grad == math.sin(1.0)


@pytest.mark.parametrize("order", [1, 2])
def test_what_is_detached_follows_its_operand_and_passes_no_gradient(order):
    f = lambda x: x**3 * x.detach() ** 2
    for _ in range(order):
        f = grad(f)
    expected = {1: 3.0 * 2.0**4, 2: 6.0 * 2.0**3}[order]
    assert f(2.0) == expected and jit(f)(2.0) == expected
    found = jit(f)
    assert [found(x) for x in (1.0, 2.0)] == [{1: 3.0, 2: 6.0}[order], expected]


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne])
@pytest.mark.parametrize("other", [1.0, 2.0, 3.0])
def test_constants_are_compared_while_recording_as_they_are_otherwise(compare, other):
    def f(x):
        constant = Value(2.0)
        return [x * 1.0 if compare(constant, other) else -x, x * 1.0 if compare(other, constant) else -x]

    expected = [3.0 if answer else -3.0 for answer in (compare(2.0, other), compare(other, 2.0))]
    assert [y.data for y in jit(f)(Value(3.0))] == expected


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
def test_while_recording_text_is_compared_no_better_than_otherwise(compare):
    for transform in (jit, grad):
        with pytest.raises(TypeError, match="not supported between instances of 'Given' and 'str'|'Value' and 'str'"):
            transform(lambda x: x * compare(x, "2"))(1.0)


def test_what_is_said_of_a_key_names_it_and_the_repair():
    with pytest.raises(TraceError, match=r"(?s)put into a set or made a key.*Use instead: a list, where equal numbers"):
        jit(lambda x: x * len({x}))(1.0)
