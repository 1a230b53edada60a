"""Expressions as lines of Python, for the methods of `Value`: what is used twice is computed once, under a name."""

from __future__ import annotations

from autograd.ops import ADD, DIVIDE, MULTIPLY, NEGATIVE, SUBTRACT
from autograd.symbols import Expression, expression

INFIX = {ADD: "+", SUBTRACT: "-", MULTIPLY: "*", DIVIDE: "/"}


class MethodBody:
    """A value and its partials as lines of Python; what is used twice is computed once, under a name."""

    def __init__(self, value: Expression, partials: list[Expression]) -> None:
        self.lines: list[str] = []
        self.names: dict[str, str] = {}
        self.temporaries = 0
        uses: dict[str, int] = {}
        for whole in (value, *partials):
            self._count(whole, uses)
        self.shared = {text for text, count in uses.items() if count > 1}
        self.may_raise = any("(" in text or "/" in text for text in uses)
        self.value = self._named(value, "y") if self.may_raise else self._written(value)
        self.partials = [
            self._named(partial, name) if self.may_raise and partial.operands else self._written(partial)
            for partial, name in zip(partials, ("da", "db"), strict=False)
        ]

    def _count(self, part: Expression, uses: dict[str, int]) -> None:
        if part.operands:
            text = python(part)
            uses[text] = uses.get(text, 0) + 1
            if uses[text] == 1:
                for operand in part.operands:
                    self._count(operand, uses)

    def _named(self, part: Expression, name: str) -> str:
        """Compute the part under that name."""
        text = python(part)
        if text not in self.names:
            self.lines.append(f"{name} = {self._written(part)}")
            self.names[text] = name
        return self.names[text]

    def _written(self, part: Expression) -> str:
        """The part as an expression, after the lines that compute what it shares with others."""
        text = python(part)
        if text in self.names:
            return self.names[text]
        for operand in part.operands:
            self._prepare(operand)
        return assembled(part, self.names)

    def _prepare(self, part: Expression) -> None:
        """Give a name to each shared piece of the part, inner ones first."""
        text = python(part)
        if text in self.names or not part.operands:
            return
        for operand in part.operands:
            self._prepare(operand)
        if text in self.shared:
            self.temporaries += 1
            self._named(part, f"t{self.temporaries}")


def python(part: Expression) -> str:
    """An expression as Python code."""
    if not part.code:
        part.code = assembled(part, {})
    return part.code


def assembled(part: Expression, names: dict[str, str]) -> str:
    """An expression as Python code, where some operands' code has been given a name."""
    if part.operation is None:
        return part.leaf if isinstance(part.leaf, str) else repr(part.leaf)
    operands = [
        names.get(python(operand))
        or in_parentheses(
            assembled(operand, names) if names else python(operand), operand, needed if is_infix(part) else 0
        )
        for operand, needed in zip(part.operands, part.operand_precedences(), strict=True)
    ]
    if part.operation in INFIX:
        return f" {INFIX[part.operation]} ".join(operands)
    if part.operation is NEGATIVE:
        return f"-{operands[0]}"
    parameters = [python(expression(parameter)) for parameter in part.operation.parameters.values()]
    return f"{part.operation.name}({', '.join([*operands, *parameters])})"


def in_parentheses(written: str, operand: Expression, needed: int) -> str:
    """The code of an operand, in parentheses if it binds less tightly than is needed."""
    loose = operand.precedence < needed and (operand.operation is None or is_infix(operand))
    return f"({written})" if loose else written


def is_infix(part: Expression) -> bool:
    """Whether Python writes it with a sign, and not as a call."""
    return part.operation is NEGATIVE or part.operation in INFIX
