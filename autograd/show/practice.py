"""practice(L): the same graph with its gradients hidden. Say the next number, then see it.

A wrong number is told by what typical mistakes would have given on this very graph (`practising/mistakes.py`); what
fits none gets the formula as a hint, then its numbers, then the answer.

>>> from autograd import Value
>>> x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(1.0, label="b")
>>> L = (x * w + b) ** 2; L.label = "L"
>>> asked = practice(L)
>>> print(asked)
1  ∂L/∂v₂ = ?   given ∂L/∂L = 1; L = v₂² = (−5)² = 25
2  ∂L/∂v₁ = ?   given ∂L/∂v₂ = −10; v₂ = v₁ + b = −6 + 1 = −5
3  ∂L/∂b = ?    given ∂L/∂v₂ = −10; v₂ = v₁ + b = −6 + 1 = −5
4  ∂L/∂x = ?    given ∂L/∂v₁ = −10; v₁ = x·w = 2·(−3) = −6
5  ∂L/∂w = ?    given ∂L/∂v₁ = −10; v₁ = x·w = 2·(−3) = −6
>>> asked.answer(0, "-5 * 2")
'Right.'
>>> asked.answer(3, "30"), asked.answer(4, "10 * 2")[:36]
('Right.', 'The size is right, the sign is not: ')
"""

from __future__ import annotations

import html
from collections.abc import Collection
from os import PathLike
from typing import Any

from autograd.endings import check_ending
from autograd.files import write_whole
from autograd.show.practising.answers import judged, typed_number, verdict_words
from autograd.show.practising.good_numbers import other_numbers
from autograd.show.practising.practice_page import practice_fragment, question_list
from autograd.show.practising.questions import MODES, Mode
from autograd.show.practising.wording import Sheet
from autograd.show.stepping.player import document
from autograd.show.writing.names import display_width

MOST_VARIANTS = 6  # of its numbers, that a page has


class Practice:
    """Questions about a graph.

    In a notebook it is a page that asks; `print` lists the questions, and `key` has the answers, worked out.
    """

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    def __len__(self) -> int:
        return len(self.sheet.asked)

    def answer(self, place: int, text: str) -> str:
        """What is said of an answer to the question at that place, from 0. Raises ValueError if it is no number."""
        question = self.sheet.asked[place].question
        return verdict_words(judged(question, typed_number(text)), self.sheet.digits)

    @property
    def key(self) -> str:
        """The answers, worked out: a line each."""
        width = len(str(len(self)))
        return "\n".join(f"{at:>{width}}  {asked.solution.text}" for at, asked in enumerate(self.sheet.asked, 1))

    def save(self, path: str | PathLike[str]) -> None:
        """Write a page that asks, one HTML file that needs no network. What is answered never leaves the browser."""
        check_ending(path, "pages", "html", "htm")
        write_whole(path, self.page())

    def page(self) -> str:
        """What `save` writes."""
        name = self.sheet.timeline.names[self.sheet.timeline.root].text
        return document(f"Practice on {name}", self.fragment())

    def fragment(self) -> str:
        """The HTML of the page: this mode first, the others that can be asked, and the same with other numbers."""
        sheets = []
        for mode in MODES:
            if mode == self.sheet.mode:
                sheets.append(self.sheet)
            else:
                try:
                    sheets.append(self.sheet.in_mode(mode))
                except ValueError:  # there is nothing to ask in it
                    continue
        others = other_numbers(self.sheet.timeline.root, MOST_VARIANTS, self.sheet.mode)
        again = [[sheet.over(root) for sheet in sheets] for root in others]
        return practice_fragment(sheets, sheets.index(self.sheet), again)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """For notebooks. What cannot be laid out is the list of questions, and the reason."""
        try:
            shown = self.fragment()
        except RuntimeError as reason:
            shown = f"<p>{html.escape(str(reason))}</p>\n{question_list(self.sheet)}"
        return {"text/plain": repr(self), "text/html": shown}

    def __str__(self) -> str:
        width = len(str(len(self)))
        prompts = [asked.prompt.text for asked in self.sheet.asked]
        widest = max(map(display_width, prompts))
        return "\n".join(
            f"{at:>{width}}  {prompt}{' ' * (widest - display_width(prompt))}   given {asked.given.text}"
            for at, (prompt, asked) in enumerate(zip(prompts, self.sheet.asked, strict=True), 1)
        )

    def __repr__(self) -> str:
        return f"<{len(self)} questions about {self.sheet.timeline.names[self.sheet.timeline.root].text}>"


def practice(
    root: Any, *, mode: Mode = "steps", digits: int = 3, learn: Collection[str] | None = None, rate: float = 0.1
) -> Practice:
    """Questions about the backward pass from root: an answer is judged, and a mistake is named.

    Args:
        root: a computed Value. Its graph is only read: no `.grad` is touched.
        mode: "steps" asks for each step of the backward pass, "local" for local derivatives, "gradients" for whole
            gradients, "update" for a step of gradient descent. A page has all four, and begins with this one.
        digits: significant digits of the numbers shown, to which answers are expected.
        learn: for "update", the labels of the leaves that learn, as in `steps`.
        rate: for "update", the learning rate.
    Returns:
        `Practice`: print it, look at it in a notebook, or `.save("practice.html")`.
    Raises:
        ValueError: if there is nothing to ask, the graph has more nodes than one would answer, or the data of a leaf
            was set after the forward pass.
    """
    return Practice(Sheet(root, mode=mode, digits=digits, learn=learn, rate=rate))
