"""What the playground asks of the engine, in the browser: text goes in, what the page shows comes out.

A question is answered by a dict that JSON can hold: `part` (what is looked at, {"kind", "text"}: a derivation, a
drawing, a stepper or practice; None if there is no result), `printed` (what the program printed), `error` (message,
line and column from 1, or None), `inputs` (the names of an expression that need a number, and the numbers taken),
`altered` (what a program has altered that the next one would share, by name).
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from typing import Any

from said import Bounded, NoKeyboard, TooMuch, said_of
from unaltered import Picture, altered, picture

from autograd import Value
from autograd.graph import topological_order
from autograd.show import derive, draw, practice, steps
from autograd.show.explain import ExpressionError, explain, name_lines
from autograd.show.typed.inputs import inputs_of
from autograd.show.typed.parser import parse

MOST_NODES = 2_500  # that are drawn, stepped through and, in a browser's small stack, freed
NUMBERS = (0.5, 2.0, 0.1, 1.0, -1.5, 3.0, -0.5, 1.5)  # for inputs that were given none
MOST_DERIVED = 6  # leaves whose chain rule is written out
FILE = "<program>"


class Playground:
    """The answers to one page: the last result is kept for further views."""

    def __init__(self) -> None:
        self.last: tuple[Value, list[Value]] | None = None
        self.too_long: list[Any] = []  # this Python's stack is too small to free long chains
        self.fresh: Picture = {}

    def answer(self, kind: str, text: str, numbers: dict[str, float], view: str) -> dict[str, Any]:
        """The answer to an expression or a program.

        Args:
            kind: "expression", "program", or "view" for another view of the last result.
            text: as it was typed.
            numbers: for the inputs of an expression, as far as they are given.
            view: "derivation", "drawing", "stepper" or "practice".
        """
        if kind == "view":
            return {"part": seen(view, *self.last) if self.last else None}
        self.last = None
        found: dict[str, Any] = {"part": None, "printed": "", "error": None, "inputs": {}, "altered": []}
        printed = Bounded()
        before = sys.stdout, sys.stderr
        sys.stdout = sys.stderr = printed
        sys.stdin = NoKeyboard()
        try:
            if kind == "expression":
                found["inputs"] = values = numbers_for(inputs_of(text), numbers)
                root, leaves = self.expression(text, values)
                found["printed"] = explain(text, values)
            else:
                root, leaves = self.program(text)
            if root is not None:
                if root.parents and all(node.grad == 0.0 for node in leaves):
                    root.backward()
                self.last = root, leaves
                found["part"] = seen(view, root, leaves)
        except ExpressionError as error:
            place = 0 if error.place is None else error.place
            line = text.count("\n", 0, place)
            column = place - (text.rfind("\n", 0, place) + 1)
            found["error"] = {"message": str(error), "line": line + 1, "column": column + 1}
        except (Exception, TooMuch, SystemExit, KeyboardInterrupt) as error:
            found["error"] = said_of(error, (FILE,))
        finally:
            sys.stdout, sys.stderr = before
        found["printed"] = printed.getvalue() + found["printed"]
        if kind == "program":
            found["altered"] = altered(self.fresh)
        return found

    def expression(self, text: str, values: dict[str, float]) -> tuple[Value, list[Value]]:
        """The result of an expression, and its inputs."""
        root, named = parse(text, values)
        name_lines(root, taken=set(named))
        return root, [named[name] for name in values]

    def program(self, text: str) -> tuple[Value | None, list[Value]]:
        """Run a program: the Value that its last line gives, or else the last one that got a name; and its leaves."""
        tree = ast.parse(text, FILE)
        last = tree.body[-1] if tree.body else None
        namespace: dict[str, Any] = {"__name__": "__main__"}
        found = None
        if isinstance(last, ast.Expr):
            exec(compile(ast.Module(tree.body[:-1], tree.type_ignores), FILE, "exec"), namespace)
            found = eval(compile(ast.Expression(last.value), FILE, "eval"), namespace)
            if found is not None and not isinstance(found, Value):
                print(found)
        else:
            exec(compile(tree, FILE, "exec"), namespace)
        named = {name: thing for name, thing in namespace.items() if isinstance(thing, Value)}
        for name, thing in named.items():
            if not thing.label:
                thing.label = name
        computed = [thing for thing in named.values() if thing.parents]
        root = found if isinstance(found, Value) else computed[-1] if computed else None
        if root is None:
            return None, []
        order = topological_order(root)
        if len(order) > MOST_NODES:
            print(f"The result was computed from {len(order):,} nodes; up to {MOST_NODES:,} are shown here.")
            self.too_long.append(order)
            return None, []
        return root, [node for node in order if not node.parents and node.label]


def numbers_for(names: list[str], given: dict[str, float]) -> dict[str, float]:
    """A number for each input."""
    return {name: given.get(name, NUMBERS[index % len(NUMBERS)]) for index, name in enumerate(names)}


def seen(view: str, root: Value, leaves: list[Value]) -> dict[str, str]:
    """A view of a graph, or why there is none."""
    made: dict[str, Callable[[], str]] = {
        "derivation": lambda: str(derive(root, *leaves[:MOST_DERIVED])),
        "drawing": lambda: draw(root).pipe("svg", encoding="utf-8"),
        "stepper": lambda: page_of(steps(root)),
        "practice": lambda: page_of(practice(root)),
    }
    kinds = {"derivation": "text", "drawing": "svg"}
    try:
        return {"kind": kinds.get(view, "page"), "text": made[view]()}
    except (ValueError, TypeError, RuntimeError) as error:
        return {"kind": "none", "text": str(error)}


def page_of(shown: Any) -> str:
    """The page that it saves."""
    shown.save("/tmp/page.html")
    with open("/tmp/page.html", encoding="utf-8") as file:
        return file.read()


def warm_up() -> None:
    """Answer something once, so that all is imported, and remember how things stand before the first program."""
    for view in ("stepper", "derivation", "drawing", "practice"):
        answer("expression", "L = tanh(w*x)**2", {}, view)
    answer("program", "", {}, "stepper")
    playground.last, playground.fresh = None, picture()


playground = Playground()
answer = playground.answer
