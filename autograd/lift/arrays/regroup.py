"""Step 4, regrouping: each group of scalar nodes becomes array instructions, its results neighbours in the buffer.

Sums of products become matrix products where `matrix_grid` finds that they can.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from autograd import ops
from autograd.lift.arrays.matrix_grid import grids, indices_by_label, shared_rows
from autograd.lift.arrays.program import Map, MatrixProduct, Places, Program, Reduce, Region
from autograd.lift.arrays.schedule import batch_sizes, reachable, roles, scheduled
from autograd.lift.arrays.strides import nested_shape, strides_of
from autograd.lift.arrays.sum_terms import Terms, TermTable, oriented
from autograd.lift.capture.batch_operations import BATCH, COLUMN, SAMPLE, sample_number
from autograd.lift.capture.scalars import COMMUTATIVE, LARGEST, LINEAR, Scalars, TooLarge

#: Added to the number of a region that holds a batch, so that what is the same for all samples comes first.
BATCHED = 1 << 40

#: What a program may have in memory, twice over with gradients: 8 bytes each.
MOST_NUMBERS = 200_000_000

#: A sum whose longest list is padded with zeros to more than this many times its numbers is split by length.
MOST_PADDING = 2


def regrouped(
    program: Scalars,
    inputs: dict[int, str],
    captured: list[int],
    tables: Sequence[tuple[str, int, int]] = (),
) -> Program:
    """The array program of a scalar program.

    Args:
        program: the simplified scalars.
        inputs: the nodes of the arguments, in order, each with the name of the region that it belongs to.
        captured: the nodes of the captured leaves.
        tables: inputs before all of these: each with its name, its rows (samples) and their width.
    """
    return Regrouping(program, inputs, captured, tables).result


class Regrouping:
    """Places for all scalars, and the instructions that compute them, group by group.

    Attributes:
        groups: of scalars that are computed together; each becomes one array operation or more.
        result: the array program.
    """

    def __init__(
        self,
        program: Scalars,
        inputs: dict[int, str],
        captured: list[int],
        tables: Sequence[tuple[str, int, int]] = (),
    ) -> None:
        self.program = program
        operands = reachable(program)
        for node in (*inputs, *captured):
            operands.setdefault(node, ())
        kinds = {**inputs, **dict.fromkeys(captured, "captured")}
        self.samples = batch_sizes(program, operands)
        self.groups = scheduled(program, operands, roles(program, operands, kinds, self.samples))
        self.inputs, self.captured, self.tables_given, self.operands = inputs, captured, tables, operands

    @cached_property
    def result(self) -> Program:
        """The array program."""
        program, operands, inputs, captured = self.program, self.operands, self.inputs, self.captured
        self.place = np.full(len(program.op), -1, dtype=np.intp)  # where each node's number is, or its first sample's
        self.source = np.empty(1024, dtype=np.intp)  # of each place: the number of the region that it belongs to
        self.used = 0  # how many places are taken; the rest of `source` is room to grow
        self.computed = 0  # how many regions hold what is computed
        self.count = 1  # how many samples the group at hand stands for
        self.found = Program(recorded=program.recorded)
        self.put([0, *(node for node in program.number if node in operands and node)], "constants")
        self.found.constants = {int(self.place[n]): x for n, x in program.number.items() if self.place[n] >= 0}
        self.put(by_first_use(captured, operands), "p")
        self.tables = [self.new_table(*table) for table in self.tables_given]
        for kind in dict.fromkeys(inputs.values()):
            self.put([node for node, name in inputs.items() if name == kind], kind)
        self.found.inputs = [
            *(place for table in self.tables for place in table.ravel().tolist()),
            *(int(self.place[node]) for node in (*inputs, *captured)),
        ]
        for group in self.groups:
            op = program.op[group[0]]
            self.count = self.samples[group[0]]
            if op is LINEAR:
                self.linear(group)
            elif op is LARGEST:
                self.largest(group)
            elif op is BATCH:
                self.batch(group)
            elif op is not None and op.family is COLUMN:
                self.columns(group)
            else:
                self.elementwise(group)
            self.found.scalars += len(group)
            self.found.grouped += len(group) if self.count > 1 or len(group) > 1 or op in (LINEAR, LARGEST) else 0
        self.found.roots = [int(self.place[root]) for root in program.roots]
        self.found.size = self.used
        return self.found

    def put(self, nodes: Iterable[int], name: str) -> None:
        """Give the nodes the next places, as a region of their own."""
        self.new_region(np.array(list(nodes), dtype=np.intp), name)

    def new_table(self, name: str, rows: int, width: int) -> Places:
        """The next places, for a table of numbers that are no nodes."""
        return self.new_region(np.full((rows, width), -1, dtype=np.intp), name)

    def new_region(self, nodes: Places, name: str = "") -> Places:
        """The next places, in the shape of `nodes`; −1 among them are cells that nobody reads.

        A node that stands for a batch has a place for each sample, one after the other; its own is the first.
        """
        start = self.used
        size = nodes.size * self.count
        out = np.arange(start, start + size, self.count).reshape(nodes.shape)
        self.place[nodes[nodes >= 0]] = out[nodes >= 0]
        regions = self.found.regions
        self.used += size
        if self.used > MOST_NUMBERS:
            raise TooLarge(
                f"the program needs room for more than {MOST_NUMBERS:,} numbers, {self.count:,} samples at a time.\n"
                "Call it with fewer samples in a batch."
            )
        if self.used > len(self.source):
            self.source = np.concatenate([self.source, np.empty(self.used, dtype=np.intp)])
        self.source[start : self.used] = len(regions) + BATCHED * (self.count > 1)
        self.computed += not name
        regions.append(Region(start, start + size, name or f"h{self.computed}"))
        return out

    def spread(self, places: Places) -> Places:
        """The places of all samples, along a further axis at the end (of length 1 outside of a batch)."""
        if self.count == 1:
            return places[..., None]
        batched = self.source[places] >= BATCHED
        spread: Places = places[..., None] + batched[..., None] * np.arange(self.count)
        return spread

    # ── Element by element ──────────────────────────────────────────────────────────────────────────────────

    def elementwise(self, group: list[int]) -> None:
        """One instruction for each combination of regions that the operands come from, if there are few."""
        op = self.program.op[group[0]]
        assert op is not None
        nodes = np.array(group)
        source = self.source
        operands = self.place[np.array([self.program.operands[node] for node in group]).T]
        if op.family is SAMPLE:
            op = ops.IDENTITY
            numbers = np.array([sample_number(self.program.op[node]) for node in group])
            operands = operands + numbers * (source[operands] >= BATCHED)
        if op in COMMUTATIVE:
            operands = np.where(oriented(source[operands[0]], source[operands[1]], *operands), operands, operands[::-1])
        _, part = np.unique(source[operands], axis=1, return_inverse=True)
        part = part.ravel()
        if part.max() * 8 > len(group):
            part[:] = 0
        for number in range(part.max() + 1):
            chosen = part == number
            order = best_order(operands[:, chosen])
            xs = operands[:, chosen][:, order]
            out = self.new_region(nodes[chosen][order])
            self.found.instructions.append(Map(op, tuple(map(self.spread, xs)), self.spread(out)))

    def batch(self, group: list[int]) -> None:
        """Rows of samples from the samples' own numbers."""
        rows = self.place[np.array([self.program.operands[node] for node in group])]
        order = best_order(rows.T[:1])
        out = self.spread(self.new_region(np.array(group)[order]))
        self.found.instructions.append(Map(ops.IDENTITY, (rows[order],), out))

    def columns(self, group: list[int]) -> None:
        """Rows of samples from a table that has them side by side."""
        of = [op.parameters for op in map(self.program.op.__getitem__, group) if op is not None]
        columns = self.tables[int(of[0]["table"])][:, [int(each["number"]) for each in of]]
        self.found.instructions.append(Map(ops.IDENTITY, (columns.T,), self.spread(self.new_region(np.array(group)))))

    def largest(self, group: list[int]) -> None:
        """The largest of each list; short lists repeat their first number."""
        lists = [self.place[list(self.program.operands[node])] for node in group]
        width = max(map(len, lists))
        rows = np.array([np.concatenate([x, np.repeat(x[:1], width - len(x))]) for x in lists])
        order = np.lexsort(rows[:, ::-1].T)
        out = self.new_region(np.array(group)[order])
        out = self.spread(out)
        if width == 1:
            self.found.instructions.append(Map(ops.DETACH, (self.spread(rows[order, 0]),), out))
        else:
            self.found.instructions.append(Reduce(LARGEST, self.spread(rows[order]).swapaxes(-1, -2), out))

    # ── Sums and sums of products ───────────────────────────────────────────────────────────────────────────

    def linear(self, group: list[int]) -> None:
        """Split the terms into tables, by where they come from; find the grid of the largest; add the others."""
        tables = Terms(self.program.terms, group, self.place, self.source).tables()
        for table in tables:
            if table.padded > MOST_PADDING * table.used + 64 and len(set(table.counts)) > 1:
                for chosen in indices_by_label(np.ceil(np.log2(table.counts + 1.0))):
                    self.linear([group[k] for k in chosen])
                return
        if self.count > 1:
            tables = [self.summed_once(table) if self.is_for_all(table) else table for table in tables]
        products = [table for table in tables if table.is_product and table.width > 1]
        nodes = np.array(group)
        if products:
            main = max(products, key=lambda table: table.used)
            if self.count > 1 and (self.source[main.left] < BATCHED).all():
                main.aligned()
            cells = grids(main.left, main.right)
            if len(cells) > 1:
                for grid in cells:
                    self.linear([group[k] for k in grid[grid >= 0]])
                return
            (grid,) = cells
        else:
            grid = best_order(np.concatenate([table.columns() for table in tables]))
        self.add_up(tables, grid, self.new_region(np.where(grid >= 0, nodes[grid], -1)))

    def is_for_all(self, table: TermTable) -> bool:
        """Whether terms to be summed are the same for all samples of a batch."""
        work = table.is_product or table.width > 1
        return work and bool((self.source[table.left] < BATCHED).all() and (self.source[table.right] < BATCHED).all())

    def summed_once(self, table: TermTable) -> TermTable:
        """What is the same for all samples, summed outside of the batch: one term for each sum."""
        count, self.count = self.count, 1
        sums = np.arange(len(table.left))
        out = self.new_region(np.full(len(sums), -1))
        self.add_up([table], sums, out)
        self.count = count
        return TermTable(1, sums, out, np.full(len(sums), -1), len(sums))

    def add_up(self, tables: list[TermTable], grid: Places, out: Places) -> None:
        """The instructions that sum the tables, the positive ones first."""
        tables.sort(key=lambda table: (table.sign < 0, not table.is_product))
        add = self.found.instructions.append
        everywhere = self.spread(out)
        used = grid >= 0
        if tables[0].sign < 0:
            add(Map(ops.IDENTITY, (np.zeros_like(everywhere),), everywhere))
        for number, table in enumerate(tables):
            mode = "-" if table.sign < 0 else "+" if number else "="
            left, right = (x[grid] * used[..., None] for x in (table.left, table.right))  # 0 in cells that nobody reads
            if not table.is_product:
                if table.width == 1:
                    add(Map(ops.IDENTITY, (self.spread(left[..., 0]),), everywhere, mode))
                else:
                    add(Reduce(ops.SUM, self.spread(left).swapaxes(-1, -2), everywhere, mode))
            elif table.width == 1:
                factors = (self.spread(left[..., 0]), self.spread(right[..., 0]))
                add(Map(ops.MULTIPLY, factors, everywhere, mode))
            else:
                rows = shared_rows(left, used) if grid.ndim == 3 else None
                columns = shared_rows(right.swapaxes(1, 2), used.swapaxes(1, 2)) if grid.ndim == 3 else None
                if rows is None or columns is None:
                    rows, columns = (x.reshape(-1, 1, table.width) for x in (left, right))
                add(self.product(rows, columns, out.reshape(len(rows), rows.shape[1], -1), mode))

    def product(self, left: Places, right: Places, out: Places, mode: str) -> MatrixProduct:
        """A matrix product. The samples of a batch are further columns, or blocks if the rows have them, too."""
        if self.count == 1:
            return MatrixProduct(left, right, out, mode)
        blocks, rows, columns = out.shape
        alike = (self.source[left] < BATCHED).all()  # for all samples
        right, out = self.spread(right), self.spread(out)
        if alike:
            wide = right.swapaxes(2, 3).reshape(blocks, columns * self.count, -1)
            if strides_of(wide) is not None or blocks > 1:
                return MatrixProduct(left, wide, out.reshape(blocks, rows, -1), mode)
            left = np.broadcast_to(left, (columns, *left.shape[1:]))  # a product for each column
            return MatrixProduct(left, right[0].swapaxes(1, 2), out[0].swapaxes(0, 1), mode)
        left = self.spread(left)
        return MatrixProduct(np.moveaxis(left, 3, 1), np.moveaxis(right, 3, 1), np.moveaxis(out, 3, 1), mode)


