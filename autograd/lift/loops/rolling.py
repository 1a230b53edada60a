"""A scalar program becomes a tape: its loops are rolled up, its numbers get places.

A sum over all turns (`total = total + e * e`), which the simplifying has written flat, is a running total again: then
it is a part of the loop like everything else.
"""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

from autograd.lift.arrays.program import Places, Region
from autograd.lift.capture.batch_operations import BATCH
from autograd.lift.capture.scalars import COMMUTATIVE, LINEAR, Scalars, SumTerm
from autograd.lift.loops.detection import FEWEST_SAVED, Repeat, loops_in, shared_among
from autograd.lift.loops.tape import Carried, Fixed, Gathered, Moving, Operand, Own, Section, Tape, TapeStep

#: Operands in the code of its loops, each once, beyond which a program is for arrays: compiling would take too long.
MOST_OPERANDS = 5000

#: A program whose longest loop has fewer turns is for arrays,
FEWEST_REPEATED = 16

#: and so is one that reads more numbers than this, on average, at each level of its depth.
WIDEST = 256

#: One that computes fewer than this at each level, on average, is never for arrays, loops or not; if it is so long.
NARROWEST = 4
FEWEST_NARROW = 12

#: What arrays cannot group is for a tape without loops: fewer operands than this to each array operation, on average.
#: An operation on arrays, called from Python, takes as long as some twenty on plain floats.
FEWEST_GROUPED = 12

#: Steps of a section that runs once: one function of that size is compiled at a time.
MOST_TOGETHER = 200

#: A sum that reads from so many turns of a loop is a running total.
FEWEST_SUMMED = 4


def rolled_up(program: Scalars, inputs: dict[int, str], captured: list[int]) -> Tape | None:
    """The tape of a scalar program; None if it is for arrays: loops that hand something on are not most of it.

    Args:
        program: the simplified scalars.
        inputs: the nodes of the arguments, in order, each with the name of the region that it belongs to.
        captured: the nodes of the captured leaves.
    """
    if len(program.op) - program.op.count(None) < FEWEST_SAVED or BATCH in program.op:
        return None
    reads, depth = extent(program)
    if reads > WIDEST * depth:
        return None
    order = OperationOrder(program)
    narrow = FEWEST_NARROW <= len(order.nodes) < NARROWEST * depth
    runs = loops_in(order.kinds, order.operands, order.hands_on)
    if not narrow and not order.pays(runs):
        return None
    if order.sum_in_turns(runs):
        order = OperationOrder(program)
        runs = loops_in(order.kinds, order.operands, order.hands_on)
    return Layout(order, runs, inputs, captured).tape


def straight(program: Scalars, inputs: dict[int, str], captured: list[int], array_operations: int) -> Tape | None:
    """The tape of what is no loop and makes so many array operations; None if it is for these."""
    operations = len(program.op) - program.op.count(None)
    if BATCH in program.op or not FEWEST_NARROW <= operations < FEWEST_GROUPED * array_operations:
        return None
    reads, _ = extent(program)
    if reads >= FEWEST_GROUPED * array_operations:
        return None
    return Layout(OperationOrder(program), [], inputs, captured).tape


def extent(program: Scalars) -> tuple[int, int]:
    """How many operands a program has, and how many operations are on the longest way to a result."""
    reads, level = 0, [0] * len(program.op)
    for node, op in enumerate(program.op):  # operands first
        if op is not None:
            xs = program.operands_of(node)
            reads += len(xs)
            level[node] = 1 + max([level[x] for x in xs], default=0)
    return reads, max(level)


