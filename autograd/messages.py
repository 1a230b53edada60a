"""What is said of numbers that are none, and of operations that have no answer."""

from __future__ import annotations

from typing import Any

from autograd.operation import Operation


def domain_message(op: Operation, parents: tuple[Any, ...]) -> str:
    """What was asked, of which operands, and the way out."""
    limit = 8
    shown = [f"{parent._data!r}{f' ({parent.label})' if parent.label else ''}" for parent in parents[:limit]]
    more = [f"… {len(parents) - limit} more"] if len(parents) > limit else []
    written = op.text(*shown, *more) if callable(op.text) and not more else f"{op.symbol} of {', '.join(shown + more)}"
    if isinstance(op.text, str):
        written = op.text.format(*(f"({text})" if text.startswith("-") else text for text in shown))
    remedy = f"\nTo repair it: {op.remedy}." if op.remedy else ""
    return f"{op.name}: {written} has no finite real value.{remedy}"


def refusal(thing: Any) -> str:
    """Why a thing is not a number."""
    kind = type(thing).__name__
    if isinstance(thing, bool) or (str(getattr(thing, "dtype", "")) == "bool" and not getattr(thing, "shape", ())):
        return (
            f"{thing} of type {kind} is an answer, not a number: choose by it, where({thing}, a, b), or take float(…)"
        )
    if hasattr(thing, "__array__") and hasattr(thing, "shape"):
        return (
            f"an array ({kind} of shape {getattr(thing, 'shape', '?')}) is not a number; for its elements, go through"
            " them, [x * v for x in array], or build a list of Values: [Value(x) for x in array.ravel()]"
        )
    if isinstance(thing, list | tuple):
        return f"a {kind} is not a number; for its elements, build a list of Values: [Value(x) for x in numbers]"
    return f"expected a real number, but was given {str(thing)[:60]!r} of type {kind}"
