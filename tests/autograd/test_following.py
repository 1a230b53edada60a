"""What a function reads by ways that are hard to see: each is followed, or refused with the remedy."""

import builtins
import collections
import contextvars
import ctypes
import dataclasses
import datetime
import email.utils
import functools
import gc
import importlib.machinery
import importlib.metadata
import importlib.util
import io
import itertools
import linecache
import logging
import math
import operator
import os
import pathlib
import pkgutil
import random
import runpy
import secrets
import subprocess
import sys
import threading
import time
import tokenize
import types
import uuid
import weakref
from datetime import datetime as moment
from importlib import import_module as look_up
from os import getenv
from time import time as now

import numpy as np
import pytest

from autograd import TraceError, Value, jit, value_and_grad
from nn import Layer

NAME, DOTTED, KEY, PART = "scale", "inner.scale", "k", "sca"
TABLE = types.ModuleType("table_of_the_user")
TABLE.scale = 2.0
TABLE.inner = types.SimpleNamespace(scale=2.0)
IMPORTED = types.ModuleType("imported_by_the_function")
IMPORTED.scale = 2.0
LATE = types.ModuleType("imported_later")
sys.modules[IMPORTED.__name__] = IMPORTED
PARTS_OF_NAME = ["imported_by", "_the_function"]
KEPT_MODULES, OF_MODULES = sys.modules, sys.modules.get
LOADER = importlib.machinery.SourceFileLoader("loaded", __file__)
VARIABLE = contextvars.ContextVar("VARIABLE", default=2.0)
LOCAL = threading.local()
LOCAL.scale = 2.0
NUMBERS, BUFFER, COUNTED = {"k": 2.0}, io.StringIO(), {"calls": 0}
os.environ["CHALK_SCALE"] = "2.0"


class Plain:
    def __init__(self, scale=2.0):
        self.scale = scale

    def times(self, x):
        return x * 2.0

    @functools.cached_property
    def kept(self):
        return GLOBAL_OF_KEPT

    twice = functools.partialmethod(lambda self, factor, x: x * factor * FACTOR, 2.0)


class Other(Plain):
    def times(self, x):
        return x * 5.0


class Base:
    factor = 2.0


class OtherBase:
    factor = 5.0


class Derived(Base):
    pass


class Meta(type):
    @property
    def factor(cls):
        return META


class WithMeta(metaclass=Meta):
    pass


class Slot:
    __slots__ = ("scale",)


class Equal:
    def __init__(self, scale):
        self.scale = scale

    def __eq__(self, other):
        return True

    __hash__ = object.__hash__


class OfALibrary(Layer):
    """Of a library's class, whose code reads the attributes."""

    def __call__(self, xs):
        return super().__call__(xs)[0]


class Users(collections.UserDict):
    pass


MADE_WITH = 2.0


class Made:
    def __init__(self):
        self.k = MADE_WITH

    @classmethod
    def make(cls):
        return cls()

    def like(self):
        return type(self)()


class MadeAlike(Made):
    pass


@dataclasses.dataclass
class AfterInit:
    a: float = 1.0

    def __post_init__(self):
        self.k = MADE_WITH


@dataclasses.dataclass
class WithDefault:
    k: float = dataclasses.field(default_factory=lambda: MADE_WITH)


def made(f):
    kind = MadeAlike
    return lambda x: f(kind, x)


THING, LATER, CHANGING, SLOT, EQUAL = Plain(), Plain(), Plain(), Slot(), [Equal(2.0)]
ATTRIBUTE, REFERENCE, PROXY, USERS = operator.attrgetter(NAME), weakref.ref(THING), weakref.proxy(THING), Users(k=2.0)
GLOBAL_OF_KEPT, FACTOR, META, C_NUMBER, LAYER = 2.0, 2.0, 2.0, ctypes.c_double(2.0), OfALibrary(1, 1)
KEYED = {THING: 1.0}


