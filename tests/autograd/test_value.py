"""What a Value is: its attributes, operators, copies, and what it says to input that it cannot take."""

import copy
import math
import operator
import pickle
import weakref
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import autograd
from autograd import DomainError, Value, apply, detach, dot, maximum, minimum, nonfinite, ops, where
from autograd.graph import topological_order

TWOS = [2, 2.0, Fraction(2), np.float64(2), np.float32(2), np.float16(2), np.int64(2), np.uint8(2)]
BY_TYPE = [type(two).__name__ for two in TWOS]


def negative_zero(x):
    return x == 0.0 and math.copysign(1.0, x) < 0.0


# ── Attributes ──


def test_a_leaf_has_no_operation_no_parents_and_gradient_zero():
    x = Value(2)
    assert (x.data, x.grad, x.label, x.op, x.parents, x.local_grads) == (2.0, 0.0, "", None, (), ())
    assert (x._prev, x._op) == (set(), "")


@pytest.mark.parametrize("two", TWOS, ids=BY_TYPE)
def test_data_is_kept_as_a_float_whatever_real_number_was_given(two):
    x = Value(two)
    assert type(x.data) is float and x.data == 2.0
    x.data = two
    assert type(x.data) is float and x.data == 2.0


def test_parents_are_an_ordered_tuple_and_local_grads_are_their_partials():
    a, b = Value(5.0), Value(2.0)
    y = a - b
    assert type(y.parents) is tuple and y.parents[0] is a and y.parents[1] is b
    assert y.local_grads == (1.0, -1.0)
    assert (a * b).local_grads == (2.0, 5.0)
    same = a - a
    assert same.parents[0] is a and same.parents[1] is a and len(same.parents) == 2


def test_prev_is_a_set_of_the_parents_as_in_micrograd():
    a, b = Value(5.0), Value(2.0)
    assert (a * b)._prev == {a, b}
    assert type((a * b)._prev) is set
    assert (a + a)._prev == {a}
    (a * b)._prev.clear()  # a copy: the graph does not notice
    y = a * b
    y._prev.clear()
    assert y.parents == (a, b)


@pytest.mark.parametrize(
    "build, mark",
    [
        (lambda x: x, ""),
        (lambda x: x + 1, "+"),
        (lambda x: 1 + x, "+"),
        (lambda x: x * 3, "*"),
        (lambda x: x**2, "**2"),
        (lambda x: x**-1, "**-1"),
        (lambda x: x**0.5, "**0.5"),
        (lambda x: x.relu(), "ReLU"),
        (lambda x: x.tanh(), "tanh"),
        (lambda x: x.exp(), "exp"),
    ],
    ids=["leaf", "add", "radd", "mul", "square", "reciprocal", "root", "relu", "tanh", "exp"],
)
def test_op_is_marked_as_in_micrograd(build, mark):
    assert build(Value(2.0))._op == mark


@pytest.mark.parametrize("name", ["parents", "local_grads", "_prev", "_op"])
@pytest.mark.parametrize("build", [lambda: Value(2.0), lambda: Value(2.0) * 3], ids=["leaf", "computed"])
def test_what_was_recorded_cannot_be_set(name, build):
    value = build()
    with pytest.raises(AttributeError):
        setattr(value, name, ())


@pytest.mark.parametrize("build", [lambda: Value(2.0), lambda: Value(2.0) * 3], ids=["leaf", "computed"])
def test_the_operation_cannot_be_set(build):
    value, other = build(), Value(1.0) + 1
    with pytest.raises(AttributeError):
        value.op = other.op


def test_other_attributes_do_not_exist():
    x = Value(1.0)
    with pytest.raises(AttributeError):
        x.gradient = 1.0
    with pytest.raises(AttributeError):
        x.shape  # noqa: B018


def test_the_data_of_a_computed_value_cannot_be_set_and_the_error_names_the_remedy():
    x = Value(2.0)
    y = x * 3
    with pytest.raises(AttributeError, match="leaf") as caught:
        y.data = 1.0
    assert "detach" in str(caught.value) and "multiply" in str(caught.value)
    assert y.data == 6.0
    y.backward()
    assert x.grad == 3.0


def test_the_data_of_a_leaf_can_be_set_also_in_place():
    p = Value(1.0)
    p.grad = 4.0
    p.data -= 0.25 * p.grad
    assert p.data == 0.0


