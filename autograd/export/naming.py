"""Names for files of other languages: what is a name there, and is not taken."""

from __future__ import annotations

import keyword
import re

#: Words of C that are no words of Python's.
WORDS_OF_C = set(
    "auto break case char const continue default do double else enum extern float for goto if inline int long register"
    " restrict return short signed sizeof static struct switch typedef union unsigned void volatile while main".split()
)


class Names:
    """Names that were given, each once.

    >>> names = Names()
    >>> [names.new(x) for x in ("p.W1", "p.W1", "for", "2nd layer", "")]
    ['p_W1', 'p_W1_2', 'for_', 'x2nd_layer', 'x']
    """

    def __init__(self, taken: set[str] | None = None) -> None:
        self.taken = set(taken or ())

    def new(self, wanted: str) -> str:
        """A name like the wanted one."""
        name = re.sub(r"\W+", "_", wanted, flags=re.ASCII).strip("_") or "x"
        if name[0].isdigit():
            name = f"x{name}"
        if keyword.iskeyword(name) or name in WORDS_OF_C:
            name += "_"
        found, number = name, 1
        while found in self.taken:
            number += 1
            found = f"{name}_{number}"
        self.taken.add(found)
        return found
