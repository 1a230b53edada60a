"""The first call of a program beside the function itself: do they answer alike?

Code that asks what it was given (`isinstance(x, float)`) is recorded with Values where its caller has plain numbers,
and may have taken another way. That it asks is seen in its words; whether it matters, in the numbers: those of the
call, and some others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from contextlib import redirect_stdout
from io import StringIO
from math import isfinite, isnan, nan
from typing import Any

from autograd.code_names import BUILT_TEXT, COMPUTED_NAME, CUT, VARIABLE_NAME
from autograd.lift.capture.arguments import defined_at
from autograd.nesting import container_like, contents_of, flat, is_array, nested_like
from autograd.recording import TraceError
from autograd.value import Value, as_number

#: Words of code that asks what kind of thing it has, or what it looks like in print.
ASKING_FOR_KINDS = {
    *("isinstance", "issubclass", "type", "__class__", "hasattr", "singledispatch", "float", "int", "Number", "Real"),
    *("isscalar", "isreal", "dtype", "is_integer", "real", "imag", "item", "signature"),
    *("AttributeError", "TypeError", "Exception", "str", "repr", BUILT_TEXT),
}

#: Rounding, and how much it may grow on the way.
DIFFERENCE = 1e-6

#: What the numbers of the call become for further ones; of a large program only the first is tried.
MOVES: tuple[Callable[[float], float], ...] = (
    lambda x: x,
    lambda x: -x,
    lambda x: 1.25 * x + 0.5,
    lambda x: round(x),
    lambda x: float(x),
)
MANY_SCALARS = 20_000


def asks_for_kinds(words: Set[str]) -> bool:
    """Whether code with these words may answer otherwise for a Value than for a number."""
    by_name = CUT in words and not words.isdisjoint((COMPUTED_NAME, VARIABLE_NAME))  # "isinstance"[2:], say
    return by_name or not ASKING_FOR_KINDS.isdisjoint(words)


def compare_with_plain(f: Callable[..., Any], compiled: Callable[..., Any], args: Any, kwargs: Any, size: int) -> None:
    """Whether a function and its program agree. Its size is that of the work without it, all lanes of `vmap` counted.

    Raises:
        TraceError: if they do not.
    """
    for move in MOVES[: 1 if size > MANY_SCALARS else None]:
        try:
            with redirect_stdout(StringIO()):  # what it prints is printed once
                given, named = moved(args, move), moved(kwargs, move)
                right = list(numbers_of(f(*given, **named)))
        except Exception:  # f is for Values alone, or not for these numbers
            continue
        try:
            found = list(numbers_of(compiled(*given, **named)))
        except (ArithmeticError, ValueError):  # where there is no answer for Values; a complex number is none, either
            if not all(isinstance(number, float | int) and isfinite(number) for number in right):
                continue
            found = [nan] * len(right)
        if len(found) != len(right) or not all(map(is_near, found, right)):
            place = defined_at(getattr(f, "derivative_of", (f,))[0])
            raise TraceError(
                f"{place} asks what it is given (isinstance, type, str, …): it answers"
                f" {shown(right)} for {shown(list(flat(given)))}, but {shown(found)} if these are Values.\n"
                "Use instead: the same formula for both (the functions of autograd take plain numbers, too), or a"
                " function for each."
            )


def moved(nest: Any, move: Callable[[float], float]) -> Any:
    """The nest with other numbers."""
    if is_array(nest):
        return nest if nest.dtype.hasobject else nested_like(nest, (float(move(x)) for x in flat(nest)))
    if (parts := contents_of(nest)) is not None:
        return container_like(nest, [moved(part, move) for part in parts])
    return move(nest) if isinstance(nest, float | int) and not isinstance(nest, bool) else nest


def numbers_of(result: Any) -> Iterator[Any]:
    """The numbers of a result; of anything else, whether it is true."""
    for x in flat(result):
        number = x._data if isinstance(x, Value) else as_number(x)
        yield x if number is None else number


def is_near(a: Any, b: Any) -> bool:
    """Whether two numbers are equal but for rounding, or two other things are equal."""
    if not (isinstance(a, float | int) and isinstance(b, float | int)):
        return bool(a == b)
    return a == b or (isnan(a) and isnan(b)) or abs(a - b) <= DIFFERENCE * max(1.0, abs(a), abs(b))


def shown(numbers: list[Any]) -> str:
    return ", ".join(map(repr, numbers[:3])) + (", …" if len(numbers) > 3 else "")