NUMBERED, MADE, KINDS, SET_OF_ONE, LONG = (
    types.SimpleNamespace(w1=2.0, w2=3.0),
    Made(),
    {"made": MadeAlike},
    {1},
    "_scale",
)
WEAK_SET, WEAK_DICT = weakref.WeakSet([THING]), weakref.WeakKeyDictionary({THING: 2.0})
FIELDS = WithDefault()
PARTIAL = functools.partial(lambda x, k: x * k, k=2.0)


def set_global(name, thing):
    globals()[name] = thing


def global_that_is_not_there(x):
    try:
        return x * NOT_YET
    except NameError:
        return x


def another_name_for_modules(x):
    modules = sys.modules
    return x * modules["".join(PARTS_OF_NAME)].scale


def import_inside(x):
    import imported_by_the_function

    return x * imported_by_the_function.scale


def import_a_name_inside(x):
    from imported_by_the_function import scale

    return x * scale


def import_inside_what_is_not_there(x):
    try:
        import imported_later
    except ImportError:
        return x
    return x * imported_later.scale


def with_a_late_variable():
    def f(x):
        try:
            return x * late
        except NameError:
            return x

    def change(number):
        nonlocal late
        late = number

    f.change = change
    return f
    late = 1.0  # which is never run: the variable is not assigned


late_closure = with_a_late_variable()


def has_an_attribute(x):
    return x * getattr(has_an_attribute, "factor", 2.0)


def replace_an_equal_one():
    EQUAL[0] = Equal(5.0)


