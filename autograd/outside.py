"""The world outside of a program: the clock, chance, files. A program would ask them once, and not at each call.

While a function is recorded, every call that it makes is seen by Python's profiling hook, which says of it whether it
asks the world outside. What libraries ask for themselves does not count, such as the time for a log.
"""

from __future__ import annotations

import builtins
import datetime
import io
import os
import sys
from functools import cache
from types import BuiltinFunctionType, FrameType
from typing import Any

from autograd.recording import Recording, is_users

#: What asks nobody, or gives no answer.
ANSWERS_NOTHING = {
    *("sleep", "mktime", "strptime", "get_clock_info", "fspath", "_path_normpath", "_exit", "abort"),
    *("collect", "enable", "disable", "freeze", "unfreeze"),
}

DRAWN = "numbers that are drawn before the call, as an argument; or a generator with a seed"
CLOCK = "the time as an argument, or where the compiled function is called"
SYSTEM = "what it says as an argument, asked before the call"
FILE = "what is in it as an argument, read before the call"
NAMED = "the names themselves, written out; what they stand for may also be an argument"

#: Words of code that can reach any variable.
ANY_VARIABLE = {
    *("__globals__", "__builtins__", "__closure__", "cell_contents", "f_globals", "f_locals", "f_back"),
    *("__subclasses__", "get_referrers"),
}

IMPORT = "import, written out, in the function or before it"

#: Functions written in Python that are refused, by name: the module that they are in, and what is said of them.
WRITTEN_IN_PYTHON = {
    "seed": ("random", "a generator of random numbers was made without a seed", DRAWN),
    **{
        name: (module, f"a module was looked up by name ({name})", IMPORT)
        for module, names in {
            "importlib": "import_module reload",
            "importlib._bootstrap": "__import__ module_from_spec",
            "importlib._bootstrap_external": "spec_from_file_location",
            "pkgutil": "resolve_name get_data",
            "runpy": "run_module run_path",
        }.items()
        for name in names.split()
    },
}

STANDARD_LIBRARY = (os.path.dirname(os.__file__) + os.sep, "<frozen ")

#: Modules that ask for themselves: to find a line of source, to write a log, to wait, to import.
FOR_THEMSELVES = {
    *("linecache", "tokenize", "traceback", "warnings", "logging", "importlib", "zipimport", "doctest", "unittest"),
    *("threading", "queue", "concurrent", "asyncio", "selectors", "multiprocessing"),
}

#: What also reads files and modules for whoever calls it, but not where Python calls these functions itself.
READERS = {"importlib", "zipimport", "pkgutil", "linecache", "tokenize"}
CALLED_BY_PYTHON = {"_find_and_load", "_handle_fromlist", "_gcd_import", "_lock_unlock_module", "__getattribute__"}

#: Functions of `sys` that say how the interpreter is set or what it is doing, which others may change meanwhile.
ASKING_OF_SYS = (
    *("getrecursionlimit", "getswitchinterval", "getrefcount", "getallocatedblocks"),
    *("get_int_max_str_digits", "_current_frames"),
)

#: What is refused, and what to use instead: functions, and modules with all of theirs.
ASKING: dict[Any, tuple[str, str]] = {
    os.urandom: ("chance was asked", DRAWN),
    **dict.fromkeys([io.open, io.open_code, builtins.input], ("a file was read or written", FILE)),
    **dict.fromkeys(
        [datetime.datetime.now, datetime.datetime.utcnow, datetime.datetime.today, datetime.date.today],
        ("the clock was read", CLOCK),
    ),
    **dict.fromkeys(
        [getattr(sys, name) for name in ASKING_OF_SYS if hasattr(sys, name)], ("the interpreter was asked", SYSTEM)
    ),
    **dict.fromkeys(
        [builtins.globals, builtins.eval, builtins.exec, sys._getframe], ("variables were looked up by name", NAMED)
    ),
    builtins.__import__: ("a module was looked up by name", IMPORT),
}
ASKING_MODULES = {
    "_uuid": ("chance was asked", DRAWN),
    "time": ("the clock was read", CLOCK),
    **dict.fromkeys(["posix", "nt"], ("the system was asked", SYSTEM)),
    **dict.fromkeys(["gc", "resource", "_tracemalloc", "_locale"], ("the interpreter was asked", SYSTEM)),
    **dict.fromkeys(["_socket", "_posixsubprocess", "_winapi", "_sqlite3"], ("another program was asked", FILE)),
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
                    what, instead = asking_now[called]
                    refuse(frame, f"{what} ({called.__name__})", instead)
            elif event == "call" and (name := frame.f_code.co_name) in WRITTEN_IN_PYTHON:
                module, what, instead = WRITTEN_IN_PYTHON[name]
                seeded = name == "seed" and frame.f_locals.get("a") is not None
                if frame.f_globals.get("__name__") == module and not seeded:
                    refuse(frame.f_back if instead is IMPORT else frame, what, instead)

        sys.setprofile(see)

    def refuse(self, frame: FrameType | None, what: str, instead: str) -> None:
        if is_for_the_user(frame, instead):
            self.recording.refuse(what, instead)

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        """Let a profiler go on that was there before. Python's own may be no function, and starts itself."""
        sys.setprofile(self.profiler if callable(self.profiler) else None)
        if self.profiler is not None and not callable(self.profiler):
            self.profiler.enable()


def is_for_the_user(frame: FrameType | None, instead: str) -> bool:
    """Whether it was the user's code that asked, itself or through others.

    Names, of modules too, count where the user's code looks them up itself; readers of modules and of source where it
    calls them by name; the clock and the system also through the standard library, for other libraries look at them
    for themselves; chance and files always. What an import asks, it asks once anyway.
    """
    while frame is not None:
        file = frame.f_code.co_filename
        if frame.f_code.co_name == "<module>" or (package_of(frame) in FOR_THEMSELVES and not reads_for_caller(frame)):
            return False
        if is_users(file):
            return True
        if instead in (NAMED, IMPORT) or not (instead in (DRAWN, FILE) or file.startswith(STANDARD_LIBRARY)):
            return False
        frame = frame.f_back
    return False


def package_of(frame: FrameType) -> str:
    """The package whose code runs in the frame."""
    return (frame.f_globals.get("__name__") or "").partition(".")[0]


def reads_for_caller(frame: FrameType) -> bool:
    """Whether a file or module is read for the user's code, which called the reader by name: a loader of modules."""
    while package_of(frame) in READERS and frame.f_back is not None:
        name, frame = frame.f_code.co_name, frame.f_back
        if package_of(frame) not in READERS:
            return name not in CALLED_BY_PYTHON and is_users(frame.f_code.co_filename)
    return False
