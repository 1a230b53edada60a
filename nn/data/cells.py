"""What is in a cell, be it written in a file or a Python object: nothing, a number, or a text; and in a whole column.

What "1,5" or "2" means depends on the column: 1,234.5 and 1.234,5 are written one way or the other throughout, and a
cell among many numbers that is none is a mistake, while with more of them the numbers are names, too.

>>> reading = read_numbers(["1.234,5", "7,25", "NA", "oops"])
>>> list(reading.numbers), reading.missing, reading.odd
([nan, nan, nan, nan], (2,), (0, 1, 3))
>>> reading = read_numbers(["1.234,5", "7,25", "NA"])
>>> list(reading.numbers), reading.missing, reading.odd
([1234.5, 7.25, nan], (2,), ())
"""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

from nn.data.points import BEFORE_THREE, Points, what_points_mean

MISSING = frozenset({"", "?", "na", "n/a", "#n/a", "nan", "null"})
MISSING_NUMBER = MISSING | {"-", "--", ".", "none"}  # these may be the name of a category

ENGLISH = re.compile(r"[+−-]?([1-9]\d{0,2}(,\d{3})+|\d+)?(\.\d*)?([eE][+−-]?\d+)?")
CONTINENTAL = re.compile(r"[+−-]?([1-9]\d{0,2}(\.\d{3})+|\d+)?(,\d*)?([eE][+−-]?\d+)?")
LEADING_ZERO = re.compile(r"[+−-]?0\d")
LIKE_A_NAME = re.compile(rf"{LEADING_ZERO.pattern}|[+−-]?\d{{16,}}$")