#: What is read, and what may happen to it.
READ = {
    "getattr of a global's name": (lambda x: x * getattr(TABLE, NAME), lambda: setattr(TABLE, "scale", 3.0)),
    "getattr, the name replaced": (lambda x: x * getattr(TABLE, WORD), lambda: set_global("WORD", "other")),
    "getattr of a built name": (lambda x: x * getattr(THING, f"{PART}le"), lambda: setattr(THING, "scale", 3.0)),
    "getattr of a sum of texts": (lambda x: x * getattr(TABLE, PART + "le"), lambda: setattr(TABLE, "scale", 4.0)),
    "getattr by a helper": (lambda x: x * get(THING, "scale"), lambda: setattr(THING, "scale", 4.0)),
    "vars of an object": (lambda x: x * vars(THING)["".join(["sca", "le"])], lambda: setattr(THING, "scale", 5.0)),
    "__dict__ of an object": (lambda x: x * THING.__dict__[NAME], lambda: setattr(THING, "scale", 6.0)),
    "vars of a module": (lambda x: x * vars(TABLE)[PART + "le"], lambda: setattr(TABLE, "scale", 5.0)),
    "every attribute": (lambda x: x * sum(vars(LATER).values()), lambda: setattr(LATER, "scale", 6.0)),
    "attrgetter": (lambda x: x * ATTRIBUTE(THING), lambda: setattr(THING, "scale", 7.0)),
    "attrgetter, dotted": (lambda x: x * operator.attrgetter(DOTTED)(TABLE),
                           lambda: setattr(TABLE.inner, "scale", 9.0)),
    "methodcaller": (lambda x: operator.methodcaller("twice", x)(THING), lambda: set_global("FACTOR", 3.0)),
    "a global that appears": (global_that_is_not_there, lambda: set_global("NOT_YET", 3.0)),
    "a global that hides a builtin": (lambda x: x * sum([1.0, 2.0]), lambda: set_global("sum", lambda xs: 7.0)),
    "an attribute that appears": (lambda x: x * getattr(LATER, "rate", 1.0), lambda: setattr(LATER, "rate", 5.0)),
    "a module's name that appears": (lambda x: x * getattr(TABLE, "rate", 1.0), lambda: setattr(TABLE, "rate", 5.0)),
    "a class's that appears": (lambda x: x * getattr(Base, "rate", 1.0), lambda: setattr(Base, "rate", 5.0)),
    "a slot that is filled": (lambda x: x * getattr(SLOT, "scale", 1.0), lambda: setattr(SLOT, "scale", 5.0)),
    "a function's attribute that appears": (has_an_attribute, lambda: setattr(has_an_attribute, "factor", 5.0)),
    "a variable around that is assigned": (late_closure, lambda: late_closure.change(5.0)),
    "a ContextVar": (lambda x: x * VARIABLE.get(), lambda: VARIABLE.set(3.0)),
    "a thread's own": (lambda x: x * LOCAL.scale, lambda: setattr(LOCAL, "scale", 3.0)),
    "the environment": (lambda x: x * float(os.environ["CHALK_SCALE"]), lambda: os.environ.update(CHALK_SCALE="3.0")),
    "the environment, get": (lambda x: x * float(os.environ.get("CHALK_SCALE")),
                             lambda: os.environ.update(CHALK_SCALE="4.0")),
    "getenv": (lambda x: x * float(os.getenv("CHALK_SCALE")), lambda: os.environ.update(CHALK_SCALE="5.0")),
    "getenv, imported": (lambda x: x * float(getenv("CHALK_SCALE")), lambda: os.environ.update(CHALK_SCALE="6.0")),
    "the class of an object": (lambda x: CHANGING.times(x), lambda: setattr(CHANGING, "__class__", Other)),
    "the bases of a class": (lambda x: x * Derived().factor, lambda: setattr(Derived, "__bases__", (OtherBase,))),
    "what a metaclass reads": (lambda x: x * WithMeta.factor, lambda: set_global("META", 5.0)),
    "an import inside": (import_inside, lambda: setattr(IMPORTED, "scale", 3.0)),
    "a name imported inside": (import_a_name_inside, lambda: setattr(IMPORTED, "scale", 4.0)),
    "an import that comes to be": (import_inside_what_is_not_there, lambda: (
        setattr(LATE, "scale", 5.0), sys.modules.update(imported_later=LATE))),
    "sys.modules": (lambda x: x * sys.modules["imported_by_the_function"].scale,
                    lambda: setattr(IMPORTED, "scale", 5.0)),
    "sys.modules, a name put together": (lambda x: x * sys.modules["".join(PARTS_OF_NAME)].scale,
                                         lambda: setattr(IMPORTED, "scale", 6.0)),
    "sys.modules by another name": (another_name_for_modules, lambda: setattr(IMPORTED, "scale", 7.0)),
    "sys.modules, kept": (lambda x: x * KEPT_MODULES["".join(PARTS_OF_NAME)].scale,
                          lambda: setattr(IMPORTED, "scale", 8.0)),
    "a method of sys.modules": (lambda x: x * OF_MODULES("".join(PARTS_OF_NAME)).scale,
                                lambda: setattr(IMPORTED, "scale", 9.0)),
    "a module in sys.modules, replaced": (
        lambda x: x * sys.modules["".join(PARTS_OF_NAME)].scale,
        lambda: sys.modules.update(imported_by_the_function=types.SimpleNamespace(scale=12.0))),
    "whether a module is there": (lambda x: x * (2.0 if "".join(("never", "_there")) in sys.modules else 3.0),
                                  lambda: sys.modules.update(never_there=types.ModuleType("never_there"))),
    "a weak reference": (lambda x: x * REFERENCE().scale, lambda: setattr(THING, "scale", 8.0)),
    "a weak proxy": (lambda x: x * PROXY.scale, lambda: setattr(THING, "scale", 9.0)),
    "a key's attribute": (lambda x: x * sum(key.scale for key in KEYED), lambda: setattr(THING, "scale", 10.0)),
    "a cached property": (lambda x: x * Plain().kept, lambda: set_global("GLOBAL_OF_KEPT", 3.0)),
    "a partial method": (lambda x: THING.twice(x), lambda: set_global("FACTOR", 4.0)),
    "a number of ctypes": (lambda x: x * C_NUMBER.value, lambda: setattr(C_NUMBER, "value", 3.0)),
    "an equal one in its place": (lambda x: x * EQUAL[0].scale, replace_an_equal_one),
    "a library's object": (lambda x: x * QUEUE.rate.value, lambda: setattr(QUEUE.rate, "value", 3.0)),
    "what a library's class reads": (lambda x: LAYER([x]),
                                     lambda: LAYER.neurons.__setitem__(0, Layer(1, 1).neurons[0])),
    "a module's __getattr__": (lambda x: x * DYNAMIC.rate, lambda: DYNAMIC.table.update(rate=5.0)),
    "a builtin name": (lambda x: x * IN_BUILTINS, lambda: setattr(builtins, "IN_BUILTINS", 5.0)),  # noqa: F821
    "all attributes, replaced": (lambda x: x * REPLACED.scale, lambda: setattr(REPLACED, "__dict__", {"scale": 5.0})),
    "a module, replaced": (import_inside, lambda: sys.modules.update(imported_by_the_function=SECOND_MODULE)),
    "a label": (lambda x: x * WEIGHT * len(WEIGHT.label), lambda: setattr(WEIGHT, "label", "longer")),
    "getattr of a slice": (lambda x: x * getattr(THING, LONG[1:]), lambda: setattr(THING, "scale", 11.0)),
    "getattr of a sum with str": (lambda x: sum(x * getattr(NUMBERED, "w" + str(i)) for i in (1, 2)),
                                  lambda: setattr(NUMBERED, "w2", 9.0)),
    "getattr of %": (lambda x: x * getattr(NUMBERED, "w%d" % 1), lambda: setattr(NUMBERED, "w1", 9.0)),  # noqa: UP031
    "getattr of dir": (lambda x: x * getattr(NUMBERED, [n for n in dir(NUMBERED) if n[0] == "w"][0]),
                       lambda: setattr(NUMBERED, "w1", 10.0)),
    "every field": (lambda x: x * sum(getattr(FIELDS, field.name) for field in dataclasses.fields(FIELDS)),
                    lambda: setattr(FIELDS, "k", 14.0)),
    "reduce by getattr": (lambda x: x * functools.reduce(getattr, DOTTED.split("."), TABLE),
                          lambda: setattr(TABLE.inner, "scale", 12.0)),
    "what an object is made with": (made(lambda kind, x: x * kind().k), lambda: set_global("MADE_WITH", 3.0)),
    "what it is made with, by a helper": (made(lambda kind, x: x * [kind() for _ in "ab"][0].k),
                                          lambda: set_global("MADE_WITH", 4.0)),
    "what it is made with, by its class": (made(lambda kind, x: x * kind.make().k),
                                           lambda: set_global("MADE_WITH", 5.0)),
    "what it is made with, by its like": (lambda x: x * MADE.like().k, lambda: set_global("MADE_WITH", 6.0)),
    "what it is made with, from a table": (lambda x: x * KINDS["made"]().k, lambda: set_global("MADE_WITH", 7.0)),
    "what is set after it is made": (lambda x: x * AfterInit().k, lambda: set_global("MADE_WITH", 8.0)),
    "a field's default": (lambda x: x * WithDefault().k, lambda: set_global("MADE_WITH", 9.0)),
    "a number that became True in a set": (lambda x: x * (5.0 if [*SET_OF_ONE][0] is True else 2.0),
                                           lambda: (SET_OF_ONE.clear(), SET_OF_ONE.add(True))),
    "a weak set": (lambda x: x * sum(thing.scale for thing in WEAK_SET), lambda: setattr(THING, "scale", 13.0)),
    "a weak dict": (lambda x: x * WEAK_DICT[THING], lambda: WEAK_DICT.__setitem__(THING, 5.0)),
    "a partial, set anew": (lambda x: PARTIAL(x), lambda: PARTIAL.__setstate__((PARTIAL.func, (), {"k": 5.0}, {}))),
    "a kind of UserDict": (lambda x: x * USERS["k"], lambda: USERS.update(k=5.0)),
    "settings of a library": (lambda x: x * float(logging.raiseExceptions), lambda: setattr(
        logging, "raiseExceptions", False)),
}  # fmt: skip
DYNAMIC, SECOND_MODULE = types.ModuleType("dynamic_of_the_user"), types.ModuleType("imported_by_the_function")
exec(
    "table = {'rate': 2.0}\n"
    "def __getattr__(name):\n"
    "    if name in table:\n        return table[name]\n"
    "    raise AttributeError(name)\n",
    vars(DYNAMIC),
)
builtins.IN_BUILTINS, SECOND_MODULE.scale, REPLACED, WEIGHT = 2.0, 9.0, Plain(), Value(2.0, label="w")
WORD, TABLE.other = "scale", 11.0
QUEUE = types.SimpleNamespace(rate=types.SimpleNamespace(value=2.0))


