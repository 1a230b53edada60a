"""Which numbers make good questions of a graph, and drawing some: few digits, nothing degenerate, nothing ambiguous.

Drawn again are numbers that make an answer 0 or too large to work with, and those where a mistake would come by
accident to the right answer, or two mistakes to the same number. What comes to the same whatever the numbers are cannot
be drawn away; which mistakes do is found with other numbers.

>>> from autograd import Value
>>> w, x, y = (Value(data, label=label) for data, label in ((0.5, "w"), (2.0, "x"), (1.0, "y")))
>>> L = (w * x - y) ** 2
>>> [[leaf.data for leaf in leaves(other)] for other in other_numbers(L, 2)]
[[1.6, 0.6, 1.0], [1.8, 1.2, 1.0]]
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from autograd.graph import leaves, topological_order
from autograd.ops import ADD, DOT, MULTIPLY, NEGATIVE, POWER, SUBTRACT, SUM
from autograd.show.practising.mistakes import Mistake
from autograd.show.practising.questions import Mode, Question, Questioner
from autograd.show.writing.blackboard import labelled
from autograd.show.writing.numbers import is_rounded
from autograd.value import Value, apply

DIGITS = 3
OTHER_NUMBERS = 6  # assignments that show what coincides whatever the numbers are
MOST_DRAWN = 8_000  # numbers drawn × nodes, after which no more is tried
TENTHS = [x / 10 for x in range(-20, 21) if x and x not in (-10, 10, -20, 20)]
WHOLE = [float(x) for x in range(-9, 10) if abs(x) > 1]
#: Whose results have few digits where the operands do.
EXACT: tuple[Any, ...] = (ADD, SUBTRACT, MULTIPLY, NEGATIVE, DOT, SUM, POWER)
TARGET = re.compile(r"(y|t|target)[\d_₀-₉]*", re.I)

Pair = frozenset[Mistake | None]  # None is the right answer


def over_numbers(root: Value, numbers: Mapping[Any, float]) -> Value:
    """The same graph over other numbers for these leaves.

    Raises:
        DomainError: if an operation has no finite result there.
    """
    made: dict[Any, Value] = {}
    for node in topological_order(root):
        if node.op is None:
            made[node] = Value(numbers.get(node, node.data))
        else:
            made[node] = apply(node.op, *(made[parent] for parent in node.parents))
        made[node].label = node.label
    return made[root]


def other_numbers(root: Value, count: int, mode: Mode = "steps") -> Iterator[Value]:
    """The same graph with other numbers, as often as asked for, or as good ones are found; always the same ones.

    None is ambiguous when it is asked about in that mode. The numbers of leaves without a label stay, and so do targets
    of 0 and 1.
    """
    inputs = [leaf for leaf in leaves(root) if labelled(leaf) and not is_class(leaf)]
    pool = WHOLE if all(leaf.data.is_integer() for leaf in inputs) else TENTHS
    if not inputs or len(inputs) > len(pool):
        return
    rng = random.Random(len(inputs))

    def drawn() -> Value | None:
        try:
            return over_numbers(root, dict(zip(inputs, rng.sample(pool, len(inputs)), strict=True)))
        except ValueError:
            return None

    nodes = topological_order(root)
    exact = all(node.op is None or (node.op.family or node.op) in EXACT for node in nodes)
    tries = MOST_DRAWN // len(nodes)
    try:
        structural = coincidences(drawn, mode, tries)
    except LookupError:
        return
    for _ in range(tries):
        made = drawn()
        if made is not None and is_good(made, mode, structural, exact):
            yield made
            count -= 1
            if not count:
                return


def is_class(leaf: Value) -> bool:
    """Whether a leaf says which of two classes is right."""
    return bool(TARGET.fullmatch(leaf.label)) and leaf.data in (0.0, 1.0)


def is_good(root: Value, mode: Mode, structural: list[set[Pair]], exact: bool) -> bool:
    """Whether all numbers are of a size to work with, none is 0, and nothing is taken for another thing by accident.

    Args:
        root: the graph.
        mode: what is asked of it.
        structural: what coincides for each question whatever the numbers are.
        exact: whether all answers must be shown in full.
    """
    found = Questioner(root, DIGITS, leaves(root))
    if any(not 0.01 <= abs(part) < 1_000 for parts in found.parts.values() for part in parts):
        return False
    return all(
        0.01 <= abs(question.right) < 1_000
        and not (exact and is_rounded(question.right, DIGITS + 1))
        and confused(question) <= structural[place]
        for place, question in enumerate(found.asked(mode))
    )


def confused(question: Question) -> set[Pair]:
    """What comes to the same number here: pairs of mistakes, or a mistake and the right answer."""
    found = {frozenset((None, mistake)) for mistake in question.hidden}
    for place, slip in enumerate(question.slips):
        for other in question.slips[place + 1 :]:
            near = abs(other.number - slip.number) <= slip.tolerance + other.tolerance
            if near and other.mistake is not slip.mistake:
                found.add(frozenset((slip.mistake, other.mistake)))
    return found


def coincidences(drawn: Callable[[], Value | None], mode: Mode, tries: int = 1_000) -> list[set[Pair]]:
    """What coincides for each question of a graph whatever its numbers are.

    Args:
        drawn: gives the graph with random numbers, or None where it has no value.
        mode: what is asked.
        tries: how many graphs may be drawn.
    Raises:
        LookupError: if too few of them can be asked about: where relu rests, everything is 0.
    """
    always: list[set[Pair]] = []
    found = 0
    for _ in range(tries):
        root = drawn()
        asked = None if root is None else Questioner(root, 12, leaves(root))
        if asked is None or not all(map(all, asked.parts.values())):
            continue
        now = [confused(question) for question in asked.asked(mode)]
        always = [before & pairs for before, pairs in zip(always, now, strict=True)] if found else now
        found += 1
        if found == OTHER_NUMBERS:
            return always
    raise LookupError(f"of {tries} graphs only {found} could be asked about")