@dataclass(frozen=True)
class CellNumbers:
    """The different cells of a column, read as numbers.

    Attributes:
        numbers: NaN where there is none.
        missing: the places of cells that hold nothing, in order.
        odd: the places of cells that hold something, and no number.
        first_told: the first place whose number is written with a comma, or a point for thousands, if that could be
            read.
        ambiguous: whether the odd ones are such as 1,234, and no cell tells which kind of comma or point that is.
        infinite: the places of the odd ones that are numbers, but infinite, or too large for a float.
    """

    numbers: array[float]
    missing: Sequence[int] = ()
    odd: Sequence[int] = ()
    first_told: int | None = None
    ambiguous: bool = False
    infinite: Sequence[int] = ()

    def says_numbers(self, rows: Iterable[int]) -> bool:
        """Whether this is a column of numbers: there are some, and at most one cell in twenty (or one) is none.

        The odd cells are then mistakes; with more of them the column is one of categories. Infinite ones are no names.

        Args:
            rows: for each row the place of its cell.
        """
        if self.ambiguous or not (self.odd or self.missing):
            return self.ambiguous or len(self.numbers) > 0
        often = Counter(rows)
        odd, missing, infinite = (sum(map(often.__getitem__, x)) for x in (self.odd, self.missing, self.infinite))
        texts, good = odd - infinite, often.total() - missing - odd
        return good > texts <= max(1, good // 20)

    def without(self, places: Collection[int]) -> CellNumbers:
        """The reading where the cells in these places hold nothing."""
        numbers = array("d", self.numbers)
        for place in places:
            numbers[place] = math.nan
        told = None if self.first_told in places else self.first_told
        return replace(self, numbers=numbers, missing=tuple(sorted({*self.missing, *places})), first_told=told)


def read_numbers(cells: Sequence[Any], points: Points = "usual") -> CellNumbers:
    """The cells of a whole column as numbers.

    Args:
        cells: of the column; those that differ are enough.
        points: what points mean where the column does not tell.
    """
    reading = by_commas(cells, points)
    if points in ("decimal", "usual") or reading.first_told is not None or what_points_mean(cells) != "unknown":
        return reading
    rows = tuple(row for row, cell in enumerate(cells) if isinstance(cell, str) and BEFORE_THREE.fullmatch(cell))
    if not rows:
        return reading
    if points == "thousands":
        meant = read_by(lambda cell: number_in(str(cell).replace(".", "")), cells)
        return replace(meant, first_told=rows[0])
    return replace(
        reading.without(rows), missing=reading.missing, odd=tuple(sorted({*reading.odd, *rows})), ambiguous=True
    )


def by_commas(cells: Sequence[Any], points: Points) -> CellNumbers:
    """The same where a point is a decimal point, unless commas tell otherwise."""
    try:  # the usual column, fast
        numbers = array("d", map(float, cells))
        texts = cells if set(map(type, cells)) == {str} else [cell for cell in cells if isinstance(cell, str)]
        if all(map(math.isfinite, numbers)) and "_" not in "".join(texts):
            return CellNumbers(numbers)
    except (TypeError, ValueError, OverflowError):
        pass
    plain = read_by(number_in, cells)
    if not any("," in str(cells[place]) for place in plain.odd):
        return plain
    written = {str(cell) for cell in cells if not is_missing(cell, MISSING_NUMBER)}
    english, continental = (all(map(form.fullmatch, written)) for form in (ENGLISH, CONTINENTAL))
    if english and continental:
        if points not in ("decimal", "thousands"):
            return replace(plain, ambiguous=True)
        english = points == "decimal"
    elif not (english or continental):
        return plain
    drop, point = (",", ".") if english else (".", ",")
    meant = read_by(lambda cell: number_in(str(cell).replace(drop, "").replace(point, ".")), cells)
    return replace(meant, first_told=next(row for row, cell in enumerate(cells) if "," in str(cell)))


def read_by(number: Callable[[Any], float | None], cells: Sequence[Any]) -> CellNumbers:
    """The same where `number` says which number is in a cell that is not missing, if any."""
    found = [math.nan if is_missing(cell, MISSING_NUMBER) else number(cell) for cell in cells]
    odd = tuple(place for place, one in enumerate(found) if one is None)
    return CellNumbers(
        array("d", (math.nan if one is None else one for one in found)),
        missing=tuple(place for place, one in enumerate(found) if one is not None and math.isnan(one)),
        odd=odd,
        infinite=tuple(place for place in odd if is_infinite(cells[place])),
    )


def number_in(cell: Any) -> float | None:
    """The number in a cell, None if there is none. Infinities and Python's 1_000 are none; −5 has a minus as -5 has.

    >>> number_in("−5"), number_in("1_000")
    (-5.0, None)
    """
    try:
        number = float(cell.replace("−", "-") if isinstance(cell, str) else cell)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and "_" not in str(cell) else None


def is_infinite(cell: Any) -> bool:
    """Whether a cell is a number, but infinite, or too large for a float."""
    try:
        return math.isinf(float(cell))
    except OverflowError:
        return True
    except (TypeError, ValueError):
        return False


def text_in(cell: Any) -> str | None:
    """The text in a cell, None if it is missing."""
    return None if is_missing(cell) else text_of(cell)


def text_of(cell: Any) -> str:
    """A cell as text; the number 2.0, Python's or NumPy's, is "2", as it is written in a file."""
    return str(cell).removesuffix(".0") if isinstance(cell, Real) else str(cell)


def says_the_same(cell: Any, number: float) -> bool:
    """Whether a number says all that its cell does: 007 may be a name, and a float has no room for some digits.

    >>> [says_the_same(cell, float(cell)) for cell in ("10.0", "1e3", "007", "9007199254740993")]
    [True, True, False, False]
    """
    return not LEADING_ZERO.match(str(cell)) and significant(str(cell)) == significant(repr(number))


def significant(written: str) -> str:
    """The digits of a number without the zeros around them."""
    return re.sub(r"\D", "", written.lower().partition("e")[0]).strip("0")


def is_missing(cell: Any, marks: frozenset[str] = MISSING) -> bool:
    """Whether a cell is empty or holds one of the usual marks for nothing."""
    return cell.lower() in marks if isinstance(cell, str) else cell is None or cell != cell