# ── Order ───────────────────────────────────────────────────────────────────────────────────────────────────────


def best_order(operands: Places) -> Places:
    """The order of elements in which the fewest operands have to be gathered."""
    count = operands.shape[1]
    candidates = [np.lexsort(operands[::-1]), np.lexsort(operands), np.arange(count)]
    out = np.arange(count)

    def gathers(order: Places) -> int:
        return sum(nested_shape([out, xs]) is None for xs in operands[:, order])

    return min(candidates, key=gathers)


def by_first_use(captured: list[int], operands: dict[int, tuple[int, ...]]) -> list[int]:
    """The captured leaves by the depth at which they first meet something else, and then as they are met.

    So the weights of a layer are neighbours, whatever a weight decay makes of all parameters.
    """
    depth = dict.fromkeys(operands, 0)
    pure = set(captured)  # what is computed from captured leaves alone
    impure: list[int] = []
    for node, xs in operands.items():
        if xs:
            depth[node] = 1 + max(map(depth.__getitem__, xs))
            if pure.issuperset(xs):
                pure.add(node)
            else:
                impure.append(node)
    first = dict.fromkeys(captured, len(operands))
    unmet = set(captured)
    for node in sorted(impure, key=depth.__getitem__):
        met = unmet.intersection(operands[node])
        first.update(dict.fromkeys(met, depth[node]))
        unmet -= met
    return sorted(captured, key=lambda node: (first[node], node))