def get(thing, name):
    return getattr(thing, name)


def number(result):
    return result.data if isinstance(result, Value) else float(result)


@pytest.mark.parametrize("way", READ)
def test_a_change_is_noticed_and_recorded_again(way):
    f, change = READ[way]
    compiled = jit(f)
    try:
        assert number(compiled(3.0)) == pytest.approx(number(f(3.0))) == pytest.approx(number(compiled(3.0)))
        before, around = compiled.recordings, next(iter(compiled.kept.values())).surroundings
        assert not around.changed() and before == 1
        change()
        assert around.changed()
        assert number(compiled(3.0)) == pytest.approx(number(f(3.0)))
        assert compiled.recordings == 2
        assert number(compiled(3.0)) == pytest.approx(number(f(3.0))) and compiled.recordings == 2
    finally:
        globals().pop("sum", None)
        logging.raiseExceptions = True


def test_a_thread_reads_its_own():
    seen = []
    f = jit(lambda x: x * LOCAL.rate)

    def run(rate):
        LOCAL.rate = rate
        seen.append(f(3.0))

    for rate in (2.0, 5.0):
        thread = threading.Thread(target=run, args=(rate,))
        thread.start()
        thread.join()
    assert seen == [6.0, 15.0]


def test_a_name_that_stands_in_the_code_leads_to_itself_alone():
    class Model:
        w: Value
        steps: int

        def __init__(self):
            self.w, self.steps = Value(2.0), 0

        def __call__(self, x):
            if x is None:
                raise ValueError(f"no {x}")
            return getattr(self, "w") * x

        def update(self):
            self.steps += 1
            self.w.data -= 0.1 * self.w.grad
            self.w.grad = 0.0

    model = Model()
    f = jit(lambda x: model(x))
    for _ in range(4):
        f(2.0).backward()
        model.update()
    assert f.recordings == 1


