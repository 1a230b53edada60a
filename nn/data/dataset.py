"""A data set: a table, the column to predict, and whether that means choosing a class or finding a number.

>>> from nn.data.table import table_of
>>> data = dataset_of(table_of([{"legs": 4, "pet": "cat"}, {"legs": 2, "pet": "budgie"}]), "pet")
>>> data.verdict
"classification: 'pet' is text, 2 classes"
>>> data.targets, data.classes
([1, 0], ('budgie', 'cat'))
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from nn.basics.randomness import Randomness
from nn.data.column import Column
from nn.data.csv_file import CsvForm, read_csv
from nn.data.dates import as_dates, is_part, moment, with_parts
from nn.data.messages import DataError, count
from nn.data.splits import Share, k_fold, split_indices
from nn.data.table import Table, table_of

Dealt = TypeVar("Dealt")

MOST_WHOLE_NUMBERS = 20  # with more of them, a target of whole numbers counts or measures something


@dataclass(frozen=True)
class Dataset:
    """A table with a question.

    Attributes:
        table: the rows, without those whose target is missing; each column is of the kind that it was taken for.
        target: the name of the column to predict.
        task: "classification" or "regression".
        targets: for each row the index of its class, or its number.
        classes: the names of the classes, in the order of their indices; none for regression.
        verdict: the task in a sentence, with the reason for it.
        notes: what was handled on the way, one sentence each.
        name: a short name.
        description: one line about it.
        source: where it comes from.
        grid: height and width of an image if the other columns are its pixels, row by row; they are then all used.
        dates: how the columns of dates are written, of which the table has the parts.
    """

    table: Table
    target: str
    task: str
    targets: Sequence[Any]
    classes: tuple[str, ...]
    verdict: str
    notes: tuple[str, ...] = ()
    name: str = ""
    description: str = ""
    source: str = ""
    grid: tuple[int, int] | None = None
    dates: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        rows, inputs = f"{len(self):,} rows", f"{len(self.input_columns)} inputs"
        return f"<{self.name or 'data set'}: {rows}, {inputs}; {self.verdict}>"

    def __len__(self) -> int:
        return len(self.table)

    @property
    def target_column(self) -> Column:
        """The column to predict."""
        return self.table.column(self.target)

    @property
    def input_columns(self) -> list[Column]:
        """The others, to predict it from."""
        return [column for column in self.table.columns.values() if column.name != self.target]

    @property
    def kinds(self) -> dict[str, str]:
        """For each other column, by name, "number" or "category"."""
        return {column.name: column.kind for column in self.input_columns}

    @property
    def numeric(self) -> bool:
        """Whether the cells of the target are numbers, be it as names of classes."""
        return self.target_column.kind == "number"

    def take(self, indices: Sequence[int]) -> Dataset:
        """The rows at these positions, with all the classes."""
        return replace(self, table=self.table.take(indices), targets=[self.targets[i] for i in indices])

    def split(
        self, *, train: Share = 0.6, validation: Share = 0.2, test: Share = 0.2, seed: Randomness = None
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

    def _named(self, deal: Callable[[], Dealt]) -> Dealt:
        """What `deal` returns; its DataError with the name of the file in front."""
        try:
            return deal()
        except DataError as error:
            raise DataError(f"{self.table.source}: {error}") from error


def load_csv(path: str | Path, target: str, form: CsvForm | None = None, **options: Any) -> Dataset:
    """The data set in a CSV file; see `read_csv` for the file and its form, and `dataset_of` for the options.

    Raises:
        DataError: if it cannot be used; the message names the file, line and column.
    """
    table = read_csv(path, form)
    name = "input" if str(path) == "-" else Path(path).name.removesuffix(".gz").rpartition(".")[0] or Path(path).name
    return dataset_of(table, target, name=name, source=table.source, **options)


def dataset_of(
    rows: Any,
    target: str,
    *,
    task: str | None = None,
    categories: Iterable[str] = (),
    drop: Iterable[str] = (),
    name: str = "",
    description: str = "",
    source: str = "",
    grid: tuple[int, int] | None = None,
) -> Dataset:
    """A table with the question what `target` is.

    Args:
        rows: a table, a DataFrame, or dicts by column name.
        target: the column to predict. Rows in which it is missing are left out, which is noted.
        task: "classification" or "regression". None: classification if the target is text or has at most 20
            different numbers, all whole; regression otherwise. `Dataset.verdict` says which and why.
        categories: columns of numbers that are names, such as post codes.
        drop: columns that are left out.
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
    table = table_of(rows)
    names = dict.fromkeys(categories)
    left_out = frozenset(drop)
    for known in (target, *names, *left_out):
        table.column(known)
    if target in left_out:
        raise DataError(f"{table.source}: {target!r} is to be predicted, and left out as well")
    columns = {
        column.name: column.as_kind("category" if column.name in names else column.kind)
        for column in table.columns.values()
        if column.name not in left_out
    }
    if task == "regression":
        columns[target] = columns[target].as_kind("number")
    notes = []
    table = replace(table, columns=columns)
    missing = columns[target].missing
    if len(missing) == len(table):
        raise DataError(f"{table.source}: column {target!r}, the target, is empty")
    if missing:
        rows_left = count(len(missing), "row")
        notes.append(f"{rows_left} without {target!r} left out, the first on line {table.lines[missing[0]]}")
        table = table.take(sorted(set(range(len(table))).difference(missing)))
    table, dates, notes_on_dates = with_parts_of_dates(table, [target, *names])
    if len(columns) == 1:
        raise DataError(f"{table.source} has no column besides {target!r} to predict it from")
    answers = table.column(target)
    task, reason = (task, "as asked for") if task else verdict_on(answers)
    if task == "classification" and answers.kind == "number":
        if answers.name_like is not None:
            answers = answers.as_kind("category")
            table = replace(table, columns={**table.columns, target: answers})
        notes += spelt_differently(answers)
    notes = [
        *table.notes,
        *(note for column in table.columns.values() for note in column.notes),
        *notes_on_dates,
        *notes,
    ]
    classes, targets = classes_and_indices(answers) if task == "classification" else ((), quantities(answers))
    return Dataset(
        table=table, target=target, task=task, targets=targets, classes=classes, verdict=f"{task}: {reason}",
        notes=tuple(notes), name=name, description=description, source=source, grid=grid, dates=dates,
    )  # fmt: skip


