"""While a function is recorded, its numbers are not to be read: in this thread or task, and in no other."""

import asyncio
import threading

import pytest

from autograd import TraceError, Value, jit


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
