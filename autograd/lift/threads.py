"""Threads for machine code, which needs no lock of the interpreter's: started when first needed, kept until the end."""

from __future__ import annotations

import atexit
import os
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

VARIABLES = "CHALKGRAD_THREADS", "OMP_NUM_THREADS"  # the first that holds a number counts

Job = Callable[[], Any]


def threads_for(asked: int | None) -> int:
    """How many threads to use: as asked, or as the environment says, or as many as there are cores; never more."""
    there = cores()
    if asked is None:
        asked = next((number for name in VARIABLES if (number := count_in(name))), there)
    return max(1, min(asked, there))


def count_in(variable: str) -> int:
    """The number that an environment variable holds; 0 if it holds none."""
    text = os.environ.get(variable, "").strip()
    return int(text) if text.isascii() and text.isdigit() else 0


def cores() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Worker:
    """A thread that does what it is given, one job after the other."""

    def __init__(self) -> None:
        self.jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self.thread = threading.Thread(target=self.work, name="chalkgrad", daemon=True)
        self.thread.start()

    def work(self) -> None:
        """Until there is nothing more to come."""
        while (job := self.jobs.get()) is not None:
            job()
            del job  # and what it holds


idle: deque[Worker] = deque()


def hired(count: int) -> list[Worker]:
    """So many workers, or fewer if no more threads can be started. Give them back to `idle`."""
    found: list[Worker] = []
    while len(found) < count:
        try:
            found.append(idle.pop())
        except IndexError:  # nobody is idle
            try:
                found.append(Worker())
            except RuntimeError:  # can't start new thread
                break
    return found


def together(jobs: Callable[[int], Sequence[Job]], count: int, give_up: Job) -> Any:
    """Do jobs at the same time, which wait for each other; the first one, whose result it gives, in this thread.

    Args:
        jobs: for a number of threads, as many of them.
        count: how many there should be. If there are no more threads, fewer.
        give_up: makes those that wait stop, for the others will not come.
    """
    workers = hired(count - 1)
    mine, *others = jobs(1 + len(workers))
    ended: list[threading.Event] = []
    try:
        for worker, job in zip(workers, others, strict=True):
            ended.append(threading.Event())
            worker.jobs.put(partial(done, job, ended[-1], give_up))
        result = mine()
    except BaseException:  # Ctrl-C, before this thread began or after it ended
        give_up()
        for worker in workers:
            worker.jobs.put(None)
        raise
    for end in ended:
        end.wait()
    idle.extend(workers)
    return result


def done(job: Job, end: threading.Event, give_up: Job) -> None:
    """Do a job and say so, however it ends."""
    try:
        job()
    except BaseException:
        give_up()
        raise
    finally:
        end.set()


def dismiss() -> None:
    """End the threads that have nothing to do."""
    leaving = list(idle)
    idle.clear()
    for worker in leaving:
        worker.jobs.put(None)
    for worker in leaving:
        worker.thread.join(1.0)


atexit.register(dismiss)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=idle.clear)  # it has none of these threads
