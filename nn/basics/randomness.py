"""Where random numbers come from: one rule for every argument `rng` or `seed`."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from nn.basics.forms import anything, finite_number, list_of, optional, whole

Randomness = random.Random | int | None


def generator(rng: Any) -> Any:
    """A `random.Random` as it is, a new one for a seed, and the module `random` for None.

    Raises:
        TypeError: for anything else.
    """
    if rng is None or rng is random:
        return random
    if isinstance(rng, int) and not isinstance(rng, bool):
        return random.Random(rng)
    if not isinstance(rng, random.Random):
        raise TypeError(f"rng is a random.Random, a whole number as its seed, or None, but not {rng!r}")
    return rng


def state_of(rng: Any) -> list[Any]:
    """The state of a generator as JSON can hold it.

    >>> rng = random.Random(1)
    >>> before = state_of(rng)
    >>> first = rng.random()
    >>> set_state(rng, before)
    >>> rng.random() == first
    True
    """
    version, words, spare = rng.getstate()
    return [version, list(words), spare]


def random_state(thing: Any, place: str) -> None:
    """The form of a `state_of`, see `nn.basics.forms`."""
    list_of(anything, length=3)(thing, place)
    version, words, spare = thing
    whole(3, 3)(version, f"{place}[0]")
    list_of(whole(0, 2**32 - 1), length=625)(words, f"{place}[1]")
    whole(0, 624)(words[-1], f"{place}[1][624]")  # which of the words is next
    optional(finite_number)(spare, f"{place}[2]")


def set_state(rng: Any, state: Sequence[Any]) -> None:
    """Put a generator where it was.

    Raises:
        ValueError: if that is no state of one. The generator is as it was then.
    """
    try:
        version, words, spare = state
        whole = (version, tuple(words), None if spare is None else float(spare))
        random.Random(0).setstate(whole)  # tried elsewhere first, because a failure may leave half of it behind
    except (TypeError, ValueError) as error:
        raise ValueError(f"rng is not the state of a random.Random: {error}") from None
    rng.setstate(whole)