# ── What is asked of the world outside, and what is done to it ──────────────────────────────────────────────────


def first_set_inside(x):
    global first_set
    first_set = 1.0
    return x


def sets_an_attribute_of_itself(x):
    sets_an_attribute_of_itself.calls = 1.0
    return x


def writes_a_file(x):
    print("called", file=BUFFER)
    return x


def opens_a_file(x):
    with open(__file__) as file:
        return x * len(file.readline())


def lists(x):
    HISTORY[-1].items.append(1.0)
    return x


HISTORY = [types.SimpleNamespace(items=[])]


def same_thing(x):
    return x


REFUSED = {
    "time.time": (lambda x: x * time.time(), "clock"),
    "time imported": (lambda x: x * now(), "clock"),
    "perf_counter": (lambda x: x * time.perf_counter(), "clock"),
    "strftime": (lambda x: x * float(time.strftime("%S")), "clock"),
    "datetime.now": (lambda x: x * datetime.datetime.now().microsecond, "clock"),
    "datetime imported": (lambda x: x * moment.now().microsecond, "clock"),
    "date.today": (lambda x: x * datetime.date.today().day, "clock"),
    "a clock that is kept": (functools.partial(lambda clock, x: x * clock(), time.monotonic), "clock"),
    "urandom": (lambda x: x * os.urandom(1)[0], "chance"),
    "uuid4": (lambda x: x * (uuid.uuid4().int % 7), "chance"),
    "uuid1": (lambda x: x * (uuid.uuid1().int % 7), "chance"),
    "secrets": (lambda x: x * secrets.randbelow(7), "chance"),
    "a system's generator": (lambda x: x * random.SystemRandom().random(), "chance"),
    "an unseeded generator": (lambda x: x * random.Random().random(), "without a seed"),
    "an unseeded NumPy generator": (lambda x: x * np.random.default_rng().random(), "chance"),
    "an old NumPy generator": (lambda x: x * np.random.RandomState().rand(), "chance"),
    "a bit generator": (lambda x: x * np.random.Generator(np.random.PCG64()).random(), "chance"),
    "a file": (opens_a_file, "a file"),
    "a file, by a library": (lambda x: x * len(pathlib.Path(__file__).read_text()), "a file"),
    "a file, by NumPy": (lambda x: x * len(np.loadtxt(__file__, dtype=str, delimiter="\\0", max_rows=2)), "a file"),
    "a program": (lambda x: x * subprocess.run(["true"], check=False).returncode, "another program|the system"),
    "whether a file is there": (lambda x: x * os.path.exists("flag"), "the system"),
    "the time of another calendar": (lambda x: x * float(email.utils.localtime().second), "clock"),
    "the folder": (lambda x: x * len(os.listdir()), "the system"),
    "how deep calls may be": (lambda x: x * sys.getrecursionlimit(), "the interpreter"),
    "how many know a thing": (lambda x: x * sys.getrefcount(THING), "the interpreter"),
    "how often garbage is collected": (lambda x: x * gc.get_threshold()[0], "the interpreter"),
    "import_module": (lambda x: x * importlib.import_module("math").pi, "a module was looked up by name"),
    "import_module imported": (lambda x: x * look_up("math").pi, "a module was looked up by name"),
    "import_module by a computed name": (
        lambda x: x * getattr(importlib, "import" + "_module")("ma" + "th").pi,
        "a module was looked up by name",
    ),
    "__import__": (lambda x: x * __import__("math").pi, "a module was looked up by name"),
    "the __import__ of importlib": (lambda x: x * importlib.__import__("math").pi, "a module was looked up by name"),
    "reload": (lambda x: x * importlib.reload(math).pi, "a module was looked up by name"),
    "resolve_name": (lambda x: x * pkgutil.resolve_name("math:pi"), "a module was looked up by name"),
    "run_module": (lambda x: x * runpy.run_module("this_is_none")["k"], "a module was looked up by name"),
    "a module made of its file": (
        lambda x: x * len(vars(importlib.util.spec_from_file_location("found", __file__))),
        "a module was looked up by name",
    ),
    "a module, by its loader": (
        lambda x: x * len(vars(importlib.machinery.SourceFileLoader("loaded", __file__).load_module("loaded"))),
        "a file|the system",
    ),
    "a module, by a loader that is kept": (
        lambda x: LOADER.exec_module(types.ModuleType("loaded")) or x,
        "a file|the sys",
    ),
    "what a loader reads": (lambda x: x * len(LOADER.get_data(__file__)), "a file"),
    "code, by a loader": (lambda x: x * len(LOADER.get_code("loaded").co_names), "a file|the system"),
    "whether a module can be found": (lambda x: x * (importlib.util.find_spec("never_found") is None), "the system"),
    "a version": (lambda x: x * len(importlib.metadata.version("numpy")), "a file|the system"),
    "a line of source": (
        lambda x: x * len(linecache.updatecache(__file__)),
        "a file|the system",
    ),
    "source, decoded": (lambda x: x * len(tokenize.open(__file__).readline()), "a file"),
    "globals": (lambda x: x * globals()["FACTOR"], "looked up by name"),
    "eval": (lambda x: x * eval("FACTOR"), "looked up by name"),
    "exec": (lambda x: exec("FACTOR") or x, "looked up by name"),
    "classes that are derived from one": (lambda x: x * len(Other.__subclasses__()), "__subclasses__"),
    "what refers to a thing": (lambda x: x * len(gc.get_referrers(THING)), "get_referrers"),
    "__globals__": (lambda x: x * same_thing.__globals__["FACTOR"], "__globals__"),
    "a frame": (lambda x: x * sys._getframe(0).f_globals["FACTOR"], "."),
    "a global that is first set": (first_set_inside, "changed first_set"),
    "a function's attribute": (sets_an_attribute_of_itself, "changed"),
    "a file that is written": (writes_a_file, "BUFFER"),
    "what is written into": (lambda x: BUFFER.write("called") and x, "BUFFER"),
    "an iterator": (lambda x: x * next(COUNTER), "COUNTER"),
    "a list that is in others": (lists, "changed HISTORY"),
    "the environment": (
        lambda x: os.environ.update(CHALK_SCALE=os.environ["CHALK_SCALE"] + "0") or x,
        "putenv",
    ),
    "a ContextVar": (lambda x: VARIABLE.set(VARIABLE.get() + 1.0) and x, "changed VARIABLE"),
    "a thread's own": (lambda x: setattr(LOCAL, "scale", LOCAL.scale + 1.0) or x, "changed LOCAL"),
    "the class of an object": (lambda x: setattr(THING, "__class__", Other) or x, "the class of THING"),
}
COUNTER = itertools.count()


