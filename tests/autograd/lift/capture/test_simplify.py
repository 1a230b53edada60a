"""What becomes of recorded Values: sums in a line, products as their terms, equal nodes one, constants where they can.

The laws are stated as what is written for an expression. `*` in a sum is a term of it, and not a node.
"""

import pytest

from autograd import Value, apply, detach, dot, maximum, mean, tanh
from autograd import sum as total
from autograd.lift.capture.given import Given
from autograd.lift.capture.recorded_order import noted_order
from autograd.lift.capture.scalars import LARGEST, LINEAR
from autograd.lift.capture.simplify import scalar_program
from autograd.ops import IDENTITY
from autograd.recording import Recording

NAMES = "abcd"


def simplified(f):
    """The scalar program of f of a, b, c and d."""
    leaves = [Given(x) for x in (0.5, 2.0, -1.5, 3.0)]
    with Recording(leaves) as recording, noted_order() as made:
        result = f(*leaves)
        roots = list(result) if isinstance(result, tuple) else [result]
        program = scalar_program(roots, recording, made)
    names = {id(leaf): name for leaf, name in zip(leaves, NAMES)}
    return program, {node: names[id(leaf)] for node, leaf in program.leaves.items()}


def written(f):
    """Its roots, written out."""
    program, names = simplified(f)

    def text(node):
        if node in names:
            return names[node]
        if node in program.number:
            return f"{program.number[node]:g}"
        if program.op[node] is LINEAR:
            terms = [
                f"{'+' if sign > 0 else '-'}{text(a)}{f'*{text(b)}' if b >= 0 else ''}"
                for sign, a, b in program.terms[node]
            ]
            return f"({' '.join(terms)})"
        name = "largest" if program.op[node] is LARGEST else program.op[node].name
        return f"{name}({', '.join(map(text, program.operands[node]))})"

    return "; ".join(map(text, program.roots))


def beside_its_tanh(x, form=lambda x: x):
    return tanh(x) + form(x)


def twice(s, c, d):
    return (s + c) * (s - d)