@pytest.mark.parametrize("thing", ["2", None, 1j, [2.0], True, Value(1.0)], ids=repr)
def test_a_leafs_data_is_set_to_real_numbers_only(thing):
    x = Value(1.0)
    with pytest.raises(TypeError):
        x.data = thing
    assert x.data == 1.0


def test_a_label_is_a_string_given_or_set_later():
    x = Value(1.0, label="x")
    y = x * 2
    y.label = "y"
    assert (x.label, y.label) == ("x", "y")
    assert Value(1.0, "w").label == "w"
    with pytest.raises(TypeError, match="label"):
        Value(1.0, 2.0)


# ── Operators ──

BINARY = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]


@pytest.mark.parametrize("two", TWOS, ids=BY_TYPE)
@pytest.mark.parametrize("combine", BINARY, ids=lambda f: f.__name__)
def test_operators_take_any_real_number_on_either_side(combine, two):
    x = Value(3.0)
    left, right = combine(x, two), combine(two, x)
    assert type(left) is Value and type(right) is Value
    assert left.data == combine(3.0, 2.0)
    assert right.data == combine(2.0, 3.0)
    assert type(left.data) is float and type(right.data) is float


@pytest.mark.parametrize(
    "combine, left, right",
    [
        (operator.add, 1.0, 1.0),
        (operator.sub, 1.0, -1.0),
        (operator.mul, 2.0, 2.0),
        (operator.truediv, 0.5, -2.0 / 9.0),
        (operator.pow, 6.0, 5.545177444479562),  # 2³ ln 2
    ],
    ids=["add", "sub", "mul", "truediv", "pow"],
)
def test_both_forms_of_an_operator_have_their_derivative(combine, left, right):
    x = Value(3.0)
    combine(x, 2).backward()
    assert x.grad == pytest.approx(left, rel=1e-15)
    x.grad = 0.0
    combine(2, x).backward()
    assert x.grad == pytest.approx(right, rel=1e-15)


def test_unary_operators():
    x = Value(-3.0)
    assert (-x).data == 3.0 and (-x).local_grads == (-1.0,)
    assert abs(x).data == 3.0 and abs(x).local_grads == (-1.0,)
    y = +x
    y.backward()
    assert y.data == -3.0 and x.grad == 1.0


def test_augmented_assignment_makes_a_new_value():
    x = y = Value(3.0)
    y += 1
    y *= y
    assert (x.data, y.data) == (3.0, 16.0)
    y.backward()
    assert x.grad == 8.0


def test_the_builtin_sum_works_on_values():
    xs = [Value(float(i)) for i in range(4)]
    total = sum(xs)
    total.backward()
    assert total.data == 6.0 and [x.grad for x in xs] == [1.0] * 4


UNARY = """exp log log1p expm1 sqrt sin cos tan asin acos atan sinh cosh tanh sigmoid relu leaky_relu elu gelu silu
    softplus erf step abs""".split()
PAIRS = "maximum minimum atan2 hypot".split()


@pytest.mark.parametrize("name", UNARY)
def test_methods_and_functions_are_alike_and_functions_take_numbers(name):
    x = Value(0.3)
    method, function = getattr(x, name)(), getattr(autograd, name)(x)
    assert (method.data, method.local_grads, method.op) == (function.data, function.local_grads, function.op)
    assert method.parents == function.parents == (x,)
    for number in (0.3, np.float64(0.3), Fraction(3, 10)):
        plain = getattr(autograd, name)(number)
        assert type(plain) is float and plain == method.data


@pytest.mark.parametrize("name", PAIRS)
def test_so_are_those_of_two_operands_on_either_side(name):
    x, z = Value(0.3), Value(0.7)
    function = getattr(autograd, name)
    expected = getattr(x, name)(z)
    assert expected.parents == (x, z)
    for pair in ((x, z), (x, 0.7), (0.3, z), (np.float64(0.3), z), (x, np.float64(0.7))):
        assert function(*pair).data == expected.data
        assert function(*pair).local_grads == expected.local_grads
    plain = function(0.3, 0.7)
    assert type(plain) is float and plain == expected.data


@pytest.mark.parametrize("name, alpha, slope", [("leaky_relu", 0.2, 0.2), ("elu", 0.5, 0.18393972058572117)])
def test_alpha_is_the_slope_parameter_of_method_and_function(name, alpha, slope):
    x = Value(-1.0)
    for y in (getattr(x, name)(alpha), getattr(autograd, name)(x, alpha=alpha)):
        assert y.local_grads[0] == pytest.approx(slope, rel=1e-15)  # 0.5/e


