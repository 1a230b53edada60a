"""What a compiled function may be, and what it may be given: every form is answered for what it is, or refused."""

import collections
import copy
import dataclasses
import enum
import gc
import math
import pickle
import subprocess
import sys
from array import array

import numpy as np
import pytest

import autograd
from autograd import DomainError, Value, dot, grad, jit, mean, sigmoid, value_and_grad, vmap, where
from autograd import sum as total


@dataclasses.dataclass
class Pair:
    a: float
    b: float


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    a: float
    name: str = "x"


class Colour(enum.Enum):
    RED = 1.0
    BLUE = 2.0


class Plain:
    def __init__(self, a):
        self.a = a

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 1


def test_fresh_arguments_are_told_apart_by_what_they_are():
    for make, read in (
        (lambda k: Pair(k, 1.0), lambda p: p.a * p.b),
        (lambda k: Frozen(k), lambda p: p.a * 1.0),
        (Plain, lambda p: p.a * 1.0),
        (lambda k: collections.deque([k, 1.0]), lambda p: p[0] * p[1]),
        (lambda k: array("d", [k, 1.0]), lambda p: p[0] * p[1]),
        (lambda k: {k, -1.0}, lambda p: max(p) * 1.0),
        (lambda k: frozenset([k, -1.0]), lambda p: max(p) * 1.0),
        (lambda k: {"k": Pair(k, 2.0)}, lambda p: p["k"].a * 1.0),
        (lambda k: [Plain(k)], lambda p: p[0].a * 1.0),
    ):
        f = jit(read)
        found = []
        for k in range(40):
            found.append(f(make(float(k))))
            gc.collect(0)
        assert found == [float(k) for k in range(40)]


def test_numbers_in_dataclasses_and_deques_are_inputs():
    f = jit(value_and_grad(lambda p: p.a * p.a * p.b))
    assert f(Pair(3.0, 2.0)) == (18.0, Pair(12.0, 9.0)) == value_and_grad(lambda p: p.a * p.a * p.b)(Pair(3.0, 2.0))
    assert f(Pair(1.0, 1.0)) == (1.0, Pair(2.0, 1.0)) and f.recordings == 1
    g = jit(value_and_grad(lambda xs: sum(x * x for x in xs)))
    assert g(collections.deque([1.0, 2.0])) == (5.0, collections.deque([2.0, 4.0]))
    assert g(array("d", [1.0, 2.0])) == (5.0, [2.0, 4.0])
    w = Value(2.0)
    y = jit(lambda p: p.a * p.b)(Pair(w, 3.0))
    y.backward()
    assert w.grad == 3.0


@dataclasses.dataclass
class Derived:
    w: float

    def __post_init__(self):
        self.square = self.w * self.w


class Point(collections.namedtuple("Point", "a b")):
    def scaled(self):
        return self.a * SCALE


@dataclasses.dataclass
class Scaling:
    a: float

    def scaled(self):
        return self.a * SCALE


SCALE = 2.0


def test_a_dataclass_is_more_than_its_fields():
    f = jit(lambda p, x: p.square * x)
    assert [f(Derived(w), 1.0) for w in (1.0, 2.0, 3.0)] == [1.0, 4.0, 9.0]
    with pytest.raises(TypeError):
        grad(lambda p: p.square)(Derived(3.0))
    global SCALE
    for make in (lambda: Scaling(3.0), lambda: Point(3.0, 1.0)):
        SCALE = 2.0
        f = jit(lambda p: p.scaled())
        assert f(make()) == 6.0
        SCALE = 5.0
        assert f(make()) == 15.0


@pytest.mark.parametrize(
    "f, argument",
    [
        (lambda p: p.__setitem__(0, p[1]) or p[0], [1.0, 2.0]),
        (lambda p: p.append(p[0]) or p[0], [1.0, 2.0]),
        (lambda p: p.__setitem__("k", p["a"]) or p["a"], {"a": 1.0}),
        (lambda p: setattr(p, "a", p.b) or p.a, Pair(1.0, 2.0)),
        (lambda p: p[0].pop() * 1.0, [[1.0, 2.0]]),
    ],
)
def test_an_argument_that_is_changed_is_refused(f, argument):
    with pytest.raises(autograd.TraceError, match="changed an argument"):
        jit(f)(argument)


