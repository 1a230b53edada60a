"""The world outside of a program: the clock, chance, files. A program would ask them once, and not at each call.

While a function is recorded, every call that it makes is seen by Python's profiling hook, which says of it whether it
asks the world outside. Of the clock and the system it counts only what the user's own code asks, for a library also
looks at the clock to write a log.
"""

from __future__ import annotations

import builtins
import datetime
import io
import os
import random
import sys
from functools import cache
from types import BuiltinFunctionType, FrameType
from typing import Any

from autograd.recording import Recording, is_users

#: What asks nobody, or gives no answer.
ANSWERS_NOTHING = {"sleep", "mktime", "strptime", "get_clock_info", "fspath", "_path_normpath", "_exit", "abort"}

DRAWN = "numbers that are drawn before the call, as an argument; or a generator with a seed"
CLOCK = "the time as an argument, or where the compiled function is called"
SYSTEM = "what it says as an argument, read before the call"
NAMED = "the names themselves, written out; what they stand for may also be an argument"

#: Words of code that can reach any variable.
ANY_VARIABLE = {"__globals__", "__builtins__", "__closure__", "cell_contents", "f_globals", "f_locals", "f_back"}

SEED = random.Random.seed.__code__

#: What is refused, and what to use instead: functions, and modules with all of theirs.
ASKING: dict[Any, tuple[str, str]] = {
    os.urandom: ("chance was asked", DRAWN),
    **dict.fromkeys([io.open, io.open_code, builtins.input], ("a file was read or written", SYSTEM)),
    **dict.fromkeys(
        [datetime.datetime.now, datetime.datetime.utcnow, datetime.datetime.today, datetime.date.today],
        ("the clock was read", CLOCK),
    ),
    **dict.fromkeys(
        [builtins.globals, builtins.eval, builtins.exec, sys._getframe], ("variables were looked up by name", NAMED)
    ),
}
ASKING_MODULES = {
    "_uuid": ("chance was asked", DRAWN),
    "time": ("the clock was read", CLOCK),
    **dict.fromkeys(["posix", "nt", "_socket", "_sqlite3"], ("the system was asked", SYSTEM)),
}


def asking() -> dict[Any, tuple[str, str]]:
    """All functions that ask the world outside, of the modules that are there."""
    return functions_of(tuple(name for name in ASKING_MODULES if name in sys.modules))


@cache
def functions_of(modules: tuple[str, ...]) -> dict[Any, tuple[str, str]]:
    found = {
        part: ASKING_MODULES[name]
        for name in modules
        for part in vars(sys.modules[name]).values()
        if isinstance(part, BuiltinFunctionType) and part.__name__ not in ANSWERS_NOTHING
    }
    return found | ASKING


class Watch:
    """While it is open (`with Watch(recording):`), a call in this thread that asks the world outside is refused."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording

    def __enter__(self) -> None:
        self.profiler: Any = sys.getprofile()
        before = self.profiler if callable(self.profiler) else None
        asking_now, refuse = asking(), self.refuse

        def see(frame: FrameType, event: Any, called: Any) -> None:
            if before is not None:
                before(frame, event, called)
            if event == "c_call":
                if called in asking_now:
                    refuse(frame, called, *asking_now[called])
            elif event == "call" and frame.f_code is SEED and frame.f_locals.get("a") is None:
                self.recording.refuse("a generator of random numbers was made without a seed", DRAWN)

        sys.setprofile(see)

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        """Let a profiler go on that was there before. Python's own may be no function, and starts itself."""
        sys.setprofile(self.profiler if callable(self.profiler) else None)
        if self.profiler is not None and not callable(self.profiler):
            self.profiler.enable()

    def refuse(self, frame: FrameType, called: Any, what: str, instead: str) -> None:
        """From chance nothing can follow but other numbers, whoever asks; of the rest only the user's code counts."""
        if instead is DRAWN or is_users(frame.f_code.co_filename):
            self.recording.refuse(f"{what} ({called.__name__})", instead)
