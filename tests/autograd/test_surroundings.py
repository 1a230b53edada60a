"""What a function reads besides its arguments: every change of it is noticed, and makes jit record again."""

import collections
import contextlib
import ctypes
import dataclasses
import functools
import math
import random
import threading
import types
from array import array

import numpy as np
import pytest
from other_threads import beside_a_thread

from autograd import TraceError, Value, jit, value_and_grad
from autograd.lift import specialised
from autograd.surroundings import Surroundings
from nn import Trainer
from nn.micrograd import MLP
from nn.training.objective import Objective

NUMBER = 2.0
LIST = [1.0, 2.0]
NEST = {"lr": 0.1, "inner": [1.0, {"deep": 3.0}]}
ARRAY = np.arange(3.0)
OBJECTS = np.array([1.0, LIST], dtype=object)
WEIGHT = Value(3.0)
WEIGHTS = [Value(1.0), Value(2.0)]
TABLE = types.ModuleType("settings_of_the_user")
TABLE.scale = 2.0
ROW = collections.deque([1.0, 2.0])


class Thing:
    factor = 2.0

    def __init__(self):
        self.a, self.items = 1.0, [1.0, 2.0]

    def method(self, x):
        return x * self.a * self.factor + self.items[0]

    @property
    def double(self):
        return 2.0 * self.a

    @staticmethod
    def fixed(x):
        return x * NUMBER


class Slots:
    __slots__ = ("a",)

    def __init__(self):
        self.a = 1.0


@dataclasses.dataclass
class Settings:
    rate: float = 0.5
    names: list = dataclasses.field(default_factory=list)


THING, SLOTS, SETTINGS = Thing(), Slots(), Settings()


def helper(x, factor=2.0, *, more=0.0):
    return x * NUMBER * factor + more


def wrapped(f):
    @functools.wraps(f)
    def inner(x):
        return f(x)

    return inner


decorated = wrapped(helper)
counter = 5.0


def closing():
    local, held = 2.0, [1.0]

    def f(x):
        return x * local + held[0]

    def change(number):
        nonlocal local
        local = number

    f.change, f.held = change, held
    return f


closed = closing()


def set_global(name, thing):
    globals()[name] = thing


