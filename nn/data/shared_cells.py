"""The cells of a column with each text stored once, and for each row which of them is there.

Texts come again: categories are few, and of measured numbers there are not many more. What is to be known of a cell is
then asked once of each text that differs, and a part of the rows is a list of small numbers. Other objects (numbers of
a DataFrame, say) are each their own, for 1, 1.0 and True are equal, but not the same in a table.

>>> cells = SharedCells.of(["red", "blue", "red", 2.5])
>>> list(cells.different), list(cells.places), list(cells.take([2, 3]))
(['red', 'blue', 2.5], [0, 1, 0, 2], ['red', 2.5])
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain, count
from typing import Any


class CellsInPieces:
    """Cells of a column of texts that come in pieces."""

    def __init__(self) -> None:
        self.numbered: defaultdict[str, int] = defaultdict(count().__next__)  # by when they first came
        self.places = array("I")

    def extend(self, texts: Iterable[str]) -> None:
        """Some more of them."""
        self.places.extend(map(self.numbered.__getitem__, texts))

    def cells(self) -> SharedCells:
        """All of them, without white space around."""
        return SharedCells(JoinedTexts.of(map(str.strip, self.numbered)), narrow(self.places, len(self.numbered)))


@dataclass(frozen=True)
class JoinedTexts(Sequence[str]):
    """Texts in a single one, which takes a tenth of the room.

    Attributes:
        joined: all of them, one after the other.
        ends: where each ends.

    >>> texts = JoinedTexts.of(["red", "", "blue"])
    >>> texts.joined, list(texts), texts[2]
    ('redblue', ['red', '', 'blue'], 'blue')
    """

    joined: str
    ends: Sequence[int]

    @classmethod
    def of(cls, texts: Iterable[str]) -> JoinedTexts:
        """The texts, joined."""
        known = list(texts)
        joined = "".join(known)
        return cls(joined, narrow(accumulate(map(len, known)), len(joined) + 1))

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, place: Any) -> Any:
        end = self.ends[place]
        return self.joined[self.ends[place - 1] if place else 0 : end]

    def __iter__(self) -> Iterator[str]:
        return map(self.joined.__getitem__, map(slice, chain([0], self.ends), self.ends))


@dataclass(frozen=True)
class SharedCells(Sequence[Any]):
    """The cells of a column.

    Attributes:
        different: the cells, each text once, in the order in which they first come.
        places: for each row the place of its cell among the different ones.
    """

    different: Sequence[Any]
    places: Sequence[int]

    @classmethod
    def of(cls, cells: Sequence[Any]) -> SharedCells:
        """Cells, texts and others."""
        if isinstance(cells, cls):
            return cells
        if not any(isinstance(cell, str) for cell in cells):
            return cls(cells, range(len(cells)))
        numbered: dict[str, int] = {}
        places = array("I")
        different: list[Any] = []
        for cell in cells:
            new = len(different)
            place = numbered.setdefault(cell, new) if isinstance(cell, str) else new
            places.append(place)
            if place == new:
                different.append(cell)
        return cls(different, narrow(places, len(different)))

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, row: Any) -> Any:
        return self.different[self.places[row]]

    def __iter__(self) -> Iterator[Any]:
        return map(list(self.different).__getitem__, self.places)

    def there(self) -> list[int]:
        """The places of those that differ, as far as a row has them, in the order of the rows."""
        return list(dict.fromkeys(self.places))

    def each(self, change: Callable[[Any], Any]) -> SharedCells:
        """The cells as `change` makes them."""
        return replace(self, different=list(map(change, self.different)))

    def take(self, rows: Sequence[int]) -> SharedCells:
        """The cells of these rows."""
        return replace(self, places=narrow(map(self.places.__getitem__, rows), len(self.different)))


def narrow(places: Iterable[int], number: int) -> array[int]:
    """Places among so many things, in as few bytes as hold them."""
    widths = {"B": 8, "H": 16, "I": 32, "Q": 64}
    return array(next(code for code, bits in widths.items() if number <= 2**bits), places)
