"""Random scalar programs, as functions of a list, for tests that hold engines against each other."""

from hypothesis import strategies as st

from autograd import (
    atan2,
    detach,
    dot,
    elu,
    gelu,
    hypot,
    leaky_relu,
    logsumexp,
    maximum,
    mean,
    minimum,
    relu,
    sigmoid,
    silu,
    softmax,
    softplus,
    sqrt,
    tanh,
    where,
)  # fmt: skip
from autograd import sum as total

UNARY = [
    tanh, sigmoid, relu, softplus, silu, gelu, elu, leaky_relu,
    lambda x: -x, lambda x: x * 1.0, lambda x: 0.0 + x, lambda x: x - 1.0, lambda x: 2.0 * x, lambda x: x / 3.0,
    lambda x: x / 2.0, lambda x: x**2, lambda x: x**3, lambda x: (1.0 + x * x) ** -0.5, lambda x: sqrt(x * x + 1.0),
    lambda x: tanh(x).exp(), lambda x: (x * x + 0.5).log(), lambda x: x.sin(), lambda x: abs(x),
    lambda x: detach(x) * x, lambda x: x.erf(), lambda x: x + x, lambda x: x * x, lambda x: -(-x),
    lambda x: (x * x + 1.0) ** -1,
]  # fmt: skip
BINARY = [
    lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / (1.0 + b * b), maximum, minimum,
    lambda a, b: where(a > b, a * b, b), lambda a, b: atan2(a, 1.0 + b * b), lambda a, b: hypot(a, b + 3.0),
    lambda a, b: -a * b, lambda a, b: 1 - a * b, lambda a, b: (1.0 + a * a) ** tanh(b),
]  # fmt: skip
MANY = [
    lambda xs: total(xs), lambda xs: sum(xs), lambda xs: mean(xs), lambda xs: logsumexp(xs),
    lambda xs: dot(xs, xs[::-1]), lambda xs: dot(softmax(xs), xs), lambda xs: sum(x * x for x in xs) - xs[0],
    lambda xs: xs[0] - (xs[-1] - sum(xs)), lambda xs: max_of(xs),
]  # fmt: skip


def max_of(xs):
    largest = xs[0]
    for x in xs[1:]:
        largest = maximum(x, largest)
    return largest


def program(steps, width):
    """A function of a list: layers of `width` operations, each chosen and wired by the numbers in `steps`."""

    def f(xs):
        pool = list(xs)
        for kind, choice, first, second in steps:
            if kind == 0:  # the same operation on many
                apply = UNARY[choice % len(UNARY)]
                pool += [tanh(apply(pool[(first + k) % len(pool)])) for k in range(width)]
            elif kind == 1:
                apply = BINARY[choice % len(BINARY)]
                pool += [
                    tanh(apply(pool[(first + k) % len(pool)], pool[(second + 2 * k) % len(pool)])) for k in range(width)
                ]
            else:
                apply = MANY[choice % len(MANY)]
                start = first % len(pool)
                pool += [tanh(apply(pool[start : start + 1 + (second + k) % 5] or pool[:2])) for k in range(width)]
        return sum(x * (0.5 + 0.1 * k) for k, x in enumerate(pool[-2 * width :]))

    return f


numbers = st.integers(0, 60)
programs = st.builds(
    program,
    st.lists(st.tuples(st.integers(0, 2), numbers, numbers, numbers), min_size=1, max_size=7),
    st.integers(1, 4),
)