class OperationOrder:
    """The operations of a scalar program in the order in which they were recorded.

    Attributes:
        nodes: the operations.
        kinds: what each does.
        operands: what each reads, as `loops_in` takes it: earlier operations, or ~node for leaves and constants.
        terms: of each linear one, its terms in that order.
    """

    def __init__(self, program: Scalars) -> None:
        self.program = program
        self.below = operands_first(program)
        when: dict[int, int] = {}
        for node, xs in self.below.items():  # operands first
            when[node] = max([program.made.get(node, -1), *(when[x] for x in xs)])
        computed = [node for node in self.below if program.op[node] is not None]
        self.nodes = sorted(computed, key=lambda node: when[node])  # stable: equal ones stay operands first
        self.number = {node: k for k, node in enumerate(self.nodes)}
        self.shared = shared_among([self.below[node] for node in self.nodes]) - set(self.nodes)
        self.terms: dict[int, list[SumTerm]] = {}
        self.kinds: list[Hashable] = []
        self.operands: list[list[int]] = []
        for node in self.nodes:
            self.describe(node)

    def describe(self, node: int) -> None:
        """What an operation does and reads, the same in each turn."""
        op, xs = self.program.op[node], list(self.program.operands[node])
        if op is LINEAR:
            terms = [
                (s, b, a) if b >= 0 and self.rank(b) < self.rank(a) else (s, a, b)
                for s, a, b in self.program.terms[node]
            ]
            terms.sort(key=lambda term: (term[2] >= 0, -term[0], self.rank(term[1]), self.rank(term[2])))
            self.terms[node] = terms
            xs = [x for _, a, b in terms for x in (a, b) if x >= 0]
            self.kinds.append((LINEAR, tuple((sign, b < 0) for sign, _, b in terms)))
        else:
            if op in COMMUTATIVE:
                xs.sort(key=self.rank)
            self.kinds.append(op)
        self.operands.append([self.number.get(x, ~x) for x in xs])

    @property
    def reads(self) -> int:
        """How many operands there are."""
        return sum(map(len, self.operands))

    def pays(self, runs: list[Repeat]) -> bool:
        """Whether loops are most of the program, long, and their code short."""
        looped = sum(run.period * run.turns for run in runs)
        saved = sum(len(xs) for run in runs for xs in self.operands[run.start + run.period : run.stop])
        return (
            max([run.turns for run in runs], default=0) >= FEWEST_REPEATED
            and 2 * looped >= len(self.nodes)
            and self.reads - saved <= MOST_OPERANDS
        )

    def rank(self, x: int) -> tuple[bool, int]:
        """Which of two operands comes first, where that is free: what all turns share; then as the graph is written."""
        return (x not in self.shared, x)

    def hands_on(self, run: Repeat) -> bool:
        """Whether a turn needs the one before, for more than running totals: otherwise turns need no order.

        That is so if a step is computed from itself: steps that nothing of the turn or the one before goes into, or
        that nothing comes of, are taken away until none is left, or a circle.
        """
        turn = run.start + run.period
        into: list[set[int]] = []
        for k in range(turn, turn + run.period):
            read = (x for slot, x in enumerate(self.operands[k]) if not (x == k - run.period and self.adds(k, slot)))
            into.append({(x - run.start) % run.period for x in read if run.start <= x})
        left = dict(enumerate(into))
        while True:
            sources = {j for xs in left.values() for j in xs}
            some = {j: xs & left.keys() for j, xs in left.items() if j in sources and not left.keys().isdisjoint(xs)}
            if len(some) == len(left):
                return bool(left)
            left = some

    def adds(self, k: int, slot: int) -> bool:
        """Whether an operand of an operation is a term of a sum by itself."""
        node = self.nodes[k]
        if node not in self.terms:
            return False
        alone = [single for _, _, b in self.terms[node] for single in ([True] if b < 0 else [False, False])]
        return alone[slot]

    def sum_in_turns(self, runs: list[Repeat]) -> bool:
        """Turn each sum over many turns into a running total. Whether there was one."""
        found = False
        turn_of = np.full(len(self.nodes), -1, dtype=np.intp)
        for number, run in enumerate(runs):
            turn_of[run.start : run.stop] = number * len(self.nodes) + np.arange(run.stop - run.start) // run.period
        for k, node in enumerate(self.nodes):
            xs = [x for x in self.operands[k] if x >= 0]
            if node in self.terms and len(set(turn_of[xs]) - {-1, turn_of[k]}) >= FEWEST_SUMMED:
                self.add_up(node)
                found = True
        return found

    def add_up(self, node: int) -> None:
        """A sum as a chain of sums, each term when it is there."""

        def latest(term: SumTerm) -> int:
            return max(self.number.get(x, -1) for x in term[1:])

        program = self.program
        terms = sorted(self.terms[node], key=latest)
        early = max(1, sum(latest(term) < 0 for term in terms))
        total, rest = terms[:early], terms[early:]
        for term in rest:
            before = program.new(LINEAR)
            program.terms[before] = total
            program.made[before] = -1  # behind its operands
            total = [(1, before, -1), term]
        program.terms[node] = total
        program.made[node] = -1


