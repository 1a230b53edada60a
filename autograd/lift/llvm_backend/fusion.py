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
    groups: list[Group] = []
    for statement in statements:
        if isinstance(statement, Multiply):
            out = Access(statement.out, strides_of(statement.out))
            groups.append(Group(statement, [], statement.out.shape, {statement.out.tobytes(): out}))
        elif not (groups and joins(groups[-1], in_order_of(groups[-1], statement))):
            groups.append(Group(None, [statement], *shaped([statement])))
    return groups


def in_order_of(group: Group, statement: Each) -> Each:
    """The statement with its elements in the order in which the group writes what it reads."""
    for written in group.writes():
        flat = written.ravel()
        for read in statement.reads:
            if read.size == flat.size and not np.array_equal(read, flat):
                order, theirs = np.argsort(read, kind="stable"), np.argsort(flat, kind="stable")
                if np.array_equal(read[order], flat[theirs]):
                    moved = np.empty_like(order)
                    moved[theirs] = order
                    return replace(
                        statement, reads=tuple(x[moved] for x in statement.reads), write=statement.write[moved]
                    )
    return statement


def joins(group: Group, statement: Each) -> bool:
    """Whether a statement can run together with a group; then it is in it, afterwards."""
    elements = group.product.out.size if group.product is not None else group.each[0].write.size
    if statement.write.size != elements or group.sums or repeats(statement.write) or conflict(group, statement):
        return False
    if group.product is not None:
        if statement.calls:
            return False  # the registers hold a tile
        places = {x.tobytes(): x.reshape(group.shape) for x in (*statement.reads, statement.write)}
        added = {key: Access(x, strides_of(x)) for key, x in places.items() if key not in group.accesses}
        if any(access.steps is None for access in added.values()):
            return False
        group.accesses.update(added)
    else:
        shape, accesses = shaped([*group.each, statement])
        alone = shaped([statement])[1]
        if gathers(accesses) > gathers({**group.accesses, **alone}):
            return False
        group.shape, group.accesses = shape, accesses
    group.each.append(statement)
    return True


def gathers(accesses: dict[bytes, Access]) -> int:
    return sum(access.steps is None for access in accesses.values())


def shaped(each: list[Each]) -> tuple[tuple[int, ...], dict[bytes, Access]]:
    """A shape in which what is written advances by fixed steps, and as much of what is read as possible."""
    found = {x.tobytes(): x for statement in each for x in (statement.write, *statement.reads)}
    regular: list[Places] = []
    tables: set[bytes] = set()
    shape: tuple[int, ...] = (each[0].write.size,)
    for key, offsets in found.items():
        wider = nested_shape([*regular, offsets])
        if wider is None:
            tables.add(key)
        else:
            regular.append(offsets)
            shape = wider
    places = {key: offsets.reshape(shape) for key, offsets in found.items()}
    return shape, {key: Access(x, None if key in tables else strides_of(x)) for key, x in places.items()}


def conflict(group: Group, statement: Each) -> bool:
    """Whether the statement would meet numbers of other elements that the group writes, or has yet to read."""
    written = [earlier.write for earlier in group.each]
    read = [x for earlier in group.each for x in earlier.reads]
    if group.product is not None:
        written.append(group.product.out)
        if any(overlap(statement.write, x) for x in (group.product.left, group.product.right)):
            return True  # a product reads what it likes, when it likes
    return any(mixed(x, y) for x in (*statement.reads, statement.write) for y in written) or any(
        mixed(statement.write, y) for y in read
    )


def mixed(a: Places, b: Places) -> bool:
    """Whether offsets of one element are also those of another."""
    return not np.array_equal(a.ravel(), b.ravel()) and overlap(a, b)


def overlap(a: Places, b: Places) -> bool:
    """Whether there is an offset in both."""
    low, high = max(int(a.min()), int(b.min())), min(int(a.max()), int(b.max()))
    if low > high:
        return False
    here = np.zeros(high - low + 1, dtype=bool)
    here[a[(a >= low) & (a <= high)] - low] = True
    return bool(here[b[(b >= low) & (b <= high)] - low].any())


def stored(groups: list[Group], results: Any, size: int) -> Any:
    """Which offsets somebody reads from memory: the groups themselves, or the caller (`results`)."""
    needed = np.zeros(size, dtype=bool)
    needed[results] = True
    for group in groups:
        for offsets in group.loads():
            needed[offsets] = True
    return needed