def with_parts_of_dates(table: Table, but: Collection[str]) -> tuple[Table, dict[str, str], list[str]]:
    """The table with numbers in the places of dates, how they are written, and what is to be said.

    Args:
        but: columns that stay as they are.
    """
    ways: dict[str, str] = {}
    notes = []
    for name, column in table.columns.items():
        if column.kind == "category" and name not in but and not any(is_part(known, name) for known in table.names):
            way, note = as_dates(column)
            if way is not None:
                ways[name] = way
                example = next(text for text in column.texts() if text is not None)
                if "%y" in way and (date := moment(example, way)) is not None:
                    example += f" ({date:%Y-%m-%d})"
                note = f"column {name!r}: dates such as {example}; days, and places in year and week, are inputs"
            notes += [note] if note else []
    parts = with_parts(table, ways)
    varied = {
        name: column
        for name, column in parts.columns.items()
        if name in table.columns or len(column.missing) == len(column) or len(column.different_numbers()) > 1
    }
    return replace(parts, columns=varied), ways, notes


def verdict_on(answers: Column) -> tuple[str, str]:
    """The task that the values of the target speak for, and why."""
    name = answers.name
    if answers.kind == "category":
        return "classification", f"{name!r} is text, {len(set(answers.texts()))} classes"
    different = answers.different_numbers()
    if answers.name_like is not None and len(labels := set(answers.labels())) <= MOST_WHOLE_NUMBERS:
        return "classification", f"{name!r} has {len(labels)} different names such as {answers.name_like!r}"
    if all(number.is_integer() for number in different) and len(different) <= MOST_WHOLE_NUMBERS:
        return "classification", f"{name!r} has {count(len(different), 'different number')}, all whole"
    fractions = "not all whole" if len(different) <= MOST_WHOLE_NUMBERS else f"more than {MOST_WHOLE_NUMBERS}"
    return "regression", f"{name!r} has {len(different)} different numbers, {fractions}"


def spelt_differently(answers: Column) -> list[str]:
    """What to say about numbers that are one class and are written in two ways, such as 7 and 7.0."""
    spelling: dict[str | None, str] = {}
    for cell, label in dict.fromkeys(zip(answers.cells, answers.labels(), strict=True)):
        if spelling.setdefault(label, str(cell)) != str(cell):
            return [f"column {answers.name!r}: {spelling[label]} and {cell} were taken for the same class, {label}"]
    return []


def classes_and_indices(answers: Column) -> tuple[tuple[str, ...], list[int]]:
    """The names of the classes, numbers by size, texts by the alphabet; and for each row the index of its class.

    Raises:
        DataError: if there is only one class, or there are too few rows for so many.
    """
    labels = [label for label in answers.labels() if label is not None]
    found, numeric, source = set(labels), answers.kind == "number", answers.origin.source
    if len(found) == 1:
        raise DataError(f"{source}: {answers.name!r} is {found.pop()!r} in every row; classes are two or more")
    if len(found) > max(20, len(labels) // 10):
        repair = "is a regression meant (--task regression)?" if numeric else "is it the column to predict?"
        raise DataError(
            f"{source}: {answers.name!r} has {len(found)} different values in {count(len(labels), 'row')},"
            f" too many to be classes; {repair}"
        )
    classes = tuple(sorted(found, key=lambda label: (float(label) if numeric else 0.0, label)))
    index = {label: i for i, label in enumerate(classes)}
    return classes, [index[label] for label in labels]


def quantities(answers: Column) -> list[float]:
    """The number of each row.

    Raises:
        DataError: if they are all the same.
    """
    numbers = answers.numbers()
    if min(numbers) == max(numbers):
        raise DataError(
            f"{answers.origin.source}: {answers.name!r} is {numbers[0]:g} in every row, so there is nothing to learn"
        )
    return numbers