def test_keys_that_are_equal_and_of_another_type_are_other_structures():
    f = jit(lambda d: {int: 1.0, float: 2.0, bool: 3.0}[type(next(iter(list(d))))] * next(iter(list(d.values()))))
    assert [f({key: 1.0}) for key in (1, 1.0, True, 1)] == [1.0, 2.0, 3.0, 1.0]
    g = jit(lambda flag, x: x * (2.0 if flag is True else 3.0))
    assert [g(flag, 1.0) for flag in (True, False, True)] == [2.0, 3.0, 2.0]
    h = jit(lambda colour, x: x * colour.value)
    assert [h(c, 3.0) for c in (Colour.RED, Colour.BLUE)] == [3.0, 6.0]


def test_what_changes_inside_an_argument_is_noticed():
    thing = Plain(2.0)
    f = jit(lambda thing, x: thing.a * x)
    assert f(thing, 1.0) == 2.0
    thing.a = 5.0
    assert f(thing, 1.0) == 5.0


def test_what_can_be_read_once_or_is_a_strangers_array_is_refused_with_the_repair():
    with pytest.raises(TypeError, match=r"list\(…\)"):
        jit(lambda xs: sum(xs))(iter([1.0]))

    class Frame:
        def __array__(self, dtype=None, copy=None):
            return np.zeros(3)

    with pytest.raises(TypeError, match=r"Frame: give it np.asarray"):
        jit(lambda xs: xs[0])(Frame())


# ── What may be compiled ────────────────────────────────────────────────────────────────────────────────────────


class Model:
    def __init__(self, w):
        self.w = Value(w)
        self.scale = w

    @jit
    def loss(self, x):
        return (self.w * x) ** 2 * self.scale


def test_a_method_answers_for_its_own_instance():
    models = [Model(1.0), Model(2.0), Model(3.0)]
    for _ in range(2):
        assert [m.loss(2.0).data for m in models] == [4.0, 32.0, 108.0]
    y = models[1].loss(2.0)
    y.backward()
    assert models[1].w.grad == 2 * (2.0 * 2.0) * 2.0 * 2.0 and models[0].w.grad == 0.0
    models[1].scale = 1.0
    assert models[1].loss(2.0).data == 16.0 and models[2].loss(2.0).data == 108.0


@jit
def squared(x):
    return x * x


def cubed(x):
    return x**3


def test_compiled_functions_are_pickled_copied_and_sent_to_another_process():
    squared(2.0)
    assert pickle.loads(pickle.dumps(squared)) is squared
    for f in (jit(cubed), jit(grad(cubed)), jit(value_and_grad(cubed)), jit(value_and_grad(cubed, (0,)))):
        f(2.0)
        for other in (pickle.loads(pickle.dumps(f)), copy.deepcopy(f), copy.copy(f)):
            assert other(3.0) == f(3.0) and other.recordings >= 1
    model = Model(2.0)
    other = copy.deepcopy({"model": model, "f": jit(model.loss)})
    other["model"].w.data = 1.0
    assert other["f"](1.0).data == 2.0 and model.loss(1.0).data == 8.0


def test_another_process_compiles_anew(tmp_path):
    (tmp_path / "work.py").write_text("from autograd import jit\n\n@jit\ndef f(x):\n    return x * x + 1.0\n")
    code = (
        "import concurrent.futures as c, multiprocessing as m, work\n"
        "if __name__ == '__main__':\n"
        "    work.f(1.0)\n"
        "    with c.ProcessPoolExecutor(2, mp_context=m.get_context('spawn')) as pool:\n"
        "        print(list(pool.map(work.f, [1.0, 2.0, 3.0])))\n"
    )
    (tmp_path / "main.py").write_text(code)
    root = autograd.__file__.rsplit("/", 2)[0]
    paths = {"PYTHONPATH": f"{root}:."}
    ran = subprocess.run(
        [sys.executable, "main.py"], cwd=tmp_path, env=paths, capture_output=True, text=True, check=False
    )
    assert ran.stdout.strip() == "[2.0, 5.0, 10.0]", ran.stderr


