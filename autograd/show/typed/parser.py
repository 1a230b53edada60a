"""Arithmetic as people type it, read into a graph: `z = x*w + b; L = 0.5*(y - tanh(z))**2`.

Nothing is evaluated as Python. The text is cut into tokens of our own; an operator waits on a stack until what follows
binds no tighter (Dijkstra's shunting yard), so the depth of the parentheses is no limit. Signs and powers bind as in
Python: −x**2 is −(x**2), and a**b**c is a**(b**c).

>>> root, named = parse("z = x*w + b; L = tanh(z)**2", {"x": 2.0, "w": -3.0, "b": 6.5})
>>> root.label, round(root.data, 6), list(named)
('L', 0.213552, ['x', 'w', 'b', 'z', 'L'])
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from autograd.show.typed.tokens import ExpressionError, Token, tokens
from autograd.show.typed.vocabulary import BINARY, CONSTANTS, FUNCTIONS, SIGNS, Operator
from autograd.show.writing.names import shortened
from autograd.value import Value

LONGEST_TEXT = 100_000  # characters


class Opened(NamedTuple):
    """A parenthesis that waits for its end: of a group, or of a function with the arguments so far."""

    place: int
    function: Token | None
    arguments: list[Any]


class Reader:
    """The text, and what its names stand for."""

    def __init__(self, text: str, values: Mapping[str, float]) -> None:
        self.text = text
        self.named = {name: given(name, number) for name, number in values.items()}
        self.given = set(self.named)
        self.unused: dict[str, int | None] = dict.fromkeys(self.named)  # and where it was assigned

    def error(self, message: str, place: int) -> ExpressionError:
        return ExpressionError(message, self.text, place)

    def operand(self, token: Token) -> Any:
        """The number or the Value that a token stands for."""
        if token.kind == "number":
            return self.number(token)
        name = token.text
        if name in self.named:
            self.unused.pop(name, None)
            return self.named[name]
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name in FUNCTIONS:
            raise self.error(f"{name} is a function: write {name}(…)", token.place)
        near = near_names(name, list(self.named))
        proposal = f"; did you mean {near}?" if near else ""
        raise self.error(f"{shortened(name)}=number is missing{proposal}", token.place)

    def number(self, token: Token) -> float:
        try:
            number = float(token.text)
        except ValueError:
            match = re.match(r"[0-9.]+(?=[^\W\d])", token.text)
            hint = f"; to multiply, write {match[0]}*{shortened(token.text[match.end() :])}" if match else ""
            raise self.error(f"{shortened(token.text)} is not a number{hint}", token.place) from None
        if math.isinf(number):
            raise self.error(f"{shortened(token.text)} is larger than any floating-point number", token.place)
        return number

    def function(self, token: Token) -> Token:
        """The name of a function, which must be one."""
        name = token.text
        if name in FUNCTIONS:
            return token
        if name in self.named or name in CONSTANTS:
            raise self.error(f"{shortened(name)} is a number and no function; to multiply, write *", token.place)
        near = near_names(name, list(FUNCTIONS))
        hint = f"did you mean {near}?" if near else f"there are {', '.join(sorted(FUNCTIONS))}"
        raise self.error(f"{shortened(name)} is not a function here; {hint}", token.place)

    def wrong_count(self, token: Token, count: int) -> ExpressionError:
        """The error for a function with so many arguments."""
        _, least, most = FUNCTIONS[token.text]
        takes = f"{least}" if least == most else f"{least} or {most}"
        plural = "s" * (most > 1)
        return self.error(f"{token.text} takes {takes} argument{plural}, but was given {count}", token.place)

    def called(self, token: Token, arguments: list[Any]) -> Any:
        """A function at its arguments."""
        function, least, most = FUNCTIONS[token.text]
        if not least <= len(arguments) <= most:
            raise self.wrong_count(token, len(arguments))
        if least < len(arguments) and isinstance(arguments[-1], Value):
            raise self.error(f"the second argument of {token.text} is a fixed number, and no name", token.place)
        return computed(function, *arguments)

    def assign(self, target: Token, result: Any) -> Value:
        """Give a result a name."""
        name = target.text
        value = as_value(result)
        value.label = value.label or name  # `y = x` is another name for x
        self.named[name] = value
        self.unused[name] = target.place
        return value

    def check_target(self, target: Token) -> None:
        """Raise if a name stands for something already."""
        if target.text in self.given:
            raise self.error(f"{shortened(target.text)} is given as a number and assigned here, too", target.place)
        if target.text in self.named:
            raise self.error(f"{shortened(target.text)} is assigned twice", target.place)

    def check_used(self) -> None:
        """Raise if something was given or assigned in vain."""
        for name, place in self.unused.items():
            if place is not None:
                raise self.error(f"{shortened(name)} is assigned, but not used after that", place)
            raise ExpressionError(
                f"{shortened(name)} is given as a number, but is not in the expression; remove {shortened(name)}=…"
            )


def given(name: str, number: Any) -> Value:
    """An input."""
    try:
        return Value(number, label=name)
    except TypeError as error:
        raise ExpressionError(f"the value of {shortened(str(name))} is not a number: {error}") from error


def near_names(name: str, known: list[str]) -> str:
    """Names like that one, in words."""
    return " or ".join(get_close_matches(name[:40], [other[:40] for other in known], n=3, cutoff=0.5))


def parse(text: str, values: Mapping[str, float]) -> tuple[Value, dict[str, Value]]:
    """The graph of an expression, or of several statements with `;` between them, the last one being the result.

    Args:
        text: `x*w + b`, or `z = x*w + b; y = tanh(z)`. It can have numbers, names, + - * / **, parentheses, and the
            functions of `FUNCTIONS`; pi and e stand for themselves, unless they are given or assigned.
        values: a number for each name that is not assigned.

    Returns:
        The result, and every named Value: the inputs first, then what was assigned. Names are labels, numbers are
        constants without one; what has only numbers in it is one number.

    Raises:
        ExpressionError: if the text is not that, with the place in it; or if the values do not fit it.
        DomainError: if an operation has no finite result.

    >>> parse("x*w + c", {"x": 2.0, "w": -3.0})
    Traceback (most recent call last):
        ...
    autograd.show.typed.tokens.ExpressionError: c=number is missing
      x*w + c
            ^
    """
    if len(text) > LONGEST_TEXT:
        raise ExpressionError(f"the expression has {len(text):,} characters, and {LONGEST_TEXT:,} can be read")
    text = unicodedata.normalize("NFC", text)  # ŷ is one character or two
    reader = Reader(text, {unicodedata.normalize("NFC", str(name)): number for name, number in values.items()})
    everything = tokens(text)
    if everything[0].kind == "end":
        raise ExpressionError("the expression is empty; write one such as x*w + b")
    place, result = 0, Value(0.0)
    while everything[place].kind != "end":
        target = None
        if everything[place].kind == "name" and everything[place + 1].text == "=":
            target = everything[place]
            reader.check_target(target)
            place += 2
        outcome, end = statement(reader, everything, place)
        is_last = everything[end].kind == "end" or everything[end + 1].kind == "end"
        if target is not None:
            result = reader.assign(target, outcome)
        elif is_last:
            result = as_value(outcome)
        else:
            raise reader.error("this has no name to be used by; write name = …", everything[place].place)
        if is_last:
            reader.unused.pop(target.text if target else "", None)
        place = end + (everything[end].kind != "end")
    reader.check_used()
    return result, reader.named


def statement(reader: Reader, everything: list[Token], place: int) -> tuple[Any, int]:
    """The result of the statement that begins at that token, and where it ends.

    What comes next is an operand or, after one, an operator. `waiting` has the operators and parentheses whose end
    has not come yet, and `operands` the results for them.
    """
    operands: list[Any] = []
    waiting: list[Operator | Opened] = []
    operand_is_next = True
    while True:
        token, following = everything[place], everything[min(place + 1, len(everything) - 1)]
        place += 1
        if operand_is_next:
            if token.kind == "name" and following.text == "(":
                waiting.append(Opened(following.place, reader.function(token), []))
                place += 1
                if everything[place].text == ")":
                    raise reader.wrong_count(token, 0)
            elif token.kind in {"name", "number"}:
                operands.append(reader.operand(token))
                operand_is_next = False
            elif token.text in SIGNS:
                waiting.append(SIGNS[token.text])
            elif token.text == "(":
                waiting.append(Opened(token.place, None, []))
            else:
                raise reader.error("a number or a name is missing here", token.place)
            continue
        if token.text in BINARY:
            arriving = BINARY[token.text]
            carry_out(waiting, operands, arriving.binds + (token.text == "**"))  # a**b**c is a**(b**c)
            waiting.append(arriving)
            operand_is_next = True
            continue
        carry_out(waiting, operands, 0)
        opened = waiting[-1] if waiting else None
        if token.kind == "end" or token.text == ";":
            if isinstance(opened, Opened):
                raise reader.error("this parenthesis is not closed", opened.place)
            return operands.pop(), place - 1
        if token.text == ")":
            if not isinstance(opened, Opened):
                raise reader.error("this parenthesis was not opened", token.place)
            waiting.pop()
            if opened.function:
                operands.append(reader.called(opened.function, [*opened.arguments, operands.pop()]))
        elif token.text == ",":
            if not isinstance(opened, Opened) or opened.function is None:
                raise reader.error("a comma stands between the arguments of a function only", token.place)
            opened.arguments.append(operands.pop())
            operand_is_next = True
        elif token.text == "=":
            raise reader.error("an assignment is name = expression, and begins a statement", token.place)
        else:
            raise reader.error("an operator is missing before this; to multiply, write *", token.place)


def carry_out(waiting: list[Operator | Opened], operands: list[Any], least: int) -> None:
    """Apply the operators on top that bind at least so tightly."""
    while waiting and isinstance(top := waiting[-1], Operator) and top.binds >= least:
        waiting.pop()
        taken = operands[-top.arity :]
        del operands[-top.arity :]
        operands.append(computed(top.call, *taken))


def computed(function: Callable[..., Any], *operands: Any) -> Any:
    """A recorded Value if an operand is one, and otherwise a number, with the same complaints."""
    if any(isinstance(operand, Value) for operand in operands):
        return function(*operands)
    return function(Value(operands[0]), *operands[1:]).data


def as_value(result: Any) -> Value:
    return result if isinstance(result, Value) else Value(result)
