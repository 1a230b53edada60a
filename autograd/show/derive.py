"""A derivative written out: the chain rule along every path, in symbols, with its local formulas, and in numbers.

>>> from autograd import Value
>>> a1, w2, b2 = Value(0.476, label="a1"), Value(0.3, label="w2"), Value(0.3, label="b2")
>>> z2 = a1 * w2 + b2; z2.label = "z2"
>>> a2 = z2.sigmoid(); a2.label = "a2"
>>> print(derive(a2, w2))
∂a₂/∂w₂ = ∂z₂/∂w₂ · ∂a₂/∂z₂
    ∂z₂/∂w₂ = a₁ = 0.476
    ∂a₂/∂z₂ = a₂(1 − a₂) ≈ 0.609·(1 − 0.609) ≈ 0.238
∂a₂/∂w₂ ≈ 0.476 · 0.238 ≈ 0.113

Backprop computes what several derivatives share once and stores it; it stands in brackets.

>>> print(derive(a2, w2, b2))
∂a₂/∂w₂ = ∂z₂/∂w₂ · [∂a₂/∂z₂]
∂a₂/∂b₂ = ∂z₂/∂b₂ · [∂a₂/∂z₂]
    ∂z₂/∂w₂ = a₁ = 0.476
    ∂a₂/∂z₂ = a₂(1 − a₂) ≈ 0.609·(1 − 0.609) ≈ 0.238
    ∂z₂/∂b₂ = 1
∂a₂/∂w₂ ≈ 0.476 · [0.238] ≈ 0.113
∂a₂/∂b₂ ≈     1 · [0.238] ≈ 0.238
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from operator import attrgetter
from typing import Any

from autograd.graph import topological_order
from autograd.show.writing.blackboard import Blackboard
from autograd.show.writing.chain import branches, dependents, spoken_of, written_edges
from autograd.show.writing.equation import Equation
from autograd.show.writing.formula import Ellipsis, Formula, Number
from autograd.show.writing.names import plain_name
from autograd.show.writing.notation import Html, Latex, Text
from autograd.show.writing.numeric_rows import numeric_rows, product_on_paper, sum_on_paper
from autograd.show.writing.paths import Path, Paths, paths_to
from autograd.show.writing.rows import Factor, Row, aligned, cells, html_table, tex_table
from autograd.value import Value, adjoints

INDENT = "    "


class Derivation:
    """∂root/∂leaf for one or more leaves, written out; `str`, `.latex` and `.html` are three views of one form.

    Attributes:
        root, leaves: what is differentiated, and with respect to what.
        gradients: the derivatives, a float for each leaf: sums over all paths, shown or not.
        paths: for each leaf how many paths there are and the (largest) paths shown.
        locals: the local derivatives on them, as equations.
        called: what v₁, v₂ … are, of those that are spoken of.
    """

    def __init__(self, root: Any, leaves: tuple[Any, ...], *, digits: int = 3, most_paths: int = 8) -> None:
        self.root = root
        self.leaves = leaves
        self.digits = digits
        self.board = Blackboard(root, keep=leaves, digits=digits)
        adjoint = adjoints(root, 1.0, attrgetter("local_grads"))
        self.gradients: dict[Any, float] = {leaf: adjoint[id(leaf)] for leaf in leaves}
        self.paths: dict[Any, Paths] = {leaf: paths_to(self.board, leaf, limit=most_paths) for leaf in leaves}
        self._fixed: dict[Any, tuple[Any, ...]] = {}
        self._stored = branches([path for leaf in leaves for path in self.paths[leaf].paths]) if leaves[1:] else set()

    def _edges(self) -> Iterator[tuple[Any, Any]]:
        """The edges (operand, node) that are shown, each once."""
        seen = set()
        for leaf in self.leaves:
            for path in self.paths[leaf].paths:
                for edge in written_edges(path):
                    if edge is not None and edge not in seen:
                        seen.add(edge)
                        yield edge

    @cached_property
    def locals(self) -> tuple[Equation, ...]:
        """∂a₂/∂z₂ = a₂(1 − a₂) ≈ 0.609·(1 − 0.609) ≈ 0.238, and so on."""
        equations = [
            self.board.local_equation(node, operand, self._fixed_at(operand, node)) for operand, node in self._edges()
        ]
        if self.is_immediate and self.root in self.leaves:  # from which no edge leads to itself
            equations.append(Equation(self._left(self.root), (Number(1.0),), self.digits))
        return tuple(equations)

    @cached_property
    def called(self) -> tuple[Equation, ...]:
        """v₁ = x·w = 2·(−3) = −6, and so on: what is called so here because it has no label."""
        held = {edge: self._fixed_at(*edge) for edge in self._edges()}
        return tuple(map(self.board.value_equation, spoken_of(self.board, held)))

    @property
    def is_immediate(self) -> bool:
        """Whether the local derivatives are all there is to say."""
        return all(
            found.count == len(found.paths) == 1 and len(found.paths[0].nodes) <= 2 for found in self.paths.values()
        )

    def _fixed_at(self, operand: Any, node: Any) -> tuple[Any, ...]:
        """What is held fixed in the direct derivative ∂root/∂operand, where the total ∂root/∂operand is another."""
        if node is not self.root:
            return ()
        if operand not in self._fixed:
            above = dependents(self.board.order, operand)
            self._fixed[operand] = tuple(other for other in self.board.operands(node) if other in above)
        return self._fixed[operand]

    def _partial(self, operand: Any, node: Any) -> Formula:
        """The factor of one edge."""
        return self.board.derivative(
            node, operand, self.board.local_number(node, operand), self._fixed_at(operand, node)
        )

    def _left(self, leaf: Any) -> Formula:
        return self.board.derivative(self.root, leaf, self.gradients[leaf])

    def _factors(self, path: Path) -> tuple[Factor, ...]:
        """The factors of a path, from the leaf to the root; of that from the root to itself a 1."""
        if len(path.nodes) == 1:
            return (Factor(Number(1.0)),)
        edges = written_edges(path)
        stored = [path.nodes[place:] in self._stored for place in range(len(path.nodes) - 1)] if self._stored else []
        opens = [int(bool(stored) and edge is not None and stored[path.nodes.index(edge[0])]) for edge in edges]
        formulas = [Ellipsis() if edge is None else self._partial(*edge) for edge in edges]
        return tuple(map(Factor, formulas, opens))

    @cached_property
    def symbols(self) -> tuple[Row, ...]:
        """The products of partial derivatives, a row for each path."""
        rows = []
        for leaf in self.leaves:
            found = self.paths[leaf]
            for place, path in enumerate(found.paths):
                rows.append(Row(None if place else self._left(leaf), "+" if place else "=", self._factors(path)))
            if found.count > len(found.paths):
                rows.append(Row(None, "+", (Factor(Ellipsis()),)))
        return tuple(rows)

    @cached_property
    def numbers(self) -> tuple[Row, ...]:
        """The same with a number for each factor, and what they come to."""
        rows: list[Row] = []
        for leaf in self.leaves:
            found = self.paths[leaf]
            chains = [self._numeric_factors(path) for path in found.paths]
            cut_short = found.count > len(found.paths)
            left, total = self._left(leaf), self._totals[leaf]
            rows += numeric_rows(left, chains, self._products(leaf), total, self.digits, cut_short)
        return tuple(rows)

    def _numeric_factors(self, path: Path) -> tuple[Factor, ...]:
        return tuple(Factor(factor.formula.in_numbers(), factor.opens) for factor in self._factors(path))

    def _products(self, leaf: Any) -> list[float]:
        """What each path that is shown contributes."""
        return [product_on_paper(self._numeric_factors(path), path.product) for path in self.paths[leaf].paths]

    @cached_property
    def _totals(self) -> dict[Any, float]:
        """What the rows come to: the gradients, unless the backward pass has lost what paper keeps."""
        return {
            leaf: sum_on_paper(self._products(leaf), gradient, self.digits)
            if self.paths[leaf].count == len(self.paths[leaf].paths)
            else gradient
            for leaf, gradient in self.gradients.items()
        }

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What is left out, in words, and where the backward pass rounds to something else."""
        left_out = [
            f"{self._left(leaf).text()} is the sum over all {self.paths[leaf].count:,} paths;"
            f" the {len(self.paths[leaf].paths)} largest are shown."
            for leaf in self.leaves
            if self.paths[leaf].count > len(self.paths[leaf].paths)
        ]
        rounded = [
            f"{self._left(leaf).text()} is computed as {Number(gradient).text(self.digits)}: from the root to the leaf,"
            " where the numbers on the way are rounded, overflow or underflow in another order."
            for leaf, gradient in self.gradients.items()
            if self._totals[leaf] is not gradient
        ]
        return (*left_out, *rounded)

    def __str__(self) -> str:
        """Plain text, in aligned columns."""
        notation = Text(self.digits)
        local_lines = [equation.text() for equation in self.locals]
        called = [equation.text() for equation in self.called]
        if self.is_immediate:
            return "\n".join([*local_lines, *(INDENT + line for line in called)])
        symbols, numbers = (aligned(cells(rows, notation)) for rows in (self.symbols, self.numbers))
        return "\n".join([*symbols, *(INDENT + line for line in [*called, *local_lines]), *numbers, *self.notes])

    __repr__ = __str__

    @property
    def latex(self) -> str:
        r"""LaTeX for mathematics mode: aligned lines of amsmath, as they stand between \\[ and \\] in a paper.

        >>> x, w = Value(0.5, label="x"), Value(2.0, label="w")
        >>> y = x * w; y.label = "y"
        >>> print(derive(y, w).latex)
        \begin{aligned}
        \frac{\partial y}{\partial w} &= x = 0.5
        \end{aligned}
        """
        told = [*self.locals, *self.called] if self.is_immediate else [*self.called, *self.locals]
        lines = [equation.latex(at="&") for equation in told]
        if not self.is_immediate:
            notation = Latex(self.digits)
            tables = [tex_table(cells(rows, notation)) for rows in (self.symbols, self.numbers)]
            if any(table.startswith("&") for table in tables):  # then all lines begin at the left
                lines = [r"& \quad " + equation.latex() for equation in told]
            notes = ["& " + plain_name(note).latex for note in self.notes]
            lines = [tables[0], *lines, tables[1], *notes]
        return "\\begin{aligned}\n" + " \\\\[1ex]\n".join(lines) + "\n\\end{aligned}"

    @property
    def html(self) -> str:
        """HTML: tables of class "chain", and a paragraph for each local derivative."""
        told = [*self.locals, *self.called] if self.is_immediate else [*self.called, *self.locals]
        lines = [f"<p>{equation.html()}</p>" for equation in told]
        if not self.is_immediate:
            notation = Html(self.digits)
            tables = [html_table(cells(rows, notation)) for rows in (self.symbols, self.numbers)]
            notes = [f"<p>{plain_name(note).html}</p>" for note in self.notes]
            lines = [tables[0], *lines, tables[1], *notes]
        return f'<div class="derivation">{"".join(lines)}</div>'

    def _repr_markdown_(self) -> str:
        return f"$$\n{self.latex}\n$$"

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex}$"


