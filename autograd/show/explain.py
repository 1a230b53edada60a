"""explain("x*w + b", …): from an expression as text to its values, its chain rule, its gradients, and a page.

>>> print(explain("tanh(x*w)", {"x": 0.5, "w": 2.0}, leaves=["w"]))
v₁ = x·w = 0.5·2 = 1
f = tanh(v₁) = tanh(1) ≈ 0.762
<BLANKLINE>
∂f/∂w = ∂v₁/∂w · ∂f/∂v₁
    ∂v₁/∂w = x = 0.5
    ∂f/∂v₁ = 1 − f² ≈ 1 − 0.7616² ≈ 0.420
∂f/∂w ≈ 0.5 · 0.420 ≈ 0.210
<BLANKLINE>
input  value     ∂f/∂…  finite differences
w          2  0.209987            0.209987  agrees
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from os import PathLike

from autograd.endings import check_ending
from autograd.files import write_whole
from autograd.graph import topological_order
from autograd.show.derive import derive
from autograd.show.draw import draw
from autograd.show.stepping.differences import checks
from autograd.show.steps import steps
from autograd.show.typed.parser import parse
from autograd.show.typed.tokens import ExpressionError
from autograd.show.writing.blackboard import Blackboard, labelled
from autograd.show.writing.names import display_width, shortened
from autograd.show.writing.numbers import number
from autograd.value import Value

__all__ = ["ExpressionError", "explain"]

MOST_WORK = 300_000  # nodes × inputs that are compared with finite differences: a few seconds
MOST_LINES = 40  # equations, and rows of the table
MOST_INPUTS_DERIVED = 12  # inputs whose chain rule is written out, unless they are chosen
TABLE_DIGITS = 6


def explain(
    expression: str,
    values: Mapping[str, float],
    *,
    html: str | PathLike[str] | None = None,
    svg: str | PathLike[str] | None = None,
    digits: int = 3,
    leaves: Sequence[str] | None = None,
) -> str:
    """Compute an expression, and say how it depends on its inputs: values, chain rule, gradients.

    Args:
        expression: as `parser.parse` reads it: `z = x*w + b; L = 0.5*(y - tanh(z))**2`.
        values: a number for each input.
        html: write a page there that steps through the passes.
        svg: write the drawing there.
        digits: significant digits of the numbers shown.
        leaves: names to differentiate with respect to, inputs or results in between; by default the first inputs.

    Returns:
        Text: the equations of the forward pass, the derivations, and a table of gradients beside finite differences.
        Of very many, it has the first, and says how to ask for others.

    Raises:
        ValueError: if the expression cannot be read (an `ExpressionError`) or computed (a `DomainError`), has no input,
            or an argument is not what it should be.
        RuntimeError: if CHALKGRAD_DOT leads to no program.
    """
    if digits < 1:
        raise ValueError(f"digits is the number of significant digits, at least 1, not {digits!r}")
    if html is not None:
        check_ending(html, "pages", "html", "htm")
    if svg is not None:
        check_ending(svg, "drawings", "svg")
    root, named = parse(expression, values)
    chosen = chosen_leaves(root, named, list(values) if leaves is None else leaves)
    name_lines(root, taken=set(named))
    root.backward()
    if html is not None:
        steps(root, digits=digits).save(html)
    if svg is not None:
        save_drawing(root, svg)
    board = Blackboard(root, digits=digits)
    derived = chosen if leaves is not None else chosen[:MOST_INPUTS_DERIVED]
    listed = chosen if leaves is not None else chosen[:MOST_LINES]
    parts = [equations(board), str(derive(root, *derived, digits=digits)), gradient_table(root, listed, board)]
    if len(derived) < len(chosen):
        last = shortened(chosen[-1].label)
        parts.append(
            f"Of {len(chosen):,} inputs these are the first {len(derived)}, and {len(listed)} in the table."
            f" For others name them: leaves=[{last!r}], or --wrt {last}."
        )
    return "\n\n".join(parts)


def equations(board: Blackboard) -> str:
    """How each named number is computed: a line each, of very many the first and the last."""
    nodes = [node for node in board.order if node.parents and not board.is_folded(node)]
    left_out = len(nodes) - MOST_LINES
    lines = [board.value_equation(node).text() for node in (nodes[: MOST_LINES - 1] if left_out > 0 else nodes[:-1])]
    if left_out > 0:
        lines.append(f"… and {left_out:,} more …")
    return "\n".join([*lines, board.value_equation(nodes[-1]).text()])


def chosen_leaves(root: Value, named: Mapping[str, Value], names: Sequence[str]) -> list[Value]:
    """The Values of those names."""
    if not root.parents:
        raise ValueError("there is nothing to derive: the expression computes nothing from a named input")
    if not names:
        raise ValueError("there is nothing to derive: the expression has no input; give it names, as in x*w + b")
    for name in names:
        if name not in named:
            known = ", ".join(map(shortened, named))
            raise ValueError(f"{shortened(name)} is not a name of the expression, which has {known}")
        if named[name] is root:
            raise ValueError(f"{shortened(name)} is the result; name what it was computed from")
    return list(dict.fromkeys(named[name] for name in names))


def name_lines(root: Value, taken: set[str]) -> None:
    """Name the result, and the operands and results of functions: so each has a line, and the chain rule a factor."""
    if not labelled(root):
        free = itertools.chain(("f", "y"), (f"f{count}" for count in itertools.count(1)))
        root.label = next(name for name in free if name not in taken)
        taken.add(root.label)
    count = 0
    for node in topological_order(root):
        if node.op is None or node.op.precedence < 5:
            continue
        for part in (*node.parents, node):
            if part.parents and not labelled(part):
                count += 1
                while f"v{count}" in taken:
                    count += 1
                part.label = f"v{count}"


def gradient_table(root: Value, leaves: list[Value], board: Blackboard) -> str:
    """Value, gradient and finite differences of each, in aligned columns."""
    inputs = [leaf for leaf in leaves if not leaf.parents]
    compared = len(inputs) * len(board.order) <= MOST_WORK
    found = checks(root, {leaf: leaf.grad for leaf in inputs}) if compared else {}
    rows = [["input", "value", f"∂{board.names[root].text}/∂…", "finite differences" if found else "", ""]]
    for leaf in leaves:
        check = found.get(leaf)
        numeric = "" if check is None or math.isnan(check.numeric) else number(check.numeric, TABLE_DIGITS).text
        shown = [board.names[leaf].text, *(number(x, TABLE_DIGITS).text for x in (leaf.data, leaf.grad))]
        rows.append([*shown, numeric, check.verdict if check else ""])
    widths = [max(display_width(row[place]) for row in rows) for place in range(4)]
    lines = []
    for name, *numbers, verdict in rows:
        padded = [" " * (wide - display_width(cell)) + cell for cell, wide in zip(numbers, widths[1:], strict=True)]
        lines.append("  ".join([name + " " * (widths[0] - display_width(name)), *padded, verdict]).rstrip())
    return "\n".join(lines)


def save_drawing(root: Value, path: str | PathLike[str]) -> None:
    """Write the drawing as SVG."""
    write_whole(path, draw(root).pipe(format="svg", encoding="utf-8"))
