"""What an operation is: its value, its partial derivatives and how it is described, each stated once.

An entry is written over an arithmetic `m` that the caller supplies. Inside an entry `+`, `-`, `*` and unary
minus stand for themselves; everything else, division included, is `m.<name of an operation>`, because only
the arithmetic knows how to stay total (1/0 is inf, not an exception) or what to record.

An operation is told from others by identity, never by its name: a user may choose any name for one of their own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from weakref import WeakValueDictionary

REALS = (-math.inf, math.inf)


class Operation:
    """One row of the table: y = value(x₁ … xₙ) and ∂y/∂xᵢ.

    Args:
        name: what it is called in messages, and if it is in the table in `m`.
        value: `value(m, *xs)`, the result in arithmetic `m`.
        partials: `partials(m, y, *xs)`, one ∂y/∂xᵢ for each operand; `y` is the value already computed.
        doc: the formula and what is to be known, for the docstrings of its public function and method.
        arity: number of operands; None for any number of them.
        text: how it is written in plain text, in Python's own notation: a template such as `"{0} + {1}"`, or a
            function of the operands' texts. By default a call, `name({0}, {1})`.
        latex: the same for LaTeX.
        precedence: how tightly the notation binds: 1 sums, 2 products, 3 signs, 4 powers, 5 calls.
        symbol: the short mark on a drawn node; the name by default.
        domain: the interval of each operand on which the value is a finite real number.
        kinks: where the derivative jumps, as values of `kink_of(*xs)` (the first operand, unless said otherwise).
        accuracy: the largest error of the value and of the partials, in units in the last place (ulp) of the
            result, or of the largest term where terms cancel. Tested against 80-digit arithmetic.
        remedy: what a person should do who has left the domain.
        parameters: fixed numbers that make one operation of a family, such as the c of x**c.
        family: what made it from them; `op.family is POWER` asks for any power.
        blackboard: the partials in the textbook's form, where the stable form is not what one would write by hand:
            y(1 − y) for the sigmoid. For people to read; nothing is computed with it. By default the partials.
    """

    __slots__ = tuple(
        "__weakref__ accuracy arity blackboard doc domain family kink_of kinks latex name parameters partials"
        " precedence remedy symbol text value".split()
    )

    def __init__(
        self,
        name: str,
        value: Callable[..., Any],
        partials: Callable[..., Sequence[Any]],
        *,
        doc: str = "",
        arity: int | None = 1,
        text: str | Callable[..., str] | None = None,
        latex: str | Callable[..., str] | None = None,
        precedence: int = 5,
        symbol: str | None = None,
        domain: tuple[tuple[float, float], ...] | None = None,
        kinks: tuple[float, ...] = (),
        kink_of: Callable[..., float] = lambda *xs: xs[0],
        accuracy: tuple[float, float] = (2.0, 4.0),
        remedy: str = "",
        parameters: dict[str, Any] | None = None,
        family: Hashable = None,
        blackboard: Callable[..., Sequence[Any]] | None = None,
    ) -> None:
        self.name = name
        self.value = value
        self.partials = partials
        self.doc = doc
        self.arity = arity
        self.text = call_notation(name) if text is None else text
        self.latex = call_notation(rf"\operatorname{{{name}}}") if latex is None else latex
        self.precedence = precedence
        self.symbol = name if symbol is None else symbol
        self.domain = domain if domain is not None else (REALS,) * (arity or 1)
        self.kinks = kinks
        self.kink_of = kink_of
        self.accuracy = accuracy
        self.remedy = remedy
        self.parameters = parameters or {}
        self.family = family
        self.blackboard = partials if blackboard is None else blackboard

    def __repr__(self) -> str:
        given = ", ".join(f"{key}={value}" for key, value in self.parameters.items())
        return f"<operation {self.name}({given})>" if given else f"<operation {self.name}>"

    def __copy__(self) -> Operation:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Operation:
        return self


class Family:
    """Operations that differ in fixed numbers: `POWER(2.0)` is one of them, and the same one whenever it is asked for.

    Args:
        name: that of each member.
        member: `member(*parameters)` makes one; its docstring describes them all.
        parameters: the names of the fixed numbers and what they are unless given; None for what must be given.
        tried: fixed numbers of the members that the tests try, a tuple for each.
        kept: how many members are remembered that nobody else has any more.
    """

    __slots__ = ("_living", "_tried", "doc", "member", "name", "parameters")

    def __init__(
        self,
        name: str,
        member: Callable[..., Operation],
        parameters: Mapping[str, float | None],
        tried: Sequence[tuple[float, ...]] = (),
        kept: int = 1024,
    ) -> None:
        self.name = name
        self._living: WeakValueDictionary[tuple[Any, ...], Operation] = WeakValueDictionary()
        self.member = lru_cache(maxsize=kept)(
            lambda *parameters: self._living.get(parameters) or self._living.setdefault(parameters, member(*parameters))
        )
        self.doc = member.__doc__ or ""
        self.parameters = parameters
        self._tried = tried

    def __call__(self, *parameters: Any) -> Operation:
        """The member of these fixed numbers. What stands before them is passed over: operands, in a rule's call."""
        return self.member(*parameters[-len(self.parameters) :])

    def operands(self, called_with: tuple[Any, ...]) -> tuple[Any, ...]:
        """What stands before the fixed numbers in a rule's call: `m.pow_derivative(x, c, 1.0, 0.0)` → x, c."""
        return called_with[: len(called_with) - len(self.parameters)]

    @property
    def tried(self) -> list[Operation]:
        """The members that the tests try."""
        return [self(*parameters) for parameters in self._tried]

    def __repr__(self) -> str:
        return f"<family {self.name}>"


def call_notation(name: str) -> Callable[..., str]:
    """`name(a, b)`, for any number of operands."""
    return lambda *operands: f"{name}({', '.join(operands)})"
