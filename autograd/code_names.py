"""The names that a function's code has: of variables, attributes and modules, and texts that may be given to `getattr`.

They are read from the compiled code, also from that of the functions written inside it.
"""

from __future__ import annotations

import dis
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import resolve_name
from types import CodeType

#: Stands among the words where a function asks `getattr` for a name that it computes.
COMPUTED_NAME = "getattr(…, …)"

#: Words by which code may read any attribute.
EVERYTHING = frozenset({"vars", "__dict__", "dir", "getmembers", "asdict", "astuple", COMPUTED_NAME})

#: Stand among the words where a function asks `getattr` for a name that stands in a variable, and where texts are
#: put together or cut: then any name may come out.
VARIABLE_NAME, BUILT_TEXT, CUT = "getattr(…, name)", "f'…'", "…[a:b]"

#: Words by which a variable may come to stand for any attribute's name.
LISTING = frozenset(
    {BUILT_TEXT, CUT, "fields", "_fields", "__annotations__", "__slots__", "__match_args__", "get_type_hints"}
)

BUILDING = {"BUILD_STRING", "FORMAT_VALUE", "FORMAT_SIMPLE", "FORMAT_WITH_SPEC"}
CUTTING = {"BUILD_SLICE", "BINARY_SLICE"}
BUILDERS = {
    *("str", "chr", "repr", "ascii", "format", "join", "replace", "lower", "upper", "strip", "capitalize"),
    *("removeprefix", "removesuffix"),
}
#: How many things a step takes from the stack, where it leaves one; 0: as many as it says.
TAKING = {
    **{"BINARY_OP": 2, "BINARY_SUBSCR": 2, "BINARY_SLICE": 3, "FORMAT_VALUE": 1, "FORMAT_SIMPLE": 1},
    **{"FORMAT_WITH_SPEC": 2, "BUILD_STRING": 0, "BUILD_SLICE": 0, "COMPARE_OP": 2},
}
BY_NAME = {"getattr", "attrgetter", "methodcaller", "__getattribute__", "hasattr"}
SILENT = {"CACHE", "PRECALL", "PUSH_NULL", "RESUME", "NOP"}


@dataclass(frozen=True)
class CodeNames:
    """What a piece of code names.

    Attributes:
        words: everything: variables that are not its own, attributes, and texts.
        variables: the global ones among them.
        modules: that it imports when it runs: how many packages up, and the name.
    """

    words: frozenset[str]
    variables: frozenset[str]
    modules: frozenset[tuple[int, str]]

    def imported(self, package: str) -> Iterator[str]:
        """The full names of the modules that it imports, and of those that they are in."""
        for level, name in sorted(self.modules):
            full = resolve_name("." * level + name, package) if level and package else name
            parts = full.split(".")
            yield from (".".join(parts[:depth]) for depth in range(1, len(parts) + 1))


@lru_cache(maxsize=4096)
def names_of_code(code: CodeType) -> CodeNames:
    """The names of a piece of code."""
    inside = [names_of_code(part) for part in code.co_consts if isinstance(part, CodeType)]
    steps = [step for step in dis.get_instructions(code) if step.opname not in SILENT]
    words = {*code.co_names, *(word for text in texts_in(code.co_consts) for word in words_of_text(text))}
    variables = {step.argval for step in steps if step.opname.endswith(("_GLOBAL", "_NAME", "_GLOBALS"))}
    modules = set()
    for number, step in enumerate(steps):
        if step.opname == "IMPORT_NAME":
            modules.add((steps[number - 2].argval or 0, step.argval))
            variables.discard(step.argval)
        if step.argval in BY_NAME:
            words.add(name_given(steps[number + 1 :]))
        joins = step.opname.startswith("BINARY") and any(map(is_text, steps[max(number - 8, 0) : number]))
        if joins or step.opname in BUILDING or step.argval in BUILDERS:
            words.add(BUILT_TEXT)
        elif step.opname in CUTTING:
            words.add(CUT)
    return CodeNames(
        frozenset(words).union(*(part.words for part in inside)),
        frozenset(variables).union(*(part.variables for part in inside)),
        frozenset(modules).union(*(part.modules for part in inside)),
    )


def name_given(steps: list[dis.Instruction]) -> str:
    """What name a call of getattr is given, by its steps: a text of the code, a variable, or a computed one."""
    stack: list[str] = []
    for step in steps:
        count = step.arg or 0
        if step.opname.startswith("CALL"):
            if count == len(stack):
                return stack[min(1, count - 1)] if stack else COMPUTED_NAME
            taken = count + 1
        elif step.opname in ("LOAD_ATTR", "LOAD_METHOD"):
            stack[-1:] = [VARIABLE_NAME]
            continue
        elif step.opname.startswith("LOAD_"):
            both = isinstance(step.argval, tuple) and step.opname.startswith("LOAD_FAST_")
            stack += [step.argval if is_text(step) else VARIABLE_NAME] * (2 if both else 1)
            continue
        elif step.opname in TAKING:
            taken = TAKING[step.opname] or count
        else:
            return COMPUTED_NAME
        del stack[-taken:]
        stack.append(COMPUTED_NAME)
    return COMPUTED_NAME


def is_text(step: dis.Instruction) -> bool:
    """Whether a step loads a text that stands in the code."""
    return step.opname == "LOAD_CONST" and isinstance(step.argval, str)


def texts_in(constants: tuple[object, ...]) -> Iterator[str]:
    """The texts among constants, also in tuples and sets of them."""
    for constant in constants:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, tuple | frozenset):
            yield from texts_in(tuple(constant))


def words_of_text(text: str) -> frozenset[str]:
    """The names in a text such as `layer.weight`; none, if it is another kind of text."""
    parts = text.split(".")
    return frozenset(parts) if all(map(str.isidentifier, parts)) else frozenset()


def reads_everything(words: set[str] | frozenset[str]) -> bool:
    """Whether code with these words may read any attribute."""
    by_variable = VARIABLE_NAME in words and not words.isdisjoint(LISTING)
    return by_variable or not words.isdisjoint(EVERYTHING)
