"""Step 3, scheduling: which scalar nodes are computed together.

Nodes that play the same role (the same operation, the same kinds of operands, used by the same kinds of operations)
and do not wait for each other form a group. Groups are taken in the order of the longest way that is still ahead of
them (critical path first), and a role always takes all of its nodes that are ready: so the steps of a recurrent net
follow each other, while what is read out of every step waits and becomes one group at the end.
"""

from __future__ import annotations

import heapq
from typing import Any

from autograd.lift.capture.batch_operations import BATCH, COLUMN, SAMPLE
from autograd.lift.capture.scalars import LINEAR, Scalars


def reachable(program: Scalars) -> dict[int, tuple[int, ...]]:
    """The nodes that the roots are computed from and those that may fail, each with its operands; operands first."""
    needed = {*program.roots, *program.unused}
    found: list[tuple[int, tuple[int, ...]]] = []
    for node in range(len(program.op) - 1, -1, -1):
        if node in needed:
            operands = () if program.op[node] is None else program.operands_of(node)
            needed.update(operands)
            found.append((node, operands))
    return dict(reversed(found))


def batch_sizes(program: Scalars, operands: dict[int, tuple[int, ...]]) -> dict[int, int]:
    """For how many samples each node stands: 1 but for those that are computed from a batch."""
    size: dict[int, int] = {}
    for node, xs in operands.items():
        op = program.op[node]
        if op is BATCH:
            size[node] = len(xs)
        elif op is not None and op.family is COLUMN:
            size[node] = int(op.parameters["count"])
        else:
            size[node] = 1 if not xs or (op is not None and op.family is SAMPLE) else max(map(size.__getitem__, xs))
    return size


def roles(
    program: Scalars, operands: dict[int, tuple[int, ...]], kinds: dict[int, Any], size: dict[int, int]
) -> dict[int, int]:
    """The role of each node that is computed as a number. `kinds` tells the leaves apart."""
    kind: dict[int, Any] = {}
    for node in operands:
        op = program.op[node]
        if op is None:
            kind[node] = kinds.get(node, "constant")
        elif op is LINEAR:
            kind[node] = frozenset((sign, b < 0) for sign, _, b in program.terms[node])
        elif op.family is COLUMN:
            kind[node] = COLUMN, op.parameters["table"]
        else:
            kind[node] = SAMPLE if op.family is SAMPLE else op
    computed = computed_nodes(program, operands)
    used_by: dict[int, set[Any]] = {node: set() for node in computed}
    for node in computed:
        for x in computed.keys() & operands[node]:
            used_by[x].add(kind[node])
    codes: dict[Any, int] = {}
    of_size = {node: codes.setdefault((kind[node], size[node]), len(codes)) for node in operands}
    numbers: dict[Any, int] = {}
    return {
        node: numbers.setdefault(
            (of_size[node], frozenset(map(of_size.__getitem__, operands[node])), frozenset(used_by[node])),
            len(numbers),
        )
        for node in computed
    }


def computed_nodes(program: Scalars, operands: dict[int, tuple[int, ...]]) -> dict[int, None]:
    """The nodes that are no leaves, in order."""
    return dict.fromkeys(node for node in operands if program.op[node] is not None)


def scheduled(program: Scalars, operands: dict[int, tuple[int, ...]], role: dict[int, int]) -> list[list[int]]:
    """The groups of nodes, each after those that it is computed from."""
    computed = computed_nodes(program, operands)
    ahead = dict.fromkeys(computed, 0)
    consumers: dict[int, list[int]] = {node: [] for node in computed}
    waiting: dict[int, int] = {}
    for node in reversed(computed):
        above = computed.keys() & operands[node]  # leaves are there from the first on
        waiting[node] = len(above)
        for x in above:
            consumers[x].append(node)
            ahead[x] = max(ahead[x], ahead[node] + 1)

    ready: dict[int, list[int]] = {}
    heap: list[tuple[int, int]] = []

    def is_ready(node: int) -> None:
        ready.setdefault(role[node], []).append(node)
        heapq.heappush(heap, (-ahead[node], role[node]))

    for node in computed:
        if not waiting[node]:
            is_ready(node)
    groups: list[list[int]] = []
    while heap:
        group = ready.pop(heapq.heappop(heap)[1], None)
        if not group:
            continue
        groups.append(sorted(group))
        for node in group:
            for consumer in consumers[node]:
                waiting[consumer] -= 1
                if not waiting[consumer]:
                    is_ready(consumer)
    return groups