@pytest.mark.parametrize("way", REFUSED)
@pytest.mark.filterwarnings("ignore:the load_module:DeprecationWarning")
def test_what_cannot_be_followed_is_refused(way):
    f, words = REFUSED[way]
    for compiled in (jit(f), jit(value_and_grad(f))):
        with pytest.raises(TraceError, match=f"(?s)test_following.py:.*{words}.*Use instead"):
            compiled(1.0)
        globals().pop("first_set", None)
        vars(sets_an_attribute_of_itself).pop("calls", None)
        THING.__class__ = Plain
    assert sys.getprofile() is None


def test_what_answers_alike_each_time_is_taken():
    seeded = jit(lambda x: x * random.Random(0).random() + np.random.default_rng(0).random() * x)
    assert seeded(2.0) == pytest.approx(2.0 * random.Random(0).random() + 2.0 * np.random.default_rng(0).random())
    slept = jit(lambda x: time.sleep(0.0) or x * datetime.timedelta(days=2).days)
    assert slept(3.0) == 6.0
    logged = jit(lambda x: logging.getLogger("chalk").info("called") or io.StringIO().write("called") * x)
    assert logged(1.0) == 6.0


def test_a_refusal_that_is_swallowed_still_refuses_the_program():
    def f(x):
        try:
            return x * time.time()
        except Exception:
            return x

    with pytest.raises(TraceError, match="clock"):
        jit(f)(1.0)


