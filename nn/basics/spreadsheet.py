"""Tables as CSV that a spreadsheet program opens without harm: a text that it would take for a formula gets a ' before.

>>> csv_text([["name", "loss"], ["=cmd|' /C calc'!A0", -0.5], ["-3,5", "@home"]]).splitlines()
['name,loss', "'=cmd|' /C calc'!A0,-0.5", '"-3,5",\\'@home']

OWASP, CSV Injection (https://owasp.org/www-community/attacks/CSV_Injection).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

STARTS_A_FORMULA = re.compile(r"[\t\r\n]|\s*[=+\-@＝＋－＠]")  # with the wide forms, which are read as the usual ones
SEPARATORS = re.compile(r"([;|]|[\r\n]+)")
HARMLESS = re.compile(r"\s*[+-]?(\d[\d.,]*|[.,]\d+)([eE][+-]?\d+)?\s*|-{1,2}")  # a number, or a mark for nothing


def csv_text(rows: Iterable[Sequence[Any]], *, raw: bool = False, delimiter: str = ",") -> str:
    """The rows as CSV, floats exact.

    Args:
        rows: of numbers and texts; None is an empty cell.
        delimiter: what stands between cells.
        raw: leave the texts as they are, for programs that do not compute with them.
    """
    lines: list[str] = []
    writer = csv.writer(
        SimpleNamespace(write=lines.append), delimiter=delimiter, lineterminator="\r\n"
    )  # quotes a lone \r, too
    writer.writerows(rows if raw else (map(guarded, row) for row in rows))
    return "".join(f"{line.removesuffix(writer.dialect.lineterminator)}\n" for line in lines)


def guarded(cell: Any) -> Any:
    """A cell with a ' before each part that a spreadsheet program would take for a formula; itself, if there is none.

    Where a comma is the decimal sign, such a program parts lines at ; and takes no notice of quotes that stand between.
    """
    if not isinstance(cell, str):
        return cell
    first, *others = SEPARATORS.split(cell)  # each separator, and what comes after it
    pairs = zip(others[::2], others[1::2], strict=True)
    parts = [separator + (f"'{part}" if is_formula(part) else part) for separator, part in pairs]
    safe = "".join(["'" if is_formula(cell) else "", first, *parts])
    return cell if safe == cell else safe


def is_formula(cell: Any) -> bool:
    """Whether a spreadsheet program may compute with a text. Numbers are none, also such as are written -3,5."""
    return isinstance(cell, str) and bool(STARTS_A_FORMULA.match(cell)) and not HARMLESS.fullmatch(cell)