SUMS = {
    "a sum in a line": (lambda a, b, c, d: (a + b) - (c - d), "(+a +b -c +d)"),
    "however it is nested": (lambda a, b, c, d: a - (b + (c - (d - a))), "(+d -a -c -b +a)"),
    "built up one by one": (lambda a, b, c, d: total([a, b]) + c + d, "(+a +b +c +d)"),
    "the longer list is kept": (lambda a, b, c, d: a - (b + c + d), "(-b -c -d +a)"),
    "of a negative": (lambda a, b, c, d: a + (-b), "(+a -b)"),
    "of the negative of a sum": (lambda a, b, c, d: a - (-(b - c)), "(+b -c +a)"),
    "a negative that is used elsewhere, too": (
        lambda a, b, c, d: beside_its_tanh(-a),
        "(+tanh(negative(a)) +negative(a))",
    ),
    "products": (lambda a, b, c, d: a * b + c * d - a * c, "(+a*b +c*d -a*c)"),
    "a product of a negative": (lambda a, b, c, d: (-a) * b + c * d, "(-a*b +c*d)"),
    "a product of two": (lambda a, b, c, d: (-a) * (-b) + c, "(+a*b +c)"),
    "a product that is used elsewhere, too": (
        lambda a, b, c, d: beside_its_tanh(a * b),
        "(+tanh(multiply(a, b)) +multiply(a, b))",
    ),
    "a sum that is used twice in sums": (
        lambda a, b, c, d: twice(a + b, c, d),
        "multiply((+(+a +b) +c), (+(+a +b) -d))",
    ),
    "a dot": (lambda a, b, c, d: dot([a, b], [c, d]) + a, "(+a*c +b*d +a)"),
    "a dot with a negative": (lambda a, b, c, d: dot([-a, b], [c, -d]), "(-a*c -b*d)"),
    "a mean": (lambda a, b, c, d: mean([a, b, c]), "divide((+a +b +c), 3)"),
    "a mean of four": (lambda a, b, c, d: mean([a, b, c, d]), "multiply((+a +b +c +d), 0.25)"),
    "a mean of products": (lambda a, b, c, d: mean([a * b, c * d, a]), "divide((+a*b +c*d +a), 3)"),
    "of constants": (lambda a, b, c, d: (a + 1.5) + (b - 2.0), "(+a +b +-0.5)"),
    "constants that are nothing together": (lambda a, b, c, d: (a + 1.5) - 1.5, "(+a)"),
    "of nothing else": (lambda a, b, c, d: (Value(1.0) + 2.0) * a, "multiply(3, a)"),
    "a sum that another one stands for": (
        lambda a, b, c, d: (apply(IDENTITY, a + b) + c, tanh(apply(IDENTITY, c * d))),
        "(+(+a +b) +c); tanh(multiply(c, d))",
    ),
    "one sum that is written twice": (
        lambda a, b, c, d: ((a + b) * c, (b + a) * c),
        "multiply((+a +b), c); multiply((+a +b), c)",
    ),
}
PRODUCTS = {
    "by 1": (lambda a, b, c, d: tanh(1.0 * a), "tanh(a)"),
    "by 1 and 2, which are alike": (
        lambda a, b, c, d: (tanh(1.0 * a), tanh(2.0 * b)),
        "tanh(multiply(1, a)); tanh(multiply(2, b))",
    ),
    "by 1, 2 and 1 again": (
        lambda a, b, c, d: (tanh(1.0 * a), tanh(2.0 * b), tanh(1.0 * c)),
        "tanh(multiply(1, a)); tanh(multiply(2, b)); tanh(multiply(1, c))",
    ),
    "by 2, 1 and 1": (
        lambda a, b, c, d: (tanh(2.0 * a), tanh(1.0 * b), tanh(1.0 * c)),
        "tanh(multiply(2, a)); tanh(multiply(1, b)); tanh(multiply(1, c))",
    ),
    "by 1, and one without a constant": (
        lambda a, b, c, d: (dot([1.0, a], [b, c]), dot([a, b], [c, d])),
        "(+b +a*c); (+a*c +b*d)",
    ),
    "by 1 and −1 in a sum": (lambda a, b, c, d: 1.0 * a + -1.0 * b, "(+a -b)"),
    "by 1 and 2 in a sum": (lambda a, b, c, d: 1.0 * a + 2.0 * b, "(+1*a +2*b)"),
    "of kinds that differ": (
        lambda a, b, c, d: (1.0 * a + b, 2.0 * tanh(c)),
        "(+a +b); multiply(2, tanh(c))",
    ),
    "a dot with a constant and nothing": (lambda a, b, c, d: dot([2.0, a], [0.0, b]), "(+2*0 +a*b)"),
    "a dot with ones": (lambda a, b, c, d: dot([1.0, -1.0, 1.0], [a, b, c]), "(+a -b +c)"),
    "a dot with a one and a two": (lambda a, b, c, d: dot([1.0, 2.0], [a, b]), "(+1*a +2*b)"),
    "in either order": (lambda a, b, c, d: (tanh(a * b), tanh(b * a)), "tanh(multiply(a, b)); tanh(multiply(a, b))"),
    "of constants": (lambda a, b, c, d: (Value(2.0) * 3.0) * tanh(a), "multiply(6, tanh(a))"),
    "by a half": (lambda a, b, c, d: tanh(a / 2.0), "tanh(multiply(a, 0.5))"),
    "by 1 for a divisor": (lambda a, b, c, d: tanh(a / 1.0), "tanh(a)"),
    "by a third": (lambda a, b, c, d: tanh(a / 3.0), "tanh(divide(a, 3))"),
    "by the largest power that has an inverse": (
        lambda a, b, c, d: tanh(a / 2.0**1022),
        "tanh(multiply(a, 2.22507e-308))",
    ),
    "by a larger one": (lambda a, b, c, d: tanh(a / 2.0**1023), "tanh(divide(a, 8.98847e+307))"),
    "by what has no inverse": (lambda a, b, c, d: tanh(a / 2.0**-1074), "tanh(divide(a, 4.94066e-324))"),
    "by 2 and 3, which are alike": (
        lambda a, b, c, d: (tanh(a / 2.0), tanh(b / 3.0)),
        "tanh(divide(a, 2)); tanh(divide(b, 3))",
    ),
    "to the power of 1, 2 and −1": (
        lambda a, b, c, d: (tanh(a**1.0), tanh(b**2.0), tanh(c**-1.0)),
        "tanh(a); tanh(multiply(b, b)); tanh(divide(1, c))",
    ),
    "to the power of 3": (lambda a, b, c, d: tanh(a**3.0), "tanh(power(a))"),
}
MAXIMA = {
    "a chain that is detached": (
        lambda a, b, c, d: tanh(detach(maximum(maximum(a, b), c))),
        "tanh(largest(a, b, c))",
    ),
    "of one": (lambda a, b, c, d: tanh(detach(a)), "tanh(largest(a))"),
    "of one twice": (lambda a, b, c, d: tanh(detach(maximum(a, a))), "tanh(largest(a))"),
    "of constants": (lambda a, b, c, d: detach(maximum(Value(1.0), 2.0)) * tanh(a), "multiply(2, tanh(a))"),
    "that is not detached": (
        lambda a, b, c, d: tanh(maximum(maximum(a, b), c)),
        "tanh(maximum(c, maximum(a, b)))",
    ),
    "that is used elsewhere, too": (
        lambda a, b, c, d: beside_its_tanh(maximum(a, b), detach),
        "(+tanh(maximum(a, b)) +largest(maximum(a, b)))",
    ),
    "that stands for another": (
        lambda a, b, c, d: tanh(detach(apply(IDENTITY, maximum(a, b)))),
        "tanh(largest(maximum(a, b)))",
    ),
    "an equal one": (
        lambda a, b, c, d: detach(maximum(a, b)) * detach(maximum(a, b)),
        "multiply(largest(a, b), largest(a, b))",
    ),
}


@pytest.mark.parametrize(("f", "expected"), [*SUMS.values(), *PRODUCTS.values(), *MAXIMA.values()])
def test_what_is_written_for_an_expression(f, expected):
    assert written(f) == expected


def test_equal_nodes_are_one():
    program, _ = simplified(lambda a, b, c, d: tanh(a * b) * c + tanh(b * a) * d + (a + b) * tanh(b + a))
    names = [op.name for op in program.op if op is not None]
    assert sorted(names) == ["linear", "linear", "multiply", "tanh", "tanh"]


def test_what_nobody_needs_is_left_out():
    program, names = simplified(lambda a, b, c, d: (tanh(a) * tanh(b), a + c)[1])
    assert [op.name for op in program.op if op is not None] == ["linear"] and set(names.values()) == {"a", "c"}


def test_operations_are_told_in_the_order_of_recording():
    program, names = simplified(lambda a, b, c, d: tanh(b) + tanh(a))
    of_tanh = [node for node, op in enumerate(program.op) if op is not None and op.name == "tanh"]
    assert [names[program.operands[node][0]] for node in sorted(of_tanh, key=program.made.get)] == ["b", "a"]
