"""Answers that learners give beside the solution, right and wrong ones, on which the checks of exercises are tried.

They stand in answers/NN-name.md, each under the exercise that it answers:

    ## Exercise 1
    ### right: with a loop
    ### wrong: nan

A check takes every right answer and no wrong one, and says so in one line, whatever it was given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tools.files import FOLDER, tagged

ENTRY = re.compile(r"^## Exercise (\d+)$|^### (right|wrong): ([^\n]+)\n\n```python\n(.*?)\n```$", re.M | re.S)


class Answer(NamedTuple):
    """What somebody answers to the exercise of that number, counted from 1."""

    exercise: int
    right: bool
    name: str
    code: str


def answers_to(path: Path) -> list[Answer]:
    """The answers to try on the exercises of a notebook."""
    file = FOLDER / "answers" / f"{path.stem}.md"
    return parsed(file.read_text(encoding="utf-8")) if file.is_file() else []


def parsed(text: str) -> list[Answer]:
    exercise, found = 0, []
    for number, verdict, name, code in ENTRY.findall(text):
        if number:
            exercise = int(number)
        else:
            found.append(Answer(exercise, verdict == "right", name, code))
    return found


def tried(notebook: NotebookNode, answers: Sequence[Answer]) -> list[NotebookNode]:
    """The cells to run for answers: each one, and the check of its exercise. An error ends none of the others."""
    checks = tagged(notebook, "check")
    sources = [source for answer in answers for source in (answer.code, checks[answer.exercise - 1].source)]
    return [new_code_cell(source, metadata={"tags": ["raises-exception"]}) for source in sources]


def faults_of_verdicts(notebook: NotebookNode, answers: Sequence[Answer], verdicts: Sequence[str]) -> list[str]:
    """What is wrong with what the checks said of answers."""
    faults = []
    for answer, said in zip(answers, verdicts, strict=True):
        sign = "✓" if answer.right else "✗"
        if not said.startswith(sign) or len(said.splitlines()) != 1:
            expected = "right" if answer.right else "wrong"
            faults.append(f"exercise {answer.exercise}, {answer.name}: {expected}, but the check says {said.strip()!r}")
        elif not answer.right and (twice := said_twice(said)):
            faults.append(f"exercise {answer.exercise}, {answer.name}: the hint says {twice} twice: {said.strip()!r}")
    return faults + faults_of_choice(len(tagged(notebook, "exercise")), answers)


def faults_of_choice(exercises: int, answers: Sequence[Answer]) -> list[str]:
    """Whether each exercise is tried on enough: two right answers beside the solution, NaN, and three mistakes more."""
    faults = []
    for exercise in range(1, exercises + 1):
        names = {
            right: {answer.name for answer in answers if answer[:2] == (exercise, right)} for right in (True, False)
        }
        if len(names[True]) < 2 or len(names[False]) < 4 or "nan" not in names[False]:
            faults.append(
                f"exercise {exercise}: it is tried on too little, {sorted(names[True])}, {sorted(names[False])}"
            )
    return faults


def said_twice(hint: str) -> str:
    """The number that a hint gives both for what was found and for what was expected; an empty text if there is none.

    >>> said_twice("at x = 1 your partial is 0.25, and should be 0.25")
    '0.25'
    """
    pair = re.search(r"(-?\d+\.\d+)\D+(?:should be|say|not) (-?\d+\.\d+)", hint)
    return pair[1] if pair and pair[1] == pair[2] else ""
