"""The questions in a terminal: one after the other, each until its answer is right or has been shown.

>>> from autograd import Value
>>> x, w = Value(2.0, label="x"), Value(-3.0, label="w")
>>> L = x * w; L.label = "L"
>>> typed = iter(["2", "-3", "?", "q"])
>>> dialog(Sheet(L, mode="local"), ask=lambda _: next(typed), say=print)
1/2  ∂L/∂x = ?   given L = x·w = 2·(−3) = −6
The operands are mixed up: ∂(a·b)/∂a is b, the other one, and not a.
Right. ∂L/∂x = w = −3
<BLANKLINE>
2/2  ∂L/∂w = ?   given L = x·w = 2·(−3) = −6
∂L/∂w = x
0 of 1 right at the first try.
"""

from __future__ import annotations

from collections.abc import Callable

from autograd.show.practising.answers import judged, typed_number, verdict_words
from autograd.show.practising.wording import Asked, Sheet

HELP = 'Digits, a fraction as 1/3 or arithmetic as 0.5*2−1 are answers; "?" is a hint, "q" the end.'


class Ended(Exception):
    """Whoever was asked has had enough."""


def dialog(sheet: Sheet, *, ask: Callable[[str], str], say: Callable[[str], object]) -> None:
    """Ask everything of a sheet.

    Args:
        sheet: what is asked.
        ask: shows a prompt, and returns what was typed; raises EOFError at the end of the input.
        say: writes a line.
    """
    count = len(sheet.asked)
    answered = first = 0
    try:
        for place, asked in enumerate(sheet.asked, 1):
            say(f"{place}/{count}  {asked.prompt.text}   given {asked.given.text}")
            first += answered_at_once(asked, sheet.digits, ask, say)
            answered += 1
            if place < count:
                say("")
    except (EOFError, Ended):
        pass
    say(f"{first} of {answered} right at the first try.")


def answered_at_once(asked: Asked, digits: int, ask: Callable[[str], str], say: Callable[[str], object]) -> bool:
    """Ask until the answer is right, or three hints have shown it; whether the first answer was right."""
    hints = iter([hint.text for hint in asked.hints if hint.text])
    left = sum(1 for hint in asked.hints if hint.text)
    tries = 0
    while True:
        text = ask("> ").strip()
        if text.lower() in {"q", "quit", "exit"}:
            raise Ended
        if text == "?":
            tries += 1
        else:
            try:
                verdict = judged(asked.question, typed_number(text))
            except ValueError as trouble:
                say(f"{trouble}.")
                continue
            tries += 1
            if verdict.kind == "right":
                say(f"Right. {asked.solution.text}")
                return tries == 1
            say(verdict_words(verdict, digits))
            if verdict.kind != "wrong":
                continue
        left -= 1
        if not left:
            say(f"So it is this: {asked.solution.text}")
            return False
        say(next(hints))
