"""A data set: a table, the column to predict, and whether that means choosing a class or finding a number.

>>> from nn.data.table import table_of
>>> data = dataset_of(table_of([{"legs": 4, "pet": "cat"}, {"legs": 2, "pet": "budgie"}]), "pet")
>>> data.verdict
"classification: 'pet' is text, 2 classes"
>>> data.targets, data.classes
([1, 0], ('budgie', 'cat'))
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from nn.basics.randomness import Randomness
from nn.data.splits import DataError, Part, k_fold, split_indices
from nn.data.table import Table, count, read_csv, text_of

T = TypeVar("T")

MOST_WHOLE_NUMBERS = 20  # with more of them, a target of whole numbers counts or measures something


@dataclass(frozen=True)
class Dataset:
    """A table with a question.

    Attributes:
        table: the rows, without those whose target is missing.
        target: the name of the column to predict.
        task: "classification" or "regression".
        numeric: whether the cells of the target are numbers, be it as names of classes.
        targets: for each row the index of its class, or its number.
        classes: the names of the classes, in the order of their indices; none for regression.
        kinds: for each other column, by name, "number" or "category".
        verdict: the task in a sentence, with the reason for it.
        notes: what was handled on the way, one sentence each.
        name: a short name.
        description: one line about it.
        source: where it comes from.
        grid: height and width of an image if the other columns are its pixels, row by row; they are then all used.
    """

    table: Table
    target: str
    task: str
    numeric: bool
    targets: Sequence[Any]
    classes: tuple[str, ...]
    kinds: Mapping[str, str]
    verdict: str
    notes: tuple[str, ...] = ()
    name: str = ""
    description: str = ""
    source: str = ""
    grid: tuple[int, int] | None = None

    def __repr__(self) -> str:
        return f"<{self.name or 'data set'}: {len(self.targets):,} rows, {len(self.kinds)} inputs; {self.verdict}>"

    def __len__(self) -> int:
        return len(self.table)

    def take(self, indices: Sequence[int]) -> Dataset:
        """The rows at these positions, with all the classes."""
        return replace(self, table=self.table.take(indices), targets=[self.targets[i] for i in indices])

    def split(
        self, *, train: Part = 0.6, validation: Part = 0.2, test: Part = 0.2, seed: Randomness = None
    ) -> tuple[Dataset, Dataset, Dataset]:
        """Three data sets, as `nn.data.splits.split` makes them, stratified by class."""
        labels = self.targets if self.classes else None
        parts = self._named(
            lambda: split_indices(len(self), train=train, validation=validation, test=test, seed=seed, labels=labels)
        )
        first, second, third = map(self.take, parts)
        return first, second, third

    def folds(self, k: int = 5, *, seed: Randomness = None) -> Iterator[tuple[Dataset, Dataset]]:
        """For each of k folds the data to train on and those to validate on, stratified by class."""
        folds = self._named(lambda: k_fold(len(self), self.targets, k, seed=seed, stratify=bool(self.classes)))
        return ((self.take(training), self.take(validation)) for training, validation in folds)

    def _named(self, deal: Callable[[], T]) -> T:
        """What `deal` returns; its DataError with the name of the file in front."""
        try:
            return deal()
        except DataError as error:
            raise DataError(f"{self.table.source}: {error}") from error


def load_csv(path: str | Path, target: str, **options: Any) -> Dataset:
    """The data set in a CSV file; see `nn.data.table.read_csv` for the file and `dataset_of` for the options.

    Raises:
        DataError: if it cannot be used; the message names the file, line and column.
    """
    return dataset_of(read_csv(path), target, name=Path(path).stem, source=str(path), **options)


def dataset_of(
    table: Table,
    target: str,
    *,
    task: str | None = None,
    categories: Iterable[str] = (),
    name: str = "",
    description: str = "",
    source: str = "",
    grid: tuple[int, int] | None = None,
) -> Dataset:
    """A table with the question what `target` is.

    Args:
        table: the rows.
        target: the column to predict. Rows in which it is missing are left out, which is noted.
        task: "classification" or "regression". None: classification if the target is text or has at most 20
            different numbers, all whole; regression otherwise. `Dataset.verdict` says which and why.
        categories: columns of numbers that are names, such as post codes.
        name: a short name for the whole.
        description: one line about it.
        source: where it comes from.
        grid: height and width of an image whose pixels are the other columns.

    Raises:
        DataError: if a column is missing, a cell of a column of numbers is none, the target has only one value
            or nearly as many classes as rows, or there is nothing to predict it from.
    """
    if task not in (None, "classification", "regression"):
        raise ValueError(f"the task is 'classification' or 'regression', not {task!r}")
    as_categories = set(categories)
    for column in (target, *as_categories):
        table.column(column)
    kinds = {
        column: "number" if column not in as_categories and table.is_number(column) else "category"
        for column in table.names
    }
    numeric = kinds[target] == "number"
    answers = labels(table, target, numeric=numeric)
    present = [row for row, answer in enumerate(answers) if answer is not None]
    if not present:
        raise DataError(f"{table.source}: column {target!r}, the target, is empty")
    notes = [*table.notes, *comma_notes(table, kinds)]
    if len(present) < len(table):
        first = table.lines[answers.index(None)]
        left_out = count(len(table) - len(present), "row")
        notes.append(f"{left_out} without {target!r} left out, the first on line {first}")
        table = table.take(present)

    task, reason = (task, "as asked for") if task else verdict_on(table, target, numeric=numeric)
    del kinds[target]
    if not kinds:
        raise DataError(f"{table.source} has no column besides {target!r} to predict it from")
    classes: tuple[str, ...] = ()
    targets: list[Any]
    if task == "classification":
        classes = classes_of(table, target, numeric=numeric)
        index = {label: i for i, label in enumerate(classes)}
        targets = [index[label] for label in labels(table, target, numeric=numeric) if label is not None]
    else:
        targets = table.numbers(target)
        if min(targets) == max(targets):
            raise DataError(f"{table.source}: {target!r} is {targets[0]:g} in every row, so there is nothing to learn")
    return Dataset(
        table=table, target=target, task=task, numeric=numeric, targets=targets, classes=classes, kinds=kinds,
        verdict=f"{task}: {reason}", notes=tuple(notes), name=name, description=description, source=source, grid=grid,
    )  # fmt: skip


def labels(table: Table, column: str, *, numeric: bool) -> list[str | None]:
    """The cells of a column as names of classes: texts as they are, numbers without a needless ".0"."""
    if not numeric:
        return table.texts(column)
    return [None if math.isnan(number) else text_of(number) for number in table.numbers(column)]


def verdict_on(table: Table, target: str, *, numeric: bool) -> tuple[str, str]:
    """The task that the values of the target speak for, and why."""
    if not numeric:
        return "classification", f"{target!r} is text, {len(set(table.texts(target)))} classes"
    different = set(table.numbers(target))
    if all(number.is_integer() for number in different) and len(different) <= MOST_WHOLE_NUMBERS:
        return "classification", f"{target!r} has {count(len(different), 'different number')}, all whole"
    fractions = "not all whole" if len(different) <= MOST_WHOLE_NUMBERS else f"more than {MOST_WHOLE_NUMBERS}"
    return "regression", f"{target!r} has {len(different)} different numbers, {fractions}"


def classes_of(table: Table, target: str, *, numeric: bool) -> tuple[str, ...]:
    """The names of the classes: numbers by size, texts by the alphabet.

    Raises:
        DataError: if there is only one class, or there are too few rows for so many.
    """
    found = {label for label in labels(table, target, numeric=numeric) if label is not None}
    most = max(20, len(table) // 10)
    if len(found) == 1:
        raise DataError(f"{table.source}: {target!r} is {found.pop()!r} in every row; classes are two or more")
    if len(found) > most:
        repair = "is task='regression' meant?" if numeric else "is it the column to predict?"
        raise DataError(
            f"{table.source}: {target!r} has {len(found)} different values in {count(len(table), 'row')},"
            f" too many to be classes; {repair}"
        )
    return tuple(sorted(found, key=float if numeric else str))


def comma_notes(table: Table, kinds: Mapping[str, str]) -> list[str]:
    """What to say about numbers that are written with commas."""
    notes = []
    for column, kind in kinds.items():
        if kind == "number":
            numbers = table.numbers(column)
            row = next((row for row, cell in enumerate(table.column(column)) if "," in str(cell)), None)
            if row is not None:
                notes.append(f"column {column!r}: {table.column(column)[row]} was read as {numbers[row]!r}")
    return notes
