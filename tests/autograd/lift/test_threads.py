import os
import threading

import pytest

from autograd.lift import threads
from autograd.lift.threads import threads_for, together


@pytest.fixture(autouse=True)
def four_cores(monkeypatch):
    monkeypatch.setattr(threads, "cores", lambda: 4)
    for name in threads.VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_as_many_as_asked_for_and_there(monkeypatch):
    assert [threads_for(asked) for asked in (None, 1, 3, 4, 9)] == [4, 1, 3, 4, 4]
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert threads_for(None) == 2
    monkeypatch.setenv("CHALKGRAD_THREADS", "3")
    assert (threads_for(None), threads_for(1)) == (3, 1)
    monkeypatch.setenv("CHALKGRAD_THREADS", "many")
    assert threads_for(None) == 2


def meeting(there, seen):
    """Jobs that go on once all of them are at work."""
    barrier = threading.Barrier(there)

    def job(number):
        barrier.wait(10.0)
        seen[number] = threading.get_ident()
        return number

    return [lambda number=number: job(number) for number in range(there)]


def test_jobs_run_at_the_same_time_and_threads_are_kept():
    first, second = {}, {}
    assert together(lambda there: meeting(there, first), 3, lambda: None) == 0
    together(lambda there: meeting(there, second), 3, lambda: None)
    assert len(set(first.values())) == 3
    assert first[0] == second[0] == threading.get_ident()
    assert set(first.values()) == set(second.values())


def test_where_no_thread_can_be_started_there_is_one(monkeypatch):
    def start(self):
        raise RuntimeError("can't start new thread")

    threads.dismiss()
    monkeypatch.setattr(threading.Thread, "start", start)
    seen = {}
    together(lambda there: meeting(there, seen), 3, lambda: None)
    assert seen == {0: threading.get_ident()}


def test_an_interrupt_lets_the_others_go():
    stop = threading.Event()
    ended = threading.Event()

    def waits():
        stop.wait(10.0)
        ended.set()

    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        together(lambda there: [interrupted, waits][:there], 2, stop.set)
    assert ended.wait(10.0)


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "register_at_fork"), reason="no fork here")
def test_after_a_fork_there_are_none():
    together(lambda there: meeting(there, {}), 2, lambda: None)
    assert threads.idle
    child = os.fork()
    if child == 0:
        seen = {}
        together(lambda there: meeting(there, seen), 2, lambda: None)
        os._exit(0 if len(set(seen.values())) == 2 else 1)
    assert os.waitpid(child, 0)[1] == 0