def test_the_programs_kept_are_bounded_and_the_least_recently_used_go(monkeypatch):
    f = jit(lambda xs: sum(x * x for x in xs))
    module = sys.modules["autograd.lift.jit"]
    monkeypatch.setattr(module, "MOST_PROGRAMS", 10)
    for n in range(1, 40):
        assert f([1.0] * n) == n and f([1.0]) == 1.0
    assert len(f.kept) == 10 and f.recordings == 39  # that for one number was always used


def test_vmap_without_jit_takes_functions_of_values():
    assert vmap(lambda x: x.exp())([0.0, 1.0]) == [1.0, math.e]
    assert vmap(lambda x: (x.sin(), x * 2.0))([0.0]) == ([0.0], [0.0])
    x = Value(1.0)
    (y,) = vmap(lambda x: x.exp())([x])
    y.backward()
    assert x.grad == math.e
    assert grad(lambda xs: sum(vmap(lambda x: x.exp())(xs)))([0.0, 1.0]) == [1.0, math.e]


# ── Compiled and eager agree where numbers are at their limits ──────────────────────────────────────────────────


@pytest.mark.parametrize(
    "f, x",
    [
        (lambda x: x / 5e-324, 1.0),
        (lambda x: x / 5e-324, 0.0),
        (lambda x: x / 2.0**-1074, 2.0**-1074),
        (lambda x: x / 2.0**1023, 2.0**1023),
        (lambda x: x / -(2.0**-1030), 1e-300),
        (lambda x: sigmoid(total([x, x])), 1e308),
        (lambda x: sigmoid(dot([x, x], [1.0, 1.0])), 1e308),
        (lambda x: sigmoid(mean([x * 2.0, 1.0])), 1e308),
        (lambda x: 1.0 / (1.0 + x.exp()), 1000.0),
        (lambda x: where(x > 0.0, x, x.log()), 1.0),
        (lambda x: where(x > 0.0, x, (x - 2.0).log()), 1.0),
        (lambda x: where(x > 0.0, x, x.sqrt()), -1.0),
        (lambda x: (x * 1e308) * 0.0 + 1.0, 1e10),
        (lambda x: autograd.maximum((x * 1e308) * 1e308, 1.0), 1.0),
        (lambda x: autograd.tanh(x * 1e308), 1e10),
    ],
)
def test_compiled_and_eager_answer_alike(f, x):
    def answer(function, *args):
        try:
            result = function(*args)
        except DomainError as error:
            return "DomainError", str(error).split(":")[0]
        return repr(result.data if isinstance(result, Value) else result)

    compiled, both = jit(f), jit(value_and_grad(f))
    answer(compiled, 5.0)
    assert answer(compiled, x) == answer(f, Value(x))
    assert answer(both, x) == answer(value_and_grad(f), x)


class Rows(list):
    scale = 1.0


class Row(tuple):
    scale = 1.0


class Named(dict):
    scale = 1.0


class Queue(collections.deque):
    scale = 1.0


class Metres(float):
    scale = 1.0


class Count(int):
    scale = 1.0


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 4


@pytest.mark.parametrize("kind", [Rows, Row, Queue, lambda x: Named(a=x[0])])
def test_what_a_container_has_besides_its_contents_is_told_apart(kind):
    @jit
    def scaled(xs):
        return sum(xs.values() if isinstance(xs, dict) else xs) * getattr(xs, "scale", 1.0)

    for scale in (1.0, 3.0, 3, 1.0):
        xs = kind([2.0])
        xs.scale = scale
        assert scaled(xs) == 2.0 * scale
    assert scaled(kind([2.0])) == 2.0 and scaled.program


@pytest.mark.parametrize("number", [Metres(2.0), Count(2)])
def test_a_number_of_a_kind_of_its_own_is_refused(number):
    f = jit(lambda x: x * getattr(x, "scale", 2.0))
    for given in (number, [number], {"x": number}):
        with pytest.raises(TypeError, match=rf"{type(number).__name__}: give it float\(…\)"):
            f(given)


