"""A recorded graph as data for a page, which computes it with other numbers (`computation.js`).

>>> from autograd import Value
>>> from autograd.graph import topological_order
>>> x, w = Value(0.5), Value(2.0)
>>> y = x * w + x
>>> rules = Rules()
>>> data = computation(topological_order(y), rules)
>>> data["operands"], data["rule"], data["values"]
([[], [], [0, 1], [2, 0]], [None, None, 0, 1], [0.5, 2.0, None, None])
>>> rules.texts[0]
'{value: (x) => x[0] * x[1], partials: (y, x) => [x[1], x[0]]}'
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.javascript.rules import literal, rule
from autograd.operation import Operation


class Rules:
    """The rules of the operations that were asked for, each once.

    Attributes:
        texts: their JavaScript (`rules.rule`).
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._places: dict[tuple[Operation, int], int | None] = {}

    def place(self, operation: Operation, arity: int) -> int | None:
        """Where the rule stands; None if it cannot be read in symbols: those of a user's own may ask for numbers."""
        key = operation, arity
        if key not in self._places:
            try:
                self.texts.append(rule(operation, arity))
                self._places[key] = len(self.texts) - 1
            except (TypeError, ValueError, AttributeError, ArithmeticError):  # it took a symbol for a number
                self._places[key] = None
        return self._places[key]

    def place_of(self, node: Any) -> int:
        """The place of a node's rule; one that cannot be read answers what was computed."""
        found = self.place(node.op, len(node.parents))
        if found is not None:
            return found
        partials = ", ".join(map(literal, node.local_grads))
        self.texts.append(f"{{value: () => {literal(node.data)}, partials: () => [{partials}]}}")
        return len(self.texts) - 1


def computation(nodes: Sequence[Any], rules: Rules) -> dict[str, Any]:
    """What `Computation` of computation.js takes beside the rules, for nodes in topological order."""
    place = {node: index for index, node in enumerate(nodes)}
    return {
        "operands": [[place[parent] for parent in node.parents] for node in nodes],
        "rule": [rules.place_of(node) if node.parents else None for node in nodes],
        "values": [None if node.parents else node.data for node in nodes],
    }