def test_comparisons_are_by_data_with_numbers_and_values():
    one, two = Value(1.0), Value(2.0)
    assert one < two and one <= two and two > one and two >= one
    assert not two < one and not two <= one and not one > two and not one >= two
    assert one <= Value(1.0) and one >= Value(1.0) and not one < Value(1.0)
    for number in (2, 2.0, Fraction(2), np.float64(2), np.float32(2), np.int64(2)):
        assert one < number and number > one and one <= number and number >= one
        assert not one > number and not number < one
    assert max(one, two) is two and sorted([two, one]) == [one, two]
    nan = Value(math.nan)
    assert not (nan < one or nan > one or nan <= one or nan >= one)


@pytest.mark.parametrize("thing", ["2", None, 1j, [1.0], np.ones(2)], ids=repr)
def test_comparisons_with_what_is_no_number_are_type_errors(thing):
    for compare in (operator.lt, operator.le, operator.gt, operator.ge):
        with pytest.raises(TypeError):
            compare(Value(1.0), thing)
        with pytest.raises(TypeError):
            compare(thing, Value(1.0))


def test_equality_of_values_and_hash_are_by_identity():
    a, b = Value(1.0), Value(1.0)
    assert a == a and a != b and not a == b and not a != a  # noqa: SIM201, SIM202
    assert len({a, b, a}) == 2 and {a: "a"}[a] == "a"
    before = hash(a)
    a.data = 7.0
    assert hash(a) == before


@pytest.mark.parametrize("kind", [int, float, np.float64, np.int32, Fraction])
def test_a_value_compares_with_a_number_by_its_data(kind):
    a, one, two = Value(1.0), kind(1), kind(2)
    assert a == one and one == a and a != two and two != a and not a != one and not one != a
    assert a <= one < Value(2.0) and a >= one and two > a
    assert (a * 0.0 == 0) is True and Value(math.nan) != math.nan
    assert a != "1" and a != None and a != [1.0]  # noqa: E711
    assert one in [a] and [a, two].index(one) == 0
    assert (a == np.array([1.0, 2.0])).tolist() == [True, False] and (np.arange(3) != a).tolist() == [True, False, True]
    assert a in np.array([1.0, 2.0]) and a == Decimal(1) and a != Decimal(2) and a == True and a == 1 + 0j  # noqa: E712


def test_a_value_is_neither_true_nor_false_and_the_error_has_both_spellings():
    for value in (Value(0.0), Value(1.0, label="b"), Value(2.0) * 3):
        for ask in (bool, lambda v: v or 1.0, lambda v: not v, lambda v: 1 if v else 2):
            with pytest.raises(TypeError, match=r"(?s)v is not None.*v\.data != 0.*where"):
                ask(value)


def test_foreign_types_may_answer_for_themselves():
    class Money:
        def __rmul__(self, other):
            return "priced"

    assert Value(2.0) * Money() == "priced"
    with pytest.raises(TypeError):
        Value(2.0) * object()


# ── As a number, as text ──


def test_float_round_and_format_are_those_of_the_data():
    x = Value(2.567, label="x")
    assert float(x) == 2.567 and type(float(x)) is float
    assert round(x) == 3 and round(x, 1) == 2.6 and round(Value(2.5)) == 2
    assert f"{x:.2f}" == "2.57" and format(x, "8.1e").strip() == "2.6e+00"
    assert f"{x}" == str(x) == repr(x)
    assert math.sqrt(Value(4.0)) == 2.0


def test_repr_shows_data_gradient_and_label():
    w = Value(2.0, label="w")
    w.grad = 0.5
    assert repr(w) == "Value(2.0, grad=0.5, label='w')"
    assert repr(Value(-0.1)) == "Value(-0.1, grad=0.0)"
    assert repr(Value(1.0, label="it's")) == 'Value(1.0, grad=0.0, label="it\'s")'
    assert repr(Value(math.nan)) == "Value(nan, grad=0.0)"


def test_repr_shows_a_gradient_that_is_a_value_as_its_number():
    x = Value(3.0)
    (x * x).backward(create_graph=True)
    assert repr(x) == "Value(3.0, grad=6.0)"


# ── detach, copies, pickles, weak references ──