@pytest.mark.parametrize("kind", [list, tuple])
def test_truth_values_among_numbers_are_told_apart_wherever_they_stand(kind):
    f = jit(lambda xs: xs[0] * (2.0 if xs[1] is True else 3.0 if xs[1] is False else 5.0))
    rows = jit(lambda rows: rows[0][0] * (2.0 if rows[1][0] is True else 5.0))
    for flag, factor in ((True, 2.0), (1.0, 5.0), (False, 3.0), (1, 5.0), (np.float64(1.0), 5.0), (True, 2.0)):
        assert f(kind([4.0, flag])) == 4.0 * factor
        assert rows([kind([4.0]), kind([flag])]) == 4.0 * (2.0 if flag is True else 5.0)


def test_a_member_of_an_enumeration_is_what_it_is():
    f = jit(lambda x, level: x * level * level.value)
    for level in Level:
        assert f(2.0, level) == 2.0 * level * level


def test_containers_of_other_kinds_stay_what_they_are():
    f = jit(grad(lambda xs: xs["a"] * xs["b"] ** 2))
    found = f(collections.OrderedDict(b=3.0, a=2.0))
    assert type(found) is collections.OrderedDict and found == {"b": 12.0, "a": 9.0}
    assert type(jit(grad(lambda xs: xs["a"] ** 2))(collections.defaultdict(float, a=3.0))) is collections.defaultdict


class Out:
    def __init__(self, loss):
        self.loss = loss


RETURNED = {
    "an object": lambda x: Out(x * x),
    "one in a tuple": lambda x: (x, Out(x * x)),
    "an iterator": lambda x: iter([x, 2.0 * x]),
    "a zip": lambda x: zip([x], [1.0]),
    "a closure": lambda x: lambda y: x * y,
    "a set": lambda x: {1.0},
    "a view": lambda x: {"a": x}.values(),
    "a derivative": lambda x: grad(lambda y: x * y * y),
    "one from vmap": lambda x: vmap(lambda y: Out(y * x))([1.0, 2.0]),
}


@pytest.mark.parametrize("what", RETURNED)
def test_what_would_keep_the_first_numbers_is_not_returned(what):
    with pytest.raises(autograd.TraceError, match=r"(?s)returned a .*first call's for ever.*Use instead"):
        jit(RETURNED[what])(2.0)


def test_what_was_given_is_returned_as_it_came():
    given, f = Out(0.0), jit(lambda x, thing: (2.0 * x, thing, None, "text", Colour.RED))
    assert f(3.0, given) == (6.0, given, None, "text", Colour.RED)


@pytest.mark.parametrize("derivative", [autograd.hessian, lambda f: autograd.jacobian(grad(f))])
def test_second_derivatives_by_numbers_and_arrays_together(derivative):
    f = derivative(lambda p: p[0] * p[1][0] ** 2 * p[1][1])
    compiled = jit(f)

    def numbers(nest):
        parts = nest.ravel().tolist() if isinstance(nest, np.ndarray) else nest
        return [x for part in parts for x in numbers(part)] if isinstance(parts, list | tuple) else [float(parts)]

    for a, b, c in ((1.0, 2.0, 1.0), (3.0, 4.0, 2.0), (-1.0, 0.5, 3.0)):
        p = (a, np.array([b, c]))
        assert numbers(compiled(p)) == pytest.approx(numbers(f(p)))
        assert numbers(f(p)) == pytest.approx(
            [0, 2 * b * c, b * b, 2 * b * c, 2 * a * c, 2 * a * b, b * b, 2 * a * b, 0]
        )


def test_a_program_that_was_found_to_differ_is_not_kept():
    @jit
    def safe_log(x):
        if isinstance(x, float):
            return math.log(x) if x > 1e-10 else -23.0
        return autograd.log(x)

    for _ in range(2):
        with pytest.raises(autograd.TraceError, match="asks what it is given"):
            safe_log(2.0)
