"""The value and the partials of an operation as JavaScript: what is used twice is computed once, under a name.

The rules are read in expanded symbols, so that only the elementary functions remain, which `elementary.js` supplies.
An operation of a user's own is read as the table's are; rules that want to see a number raise, as they do in symbols.

>>> from autograd.ops import DIVIDE, SIGMOID
>>> print(rule(DIVIDE, 2))
{value: (x) => x[0] / x[1], partials: (y, x) => [1 / x[1], -y / x[1]]}
>>> print(rule(SIGMOID, 1))
{value: (x) => {
const t0 = exp(-abs(x[0]));
return where(step(x[0]), 1, t0) / (1 + t0);
}, partials: (y, x) => {
const t0 = exp(-2 * abs(0.5 * x[0]));
return [0.25 * (4 * t0 / (1 + t0 * (2 + t0)))];
}}
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from autograd.operation import Operation
from autograd.ops import NEGATIVE
from autograd.python_code import INFIX
from autograd.symbols import ATOM, ExpandedSymbols, Expression, expression, symbol

DEEPEST = 30  # parentheses in parentheses; what is deeper gets a name, for a parser's stack is short


@cache
def elementary_functions() -> str:
    """The text of `elementary.js`."""
    return Path(__file__).with_name("elementary.js").read_text(encoding="utf-8")


@cache
def definitions() -> dict[str, str]:
    """Each function of `elementary.js` by its name; those of `Math` are the empty text."""
    found: dict[str, str] = {}
    for whole in re.split(r"^(?=const |function |//)", elementary_functions(), flags=re.MULTILINE):
        if of_math := re.match(r"const \{(.*)\} = Math;", whole):
            found.update(dict.fromkeys(of_math[1].split(", "), ""))
        elif named := re.match(r"(?:const|function) (\w+)", whole):
            found[named[1]] = whole.strip()
    return found


def elementary_functions_in(source: str) -> list[str]:
    """The definitions of the elementary functions that a source names, and of those that they name; in their order.

    >>> elementary_functions_in("y = log(step(x))")
    ['const {log} = Math;', 'const step = (x) => (x > 0 ? 1 : x <= 0 ? 0 : x);']
    """
    every = definitions()
    needed: set[str] = set()
    texts = [source]
    while texts:
        new = set(re.findall(r"\w+", texts.pop())) & every.keys() - needed
        needed |= new
        texts += [every[name] for name in new]
    of_math = [name for name in every if name in needed and not every[name]]
    return [
        *([f"const {{{', '.join(of_math)}}} = Math;"] if of_math else []),
        *(every[name] for name in every if name in needed and every[name]),
    ]


def rule(operation: Operation, arity: int) -> str:
    """`{value: (x) => …, partials: (y, x) => […]}` for a list x of that many operands."""
    x = [symbol(f"x[{place}]") for place in range(arity)]
    value = expression(operation.value(ExpandedSymbols, *x))
    partials = map(expression, operation.partials(ExpandedSymbols, symbol("y"), *x))
    return f"{{value: {function('x', [value], '{}')}, partials: {function('y, x', partials, '[{}]')}}}"


def function(parameters: str, results: Iterable[Expression], returned: str) -> str:
    """An arrow function of these results."""
    parts = SharedParts()
    places = [parts.place(result) for result in results]
    lines, texts = parts.written(places)
    answer = returned.format(", ".join(texts))
    body = "\n".join(["{", *lines, f"return {answer};", "}"]) if lines else answer
    return f"({parameters}) => {body}"


class Part(NamedTuple):
    """A piece of a formula: an operation of earlier parts, or (operation None) a name or a number as written."""

    operation: Operation | None
    operands: tuple[int, ...]
    leaf: str


class SharedParts:
    """The pieces of expressions, each once and after its operands: equal pieces are one."""

    def __init__(self) -> None:
        self.parts: dict[Part, int] = {}
        self.places: dict[int, int] = {}  # of each expression by its identity
        self.operands: dict[int, tuple[Expression, ...]] = {}  # which keeps them alive, so that identities stay theirs

    def place(self, whole: Expression) -> int:
        """Where the expression stands among the parts, to which it is added with all that it is made of."""
        stack = [whole]
        while stack:
            piece = stack[-1]
            if id(piece) not in self.operands:
                parameters = piece.operation.parameters.values() if piece.operation else ()
                self.operands[id(piece)] = (*piece.operands, *map(expression, parameters), piece)
                stack += self.operands[id(piece)][-2::-1]
                continue
            stack.pop()
            operands = tuple(self.places[id(operand)] for operand in self.operands[id(piece)][:-1])
            part = Part(piece.operation, operands, "" if piece.operation else literal(piece.leaf))
            self.places[id(piece)] = self.parts.setdefault(part, len(self.parts))
        return self.places[id(whole)]

    def written(self, results: list[int]) -> tuple[list[str], list[str]]:
        """The lines that compute what is shared or deep, and the results."""
        uses = Counter(place for part in self.parts for place in part.operands) + Counter(results)
        lines: list[str] = []
        texts: list[tuple[str, int, int]] = []  # each part's code, how tightly it binds, how deep it is
        for place, part in enumerate(self.parts):
            code, precedence, depth = self.code(part, texts)
            if part.operation and (uses[place] > 1 or depth > DEEPEST):
                name = f"t{len(lines)}"
                lines.append(f"const {name} = {code};")
                code, precedence, depth = name, ATOM, 0
            texts.append((code, precedence, depth))
        return lines, [texts[place][0] for place in results]

    @staticmethod
    def code(part: Part, texts: list[tuple[str, int, int]]) -> tuple[str, int, int]:
        """A part in the words of its operands."""
        if part.operation is None:
            return part.leaf, 3 if part.leaf.startswith("-") else ATOM, 0
        operands = [texts[place] for place in part.operands]
        depth = 1 + max((deep for _, _, deep in operands), default=0)
        if part.operation is NEGATIVE:
            return "-" + bound(operands[0], ATOM), 3, depth
        if part.operation in INFIX:
            own = part.operation.precedence
            left, right = (bound(operand, own + after) for after, operand in enumerate(operands))
            return f"{left} {INFIX[part.operation]} {right}", own, depth
        return f"{part.operation.name}({', '.join(code for code, _, _ in operands)})", ATOM, depth


def bound(operand: tuple[str, int, int], needed: int) -> str:
    """The code of an operand, in parentheses if it binds less tightly than is needed."""
    code, precedence, _ = operand
    return f"({code})" if precedence < needed else code


def literal(leaf: str | float) -> str:
    """A name as it is; a number so that JavaScript reads the same bits."""
    if isinstance(leaf, str):
        return leaf
    if math.isfinite(leaf):
        return repr(leaf).removesuffix(".0")
    return "NaN" if leaf != leaf else "-Infinity" if leaf < 0.0 else "Infinity"
