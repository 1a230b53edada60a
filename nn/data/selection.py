"""Which columns of a training set a network is given, and what is said of the others."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from nn.data.cells import CONTINENTAL, ENGLISH, number_in
from nn.data.column import Column
from nn.data.messages import count, some

WHOLE_PART = r"(?:\d{1,3}(?:[ \u00a0\u202f'’_]\d{3})+|\d+)"
#: A number with a sign of money, %, gaps between thousands, or in parentheses, as accountants write what is negative.
DRESSED = re.compile(rf"\(?[-+−]?\s*[$€£¥]?\s*[-+−]?{WHOLE_PART}(?:[.,]\d+)?\s*[%‰°$€£¥]?\)?")

MOSTLY = 0.95  # of the texts of a column, that it is remarked on

MOST_CATEGORIES = 50  # that may be rare
MOST_FREQUENT = 500
ROWS_OF_FREQUENT = 20  # from which a weight is learnt in any case
OFTEN_NUMBERS = 0.5  # of the different texts of a column, which then is remarked on
ENOUGH_ROWS = 0.1  # that the most frequent categories cover
ROW_NAME = re.compile(r"(?i:column 1|#|no|nr|row|rownames|index|unnamed: 0|(.*[ _-])?id)|.*[a-z]I[Dd]")
MANY = 3  # notes of one kind; more are one


def useless(column: Column) -> str:
    """Why a column cannot help to predict anything; "" if it may.

    That all its numbers differ is not enough to call a column names of rows, which its own name has to say, too.
    """
    if len(column.missing) == len(column):
        return "is empty"
    if column.kind == "number":
        numbers = column.different_numbers()
        if column.missing:
            numbers = {number for number in numbers if not math.isnan(number)}
        if len(numbers) == 1:
            return f"is {numbers.pop():g} in every row of the training set"
        all_differ = len(numbers) == len(column) and all(number.is_integer() for number in numbers)
        return "names the rows" if all_differ and ROW_NAME.fullmatch(column.name) else ""
    texts = column.texts()
    different = len(set(texts))
    if different == 1:
        return f"is {texts[0]!r} in every row of the training set"
    if known_categories(column):
        return ""
    mixture = mixed(column)
    said = f", {mixture}" if mixture else f" such as {category_text(texts[0])!r}"
    return f"has {different} different texts{said}"


def known_categories(column: Column) -> tuple[str | None, ...]:
    """The categories of a column, by the alphabet and a missing cell last; of too many the most frequent.

    None if these are too few: such a column has texts without end.
    """
    counts = Counter(column.texts())
    if len(counts) > min(MOST_CATEGORIES, max(10, len(column) // 2)):
        often = [(text, n) for text, n in counts.items() if n > 1]
        frequent = min(MOST_FREQUENT, sum(n >= ROWS_OF_FREQUENT for _, n in often))
        often = sorted(often, key=lambda pair: (-pair[1], str(pair[0])))[: max(MOST_CATEGORIES, frequent)]
        if sum(n for _, n in often) < ENOUGH_ROWS * len(column):
            return ()
        counts = Counter(dict(often))
    return tuple(sorted(counts, key=lambda text: (text is None, text or "")))


def notes_on_categories(columns: Sequence[Column], categories: Mapping[str, Sequence[str | None]]) -> list[str]:
    """What to say about columns of which some categories are no inputs."""
    notes = []
    for column in columns:
        known, texts = set(categories[column.name]), column.texts()
        notes += notes_on_dressed(column) or notes_on_mixed(column)
        others = sum(text not in known for text in texts)
        if others:
            notes.append(
                f"column {column.name!r}: the {len(known)} most frequent of its {len(set(texts))} texts are inputs;"
                f" the others, in {count(others, 'row')}, count as none of them"
            )
    return notes


def notes_on_dressed(column: Column) -> list[str]:
    """What to say about a column of names that people read as numbers."""
    texts = [text for text in dict.fromkeys(column.texts()) if text is not None]
    numbers = [text for text in texts if DRESSED.fullmatch(text)]
    dressed = next((text for text in numbers if not (ENGLISH.fullmatch(text) or CONTINENTAL.fullmatch(text))), None)
    if len(numbers) < MOSTLY * len(texts) or dressed is None:  # plain ones are asked for as names
        return []
    return [
        f"column {column.name!r}: {dressed!r} and the like count as names of categories; to be numbers they are to"
        " be written as such: 0.12 or 12, without %, signs of money, gaps or parentheses"
    ]


def notes_on_mixed(column: Column) -> list[str]:
    """What to say about a column of names most of which are numbers."""
    mixture = mixed(column)
    return [f"column {column.name!r}: names of categories are {mixture}"] if mixture else []


def mixed(column: Column) -> str:
    """Which cells are none of a column that otherwise is one of numbers, in words; "" if it is not, or was to be so."""
    is_number = [text is not None and number_in(text) is not None for text in column.different_texts()]
    there = column.cells.there()
    if sum(is_number[place] for place in there) < OFTEN_NUMBERS * len(there) or column.reading.says_numbers(
        column.cells.places
    ):
        return ""
    texts = column.texts()
    others = [text for text, place in zip(texts, column.cells.places, strict=True) if text and not is_number[place]]
    if not others:
        return ""
    number = next(text for text, place in zip(texts, column.cells.places, strict=True) if is_number[place])
    return (
        f"numbers such as {number} but for {count(len(others), 'cell')} such as {others[0]!r}; leave such cells empty,"
        " or mark them as missing (--na), to have numbers"
    )


def notes_on_left_out(reasons: Mapping[str, str]) -> list[str]:
    """What to say about columns that are left out, together where the reason is the same."""
    alike = defaultdict(list)
    for name, reason in reasons.items():
        alike[reason].append(name)
    notes = []
    for reason, names in alike.items():
        if len(names) > MANY:
            notes.append(f"{len(names)} columns left out, each of which {reason}: {some(names, MANY)}")
        else:
            notes += [f"column {name!r} left out: it {reason}" for name in names]
    return notes


def notes_on_filled(columns: Sequence[Column], medians: Sequence[float]) -> list[str]:
    """What to say about missing cells of columns of numbers."""
    filled = [(column, median) for column, median in zip(columns, medians, strict=True) if column.missing]
    if len(filled) > MANY:
        cells = count(sum(len(column.missing) for column, _ in filled), "missing cell")
        first = ", ".join(f"{column.name!r} by {median:g}" for column, median in filled[:MANY])
        return [f"{cells} in {len(filled)} columns filled with the median: {first} and {len(filled) - MANY} more"]
    return [
        f"column {column.name!r}: {count(len(column.missing), 'missing cell')} filled with the median, {median:g}"
        for column, median in filled
    ]


def category_text(text: str | None) -> str:
    """A category for people."""
    return "(missing)" if text is None else text