def test_detach_is_a_leaf_of_the_same_number_that_stops_the_gradient():
    x = Value(3.0, label="x")
    cut = detach(x)
    assert cut is not x and (cut.data, cut.label, cut.op, cut.grad) == (3.0, "x", None, 0.0)
    y = x * detach(x * x)
    y.backward()
    assert (y.data, x.grad) == (27.0, 9.0)
    computed = detach(x * 2)
    computed.data = 1.0
    assert computed.data == 1.0


def test_values_can_be_referred_to_weakly():
    x = Value(1.0)
    y = x * 2
    refs = weakref.ref(x), weakref.ref(y)
    assert (refs[0](), refs[1]()) == (x, y)
    del y
    assert refs[1]() is None
    del x
    assert refs[0]() is None


def test_a_copy_has_the_same_operands():
    x = Value(2.0, label="x")
    y = x.tanh()
    y.label, y.grad = "y", 0.5
    z = copy.copy(y)
    assert z is not y and z.parents == (x,)
    assert (z.data, z.grad, z.label, z.op, z.local_grads) == (y.data, 0.5, "y", y.op, y.local_grads)
    z.backward()
    assert x.grad == y.local_grads[0]
    leaf = copy.copy(x)
    leaf.data = 9.0
    assert x.data == 2.0


def pickled(thing):
    return pickle.loads(pickle.dumps(thing))


@pytest.mark.parametrize("duplicate", [copy.deepcopy, pickled], ids=["deepcopy", "pickle"])
def test_a_deep_copy_keeps_numbers_labels_order_and_sharing_and_is_independent(duplicate):
    x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    h = x * w
    h.label = "h"
    y = dot([h, h, x], [x, 2.0, w]) + h**2 - h.relu()
    y.backward()
    z = duplicate(y)
    old, new = topological_order(y), topological_order(z)
    assert len(old) == len(new) and not set(old) & set(new)
    place, place_of_new = ({node: i for i, node in enumerate(order)} for order in (old, new))
    for a, b in zip(old, new, strict=True):
        assert (a.data, a.grad, a.label, a.op, a.local_grads) == (b.data, b.grad, b.label, b.op, b.local_grads)
        assert [place[parent] for parent in a.parents] == [place_of_new[parent] for parent in b.parents]
    before = x.grad
    z.backward()
    assert x.grad == before
    assert next(node for node in new if node.label == "x").grad == 2 * before


@pytest.mark.parametrize("duplicate", [copy.deepcopy, pickled], ids=["deepcopy", "pickle"])
def test_leaves_shared_by_two_results_stay_shared(duplicate):
    x = Value(2.0, label="x")
    first, second, same = duplicate([x * 2, x * 3, x])
    assert first.parents[0] is second.parents[0] is same


@pytest.mark.parametrize("duplicate", [copy.deepcopy, pickled], ids=["deepcopy", "pickle"])
def test_a_gradient_that_is_a_value_is_duplicated_as_its_number(duplicate):
    x = Value(3.0)
    (x * x).backward(create_graph=True)
    assert duplicate(x).grad == 6.0 and type(duplicate(x).grad) is float


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_families_of_operations_survive_pickling(protocol):
    x = Value(-2.0)
    for y in (x**3, x.leaky_relu(0.2), x.elu(0.5), autograd.logsumexp([x, 1.0, x])):
        z = pickle.loads(pickle.dumps(y, protocol))
        assert (z.data, z.op, z.local_grads) == (y.data, y.op, y.local_grads)


def test_a_graph_100_000_deep_can_be_pickled():
    x = Value(1.0, label="x")
    y = x
    for _ in range(100_000):
        y = y + x
    z = pickled(y)
    z.backward()
    (leaf,) = [node for node in topological_order(z) if node.op is None]
    assert (z.data, leaf.label, leaf.grad) == (100_001.0, "x", 100_001.0)


def test_an_operation_outside_the_table_cannot_be_pickled():
    cube = autograd.Operation("cube", lambda m, x: x * x * x, lambda m, y, x: (3.0 * x * x,))
    with pytest.raises(TypeError, match="not in the table"):
        pickle.dumps(apply(cube, Value(2.0)))


# ── Bad input, row by row ──


@pytest.mark.parametrize(
    "thing",
    ["2", None, 1j, [1.0], (1.0,), {}, True, False, np.bool_(True), np.ones(2), np.array(2.0), np.complex128(1)],
    ids=repr,
)
def test_what_is_not_a_real_number_is_refused_naming_its_type_and_what_is_accepted(thing):
    with pytest.raises(TypeError) as caught:
        Value(thing)
    message = str(caught.value)
    assert type(thing).__name__ in message
    assert "int" in message and "float" in message and "NumPy scalar" in message


