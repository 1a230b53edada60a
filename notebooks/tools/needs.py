"""What a cell of a notebook needs, by the names that it reads: enough to run it alone, where some packages are away.

A cell needs the last one before it that binds a name it reads, with all that changes what the name stands for in
between, and what these need in turn. That two names can stand for the same thing is not seen.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

#: What a browser's Python has not: packages, files, and what of ours computes, draws or loads with them.
AWAY = frozenset(
    "numpy sklearn torch pandas matplotlib pathlib autograd.jit autograd.vmap autograd.vjp autograd.numpy_arithmetic "
    "nn.plots nn.app nn.data.load nn.data.dataset nn.data.preprocessing nn.data.targets nn.Trainer nn.linear".split()
)
METHODS_AWAY = frozenset(("fit", "predict"))  # of what is itself here
LOOKING = frozenset(("print", "derive", "draw", "steps", "practice"))  # what changes nothing of what it is given
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
CALLED = (*FUNCTIONS, ast.Lambda)
SCOPES = (*CALLED, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
BLOCKS = (ast.For, ast.While, ast.If, ast.With, ast.Try)


class Names(NamedTuple):
    """The names of code: those whose value before it matters, those among them that its functions read when they are
    called, those that it binds, and those whose thing it changes."""

    reads: frozenset[str]
    later: frozenset[str]
    binds: frozenset[str]
    changes: frozenset[str]


class Part(NamedTuple):
    """What of a cell runs where something is away: its statements, and whether these are all."""

    body: tuple[ast.stmt, ...]
    whole: bool


def needed(parts: Sequence[Part], target: int) -> list[int]:
    """The places of the cells that are to run for the one at `target`, which is the last of them.

    >>> needed(parts(["a = 1", "b = 2", "c = a + 1", "c + 1"]), target=3)
    [0, 2, 3]
    """
    names = [names_of(part.body) for part in parts[: target + 1]]
    whose = dict(pair for part in parts[:target] for pair in aliases(part.body))
    places: list[int] = []
    called: set[str] = set()
    while True:  # as functions of a cell may read what stands between it and the target
        before, wanted, places = places, names[target].reads | called, [target]
        for place in reversed(range(target)):
            its = names[place]
            if wanted & (its.binds | its.changes | {whose[name] for name in its.changes if name in whose}):
                places.append(place)
                wanted = (wanted - its.binds) | its.reads
        called |= set().union(*(names[place].later for place in places))
        if places == before:
            return places[::-1]


def parts(cells: Iterable[str]) -> list[Part]:
    """What of each cell runs: it imports nothing that is away, and reads nothing that would come from there.

    >>> its = parts(["import math, numpy as np", "a = 2; b = np.pi", "c = b; c = a"])
    >>> [[ast.unparse(statement) for statement in part.body] for part in its]
    [['import math'], ['a = 2'], ['c = a']]
    """
    lost: set[str] = set()
    found = []
    for source in cells:
        statements, kept = statements_of(source), []
        for statement in statements:
            its = names_of((statement,))
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                here = imported_here(statement)
                lost = (lost | its.binds) - bound(here)
                kept += here
            elif its.reads & lost or asks_for_more(statement):
                lost |= its.binds | filled(statement)
            else:
                lost -= its.binds
                kept.append(statement)
        imports = sum(isinstance(statement, (ast.Import, ast.ImportFrom)) for statement in statements)
        found.append(Part(tuple(kept), len(kept) == len(statements) or imports == len(statements)))
    return found


def that_run(cells: Sequence[str]) -> list[int]:
    """The places of the cells of which all runs."""
    return [place for place, part in enumerate(parts(cells)) if part.whole]


@lru_cache(maxsize=512)
def statements_of(source: str) -> tuple[ast.stmt, ...]:
    """The statements of a cell; none if it is no Python, as what is being written can be."""
    try:
        return tuple(ast.parse(source).body)
    except (SyntaxError, ValueError):
        return ()


def imported_here(statement: ast.Import | ast.ImportFrom) -> list[ast.stmt]:
    """An import without what is away; nothing if all of it is."""
    module = f"{statement.module}." if isinstance(statement, ast.ImportFrom) else ""
    names = [alias for alias in statement.names if not is_away(module + alias.name)]
    if not names:
        return []
    rest = ast.ImportFrom(statement.module, names, statement.level) if module else ast.Import(names)
    return [ast.copy_location(rest, statement)]


def is_away(origin: str) -> bool:
    """Whether what is imported from there is nothing that a browser has.

    >>> is_away("nn.plots.look.new_figure"), is_away("nn.losses")
    (True, False)
    """
    names = origin.split(".")
    return any(".".join(names[:length]) in AWAY for length in range(1, len(names) + 1))


def asks_for_more(statement: ast.stmt) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr in METHODS_AWAY for node in ast.walk(statement))


@lru_cache(maxsize=4096)
def names_of(statements: tuple[ast.stmt, ...]) -> Names:
    reads: set[str] = set()
    read(statements, set(), reads)
    functions = (node for statement in statements for node in ast.walk(statement) if isinstance(node, CALLED))
    later = set().union(*map(free, functions))
    changes = set().union(*map(changed, statements))
    return Names(*map(frozenset, (reads, reads & later, bound(statements), changes)))


def read(body: Iterable[ast.stmt], known: set[str], reads: set[str]) -> None:
    """Add what statements read that is not known by then; `known` grows by what they bind."""
    for statement in body:
        if not isinstance(statement, BLOCKS):
            reads |= free(statement) - known
            known |= bound([statement])
            continue
        heads = [part for part in ast.iter_child_nodes(statement) if isinstance(part, (ast.expr, ast.withitem))]
        reads |= set().union(*map(free, heads)) - known
        known |= bound(heads)
        for handler in getattr(statement, "handlers", ()):
            reads |= (free(handler.type) if handler.type else set()) - known
            read(handler.body, known | {handler.name}, reads)
        for part in ("body", "orelse", "finalbody"):
            read(getattr(statement, part, ()), known, reads)


def free(node: ast.AST) -> set[str]:
    """The names in a piece of code that are not its own."""
    if isinstance(node, ast.Name):
        return set() if isinstance(node.ctx, ast.Store) else {node.id}
    found = set().union(*map(free, ast.iter_child_nodes(node)))
    if isinstance(node, ast.AugAssign):
        return found | bound([node.target])
    if isinstance(node, SCOPES):
        arguments = {inner.arg for inner in ast.walk(node) if isinstance(inner, ast.arg)}
        return found - arguments - (bound(node.body) if isinstance(node, FUNCTIONS) else stored(node))
    if isinstance(node, ast.ExceptHandler):
        return found - {node.name}
    return found - bound(node.body) if isinstance(node, ast.ClassDef) else found


def bound(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that pieces of code bind where they stand: assigned, defined, imported."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name):
            found |= {node.id} if isinstance(node.ctx, ast.Store) else set()
        elif not isinstance(node, SCOPES):
            found |= bound(ast.iter_child_nodes(node))
    return found


def stored(node: ast.AST) -> set[str]:
    return {name.id for name in ast.walk(node) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)}


def changed(statement: ast.stmt) -> set[str]:
    """The names whose thing is changed, or may be: given to something of which nothing is kept."""
    given = {
        root_of(argument)
        for node in ast.walk(statement)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and root_of(node.value.func) not in LOOKING
        for argument in node.value.args
    }
    return filled(statement) | given - {""}


def filled(statement: ast.stmt) -> set[str]:
    """The names to whose parts something is assigned, or which are asked to do something of which nothing is kept."""
    found = set()
    for node in ast.walk(statement):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, (ast.Store, ast.Del)):
            found.add(root_of(node))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            found |= {root_of(node.value.func)} if isinstance(node.value.func, ast.Attribute) else set()
    return found - {""}


def aliases(body: Iterable[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Names for a part of what has another name: ("L", "v") where L = v["L"]."""
    for statement in body:
        if isinstance(statement, ast.Assign) and (whole := root_of(statement.value)):
            yield from ((name, whole) for name in bound(statement.targets))


def root_of(node: ast.AST) -> str:
    """The name at the beginning of `a.b[c]`; none for anything else."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
