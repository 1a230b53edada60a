"""A program as arrays that are each computed once from those before: no memory, no order of writing.

Formats such as ONNX or a Python function have names for results, but no places that are written twice. So a number is
known here by the array that holds it, and an array by what it is made of:

    given        an argument
    constant     numbers that are known
    pick         numbers of other arrays, from anywhere in them
    reshape      the same numbers in another shape
    repeat       the same numbers for each row
    product      matrix products, one for each of the leading indices
    total        the sum along the last axis
    largest      the largest along the last axis
    scan         a loop over turns, which hands some numbers from each turn to the next
    result       one of the arrays that a scan gives
    add, exp …   an elementary operation, element by element, with shapes that broadcast

What is `each` has a value for every row of a table, and whoever writes it down gives it one more axis, the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from operator import add
from typing import Any

import numpy as np

from autograd.arithmetic import ELEMENTARY, Arithmetic, Floats
from autograd.lift.arrays.program import Places
from autograd.ops import OPERATIONS

#: The operations that are written element by element, and how many operands each has. Of no program, but of what is
#: written around one, is floor: ⌊x⌋.
ELEMENTWISE = {
    name: 1 if name == "power" else OPERATIONS[name].arity or 0
    for name in ("add", "subtract", "multiply", "negative", *ELEMENTARY)
    if name not in ("sum", "detach", "power")
} | {"power": 2, "floor": 1}


@dataclass(frozen=True, eq=False)
class Tensor:
    """Numbers that are computed together.

    Attributes:
        kind: what computes them, see above.
        operands: from what.
        shape: of the numbers, for one row.
        each: whether every row has numbers of its own.
        detail: a given array's name, a constant's numbers, the places of a pick, the turns of a scan.
    """

    kind: str
    operands: tuple[Tensor, ...]
    shape: tuple[int, ...]
    each: bool = False
    detail: Any = None

    @property
    def size(self) -> int:
        """How many numbers it has in a row."""
        return int(np.prod(self.shape, dtype=int))

    def __add__(self, other: Any) -> Any:
        return elementwise("add", self, other)

    def __radd__(self, other: Any) -> Any:
        return elementwise("add", other, self)

    def __sub__(self, other: Any) -> Any:
        return elementwise("subtract", self, other)

    def __rsub__(self, other: Any) -> Any:
        return elementwise("subtract", other, self)

    def __mul__(self, other: Any) -> Any:
        return elementwise("multiply", self, other)

    def __rmul__(self, other: Any) -> Any:
        return elementwise("multiply", other, self)

    def __neg__(self) -> Any:
        return elementwise("negative", self)

    def __bool__(self) -> bool:
        raise TypeError("numbers that are not known yet are neither true nor false; choose with m.where")


@dataclass(frozen=True, eq=False)
class Turns:
    """What a scan does.

    Attributes:
        count: how many turns.
        last_first: whether it begins with the last one.
        carried: what stands in the body for the numbers that the turn before has left.
        moving: the same for this turn's numbers of the arrays that have one a turn.
        left: what the body leaves for the next turn.
        given: what the body gives in each turn.
    """

    count: int
    last_first: bool
    carried: tuple[Tensor, ...]
    moving: tuple[Tensor, ...]
    left: tuple[Tensor, ...]
    given: tuple[Tensor, ...]


@dataclass(frozen=True)
class Dataflow:
    """A function: arrays of numbers go in, arrays come out.

    Attributes:
        name: of the function.
        inputs: the given arrays, in order.
        outputs: the results, by their names.
        about: what it is, in a sentence or more.
    """

    name: str
    inputs: tuple[Tensor, ...]
    outputs: dict[str, Tensor]
    about: str = ""


# ── Arrays from arrays ──────────────────────────────────────────────────────────────────────────────────────────


def argument(name: str, shape: tuple[int, ...], each: bool = False) -> Tensor:
    """An argument."""
    return Tensor("given", (), shape, each, name)


def known_numbers(numbers: Any) -> Tensor:
    """Numbers that are known."""
    known = np.asarray(numbers, dtype=np.float64)
    return Tensor("constant", (), known.shape, False, known)


def as_tensor(x: Any) -> Tensor:
    """A number as an array; an array as it is."""
    return x if isinstance(x, Tensor) else known_numbers(float(x))


def reshaped(x: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The same numbers in another shape."""
    if x.shape == shape:
        return x
    if x.kind == "constant":
        return known_numbers(x.detail.reshape(shape))
    return Tensor("reshape", (x.operands[0] if x.kind == "reshape" else x,), shape, x.each)


def repeated(x: Tensor) -> Tensor:
    """The same numbers for each row."""
    return x if x.each else Tensor("repeat", (x,), x.shape, True)


def pick(sources: Sequence[Tensor], places: Places) -> Tensor:
    """The numbers at these places of all sources, one after the other, in the shape of `places`."""
    starts = np.cumsum([0, *(source.size for source in sources)])
    which = np.searchsorted(starts, places, side="right") - 1
    used = np.unique(which)
    found = [sources[k] for k in used]
    new_starts = np.cumsum([0, *(source.size for source in found)])
    renumbered = np.zeros(len(sources), dtype=np.intp)
    renumbered[used] = np.arange(len(used))
    places = places - starts[which] + new_starts[renumbered[which]]
    if all(source.kind == "constant" for source in found):
        return known_numbers(np.concatenate([source.detail.ravel() for source in found])[places])
    if len(found) == 1 and found[0].size == places.size and (places.ravel() == np.arange(places.size)).all():
        return reshaped(found[0], places.shape)
    each = any(source.each for source in found)
    found = [repeated(source) for source in found] if each else found
    return Tensor("pick", tuple(found), places.shape, each, places)