def operands_first(program: Scalars) -> dict[int, tuple[int, ...]]:
    """The nodes that the roots are computed from and those that may fail, each with its operands and after them."""
    found: dict[int, tuple[int, ...]] = {}
    stack = [*reversed(program.unused), *reversed(program.roots)]
    while stack:
        node = stack[-1]
        if node in found:
            stack.pop()
            continue
        xs = program.operands_of(node)
        missing = [x for x in xs if x not in found]
        if missing:
            stack.extend(reversed(missing))
        else:
            found[node] = xs
            stack.pop()
    return found


class Layout:
    """Places for all numbers: constants, what is captured, the arguments, then each step's results, turn by turn."""

    def __init__(self, order: OperationOrder, runs: list[Repeat], inputs: dict[int, str], captured: list[int]) -> None:
        self.order, program = order, order.program
        self.tape = tape = Tape(recorded=program.recorded, scalars=len(order.nodes))
        self.place: dict[int, int] = {}  # of a node
        self.put([0, *(node for node in program.number if node in order.below and node)], "constants")
        tape.constants = {self.place[node]: x for node, x in program.number.items() if node in self.place}
        self.put(captured, "p")
        for kind in dict.fromkeys(inputs.values()):
            self.put([node for node, name in inputs.items() if name == kind], kind)
        tape.inputs = [self.place[node] for node in (*inputs, *captured)]
        tape.check = self.next_places(1)
        done = 0
        for run in [*runs, Repeat(len(order.nodes), 1, 0)]:
            for start in range(done, run.start, MOST_TOGETHER):
                self.section(Repeat(start, min(MOST_TOGETHER, run.start - start), 1))
            if run.turns:
                self.section(run)
                tape.grouped += run.period * run.turns
            done = run.stop
        tape.roots = [self.place[root] for root in program.roots]

    def next_places(self, count: int) -> int:
        start = self.tape.size
        self.tape.size += count
        return start

    def put(self, nodes: list[int], name: str) -> None:
        """Give the nodes the next places, as a region of their own."""
        start = self.next_places(len(nodes))
        self.place.update(zip(nodes, range(start, start + len(nodes)), strict=True))
        self.tape.regions.append(Region(start, start + len(nodes), name))

    def section(self, run: Repeat) -> None:
        """The steps of a loop, or of what runs once."""
        nodes = self.order.nodes
        outs = []
        for j in range(run.period):
            outs.append(out := self.next_places(run.turns))
            for turn, k in enumerate(range(run.start + j, run.stop, run.period)):
                self.place[nodes[k]] = out + turn
        steps = []
        for j in range(run.period):
            rows = [self.order.operands[k] for k in range(run.start + j, run.stop, run.period)]
            node = nodes[run.start + j]
            terms = tuple((sign, 1 + (b >= 0)) for sign, _, b in self.order.terms.get(node, ()))
            operands = tuple(self.operand(run, np.array(column)) for column in zip(*rows, strict=True))
            op = self.order.program.op[node]
            assert op is not None
            steps.append(TapeStep(op, operands, outs[j], terms))
        self.tape.sections.append(Section(run.turns, steps))

    def operand(self, run: Repeat, xs: Places) -> Operand:
        """How an operand is found: xs are the operations that it is in each turn, ~node for leaves."""
        if run.turns == 1:
            x = int(xs[0])
            return Own(x - run.start) if x >= run.start else Fixed(self.place[self.order.nodes[x] if x >= 0 else ~x])
        place = np.array([self.place[self.order.nodes[x] if x >= 0 else ~x] for x in xs.tolist()])
        back = xs - run.start - run.period * np.arange(run.turns)  # from where this turn begins
        if xs[0] >= run.start:
            return Own(int(back[0]))
        if (place == place[0]).all():
            return Fixed(int(place[0]))
        if (back[1:] == back[1]).all() and -run.period <= back[1] < 0 and xs[1] >= run.start:
            return Carried(int(back[1]) + run.period, int(place[0]))
        stride = int(place[1] - place[0])
        if (place == place[0] + stride * np.arange(run.turns)).all():
            return Moving(int(place[0]), stride)
        return Gathered(place)