@pytest.mark.parametrize("thing", ["2", None, 1j, True, {}], ids=repr)
@pytest.mark.parametrize("combine", BINARY, ids=lambda f: f.__name__)
def test_nor_is_it_an_operand_on_either_side(combine, thing):
    x = Value(2.0)
    for call in (lambda: combine(x, thing), lambda: combine(thing, x)):
        with pytest.raises(TypeError, match=type(thing).__name__):
            call()


@pytest.mark.parametrize("thing", [np.ones(2), np.ones((2, 2)), np.array(2.0), np.ones(1)], ids=repr)
@pytest.mark.parametrize("combine", BINARY, ids=lambda f: f.__name__)
def test_an_array_operand_on_either_side_is_told_how_to_build_a_list_of_values(combine, thing):
    x = Value(2.0)
    for call in (lambda: combine(x, thing), lambda: combine(thing, x)):
        with pytest.raises(TypeError, match="list of Values"):
            call()


@pytest.mark.parametrize("name", [*UNARY, *PAIRS])
def test_functions_refuse_arrays_and_text_likewise(name):
    function = getattr(autograd, name)
    others = [Value(0.5)] if name in PAIRS else []
    with pytest.raises(TypeError, match="list of Values"):
        function(np.ones(2), *others)
    with pytest.raises(TypeError, match="str"):
        function("0.5", *others)


LEAVING = [
    ("log(-1)", lambda x: (x - 2).log(), "log", ["-1.0"]),
    ("log(0)", lambda x: (x - 1).log(), "log", ["0.0"]),
    ("1/0", lambda x: 1 / (x - 1), "divide", ["1.0", "0.0"]),
    ("1/-0", lambda x: x / -(x - 1), "divide", ["1.0", "-0.0"]),
    ("0**-1", lambda x: (x - 1) ** -1, "power", ["0.0", "-1"]),
    ("(-8)**(1/3)", lambda x: (x * -8) ** (1 / 3), "power", ["-8.0", "0.333"]),
    ("(-8)**Value(1/3)", lambda x: (x * -8) ** Value(1 / 3), "pow", ["-8.0", "0.333"]),
    ("10**400", lambda x: (x * 10) ** 400, "power", ["10.0", "400"]),
    ("exp(1000)", lambda x: (x * 1000).exp(), "exp", ["1000.0"]),
    ("expm1(1000)", lambda x: (x * 1000).expm1(), "expm1", ["1000.0"]),
    ("sinh(-1000)", lambda x: (x * -1000).sinh(), "sinh", ["-1000.0"]),
    ("cosh(1000)", lambda x: (x * 1000).cosh(), "cosh", ["1000.0"]),
    ("asin(2)", lambda x: (x * 2).asin(), "asin", ["2.0"]),
    ("acos(-2)", lambda x: (x * -2).acos(), "acos", ["-2.0"]),
    ("sqrt(-1)", lambda x: (-x).sqrt(), "sqrt", ["-1.0"]),
    ("log1p(-1)", lambda x: (-x).log1p(), "log1p", ["-1.0"]),
    ("log1p(-3)", lambda x: (x * -3).log1p(), "log1p", ["-3.0"]),
]


@pytest.mark.parametrize("compute, name, shown", [row[1:] for row in LEAVING], ids=[row[0] for row in LEAVING])
def test_leaving_the_domain_names_operation_operands_and_remedy_and_leaves_the_graph_usable(compute, name, shown):
    x = Value(1.0)
    built = x * 5
    with pytest.raises(DomainError) as caught:
        compute(x)
    assert isinstance(caught.value, ValueError) and isinstance(caught.value, ArithmeticError)
    message = str(caught.value)
    assert message.startswith(name)
    for text in shown:
        assert text in message
    assert "keep" in message
    built.backward()
    assert x.grad == 5.0


@pytest.mark.parametrize(
    "compute",
    [
        lambda x, y: x.log(),
        lambda x, y: x.sqrt(),
        lambda x, y: x**0.5,
        lambda x, y: y / (x * 0),
        lambda x, y: x**y,
    ],
    ids=["log", "sqrt", "power", "divide", "pow"],
)
def test_a_domain_error_names_the_label_of_its_operand(compute):
    x, y = Value(-2.0, label="price"), Value(0.5, label="price")
    with pytest.raises(DomainError, match="price"):
        compute(x, y)


