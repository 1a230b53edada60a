"""Step 2, simplifying: the recorded Values as a compact scalar program, with sums written flat.

Nodes that do not reach the result are never visited, but for those that may fail (`unused`); equal nodes become one,
constants are folded. Each rewrite carries its law; they are exact but for the sign of a zero and the rounding of the
order in which terms are added.

Structure comes before numbers: constants are folded where `folding` says that they can be in all operations of a kind.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from itertools import repeat
from typing import Any

from autograd import ops
from autograd.arithmetic import Floats
from autograd.lift.capture.batch_operations import BATCH
from autograd.lift.capture.folding import folded_kinds, kind_of
from autograd.lift.capture.recorded_values import recorded_values
from autograd.lift.capture.sample_axis import along_samples
from autograd.lift.capture.scalars import COMMUTATIVE, LARGEST, LINEAR, Scalars, SumTerm
from autograd.lift.capture.unused import unused_that_may_fail
from autograd.operation import Operation
from autograd.recording import Recording
from autograd.value import Value

SMALLEST_NORMAL = sys.float_info.min

ADDITIVE = frozenset({ops.ADD, ops.SUBTRACT, ops.SUM, ops.MEAN, ops.DOT})


def scalar_program(roots: list[Value], recording: Recording, made: Sequence[Value] = ()) -> Scalars:
    """The scalar program that computes the roots. `made` are the Values in the order of recording, as far as known."""
    if along := along_samples(roots, recording, made):
        found = Simplifier(along.roots, recording, (), along.unused).program
        found.recorded = along.recorded
        return found
    return Simplifier(roots, recording, made).program


class Simplifier:
    """One walk over the recorded Values, operands first."""

    def __init__(
        self, roots: list[Value], recording: Recording, made: Sequence[Value], unused: Sequence[Value] = ()
    ) -> None:
        self.program = Scalars()
        self.nodes: dict[int, int] = {}  # id of a Value → its node
        self.pending: dict[int, list[SumTerm]] = {}  # id of a Value that is only a part of sums → its terms
        self.chains: dict[int, list[int]] = {}  # id of a Value that is a chain of maxima → its operands
        self.known: dict[Any, int] = {}
        self.constant(0.0)  # node 0, which fills up ragged lists
        self.before = recording.before
        order, self.expanded = recorded_values(roots, self.before)
        if unused := unused or unused_that_may_fail(made, set(map(id, order))):
            order, self.expanded = recorded_values([*roots, *unused], self.before)
        self.count_uses(order, [*roots, *unused])
        self.constants = recording.constants.keys()
        self.folding = folded_kinds(order, self.constants)
        position = {id(value): number for number, value in enumerate(made)}
        for value in order:
            op, key = value._operation, id(value)
            if op is not None and key not in self.before:
                first = len(self.program.op)
                self.visit(value, op)
                self.note_order(value, first, position)
            elif key in self.constants:
                self.nodes[key] = self.constant(value._data)
            else:
                self.nodes[key] = leaf = self.program.new(None)
                self.program.leaves[leaf] = value
        self.program.roots = [self.node(root) for root in roots]
        self.program.unused = [self.node(value) for value in unused]
        self.program.recorded = len(order)

    def note_order(self, value: Value, first: int, position: dict[int, int]) -> None:
        """Note of the nodes from `first`, which a Value has brought in, and of its own, when it was recorded."""
        key = id(value)
        if key not in position:  # behind its operands, if it was not written down
            below = (self.expanded[key],) if key in self.expanded else value.parents
            position[key] = max(map(position.get, map(id, below), repeat(-1)), default=-1)
        when, made = position[key], self.program.made
        for node in range(first, len(self.program.op)):
            made[node] = when
        own = self.nodes.get(key, -1)
        if made.get(own, -1) > when:  # where equal ones have become one, it is there from the first on
            made[own] = when

    def count_uses(self, order: list[Value], roots: list[Value]) -> None:
        """How often each Value is used, and which are used in sums alone."""
        self.uses: dict[int, int] = {}
        self.elsewhere: set[int] = {id(root) for root in roots}
        uses = self.uses
        for value in reversed(order):  # what a negation is used in is known before it is met
            op = value._operation
            if op is None or id(value) in self.before:
                continue
            keys = list(map(id, (self.expanded[id(value)],) if id(value) in self.expanded else value.parents))
            for key in keys:
                uses[key] = uses.get(key, 0) + 1
            additive = op in ADDITIVE and op is not ops.DOT
            if not additive and (op is not ops.NEGATIVE or id(value) in self.elsewhere):
                self.elsewhere.update(keys)

    # ── Nodes ───────────────────────────────────────────────────────────────────────────────────────────────

    def constant(self, number: float) -> int:
        key = repr(number)  # which tells −0.0 from 0.0, and one NaN from nothing
        if key not in self.known:
            self.known[key] = node = self.program.new(None)
            self.program.number[node] = number
        return self.known[key]

    def apply(self, op: Operation, operands: tuple[int, ...]) -> int:
        """The node of an operation: an equal one that is there already, or a new one."""
        number = self.program.number
        if op in COMMUTATIVE:
            operands = tuple(sorted(operands))  # a·b → b·a
        key = (op, operands)
        if key not in self.known:
            if operands and op is not BATCH and all(operand in number for operand in operands):
                return self.constant(op.value(Floats, *(number[operand] for operand in operands)))
            self.known[key] = self.program.new(op, operands)
        return self.known[key]

    def node(self, value: Value) -> int:
        """The node of a Value; its terms become a linear node if they have none yet."""
        key = id(value)
        if key not in self.nodes:
            if key in self.pending:
                self.nodes[key] = self.linear(self.pending[key])
            else:
                first, *others = self.chains[key]
                for other in others:
                    first = self.apply(ops.MAXIMUM, (first, other))
                self.nodes[key] = first
        return self.nodes[key]

    def nodes_of(self, values: Sequence[Value]) -> list[int]:
        """The nodes of Values."""
        found = [node for node in map(self.nodes.get, map(id, values)) if node is not None]
        return found if len(found) == len(values) else list(map(self.node, values))

    def linear(self, terms: list[SumTerm]) -> int:
        """The linear node of these terms."""
        number = self.program.number
        constants = [sign * number[a] for sign, a, b in terms if b < 0 and a in number]
        if constants:
            terms = [term for term in terms if term[2] >= 0 or term[1] not in number]
            total = Floats.sum(*constants)
            if not terms:
                return self.constant(total)
            if total != 0.0:  # x + 0 → x, inexact for −0
                terms.append((1, self.constant(total), -1))
        key = ("linear", *sorted(terms))
        if key not in self.known:
            self.known[key] = node = self.program.new(LINEAR)
            self.program.terms[node] = terms
        return self.known[key]

    # ── Rewrites ────────────────────────────────────────────────────────────────────────────────────────────

    def visit(self, value: Value, op: Operation) -> None:
        """Give the Value a node, or leave its terms pending until it is known where they belong."""
        key = id(value)
        parents = value.parents
        if op is ops.LOGSUMEXP:
            self.nodes[key] = self.node(self.expanded[key])
        elif op is ops.IDENTITY:  # identity(x) → x
            self.nodes[key] = self.node(parents[0])
        elif op in ADDITIVE:
            self.settle(key, self.terms_of(value, op), mean_of=len(parents) if op is ops.MEAN else 0)
        elif op is ops.NEGATIVE and key not in self.elsewhere and self.uses[key] == 1:  # a + (−b) → a − b
            self.settle(key, self.signed_terms(-1, parents[0], []))
        elif op is ops.MULTIPLY:
            a, b = map(self.node, parents)
            self.multiply(key, a, b, kind_of(value, self.constants) in self.folding)
        elif op is ops.MAXIMUM and self.uses.get(key, 0) == 1:
            self.chains[key] = [*self.chain(parents[0]), self.node(parents[1])]
        elif op is ops.DETACH:  # detach(x) → largest(x), so that a softmax of one is like all others
            self.nodes[key] = self.largest(tuple(dict.fromkeys(self.chain(parents[0]))))  # max(x, x) → x
        else:
            folds = op is ops.DIVIDE and kind_of(value, self.constants) in self.folding
            self.nodes[key] = self.rewritten(op, tuple(map(self.node, parents)), folds)

    def largest(self, operands: tuple[int, ...]) -> int:
        """The detached maximum of nodes."""
        number = self.program.number
        if all(operand in number for operand in operands):
            return self.constant(max(number[operand] for operand in operands))
        key = (LARGEST, operands)
        if key not in self.known:
            self.known[key] = self.program.new(LARGEST, operands)
        return self.known[key]

    def chain(self, value: Value) -> list[int]:
        """The operands of a chain of maxima, or the one node."""
        return self.chains.pop(id(value)) if id(value) in self.chains else [self.node(value)]

    def rewritten(self, op: Operation, operands: tuple[int, ...], folds: bool) -> int:
        """An operation on nodes, in its simplest form."""
        number = self.program.number
        if op.family is ops.POWER:
            c = op.parameters["c"]
            if c == 1.0:  # x¹ → x
                return operands[0]
            if c == 2.0:  # x² → x·x
                return self.apply(ops.MULTIPLY, operands * 2)
            if c == -1.0:  # x⁻¹ → 1/x
                return self.apply(ops.DIVIDE, (self.constant(1.0), *operands))
        if folds and abs(math.frexp(number.get(operands[1], 0.0))[0]) == 0.5:  # x/2ᵏ → x·2⁻ᵏ
            inverse = 1.0 / number[operands[1]]
            if inverse == 1.0:
                return operands[0]
            if SMALLEST_NORMAL <= abs(inverse) < math.inf:  # where it is exact
                return self.apply(ops.MULTIPLY, (operands[0], self.constant(inverse)))
        return self.apply(op, operands)

    def multiply(self, key: int, a: int, b: int, folds: bool) -> None:
        """A product: a factor of sums if it is used in sums alone."""
        number = self.program.number
        for x, y in ((a, b), (b, a)):
            if folds and number.get(x) == 1.0:  # 1·x → x
                self.nodes[key] = y
                return
        if key in self.elsewhere or (a in number and b in number):
            self.nodes[key] = self.apply(ops.MULTIPLY, (a, b))
        else:
            self.pending[key] = [self.product(a, b, folds)]

    def product(self, a: int, b: int, folds: bool) -> SumTerm:
        """The term ± a·b."""
        sign = 1
        op, operands, number = self.program.op, self.program.operands, self.program.number
        factors = []
        for x in (a, b):
            if op[x] is ops.NEGATIVE:  # (−a)·b → −(a·b)
                sign, x = -sign, operands[x][0]  # noqa: PLW2901
            factors.append(x)
        for x, y in (factors, factors[::-1]):
            if folds and number.get(x) in (1.0, -1.0):  # ±1·x → ±x
                return (sign * int(number[x]), y, -1)
        return (sign, factors[0], factors[1])

    def settle(self, key: int, terms: list[SumTerm], mean_of: int = 0) -> None:
        """Terms that one sum alone uses stay pending, to become part of it; others become a node."""
        if mean_of:  # mean(x) → Σx / n
            self.nodes[key] = self.rewritten(ops.DIVIDE, (self.linear(terms), self.constant(float(mean_of))), True)
        elif key not in self.elsewhere and self.uses.get(key, 0) == 1:
            self.pending[key] = terms
        else:
            self.nodes[key] = self.linear(terms)

    def terms_of(self, value: Value, op: Operation) -> list[SumTerm]:
        """The terms of a sum, sums below it included."""
        parents = value.parents
        if op is ops.DOT:
            factors = self.nodes_of(parents)
            pairs = zip(factors[: len(factors) // 2], factors[len(factors) // 2 :], strict=True)
            folds = kind_of(value, self.constants) in self.folding and not self.program.number.keys().isdisjoint(
                factors
            )
            if folds or ops.NEGATIVE in map(self.program.op.__getitem__, factors):
                return [self.product(a, b, folds) for a, b in pairs]
            return [(1, a, b) for a, b in pairs]
        terms: list[SumTerm] = []
        for position, parent in enumerate(parents):
            terms = self.signed_terms(-1 if op is ops.SUBTRACT and position else 1, parent, terms)
        return terms

    def signed_terms(self, sign: int, value: Value, terms: list[SumTerm]) -> list[SumTerm]:
        """The terms and those of ±value, in one list (which may be either's: the longer one is kept)."""
        key = id(value)
        if key in self.nodes or key not in self.pending:
            terms.append((sign, self.node(value), -1))
            return terms
        others = self.pending[key]
        if self.uses[key] > 1:
            others = list(others)
        if sign < 0:
            others = [(-s, a, b) for s, a, b in others]  # −(a + b) → −a − b
        if len(others) > len(terms):
            terms, others = others, terms
        terms.extend(others)
        return terms