#: What a function may read, and what may happen to it; the function reads it anew at each call.
READ = {
    "a global": (lambda x: x * NUMBER, lambda: set_global("NUMBER", 3.0)),
    "a global's sign": (lambda x: math.copysign(1.0, ZERO) * x, lambda: set_global("ZERO", -0.0)),
    "a list's item": (lambda x: x * LIST[0], lambda: LIST.__setitem__(0, 5.0)),
    "a list that grew": (lambda x: x * len(LIST), lambda: LIST.append(1.0)),
    "a list, replaced": (lambda x: x * LIST[0], lambda: set_global("LIST", [7.0])),
    "a dict's item": (lambda x: x * NEST["lr"], lambda: NEST.__setitem__("lr", 0.2)),
    "a nested item": (lambda x: x * NEST["inner"][1]["deep"], lambda: NEST["inner"][1].__setitem__("deep", 4.0)),
    "the order of a dict": (lambda x: x * list(NEST.values())[0] if x is None else x * float(len([*NEST][0])),
                            lambda: NEST.__setitem__("lr", NEST.pop("lr"))),
    "a deque": (lambda x: x * ROW[0], lambda: ROW.appendleft(9.0)),
    "an array in place": (lambda x: x * ARRAY[1], lambda: ARRAY.__setitem__(1, 5.0)),
    "an array, replaced": (lambda x: x * ARRAY[1], lambda: set_global("ARRAY", np.ones(3))),
    "inside an array of objects": (lambda x: x * OBJECTS[1][1], lambda: OBJECTS[1].__setitem__(1, 5.0)),
    "a module's name": (lambda x: x * TABLE.scale, lambda: setattr(TABLE, "scale", 3.0)),
    "an attribute": (lambda x: x * THING.a, lambda: setattr(THING, "a", 3.0)),
    "an attribute's item": (lambda x: x * THING.items[0], lambda: THING.items.__setitem__(0, 4.0)),
    "a class attribute": (lambda x: x * Thing.factor, lambda: setattr(Thing, "factor", 5.0)),
    "what a method reads": (lambda x: THING.method(x), lambda: setattr(THING, "a", 4.0)),
    "what a property reads": (lambda x: x * THING.double, lambda: setattr(THING, "a", 5.0)),
    "what a static method reads": (lambda x: Thing.fixed(x), lambda: set_global("NUMBER", 4.0)),
    "a bound method, kept": (THING.method, lambda: setattr(THING, "a", 7.0)),
    "a slot": (lambda x: x * SLOTS.a, lambda: setattr(SLOTS, "a", 2.0)),
    "a dataclass": (lambda x: x * SETTINGS.rate, lambda: setattr(SETTINGS, "rate", 0.25)),
    "what a helper reads": (lambda x: helper(x), lambda: set_global("NUMBER", 5.0)),
    "a default": (lambda x: helper(x), lambda: setattr(helper, "__defaults__", (3.0,))),
    "a keyword default": (lambda x: helper(x), lambda: setattr(helper, "__kwdefaults__", {"more": 1.0})),
    "what a decorated helper reads": (lambda x: decorated(x), lambda: set_global("NUMBER", 6.0)),
    "what a partial holds": (functools.partial(lambda held, x: x * held[0], WEIGHTS_OF := [2.0]),
                             lambda: WEIGHTS_OF.__setitem__(0, 3.0)),
    "a variable of the function around": (closed, lambda: closed.change(5.0)),
    "a list of the function around": (closed, lambda: closed.held.__setitem__(0, 4.0)),
    "a helper, replaced": (lambda x: helper_now(x), lambda: set_global("helper_now", lambda x: x * 9.0)),
    "a captured Value, replaced": (lambda x: x * WEIGHT, lambda: set_global("WEIGHT", Value(8.0))),
    "parameters that grew": (lambda x: sum(w * x for w in WEIGHTS), lambda: WEIGHTS.append(Value(5.0))),
    "a gradient": (lambda x: x * WEIGHT.grad, lambda: setattr(WEIGHT, "grad", 2.0)),
    "a number that became True": (lambda x: x + (1.0 if ONE is True else 5.0), lambda: set_global("ONE", True)),
    "a number that became a Value": (lambda x: x * SECOND, lambda: set_global("SECOND", Value(SECOND))),
    "a namespace": (lambda x: x * SPACE.k, lambda: setattr(SPACE, "k", 5.0)),
    "a mapping proxy": (lambda x: x * PROXY["k"], lambda: PROXIED.__setitem__("k", 5.0)),
    "an array.array": (lambda x: x * BYTES[0], lambda: BYTES.__setitem__(0, 5.0)),
    "a bytearray": (lambda x: x * RAW[0], lambda: RAW.__setitem__(0, 5)),
    "an array of C": (lambda x: x * C_NUMBERS[1], lambda: C_NUMBERS.__setitem__(1, 5.0)),
    "a user's kind of array": (lambda x: x * MY_BYTES[0], lambda: MY_BYTES.__setitem__(0, 5)),
    "the values of a dict": (lambda x: x * sum(VIEWED), lambda: PROXIED.__setitem__("k", 6.0)),
    "the items of a dict": (lambda x: x * [*ITEMS][0][1], lambda: PROXIED.__setitem__("k", 7.0)),
    "the keys of a dict": (lambda x: x * len([*KEYS]), lambda: PROXIED.__setitem__("more", 7.0)),
    "a user's dict": (lambda x: x * USERS["k"], lambda: USERS.__setitem__("k", 5.0)),
    "a chain of dicts": (lambda x: x * CHAIN["k"], lambda: CHAIN.maps[0].__setitem__("k", 5.0)),
    "a bound method of a dict": (lambda x: x * GET("k"), lambda: GOT.__setitem__("k", 5.0)),
    "a module in a module": (lambda x: x * OUTER.inner.rate, lambda: setattr(OUTER.inner, "rate", 5.0)),
    "an attribute of a list's subclass": (lambda x: x * MY_LIST.k, lambda: setattr(MY_LIST, "k", 5.0)),
    "a method of a dict's subclass": (lambda x: x * MY_DICT.twice(), lambda: set_global("FACTOR", 5.0)),
    "a private slot": (lambda x: PRIVATE(x), lambda: PRIVATE.set(5.0)),
    "a slot given as a text": (lambda x: x * ONE_SLOT.key, lambda: setattr(ONE_SLOT, "key", 5.0)),
    "an annotation": (lambda x: x * noted.__annotations__["x"], lambda: noted.__annotations__.update(x=3.0)),
    "the code of a helper": (lambda x: recoded(x), lambda: setattr(recoded, "__code__", other_code.__code__)),
    "a helper that wraps a library's": (lambda x: wraps_sin(x), lambda: set_global("FACTOR", 7.0)),
    "what a class decorator holds": (lambda x: CLASSED(x), lambda: setattr(CLASSED, "k", 5.0)),
    "what a compiled helper reads": (jit(lambda x: inner_jit(x)), lambda: set_global("NUMBER", 7.0)),
}  # fmt: skip
SPACE, GOT, PROXIED, FACTOR = types.SimpleNamespace(k=2.0), {"k": 2.0}, {"k": 2.0}, 2.0