def matrix_product(left: Tensor, right: Tensor) -> Tensor:
    """out[…, i, j] = Σₖ left[…, i, k] · right[…, k, j]."""
    leading = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    left, right = same_rank([left, right], len(leading) + 2)
    return Tensor("product", (left, right), (*leading, left.shape[-2], right.shape[-1]), left.each or right.each)


def along_last(kind: str, x: Tensor) -> Tensor:
    """The "total" or the "largest" along the last axis."""
    return Tensor(kind, (x,), x.shape[:-1], x.each)


def same_rank(xs: Sequence[Tensor], rank: int) -> list[Tensor]:
    """The arrays, with leading axes of length 1: where rows come first, axes are not added by broadcasting."""
    return [reshaped(x, (1,) * (rank - len(x.shape)) + x.shape) if x.each or x.kind != "constant" else x for x in xs]


def elementwise(name: str, *xs: Any) -> Any:
    """An elementary operation; of numbers alone, the number."""
    if not any(isinstance(x, Tensor) for x in xs):
        known = [float(x) for x in xs]
        of_floats: dict[str, Callable[..., float]] = {
            "add": add, "subtract": lambda a, b: a - b, "multiply": lambda a, b: a * b, "negative": lambda a: -a,
        }  # fmt: skip
        return (of_floats.get(name) or getattr(Floats, name))(*known)
    arrays = [as_tensor(x) for x in xs]
    shape = np.broadcast_shapes(*(x.shape for x in arrays))
    if all(x.kind == "constant" and x.size == 1 for x in arrays):
        return known_numbers(np.full(shape, elementwise(name, *(x.detail.item() for x in arrays))))
    if name in ("add", "multiply") and arrays[0].kind == "constant":
        arrays.reverse()  # optimisers of other tools look for 0 and 1 in the second place
    if name in ("multiply", "divide") and arrays[0].shape == shape and is_one(arrays[1]):
        return arrays[0]
    return Tensor(name, tuple(same_rank(arrays, len(shape))), shape, any(x.each for x in arrays))


def is_one(x: Tensor) -> bool:
    """Whether it is the number 1, by which nothing changes."""
    return x.kind == "constant" and x.size == 1 and bool(x.detail.item() == 1.0)


DataflowArithmetic = Arithmetic(
    "Dataflow",
    {name: partial(elementwise, name) for name in ELEMENTWISE}
    | {"sum": lambda *xs: reduce(add, xs, 0.0) if not xs else reduce(add, xs), "detach": lambda x: x},
)


def scanned(start: Sequence[Tensor], moving: Sequence[Tensor], turns: Turns) -> tuple[list[Tensor], list[Tensor]]:
    """A loop over turns: what the last one leaves, and all that was given, arrays with a number for each turn.

    Args:
        start: what the first turn is given as carried.
        moving: arrays with a number for each turn.
        turns: what a turn does.
    """
    inside = {id(x) for x in (*turns.carried, *turns.moving)}
    free = outermost([*turns.left, *turns.given], inside)
    whole = Tensor("scan", (*start, *moving, *free), (), detail=turns)
    ends = [Tensor("result", (whole,), (), detail=k) for k in range(len(start))]
    rows = [Tensor("result", (whole,), (turns.count,), detail=len(start) + k) for k in range(len(turns.given))]
    return ends, rows


# ── Order ───────────────────────────────────────────────────────────────────────────────────────────────────────


def each_after_operands(wanted: Iterable[Tensor], known: set[int] | None = None) -> list[Tensor]:
    """All arrays that the wanted ones are made of, and these, each after its operands.

    Args:
        known: those whose operands are not looked at, by their identity.
    """
    done: set[int] = set()
    found: list[Tensor] = []
    stack = list(wanted)[::-1]
    while stack:
        x = stack[-1]
        missing = [] if known and id(x) in known else [y for y in x.operands if id(y) not in done]
        if id(x) in done or missing:
            if id(x) in done:
                stack.pop()
            stack += missing[::-1]
            continue
        stack.pop()
        done.add(id(x))
        found.append(x)
    return found


def outermost(results: Sequence[Tensor], inside: set[int]) -> list[Tensor]:
    """What the results of a body read that is computed outside: of what no turn changes."""
    depends = set(inside)
    arrays = each_after_operands(results)
    for x in arrays:
        if any(id(y) in depends for y in x.operands):
            depends.add(id(x))
    read = [*results, *(y for x in arrays if id(x) in depends for y in x.operands)]
    return list({id(y): y for y in read if id(y) not in depends}.values())


def results_by_scan(flow: Dataflow) -> dict[int, list[Tensor]]:
    """The results of each scan that are read, by the scan's identity."""
    found: dict[int, list[Tensor]] = {}
    for x in each_after_operands(flow.outputs.values()):
        if x.kind == "result":
            found.setdefault(id(x.operands[0]), []).append(x)
    return found


def parts_that_count(turns: Turns, results: Sequence[Tensor]) -> tuple[list[int], list[int]]:
    """Which carried numbers, and which of those that are given in each turn, lead to results that are read."""
    count = len(turns.carried)
    gives = sorted({y.detail - count for y in results if y.detail >= count})
    carried = {y.detail for y in results if y.detail < count}
    while True:
        wanted = [*(turns.left[k] for k in carried), *(turns.given[k] for k in gives)]
        inside = set(map(id, each_after_operands(wanted)))
        more = {k for k, x in enumerate(turns.carried) if id(x) in inside} - carried
        if not more:
            return sorted(carried), gives
        carried |= more
