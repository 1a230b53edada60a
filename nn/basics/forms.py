"""Described forms: what a document has to look like, checked before anything is made of it.

A form is a function of something and its place in the document; it raises if the thing is not of that form.

>>> form = fields(name=plain_text, sizes=list_of(whole(1), least=1), rate=optional(finite_number))
>>> check_form({"name": "a", "sizes": [16, 1], "rate": None}, form)
>>> check_form({"name": "a", "sizes": [16, -1], "rate": None}, form)
Traceback (most recent call last):
    ...
nn.basics.forms.FormError: sizes[1] is -1, but has to be a whole number, 1 or more
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import Any

Form = Callable[[Any, str], None]
MOST_SHOWN = 60  # characters of what is wrong
MOST_CHOICES_SHOWN = 8


class FormError(ValueError):
    """Something that is not of the form that it should have. The message is one line that names its place."""


def check_form(thing: Any, form: Form) -> None:
    """Make sure that something, as JSON gives it, is of a form. Nothing is copied or changed.

    Raises:
        FormError: naming the place of the first thing that is not as it has to be.
    """
    form(thing, "")


def expect(right: bool, thing: Any, place: str, what: str) -> None:
    """Refuse a thing that is not right.

    Raises:
        FormError: saying where it is, what it is and what it has to be.
    """
    if not right:
        shown = ascii(thing) if isinstance(thing, str) else short_repr(thing)
        shown = shown if len(shown) <= MOST_SHOWN else f"{shown[: MOST_SHOWN - 1]}…"
        raise FormError(f"{place or 'it'} is {shown}, but has to be {what}")


def short_repr(thing: Any) -> str:
    """A thing for a message; of a large one only what it is."""
    if isinstance(thing, list | dict) and len(thing) > 0:
        return f"{'a list' if isinstance(thing, list) else 'an object'} of {len(thing):,}"
    if isinstance(thing, int) and not isinstance(thing, bool) and thing.bit_length() > 200:
        return "a number of very many digits"
    return repr(thing)


# ── Forms ───────────────────────────────────────────────────────────────────────────────────────────────────────


def anything(thing: Any, place: str) -> None:
    """Whatever it is."""


def plain_text(thing: Any, place: str) -> None:
    """A text that can be written to a file."""
    writable = isinstance(thing, str) and not any("\ud800" <= letter <= "\udfff" for letter in thing)
    expect(writable, thing, place, "a text")


def boolean(thing: Any, place: str) -> None:
    """True or false."""
    expect(isinstance(thing, bool), thing, place, "true or false")


def any_number(thing: Any, place: str) -> None:
    """A number that a float holds, NaN and the infinities too."""
    right = isinstance(thing, float) or (
        isinstance(thing, int) and not isinstance(thing, bool) and thing.bit_length() < 1024
    )
    expect(right, thing, place, "a number")


def finite_number(thing: Any, place: str) -> None:
    """A finite number."""
    any_number(thing, place)
    expect(math.isfinite(thing), thing, place, "a finite number")


def positive_number(thing: Any, place: str) -> None:
    """A finite number above 0."""
    finite_number(thing, place)
    expect(thing > 0, thing, place, "a number above 0")


def number_not_below_zero(thing: Any, place: str) -> None:
    """A finite number, 0 or above."""
    finite_number(thing, place)
    expect(thing >= 0, thing, place, "a number, 0 or above")


def whole(least: int, most: int | None = None) -> Form:
    """A whole number in a range, its ends included."""

    def form(thing: Any, place: str) -> None:
        right = isinstance(thing, int) and not isinstance(thing, bool)
        right = right and least <= thing and (most is None or thing <= most)
        upto = " or more" if most is None else f" to {most}"
        expect(right, thing, place, f"a whole number, {least}{upto}")

    return form


def choice_of(*choices: str) -> Form:
    """One of some texts."""

    def form(thing: Any, place: str) -> None:
        right = isinstance(thing, str) and thing in choices
        more = f" or one of {len(choices) - MOST_CHOICES_SHOWN} others" if len(choices) > MOST_CHOICES_SHOWN else ""
        expect(right, thing, place, " or ".join(map(repr, choices[:MOST_CHOICES_SHOWN])) + more)

    return form


def optional(form: Form) -> Form:
    """Something of that form, or null."""

    def nullable(thing: Any, place: str) -> None:
        if thing is not None:
            form(thing, place)

    return nullable


def list_of(item: Form, *, least: int = 0, length: int | None = None, different: bool = False) -> Form:
    """A list of things of one form: at least so many, or exactly so many, and perhaps no two the same."""

    def form(thing: Any, place: str) -> None:
        expect(isinstance(thing, list), thing, place, "a list")
        if length is not None:
            expect(len(thing) == length, thing, place, f"a list of {length:,}")
        expect(len(thing) >= least, thing, place, f"a list of at least {least}")
        for i, part in enumerate(thing):
            item(part, f"{place}[{i}]")
        if different:
            expect(len(set(thing)) == len(thing), thing, place, "a list without repetitions")

    return form


def map_of(item: Form, keys: Collection[str] | None = None) -> Form:
    """An object with any names, or exactly these, and things of one form."""

    def form(thing: Any, place: str) -> None:
        expect(isinstance(thing, dict), thing, place, "an object")
        for name, part in thing.items():
            plain_text(name, f"a name in {place or 'it'}")
            item(part, f"{place}[{name!a}]" if place else f"{name!a}")
        if keys is not None and set(thing) != set(keys):
            different = next(iter(set(keys) ^ set(thing)))
            raise FormError(f"{place or 'it'} {'lacks' if different in keys else 'has, unexpectedly,'} {different!a}")

    return form


def fields(**parts: Form) -> Form:
    """An object with at least these names, each with something of its form."""

    def form(thing: Any, place: str) -> None:
        expect(isinstance(thing, dict), thing, place, "an object")
        for name, part in parts.items():
            inner = f"{place}.{name}" if place else name
            if name not in thing:
                raise FormError(f"{inner!r} is missing")
            part(thing[name], inner)

    return form