class MyBytes(bytearray):
    pass


MY_BYTES, C_NUMBERS = MyBytes([2]), (ctypes.c_double * 2)(1.0, 2.0)
VIEWED, ITEMS, KEYS = PROXIED.values(), PROXIED.items(), PROXIED.keys()
PROXY, GET, BYTES, RAW = types.MappingProxyType(PROXIED), GOT.get, array("d", [2.0]), bytearray([2])
USERS, CHAIN = collections.UserDict(k=2.0), collections.ChainMap({"k": 2.0})
OUTER = types.ModuleType("outer_of_the_user")
OUTER.inner = types.ModuleType("inner_of_the_user")
OUTER.inner.rate = 2.0


class MyList(list):
    k = 2.0


class MyDict(dict):
    def twice(self):
        return FACTOR


class Private:
    __slots__ = ("__k",)

    def __init__(self):
        self.__k = 2.0

    def set(self, k):
        self.__k = k

    def __call__(self, x):
        return x * self.__k


class OneSlot:
    __slots__ = "key"  # noqa: PLC0205 (which Python takes, too)


def noted(x: 2.0):
    return x


def recoded(x):
    return x * 2.0


def other_code(x):
    return x * 5.0


@functools.wraps(math.sin)
def wraps_sin(x):
    return x * FACTOR


class Classed:
    def __init__(self, f):
        functools.update_wrapper(self, f)
        self.f, self.k = f, 2.0

    def __call__(self, x):
        return self.f(x) * self.k


MY_LIST, MY_DICT, PRIVATE, ONE_SLOT, CLASSED = MyList([1.0]), MyDict(), Private(), OneSlot(), Classed(recoded)
ONE_SLOT.key = 2.0
helper_now, ONE, SECOND, ZERO = helper, 1.0, 2.0, 0.0
inner_jit = jit(lambda x: x * NUMBER)


def number(result):
    return result.data if isinstance(result, Value) else float(result)


@pytest.mark.parametrize("what", READ)
def test_a_change_is_noticed_and_recorded_again(what):
    f, change = READ[what]
    compiled = jit(f)
    assert number(compiled(3.0)) == pytest.approx(number(f(3.0))) == pytest.approx(number(compiled(3.0)))
    before, around = compiled.recordings, Surroundings(f)
    assert not around.changed() and before == 1
    change()
    assert around.changed()
    assert number(compiled(3.0)) == pytest.approx(number(f(3.0)))
    assert compiled.recordings == 2 and "recorded 2 times" in str(compiled.program)
    assert number(compiled(3.0)) == pytest.approx(number(f(3.0))) and compiled.recordings == 2


def test_what_stays_equal_is_not_recorded_again():
    f = jit(lambda x: x * NUMBER * LIST[0] * WEIGHT)
    f(2.0)
    set_global("NUMBER", float(str(NUMBER)))
    LIST[0] = float(str(LIST[0]))
    WEIGHT.data = 9.0  # read at each call
    assert f(2.0).data == 2.0 * NUMBER * LIST[0] * 9.0 and f.recordings == 1


def test_a_model_that_changes_is_noticed():
    model = MLP(2, [3, 1])
    f = jit(lambda x: model(x))
    f([1.0, 2.0])
    model.layers[0].neurons[1].nonlin = not model.layers[0].neurons[1].nonlin
    assert f([1.0, 2.0]).data == pytest.approx(model([1.0, 2.0]).data) and f.recordings == 2


def test_what_nobody_calls_is_not_followed():
    class Module:
        def __init__(self):
            self.w, self.rate = [Value(0.5), Value(-1.0)], 0.1

        def zero_grad(self):
            for w in self.w:
                w.grad = 0.0

        def update(self):
            for w in self.w:
                w.data -= self.rate * w.grad

        def __call__(self, x):
            return self.sum([w * x for w in self.w])

        def sum(self, terms):
            return getattr(self, "total")(terms)

        def total(self, terms):
            return sum(terms) * NUMBER

    model = Module()
    f = jit(lambda x: model(x) ** 2)
    for _ in range(5):
        model.zero_grad()
        f(2.0).backward()
        model.update()
    assert f.recordings == 1
    set_global("NUMBER", NUMBER + 1.0)
    assert f(2.0).data == pytest.approx((model(2.0) ** 2).data) and f.recordings == 2