# ── The function ────────────────────────────────────────────────────────────────────────────────────────────────


def derive(root: Any, *leaves: Any, digits: int = 3, paths: int = 8) -> Derivation:
    """∂root/∂leaf written out along every path: symbols, local formulas, numbers, and what they come to.

    Args:
        root: a computed Value.
        leaves: what to differentiate with respect to: leaves, or computed Values in between. Several stand in
            aligned columns, and what they share is in brackets.
        digits: significant digits of the numbers shown; the result is the true one rounded, with ≈. Factors have more
            where it takes more for the result to come out of them.
        paths: how many paths are shown at most; of more the largest, with the sum of all.
    Returns:
        A `Derivation`: text by `str` and `print`, LaTeX by `.latex` and in a notebook.
    Raises:
        ValueError: if a leaf is not in the graph of root, or the data of a leaf was set after the forward pass.
        TypeError: if something is not a Value.

    >>> from autograd import Value
    >>> x = Value(0.5, label="x")
    >>> y = x * x; y.label = "y"
    >>> print(derive(y, x))
    ∂y/∂x = 2·x = 2·0.5 = 1
    """
    for thing in (root, *leaves):
        if not isinstance(thing, Value):
            raise TypeError(f"derive takes Values, but was given {thing!r:.60} of type {type(thing).__name__}")
    if not leaves:
        raise TypeError("derive takes what to differentiate with respect to as well: derive(L, w)")
    if digits < 1 or paths < 1:
        raise ValueError(f"digits and paths are at least 1, but were {digits!r} and {paths!r}")
    below = set(topological_order(root))
    for leaf in leaves:
        if leaf not in below:
            same = leaf.label and any(node.label == leaf.label for node in below)
            hint = f"\nAnother Value labelled {leaf.label!r} is in it; was it made again?" if same else ""
            raise ValueError(f"{leaf!r} is not in the graph of {root!r}, which was not computed from it.{hint}")
    return Derivation(root, tuple(dict.fromkeys(leaves)), digits=digits, most_paths=paths)
