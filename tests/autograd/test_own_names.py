"""An operation of a user's own may have any name, those of the table included: nothing confuses the two."""

import math
import pickle
import re
from pathlib import Path

import pytest

import autograd
import nn
from autograd import Operation, Value, apply, grad, hessian, ops, vmap
from autograd.conditions import AT_LEAST
from autograd.eager import source
from autograd.lift.capture.batch_operations import BATCH, SAMPLE
from autograd.lift.capture.scalars import LARGEST, LINEAR
from autograd.lift.jit import jit
from autograd.operation import Family
from autograd.show import derive, draw, steps
from autograd.show.drawing.folding import NO_ACTIVATIONS
from autograd.symbols import Expression, Symbols, symbol
from autograd.testing import check_operation, gradcheck

NAMES = sorted(
    {*ops.OPERATIONS, *ops.FAMILIES}
    | {op.name for op in (BATCH, SAMPLE, LARGEST, LINEAR, AT_LEAST)}
    | {"compiled", "value", "operand", "apply_strictly", "new", "y", "x0"}
)


def cube(name):
    """x³ under another name."""
    return Operation(name, lambda m, x: x * x * x, lambda m, y, x: (3.0 * x * x,))


def slanted(name):
    """2a − 3b·b under another name."""
    return Operation(name, lambda m, a, b: 2.0 * a - 3.0 * b * b, lambda m, y, a, b: (2.0, -6.0 * b), arity=2)


def weighted(name):
    """x₁ + 2x₂ + 3x₃ … under another name."""

    def value(m, *xs):
        return m.sum(*[float(place) * x for place, x in enumerate(xs, 1)])

    return Operation(name, value, lambda m, y, *xs: [float(place) for place in range(1, len(xs) + 1)], arity=None)


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


def test_numbers_and_derivatives_of_any_order(name):
    for op in (cube(name), slanted(name), weighted(name)):
        check_operation(op)
    op = cube(name)
    assert grad(lambda x: apply(op, x))(2.0) == 12.0 and hessian(lambda x: apply(op, x))(2.0) == 12.0
    assert grad(lambda x: apply(slanted(name), x, x * x))(0.5) == 2.0 - 12.0 * 0.125
    gradcheck(lambda x: apply(op, x) * x, [0.7], order=2)


def test_the_built_in_one_stays_what_it_is(name):
    apply(cube(name), Value(0.5))
    source(cube(name))
    if name in ops.OPERATIONS and ops.OPERATIONS[name].arity == 1 and hasattr(Value, name) and name != "detach":
        assert getattr(Value(0.5), name)().op is ops.OPERATIONS[name]


def test_written_drawn_and_stepped_through_as_itself(name):
    x, b = Value(2.0, label="x"), Value(3.0, label="b")
    for op, operands, number, slope in (
        (cube(name), (x,), 8.0, 12.0),
        (slanted(name), (x, b), -23.0, 2.0),
        (weighted(name), (x, b), 8.0, 1.0),
    ):
        for leaf in (x, b):
            leaf.grad = 0.0
        n = apply(op, *operands)
        n.label = "n"
        z = n * b
        z.label = "z"
        z.backward()
        written = str(derive(z, x))
        assert (
            f"∂n/∂x = {'3·x² = ' if op.arity == 1 else ''}" in written
            and f"{slope * 3.0:g}" in written.splitlines()[-1]
        )
        call = f"{name}({', '.join(operand.label for operand in operands)})"
        page = steps(z)
        assert any(call in moment.formula.text() for moment in page), (name, call)
        assert any(f"the {name} of" in moment.sentence for moment in page)
        assert f"{name}" in draw(z).source
        assert n.data == number and x.grad == 3.0 * slope


def test_a_neurons_activation_may_have_any_name(name):
    from nn import MLP

    op = cube(name)
    root, named = (apply(activation, MLP(2, [2, 1])([0.3, 0.4])[0]) for activation in (op, cube("own")))
    for level in ("neurons", "layers"):
        assert len(draw(root, detail=level).body) == len(draw(named, detail=level).body)
    assert op not in NO_ACTIVATIONS


def test_compiled_as_itself(name):
    one, two, many = cube(name), slanted(name), weighted(name)

    def f(p):
        a = apply(one, p[0]) * 2.0 + p[1].tanh()
        return apply(many, a, apply(two, p[1], p[0]), apply(one, p[1])) + (p[0] * p[1]) ** 2.0

    at = [0.7, -0.4]
    compiled = jit(f)
    assert math.isclose(compiled(at), float(f([Value(x) for x in at])), rel_tol=1e-12)
    found, true = jit(grad(f))(at), grad(f)(at)
    assert all(map(math.isclose, found, true))
    leaves = [Value(x) for x in at]
    compiled(leaves).backward()
    assert all(map(math.isclose, [leaf.grad for leaf in leaves], true))
    assert name in str(compiled.program)
    assert jit(lambda x: x * apply(one, 2.0).data)(0.5) == 4.0  # what is computed from numbers alone is constant


