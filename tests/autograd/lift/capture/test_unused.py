"""What no result needs, but has no answer, is an error of a compiled function, too."""

import numpy as np
import pytest

import autograd
from autograd import DomainError, Value, grad, jit, value_and_grad, vmap
from autograd.lift.choose_backend import back_end, can_compile
from autograd.lift.for_each import ForEach

#: Of one operand: a number that it takes, and one that it does not.
FAIL = {
    "log": (autograd.log, 0.5, -1.0),
    "log1p": (autograd.log1p, 0.5, -3.0),
    "sqrt": (autograd.sqrt, 0.5, -1.0),
    "exp": (autograd.exp, 0.5, 800.0),
    "expm1": (autograd.expm1, 0.5, 800.0),
    "sinh": (autograd.sinh, 0.5, 800.0),
    "cosh": (autograd.cosh, 0.5, 800.0),
    "asin": (autograd.asin, 0.5, 2.0),
    "acos": (autograd.acos, 0.5, -2.0),
    "reciprocal": (lambda x: 1.0 / x, 0.5, 0.0),
    "power": (lambda x: x**1.5, 0.5, -1.0),
    "power of numbers": (lambda x: x**x, 0.5, -0.5),
    "inside": (lambda x: autograd.sin(autograd.log(x)), 0.5, -1.0),
}
FORMS = {
    "value": lambda f: f,
    "gradient": grad,
    "value and gradient": value_and_grad,
    "second derivative": lambda f: grad(grad(f)),
    "third derivative": lambda f: grad(grad(grad(f))),
    "in a loop": lambda f: grad(lambda x: sum(f(x * (1.0 + k / 4096)) for k in range(64))),
}


@pytest.fixture(params=["auto", *(["llvm"] if can_compile() else [])])
def each_back_end(request):
    token = back_end.set(request.param)
    yield
    back_end.reset(token)


@pytest.mark.usefixtures("each_back_end")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", FAIL)
def test_what_is_left_over_fails_as_on_the_engine(name, form):
    operation, good, bad = FAIL[name]
    f = FORMS[form](lambda x: (operation(x), x * x * x)[1])
    compiled = jit(f)
    assert compiled(good) == pytest.approx(f(good))
    with pytest.raises((DomainError, ZeroDivisionError)) as expected:
        f(Value(bad) if form == "value" else bad)
    with pytest.raises(type(expected.value)) as found:
        compiled(bad)
    assert str(found.value).splitlines()[0] == str(expected.value).splitlines()[0]
    assert compiled(good) == pytest.approx(f(good))


@pytest.mark.usefixtures("each_back_end")
def test_what_overflows_on_the_way_and_is_swallowed():
    f = jit(lambda x: autograd.sigmoid(autograd.exp(x)) + autograd.tanh(x * x))
    assert f(1.0) == pytest.approx(float(autograd.sigmoid(autograd.exp(Value(1.0))) + np.tanh(1.0)))
    with pytest.raises(DomainError):
        f(800.0)


@pytest.mark.usefixtures("each_back_end")
@pytest.mark.parametrize("order", [2, 3])
@pytest.mark.parametrize("name", ["log", "log1p", "reciprocal"])
def test_a_value_that_its_derivatives_do_not_need(name, order):
    f, good, bad = FAIL[name]
    for _ in range(order):
        f = grad(f)
    compiled = jit(f)
    assert compiled(good) == pytest.approx(f(good))
    with pytest.raises((DomainError, ZeroDivisionError)):
        compiled(bad)


def test_of_one_sample_in_a_batch():
    compiled = jit(vmap(lambda x: (autograd.log(x), 2.0 * x)[1]))
    assert list(compiled([1.0, 2.0])) == [2.0, 4.0]
    with pytest.raises(DomainError):
        compiled([1.0, -2.0])


def test_of_a_forward_program_by_sample_and_by_what_all_share():
    w = Value(1.0)
    each = ForEach(lambda x: (autograd.log(x[0]), autograd.log(w), [2.0 * x[0]])[2], [1.0])
    X = np.array([[1.0], [-1.0]])
    assert each(X)[1].tolist() == [True, False]
    w.data = -1.0
    assert each(X)[1].tolist() == [False, False]


def test_what_cannot_fail_is_left_out():
    compiled = jit(lambda x: (autograd.tanh(x) * autograd.sin(x), x * x)[1])
    compiled(1.0)
    assert "tanh" not in str(compiled.program)