def test_a_profiler_that_was_there_goes_on():
    seen = []

    def profiler(frame, event, argument):
        seen.append((event, frame.f_code.co_name))

    def f(x):
        return x * 2.0

    sys.setprofile(profiler)
    try:
        jit(f)(1.0)
        assert sys.getprofile() is profiler
    finally:
        sys.setprofile(None)
    assert ("call", "f") in seen

    import cProfile

    with cProfile.Profile() as profile:
        jit(f)(1.0)
        f(2.0)
    assert any(code.co_name == "f" for entry in profile.getstats() if hasattr(code := entry.code, "co_name"))


def test_what_an_import_asks_is_no_matter(tmp_path, monkeypatch):
    (tmp_path / "asking_when_imported.py").write_text(
        "import random, time\nK = time.time() * 0 + random.Random().random() * 0"
    )
    monkeypatch.syspath_prepend(tmp_path)

    def f(x):
        import asking_when_imported

        return x * (2.0 + asking_when_imported.K)

    assert jit(f)(3.0) == 6.0


def test_what_was_computed_before_is_what_it_was():
    w = Value(2.0)
    y = w * 3.0
    f = jit(lambda x: x * y)
    assert f(1.0).data == 6.0
    w.data = 5.0
    found = f(2.0)
    assert found.data == 12.0
    found.backward()
    assert w.grad == 6.0 and y.grad == 2.0


def test_a_module_of_the_user_may_be_called_as_one_of_python(tmp_path, monkeypatch):
    (tmp_path / "sched.py").write_text("K = 2.0\ndef f(x):\n    return x * K\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "sched", raising=False)
    import sched

    f = jit(sched.f)
    assert f(1.0) == 2.0
    sched.K = 5.0
    assert f(1.0) == 5.0
    del sys.modules["sched"]
