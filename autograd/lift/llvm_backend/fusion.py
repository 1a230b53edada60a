"""Statements that run together, so that a number that one computes and the next reads need not go through memory.

A group is an optional matrix product followed by statements over the same elements. An element passes through all of
them before the next one starts, which is right if no statement reads or writes what another one of the group writes for
a different element. What nobody reads afterwards is never stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from autograd.lift.arrays.program import Places
from autograd.lift.arrays.strides import nested_shape, strides_of
from autograd.lift.llvm_backend.lowering import Each, LoweredStatement, Multiply, repeats
from autograd.lift.llvm_backend.place_marks import PlaceMarks


@dataclass(frozen=True, eq=False)
class Access:
    """Where the elements of a group are in memory: a start and a step along each axis, or else a table."""

    offsets: Places
    steps: tuple[int, ...] | None

    @property
    def start(self) -> int:
        return int(self.offsets.flat[0])


@dataclass(eq=False)
class Group:
    """Statements over the same elements, after the matrix product whose result those are, if any."""

    product: Multiply | None
    each: list[Each] = field(default_factory=list)
    shape: tuple[int, ...] = ()
    accesses: dict[bytes, Access] = field(default_factory=dict)
    keys: dict[int, tuple[bytes, Places]] = field(default_factory=dict)

    @cached_property
    def sums(self) -> bool:
        """Whether elements share an offset, and are combined."""
        return len(self.each) == 1 and self.product is None and repeats(self.each[0].write)

    def key(self, offsets: Places) -> bytes:
        """What tells these offsets from others. Long to find out, so it is done once for each array."""
        found = self.keys.get(id(offsets))
        if found is None:
            found = self.keys[id(offsets)] = (offsets.tobytes(), offsets)
        return found[0]

    def access(self, offsets: Places) -> Access:
        return self.accesses[self.key(offsets)]

    def writes(self) -> list[Places]:
        """What is written, each once."""
        outs = [statement.write for statement in self.each]
        if self.product is not None:
            outs.append(self.product.out)
        return list({self.key(out): out for out in outs}.values())

    def loads(self) -> list[Places]:
        """What is read from memory, rather than known from an earlier statement of the group."""
        known: set[bytes] = set()
        found: list[Places] = []
        if self.product is not None:
            found += [self.product.left, self.product.right]
            if self.product.mode != "=":
                found.append(self.product.out)
            known.add(self.key(self.product.out))
        for statement in self.each:
            reads = statement.reads if statement.mode == "=" else (*statement.reads, statement.write)
            found += [x for x in reads if self.key(x) not in known]
            known.add(self.key(statement.write))
        return found


def grouped(statements: list[LoweredStatement]) -> list[Group]:
    """The statements in groups, each with its shape."""
    found = Grouping(
        1 + max((int(x.max()) for statement in statements for x in offsets_of(statement) if x.size), default=0)
    )
    for statement in statements:
        if isinstance(statement, Multiply):
            found.begin(Group(statement))
        elif not (found.groups and found.joins(found.in_order(statement))):
            found.begin(Group(None), statement)
    found.finish()
    return found.groups


def offsets_of(statement: LoweredStatement) -> tuple[Places, ...]:
    """Where a statement reads and writes."""
    if isinstance(statement, Multiply):
        return statement.left, statement.right, statement.out
    return *statement.reads, statement.write


class Grouping:
    """Groups, to the last of which statements are added as they come. `size` is that of the memory."""

    def __init__(self, size: int) -> None:
        self.groups: list[Group] = []
        self.marks = PlaceMarks(size)

    def begin(self, group: Group, statement: Each | None = None) -> None:
        """Begin a group, of a product or a statement."""
        self.finish()
        self.groups.append(group)
        self.marks.begin()
        if group.product is not None:
            product = group.product
            group.shape = product.out.shape
            group.accesses = {group.key(product.out): Access(product.out, strides_of(product.out))}
            self.marks.note_any_order([product.left, product.right])
            self.marks.note([], product.out.ravel())
        if statement is not None:
            self.sharing = SharedShape(statement.write.size)
            self.sharing.add(statement)
            self.add(statement)

    def add(self, statement: Each) -> None:
        self.groups[-1].each.append(statement)
        self.marks.note(statement.reads, statement.write)

    def finish(self) -> None:
        """Give the last group the shape in which its statements run, which all of them decide."""
        if self.groups and self.groups[-1].product is None:
            self.groups[-1].shape, self.groups[-1].accesses = self.sharing.shape, self.sharing.accesses()

    def in_order(self, statement: Each) -> Each:
        """The statement with its elements in the order in which the group writes what it reads."""
        for read in statement.reads:
            written = self.marks.written_by(read)
            if written is None or read.size != written.size or np.array_equal(read, written):
                continue
            order, theirs = np.argsort(read, kind="stable"), np.argsort(written, kind="stable")
            if np.array_equal(read[order], written[theirs]):
                moved = np.empty_like(order)
                moved[theirs] = order
                return replace(statement, reads=tuple(x[moved] for x in statement.reads), write=statement.write[moved])
        return statement

    def joins(self, statement: Each) -> bool:
        """Whether a statement can run together with the last group; then it is in it, afterwards."""
        group = self.groups[-1]
        elements = group.product.out.size if group.product is not None else group.each[0].write.size
        if statement.write.size != elements or group.sums or repeats(statement.write):
            return False
        if self.marks.conflict(statement.reads, statement.write):
            return False
        if group.product is not None:
            if statement.calls:
                return False  # the registers hold a tile
            places = {x.tobytes(): x.reshape(group.shape) for x in (*statement.reads, statement.write)}
            added = {key: Access(x, strides_of(x)) for key, x in places.items() if key not in group.accesses}
            if any(access.steps is None for access in added.values()):
                return False
            group.accesses.update(added)
        elif not self.sharing.takes(statement):
            return False
        self.add(statement)
        return True


class SharedShape:
    """A shape in which what is written advances by fixed steps, and as much of what is read as possible.

    Attributes:
        shape: that of the statements so far.
        pattern: offsets that advance by fixed steps in this shape and in no simpler one: they stand for all arrays
            that do.
        tables: the keys of those that do not.
    """

    def __init__(self, elements: int) -> None:
        self.shape: tuple[int, ...] = (elements,)
        self.pattern = pattern_of(self.shape)
        self.offsets: dict[bytes, Places] = {}
        self.tables: set[bytes] = set()

    def add(self, statement: Each) -> list[bytes]:
        """Take a statement's offsets in, one array after the other; the keys of those that are new."""
        new = []
        for x in (statement.write, *statement.reads):
            key = x.tobytes()
            if key in self.offsets:
                continue
            self.offsets[key] = x
            new.append(key)
            wider = nested_shape([self.pattern, x])
            if wider is None:
                self.tables.add(key)
            elif wider != self.shape:
                self.shape, self.pattern = wider, pattern_of(wider)
        return new

    def takes(self, statement: Each) -> bool:
        """Take a statement in, unless more of it would have to be gathered than if it ran alone."""
        alone = SharedShape(statement.write.size)
        alone.add(statement)
        before = self.shape, self.pattern
        new = self.add(statement)
        if len(self.tables.intersection(alone.offsets)) <= len(alone.tables):
            return True
        self.shape, self.pattern = before
        for key in new:
            del self.offsets[key]
            self.tables.discard(key)
        return False

    def accesses(self) -> dict[bytes, Access]:
        """Where the elements are, in this shape."""
        places = {key: offsets.reshape(self.shape) for key, offsets in self.offsets.items()}
        return {key: Access(x, None if key in self.tables else strides_of(x)) for key, x in places.items()}


def pattern_of(shape: tuple[int, ...]) -> Places:
    """Offsets that advance by fixed steps in this shape, and in none with fewer axes.

    >>> pattern_of((2, 3)).tolist()
    [0, 2, 4, 10, 12, 14]
    """
    found: Places = np.zeros(1, dtype=np.intp)
    for length in reversed(shape):
        step = 2 * int(found[-1]) + 2  # so that the step from the end of a row to the next one is none within it
        found = np.add.outer(np.arange(length) * step, found).ravel()
    return found


def stored(groups: list[Group], results: Any, size: int) -> Any:
    """Which offsets somebody reads from memory: the groups themselves, or the caller (`results`)."""
    needed = np.zeros(size, dtype=bool)
    needed[results] = True
    for group in groups:
        for offsets in group.loads():
            needed[offsets] = True
    return needed