def test_functions_of_plain_numbers_have_the_same_domain():
    for call in (lambda: autograd.log(-1.0), lambda: autograd.exp(1000), lambda: autograd.asin(2)):
        with pytest.raises(DomainError):
            call()


def test_an_overflowing_product_sum_or_quotient_is_infinite_as_in_python():
    assert (Value(1e200) * 1e200).data == 1e200 * 1e200 == math.inf
    assert (Value(1e308) + 1e308).data == math.inf
    assert (Value(-1e308) - 1e308).data == -math.inf
    assert (Value(1e308) / 1e-308).data == math.inf


def test_a_partial_is_infinite_at_the_edge_of_a_domain():
    x = Value(0.0)
    x.sqrt().backward()
    assert x.grad == math.inf
    assert Value(1.0).asin().local_grads == (math.inf,)
    assert Value(-1.0).acos().local_grads == (-math.inf,)


@pytest.mark.parametrize("name", [name for name in UNARY if name != "step"])
def test_nan_propagates_through_every_function(name):
    x = Value(math.nan)
    y = getattr(x, name)()
    assert math.isnan(y.data) and math.isnan(x.tanh().local_grads[0])
    assert nonfinite(y) is x


@pytest.mark.parametrize("combine", [*BINARY, maximum, minimum], ids=lambda f: f.__name__)
def test_nan_propagates_through_every_operator_from_either_side(combine):
    for pair in ((Value(math.nan), 2.0), (2.0, Value(math.nan)), (Value(2.0), math.nan), (math.nan, Value(2.0))):
        assert math.isnan(combine(*pair).data)


@pytest.mark.parametrize(
    "compute, expected",
    [
        (lambda x: x.exp(), math.inf),
        (lambda x: (-x).exp(), 0.0),
        (lambda x: x.log(), math.inf),
        (lambda x: x.sqrt(), math.inf),
        (lambda x: x.tanh(), 1.0),
        (lambda x: (-x).sigmoid(), 0.0),
        (lambda x: x.sin(), math.nan),
        (lambda x: x - x, math.nan),
        (lambda x: x * 0, math.nan),
        (lambda x: x / x, math.nan),
        (lambda x: 1 / x, 0.0),
        (lambda x: x**2, math.inf),
        (lambda x: x**-1, 0.0),
        (lambda x: (-x).log(), math.nan),
    ],
)
def test_infinite_operands_propagate_by_ieee_754_and_never_raise(compute, expected):
    found = compute(Value(math.inf)).data
    assert found == expected or (math.isnan(found) and math.isnan(expected))


def test_nonfinite_names_the_first_that_is_not_finite():
    big = Value(1e200, label="big")
    square = big * big
    assert nonfinite((square - square) * 2 + 1) is square
    bad = Value(math.nan)
    assert nonfinite(big + bad.tanh() * 2) is bad
    assert nonfinite(big + 1) is None and nonfinite(big) is None and nonfinite(bad) is bad


def test_apply_checks_its_operands():
    with pytest.raises(TypeError, match="maximum takes 2 operands, but was given 1"):
        apply(ops.MAXIMUM, 1.0)


# ── Kinks, powers, signed zeros ──


@pytest.mark.parametrize(
    "build, slope",
    [
        (lambda x: x.relu(), 0.0),
        (lambda x: x.leaky_relu(), 0.01),
        (lambda x: x.leaky_relu(0.3), 0.3),
        (lambda x: x.elu(), 1.0),
        (lambda x: x.elu(0.3), 0.3),
        (lambda x: abs(x), 0.0),
        (lambda x: x.step(), 0.0),
        (lambda x: maximum(x, 0.0), 0.5),
        (lambda x: minimum(0.0, x), 0.5),
        (lambda x: maximum(x, x), 1.0),
        (lambda x: where(x > 0, x, 3 * x), 3.0),
    ],
    ids="relu leaky leaky.3 elu elu.3 abs step maximum minimum both where".split(),
)
@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_the_policy_at_the_kink(build, slope, zero):
    x = Value(zero)
    y = build(x)
    y.backward()
    assert (y.data, x.grad) == (0.0, slope)