def test_mapped_over_a_batch_as_itself(name):
    op, two = cube(name), slanted(name)

    def loss(w, xs):
        return autograd.sum(vmap(lambda w, x: apply(two, apply(op, w * x), x), in_axes=(None, 0))(w, xs))

    xs = [0.1, 0.5, -0.9]
    assert math.isclose(jit(loss)(0.8, xs), float(loss(Value(0.8), xs)), rel_tol=1e-12)
    assert math.isclose(jit(grad(loss))(0.8, xs), grad(loss)(0.8, xs), rel_tol=1e-12)


def test_pickled_as_none_of_the_table(name):
    own_family = Family(name, cube, {"c": None})
    for op in (
        cube(name),
        Operation(name, lambda m, x: x, lambda m, y, x: (1.0,), parameters={"c": 2.0}),
        Operation(name, lambda m, x: x, lambda m, y, x: (1.0,), parameters={"c": 2.0}, family=own_family),
    ):
        with pytest.raises(TypeError, match="is not in the table, so it cannot be pickled; give it a name"):
            pickle.dumps(apply(op, Value(2.0)))


def test_of_the_table_everything_is_pickled():
    for op in [*ops.OPERATIONS.values(), *(member for family in ops.FAMILIES.values() for member in family.tried)]:
        assert pickle.loads(pickle.dumps(op)) is op


# ── What is written alike is not the same ──


def test_notation_is_no_key():
    """Two operations of the same notation in one compiled function: each is computed, and the right one."""
    double = Operation("f", lambda m, x: m.exp(x) * 2.0, lambda m, y, x: (y,), text="f({0})")
    triple = Operation("f", lambda m, x: m.exp(x) * 3.0, lambda m, y, x: (y,), text="f({0})")
    compiled = jit(lambda x: apply(double, x) + apply(triple, x))
    assert math.isclose(compiled(0.5), 5.0 * math.exp(0.5))


def test_operations_of_other_families_are_told_apart():

    def times(c):
        return Operation("power", lambda m, x: c * x, lambda m, y, x: (c,), parameters={"c": c}, family=doubling)

    doubling = Family("power", times, {"c": None})
    assert math.isclose(jit(lambda x: apply(doubling(2.0), x))(3.0), 6.0)
    x = Value(3.0, label="x")
    assert "= 2" in str(derive(apply(doubling(2.0), x), x)).splitlines()[0]


def test_the_rule_of_an_own_operation_may_use_all_of_the_table():
    """Families, composite and elementary functions, in every arithmetic."""
    value = lambda m, x: m.leaky_relu(x, 0.1) + m.elu(x, 0.5) + m.power(x, 2.0) + m.gelu(x) + m.pow(m.exp(x), x)
    partial = lambda m, y, x: (m.where(m.step(x), 1.0, 0.1) + 0.0 * m.elu(x, 0.5) + m.leaky_relu(y, 0.3) * 0.0,)
    op = Operation("sum", value, partial)
    at = 0.6
    assert math.isclose(jit(lambda x: apply(op, x))(at), float(apply(op, at)), rel_tol=1e-12)
    assert jit(grad(lambda x: apply(op, x)))(at) == 1.0


# ── A formula knows no number ──


def test_a_rule_that_asks_for_an_answer_is_refused():
    x = symbol("x")
    for question in (lambda: bool(x), lambda: x == 0.0, lambda: x != 0.0, lambda: not x, lambda: 1.0 if x else 2.0):
        with pytest.raises(TypeError, match=r"m\.where"):
            question()
    assert isinstance(hash(x), int) and isinstance(Symbols.exp(x), Expression)
    branching = Operation("branching", lambda m, x: x if x else 2.0 * x, lambda m, y, x: (1.0 if x else 2.0,))
    with pytest.raises(TypeError, match=r"m\.where"):
        jit(lambda v: apply(branching, v))(3.0)
    with pytest.raises(TypeError, match=r"m\.where"):
        v = Value(3.0, label="v")
        str(derive(apply(branching, v), v))


def test_no_decision_in_the_sources_hangs_on_the_name_of_an_operation():
    """Where this fails, compare with `is` (`op is ops.SUM`, `op.family is ops.POWER`) or ask a set of operations."""
    compared = re.compile(r"\b(op|operation|entry)\.name (==|!=|in|not in) (?!FAMILIES|OPERATIONS)|\bop\.name\]")
    for package in (autograd, nn):
        for path in Path(package.__file__).parent.rglob("*.py"):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                assert not compared.search(line), f"{path}:{number}: {line.strip()}"


def test_a_member_of_a_family_stays_the_same_one_however_many_others_there_are():
    square = (Value(3.0) ** 2).op
    for exponent in range(3000):
        Value(1.5) ** (exponent / 7.0 + 1e-3)
    assert (Value(4.0) ** 2).op is square is ops.POWER(2.0)