def test_what_the_function_does_not_read_may_change():
    class Counting:
        def __init__(self):
            self.w, self.steps, self.log = Value(2.0), 0, []

        def loss(self, x):
            return self.w * x

        def step(self, x):
            self.steps += 1
            self.log.append(x)
            return self.compiled(x).data

    model = Counting()
    model.compiled = jit(model.loss)
    assert [model.step(x) for x in (1.0, 2.0, 3.0)] == [2.0, 4.0, 6.0] and model.compiled.recordings == 1


# ── What a program would do once, and not at each call ──────────────────────────────────────────────────────────

STATE, SYSTEM, DRAW = np.random.RandomState(0), random.SystemRandom(), random.Random(1).random
GENERATOR, SOURCE = np.random.default_rng(0), random.Random(0)
COUNTED = {"calls": 0}
NUMBERS = iter([1.0, 2.0, 3.0])
SEEN = []


def counts(x):
    COUNTED["calls"] += 1
    return x


def rebinds(x):
    global counter
    counter += 1.0
    return x


@pytest.mark.parametrize(
    "f, words",
    [
        (lambda x: x * random.random(), "(?s)random numbers from the module random.*as an argument"),
        (lambda x: x * SOURCE.random(), "random numbers from SOURCE"),
        (lambda x: x * GENERATOR.normal(), "random numbers from GENERATOR"),
        (lambda x: x * np.random.rand(), "random numbers from numpy.random"),
        (lambda x: x * random.sample([1.0, 2.0, 3.0], 1)[0], "random numbers"),
        (lambda x: x * STATE.rand(), "random numbers from STATE"),
        (lambda x: x * SYSTEM.random(), "SYSTEM, which gives something else"),
        (lambda x: x * DRAW(), "random numbers from DRAW"),
        (lambda x: x * next(NUMBERS), "NUMBERS, which gives something else"),
        (counts, "changed COUNTED"),
        (rebinds, "changed counter"),
        (lambda x: SEEN.append(1) or x, "changed SEEN"),
        (lambda x: setattr(THING, "a", THING.a + 1.0) or x, "changed THING"),
    ],
)
def test_what_a_program_would_not_repeat_is_refused(f, words):
    for compiled in (jit(f), jit(value_and_grad(f))):
        with pytest.raises(TraceError, match=words):
            compiled(1.0)


def drawing_once_beside(function):
    """The function, during whose first call another thread draws from the module random."""
    others = [random.random]

    def beside(*args):
        if others:
            other = threading.Thread(target=others.pop())
            other.start()
            other.join()
        return function(*args)

    return beside


@pytest.mark.parametrize("draws", [False, True])
def test_what_another_thread_draws_is_not_the_functions_doing(monkeypatch, draws):
    f = (lambda x: x * random.random()) if draws else (lambda x: x * 2.0)
    monkeypatch.setattr(specialised, "check_result", drawing_once_beside(specialised.check_result))
    with beside_a_thread(), pytest.raises(TraceError) if draws else contextlib.nullcontext():
        assert jit(f)(3.0) == 6.0


@pytest.mark.parametrize("draws", [False, True])
def test_nor_the_models(monkeypatch, draws):
    class Model(MLP):
        def __call__(self, x):
            return [a * (random.random() if draws else 1.0) for a in super().__call__(x)]

    monkeypatch.setattr(Objective, "of_sample", drawing_once_beside(Objective.of_sample))
    with beside_a_thread():
        trainer = Trainer(Model(2, [3, 2]), "cross_entropy", "adam")
        trainer.fit([[0.1, 0.2], [0.3, -0.4]] * 20, [0, 1] * 20, epochs=1)
    assert ("draws random numbers" in trainer.engine_used) == draws


def test_a_loss_that_draws_its_batch_is_refused_and_one_that_is_given_it_compiles():
    model, X = MLP(2, [4, 1]), [[random.random(), random.random()] for _ in range(20)]

    def loss():
        return sum(model(x) ** 2 for x in random.sample(X, 5))

    with pytest.raises(TraceError, match=r"test_surroundings.py:\d+.*drew random numbers"):
        jit(loss)()
    given = jit(lambda batch: sum(model(x) ** 2 for x in batch))
    for _ in range(3):
        batch = random.sample(X, 5)
        assert given(batch).data == pytest.approx(sum(model(x) ** 2 for x in batch).data)
    assert given.recordings == 1
