"""Random programs, evaluated thrice: in Values, in plain floats for finite differences, and in mpmath at 50 digits.

A program is a list of instructions, each of which reads earlier results by their place; so nodes are shared, chains
are deep, and operations take any number of operands. The gradients are those of the last result.
"""

import math
import random
from collections import Counter
from operator import attrgetter

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, hessian
from autograd.graph import topological_order
from autograd.value import adjoints

# ── What the instructions mean: for numbers over a module m of functions (math or mpmath), and for Values ──


def of_numbers(m):
    mean = lambda *xs: m.fsum(xs) / len(xs)
    logsumexp = lambda *xs: m.log(m.fsum(m.exp(x) for x in xs))
    sigmoid = lambda x: 1 / (1 + m.exp(-x))
    return {
        "add": lambda a, b: a + b,
        "subtract": lambda a, b: a - b,
        "multiply": lambda a, b: a * b,
        "divide": lambda a, b: a / b,
        "pow": lambda a, b: a**b,
        "maximum": max,
        "minimum": min,
        "hypot": lambda a, b: m.sqrt(a * a + b * b),
        "atan2": m.atan2,
        "negative": lambda a: -a,
        "plus": lambda a: a + 3,
        "from": lambda a: 2 - a,
        "under": lambda a: 1 / a,
        "square": lambda a: a * a,
        "cube": lambda a: a * a * a,
        "inverse square": lambda a: 1 / (a * a),
        "exponential of two": lambda a: 2**a,
        "abs": abs,
        "relu": lambda a: max(a, 0 * a),
        "leaky_relu": lambda a: a if a > 0 else a * 0.01,
        "elu": lambda a: a if a > 0 else m.expm1(a),
        "gelu": lambda a: a * (1 + m.erf(a / m.sqrt(2))) / 2,
        "silu": lambda a: a * sigmoid(a),
        "sigmoid": sigmoid,
        "softplus": lambda a: m.log(1 + m.exp(a)),
        **{name: getattr(m, name) for name in ELEMENTARY},
        "sum": lambda *xs: m.fsum(xs),
        "mean": mean,
        "logsumexp": logsumexp,
        "dot": lambda *xs: m.fsum(a * b for a, b in zip(xs[: len(xs) // 2], xs[len(xs) // 2 :], strict=True)),
        "softmax": lambda *xs: m.exp(xs[0]) / m.fsum(m.exp(x) for x in xs),
        "chain": lambda a, b: deep(a, b, m.sin),
    }


def deep(a, b, sin):
    """A chain of 160 operations that leads through a at every link."""
    for _ in range(40):
        b = b + sin(b * a) * 0.05
    return b


ELEMENTARY = "exp expm1 log log1p sqrt sin cos atan asin acos sinh cosh tanh erf".split()

OURS = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
    "negative": lambda a: -a,
    "plus": lambda a: 3 + a,
    "from": lambda a: 2 - a,
    "under": lambda a: 1 / a,
    "square": lambda a: a**2,
    "cube": lambda a: a**3,
    "inverse square": lambda a: a**-2,
    "exponential of two": lambda a: 2**a,
    "abs": abs,
    **{name: getattr(autograd, name) for name in "maximum minimum hypot atan2 relu leaky_relu elu gelu silu".split()},
    **{name: getattr(autograd, name) for name in ["sigmoid", "softplus", *ELEMENTARY]},
    "sum": lambda *xs: autograd.sum(xs),
    "mean": lambda *xs: autograd.mean(xs),
    "logsumexp": lambda *xs: autograd.logsumexp(xs),
    "dot": lambda *xs: autograd.dot(xs[: len(xs) // 2], xs[len(xs) // 2 :]),
    "softmax": lambda *xs: autograd.softmax(xs)[0],
    "chain": lambda a, b: deep(a, b, autograd.sin),
}
FLOATS, EXACT = of_numbers(math), of_numbers(mpmath)

MANY = ["sum", "mean", "logsumexp", "dot", "softmax"]
TWO = "add subtract multiply divide pow maximum minimum hypot atan2 chain".split()
ONE = [name for name in OURS if name not in MANY + TWO]


def test_every_instruction_has_its_three_meanings():
    assert set(OURS) == set(FLOATS) == set(EXACT)


def run(program, xs, meaning):
    """The last result, every earlier one being at the program's disposal."""
    results = list(xs)
    for name, places in program:
        results.append(meaning[name](*(results[place] for place in places)))
    return results[-1]


# ── Programs that are smooth and well-conditioned at their inputs ──

#: What must not be near 0: the derivative jumps or is infinite there.
NOT_NEAR_ZERO = {
    "divide": lambda a, b: b,
    "pow": lambda a, b: max(a, 0.0),
    "maximum": lambda a, b: a - b,
    "minimum": lambda a, b: a - b,
    "hypot": math.hypot,
    "atan2": lambda a, b: a if b <= 0 else math.hypot(a, b),
    "log": lambda a: max(a, 0.0),
    "sqrt": lambda a: max(a, 0.0),
    "log1p": lambda a: max(1 + a, 0.0),
    "asin": lambda a: max(1 - a * a, 0.0),
    "acos": lambda a: max(1 - a * a, 0.0),
    **{name: lambda a: a for name in ["under", "inverse square", "abs", "relu", "leaky_relu", "elu"]},
}


def steepness(leaves, root):
    """Σ over all paths of |∂·∂·…∂|: by how much errors in the leaves are enlarged."""
    enlarged = dict.fromkeys(leaves, 1.0)
    for node in topological_order(root):
        if node not in enlarged:
            pairs = zip(node.local_grads, node.parents, strict=True)
            enlarged[node] = sum(abs(partial) * enlarged[parent] for partial, parent in pairs)
    return enlarged[root]


def tame(draft, xs):
    """The draft with its places resolved, less the instructions that are not smooth or too steep at xs."""
    leaves = [Value(x) for x in xs]
    results, program = list(leaves), []
    for name, numbers in draft:
        places = tuple(number % len(results) for number in numbers)
        operands = [results[place] for place in places]
        numbers = [operand.data for operand in operands]
        if abs(NOT_NEAR_ZERO.get(name, lambda *_: 1.0)(*numbers)) < 0.1 or (name == "pow" and abs(numbers[1]) > 4):
            continue
        if any(abs(number) > 12 for number in numbers):
            continue
        result = OURS[name](*operands)
        if abs(result.data) < 20 and steepness(leaves, result) < 50:
            results.append(result)
            program.append((name, places))
    # Everything computed is in the result: Σ sin rᵢ, one path more for each.
    size = len(results)
    program.extend(("sin", (place,)) for place in range(size))
    program.append(("sum", tuple(range(size, 2 * size))))
    return program


places = st.integers(0, 60)
instruction = st.one_of(
    st.tuples(st.sampled_from(ONE), st.tuples(places)),
    st.tuples(st.sampled_from(TWO), st.tuples(places, places)),
    st.tuples(st.sampled_from(MANY), st.sampled_from([2, 4, 6]).flatmap(lambda n: st.tuples(*[places] * n))),
)
point = st.lists(st.floats(-2, 2).map(lambda x: round(x, 3)), min_size=1, max_size=3)


@st.composite
def programs(draw, longest=12):
    xs = draw(point)
    return tame(draw(st.lists(instruction, min_size=1, max_size=longest)), xs), xs


# ── Derivatives by other means ──


def shifted(xs, *shifts):
    xs = list(xs)
    for i, h in shifts:
        xs[i] += h
    return xs


def gradient_by_finite_differences(program, xs, h=1e-3):
    """Central differences at h, h/2 and h/4, extrapolated twice (Richardson): the error is of order h⁶."""

    def central(i, h):
        return (run(program, shifted(xs, (i, h)), FLOATS) - run(program, shifted(xs, (i, -h)), FLOATS)) / (2 * h)

    def extrapolated(i):
        coarse, middle, fine = (central(i, h / 2**k) for k in range(3))
        coarse, fine = (4 * middle - coarse) / 3, (4 * fine - middle) / 3
        return (16 * fine - coarse) / 15

    return [extrapolated(i) for i in range(len(xs))]


def exact_gradient(program, xs):
    with mpmath.workdps(50):
        xs, h = list(map(mpmath.mpf, xs)), mpmath.mpf("1e-15")
        at = lambda *shifts: run(program, shifted(xs, *shifts), EXACT)
        return [float((at((i, h)) - at((i, -h))) / (2 * h)) for i in range(len(xs))]


def exact_hessian(program, xs):
    with mpmath.workdps(50):
        xs, h = list(map(mpmath.mpf, xs)), mpmath.mpf("1e-12")
        at = lambda *shifts: run(program, shifted(xs, *shifts), EXACT)
        mixed = lambda i, j: sum(s * t * at((i, s * h), (j, t * h)) for s in (1, -1) for t in (1, -1)) / (4 * h * h)
        return [[float(mixed(i, j)) for j in range(len(xs))] for i in range(len(xs))]


def built(program, xs):
    leaves = [Value(x) for x in xs]
    return leaves, run(program, leaves, OURS)


def gradient(leaves, root):
    root.backward()
    return [leaf.grad for leaf in leaves]


def agree(found, expected, tolerance):
    """Absolute closeness below 1, relative above; never for a NaN. The one comparison of this file."""
    return len(found) == len(expected) and all(
        abs(a - b) <= tolerance * max(1.0, abs(a) + abs(b)) for a, b in zip(found, expected, strict=True)
    )


# ── The properties ──


@settings(max_examples=150, deadline=None)
@given(programs())
def test_values_are_those_of_50_digits(drawn):
    program, xs = drawn
    with mpmath.workdps(50):
        expected = float(run(program, list(map(mpmath.mpf, xs)), EXACT))
    assert agree([built(program, xs)[1].data], [expected], 1e-11)


@settings(max_examples=200, deadline=None)
@given(programs())
def test_gradients_are_those_of_differences_at_50_digits(drawn):
    program, xs = drawn
    assert agree(gradient(*built(program, xs)), exact_gradient(program, xs), 1e-9)


@settings(max_examples=100, deadline=None)
@given(programs(longest=5))
def test_gradients_are_those_of_finite_differences_in_floats(drawn):
    program, xs = drawn
    assert agree(gradient(*built(program, xs)), gradient_by_finite_differences(program, xs), 1e-5)


@settings(max_examples=75, deadline=None)
@given(programs(longest=8))
def test_second_derivatives_are_those_of_differences_at_50_digits(drawn):
    program, xs = drawn
    found = hessian(lambda p: run(program, p, OURS))(xs)
    for row, expected in zip(found, exact_hessian(program, xs), strict=True):
        assert agree(row, expected, 1e-7)


@settings(max_examples=50, deadline=None)
@given(programs(longest=8))
def test_second_derivatives_by_create_graph_are_those_of_hessian(drawn):
    program, xs = drawn
    leaves, root = built(program, xs)
    root.backward(create_graph=True)
    slopes = [leaf.grad for leaf in leaves]
    expected = hessian(lambda p: run(program, p, OURS))(xs)
    for slope, row in zip(slopes, expected, strict=True):
        for leaf in leaves:
            leaf.grad = 0.0
        if isinstance(slope, Value):
            slope.backward()
        assert agree([leaf.grad for leaf in leaves], row, 1e-10)
    for leaf in leaves:
        leaf.grad = 0.0


@settings(max_examples=100, deadline=None)
@given(programs(), st.floats(-3, 3))
def test_the_fast_backward_is_the_chain_rule_as_it_stands_in_the_books(drawn, seed):
    leaves, root = built(*drawn)
    plain = adjoints(root, seed, attrgetter("local_grads"))
    recorded = adjoints(root, Value(seed))
    assert all(leaf.grad == 0.0 for leaf in leaves)
    root.backward(seed)
    nodes = topological_order(root)
    assert set(map(id, nodes)) == set(plain) == set(recorded)
    found = [node.grad for node in nodes]
    assert agree(found, [plain[id(node)] for node in nodes], 1e-11)
    assert agree(found, [float(recorded[id(node)]) for node in nodes], 1e-11)


@settings(max_examples=100, deadline=None)
@given(programs(), st.floats(-3, 3), st.floats(-3, 3))
def test_gradients_are_linear_in_the_seed(drawn, s, t):
    leaves, root = built(*drawn)

    def pulled(seed):
        root.zero_grad()
        root.backward(seed)
        return [leaf.grad for leaf in leaves]

    one = pulled(1.0)
    assert pulled(-8.0) == [-8.0 * g for g in one]  # exactly: a power of two rounds nothing
    assert pulled(0.0) == [0.0] * len(leaves)
    assert agree(pulled(s + t), [a + b for a, b in zip(pulled(s), pulled(t), strict=True)], 1e-11)


@settings(max_examples=50, deadline=None)
@given(programs(), st.permutations(range(3)))
def test_a_gradient_does_not_depend_on_where_in_the_list_of_inputs_its_leaf_is(drawn, order):
    program, xs = drawn
    kept = [i for i in order if i < len(xs)]
    place = {old: new for new, old in enumerate(kept)}
    moved = [(name, tuple(place.get(p, p) for p in where)) for name, where in program]
    found = gradient(*built(moved, [xs[i] for i in kept]))
    assert found == [gradient(*built(program, xs))[i] for i in kept]


# ── Tests of the tests ──

SHARED = ([("sin", (0,)), ("multiply", (2, 1)), ("add", (3, 2)), ("dot", (2, 3, 4, 1)), ("tanh", (5,))], [0.8, -0.6])


def test_the_comparison_passes_what_is_right():
    program, xs = SHARED
    found = gradient(*built(program, xs))
    assert agree(found, exact_gradient(program, xs), 1e-12)
    assert agree(found, gradient_by_finite_differences(program, xs), 1e-5)


def broken(scale, which, position):
    """The gradient by the book of SHARED, with one local derivative multiplied by `scale`."""
    leaves, root = built(*SHARED)
    culprit = [node for node in topological_order(root) if node.op is not None][which]

    def partials(node):
        factors = [scale if node is culprit and i == position else 1.0 for i in range(len(node.parents))]
        return [factor * partial for factor, partial in zip(factors, node.local_grads, strict=True)]

    adjoint = adjoints(root, 1.0, partials)
    return [adjoint[id(leaf)] for leaf in leaves]


FAULTS = {"a dropped path": 0.0, "a doubled path": 2.0, "a partial wrong by 0.1 %": 1.001}
EDGES = [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2), (3, 3), (4, 0)]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("which, position", EDGES)
def test_the_comparison_catches(fault, which, position):
    assert broken(1.0, which, position) == pytest.approx(gradient(*built(*SHARED)), rel=1e-14)
    found = broken(FAULTS[fault], which, position)
    assert not agree(found, exact_gradient(*SHARED), 1e-9)
    assert not agree(found, gradient_by_finite_differences(*SHARED), 1e-5)


def test_the_comparison_catches_a_wrong_second_derivative_and_nan():
    program, xs = SHARED
    (row, _), (expected, _) = hessian(lambda p: run(program, p, OURS))(xs), exact_hessian(program, xs)
    assert agree(row, expected, 1e-7)
    assert not agree([row[0] * 1.001, row[1]], expected, 1e-7)
    assert not agree([math.nan], [math.nan], 1.0) and not agree([1.0], [1.0, 2.0], 1.0)


def test_taming_keeps_every_instruction_often_enough_to_be_tested():
    rng, kept = random.Random(0), Counter()
    for _ in range(300):
        xs = [rng.uniform(-2, 2) for _ in range(3)]
        names = [rng.choice(list(OURS)) for _ in range(12)]
        sizes = [4 if name in MANY else 2 if name in TWO else 1 for name in names]
        draft = [(name, tuple(rng.randrange(60) for _ in range(size))) for name, size in zip(names, sizes, strict=True)]
        kept.update(name for name, _ in tame(draft, xs))
    assert min(kept[name] for name in OURS) >= 10, kept
    assert kept.total() > 300 * 6
