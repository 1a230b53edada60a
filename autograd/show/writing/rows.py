"""The rows of a derivation, products of factors one below the other: aligned in text, LaTeX and HTML.

The factors stand in columns that are counted from the right, because what several derivatives share comes last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from autograd.show.writing.formula import Formula
from autograd.show.writing.names import display_width
from autograd.show.writing.notation import Notation


class Factor(NamedTuple):
    """One factor of a chain, and how many brackets open before it; all close after the last factor."""

    formula: Formula
    opens: int = 0


@dataclass(frozen=True)
class Row:
    """left sign factor · factor · factor, and perhaps an equation's end: ≈ 0.0679."""

    left: Formula | None
    sign: str
    factors: tuple[Factor, ...]
    end_sign: str = ""
    end: Formula | None = None


class Cells(NamedTuple):
    """A row as it is written: left side, sign, factors, the brackets that close after them, sign, end."""

    left: str
    sign: str
    factors: list[str]
    closes: str
    end_sign: str
    end: str


def cells(rows: tuple[Row, ...], notation: Notation) -> list[Cells]:
    """Rows in a notation. A negative number that is not the first factor is in parentheses."""
    return [
        Cells(
            row.left.write(notation) if row.left is not None else "",
            row.sign,
            [
                "[" * factor.opens + in_product(factor.formula, notation, place > 0 or row.sign == "+")
                for place, factor in enumerate(row.factors)
            ],
            "]" * sum(factor.opens for factor in row.factors),
            row.end_sign,
            row.end.write(notation) if row.end is not None else "",
        )
        for row in rows
    ]


def in_product(factor: Formula, notation: Notation, later: bool) -> str:
    written = factor.write(notation)
    return notation.parenthesised(written) if later and written.startswith(notation.minus) else written


def is_sum(row: Cells) -> bool:
    """Whether the row adds up numbers; they go to no column."""
    return len(row.factors) == 1 and bool(row.end)


def aligned(rows: list[Cells]) -> list[str]:
    """Text with the factors in columns, counted from the right, where the shared ones are."""
    count = max(len(row.factors) for row in rows)
    closes = max(len(row.closes) for row in rows)
    columns = [[] if is_sum(row) else [""] * (count - len(row.factors)) + row.factors for row in rows]
    widths = [max((display_width(column[place]) for column in columns if column), default=0) for place in range(count)]
    left = max(display_width(row.left) for row in rows)
    lines = []
    for row, column in zip(rows, columns, strict=True):
        line = " " * (left - display_width(row.left)) + row.left + f" {row.sign} "
        for place, cell in enumerate(column):
            line += " " * (widths[place] - display_width(cell)) + cell
            if place < count - 1:
                line += " · " if cell else "   "
        line += row.closes.ljust(closes) if column else row.factors[0]
        lines.append(line + f" {row.end_sign} {row.end}" if row.end else line.rstrip())
    return lines


def tex_table(rows: list[Cells]) -> str:
    """For amsmath's aligned: a single row with an & before its sign; several as one cell, with a column a factor."""
    signs = {"≈": r"\approx"}
    lines = []
    count = max(len(row.factors) for row in rows)
    for row in rows:
        end = f"{row.closes} {signs.get(row.end_sign, row.end_sign)} {row.end}" if row.end else row.closes
        left = f"{row.left} &{signs.get(row.sign, row.sign)}"
        if len(rows) == 1:
            return left + " " + r" \cdot ".join(row.factors) + end
        columns = r" \cdot{} && ".join(row.factors)
        columns = "&& " * (count - len(row.factors)) + columns
        lines.append(f"{left} {{}} & {columns} &{end}")
    written = " \\\\[1ex]\n".join(lines)
    return f"& \\begin{{alignedat}}{{{count + 1}}}\n{written}\n\\end{{alignedat}}"


def html_table(rows: list[Cells]) -> str:
    """A table with a column for each factor."""
    count = max(len(row.factors) for row in rows)
    lines = []
    for row in rows:
        factors = [factor + " ·" * (place < len(row.factors) - 1) for place, factor in enumerate(row.factors)]
        end = f"{row.end_sign} {row.end}" if row.end else ""
        if is_sum(row):
            lines.append(
                f'<tr><td>{row.left}</td><td>{row.sign}</td><td colspan="{count + 2}">{factors[0]} {end}</td></tr>'
            )
            continue
        written = [row.left, row.sign, *[""] * (count - len(factors)), *factors, row.closes, end]
        lines.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in written) + "</tr>")
    return f'<table class="chain">{"".join(lines)}</table>'