@pytest.mark.parametrize("x", [-2.0, -5e-324, 0.0, 5e-324, 3.0])
def test_step_is_flat_everywhere(x):
    v = Value(x)
    y = v.step()
    y.backward()
    assert (y.data, v.grad) == (1.0 if x > 0 else 0.0, 0.0)


def test_a_tie_of_two_is_shared_half_and_half():
    a, b = Value(2.0), Value(2.0)
    for choose in (maximum, minimum):
        assert choose(a, b).local_grads == (0.5, 0.5)


def test_where_gives_the_gradient_to_the_chosen_one():
    a, b = Value(2.0), Value(3.0)
    where(True, a, b).backward()
    where(Value(0.0), a, b * 5).backward()
    assert (a.grad, b.grad) == (1.0, 5.0)
    assert where(False, 1.0, 2.0) == 2.0


@pytest.mark.parametrize(
    "base, exponent, value, slope",
    [
        (0.0, 0, 1.0, 0.0),
        (-0.0, 0, 1.0, 0.0),
        (5.0, 0, 1.0, 0.0),
        (-5.0, 0, 1.0, 0.0),
        (0.0, 1, 0.0, 1.0),
        (0.0, 2, 0.0, 0.0),
        (0.0, 3, 0.0, 0.0),
        (0.0, 0.5, 0.0, math.inf),
        (0.0, 1.5, 0.0, 0.0),
        (-2.0, 3, -8.0, 12.0),
        (-2.0, 2.0, 4.0, -4.0),
        (-2.0, -1, -0.5, -0.25),
        (-2.0, -2, 0.25, 0.25),
        (4.0, 0.5, 2.0, 0.25),
        (2.0, 10, 1024.0, 5120.0),
    ],
)
def test_special_points_of_a_fixed_power(base, exponent, value, slope):
    x = Value(base)
    y = x**exponent
    y.backward()
    assert (y.data, x.grad) == (value, slope)


@pytest.mark.parametrize(
    "base, exponent, value, slopes",
    [
        (2.0, 3.0, 8.0, (12.0, 5.545177444479562)),
        (1.0, 0.0, 1.0, (0.0, 0.0)),
        (0.0, 2.0, 0.0, (0.0, 0.0)),
        (0.0, 0.0, 1.0, (0.0, -math.inf)),
        (-2.0, 3.0, -8.0, (12.0, math.nan)),
    ],
)
def test_special_points_of_a_variable_power(base, exponent, value, slopes):
    x, c = Value(base), Value(exponent)
    y = x**c
    assert y.data == value
    assert y.local_grads == pytest.approx(slopes, rel=1e-15, nan_ok=True)


def test_signed_zeros_are_those_of_floats():
    zero = Value(0.0)
    assert negative_zero((-zero).data)
    assert negative_zero((zero * -1).data)
    assert negative_zero((-zero).sqrt().data)
    assert negative_zero((-zero).sin().data)
    assert negative_zero((-zero).tanh().data)
    assert negative_zero(((-zero) ** 3).data)
    assert not negative_zero((zero - zero).data)
    assert not negative_zero(((-zero) ** 2).data)
    assert not negative_zero(abs(-zero).data)
    assert not negative_zero(zero.relu().data)
    assert negative_zero((Value(-5.0) / math.inf).data)
    assert autograd.atan2(zero, Value(-0.0)).data == math.pi
    assert autograd.atan2(-zero, Value(-0.0)).data == -math.pi


def test_the_second_derivatives_of_a_variable_power_at_exponent_zero():
    """∂²(x^y)/∂x∂y = x^(y−1)·(1 + y·log x), which is 1/x at y = 0."""
    for x in (0.5, 1.0, 3.0):
        (_, mixed), (again, _) = autograd.hessian(lambda p: p[0] ** p[1])([x, 0.0])
        assert mixed == again == pytest.approx(1.0 / x, rel=1e-14)


def test_a_stranger_may_know_what_to_the_power_of_it_means():
    class Exponent:
        def __rpow__(self, base):
            return "known"

    assert Value(2.0) ** Exponent() == "known"
    with pytest.raises(TypeError, match="unsupported operand"):
        Value(2.0) ** object()


@pytest.mark.parametrize("use", [range, [1.0, 2.0].__getitem__, "ab".__mul__, operator.index, hex])
def test_a_value_is_no_index_and_no_count_and_says_so(use):
    with pytest.raises(TypeError, match="a Value is no whole number, so no index and no count"):
        use(Value(1.0))
